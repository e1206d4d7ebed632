//! SQL of the tasks that delete servers.

use store::{Error, Row, Tx};

use super::Task;
use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE batch_delete_task (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        task_id TEXT NOT NULL,
        requested TEXT NOT NULL,
        deleted TEXT NOT NULL,
        started_at INTEGER NOT NULL,
        ended_at INTEGER,
        PRIMARY KEY (account, region, task_id)
    );
    CREATE INDEX batch_delete_task_due ON batch_delete_task (account, region, task_id) WHERE ended_at IS NULL;
";

pub(crate) fn get(tx: &mut Tx, at: Place<'_>, task_id: &str) -> Result<Option<Task>, Error> {
    tx.query_one(
        "SELECT account, region, task_id, requested, deleted, started_at, ended_at FROM batch_delete_task
         WHERE account = ?1 AND region = ?2 AND task_id = ?3",
        &[at.account.into(), at.region.into(), task_id.into()],
        task,
    )
}

pub(crate) fn put(tx: &mut Tx, task: &Task) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO batch_delete_task (account, region, task_id, requested, deleted, started_at, ended_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, task_id)
         DO UPDATE SET deleted = excluded.deleted, ended_at = excluded.ended_at",
        &[
            (&task.account).into(),
            (&task.region).into(),
            (&task.task_id).into(),
            list(&task.requested).into(),
            list(&task.deleted).into(),
            task.started_at.into(),
            task.ended_at.into(),
        ],
    )?;
    Ok(())
}

/// Reads up to `limit` tasks that have not ended.
pub(crate) fn due(tx: &mut Tx, limit: i64) -> Result<Vec<Task>, Error> {
    tx.query(
        "SELECT account, region, task_id, requested, deleted, started_at, ended_at FROM batch_delete_task
         WHERE ended_at IS NULL ORDER BY account, region, task_id LIMIT ?1",
        &[limit.into()],
        task,
    )
}

fn list(ids: &[String]) -> String {
    serde_json::Value::from(ids.to_vec()).to_string()
}

fn task(row: &Row<'_>) -> Result<Task, Error> {
    let ids = |text: String| -> Result<Vec<String>, Error> {
        serde_json::from_str(&text).map_err(|error| Error::Broken(format!("ids of a deletion: {error}")))
    };
    Ok(Task {
        account: row.text(0)?,
        region: row.text(1)?,
        task_id: row.text(2)?,
        requested: ids(row.text(3)?)?,
        deleted: ids(row.text(4)?)?,
        started_at: row.timestamp(5)?,
        ended_at: row.optional_timestamp(6)?,
    })
}
