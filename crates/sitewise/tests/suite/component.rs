//! Component models: what composing one gives, and how its new versions reach the models and assets that use it.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::composite::{Change, Machine, measurement, path, transform};
use crate::plant::{CONFLICT, INVALID, LIMIT, NOBODY, NOT_FOUND, ROOMS, asset, each, model, text};

/// Takes steps until nothing is due, looking at the world before each.
fn reconcile(world: &World, look: &mut dyn FnMut()) -> usize {
    let mut steps = 0;
    loop {
        look();
        let taken: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 1));
        match taken.unwrap() {
            0 => return steps,
            taken => steps += taken,
        }
        assert!(steps < 1000, "the reconciler never rests");
    }
}

fn component(caller: &Caller<'_>, name: &str, properties: Value) -> String {
    let input = json!({
        "assetModelName": name,
        "assetModelType": "COMPONENT_MODEL",
        "assetModelProperties": properties,
    });
    model(caller, input)
}

fn state(caller: &Caller<'_>, id: &str) -> String {
    text(&caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))["assetModelStatus"]["state"])
}

fn version(caller: &Caller<'_>, id: &str) -> String {
    text(&caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))["assetModelVersion"])
}

/// Replaces the properties of a model, those that it has kept by id.
fn set_properties(
    caller: &Caller<'_>,
    id: &str,
    change: impl FnOnce(&mut Vec<Value>),
) -> Result<Value, testkit::Refusal> {
    let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
    let mut properties = described["assetModelProperties"].as_array().unwrap().clone();
    change(&mut properties);
    caller.send(
        "UpdateAssetModel",
        json!({
            "assetModelId": id,
            "assetModelName": described["assetModelName"],
            "assetModelProperties": properties,
            "assetModelHierarchies": described["assetModelHierarchies"],
        }),
    )
}

/// A motor (component) with a bearing (component) in it, twice in a machine.
struct Line<'a> {
    machine: Machine<'a>,
    bearing: String,
    motor: String,
    left: String,
    right: String,
}

impl<'a> Line<'a> {
    fn new(world: &'a World) -> Self {
        let machine = Machine::new(world);
        let caller = &machine.caller;
        let bearing = component(caller, "bearing", json!([measurement("vibration")]));
        let motor = component(
            caller,
            "motor",
            json!([measurement("speed"), transform("twice", json!({ "propertyId": "speed" }))]),
        );
        let front = json!({
            "assetModelId": motor,
            "assetModelCompositeModelName": "front",
            "assetModelCompositeModelType": "CUSTOM",
            "composedAssetModelId": bearing,
        });
        caller.ok("CreateAssetModelCompositeModel", front);
        let left = machine.add("left", json!({ "composedAssetModelId": motor }));
        let right = machine.add("right", json!({ "composedAssetModelId": motor }));
        Self { machine, bearing, motor, left, right }
    }

    fn caller(&self) -> &Caller<'a> {
        &self.machine.caller
    }
}

fn ids(properties: &Value) -> Vec<String> {
    properties.as_array().unwrap().iter().map(|property| text(&property["id"])).collect()
}

#[test]
fn composing_writes_out_the_component_under_ids_of_its_own() {
    each(|world| {
        let line = Line::new(world);
        assert_eq!(
            line.machine.properties(),
            [
                "machine/load",
                "machine/left/speed",
                "machine/left/twice",
                "machine/left/front/vibration",
                "machine/right/speed",
                "machine/right/twice",
                "machine/right/front/vibration",
            ]
        );
        let (left, right) = (line.machine.composite(&line.left), line.machine.composite(&line.right));
        let properties = &left["assetModelCompositeModelProperties"];
        let (own, other) = (ids(properties), ids(&right["assetModelCompositeModelProperties"]));
        assert!(own.iter().all(|id| !other.contains(id)), "{own:?} {other:?}");
        // A formula of the component reads the property beside it, in each place its own.
        let read = &properties[1]["type"]["transform"]["variables"][0]["value"]["propertyId"];
        assert_eq!(*read, json!(own[0]));
        assert!(properties[0].get("externalId").is_none());
        assert_eq!(left["compositionDetails"], json!({ "compositionRelationship": [{ "id": line.motor }] }));
        let front = text(&left["assetModelCompositeModelSummaries"][0]["id"]);
        let described = line.machine.composite(&front);
        assert_eq!(path(&described["assetModelCompositeModelPath"]), "machine/left/front");
        let chain = json!([{ "id": line.motor }, { "id": line.bearing }]);
        assert_eq!(described["compositionDetails"], json!({ "compositionRelationship": chain }));
        let uses = |component: &str| {
            let input = json!({ "assetModelId": component, "maxResults": 1 });
            let pages = line.caller().pages("ListCompositionRelationships", &input, "nextToken");
            let rows = pages
                .iter()
                .flat_map(|page| page["compositionRelationshipSummaries"].as_array().unwrap().clone());
            rows.collect::<Vec<Value>>()
        };
        let used = uses(&line.motor);
        assert_eq!(used.len(), 2);
        for row in &used {
            assert_eq!(row["assetModelId"], json!(line.machine.id));
            assert_eq!(row["assetModelCompositeModelType"], "CUSTOM");
        }
        assert_eq!(uses(&line.bearing)[0]["assetModelId"], json!(line.motor));
        let input = json!({ "assetModelId": line.machine.id });
        assert_eq!(line.caller().refused("ListCompositionRelationships", input).name, INVALID);
        let input = json!({ "assetModelId": NOBODY });
        assert_eq!(line.caller().refused("ListCompositionRelationships", input).name, NOT_FOUND);
    });
}

#[test]
fn what_a_component_gives_takes_external_ids_and_nothing_else() {
    each(|world| {
        let line = Line::new(world);
        let machine = &line.machine;
        let set = |id: &str| {
            machine.update(id, |body| {
                body["assetModelCompositeModelExternalId"] = json!(format!("c-{id}"));
                for property in body["assetModelCompositeModelProperties"].as_array_mut().unwrap() {
                    property["externalId"] = json!(format!("p-{}", property["id"].as_str().unwrap()));
                }
            })
        };
        let front = text(&machine.composite(&line.left)["assetModelCompositeModelSummaries"][0]["id"]);
        set(&line.left).unwrap();
        set(&front).unwrap();
        let before = (machine.composite(&line.left), machine.composite(&front));
        assert_eq!(before.1["assetModelCompositeModelExternalId"], json!(format!("c-{front}")));
        // They outlive a new version of the component.
        set_properties(line.caller(), &line.bearing, |list| list.push(measurement("heat"))).unwrap();
        let after = machine.composite(&front);
        let (old, new) =
            (&before.1["assetModelCompositeModelProperties"], &after["assetModelCompositeModelProperties"]);
        assert_eq!((&old[0], new[1]["name"].as_str()), (&new[0], Some("heat")));
        assert_eq!(machine.composite(&line.left), before.0);
        let cases: [(&str, Change); 5] = [
            ("assetModelCompositeModelName of composite model", |body| {
                body["assetModelCompositeModelName"] = json!("other");
            }),
            ("assetModelCompositeModelDescription of", |body| {
                body["assetModelCompositeModelDescription"] = json!("other");
            }),
            ("only its externalId can be set", |body| {
                body["assetModelCompositeModelProperties"][0]["unit"] = json!("mm/s");
            }),
            ("can't be added", |body| {
                let list = body["assetModelCompositeModelProperties"].as_array_mut().unwrap();
                list.push(measurement("more"));
            }),
            ("can't be changed to", |body| {
                body["assetModelCompositeModelProperties"][0]["externalId"] = json!("another");
            }),
        ];
        for (message, change) in cases {
            let refusal = machine.update(&front, change).unwrap_err();
            assert_eq!(
                (refusal.name.as_str(), refusal.message().contains(message)),
                (INVALID, true),
                "{refusal:?}"
            );
        }
        let refusal = machine.delete(&front).unwrap_err();
        assert!(refusal.message().contains("gives it"), "{refusal:?}");
        for parent in [&front, &line.left] {
            let refusal = machine.refused("x", json!({ "parentAssetModelCompositeModelId": parent }));
            assert_eq!(
                (
                    refusal.name.as_str(),
                    refusal.message().contains(&line.motor) || refusal.message().contains(&line.bearing)
                ),
                (INVALID, true)
            );
        }
        // What stands in the model itself may be renamed, its contents stay.
        machine.update(&line.left, |body| body["assetModelCompositeModelName"] = json!("west")).unwrap();
        assert_eq!(machine.properties()[1], "machine/west/speed");
    });
}

#[test]
fn only_a_usable_component_model_is_composed_and_never_into_itself() {
    each(|world| {
        let line = Line::new(world);
        let machine = &line.machine;
        let refused = |id: &str| machine.refused("x", json!({ "composedAssetModelId": id }));
        assert_eq!(refused(NOBODY).name, NOT_FOUND);
        let refusal = refused(&machine.id);
        assert_eq!(
            (refusal.name.as_str(), refusal.message().contains("of type ASSET_MODEL")),
            (INVALID, true)
        );
        let compose = |into: &str, id: &str| {
            let input = json!({
                "assetModelId": into,
                "assetModelCompositeModelName": "again",
                "assetModelCompositeModelType": "CUSTOM",
                "composedAssetModelId": id,
            });
            line.caller().refused("CreateAssetModelCompositeModel", input)
        };
        for (into, id) in [(&line.bearing, &line.bearing), (&line.bearing, &line.motor)] {
            let refusal = compose(into, id);
            assert_eq!((refusal.name.as_str(), refusal.message().contains("into itself")), (INVALID, true));
        }
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        let young = component(&slow, "young", json!([]));
        let refusal = refused(&young);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(young)));
        let circular = transform("a", json!({ "propertyId": "a" }));
        let broken = component(line.caller(), "broken", json!([circular]));
        assert_eq!(
            (state(line.caller(), &broken).as_str(), refused(&broken).name.as_str()),
            ("FAILED", INVALID)
        );
        let refusal = machine.refused(
            "x",
            json!({ "composedAssetModelId": line.motor, "assetModelCompositeModelType": "AWS/ALARM" }),
        );
        assert!(refusal.message().contains("only CUSTOM can"), "{refusal:?}");
        let interface = model(line.caller(), json!({ "assetModelName": "i", "assetModelType": "INTERFACE" }));
        let refusal = compose(&interface, &line.motor);
        assert!(refusal.message().contains("of type INTERFACE"), "{refusal:?}");
    });
}

#[test]
fn a_new_version_of_a_component_reaches_models_and_assets_at_once_when_there_are_few() {
    each(|world| {
        let line = Line::new(world);
        let unit = asset(line.caller(), &line.machine.id, "unit");
        let before = version(line.caller(), &line.machine.id);
        set_properties(line.caller(), &line.bearing, |list| {
            list[0]["unit"] = json!("mm/s");
            list.push(measurement("heat"));
        })
        .unwrap();
        for id in [&line.bearing, &line.motor, &line.machine.id] {
            assert_eq!(state(line.caller(), id), "ACTIVE");
        }
        assert_ne!(version(line.caller(), &line.machine.id), before);
        assert!(line.machine.properties().contains(&"machine/right/front/heat".to_owned()));
        let input = json!({ "assetId": unit, "filter": "ALL", "maxResults": 250 });
        let list = line.caller().ok("ListAssetProperties", input);
        let paths: Vec<String> =
            list["assetPropertySummaries"].as_array().unwrap().iter().map(|one| path(&one["path"])).collect();
        assert!(paths.contains(&"unit/left/front/heat".to_owned()), "{paths:?}");
        assert_eq!(reconcile(world, &mut || {}), 0);
    });
}

#[test]
fn a_component_is_propagating_until_the_last_model_that_uses_it_is_active() {
    each(|world| {
        let line = Line::new(world);
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        set_properties(&slow, &line.bearing, |list| list.push(measurement("heat"))).unwrap();
        let mut seen: Vec<[String; 3]> = Vec::new();
        let mut look = || {
            let now = [&line.bearing, &line.motor, &line.machine.id].map(|id| state(line.caller(), id));
            if seen.last() != Some(&now) {
                seen.push(now);
            }
        };
        for _ in 0..20 {
            reconcile(world, &mut look);
            world.pass(Duration::from_secs(1));
        }
        let seen: Vec<[&str; 3]> = seen.iter().map(|row| row.each_ref().map(String::as_str)).collect();
        assert_eq!(
            seen,
            [
                ["UPDATING", "ACTIVE", "ACTIVE"],
                ["PROPAGATING", "ACTIVE", "ACTIVE"],
                ["PROPAGATING", "UPDATING", "ACTIVE"],
                ["PROPAGATING", "PROPAGATING", "ACTIVE"],
                ["PROPAGATING", "PROPAGATING", "UPDATING"],
                ["PROPAGATING", "PROPAGATING", "PROPAGATING"],
                ["PROPAGATING", "PROPAGATING", "ACTIVE"],
                ["PROPAGATING", "ACTIVE", "ACTIVE"],
                ["ACTIVE", "ACTIVE", "ACTIVE"],
            ]
        );
        assert!(line.machine.properties().contains(&"machine/left/front/heat".to_owned()));
    });
}

#[test]
fn many_models_are_taken_along_in_steps_that_survive_a_restart() {
    testkit::each_database(|database| {
        let world = World::over(database, ROOMS, sitewise::register);
        let caller = world.caller();
        let part = component(&caller, "part", json!([measurement("speed")]));
        let users: Vec<String> = (0..45)
            .map(|i| {
                let id = model(&caller, json!({ "assetModelName": format!("user-{i}") }));
                Machine { caller: world.caller(), id: id.clone() }
                    .add("part", json!({ "composedAssetModelId": part }));
                id
            })
            .collect();
        set_properties(&caller, &part, |list| list.push(measurement("heat"))).unwrap();
        let done = |caller: &Caller<'_>| users.iter().filter(|id| version(caller, id) == "3").count();
        assert_eq!((state(&caller, &part).as_str(), done(&caller)), ("PROPAGATING", 20));
        drop(caller);
        drop(world);
        let world = World::over(database, ROOMS, sitewise::register);
        let caller = world.caller();
        let due: Result<bool, store::Error> = world.store().read_blocking(sitewise::is_due);
        assert!(due.unwrap());
        let mut counts = Vec::new();
        reconcile(&world, &mut || counts.push(done(&caller)));
        assert_eq!(counts.first(), Some(&20));
        assert!(counts.windows(2).all(|pair| pair[1] - pair[0] <= 20), "{counts:?}");
        assert_eq!((state(&caller, &part).as_str(), done(&caller)), ("ACTIVE", 45));
    });
}

#[test]
fn a_model_that_failed_gets_both_of_its_versions_renewed() {
    each(|world| {
        let line = Line::new(world);
        let machine = &line.machine;
        let circular = transform("loop", json!({ "propertyId": "loop" }));
        set_properties(line.caller(), &machine.id, |list| list.push(circular)).unwrap();
        assert_eq!(state(line.caller(), &machine.id), "FAILED");
        set_properties(line.caller(), &line.motor, |list| list.push(measurement("heat"))).unwrap();
        assert_eq!(state(line.caller(), &line.motor), "ACTIVE");
        let described = machine.describe();
        assert_eq!(described["assetModelStatus"]["state"], "FAILED");
        assert!(machine.properties().contains(&"machine/left/heat".to_owned()));
        assert!(machine.properties().contains(&"machine/loop".to_owned()));
        let input = json!({ "assetModelId": machine.id, "filter": "ALL", "assetModelVersion": "ACTIVE" });
        let active = line.caller().ok("ListAssetModelProperties", input);
        let paths: Vec<String> = active["assetModelPropertySummaries"]
            .as_array()
            .unwrap()
            .iter()
            .map(|one| path(&one["path"]))
            .collect();
        assert!(
            paths.contains(&"machine/left/heat".to_owned()) && !paths.contains(&"machine/loop".to_owned())
        );
        set_properties(line.caller(), &machine.id, |list| drop(list.pop())).unwrap();
        assert_eq!(state(line.caller(), &machine.id), "ACTIVE");
    });
}

#[test]
fn what_a_formula_elsewhere_reads_stays_in_the_component() {
    each(|world| {
        let line = Line::new(world);
        let machine = &line.machine;
        let steps = json!([{ "name": "left" }, { "name": "front" }, { "name": "vibration" }]);
        set_properties(line.caller(), &machine.id, |list| {
            list.push(transform("shake", json!({ "propertyPath": steps })));
        })
        .unwrap();
        let refusal = set_properties(line.caller(), &line.bearing, |list| drop(list.pop())).unwrap_err();
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("property 'shake'"), "{refusal:?}");
        assert_eq!(version(line.caller(), &line.bearing), "1");
        // The composite model that holds it can't go either.
        let front = line.caller().ok("DescribeAssetModel", json!({ "assetModelId": line.motor }));
        let front = front["assetModelCompositeModelSummaries"][0]["id"].clone();
        let input = json!({ "assetModelId": line.motor, "assetModelCompositeModelId": front });
        let refusal = line.caller().refused("DeleteAssetModelCompositeModel", input.clone());
        assert!(refusal.message().contains("property 'shake'"), "{refusal:?}");
        set_properties(line.caller(), &machine.id, |list| drop(list.pop())).unwrap();
        line.caller().ok("DeleteAssetModelCompositeModel", input);
        assert!(!machine.properties().iter().any(|path| path.contains("front")));
    });
}

#[test]
fn a_formula_over_what_a_component_is_just_losing_fails_its_model_and_no_other() {
    each(|world| {
        let line = Line::new(world);
        let other = model(line.caller(), json!({ "assetModelName": "other" }));
        Machine { caller: world.caller(), id: other.clone() }
            .add("motor", json!({ "composedAssetModelId": line.motor }));
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        set_properties(&slow, &line.bearing, Vec::clear).unwrap();
        // The old version is still in force, so the formula is accepted.
        let steps = json!([{ "name": "left" }, { "name": "front" }, { "name": "vibration" }]);
        set_properties(line.caller(), &line.machine.id, |list| {
            list.push(transform("shake", json!({ "propertyPath": steps })));
        })
        .unwrap();
        for _ in 0..20 {
            reconcile(world, &mut || {});
            world.pass(Duration::from_secs(1));
        }
        let states =
            [&line.bearing, &line.motor, &line.machine.id, &other].map(|id| state(line.caller(), id));
        assert_eq!(states, ["ACTIVE", "ACTIVE", "FAILED", "ACTIVE"]);
        let error = line.machine.describe()["assetModelStatus"]["error"].clone();
        assert!(error["message"].as_str().unwrap().contains("'shake'"), "{error}");
        set_properties(line.caller(), &line.machine.id, |list| drop(list.pop())).unwrap();
        assert_eq!(state(line.caller(), &line.machine.id), "ACTIVE");
        assert!(!line.machine.properties().iter().any(|path| path.contains("vibration")));
    });
}

#[test]
fn a_component_waits_for_a_model_that_fails_to_part_with_it() {
    each(|world| {
        let line = Line::new(world);
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        line.machine.delete(&line.right).unwrap();
        // An update that fails keeps the machine busy while the motor changes.
        let circular = transform("loop", json!({ "propertyId": "loop" }));
        set_properties(&slow, &line.machine.id, |list| list.push(circular)).unwrap();
        set_properties(line.caller(), &line.motor, |list| list.push(measurement("heat"))).unwrap();
        let states = || [&line.motor, &line.machine.id].map(|id| state(line.caller(), id));
        assert_eq!(states(), ["PROPAGATING", "UPDATING"]);
        assert_eq!(reconcile(world, &mut || {}), 0);
        for _ in 0..20 {
            world.pass(Duration::from_secs(1));
            reconcile(world, &mut || {});
        }
        assert_eq!(states(), ["ACTIVE", "FAILED"]);
        assert!(line.machine.properties().contains(&"machine/left/heat".to_owned()));
        // The same while what is made from it is being removed.
        set_properties(line.caller(), &line.machine.id, |list| drop(list.pop())).unwrap();
        let input = json!({ "assetModelId": line.machine.id, "assetModelCompositeModelId": line.left });
        slow.ok("DeleteAssetModelCompositeModel", input);
        set_properties(line.caller(), &line.motor, |list| list.push(measurement("noise"))).unwrap();
        assert_eq!(states(), ["PROPAGATING", "UPDATING"]);
        for _ in 0..20 {
            world.pass(Duration::from_secs(1));
            reconcile(world, &mut || {});
        }
        assert_eq!(states(), ["ACTIVE", "ACTIVE"]);
    });
}

#[test]
fn component_models_in_component_models_multiply_up_to_a_bound() {
    each(|world| {
        let machine = Machine::new(world);
        let caller = &machine.caller;
        let many = |range: std::ops::Range<usize>| -> Vec<Value> {
            range.map(|i| measurement(&format!("m{i}"))).collect()
        };
        let part = component(caller, "part", json!(many(0..150)));
        let group = component(caller, "group", json!([]));
        let compose = |into: &str, name: &str, component: &str| {
            let input = json!({
                "assetModelId": into,
                "assetModelCompositeModelName": name,
                "assetModelCompositeModelType": "CUSTOM",
                "composedAssetModelId": component,
            });
            caller.send("CreateAssetModelCompositeModel", input)
        };
        for i in 0..10 {
            compose(&group, &format!("part-{i}"), &part).unwrap();
        }
        for name in ["one", "two", "three"] {
            compose(&machine.id, name, &group).unwrap();
        }
        let refusal = compose(&machine.id, "four", &group).unwrap_err();
        assert_eq!(
            (refusal.name.as_str(), refusal.message().contains("5000 are allowed")),
            (LIMIT, true),
            "{refusal:?}"
        );
        let refusal = set_properties(caller, &part, |list| list.extend(many(150..170))).unwrap_err();
        assert_eq!(
            (refusal.name.as_str(), refusal.message().contains(&machine.id)),
            (LIMIT, true),
            "{refusal:?}"
        );
        assert_eq!(version(caller, &part), "1");
    });
}

#[test]
fn a_component_in_use_is_not_deleted() {
    each(|world| {
        let line = Line::new(world);
        let delete = |id: &str| line.caller().send("DeleteAssetModel", json!({ "assetModelId": id }));
        for (component, user) in [(&line.motor, &line.machine.id), (&line.bearing, &line.motor)] {
            let refusal = delete(component).unwrap_err();
            assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(component)));
            assert!(refusal.message().contains(user.as_str()), "{refusal:?}");
        }
        line.machine.delete(&line.left).unwrap();
        delete(&line.motor).unwrap_err();
        line.machine.delete(&line.right).unwrap();
        delete(&line.motor).unwrap();
        delete(&line.bearing).unwrap();
        assert_eq!(delete(&line.bearing).unwrap_err().name, NOT_FOUND);
    });
}

#[test]
fn depth_counts_through_components_in_the_models_that_use_them() {
    each(|world| {
        let machine = Machine::new(world);
        let part = component(&machine.caller, "part", json!([]));
        let inside = Machine { caller: world.caller(), id: part.clone() };
        let mut above = machine.add("level-1", json!({}));
        for level in 2..=8 {
            above =
                machine.add(&format!("level-{level}"), json!({ "parentAssetModelCompositeModelId": above }));
        }
        machine
            .add("part", json!({ "parentAssetModelCompositeModelId": above, "composedAssetModelId": part }));
        let tenth = inside.add("tenth", json!({}));
        assert!(machine.describe()["assetModelStatus"]["state"] == "ACTIVE");
        let refusal = inside.refused("eleventh", json!({ "parentAssetModelCompositeModelId": tenth }));
        assert_eq!((refusal.name.as_str(), refusal.message().contains("11 levels deep")), (LIMIT, true));
    });
}
