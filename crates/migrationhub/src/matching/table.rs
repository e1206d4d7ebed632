//! SQL of the attributes that tasks are matched by, and of the queue of tasks to be matched.

use store::{Error, Row, Tx};

use crate::migration_task::TaskKey;
use crate::place::Place;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE task_matching (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        stream_name TEXT NOT NULL,
        generation INTEGER NOT NULL,
        attributes TEXT NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task)
    );
    CREATE TABLE task_matching_due (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task)
    );
";

/// What a task is matched by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Matching {
    pub stream_name: String,
    /// Rises whenever the attributes change.
    pub generation: i64,
    /// The attributes, as JSON in a fixed order.
    pub attributes: String,
}

/// A task to be matched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Due {
    pub account: String,
    pub region: String,
    pub task: TaskKey,
}

pub(crate) fn get(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<Option<Matching>, Error> {
    tx.query_one(
        "SELECT stream_name, generation, attributes FROM task_matching
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
        |row: &Row<'_>| {
            Ok(Matching { stream_name: row.text(0)?, generation: row.integer(1)?, attributes: row.text(2)? })
        },
    )
}

pub(crate) fn put(tx: &mut Tx, at: Place<'_>, task: &TaskKey, matching: &Matching) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO task_matching (account, region, stream_id, migration_task, stream_name, generation,
                                    attributes)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, stream_id, migration_task)
         DO UPDATE SET generation = excluded.generation, attributes = excluded.attributes",
        &[
            at.account.into(),
            at.region.into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            (&matching.stream_name).into(),
            matching.generation.into(),
            (&matching.attributes).into(),
        ],
    )?;
    Ok(())
}

/// Puts a task into the queue; one that waits already keeps waiting.
pub(crate) fn put_due(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO task_matching_due (account, region, stream_id, migration_task) VALUES (?1, ?2, ?3, ?4)
         ON CONFLICT (account, region, stream_id, migration_task) DO NOTHING",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
    )?;
    Ok(())
}

/// Takes a task out of the queue.
pub(crate) fn delete_due(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM task_matching_due
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
    )?;
    Ok(())
}

/// Reads up to `limit` tasks of the queue.
pub(crate) fn due(tx: &mut Tx, limit: i64) -> Result<Vec<Due>, Error> {
    tx.query(
        "SELECT account, region, stream_id, migration_task FROM task_matching_due
         ORDER BY account, region, stream_id, migration_task LIMIT ?1",
        &[limit.into()],
        |row: &Row<'_>| {
            let task = TaskKey { stream_id: row.text(2)?, name: row.text(3)? };
            Ok(Due { account: row.text(0)?, region: row.text(1)?, task })
        },
    )
}

/// Says whether a task exists and its stream is not deleted.
pub(crate) fn is_alive(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT 1 FROM migration_task
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = ?1 AND deleted_stream.region = ?2
                                     AND deleted_stream.stream_id = ?3)",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Removes up to `limit` rows of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM task_matching WHERE (account, region, stream_id, migration_task) IN
         (SELECT account, region, stream_id, migration_task FROM task_matching
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}
