//! Transforms: one value for each good point of an input.

use ::formula::{Inputs, Point, Time};
use series::Value;
use series::error::Error;

use super::plan::Input;
use super::plant::Instance;
use super::reading::{self, Sample};
use super::work::{Context, Work};
use crate::data::default;
use crate::data::route::Source;

/// The point that fires a transform.
pub struct Trigger<'a> {
    /// The property.
    pub at: Instance,
    /// The point.
    pub sample: &'a Sample,
    /// The good value of the property before it.
    pub before: Option<&'a Sample>,
}

/// What a transform is computed from.
struct Read {
    now: f64,
    time: Time,
    values: Vec<Option<Sample>>,
    pretriggers: Vec<Option<Sample>>,
}

impl Inputs for Read {
    fn now(&self) -> f64 {
        self.now
    }

    fn time(&self) -> Time {
        self.time
    }

    fn value(&self, variable: usize) -> Option<Point<'_>> {
        self.values[variable].as_ref().map(Sample::point)
    }

    fn pretrigger(&self, variable: usize) -> Option<Point<'_>> {
        self.pretriggers[variable].as_ref().map(Sample::point)
    }
}

/// Answers a time as formulas know the time of processing.
pub fn seconds(now: model::Timestamp) -> f64 {
    reading::time(now.millis().saturating_mul(1_000_000)).seconds()
}

impl Work {
    /// Computes a transform that a point fires. Assumed: of the other inputs it reads the newest good value at or before
    /// that point which is known at this moment; a result at the same instant is replaced, and nothing is taken away.
    pub fn transform(
        &mut self,
        cx: Context<'_>,
        at: Instance,
        trigger: &Trigger<'_>,
    ) -> Result<Option<Value>, Error> {
        let plan = self.plant.assets[at.asset].plan.clone();
        let Some(computed) = &plan.nodes[at.node].computed else { return Ok(None) };
        let timestamp = trigger.sample.timestamp;
        let count = computed.inputs.len();
        let mut read = Read {
            now: seconds(cx.now),
            time: reading::time(timestamp),
            values: vec![None; count],
            pretriggers: vec![None; count],
        };
        for (i, (input, reads)) in computed.inputs.iter().zip(computed.formula.reads()).enumerate() {
            let Input::Own(node) = input else { continue };
            let input = Instance { asset: at.asset, node: *node };
            if input == trigger.at {
                read.values[i] = Some(trigger.sample.clone());
                read.pretriggers[i] = trigger.before.cloned();
            } else if reads.value || reads.pretrigger {
                let found = self.input_at(cx, input, timestamp)?;
                read.pretriggers[i].clone_from(&found);
                read.values[i] = found;
            }
        }
        Ok(computed.formula.evaluate(&read).ok().and_then(reading::result))
    }

    /// Answers what a property is at an instant: the newest good value at or before it, or, of an attribute, the newest
    /// of any age, or its default.
    fn input_at(&mut self, cx: Context<'_>, at: Instance, instant: i64) -> Result<Option<Sample>, Error> {
        let newest = self.newest(cx, at)?;
        if self.plant.assets[at.asset].plan.nodes[at.node].source == Source::Attribute {
            return Ok(newest.or_else(|| self.default_of(at)));
        }
        match newest {
            Some(newest) if newest.timestamp > instant => self.older(cx, at, instant),
            newest => Ok(newest),
        }
    }

    /// Answers the default of an attribute.
    pub fn default_of(&self, at: Instance) -> Option<Sample> {
        let asset = &self.plant.assets[at.asset];
        let value = default::value(&asset.plan.nodes[at.node].property)?;
        Some(Sample { timestamp: asset.created_ns, value })
    }
}
