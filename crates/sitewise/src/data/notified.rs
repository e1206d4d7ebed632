//! Which streams are notified: those of properties of assets whose notification state is ENABLED.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use series::SeriesKey;
use store::{Error, Store, Tx};

use super::route::{self, Target};
use crate::asset::property::table;
use crate::place::Place;
use crate::time_series::Stream;

/// Where the values of one stream are published.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Topic {
    /// The account of the asset.
    pub account: String,
    /// Its Region.
    pub region: String,
    /// The model of the asset.
    pub model: String,
    /// The asset.
    pub asset: String,
    /// The property.
    pub property: String,
}

impl Topic {
    /// Answers the name of the topic, as AWS publishes to it.
    pub fn name(&self) -> String {
        let Self { model, asset, property, .. } = self;
        format!("$aws/sitewise/asset-models/{model}/assets/{asset}/properties/{property}")
    }
}

/// Remembers all streams that are notified, until something is written that may change them.
#[derive(Default)]
pub struct Notified {
    /// How often something was written that may have changed them.
    age: AtomicU64,
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    /// The age of what is known; nothing was read yet if there is none.
    age: Option<u64>,
    streams: Streams,
    /// What began while rows were being read, which may have been read too early for it.
    begun: Option<Vec<(Stream, Arc<Topic>)>>,
}

type Streams = HashMap<SeriesKey, Arc<Topic>>;

/// What is known at a moment; whoever writes waits until it is dropped.
pub struct View<'a> {
    is_fresh: bool,
    known: RwLockReadGuard<'a, Known>,
}

impl View<'_> {
    /// Says whether it is known at all; if not, rows must be read first.
    pub fn is_fresh(&self) -> bool {
        self.is_fresh
    }

    /// Says whether nothing is notified.
    pub fn is_empty(&self) -> bool {
        self.known.streams.is_empty()
    }

    /// Answers where the values of a stream are published; nothing if they are not.
    pub fn topic(&self, key: SeriesKey) -> Option<&Arc<Topic>> {
        self.known.streams.get(&key)
    }
}

impl Notified {
    /// Looks at what is known.
    pub fn look(&self) -> View<'_> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        View { is_fresh: known.age == Some(self.age.load(Ordering::Acquire)), known }
    }

    /// Says that something was written that may change it.
    pub fn look_again(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
    }

    /// Answers the age of what is looked up from now on.
    pub fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    /// Adds streams that have just begun, as they were looked up at an age.
    pub fn begin(&self, begun: Vec<(Stream, Topic)>, age: u64) {
        if begun.is_empty() {
            return;
        }
        let mut known = self.write();
        for (stream, topic) in begun {
            let topic = Arc::new(topic);
            known.streams.insert(route::key(stream), topic.clone());
            if let Some(begun) = &mut known.begun {
                begun.push((stream, topic));
            }
        }
        drop(known);
        if age != self.age() {
            self.look_again();
        }
    }

    /// Reads all rows, if something was written since that was done last.
    pub async fn refresh(&self, store: &Store) -> Result<(), Error> {
        if self.look().is_fresh() {
            return Ok(());
        }
        let age = self.age();
        self.write().begun = Some(Vec::new());
        let streams = store.read(table::notified).await?;
        let mut known = self.write();
        known.streams =
            streams.into_iter().map(|(stream, topic)| (route::key(stream), Arc::new(topic))).collect();
        for (stream, topic) in known.begun.take().into_iter().flatten() {
            known.streams.insert(route::key(stream), topic);
        }
        known.age = Some(age);
        Ok(())
    }

    fn write(&self) -> RwLockWriteGuard<'_, Known> {
        self.known.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Finds where the values of a target are published; nothing if they are not.
pub fn topic(tx: &mut Tx, place: Place<'_>, target: &Target<'_>) -> Result<Option<(Stream, Topic)>, Error> {
    match route::property(tx, place, target)? {
        Some((asset, property)) => table::notified_property(tx, place, &asset.id, &property.id),
        None => Ok(None),
    }
}
