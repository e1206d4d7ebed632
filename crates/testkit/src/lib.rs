//! What tests of several crates share; nothing here is part of the product.

pub mod bulk;
pub mod crate_registry;
pub mod npm_registry;
pub mod nuget_registry;
#[cfg(debug_assertions)]
mod plans;
pub mod pypi_index;
mod world;

pub use world::{Caller, Refusal, World, each_database, each_world, each_world_over};
