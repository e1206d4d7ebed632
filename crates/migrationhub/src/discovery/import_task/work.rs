//! Carries imports out: reads the file of the next task and applies it.

use std::sync::Arc;

use store::{Error, Store, Tx};

use super::row::Row;
use super::upload::{self, Origin};
use super::{FAILED, FILE_TYPE, IN_PROGRESS, RECORD_LIMIT, Task, apply, table};
use crate::discovery::csv;
use crate::place::Place;

/// Largest file: "import file 10 MB" (user guide, quotas).
pub const FILE_BYTES_MAX: usize = 10 * 1024 * 1024;
/// Rows of one file: "25,000 imported records" (user guide, quotas).
const RECORDS_MAX: usize = 25_000;
/// Rows that one transaction takes, so that the writer is never held for long.
const ROWS_AT_ONCE: usize = 100;

/// Reads the files that imports name; the program decides which URLs it may follow.
pub trait ImportSource: Send + Sync {
    /// Reads a whole file of at most `bytes_max`, or says in a sentence why not.
    fn read(&self, import_url: &str, bytes_max: usize) -> Result<Vec<u8>, String>;

    /// Reads a blob that an upload left here, or says in a sentence why not.
    fn read_blob(&self, sha256: &str) -> Result<Vec<u8>, String>;
}

/// Says whether an import waits, from a snapshot.
pub fn is_import_due(tx: &mut Tx) -> Result<bool, Error> {
    Ok(table::first(tx, IN_PROGRESS)?.is_some())
}

/// Carries out the import that has waited longest; answers whether there was one. Blocks while the file is read.
pub fn work(store: &Store, source: &dyn ImportSource) -> Result<bool, Error> {
    let Some(task) = store.read_blocking(|tx| table::first(tx, IN_PROGRESS))? else { return Ok(false) };
    let wanted = task.clone();
    let origin = store.read_blocking(move |tx| {
        let at = Place { account: &wanted.account, region: &wanted.region };
        upload::find(tx, at, &wanted.import_url, wanted.requested_at)
    })?;
    let file = match origin {
        Origin::Elsewhere => source.read(&task.import_url, FILE_BYTES_MAX),
        Origin::Blob(sha256) => source.read_blob(&sha256),
        Origin::Missing => Err("the upload is no longer there".to_owned()),
    };
    let rows = match file {
        Ok(file) if file.len() > FILE_BYTES_MAX => {
            Err((RECORD_LIMIT, format!("the file is larger than {FILE_BYTES_MAX} bytes")))
        }
        Ok(file) => rows(&file),
        Err(why) => Err((FAILED, why)),
    };
    match rows {
        Ok(rows) => {
            let (task, rows) = (Arc::new(task), Arc::new(rows));
            loop {
                let (task, rows) = (Arc::clone(&task), Arc::clone(&rows));
                let step = move |tx: &mut Tx| {
                    apply(tx, &task.account, &task.region, &task.import_task_id, &rows, ROWS_AT_ONCE)
                };
                if store.write_blocking(step)? {
                    return Ok(true);
                }
            }
        }
        Err((status, why)) => {
            store.write_blocking(move |tx| refuse(tx, &task, status, &why))?;
            Ok(true)
        }
    }
}

/// Splits a file into rows; a file that is no CSV of the template fails as a whole.
fn rows(file: &[u8]) -> Result<Vec<Result<Row, String>>, (&'static str, String)> {
    let records = csv::records(file).map_err(|malformed| match malformed {
        csv::Malformed::NotText => (FILE_TYPE, "the file is not UTF-8 text".to_owned()),
        csv::Malformed::OpenQuote(line) => {
            (FILE_TYPE, format!("a quote that opens on line {line} never closes"))
        }
    })?;
    let Some((header, records)) = records.split_first() else {
        return Err((FILE_TYPE, "the file is empty".to_owned()));
    };
    if !Row::knows(header) {
        return Err((FILE_TYPE, "no column of the file tells servers apart".to_owned()));
    }
    if records.len() > RECORDS_MAX {
        return Err((RECORD_LIMIT, format!("the file has more than {RECORDS_MAX} rows")));
    }
    Ok(records.iter().map(|record| Row::read(header, record)).collect())
}

fn refuse(tx: &mut Tx, task: &Task, status: &'static str, why: &str) -> Result<(), Error> {
    let at = Place { account: &task.account, region: &task.region };
    let found = table::get(tx, at, &task.import_task_id)?.filter(|task| task.status == IN_PROGRESS);
    let Some(mut task) = found else { return Ok(()) };
    task.fail(0, why);
    task.end(status, tx.now());
    table::put(tx, &task)
}
