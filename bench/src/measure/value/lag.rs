//! How long after the end of a minute all metrics of that minute are there.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::points::now_s;
use crate::load::Prepared;
use crate::measure::Bench;
use crate::measure::operation::active;
use crate::peer::homeregion::{Refused, ask};
use crate::peer::signed::Operation;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};

/// Assets of one request that asks for values.
const ENTRIES: usize = 128;
/// How long after the end of the minute the metrics may be missing before the measure is given up.
const PAUSE_MAX: Duration = Duration::from_secs(60);
/// Values that each metric is computed of.
const VALUES: usize = 10;

/// One minute of metrics, an average on each asset.
pub fn take(bench: &Bench) -> Result<Vec<Measure>, String> {
    let count = bench.effort.metrics;
    let figure = match measured(bench, count) {
        Err(Refused::Failed(reason)) => return Err(reason),
        Err(refused) => Figure::missing(OURS, refused.to_string()),
        Ok(figure) => figure,
    };
    let name = format!("{count} metrics of a minute computed after its end");
    let aims = vec![Aim::Reach(2.0)];
    Ok(vec![Measure { name, unit: "s", better: Better::Less, aims, figures: vec![figure] }])
}

fn measured(bench: &Bench, count: usize) -> Result<Figure, Refused> {
    const DATA: &str = "metrics";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let body = json!({ "assetModelName": "pump", "assetModelProperties": [
        { "name": "flow", "dataType": "DOUBLE", "type": { "measurement": {} } },
        { "name": "mean", "dataType": "DOUBLE", "type": { "metric": {
            "expression": "avg(flow)",
            "variables": [{ "name": "flow", "value": { "propertyId": "flow" } }],
            "window": { "tumbling": { "interval": "1m" } } } } }] });
    let made = ask(&server, &sitewise("POST", "/asset-models", &body))?;
    let model = made["assetModelId"].as_str().unwrap_or_default().to_owned();
    active(&server, &format!("/asset-models/{model}"), "assetModelStatus")?;
    let found = ask(&server, &sitewise("GET", &format!("/asset-models/{model}"), &Value::Null))?;
    let property = |i: usize| found["assetModelProperties"][i]["id"].as_str().unwrap_or_default().to_owned();
    let (flow, mean) = (property(0), property(1));
    let asset = json!({ "assetName": "one", "assetModelId": model });
    let made = ask(&server, &sitewise("POST", "/assets", &asset))?;
    let one = made["assetId"].as_str().unwrap_or_default().to_owned();
    active(&server, &format!("/assets/{one}"), "assetStatus")?;
    server.stop()?;
    let folder = bench.homeregion.data(DATA);
    testkit::bulk::assets(&folder, count - 1).map_err(|error| Refused::Failed(error.to_string()))?;
    let server = bench.homeregion.start(DATA, &[])?;
    let assets = assets(&server, &model)?;
    let mut figure = Figure::of(OURS);
    for _ in 0..bench.effort.repetitions {
        minute(&server, &assets, (&flow, &mean), &mut figure)?;
    }
    server.stop()?;
    Ok(figure)
}

/// Writes values into the current minute, and waits for all of its metrics.
fn minute(
    server: &Process,
    assets: &[String],
    (flow, mean): (&str, &str),
    figure: &mut Figure,
) -> Result<(), Refused> {
    // A minute that has just begun, so that everything is written well before its end.
    if now_s() % 60 > 30 {
        std::thread::sleep(Duration::from_secs(u64::try_from(61 - now_s() % 60).unwrap_or_default()));
    }
    let begin_s = now_s() / 60 * 60;
    let requests = assets.chunks(10).map(|group| values(server, group, flow, begin_s)).collect();
    let expected = "{\"errorEntries\":[]}";
    Prepared { requests, connections: 16, expected }.send(server)?;
    let end_s = begin_s + 60;
    if now_s() >= end_s {
        return Err(Refused::Failed("the values are not written within their minute".to_owned()));
    }
    let before = server.cpu()?;
    std::thread::sleep(until(end_s));
    let begun = Instant::now();
    for group in assets.chunks(ENTRIES) {
        while !there(server, group, mean, end_s)? {
            if begun.elapsed() > PAUSE_MAX {
                return Err(Refused::NotThereYet);
            }
            std::thread::sleep(Duration::from_millis(5));
        }
    }
    figure.samples.push(begun.elapsed().as_secs_f64());
    figure.add("server CPU s", server.cpu()?.saturating_sub(before).as_secs_f64());
    Ok(())
}

fn until(second: i64) -> Duration {
    let at = Duration::from_secs(u64::try_from(second).unwrap_or_default());
    at.saturating_sub(std::time::UNIX_EPOCH.elapsed().unwrap_or_default())
}

fn values(server: &Process, assets: &[String], property: &str, begin_s: i64) -> Vec<u8> {
    let second = |i: usize| begin_s + 1 + i64::try_from(i).unwrap_or_default();
    let points: Vec<Value> = (0..VALUES)
        .map(|i| json!({ "value": { "doubleValue": 1.5 }, "timestamp": { "timeInSeconds": second(i) }, "quality": "GOOD" }))
        .collect();
    let entries: Vec<Value> = assets
        .iter()
        .enumerate()
        .map(|(i, asset)| json!({ "entryId": i.to_string(), "assetId": asset, "propertyId": property, "propertyValues": points }))
        .collect();
    sitewise("POST", "/properties", &json!({ "entries": entries })).plain(server.address)
}

/// Says whether the metric of the minute is there for all of these assets.
fn there(server: &Process, assets: &[String], property: &str, end_s: i64) -> Result<bool, Refused> {
    let entries: Vec<Value> = assets
        .iter()
        .enumerate()
        .map(|(i, asset)| json!({ "entryId": i.to_string(), "assetId": asset, "propertyId": property }))
        .collect();
    let mut body = json!({ "entries": entries });
    let mut count = 0;
    loop {
        let found = ask(server, &sitewise("POST", "/properties/batch/latest", &body))?;
        let entries = found["successEntries"].as_array().into_iter().flatten();
        let at = |entry: &&Value| {
            let at = entry["assetPropertyValue"]["timestamp"]["timeInSeconds"].as_i64();
            at.is_some_and(|at| at >= end_s)
        };
        count += entries.filter(at).count();
        let Some(token) = found["nextToken"].as_str() else { return Ok(count == assets.len()) };
        body["nextToken"] = json!(token);
    }
}

fn assets(server: &Process, model: &str) -> Result<Vec<String>, Refused> {
    let mut ids = Vec::new();
    let mut path = format!("/assets?assetModelId={model}&maxResults=250");
    loop {
        let page = ask(server, &sitewise("GET", &path, &Value::Null))?;
        let found = page["assetSummaries"].as_array().into_iter().flatten();
        ids.extend(found.filter_map(|asset| asset["id"].as_str().map(str::to_owned)));
        let Some(token) = page["nextToken"].as_str() else { return Ok(ids) };
        let token = token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
        path = format!("/assets?assetModelId={model}&maxResults=250&nextToken={token}");
    }
}

fn sitewise(method: &'static str, path: &str, body: &Value) -> Operation {
    let body = if body.is_null() { String::new() } else { body.to_string() };
    // Braces of a body are no places of a template.
    Operation::rest("iotsitewise", method, path, body)
}
