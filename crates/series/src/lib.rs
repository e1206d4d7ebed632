//! The time-series engine: a log that is durable before anything is answered, sorted heads in memory, and immutable
//! compressed segments.
//!
//! A point is named by its series, its timestamp in nanoseconds and its quality; a later write of the same point
//! replaces the earlier one. Nothing here knows assets, accounts or HTTP.

pub mod block;
pub mod bytes;
pub mod committer;
pub mod disk;
pub mod engine;
pub mod error;
pub mod head;
pub mod home;
pub mod keeper;
pub mod log;
pub mod manifest;
pub mod moments;
pub mod objects;
pub mod point;
#[cfg(test)]
mod random;
pub mod scan;
pub mod segment;
pub mod slot;
pub mod tables;

pub use point::{Identity, Kind, NullType, Point, Quality, Run, SeriesKey, Value};
