//! `GetInterpolatedAssetPropertyValues`: what a stream had at regular instants, between the points that it has.

use std::sync::Arc;

use model::{Members, Operation};
use model_sitewise::operations as op;
use series::error::Error as EngineError;
use series::scan::Direction;
use series::tables::Tables;
use series::{Quality, Value};
use service::Call;
use service::page::Page;

use super::list::{List, Room, SECOND, interpolated_value};
use super::member::{get, text};
use super::query;
use super::single::Answer;
use super::source::{Points, aside, find_one, number, target};
use crate::Error;
use crate::asset_model::property::DataType;
use crate::data::Data;
use crate::error::invalid;
use crate::ingest::request;

/// What callers are allowed or not.
const ACTION: &str = "iotsitewise:GetInterpolatedAssetPropertyValues";

/// Values of a page when the request does not say how many.
const ITEMS_DEFAULT: i64 = 10;

/// Most values of a page; who asks for more gets these and a token (assumed: AWS has a quota of ten).
const ITEMS_MAX: usize = 1000;

/// Most bytes of a page; texts are up to a kilobyte long.
const BYTES_MAX: usize = 4 << 20;

/// The list in the answer.
const LIST: &str = "interpolatedAssetPropertyValues";

/// Which instants are asked for, and how values between points come about.
///
/// Instants are numbered from one: the start itself is not asked for.
#[derive(Clone, Debug)]
struct Grid {
    start: i128,
    end: i128,
    interval: i128,
    way: Way,
    quality: Quality,
}

/// How a value between points comes about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// On the line between its neighbours, which are at most so far away.
    Linear(Option<i128>),
    /// The last one that was observed.
    Locf,
}

/// The value at an instant of the grid.
type At = (i64, Value);

/// Answers a page of interpolated values.
///
/// Errors in the order of their checks: `InvalidRequestException` (what names the stream, times, a window where none may
/// be, token), `AccessDeniedException`, `ResourceNotFoundException`, `InvalidRequestException` (no line through values
/// that are no numbers).
pub async fn interpolate(data: Arc<Data>, call: Call, members: Members) -> Result<Answer, Error> {
    let target = target(&members)?;
    let grid = Grid::read(&members)?;
    let items = get::<i64>(&members, "maxResults").unwrap_or(ITEMS_DEFAULT);
    let items = usize::try_from(items).unwrap_or(ITEMS_MAX).clamp(1, ITEMS_MAX);
    let words = query::words(&members);
    let bound = [words.as_str()];
    let page = Page::new(&call, op::GetInterpolatedAssetPropertyValues::SPEC, &bound);
    let from = match query::open_token::<1>(&page, &members)? {
        None => 1,
        Some([from]) => from.parse().map_err(|_| invalid("nextToken is not valid"))?,
    };
    let readable = find_one(&data, &call, ACTION, target).await?;
    check_type(grid.way, readable.data_type)?;
    let (list, next) = aside(&data, move |tables| {
        let mut list = List::default();
        let mut room = Room::new(items, BYTES_MAX);
        let mut from: i128 = from;
        while let Some((number, at)) = grid.next(tables, &readable.points, from)? {
            if !list.push(&mut room, |out| interpolated_value(&at, out)) {
                return Ok((list, Some(number)));
            }
            from = number + 1;
        }
        Ok((list, None))
    })
    .await?;
    let next_token = next.map(|number| page.seal(&[&number.to_string()]));
    Ok(Answer::new(LIST, list, next_token))
}

/// Lines go through numbers only (assumed).
fn check_type(way: Way, data_type: DataType) -> Result<(), Error> {
    if way == Way::Locf || matches!(data_type, DataType::Double | DataType::Integer) {
        return Ok(());
    }
    Err(invalid(format!(
        "type LINEAR_INTERPOLATION needs numbers; the property is {}, for which there is LOCF_INTERPOLATION",
        data_type.as_str()
    )))
}

impl Grid {
    fn read(members: &Members) -> Result<Self, Error> {
        let instant = |seconds: &str, nanos: &str| {
            let whole = i128::from(get::<i64>(members, seconds).unwrap_or_default()) * i128::from(SECOND);
            whole + i128::from(get::<i64>(members, nanos).unwrap_or_default())
        };
        let seconds = |name: &str| get::<i64>(members, name).map(|n| i128::from(n) * i128::from(SECOND));
        let start = instant("startTimeInSeconds", "startTimeOffsetInNanos");
        let end = instant("endTimeInSeconds", "endTimeOffsetInNanos");
        if end < start {
            return Err(invalid("the end time is before the start time"));
        }
        let window = seconds("intervalWindowInSeconds");
        let way = match text(members, "type") {
            Some("LINEAR_INTERPOLATION") => Way::Linear(window),
            Some("LOCF_INTERPOLATION") if window.is_none() => Way::Locf,
            Some("LOCF_INTERPOLATION") => {
                return Err(invalid(
                    "intervalWindowInSeconds goes with type LINEAR_INTERPOLATION; the type is LOCF_INTERPOLATION",
                ));
            }
            other => {
                return Err(invalid(format!(
                    "type '{}' is neither LINEAR_INTERPOLATION nor LOCF_INTERPOLATION",
                    other.unwrap_or_default()
                )));
            }
        };
        let quality = text(members, "quality").and_then(request::quality).unwrap_or(Quality::Good);
        let interval = seconds("intervalInSeconds").unwrap_or(i128::from(SECOND)).max(1);
        // Behind the last instant that a value can have nothing is known.
        Ok(Self { start, end: end.min(i128::from(i64::MAX)), interval, way, quality })
    }

    /// Answers an instant by its number, if it is not behind the end.
    fn instant(&self, number: i128) -> Option<i64> {
        let instant = self.start + number * self.interval;
        (instant <= self.end).then(|| i64::try_from(instant).ok()).flatten()
    }

    /// Answers the number of the first instant at or behind another one.
    fn number(&self, instant: i128) -> i128 {
        let (since, interval) = (instant - self.start, self.interval);
        since.div_euclid(interval) + i128::from(since.rem_euclid(interval) > 0)
    }

    /// Finds the first instant from a number on at which there is a value, and that value; others are gaps.
    fn next(
        &self,
        tables: &Tables,
        points: &Points,
        mut from: i128,
    ) -> Result<Option<(i128, At)>, EngineError> {
        while let Some(instant) = self.instant(from) {
            let left = self.nearest(tables, points, Direction::Descending, instant)?;
            if let Some((at, value)) = &left
                && (*at == instant || self.way == Way::Locf)
            {
                return Ok(Some((from, (instant, self.shown(value)))));
            }
            let Some((at, right)) = self.nearest(tables, points, Direction::Ascending, instant)? else {
                return Ok(None);
            };
            let earliest = match (left, self.way) {
                (Some(left), Way::Linear(window)) => {
                    let near = window.is_none_or(|window| i128::from(at) - i128::from(instant) <= window);
                    if near {
                        let value = line(&left, &(at, right), instant);
                        return Ok(Some((from, (instant, value))));
                    }
                    i128::from(at) - window.unwrap_or_default()
                }
                _ => i128::from(at),
            };
            from = self.number(earliest).max(from + 1);
        }
        Ok(None)
    }

    /// Finds the nearest usable point at or before an instant, or behind it.
    fn nearest(
        &self,
        tables: &Tables,
        points: &Points,
        direction: Direction,
        instant: i64,
    ) -> Result<Option<At>, EngineError> {
        let around = i128::from(instant);
        let (first, last) = match (direction, self.way) {
            (Direction::Descending, Way::Linear(Some(window))) => (around - window, around),
            (Direction::Descending, _) => (self.start - self.interval, around),
            (Direction::Ascending, Way::Linear(window)) => {
                (around + 1, self.end + window.unwrap_or(self.interval))
            }
            (Direction::Ascending, Way::Locf) => (around + 1, self.end),
        };
        let mut found = None;
        points.read(tables, direction, (clamped(first), clamped(last)), &mut |point| {
            if point.quality != self.quality || !self.is_usable(&point.value) {
                return true;
            }
            found = Some((point.timestamp, point.value));
            false
        })?;
        Ok(found)
    }

    /// Absent values and NaN are no values to go on with (assumed).
    fn is_usable(&self, value: &Value) -> bool {
        match (self.way, value) {
            (_, Value::Double(number)) => !number.is_nan(),
            (Way::Linear(_), value) => number(value).is_some(),
            (Way::Locf, value) => !matches!(value, Value::Null(_) | Value::Removed),
        }
    }

    /// Lines are of doubles, also where they meet an integer (assumed).
    fn shown(&self, value: &Value) -> Value {
        match (self.way, number(value)) {
            (Way::Linear(_), Some(number)) => Value::Double(number),
            _ => value.clone(),
        }
    }
}

/// Answers the value at an instant on the line between two points.
fn line((left_at, left): &At, (right_at, right): &At, instant: i64) -> Value {
    let (left, right) = (number(left).unwrap_or_default(), number(right).unwrap_or_default());
    let share = length(*left_at, instant) / length(*left_at, *right_at);
    Value::Double(left + share * (right - left))
}

#[expect(clippy::cast_precision_loss, reason = "a share of a length needs no more than 53 bits")]
fn length(from: i64, to: i64) -> f64 {
    (i128::from(to) - i128::from(from)) as f64
}

fn clamped(instant: i128) -> i64 {
    i64::try_from(instant).unwrap_or(if instant < 0 { i64::MIN } else { i64::MAX })
}
