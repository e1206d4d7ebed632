//! How a later version of an interface reaches the models that implement it, and their assets.

use super::*;

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
