//! SQL of the import tasks.

use store::{Error, Row, Tx};

use super::Task;
use crate::place::Place;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE import_task (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        import_task_id TEXT NOT NULL,
        oldest_last INTEGER NOT NULL,
        client_request_token TEXT,
        name TEXT NOT NULL,
        import_url TEXT NOT NULL,
        status TEXT NOT NULL,
        requested_at INTEGER NOT NULL,
        completed_at INTEGER,
        deleted_at INTEGER,
        rows_taken INTEGER NOT NULL,
        servers_imported INTEGER NOT NULL,
        servers_failed INTEGER NOT NULL,
        applications_imported INTEGER NOT NULL,
        applications_failed INTEGER NOT NULL,
        failures TEXT NOT NULL,
        is_history_deleted INTEGER NOT NULL,
        PRIMARY KEY (account, region, import_task_id)
    );
    CREATE INDEX import_task_order ON import_task (account, region, oldest_last, import_task_id);
    CREATE INDEX import_task_status ON import_task (status, account, region, requested_at);
    CREATE INDEX import_task_token ON import_task (account, region, client_request_token);
";

macro_rules! select {
    ($rest:literal) => {
        concat!(
            "SELECT account, region, import_task_id, client_request_token, name, import_url, status, requested_at,
                    completed_at, deleted_at, rows_taken, servers_imported, servers_failed, applications_imported,
                    applications_failed, failures, is_history_deleted FROM import_task ",
            $rest
        )
    };
}

pub(crate) fn get(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Option<Task>, Error> {
    let sql = select!("WHERE account = ?1 AND region = ?2 AND import_task_id = ?3");
    tx.query_one(sql, &[at.account.into(), at.region.into(), id.into()], task)
}

/// Finds the task that was started with a token.
pub(crate) fn with_token(tx: &mut Tx, at: Place<'_>, token: &str) -> Result<Option<Task>, Error> {
    let sql = select!("WHERE account = ?1 AND region = ?2 AND client_request_token = ?3 LIMIT 1");
    tx.query_one(sql, &[at.account.into(), at.region.into(), token.into()], task)
}

pub(crate) fn put(tx: &mut Tx, task: &Task) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO import_task (account, region, import_task_id, oldest_last, client_request_token, name,
             import_url, status, requested_at, completed_at, deleted_at, rows_taken, servers_imported,
             servers_failed, applications_imported, applications_failed, failures, is_history_deleted)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18)
         ON CONFLICT (account, region, import_task_id)
         DO UPDATE SET status = excluded.status, completed_at = excluded.completed_at,
             deleted_at = excluded.deleted_at, rows_taken = excluded.rows_taken,
             servers_imported = excluded.servers_imported, servers_failed = excluded.servers_failed,
             applications_imported = excluded.applications_imported,
             applications_failed = excluded.applications_failed, failures = excluded.failures,
             is_history_deleted = excluded.is_history_deleted",
        &[
            (&task.account).into(),
            (&task.region).into(),
            (&task.import_task_id).into(),
            (-task.requested_at.millis()).into(),
            task.client_request_token.as_deref().into(),
            (&task.name).into(),
            (&task.import_url).into(),
            (&task.status).into(),
            task.requested_at.into(),
            task.completed_at.into(),
            task.deleted_at.into(),
            task.rows_taken.into(),
            task.servers_imported.into(),
            task.servers_failed.into(),
            task.applications_imported.into(),
            task.applications_failed.into(),
            (&task.failures).into(),
            task.is_history_deleted.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM import_task WHERE account = ?1 AND region = ?2 AND import_task_id = ?3",
        &[at.account.into(), at.region.into(), id.into()],
    )?;
    Ok(())
}

/// Lists tasks, newest first, behind this time (its sign turned) and id.
pub(crate) fn list(tx: &mut Tx, at: Place<'_>, after: (i64, &str), limit: i64) -> Result<Vec<Task>, Error> {
    let sql = select!(
        "WHERE account = ?1 AND region = ?2 AND (oldest_last, import_task_id) > (?3, ?4)
         ORDER BY oldest_last, import_task_id LIMIT ?5"
    );
    let params = [at.account.into(), at.region.into(), after.0.into(), after.1.into(), limit.into()];
    tx.query(sql, &params, task)
}

/// Finds the task of a status that has waited longest, in whatever account.
pub(crate) fn first(tx: &mut Tx, status: &str) -> Result<Option<Task>, Error> {
    let sql = select!("WHERE status = ?1 ORDER BY requested_at, account, region, import_task_id LIMIT 1");
    tx.query_one(sql, &[status.into()], task)
}

fn task(row: &Row<'_>) -> Result<Task, Error> {
    Ok(Task {
        account: row.text(0)?,
        region: row.text(1)?,
        import_task_id: row.text(2)?,
        client_request_token: row.optional_text(3)?,
        name: row.text(4)?,
        import_url: row.text(5)?,
        status: row.text(6)?,
        requested_at: row.timestamp(7)?,
        completed_at: row.optional_timestamp(8)?,
        deleted_at: row.optional_timestamp(9)?,
        rows_taken: row.integer(10)?,
        servers_imported: row.integer(11)?,
        servers_failed: row.integer(12)?,
        applications_imported: row.integer(13)?,
        applications_failed: row.integer(14)?,
        failures: row.text(15)?,
        is_history_deleted: row.flag(16)?,
    })
}
