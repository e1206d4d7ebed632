//! GetAssetPropertyAggregates: windows that exclude their start, include their end and are known by it.

use std::time::Duration;

use serde_json::{Value, json};
use series::{NullType, Point, Quality, Value as Stored};
use sitewise::asset_model::property::DataType;
use testkit::World;

use super::reading::{EVERYTHING, aggregates, all, fill, good, of, point, seal};
use super::{T0, each};
use crate::plant::INVALID;

const GET: &str = "GetAssetPropertyAggregates";
const LIST: &str = "aggregatedValues";
const DAY: i64 = 86_400;

/// A request for everything about windows that end in an interval behind T0.
fn windows(alias: &str, resolution: &str, (start, end): (i64, i64)) -> Value {
    of(
        alias,
        &json!({ "aggregateTypes": EVERYTHING, "resolution": resolution, "startDate": T0 + start, "endDate": T0 + end }),
    )
}

fn of_numbers(numbers: &[f64]) -> Value {
    let count = f64::from(u32::try_from(numbers.len()).unwrap());
    let sum: f64 = numbers.iter().sum();
    let average = sum / count;
    let squares: f64 = numbers.iter().map(|number| (number - average).powi(2)).sum();
    json!({
        "average": average, "count": count, "sum": sum,
        "minimum": numbers.iter().copied().fold(f64::MAX, f64::min),
        "maximum": numbers.iter().copied().fold(f64::MIN, f64::max),
        "standardDeviation": (squares / count).sqrt(),
    })
}

#[track_caller]
fn same(found: &Value, expected: &Value) {
    let (found, expected) = (found.as_object().unwrap(), expected.as_object().unwrap());
    assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (name, expected) in expected {
        let (found, expected) = (found[name].as_f64().unwrap(), expected.as_f64().unwrap());
        let off = (found - expected).abs();
        assert!(off <= 1e-12 * expected.abs().max(1.0), "{name}: {found} is not {expected}");
    }
}

fn pass(world: &World, seconds: i64) {
    world.pass(Duration::from_secs(seconds.unsigned_abs()));
}

#[test]
fn data_scenario_11_windows_of_a_minute() {
    each(|world, data| {
        let points =
            [(10, 2.0), (20, 4.0), (40, 4.0), (50, 4.0), (60, 5.0), (61, 5.0), (90, 7.0), (120, 9.0)];
        fill(world, data, "/11", DataType::Double, points.map(|(at, number)| good(at, 0, number)).into());
        pass(world, 120);
        let caller = world.caller();
        for _ in 0..2 {
            let found = aggregates(&caller, &windows("/11", "1m", (0, 120)));
            let [(60, 'G', first), (120, 'G', second)] = found.as_slice() else { panic!("{found:?}") };
            same(first, &of_numbers(&[2.0, 4.0, 4.0, 4.0, 5.0]));
            assert!((first["standardDeviation"].as_f64().unwrap() - 0.979_795_897_113_271_2).abs() < 1e-15);
            assert_eq!(
                (&first["count"], &first["sum"], &first["average"]),
                (&json!(5.0), &json!(19.0), &json!(3.8))
            );
            same(second, &of_numbers(&[5.0, 7.0, 9.0]));
            assert!((second["standardDeviation"].as_f64().unwrap() - 1.632_993_161_855_452).abs() < 1e-15);
            seal(data);
        }
        let mut input = windows("/11", "1m", (0, 120));
        input["aggregateTypes"] = json!(["MAXIMUM"]);
        assert_eq!(aggregates(&caller, &input)[1].2, json!({ "maximum": 9.0 }));
    });
}

#[test]
fn data_scenario_12_a_window_ends_with_the_point_at_its_end() {
    each(|world, data| {
        let points = (0..60).map(|i| good(30 + i, 0, f64::from(u32::try_from(i).unwrap()) + 1.0)).collect();
        fill(world, data, "/12", DataType::Double, points);
        pass(world, 120);
        let found = aggregates(&world.caller(), &windows("/12", "1m", (0, 120)));
        let numbers: Vec<Value> = found
            .iter()
            .map(|(at, _, value)| {
                json!([
                    at,
                    value["count"],
                    value["average"],
                    value["minimum"],
                    value["maximum"],
                    value["sum"]
                ])
            })
            .collect();
        assert_eq!(
            json!(numbers),
            json!([[60, 31.0, 16.0, 1.0, 31.0, 496.0], [120, 29.0, 46.0, 32.0, 60.0, 1334.0]])
        );
    });
}

#[test]
fn data_scenario_13_a_day_at_one_value_a_second() {
    each(|world, data| {
        // From 10:00 to the midnight after the next, so that one whole day lies in it.
        let midnight = 14 * 3600;
        let value =
            |second: i64| Stored::Double(f64::from(u32::try_from((second - 1).rem_euclid(3600)).unwrap()));
        let points =
            (midnight + 1..=midnight + DAY).map(|second| point(second, 0, Quality::Good, value(second)));
        fill(world, data, "/13", DataType::Double, points.collect());
        pass(world, midnight + DAY);
        let caller = world.caller();
        for _ in 0..2 {
            let hours = all(&caller, GET, &windows("/13", "1h", (midnight, midnight + DAY)), LIST).0;
            assert_eq!(hours.len(), 24);
            for hour in &hours {
                let value = &hour["value"];
                assert_eq!((&value["count"], &value["sum"]), (&json!(3600.0), &json!(6_478_200.0)));
                assert_eq!((&value["average"], &value["minimum"]), (&json!(1799.5), &json!(0.0)));
                assert_eq!(value["maximum"], json!(3599.0));
            }
            let days = aggregates(&caller, &windows("/13", "1d", (midnight, midnight + DAY)));
            assert_eq!((days.len(), days[0].0), (1, midnight + DAY));
            assert_eq!((&days[0].2["count"], &days[0].2["sum"]), (&json!(86_400.0), &json!(155_476_800.0)));
            let one = aggregates(&caller, &windows("/13", "1h", (midnight, midnight + 3600)));
            assert_eq!((one.len(), one[0].0), (1, midnight + 3600));
            let (ascending, lengths) = all(
                &caller,
                GET,
                &with(&windows("/13", "1m", (0, 3 * DAY)), "maxResults", json!(1000)),
                LIST,
            );
            assert_eq!(lengths, [1000, 440]);
            let mut descending = with(&windows("/13", "1m", (0, 3 * DAY)), "maxResults", json!(999));
            descending["timeOrdering"] = json!("DESCENDING");
            let (mut descending, lengths) = all(&caller, GET, &descending, LIST);
            assert_eq!(lengths, [999, 441]);
            descending.reverse();
            assert!(ascending == descending, "descending is ascending from its end");
            seal(data);
        }
    });
}

fn with(input: &Value, name: &str, value: Value) -> Value {
    let mut input = input.clone();
    input[name] = value;
    input
}

#[test]
fn data_scenario_14_windows_without_points_are_not_there_and_texts_are_only_counted() {
    each(|world, data| {
        fill(world, data, "/14", DataType::Double, vec![good(30, 0, 1.0), good(150, 0, 2.0)]);
        let text = |seconds| point(seconds, 0, Quality::Good, Stored::String("a".into()));
        fill(world, data, "/14/text", DataType::String, vec![text(30), text(31)]);
        let flag = |seconds| point(seconds, 0, Quality::Good, Stored::Boolean(true));
        fill(world, data, "/14/flag", DataType::Boolean, vec![flag(30)]);
        pass(world, 600);
        let caller = world.caller();
        let ends =
            |input: &Value| aggregates(&caller, input).into_iter().map(|(at, ..)| at).collect::<Vec<_>>();
        let input = windows("/14", "1m", (0, 600));
        assert_eq!(ends(&input), [60, 180]);
        assert_eq!(ends(&with(&input, "aggregateTypes", json!(["COUNT"]))), [60, 180]);
        let texts = aggregates(&caller, &windows("/14/text", "1m", (0, 600)));
        assert_eq!(texts, [(60, 'G', json!({ "count": 2.0 }))]);
        let flags = aggregates(&caller, &windows("/14/flag", "1m", (0, 600)));
        assert_eq!(flags, [(60, 'G', json!({ "count": 1.0 }))]);
        let sums = with(&windows("/14/text", "1m", (0, 600)), "aggregateTypes", json!(["SUM"]));
        assert_eq!(aggregates(&caller, &sums), [(60, 'G', json!({}))]);
    });
}

#[test]
fn a_window_is_there_when_it_has_ended_and_not_before() {
    each(|world, data| {
        fill(world, data, "/open", DataType::Double, vec![good(1, 0, 1.0), good(60, 0, 2.0)]);
        let input = windows("/open", "1m", (-60, 3600));
        assert_eq!(aggregates(&world.caller(), &input), []);
        world.pass(Duration::from_millis(59_999));
        assert_eq!(aggregates(&world.caller(), &input), []);
        let descending = with(&input, "timeOrdering", json!("DESCENDING"));
        assert_eq!(aggregates(&world.caller(), &descending), []);
        world.pass(Duration::from_millis(1));
        assert_eq!(aggregates(&world.caller(), &input)[0].2["count"], json!(2.0));
        assert_eq!(aggregates(&world.caller(), &descending)[0].2["count"], json!(2.0));
        fill(world, data, "/open", DataType::Double, vec![good(2, 0, 4.0)]);
        assert_eq!(aggregates(&world.caller(), &input)[0].2["sum"], json!(7.0), "what comes late counts");
    });
}

#[test]
fn nulls_and_nan_count_and_say_nothing_else() {
    each(|world, data| {
        let null = |seconds| point(seconds, 0, Quality::Bad, Stored::Null(NullType::Double));
        let points = vec![
            null(1),
            point(2, 0, Quality::Bad, Stored::Double(f64::NAN)),
            point(3, 0, Quality::Bad, Stored::Double(4.0)),
            null(61),
            point(62, 0, Quality::Uncertain, Stored::Double(1.0)),
        ];
        fill(world, data, "/null", DataType::Double, points);
        pass(world, 600);
        let expected = [
            (
                60,
                'B',
                json!({ "count": 3.0, "average": 4.0, "sum": 4.0, "minimum": 4.0, "maximum": 4.0,
                              "standardDeviation": 0.0 }),
            ),
            (
                120,
                'U',
                json!({ "count": 1.0, "average": 1.0, "sum": 1.0, "minimum": 1.0, "maximum": 1.0,
                               "standardDeviation": 0.0 }),
            ),
            (120, 'B', json!({ "count": 1.0 })),
        ];
        assert_eq!(aggregates(&world.caller(), &windows("/null", "1m", (0, 600))), expected);
        let bad = with(&windows("/null", "1m", (0, 600)), "qualities", json!(["BAD"]));
        let found = aggregates(&world.caller(), &bad);
        assert_eq!(found, [expected[0].clone(), expected[2].clone()]);
        let pages = with(&windows("/null", "1m", (0, 600)), "maxResults", json!(1));
        for ordering in ["ASCENDING", "DESCENDING"] {
            let (list, lengths) =
                all(&world.caller(), GET, &with(&pages, "timeOrdering", json!(ordering)), LIST);
            assert_eq!((list.len(), lengths), (3, vec![1, 1, 1]), "{ordering}");
        }
    });
}

#[test]
fn a_page_of_aggregates_has_twenty_unless_asked_2500_and_a_megabyte_at_most() {
    each(|world, data| {
        let number = |i: i64| f64::from(u32::try_from(i).unwrap()) / 7.0 + 1e15 / 3.0;
        let points: Vec<Point> = (0..6000).map(|i| good(-i * 60, i % 1000, number(i))).collect();
        fill(world, data, "/page", DataType::Double, points);
        let caller = world.caller();
        let input = windows("/page", "1m", (-7000 * 60, 0));
        assert_eq!(aggregates(&caller, &input).len(), 20);
        let (list, lengths) = all(&caller, GET, &with(&input, "maxResults", json!(2500)), LIST);
        assert_eq!(lengths, [2500, 2500, list.len() - 5000]);
        let refusal = caller.refused(GET, with(&input, "maxResults", json!(2501)));
        assert_eq!(
            (refusal.name.as_str(), refusal.message()),
            (INVALID, "maxResults is 2501; it must be from 1 to 2500")
        );
        let refusal = caller.refused(GET, with(&input, "resolution", json!("5m")));
        assert_eq!(refusal.name, INVALID);
        let refusal = caller.refused(GET, with(&input, "aggregateTypes", json!([])));
        assert_eq!(refusal.name, INVALID);
    });
}

#[test]
fn a_year_of_days_at_one_value_a_second_reads_the_heads_of_blocks() {
    // Ten days stand for the year: what is read of them is counted by the clock of the machine in the bench.
    each(|world, data| {
        for day in 0..10 {
            let points =
                (1..=DAY).step_by(10).map(|second| good(day * DAY - 10 * DAY + second, 0, 1.0)).collect();
            fill(world, data, "/year", DataType::Double, points);
        }
        seal(data);
        let found = aggregates(&world.caller(), &windows("/year", "1d", (-20 * DAY, 0)));
        let total: f64 = found.iter().map(|(_, _, value)| value["count"].as_f64().unwrap()).sum();
        // The present is 10:00: what came since midnight is in no window that has ended.
        assert!((total - 9.0 * 8640.0 - 8640.0 * 14.0 / 24.0).abs() < 1.0, "{total}");
    });
}
