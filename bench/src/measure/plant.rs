//! A large plant: wide assets described, many children listed, a model's update rolled over its fleet, and the memory.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::Bench;
use super::operation::active;
use crate::load::{self, Load};
use crate::peer::homeregion::{Refused, ask, call};
use crate::peer::signed::Operation;
use crate::process::Process;
use crate::report::{Aim, Better, Figure, Measure, OURS};
use crate::wire::Connection;

/// Properties of the assets.
const PROPERTIES: usize = 200;
/// Children of one asset, as many as there may be.
const CHILDREN: usize = 2_000;
/// Assets of one model that is updated.
const FLEET: usize = 10_000;
/// How long the roll over the fleet may take before the measure is given up.
const ROLL_PAUSE_MAX: Duration = Duration::from_secs(120);
/// How long the other client writes before the update, for comparison.
const QUIET: Duration = Duration::from_secs(1);
/// Requests of one figure of a list.
const REQUESTS: u32 = 100;

/// DescribeAsset of an asset with many properties, half of which have an alias: one client, and many.
pub fn describe(bench: &Bench) -> Result<Vec<Measure>, String> {
    const DATA: &str = "wide";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let asset = wide(&server).map_err(|refused| refused.to_string())?;
    let operation = sitewise("GET", &format!("/assets/{asset}"), "");
    let template = operation.template(server.address);
    let mut measures = Vec::new();
    for (connections, aims) in [(1, vec![Aim::Reach(2.0)]), (8, Vec::new())] {
        let mut figure = Figure::of(OURS);
        for _ in 0..bench.effort.rounds {
            let (warm_up, measured) = (bench.effort.warm_up, bench.effort.measured);
            let load = Load { address: server.address, template: &template, connections, warm_up, measured };
            let outcome = load::run(&load, &server)?;
            figure.samples.push(outcome.p99_ms);
            figure.add("p50 ms", outcome.p50_ms);
            figure.add("requests/s", outcome.rate);
            figure.add("server CPU µs/request", outcome.cpu_us);
        }
        let noun = if connections == 1 { "connection" } else { "connections" };
        let name = format!("DescribeAsset with {PROPERTIES} properties, {connections} {noun}, 99 of 100");
        measures.push(less(name, "ms", aims, figure));
    }
    server.stop()?;
    Ok(measures)
}

/// Pages of ListAssociatedAssets at the quota of children: the first and the last.
pub fn children(bench: &Bench) -> Result<Vec<Measure>, String> {
    const DATA: &str = "children";
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let (parent, hierarchy) = family(&server).map_err(|refused| refused.to_string())?;
    server.stop()?;
    let folder = bench.homeregion.data(DATA);
    let filled = testkit::bulk::assets(&folder, CHILDREN)
        .and_then(|()| testkit::bulk::adopt(&folder, &parent, &hierarchy));
    filled.map_err(|error| error.to_string())?;
    let server = bench.homeregion.start(DATA, &[])?;
    let page = |token: Option<&str>| {
        let token = token.map(|token| format!("&nextToken={}", escaped(token)));
        let path = format!("/assets/{parent}/hierarchies?maxResults=250{}", token.unwrap_or_default());
        sitewise("GET", &path, "")
    };
    let mut last = page(None);
    let mut seen = 0;
    loop {
        let found = ask(&server, &last).map_err(|refused| refused.to_string())?;
        seen += found["assetSummaries"].as_array().map_or(0, Vec::len);
        let Some(next) = found["nextToken"].as_str() else { break };
        last = page(Some(next));
    }
    if seen != CHILDREN {
        return Err(format!("{seen} children are listed, not {CHILDREN}"));
    }
    let mut measures = Vec::new();
    for (which, operation) in [("first", page(None)), ("last", last)] {
        let mut figure = Figure::of(OURS);
        for _ in 0..bench.effort.rounds {
            figure.samples.push(milliseconds(&server, &operation)?);
        }
        let name = format!("ListAssociatedAssets, {which} page of 250 at {CHILDREN} children");
        measures.push(less(name, "ms", Vec::new(), figure));
    }
    server.stop()?;
    Ok(measures)
}

/// An update that gives a model one property more and takes one away, on which every asset has an alias and values:
/// until the model is ACTIVE, and how long the writes of others wait meanwhile.
pub fn propagation(bench: &Bench) -> Result<Vec<Measure>, String> {
    const DATA: &str = "fleet";
    let (mut whole, mut stall) = (Figure::of(OURS), Figure::of(OURS));
    for _ in 0..bench.effort.repetitions {
        bench.homeregion.forget(DATA)?;
        let server = bench.homeregion.start(DATA, &[])?;
        let model = model(&server, "fleet", json!([])).map_err(|refused| refused.to_string())?;
        let made = asset(&server, &model).and_then(|_| described(&server, &model));
        let found = made.map_err(|refused| refused.to_string())?;
        server.stop()?;
        let folder = bench.homeregion.data(DATA);
        let property = found["assetModelProperties"][0]["id"].as_str().unwrap_or_default();
        let filled = testkit::bulk::assets(&folder, FLEET - 1)
            .and_then(|()| testkit::bulk::time_series(&folder, property));
        filled.map_err(|error| error.to_string())?;
        let server = bench.homeregion.start(DATA, &[])?;
        let rolled = rolled(&server, &model, &found).map_err(|refused| refused.to_string())?;
        whole.samples.push(rolled.seconds);
        stall.samples.push(rolled.longest_ms);
        stall.add("longest ms without an update", rolled.alone_ms);
        server.stop()?;
    }
    let name = format!("model update propagated to {FLEET} assets with {PROPERTIES} properties");
    let waits = "longest write of another client meanwhile".to_owned();
    Ok(vec![less(name, "s", vec![Aim::Reach(5.0)], whole), less(waits, "ms", vec![Aim::Reach(50.0)], stall)])
}

/// What a store with a great many assets occupies once all of them were listed and some described.
pub fn memory(bench: &Bench) -> Result<Vec<Measure>, String> {
    const DATA: &str = "many";
    let count = bench.effort.assets;
    bench.homeregion.forget(DATA)?;
    let server = bench.homeregion.start(DATA, &[])?;
    let prepared = model(&server, "many", json!([])).and_then(|model| Ok((asset(&server, &model)?, model)));
    let (first, model) = prepared.map_err(|refused| refused.to_string())?;
    server.stop()?;
    testkit::bulk::assets(&bench.homeregion.data(DATA), count - 1).map_err(|error| error.to_string())?;
    let mut figure = Figure::of(OURS);
    for _ in 0..bench.effort.repetitions {
        let server = bench.homeregion.start(DATA, &[])?;
        let listed = walk(&server, &model).and_then(|listed| {
            call(&server, &sitewise("GET", &format!("/assets/{first}"), ""), 0)?;
            Ok(listed)
        });
        let listed = listed.map_err(|refused| refused.to_string())?;
        if listed != count {
            return Err(format!("{listed} assets are listed, not {count}"));
        }
        figure.samples.push(server.resident_mib()?);
        figure.add("peak MiB", server.peak_mib()?);
        server.stop()?;
    }
    let name = format!("memory after listing {count} assets with {PROPERTIES} properties");
    Ok(vec![less(name, "MiB", vec![Aim::Reach(200.0)], figure)])
}

fn less(name: String, unit: &'static str, aims: Vec<Aim>, figure: Figure) -> Measure {
    Measure { name, unit, better: Better::Less, aims, figures: vec![figure] }
}

fn sitewise(method: &'static str, path: &str, body: &str) -> Operation {
    Operation::rest("iotsitewise", method, path, body)
}

/// A model with many measurements; answers its id.
fn model(server: &Process, name: &str, hierarchies: Value) -> Result<String, Refused> {
    let property = |i: usize| json!({ "name": format!("measured value {i}"), "dataType": "DOUBLE", "unit": "m/s", "type": { "measurement": {} } });
    let properties: Vec<Value> = (0..PROPERTIES).map(property).collect();
    let body = json!({ "assetModelName": name, "assetModelProperties": properties, "assetModelHierarchies": hierarchies });
    let made = ask(server, &sitewise("POST", "/asset-models", &body.to_string()))?;
    let id = made["assetModelId"].as_str().unwrap_or_default().to_owned();
    active(server, &format!("/asset-models/{id}"), "assetModelStatus")?;
    Ok(id)
}

fn described(server: &Process, model: &str) -> Result<Value, Refused> {
    ask(server, &sitewise("GET", &format!("/asset-models/{model}"), ""))
}

fn asset(server: &Process, model: &str) -> Result<String, Refused> {
    let body = json!({ "assetName": "one", "assetModelId": model });
    let made = ask(server, &sitewise("POST", "/assets", &body.to_string()))?;
    Ok(made["assetId"].as_str().unwrap_or_default().to_owned())
}

/// An asset on which every other property has an alias.
fn wide(server: &Process) -> Result<String, Refused> {
    let model = model(server, "wide", json!([]))?;
    let asset = asset(server, &model)?;
    let found = described(server, &model)?;
    for (i, property) in found["assetModelProperties"].as_array().into_iter().flatten().enumerate().step_by(2)
    {
        let path = format!("/assets/{asset}/properties/{}", property["id"].as_str().unwrap_or_default());
        let body = json!({ "propertyAlias": format!("/plant/line 1/machine 7/measured value {i}") });
        call(server, &sitewise("PUT", &path, &body.to_string()), 0)?;
    }
    Ok(asset)
}

/// A parent whose hierarchy takes assets of the first model; of that model there is one asset.
fn family(server: &Process) -> Result<(String, String), Refused> {
    let child = model(server, "child", json!([]))?;
    asset(server, &child)?;
    let hierarchies = json!([{ "name": "children", "childAssetModelId": child }]);
    let above = model(server, "parent", hierarchies)?;
    let parent = asset(server, &above)?;
    let found = described(server, &above)?;
    let hierarchy = found["assetModelHierarchies"][0]["id"].as_str().unwrap_or_default().to_owned();
    Ok((parent, hierarchy))
}

/// Milliseconds of one request on a connection that stays open.
fn milliseconds(server: &Process, operation: &Operation) -> Result<f64, String> {
    let request = operation.request(server.address, 0);
    let mut connection = Connection::open(server.address).map_err(|error| error.to_string())?;
    let begun = Instant::now();
    for _ in 0..REQUESTS {
        let answer = connection.send(&request).map_err(|error| error.to_string())?;
        if answer.status != 200 {
            return Err(format!("a page answers {}: {}", answer.status, answer.text()));
        }
    }
    Ok(begun.elapsed().as_secs_f64() * 1e3 / f64::from(REQUESTS))
}

/// What an update of a model with a large fleet took.
struct Rolled {
    /// From the request until the model was ACTIVE.
    seconds: f64,
    /// The longest write of another client meanwhile.
    longest_ms: f64,
    /// Its longest write before, while there was nothing else to do.
    alone_ms: f64,
}

/// Updates the model and waits until it is ACTIVE, while another client writes without pause.
fn rolled(server: &Process, model: &str, found: &Value) -> Result<Rolled, Refused> {
    let other = self::model(server, "other", json!([]))?;
    let witness = asset(server, &other)?;
    let mut properties = found["assetModelProperties"].as_array().cloned().unwrap_or_default();
    properties.remove(0);
    properties.push(json!({ "name": "one more", "dataType": "DOUBLE", "type": { "measurement": {} } }));
    let update = json!({ "assetModelName": "fleet", "assetModelProperties": properties });
    let path = format!("/asset-models/{model}");
    let write = sitewise("PUT", &format!("/assets/{witness}"), r#"{"assetName":"witness"}"#);
    let write = write.request(server.address, 0);
    // The same writer while nothing else happens: what the machine and its disk make one wait for anyway.
    let (alone, ()) = longest_write(server, &write, || std::thread::sleep(QUIET))?;
    let (longest, seconds) = longest_write(server, &write, || until_active(server, &path, &update))?;
    Ok(Rolled { seconds: seconds?, longest_ms: longest, alone_ms: alone })
}

/// Writes without pause while something else is done; answers the milliseconds of the longest write, and what came of it.
fn longest_write<T>(server: &Process, write: &[u8], work: impl FnOnce() -> T) -> Result<(f64, T), Refused> {
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let longest = scope.spawn(|| -> std::io::Result<Duration> {
            let mut connection = Connection::open(server.address)?;
            let mut longest = Duration::ZERO;
            while !done.load(Ordering::Relaxed) {
                let answer = connection.send(write)?;
                if answer.status != 202 {
                    return Err(std::io::Error::other(answer.text()));
                }
                longest = longest.max(answer.whole_after);
            }
            Ok(longest)
        });
        let outcome = work();
        done.store(true, Ordering::Relaxed);
        let longest = longest.join().map_err(|_| "the other client panicked".to_owned())?;
        let longest = longest.map_err(|error| error.to_string())?;
        Ok((longest.as_secs_f64() * 1e3, outcome))
    })
}

fn until_active(server: &Process, path: &str, update: &Value) -> Result<f64, Refused> {
    let begun = Instant::now();
    call(server, &sitewise("PUT", path, &update.to_string()), 0)?;
    let state = sitewise("GET", &format!("{path}?excludeProperties=true"), "");
    while begun.elapsed() < ROLL_PAUSE_MAX {
        if ask(server, &state)?["assetModelStatus"]["state"] == "ACTIVE" {
            return Ok(begun.elapsed().as_secs_f64());
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    Err(Refused::Failed(format!("{path} does not become active")))
}

/// Lists all assets of a model; answers how many there are.
fn walk(server: &Process, model: &str) -> Result<usize, Refused> {
    let mut count = 0;
    let mut path = format!("/assets?assetModelId={model}&maxResults=250");
    loop {
        let page = ask(server, &sitewise("GET", &path, ""))?;
        count += page["assetSummaries"].as_array().map_or(0, Vec::len);
        let Some(token) = page["nextToken"].as_str() else { return Ok(count) };
        path = format!("/assets?assetModelId={model}&maxResults=250&nextToken={}", escaped(token));
    }
}

/// Writes a page token as it stands in a query.
fn escaped(token: &str) -> String {
    token.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D")
}
