//! Metadata in a PostgreSQL server: a few worker threads, each with a connection of its own.
//!
//! Uses nothing but tables and serialisable transactions, so that databases which speak PostgreSQL's wire protocol
//! stay possible: no LISTEN/NOTIFY, advisory locks or triggers.

pub(crate) mod session;
mod types;
mod worker;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::sync_channel;
use std::thread::{self, JoinHandle};

use tokio::sync::watch;

use crate::job::Job;
use crate::queue::Queue;
use crate::tx::Connection;
use crate::{Error, OpenError, Options, Tx};
use session::Session;
use worker::{Errand, Worker};

/// Connections, and so transactions that run at the same time.
const WORKERS: usize = 8;
/// Callers that may wait for a connection before further ones are held back.
const WAITING_MAX: usize = 1024;

/// An open database on a server.
pub(crate) struct Postgres {
    queue: Arc<Queue<Errand>>,
    reachable: Arc<AtomicBool>,
    threads: Vec<JoinHandle<()>>,
}

impl Postgres {
    pub(crate) fn open(
        url: &str,
        options: &Options,
        committed: &Arc<watch::Sender<u64>>,
    ) -> Result<Postgres, OpenError> {
        let config = session::configure(url)?;
        let queue = Arc::new(Queue::new(WAITING_MAX));
        let rooms = options.rooms;
        let lane = Arc::default();
        // The driver brings a runtime of its own, which must not meet the caller's: only workers touch it.
        let (opened, outcome) = sync_channel(1);
        let reachable = Arc::new(AtomicBool::new(true));
        let threads = Vec::new();
        let mut postgres = Postgres { queue: Arc::clone(&queue), reachable: Arc::clone(&reachable), threads };
        for i in 0..WORKERS {
            let session = Box::new(Session::new(config.clone(), Arc::clone(&reachable)));
            let tx = Tx::new(Connection::Postgres(session), options.clock.clone(), options.entropy.clone());
            let mut worker = Worker::new(tx, Arc::clone(&queue), Arc::clone(committed), Arc::clone(&lane));
            let opened = (i == 0).then(|| opened.clone());
            let run = move || {
                if let Some(opened) = opened {
                    let result = worker.migrate(rooms);
                    let failed = result.is_err();
                    // Whoever opens waits for exactly this.
                    let _ = opened.send(result);
                    if failed {
                        return;
                    }
                }
                worker.run();
            };
            let thread = thread::Builder::new()
                .name(format!("store-postgres-{i}"))
                .spawn(run)
                .map_err(|error| OpenError::Broken(format!("cannot start a thread: {error}")))?;
            postgres.threads.push(thread);
        }
        outcome.recv().map_err(|_| OpenError::Broken("the first connection's thread ended".to_owned()))??;
        Ok(postgres)
    }

    /// Says whether the server was there when it was last needed.
    pub(crate) fn is_reachable(&self) -> bool {
        self.reachable.load(Ordering::Relaxed)
    }

    /// Hands a job to the next free connection.
    pub(crate) async fn submit(&self, read_only: bool, job: Box<dyn Job>) {
        if let Err(errand) = self.queue.push(Errand { read_only, job }).await {
            errand.job.answer(Err(Error::broken("the store is closed")));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        self.queue.close();
        let this = thread::current().id();
        // A job that owned the last handle drops it on a worker, which cannot wait for its own end.
        for thread in self.threads.drain(..).filter(|thread| thread.thread().id() != this) {
            let _ = thread.join();
        }
    }
}
