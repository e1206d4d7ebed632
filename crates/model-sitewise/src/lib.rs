//! The API of SiteWise: types, tables, operations.
//!
//! Only `pattern` is written by hand; the rest comes from `cargo xtask codegen`.

#[allow(missing_docs, clippy::pedantic, reason = "AWS's names speak for themselves")]
mod generated;
mod pattern;

pub use generated::{Error, SERVICE, SPECS, operations, shapes, types};
