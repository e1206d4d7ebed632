//! GetAssetPropertyValue and GetAssetPropertyValueHistory.

use serde_json::{Value, json};
use series::{NullType, Quality, Value as Stored};
use sitewise::asset_model::property::DataType;
use testkit::Caller;

use super::reading::{SECOND, all, fill, good, history, of, point, seal, shorts};
use super::{Boiler, T0, double, each, put};
use crate::plant::{INVALID, NOBODY, NOT_FOUND, short, text};

const GET: &str = "GetAssetPropertyValueHistory";
const LIST: &str = "assetPropertyValueHistory";

/// A value with a quality.
fn sent(seconds: i64, quality: &str, value: &Value) -> Value {
    json!({ "value": value, "quality": quality, "timestamp": { "timeInSeconds": seconds } })
}

#[test]
fn data_scenario_05_points_of_one_instant_stand_side_by_side_by_quality() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let values =
            json!([double(T0, 0, 1.0), double(T0, 0, 2.0), sent(T0, "BAD", &json!({ "doubleValue": 3.0 }))]);
        assert_eq!(boiler.put(json!([boiler.entry("e", &boiler.double, values)])), json!([]));
        let target = json!({ "assetId": boiler.asset, "propertyId": boiler.double });
        let with = |name: &str, value: Value| {
            let mut input = target.clone();
            input[name] = value;
            input
        };
        let expected = vec![(0, 'G', json!(2.0)), (0, 'B', json!(3.0))];
        assert_eq!(history(&boiler.caller, &target), expected);
        assert_eq!(history(&boiler.caller, &with("qualities", json!(["GOOD"]))), expected[..1]);
        assert_eq!(history(&boiler.caller, &with("qualities", json!(["BAD"]))), expected[1..]);
        assert_eq!(history(&boiler.caller, &with("qualities", json!(["UNCERTAIN"]))), []);
        let descending = history(&boiler.caller, &with("timeOrdering", json!("DESCENDING")));
        assert_eq!(descending, [expected[1].clone(), expected[0].clone()]);
        let mut input = target.clone();
        input["aggregateTypes"] = json!(["COUNT", "SUM"]);
        (input["resolution"], input["startDate"], input["endDate"]) =
            (json!("1m"), json!(T0 - 60), json!(T0));
        let expected =
            [(0, 'G', json!({ "count": 1.0, "sum": 2.0 })), (0, 'B', json!({ "count": 1.0, "sum": 3.0 }))];
        assert_eq!(super::reading::aggregates(&boiler.caller, &input), expected);
    });
}

#[test]
fn data_scenario_07_nulls_and_nan_are_read_back() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let null = json!({ "nullValue": { "valueType": "D" } });
        let values = json!([sent(T0, "BAD", &null), sent(T0 + 1, "BAD", &json!({ "doubleValue": "NaN" }))]);
        assert_eq!(boiler.put(json!([boiler.entry("e", &boiler.double, values)])), json!([]));
        let target = json!({ "assetId": boiler.asset, "propertyId": boiler.double });
        let read = boiler.caller.ok(GET, target.clone());
        assert_eq!(read[LIST][0]["value"], null);
        assert_eq!(read[LIST][1]["value"], json!({ "doubleValue": "NaN" }));
        let latest = boiler.caller.ok("GetAssetPropertyValue", target);
        let instant = json!({ "timeInSeconds": T0 + 1, "offsetInNanos": 0 });
        let expected = json!({ "value": { "doubleValue": "NaN" }, "quality": "BAD", "timestamp": instant });
        assert_eq!(latest, json!({ "propertyValue": expected }));
    });
}

#[test]
fn data_scenario_09_the_start_is_excluded_and_the_end_included_to_the_nanosecond() {
    each(|world, data| {
        let points = vec![good(0, 0, 1.0), good(0, 1, 2.0), good(60, 0, 3.0), good(60, 1, 4.0)];
        fill(world, data, "/9", DataType::Double, points);
        let caller = world.caller();
        let between = |start: Value, end: Value| {
            let found = history(&caller, &of("/9", &json!({ "startDate": start, "endDate": end })));
            found.into_iter().map(|(instant, ..)| instant).collect::<Vec<_>>()
        };
        for _ in 0..2 {
            assert_eq!(between(json!(T0), json!(T0 + 60)), [1, 60 * SECOND]);
            assert_eq!(between(json!(T0 - 1), json!(T0)), [0]);
            assert!(between(json!(T0), json!(T0)).is_empty());
            assert_eq!(between(Value::Null, json!(T0)), [0]);
            assert_eq!(between(json!(T0 + 60), Value::Null), [60 * SECOND + 1]);
            assert_eq!(between(json!(-60_000_000_000_i64), json!(253_402_300_799_i64)).len(), 4);
            assert!(between(json!(200_000_000_000_i64), Value::Null).is_empty());
            seal(data);
        }
    });
}

#[test]
fn bounds_are_compared_to_the_microsecond_that_was_sent() {
    each(|world, data| {
        let points = vec![good(0, 500_000_000, 1.0), good(0, 500_001_000, 2.0), good(0, 500_001_001, 3.0)];
        fill(world, data, "/us", DataType::Double, points);
        let caller = world.caller();
        let start = f64::from(u32::try_from(T0).unwrap()) + 0.5;
        let found = history(&caller, &of("/us", &json!({ "startDate": start })));
        assert_eq!(found.len(), 2, "{found:?}");
        let found =
            history(&caller, &of("/us", &json!({ "startDate": start, "endDate": start + 0.000_001 })));
        assert_eq!(found, [(500_001_000, 'G', json!(2.0))]);
    });
}

#[test]
fn data_scenario_10_pages_neither_repeat_nor_skip_while_points_arrive() {
    each(|world, data| {
        let points: Vec<_> = (0..45_000).map(|i| good(i, 0, 1.0)).collect();
        fill(world, data, "/10", DataType::Double, points);
        seal(data);
        let caller = world.caller();
        let ask = |more: &Value| all(&caller, GET, &of("/10", more), LIST);
        let (ascending, lengths) = ask(&json!({ "maxResults": 20_000 }));
        assert_eq!(lengths, [20_000, 20_000, 5000]);
        let (mut descending, lengths) = ask(&json!({ "maxResults": 20_000, "timeOrdering": "DESCENDING" }));
        assert_eq!(lengths, [20_000, 20_000, 5000]);
        descending.reverse();
        assert!(ascending == descending, "descending is ascending from its end");
        let mut input = of("/10", &json!({ "maxResults": 20_000 }));
        let first = caller.ok(GET, input.clone());
        // One before the cursor, and one behind it.
        fill(world, data, "/10", DataType::Double, vec![good(7, 1, 2.0), good(30_000, 1, 3.0)]);
        input["nextToken"] = first["nextToken"].clone();
        let second = caller.ok(GET, input.clone());
        assert_eq!(second[LIST][0], ascending[20_000]);
        assert_eq!(shorts(&second[LIST])[10_001], (30_000 * SECOND + 1, 'G', json!(3.0)));
        input["nextToken"] = second["nextToken"].clone();
        let third = caller.ok(GET, input);
        assert_eq!(third[LIST].as_array().unwrap().len(), 5001);
        assert!(third.get("nextToken").is_none());
    });
}

#[test]
fn pages_are_cut_between_qualities_of_one_instant_in_both_directions() {
    each(|world, data| {
        let qualities = [Quality::Bad, Quality::Good, Quality::Uncertain];
        let points = (0..3).flat_map(|i| qualities.map(|quality| point(i, 0, quality, Stored::Integer(1))));
        fill(world, data, "/cut", DataType::Integer, points.collect());
        let caller = world.caller();
        let mut ascending = all(&caller, GET, &of("/cut", &json!({ "maxResults": 20 })), LIST).0;
        let letters: String = shorts(&json!(ascending)).iter().map(|(_, quality, _)| *quality).collect();
        assert_eq!(letters, "GUBGUBGUB");
        assert_eq!(all(&caller, GET, &of("/cut", &json!({ "maxResults": 2 })), LIST).0, ascending);
        ascending.reverse();
        let descending = of("/cut", &json!({ "maxResults": 2, "timeOrdering": "DESCENDING" }));
        assert_eq!(all(&caller, GET, &descending, LIST), (ascending, vec![2, 2, 2, 2, 1]));
    });
}

#[test]
fn a_page_has_twenty_points_unless_asked_and_four_megabytes_at_most() {
    each(|world, data| {
        let text: std::sync::Arc<str> = "x".repeat(1024).into();
        let points = (0..8000).map(|i| point(i, 0, Quality::Good, Stored::String(text.clone())));
        fill(world, data, "/long", DataType::String, points.collect());
        let caller = world.caller();
        assert_eq!(history(&caller, &of("/long", &json!({}))).len(), 20);
        let (list, lengths) = all(&caller, GET, &of("/long", &json!({ "maxResults": 20_000 })), LIST);
        assert_eq!((list.len(), lengths.len()), (8000, 3), "{lengths:?}");
        assert!(lengths[0] > 3500 && lengths[0] < 4096, "{lengths:?}");
    });
}

#[test]
fn a_token_goes_on_with_the_same_request_only() {
    each(|world, data| {
        for alias in ["/t", "/u"] {
            fill(world, data, alias, DataType::Double, (0..30).map(|i| good(i, 0, 1.0)).collect());
        }
        let caller = world.caller();
        let asked = json!({ "startDate": T0 - 1, "maxResults": 10 });
        let token = caller.ok(GET, of("/t", &asked))["nextToken"].clone();
        let with = |change: &dyn Fn(&mut Value)| {
            let mut input = of("/t", &asked);
            input["nextToken"] = token.clone();
            change(&mut input);
            input
        };
        assert_eq!(history(&caller, &with(&|input| input["maxResults"] = json!(5))).len(), 5);
        let changes: [&dyn Fn(&mut Value); 6] = [
            &|input| input["propertyAlias"] = json!("/u"),
            &|input| input["startDate"] = json!(T0 - 2),
            &|input| input["endDate"] = json!(T0 + 100),
            &|input| input["qualities"] = json!(["GOOD"]),
            &|input| input["timeOrdering"] = json!("DESCENDING"),
            &|input| input["nextToken"] = json!("AAAA"),
        ];
        for change in changes {
            let refusal = caller.refused(GET, with(change));
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains("nextToken"), "{}", refusal.message());
        }
        let other = caller.clone().of_account("444455556666");
        assert_eq!(other.refused(GET, with(&|_| ())).name, INVALID);
        let token = text(&token);
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte)), "{token}");
    });
}

#[test]
fn the_current_value_has_the_greatest_timestamp_whenever_it_came() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let target = json!({ "assetId": boiler.asset, "propertyId": boiler.double });
        let latest = || boiler.caller.ok("GetAssetPropertyValue", target.clone());
        assert_eq!(latest(), json!({}), "there is none yet");
        assert_eq!(history(&boiler.caller, &target), []);
        let write = |values: Value| {
            assert_eq!(boiler.put(json!([boiler.entry("e", &boiler.double, values)])), json!([]));
        };
        write(json!([double(T0, 5, 1.5)]));
        let instant = json!({ "timeInSeconds": T0, "offsetInNanos": 5 });
        let expected = json!({ "value": { "doubleValue": 1.5 }, "quality": "GOOD", "timestamp": instant });
        assert_eq!(latest(), json!({ "propertyValue": expected }));
        write(json!([double(T0, 4, 9.0)]));
        assert_eq!(latest(), json!({ "propertyValue": expected }), "what comes late does not move it back");
        write(json!([sent(T0 + 1, "BAD", &json!({ "doubleValue": 2.0 }))]));
        write(json!([sent(T0 + 1, "UNCERTAIN", &json!({ "doubleValue": 3.0 }))]));
        assert_eq!(latest()["propertyValue"]["value"], json!({ "doubleValue": 3.0 }), "the last one written");
        write(json!([sent(T0 + 1, "BAD", &json!({ "doubleValue": 4.0 }))]));
        assert_eq!(latest()["propertyValue"]["value"], json!({ "doubleValue": 4.0 }));
    });
}

#[test]
fn an_attribute_without_values_answers_its_default_since_the_asset_is_there() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let target = json!({ "assetId": boiler.asset, "propertyId": boiler.limit });
        let default = (0, 'G', json!(7));
        assert_eq!(history(&boiler.caller, &target), std::slice::from_ref(&default));
        let latest = boiler.caller.ok("GetAssetPropertyValue", target.clone());
        assert_eq!(latest["propertyValue"]["value"], json!({ "integerValue": 7 }));
        let with = |name: &str, value: Value| {
            let mut input = target.clone();
            input[name] = value;
            history(&boiler.caller, &input)
        };
        assert_eq!(with("startDate", json!(T0)), [], "the start is excluded");
        assert_eq!(with("endDate", json!(T0)).len(), 1);
        assert_eq!(with("qualities", json!(["BAD"])), []);
        let mut input = target.clone();
        input["aggregateTypes"] = json!(["SUM", "COUNT"]);
        (input["resolution"], input["startDate"], input["endDate"]) =
            (json!("1m"), json!(T0 - 60), json!(T0));
        let expected = [(0, 'G', json!({ "count": 1.0, "sum": 7.0 }))];
        assert_eq!(super::reading::aggregates(&boiler.caller, &input), expected);
        let value = json!([sent(T0 + 10, "GOOD", &json!({ "integerValue": 8 }))]);
        assert_eq!(boiler.put(json!([boiler.entry("e", &boiler.limit, value)])), json!([]));
        assert_eq!(history(&boiler.caller, &target), [default, (10 * SECOND, 'G', json!(8))]);
    });
}

/// Refusals of a read, each with more faults behind the one that is told.
fn refusals(caller: &Caller<'_>, operation: &str, boiler: &Boiler<'_>, rest: &Value) {
    let merged = |own: &Value| {
        let mut input = rest.clone();
        own.as_object().unwrap().iter().for_each(|(name, value)| input[name] = value.clone());
        input
    };
    let (asset, property) = (json!(boiler.asset), json!(boiler.double));
    for (input, says) in [
        (json!({}), "either propertyAlias or assetId and propertyId"),
        (json!({ "assetId": asset, "propertyId": property, "propertyAlias": "/x" }), "excludes"),
        (json!({ "assetId": asset, "propertyAlias": "/x" }), "excludes"),
        (json!({ "assetId": asset }), "needs propertyId"),
        (json!({ "propertyId": property }), "needs assetId"),
    ] {
        let refusal = caller.refused(operation, merged(&input));
        assert_eq!(refusal.name, INVALID, "{operation} {input}");
        assert!(refusal.message().contains(says), "{}", refusal.message());
    }
    for (input, says) in [
        (json!({ "propertyAlias": "/nobody" }), "/nobody"),
        (json!({ "assetId": NOBODY, "propertyId": property }), NOBODY),
        (json!({ "assetId": asset, "propertyId": NOBODY }), NOBODY),
    ] {
        let refusal = caller.refused(operation, merged(&input));
        assert_eq!(refusal.name, NOT_FOUND, "{operation} {input}");
        assert!(refusal.message().contains(says), "{}", refusal.message());
    }
    let mine = json!({ "assetId": asset, "propertyId": property });
    caller.ok(operation, merged(&mine));
    let foreign = caller.clone().of_account("444455556666");
    assert_eq!(foreign.refused(operation, merged(&mine)).name, NOT_FOUND);
    let elsewhere = caller.clone().in_region("eu-west-1");
    assert_eq!(elsewhere.refused(operation, merged(&mine)).name, NOT_FOUND);
}

#[test]
fn every_read_names_what_is_not_there_and_checks_the_target_first() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let caller = &boiler.caller;
        let window =
            json!({ "resolution": "1m", "aggregateTypes": ["SUM"], "startDate": T0 - 60, "endDate": T0 });
        let grid = json!({ "startTimeInSeconds": T0, "endTimeInSeconds": T0 + 60, "quality": "GOOD",
                           "intervalInSeconds": 1, "type": "LOCF_INTERPOLATION" });
        refusals(caller, "GetAssetPropertyValue", &boiler, &json!({}));
        refusals(caller, GET, &boiler, &json!({}));
        refusals(caller, "GetAssetPropertyAggregates", &boiler, &window);
        refusals(caller, "GetInterpolatedAssetPropertyValues", &boiler, &grid);
        let backwards = |target: Value| {
            let mut input = target;
            (input["startDate"], input["endDate"], input["maxResults"]) =
                (json!(T0 + 1), json!(T0), json!(20_001));
            input
        };
        let refusal = caller.refused(GET, backwards(json!({ "propertyAlias": "/nobody" })));
        assert_eq!(short(&refusal), (INVALID, "endDate is before startDate"));
        let refusal = caller.refused(GET, backwards(json!({ "assetId": boiler.asset })));
        assert!(refusal.message().contains("propertyId"), "{}", refusal.message());
        let refusal = caller.refused(GET, json!({ "propertyAlias": "/nobody", "maxResults": 20_001 }));
        assert_eq!(short(&refusal), (INVALID, "maxResults is 20001; it must be from 1 to 20000"));
    });
}

#[test]
fn computed_properties_and_streams_of_nobody_are_read_the_same_way() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let target = json!({ "assetId": boiler.asset, "propertyId": boiler.twice });
        assert_eq!(history(&boiler.caller, &target), []);
        assert_eq!(boiler.caller.ok("GetAssetPropertyValue", target), json!({}));
        let values = (0..3).map(|i| point(i, 0, Quality::Bad, Stored::Null(NullType::Boolean))).collect();
        fill(world, data, "/free", DataType::Boolean, values);
        let answer = boiler.caller.ok(GET, of("/free", &json!({})));
        assert_eq!(answer[LIST][2]["value"], json!({ "nullValue": { "valueType": "B" } }));
        let entry = json!({ "entryId": "e", "propertyAlias": "/free",
                            "propertyValues": [sent(T0 + 9, "GOOD", &json!({ "booleanValue": true }))] });
        assert_eq!(put(&boiler.caller, json!([entry])), json!([]));
        let latest = boiler.caller.ok("GetAssetPropertyValue", of("/free", &json!({})));
        assert_eq!(latest["propertyValue"]["value"], json!({ "booleanValue": true }));
    });
}

#[test]
fn what_is_older_than_the_account_keeps_is_not_shown() {
    each(|world, data| {
        let day = 86_400;
        let points = [-40, -20, 0].map(|days| good(days * day, 0, 1.0)).to_vec();
        fill(world, data, "/old", DataType::Double, points);
        fill(world, data, "/older", DataType::Double, vec![good(-40 * day, 0, 1.0)]);
        let caller = world.caller();
        let seen = |alias: &str| history(&caller, &of(alias, &json!({}))).len();
        assert_eq!((seen("/old"), seen("/older")), (3, 1));
        let kept =
            json!({ "storageType": "SITEWISE_DEFAULT_STORAGE", "retentionPeriod": { "numberOfDays": 30 } });
        caller.ok("PutStorageConfiguration", kept);
        assert_eq!((seen("/old"), seen("/older")), (2, 0));
        assert_eq!(caller.ok("GetAssetPropertyValue", of("/older", &json!({}))), json!({}));
        let days = json!({ "startDate": T0 - 60 * day, "endDate": T0, "resolution": "1d", "aggregateTypes": ["COUNT"] });
        assert_eq!(super::reading::aggregates(&caller, &of("/old", &days)).len(), 1, "today has not ended");
        let forever =
            json!({ "storageType": "SITEWISE_DEFAULT_STORAGE", "retentionPeriod": { "unlimited": true } });
        caller.ok("PutStorageConfiguration", forever);
        assert_eq!((seen("/old"), seen("/older")), (3, 1));
    });
}
