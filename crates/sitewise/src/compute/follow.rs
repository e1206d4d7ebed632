//! Follows the log: keeps what was written to streams that something reads, until it is computed.
//!
//! The thread that owns the log only hands over; streams that feed nothing are sieved out there, a look in a hash table
//! for each run. When computations lag the engine is told that it is crowded and takes no more from others meanwhile.

use std::collections::HashSet;
use std::hash::BuildHasherDefault;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, RwLock};
use std::time::Duration;

use series::committer::Observer;
use series::head::KeyHasher;
use series::log::{Batch, Position};
use series::{Run, SeriesKey};
use store::Clock;

use super::note::Progress;

/// Points that may wait; behind them writers do. They take about 60 MB.
const WAITING_MAX: usize = 1 << 20;

/// Streams, by keys that are random already.
type Keys = HashSet<SeriesKey, BuildHasherDefault<KeyHasher>>;

/// What one group wrote to streams that feed something.
pub struct Told {
    /// Position of the group.
    pub position: Position,
    /// What was written.
    pub runs: Vec<Run>,
    /// Whether computed values are among it, which have fired what reads them already.
    pub is_computed: bool,
    /// When it was told, in milliseconds.
    pub at_ms: i64,
}

/// Follows the log.
pub struct Follower {
    clock: Clock,
    queue: Mutex<Queue>,
    arrived: Condvar,
    waiting: AtomicUsize,
    sieve: RwLock<Sieve>,
    /// Grows when something was written that may change the plant.
    age: AtomicU64,
    is_replaying: AtomicBool,
    /// Up to where the log need not be kept: as it stands in the database.
    done: AtomicU64,
}

#[derive(Default)]
struct Queue {
    told: Vec<Told>,
    position: Position,
    progress: Option<Progress>,
    begun: Vec<SeriesKey>,
}

/// Streams that feed something.
#[derive(Default)]
struct Sieve {
    /// Age of the plant that it was made from; another one than now lets everything through.
    age: u64,
    feeding: Keys,
}

impl Follower {
    /// Begins to follow, computations being as far as `progress` says; the log is about to be told again.
    pub fn new(clock: Clock, progress: Option<Progress>) -> Self {
        Self {
            clock,
            queue: Mutex::new(Queue { progress, ..Queue::default() }),
            arrived: Condvar::new(),
            waiting: AtomicUsize::new(0),
            sieve: RwLock::default(),
            age: AtomicU64::new(1),
            is_replaying: AtomicBool::new(true),
            done: AtomicU64::new(progress.map_or(0, |progress| progress.done)),
        }
    }

    /// Says that the log has been told again: what comes now is new. Answers how far computations are.
    pub fn follows(&self) -> Option<Progress> {
        self.is_replaying.store(false, Ordering::Release);
        self.queue().progress
    }

    /// Answers the age of the plant.
    pub fn age(&self) -> u64 {
        self.age.load(Ordering::Acquire)
    }

    /// Says that something was written that may change the plant.
    pub fn look_again(&self) {
        self.age.fetch_add(1, Ordering::AcqRel);
        self.arrived.notify_all();
    }

    /// Lets through what feeds a plant of some age.
    pub fn let_through(&self, age: u64, feeding: impl Iterator<Item = SeriesKey>) {
        let mut sieve = self.sieve.write().unwrap_or_else(PoisonError::into_inner);
        // Those that have begun meanwhile are looked at later.
        *sieve = Sieve { age, feeding: feeding.chain(self.queue().begun.iter().copied()).collect() };
    }

    /// Lets one more stream through.
    pub fn let_one_through(&self, key: SeriesKey) {
        self.sieve.write().unwrap_or_else(PoisonError::into_inner).feeding.insert(key);
    }

    /// Says that streams have just begun; nothing was written to them yet.
    pub fn begin(&self, keys: impl Iterator<Item = SeriesKey>) {
        let mut sieve = self.sieve.write().unwrap_or_else(PoisonError::into_inner);
        let mut queue = self.queue();
        for key in keys {
            if sieve.feeding.insert(key) {
                queue.begun.push(key);
            }
        }
    }

    /// Takes the streams that have just begun.
    pub fn begun(&self) -> Vec<SeriesKey> {
        std::mem::take(&mut self.queue().begun)
    }

    /// Takes what has arrived, and answers the position up to which the log was told.
    pub fn take(&self) -> (Vec<Told>, Position) {
        let mut queue = self.queue();
        self.waiting.store(0, Ordering::Release);
        (std::mem::take(&mut queue.told), queue.position)
    }

    /// Says that how far computations are stands in the database.
    pub fn kept(&self, progress: &Progress) {
        self.done.store(progress.done, Ordering::Release);
    }

    /// Waits until something arrives, or for some time.
    pub fn wait(&self, timeout: Duration) {
        let queue = self.queue();
        if queue.told.is_empty() {
            drop(self.arrived.wait_timeout(queue, timeout));
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Keeps what feeds something.
    fn sift(&self, batch: Batch) -> Vec<Run> {
        let sieve = self.sieve.read().unwrap_or_else(PoisonError::into_inner);
        let mut runs = batch.runs;
        if sieve.age == self.age() {
            runs.retain(|run| sieve.feeding.contains(&run.key));
        }
        runs
    }
}

impl Observer for Follower {
    fn committed(&self, position: Position, batches: Vec<Batch>) {
        let is_replaying = self.is_replaying.load(Ordering::Acquire);
        let mut told = Vec::new();
        let mut points = 0;
        let mut newer = None;
        for batch in batches {
            let own = Progress::decode(&batch.note);
            newer = own.or(newer);
            if own.is_some() && !is_replaying {
                continue;
            }
            let runs = self.sift(batch);
            if !runs.is_empty() {
                points += runs.iter().map(|run| run.points.len()).sum::<usize>();
                let at_ms = self.clock.now().millis();
                told.push(Told { position, runs, is_computed: own.is_some(), at_ms });
            }
        }
        let mut queue = self.queue();
        queue.position = position;
        if is_replaying {
            // The database may know more than an old note.
            queue.progress = newer.map(|newer| newer.max(queue.progress.unwrap_or(newer))).or(queue.progress);
            let done = queue.progress.map_or(0, |progress| progress.done);
            told.retain(|told| told.position > done);
            queue.told.retain(|told| told.position > done);
        }
        if told.is_empty() {
            return;
        }
        queue.told.extend(told);
        self.waiting.fetch_add(points, Ordering::AcqRel);
        drop(queue);
        self.arrived.notify_all();
    }

    fn done(&self) -> Position {
        self.done.load(Ordering::Acquire)
    }

    fn is_crowded(&self) -> bool {
        self.waiting.load(Ordering::Acquire) > WAITING_MAX
    }
}
