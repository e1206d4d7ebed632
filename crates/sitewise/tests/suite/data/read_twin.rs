//! Random points and random questions: every answer equals that of a list which is searched from its beginning.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use series::{NullType, Point, Quality, Value as Stored};
use sitewise::asset_model::property::DataType;
use sitewise::data::Data;
use testkit::{Caller, World};

use super::reading::{EVERYTHING, SECOND, all, fill, of, point, seal, shorts};
use super::{T0, each};

const HISTORY: &str = "GetAssetPropertyValueHistory";
const AGGREGATES: &str = "GetAssetPropertyAggregates";

/// Seconds over which points lie: a day and a half.
const SPAN: u64 = 130_000;

/// The points of a stream by instant and quality.
type Twin = BTreeMap<(i64, Quality), Stored>;

/// Numbers that a seed decides.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn place(&mut self, n: usize) -> usize {
        usize::try_from(self.next()).unwrap() % n
    }

    /// Between minus and plus a million, with all its decimals.
    fn number(&mut self) -> f64 {
        let millionths = u32::try_from(self.below(4_000_000_000)).unwrap();
        (f64::from(millionths) - 2e9) / 2007.0
    }
}

fn below(random: &mut Random, n: u64) -> i64 {
    i64::try_from(random.below(n)).unwrap()
}

fn quality(random: &mut Random) -> Quality {
    Quality::ALL[random.place(4).min(2)]
}

fn name(quality: Quality) -> &'static str {
    ["GOOD", "UNCERTAIN", "BAD"][usize::from(quality.code())]
}

/// Some points, of which many share an instant, and many lie on the edges of windows.
fn points(random: &mut Random, count: u64) -> Vec<Point> {
    let mut made = Vec::new();
    for _ in 0..count {
        let seconds = match random.below(3) {
            0 => below(random, SPAN / 60) * 60,
            1 => below(random, 600),
            _ => below(random, SPAN),
        };
        let nanos = if random.below(2) == 0 { 0 } else { below(random, 3) };
        let (quality, number) = (quality(random), random.number());
        let value = match (quality, random.below(10)) {
            (Quality::Good, _) | (_, 2..) => Stored::Double(number),
            (_, 0) => Stored::Double(f64::NAN),
            (_, _) => Stored::Null(NullType::Double),
        };
        made.push(point(seconds, nanos, quality, value));
    }
    made
}

/// Writes points, in batches, some of which go to segments.
fn write(world: &World, data: &Arc<Data>, random: &mut Random, twin: &mut Twin, count: u64) {
    for _ in 0..=random.below(4) {
        let points = points(random, count);
        for point in &points {
            twin.insert((point.timestamp, point.quality), point.value.clone());
        }
        fill(world, data, "/twin", DataType::Double, points);
        if random.below(2) == 0 {
            seal(data);
        }
    }
}

/// A random interval behind T0, as members and in nanoseconds.
fn interval(random: &mut Random) -> (i64, i64) {
    let (one, other) = (below(random, SPAN + 200) - 100, below(random, SPAN + 200) - 100);
    let round = if random.below(2) == 0 { 60 } else { 1 };
    (one.min(other) / round * round, one.max(other) / round * round)
}

/// A random filter of quality and order, as members.
fn order(random: &mut Random, input: &mut Value) -> (Option<Quality>, bool) {
    let quality = (random.below(2) == 0).then(|| quality(random));
    if let Some(quality) = quality {
        input["qualities"] = json!([name(quality)]);
    }
    let descending = random.below(2) == 0;
    if descending {
        input["timeOrdering"] = json!("DESCENDING");
    }
    (quality, descending)
}

fn shown(value: &Stored) -> Value {
    match value {
        Stored::Double(number) if number.is_nan() => json!("NaN"),
        Stored::Double(number) => json!(number),
        Stored::Null(_) => json!({ "valueType": "D" }),
        other => panic!("{other:?}"),
    }
}

fn short((instant, quality): (i64, Quality), value: &Stored) -> (i64, char, Value) {
    let letter = name(quality).chars().next().unwrap();
    (instant - T0 * SECOND, letter, shown(value))
}

fn check_history(caller: &Caller<'_>, random: &mut Random, twin: &Twin) {
    let (start, end) = interval(random);
    let size = 1 + random.below(60);
    let mut input = of("/twin", &json!({ "startDate": T0 + start, "endDate": T0 + end, "maxResults": size }));
    let (quality, descending) = order(random, &mut input);
    let inside = |instant: i64| instant > (T0 + start) * SECOND && instant <= (T0 + end) * SECOND;
    let mut expected: Vec<_> = twin
        .iter()
        .filter(|((instant, of), _)| inside(*instant) && quality.is_none_or(|quality| quality == *of))
        .map(|(key, value)| short(*key, value))
        .collect();
    if descending {
        expected.reverse();
    }
    let (list, lengths) = all(caller, HISTORY, &input, "assetPropertyValueHistory");
    assert_eq!(shorts(&json!(list)), expected, "{input}");
    let full = usize::try_from(size).unwrap();
    assert!(lengths[..lengths.len() - 1].iter().all(|length| *length == full), "{lengths:?} {input}");
}

/// The numbers of a window from scratch, and the sum of their sizes.
fn scratch(numbers: &[f64]) -> (BTreeMap<&'static str, f64>, f64) {
    let count = f64::from(u32::try_from(numbers.len()).unwrap());
    let sum: f64 = numbers.iter().sum();
    let average = sum / count;
    let squares: f64 = numbers.iter().map(|number| (number - average).powi(2)).sum();
    let known = BTreeMap::from([
        ("sum", sum),
        ("average", average),
        ("minimum", numbers.iter().copied().fold(f64::INFINITY, f64::min)),
        ("maximum", numbers.iter().copied().fold(f64::NEG_INFINITY, f64::max)),
        ("standardDeviation", (squares / count).sqrt()),
    ]);
    (known, numbers.iter().map(|number| number.abs()).sum())
}

fn check_window(item: &Value, values: &[&Stored]) {
    let value = item["value"].as_object().unwrap();
    let count = f64::from(u32::try_from(values.len()).unwrap());
    assert_eq!(value["count"].as_f64(), Some(count), "{item}");
    let number = |value: &&Stored| match value {
        Stored::Double(number) if !number.is_nan() => Some(*number),
        _ => None,
    };
    let numbers: Vec<f64> = values.iter().filter_map(number).collect();
    if numbers.is_empty() {
        assert_eq!(value.len(), 1, "{item}");
        return;
    }
    let (known, size) = scratch(&numbers);
    assert_eq!(value.len(), 6, "{item}");
    for (name, expected) in known {
        let found = value[name].as_f64().unwrap();
        let allowed = match name {
            "minimum" | "maximum" => 0.0,
            "standardDeviation" => 1e-9 * expected.max(1e-6),
            _ => 1e-12 * size,
        };
        assert!((found - expected).abs() <= allowed, "{name}: {found} is not {expected} in {item}");
    }
}

fn check_aggregates(caller: &Caller<'_>, random: &mut Random, twin: &Twin, now: i64) {
    let (start, end) = interval(random);
    let (resolution, length) = [("1m", 60), ("15m", 900), ("1h", 3600), ("1d", 86_400)][random.place(4)];
    let more = json!({ "startDate": T0 + start, "endDate": T0 + end, "maxResults": 1 + random.below(60),
                       "resolution": resolution, "aggregateTypes": EVERYTHING });
    let mut input = of("/twin", &more);
    let (quality, descending) = order(random, &mut input);
    let mut windows: BTreeMap<(i64, Quality), Vec<&Stored>> = BTreeMap::new();
    for ((instant, of), value) in twin {
        let ends = (instant + length * SECOND - 1).div_euclid(length * SECOND) * length;
        let inside = ends > T0 + start && ends <= T0 + end && ends <= now;
        if inside && quality.is_none_or(|quality| quality == *of) {
            windows.entry((ends, *of)).or_default().push(value);
        }
    }
    let mut expected: Vec<_> = windows.into_iter().collect();
    if descending {
        expected.reverse();
    }
    let (list, _) = all(caller, AGGREGATES, &input, "aggregatedValues");
    let key =
        |item: &Value| (item["timestamp"].as_i64().unwrap(), item["quality"].as_str().unwrap().to_owned());
    let keys: Vec<_> =
        expected.iter().map(|((ends, quality), _)| (*ends, name(*quality).to_owned())).collect();
    assert_eq!(list.iter().map(key).collect::<Vec<_>>(), keys, "{input}");
    for (item, (_, values)) in list.iter().zip(&expected) {
        check_window(item, values);
    }
}

#[test]
fn answers_equal_those_of_a_plain_list() {
    each(|world, data| {
        let mut random = Random(71);
        let mut twin = Twin::new();
        let mut now = T0;
        for _ in 0..12 {
            write(world, data, &mut random, &mut twin, 150);
            let passes = random.below(20_000);
            world.pass(Duration::from_secs(passes));
            now += i64::try_from(passes).unwrap();
            let caller = world.caller();
            for _ in 0..8 {
                check_history(&caller, &mut random, &twin);
                check_aggregates(&caller, &mut random, &twin, now);
            }
        }
    });
}

#[test]
fn pages_show_every_point_once_while_others_write() {
    each(|world, data| {
        let mut random = Random(72);
        let mut twin = Twin::new();
        write(world, data, &mut random, &mut twin, 800);
        let before: Vec<_> = twin.iter().map(|(key, value)| short(*key, value)).collect();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                // At nanoseconds that no point of before has.
                let mut random = Random(73);
                while !done.load(Ordering::Relaxed) {
                    let seconds = below(&mut random, SPAN);
                    let new =
                        point(seconds, 7 + below(&mut random, 1000), Quality::Good, Stored::Double(-1.0));
                    fill(world, data, "/twin", DataType::Double, vec![new]);
                }
            });
            for ordering in ["ASCENDING", "DESCENDING"] {
                let input = of("/twin", &json!({ "maxResults": 50, "timeOrdering": ordering }));
                let (list, _) = all(&world.caller(), HISTORY, &input, "assetPropertyValueHistory");
                let found = shorts(&json!(list));
                let mut old: Vec<_> =
                    found.iter().filter(|(instant, ..)| instant.rem_euclid(SECOND) < 7).cloned().collect();
                let in_order = found.windows(2).all(|pair| match ordering {
                    "ASCENDING" => pair[0].0 <= pair[1].0,
                    _ => pair[0].0 >= pair[1].0,
                });
                assert!(in_order, "{ordering}");
                if ordering == "DESCENDING" {
                    old.reverse();
                }
                assert!(old == before, "{ordering}: {} of {}", old.len(), before.len());
            }
            done.store(true, Ordering::Relaxed);
        });
    });
}
