//! When windows are computed: a little after they close, and again after late points.

use std::collections::HashSet;

use model::Timestamp;
use series::error::Error;

use super::marks::Due;
use super::plant::Instance;
use super::work::{Context, Work};

/// How long after its end a window is computed: points that come in later are late.
const GRACE_MS: i64 = 1_000;

/// Windows that closed longer ago than this while the server was off are not computed any more.
const CAUGHT_UP_S: i64 = 7 * 24 * 3600;

/// Answers up to when windows have closed at a time, in seconds. Assumed: a second after they end; AWS gives no number.
pub fn closed_s(now: Timestamp) -> i64 {
    (now.millis() - GRACE_MS).div_euclid(1_000)
}

impl Work {
    /// Computes the windows that have closed (assumed: also while the server was off), one end after the other, and those whose late points have settled.
    pub fn tick(&mut self, cx: Context<'_>) -> Result<(), Error> {
        let limit_s = closed_s(cx.now);
        if self.marks.has_due() {
            // An error left it over.
            self.compute_all(cx, Vec::new())?;
        }
        if !self.plant.metrics.is_empty() {
            self.progress.closed_s = self.progress.closed_s.max(limit_s - CAUGHT_UP_S);
            while let Some(end_s) = self.next_end_s().filter(|end_s| *end_s <= limit_s) {
                let metrics = self.closing(end_s);
                self.progress.closed_s = self.progress.closed_s.max(end_s);
                let due: Vec<Due> = metrics.into_iter().map(|at| (self.plant.rank(at), end_s, at)).collect();
                self.compute_all(cx, due)?;
                self.write_many(cx)?;
            }
        }
        self.progress.closed_s = self.progress.closed_s.max(limit_s);
        let late = self.marks.take_late(cx.now.millis());
        if !late.is_empty() {
            let due: Vec<Due> =
                late.into_iter().map(|(at, end_s)| (self.plant.rank(at), end_s, at)).collect();
            self.compute_all(cx, due)?;
            self.marks.written();
        }
        self.progress.done = self.marks.done(self.looked_at);
        Ok(())
    }

    /// Answers the next end of any windows.
    fn next_end_s(&self) -> Option<i64> {
        let closed_s = self.progress.closed_s;
        let regular = self.plant.metrics.keys().map(|windows| windows.end_s(closed_s, 1));
        regular.chain(self.marks.first_open()).min()
    }

    /// Takes the metrics to compute for windows with an end: those with points, and those that speak without any.
    fn closing(&mut self, end_s: i64) -> HashSet<Instance> {
        let mut metrics = self.marks.take_open(end_s);
        for (windows, all) in &self.plant.metrics {
            if windows.end_s(end_s, 0) == end_s && end_s > self.progress.closed_s {
                metrics.extend(all.iter().filter(|at| self.speaks(**at) && self.plant.since_s(**at) < end_s));
            }
        }
        metrics
    }

    /// Says whether a metric may have a value in a window without points.
    fn speaks(&self, at: Instance) -> bool {
        let computed = self.plant.assets[at.asset].plan.nodes[at.node].computed.as_ref();
        computed.is_some_and(|computed| !computed.formula.is_silent_without_points())
    }

    /// Computes windows and all that reads their results, the lowest first.
    fn compute_all(&mut self, cx: Context<'_>, due: Vec<Due>) -> Result<(), Error> {
        self.marks.begin(due.into_iter());
        let mut result = Ok(());
        while let Some((rank, end_s, at)) = self.marks.next() {
            result = self.compute(cx, at, end_s);
            if result.is_err() {
                // It is computed again with the next ones.
                self.marks.begin(std::iter::once((rank, end_s, at)));
                break;
            }
        }
        self.marks.end();
        result
    }
}
