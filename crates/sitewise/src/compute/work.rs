//! Computations under way: the plant, what is marked, what is remembered, and how points go through it.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use model::Timestamp;
use series::error::Error;
use series::{Point, Quality, Value};

use super::backlog::Backlog;
use super::follow::{Follower, Told};
use super::marks::{Cause, Mark, Marks};
use super::note::Progress;
use super::output::{self, Outputs};
use super::plant::{Instance, Plans, Plant};
use super::reading::{self, Later, Sample};
use super::table;
use crate::data::{Data, route::Source};

/// Values that are written in one batch, unless one group of the log or one close of windows makes more.
const OUTPUTS_MAX: usize = 10_000;

/// Points that are older than this when they arrive trigger nothing (user guide: seven days).
const TRIGGERS_MS: i64 = 7 * 24 * 3600 * 1000;

/// How far ahead of the clock points may be (user guide: ten minutes).
const AHEAD_S: i64 = 600;

/// A plant that is read faster than this is read whenever something was written.
const LOAD_MAX: Duration = Duration::from_secs(1);

/// How often it is kept in the database how far computations are, if they went on.
const KEPT_EACH_MS: i64 = 1_000;

/// How often it is kept up to where windows are computed, if nothing else went on.
const WINDOWS_KEPT_EACH_S: i64 = 60;

/// Computations under way.
pub struct Work {
    /// Assets that compute or are read.
    pub plant: Plant,
    /// Windows to compute.
    pub marks: Marks,
    /// Values that are not written yet.
    pub outputs: Outputs,
    /// How far everything is.
    pub progress: Progress,
    /// What has arrived.
    pub backlog: Backlog,
    /// Position up to which windows are marked.
    pub looked_at: u64,
    /// The newest good value of properties that transforms read, as of the point that is being looked at.
    newest: HashMap<Instance, Option<Sample>>,
    plans: Plans,
    /// Age of the plant; nothing before it was read for the first time.
    age: Option<u64>,
    /// When it may be read again: reading a large one shall not be all that is done.
    rest: Option<Instant>,
    kept: (Progress, i64),
}

/// Where computations take place.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The values.
    pub data: &'a Data,
    /// What follows the log.
    pub follower: &'a Follower,
    /// The time.
    pub now: Timestamp,
}

impl Work {
    /// Begins where computations were.
    pub fn new(progress: Progress) -> Self {
        Self {
            looked_at: progress.done,
            plant: Plant::default(),
            marks: Marks::default(),
            outputs: Outputs::default(),
            progress,
            backlog: Backlog::default(),
            newest: HashMap::new(),
            plans: Plans::new(),
            age: None,
            rest: None,
            kept: (Progress::default(), i64::MIN),
        }
    }

    /// Reads the plant anew if something was written that may have changed it.
    pub fn look(&mut self, cx: Context<'_>) -> Result<(), Error> {
        let age = cx.follower.age();
        if self.age == Some(age) || self.rest.is_some_and(|rest| Instant::now() < rest) {
            return self.look_at_begun(cx);
        }
        let started = Instant::now();
        let begun = cx.follower.begun();
        let known = Arc::new((std::mem::take(&mut self.plant), std::mem::take(&mut self.plans)));
        let shared = known.clone();
        let loaded = cx.data.store().read_blocking(move |tx| Plant::load(tx, &shared.0, &shared.1));
        let (before, plans) = alone(known);
        let (plant, plans) = match loaded {
            Ok(loaded) => loaded,
            Err(error) => {
                (self.plant, self.plans) = (before, plans);
                cx.follower.begin(begun.into_iter());
                return Err(Error::storage(error));
            }
        };
        self.marks.follow(&|at| plant.moved(&before, at));
        self.newest.clear();
        (self.plant, self.plans) = (plant, plans);
        cx.follower.let_through(age, self.plant.feeding());
        if self.age.is_none() {
            self.open_again();
        }
        self.age = Some(age);
        let took = started.elapsed();
        self.rest = (took > LOAD_MAX).then(|| started + took * 5);
        Ok(())
    }

    /// Enters streams that have begun since the plant was read.
    fn look_at_begun(&mut self, cx: Context<'_>) -> Result<(), Error> {
        let begun = cx.follower.begun();
        if begun.is_empty() || self.plant.is_idle() {
            return Ok(());
        }
        let wanted = begun.clone();
        let found = cx.data.store().read_blocking(move |tx| {
            wanted.iter().map(|key| table::of_stream(tx, *key)).collect::<Result<Vec<_>, store::Error>>()
        });
        let found = found.map_err(|error| {
            cx.follower.look_again();
            Error::storage(error)
        })?;
        for (key, found) in begun.into_iter().zip(found) {
            let Some((account, region, asset, property)) = found else { continue };
            let place = crate::place::Place { account: &account, region: &region };
            if let Some(asset) = self.plant.asset(place, &asset)
                && let Some(node) = self.plant.assets[asset].plan.node(&property)
            {
                self.plant.enter_key(Instance { asset, node }, key);
            }
        }
        Ok(())
    }

    /// Marks every window that may have had points when the server ended: what was marked then is not known any more.
    fn open_again(&mut self) {
        let from_s = self.progress.closed_s;
        for (windows, metrics) in &self.plant.metrics {
            let mut end_s = windows.end_s(from_s, 1);
            while end_s - windows.interval_s() <= from_s + AHEAD_S {
                for at in metrics.iter().filter(|at| self.plant.since_s(**at) < end_s) {
                    let cause = Cause { closed_s: from_s, position: 0, now_ms: 0 };
                    self.marks.mark(Mark { at: *at, rank: (0, 0), end_s }, cause);
                }
                end_s += windows.interval_s();
            }
        }
    }

    /// Computes all that has arrived; what comes out of it may not be written yet.
    pub fn drain(&mut self, cx: Context<'_>) -> Result<(), Error> {
        self.backlog.pull(cx.follower);
        let mut groups = 0;
        while let Some(told) = self.backlog.group(groups) {
            if let Err(error) = self.take_in(cx, &told) {
                self.backlog.forget(groups);
                return Err(error);
            }
            groups += 1;
            let ends = self.backlog.group(groups).is_none_or(|next| next.position > told.position);
            if ends {
                self.progress.fired = self.progress.fired.max(told.position);
            }
            if ends {
                self.looked_at = self.looked_at.max(told.position);
                self.write_many(cx)?;
            }
        }
        self.backlog.forget(groups);
        self.progress.fired = self.progress.fired.max(self.backlog.position);
        self.looked_at = self.looked_at.max(self.backlog.position);
        Ok(())
    }

    /// Writes what was computed.
    pub fn write(&mut self, cx: Context<'_>) -> Result<(), Error> {
        self.progress.done = self.marks.done(self.looked_at);
        self.outputs.write(cx.data, &mut self.plant, &self.progress)
    }

    /// Writes what was computed if it is much.
    pub fn write_many(&mut self, cx: Context<'_>) -> Result<(), Error> {
        if self.outputs.len() > OUTPUTS_MAX { self.write(cx) } else { Ok(()) }
    }

    fn take_in(&mut self, cx: Context<'_>, told: &Told) -> Result<(), Error> {
        let fires = told.position > self.progress.fired && !told.is_computed;
        let marks = told.position > self.progress.done;
        let oldest = (told.at_ms - TRIGGERS_MS).saturating_mul(1_000_000);
        for run in &told.runs {
            let at = self.plant.fed_by(run.key);
            for point in &run.points {
                self.backlog.turn += 1;
                let Some(at) = at else { continue };
                let triggers = point.timestamp >= oldest;
                if triggers && marks {
                    self.mark_readers(cx, at, point.timestamp, told.position);
                }
                if fires && reading::is_good(point) {
                    self.fire(cx, at, point, (triggers, told.position))?;
                }
            }
        }
        Ok(())
    }

    /// Marks the windows that read a point.
    fn mark_readers(&mut self, cx: Context<'_>, at: Instance, timestamp: i64, position: u64) {
        if self.plant.assets[at.asset].plan.nodes[at.node].source == Source::Attribute {
            return;
        }
        let time = reading::time(timestamp);
        let cause = Cause { closed_s: self.progress.closed_s, position, now_ms: cx.now.millis() };
        let (plant, marks) = (&self.plant, &mut self.marks);
        plant.readers(at, &mut |reader, windows| {
            let end_s = windows.end_s(time.s, time.ns);
            marks.mark(Mark { at: reader, rank: plant.rank(reader), end_s }, cause);
        });
    }

    /// Adds a computed value, and sees to all that reads it.
    pub fn put(&mut self, cx: Context<'_>, at: Instance, point: Point, position: u64) -> Result<(), Error> {
        self.mark_readers(cx, at, point.timestamp, position);
        self.outputs.put(at, point.clone());
        if reading::is_good(&point) { self.fire(cx, at, &point, (true, position)) } else { Ok(()) }
    }

    /// Fires the transforms that read a good point, those that read their results included.
    fn fire(
        &mut self,
        cx: Context<'_>,
        at: Instance,
        point: &Point,
        (triggers, position): (bool, u64),
    ) -> Result<(), Error> {
        let plan = self.plant.assets[at.asset].plan.clone();
        let node = &plan.nodes[at.node];
        if node.transforms.is_empty() {
            return Ok(());
        }
        let before = self.newest(cx, at)?;
        let sample = Sample { timestamp: point.timestamp, value: point.value.clone() };
        if before.as_ref().is_none_or(|before| before.timestamp <= point.timestamp) {
            self.newest.insert(at, Some(sample.clone()));
        }
        if node.source == Source::Attribute || !triggers {
            return Ok(());
        }
        let pretrigger = match before {
            Some(before) if before.timestamp >= point.timestamp => self.older(cx, at, point.timestamp - 1)?,
            before => before,
        };
        for reader in &node.transforms {
            let reader = Instance { asset: at.asset, node: *reader };
            let trigger = super::transform::Trigger { at, sample: &sample, before: pretrigger.as_ref() };
            if let Some(value) = self.transform(cx, reader, &trigger)? {
                self.put(cx, reader, output::point(point.timestamp, value), position)?;
            }
        }
        Ok(())
    }

    /// Answers where the values of a property are.
    pub fn place<'a>(&'a self, cx: Context<'a>, at: Instance) -> reading::Place<'a> {
        reading::Place {
            tables: cx.data.engine().tables(),
            key: self.plant.key(at),
            fresh: self.outputs.fresh(at),
        }
    }

    /// Answers the newest good value of a property, as of the point that is being looked at.
    pub fn newest(&mut self, cx: Context<'_>, at: Instance) -> Result<Option<Sample>, Error> {
        if let Some(known) = self.newest.get(&at) {
            return Ok(known.clone());
        }
        let found = self.older(cx, at, i64::MAX)?;
        self.newest.insert(at, found.clone());
        Ok(found)
    }

    /// Answers the newest good value of a property at or before an instant, as of the point that is being looked at.
    pub fn older(&mut self, cx: Context<'_>, at: Instance, instant: i64) -> Result<Option<Sample>, Error> {
        let place = self.place(cx, at);
        let Some(key) = place.key else { return place.good_at_or_before(instant, &mut |_| Later::No) };
        // What is visible has been told, but for a moment.
        self.backlog.pull(cx.follower);
        self.backlog.index();
        let backlog = &self.backlog;
        self.place(cx, at).good_at_or_before(instant, &mut |timestamp| backlog.later(key, timestamp))
    }

    /// Forgets the newest values: they were changed by hand.
    pub fn forget_newest(&mut self) {
        self.newest.clear();
    }

    /// Keeps in the database how far computations are, now and then.
    pub fn keep(&mut self, cx: Context<'_>) -> Result<(), Error> {
        let now_ms = cx.now.millis();
        let (kept, at_ms) = self.kept;
        let (now, windows) = (&self.progress, !self.plant.metrics.is_empty());
        let moved = (kept.fired, kept.done) != (now.fired, now.done)
            || (windows && now.closed_s - kept.closed_s >= WINDOWS_KEPT_EACH_S);
        if !moved || now_ms < at_ms.saturating_add(KEPT_EACH_MS) {
            return Ok(());
        }
        let progress = self.progress;
        let keep = move |tx: &mut store::Tx| table::put_progress(tx, &progress);
        cx.data.store().write_blocking(keep).map_err(Error::storage)?;
        cx.follower.kept(&progress);
        self.kept = (progress, now_ms);
        Ok(())
    }

    /// Computes a metric's window, and sees to all that reads the result. Assumed: a value that is computed from nothing any
    /// more is removed, and one that is the same is not written again.
    pub fn compute(&mut self, cx: Context<'_>, at: Instance, end_s: i64) -> Result<(), Error> {
        let result = self.metric(cx, at, end_s)?;
        let timestamp = end_s.saturating_mul(reading::SECOND_NS);
        let before = self.place(cx, at).computed_at(timestamp)?;
        if result == before {
            return Ok(());
        }
        let value = result.unwrap_or(Value::Removed);
        let point = Point { timestamp, quality: Quality::Good, value };
        self.put(cx, at, point, self.progress.fired)
    }
}

/// Takes back what a job was shown: the thread that ran it lets go of it a moment after it has answered.
fn alone<T>(mut shared: Arc<T>) -> T {
    loop {
        match Arc::try_unwrap(shared) {
            Ok(alone) => return alone,
            Err(still_shared) => shared = still_shared,
        }
        std::thread::yield_now();
    }
}
