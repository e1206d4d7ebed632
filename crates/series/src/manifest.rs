//! The manifest: which segments there are. It is kept in a database, and changes in one transaction.

use crate::error::Error;
use crate::log::Position;
use crate::segment::{Description, State};

/// One change of the manifest: durable as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Numbers of segments that are no more.
    pub removed: Vec<u64>,
    /// New segments.
    pub added: Vec<Description>,
    /// Up to where the log is in segments from now on.
    pub sealed: Option<Position>,
}

/// Where the manifest is kept.
pub trait Manifest: Send + Sync {
    /// Reads all of it.
    fn load(&self) -> Result<State, Error>;
    /// Makes a change.
    fn save(&self, change: &Change) -> Result<(), Error>;
}

impl State {
    /// Makes a change.
    pub fn apply(&mut self, change: &Change) {
        self.segments.retain(|segment| !change.removed.contains(&segment.number));
        self.segments.extend(change.added.iter().cloned());
        self.sealed = change.sealed.unwrap_or(self.sealed);
        for segment in &change.added {
            self.next_number = self.next_number.max(segment.number + 1);
        }
    }
}
