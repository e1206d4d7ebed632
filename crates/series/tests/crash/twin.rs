//! The engine against a naive twin on a disk that loses power.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use series::committer::{Committer, Prepared};
use series::error::Error;
use series::keeper::{Keep, Keeper};
use series::log::{Batch, FileLog};
use series::manifest::{Change, Manifest};
use series::moments::Moments;
use series::objects::FolderObjects;
use series::scan::Direction;
use series::segment::{State, stretch, stretch_end};
use series::tables::Tables;
use series::{Kind, NullType, Point, Quality, Run, SeriesKey, Value};

use super::disk::{Random, SimDisk};

/// What the twin knows of one series: points by identity, and which of one instant came last.
type Twin = BTreeMap<SeriesKey, BTreeMap<(i64, Quality), (Value, u64)>>;

const SERIES: u64 = 6;

/// A manifest in a database that keeps what it committed.
#[derive(Clone, Default)]
struct Database {
    state: Arc<Mutex<State>>,
    disk: SimDisk,
}

impl Manifest for Database {
    fn load(&self) -> Result<State, Error> {
        Ok(self.state.lock().unwrap().clone())
    }

    fn save(&self, change: &Change) -> Result<(), Error> {
        if self.disk.is_dead() {
            return Err(Error::storage(std::io::Error::other("power is lost")));
        }
        self.state.lock().unwrap().apply(change);
        Ok(())
    }
}

struct Plant {
    log: SimDisk,
    objects: SimDisk,
    database: Database,
}

struct Running {
    tables: Arc<Tables>,
    committer: Committer,
    keeper: Keeper,
}

impl Plant {
    fn new() -> Self {
        let disk = SimDisk::default();
        Self {
            log: SimDisk::default(),
            database: Database { disk: disk.clone(), ..Database::default() },
            objects: disk,
        }
    }

    fn start(&self) -> Result<Running, Error> {
        let tables = Arc::new(Tables::default());
        let objects = Arc::new(FolderObjects::new(Arc::new(self.objects.clone())));
        let keeper = Keeper::open(objects, Arc::new(self.database.clone()), tables.clone())?;
        let sealed = keeper.sealed();
        let log = FileLog::open(Arc::new(self.log.clone()), sealed)?;
        let committer = Committer::open(Box::new(log), tables.clone(), sealed, Vec::new())?;
        Ok(Running { tables, committer, keeper })
    }

    /// Decides whether something fails soon.
    fn gather_clouds(&self, random: &mut Random, weather: u64) {
        if random.chance(weather) {
            self.log.fail_after(random.below(6) + 1);
        }
        if random.chance(weather) {
            self.objects.fail_after(random.below(12) + 1);
        }
        if random.chance(3 * weather) {
            self.log.fail_sync_after(random.below(3));
        }
    }

    fn restart(&self, random: &mut Random) {
        self.log.restart(random);
        self.objects.restart(random);
    }
}

fn kind(key: SeriesKey) -> Kind {
    Kind::ALL[usize::try_from(key.0 % 4).unwrap()]
}

fn value(random: &mut Random, kind: Kind) -> Value {
    match random.below(12) {
        0 => Value::Null(NullType::ALL[usize::try_from(random.below(5)).unwrap()]),
        1 => Value::Removed,
        _ => match kind {
            Kind::Double => Value::Double(f64::from(u32::try_from(random.below(10_000)).unwrap()) / 100.0),
            Kind::Integer => Value::Integer(i32::try_from(random.below(100)).unwrap() - 50),
            Kind::Boolean => Value::Boolean(random.chance(2)),
            Kind::String => Value::String(Arc::from(format!("text {}", random.below(9)))),
        },
    }
}

fn batch(random: &mut Random, clock: i64) -> Batch {
    let mut runs = Vec::new();
    for _ in 0..=random.below(3) {
        let key = SeriesKey(random.below(SERIES) + 1);
        let mut points = Vec::new();
        for _ in 0..=random.below(8) {
            let late = if random.chance(3) { i64::try_from(random.below(40)).unwrap() } else { 0 };
            // A quarter of a week a step, so that points fall into several stretches.
            let timestamp = (clock - late) * 151_200_000_000_000;
            let quality = Quality::ALL[usize::try_from(random.below(12) / 5).unwrap()];
            points.push(Point { timestamp, quality, value: value(random, kind(key)) });
        }
        runs.push(Run { key, kind: kind(key), points });
    }
    Batch { runs, note: Vec::new() }
}

fn put(twin: &mut Twin, batch: &Batch, written: &mut u64) {
    for run in &batch.runs {
        for point in &run.points {
            *written += 1;
            let series = twin.entry(run.key).or_default();
            series.insert(point.identity(), (point.value.clone(), *written));
        }
    }
}

fn all(twin: &Twin, key: SeriesKey) -> Vec<Point> {
    let series = twin.get(&key).into_iter().flatten();
    let present = series.filter(|(_, (value, _))| *value != Value::Removed);
    present
        .map(|((timestamp, quality), (value, _))| Point {
            timestamp: *timestamp,
            quality: *quality,
            value: value.clone(),
        })
        .collect()
}

fn read(tables: &Tables, key: SeriesKey, direction: Direction, range: (i64, i64)) -> Vec<Point> {
    let mut points = Vec::new();
    tables
        .read(key, direction, range, &mut |point| {
            points.push(point);
            true
        })
        .unwrap();
    points
}

fn matches(tables: &Tables, twin: &Twin) -> bool {
    (1..=SERIES)
        .map(SeriesKey)
        .all(|key| read(tables, key, Direction::Ascending, (i64::MIN, i64::MAX)) == all(twin, key))
}

/// Compares everything that readers can ask for.
fn check(tables: &Tables, twin: &Twin, random: &mut Random, clock: i64) {
    for key in (1..=SERIES).map(SeriesKey) {
        let expected = all(twin, key);
        assert_eq!(read(tables, key, Direction::Ascending, (i64::MIN, i64::MAX)), expected, "{key:?}");
        let cut =
            |random: &mut Random| (clock - i64::try_from(random.below(60)).unwrap()) * 151_200_000_000_000;
        let (one, other) = (cut(random), cut(random));
        let range = (one.min(other), one.max(other));
        let mut within: Vec<Point> =
            expected.iter().filter(|point| (range.0..=range.1).contains(&point.timestamp)).cloned().collect();
        assert_eq!(read(tables, key, Direction::Ascending, range), within);
        within.reverse();
        assert_eq!(read(tables, key, Direction::Descending, range), within);
        let before = expected.iter().rev().find(|point| point.timestamp <= one).map(|point| point.timestamp);
        let found = tables.at_or_before(key, one).unwrap();
        assert_eq!(found.map(|point| point.timestamp), before);
        let latest = tables.latest(key).unwrap();
        assert_eq!(latest, newest(twin, key, &expected), "{key:?}");
        assert_eq!(latest, tables.latest(key).unwrap());
        check_windows(tables, key, &expected);
    }
}

/// Answers the point of the newest instant that was written last; if that one was a removal, the one of best quality.
fn newest(twin: &Twin, key: SeriesKey, expected: &[Point]) -> Option<Point> {
    let instant = expected.last()?.timestamp;
    let written = twin[&key].range((instant, Quality::Good)..=(instant, Quality::Bad));
    let ((_, quality), _) = written.max_by_key(|(_, (_, written))| *written)?;
    let of_instant = || expected.iter().filter(|point| point.timestamp == instant);
    of_instant().find(|point| point.quality == *quality).or_else(|| of_instant().next()).cloned()
}

fn check_windows(tables: &Tables, key: SeriesKey, expected: &[Point]) {
    const WINDOW: i64 = 600_000_000_000_000;
    let end_of = |timestamp: i64| (timestamp - 1).div_euclid(WINDOW) + 1;
    let mut windows: BTreeMap<(i64, Quality), Moments> = BTreeMap::new();
    for point in expected {
        let number = match point.value {
            Value::Double(number) => Some(number),
            Value::Integer(number) => Some(f64::from(number)),
            _ => None,
        };
        windows.entry((end_of(point.timestamp), point.quality)).or_default().add(number);
    }
    let mut found = Vec::new();
    tables
        .aggregate(key, (i64::MIN, i64::MAX), &end_of, &mut |end, quality, moments| {
            found.push(((end, quality), moments));
            true
        })
        .unwrap();
    assert_eq!(found.len(), windows.len());
    for ((place, moments), (expected_place, expected)) in found.into_iter().zip(windows) {
        assert_eq!(place, expected_place);
        assert_eq!((moments.count, moments.numbers), (expected.count, expected.numbers));
        assert_eq!((moments.minimum, moments.maximum), (expected.minimum, expected.maximum));
        assert!((moments.sum() - expected.sum()).abs() < 1e-9);
    }
}

/// One change in so many fails: never.
const CALM: u64 = u64::MAX / 4;

/// Forgets a series, or the old stretches of one: everything is sealed, then segments that hold it are written anew.
fn forget(running: &mut Running, key: SeriesKey, keep: Keep) -> Result<(), Error> {
    if keep == Keep::Nothing {
        running.tables.heads.forget(&[key]);
    }
    let freeze = running.committer.freeze();
    running.keeper.seal(&freeze, &|sealed| keep != Keep::Nothing || sealed != key)?;
    running.committer.release(running.keeper.sealed())?;
    while running.keeper.purge(&|asked| if asked == key { keep } else { Keep::All })? {}
    // What readers remember of the series is not true any more.
    running.tables.heads.forget(&[key]);
    assert!(keep != Keep::Nothing || !running.keeper.keys()?.contains(&key));
    Ok(())
}

/// Runs one history, in which about one step in `weather` meets a loss of power; answers how often power went.
fn history(seed: u64, steps: u64, weather: u64) -> u64 {
    let mut random = Random(seed | 1);
    random.next();
    let plant = Plant::new();
    let (mut twin, mut written, mut clock, mut crashes) = (Twin::new(), 0, 100, 0);
    let mut running = plant.start().unwrap();
    for _ in 0..steps {
        clock += 1;
        plant.gather_clouds(&mut random, weather);
        let mut failed = None;
        match random.below(20) {
            0..=11 => {
                let batches: Vec<Batch> = (0..=random.below(2)).map(|_| batch(&mut random, clock)).collect();
                let prepared =
                    batches.iter().map(|batch| Prepared::new(batch.clone(), &running.tables).unwrap());
                let prepared: Vec<Prepared> = prepared.collect();
                match running.committer.commit(prepared) {
                    Ok(_) => batches.iter().for_each(|batch| put(&mut twin, batch, &mut written)),
                    Err(_) => failed = Some(batches),
                }
            }
            12..=15 => {
                let freeze = running.committer.freeze();
                match running.keeper.seal(&freeze, &|_| true) {
                    Ok(()) => {
                        let sealed = running.keeper.sealed();
                        if running.committer.release(sealed).is_err() {
                            failed = Some(Vec::new());
                        }
                    }
                    Err(_) => failed = Some(Vec::new()),
                }
            }
            16 | 17 if running.keeper.merge(&|_| true).is_err() => failed = Some(Vec::new()),
            16 | 17 => {}
            18 => {
                let key = SeriesKey(random.below(SERIES) + 1);
                let over = (clock - i64::try_from(random.below(20)).unwrap()) * 151_200_000_000_000;
                let keep = if random.chance(2) { Keep::Nothing } else { Keep::From(over) };
                // Who orders it orders it again until it is done.
                while forget(&mut running, key, keep).is_err() {
                    crashes += 1;
                    plant.restart(&mut random);
                    running = plant.start().unwrap();
                }
                let series = twin.entry(key).or_default();
                series.retain(|(timestamp, _), _| match keep {
                    Keep::From(over) => stretch_end(stretch(*timestamp)) > over,
                    _ => false,
                });
            }
            _ if weather < CALM => failed = Some(Vec::new()),
            _ => {}
        }
        if let Some(batches) = failed {
            crashes += 1;
            plant.restart(&mut random);
            running = plant.start().unwrap();
            if !batches.is_empty() && !matches(&running.tables, &twin) {
                // What was not acknowledged is there as a whole, or not at all.
                for batch in &batches {
                    put(&mut twin, batch, &mut written);
                }
            }
        }
        if random.chance(4) {
            check(&running.tables, &twin, &mut random, clock);
        }
    }
    plant.restart(&mut random);
    let running = plant.start().unwrap();
    check(&running.tables, &twin, &mut random, clock);
    crashes + 1
}

#[test]
fn whatever_was_acknowledged_survives_ten_thousand_losses_of_power() {
    let (mut seed, mut crashes) = (1, 0);
    while crashes < 10_000 {
        crashes += history(seed * 0x9e37_79b9, 60, 4);
        seed += 1;
    }
}

/// Without losses of power segments are merged again and again, up to tiers that a short life never reaches.
#[test]
fn a_long_calm_life_loses_nothing_either() {
    for seed in 1..12_u64 {
        history(seed * 0x51_7cc1, 400, CALM);
    }
}

#[test]
fn damage_is_found_and_never_served() {
    let mut found = 0;
    for seed in 1..400_u64 {
        let mut random = Random(seed * 7_919);
        let plant = Plant::new();
        let (mut twin, mut written) = (Twin::new(), 0);
        let mut running = plant.start().unwrap();
        for clock in 0..30 {
            let batch = batch(&mut random, clock);
            let prepared = Prepared::new(batch.clone(), &running.tables).unwrap();
            running.committer.commit(vec![prepared]).unwrap();
            put(&mut twin, &batch, &mut written);
            if clock % 10 == 9 && clock < 25 {
                let freeze = running.committer.freeze();
                running.keeper.seal(&freeze, &|_| true).unwrap();
            }
        }
        let objects = random.chance(2);
        let flipped = if objects {
            plant.objects.flip("segment-", &mut random)
        } else {
            plant.log.flip("log-", &mut random)
        };
        assert!(flipped);
        let Ok(running) = plant.start() else {
            found += 1;
            continue;
        };
        let mut served = true;
        for key in (1..=SERIES).map(SeriesKey) {
            let mut points = Vec::new();
            let answer = running.tables.read(key, Direction::Ascending, (i64::MIN, i64::MAX), &mut |point| {
                points.push(point);
                true
            });
            let complete = answer.is_ok();
            served &= complete;
            let expected = all(&twin, key);
            // A flip in the last group cannot be told from a torn write: that group is missing as a whole then.
            let wrong = points.iter().any(|point| !expected.contains(point));
            let recent_only = !objects;
            assert!(!complete || recent_only || points == expected, "damage was served");
            assert!(recent_only || !wrong, "damage was served");
        }
        found += u64::from(!served);
        if objects && served {
            assert!(!running.keeper.verify().is_empty(), "what no reader met is found by verify");
        }
    }
    assert!(found > 100, "{found}");
}
