//! Transforms and metrics: values that are computed from others, as those arrive and as windows of time close.
//!
//! An observer of the log hands over what was written to streams that something reads ([`follow`]); [`step`] computes it
//! in the order of the log and writes the results as batches of the same log, whose notes say what they account for
//! ([`note`]). After a crash the log is told again, what is accounted for is skipped, and nothing is computed twice.
//!
//! Formulas are compiled once for each version of a model ([`plan`]), and the plant is kept in memory ([`plant`]):
//! while nothing is configured no row is read.

mod backlog;
mod follow;
mod marks;
mod metric;
mod note;
mod output;
mod plan;
mod plant;
mod reading;
mod recompute;
pub mod table;
mod tick;
mod transform;
mod work;

use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::Duration;

use model::Timestamp;
use series::SeriesKey;
use series::committer::Observer;
use series::error::Error;
use store::Store;

use crate::data::Data;
use follow::Follower;
use note::Progress;
pub use recompute::{Span, recompute};
use work::{Context, Work};

/// How long the thread that computes sleeps while nothing arrives: windows close once a minute at most, and one second
/// later they are computed.
const PAUSE: Duration = Duration::from_millis(100);

/// How long it waits after something failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);

/// Operations after which other values may be computed, or from others; all else leaves the plant as it is.
const CHANGE_THE_PLANT: &[&str] = &[
    "AssociateAssets",
    "AssociateTimeSeriesToAssetProperty",
    "CreateAsset",
    "CreateAssetModelCompositeModel",
    "DeleteAsset",
    "DeleteAssetModel",
    "DeleteAssetModelCompositeModel",
    "DeleteAssetModelInterfaceRelationship",
    "DeleteTimeSeries",
    "DisassociateAssets",
    "DisassociateTimeSeriesFromAssetProperty",
    "PutAssetModelInterfaceRelationship",
    "UpdateAssetModel",
    "UpdateAssetModelCompositeModel",
    "UpdateAssetProperty",
];

/// The computations of a server.
pub struct Computation {
    follower: Arc<Follower>,
    work: Mutex<Work>,
}

/// Says whether other values may be computed after an operation.
pub fn changes_the_plant(operation: &str) -> bool {
    CHANGE_THE_PLANT.binary_search(&operation).is_ok()
}

impl Computation {
    /// Reads how far computations were; the log may be told then.
    pub fn open(store: &Store) -> Result<Self, Error> {
        let progress = store.read_blocking(table::progress).map_err(Error::storage)?;
        let follower = Arc::new(Follower::new(store.clock().clone(), progress));
        Ok(Self { follower, work: Mutex::new(Work::new(Progress::default())) })
    }

    /// Answers who follows the log.
    pub fn observer(&self) -> Arc<dyn Observer> {
        self.follower.clone()
    }

    /// Begins to compute, the log having been told.
    pub fn begin(&self, now: Timestamp) {
        let fresh = Progress { closed_s: tick::closed_s(now), ..Progress::default() };
        let progress = self.follower.follows().unwrap_or(fresh);
        *self.work.lock().unwrap_or_else(PoisonError::into_inner) = Work::new(progress);
    }

    /// Says that something was written that may change what is computed from what.
    pub fn look_again(&self) {
        self.follower.look_again();
    }

    /// Says that streams have just begun, before anything is written to them.
    pub fn begun(&self, keys: impl Iterator<Item = SeriesKey>) {
        self.follower.begin(keys);
    }

    fn follower(&self) -> &Follower {
        &self.follower
    }
}

/// Computes all that is due: what has arrived, and the windows that have closed; it is written when this returns.
///
/// After an error nothing is lost: the next step goes on.
pub fn step(data: &Data, now: Timestamp) -> Result<(), Error> {
    let computation = data.computation();
    let mut work = computation.work.lock().unwrap_or_else(PoisonError::into_inner);
    let cx = Context { data, follower: &computation.follower, now };
    // What an error left over is written before anything else moves.
    work.write(cx)?;
    work.look(cx)?;
    work.drain(cx)?;
    work.tick(cx)?;
    work.write(cx)?;
    work.keep(cx)
}

/// Computes on a thread of its own until the values are closed.
pub fn start(data: &Arc<Data>) -> std::io::Result<()> {
    let follower = data.computation().follower.clone();
    let data = Arc::downgrade(data);
    std::thread::Builder::new().name("compute".to_owned()).spawn(move || run(&data, &follower))?;
    Ok(())
}

fn run(data: &Weak<Data>, follower: &Follower) {
    while let Some(data) = data.upgrade() {
        let done = step(&data, data.now());
        drop(data);
        match done {
            Ok(()) => follower.wait(PAUSE),
            Err(error) => {
                log::warn!("computations wait: {error}");
                std::thread::sleep(FAILURE_PAUSE);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operations_that_change_the_plant_are_sorted_and_exist() {
        assert!(CHANGE_THE_PLANT.is_sorted());
        for name in CHANGE_THE_PLANT {
            assert!(model_sitewise::SPECS.iter().any(|spec| spec.name == *name), "{name}");
        }
        assert!(!changes_the_plant("BatchPutAssetPropertyValue"));
    }
}
