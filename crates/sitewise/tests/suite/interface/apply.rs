//! What applying an interface does to a model, and what the model may not do afterwards.

use super::*;

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
fn an_interface_is_applied_to_a_thousand_models() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        table::copy_relation(world, &interface, 998);
        let last = self::machine(&caller, "last", &[]);
        caller.ok(PUT, everything(&last, &interface));
        let more = self::machine(&caller, "more", &[]);
        let refusal = caller.refused(PUT, everything(&more, &interface));
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        assert!(refusal.message().contains("is applied to 1000 asset models"), "{}", refusal.message());
        caller.ok(PUT, everything(&machine, &interface));
    });
}

#[test]
fn an_interface_holds_no_component_model() {
    each(|world| {
        let caller = world.caller();
        let component =
            model(&caller, json!({ "assetModelName": "part", "assetModelType": "COMPONENT_MODEL" }));
        let interface = interface(&caller, "standard", &[]);
        let compose = |more: Value| {
            let mut input = json!({
                "assetModelId": interface,
                "assetModelCompositeModelName": "part",
                "assetModelCompositeModelType": "CUSTOM",
            });
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            caller.send("CreateAssetModelCompositeModel", input)
        };
        assert!(invalid(compose(json!({ "composedAssetModelId": component }))).contains("INTERFACE"));
        compose(json!({ "assetModelCompositeModelProperties": [measurement("a")] })).unwrap();
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
