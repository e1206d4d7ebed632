//! GetInterpolatedAssetPropertyValues: values between points, and gaps.

use serde_json::{Value, json};
use series::{NullType, Point, Quality, Value as Stored};
use sitewise::asset_model::property::DataType;
use testkit::Caller;

use super::reading::{SECOND, all, fill, good, of, point, seal};
use super::{T0, each};
use crate::plant::{INVALID, short};

const GET: &str = "GetInterpolatedAssetPropertyValues";
const LIST: &str = "interpolatedAssetPropertyValues";

fn grid(alias: &str, way: &str, (start, end): (i64, i64), interval: i64) -> Value {
    of(
        alias,
        &json!({ "startTimeInSeconds": T0 + start, "endTimeInSeconds": T0 + end, "quality": "GOOD",
                 "intervalInSeconds": interval, "type": format!("{way}_INTERPOLATION"), "maxResults": 100 }),
    )
}

fn with(input: &Value, name: &str, value: Value) -> Value {
    let mut input = input.clone();
    input[name] = value;
    input
}

/// Seconds behind T0 and numbers.
#[track_caller]
fn values(caller: &Caller<'_>, input: &Value) -> Vec<(i64, f64)> {
    let answer = caller.ok(GET, input.clone());
    let item = |item: &Value| {
        assert!(item.get("quality").is_none());
        let value = item["value"].as_object().unwrap();
        assert_eq!(value.len(), 1);
        let number = value.values().next().unwrap().as_f64().unwrap();
        assert_eq!(item["timestamp"]["offsetInNanos"], json!(0));
        (item["timestamp"]["timeInSeconds"].as_i64().unwrap() - T0, number)
    };
    answer[LIST].as_array().unwrap().iter().map(item).collect()
}

#[test]
fn data_scenario_24_lines_and_last_observations() {
    each(|world, data| {
        fill(
            world,
            data,
            "/24",
            DataType::Double,
            vec![good(0, 0, 10.0), good(100, 0, 20.0), good(250, 0, 50.0)],
        );
        fill(world, data, "/24/early", DataType::Double, vec![good(-61, 0, 1.0), good(130, 0, 2.0)]);
        let caller = world.caller();
        for _ in 0..2 {
            let linear = grid("/24", "LINEAR", (0, 300), 60);
            assert_eq!(values(&caller, &linear), [(60, 16.0), (120, 24.0), (180, 36.0), (240, 48.0)]);
            let window = |seconds: i64| with(&linear, "intervalWindowInSeconds", json!(seconds));
            assert_eq!(values(&caller, &window(100)), [(60, 16.0), (180, 36.0)]);
            assert_eq!(values(&caller, &window(30)), []);
            let locf = grid("/24", "LOCF", (0, 300), 60);
            let expected = [(60, 10.0), (120, 20.0), (180, 20.0), (240, 20.0), (300, 50.0)];
            assert_eq!(values(&caller, &locf), expected);
            let refusal = caller.refused(GET, with(&locf, "intervalWindowInSeconds", json!(100)));
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains("LINEAR_INTERPOLATION"), "{}", refusal.message());
            let early = grid("/24/early", "LOCF", (0, 240), 60);
            assert_eq!(values(&caller, &early), [(180, 2.0), (240, 2.0)], "what is too old is not seen");
            seal(data);
        }
        fill(world, data, "/24/early", DataType::Double, vec![good(-60, 0, 7.0)]);
        let early = grid("/24/early", "LOCF", (0, 240), 60);
        assert_eq!(values(&caller, &early), [(60, 7.0), (120, 7.0), (180, 2.0), (240, 2.0)]);
    });
}

#[test]
fn an_exact_hit_counts_as_it_is_and_the_search_goes_one_interval_beyond_both_ends() {
    each(|world, data| {
        let points = vec![good(-30, 0, 0.0), good(60, 0, 9.0), good(330, 0, 36.0)];
        fill(world, data, "/ends", DataType::Double, points);
        let caller = world.caller();
        let all = grid("/ends", "LINEAR", (0, 300), 60);
        let expected = [(60, 9.0), (120, 15.0), (180, 21.0), (240, 27.0), (300, 33.0)];
        assert_eq!(values(&caller, &all), expected);
        assert_eq!(values(&caller, &grid("/ends", "LINEAR", (0, 30), 30)), [(30, 6.0)]);
        assert_eq!(
            values(&caller, &grid("/ends", "LINEAR", (0, 20), 20)),
            [],
            "neither neighbour is in reach"
        );
        assert_eq!(values(&caller, &grid("/ends", "LINEAR", (0, 0), 60)), []);
    });
}

#[test]
fn pages_of_interpolated_values_are_full_in_spite_of_gaps() {
    each(|world, data| {
        let points = (0..50).flat_map(|i| [good(i * 100, 0, 1.0), good(i * 100 + 10, 0, 2.0)]);
        fill(world, data, "/gaps", DataType::Double, points.collect());
        let caller = world.caller();
        let input = with(&grid("/gaps", "LINEAR", (0, 5000), 5), "intervalWindowInSeconds", json!(20));
        let input = with(&input, "maxResults", json!(40));
        let (list, lengths) = all(&caller, GET, &input, LIST);
        // At +5 and +10 of each hundred, and at its beginning but for the first, which is the start.
        assert_eq!((list.len(), lengths), (149, vec![40, 40, 40, 29]));
        let mut input = grid("/gaps", "LOCF", (0, 1000), 10);
        input.as_object_mut().unwrap().remove("maxResults");
        let (list, lengths) = all(&caller, GET, &input, LIST);
        assert_eq!((list.len(), lengths), (100, vec![10; 10]));
        let page = caller.ok(GET, input.clone());
        let mut other = with(&input, "nextToken", page["nextToken"].clone());
        other["intervalInSeconds"] = json!(20);
        assert_eq!(caller.refused(GET, other).name, INVALID);
        let endless = grid("/gaps", "LINEAR", (0, 9_000_000_000), 1);
        let begun = std::time::Instant::now();
        assert_eq!(values(&caller, &with(&endless, "startTimeInSeconds", json!(T0 + 4910))), []);
        assert!(begun.elapsed().as_secs() < 5, "gaps are not walked through instant by instant");
    });
}

#[test]
fn values_of_other_types_and_qualities() {
    each(|world, data| {
        let of_quality = |seconds, quality, value: Stored| point(seconds, 0, quality, value);
        let integers: Vec<Point> = vec![
            of_quality(0, Quality::Good, Stored::Integer(1)),
            of_quality(30, Quality::Bad, Stored::Integer(100)),
            of_quality(90, Quality::Bad, Stored::Null(NullType::Integer)),
            of_quality(120, Quality::Good, Stored::Integer(2)),
        ];
        fill(world, data, "/int", DataType::Integer, integers);
        let text = |seconds, text: &str| of_quality(seconds, Quality::Good, Stored::String(text.into()));
        fill(world, data, "/text", DataType::String, vec![text(0, "on"), text(70, "off")]);
        let caller = world.caller();
        let linear = caller.ok(GET, grid("/int", "LINEAR", (0, 120), 60));
        let shown: Vec<&Value> = linear[LIST].as_array().unwrap().iter().map(|item| &item["value"]).collect();
        assert_eq!(shown, [&json!({ "doubleValue": 1.5 }), &json!({ "doubleValue": 2.0 })]);
        let locf = caller.ok(GET, grid("/int", "LOCF", (0, 60), 60));
        assert_eq!(locf[LIST][0]["value"], json!({ "integerValue": 1 }), "the last one that is GOOD");
        let bad = caller.ok(GET, with(&grid("/int", "LOCF", (0, 120), 60), "quality", json!("BAD")));
        let shown: Vec<&Value> = bad[LIST].as_array().unwrap().iter().map(|item| &item["value"]).collect();
        assert_eq!(
            shown,
            [&json!({ "integerValue": 100 }), &json!({ "integerValue": 100 })],
            "null is no value"
        );
        let refusal = caller.refused(GET, grid("/text", "LINEAR", (0, 60), 60));
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("STRING"), "{}", refusal.message());
        let locf = caller.ok(GET, grid("/text", "LOCF", (0, 120), 60));
        let shown: Vec<&Value> = locf[LIST].as_array().unwrap().iter().map(|item| &item["value"]).collect();
        assert_eq!(shown, [&json!({ "stringValue": "on" }), &json!({ "stringValue": "off" })]);
        let refusal = caller.refused(GET, grid("/int", "LINEAR", (60, 0), 60));
        assert_eq!(short(&refusal), (INVALID, "the end time is before the start time"));
    });
}

#[test]
fn offsets_of_the_bounds_count_and_the_farthest_times_are_no_trouble() {
    each(|world, data| {
        fill(world, data, "/ns", DataType::Double, vec![good(0, 500, 1.0), good(2, 500, 3.0)]);
        let caller = world.caller();
        let mut input = grid("/ns", "LINEAR", (0, 2), 1);
        (input["startTimeOffsetInNanos"], input["endTimeOffsetInNanos"]) = (json!(500), json!(499));
        let answer = caller.ok(GET, input.clone());
        let instant = json!({ "timeInSeconds": T0 + 1, "offsetInNanos": 500 });
        assert_eq!(answer[LIST], json!([{ "timestamp": instant, "value": { "doubleValue": 2.0 } }]));
        input["endTimeOffsetInNanos"] = json!(500);
        assert_eq!(caller.ok(GET, input.clone())[LIST].as_array().unwrap().len(), 2);
        let far = 9_223_372_036_854_774_i64;
        for (start, end, found) in [(1, far, 3), (far, far, 0), (T0, far, 2)] {
            (input["startTimeInSeconds"], input["endTimeInSeconds"]) = (json!(start), json!(end));
            let list = caller.ok(GET, input.clone())[LIST].clone();
            assert_eq!(list.as_array().unwrap().len(), found, "{start} {end}");
        }
        assert_eq!(SECOND, 1_000_000_000);
    });
}
