//! SQL of the idempotency tokens.

use model::Timestamp;
use store::{Error, Tx};

use crate::Call;

pub(crate) const MIGRATIONS: &[&str] = &["
    CREATE TABLE idempotency_token (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        operation TEXT NOT NULL,
        token TEXT NOT NULL,
        fingerprint TEXT NOT NULL,
        body TEXT NOT NULL,
        kept_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, operation, token)
    );
    CREATE INDEX idempotency_token_kept_at ON idempotency_token (kept_at);
"];

pub(crate) struct Row {
    pub fingerprint: String,
    pub body: String,
}

pub(crate) fn get(
    tx: &mut Tx,
    call: &Call,
    operation: &str,
    token: &str,
    oldest: Timestamp,
) -> Result<Option<Row>, Error> {
    tx.query_one(
        "SELECT fingerprint, body FROM idempotency_token
         WHERE account = ?1 AND region = ?2 AND operation = ?3 AND token = ?4 AND kept_at >= ?5",
        &[(&call.account).into(), (&call.region).into(), operation.into(), token.into(), oldest.into()],
        |row| Ok(Row { fingerprint: row.text(0)?, body: row.text(1)? }),
    )
}

pub(crate) fn put(
    tx: &mut Tx,
    call: &Call,
    operation: &str,
    token: &str,
    fingerprint: &str,
    body: &str,
) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO idempotency_token (account, region, operation, token, fingerprint, body, kept_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (account, region, operation, token)
         DO UPDATE SET fingerprint = excluded.fingerprint, body = excluded.body, kept_at = excluded.kept_at",
        &[
            (&call.account).into(),
            (&call.region).into(),
            operation.into(),
            token.into(),
            fingerprint.into(),
            body.into(),
            call.now.into(),
        ],
    )?;
    Ok(())
}

pub(crate) fn delete_before(tx: &mut Tx, oldest: Timestamp, limit: i64) -> Result<u64, Error> {
    tx.execute(
        "DELETE FROM idempotency_token WHERE (account, region, operation, token) IN
         (SELECT account, region, operation, token FROM idempotency_token WHERE kept_at < ?1 LIMIT ?2)",
        &[oldest.into(), limit.into()],
    )
}
