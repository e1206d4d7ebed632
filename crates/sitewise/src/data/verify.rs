//! Checks what the engine has stored: log, segments, and that everything belongs to a stream that there is.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use series::SeriesKey;
use series::home::{RowLog, RowManifest};
use series::keeper::Keeper;
use series::log::{FileLog, Log, decode};
use series::objects::FolderObjects;
use series::tables::Tables;
use store::{Error, Store, Tx};

use super::{ENGINE, Homes, LogHome, route};
use crate::place::Place;
use crate::time_series::store::{SERIES, SeriesStore as _};
use crate::time_series::table;

/// Streams that are looked up at a time.
const STREAMS: i64 = 10_000;

/// Lists what is wrong with the values of a server that does not run.
///
/// A stream whose row says that values have arrived may have none: the row comes first. Values of streams without a row
/// and without an order to forget them are a problem.
pub fn verify(store: &Store, homes: Homes) -> Result<Vec<String>, Error> {
    let mut problems = Vec::new();
    let objects = Arc::new(FolderObjects::new(homes.segments));
    let manifest = Arc::new(RowManifest::new(store, ENGINE));
    let mut found = BTreeMap::new();
    let sealed = match Keeper::open(objects, manifest, Arc::new(Tables::default())) {
        Err(error) => {
            problems.push(error.to_string());
            0
        }
        Ok(keeper) => {
            problems.extend(keeper.verify().iter().map(ToString::to_string));
            match keeper.keys() {
                Ok(keys) => found.extend(keys.into_iter().map(|key| (key, "segments"))),
                Err(error) => problems.push(error.to_string()),
            }
            keeper.sealed()
        }
    };
    let log = match homes.log {
        LogHome::Files(disk) => FileLog::open(disk, sealed).map(|log| Box::new(log) as Box<dyn Log>),
        LogHome::Rows => RowLog::open(store, ENGINE, sealed).map(|log| Box::new(log) as Box<dyn Log>),
    };
    let read = log.and_then(|log| {
        log.read(sealed, &mut |position, group| {
            let each = &mut |batch: series::log::Batch| {
                for run in &batch.runs {
                    found.entry(run.key).or_insert("log");
                }
            };
            if let Err(malformed) = decode(group, each) {
                problems.push(format!("group {position} of the log of values: {}", malformed.0));
            }
            Ok(())
        })
    });
    problems.extend(read.err().map(|error| error.to_string()));
    let known = store.read_blocking(known)?;
    let unknown = found.into_iter().filter(|(key, _)| !known.contains(key));
    problems.extend(
        unknown
            .map(|(SeriesKey(key), place)| format!("values of the unknown stream {key} are in the {place}")),
    );
    Ok(problems)
}

/// Lists what the values of all streams are kept under, and of those that are to be forgotten.
fn known(tx: &mut Tx) -> Result<HashSet<SeriesKey>, Error> {
    let mut known = HashSet::new();
    for (account, region) in table::places(tx)? {
        let place = Place { account: &account, region: &region };
        let mut after = 0;
        loop {
            let streams = table::streams(tx, place, after, STREAMS)?;
            let Some(last) = streams.last() else { break };
            after = last.0;
            known.extend(streams.iter().map(|stream| route::key(*stream)));
        }
    }
    known.extend(SERIES.orders(tx, i64::MAX)?.iter().map(|order| route::key(order.stream)));
    Ok(known)
}
