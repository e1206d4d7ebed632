//! A thread that runs one transaction after the other on its connection, again when it collides with others.

use std::sync::{Arc, PoisonError, RwLock};
use std::thread;
use std::time::Duration;

use tokio::sync::watch;

use super::session::Session;
use crate::job::{Job, Ran};
use crate::queue::Queue;
use crate::sql::Dialect;
use crate::store::ATTEMPTS_MAX;
use crate::tx::Connection;
use crate::{Entropy, Error, OpenError, Room, Tx, schema};

/// Attempts that a write makes beside others.
const ATTEMPTS_TOGETHER: u32 = 4;
/// The longest pause before another attempt.
const PAUSE_MAX: Duration = Duration::from_millis(250);

/// A job and the kind of transaction it wants.
pub(crate) struct Errand {
    pub(crate) read_only: bool,
    pub(crate) job: Box<dyn Job>,
}

pub(crate) struct Worker {
    tx: Tx,
    queue: Arc<Queue<Errand>>,
    committed: Arc<watch::Sender<u64>>,
    lane: Arc<RwLock<()>>,
}

impl Worker {
    pub(crate) fn new(
        tx: Tx,
        queue: Arc<Queue<Errand>>,
        committed: Arc<watch::Sender<u64>>,
        lane: Arc<RwLock<()>>,
    ) -> Worker {
        Worker { tx, queue, committed, lane }
    }

    /// Brings the schema up to date; several servers may try at once, then one wins and the others look again.
    pub(crate) fn migrate(&mut self, rooms: &[&Room]) -> Result<(), OpenError> {
        let mut result = Ok(());
        for attempt in 0..ATTEMPTS_MAX {
            pause(attempt);
            result = self.migrate_once(rooms);
            if !matches!(result, Err(OpenError::Broken(_))) {
                break;
            }
        }
        result
    }

    pub(crate) fn run(&mut self) {
        let mut errands = Vec::with_capacity(1);
        while self.queue.pop(&mut errands, 1) {
            for errand in errands.drain(..) {
                self.serve(errand);
            }
        }
    }

    fn migrate_once(&mut self, rooms: &[&Room]) -> Result<(), OpenError> {
        self.tx.start();
        self.session().begin(false)?;
        if let Err(error) = schema::migrate(&mut self.tx, rooms, Dialect::Postgres) {
            self.session().roll_back();
            let collision = self.session().collision.take();
            return Err(match (error, collision) {
                (OpenError::Broken(_), Some(reason)) => OpenError::Broken(reason),
                (error, _) => error,
            });
        }
        Ok(self.session().commit()?)
    }

    fn serve(&mut self, Errand { read_only, mut job }: Errand) {
        let mut verdict = Err(Error::Conflict);
        for attempt in 0..ATTEMPTS_MAX {
            pause(attempt);
            verdict = self.in_lane(attempt, read_only, job.as_mut());
            if verdict != Err(Error::Conflict) {
                break;
            }
        }
        if verdict == Err(Error::Conflict) && self.session().duplicate {
            verdict = Err(Error::Broken(self.session().collision.take().unwrap_or_default()));
        }
        if verdict.is_ok() && !read_only {
            self.committed.send_modify(|count| *count += 1);
        }
        job.answer(verdict);
    }

    /// Runs writes side by side at first; one that keeps colliding gets the road for itself, as far as this server goes.
    fn in_lane(&mut self, attempt: u32, read_only: bool, job: &mut dyn Job) -> Result<(), Error> {
        if read_only {
            return self.once(read_only, job);
        }
        let lane = Arc::clone(&self.lane);
        if attempt < ATTEMPTS_TOGETHER {
            let _shared = lane.read().unwrap_or_else(PoisonError::into_inner);
            return self.once(read_only, job);
        }
        let _alone = lane.write().unwrap_or_else(PoisonError::into_inner);
        self.once(read_only, job)
    }

    fn once(&mut self, read_only: bool, job: &mut dyn Job) -> Result<(), Error> {
        self.session().begin(read_only)?;
        if job.run(&mut self.tx) == Ran::Undo {
            self.session().roll_back();
            return if self.tx.failure() == Some(&Error::Conflict) { Err(Error::Conflict) } else { Ok(()) };
        }
        self.session().commit()
    }

    fn session(&mut self) -> &mut Session {
        match &mut self.tx.connection {
            Connection::Postgres(session) => session,
            Connection::Sqlite(_) => unreachable!("workers of PostgreSQL are made with its sessions"),
        }
    }
}

/// Waits a random time that doubles with each attempt, so that two that collided do not meet again.
fn pause(attempt: u32) {
    if attempt == 0 {
        return;
    }
    let most = Duration::from_millis(1 << attempt.min(16)).min(PAUSE_MAX);
    let random = Entropy::System.random();
    let share = u32::from(u16::from_be_bytes([random[0], random[1]]));
    thread::sleep(most * share / u32::from(u16::MAX));
}
