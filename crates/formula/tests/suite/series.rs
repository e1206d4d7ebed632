//! Time series in memory, from which formulas are computed in these tests.

use std::collections::HashMap;

use formula::{
    Context, FUNCTIONS_MAX, Formula, Inputs, NoValue, Owner, Point, Refusal, Source, Time, Types, Value,
    Variable,
};

pub type Points = Vec<Point<'static>>;

/// A time in whole seconds.
pub fn at(s: i64) -> Time {
    Time { s, ns: 0 }
}

/// Points of good quality from pairs of seconds and numbers.
pub fn points(pairs: &[(i64, f64)]) -> Points {
    pairs
        .iter()
        .map(|(s, number)| Point { time: at(*s), value: Value::Number(*number), good: true })
        .collect()
}

/// A point of bad quality.
pub fn bad(s: i64) -> Point<'static> {
    Point { time: at(s), value: Value::None, good: false }
}

/// Time series by the name of the variable that reads them, seen from one computation.
#[derive(Default)]
pub struct Series {
    names: Vec<&'static str>,
    series: HashMap<&'static str, Points>,
    pretrigger: HashMap<&'static str, Point<'static>>,
    pub start: Time,
    pub time: Time,
}

impl Series {
    pub fn new(series: &[(&'static str, Points)]) -> Self {
        let mut made = Self::default();
        for (name, points) in series {
            made.names.push(name);
            made.series.insert(name, points.clone());
        }
        made
    }

    /// Looks through the window after `start` up to `end`.
    pub fn window(mut self, start: i64, end: i64) -> Self {
        (self.start, self.time) = (at(start), at(end));
        self
    }

    pub fn set_pretrigger(&mut self, name: &'static str, point: Point<'static>) {
        self.pretrigger.insert(name, point);
    }

    pub fn compile(&self, owner: Owner, expression: &str) -> Result<Formula, Refusal> {
        let declared = |name: &&'static str| {
            let text = |point: &Point<'_>| matches!(point.value, Value::Text(_));
            let types = if self.series[name].iter().any(text) { Types::TEXT } else { Types::NUMBER };
            Variable { name, types, source: Source::Stream, child: false }
        };
        let variables: Vec<Variable<'_>> = self.names.iter().map(declared).collect();
        let output = Types::PLAIN;
        Formula::compile(
            expression,
            &Context { owner, output, variables: &variables, functions_max: FUNCTIONS_MAX },
        )
    }

    pub fn compute(&self, owner: Owner, expression: &str) -> Result<Value<'static>, NoValue> {
        match self.compile(owner, expression) {
            Ok(formula) => formula.evaluate(self).map(Value::owned),
            Err(refusal) => panic!("{expression}: {refusal}"),
        }
    }

    pub fn metric(&self, expression: &str) -> Result<Value<'static>, NoValue> {
        self.compute(Owner::Metric, expression)
    }

    pub fn transform(&self, expression: &str) -> Result<Value<'static>, NoValue> {
        self.compute(Owner::Transform, expression)
    }

    fn of(&self, variable: usize) -> &Points {
        &self.series[self.names[variable]]
    }
}

impl Inputs for Series {
    fn now(&self) -> f64 {
        1e9
    }

    fn time(&self) -> Time {
        self.time
    }

    fn value(&self, variable: usize) -> Option<Point<'_>> {
        // Without a window it is the latest one, whatever its age.
        let inside = |point: &Point<'_>| self.start == self.time || point.time > self.start;
        let mut latest = self.of(variable).iter().rev();
        latest.find(|point| point.good && point.time <= self.time && inside(point)).cloned()
    }

    fn pretrigger(&self, variable: usize) -> Option<Point<'_>> {
        self.pretrigger.get(self.names[variable]).cloned().or_else(|| self.value(variable))
    }

    fn start(&self) -> Time {
        self.start
    }

    fn points(&self, variable: usize) -> Box<dyn Iterator<Item = Point<'_>> + '_> {
        let points: &[Point<'_>] = self.of(variable);
        Box::new(points.iter().filter(|point| point.time > self.start && point.time <= self.time).cloned())
    }

    fn good_before(&self, variable: usize) -> Option<Point<'_>> {
        self.of(variable).iter().rev().find(|point| point.good && point.time <= self.start).cloned()
    }

    fn before(&self, variable: usize) -> Option<Point<'_>> {
        self.of(variable).iter().rev().find(|point| point.time <= self.start).cloned()
    }

    fn after(&self, variable: usize) -> Option<Point<'_>> {
        self.of(variable).iter().find(|point| point.time > self.time).cloned()
    }
}
