//! The engines that every test of the store runs on.

#![allow(dead_code, reason = "each test file uses its part")]

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use model::Timestamp;
use store::{Clock, Database, Entropy, OpenError, Options, Room, Store};

/// Tables of the tests.
pub static COUNTERS: Room = Room {
    name: "counters",
    migrations: &["CREATE TABLE counter (account TEXT NOT NULL, name TEXT NOT NULL, amount INTEGER NOT NULL,
           PRIMARY KEY (account, name));
         CREATE TABLE kinds (id INTEGER NOT NULL, words TEXT, bytes BLOB, flag INTEGER NOT NULL,
           at INTEGER NOT NULL, PRIMARY KEY (id))"],
    blob_references: &["SELECT 1 FROM counter WHERE name = ?1 LIMIT 1"],
};

/// Rooms of the tests.
pub static ROOMS: &[&Room] = &[&COUNTERS];

/// A fresh place for one store, removed afterwards.
#[derive(Debug)]
pub struct Bench {
    pub database: Database,
}

static NUMBER: AtomicU32 = AtomicU32::new(0);

impl Bench {
    pub fn memory() -> Bench {
        Bench { database: Database::Memory }
    }

    pub fn folder() -> Bench {
        Bench { database: Database::Sqlite { directory: folder(), durable: true } }
    }

    pub fn open(&self) -> Store {
        self.open_with(ROOMS).unwrap()
    }

    pub fn open_with(&self, rooms: &'static [&'static Room]) -> Result<Store, OpenError> {
        Store::open(Options {
            database: self.database.clone(),
            rooms,
            clock: Clock::manual(Timestamp::from_millis(1_700_000_000_000)),
            entropy: Entropy::seeded(1),
        })
    }

    pub fn is_memory(&self) -> bool {
        self.database == Database::Memory
    }

    pub fn is_postgres(&self) -> bool {
        matches!(self.database, Database::Postgres { .. })
    }
}

impl Drop for Bench {
    fn drop(&mut self) {
        if let Database::Sqlite { directory, .. } = &self.database {
            let _ = std::fs::remove_dir_all(directory);
        }
    }
}

/// Runs a test once for each engine that is there.
pub fn each_engine(test: impl Fn(&Bench)) {
    engines().iter().for_each(test);
}

pub fn engines() -> Vec<Bench> {
    vec![Bench::memory(), Bench::folder()]
}

/// Names a folder that nobody else uses.
pub fn folder() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("homeregion-store-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}
