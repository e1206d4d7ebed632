//! Computed values on their way into the log.

use std::collections::HashMap;
use std::sync::Arc;

use series::error::Error;
use series::log::Batch;
use series::{Point, Quality, Run, SeriesKey, Value};
use store::Tx;

use super::note::Progress;
use super::plant::{Instance, Plant};
use super::reading::Fresh;
use crate::asset::property::table as properties;
use crate::asset::{self, AssetState};
use crate::asset_model::property::Property;
use crate::data::notified::Topic;
use crate::data::{Data, route};
use crate::id::AssetId;
use crate::place::Place;
use crate::time_series::{Stream, arrival};

/// Computed values that are not written yet.
#[derive(Default)]
pub struct Outputs {
    fresh: HashMap<Instance, Fresh>,
    /// The same in the order in which they were computed: of two at one instant both are told to those who follow.
    points: Vec<(Instance, Vec<Point>)>,
    places: HashMap<Instance, usize>,
    count: usize,
}

/// Under what values are kept, and where they are published.
type Begun = (SeriesKey, Option<(Stream, Topic)>);

/// A property that has its first value.
struct First {
    at: Instance,
    account: String,
    region: String,
    asset: AssetId,
    property: Property,
}

impl Outputs {
    /// Adds a value; [`Value::Removed`] takes one away.
    pub fn put(&mut self, at: Instance, point: Point) {
        self.fresh.entry(at).or_default().insert(point.timestamp, point.value.clone());
        let place = *self.places.entry(at).or_insert_with(|| {
            self.points.push((at, Vec::new()));
            self.points.len() - 1
        });
        self.points[place].1.push(point);
        self.count += 1;
    }

    /// Answers what is not written yet of a property.
    pub fn fresh(&self, at: Instance) -> Option<&Fresh> {
        self.fresh.get(&at)
    }

    /// Counts the values.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Writes all values in one batch that says how far computations are then.
    ///
    /// What has its first value gets a row before. After an error everything is still there.
    pub fn write(&mut self, data: &Data, plant: &mut Plant, progress: &Progress) -> Result<(), Error> {
        if self.points.is_empty() {
            return Ok(());
        }
        begin(data, plant, self.points.iter().map(|(at, _)| *at))?;
        let mut runs = Vec::with_capacity(self.points.len());
        for (at, points) in &self.points {
            // What vanished meanwhile needs no values.
            let Some(key) = plant.key(*at) else { continue };
            let kind = route::kind(plant.assets[at.asset].plan.nodes[at.node].property.data_type);
            runs.push(Run { key, kind, points: points.clone() });
        }
        let written = data.engine().write(Batch { runs, note: progress.encode() });
        match written {
            // A property that is of another type than its stored values can't be written to, ever.
            Err(Error::WrongKind) => {
                log::warn!("computed values are of another type than those stored before");
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        *self = Self::default();
        Ok(())
    }
}

/// Makes rows for properties that have their first value.
fn begin(data: &Data, plant: &mut Plant, written: impl Iterator<Item = Instance>) -> Result<(), Error> {
    let first = |at: Instance| {
        let asset = &plant.assets[at.asset];
        let (account, region) = plant.places[asset.place].clone();
        let property = asset.plan.nodes[at.node].property.clone();
        First { at, account, region, asset: asset.id.clone(), property }
    };
    let firsts: Vec<First> = written.filter(|at| plant.key(*at).is_none()).map(first).collect();
    if firsts.is_empty() {
        return Ok(());
    }
    let firsts = Arc::new(firsts);
    let wanted = firsts.clone();
    let age = data.notified().map(|notified| notified.age());
    let begun = data.store().write_blocking(move |tx| {
        wanted.iter().map(|first| begin_one(tx, first)).collect::<Result<Vec<_>, store::Error>>()
    });
    let mut topics = Vec::new();
    for (first, begun) in firsts.iter().zip(begun.map_err(Error::storage)?) {
        let Some((key, topic)) = begun else { continue };
        topics.extend(topic);
        if plant.enter_key(first.at, key) {
            data.computation().follower().let_one_through(key);
        }
    }
    if let (Some(notified), Some(age)) = (data.notified(), age) {
        notified.begin(topics, age);
    }
    Ok(())
}

/// Makes the row of a property; answers under what its values are kept and where they are published. Nothing if the
/// asset is gone, or about to vanish.
fn begin_one(tx: &mut Tx, first: &First) -> Result<Option<Begun>, store::Error> {
    let place = Place { account: &first.account, region: &first.region };
    let asset = asset::table::by_id(tx, place, first.asset.as_str())?;
    if asset.is_none_or(|asset| asset.state == AssetState::Deleting) {
        return Ok(None);
    }
    let series = arrival::by_property(tx, place, &first.asset, &first.property)?;
    let topic = properties::notified_property(tx, place, &first.asset, &first.property.id)?;
    Ok(Some((route::key(series.stream), topic)))
}

/// Makes a computed value a point.
pub fn point(timestamp: i64, value: Value) -> Point {
    Point { timestamp, quality: Quality::Good, value }
}
