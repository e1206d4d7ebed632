//! Opens SQLite connections with the settings that each kind needs.

use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags};

use crate::OpenError;

/// Prepared statements kept for each connection; about what all operations together use.
const STATEMENTS_MAX: usize = 512;
/// How long to wait for another program that holds the database, such as a backup tool.
const BUSY_WAIT: Duration = Duration::from_secs(5);

/// Opens the database for changes, creating it if need be.
pub(crate) fn writer(file: &Path, durable: bool) -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open(file)?;
        prepare(&connection)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", if durable { "FULL" } else { "OFF" })?;
        // On macOS a plain flush stops at the drive's cache.
        connection.pragma_update(None, "fullfsync", durable)?;
        connection.pragma_update(None, "checkpoint_fullfsync", durable)?;
        // Checkpoints run on their own connection, so that no transaction waits for one.
        connection.pragma_update(None, "wal_autocheckpoint", 0)?;
        connection.pragma_update(None, "cache_size", -32 * 1024)?;
        Ok(connection)
    };
    open().map_err(|error| match error.sqlite_error_code() {
        Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly) => {
            OpenError::unwritable(file, error)
        }
        Some(rusqlite::ErrorCode::DiskFull) => OpenError::no_space(file),
        _ => OpenError::Broken(format!("{}: {error}", file.display())),
    })
}

/// Opens the database for reading only.
pub(crate) fn reader(file: &Path) -> rusqlite::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(file, flags)?;
    prepare(&connection)?;
    connection.pragma_update(None, "cache_size", -8 * 1024)?;
    Ok(connection)
}

/// Opens an empty database that is gone with its connection.
pub(crate) fn memory() -> Result<Connection, OpenError> {
    let open = || -> rusqlite::Result<Connection> {
        let connection = Connection::open_in_memory()?;
        prepare(&connection)?;
        Ok(connection)
    };
    open().map_err(|error| OpenError::Broken(error.to_string()))
}

fn prepare(connection: &Connection) -> rusqlite::Result<()> {
    connection.busy_timeout(BUSY_WAIT)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    // A plan that depends on bound values is made again at each use; ours depend on the statement alone.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    connection.pragma_update(None, "temp_store", "MEMORY")
}

#[cfg(test)]
mod tests {
    use rusqlite::StatementStatus;

    #[test]
    fn a_statement_is_planned_once_whatever_its_parameters() {
        let database = super::memory().unwrap();
        let table = "CREATE TABLE a (x TEXT, y TEXT, z TEXT, PRIMARY KEY (x, y)) STRICT, WITHOUT ROWID;
                     CREATE INDEX b ON a (x)";
        database.execute_batch(table).unwrap();
        let sql = "SELECT y FROM a WHERE x = ?1 AND z = ?2 ORDER BY y";
        for x in ["1", "2", "3"] {
            assert!(!database.prepare_cached(sql).unwrap().exists([x, "b"]).unwrap());
        }
        let statement = database.prepare_cached(sql).unwrap();
        assert_eq!(statement.get_status(StatementStatus::RePrepare), 0);
    }
}
