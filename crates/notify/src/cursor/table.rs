//! Rows of cursors.

use store::{Error, Tx};

/// The history of the schema; a published text never changes.
pub(crate) const MIGRATIONS: &[&str] = &[
    "
CREATE TABLE notify_cursor (
    account TEXT NOT NULL, region TEXT NOT NULL, sink TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    PRIMARY KEY (account, region, sink));
",
    crate::values::table::SCHEMA,
];

/// The number of the last event that a sink need not see again.
pub(crate) fn get(tx: &mut Tx, sink: &str) -> Result<Option<i64>, Error> {
    tx.query_one(
        "SELECT sequence FROM notify_cursor WHERE account = '' AND region = '' AND sink = ?1",
        &[sink.into()],
        |row| row.integer(0),
    )
}

/// Keeps how far a sink has come; never less far than it was.
pub(crate) fn put(tx: &mut Tx, sink: &str, sequence: i64) -> Result<(), Error> {
    tx.execute(
        "INSERT INTO notify_cursor (account, region, sink, sequence) VALUES ('', '', ?1, ?2)
         ON CONFLICT (account, region, sink) DO UPDATE SET sequence =
           CASE WHEN notify_cursor.sequence > ?2 THEN notify_cursor.sequence ELSE ?2 END",
        &[sink.into(), sequence.into()],
    )?;
    Ok(())
}
