//! SQL of the migration tasks: their current state and the history of their updates.
//!
//! `newest_first` is the time with its sign turned, and `latest_first` the sequence: lists run newest first, then by
//! name upwards, and so every column of their keys ascends and one comparison of rows finds the next page.

use model::Timestamp;
use store::{Error, Row, Tx};

use service::Call;

use super::{TaskKey, Update};
use crate::board::Standing;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE migration_task (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        name TEXT NOT NULL,
        stream_name TEXT NOT NULL,
        imported_at INTEGER NOT NULL,
        update_count INTEGER NOT NULL,
        updated_at INTEGER NOT NULL,
        newest_first INTEGER NOT NULL,
        update_sequence INTEGER NOT NULL,
        status TEXT NOT NULL,
        status_detail TEXT,
        progress_percent INTEGER,
        next_due_at INTEGER,
        resource_attributes TEXT,
        PRIMARY KEY (account, region, stream_id, name)
    );
    CREATE INDEX migration_task_newest_first
        ON migration_task (account, region, newest_first, stream_name, name);
    CREATE TABLE migration_task_update (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        newest_first INTEGER NOT NULL,
        latest_first INTEGER NOT NULL,
        status TEXT NOT NULL,
        status_detail TEXT,
        progress_percent INTEGER,
        next_update_seconds INTEGER NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task, newest_first, latest_first)
    );
";

/// A task as its row holds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    /// Updates that were accepted so far; the next one's sequence is one more.
    pub update_count: i64,
    /// Time of the current state: of the newest update, or of the import.
    pub updated_at: Timestamp,
    /// Sequence of the update that is the current state; 0 before the first.
    pub update_sequence: i64,
    pub status: String,
    pub status_detail: Option<String>,
    pub progress_percent: Option<i64>,
    /// The list of the latest PutResourceAttributes, as JSON.
    pub resource_attributes: Option<String>,
}

pub(crate) fn get(tx: &mut Tx, call: &Call, key: &TaskKey) -> Result<Option<Task>, Error> {
    tx.query_one(
        "SELECT update_count, updated_at, update_sequence, status, status_detail, progress_percent,
                resource_attributes
         FROM migration_task WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4",
        &[(&call.account).into(), (&call.region).into(), (&key.stream_id).into(), (&key.name).into()],
        |row: &Row<'_>| {
            Ok(Task {
                update_count: row.integer(0)?,
                updated_at: row.timestamp(1)?,
                update_sequence: row.integer(2)?,
                status: row.text(3)?,
                status_detail: row.optional_text(4)?,
                progress_percent: row.optional_integer(5)?,
                resource_attributes: row.optional_text(6)?,
            })
        },
    )
}

/// Registers a task unless it exists; an existing one is not touched.
pub(crate) fn put(
    tx: &mut Tx,
    call: &Call,
    key: &TaskKey,
    stream_name: &str,
    status: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO migration_task (account, region, stream_id, name, stream_name, imported_at, update_count,
                                     updated_at, newest_first, update_sequence, status)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, 0, ?6, ?7, 0, ?8)
         ON CONFLICT (account, region, stream_id, name) DO NOTHING",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            stream_name.into(),
            call.now.into(),
            (-call.now.millis()).into(),
            status.into(),
        ],
    )?;
    Ok(())
}

/// Counts an update without changing the current state: it is older than that.
pub(crate) fn put_count(tx: &mut Tx, call: &Call, key: &TaskKey, count: i64) -> Result<(), Error> {
    tx.execute(
        "UPDATE migration_task SET update_count = ?5
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            count.into(),
        ],
    )?;
    Ok(())
}

/// Makes an update the current state.
pub(crate) fn put_state(tx: &mut Tx, call: &Call, key: &TaskKey, update: &Update) -> Result<(), Error> {
    tx.execute(
        "UPDATE migration_task SET update_count = ?5, update_sequence = ?5, updated_at = ?6, newest_first = ?7,
                                   status = ?8, status_detail = ?9, progress_percent = ?10, next_due_at = ?11
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            update.sequence.into(),
            update.updated_at.into(),
            (-update.updated_at.millis()).into(),
            (&update.status).into(),
            update.status_detail.as_deref().into(),
            update.progress_percent.into(),
            update.next_due_at().into(),
        ],
    )?;
    Ok(())
}

/// Appends an update to the history.
pub(crate) fn put_update(tx: &mut Tx, call: &Call, key: &TaskKey, update: &Update) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO migration_task_update (account, region, stream_id, migration_task, newest_first,
                                            latest_first, status, status_detail, progress_percent, next_update_seconds)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            (-update.updated_at.millis()).into(),
            (-update.sequence).into(),
            (&update.status).into(),
            update.status_detail.as_deref().into(),
            update.progress_percent.into(),
            update.next_update_seconds.into(),
        ],
    )?;
    Ok(())
}

/// Reads the update with a sequence number at a time.
pub(crate) fn get_update(
    tx: &mut Tx,
    call: &Call,
    key: &TaskKey,
    updated_at: Timestamp,
    sequence: i64,
) -> Result<Option<Update>, Error> {
    tx.query_one(
        "SELECT newest_first, latest_first, status, status_detail, progress_percent, next_update_seconds
         FROM migration_task_update
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND newest_first = ?5
               AND latest_first = ?6",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            (-updated_at.millis()).into(),
            (-sequence).into(),
        ],
        update,
    )
}

fn update(row: &Row<'_>) -> Result<Update, Error> {
    Ok(Update {
        updated_at: Timestamp::from_millis(-row.integer(0)?),
        sequence: -row.integer(1)?,
        status: row.text(2)?,
        status_detail: row.optional_text(3)?,
        progress_percent: row.optional_integer(4)?,
        next_update_seconds: row.integer(5)?,
    })
}

/// Says whether a task exists.
pub(crate) fn exists(tx: &mut Tx, call: &Call, key: &TaskKey) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT 1 FROM migration_task WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4",
        &[(&call.account).into(), (&call.region).into(), (&key.stream_id).into(), (&key.name).into()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Removes up to `limit` updates of a deleted stream; answers how many went.
pub(crate) fn purge_updates(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM migration_task_update WHERE (account, region, stream_id, migration_task, newest_first, latest_first) IN
         (SELECT account, region, stream_id, migration_task, newest_first, latest_first FROM migration_task_update
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}

/// Removes up to `limit` tasks of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM migration_task WHERE (account, region, stream_id, name) IN
         (SELECT account, region, stream_id, name FROM migration_task
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}

/// What a list shows of a task.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Summary {
    pub stream_name: String,
    pub name: String,
    pub updated_at: Timestamp,
    pub status: String,
    pub status_detail: Option<String>,
    pub progress_percent: Option<i64>,
}

/// Where a list of tasks goes on: behind this time (its sign turned), stream and task.
pub(crate) struct After<'a> {
    pub newest_first: i64,
    pub stream_name: &'a str,
    pub name: &'a str,
}

/// Lists the tasks of all streams, newest first, then by stream and task.
pub(crate) fn list(tx: &mut Tx, call: &Call, after: &After<'_>, limit: i64) -> Result<Vec<Summary>, Error> {
    tx.query(
        "SELECT stream_name, name, updated_at, status, status_detail, progress_percent
         FROM migration_task
         WHERE account = ?1 AND region = ?2 AND (newest_first, stream_name, name) > (?3, ?4, ?5)
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = migration_task.account
                                     AND deleted_stream.region = migration_task.region
                                     AND deleted_stream.stream_id = migration_task.stream_id)
         ORDER BY newest_first, stream_name, name LIMIT ?6",
        &[
            (&call.account).into(),
            (&call.region).into(),
            after.newest_first.into(),
            after.stream_name.into(),
            after.name.into(),
            limit.into(),
        ],
        |row: &Row<'_>| {
            Ok(Summary {
                stream_name: row.text(0)?,
                name: row.text(1)?,
                updated_at: row.timestamp(2)?,
                status: row.text(3)?,
                status_detail: row.optional_text(4)?,
                progress_percent: row.optional_integer(5)?,
            })
        },
    )
}

/// Lists the updates of a task, newest first, behind this time and sequence (their signs turned).
pub(crate) fn list_updates(
    tx: &mut Tx,
    call: &Call,
    key: &TaskKey,
    after: (i64, i64),
    limit: i64,
) -> Result<Vec<Update>, Error> {
    tx.query(
        "SELECT newest_first, latest_first, status, status_detail, progress_percent, next_update_seconds
         FROM migration_task_update
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4
               AND (newest_first, latest_first) > (?5, ?6)
         ORDER BY newest_first, latest_first LIMIT ?7",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            after.0.into(),
            after.1.into(),
            limit.into(),
        ],
        update,
    )
}

/// Replaces the resource attributes of a task.
pub(crate) fn put_resource_attributes(
    tx: &mut Tx,
    call: &Call,
    key: &TaskKey,
    attributes: &str,
) -> Result<(), Error> {
    tx.execute(
        "UPDATE migration_task SET resource_attributes = ?5
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&key.stream_id).into(),
            (&key.name).into(),
            attributes.into(),
        ],
    )?;
    Ok(())
}

/// Lists the tasks of an account in every region, with the times that only operators see.
pub(crate) fn list_standing(tx: &mut Tx, account: &str) -> Result<Vec<Standing>, Error> {
    tx.query(
        "SELECT region, stream_name, name, status, status_detail, progress_percent, updated_at, next_due_at
         FROM migration_task
         WHERE account = ?1
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = migration_task.account
                                     AND deleted_stream.region = migration_task.region
                                     AND deleted_stream.stream_id = migration_task.stream_id)
         ORDER BY region, stream_name, name",
        &[account.into()],
        |row: &Row<'_>| {
            Ok(Standing {
                region: row.text(0)?,
                stream: row.text(1)?,
                task: row.text(2)?,
                status: row.text(3)?,
                status_detail: row.optional_text(4)?,
                progress_percent: row.optional_integer(5)?,
                updated_at: row.timestamp(6)?,
                next_due_at: row.optional_timestamp(7)?,
            })
        },
    )
}
