//! Operations on values: a world with the engine that keeps them, at the instant of the acceptance scenarios.

mod aggregates;
mod batch_reads;
mod compute;
mod compute_twin;
mod forget;
mod history;
mod ingest;
mod ingest_twin;
mod interpolated;
mod read_twin;
mod reading;
mod verify;

use std::cell::RefCell;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use sitewise::data::{Data, Homes};
use testkit::{Caller, World};

use crate::plant::{asset, model, text};

static ROOMS: &[&store::Room] = &[&service::ROOM, &sitewise::ROOM, &series::home::ROOM];

/// Monday, 2026-03-02T10:00:00Z: the present of every test here.
pub const T0: i64 = 1_772_445_600;

/// Runs a test on every database, at [`T0`].
pub fn each(test: impl Fn(&World, &Arc<Data>)) {
    let opened = RefCell::new(None);
    testkit::each_world_over(
        ROOMS,
        |store, table| {
            sitewise::register(table);
            let data = Data::open(store, Homes::in_memory(), Vec::new()).unwrap();
            sitewise::data::register(table, &data);
            *opened.borrow_mut() = Some(data);
        },
        |world| {
            let data = opened.take().unwrap();
            let present = T0 * 1000 - world.store().clock().now().millis();
            world.pass(Duration::from_millis(present.unsigned_abs()));
            test(world, &data);
        },
    );
}

/// An asset with one property of each kind that matters here.
pub struct Boiler<'a> {
    pub caller: Caller<'a>,
    pub asset: String,
    pub double: String,
    pub integer: String,
    pub boolean: String,
    pub string: String,
    /// An INTEGER attribute with default 7.
    pub limit: String,
    /// A transform over `double`.
    pub twice: String,
}

impl<'a> Boiler<'a> {
    pub fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let measurement = |name: &str, data_type: &str| json!({ "name": name, "externalId": name, "dataType": data_type, "type": { "measurement": {} } });
        let variables = json!([{ "name": "x", "value": { "propertyId": "double" } }]);
        let properties = json!([
            measurement("double", "DOUBLE"),
            measurement("integer", "INTEGER"),
            measurement("boolean", "BOOLEAN"),
            measurement("string", "STRING"),
            { "name": "limit", "dataType": "INTEGER", "type": { "attribute": { "defaultValue": "7" } } },
            { "name": "twice", "dataType": "DOUBLE",
              "type": { "transform": { "expression": "x * 2", "variables": variables } } },
        ]);
        let model = model(&caller, json!({ "assetModelName": "boiler", "assetModelProperties": properties }));
        let asset = asset(&caller, &model, "b1");
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        let id = |i: usize| text(&described["assetModelProperties"][i]["id"]);
        Self {
            double: id(0),
            integer: id(1),
            boolean: id(2),
            string: id(3),
            limit: id(4),
            twice: id(5),
            caller,
            asset,
        }
    }

    /// An entry for one of the asset's properties.
    pub fn entry(&self, id: &str, property: &str, values: Value) -> Value {
        json!({ "entryId": id, "assetId": self.asset, "propertyId": property, "propertyValues": values })
    }

    /// Writes entries and answers the error entries.
    #[track_caller]
    pub fn put(&self, entries: Value) -> Value {
        put(&self.caller, entries)
    }
}

/// Writes entries and answers the error entries.
#[track_caller]
pub fn put(caller: &Caller<'_>, entries: Value) -> Value {
    let answer = caller.ok("BatchPutAssetPropertyValue", json!({ "entries": entries }));
    answer["errorEntries"].clone()
}

/// A value of quality GOOD.
pub fn double(seconds: i64, nanos: i64, number: f64) -> Value {
    json!({ "value": { "doubleValue": number },
            "timestamp": { "timeInSeconds": seconds, "offsetInNanos": nanos } })
}

/// What the engine holds of a property or alias: instant in nanoseconds, quality, value.
pub fn stored(world: &World, data: &Arc<Data>, target: &Value) -> Vec<(i64, series::Quality, series::Value)> {
    use sitewise::data::route::Target;
    use std::borrow::Cow;
    let member = |name: &str| Cow::Owned(target[name].as_str().unwrap_or_default().to_owned());
    let target = if target["propertyAlias"].is_null() {
        Target::Property { asset: member("assetId"), property: member("propertyId") }
    } else {
        Target::Alias(member("propertyAlias"))
    };
    let routes = store::block_on(data.routes(&world.caller().call(), &[target])).unwrap();
    let Some(key) = routes[0].and_then(|route| route.key) else { return Vec::new() };
    let mut points = Vec::new();
    let range = (i64::MIN, i64::MAX);
    data.engine()
        .tables()
        .read(key, series::scan::Direction::Ascending, range, &mut |point| {
            points.push((point.timestamp, point.quality, point.value));
            true
        })
        .unwrap();
    points
}
