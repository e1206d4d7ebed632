//! Decides for every entry of a request what of it is stored, and what is said about the rest.

use model_sitewise::types as t;
use series::error::Error;
use series::tables::Tables;
use series::{Point, SeriesKey};

use super::quota::Seconds;
use super::refusal::{Code, Refusal, Refused};
use super::request::{Entry, Request};
use super::value::{Window, value};
use crate::data::route::Route;

/// Where the values of an entry go, or why they go nowhere.
pub type Way = Result<Route, Refusal>;

/// What holds for all values of a request.
pub struct Rules<'a> {
    /// The instants at which values are taken.
    pub window: Window,
    /// Whether absent values and NaN are refused.
    pub null_nan_forbidden: bool,
    /// What is stored.
    pub tables: &'a Tables,
}

/// What becomes of a request.
#[derive(Debug, Default)]
pub struct Verdict {
    /// What is stored.
    pub accepted: Vec<Accepted>,
    /// What the answer says about the rest.
    pub refused: Vec<t::BatchPutAssetPropertyErrorEntry>,
}

/// What is stored of one entry.
#[derive(Debug)]
pub struct Accepted {
    /// The place of the entry in the request.
    pub entry: usize,
    /// Where it goes.
    pub route: Route,
    /// The points, at least one.
    pub points: Vec<Point>,
}

/// Judges a request whose entries go those ways.
pub fn judge(request: &Request<'_>, ways: &[Way], rules: &Rules<'_>) -> Result<Verdict, Error> {
    let mut verdict = Verdict::default();
    let mut judge = Judge { rules, seconds: Seconds::new(rules.tables) };
    for (place, (entry, way)) in request.entries.iter().zip(ways).enumerate() {
        let mut refused = Refused::default();
        let mark = judge.seconds.mark();
        let points = match way.as_ref().map_err(Clone::clone).and_then(|route| open(route).map(|()| route)) {
            Ok(route) => judge.points(entry, route, &mut refused)?,
            Err(refusal) => {
                entry.values.iter().for_each(|sent| refused.add(refusal.clone(), sent));
                Vec::new()
            }
        };
        if !request.partial && !refused.is_empty() {
            judge.seconds.undo(mark);
        } else if let Ok(route) = way
            && !points.is_empty()
        {
            verdict.accepted.push(Accepted { entry: place, route: *route, points });
        }
        if !refused.is_empty() {
            verdict.refused.push(refused.entry(entry));
        }
    }
    Ok(verdict)
}

/// Refuses streams that nobody may write to: of an asset that is about to vanish, then what is computed here (assumed:
/// AWS documents neither code).
fn open(route: &Route) -> Result<(), Refusal> {
    if route.is_going {
        return Err(Refusal::new(Code::Conflict, "The asset is DELETING; its properties take no values"));
    }
    if !route.source.is_writable() {
        let message = "The property is a transform or metric; only measurements and attributes take values";
        return Err(Refusal::new(Code::Invalid, message));
    }
    Ok(())
}

struct Judge<'a> {
    rules: &'a Rules<'a>,
    seconds: Seconds<'a>,
}

impl Judge<'_> {
    /// Makes points of the good values of an entry; each other one is refused by the first rule that it breaks.
    fn points(
        &mut self,
        entry: &Entry<'_>,
        route: &Route,
        refused: &mut Refused,
    ) -> Result<Vec<Point>, Error> {
        let mut points = Vec::with_capacity(entry.values.len());
        for sent in &entry.values {
            let made = self.rules.window.instant(sent).and_then(|timestamp| {
                let forbidden = self.rules.null_nan_forbidden;
                let value = value(&sent.value, sent.quality, route.data_type, forbidden)?;
                Ok(Point { timestamp, quality: sent.quality, value })
            });
            match made {
                Err(refusal) => refused.add(refusal, sent),
                Ok(point) => match self.count(route.key, &point)? {
                    Some(refusal) => refused.add(refusal, sent),
                    None => points.push(point),
                },
            }
        }
        Ok(points)
    }

    /// Counts a point against the quota of its second; a stream without a key has nothing stored.
    fn count(&mut self, key: Option<SeriesKey>, point: &Point) -> Result<Option<Refusal>, Error> {
        match key {
            Some(key) => self.seconds.count(key, point.timestamp, point.quality),
            None => Ok(None),
        }
    }
}
