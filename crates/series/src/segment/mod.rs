//! Segments: immutable files of blocks, sorted by series and time, with an index behind them.

mod index;
mod reader;
mod writer;

pub use index::Entry;
pub use reader::Segment;
pub use writer::{Writer, Written};

use crate::log::Position;

/// What the manifest says of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Description {
    /// Number, never used twice; it names the object.
    pub number: u64,
    /// The newest generation of points in it: where two segments have the same point, the greater one counts.
    pub generation: u64,
    /// How many times its points were merged.
    pub tier: u32,
    /// The stretch of time that all of its points lie in; segments of different stretches never share a point.
    pub stretch: i64,
    /// Timestamp of its first point.
    pub first: i64,
    /// Timestamp of its last point.
    pub last: i64,
    /// Points.
    pub points: u64,
    /// Size of the object.
    pub bytes: u64,
    /// CRC32C of the object.
    pub crc: u32,
}

impl Description {
    /// Names the object.
    pub fn name(&self) -> String {
        name(self.number)
    }
}

/// Names the object of a segment.
pub fn name(number: u64) -> String {
    format!("segment-{number:016x}")
}

/// Reads the number out of an object's name.
pub fn number(name: &str) -> Option<u64> {
    u64::from_str_radix(name.strip_prefix("segment-")?, 16).ok()
}

/// Nanoseconds of one stretch of time: a week, so that retention can drop whole segments, and a year of old data
/// that is brought in at once does not fall into hundreds of them.
const STRETCH: i64 = 7 * 24 * 3_600 * 1_000_000_000;

/// Answers the stretch of time in which a timestamp lies.
pub fn stretch(timestamp: i64) -> i64 {
    timestamp.div_euclid(STRETCH)
}

/// Answers the first timestamp behind a stretch.
pub fn stretch_end(stretch: i64) -> i64 {
    (stretch + 1).saturating_mul(STRETCH)
}

/// What the manifest knows: which segments there are, and up to where the log is in them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct State {
    /// The segments, in no order.
    pub segments: Vec<Description>,
    /// All groups of the log up to this one are in the segments.
    pub sealed: Position,
    /// The next number of a segment, greater than all that were ever used.
    pub next_number: u64,
}
