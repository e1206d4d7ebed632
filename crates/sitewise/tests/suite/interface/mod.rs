//! Interfaces: applying them to models, what that forbids afterwards, and how their changes reach models and assets.

mod apply;
mod change;
mod hierarchy;
mod relation;
mod twin;

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World};

use crate::plant::{CONFLICT, INVALID, LIMIT, NOBODY, NOT_FOUND, ROOMS, asset, each, model, text};
use crate::table;

const DELAY: Duration = Duration::from_secs(2);
const PUT: &str = "PutAssetModelInterfaceRelationship";
const DELETE: &str = "DeleteAssetModelInterfaceRelationship";
const DESCRIBE: &str = "DescribeAssetModelInterfaceRelationship";

fn measurement(name: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "type": { "measurement": {} } })
}

fn metric(name: &str, expression: &str, reads: &str) -> Value {
    let variables = json!([{ "name": "x", "value": { "propertyId": reads } }]);
    let window = json!({ "tumbling": { "interval": "1h" } });
    json!({ "name": name, "dataType": "DOUBLE", "type": { "metric": {
        "expression": expression, "variables": variables, "window": window } } })
}

fn interface(caller: &Caller<'_>, name: &str, properties: &[Value]) -> String {
    model(
        caller,
        json!({ "assetModelName": name, "assetModelType": "INTERFACE", "assetModelProperties": properties }),
    )
}

fn machine(caller: &Caller<'_>, name: &str, properties: &[Value]) -> String {
    model(caller, json!({ "assetModelName": name, "assetModelProperties": properties }))
}

fn pair(model: &str, interface: &str) -> Value {
    json!({ "assetModelId": model, "interfaceAssetModelId": interface })
}

/// A put that matches by name and creates what is missing.
fn everything(model: &str, interface: &str) -> Value {
    let configuration = json!({ "matchByPropertyName": true, "createMissingProperty": true });
    put_of(model, interface, &configuration)
}

fn put_of(model: &str, interface: &str, configuration: &Value) -> Value {
    json!({
        "assetModelId": model,
        "interfaceAssetModelId": interface,
        "propertyMappingConfiguration": configuration,
    })
}

fn described(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))
}

fn state(caller: &Caller<'_>, id: &str) -> String {
    text(&described(caller, id)["assetModelStatus"]["state"])
}

/// The id of the property of that name.
#[track_caller]
fn property(caller: &Caller<'_>, model: &str, name: &str) -> String {
    text(&property_of(&described(caller, model), name)["id"])
}

#[track_caller]
fn property_of<'a>(described: &'a Value, name: &str) -> &'a Value {
    let properties = described["assetModelProperties"].as_array().unwrap();
    properties
        .iter()
        .find(|property| property["name"] == name)
        .unwrap_or_else(|| panic!("no property {name}"))
}

/// The update that would leave a model as it is, to be changed.
fn update_of(described: &Value) -> Value {
    let mut update = json!({});
    for member in ["assetModelId", "assetModelName", "assetModelProperties", "assetModelHierarchies"] {
        update[member] = described[member].clone();
    }
    update
}

/// Sends the update that leaves a model as it is but for one change.
fn edit(caller: &Caller<'_>, id: &str, change: impl FnOnce(&mut Value)) -> Result<Value, Refusal> {
    let mut update = update_of(&described(caller, id));
    change(&mut update);
    caller.send("UpdateAssetModel", update)
}

#[track_caller]
fn invalid(result: Result<Value, Refusal>) -> String {
    let refusal = result.expect_err("this has to be refused");
    assert_eq!(refusal.name, INVALID, "{}", refusal.message());
    refusal.message().to_owned()
}

fn reconcile(world: &World) -> usize {
    let mut steps = 0;
    loop {
        let taken: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
        match taken.unwrap() {
            0 => return steps,
            taken => steps += taken,
        }
        assert!(steps < 1000, "the reconciler never rests");
    }
}

/// An interface with a measurement and a metric, and a model that has the measurement under that name.
struct Standard<'a> {
    caller: Caller<'a>,
    interface: String,
    machine: String,
}

impl<'a> Standard<'a> {
    fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let interface =
            interface(&caller, "standard", &[measurement("speed"), metric("mean", "avg(x)", "speed")]);
        let machine = machine(&caller, "machine", &[measurement("speed"), measurement("torque")]);
        Self { caller, interface, machine }
    }

    fn applied(world: &'a World) -> Self {
        let standard = Self::new(world);
        standard.caller.ok(PUT, everything(&standard.machine, &standard.interface));
        standard
    }
}
