//! The API of AWS Migration Hub, Migration Hub Config and Application Discovery: types, tables, operations.
//!
//! Only `pattern` is written by hand; the rest comes from `cargo xtask codegen`.

#[allow(missing_docs, clippy::pedantic, reason = "AWS's names speak for themselves")]
mod generated;
mod pattern;

pub use generated::{config, discovery, mgh};
