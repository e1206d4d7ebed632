//! From how a request names a stream to what can be read of it.

use std::borrow::Cow;
use std::sync::Arc;

use model::Members;
use series::error::Error as EngineError;
use series::moments::Moments;
use series::scan::Direction;
use series::tables::Tables;
use series::{Point, Quality, SeriesKey, Value};
use service::Call;
use store::Tx;

use super::list::SECOND;
use super::member::text;
use crate::asset_model::property::DataType;
use crate::data::route::{Route, Source, Target};
use crate::data::{Data, default, failed};
use crate::error::{invalid, not_found};
use crate::id::CustomId;
use crate::place::Place;
use crate::{Error, asset, time_series};

/// Nanoseconds of the first stretch that is looked through: an hour.
const FIRST_STRETCH: i64 = 3600 * SECOND;

/// How many times longer the next one is.
const STRETCH_GROWTH: i64 = 8;

/// What can be read of a stream.
#[derive(Clone, Debug)]
pub struct Readable {
    /// The points.
    pub points: Points,
    /// What the values are.
    pub data_type: DataType,
}

/// The points of a stream.
#[derive(Clone, Debug)]
pub enum Points {
    /// There are none.
    None,
    /// The default of an attribute that nobody has written to.
    Default(Point),
    /// Those that were stored, as far back as they are kept.
    Stored {
        /// Under which name.
        key: SeriesKey,
        /// The first instant whose points are kept.
        kept_from: i64,
    },
}

/// Reads which stream a request, or an entry of one, names: by an alias, or by an asset and a property; neither, both
/// or half a pair is `InvalidRequestException` (assumed).
pub fn target(members: &Members) -> Result<Target<'static>, Error> {
    let own = |text: &str| Cow::Owned(text.to_owned());
    match (text(members, "assetId"), text(members, "propertyId"), text(members, "propertyAlias")) {
        (None, None, Some(alias)) => Ok(Target::Alias(own(alias))),
        (Some(asset), Some(property), None) => {
            Ok(Target::Property { asset: own(asset), property: own(property) })
        }
        (None, None, None) => Err(invalid("either propertyAlias or assetId and propertyId are required")),
        (_, _, Some(_)) => {
            Err(invalid("propertyAlias excludes assetId and propertyId: one way names the property"))
        }
        (Some(_), None, None) => Err(invalid("assetId needs propertyId beside it")),
        (None, Some(_), None) => Err(invalid("propertyId needs assetId beside it")),
    }
}

/// Asks whether the caller may, then finds what can be read of the streams at which targets lead, in their order.
///
/// Errors of each in the order of their checks: `AccessDeniedException`; `ResourceNotFoundException` for an alias, an
/// asset or a property that is not there.
pub async fn find(
    data: &Data,
    call: &Call,
    action: &str,
    targets: &[Target<'static>],
) -> Result<Vec<Result<Readable, Error>>, store::Error> {
    let routes = data.routes(call, targets).await?;
    let kept_from = data.oldest_visible(call).await?;
    let mut found: Vec<Option<Result<Readable, Error>>> = Vec::with_capacity(targets.len());
    let mut open = Vec::new();
    for (target, route) in targets.iter().zip(routes) {
        let readable = match call.allow_own(action, || resource(call, target)) {
            Err(denied) => Some(Err(denied.into())),
            Ok(()) => known(data, route, kept_from)?.map(Ok),
        };
        if readable.is_none() {
            open.push((target.clone(), route));
        }
        found.push(readable);
    }
    if open.is_empty() {
        return Ok(found.into_iter().flatten().collect());
    }
    let (account, region) = (call.account.clone(), call.region.clone());
    let looked_up = data.store().read(move |tx| {
        let place = Place { account: &account, region: &region };
        let look_up = |(target, route): &(Target<'static>, Option<Route>)| look_up(tx, place, target, *route);
        open.iter().map(look_up).collect::<Result<Vec<_>, store::Error>>()
    });
    let mut looked_up = looked_up.await?.into_iter();
    Ok(found.into_iter().filter_map(|readable| readable.or_else(|| looked_up.next())).collect())
}

/// The same for one target.
pub async fn find_one(
    data: &Data,
    call: &Call,
    action: &str,
    target: Target<'static>,
) -> Result<Readable, Error> {
    let mut found = find(data, call, action, &[target]).await?;
    found.pop().expect("one target was asked for")
}

/// Names what is read, as policies name it (assumed: a stream by its alias, a property by its asset).
fn resource(call: &Call, target: &Target<'_>) -> String {
    let rest = match target {
        Target::Alias(alias) => format!("time-series/{alias}"),
        Target::Property { asset, .. } => format!("asset/{asset}"),
    };
    call.arn("iotsitewise", &call.account, &rest)
}

/// Answers what can be read where a route leads, unless rows must be looked at.
fn known(data: &Data, route: Option<Route>, kept_from: i64) -> Result<Option<Readable>, store::Error> {
    let Some(Route { key, data_type, source, .. }) = route else { return Ok(None) };
    let points = key.map_or(Points::None, |key| Points::Stored { key, kept_from });
    if source == Source::Attribute && points.latest(data.engine().tables()).map_err(failed)?.is_none() {
        return Ok(None);
    }
    Ok(Some(Readable { points, data_type }))
}

/// Looks at the rows: what an attribute is by default, or what it is that is not there.
fn look_up(
    tx: &mut Tx,
    place: Place<'_>,
    target: &Target<'_>,
    route: Option<Route>,
) -> Result<Result<Readable, Error>, store::Error> {
    if let Some(Route { data_type, .. }) = route {
        let points = default::of(tx, place, target)?.map_or(Points::None, Points::Default);
        return Ok(Ok(Readable { points, data_type }));
    }
    Ok(Err(match target {
        Target::Alias(alias) => time_series::missing(alias),
        Target::Property { asset, property } => match asset::table::by_id(tx, place, asset)? {
            Some(asset) => not_found(format!("Property with id {property} of asset {} not found", asset.id)),
            None => match CustomId::parse(asset) {
                Some(id) => asset::missing(&id),
                None => not_found(format!("Asset with id {asset} not found")),
            },
        },
    }))
}

impl Points {
    /// Hands the points from `first` to `last`, both included, to `each` until it says no.
    pub fn read(
        &self,
        tables: &Tables,
        direction: Direction,
        (first, last): (i64, i64),
        each: &mut dyn FnMut(Point) -> bool,
    ) -> Result<(), EngineError> {
        match self {
            Self::Stored { key, kept_from } => {
                // Nothing is behind the newest point, which is remembered.
                let Some(newest) = tables.latest(*key)? else { return Ok(()) };
                let range = (first.max(*kept_from), last.min(newest.timestamp));
                stretches(direction, range, &mut |stretch| {
                    let mut goes_on = true;
                    tables.read(*key, direction, stretch, &mut |point| {
                        goes_on = each(point);
                        goes_on
                    })?;
                    Ok(goes_on)
                })
            }
            Self::Default(point) if (first..=last).contains(&point.timestamp) => {
                each(point.clone());
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Answers the newest point; of several at its instant, the one that was written last.
    pub fn latest(&self, tables: &Tables) -> Result<Option<Point>, EngineError> {
        match self {
            Self::None => Ok(None),
            Self::Default(point) => Ok(Some(point.clone())),
            Self::Stored { key, kept_from } => {
                Ok(tables.latest(*key)?.filter(|point| point.timestamp >= *kept_from))
            }
        }
    }

    /// Gathers the moments of windows, see [`Tables::aggregate`].
    pub fn aggregate(
        &self,
        tables: &Tables,
        (first, last): (i64, i64),
        end_of: &dyn Fn(i64) -> i64,
        each: &mut dyn FnMut(i64, Quality, Moments) -> bool,
    ) -> Result<(), EngineError> {
        match self {
            Self::Stored { key, kept_from } if first.max(*kept_from) <= last => {
                tables.aggregate(*key, (first.max(*kept_from), last), end_of, each)
            }
            Self::Default(point) if (first..=last).contains(&point.timestamp) => {
                let mut moments = Moments::default();
                moments.add(number(&point.value));
                each(end_of(point.timestamp), point.quality, moments);
                Ok(())
            }
            _ => Ok(()),
        }
    }
}

/// Hands an interval to `each` in stretches that become longer, until it says no: who needs the first points only does
/// not look through the index of all of them.
fn stretches(
    direction: Direction,
    (mut first, mut last): (i64, i64),
    each: &mut dyn FnMut((i64, i64)) -> Result<bool, EngineError>,
) -> Result<(), EngineError> {
    let mut length = FIRST_STRETCH;
    while first <= last {
        let stretch = match direction {
            Direction::Ascending => (first, last.min(first.saturating_add(length))),
            Direction::Descending => (first.max(last.saturating_sub(length)), last),
        };
        if !each(stretch)? {
            return Ok(());
        }
        let next = match direction {
            Direction::Ascending => stretch.1.checked_add(1).map(|next| first = next),
            Direction::Descending => stretch.0.checked_sub(1).map(|next| last = next),
        };
        if next.is_none() {
            return Ok(());
        }
        length = length.saturating_mul(STRETCH_GROWTH);
    }
    Ok(())
}

/// Answers the number that a value is, if it is one.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Double(number) => Some(*number).filter(|number| !number.is_nan()),
        Value::Integer(number) => Some(f64::from(*number)),
        _ => None,
    }
}

/// Carries reading out beside the tasks of the server, for it may wait for a disk and takes its time.
pub async fn aside<T: Send + 'static>(
    data: &Arc<Data>,
    work: impl FnOnce(&Tables) -> Result<T, EngineError> + Send + 'static,
) -> Result<T, Error> {
    let Ok(runtime) = tokio::runtime::Handle::try_current() else {
        return Ok(work(data.engine().tables()).map_err(failed)?);
    };
    let data = data.clone();
    let read = runtime.spawn_blocking(move || work(data.engine().tables())).await;
    let read = read.map_err(|error| store::Error::Broken(format!("reading values ended early: {error}")))?;
    Ok(read.map_err(failed)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(direction: Direction, range: (i64, i64)) -> Vec<(i64, i64)> {
        let mut found = Vec::new();
        let done = stretches(direction, range, &mut |stretch| {
            found.push(stretch);
            Ok(true)
        });
        assert!(done.is_ok());
        found
    }

    #[test]
    fn stretches_cover_an_interval_without_gap_or_overlap_and_are_few() {
        for range in [(0, 0), (5, 4), (0, FIRST_STRETCH), (-7, 100 * FIRST_STRETCH), (i64::MIN, i64::MAX)] {
            let ascending = all(Direction::Ascending, range);
            assert!(ascending.len() < 16, "{range:?}");
            assert_eq!(ascending.first().map(|first| first.0), (range.0 <= range.1).then_some(range.0));
            assert_eq!(ascending.last().map(|last| last.1), (range.0 <= range.1).then_some(range.1));
            assert!(ascending.windows(2).all(|pair| pair[0].1 + 1 == pair[1].0), "{ascending:?}");
            let descending = all(Direction::Descending, range);
            assert_eq!(descending.len(), ascending.len());
            assert!(descending.windows(2).all(|pair| pair[0].0 - 1 == pair[1].1), "{descending:?}");
        }
    }

    #[test]
    fn stretches_end_where_nobody_wants_more() {
        let mut seen = 0;
        let done = stretches(Direction::Descending, (i64::MIN, i64::MAX), &mut |_| {
            seen += 1;
            Ok(seen < 3)
        });
        assert!(done.is_ok());
        assert_eq!(seen, 3);
    }
}
