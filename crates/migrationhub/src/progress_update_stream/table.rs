//! SQL of the progress update streams, and of what is left of deleted ones.

use store::{Error, Tx};

use service::Call;

pub(crate) const MIGRATION: &str = "
    CREATE TABLE progress_update_stream (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        name TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        PRIMARY KEY (account, region, name)
    );
    CREATE TABLE deleted_stream (
        account TEXT NOT NULL,
        region TEXT NOT NULL,
        stream_id TEXT NOT NULL,
        PRIMARY KEY (account, region, stream_id)
    );
";

/// A deleted stream whose tasks, and what hangs on them, are still to be removed.
pub(crate) struct Deleted {
    pub account: String,
    pub region: String,
    pub stream_id: String,
}

/// Answers the internal id of a stream; everything in it is kept under that id, so that a new stream of the same
/// name starts empty.
pub(crate) fn get(tx: &mut Tx, call: &Call, name: &str) -> Result<Option<String>, Error> {
    tx.query_one(
        "SELECT stream_id FROM progress_update_stream WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[(&call.account).into(), (&call.region).into(), name.into()],
        |row| row.text(0),
    )
}

/// Creates a stream unless it exists.
pub(crate) fn put(tx: &mut Tx, call: &Call, name: &str, stream_id: &str) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO progress_update_stream (account, region, name, stream_id, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (account, region, name) DO NOTHING",
        &[(&call.account).into(), (&call.region).into(), name.into(), stream_id.into(), call.now.into()],
    )?;
    Ok(())
}

/// Lists names after `after`, ascending.
pub(crate) fn list(tx: &mut Tx, call: &Call, after: &str, limit: i64) -> Result<Vec<String>, Error> {
    tx.query(
        "SELECT name FROM progress_update_stream WHERE account = ?1 AND region = ?2 AND name > ?3
         ORDER BY name LIMIT ?4",
        &[(&call.account).into(), (&call.region).into(), after.into(), limit.into()],
        |row| row.text(0),
    )
}

/// Takes a stream's name away; what is stored under its internal id is out of reach from now on.
pub(crate) fn delete(tx: &mut Tx, call: &Call, name: &str) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM progress_update_stream WHERE account = ?1 AND region = ?2 AND name = ?3",
        &[(&call.account).into(), (&call.region).into(), name.into()],
    )?;
    Ok(())
}

/// Remembers that a stream's contents are to be removed.
pub(crate) fn put_deleted(tx: &mut Tx, deleted: &Deleted) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO deleted_stream (account, region, stream_id) VALUES (?1, ?2, ?3)",
        &[(&deleted.account).into(), (&deleted.region).into(), (&deleted.stream_id).into()],
    )?;
    Ok(())
}

/// Answers one of the streams whose contents are to be removed.
pub(crate) fn get_deleted(tx: &mut Tx) -> Result<Option<Deleted>, Error> {
    tx.query_one(
        "SELECT account, region, stream_id FROM deleted_stream ORDER BY account, region, stream_id LIMIT 1",
        &[],
        |row| Ok(Deleted { account: row.text(0)?, region: row.text(1)?, stream_id: row.text(2)? }),
    )
}

/// Forgets a stream whose contents are gone.
pub(crate) fn delete_deleted(tx: &mut Tx, deleted: &Deleted) -> Result<(), Error> {
    tx.execute(
        "DELETE FROM deleted_stream WHERE account = ?1 AND region = ?2 AND stream_id = ?3",
        &[(&deleted.account).into(), (&deleted.region).into(), (&deleted.stream_id).into()],
    )?;
    Ok(())
}
