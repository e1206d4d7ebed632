//! One job in one SQLite transaction of its own.

use rusqlite::Connection as Database;

use super::{error, statistics};
use crate::job::attempt;
use crate::sql::Dialect;
use crate::tx::Connection;
use crate::{Error, OpenError, Room, Tx, schema};

/// Starts a transaction that sees one snapshot from its first statement on.
pub(crate) const READ: &str = "BEGIN DEFERRED";
/// Starts a transaction that holds the write lock from the beginning.
pub(crate) const WRITE: &str = "BEGIN IMMEDIATE";

/// Runs a body in a transaction of its own.
pub(crate) fn alone<T, E>(
    tx: &mut Tx,
    begin: &'static str,
    body: &impl Fn(&mut Tx) -> Result<T, E>,
) -> Result<T, E>
where
    E: From<Error>,
{
    command(database(tx), begin).map_err(error)?;
    let result = attempt(tx, body);
    if result.is_err() {
        roll_back(tx);
        return result;
    }
    if let Err(reason) = command(database(tx), "COMMIT") {
        roll_back(tx);
        return Err(E::from(error(reason)));
    }
    result
}

/// Brings the schema and what the planner knows of it up to date, all or nothing.
pub(crate) fn migrate(tx: &mut Tx, rooms: &[&Room]) -> Result<(), OpenError> {
    command(database(tx), WRITE).map_err(error)?;
    let migrated = schema::migrate(tx, rooms, Dialect::Sqlite);
    if let Err(error) = migrated.and_then(|()| statistics::write(tx).map_err(OpenError::from)) {
        roll_back(tx);
        return Err(error);
    }
    command(database(tx), "COMMIT").map_err(error)?;
    Ok(())
}

/// Undoes what SQLite has not already undone by itself.
pub(crate) fn roll_back(tx: &mut Tx) {
    let database = database(tx);
    if !database.is_autocommit() {
        // Only a transaction that is already gone cannot be rolled back.
        let _ = command(database, "ROLLBACK");
    }
}

pub(crate) fn command(database: &Database, sql: &'static str) -> rusqlite::Result<()> {
    database.prepare_cached(sql)?.raw_execute().map(|_| ())
}

pub(crate) fn database(tx: &Tx) -> &Database {
    match &tx.connection {
        Connection::Sqlite(database) => database,
        Connection::Postgres(_) => unreachable!("SQLite's threads are made with its connections"),
    }
}
