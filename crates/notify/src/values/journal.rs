//! Writes what is to be told of stored values into pages, which outlive this process.
//!
//! The log of values is kept until its values stand in pages, so a crash loses nothing; after a restart the journal is
//! told again what the log holds, and passes over what its rows have.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use series::committer::Observer;
use series::log::{Batch, Position};
use series::{Run, SeriesKey};
use sitewise::data::notified::{Notified, Topic};
use store::{Error, Store, Tx};
use tokio::sync::{Notify, watch};

use super::table::{self, Page, State};
use super::{Message, message};

/// Memory that values may take which are not in pages yet; a database that is away for so long loses more of them.
const WAITING_BYTES_MAX: usize = 64 << 20;
/// What is written at once.
const WRITE_BYTES: usize = 2 << 20;
/// Messages of a page.
const PAGE_MESSAGES: usize = 500;
/// How long to wait after the database has failed.
const FAILURE_PAUSE: Duration = Duration::from_secs(1);
/// How often it is kept that nothing was to be told, and old pages are removed.
const IDLE_PAUSE: Duration = Duration::from_secs(1);
/// Rounds between two looks for old pages.
const SWEEP_ROUNDS: u32 = 10;
/// How long a page is kept that all sinks have, for followers over HTTP that were cut off.
const FOLLOWED_MS: i64 = 10 * 60 * 1000;
/// Pages that are removed at once.
const SWEEP_PAGES: i64 = 64;

/// How long messages are kept for sinks that do not take them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Kept {
    /// At most so long.
    pub hours: u32,
    /// At most so much.
    pub megabytes: u32,
}

impl Default for Kept {
    fn default() -> Self {
        Self { hours: 24, megabytes: 1024 }
    }
}

/// Follows the log of values, and writes pages.
pub struct Journal {
    store: Store,
    notified: Arc<Notified>,
    queue: Mutex<Queue>,
    /// Told when there is something to write.
    work: Notify,
    /// The number of the last message in a page.
    written: watch::Sender<i64>,
    kept: Kept,
}

#[derive(Default)]
struct Queue {
    waiting: VecDeque<Group>,
    bytes: usize,
    /// The last group of the log that was told.
    seen: Position,
    /// The last group whose values are in pages.
    kept: Position,
    is_writing: bool,
    /// Whether values are told at all; before the first start nobody asked for them.
    is_begun: bool,
    /// Values that found no room.
    lost: usize,
}

/// What is to be told of one group of the log.
type Group = (Position, Vec<Told>);

/// Values that were stored, and their topic if it was known at that moment.
struct Told {
    run: Run,
    topic: Option<Arc<Topic>>,
}

impl Observer for Journal {
    fn committed(&self, position: Position, batches: Vec<Batch>) {
        let told = self.select(batches);
        let mut queue = self.queue();
        if !queue.is_begun || position <= queue.kept {
            queue.seen = queue.seen.max(position);
            return;
        }
        queue.seen = position;
        if told.is_empty() {
            return;
        }
        let bytes = told.iter().map(|told| bytes_of(&told.run)).sum::<usize>();
        if queue.bytes + bytes > WAITING_BYTES_MAX {
            queue.lost += told.iter().map(|told| told.run.points.len()).sum::<usize>();
            return;
        }
        queue.bytes += bytes;
        queue.waiting.push_back((position, told));
        drop(queue);
        self.work.notify_one();
    }

    fn done(&self) -> Position {
        let queue = self.queue();
        if queue.waiting.is_empty() && !queue.is_writing { queue.seen } else { queue.kept }
    }
}

fn bytes_of(run: &Run) -> usize {
    let text = |point: &series::Point| match &point.value {
        series::Value::String(text) => text.len(),
        _ => 0,
    };
    run.points.iter().map(|point| 32 + text(point)).sum::<usize>() + 64
}

impl Journal {
    /// Opens the journal of a store: what its rows have is not told again.
    pub fn open(store: &Store, notified: Arc<Notified>, kept: Kept) -> Result<Arc<Self>, Error> {
        let state = store.read_blocking(table::state)?;
        let queue = Queue {
            seen: state.map_or(0, |state| state.position),
            kept: state.map_or(0, |state| state.position),
            is_begun: state.is_some(),
            ..Queue::default()
        };
        store::block_on(notified.refresh(store))?;
        Ok(Arc::new(Self {
            store: store.clone(),
            notified,
            queue: Mutex::new(queue),
            work: Notify::new(),
            written: watch::Sender::new(state.map_or(0, |state| state.number)),
            kept,
        }))
    }

    /// Begins to tell, with the next value if this is the first start, and gives new sinks their place: behind the
    /// messages that are there. It is called when the log has been read.
    pub async fn begin(&self, sinks: Vec<String>) -> Result<(), Error> {
        let seen = self.queue().seen;
        let begin = move |tx: &mut Tx| {
            let state = table::state(tx)?;
            let number = state.map_or(0, |state| state.number);
            if state.is_none() {
                table::put_state(tx, State { position: seen, number })?;
            }
            for sink in &sinks {
                if table::sink(tx, sink)?.is_none() {
                    table::put_sink(tx, sink, table::Place { number, lost: 0 })?;
                }
            }
            table::keep_sinks(tx, &sinks)?;
            Ok::<_, Error>(state.map_or(seen, |state| state.position))
        };
        let kept = self.store.write(begin).await?;
        let mut queue = self.queue();
        queue.kept = queue.kept.max(kept);
        queue.is_begun = true;
        Ok(())
    }

    /// Writes pages as long as the runtime lasts.
    pub async fn run(self: Arc<Self>) {
        let mut rounds = 0_u32;
        loop {
            match self.round().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    log::warn!("values were not taken over to be published: {error}");
                    tokio::time::sleep(FAILURE_PAUSE).await;
                    continue;
                }
            }
            if tokio::time::timeout(IDLE_PAUSE, self.work.notified()).await.is_err() {
                rounds += 1;
                let swept = if rounds.is_multiple_of(SWEEP_ROUNDS) { self.sweep().await } else { Ok(()) };
                if let Err(error) = swept.and(self.keep_position().await) {
                    log::warn!("the journal of published values was not tidied: {error}");
                }
            }
        }
    }

    /// Writes some of what waits; answers whether there was anything.
    pub async fn round(&self) -> Result<bool, Error> {
        if let lost @ 1.. = std::mem::take(&mut self.queue().lost) {
            log::error!(
                "{lost} values were stored and can't be published: the database took them too slowly"
            );
        }
        let Some((groups, upto)) = self.take() else { return Ok(false) };
        let outcome = self.write(&groups, upto).await;
        let mut queue = self.queue();
        queue.is_writing = false;
        match outcome {
            Ok(number) => {
                queue.kept = queue.kept.max(upto);
                drop(queue);
                self.written.send_if_modified(|last| std::mem::replace(last, number) != number);
                Ok(true)
            }
            Err(error) => {
                for (position, told) in groups.into_iter().rev() {
                    queue.bytes += told.iter().map(|told| bytes_of(&told.run)).sum::<usize>();
                    queue.waiting.push_front((position, told));
                }
                Err(error)
            }
        }
    }

    /// Tells when messages were written: the number of the last one.
    pub(crate) fn written(&self) -> watch::Receiver<i64> {
        self.written.subscribe()
    }

    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// Leaves out what is not notified, as far as that is known.
    fn select(&self, batches: Vec<Batch>) -> Vec<Told> {
        let view = self.notified.look();
        let is_fresh = view.is_fresh();
        if is_fresh && view.is_empty() {
            return Vec::new();
        }
        let topic = |key: SeriesKey| view.topic(key).filter(|_| is_fresh).cloned();
        let runs = batches.into_iter().flat_map(|batch| batch.runs);
        let told = runs.map(|run| Told { topic: topic(run.key), run });
        told.filter(|told| !is_fresh || told.topic.is_some()).collect()
    }

    fn take(&self) -> Option<(Vec<Group>, Position)> {
        let mut queue = self.queue();
        let (mut groups, mut bytes) = (Vec::new(), 0);
        while bytes < WRITE_BYTES
            && let Some((position, told)) = queue.waiting.pop_front()
        {
            bytes += told.iter().map(|told| bytes_of(&told.run)).sum::<usize>();
            groups.push((position, told));
        }
        queue.bytes = queue.bytes.saturating_sub(bytes);
        let upto = groups.last()?.0;
        queue.is_writing = true;
        Some((groups, upto))
    }

    async fn write(&self, groups: &[Group], upto: Position) -> Result<i64, Error> {
        self.notified.refresh(&self.store).await?;
        let mut messages = Vec::new();
        {
            let view = self.notified.look();
            for told in groups.iter().flat_map(|(_, told)| told) {
                if let Some(topic) = told.topic.as_ref().or_else(|| view.topic(told.run.key)) {
                    messages.extend(message::of(topic, &told.run.points));
                }
            }
        }
        self.store.write(move |tx| append(tx, &messages, upto)).await
    }

    /// Keeps how far the log was seen when nothing was to be told, so that a property whose notifications begin later
    /// is not told what was stored before.
    async fn keep_position(&self) -> Result<(), Error> {
        if self.notified.look().is_empty() {
            return Ok(());
        }
        let upto = {
            let queue = self.queue();
            if queue.seen <= queue.kept || !queue.waiting.is_empty() || queue.is_writing {
                return Ok(());
            }
            queue.seen
        };
        self.store.write(move |tx| append(tx, &[], upto)).await?;
        let mut queue = self.queue();
        queue.kept = queue.kept.max(upto);
        Ok(())
    }

    /// Removes pages that all sinks have, and those that are too old or too much to be kept.
    pub async fn sweep(&self) -> Result<(), Error> {
        let kept = self.kept;
        self.store.write(move |tx| sweep(tx, kept)).await
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Adds messages, and keeps that everything up to a group of the log is there; answers the number of the last message.
fn append(tx: &mut Tx, messages: &[Message], upto: Position) -> Result<i64, Error> {
    let State { position, mut number } = table::state(tx)?.unwrap_or_default();
    if position >= upto && position > 0 {
        // The answer to an earlier attempt was lost.
        return Ok(number);
    }
    for messages in messages.chunks(PAGE_MESSAGES) {
        table::add_page(tx, &Page { first: number + 1, messages: messages.to_vec() })?;
        number += i64::try_from(messages.len()).unwrap_or_default();
    }
    table::put_state(tx, State { position: upto, number })?;
    Ok(number)
}

fn sweep(tx: &mut Tx, kept: Kept) -> Result<(), Error> {
    let now = tx.now().millis();
    let done = table::slowest(tx)?.unwrap_or(i64::MAX);
    let mut surplus = table::held(tx)? - (i64::from(kept.megabytes) << 20);
    let mut upto = None;
    for (last, written_at, size) in table::oldest(tx, SWEEP_PAGES)? {
        let is_followed = written_at > now - FOLLOWED_MS;
        let is_old = written_at < now - i64::from(kept.hours) * 3_600_000;
        if (last <= done && !is_followed) || is_old || surplus > 0 {
            surplus -= size;
            upto = Some(last);
        } else {
            break;
        }
    }
    if let Some(last) = upto {
        table::remove(tx, last)?;
    }
    Ok(())
}
