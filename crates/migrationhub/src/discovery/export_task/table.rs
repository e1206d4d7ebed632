//! SQL of the export tasks and their archives.

use store::{Error, Row, Tx};

use super::Task;
use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE export_task (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        export_id TEXT NOT NULL,
        oldest_last INTEGER NOT NULL,
        requested_at INTEGER NOT NULL,
        requested_start_at INTEGER,
        requested_end_at INTEGER,
        is_done INTEGER NOT NULL,
        archive BLOB,
        PRIMARY KEY (account, region, export_id)
    );
    CREATE INDEX export_task_order ON export_task (account, region, oldest_last, export_id);
    CREATE INDEX export_task_due ON export_task (account, region, export_id) WHERE is_done = 0;
";

pub(crate) fn get(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Option<Task>, Error> {
    tx.query_one(
        "SELECT account, region, export_id, requested_at, requested_start_at, requested_end_at, is_done
         FROM export_task WHERE account = ?1 AND region = ?2 AND export_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
        task,
    )
}

/// Writes a new task down.
pub(crate) fn put(tx: &mut Tx, task: &Task) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO export_task (account, region, export_id, oldest_last, requested_at, requested_start_at,
                                  requested_end_at, is_done)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0)",
        &[
            (&task.account).into(),
            (&task.region).into(),
            (&task.export_id).into(),
            (-task.requested_at.millis()).into(),
            task.requested_at.into(),
            task.requested_start_at.into(),
            task.requested_end_at.into(),
        ],
    )?;
    Ok(())
}

/// Ends a task with its archive.
pub(crate) fn put_archive(tx: &mut Tx, task: &Task, archive: &[u8]) -> Result<(), Error> {
    tx.execute(
        "UPDATE export_task SET is_done = 1, archive = ?4
         WHERE account = ?1 AND region = ?2 AND export_id = ?3",
        &[(&task.account).into(), (&task.region).into(), (&task.export_id).into(), archive.into()],
    )?;
    Ok(())
}

/// Reads the archive of a task, once it is there.
pub(crate) fn archive(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Option<Vec<u8>>, Error> {
    let found = tx.query_one(
        "SELECT archive FROM export_task WHERE account = ?1 AND region = ?2 AND export_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
        |row| row.optional_blob(0),
    )?;
    Ok(found.flatten())
}

/// Lists tasks, newest first, behind this time (its sign turned) and id.
pub(crate) fn list(tx: &mut Tx, at: Place<'_>, after: (i64, &str), limit: i64) -> Result<Vec<Task>, Error> {
    tx.query(
        "SELECT account, region, export_id, requested_at, requested_start_at, requested_end_at, is_done
         FROM export_task
         WHERE account = ?1 AND region = ?2 AND (oldest_last, export_id) > (?3, ?4)
         ORDER BY oldest_last, export_id LIMIT ?5",
        &[at.account.into(), at.region.into(), after.0.into(), after.1.into(), limit.into()],
        task,
    )
}

/// Finds a task that has not ended, in whatever account.
pub(crate) fn first_due(tx: &mut Tx) -> Result<Option<Task>, Error> {
    tx.query_one(
        "SELECT account, region, export_id, requested_at, requested_start_at, requested_end_at, is_done
         FROM export_task WHERE is_done = 0 ORDER BY account, region, export_id LIMIT 1",
        &[],
        task,
    )
}

fn task(row: &Row<'_>) -> Result<Task, Error> {
    Ok(Task {
        account: row.text(0)?,
        region: row.text(1)?,
        export_id: row.text(2)?,
        requested_at: row.timestamp(3)?,
        requested_start_at: row.optional_timestamp(4)?,
        requested_end_at: row.optional_timestamp(5)?,
        is_done: row.flag(6)?,
    })
}
