//! SQL of the artifacts that migration tasks created.

use store::{Error, Tx};

use service::Call;
use service::page::key;

use crate::migration_task::TaskKey;
use crate::progress_update_stream::Deleted;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE created_artifact (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        migration_task TEXT NOT NULL,
        key TEXT NOT NULL,
        name TEXT NOT NULL,
        description TEXT,
        PRIMARY KEY (account, region, stream_id, migration_task, key)
    );
";

/// One artifact: an ARN, exactly as it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Artifact {
    pub name: String,
    pub description: Option<String>,
}

/// Associates an artifact, or replaces its description.
pub(crate) fn put(tx: &mut Tx, call: &Call, task: &TaskKey, artifact: &Artifact) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO created_artifact (account, region, stream_id, migration_task, key, name, description)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, stream_id, migration_task, key)
         DO UPDATE SET description = excluded.description",
        &[
            (&call.account).into(),
            (&call.region).into(),
            (&task.stream_id).into(),
            (&task.name).into(),
            key(&artifact.name).as_ref().into(),
            (&artifact.name).into(),
            artifact.description.as_deref().into(),
        ],
    )?;
    Ok(())
}

/// Says whether an artifact is associated.
pub(crate) fn exists(tx: &mut Tx, call: &Call, task: &TaskKey, name: &str) -> Result<bool, Error> {
    let found = tx.query_one(
        "SELECT 1 FROM created_artifact
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

/// Removes an artifact.
pub(crate) fn delete(tx: &mut Tx, call: &Call, task: &TaskKey, name: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM created_artifact
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

/// Lists the artifacts of a task after the key `after`, ascending by the keys of their ARNs.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    task: &TaskKey,
    after: &str,
    limit: i64,
) -> Result<Vec<Artifact>, Error> {
    tx.query(
        "SELECT name, description FROM created_artifact
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
        |row| Ok(Artifact { name: row.text(0)?, description: row.optional_text(1)? }),
    )
}

/// Removes up to `limit` artifacts of a deleted stream; answers how many went.
pub(crate) fn purge(tx: &mut Tx, stream: &Deleted, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM created_artifact WHERE (account, region, stream_id, migration_task, key) IN
         (SELECT account, region, stream_id, migration_task, key FROM created_artifact
          WHERE account = ?1 AND region = ?2 AND stream_id = ?3 LIMIT ?4)",
        &[(&stream.account).into(), (&stream.region).into(), (&stream.stream_id).into(), limit.into()],
    )
}
