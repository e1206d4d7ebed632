//! How long values are kept: readers hide what is over, and a sweep takes it from the disk.

use std::collections::HashMap;

use model::Timestamp;
use series::SeriesKey;
use series::keeper::Keep;
use service::{Call, Installation};
use store::Error;

use super::{Data, failed, route};
use crate::configuration::storage::{Retention, StorageConfiguration, of};
use crate::place::Place;
use crate::time_series::table;

const DAY_MS: i64 = 24 * 3_600 * 1_000;

/// Streams that are looked up at a time.
const STREAMS: i64 = 10_000;

/// Answers the first instant, in nanoseconds, whose values are still kept at `now`; nothing where they are kept for ever
/// (assumed: the warm tier is the same store, so that what leaves the hot tier is there as long as the warm tier keeps
/// it).
pub fn oldest_kept(configuration: &StorageConfiguration, now: Timestamp) -> Option<i64> {
    let kept = |retention: Retention| match retention {
        Retention::Unlimited => None,
        Retention::Days(days) => Some(days),
    };
    let days = match (configuration.warm_tier, configuration.warm_retention) {
        (false, _) => kept(configuration.retention)?,
        (true, None) => return None,
        (true, Some(warm)) => kept(warm)?.max(kept(configuration.retention)?),
    };
    let oldest = now.millis().saturating_sub(days.saturating_mul(DAY_MS));
    Some(oldest.saturating_mul(1_000_000))
}

impl Data {
    /// Answers the first instant, in nanoseconds, whose values the caller's account may still see.
    pub async fn oldest_visible(&self, call: &Call) -> Result<i64, Error> {
        let now = call.now;
        let standing = self.storage(call).await?;
        Ok(oldest_kept(&standing.at(now, &call.installation), now).unwrap_or(i64::MIN))
    }
}

/// What of each stream is kept, for those that are not kept for ever.
#[derive(Debug, Default)]
pub struct Sweep {
    /// From where; by stream.
    from: HashMap<SeriesKey, i64>,
    /// Before this instant nothing of any stream is kept.
    all_from: Option<i64>,
}

impl Sweep {
    /// Finds out what is over now; it waits for the database. Nothing if nothing that is on disk can be.
    pub fn begin(data: &Data, installation: &Installation) -> Result<Option<Self>, Error> {
        let now = data.now();
        let Some(oldest) = data.engine().keeper().oldest_stretch_end() else { return Ok(None) };
        let installation = installation.clone();
        let kept: Vec<((String, String), Option<i64>)> = data.store().read_blocking(move |tx| {
            let places = table::places(tx)?;
            let from = |(account, region): (String, String)| {
                let place = Place { account: &account, region: &region };
                let from = oldest_kept(&of(tx, place, &installation)?, now);
                Ok(((account, region), from))
            };
            places.into_iter().map(from).collect::<Result<Vec<_>, Error>>()
        })?;
        let mut sweep =
            Self { all_from: kept.iter().map(|(_, from)| *from).min().flatten(), from: HashMap::new() };
        let limited = kept.into_iter().filter_map(|(place, from)| from.map(|from| (place, from)));
        let limited: Vec<_> = limited.filter(|(_, from)| oldest <= *from).collect();
        if limited.is_empty() {
            return Ok(None);
        }
        for (place, from) in limited {
            sweep.add(data, place, from)?;
        }
        Ok(Some(sweep))
    }

    fn add(&mut self, data: &Data, (account, region): (String, String), from: i64) -> Result<(), Error> {
        let mut after = 0;
        loop {
            let (account, region) = (account.clone(), region.clone());
            let streams = data.store().read_blocking(move |tx| {
                table::streams(tx, Place { account: &account, region: &region }, after, STREAMS)
            })?;
            let Some(last) = streams.last() else { return Ok(()) };
            after = last.0;
            self.from.extend(streams.iter().map(|stream| (route::key(*stream), from)));
        }
    }

    /// Takes away what is over, by one segment written anew at most; answers whether there is more.
    pub fn step(&mut self, data: &Data) -> Result<bool, Error> {
        let keeper = data.engine().keeper();
        if let Some(instant) = self.all_from.take() {
            keeper.drop_before(instant).map_err(failed)?;
        }
        let keep = |key: SeriesKey| self.from.get(&key).map_or(Keep::All, |from| Keep::From(*from));
        keeper.purge(&keep).map_err(failed)
    }
}
