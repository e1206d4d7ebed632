//! What tests of several crates share; nothing here is part of the product.

mod world;

pub use world::{Caller, Refusal, World, each_world};
