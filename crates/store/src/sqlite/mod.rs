//! Metadata in a data folder: SQLite in WAL mode, one writer thread with group commit, many readers.

mod checkpoint;
pub(crate) mod connection;
pub(crate) mod statement;
mod statistics;
pub(crate) mod transaction;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

use crate::folder_lock::FolderLock;
use crate::job::Job;
use crate::queue::Queue;
use crate::store::Health;
use crate::tx::Connection;
use crate::{Clock, Entropy, Error, OpenError, Options, Tx};

/// Callers that may wait for the writer before further ones are held back.
const WAITING_MAX: usize = 1024;
/// Idle read connections kept; more are opened under load and closed again.
const IDLE_READERS_MAX: usize = 16;
/// Name of the database inside the data folder.
const FILE: &str = "metadata.db";

/// An open data folder.
pub(crate) struct Sqlite {
    queue: Arc<Queue<Box<dyn Job>>>,
    readers: Mutex<Vec<Tx>>,
    file: PathBuf,
    clock: Clock,
    entropy: Entropy,
    writer: Option<JoinHandle<()>>,
    checkpoints: Option<JoinHandle<rusqlite::Connection>>,
    /// Held by all but onlookers.
    _lock: Option<FolderLock>,
}

impl Sqlite {
    pub(crate) fn open(
        directory: &Path,
        durable: bool,
        options: &Options,
        health: &Arc<Health>,
        committed: Arc<watch::Sender<u64>>,
    ) -> Result<Sqlite, OpenError> {
        let lock = FolderLock::take(directory)?;
        let file = directory.join(FILE);
        let connection = connection::writer(&file, durable)?;
        let mut tx = Tx::new(Connection::Sqlite(connection), options.clock.clone(), options.entropy.clone());
        transaction::migrate(&mut tx, options.rooms)?;

        let queue = Arc::new(Queue::new(WAITING_MAX));
        let checkpoints =
            checkpoint::start(connection::writer(&file, durable)?, &mut tx, Arc::clone(health))?;
        let writer = writer::Writer::new(tx, Arc::clone(&queue), Arc::clone(health), committed);
        let writer = thread::Builder::new()
            .name("store-writer".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| OpenError::Broken(format!("cannot start a thread: {error}")))?;
        Ok(Sqlite {
            queue,
            readers: Mutex::new(Vec::new()),
            file,
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
            writer: Some(writer),
            checkpoints: Some(checkpoints),
            _lock: Some(lock),
        })
    }

    /// Opens a data folder for reading only, beside the process that works in it or without one.
    pub(crate) fn look(directory: &Path, options: &Options) -> Result<Sqlite, OpenError> {
        let file = directory.join(FILE);
        if !file.exists() {
            return Err(OpenError::Broken(format!("{} holds no data of homeregion", directory.display())));
        }
        let queue = Arc::new(Queue::new(WAITING_MAX));
        queue.close();
        let sqlite = Sqlite {
            queue,
            readers: Mutex::new(Vec::new()),
            file,
            clock: options.clock.clone(),
            entropy: options.entropy.clone(),
            writer: None,
            checkpoints: None,
            _lock: None,
        };
        let mut tx = sqlite.reader()?;
        crate::schema::check(&mut tx, options.rooms)?;
        Ok(sqlite)
    }

    /// Hands a job to the writer; gives it back when the store is closing.
    pub(crate) async fn submit(&self, job: Box<dyn Job>) {
        if let Err(job) = self.queue.push(job).await {
            job.answer(Err(Error::broken("the store is closed")));
        }
    }

    /// Runs a read on the calling thread.
    pub(crate) fn read<T, E>(&self, body: &impl Fn(&mut Tx) -> Result<T, E>) -> Result<T, E>
    where
        E: From<Error>,
    {
        let idle = self.idle().pop();
        let mut tx = match idle {
            Some(tx) => tx,
            None => self.reader()?,
        };
        let result = transaction::alone(&mut tx, transaction::READ, body);
        let mut idle = self.idle();
        if idle.len() < IDLE_READERS_MAX {
            idle.push(tx);
        }
        result
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Tx>> {
        self.readers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reader(&self) -> Result<Tx, Error> {
        let connection = connection::reader(&self.file).map_err(error)?;
        let mut tx = Tx::new(Connection::Sqlite(connection), self.clock.clone(), self.entropy.clone());
        tx.set_read_only(true);
        Ok(tx)
    }
}

impl Drop for Sqlite {
    fn drop(&mut self) {
        self.queue.close();
        // Whoever closes last moves the WAL into the database file, and a connection for reading may not.
        self.idle().clear();
        let this = thread::current().id();
        // A job that owned the last handle drops it on the writer itself, which cannot wait for its own end.
        let Some(writer) = self.writer.take().filter(|writer| writer.thread().id() != this) else { return };
        let _ = writer.join();
        // Of two connections that close at the same moment neither is the last one, so this one waits for the writer's.
        drop(self.checkpoints.take().map(JoinHandle::join));
    }
}

/// Sorts SQLite's errors into ours.
pub(crate) fn error(error: rusqlite::Error) -> Error {
    use rusqlite::ErrorCode::{DatabaseBusy, DiskFull};
    match error.sqlite_error_code() {
        Some(DatabaseBusy) => Error::broken("another program holds the database file, close it"),
        Some(DiskFull) => Error::Full,
        _ if is_index_growth(&error) => Error::Full,
        _ => Error::broken(error),
    }
}

/// Says whether the disk (not its space) failed: after that, what is on it is unknown.
pub(crate) fn is_disk_failure(error: &rusqlite::Error) -> bool {
    error.sqlite_error_code() == Some(rusqlite::ErrorCode::SystemIoFailure) && !is_index_growth(error)
}

/// The shared index beside the WAL could not grow, which only a full disk causes.
fn is_index_growth(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| error.extended_code == rusqlite::ffi::SQLITE_IOERR_SHMSIZE)
}
