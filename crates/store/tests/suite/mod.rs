//! The engines that every test of the store runs on.

#![allow(dead_code, clippy::unwrap_used, reason = "each test file uses its part, and all of it is tests")]

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

    /// A schema of its own on the server that `HOMEREGION_TEST_POSTGRES` names.
    pub fn postgres() -> Option<Bench> {
        let Ok(server) = std::env::var("HOMEREGION_TEST_POSTGRES") else {
            println!(
                "skipped: the PostgreSQL half needs HOMEREGION_TEST_POSTGRES=postgres://user@host/database"
            );
            return None;
        };
        let name = format!("store_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::SeqCst));
        let separator = if server.contains('?') { '&' } else { '?' };
        let url = format!("{server}{separator}options=-csearch_path%3D{name}");
        schema(&url, "DROP SCHEMA IF EXISTS NAME CASCADE; CREATE SCHEMA NAME");
        Some(Bench { database: Database::Postgres { url } })
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
        match &self.database {
            Database::Sqlite { directory, .. } => drop(std::fs::remove_dir_all(directory)),
            Database::Postgres { url } => schema(url, "DROP SCHEMA IF EXISTS NAME CASCADE"),
            Database::Memory => {}
        }
    }
}

/// Runs a test once for each engine that is there.
pub fn each_engine(test: impl Fn(&Bench)) {
    engines().iter().for_each(test);
}

pub fn engines() -> Vec<Bench> {
    let mut engines = vec![Bench::memory(), Bench::folder()];
    engines.extend(Bench::postgres());
    engines
}

/// Runs a statement on the schema that a test's URL names.
fn schema(url: &str, sql: &str) {
    let (server, name) = url.split_once("%3D").unwrap();
    let server = server.split_once("options=").unwrap().0.trim_end_matches(['?', '&']).to_owned();
    let (sql, name) = (sql.to_owned(), name.to_owned());
    // The driver brings a runtime of its own, which must not meet an asynchronous test's.
    std::thread::spawn(move || {
        let mut client = postgres::Client::connect(&server, postgres::NoTls).unwrap();
        client.batch_execute(&sql.replace("NAME", &name)).unwrap();
    })
    .join()
    .unwrap();
}

/// Names a folder that nobody else uses.
pub fn folder() -> PathBuf {
    let number = NUMBER.fetch_add(1, Ordering::SeqCst);
    let name = format!("homeregion-store-{}-{number}", std::process::id());
    let folder = std::env::temp_dir().join(name);
    let _ = std::fs::remove_dir_all(&folder);
    folder
}

/// A small disk in memory, where the machine lets us have one (root on Linux).
pub struct SmallDisk {
    pub path: PathBuf,
}

impl SmallDisk {
    pub fn mount(size: &str) -> Option<SmallDisk> {
        let path = folder();
        std::fs::create_dir_all(&path).unwrap();
        let mounted = std::process::Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={size}"), "tmpfs"])
            .arg(&path)
            .output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(SmallDisk { path });
        }
        println!("skipped: a full disk needs the right to mount a small tmpfs");
        let _ = std::fs::remove_dir(&path);
        None
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.path).status();
        let _ = std::fs::remove_dir(&self.path);
    }
}
