//! The one thread that writes: whoever waits is committed together, with one flush.

use std::sync::Arc;

use tokio::sync::watch;

use super::transaction::{self, command, database, roll_back};
use super::{checkpoint, error, is_disk_failure};
use crate::job::{Job, Ran};
use crate::queue::Queue;
use crate::store::Health;
use crate::{Error, Tx};

/// Jobs that share one commit at most; bounds how long the first one waits for the last.
const GROUP_MAX: usize = 128;

/// The writer thread's belongings.
pub(crate) struct Writer {
    tx: Tx,
    queue: Arc<Queue<Box<dyn Job>>>,
    health: Arc<Health>,
    committed: Arc<watch::Sender<u64>>,
    catch_up: checkpoint::CatchUp,
}

/// How a group's transaction ended.
enum Group {
    Committed,
    /// Rolled back for certain; the jobs can be run again.
    Undone,
    /// Nobody knows what is on the disk.
    Unknown(Error),
}

impl Writer {
    pub(crate) fn new(
        tx: Tx,
        queue: Arc<Queue<Box<dyn Job>>>,
        health: Arc<Health>,
        committed: Arc<watch::Sender<u64>>,
    ) -> Self {
        Writer { tx, queue, health, committed, catch_up: checkpoint::CatchUp::default() }
    }

    pub(crate) fn run(mut self) {
        let mut jobs: Vec<Box<dyn Job>> = Vec::with_capacity(GROUP_MAX);
        while self.queue.pop(&mut jobs, GROUP_MAX) {
            if jobs.len() > 1 && self.health.check().is_ok() {
                self.together(&mut jobs);
            }
            for job in jobs.drain(..) {
                self.alone(job);
            }
            if self.health.check().is_ok() {
                self.catch_up.after_commit(database(&self.tx), &self.health);
            }
        }
    }

    /// Runs all jobs in one transaction; those left in `jobs` are still to be run one by one.
    fn together(&mut self, jobs: &mut Vec<Box<dyn Job>>) {
        match self.group(jobs) {
            Group::Committed => {
                self.tell();
                jobs.drain(..).for_each(|job| job.answer(Ok(())));
            }
            Group::Undone => {}
            Group::Unknown(error) => jobs.drain(..).for_each(|job| job.answer(Err(error.clone()))),
        }
    }

    fn group(&mut self, jobs: &mut [Box<dyn Job>]) -> Group {
        if command(database(&self.tx), transaction::WRITE).is_err() {
            return Group::Undone;
        }
        for job in jobs {
            if self.within(job.as_mut()).is_err() {
                roll_back(&mut self.tx);
                return Group::Undone;
            }
        }
        match command(database(&self.tx), "COMMIT") {
            Ok(()) => Group::Committed,
            Err(reason) => {
                roll_back(&mut self.tx);
                if is_disk_failure(&reason) {
                    Group::Unknown(self.health.fail(&reason))
                } else {
                    Group::Undone
                }
            }
        }
    }

    /// Runs one job of a group between savepoints; an error means that the group is lost.
    fn within(&mut self, job: &mut dyn Job) -> rusqlite::Result<()> {
        command(database(&self.tx), "SAVEPOINT job")?;
        let ran = job.run(&mut self.tx);
        if ran == Ran::Undo {
            // Fails when a full disk made SQLite undo the whole group.
            command(database(&self.tx), "ROLLBACK TO job")?;
        }
        command(database(&self.tx), "RELEASE job")
    }

    fn alone(&mut self, mut job: Box<dyn Job>) {
        let verdict = self.once(job.as_mut());
        job.answer(verdict);
    }

    fn once(&mut self, job: &mut dyn Job) -> Result<(), Error> {
        self.health.check()?;
        command(database(&self.tx), transaction::WRITE).map_err(error)?;
        if job.run(&mut self.tx) == Ran::Undo {
            roll_back(&mut self.tx);
            return Ok(());
        }
        if let Err(reason) = command(database(&self.tx), "COMMIT") {
            roll_back(&mut self.tx);
            return Err(if is_disk_failure(&reason) { self.health.fail(&reason) } else { error(reason) });
        }
        self.tell();
        Ok(())
    }

    fn tell(&self) {
        self.committed.send_modify(|count| *count += 1);
    }
}

impl Drop for Writer {
    /// Lets nobody wait for a thread that is gone, should it ever end early.
    fn drop(&mut self) {
        self.queue.close();
        let mut waiting = Vec::new();
        while self.queue.pop(&mut waiting, GROUP_MAX) {
            waiting.clear();
        }
    }
}
