//! Moves committed pages from the WAL into the database file, beside the writer instead of inside it.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};

use rusqlite::Connection;

use super::is_disk_failure;
use crate::store::Health;
use crate::tx::Connection as Owned;
use crate::{OpenError, Tx};

/// Pages (4 KiB) in the WAL that make a checkpoint worthwhile: 4 MiB.
const PAGES_MIN: i32 = 1024;
/// Pages in the WAL that the writer itself cleans up, so that the file can start over: 64 MiB.
const PAGES_MAX: i32 = 16 * 1024;
/// Commits between two clean-ups by the writer, when readers keep the first one from finishing.
const COMMITS_BETWEEN: u32 = 256;

/// Starts the checkpoint thread and makes the writer's commits wake it; it ends with its connection, still open, as its
/// result.
pub(crate) fn start(
    connection: Connection,
    writer: &mut Tx,
    health: Arc<Health>,
) -> Result<JoinHandle<Connection>, OpenError> {
    let Owned::Sqlite(database) = &mut writer.connection else {
        unreachable!("SQLite's threads are made with its connections")
    };
    let (wake, woken) = sync_channel::<()>(1);
    let pages_seen = Arc::clone(&health.wal_pages);
    let hook = move |_: &mut rusqlite::hooks::Wal, pages: i32| {
        pages_seen.store(pages, Ordering::Relaxed);
        if pages >= PAGES_MIN {
            // A full channel means that the thread is already told.
            let _ = wake.try_send(());
        }
        Ok(())
    };
    database.wal_hook(Some(hook)).map_err(|error| OpenError::Broken(error.to_string()))?;
    thread::Builder::new()
        .name("store-checkpoint".to_owned())
        .spawn(move || {
            // Ends when the writer's connection, which owns the hook, is closed.
            while woken.recv().is_ok() {
                checkpoint(&connection, &health);
            }
            connection
        })
        .map_err(|error| OpenError::Broken(format!("cannot start a thread: {error}")))
}

/// The writer's part: when the WAL has grown long, finish the checkpoint while nothing is being written.
#[derive(Default)]
pub(crate) struct CatchUp {
    commits: u32,
}

impl CatchUp {
    pub(crate) fn after_commit(&mut self, connection: &Connection, health: &Health) {
        self.commits = self.commits.saturating_add(1);
        if self.commits < COMMITS_BETWEEN || health.wal_pages.load(Ordering::Relaxed) < PAGES_MAX {
            return;
        }
        self.commits = 0;
        checkpoint(connection, health);
    }
}

/// Copies what no reader still needs from the WAL; what is left is left for the next time.
fn checkpoint(connection: &Connection, health: &Health) {
    if health.check().is_err() {
        return;
    }
    let done = connection.query_row("PRAGMA wal_checkpoint(PASSIVE)", [], |_| Ok(()));
    if let Err(error) = done
        && is_disk_failure(&error)
    {
        // A flush that failed once may claim success the next time, and then the WAL would be thrown away.
        health.fail(&error);
    }
}
