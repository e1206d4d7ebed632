//! Computations against a naive twin that knows all points and computes everything anew, over random points, orders,
//! qualities, overwrites and restarts.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use series::disk::{Disk, Memory};
use series::log::Batch;
use series::scan::Direction;
use series::{Kind, Point, Quality, Run, SeriesKey, Value};
use sitewise::asset_model::property::DataType;
use sitewise::compute;
use sitewise::data::route::Target;
use sitewise::data::{Data, Homes, LogHome};
use testkit::World;

use super::ROOMS;
use super::compute::{attribute, measurement, metric, transform};
use crate::plant::{asset, model, text};

const SECOND_NS: i64 = 1_000_000_000;
const LIMIT: f64 = 3.0;

/// How each property is computed, from properties by their positions; measurements come first.
const PROPERTIES: &[Formula] = &[
    Formula::Measurement,
    Formula::Measurement,
    Formula::Attribute,
    Formula::Plus(0),
    Formula::Product(3, 1),
    Formula::Difference(0),
    Formula::Above(1),
    Formula::Limited(4),
    Formula::Sum(0, 60),
    Formula::Count(1, 60),
    Formula::Average(3, 6, 120),
    Formula::Gate(7, 60),
    Formula::Sum(8, 60),
    Formula::Sum(11, 60),
    Formula::Spread(4, 300),
];

/// What the farm computes from its machines: a formula over the children's property.
const OF_CHILDREN: &[Formula] = &[Formula::Sum(8, 60), Formula::Count(0, 60), Formula::Spread(7, 300)];

const NAMES: &[&str] =
    &["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7", "p8", "p9", "p10", "p11", "p12", "p13", "p14"];

#[derive(Clone, Copy)]
enum Formula {
    Measurement,
    Attribute,
    Plus(usize),
    Product(usize, usize),
    Difference(usize),
    Above(usize),
    /// Reads the attribute, too.
    Limited(usize),
    Sum(usize, i64),
    Count(usize, i64),
    Average(usize, usize, i64),
    Gate(usize, i64),
    Spread(usize, i64),
}

impl Formula {
    /// Expression and inputs.
    fn written(self) -> (String, Vec<usize>) {
        let (x, y) = match self {
            Self::Product(x, y) | Self::Average(x, y, _) => (x, y),
            Self::Limited(x) => (x, 2),
            Self::Plus(x)
            | Self::Difference(x)
            | Self::Above(x)
            | Self::Sum(x, _)
            | Self::Count(x, _)
            | Self::Gate(x, _)
            | Self::Spread(x, _) => (x, x),
            Self::Measurement | Self::Attribute => return (String::new(), Vec::new()),
        };
        let expression = match self {
            Self::Plus(_) => format!("p{x} + 1"),
            Self::Product(..) => format!("p{x} * p{y}"),
            Self::Difference(_) => format!("p{x} - pretrigger(p{x})"),
            Self::Above(_) => format!("if(p{x} > 5, p{x}, none)"),
            Self::Limited(_) => format!("p{x} + p{y}"),
            Self::Sum(..) => format!("sum(p{x})"),
            Self::Count(..) => format!("count(p{x})"),
            Self::Average(..) => format!("avg(p{x}, p{y})"),
            Self::Gate(..) => format!("if(last(p{x}) > 5, last(p{x}), none)"),
            Self::Spread(..) => format!("max(p{x}) - min(p{x})"),
            Self::Measurement | Self::Attribute => unreachable!(),
        };
        (expression, if x == y { vec![x] } else { vec![x, y] })
    }

    fn interval(self) -> Option<i64> {
        match self {
            Self::Sum(_, interval)
            | Self::Count(_, interval)
            | Self::Gate(_, interval)
            | Self::Spread(_, interval)
            | Self::Average(_, _, interval) => Some(interval),
            _ => None,
        }
    }

    /// What a metric gives from the good values of a window.
    fn over(self, values: &[f64]) -> Option<f64> {
        let last = values.last().copied();
        let fold = |f: fn(f64, f64) -> f64| values.iter().copied().reduce(f);
        match self {
            Self::Sum(..) => last.map(|_| values.iter().sum()),
            Self::Average(..) => {
                last.map(|_| values.iter().sum::<f64>() / f64::from(u32::try_from(values.len()).unwrap()))
            }
            Self::Count(..) => Some(f64::from(u32::try_from(values.len()).unwrap())),
            Self::Gate(..) => last.filter(|last| *last > 5.0),
            Self::Spread(..) => Some(fold(f64::max)? - fold(f64::min)?),
            _ => None,
        }
    }
}

/// Random numbers that a seed decides.
struct Random(u64);

impl Random {
    fn pick(&mut self, n: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        (mixed ^ mixed >> 31) % n
    }
}

/// All that was ever written, and what follows from it.
#[derive(Default)]
struct Twin {
    /// Good values by asset, property and instant.
    good: BTreeMap<(usize, usize), BTreeMap<i64, f64>>,
    /// Instants at which anything was written.
    touched: BTreeMap<(usize, usize), BTreeSet<i64>>,
}

impl Twin {
    fn at_or_before(&self, at: (usize, usize), instant: i64) -> Option<f64> {
        self.good.get(&at)?.range(..=instant).next_back().map(|(_, value)| *value)
    }

    /// A point arrives: what it fires, one transform behind the other.
    fn arrive(&mut self, at: (usize, usize), instant: i64, value: f64) {
        let before = self.at_or_before(at, instant - 1);
        self.good.entry(at).or_default().insert(instant, value);
        self.touched.entry(at).or_default().insert(instant);
        let (asset, property) = at;
        if matches!(PROPERTIES[property], Formula::Attribute) {
            return;
        }
        for (reader, formula) in PROPERTIES.iter().enumerate() {
            if formula.interval().is_some() || !formula.written().1.contains(&property) {
                continue;
            }
            let input =
                |i: usize| if i == property { Some(value) } else { self.at_or_before((asset, i), instant) };
            let limit = self.at_or_before((asset, 2), i64::MAX).unwrap_or(LIMIT);
            let result = match *formula {
                Formula::Plus(x) => input(x).map(|x| x + 1.0),
                Formula::Product(x, y) => input(x).zip(input(y)).map(|(x, y)| x * y),
                Formula::Difference(x) => input(x).zip(before).map(|(x, before)| x - before),
                Formula::Above(x) => input(x).filter(|x| *x > 5.0),
                Formula::Limited(x) => input(x).map(|x| x + limit),
                _ => None,
            };
            if let Some(result) = result {
                self.arrive((asset, reader), instant, result);
            }
        }
    }

    /// Computes a metric over properties of assets anew.
    fn metric(
        &self,
        formula: Formula,
        inputs: &[(usize, usize)],
        (since, closed): (i64, i64),
    ) -> BTreeMap<i64, f64> {
        let interval = formula.interval().unwrap();
        let end = |instant: i64| {
            let seconds = instant.div_euclid(SECOND_NS) + i64::from(instant.rem_euclid(SECOND_NS) > 0);
            (seconds + interval - 1).div_euclid(interval) * interval
        };
        let touched = inputs.iter().filter_map(|input| self.touched.get(input)).flatten();
        let mut ends: BTreeSet<i64> = touched.map(|instant| end(*instant)).collect();
        if matches!(formula, Formula::Count(..)) {
            ends.extend((since + 1..=closed).filter(|end| end % interval == 0));
        }
        let mut results = BTreeMap::new();
        for end in ends.into_iter().filter(|end| *end <= closed) {
            let range = (end - interval) * SECOND_NS + 1..=end * SECOND_NS;
            let good = inputs.iter().filter_map(|input| self.good.get(input));
            let values: Vec<f64> =
                good.flat_map(|good| good.range(range.clone())).map(|(_, value)| *value).collect();
            if let Some(result) = formula.over(&values) {
                results.insert(end * SECOND_NS, result);
            }
        }
        results
    }
}

/// Assets and disks that outlive a server.
struct Site<'a> {
    world: &'a World,
    log: Arc<Memory>,
    segments: Arc<Memory>,
    /// Assets with the ids of their properties; the farm is the last one.
    assets: Vec<(String, Vec<String>)>,
    /// When the assets were created, in seconds.
    since: i64,
}

impl<'a> Site<'a> {
    fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let property = |(i, formula): (usize, &Formula)| {
            let (expression, inputs) = formula.written();
            let inputs: Vec<&str> = inputs.iter().map(|input| NAMES[*input]).collect();
            match (formula, formula.interval()) {
                (Formula::Measurement, _) => measurement(NAMES[i]),
                (Formula::Attribute, _) => attribute(NAMES[i], &LIMIT.to_string()),
                (_, Some(interval)) => metric(NAMES[i], &expression, &inputs, &format!("{}m", interval / 60)),
                (_, None) => transform(NAMES[i], &expression, &inputs),
            }
        };
        let properties: Vec<_> = PROPERTIES.iter().enumerate().map(property).collect();
        let machine =
            model(&caller, json!({ "assetModelName": "machine", "assetModelProperties": properties }));
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": machine }));
        let of_children = |(i, formula): (usize, &Formula)| {
            let (expression, inputs) = formula.written();
            let (name, read) = (NAMES[i], inputs[0]);
            let mut sum = metric(name, &expression, &[], &format!("{}m", formula.interval().unwrap() / 60));
            let id = &described["assetModelProperties"][read]["id"];
            let value = json!({ "propertyId": id, "hierarchyId": "machines" });
            sum["type"]["metric"]["variables"] = json!([{ "name": NAMES[read], "value": value }]);
            sum
        };
        let metrics: Vec<_> = OF_CHILDREN.iter().enumerate().map(of_children).collect();
        let hierarchies = json!([{ "name": "machines", "childAssetModelId": machine }]);
        let farm = model(
            &caller,
            json!({ "assetModelName": "farm", "assetModelHierarchies": hierarchies, "assetModelProperties": metrics }),
        );
        let hierarchy = caller.ok("DescribeAssetModel", json!({ "assetModelId": farm }));
        let hierarchy = text(&hierarchy["assetModelHierarchies"][0]["id"]);
        let ids = ["m1", "m2"].map(|name| asset(&caller, &machine, name));
        let farm = asset(&caller, &farm, "farm");
        for id in &ids {
            let triple = json!({ "assetId": farm, "hierarchyId": hierarchy, "childAssetId": id });
            caller.ok("AssociateAssets", triple);
        }
        let with_properties = |id: &String| {
            let described = caller.ok("DescribeAsset", json!({ "assetId": id }));
            let properties = described["assetProperties"].as_array().unwrap();
            (id.clone(), properties.iter().map(|property| text(&property["id"])).collect())
        };
        let assets = ids.iter().chain([&farm]).map(with_properties).collect();
        let since = world.store().clock().now().millis() / 1000;
        Self { world, log: Arc::default(), segments: Arc::default(), assets, since }
    }

    fn open(&self) -> Arc<Data> {
        let disk = |disk: &Arc<Memory>| -> Arc<dyn Disk> { disk.clone() };
        let homes = Homes { log: LogHome::Files(disk(&self.log)), segments: disk(&self.segments) };
        Data::open(self.world.store(), homes, Vec::new()).unwrap()
    }

    fn target(&self, (asset, property): (usize, usize)) -> Target<'static> {
        let (id, properties) = &self.assets[asset];
        Target::Property { asset: Cow::Owned(id.clone()), property: Cow::Owned(properties[property].clone()) }
    }

    fn key(&self, data: &Data, at: (usize, usize)) -> SeriesKey {
        let call = self.world.caller().call();
        let begun = store::block_on(data.begin(&call, &[(self.target(at), DataType::Double)])).unwrap();
        begun[0].unwrap().key.unwrap()
    }

    /// Good values of a property, as they are stored.
    fn stored(&self, data: &Data, at: (usize, usize)) -> BTreeMap<i64, f64> {
        let call = self.world.caller().call();
        let routes = store::block_on(data.routes(&call, &[self.target(at)])).unwrap();
        let Some(key) = routes[0].and_then(|route| route.key) else { return BTreeMap::new() };
        let mut values = BTreeMap::new();
        data.engine()
            .tables()
            .read(key, Direction::Ascending, (i64::MIN, i64::MAX), &mut |point| {
                if let (Quality::Good, Value::Double(value)) = (point.quality, &point.value) {
                    values.insert(point.timestamp, *value);
                }
                true
            })
            .unwrap();
        values
    }
}

/// One random course of a plant, with restarts.
struct Course<'a> {
    site: &'a Site<'a>,
    data: Option<Arc<Data>>,
    twin: Twin,
    random: Random,
    used: BTreeSet<(usize, usize, i64)>,
}

impl Course<'_> {
    fn data(&self) -> &Arc<Data> {
        self.data.as_ref().unwrap()
    }

    fn step(&self) {
        compute::step(self.data(), self.data().now()).unwrap();
    }

    /// Writes a batch of points at instants that were not used before, or one at a used one.
    fn write(&mut self, overwrites: bool) {
        let mut runs: Vec<Run> = Vec::new();
        let count = if overwrites { 1 } else { 1 + self.random.pick(4) };
        for _ in 0..count {
            let at = (
                usize::try_from(self.random.pick(2)).unwrap(),
                usize::try_from(self.random.pick(3)).unwrap(),
            );
            let now = self.data().now().millis() / 1000;
            let offset = i64::try_from(self.random.pick(430)).unwrap() - 400;
            let mut instant = (now + offset) * SECOND_NS;
            if self.random.pick(3) == 0 {
                instant += 500_000_000;
            }
            if overwrites {
                let known: Vec<_> =
                    self.used.iter().filter(|(asset, property, _)| (*asset, *property) == at).collect();
                if known.is_empty() {
                    continue;
                }
                let chosen = self.random.pick(known.len() as u64);
                instant = known[usize::try_from(chosen).unwrap()].2;
            } else if !self.used.insert((at.0, at.1, instant)) {
                continue;
            }
            let quality = match self.random.pick(8) {
                0 => Quality::Bad,
                1 => Quality::Uncertain,
                _ => Quality::Good,
            };
            let value = f64::from(u32::try_from(self.random.pick(12)).unwrap());
            let key = self.site.key(self.data(), at);
            let point = Point { timestamp: instant, quality, value: Value::Double(value) };
            runs.push(Run { key, kind: Kind::Double, points: vec![point] });
            if quality == Quality::Good {
                self.twin.arrive(at, instant, value);
            } else {
                self.twin.touched.entry(at).or_default().insert(instant);
            }
        }
        self.data().engine().write(Batch { runs, note: Vec::new() }).unwrap();
    }

    fn restart(&mut self) {
        self.data = None;
        self.data = Some(self.site.open());
    }

    fn go(&mut self) {
        match self.random.pick(20) {
            0 => self.restart(),
            1 => {
                self.step();
                self.write(true);
                if self.random.pick(3) == 0 {
                    self.restart();
                }
                self.step();
            }
            2 => self.data().engine().seal(),
            3..8 => self.site.world.pass(Duration::from_millis(self.random.pick(40_000))),
            8..12 => self.step(),
            _ => self.write(false),
        }
    }

    fn check(&mut self, seed: u64) {
        self.step();
        self.site.world.pass(Duration::from_secs(2));
        self.step();
        let closed = (self.data().now().millis() - 1000).div_euclid(1000);
        let since = self.site.since;
        for (property, formula) in PROPERTIES.iter().enumerate() {
            for asset in 0..2 {
                if formula.interval().is_some() {
                    let inputs: Vec<_> = formula.written().1.iter().map(|input| (asset, *input)).collect();
                    let results = self.twin.metric(*formula, &inputs, (since, closed));
                    self.twin.touched.insert((asset, property), results.keys().copied().collect());
                    self.twin.good.insert((asset, property), results);
                }
                // Measurements and attributes, too: the stored points are those that were written.
                let expected = self.twin.good.get(&(asset, property)).cloned().unwrap_or_default();
                self.same((asset, property), &expected, seed);
            }
        }
        for (i, formula) in OF_CHILDREN.iter().enumerate() {
            let read = formula.written().1[0];
            let expected = self.twin.metric(*formula, &[(0, read), (1, read)], (since, closed));
            self.same((2, i), &expected, seed);
        }
    }

    fn same(&self, at: (usize, usize), expected: &BTreeMap<i64, f64>, seed: u64) {
        let found = self.site.stored(self.data(), at);
        let close =
            |(one, other): ((&i64, &f64), (&i64, &f64))| one.0 == other.0 && (one.1 - other.1).abs() < 1e-9;
        let same = found.len() == expected.len() && found.iter().zip(expected).all(close);
        assert!(same, "seed {seed}, asset and property {at:?}:\n found {found:?}\n expected {expected:?}");
    }
}

/// How many courses are taken on each database.
const COURSES: u64 = 12;

#[test]
fn computed_values_are_those_of_a_twin_that_computes_all_anew() {
    for seed in 0..COURSES {
        testkit::each_world(ROOMS, sitewise::register, |world| {
            let site = Site::new(world);
            let data = Some(site.open());
            let random = Random(seed.wrapping_mul(77) + 1);
            let mut course =
                Course { site: &site, data, twin: Twin::default(), random, used: BTreeSet::new() };
            // The first look finds the metrics; windows are counted from then on.
            course.step();
            for _ in 0..120 {
                course.go();
            }
            course.check(seed);
        });
    }
}
