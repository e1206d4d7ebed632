//! BatchPutAssetPropertyValue: what is stored, and what is said about the rest.

use model::Operation as _;
use model_sitewise::operations as op;
use serde_json::{Value, json};
use series::Quality::{Bad, Good, Uncertain};
use series::{NullType, Quality};
use service::Body;
use testkit::{Caller, World};

use super::{Boiler, T0, double, each, put, stored};
use crate::plant::{NOBODY, text};

const WEEK: i64 = 604_800;
const SECOND: i64 = 1_000_000_000;

const INVALID: &str = "InvalidRequestException";
const OUT_OF_RANGE: &str = "TimestampOutOfRangeException";
const NOT_FOUND: &str = "ResourceNotFoundException";
const LIMIT: &str = "LimitExceededException";

/// Entry, code and timestamps of an error.
type Found = (String, String, Vec<(i64, i64)>);

fn errors(entries: &Value) -> Vec<Found> {
    let mut all = Vec::new();
    for entry in entries.as_array().unwrap() {
        for error in entry["errors"].as_array().unwrap() {
            assert!(!text(&error["errorMessage"]).is_empty());
            let timestamps = error["timestamps"].as_array().unwrap().iter().map(|timestamp| {
                let member = |name: &str| timestamp[name].as_i64().unwrap();
                (member("timeInSeconds"), member("offsetInNanos"))
            });
            all.push((text(&entry["entryId"]), text(&error["errorCode"]), timestamps.collect()));
        }
    }
    all
}

fn error(entry: &str, code: &str, timestamps: &[(i64, i64)]) -> Found {
    (entry.to_owned(), code.to_owned(), timestamps.to_vec())
}

/// A value under any member, of any quality.
fn sent(seconds: i64, nanos: i64, quality: &str, value: &Value) -> Value {
    json!({ "value": value, "quality": quality,
            "timestamp": { "timeInSeconds": seconds, "offsetInNanos": nanos } })
}

/// The text of the only error there is.
#[track_caller]
fn message(entries: &Value) -> String {
    assert_eq!(entries.as_array().unwrap().len(), 1, "{entries}");
    text(&entries[0]["errors"][0]["errorMessage"])
}

#[test]
fn data_scenario_01_the_window_has_both_its_ends() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let entry = |id: &str, list: &[(i64, i64)]| {
            let values = list.iter().map(|(seconds, nanos)| double(*seconds, *nanos, 1.0));
            boiler.entry(id, &boiler.double, values.collect())
        };
        let answer = boiler.put(json!([
            entry("in", &[(T0 - WEEK, 0), (T0 + 600, 0)]),
            entry("old", &[(T0 - WEEK - 1, 999_999_999)]),
            entry("far", &[(T0 + 600, 1)]),
            entry("last", &[(9_223_372_036_854_774, 999_999_999)]),
        ]));
        let expected = [
            error("old", OUT_OF_RANGE, &[(T0 - WEEK - 1, 999_999_999)]),
            error("far", OUT_OF_RANGE, &[(T0 + 600, 1)]),
            error("last", OUT_OF_RANGE, &[(9_223_372_036_854_774, 999_999_999)]),
        ];
        assert_eq!(errors(&answer), expected);
        let stored = stored(world, data, &entry("x", &[]));
        let instants: Vec<i64> = stored.iter().map(|(instant, ..)| *instant).collect();
        assert_eq!(instants, [(T0 - WEEK) * SECOND, (T0 + 600) * SECOND]);
    });
}

#[test]
fn data_scenario_02_one_bad_value_fails_its_entry_or_only_itself() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let bad = T0 - WEEK - 1;
        for (partial, expected) in [(false, 0), (true, 1)] {
            let values = json!([double(T0, 0, 1.0), double(bad, 0, 2.0)]);
            let clean = json!([sent(T0, i64::from(partial), "GOOD", &json!({ "integerValue": 1 }))]);
            let input = json!({
                "enablePartialEntryProcessing": partial,
                "entries": [boiler.entry("mixed", &boiler.double, values),
                            boiler.entry("clean", &boiler.integer, clean)],
            });
            let answer = boiler.caller.ok("BatchPutAssetPropertyValue", input);
            assert_eq!(errors(&answer["errorEntries"]), [error("mixed", OUT_OF_RANGE, &[(bad, 0)])]);
            let target = |property: &str| boiler.entry("x", property, json!([]));
            assert_eq!(stored(world, data, &target(&boiler.double)).len(), expected);
            assert_eq!(stored(world, data, &target(&boiler.integer)).len(), 1 + expected);
        }
    });
}

#[test]
fn data_scenario_03_ten_entries_of_ten_values() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let entry = |id: i64, values: i64| {
            let values = (0..values).map(|i| double(T0 - 100 * id - i, 0, 1.0));
            boiler.entry(&format!("e{id}"), &boiler.double, values.collect())
        };
        let put = |entries: Vec<Value>| {
            boiler.caller.send("BatchPutAssetPropertyValue", json!({ "entries": entries }))
        };
        let all = |entries: i64, values: i64| (0..entries).map(|id| entry(id, values)).collect::<Vec<_>>();
        for (entries, values) in [(0, 1), (11, 1), (1, 11), (1, 0)] {
            let refusal = put(all(entries, values)).unwrap_err();
            assert_eq!((refusal.status, refusal.name.as_str()), (400, INVALID), "{entries} {values}");
        }
        let twice = put(vec![entry(1, 1), entry(1, 1)]).unwrap_err();
        assert_eq!(twice.message(), "entryId 'e1' stands in the request twice");
        assert_eq!(put(all(10, 10)).unwrap(), json!({ "errorEntries": [] }));
        assert_eq!(stored(world, data, &entry(1, 1)).len(), 100);
    });
}

#[test]
fn data_scenario_04_values_are_not_converted() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let put = |property: &str, value: Value| {
            boiler.put(json!([boiler.entry("e", property, json!([sent(T0, 0, "GOOD", &value)]))]))
        };
        let refused = put(&boiler.double, json!({ "integerValue": 38 }));
        assert_eq!(errors(&refused), [error("e", INVALID, &[(T0, 0)])]);
        assert_eq!(message(&refused), "Property value does not match data type DOUBLE");
        for (property, value, word) in [
            (&boiler.integer, json!({ "doubleValue": 38 }), "INTEGER"),
            (&boiler.boolean, json!({ "stringValue": "true" }), "BOOLEAN"),
            (&boiler.string, json!({ "booleanValue": true }), "STRING"),
            (&boiler.double, json!({ "doubleValue": 1.1e100 }), "out of range"),
            (&boiler.double, json!({ "doubleValue": "-Infinity" }), "out of range"),
            (&boiler.string, json!({ "stringValue": "é".repeat(513) }), "1026 bytes"),
            (&boiler.string, json!({ "stringValue": "a\tb" }), "control character"),
            (&boiler.double, json!({}), "it has 0 of them"),
            (&boiler.double, json!({ "doubleValue": 1, "integerValue": 1 }), "it has 2 of them"),
            (&boiler.twice, json!({ "doubleValue": 1 }), "transform or metric"),
        ] {
            let refused = put(property, value.clone());
            assert_eq!(errors(&refused), [error("e", INVALID, &[(T0, 0)])], "{value}");
            assert!(message(&refused).contains(word), "{value}: {refused}");
        }
        for (property, value) in [
            (&boiler.double, json!({ "doubleValue": 38 })),
            (&boiler.double, json!({ "doubleValue": -1e100 })),
            (&boiler.integer, json!({ "integerValue": i32::MIN })),
            (&boiler.integer, json!({ "integerValue": i32::MAX })),
            (&boiler.boolean, json!({ "booleanValue": false })),
            (&boiler.string, json!({ "stringValue": "" })),
            (&boiler.string, json!({ "stringValue": "é".repeat(512) })),
        ] {
            assert_eq!(put(property, value.clone()), json!([]), "{value}");
        }
        let beyond = json!([sent(T0, 0, "GOOD", &json!({ "integerValue": 2_147_483_648_i64 }))]);
        let entries = json!([boiler.entry("e", &boiler.integer, beyond)]);
        let refusal = boiler.caller.refused("BatchPutAssetPropertyValue", json!({ "entries": entries }));
        assert_eq!((refusal.status, refusal.name.as_str()), (400, INVALID), "no whole number of 32 bits");
    });
}

#[test]
fn data_scenario_05_a_point_is_named_by_instant_and_quality() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let one = |quality: &str, number: f64| sent(T0, 0, quality, &json!({ "doubleValue": number }));
        let entry = |values| json!([boiler.entry("e", &boiler.double, values)]);
        assert_eq!(boiler.put(entry(json!([one("GOOD", 0.5), one("GOOD", 1.0)]))), json!([]));
        assert_eq!(boiler.put(entry(json!([one("GOOD", 2.0), one("BAD", 3.0)]))), json!([]));
        let point = |quality: Quality, number: f64| (T0 * SECOND, quality, series::Value::Double(number));
        assert_eq!(stored(world, data, &entry(json!([]))[0]), [point(Good, 2.0), point(Bad, 3.0)]);
    });
}

#[test]
fn data_scenario_06_ten_instants_of_one_quality_share_a_second() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let entry = |id: &str, values: Vec<Value>| boiler.entry(id, &boiler.double, Value::from(values));
        let ten = (0..10).map(|i| double(T0, i * 100_000_000, 1.0)).collect();
        assert_eq!(boiler.put(json!([entry("e", ten)])), json!([]));
        let at = |nanos: i64, quality: &str| sent(T0, nanos, quality, &json!({ "doubleValue": 2 }));
        let more = |nanos: i64, quality: &str| boiler.put(json!([entry("e", vec![at(nanos, quality)])]));
        for sealed in [false, true] {
            let eleventh = more(950_000_000, "GOOD");
            assert_eq!(errors(&eleventh), [error("e", LIMIT, &[(T0, 950_000_000)])], "sealed: {sealed}");
            assert_eq!(more(950_000_000, "BAD"), json!([]));
            assert_eq!(more(0, "GOOD"), json!([]), "it replaces what is there");
            data.engine().seal();
            while data.engine().sealed() == 0 {
                std::thread::yield_now();
            }
        }
        // Over the entries of one request, and not by what is refused.
        let at = |nanos: i64| double(T0 - 1, nanos, 1.0);
        let broken = entry("a", vec![at(100), at(101), double(0, 0, 1.0)]);
        assert_eq!(
            boiler.caller.refused("BatchPutAssetPropertyValue", json!({ "entries": [broken] })).status,
            400
        );
        let broken = entry("a", vec![at(100), at(101), double(1, 0, 1.0)]);
        let eight = entry("b", (0..8).map(at).collect());
        let three = entry("c", vec![at(8), at(9), at(10)]);
        let one = entry("d", vec![at(3), at(11)]);
        let answer = boiler.put(json!([broken, eight, three, one]));
        let expected = [error("a", OUT_OF_RANGE, &[(1, 0)]), error("c", LIMIT, &[(T0 - 1, 10)])];
        assert_eq!(errors(&answer), expected);
    });
}

#[test]
fn data_scenario_07_null_and_nan_say_that_something_is_wrong() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let null = |valued: &str| json!({ "nullValue": { "valueType": valued } });
        let nan = json!({ "doubleValue": "NaN" });
        let put = |nanos: i64, quality: &str, value: &Value| {
            boiler.put(json!([boiler.entry("e", &boiler.double, json!([sent(T0, nanos, quality, value)]))]))
        };
        for (quality, value, is_stored) in [
            ("GOOD", null("D"), false),
            ("GOOD", null("U"), false),
            ("GOOD", nan.clone(), false),
            ("BAD", null("I"), false),
            ("BAD", null("D"), true),
            ("UNCERTAIN", null("U"), true),
            ("UNCERTAIN", nan.clone(), true),
        ] {
            let answer = put(i64::from(value == nan), quality, &value);
            assert_eq!(answer == json!([]), is_stored, "{quality} {value}: {answer}");
            assert!(is_stored || errors(&answer)[0].1 == INVALID);
        }
        let target = boiler.entry("e", &boiler.double, json!([]));
        let expected = [
            (T0 * SECOND, Uncertain, series::Value::Null(NullType::Unknown)),
            (T0 * SECOND, Bad, series::Value::Null(NullType::Double)),
            (T0 * SECOND + 1, Uncertain, series::Value::Double(f64::NAN)),
        ];
        assert_eq!(stored(world, data, &target), expected);
        let forbid = json!({ "storageType": "SITEWISE_DEFAULT_STORAGE", "disallowIngestNullNaN": true });
        boiler.caller.ok("PutStorageConfiguration", forbid);
        for value in [null("D"), nan] {
            let answer = put(5, "BAD", &value);
            assert_eq!(errors(&answer), [error("e", INVALID, &[(T0, 5)])]);
            assert!(message(&answer).contains("disallowIngestNullNaN"), "{answer}");
        }
        assert_eq!(stored(world, data, &target), expected);
    });
}

#[test]
fn data_scenario_08_an_unknown_alias_begins_a_stream_where_the_account_takes_such() {
    each(|world, data| {
        let caller = world.caller();
        let entry =
            |values: Value| json!([{ "entryId": "e", "propertyAlias": "/a/b", "propertyValues": values }]);
        let off = caller.clone().installed(|installation| installation.disassociated_data_storage_off = true);
        let answer = put(&off, entry(json!([double(T0, 0, 1.0)])));
        assert_eq!(errors(&answer), [error("e", NOT_FOUND, &[(T0, 0)])]);
        let unknown = json!({ "nullValue": { "valueType": "U" } });
        let answer = put(&caller, entry(json!([sent(T0, 0, "BAD", &unknown)])));
        assert_eq!(errors(&answer), [error("e", INVALID, &[(T0, 0)])]);
        let answer = put(&caller, entry(json!([double(1, 0, 1.0)])));
        assert_eq!(errors(&answer), [error("e", OUT_OF_RANGE, &[(1, 0)])]);
        let refusal = caller.refused("DescribeTimeSeries", json!({ "alias": "/a/b" }));
        assert_eq!(refusal.name, NOT_FOUND, "what is not stored begins nothing");

        assert_eq!(put(&caller, entry(json!([double(T0, 0, 1.5)]))), json!([]));
        let described = caller.ok("DescribeTimeSeries", json!({ "alias": "/a/b" }));
        assert_eq!(described["dataType"], "DOUBLE");
        assert_eq!(text(&described["timeSeriesId"]).len(), 36);
        let whole = sent(T0, 0, "GOOD", &json!({ "integerValue": 3 }));
        assert_eq!(errors(&put(&caller, entry(json!([whole])))), [error("e", INVALID, &[(T0, 0)])]);
        let alias = json!({ "propertyAlias": "/a/b" });
        let point = (T0 * SECOND, Good, series::Value::Double(1.5));
        assert_eq!(stored(world, data, &alias), std::slice::from_ref(&point));

        let boiler = Boiler::new(world);
        let link = json!({ "alias": "/a/b", "assetId": boiler.asset, "propertyId": boiler.double });
        caller.ok("AssociateTimeSeriesToAssetProperty", link);
        let target = boiler.entry("e", &boiler.double, json!([]));
        assert_eq!(stored(world, data, &target), [point]);
    });
}

/// One entry of a request, named `e`.
fn only(caller: &Caller<'_>, target: &Value) -> Value {
    let mut entry = json!({ "entryId": "e", "propertyValues": [double(T0, 0, 1.0)] });
    entry.as_object_mut().unwrap().extend(target.as_object().unwrap().clone());
    put(caller, json!([entry]))
}

#[test]
fn an_entry_names_one_stream_in_one_way() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let (asset, property) = (&boiler.asset, &boiler.double);
        for target in [
            json!({}),
            json!({ "assetId": asset }),
            json!({ "propertyId": property }),
            json!({ "assetId": asset, "propertyAlias": "/x" }),
            json!({ "assetId": asset, "propertyId": property, "propertyAlias": "/x" }),
        ] {
            assert_eq!(errors(&only(&boiler.caller, &target)), [error("e", INVALID, &[(T0, 0)])], "{target}");
        }
        for target in [
            json!({ "assetId": NOBODY, "propertyId": property }),
            json!({ "assetId": asset, "propertyId": NOBODY }),
        ] {
            assert_eq!(
                errors(&only(&boiler.caller, &target)),
                [error("e", NOT_FOUND, &[(T0, 0)])],
                "{target}"
            );
        }
        let own = json!({ "assetId": asset, "propertyId": property });
        let foreign = world.caller().of_account("999988887777");
        assert_eq!(errors(&only(&foreign, &own)), [error("e", NOT_FOUND, &[(T0, 0)])]);
        assert_eq!(only(&boiler.caller, &own), json!([]));
    });
}

#[test]
fn what_an_entry_names_is_looked_at_before_its_values() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        // Out of range, of the wrong type, null with GOOD: the first rule that is broken is named.
        let wrong = |seconds: i64, value: Value| sent(seconds, 0, "GOOD", &value);
        let null = json!({ "nullValue": { "valueType": "B" } });
        let values = json!([wrong(1, json!({ "integerValue": 1 })), wrong(T0, null)]);
        let half = json!({ "entryId": "half", "assetId": NOBODY, "propertyValues": values });
        let entry = |id: &str, asset: &str, property: &str| json!({ "entryId": id, "assetId": asset, "propertyId": property, "propertyValues": values });
        let answer = boiler.put(json!([
            half,
            entry("unknown", NOBODY, &boiler.twice),
            entry("computed", &boiler.asset, &boiler.twice),
            entry("values", &boiler.asset, &boiler.double),
        ]));
        let all = [(1, 0), (T0, 0)];
        let expected = [
            error("half", INVALID, &all),
            error("unknown", NOT_FOUND, &all),
            error("computed", INVALID, &all),
            error("values", OUT_OF_RANGE, &[(1, 0)]),
            error("values", INVALID, &[(T0, 0)]),
        ];
        assert_eq!(errors(&answer), expected);
    });
}

#[test]
fn two_entries_begin_one_stream_and_the_first_one_says_its_type() {
    each(|world, data| {
        let caller = world.caller();
        let entry = |id: &str, value: Value| {
            let values = json!([sent(T0, 0, "GOOD", &value)]);
            json!({ "entryId": id, "propertyAlias": "/new", "propertyValues": values })
        };
        let answer = put(
            &caller,
            json!([entry("one", json!({ "booleanValue": true })), entry("two", json!({ "doubleValue": 1 }))]),
        );
        assert_eq!(errors(&answer), [error("two", INVALID, &[(T0, 0)])]);
        let stored = stored(world, data, &json!({ "propertyAlias": "/new" }));
        assert_eq!(stored, [(T0 * SECOND, Good, series::Value::Boolean(true))]);
    });
}

#[test]
fn the_default_of_an_attribute_stays_before_its_first_value() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let created = world.store().clock().now().millis() * 1_000_000;
        let limit = |number: i64| sent(T0 + 60, 0, "GOOD", &json!({ "integerValue": number }));
        let target = boiler.entry("e", &boiler.limit, json!([limit(9)]));
        assert_eq!(stored(world, data, &target), []);
        assert_eq!(boiler.put(json!([target])), json!([]));
        let point = |instant: i64, number: i32| (instant, Good, series::Value::Integer(number));
        let expected = [point(created, 7), point((T0 + 60) * SECOND, 9)];
        assert_eq!(stored(world, data, &target), expected);
        // Later values bring no default again.
        let again = boiler.entry("e", &boiler.limit, json!([limit(10)]));
        assert_eq!(boiler.put(json!([again])), json!([]));
        assert_eq!(stored(world, data, &target), [point(created, 7), point((T0 + 60) * SECOND, 10)]);
    });
}

#[test]
fn an_asset_that_is_being_deleted_takes_no_values() {
    each(|world, _| {
        let boiler = Boiler::new(world);
        let slow = boiler.caller.clone().installed(|installation| installation.propagation_ms = 60_000);
        let own = json!({ "assetId": boiler.asset, "propertyId": boiler.double });
        assert_eq!(only(&boiler.caller, &own), json!([]));
        slow.ok("DeleteAsset", json!({ "assetId": boiler.asset }));
        let answer = only(&boiler.caller, &own);
        assert_eq!(errors(&answer), [error("e", "ConflictingOperationException", &[(T0, 0)])]);
    });
}

/// Calls the operation by the bytes of its body; nothing where the common way is left to answer.
fn raw(world: &World, input: &Value) -> Option<Value> {
    let spec = op::BatchPutAssetPropertyValue::SPEC;
    let pending = world.table().answer_raw(&world.caller().call(), spec, input.to_string().as_bytes())?;
    let Body::Json(json) = store::block_on(pending).unwrap().body else { panic!("answers are JSON") };
    Some(serde_json::from_str(&json).unwrap())
}

#[test]
fn the_way_from_the_bytes_answers_as_the_common_one() {
    each(|world, data| {
        let boiler = Boiler::new(world);
        let entry = |id: &str, property: &str, value: Value, at: i64| {
            boiler.entry(id, property, json!([sent(at, 0, "GOOD", &value)]))
        };
        let good = |at: i64| entry("good", &boiler.double, json!({ "doubleValue": 0.1 }), at);
        let first = json!({ "entries": [good(T0)] });
        assert_eq!(raw(world, &first), None, "the row of a stream begins the common way");
        boiler.caller.ok("BatchPutAssetPropertyValue", first);
        let input = json!({ "entries": [
            entry("typed", &boiler.double, json!({ "integerValue": 1 }), T0),
            entry("late", &boiler.double, json!({ "doubleValue": 1 }), T0 - WEEK - 1),
            good(T0 + 1),
        ] });
        let refused =
            [error("typed", INVALID, &[(T0, 0)]), error("late", OUT_OF_RANGE, &[(T0 - WEEK - 1, 0)])];
        let answer = raw(world, &input).unwrap();
        assert_eq!(errors(&answer["errorEntries"]), refused);
        let target = boiler.entry("e", &boiler.double, json!([]));
        assert_eq!(stored(world, data, &target).len(), 2);
        assert_eq!(answer, boiler.caller.ok("BatchPutAssetPropertyValue", input));

        let twice = json!({ "entries": [good(T0), good(T0)] });
        assert_eq!(raw(world, &twice), None, "faults of the whole request are worded the common way");
        let absent = entry("absent", &boiler.double, json!({ "nullValue": { "valueType": "D" } }), T0);
        assert_eq!(raw(world, &json!({ "entries": [absent] })), None, "null asks the storage configuration");
        let limit = json!({ "entries": [entry("l", &boiler.limit, json!({ "integerValue": 1 }), T0)] });
        assert_eq!(raw(world, &limit), None);
        boiler.caller.ok("BatchPutAssetPropertyValue", limit.clone());
        assert_eq!(raw(world, &limit), Some(json!({ "errorEntries": [] })), "the default is stored by now");
        boiler.caller.ok("DeleteAsset", json!({ "assetId": boiler.asset }));
        assert_eq!(raw(world, &limit), None, "what was known is looked up again");
    });
}
