//! SQL of the source resources of migration tasks.

use store::{Error, Tx};

use service::Call;
use service::page::key;

use crate::migration_task::TaskKey;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE source_resource (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT,
        status_detail TEXT,
        PRIMARY KEY (account, region, stream_id, migration_task, key)
    );
";

/// One source resource under its name, an opaque text exactly as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SourceResource {
    pub name: String,
    pub description: Option<String>,
    pub status_detail: Option<String>,
}

/// Associates a source resource, or replaces its description and status detail.
pub(crate) fn put(tx: &mut Tx, call: &Call, task: &TaskKey, resource: &SourceResource) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO source_resource (account, region, stream_id, migration_task, key, name, description,
                                      status_detail)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
         ON CONFLICT (account, region, stream_id, migration_task, key)
         DO UPDATE SET description = excluded.description, status_detail = excluded.status_detail",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            key(&resource.name).as_ref().into(),
            (&resource.name).into(),
            resource.description.as_deref().into(),
            resource.status_detail.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// Says whether a source resource is associated.
pub(crate) fn exists(tx: &mut Tx, call: &Call, task: &TaskKey, name: &str) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT 1 FROM source_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND key = ?5",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            key(name).as_ref().into(),
        ],
        |row| row.integer(0),
    )?;
    Ok(found.is_some())
}

/// Removes a source resource.
pub(crate) fn delete(tx: &mut Tx, call: &Call, task: &TaskKey, name: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM source_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND key = ?5",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            key(name).as_ref().into(),
        ],
    )?;
    Ok(())
}

/// Lists the source resources of a task after the key `after`, ascending by the keys of their names.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    task: &TaskKey,
    after: &str,
    limit: i64,
) -> Result<Vec<SourceResource>, Error> {
    tx.query(
        "SELECT name, description, status_detail FROM source_resource
         WHERE account = ?1 AND region = ?2 AND stream_id = ?3 AND migration_task = ?4 AND key > ?5
         ORDER BY key LIMIT ?6",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            after.into(),
            limit.into(),
        ],
        |row| {
            Ok(SourceResource {
                name: row.text(0)?,
                description: row.optional_text(1)?,
                status_detail: row.optional_text(2)?,
            })
        },
    )
}

/// Removes up to `limit` source resources of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM source_resource WHERE (account, region, stream_id, migration_task, key) IN
         (SELECT account, region, stream_id, migration_task, key FROM source_resource
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}
