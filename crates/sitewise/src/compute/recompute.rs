//! Computes history anew: what is older than the seven days in which late points are followed, and what a new formula
//! would have given.

use std::collections::BTreeMap;
use std::sync::PoisonError;

use series::error::Error;
use series::{Point, Quality, Value};

use super::output;
use super::plan::Input;
use super::plant::Instance;
use super::reading::{self, SECOND_NS, Sample};
use super::transform::Trigger;
use super::work::{Context, Work};
use crate::data::Data;
use crate::data::route::Source;

/// What there is to compute anew.
pub struct Span<'a> {
    /// Seconds since 1970 after which values are computed.
    pub after_s: i64,
    /// Seconds since 1970 up to which they are, inclusive.
    pub until_s: i64,
    /// The one asset whose values are computed; all without it.
    pub asset: Option<&'a str>,
}

/// Computes the values of a span anew, as if all points had arrived in the order of their times, and answers how many
/// changed. What is computed from nothing any more goes; points before the span are read, but not computed.
///
/// Call it while nothing else computes or writes.
pub fn recompute(data: &Data, span: &Span<'_>) -> Result<u64, Error> {
    let now = data.now();
    super::step(data, now)?;
    let computation = data.computation();
    let mut work = computation.work.lock().unwrap_or_else(PoisonError::into_inner);
    let cx = Context { data, follower: &computation.follower, now };
    let mut instances = work.computed(span.asset);
    instances.sort_by_key(|at| (work.plant.rank(*at), *at));
    let mut changed = 0;
    for at in instances {
        let values = if work.is_metric(at) {
            work.windows_anew(cx, at, span)?
        } else {
            work.transforms_anew(cx, at, span)?
        };
        changed += work.replace(cx, at, values, span)?;
    }
    work.write(cx)?;
    Ok(changed)
}

/// Computed values by their instants.
type Values = BTreeMap<i64, Value>;

impl Work {
    fn computed(&self, asset: Option<&str>) -> Vec<Instance> {
        let mut instances = Vec::new();
        for (i, known) in self.plant.assets.iter().enumerate() {
            if asset.is_some_and(|asset| asset != known.id.as_str()) {
                continue;
            }
            let computed = known.plan.nodes.iter().enumerate().filter(|(_, node)| node.computed.is_some());
            instances.extend(computed.map(|(node, _)| Instance { asset: i, node }));
        }
        instances
    }

    fn is_metric(&self, at: Instance) -> bool {
        self.plant.assets[at.asset].plan.nodes[at.node].source == Source::Metric
    }

    fn transforms_anew(&mut self, cx: Context<'_>, at: Instance, span: &Span<'_>) -> Result<Values, Error> {
        let plan = self.plant.assets[at.asset].plan.clone();
        let mut triggers: BTreeMap<i64, Vec<(Instance, Value)>> = BTreeMap::new();
        for input in plan.nodes[at.node].computed.iter().flat_map(|computed| &computed.inputs) {
            let Input::Own(node) = input else { continue };
            if plan.nodes[*node].source == Source::Attribute {
                continue;
            }
            let read = Instance { asset: at.asset, node: *node };
            for point in self.place(cx, read).window(span.range())?.into_iter().filter(reading::is_good) {
                triggers.entry(point.timestamp).or_default().push((read, point.value));
            }
        }
        let mut values = Values::new();
        for (timestamp, triggers) in triggers {
            for (read, value) in triggers {
                let before = self.older(cx, read, timestamp - 1)?;
                let sample = Sample { timestamp, value };
                let trigger = Trigger { at: read, sample: &sample, before: before.as_ref() };
                if let Some(value) = self.transform(cx, at, &trigger)? {
                    values.insert(timestamp, value);
                }
            }
        }
        Ok(values)
    }

    fn windows_anew(&mut self, cx: Context<'_>, at: Instance, span: &Span<'_>) -> Result<Values, Error> {
        let plan = self.plant.assets[at.asset].plan.clone();
        let computed = plan.nodes[at.node].computed.as_ref();
        let Some((computed, windows)) = computed.and_then(|computed| Some((computed, computed.windows?)))
        else {
            return Ok(Values::new());
        };
        let until_s = span.until_s.min(self.progress.closed_s);
        let mut values = Values::new();
        let mut end_s = windows.end_s(span.after_s, 1);
        while end_s <= until_s {
            // Before a metric was there, windows without points have no values.
            let counts = end_s > self.plant.since_s(at)
                || self.has_points(cx, at, &computed.inputs, (end_s - windows.interval_s(), end_s))?;
            if counts && let Some(value) = self.metric(cx, at, end_s)? {
                values.insert(end_s.saturating_mul(SECOND_NS), value);
            }
            end_s += windows.interval_s();
        }
        Ok(values)
    }

    fn has_points(
        &self,
        cx: Context<'_>,
        at: Instance,
        inputs: &[Input],
        (start_s, end_s): (i64, i64),
    ) -> Result<bool, Error> {
        let mut read = Vec::new();
        for input in inputs {
            self.plant.read_by(at.asset, input, &mut |at| read.push(at));
        }
        let range = (start_s.saturating_mul(SECOND_NS) + 1, end_s.saturating_mul(SECOND_NS));
        for at in read {
            let is_attribute = self.plant.assets[at.asset].plan.nodes[at.node].source == Source::Attribute;
            if !is_attribute && !self.place(cx, at).window(range)?.is_empty() {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Puts values in place of those that a property has in a span; answers how many changed.
    fn replace(
        &mut self,
        cx: Context<'_>,
        at: Instance,
        mut values: Values,
        span: &Span<'_>,
    ) -> Result<u64, Error> {
        for point in self.place(cx, at).window(span.range())? {
            if point.quality != Quality::Good {
                continue;
            }
            match values.get(&point.timestamp) {
                Some(value) if *value == point.value => drop(values.remove(&point.timestamp)),
                Some(_) => {}
                None => drop(values.insert(point.timestamp, Value::Removed)),
            }
        }
        let changed = values.len() as u64;
        for (timestamp, value) in values {
            let point: Point = output::point(timestamp, value);
            self.outputs.put(at, point);
        }
        // What reads this one next sees the new values.
        self.forget_newest();
        self.write_many(cx)?;
        Ok(changed)
    }
}

impl Span<'_> {
    fn range(&self) -> (i64, i64) {
        let after = self.after_s.saturating_mul(SECOND_NS).saturating_add(1);
        (after, self.until_s.saturating_mul(SECOND_NS))
    }
}
