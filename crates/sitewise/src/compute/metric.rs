//! Metrics: one value for each window of time.

use ::formula::{Inputs, Point, Reads, Time};
use series::error::Error;
use series::{Point as Stored, Value};

use super::plan::Input;
use super::plant::Instance;
use super::reading::{self, Later, SECOND_NS, Sample};
use super::transform::seconds;
use super::work::{Context, Work};
use crate::data::route::Source;

/// What a metric is computed from.
struct Window {
    now: f64,
    start: Time,
    end: Time,
    variables: Vec<Variable>,
}

/// What a variable of a metric reads.
#[derive(Default)]
struct Variable {
    value: Option<Sample>,
    points: Vec<Stored>,
    good_before: Option<Sample>,
    before: Option<Stored>,
    after: Option<Stored>,
}

impl Inputs for Window {
    fn now(&self) -> f64 {
        self.now
    }

    fn time(&self) -> Time {
        self.end
    }

    fn start(&self) -> Time {
        self.start
    }

    fn value(&self, variable: usize) -> Option<Point<'_>> {
        self.variables[variable].value.as_ref().map(Sample::point)
    }

    fn points(&self, variable: usize) -> Box<dyn Iterator<Item = Point<'_>> + '_> {
        Box::new(self.variables[variable].points.iter().map(reading::point))
    }

    fn good_before(&self, variable: usize) -> Option<Point<'_>> {
        self.variables[variable].good_before.as_ref().map(Sample::point)
    }

    fn before(&self, variable: usize) -> Option<Point<'_>> {
        self.variables[variable].before.as_ref().map(reading::point)
    }

    fn after(&self, variable: usize) -> Option<Point<'_>> {
        self.variables[variable].after.as_ref().map(reading::point)
    }
}

impl Work {
    /// Computes a metric's window by its end. What stands in hierarchies now is read (assumed), and an attribute as it
    /// is now.
    pub fn metric(&mut self, cx: Context<'_>, at: Instance, end_s: i64) -> Result<Option<Value>, Error> {
        let plan = self.plant.assets[at.asset].plan.clone();
        let Some(computed) = &plan.nodes[at.node].computed else { return Ok(None) };
        let Some(windows) = computed.windows else { return Ok(None) };
        let start_s = end_s - windows.interval_s();
        let mut window = Window {
            now: seconds(cx.now),
            start: Time { s: start_s, ns: 0 },
            end: Time { s: end_s, ns: 0 },
            variables: Vec::with_capacity(computed.inputs.len()),
        };
        let range = (start_s.saturating_mul(SECOND_NS), end_s.saturating_mul(SECOND_NS));
        let mut found = false;
        for (input, reads) in computed.inputs.iter().zip(computed.formula.reads()) {
            let variable = self.variable(cx, at.asset, (input, *reads), range)?;
            found |= !variable.points.is_empty() || variable.value.is_some();
            window.variables.push(variable);
        }
        if !found && computed.formula.is_silent_without_points() {
            return Ok(None);
        }
        Ok(computed.formula.evaluate(&window).ok().and_then(reading::result))
    }

    fn variable(
        &self,
        cx: Context<'_>,
        asset: usize,
        (input, reads): (&Input, Reads),
        (start, end): (i64, i64),
    ) -> Result<Variable, Error> {
        let mut read = Vec::new();
        self.plant.read_by(asset, input, &mut |at| read.push(at));
        let mut variable = Variable::default();
        for at in read {
            if self.plant.assets[at.asset].plan.nodes[at.node].source == Source::Attribute {
                let sample = self.attribute(cx, at)?;
                variable.points.extend(
                    sample.iter().map(|sample| super::output::point(sample.timestamp, sample.value.clone())),
                );
                variable.value = sample;
                continue;
            }
            let place = self.place(cx, at);
            if reads.points || reads.value {
                let points = place.window((start + 1, end))?;
                let last = points.iter().rev().find(|point| reading::is_good(point));
                variable.value =
                    last.map(|last| Sample { timestamp: last.timestamp, value: last.value.clone() });
                variable.points.extend(points);
            }
            if reads.before {
                variable.good_before = place.good_at_or_before(start, &mut |_| Later::No)?;
                variable.before = place.any_at_or_before(start)?;
            }
            if reads.after {
                variable.after = place.first_behind(end)?;
            }
        }
        Ok(variable)
    }

    /// Answers an attribute as it is now: its newest good value of any age, or its default.
    fn attribute(&self, cx: Context<'_>, at: Instance) -> Result<Option<Sample>, Error> {
        let place = self.place(cx, at);
        if let Some(key) = place.key
            && let Some(latest) = place.tables.latest(key)?
            && reading::is_good(&latest)
        {
            return Ok(Some(Sample { timestamp: latest.timestamp, value: latest.value }));
        }
        let newest = place.good_at_or_before(i64::MAX, &mut |_| Later::No)?;
        Ok(newest.or_else(|| self.default_of(at)))
    }
}
