//! The engine at work: one thread owns the log, one seals, one merges; everybody else writes and reads.

use std::panic;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use crate::committer::{Committer, Observer, Prepared};
use crate::error::Error;
use crate::keeper::{Freeze, Keeper};
use crate::log::{Batch, Log, Position};
use crate::manifest::Manifest;
use crate::objects::Objects;
use crate::point::SeriesKey;
use crate::tables::Tables;

/// Memory that the heads may take before they are sealed.
const HEAD_BYTES: usize = 192 << 20;

/// Bytes of one group at most; a request that is larger is a group of its own.
const GROUP_BYTES: usize = 4 << 20;

/// After so long an observer that was crowded is asked again.
const LAG_PAUSE: Duration = Duration::from_millis(5);

/// After so long a failed seal is tried again.
const PATIENCE: Duration = Duration::from_secs(1);

/// Who is told how a batch ended.
pub type Reply = Box<dyn FnOnce(Result<Position, Error>) + Send>;

/// Says which series are still there.
pub type IsAlive = Arc<dyn Fn(SeriesKey) -> bool + Send + Sync>;

/// How the engine is set up.
pub struct Settings {
    /// Memory that the heads may take before they are sealed.
    pub head_bytes: usize,
    /// Says which series are still there; what is not is left out of new segments.
    pub alive: IsAlive,
    /// Who follows what is written.
    pub observers: Vec<Arc<dyn Observer>>,
}

impl Default for Settings {
    fn default() -> Self {
        Self { head_bytes: HEAD_BYTES, alive: Arc::new(|_| true), observers: Vec::new() }
    }
}

/// A running engine; dropping it ends its threads, and what was answered stays.
pub struct Engine {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    tables: Arc<Tables>,
    keeper: Keeper,
    settings: Settings,
    observers: Vec<Arc<dyn Observer>>,
    queue: Mutex<Queue>,
    /// Told when the queue has something, or a seal is done.
    work: Condvar,
    /// Up to where the log is sealed.
    sealed: AtomicU64,
    /// Whether a freeze is being sealed.
    is_sealing: AtomicBool,
    /// Whether one has been sealed since the log last forgot something.
    is_sealed: AtomicBool,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<(Prepared, Reply)>,
    wants_seal: bool,
    ends: bool,
    /// Why the last seal failed.
    trouble: Option<Error>,
    /// Why the last group could not be written.
    log_trouble: Option<Error>,
}

impl Engine {
    /// Opens an engine: reads the manifest, replays the log (also to the observers), and starts its threads.
    pub fn open(
        open_log: impl FnOnce(Position) -> Result<Box<dyn Log>, Error>,
        objects: Arc<dyn Objects>,
        manifest: Arc<dyn Manifest>,
        mut settings: Settings,
    ) -> Result<Self, Error> {
        let tables = Arc::new(Tables::default());
        let keeper = Keeper::open(objects, manifest, tables.clone())?;
        let sealed = keeper.sealed();
        let observers = std::mem::take(&mut settings.observers);
        let committer = Committer::open(open_log(sealed)?, tables.clone(), sealed, observers.clone())?;
        let shared = Arc::new(Shared {
            tables,
            keeper,
            settings,
            observers,
            queue: Mutex::default(),
            work: Condvar::new(),
            sealed: AtomicU64::new(sealed),
            is_sealing: AtomicBool::new(false),
            is_sealed: AtomicBool::new(false),
        });
        let (freezes, sealing) = mpsc::channel();
        let (seals, merging) = mpsc::channel();
        let spawn = |name: &str, work: Box<dyn FnOnce() + Send>| {
            thread::Builder::new().name(format!("series-{name}")).spawn(work).map_err(Error::from)
        };
        let (own, sealer, merger) = (shared.clone(), shared.clone(), shared.clone());
        let threads = vec![
            spawn("log", Box::new(move || own.write_groups(committer, &freezes)))?,
            spawn("seal", Box::new(move || sealer.seal(&sealing, &seals)))?,
            spawn("merge", Box::new(move || merger.merge(&merging)))?,
        ];
        Ok(Self { shared, threads })
    }

    /// Answers what readers see.
    pub fn tables(&self) -> &Tables {
        &self.shared.tables
    }

    /// Writes a batch; `reply` is told when it is durable and visible, by the thread that owns the log.
    pub fn submit(&self, batch: Batch, reply: Reply) {
        match Prepared::new(batch, &self.shared.tables) {
            Ok(prepared) => {
                self.shared.queue().waiting.push((prepared, reply));
                self.shared.work.notify_all();
            }
            Err(error) => reply(Err(error)),
        }
    }

    /// Writes a batch and waits until it is durable and visible.
    pub fn write(&self, batch: Batch) -> Result<Position, Error> {
        let (done, answer) = mpsc::channel();
        self.submit(batch, Box::new(move |result| drop(done.send(result))));
        answer.recv().unwrap_or_else(|_| Err(Error::Halted("the server is ending".to_owned())))
    }

    /// Forgets series: their points are gone for readers, and left out when segments are written anew.
    pub fn forget(&self, keys: &[SeriesKey]) {
        self.shared.tables.heads.forget(keys);
    }

    /// Seals what is in the heads as soon as possible.
    pub fn seal(&self) {
        self.shared.queue().wants_seal = true;
        self.shared.work.notify_all();
    }

    /// Answers up to where the log is in segments.
    pub fn sealed(&self) -> Position {
        self.shared.sealed.load(Ordering::Acquire)
    }

    /// Answers why writing or sealing does not get on, if it does not.
    pub fn trouble(&self) -> Option<Error> {
        let queue = self.shared.queue();
        queue.log_trouble.clone().or_else(|| queue.trouble.clone())
    }

    /// Answers why nothing can be written until a restart, if so: nobody knows what the disk has.
    pub fn halted(&self) -> Option<String> {
        match &self.shared.queue().log_trouble {
            Some(Error::Halted(why)) => Some(why.clone()),
            _ => None,
        }
    }

    /// Answers the segments' keeper: for retention and checks.
    pub fn keeper(&self) -> &Keeper {
        &self.shared.keeper
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        self.shared.queue().ends = true;
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            if let Err(panic) = thread.join()
                && !thread::panicking()
            {
                panic::resume_unwind(panic);
            }
        }
    }
}

impl Shared {
    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The thread that owns the log: one group after the other, each as large as what came meanwhile.
    fn write_groups(&self, mut committer: Committer, freezes: &mpsc::Sender<Freeze>) {
        while let Some(group) = self.next_group() {
            let (batches, replies): (Vec<_>, Vec<_>) = group.into_iter().unzip();
            if !batches.is_empty() {
                let result = committer.commit(batches);
                self.queue().log_trouble = result.as_ref().err().cloned();
                if let Err(error @ Error::Halted(_)) = &result {
                    self.queue().trouble = Some(error.clone());
                }
                for reply in replies {
                    reply(result.clone());
                }
            }
            if self.is_sealed.swap(false, Ordering::AcqRel) {
                // What is not released now is released after the next seal.
                let _ = committer.release(self.sealed.load(Ordering::Acquire));
            }
            let wanted = std::mem::take(&mut self.queue().wants_seal);
            let full = self.tables.heads.bytes() > self.settings.head_bytes;
            if (full || wanted) && !self.is_sealing.swap(true, Ordering::AcqRel) {
                // The sealing thread ends only after this one.
                let _ = freezes.send(committer.freeze());
            } else if wanted {
                self.queue().wants_seal = true;
            }
        }
    }

    /// Waits for work; nothing when there will be none. The group is empty when only a seal is wanted.
    fn next_group(&self) -> Option<Vec<(Prepared, Reply)>> {
        let mut queue = self.queue();
        loop {
            // Heads that are twice as large as they should be wait for the seal: memory is finite.
            let crowded = self.is_sealing.load(Ordering::Acquire)
                && self.tables.heads.bytes() > 2 * self.settings.head_bytes;
            if crowded && let Some(trouble) = queue.trouble.clone() {
                for (_, reply) in queue.waiting.drain(..) {
                    reply(Err(trouble.clone()));
                }
            }
            let lags = !queue.ends && self.observers.iter().any(|observer| observer.is_crowded());
            if lags && !crowded && !queue.waiting.is_empty() {
                let (own, others) =
                    queue.waiting.drain(..).partition::<Vec<_>, _>(|(prepared, _)| prepared.is_observers());
                queue.waiting = others;
                if !own.is_empty() {
                    return Some(own);
                }
                // Nobody tells when an observer has caught up.
                queue = self.work.wait_timeout(queue, LAG_PAUSE).unwrap_or_else(PoisonError::into_inner).0;
                continue;
            }
            if !queue.waiting.is_empty() && !crowded {
                let mut bytes = 0;
                let fits = |(prepared, _): &&(Prepared, Reply)| {
                    bytes += prepared.len();
                    bytes <= GROUP_BYTES
                };
                let n = queue.waiting.iter().take_while(fits).count().max(1);
                return Some(queue.waiting.drain(..n).collect());
            }
            let can_seal = queue.wants_seal && !self.is_sealing.load(Ordering::Acquire);
            if can_seal {
                return Some(Vec::new());
            }
            if queue.ends {
                return None;
            }
            queue = self.work.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn seal(&self, freezes: &mpsc::Receiver<Freeze>, seals: &mpsc::Sender<()>) {
        while let Ok(freeze) = freezes.recv() {
            while let Err(error) = self.keeper.seal(&freeze, &*self.settings.alive) {
                let mut queue = self.queue();
                queue.trouble = Some(error);
                if queue.ends {
                    return;
                }
                self.work.notify_all();
                // The log still has it all: nothing is lost by waiting.
                drop(self.work.wait_timeout(queue, PATIENCE));
            }
            self.sealed.store(freeze.position, Ordering::Release);
            self.is_sealed.store(true, Ordering::Release);
            self.is_sealing.store(false, Ordering::Release);
            self.queue().trouble = None;
            self.work.notify_all();
            let _ = seals.send(());
        }
    }

    fn merge(&self, seals: &mpsc::Receiver<()>) {
        while seals.recv().is_ok() {
            loop {
                if self.queue().ends {
                    return;
                }
                match self.keeper.merge(&*self.settings.alive) {
                    Ok(true) => {}
                    Ok(false) => break,
                    Err(error) => {
                        self.queue().trouble = Some(error);
                        break;
                    }
                }
            }
        }
    }
}
