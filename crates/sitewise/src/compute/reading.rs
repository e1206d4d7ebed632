//! Reads values for formulas: out of the engine's tables, and out of what was computed and is not written yet.

use std::borrow::Cow;
use std::collections::BTreeMap;

use ::formula::{self as language, Time};
use series::error::Error;
use series::scan::Direction;
use series::tables::Tables;
use series::{Point, Quality, SeriesKey, Value};

/// Computed values of a property that are not written yet, by their instants; all of quality GOOD.
pub type Fresh = BTreeMap<i64, Value>;

/// Nanoseconds of a second.
pub const SECOND_NS: i64 = 1_000_000_000;

/// A value that formulas may use, and its instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// Nanoseconds since 1970.
    pub timestamp: i64,
    /// Value: neither null nor NaN nor removed.
    pub value: Value,
}

/// What is known of a point that may have been written after the one that is being looked at.
pub enum Later {
    /// It was there before.
    No,
    /// It was not there yet.
    Hidden,
    /// It was there, with another value.
    Was(Value),
}

/// Where the values of a property are.
#[derive(Clone, Copy)]
pub struct Place<'a> {
    /// The tables.
    pub tables: &'a Tables,
    /// Under what they are kept there.
    pub key: Option<SeriesKey>,
    /// What is not written yet.
    pub fresh: Option<&'a Fresh>,
}

/// Says whether a formula can use a value.
pub fn is_usable(value: &Value) -> bool {
    match value {
        Value::Double(number) => !number.is_nan(),
        Value::Null(_) | Value::Removed => false,
        Value::Integer(_) | Value::Boolean(_) | Value::String(_) => true,
    }
}

/// Says whether a point is one that transforms read and are fired by.
pub fn is_good(point: &Point) -> bool {
    point.quality == Quality::Good && is_usable(&point.value)
}

/// Answers an instant as formulas know it.
pub fn time(timestamp: i64) -> Time {
    let ns = u32::try_from(timestamp.rem_euclid(SECOND_NS)).unwrap_or_default();
    Time { s: timestamp.div_euclid(SECOND_NS), ns }
}

/// Answers a value as formulas know it.
pub fn value(value: &Value) -> language::Value<'_> {
    match value {
        Value::Double(number) if number.is_nan() => language::Value::None,
        Value::Double(number) => language::Value::Number(*number),
        Value::Integer(number) => language::Value::Number(f64::from(*number)),
        Value::Boolean(truth) => language::Value::Number(f64::from(u8::from(*truth))),
        Value::String(text) => language::Value::Text(Cow::Borrowed(text)),
        Value::Null(_) | Value::Removed => language::Value::None,
    }
}

/// Answers the result of a formula as the engine keeps it.
pub fn result(value: language::Value<'_>) -> Option<Value> {
    match value {
        language::Value::Number(number) => Some(Value::Double(number)),
        language::Value::Text(text) => Some(Value::String(text.into())),
        language::Value::Array(_) | language::Value::None => None,
    }
}

impl Sample {
    /// Answers the sample as formulas know it.
    pub fn point(&self) -> language::Point<'_> {
        language::Point { time: time(self.timestamp), value: value(&self.value), good: true }
    }
}

/// Answers a point as formulas know it.
pub fn point(point: &Point) -> language::Point<'_> {
    language::Point {
        time: time(point.timestamp),
        value: value(&point.value),
        good: point.quality == Quality::Good,
    }
}

impl Place<'_> {
    /// Finds the newest good value at or before an instant; `later` tells which points do not count yet.
    pub fn good_at_or_before(
        self,
        instant: i64,
        later: &mut dyn FnMut(i64) -> Later,
    ) -> Result<Option<Sample>, Error> {
        let sample = |timestamp: i64, value: Value| Some(Sample { timestamp, value });
        let own = self.fresh.and_then(|fresh| {
            let (timestamp, value) = fresh.range(..=instant).rev().find(|(_, value)| is_usable(value))?;
            sample(*timestamp, value.clone())
        });
        let Some(key) = self.key else { return Ok(own) };
        let from = own.as_ref().map_or(i64::MIN, |own| own.timestamp);
        let mut found = None;
        self.tables.read(key, Direction::Descending, (from, instant), &mut |point| {
            let is_fresh = self.fresh.is_some_and(|fresh| fresh.contains_key(&point.timestamp));
            if point.quality != Quality::Good || is_fresh {
                return true;
            }
            let value = match later(point.timestamp) {
                Later::No => point.value,
                Later::Hidden => return true,
                Later::Was(value) => value,
            };
            if is_usable(&value) {
                found = sample(point.timestamp, value);
            }
            found.is_none()
        })?;
        Ok(found.or(own))
    }

    /// Reads the points of all qualities in a window, both ends included, in the order of their times.
    pub fn window(self, (first, last): (i64, i64)) -> Result<Vec<Point>, Error> {
        let mut points = Vec::new();
        let fresh = |timestamp: &i64| self.fresh.is_some_and(|fresh| fresh.contains_key(timestamp));
        if let Some(key) = self.key {
            self.tables.read(key, Direction::Ascending, (first, last), &mut |point| {
                if point.quality != Quality::Good || !fresh(&point.timestamp) {
                    points.push(point);
                }
                true
            })?;
        }
        if let Some(fresh) = self.fresh {
            let in_window = fresh.range(first..=last).filter(|(_, value)| is_usable(value));
            let before = points.len();
            points.extend(in_window.map(|(timestamp, value)| Point {
                timestamp: *timestamp,
                quality: Quality::Good,
                value: value.clone(),
            }));
            if points.len() > before {
                points.sort_by(Point::order);
            }
        }
        Ok(points)
    }

    /// Finds the newest point at or before an instant, of whatever quality.
    pub fn any_at_or_before(self, instant: i64) -> Result<Option<Point>, Error> {
        let own = self.good_fresh_at_or_before(instant);
        let Some(key) = self.key else { return Ok(own) };
        let from = own.as_ref().map_or(i64::MIN, |own| own.timestamp);
        if self.fresh.is_none() {
            return self.tables.at_or_before(key, instant);
        }
        let mut found = None;
        self.tables.read(key, Direction::Descending, (from, instant), &mut |point| {
            let replaced = self.fresh.is_some_and(|fresh| fresh.contains_key(&point.timestamp));
            if !(replaced && point.quality == Quality::Good) {
                found = Some(point);
            }
            found.is_none()
        })?;
        Ok(found.or(own))
    }

    fn good_fresh_at_or_before(self, instant: i64) -> Option<Point> {
        let (timestamp, value) = self.fresh?.range(..=instant).rev().find(|(_, value)| is_usable(value))?;
        Some(Point { timestamp: *timestamp, quality: Quality::Good, value: value.clone() })
    }

    /// Finds the first point behind an instant.
    pub fn first_behind(self, instant: i64) -> Result<Option<Point>, Error> {
        let Some(key) = self.key else { return Ok(None) };
        let mut found = None;
        let range = (instant.saturating_add(1), i64::MAX);
        self.tables.read(key, Direction::Ascending, range, &mut |point| {
            found = Some(point);
            false
        })?;
        Ok(found)
    }

    /// Answers the computed value at an instant, if there is one.
    pub fn computed_at(self, instant: i64) -> Result<Option<Value>, Error> {
        if let Some(value) = self.fresh.and_then(|fresh| fresh.get(&instant)) {
            return Ok(is_usable(value).then(|| value.clone()));
        }
        let Some(key) = self.key else { return Ok(None) };
        let mut found = None;
        self.tables.read(key, Direction::Ascending, (instant, instant), &mut |point| {
            if point.quality == Quality::Good {
                found = Some(point.value);
            }
            found.is_none()
        })?;
        Ok(found)
    }
}
