//! Functions over the points of a window: aggregations, and those that weigh or pick points by their times.

use super::{Evaluator, Inside};
use crate::code::{Argument, Weighing};
use crate::function::Aggregate;
use crate::inputs::{Point, Time};
use crate::value::{NoValue, Value};

impl<'a> Evaluator<'a, '_> {
    /// Aggregates the points of all arguments together. Assumed: an argument without points is one point, and a point
    /// from which the argument has no value is left out.
    pub(super) fn aggregate(&self, aggregate: Aggregate, arguments: &'a [Argument]) -> Result<f64, NoValue> {
        let mut total = Total::default();
        // Literals alone make no result where the arguments beside them read points and there are none.
        let (mut read, mut found) = (false, false);
        for argument in arguments {
            let before = total.count;
            let constants = self.constants(argument);
            match argument.variable {
                Some(variable) => {
                    for point in self.inputs.points(variable).filter(|point| point.good) {
                        if let Ok(value) = self.at(argument, &point.value, &constants) {
                            total.add(&value, aggregate)?;
                        }
                    }
                }
                None => {
                    if let Ok(value) = self.at(argument, &Value::None, &constants) {
                        total.add(&value, aggregate)?;
                    }
                }
            }
            if argument.variable.is_some() || !constants.is_empty() {
                read = true;
                found |= total.count > before;
            }
        }
        match aggregate {
            Aggregate::Count => Ok(number(total.count)),
            _ if total.count == 0 || (read && !found) => Err(NoValue::Missing),
            _ => total.result(aggregate),
        }
    }

    pub(super) fn temporal(&self, weighing: Weighing, argument: &'a Argument) -> Result<Value<'a>, NoValue> {
        let variable = argument.variable.ok_or(NoValue::Missing)?;
        let good = || self.inputs.points(variable).filter(|point| point.good);
        let point = match weighing {
            Weighing::First => good().next(),
            Weighing::Last => good().last(),
            Weighing::Earliest => self.inputs.good_before(variable),
            Weighing::Latest => good().last().or_else(|| self.inputs.good_before(variable)),
            Weighing::Statetime => return self.statetime(argument, variable).map(Value::Number),
            Weighing::MeanOfSteps => return self.steps(argument, variable)?.mean().map(Value::Number),
            Weighing::MeanOfLines => return self.lines(argument, variable).map(Value::Number),
            Weighing::DeviationOfFrequencies => {
                return self.steps(argument, variable)?.deviation(1.0).map(Value::Number);
            }
            Weighing::DeviationOfPopulation => {
                return self.steps(argument, variable)?.deviation(0.0).map(Value::Number);
            }
        };
        self.at(argument, &point.ok_or(NoValue::Missing)?.value, &self.constants(argument))
    }

    fn constants(&self, argument: &'a Argument) -> Vec<Result<Value<'a>, NoValue>> {
        let outside = Evaluator { inputs: self.inputs, argument: None };
        argument.constants.iter().map(|code| outside.value(code)).collect()
    }

    /// Computes an argument from one point.
    fn at(
        &self,
        argument: &'a Argument,
        point: &Value<'a>,
        constants: &[Result<Value<'a>, NoValue>],
    ) -> Result<Value<'a>, NoValue> {
        let inside = Inside { point, constants };
        let evaluator = Evaluator { inputs: self.inputs, argument: Some(inside) };
        match evaluator.value(&argument.code)? {
            Value::None => Err(NoValue::None),
            value => Ok(value),
        }
    }

    /// Computes an argument as a number from a point; nothing if the point is bad or the argument has no number there.
    fn sample(&self, argument: &'a Argument, point: &Point<'a>) -> Option<f64> {
        if !point.good {
            return None;
        }
        let number = self.at(argument, &point.value, &[]).and_then(|value| value.number());
        number.ok().filter(|number| !number.is_nan())
    }

    /// Sums the seconds of the window in which the value was positive, each value holding until the next one.
    ///
    /// Assumed, to agree with the guide's table: a point at the very end of the window is not history enough.
    fn statetime(&self, argument: &'a Argument, variable: usize) -> Result<f64, NoValue> {
        let mut since = self.inputs.start();
        let mut held = self.inputs.good_before(variable).and_then(|point| self.sample(argument, &point));
        let (end, mut known, mut total) = (self.inputs.time(), held.is_some(), 0.0);
        for point in self.inputs.points(variable) {
            let Some(value) = self.sample(argument, &point) else { continue };
            if held.is_some_and(|held| held > 0.0) {
                total += point.time.since(since);
            }
            known |= point.time < end;
            (since, held) = (point.time, Some(value));
        }
        if held.is_some_and(|held| held > 0.0) {
            total += end.since(since);
        }
        if known { Ok(total) } else { Err(NoValue::Missing) }
    }

    /// Weighs each value by the seconds that it held; from a bad point to the next good one nothing is known.
    fn steps(&self, argument: &'a Argument, variable: usize) -> Result<Weighed, NoValue> {
        let mut weighed = Weighed::default();
        let mut since = self.inputs.start();
        let mut held = self.inputs.before(variable).and_then(|point| self.sample(argument, &point));
        for point in self.inputs.points(variable) {
            weighed.add(held, point.time.since(since));
            (since, held) = (point.time, self.sample(argument, &point));
        }
        weighed.add(held, self.inputs.time().since(since));
        if weighed.weight > 0.0 { Ok(weighed) } else { Err(NoValue::Missing) }
    }

    /// Computes the mean along straight lines between good points; towards a bad one, or none, the value holds.
    fn lines(&self, argument: &'a Argument, variable: usize) -> Result<f64, NoValue> {
        let (start, end) = (self.inputs.start(), self.inputs.time());
        let (mut area, mut weight) = (0.0, 0.0);
        let mut last = self.inputs.before(variable).map(|point| (point.time, self.sample(argument, &point)));
        let inside = self.inputs.points(variable).map(|point| (point.time, self.sample(argument, &point)));
        let after = self.inputs.after(variable).map(|point| (point.time, self.sample(argument, &point)));
        for next in inside.chain(after).map(Some).chain([None]) {
            if let Some((time, Some(value))) = last {
                let line =
                    Line { from: (time, value), to: next.and_then(|(time, value)| Some((time, value?))) };
                let (from, to) = (time.max(start), next.map_or(end, |(time, _)| time).min(end));
                let seconds = to.since(from);
                if seconds > 0.0 {
                    area += seconds * f64::midpoint(line.at(from), line.at(to));
                    weight += seconds;
                }
            }
            last = next;
        }
        let mean = area / weight;
        if weight > 0.0 && mean.is_finite() { Ok(mean) } else { Err(NoValue::Missing) }
    }
}

/// A straight line from one point to the next, or a level one.
struct Line {
    from: (Time, f64),
    to: Option<(Time, f64)>,
}

impl Line {
    fn at(&self, time: Time) -> f64 {
        let (from, value) = self.from;
        match self.to {
            Some((to, next)) if to > from => value + (next - value) * time.since(from) / to.since(from),
            _ => value,
        }
    }
}

/// The points of an aggregation so far.
#[derive(Default)]
struct Total {
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
    mean: f64,
    /// Sum of the squared distances from the mean, after Welford.
    squares: f64,
}

impl Total {
    /// Adds a point; count counts values of every type, the others take numbers.
    fn add(&mut self, value: &Value<'_>, aggregate: Aggregate) -> Result<(), NoValue> {
        self.count += 1;
        if aggregate == Aggregate::Count {
            return Ok(());
        }
        let value = value.number()?;
        if self.count == 1 {
            (self.min, self.max) = (value, value);
        }
        self.sum += value;
        self.min = self.min.min(value);
        self.max = self.max.max(value);
        let distance = value - self.mean;
        self.mean += distance / number(self.count);
        self.squares += distance * (value - self.mean);
        Ok(())
    }

    /// Answers the aggregate. Assumed: stdev divides by the number of points, as the aggregate STANDARD_DEVIATION does.
    fn result(&self, aggregate: Aggregate) -> Result<f64, NoValue> {
        let count = number(self.count);
        let result = match aggregate {
            Aggregate::Avg => self.sum / count,
            Aggregate::Sum => self.sum,
            Aggregate::Min => self.min,
            Aggregate::Max => self.max,
            Aggregate::Count => count,
            Aggregate::Stdev => (self.squares / count).max(0.0).sqrt(),
        };
        if result.is_finite() { Ok(result) } else { Err(NoValue::Domain) }
    }
}

/// Values and the seconds that each held.
#[derive(Default)]
struct Weighed {
    weight: f64,
    mean: f64,
    /// Weighted sum of the squared distances from the mean, after West.
    squares: f64,
}

impl Weighed {
    fn add(&mut self, value: Option<f64>, seconds: f64) {
        let Some(value) = value.filter(|_| seconds > 0.0) else { return };
        self.weight += seconds;
        let distance = value - self.mean;
        self.mean += distance * seconds / self.weight;
        self.squares += seconds * distance * (value - self.mean);
    }

    fn mean(&self) -> Result<f64, NoValue> {
        if self.mean.is_finite() { Ok(self.mean) } else { Err(NoValue::Domain) }
    }

    /// Answers the deviation; `lost` is 1 with Bessel's correction for frequencies, else 0.
    fn deviation(&self, lost: f64) -> Result<f64, NoValue> {
        let deviation = (self.squares.max(0.0) / (self.weight - lost)).sqrt();
        if self.weight > lost && deviation.is_finite() { Ok(deviation) } else { Err(NoValue::Domain) }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a window holds fewer than 2^53 points")]
fn number(count: u64) -> f64 {
    count as f64
}
