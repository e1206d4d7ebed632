//! A made-up crate registry on a loopback port: a sparse index, its `config.json`, and crates.

mod archive;
mod server;

pub use archive::{Crate, krate, publication};
pub use server::CrateRegistry;
