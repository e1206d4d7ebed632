//! The log: what stands in it is acknowledged, and everything else is derived from it.

mod batch;
mod file;

pub use batch::{Batch, decode, encode};
pub use file::FileLog;

use crate::error::Error;

/// A place in the log: the number of a group commit, 1 for the first.
pub type Position = u64;

/// Who is handed groups.
pub type Each<'a> = &'a mut dyn FnMut(Position, &[u8]) -> Result<(), Error>;

/// A log of group commits.
///
/// It has one owner, who appends one group after the other: a group is durable before the next one is begun.
pub trait Log: Send {
    /// Makes a group durable and answers its position. After an error the group is not there, and either the next one
    /// goes on, or [`Error::Halted`] says that only a restart finds out what is on the disk.
    fn append(&mut self, group: &[u8]) -> Result<Position, Error>;

    /// Hands every group behind a position to `each`, in order.
    fn read(&self, after: Position, each: Each<'_>) -> Result<(), Error>;

    /// Answers the position of the last group; 0 if there never was one.
    fn last(&self) -> Position;

    /// Forgets groups up to a position, or some of them: whole files only, for one.
    fn release(&mut self, upto: Position) -> Result<(), Error>;
}
