//! An npm registry with made-up packages, for tests: counts what it is asked and fails on command.
//!
//! It serves listings with entity tags and gzip, and tarballs that unpack. It does not publish and does not search.

// A broken fixture stops its test with a panic; each `expect` says why that does not happen.
#![allow(clippy::missing_panics_doc)]

mod package;
mod server;
mod tarball;

pub use package::{Catalog, Package, Release};
pub use server::{Failure, NpmRegistry};
pub use tarball::{Tarball, tarball};
