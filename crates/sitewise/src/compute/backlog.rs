//! What has arrived and is not computed yet, in the order of the log.
//!
//! The tables show what was written later, too; here stands which of their points do not count yet when an earlier one
//! is looked at, so that what is computed does not depend on how far computations lag.

use std::collections::HashMap;
use std::sync::Arc;

use series::log::Position;
use series::{Quality, SeriesKey, Value};

use super::follow::{Follower, Told};
use super::reading::Later;

/// Good points of a stream that arrived: by their turn.
type Arrivals = HashMap<i64, Vec<(usize, Value)>>;

/// What has arrived and is not computed yet.
#[derive(Default)]
pub struct Backlog {
    /// Groups, the oldest first.
    told: Vec<Arc<Told>>,
    /// Position up to which the log was told.
    pub position: Position,
    /// Turn of the point that is being looked at: all points in their order.
    pub turn: usize,
    index: HashMap<SeriesKey, Arrivals>,
    /// Groups that are in the index, and turns before them.
    indexed: (usize, usize),
}

impl Backlog {
    /// Takes over what has arrived.
    pub fn pull(&mut self, follower: &Follower) {
        let (told, position) = follower.take();
        self.told.extend(told.into_iter().map(Arc::new));
        self.position = position.max(self.position);
    }

    /// Answers a group by its turn.
    pub fn group(&self, group: usize) -> Option<Arc<Told>> {
        self.told.get(group).cloned()
    }

    /// Makes sure that every point that was taken over is known.
    pub fn index(&mut self) {
        let (groups, mut turn) = self.indexed;
        for told in &self.told[groups..] {
            for run in &told.runs {
                let arrivals = self.index.entry(run.key).or_default();
                for point in &run.points {
                    turn += 1;
                    // What was computed is older than all that is still to be looked at.
                    if point.quality == Quality::Good && !told.is_computed {
                        arrivals.entry(point.timestamp).or_default().push((turn, point.value.clone()));
                    }
                }
            }
        }
        self.indexed = (self.told.len(), turn);
    }

    /// Says what is known of the good point of a stream at an instant.
    pub fn later(&self, key: SeriesKey, timestamp: i64) -> Later {
        let Some(arrivals) = self.index.get(&key).and_then(|arrivals| arrivals.get(&timestamp)) else {
            return Later::No;
        };
        let before = arrivals.partition_point(|(turn, _)| *turn <= self.turn);
        if before == arrivals.len() {
            return Later::No;
        }
        match before.checked_sub(1) {
            Some(last) => Later::Was(arrivals[last].1.clone()),
            None => Later::Hidden,
        }
    }

    /// Forgets the first groups: they are dealt with.
    pub fn forget(&mut self, groups: usize) {
        self.told.drain(..groups);
        self.index.clear();
        self.indexed = (0, 0);
        self.turn = 0;
    }
}
