//! The API of CodeArtifact: types, tables, operations, all from `cargo xtask codegen`.

#[allow(missing_docs, clippy::pedantic, reason = "AWS's names speak for themselves")]
mod generated;

pub use generated::{Error, SERVICE, SPECS, operations, shapes, types};
