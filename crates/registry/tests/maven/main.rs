//! The Maven endpoint against a made-up repository, with a clock that the tests move.

#![allow(clippy::unwrap_used, reason = "a test that cannot arrange its world may panic")]

mod age;
mod arriving;
mod metadata;
mod publishing;
mod support;
mod upstream;
