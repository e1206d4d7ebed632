//! The store: opens a database, runs transactions, tells when something was committed.

use std::collections::HashMap;
use std::fmt;
use std::path::PathBuf;
use std::sync::atomic::AtomicI32;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::watch;

use crate::block_on::block_on;
use crate::job::Work;
use crate::memory::Memory;
use crate::postgres::Postgres;
use crate::sqlite::Sqlite;
use crate::{Clock, Entropy, Error, OpenError, Room, Tx, sql};

/// How often a transaction that collides with others is run before the caller is told.
pub(crate) const ATTEMPTS_MAX: u32 = 10;

/// Where the metadata lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Database {
    /// In this process's memory, gone with it.
    Memory,
    /// In a folder of this machine.
    Sqlite {
        /// The data folder; created if need be, and locked against a second process.
        directory: PathBuf,
        /// Whether a commit is on the disk before it is answered; only benches and throw-away data say no.
        durable: bool,
    },
    /// In a PostgreSQL server.
    Postgres {
        /// `postgres://user:password@host:port/database`
        url: String,
    },
}

/// What a store is opened with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where the metadata lives.
    pub database: Database,
    /// Whose tables it holds.
    pub rooms: &'static [&'static Room],
    /// What time it is.
    pub clock: Clock,
    /// Where random bytes come from.
    pub entropy: Entropy,
}

/// Open metadata; clones share it, and the last one closes it.
#[derive(Clone)]
pub struct Store {
    inner: Arc<Inner>,
}

struct Inner {
    engine: Engine,
    rooms: &'static [&'static Room],
    clock: Clock,
    secrets: Mutex<HashMap<String, [u8; 32]>>,
    committed: Arc<watch::Sender<u64>>,
    health: Arc<Health>,
}

enum Engine {
    Memory(Memory),
    Sqlite(Sqlite),
    Postgres(Postgres),
}

/// Whether the disk can still be trusted, seen by all threads of a store.
pub(crate) struct Health {
    failure: watch::Sender<Option<String>>,
    /// Pages in SQLite's WAL after the last commit.
    pub(crate) wal_pages: Arc<AtomicI32>,
}

impl Store {
    /// Opens the database, creates or migrates its tables, and starts its threads.
    ///
    /// Errors in this order: unwritable folder, folder in use, unreachable database, data from a newer program.
    pub fn open(options: Options) -> Result<Store, OpenError> {
        let committed = Arc::new(watch::Sender::new(0));
        let health = Arc::new(Health { failure: watch::Sender::new(None), wal_pages: Arc::default() });
        let engine = match &options.database {
            Database::Memory => Engine::Memory(Memory::open(&options)?),
            Database::Sqlite { directory, durable } => {
                Engine::Sqlite(Sqlite::open(directory, *durable, &options, &health, Arc::clone(&committed))?)
            }
            Database::Postgres { url } => Engine::Postgres(Postgres::open(url, &options, &committed)?),
        };
        let (rooms, clock) = (options.rooms, options.clock);
        let secrets = Mutex::default();
        Ok(Store { inner: Arc::new(Inner { engine, rooms, clock, secrets, committed, health }) })
    }

    /// Opens a database for reading beside the server that works on it; writes are refused.
    ///
    /// Errors in this order: no data, data from a newer program, data from an older one.
    pub fn look(options: Options) -> Result<Store, OpenError> {
        let Database::Sqlite { directory, .. } = &options.database else { return Store::open(options) };
        let engine = Engine::Sqlite(Sqlite::look(directory, &options)?);
        let health = Arc::new(Health { failure: watch::Sender::new(None), wal_pages: Arc::default() });
        let committed = Arc::new(watch::Sender::new(0));
        let (rooms, clock) = (options.rooms, options.clock);
        Ok(Store {
            inner: Arc::new(Inner { engine, rooms, clock, secrets: Mutex::default(), committed, health }),
        })
    }

    /// Runs `job` in a transaction that may change things; it is durable when this returns.
    ///
    /// Dropping the future does not call the job off. An error of the job undoes the job alone. The job may be run several times, so it touches nothing but the
    /// transaction. It must not start another transaction.
    pub async fn write<T, E>(
        &self,
        job: impl Fn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Memory(memory) => {
                let result = memory.run(false, &job);
                if result.is_ok() {
                    self.inner.committed.send_modify(|count| *count += 1);
                }
                result
            }
            Engine::Sqlite(sqlite) => {
                let (work, answer) = Work::new(job);
                sqlite.submit(Box::new(work)).await;
                answer.await.unwrap_or_else(|_| Err(E::from(stopped())))
            }
            Engine::Postgres(postgres) => {
                let (work, answer) = Work::new(job);
                postgres.submit(false, Box::new(work)).await;
                answer.await.unwrap_or_else(|_| Err(E::from(stopped())))
            }
        }
    }

    /// Runs `job` on one snapshot; SQLite serves it on the calling thread.
    ///
    /// The job must not start another transaction.
    pub async fn read<T, E>(
        &self,
        job: impl Fn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        match &self.inner.engine {
            Engine::Memory(memory) => memory.run(true, &job),
            Engine::Sqlite(sqlite) => sqlite.read(&job),
            Engine::Postgres(postgres) => {
                let (work, answer) = Work::new(job);
                postgres.submit(true, Box::new(work)).await;
                answer.await.unwrap_or_else(|_| Err(E::from(stopped())))
            }
        }
    }

    /// Does what [`Store::write`] does and waits on the calling thread; for tests and commands.
    pub fn write_blocking<T, E>(
        &self,
        job: impl Fn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        block_on(self.write(job))
    }

    /// Does what [`Store::read`] does and waits on the calling thread; for tests and commands.
    pub fn read_blocking<T, E>(
        &self,
        job: impl Fn(&mut Tx) -> Result<T, E> + Send + Sync + 'static,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: From<Error> + Send + 'static,
    {
        block_on(self.read(job))
    }

    /// Gives the secret of that name, which is made up at the first request and kept in the database.
    pub fn secret(&self, name: &str) -> Result<[u8; 32], Error> {
        let mut known = self.inner.secrets.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(secret) = known.get(name) {
            return Ok(*secret);
        }
        let wanted = name.to_owned();
        let secret = self.write_blocking(move |tx| keep_secret(tx, &wanted))?;
        known.insert(name.to_owned(), secret);
        Ok(secret)
    }

    /// Tells when something was committed: the number rises with each commit (or group of commits).
    pub fn committed(&self) -> watch::Receiver<u64> {
        self.inner.committed.subscribe()
    }

    /// Says whether the disk can still be trusted and the database was there when it was last needed.
    pub fn is_well(&self) -> bool {
        let reachable = match &self.inner.engine {
            Engine::Memory(_) | Engine::Sqlite(_) => true,
            Engine::Postgres(postgres) => postgres.is_reachable(),
        };
        reachable && self.inner.health.failure.borrow().is_none()
    }

    /// Waits until the disk has failed in a way that only a restart can repair; answers what happened.
    pub async fn failed(&self) -> String {
        let mut failure = self.inner.health.failure.subscribe();
        // The sender lives as long as `self`.
        failure.wait_for(Option::is_some).await.ok().and_then(|reason| reason.clone()).unwrap_or_default()
    }

    /// Deletes every row of every room and all events; the schema and the secrets stay.
    pub fn reset(&self) -> Result<(), Error> {
        let rooms = self.inner.rooms;
        self.write_blocking(move |tx| {
            // Rows that refer to others were created after them.
            let tables = rooms.iter().flat_map(|room| sql::tables(room.migrations)).rev();
            for table in tables {
                tx.batch(&format!("DELETE FROM {table}"))?;
            }
            crate::outbox::clear(tx)
        })
    }

    /// Checks the database file from end to end; answers one sentence for each problem found.
    pub fn verify(&self) -> Result<Vec<String>, Error> {
        match &self.inner.engine {
            Engine::Memory(_) | Engine::Sqlite(_) => self.read_blocking(|tx| {
                let mut problems = tx.query("PRAGMA integrity_check", &[], |row| row.text(0))?;
                problems.retain(|line| line != "ok");
                let orphans = tx.query("PRAGMA foreign_key_check", &[], |row| row.text(0))?;
                problems
                    .extend(orphans.into_iter().map(|table| format!("a row of {table} refers to nothing")));
                Ok(problems)
            }),
            // The server checks its own pages; that it answers is what can be seen from here.
            Engine::Postgres(_) => self.read_blocking(|tx| {
                tx.query("SELECT room FROM store_stamp", &[], |row| row.text(0)).map(|_| Vec::new())
            }),
        }
    }

    /// Says whether events get their numbers when they are read, not when they are emitted.
    pub(crate) fn numbers_events_later(&self) -> bool {
        matches!(self.inner.engine, Engine::Postgres(_))
    }

    /// Says where the time comes from.
    pub fn clock(&self) -> &Clock {
        &self.inner.clock
    }

    /// Says which of these blobs (SHA-256 in lower-case hexadecimal) no row of any room refers to.
    pub async fn unreferenced(&self, blobs: Vec<String>) -> Result<Vec<String>, Error> {
        let rooms = self.inner.rooms;
        self.read(move |tx| {
            let mut unreferenced = Vec::new();
            for blob in &blobs {
                let mut found = false;
                for sql in rooms.iter().flat_map(|room| room.blob_references) {
                    found = found || tx.query_one(sql, &[blob.into()], |_| Ok(()))?.is_some();
                }
                if !found {
                    unreferenced.push(blob.clone());
                }
            }
            Ok(unreferenced)
        })
        .await
    }
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Store")
    }
}

impl Health {
    /// Refuses when the disk has failed before.
    pub(crate) fn check(&self) -> Result<(), Error> {
        self.failure.borrow().as_ref().map_or(Ok(()), |reason| Err(Error::Broken(reason.clone())))
    }

    /// Records the first failure; answers what to tell the callers.
    pub(crate) fn fail(&self, reason: &dyn fmt::Display) -> Error {
        let text =
            format!("the disk failed ({reason}), restart to recover; the last change may or may not be kept");
        let mut told = text.clone();
        self.failure.send_if_modified(|failure| {
            let first = failure.is_none();
            told.clone_from(failure.get_or_insert(text));
            first
        });
        Error::Broken(told)
    }
}

fn stopped() -> Error {
    Error::broken("the thread that runs transactions has stopped")
}

fn keep_secret(tx: &mut Tx, name: &str) -> Result<[u8; 32], Error> {
    let read = "SELECT bytes FROM store_secret WHERE name = ?1";
    if let Some(bytes) = tx.query_one(read, &[name.into()], |row| row.blob(0))? {
        return bytes
            .try_into()
            .map_err(|_| Error::Broken(format!("the secret {name} is not 32 bytes long")));
    }
    let mut secret = [0; 32];
    secret[..16].copy_from_slice(&tx.random());
    secret[16..].copy_from_slice(&tx.random());
    let insert = "INSERT INTO store_secret (name, bytes) VALUES (?1, ?2)";
    tx.execute(insert, &[name.into(), secret.as_slice().into()])?;
    Ok(secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn after_a_failed_flush_writes_are_refused_and_reads_go_on() {
        static ROOMS: &[&Room] = &[];
        let directory = std::env::temp_dir().join(format!("homeregion-health-{}", std::process::id()));
        let database = Database::Sqlite { directory: directory.clone(), durable: true };
        let (clock, entropy) = (Clock::System, Entropy::System);
        let store = Store::open(Options { database, rooms: ROOMS, clock, entropy }).unwrap();
        let secret = store.secret("kept").unwrap();

        let told = store.inner.health.fail(&"input/output error");
        assert_eq!(store.inner.health.fail(&"a later one"), told.clone());
        assert_eq!(store.failed().await, told.to_string().replace("the store failed: ", ""));
        let crowd: Vec<_> = (0..20)
            .map(|i| {
                let store = store.clone();
                tokio::spawn(async move { store.write(move |tx| keep_secret(tx, &format!("s{i}"))).await })
            })
            .collect();
        for member in crowd {
            assert_eq!(member.await.unwrap(), Err(told.clone()));
        }
        let read = "SELECT bytes FROM store_secret WHERE name = 'kept'";
        let kept = store.read(move |tx| tx.query_one(read, &[], |row| row.blob(0))).await;
        assert_eq!(kept, Ok::<_, Error>(Some(secret.to_vec())));
        drop(store);
        std::fs::remove_dir_all(directory).unwrap();
    }
}
