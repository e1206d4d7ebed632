//! Interfaces: applying them to models, what that forbids afterwards, and how their changes reach models and assets.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World};

use crate::plant::{CONFLICT, INVALID, LIMIT, NOBODY, NOT_FOUND, ROOMS, asset, each, model, text};

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
        Self { interface, machine, caller }
    }

    fn applied(world: &'a World) -> Self {
        let standard = Self::new(world);
        standard.caller.ok(PUT, everything(&standard.machine, &standard.interface));
        standard
    }
}

#[test]
fn applying_an_interface_maps_what_is_there_and_creates_what_is_missing() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::new(world);
        let before = described(&caller, &machine);
        let answer = caller.ok(PUT, everything(&machine, &interface));
        assert_eq!(answer["assetModelStatus"], json!({ "state": "UPDATING" }));
        assert_eq!(
            (&answer["assetModelId"], &answer["interfaceAssetModelId"]),
            (&json!(machine), &json!(interface))
        );
        assert_eq!(answer["assetModelArn"], before["assetModelArn"]);
        let after = described(&caller, &machine);
        assert_eq!(after["assetModelStatus"], json!({ "state": "ACTIVE" }));
        assert_eq!((&before["assetModelVersion"], &after["assetModelVersion"]), (&json!("1"), &json!("2")));
        assert_eq!(after["interfaceDetails"], json!([{ "id": interface }]));
        assert_eq!(before["interfaceDetails"], json!([]));
        let names: Vec<&str> = after["assetModelProperties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["speed", "torque", "mean"]);
        let mean = property_of(&after, "mean");
        let speed = property(&caller, &machine, "speed");
        assert_eq!(mean["type"]["metric"]["expression"], "avg(x)");
        assert_eq!(mean["type"]["metric"]["variables"][0]["value"]["propertyId"], json!(speed));
        let mapped = |own: &str, theirs: &str| {
            json!({
                "assetModelPropertyId": property(&caller, &machine, own),
                "interfaceAssetModelPropertyId": property(&caller, &interface, theirs),
            })
        };
        assert_eq!(
            caller.ok(DESCRIBE, pair(&machine, &interface)),
            json!({
                "assetModelId": machine,
                "interfaceAssetModelId": interface,
                "propertyMappings": [mapped("speed", "speed"), mapped("mean", "mean")],
                "hierarchyMappings": [],
            })
        );
    });
}

#[test]
fn properties_show_the_interfaces_that_they_are_mapped_to() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        world.pass(Duration::from_millis(1));
        let second = self::interface(&caller, "turning", &[measurement("rpm")]);
        let (speed, rpm) = (property(&caller, &machine, "speed"), property(&caller, &second, "rpm"));
        let overrides = json!([{ "assetModelPropertyId": speed, "interfaceAssetModelPropertyId": rpm }]);
        caller.ok(PUT, put_of(&machine, &second, &json!({ "overrides": overrides })));
        let listed = caller.ok("ListAssetModelProperties", json!({ "assetModelId": machine }));
        let of = |name: &str| {
            let all = listed["assetModelPropertySummaries"].as_array().unwrap();
            all.iter().find(|summary| summary["name"] == name).unwrap()["interfaceSummaries"].clone()
        };
        let entry = |interface: &str, name: &str| {
            json!({
                "interfaceAssetModelId": interface,
                "interfaceAssetModelPropertyId": property(&caller, interface, name),
            })
        };
        assert_eq!(of("speed"), json!([entry(&interface, "speed"), entry(&second, "rpm")]));
        assert_eq!(of("torque"), Value::Null);
        let details = described(&caller, &machine)["interfaceDetails"].clone();
        assert_eq!(details, json!([{ "id": interface }, { "id": second }]));
    });
}

#[test]
fn the_first_fault_of_a_put_in_order_is_the_answer() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::new(world);
        let nothing = json!({});
        let put = |model: &str, interface: &str| caller.send(PUT, put_of(model, interface, &nothing));
        let refusal = put("externalId:x", NOBODY).unwrap_err();
        assert_eq!(refusal.name, INVALID);
        let refusal = put(NOBODY, NOBODY).unwrap_err();
        assert_eq!((refusal.name.as_str(), refusal.status), (NOT_FOUND, 404));
        assert!(refusal.message().contains(NOBODY));
        assert_eq!(put(&interface, NOBODY).unwrap_err().name, NOT_FOUND);
        assert!(
            invalid(put(&interface, &machine))
                .contains("is of type INTERFACE; it must be of type ASSET_MODEL")
        );
        assert!(
            invalid(put(&machine, &machine)).contains("is of type ASSET_MODEL; it must be of type INTERFACE")
        );
        let component = model(&caller, json!({ "assetModelName": "c", "assetModelType": "COMPONENT_MODEL" }));
        assert!(invalid(put(&component, &interface)).contains("is of type COMPONENT_MODEL"));
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &machine, |_| ()).unwrap();
        edit(&slow, &interface, |_| ()).unwrap();
        let refusal = put(&machine, &interface).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(machine)));
        world.pass(DELAY);
        reconcile(world);
        world.pass(DELAY);
        reconcile(world);
        edit(&slow, &interface, |_| ()).unwrap();
        let refusal = put(&machine, &interface).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(interface)));
        world.pass(DELAY);
        reconcile(world);
        world.pass(DELAY);
        reconcile(world);
        let message = invalid(put(&machine, &interface));
        assert!(message.starts_with("Properties 'speed', 'mean' of interface"), "{message}");
        assert_eq!(described(&caller, &machine)["assetModelVersion"], "2", "nothing was changed");
        assert_eq!(caller.refused(DESCRIBE, pair(&machine, &interface)).name, NOT_FOUND);
    });
}

#[test]
fn a_failed_model_is_repaired_before_an_interface_is_applied() {
    each(|world| {
        let Standard { caller, interface, .. } = Standard::new(world);
        let variables = json!([{ "name": "x", "value": { "propertyId": "a" } }]);
        let a = json!({ "name": "a", "dataType": "DOUBLE", "type": { "transform": {
            "expression": "x", "variables": variables } } });
        let bad = machine(&caller, "bad", &[a]);
        assert_eq!(state(&caller, &bad), "FAILED");
        let refusal = caller.refused(PUT, everything(&bad, &interface));
        assert_eq!(refusal.name, CONFLICT);
        assert!(refusal.message().ends_with("is FAILED; it must be ACTIVE"), "{}", refusal.message());
    });
}

#[test]
fn pairs_must_agree_in_type() {
    each(|world| {
        let Standard { caller, interface, .. } = Standard::new(world);
        let speed = json!({ "name": "speed", "dataType": "INTEGER", "type": { "measurement": {} } });
        let other = machine(&caller, "other", &[speed]);
        let message = invalid(caller.send(PUT, everything(&other, &interface)));
        assert!(message.ends_with("its dataType is INTEGER, not DOUBLE"), "{message}");
        assert!(message.contains("'speed'") && message.contains(&interface), "{message}");
    });
}

#[test]
fn what_would_break_a_mapping_is_refused() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let before = described(&caller, &machine);
        let rename = |from: &'static str| {
            edit(&caller, &machine, move |update| {
                let properties = update["assetModelProperties"].as_array_mut().unwrap();
                properties.iter_mut().find(|property| property["name"] == from).unwrap()["name"] =
                    json!("other");
            })
        };
        let message = invalid(rename("speed"));
        assert!(
            message.starts_with("Property 'speed' can't be renamed: it is mapped to 'speed' of interface")
        );
        assert!(message.contains(&interface), "{message}");
        let remove = |name: &'static str| {
            edit(&caller, &machine, move |update| {
                update["assetModelProperties"]
                    .as_array_mut()
                    .unwrap()
                    .retain(|property| property["name"] != name);
            })
        };
        assert!(invalid(remove("mean")).starts_with("Property 'mean' can't be removed: it is mapped"));
        let change = |expression: &'static str, location: Value| {
            edit(&caller, &machine, move |update| {
                let properties = update["assetModelProperties"].as_array_mut().unwrap();
                let mean = properties.iter_mut().find(|property| property["name"] == "mean").unwrap();
                mean["type"]["metric"]["expression"] = json!(expression);
                mean["unit"] = json!("rpm");
                mean["type"]["metric"]["processingConfig"] = location;
            })
        };
        assert!(
            invalid(change("max(x)", Value::Null)).starts_with("Metric 'mean' can't get another formula")
        );
        let retype = edit(&caller, &machine, |update| {
            update["assetModelProperties"][0]["type"] = json!({ "attribute": {} });
        });
        assert!(invalid(retype).contains("type of property 'speed' can't be changed"));
        assert_eq!(described(&caller, &machine), before, "refusals change nothing");
        change("avg(x)", json!({ "computeLocation": "CLOUD" })).unwrap();
        remove("torque").unwrap();
        assert_eq!(state(&caller, &machine), "ACTIVE");
    });
}

#[test]
fn a_later_version_of_an_interface_reaches_models_and_assets() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let second = self::machine(&caller, "second", &[measurement("speed"), measurement("noise")]);
        caller.ok(PUT, everything(&second, &interface));
        let unit = asset(&caller, &machine, "unit");
        edit(&caller, &interface, |update| {
            let properties = update["assetModelProperties"].as_array_mut().unwrap();
            properties[1]["type"]["metric"]["expression"] = json!("max(x)");
            properties.push(measurement("noise"));
            properties.push(metric("loudest", "max(x)", "noise"));
        })
        .unwrap();
        assert_eq!(state(&caller, &interface), "ACTIVE");
        for id in [&machine, &second] {
            let after = described(&caller, id);
            assert_eq!(
                (&after["assetModelStatus"]["state"], &after["assetModelVersion"]),
                (&json!("ACTIVE"), &json!("3"))
            );
            assert_eq!(property_of(&after, "mean")["type"]["metric"]["expression"], "max(x)");
            let noise = property_of(&after, "noise")["id"].clone();
            let loudest = property_of(&after, "loudest");
            assert_eq!(loudest["type"]["metric"]["variables"][0]["value"]["propertyId"], noise);
            let mappings = caller.ok(DESCRIBE, pair(id, &interface))["propertyMappings"].clone();
            assert_eq!(mappings.as_array().unwrap().len(), 4);
            assert_eq!(mappings[2]["assetModelPropertyId"], noise);
        }
        assert_eq!(
            described(&caller, &second)["assetModelProperties"].as_array().unwrap().len(),
            4,
            "noise was there"
        );
        let asset = caller.ok("DescribeAsset", json!({ "assetId": unit }));
        assert_eq!(asset["assetStatus"]["state"], "ACTIVE");
        let names: Vec<&str> = asset["assetProperties"]
            .as_array()
            .unwrap()
            .iter()
            .map(|p| p["name"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["speed", "torque", "mean", "noise", "loudest"]);
    });
}

#[test]
fn what_an_interface_drops_stays_in_the_models_but_is_free() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        edit(&caller, &interface, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().pop();
        })
        .unwrap();
        property(&caller, &machine, "mean");
        let mappings = caller.ok(DESCRIBE, pair(&machine, &interface))["propertyMappings"].clone();
        assert_eq!(mappings.as_array().unwrap().len(), 1);
        edit(&caller, &machine, |update| {
            update["assetModelProperties"]
                .as_array_mut()
                .unwrap()
                .retain(|property| property["name"] != "mean");
        })
        .unwrap();
    });
}

#[test]
fn an_interface_is_active_after_all_who_implement_it() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &interface, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().push(measurement("noise"));
        })
        .unwrap();
        let mut seen = Vec::new();
        let mut look = || {
            let now = (state(&caller, &interface), state(&caller, &machine));
            if seen.last() != Some(&now) {
                seen.push(now);
            }
        };
        for _ in 0..10 {
            look();
            world.pass(DELAY);
            reconcile(world);
        }
        look();
        let seen: Vec<(&str, &str)> = seen.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        assert_eq!(seen.first(), Some(&("UPDATING", "ACTIVE")), "{seen:?}");
        assert_eq!(seen.last(), Some(&("ACTIVE", "ACTIVE")), "{seen:?}");
        assert!(seen.contains(&("PROPAGATING", "UPDATING")), "{seen:?}");
        let done = seen.iter().position(|states| states.0 == "ACTIVE").unwrap();
        assert!(seen[done..].iter().all(|states| states.1 == "ACTIVE"), "{seen:?}");
        property(&caller, &machine, "noise");
    });
}

#[test]
fn a_change_that_a_model_cannot_follow_is_refused() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let change = edit(&caller, &interface, |update| {
            let torque = json!({ "name": "torque", "dataType": "STRING", "type": { "measurement": {} } });
            update["assetModelProperties"].as_array_mut().unwrap().push(torque);
        });
        let message = invalid(change);
        assert!(
            message.starts_with(&format!("Asset model '{machine}' implements this interface")),
            "{message}"
        );
        assert!(message.ends_with("its dataType is DOUBLE, not STRING"), "{message}");
        assert_eq!(described(&caller, &interface)["assetModelVersion"], "1");
    });
}

#[test]
fn a_mapped_transform_keeps_its_own_formula() {
    each(|world| {
        let caller = world.caller();
        let transform = |expression: &str| {
            let variables = json!([{ "name": "x", "value": { "propertyId": "a" } }]);
            json!({ "name": "t", "dataType": "DOUBLE", "type": { "transform": {
                "expression": expression, "variables": variables } } })
        };
        let interface = interface(&caller, "standard", &[measurement("a"), transform("x * 2")]);
        let own = machine(&caller, "own", &[measurement("a"), transform("x * 3")]);
        let bare = machine(&caller, "bare", &[measurement("a")]);
        for (id, expression) in [(own, "x * 3"), (bare, "x * 2")] {
            caller.ok(PUT, everything(&id, &interface));
            let found = described(&caller, &id);
            let made = &property_of(&found, "t")["type"]["transform"];
            assert_eq!(made["expression"], expression);
            assert_eq!(made["variables"][0]["value"]["propertyId"], json!(property(&caller, &id, "a")));
            edit(&caller, &id, |update| {
                update["assetModelProperties"][1]["type"]["transform"]["expression"] = json!("x * 4");
            })
            .unwrap();
        }
    });
}

#[test]
fn composite_writes_respect_the_mapping() {
    each(|world| {
        let caller = world.caller();
        let interface = interface(&caller, "standard", &[measurement("speed")]);
        let machine = machine(&caller, "machine", &[]);
        let made = caller.ok(
            "CreateAssetModelCompositeModel",
            json!({
                "assetModelId": machine,
                "assetModelCompositeModelName": "rotor",
                "assetModelCompositeModelType": "CUSTOM",
                "assetModelCompositeModelProperties": [measurement("rpm"), measurement("wear")],
            }),
        );
        let composite = text(&made["assetModelCompositeModelId"]);
        let at = json!({ "assetModelId": machine, "assetModelCompositeModelId": composite });
        let described = || caller.ok("DescribeAssetModelCompositeModel", at.clone());
        let rpm = text(&property_of_composite(&described(), "rpm")["id"]);
        let speed = property(&caller, &interface, "speed");
        let overrides = json!([{ "assetModelPropertyId": rpm, "interfaceAssetModelPropertyId": speed }]);
        caller.ok(PUT, put_of(&machine, &interface, &json!({ "overrides": overrides })));
        let update = |keep: &[&str]| {
            let mut update = at.clone();
            update["assetModelCompositeModelName"] = json!("rotor");
            let properties: Vec<Value> =
                keep.iter().map(|name| property_of_composite(&described(), name).clone()).collect();
            update["assetModelCompositeModelProperties"] = json!(properties);
            caller.send("UpdateAssetModelCompositeModel", update)
        };
        assert!(invalid(update(&["wear"])).contains("it is mapped to 'speed'"));
        update(&["rpm"]).unwrap();
        let refusal = caller.refused("DeleteAssetModelCompositeModel", at.clone());
        assert_eq!(refusal.name, INVALID);
        caller.ok(DELETE, pair(&machine, &interface));
        caller.ok("DeleteAssetModelCompositeModel", at.clone());
    });
}

fn property_of_composite<'a>(described: &'a Value, name: &str) -> &'a Value {
    let properties = described["assetModelCompositeModelProperties"].as_array().unwrap();
    properties
        .iter()
        .find(|property| property["name"] == name)
        .unwrap_or_else(|| panic!("no property {name}"))
}

#[test]
fn a_model_that_a_change_sends_in_a_circle_fails_and_is_put_right() {
    each(|world| {
        let caller = world.caller();
        let transform = |name: &str, reads: &str| {
            let variables = json!([{ "name": "x", "value": { "propertyId": reads } }]);
            json!({ "name": name, "dataType": "DOUBLE", "type": { "transform": {
                "expression": "x", "variables": variables } } })
        };
        let interface = interface(&caller, "standard", &[measurement("a"), metric("m", "avg(x)", "a")]);
        let own = metric("n", "max(x)", "m");
        let machine = machine(&caller, "machine", &[measurement("a"), metric("m", "avg(x)", "a"), own]);
        caller.ok(PUT, everything(&machine, &interface));
        assert_eq!(state(&caller, &machine), "ACTIVE");
        // The interface learns of the model's own metric n and lets m read it: in the model that is a circle.
        edit(&caller, &interface, |update| {
            let properties = update["assetModelProperties"].as_array_mut().unwrap();
            properties.push(transform("t", "a"));
            properties.push(metric("n", "max(x)", "t"));
            properties[1]["type"]["metric"]["variables"][0]["value"]["propertyId"] = json!("n");
        })
        .unwrap();
        assert_eq!(
            (state(&caller, &interface), state(&caller, &machine)),
            ("ACTIVE".into(), "ACTIVE".into())
        );
        let read = |name: &str| {
            let found = described(&caller, &machine);
            let variable = &property_of(&found, name)["type"]["metric"]["variables"][0];
            text(&variable["value"]["propertyId"])
        };
        assert_eq!(
            read("n"),
            property(&caller, &machine, "t"),
            "n is the interface's now, so there is no circle"
        );
        assert_eq!(read("m"), property(&caller, &machine, "n"));
    });
}

#[test]
fn a_model_that_cannot_take_a_change_fails_with_the_reason() {
    each(|world| {
        let caller = world.caller();
        let interface = interface(&caller, "standard", &[measurement("a")]);
        let many: Vec<Value> = (0..600).map(|n| measurement(&format!("p{n}"))).collect();
        let mut properties = many[1..].to_vec();
        properties.push(measurement("a"));
        let full = machine(&caller, "full", &properties);
        let other = machine(&caller, "other", &[measurement("a")]);
        for id in [&full, &other] {
            caller.ok(PUT, everything(id, &interface));
        }
        edit(&caller, &interface, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().push(measurement("b"));
        })
        .unwrap();
        assert_eq!((state(&caller, &interface), state(&caller, &other)), ("ACTIVE".into(), "ACTIVE".into()));
        let found = described(&caller, &full);
        assert_eq!(found["assetModelStatus"]["state"], "FAILED");
        let reason = text(&found["assetModelStatus"]["error"]["message"]);
        assert!(reason.contains("601 properties; 600 are allowed"), "{reason}");
        edit(&caller, &full, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().remove(0);
        })
        .unwrap();
        caller.ok(PUT, everything(&full, &interface));
        property(&caller, &full, "b");
        assert_eq!(state(&caller, &full), "ACTIVE");
    });
}

#[test]
fn many_models_follow_in_steps_and_the_interface_waits_for_all() {
    each(|world| {
        let caller = world.caller();
        let interface = interface(&caller, "standard", &[measurement("a")]);
        let models: Vec<String> = (0..40)
            .map(|n| {
                let id = machine(&caller, &format!("machine-{n}"), &[]);
                caller.ok(PUT, everything(&id, &interface));
                id
            })
            .collect();
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &interface, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().push(measurement("b"));
        })
        .unwrap();
        let busy = |caller: &Caller<'_>| models.iter().filter(|id| state(caller, id) != "ACTIVE").count();
        let mut rounds = 0;
        while state(&caller, &interface) != "ACTIVE" {
            world.pass(DELAY);
            reconcile(world);
            rounds += 1;
            assert!(rounds < 100, "the interface never rests");
        }
        assert_eq!(busy(&caller), 0);
        for id in &models {
            property(&caller, id, "b");
            assert_eq!(
                described(&caller, id)["assetModelVersion"],
                "3",
                "each model has exactly one new version"
            );
        }
    });
}

#[test]
fn a_mapping_is_replaced_by_another_put() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let (torque, speed) = (property(&caller, &machine, "torque"), property(&caller, &interface, "speed"));
        let overrides = json!([{ "assetModelPropertyId": torque, "interfaceAssetModelPropertyId": speed }]);
        caller.ok(
            PUT,
            put_of(&machine, &interface, &json!({ "overrides": overrides, "matchByPropertyName": true })),
        );
        let mean = property_of(&described(&caller, &machine), "mean").clone();
        assert_eq!(mean["type"]["metric"]["variables"][0]["value"]["propertyId"], json!(torque));
        let rename =
            edit(&caller, &machine, |update| update["assetModelProperties"][0]["name"] = json!("free"));
        rename.expect("speed is mapped no more");
    });
}

#[test]
fn two_interfaces_do_not_fight_over_a_metric() {
    each(|world| {
        let Standard { caller, machine, .. } = Standard::applied(world);
        let rival = interface(&caller, "rival", &[measurement("speed"), metric("mean", "min(x)", "speed")]);
        let message = invalid(caller.send(PUT, everything(&machine, &rival)));
        assert!(message.starts_with("Metric 'mean' can't get another formula"), "{message}");
        let friend = interface(&caller, "friend", &[measurement("speed"), metric("mean", "avg(x)", "speed")]);
        caller.ok(PUT, everything(&machine, &friend));
    });
}

#[test]
fn deleting_a_relation_keeps_what_the_model_has() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let before = described(&caller, &machine);
        let answer = caller.ok(DELETE, pair(&machine, &interface));
        assert_eq!(answer["assetModelStatus"], json!({ "state": "UPDATING" }));
        let after = described(&caller, &machine);
        assert_eq!(after["assetModelProperties"], before["assetModelProperties"]);
        assert_eq!((&after["interfaceDetails"], &after["assetModelVersion"]), (&json!([]), &json!("3")));
        assert_eq!(caller.refused(DESCRIBE, pair(&machine, &interface)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&machine, &interface)).name, NOT_FOUND);
        edit(&caller, &machine, |update| update["assetModelProperties"][0]["name"] = json!("free")).unwrap();
        caller.ok("DeleteAssetModel", json!({ "assetModelId": interface }));
    });
}

#[test]
fn deleting_a_relation_refuses_in_order() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        assert_eq!(caller.refused(DELETE, pair("externalId:x", NOBODY)).name, INVALID);
        assert_eq!(caller.refused(DELETE, pair(NOBODY, &interface)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&machine, NOBODY)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&interface, &interface)).name, INVALID);
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &machine, |_| ()).unwrap();
        let other = self::interface(&caller, "other", &[]);
        assert_eq!(caller.refused(DELETE, pair(&machine, &other)).name, NOT_FOUND);
        let refusal = caller.refused(DELETE, pair(&machine, &interface));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(machine)));
    });
}

#[test]
fn an_interface_in_use_is_not_deleted_and_a_deleted_model_uses_none() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let refusal = caller.refused("DeleteAssetModel", json!({ "assetModelId": interface }));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(interface)));
        assert!(refusal.message().contains(&machine), "{}", refusal.message());
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        slow.ok("DeleteAssetModel", json!({ "assetModelId": machine }));
        caller.ok("DeleteAssetModel", json!({ "assetModelId": interface }));
        world.pass(DELAY);
        reconcile(world);
        assert_eq!(caller.refused("DescribeAssetModel", json!({ "assetModelId": machine })).name, NOT_FOUND);
    });
}

#[test]
fn models_of_an_interface_are_listed_page_by_page() {
    each(|world| {
        let caller = world.caller();
        let interface = interface(&caller, "standard", &[measurement("speed")]);
        let mut made = Vec::new();
        for n in 0..5 {
            let machine = machine(&caller, &format!("machine-{n}"), &[]);
            caller.ok(PUT, everything(&machine, &interface));
            world.pass(Duration::from_millis(1));
            made.push(machine);
        }
        let input = json!({ "interfaceAssetModelId": interface, "maxResults": 2 });
        let pages = caller.pages("ListInterfaceRelationships", &input, "nextToken");
        let listed: Vec<Vec<String>> = pages
            .iter()
            .map(|page| {
                page["interfaceRelationshipSummaries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| text(&s["id"]))
                    .collect()
            })
            .collect();
        assert_eq!(listed, [made[..2].to_vec(), made[2..4].to_vec(), made[4..].to_vec()]);
        let refused = |id: &str| {
            caller.refused("ListInterfaceRelationships", json!({ "interfaceAssetModelId": id })).name
        };
        assert_eq!(refused(NOBODY), NOT_FOUND);
        assert_eq!(refused(&made[0]), INVALID);
        let other = self::interface(&caller, "other", &[]);
        let token = pages[0]["nextToken"].clone();
        let input = json!({ "interfaceAssetModelId": other, "nextToken": token });
        assert_eq!(caller.refused("ListInterfaceRelationships", input).name, INVALID);
    });
}

#[test]
fn another_account_sees_no_relation() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let stranger = world.caller().of_account("999999999999");
        for operation in [PUT, DELETE, DESCRIBE] {
            assert_eq!(stranger.refused(operation, everything(&machine, &interface)).name, NOT_FOUND);
        }
        let input = json!({ "interfaceAssetModelId": interface });
        assert_eq!(stranger.refused("ListInterfaceRelationships", input.clone()).name, NOT_FOUND);
        assert_eq!(
            world.caller().in_region("eu-west-1").refused("ListInterfaceRelationships", input).name,
            NOT_FOUND
        );
        caller.ok(DESCRIBE, pair(&machine, &interface));
    });
}

#[test]
fn an_interface_has_no_assets_and_its_metrics_may_leave_the_expression_open() {
    each(|world| {
        let caller = world.caller();
        let open = json!({ "name": "mean", "dataType": "DOUBLE", "type": { "metric": {
            "window": { "tumbling": { "interval": "1h" } } } } });
        let interface = interface(&caller, "open", &[measurement("speed"), open]);
        let input = json!({ "assetName": "a", "assetModelId": interface });
        assert_eq!(caller.refused("CreateAsset", input).name, INVALID);
        let empty = machine(&caller, "empty", &[]);
        let message = invalid(caller.send(PUT, everything(&empty, &interface)));
        assert!(message.contains("leaves its expression open"), "{message}");
        let own = machine(&caller, "own", &[measurement("speed"), metric("mean", "min(x)", "speed")]);
        caller.ok(PUT, everything(&own, &interface));
        assert_eq!(property_of(&described(&caller, &own), "mean")["type"]["metric"]["expression"], "min(x)");
        edit(&caller, &own, |update| {
            update["assetModelProperties"][1]["type"]["metric"]["expression"] = json!("max(x)");
        })
        .expect("an open formula is the model's own affair");
    });
}

/// A line interface over a machine interface, and models that implement both.
struct Line<'a> {
    caller: Caller<'a>,
    machine_interface: String,
    line_interface: String,
    machine: String,
    line: String,
}

impl<'a> Line<'a> {
    fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let machine_interface = interface(&caller, "i-machine", &[measurement("speed")]);
        let speed = property(&caller, &machine_interface, "speed");
        let variables = json!([{ "name": "x", "value": { "propertyId": speed, "hierarchyId": "machines" } }]);
        let total = json!({ "name": "total", "dataType": "DOUBLE", "type": { "metric": {
            "expression": "sum(x)", "variables": variables, "window": { "tumbling": { "interval": "1h" } } } } });
        let line_interface = model(
            &caller,
            json!({
                "assetModelName": "i-line",
                "assetModelType": "INTERFACE",
                "assetModelProperties": [total],
                "assetModelHierarchies": [{ "name": "machines", "childAssetModelId": machine_interface }],
            }),
        );
        let machine = machine(&caller, "machine", &[measurement("rotation")]);
        let line = model(
            &caller,
            json!({
                "assetModelName": "line",
                "assetModelHierarchies": [{ "name": "cells", "childAssetModelId": machine }],
            }),
        );
        Self { caller, machine_interface, line_interface, machine, line }
    }

    fn put_machine(&self, own: &str) -> Result<Value, Refusal> {
        let overrides = json!([{
            "assetModelPropertyId": property(&self.caller, &self.machine, own),
            "interfaceAssetModelPropertyId": property(&self.caller, &self.machine_interface, "speed"),
        }]);
        self.caller
            .send(PUT, put_of(&self.machine, &self.machine_interface, &json!({ "overrides": overrides })))
    }

    fn put_line(&self) -> Result<Value, Refusal> {
        self.caller.send(PUT, everything(&self.line, &self.line_interface))
    }
}

#[test]
fn a_hierarchy_to_an_interface_is_mapped_to_models_that_implement_it() {
    each(|world| {
        let plant = Line::new(world);
        let message = invalid(plant.put_line());
        assert!(message.starts_with("Hierarchy 'machines' of interface"), "{message}");
        plant.put_machine("rotation").unwrap();
        plant.put_line().unwrap();
        let line = described(&plant.caller, &plant.line);
        let read = &property_of(&line, "total")["type"]["metric"]["variables"][0]["value"];
        let rotation = property(&plant.caller, &plant.machine, "rotation");
        assert_eq!(
            read,
            &json!({ "hierarchyId": line["assetModelHierarchies"][0]["id"], "propertyId": rotation })
        );
        let theirs =
            described(&plant.caller, &plant.line_interface)["assetModelHierarchies"][0]["id"].clone();
        let mappings =
            plant.caller.ok(DESCRIBE, pair(&plant.line, &plant.line_interface))["hierarchyMappings"].clone();
        let own = &line["assetModelHierarchies"][0]["id"];
        assert_eq!(
            mappings,
            json!([{ "assetModelHierarchyId": own, "interfaceAssetModelHierarchyId": theirs }])
        );
    });
}

#[test]
fn a_mapped_hierarchy_stays_and_what_it_rests_on_stays_too() {
    each(|world| {
        let plant = Line::new(world);
        plant.put_machine("rotation").unwrap();
        plant.put_line().unwrap();
        let remove = edit(&plant.caller, &plant.line, |update| {
            update["assetModelHierarchies"] = json!([]);
            update["assetModelProperties"] = json!([]);
        });
        assert!(invalid(remove).contains("can't be removed: it is mapped to"));
        let rename = edit(&plant.caller, &plant.line, |update| {
            update["assetModelHierarchies"][0]["name"] = json!("x")
        });
        assert!(
            invalid(rename).starts_with("Hierarchy 'cells' can't be renamed: it is mapped to 'machines'")
        );
        let refusal = plant.caller.refused(DELETE, pair(&plant.machine, &plant.machine_interface));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(plant.machine)));
        edit(&plant.caller, &plant.machine, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().push(measurement("other"));
        })
        .unwrap();
        assert!(invalid(plant.put_machine("other")).contains("metric 'total' of asset model"));
        plant.put_machine("rotation").expect("the same mapping again");
        plant.caller.ok(DELETE, pair(&plant.line, &plant.line_interface));
        plant.caller.ok(DELETE, pair(&plant.machine, &plant.machine_interface));
    });
}

#[test]
fn a_hierarchy_to_an_asset_model_is_created_where_it_is_missing() {
    each(|world| {
        let caller = world.caller();
        let motor = machine(&caller, "motor", &[]);
        let hierarchies = json!([{ "name": "motors", "childAssetModelId": motor }]);
        let interface = model(
            &caller,
            json!({ "assetModelName": "driven", "assetModelType": "INTERFACE", "assetModelHierarchies": hierarchies }),
        );
        let crane = machine(&caller, "crane", &[]);
        let message =
            invalid(caller.send(PUT, put_of(&crane, &interface, &json!({ "matchByPropertyName": true }))));
        assert!(message.starts_with("Hierarchy 'motors' of interface"), "{message}");
        caller.ok(PUT, everything(&crane, &interface));
        let made = described(&caller, &crane)["assetModelHierarchies"][0].clone();
        assert_eq!((&made["name"], &made["childAssetModelId"]), (&json!("motors"), &json!(motor)));
        let child = asset(&caller, &motor, "m1");
        let parent = asset(&caller, &crane, "c1");
        let input = json!({ "assetId": parent, "hierarchyId": made["id"], "childAssetId": child });
        caller.ok("AssociateAssets", input);
    });
}

#[test]
fn a_model_holds_no_more_properties_than_it_may_whoever_adds_them() {
    each(|world| {
        let caller = world.caller();
        let many =
            |prefix: &str| -> Vec<Value> { (0..301).map(|n| measurement(&format!("{prefix}{n}"))).collect() };
        let interface = interface(&caller, "wide", &many("i"));
        let own = machine(&caller, "own", &many("m"));
        let refusal = caller.refused(PUT, everything(&own, &interface));
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        assert!(refusal.message().contains("602 properties; 600 are allowed"), "{}", refusal.message());
    });
}

#[test]
fn a_repeated_put_with_its_token_is_the_same_put() {
    let world = World::new(ROOMS, sitewise::register);
    let Standard { caller, interface, machine } = Standard::new(&world);
    let mut input = everything(&machine, &interface);
    input["clientToken"] = json!("0123456789012345678901234567890123456789");
    let first = caller.ok(PUT, input.clone());
    assert_eq!(caller.ok(PUT, input.clone()), first);
    assert_eq!(described(&caller, &machine)["assetModelVersion"], "2");
    input["propertyMappingConfiguration"] = json!({});
    assert!(invalid(caller.send(PUT, input)).contains("clientToken"));
}
