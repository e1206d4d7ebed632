//! `GetAssetPropertyAggregates`: averages, counts, extremes, sums and deviations of windows of time.
//!
//! A window excludes its start, includes its end, and is known by its end; one without points is not there, and neither
//! is one that has not ended.

use model::{Members, ToJson};
use series::Quality;
use series::error::Error as EngineError;
use series::moments::Moments;
use series::scan::Direction;
use series::tables::Tables;
use service::Call;

use super::history::dates;
use super::list::{List, Room, SECOND, quality_name};
use super::member::{get, quality, text};
use super::query::{Cursor, Progress, Query, direction, is_behind};
use super::source::{Points, Readable};
use crate::Error;
use crate::asset_model::property::DataType;
use crate::error::invalid;

/// Windows that are gathered at first; each next time twice as many.
const GATHERED_MIN: i64 = 32;

/// And at most.
const GATHERED_MAX: i64 = 4096;

/// A window's moments of one quality.
type Item = (i64, Quality, Moments);

/// Which windows are asked for, and what of them.
#[derive(Clone, Debug)]
pub struct Aggregates {
    /// Length of a window.
    length: i64,
    types: Vec<Aggregate>,
    /// Windows that end behind this instant.
    start: i64,
    /// Windows that end up to this instant.
    end: i64,
    /// Windows have ended up to this instant.
    now: i64,
    quality: Option<Quality>,
    direction: Direction,
}

/// What is asked of a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Average,
    Count,
    Maximum,
    Minimum,
    Sum,
    StandardDeviation,
}

impl Aggregate {
    /// All of them, in the order of the answer, with their names in requests and answers.
    const ALL: [(Self, &'static str, &'static str); 6] = [
        (Self::Average, "AVERAGE", "average"),
        (Self::Count, "COUNT", "count"),
        (Self::Maximum, "MAXIMUM", "maximum"),
        (Self::Minimum, "MINIMUM", "minimum"),
        (Self::Sum, "SUM", "sum"),
        (Self::StandardDeviation, "STANDARD_DEVIATION", "standardDeviation"),
    ];

    /// Answers what a window has of this; of values that are no numbers only the count is known.
    fn of(self, moments: &Moments, is_numeric: bool) -> Option<f64> {
        if self == Self::Count {
            #[expect(clippy::cast_precision_loss, reason = "no window has 2^53 points")]
            return Some(moments.count as f64);
        }
        if !is_numeric || moments.numbers == 0 {
            return None;
        }
        match self {
            Self::Average => moments.average(),
            Self::Count => None,
            Self::Maximum => Some(moments.maximum),
            Self::Minimum => Some(moments.minimum),
            Self::Sum => Some(moments.sum()),
            Self::StandardDeviation => deviation(moments),
        }
    }
}

/// Answers the standard deviation of a window: of the population, not of a sample (assumed).
fn deviation(moments: &Moments) -> Option<f64> {
    moments.deviation()
}

/// Reads a resolution as the length of its windows.
fn length(resolution: &str) -> Option<i64> {
    let seconds = match resolution {
        "1m" => 60,
        "15m" => 900,
        "1h" => 3600,
        "1d" => 86_400,
        _ => return None,
    };
    Some(seconds * SECOND)
}

/// Answers the end of the window in which an instant lies.
fn end_of(instant: i64, length: i64) -> i64 {
    let into = instant.rem_euclid(length);
    if into == 0 { instant } else { instant.saturating_add(length - into) }
}

impl Query for Aggregates {
    const LIST: &'static str = "aggregatedValues";
    const ITEMS_MAX: usize = 2500;
    const BATCH_ITEMS_MAX: usize = 4000;
    const BYTES_MAX: usize = 1 << 20;

    fn read(call: &Call, members: &Members) -> Result<Self, Error> {
        let resolution = text(members, "resolution").unwrap_or_default();
        let length = length(resolution)
            .ok_or_else(|| invalid(format!("resolution '{resolution}' is not one of 1m, 15m, 1h and 1d")))?;
        let asked: Vec<String> = get(members, "aggregateTypes").unwrap_or_default();
        let is_asked = |name: &str| asked.iter().any(|asked| asked == name);
        let types = Aggregate::ALL.into_iter().filter(|(_, name, _)| is_asked(name));
        let types = types.map(|(aggregate, ..)| aggregate).collect();
        let (start, end) = dates(members)?;
        Ok(Self {
            length,
            types,
            start: start.unwrap_or(i64::MIN),
            end: end.unwrap_or(i64::MAX),
            now: call.now.millis().saturating_mul(1_000_000),
            quality: quality(members),
            direction: direction(members),
        })
    }

    fn page(
        &self,
        tables: &Tables,
        readable: &Readable,
        after: Option<Cursor>,
        (room, list): (&mut Room, &mut List),
    ) -> Result<Progress, EngineError> {
        let is_numeric = matches!(readable.data_type, DataType::Double | DataType::Integer);
        let mut shown = after;
        let mut progress = Progress::Complete;
        self.windows(tables, &readable.points, after, &mut |(end, quality, moments)| {
            let wanted = self.quality.is_none_or(|wanted| wanted == quality);
            if !wanted || !is_behind((end, quality), after, self.direction) {
                return true;
            }
            if !list.push(room, |out| self.write((end, quality, &moments), is_numeric, out)) {
                progress = Progress::Cut(shown);
                return false;
            }
            shown = Some((end, quality));
            true
        })?;
        Ok(progress)
    }
}

impl Aggregates {
    /// Hands the windows from the last one shown on to `each` until it says no. They are gathered by and by, from one with
    /// points on: a page needs few of them, and there may be years without any.
    fn windows(
        &self,
        tables: &Tables,
        points: &Points,
        after: Option<Cursor>,
        each: &mut dyn FnMut(Item) -> bool,
    ) -> Result<(), EngineError> {
        let length = self.length;
        let Some(behind) = self.start.checked_add(1) else { return Ok(()) };
        let mut first = end_of(behind, length);
        let mut last = self.end.min(self.now).div_euclid(length).saturating_mul(length);
        match (self.direction, after) {
            (Direction::Ascending, Some((at, _))) => first = first.max(at),
            (Direction::Descending, Some((at, _))) => last = last.min(at),
            (_, None) => {}
        }
        let mut gathered = GATHERED_MIN;
        while first <= last {
            let mut nearest = None;
            points.read(tables, self.direction, (first.saturating_sub(length - 1), last), &mut |point| {
                nearest = Some(end_of(point.timestamp, length));
                false
            })?;
            let Some(nearest) = nearest else { return Ok(()) };
            let others = (gathered - 1) * length;
            let (bottom, top) = match self.direction {
                Direction::Ascending => (nearest, last.min(nearest.saturating_add(others))),
                Direction::Descending => (first.max(nearest.saturating_sub(others)), nearest),
            };
            let mut items = self.gather(tables, points, (bottom, top))?;
            match self.direction {
                Direction::Ascending => first = top.saturating_add(length),
                Direction::Descending => {
                    items.reverse();
                    last = bottom.saturating_sub(length);
                }
            }
            if !items.into_iter().all(&mut *each) {
                return Ok(());
            }
            gathered = (gathered * 2).min(GATHERED_MAX);
        }
        Ok(())
    }

    /// Answers the windows that end from `first` to `last`, the oldest first.
    fn gather(
        &self,
        tables: &Tables,
        points: &Points,
        (first, last): (i64, i64),
    ) -> Result<Vec<Item>, EngineError> {
        let length = self.length;
        let range = (first.saturating_sub(length - 1), last);
        let mut items = Vec::new();
        points.aggregate(
            tables,
            range,
            &|instant| end_of(instant, length),
            &mut |end, quality, moments| {
                items.push((end, quality, moments));
                true
            },
        )?;
        Ok(items)
    }

    /// Writes a window as `AggregatedValue`, with the members that were asked for and are known.
    fn write(&self, (end, quality, moments): (i64, Quality, &Moments), is_numeric: bool, out: &mut String) {
        out.push_str("{\"timestamp\":");
        end.div_euclid(SECOND).to_json(out);
        out.push_str(",\"quality\":\"");
        out.push_str(quality_name(quality));
        out.push_str("\",\"value\":{");
        let mut separator = "";
        for (aggregate, _, member) in Aggregate::ALL {
            if !self.types.contains(&aggregate) {
                continue;
            }
            let Some(number) = aggregate.of(moments, is_numeric) else { continue };
            out.push_str(separator);
            model::json::string(member, out);
            out.push(':');
            number.to_json(out);
            separator = ",";
        }
        out.push_str("}}");
    }
}
