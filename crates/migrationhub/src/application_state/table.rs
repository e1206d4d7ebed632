//! SQL of the states of applications, and of which tasks have started which application.

use model::Timestamp;
use store::{Error, Row, Tx};

use super::State;
use crate::migration_task::TaskKey;
use crate::place::Place;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE application_state (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        application_id TEXT NOT NULL,
        status TEXT NOT NULL,
        updated_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, application_id)
    );
    CREATE TABLE application_start (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        application_id TEXT NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task, application_id)
    );
    CREATE INDEX application_start_application ON application_start (account, region, application_id);
";

/// Reads the state that was last set.
pub(crate) fn get(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<Option<State>, Error> {
    tx.query_one(
        "SELECT application_id, status, updated_at FROM application_state
         WHERE account = ?1 AND region = ?2 AND application_id = ?3",
        &[at.account.into(), at.region.into(), application.into()],
        state,
    )
}

/// Sets a state.
pub(crate) fn put(tx: &mut Tx, at: Place<'_>, state: &State) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO application_state (account, region, application_id, status, updated_at)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, region, application_id)
         DO UPDATE SET status = excluded.status, updated_at = excluded.updated_at",
        &[
            at.account.into(),
            at.region.into(),
            (&state.application_id).into(),
            (&state.status).into(),
            state.updated_at.into(),
        ],
    )?;
    Ok(())
}

/// Forgets the state of an application, and what started it.
pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM application_state WHERE account = ?1 AND region = ?2 AND application_id = ?3",
        &[at.account.into(), at.region.into(), application.into()],
    )?;
    tx.execute(
        "DELETE FROM application_start WHERE account = ?1 AND region = ?2 AND application_id = ?3",
        &[at.account.into(), at.region.into(), application.into()],
    )?;
    Ok(())
}

/// Remembers that a task has started an application; answers whether that is news.
pub(crate) fn put_start(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    application: &str,
) -> Result<bool, Error> {
    let added = tx.execute(
        "INSERT INTO application_start (account, region, stream_id, migration_task, application_id)
         VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (account, region, stream_id, migration_task, application_id) DO NOTHING",
        &[
            at.account.into(),
            at.region.into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            application.into(),
        ],
    )?;
    Ok(added > 0)
}

/// Names the applications of a task's servers that the task has not started yet.
pub(crate) fn to_start(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT DISTINCT application_member.application_id
         FROM discovered_resource JOIN application_member
              ON application_member.account = discovered_resource.account
                 AND application_member.region = discovered_resource.region
                 AND application_member.configuration_id = discovered_resource.configuration_id
         WHERE discovered_resource.account = ?1 AND discovered_resource.region = ?2
               AND discovered_resource.stream_id = ?3 AND discovered_resource.migration_task = ?4
               AND NOT EXISTS (SELECT 1 FROM application_start
                               WHERE application_start.account = discovered_resource.account
                                     AND application_start.region = discovered_resource.region
                                     AND application_start.stream_id = discovered_resource.stream_id
                                     AND application_start.migration_task = discovered_resource.migration_task
                                     AND application_start.application_id = application_member.application_id)",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
        |row| row.text(0),
    )
}

/// Reads status and time of a task, unless its stream is deleted.
pub(crate) fn task_state(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
) -> Result<Option<(String, Timestamp)>, Error> {
    tx.query_one(
        "SELECT status, updated_at FROM migration_task
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND name = ?4
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = ?1 AND deleted_stream.region = ?2
                                     AND deleted_stream.stream_id = ?3)",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into()],
        |row| Ok((row.text(0)?, row.timestamp(1)?)),
    )
}

/// Lists the tasks of a server with status and time, earliest first, unless their stream is deleted.
pub(crate) fn tasks_of_server(
    tx: &mut Tx,
    at: Place<'_>,
    configuration_id: &str,
) -> Result<Vec<(TaskKey, String, Timestamp)>, Error> {
    tx.query(
        "SELECT migration_task.stream_id, migration_task.name, migration_task.status, migration_task.updated_at
         FROM discovered_resource JOIN migration_task
              ON migration_task.account = discovered_resource.account
                 AND migration_task.region = discovered_resource.region
                 AND migration_task.stream_id = discovered_resource.stream_id
                 AND migration_task.name = discovered_resource.migration_task
         WHERE discovered_resource.account = ?1 AND discovered_resource.region = ?2
               AND discovered_resource.configuration_id = ?3
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = migration_task.account
                                     AND deleted_stream.region = migration_task.region
                                     AND deleted_stream.stream_id = migration_task.stream_id)
         ORDER BY migration_task.updated_at, migration_task.stream_id, migration_task.name",
        &[at.account.into(), at.region.into(), configuration_id.into()],
        |row| {
            let task = TaskKey { stream_id: row.text(0)?, name: row.text(1)? };
            Ok((task, row.text(2)?, row.timestamp(3)?))
        },
    )
}

/// Forgets up to `limit` starts by tasks of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM application_start WHERE (account, region, stream_id, migration_task, application_id) IN
         (SELECT account, region, stream_id, migration_task, application_id FROM application_start
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}

fn state(row: &Row<'_>) -> Result<State, Error> {
    Ok(State { application_id: row.text(0)?, status: row.text(1)?, updated_at: row.timestamp(2)? })
}
