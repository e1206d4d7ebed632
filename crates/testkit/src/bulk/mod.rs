//! Large stores in seconds, for benches: rows are copied in big transactions instead of going through the API.
//!
//! The server makes one asset through the API and is stopped; the loader multiplies it. So the loader knows the
//! tables that it copies and nothing of the operations, and every row is one that the server could have written.

mod table;

use std::path::Path;

use serde_json::json;
use store::{Clock, Database, Entropy, Error, Options, Store};

/// Rows of one transaction: big enough that its commit does not count, small enough to stay in the page cache.
const ROWS_AT_ONCE: usize = 5000;

/// Fills the `SQLite` data folder of a stopped server up to `count` assets beside its first one.
///
/// Each is a copy of the first asset under an id and a name of its own, with the event that its creation emits.
pub fn assets(folder: &Path, count: usize) -> Result<(), Error> {
    let store = open(folder)?;
    let original = store.read_blocking(table::original)?;
    let original = original.ok_or_else(|| Error::Broken("there is no asset to copy".to_owned()))?;
    for begin in (0..count).step_by(ROWS_AT_ONCE) {
        let original = original.clone();
        let end = count.min(begin + ROWS_AT_ONCE);
        store.write_blocking(move |tx| -> Result<(), Error> {
            for number in begin..end {
                let id = tx.uuid();
                let later_ms = i64::try_from(number).unwrap_or(i64::MAX);
                table::copy(tx, &original, &id, &format!("copy {number}"), later_ms)?;
                let event = json!({ "assetId": id, "assetModelId": original.model_id });
                tx.emit(&original.account, &original.region, "sitewise.asset.created", &event)?;
            }
            Ok(())
        })?;
    }
    Ok(())
}

/// Puts all copies that [`assets`] made into one hierarchy of an asset.
pub fn adopt(folder: &Path, parent: &str, hierarchy: &str) -> Result<(), Error> {
    let (parent, hierarchy) = (parent.to_owned(), hierarchy.to_owned());
    open(folder)?.write_blocking(move |tx| table::adopt(tx, &parent, &hierarchy)).map(drop)
}

/// Gives every asset an alias on one property, and says that values have arrived for it.
pub fn time_series(folder: &Path, property: &str) -> Result<(), Error> {
    let property = property.to_owned();
    open(folder)?.write_blocking(move |tx| table::time_series(tx, &property)).map(drop)
}

/// Fills the SQLite data folder of a stopped server with `count` copies of its newest migration task.
pub fn tasks(folder: &Path, count: usize) -> Result<(), Error> {
    let store = open(folder)?;
    for begin in (0..count).step_by(ROWS_AT_ONCE) {
        let numbers = (begin + 1, ROWS_AT_ONCE.min(count - begin));
        let number = |of: usize| i64::try_from(of).map_err(|error| Error::Broken(error.to_string()));
        let (first, rows) = (number(numbers.0)?, number(numbers.1)?);
        store.write_blocking(move |tx| table::copy_tasks(tx, first, rows))?;
    }
    Ok(())
}

/// Fills the SQLite data folder of a stopped server with `count` copies of its only package, each with its version and
/// its asset.
pub fn packages(folder: &Path, count: usize) -> Result<(), Error> {
    let store = open(folder)?;
    for begin in (0..count).step_by(ROWS_AT_ONCE) {
        let number = |of: usize| i64::try_from(of).map_err(|error| Error::Broken(error.to_string()));
        let (first, rows) = (number(begin + 1)?, number(ROWS_AT_ONCE.min(count - begin))?);
        store.write_blocking(move |tx| table::copy_packages(tx, first, rows))?;
    }
    Ok(())
}

/// Answers the key under which the engine of values keeps what has that alias, in the data folder of a stopped server.
pub fn stream(folder: &Path, alias: &str) -> Result<Option<u64>, Error> {
    let alias = alias.to_owned();
    let stream = open(folder)?.read_blocking(move |tx| table::stream(tx, &alias))?;
    Ok(stream.and_then(|stream| u64::try_from(stream).ok()))
}

/// Opens the SQLite data folder of a stopped server.
pub fn open(folder: &Path) -> Result<Store, Error> {
    let options = Options {
        database: Database::Sqlite { directory: folder.to_owned(), durable: false },
        // Nothing is migrated: the server has made its tables.
        rooms: &[],
        clock: Clock::System,
        entropy: Entropy::System,
    };
    Store::open(options).map_err(|error| Error::Broken(error.to_string()))
}
