//! Fuzz targets: plain functions over bytes, which panic when the program breaks a promise.
//!
//! They run on the stable toolchain: `cargo run --package fuzz` mutates a kept corpus for some seconds each, and
//! the tests run the corpus as it is. Targets tell what they saw with [`note`], so that the runner can go on from
//! inputs that led to something new.

pub mod choices;
pub mod corpus;
pub mod mutator;
pub mod region;
pub mod request;
pub mod targets;

use std::cell::RefCell;
use std::collections::HashSet;
use std::hash::{DefaultHasher, Hash, Hasher};

pub use targets::{TARGETS, Target};

thread_local! {
    static NOTES: RefCell<HashSet<u64>> = RefCell::new(HashSet::new());
}

/// Notes that the input led to `what`; an input with a note that no other had is worth mutating further.
pub fn note(what: impl Hash) {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    NOTES.with_borrow_mut(|notes| notes.insert(hasher.finish()));
}

/// Takes the notes of the last input.
pub fn take_notes() -> HashSet<u64> {
    NOTES.take()
}
