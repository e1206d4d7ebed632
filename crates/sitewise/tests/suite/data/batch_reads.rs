//! The three reads of several streams at once: pages over entries in their order.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::asset_model::property::DataType;
use testkit::Caller;

use super::reading::{fill, good, shorts};
use super::{Boiler, T0, each};
use crate::plant::{INVALID, NOT_FOUND, text};

const VALUES: &str = "BatchGetAssetPropertyValue";
const HISTORIES: &str = "BatchGetAssetPropertyValueHistory";
const AGGREGATES: &str = "BatchGetAssetPropertyAggregates";

/// Entries of one list of an answer in short: id, and the length of what it holds or its code.
fn entries(page: &Value, list: &str) -> Vec<(String, String)> {
    let item = |entry: &Value| {
        let of = |name: &str| entry[name].as_str().map(ToOwned::to_owned);
        let length = ["aggregatedValues", "assetPropertyValueHistory"]
            .iter()
            .find_map(|name| entry[*name].as_array())
            .map(|values| values.len().to_string());
        let shown = of("errorCode").or_else(|| of("completionStatus")).or(length);
        (text(&entry["entryId"]), shown.unwrap_or_default())
    };
    page[list].as_array().unwrap().iter().map(item).collect()
}

fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
    list.iter().map(|(id, shown)| ((*id).to_owned(), (*shown).to_owned())).collect()
}

#[track_caller]
fn is_page(page: &Value, successes: &[(&str, &str)], errors: &[(&str, &str)], skipped: &[(&str, &str)]) {
    assert_eq!(entries(page, "successEntries"), pairs(successes));
    assert_eq!(entries(page, "errorEntries"), pairs(errors));
    assert_eq!(entries(page, "skippedEntries"), pairs(skipped));
}

fn minutes(count: i64) -> Vec<series::Point> {
    (0..count).map(|i| good(-60 * i, 0, 1.0)).collect()
}

fn pages(caller: &Caller<'_>, operation: &str, input: &Value) -> Vec<Value> {
    caller.pages(operation, input, "nextToken")
}

#[test]
fn data_scenario_25_pages_over_entries() {
    each(|world, data| {
        for alias in ["/25/a", "/25/b"] {
            fill(world, data, alias, DataType::Double, minutes(3000));
        }
        let entry = |id: &str| {
            json!({ "entryId": id, "propertyAlias": format!("/25/{id}"), "aggregateTypes": ["COUNT"], "resolution": "1m",
                    "startDate": T0 - 400_000, "endDate": T0 })
        };
        let input = json!({ "entries": [entry("a"), entry("b"), entry("c")], "maxResults": 4000 });
        let pages = pages(&world.caller(), AGGREGATES, &input);
        assert_eq!(pages.len(), 2);
        is_page(&pages[0], &[("a", "3000"), ("b", "1000")], &[], &[]);
        is_page(&pages[1], &[("b", "2000")], &[("c", NOT_FOUND)], &[("a", "SUCCESS")]);
        assert!(pages[1]["errorEntries"][0]["errorMessage"].as_str().unwrap().contains("/25/c"));
    });
}

#[test]
fn errors_of_earlier_pages_are_skipped_with_their_code_and_time() {
    each(|world, data| {
        for alias in ["/s/1", "/s/2"] {
            fill(world, data, alias, DataType::Double, (0..5).map(|i| good(i, 0, 1.0)).collect());
        }
        let entry = |id: &str, alias: &str| json!({ "entryId": id, "propertyAlias": alias });
        let backwards =
            json!({ "entryId": "back", "propertyAlias": "/s/1", "startDate": T0 + 1, "endDate": T0 });
        let both = json!({ "entryId": "both", "propertyAlias": "/s/1", "assetId": crate::plant::NOBODY });
        let list = [entry("no", "/s/0"), backwards, both, entry("one", "/s/1"), entry("two", "/s/2")];
        let input = json!({ "entries": list, "maxResults": 4 });
        let caller = world.caller();
        let first = caller.ok(HISTORIES, input.clone());
        let errors = [("no", NOT_FOUND), ("back", INVALID), ("both", INVALID)];
        is_page(&first, &[("one", "4")], &errors, &[]);
        world.pass(Duration::from_secs(100));
        let mut next = input.clone();
        next["nextToken"] = first["nextToken"].clone();
        let second = world.caller().ok(HISTORIES, next.clone());
        let ended = [("no", "ERROR"), ("back", "ERROR"), ("both", "ERROR")];
        is_page(&second, &[("one", "1"), ("two", "3")], &[], &ended);
        let info = json!({ "errorCode": NOT_FOUND, "errorTimestamp": T0 });
        assert_eq!(second["skippedEntries"][0]["errorInfo"], info, "the time is that of the first page");
        assert_eq!(second["skippedEntries"][2]["errorInfo"]["errorCode"], json!(INVALID));
        next["nextToken"] = second["nextToken"].clone();
        let third = world.caller().ok(HISTORIES, next.clone());
        is_page(&third, &[("two", "2")], &[], &[ended.as_slice(), &[("one", "SUCCESS")]].concat());
        assert!(third["skippedEntries"][3].get("errorInfo").is_none());
        assert!(third.get("nextToken").is_none());
        next["entries"][3]["timeOrdering"] = json!("DESCENDING");
        assert_eq!(world.caller().refused(HISTORIES, next).name, INVALID, "the token is of other entries");
    });
}

#[test]
fn a_page_that_ends_with_an_entry_goes_on_with_the_next() {
    each(|world, data| {
        for alias in ["/e/1", "/e/3"] {
            fill(world, data, alias, DataType::Double, (0..3).map(|i| good(i, 0, 1.0)).collect());
        }
        fill(world, data, "/e/2", DataType::Double, vec![]);
        let entry = |i: i64| json!({ "entryId": i.to_string(), "propertyAlias": format!("/e/{i}") });
        let input = json!({ "entries": [entry(1), entry(2), entry(3)], "maxResults": 3 });
        let pages = pages(&world.caller(), HISTORIES, &input);
        is_page(&pages[0], &[("1", "3")], &[], &[]);
        is_page(&pages[1], &[("2", "0"), ("3", "3")], &[], &[("1", "SUCCESS")]);
        assert_eq!(pages.len(), 2);
    });
}

#[test]
fn current_values_of_several_properties_come_on_one_page() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        fill(world, data, "/now", DataType::Double, vec![good(5, 7, 2.5)]);
        let of = |id: &str, property: &str| json!({ "entryId": id, "assetId": boiler.asset, "propertyId": property });
        let list = json!([
            { "entryId": "alias", "propertyAlias": "/now" },
            of("silent", &boiler.double),
            of("default", &boiler.limit),
            of("nobody", crate::plant::NOBODY),
            { "entryId": "half", "assetId": boiler.asset },
        ]);
        let answer = boiler.caller.ok(VALUES, json!({ "entries": list }));
        is_page(
            &answer,
            &[("alias", ""), ("silent", ""), ("default", "")],
            &[("nobody", NOT_FOUND), ("half", INVALID)],
            &[],
        );
        let instant = json!({ "timeInSeconds": T0 + 5, "offsetInNanos": 7 });
        let value = json!({ "value": { "doubleValue": 2.5 }, "timestamp": instant, "quality": "GOOD" });
        assert_eq!(answer["successEntries"][0], json!({ "entryId": "alias", "assetPropertyValue": value }));
        assert_eq!(answer["successEntries"][1], json!({ "entryId": "silent" }));
        assert_eq!(answer["successEntries"][2]["assetPropertyValue"]["value"], json!({ "integerValue": 7 }));
        let refusal = boiler.caller.refused(VALUES, json!({ "entries": list, "nextToken": "AAAA" }));
        assert_eq!(refusal.name, INVALID);
        let most: Vec<Value> =
            (0..128).map(|i| json!({ "entryId": i.to_string(), "propertyAlias": "/now" })).collect();
        let answer = boiler.caller.ok(VALUES, json!({ "entries": most }));
        assert_eq!(answer["successEntries"].as_array().unwrap().len(), 128);
    });
}

#[test]
fn too_many_entries_are_refused_with_the_limit() {
    each(|world, _| {
        let caller = world.caller();
        let list = |count: i64| -> Vec<Value> {
            (0..count).map(|i| json!({ "entryId": i.to_string(), "propertyAlias": "/x" })).collect()
        };
        for (operation, most) in [(HISTORIES, 16), (VALUES, 128)] {
            let answer = caller.ok(operation, json!({ "entries": list(most) }));
            assert_eq!(answer["errorEntries"].as_array().unwrap().len(), usize::try_from(most).unwrap());
            let refusal = caller.refused(operation, json!({ "entries": list(most + 1) }));
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains(&most.to_string()), "{}", refusal.message());
        }
        let aggregate = |i: i64| {
            json!({ "entryId": i.to_string(), "propertyAlias": "/x", "aggregateTypes": ["SUM"], "resolution": "1d",
                    "startDate": T0, "endDate": T0 })
        };
        let refusal =
            caller.refused(AGGREGATES, json!({ "entries": (0..17).map(aggregate).collect::<Vec<_>>() }));
        assert_eq!(refusal.name, INVALID);
        for operation in [HISTORIES, VALUES, AGGREGATES] {
            let refusal = caller.refused(operation, json!({ "entries": [] }));
            assert_eq!(refusal.name, INVALID);
        }
        for (operation, most) in [(HISTORIES, 20_000), (AGGREGATES, 4000)] {
            let entry = aggregate(1);
            let refusal = caller.refused(operation, json!({ "entries": [entry], "maxResults": most + 1 }));
            assert_eq!(refusal.message(), format!("maxResults is {}; it must be from 1 to {most}", most + 1));
        }
    });
}

#[test]
fn six_hours_of_seconds_in_sixteen_entries_arrive_whole() {
    each(|world, data| {
        let mut list = Vec::new();
        for i in 0..16 {
            let points = (1..=21_600).map(|second| good(second - 21_600, i, 0.5)).collect();
            fill(world, data, &format!("/g/{i}"), DataType::Double, points);
            list.push(json!({ "entryId": format!("e-{i}"), "propertyAlias": format!("/g/{i}"),
                              "startDate": T0 - 21_600, "endDate": T0 + 1 }));
        }
        let pages = pages(&world.caller(), HISTORIES, &json!({ "entries": list, "maxResults": 20_000 }));
        assert_eq!(pages.len(), 18, "16 × 21,600 in pages of 20,000");
        let mut next = vec![0; 16];
        for page in &pages {
            for entry in page["successEntries"].as_array().unwrap() {
                let i: usize = text(&entry["entryId"])[2..].parse().unwrap();
                for (instant, ..) in shorts(&entry["assetPropertyValueHistory"]) {
                    let nanos = i64::try_from(i).unwrap();
                    assert_eq!(instant, (next[i] + 1 - 21_600) * 1_000_000_000 + nanos);
                    next[i] += 1;
                }
            }
        }
        assert_eq!(next, vec![21_600; 16]);
    });
}

#[test]
fn entries_with_one_id_are_answered_each() {
    each(|world, data| {
        fill(world, data, "/same", DataType::Double, (0..3).map(|i| good(i, 0, 1.0)).collect());
        let entry = json!({ "entryId": "same", "propertyAlias": "/same" });
        let other = json!({ "entryId": "same", "propertyAlias": "/same", "startDate": T0 });
        let page = world.caller().ok(HISTORIES, json!({ "entries": [entry, other] }));
        is_page(&page, &[("same", "3"), ("same", "2")], &[], &[]);
    });
}
