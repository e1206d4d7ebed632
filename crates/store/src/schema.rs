//! Brings the tables of a new or older database to this program's version.

use crate::sql::{Dialect, statements};
use crate::{Error, OpenError, Room, Tx};

/// Stamps of the rooms, and of the store itself.
const STAMPS: &str =
    "CREATE TABLE IF NOT EXISTS store_stamp (room TEXT PRIMARY KEY, version INTEGER NOT NULL)";

/// The store's own tables on SQLite; one writer hands out the sequence numbers of events.
const SQLITE: Room = Room {
    name: "store",
    migrations: &["CREATE TABLE store_secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
         CREATE TABLE store_outbox (sequence INTEGER PRIMARY KEY AUTOINCREMENT, account TEXT NOT NULL,
           region TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL, emitted_at INTEGER NOT NULL);"],
    blob_references: &[],
};

/// The store's own tables on PostgreSQL; events wait without a number until a reader numbers them.
const POSTGRES: Room = Room {
    name: "store",
    migrations: &["CREATE TABLE store_secret (name TEXT PRIMARY KEY, bytes BLOB NOT NULL);
         CREATE TABLE store_outbox (sequence INTEGER PRIMARY KEY, account TEXT NOT NULL,
           region TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL, emitted_at INTEGER NOT NULL);
         CREATE TABLE store_outbox_pending (id TEXT PRIMARY KEY, account TEXT NOT NULL,
           region TEXT NOT NULL, topic TEXT NOT NULL, body TEXT NOT NULL, emitted_at INTEGER NOT NULL);
         CREATE TABLE store_outbox_last (name TEXT PRIMARY KEY, sequence INTEGER NOT NULL);
         INSERT INTO store_outbox_last (name, sequence) VALUES ('outbox', 0);"],
    blob_references: &[],
};

/// Brings every room to its newest version, or says which one is too new.
pub(crate) fn migrate(tx: &mut Tx, rooms: &[&Room], dialect: Dialect) -> Result<(), OpenError> {
    for statement in statements(STAMPS, dialect) {
        tx.batch(&statement)?;
    }
    let own = match dialect {
        Dialect::Sqlite => &SQLITE,
        Dialect::Postgres => &POSTGRES,
    };
    // All are looked at before any is changed: a refused start leaves the data as it was.
    let mut stamps = Vec::new();
    for room in std::iter::once(&own).chain(rooms) {
        stamps.push((room, stamp(tx, room)?));
    }
    for (room, version) in stamps {
        bring(tx, room, version, dialect)?;
    }
    Ok(())
}

/// Says whether every room stands at this program's version, without changing anything.
pub(crate) fn check(tx: &mut Tx, rooms: &[&Room]) -> Result<(), OpenError> {
    for room in std::iter::once(&&SQLITE).chain(rooms) {
        if stamp(tx, room)? < room.migrations.len() {
            return Err(OpenError::Broken(format!(
                "the data of {} is older than this homeregion; start its server once to bring it up to date",
                room.name
            )));
        }
    }
    Ok(())
}

fn stamp(tx: &mut Tx, room: &Room) -> Result<usize, OpenError> {
    let found = tx
        .query_one("SELECT version FROM store_stamp WHERE room = ?1", &[room.name.into()], |row| {
            row.integer(0)
        })?
        .unwrap_or(0);
    match usize::try_from(found) {
        Ok(version) if version <= room.migrations.len() => Ok(version),
        _ => Err(OpenError::Newer {
            room: room.name.to_owned(),
            found,
            known: i64::try_from(room.migrations.len()).unwrap_or(i64::MAX),
        }),
    }
}

fn bring(tx: &mut Tx, room: &Room, from: usize, dialect: Dialect) -> Result<(), Error> {
    if from == room.migrations.len() {
        return Ok(());
    }
    for statement in room.migrations[from..].iter().flat_map(|migration| statements(migration, dialect)) {
        tx.batch(&statement)?;
    }
    tx.execute(
        "INSERT INTO store_stamp (room, version) VALUES (?1, ?2)
         ON CONFLICT (room) DO UPDATE SET version = excluded.version",
        &[room.name.into(), i64::try_from(room.migrations.len()).map_err(Error::broken)?.into()],
    )?;
    Ok(())
}
