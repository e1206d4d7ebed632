//! Interfaces with hierarchies, and what is special about interfaces as models.

use super::*;

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
        assert!(message.contains("leaves the expression of this metric open"), "{message}");
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
fn hierarchies_to_several_models_that_implement_an_interface_stand_for_it_together() {
    each(|world| {
        let plant = Line::new(world);
        plant.put_machine("rotation").unwrap();
        let lathe = machine(&plant.caller, "lathe", &[measurement("speed")]);
        let found = described(&plant.caller, &plant.line);
        let add = |name: &str, child: &str| {
            let mut hierarchies = described(&plant.caller, &plant.line)["assetModelHierarchies"].clone();
            hierarchies.as_array_mut().unwrap().push(json!({ "name": name, "childAssetModelId": child }));
            edit(&plant.caller, &plant.line, |update| update["assetModelHierarchies"] = hierarchies)
        };
        add("lathes", &lathe).unwrap();
        plant.put_line().unwrap();
        let mappings = || {
            let relation = plant.caller.ok(DESCRIBE, pair(&plant.line, &plant.line_interface));
            let pairs = relation["hierarchyMappings"].as_array().unwrap().clone();
            pairs.iter().map(|pair| text(&pair["assetModelHierarchyId"])).collect::<Vec<_>>()
        };
        let cells = text(&found["assetModelHierarchies"][0]["id"]);
        assert_eq!(mappings(), [cells.as_str()], "lathes do not implement the interface yet");
        plant.caller.ok(PUT, everything(&lathe, &plant.machine_interface));
        plant.put_line().unwrap();
        let line = described(&plant.caller, &plant.line);
        let lathes = text(&line["assetModelHierarchies"][1]["id"]);
        assert_eq!(mappings(), [cells, lathes]);
        for id in [&lathe, &plant.machine] {
            let refusal = plant.caller.refused(DELETE, pair(id, &plant.machine_interface));
            assert_eq!(refusal.name, CONFLICT);
        }
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
            update["assetModelHierarchies"][0]["name"] = json!("x");
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
fn a_change_reaches_the_upper_interface_after_the_lower_one() {
    each(|world| {
        let plant = Line::new(world);
        plant.put_machine("rotation").unwrap();
        plant.put_line().unwrap();
        let slow = plant.caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &plant.machine_interface, |update| {
            update["assetModelProperties"].as_array_mut().unwrap().push(measurement("noise"));
        })
        .unwrap();
        world.pass(DELAY);
        reconcile(world);
        // The lower interface is PROPAGATING: its active version is the new one, its models have the old one still.
        assert_eq!(state(&plant.caller, &plant.machine_interface), "PROPAGATING");
        let noise = property(&plant.caller, &plant.machine_interface, "noise");
        edit(&plant.caller, &plant.line_interface, |update| {
            let variable =
                json!({ "name": "y", "value": { "propertyId": noise, "hierarchyId": "machines" } });
            let metric = &mut update["assetModelProperties"][0]["type"]["metric"];
            metric["variables"].as_array_mut().unwrap().push(variable);
            metric["expression"] = json!("sum(x) + sum(y)");
        })
        .unwrap();
        assert_eq!(state(&plant.caller, &plant.line_interface), "PROPAGATING", "it waits for the machine");
        let mut rounds = 0;
        while state(&plant.caller, &plant.line_interface) != "ACTIVE" {
            world.pass(DELAY);
            reconcile(world);
            rounds += 1;
            assert!(rounds < 20, "it never rests");
        }
        assert_eq!(state(&plant.caller, &plant.line), "ACTIVE");
        let line = described(&plant.caller, &plant.line);
        let read = &property_of(&line, "total")["type"]["metric"]["variables"][1]["value"]["propertyId"];
        assert_eq!(*read, json!(property(&plant.caller, &plant.machine, "noise")));
    });
}
