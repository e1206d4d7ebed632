//! `GetAssetPropertyValueHistory`: the points of a stream in order of time.

use model::Members;
use series::Quality;
use series::error::Error as EngineError;
use series::scan::Direction;
use series::tables::Tables;
use service::Call;

use super::list::{List, Room, property_value};
use super::member::{nanos, quality};
use super::query::{Cursor, Progress, Query, cursor, direction, is_behind};
use super::source::Readable;
use crate::Error;
use crate::error::invalid;

/// Which points are asked for, and in which order.
#[derive(Clone, Debug)]
pub struct History {
    /// Behind this instant.
    start: Option<i64>,
    /// Up to this instant.
    end: Option<i64>,
    quality: Option<Quality>,
    direction: Direction,
}

/// Reads `startDate` and `endDate`; an end before the start is `InvalidRequestException` (assumed).
pub fn dates(members: &Members) -> Result<(Option<i64>, Option<i64>), Error> {
    let (start, end) = (nanos(members, "startDate"), nanos(members, "endDate"));
    match (start, end) {
        (Some(start), Some(end)) if end < start => Err(invalid("endDate is before startDate")),
        _ => Ok((start, end)),
    }
}

impl Query for History {
    const LIST: &'static str = "assetPropertyValueHistory";
    const ITEMS_MAX: usize = 20_000;
    const BATCH_ITEMS_MAX: usize = 20_000;
    const BYTES_MAX: usize = 4 << 20;

    fn read(_call: &Call, members: &Members) -> Result<Self, Error> {
        let (start, end) = dates(members)?;
        Ok(Self { start, end, quality: quality(members), direction: direction(members) })
    }

    fn page(
        &self,
        tables: &Tables,
        readable: &Readable,
        after: Option<Cursor>,
        (room, list): (&mut Room, &mut List),
    ) -> Result<Progress, EngineError> {
        let mut first = self.start.map_or(i64::MIN, |start| start.saturating_add(1));
        let mut last = self.end.unwrap_or(i64::MAX);
        match (self.direction, after) {
            (Direction::Ascending, Some((at, _))) => first = first.max(at),
            (Direction::Descending, Some((at, _))) => last = last.min(at),
            (_, None) => {}
        }
        let mut shown = after;
        let mut progress = Progress::Complete;
        readable.points.read(tables, self.direction, (first, last), &mut |point| {
            let wanted = self.quality.is_none_or(|quality| quality == point.quality);
            if !wanted || !is_behind(cursor(&point), after, self.direction) {
                return true;
            }
            if !list.push(room, |out| property_value(&point, out)) {
                progress = Progress::Cut(shown);
                return false;
            }
            shown = Some(cursor(&point));
            true
        })?;
        Ok(progress)
    }
}
