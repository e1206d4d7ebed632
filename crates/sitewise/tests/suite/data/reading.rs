//! What the tests of reading share: streams full of points, and short forms of answers.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::{Value, json};
use series::log::Batch;
use series::{Point, Quality, Run, Value as Stored};
use sitewise::asset_model::property::DataType;
use sitewise::data::Data;
use sitewise::data::route::{self, Target};
use testkit::{Caller, World};

use super::T0;

pub const SECOND: i64 = 1_000_000_000;

/// A point of quality GOOD, `seconds` and `nanos` behind [`T0`].
pub fn good(seconds: i64, nanos: i64, number: f64) -> Point {
    point(seconds, nanos, Quality::Good, Stored::Double(number))
}

pub fn point(seconds: i64, nanos: i64, quality: Quality, value: Stored) -> Point {
    Point { timestamp: (T0 + seconds) * SECOND + nanos, quality, value }
}

/// Puts points into the stream of an alias, beginning it where it is not there.
pub fn fill(world: &World, data: &Arc<Data>, alias: &str, data_type: DataType, points: Vec<Point>) {
    let target = Target::Alias(Cow::Borrowed(alias));
    let begun = store::block_on(data.begin(&world.caller().call(), &[(target, data_type)])).unwrap();
    let key = begun[0].unwrap().key.unwrap();
    let run = Run { key, kind: route::kind(data_type), points };
    data.engine().write(Batch { runs: vec![run], note: Vec::new() }).unwrap();
}

/// Waits until everything that was written is in segments.
pub fn seal(data: &Arc<Data>) {
    let written = data.engine().write(Batch { runs: Vec::new(), note: Vec::new() }).unwrap();
    data.engine().seal();
    while data.engine().sealed() < written {
        std::thread::yield_now();
    }
}

/// A request about an alias, with more members.
pub fn of(alias: &str, more: &Value) -> Value {
    let mut input = json!({ "propertyAlias": alias });
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// A list in short: nanoseconds behind [`T0`], first letter of the quality, value.
pub fn shorts(list: &Value) -> Vec<(i64, char, Value)> {
    let item = |item: &Value| {
        let at = |name: &str| item["timestamp"][name].as_i64().unwrap();
        let value = item["value"].as_object().unwrap();
        assert_eq!(value.len(), 1, "a value has one member: {item}");
        let quality = item["quality"].as_str().unwrap_or("-").chars().next().unwrap();
        let instant = (at("timeInSeconds") - T0) * SECOND + at("offsetInNanos");
        (instant, quality, value.values().next().unwrap().clone())
    };
    list.as_array().unwrap().iter().map(item).collect()
}

/// The first page of a history in short.
#[track_caller]
pub fn history(caller: &Caller<'_>, input: &Value) -> Vec<(i64, char, Value)> {
    shorts(&caller.ok("GetAssetPropertyValueHistory", input.clone())["assetPropertyValueHistory"])
}

/// All pages of a list, one behind the other, and how long each is.
#[track_caller]
pub fn all(caller: &Caller<'_>, operation: &str, input: &Value, list: &str) -> (Vec<Value>, Vec<usize>) {
    let pages = caller.pages(operation, input, "nextToken");
    let lengths = pages.iter().map(|page| page[list].as_array().unwrap().len()).collect();
    (pages.iter().flat_map(|page| page[list].as_array().unwrap().clone()).collect(), lengths)
}

/// The first page of aggregates, each as (seconds behind [`T0`], quality, value).
#[track_caller]
pub fn aggregates(caller: &Caller<'_>, input: &Value) -> Vec<(i64, char, Value)> {
    let answer = caller.ok("GetAssetPropertyAggregates", input.clone());
    let item = |item: &Value| {
        let quality = item["quality"].as_str().unwrap().chars().next().unwrap();
        (item["timestamp"].as_i64().unwrap() - T0, quality, item["value"].clone())
    };
    answer["aggregatedValues"].as_array().unwrap().iter().map(item).collect()
}

/// Every aggregate there is.
pub const EVERYTHING: [&str; 6] = ["AVERAGE", "COUNT", "MAXIMUM", "MINIMUM", "SUM", "STANDARD_DEVIATION"];
