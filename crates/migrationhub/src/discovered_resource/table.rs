//! SQL of which servers migration tasks are tied to, and of ties that were cut by hand.

use store::{Error, Row, Tx};

use crate::migration_task::{After, Summary, TaskKey};
use crate::place::Place;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE discovered_resource (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        description TEXT,
        is_manual INTEGER NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task, configuration_id)
    );
    CREATE INDEX discovered_resource_server
        ON discovered_resource (account, region, configuration_id, stream_id, migration_task);
    CREATE TABLE discovered_resource_removal (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        configuration_id TEXT NOT NULL,
        generation INTEGER NOT NULL,
        PRIMARY KEY (account, region, stream_id, migration_task, configuration_id)
    );
";

/// A server that a task is tied to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Tie {
    pub configuration_id: String,
    pub description: Option<String>,
    /// Whether a call tied it; else matching did.
    pub is_manual: bool,
}

/// Ties a server by hand, or replaces its description.
pub(crate) fn put(tx: &mut Tx, at: Place<'_>, task: &TaskKey, tie: &Tie) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO discovered_resource (account, region, stream_id, migration_task, configuration_id,
                                          description, is_manual)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, stream_id, migration_task, configuration_id)
         DO UPDATE SET description = excluded.description, is_manual = excluded.is_manual",
        &[
            at.account.into(),
            at.region.into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            (&tie.configuration_id).into(),
            tie.description.as_deref().into(),
            tie.is_manual.into(),
        ],
    )?;
    Ok(())
}

/// Ties a server by matching; a tie that exists stays as it is.
pub(crate) fn put_automatic(tx: &mut Tx, at: Place<'_>, task: &TaskKey, id: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO discovered_resource (account, region, stream_id, migration_task, configuration_id, is_manual)
         VALUES (?1, ?2, ?3, ?4, ?5, 0)
         ON CONFLICT (account, region, stream_id, migration_task, configuration_id) DO NOTHING",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
    )?;
    Ok(())
}

/// Cuts every tie of a task that matching made, except to one server.
pub(crate) fn delete_automatic_except(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    id: &str,
) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM discovered_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND is_manual = 0
               AND configuration_id <> ?5",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
    )?;
    Ok(())
}

/// Cuts a tie; answers whether there was one.
pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, task: &TaskKey, id: &str) -> Result<bool, Error> {
    let removed = tx.execute(
        "DELETE FROM discovered_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND configuration_id = ?5",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
    )?;
    Ok(removed > 0)
}

/// Says whether a task is tied to a server.
pub(crate) fn exists(tx: &mut Tx, at: Place<'_>, task: &TaskKey, id: &str) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT 1 FROM discovered_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND configuration_id = ?5",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Lists the servers of a task after an id, by id.
pub(crate) fn list(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    after: &str,
    limit: i64,
) -> Result<Vec<Tie>, Error> {
    tx.query(
        "SELECT configuration_id, description, is_manual FROM discovered_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND configuration_id > ?5
         ORDER BY configuration_id LIMIT ?6",
        &[
            at.account.into(),
            at.region.into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            after.into(),
            limit.into(),
        ],
        |row| {
            Ok(Tie {
                configuration_id: row.text(0)?,
                description: row.optional_text(1)?,
                is_manual: row.flag(2)?,
            })
        },
    )
}

/// Lists the tasks that are tied to a server, newest first, then by stream and task.
pub(crate) fn tasks_of(
    tx: &mut Tx,
    at: Place<'_>,
    id: &str,
    after: &After<'_>,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    tx.query(
        "SELECT task.stream_name, task.name, task.updated_at, task.status, task.status_detail,
                task.progress_percent
         FROM discovered_resource JOIN migration_task AS task
              ON task.account = discovered_resource.account AND task.region = discovered_resource.region
                 AND task.stream_id = discovered_resource.stream_id
                 AND task.name = discovered_resource.migration_task
         WHERE discovered_resource.account = ?1 AND discovered_resource.region = ?2
               AND discovered_resource.configuration_id = ?3
               AND (task.newest_first, task.stream_name, task.name) > (?4, ?5, ?6)
               AND NOT EXISTS (SELECT 1 FROM deleted_stream
                               WHERE deleted_stream.account = task.account AND deleted_stream.region = task.region
                                     AND deleted_stream.stream_id = task.stream_id)
         ORDER BY task.newest_first, task.stream_name, task.name LIMIT ?7",
        &[
            at.account.into(),
            at.region.into(),
            id.into(),
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

/// Remembers that a tie was cut by hand while the task's attributes were of this generation.
pub(crate) fn put_removal(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    id: &str,
    generation: i64,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO discovered_resource_removal (account, region, stream_id, migration_task, configuration_id,
                                                  generation)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6)
         ON CONFLICT (account, region, stream_id, migration_task, configuration_id)
         DO UPDATE SET generation = excluded.generation",
        &[
            at.account.into(),
            at.region.into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            id.into(),
            generation.into(),
        ],
    )?;
    Ok(())
}

/// Forgets that a tie was cut by hand.
pub(crate) fn delete_removal(tx: &mut Tx, at: Place<'_>, task: &TaskKey, id: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM discovered_resource_removal
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND configuration_id = ?5",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
    )?;
    Ok(())
}

/// Answers of which generation the attributes were when a tie was cut by hand.
pub(crate) fn get_removal(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    id: &str,
) -> Result<Option<i64>, Error> {
    tx.query_one(
        "SELECT generation FROM discovered_resource_removal
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND configuration_id = ?5",
        &[at.account.into(), at.region.into(), (&task.stream_id).into(), (&task.name).into(), id.into()],
        |row| row.integer(0),
    )
}

/// Removes up to `limit` ties of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM discovered_resource
         WHERE (account, region, stream_id, migration_task, configuration_id) IN
         (SELECT account, region, stream_id, migration_task, configuration_id FROM discovered_resource
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}

/// Removes up to `limit` notes on cut ties of a deleted stream; answers how many went.
pub(crate) fn purge_removals(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM discovered_resource_removal
         WHERE (account, region, stream_id, migration_task, configuration_id) IN
         (SELECT account, region, stream_id, migration_task, configuration_id FROM discovered_resource_removal
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}
