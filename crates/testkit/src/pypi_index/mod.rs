//! A made-up PyPI index on a free loopback port, which tests change, break and count the requests of; and files for it.

mod file;
mod server;

pub use file::{DistFile, sdist, wheel, zip};
pub use server::PypiIndex;
