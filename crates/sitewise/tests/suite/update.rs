//! UpdateAssetModel: full replacement, what may change and what may not.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::asset_model::etag;
use crate::plant::{
    CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, PRECONDITION, Plant, asset, each, model, short, text,
};

/// A model with one property of each type and one hierarchy.
struct Pump<'a> {
    caller: Caller<'a>,
    id: String,
    child: String,
}

impl<'a> Pump<'a> {
    fn new(world: &'a testkit::World) -> Self {
        let caller = world.caller();
        let child = model(&caller, json!({ "assetModelName": "child" }));
        let variables = json!([{ "name": "x", "value": { "propertyId": "flow" } }]);
        let window = json!({ "tumbling": { "interval": "5m" } });
        let id = model(
            &caller,
            json!({
                "assetModelName": "pump",
                "assetModelHierarchies": [{ "name": "parts", "childAssetModelId": child }],
                "assetModelProperties": [
                    { "name": "serial", "externalId": "p-serial", "dataType": "STRING", "type": { "attribute": { "defaultValue": "none" } } },
                    { "name": "flow", "dataType": "DOUBLE", "type": { "measurement": {} } },
                    { "name": "twice", "dataType": "DOUBLE", "type": { "transform": { "expression": "2*x", "variables": variables } } },
                    { "name": "mean", "dataType": "DOUBLE", "type": { "metric": { "expression": "avg(x)", "variables": variables, "window": window } } },
                ],
            }),
        );
        Self { caller, id, child }
    }

    /// The body that an update without changes sends: what describe answered.
    fn body(&self) -> Value {
        let described = self.caller.ok("DescribeAssetModel", json!({ "assetModelId": self.id }));
        let mut body = json!({});
        for member in [
            "assetModelId",
            "assetModelName",
            "assetModelDescription",
            "assetModelProperties",
            "assetModelHierarchies",
            "assetModelCompositeModels",
            "assetModelExternalId",
        ] {
            if let Some(value) = described.get(member) {
                body[member] = value.clone();
            }
        }
        body
    }

    fn update(&self, change: impl FnOnce(&mut Value)) -> Result<Value, testkit::Refusal> {
        let mut body = self.body();
        change(&mut body);
        self.caller.send("UpdateAssetModel", body)
    }

    fn describe(&self) -> Value {
        self.caller.ok("DescribeAssetModel", json!({ "assetModelId": self.id }))
    }
}

#[test]
fn sending_back_what_describe_answered_changes_version_and_etag_only() {
    each(|world| {
        let pump = Pump::new(world);
        let (before, tag) = (pump.describe(), etag(&pump.caller, &pump.id));
        world.pass(Duration::from_secs(5));
        assert_eq!(
            pump.update(|_| {}).unwrap(),
            json!({ "assetModelId": pump.id, "assetModelStatus": { "state": "UPDATING" } })
        );
        let mut after = pump.describe();
        assert_eq!(after["assetModelVersion"], "2");
        assert_eq!(after["assetModelLastUpdateDate"], 1_700_000_005);
        assert_ne!(etag(&pump.caller, &pump.id), tag);
        after["assetModelVersion"] = before["assetModelVersion"].clone();
        after["assetModelLastUpdateDate"] = before["assetModelLastUpdateDate"].clone();
        assert_eq!(after, before);
    });
}

#[test]
fn what_may_change_changes_and_reaches_the_assets() {
    each(|world| {
        let pump = Pump::new(world);
        let id = asset(&pump.caller, &pump.id, "p1");
        world.pass(Duration::from_secs(5));
        pump.update(|body| {
            body["assetModelName"] = "pump mark 2".into();
            body["assetModelDescription"] = "better".into();
            body["assetModelExternalId"] = "m-pump".into();
            body["assetModelProperties"][1]["name"] = "stream".into();
            body["assetModelProperties"][1]["unit"] = "l/s".into();
            body["assetModelProperties"][1]["externalId"] = "p-flow".into();
            body["assetModelProperties"][0]["type"]["attribute"]["defaultValue"] = "unknown".into();
            body["assetModelProperties"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "name": "new", "dataType": "BOOLEAN", "type": { "attribute": {} } }));
        })
        .unwrap();
        let described = pump.caller.ok("DescribeAsset", json!({ "assetId": id }));
        let names: Vec<String> =
            described["assetProperties"].as_array().unwrap().iter().map(|p| text(&p["name"])).collect();
        assert_eq!(names, ["serial", "stream", "twice", "mean", "new"]);
        assert_eq!(described["assetProperties"][1]["unit"], "l/s");
        assert_eq!(described["assetStatus"]["state"], "ACTIVE");
        assert_eq!(described["assetLastUpdateDate"], 1_700_000_005);
        let serial = json!({ "assetId": id, "propertyId": "externalId:p-serial" });
        assert_eq!(
            pump.caller.ok("DescribeAssetProperty", serial)["assetProperty"]["type"],
            json!({ "attribute": { "defaultValue": "unknown" } })
        );
        let by_external =
            pump.caller.ok("DescribeAssetModel", json!({ "assetModelId": "externalId:m-pump" }));
        assert_eq!(by_external["assetModelName"], "pump mark 2");
        // The old name is free.
        model(&pump.caller, json!({ "assetModelName": "pump" }));
        pump.update(|body| {
            body.as_object_mut().unwrap().remove("assetModelDescription");
            body.as_object_mut().unwrap().remove("assetModelExternalId");
        })
        .unwrap();
        let described = pump.describe();
        assert_eq!(
            (described.get("assetModelDescription"), &described["assetModelExternalId"]),
            (None, &json!("m-pump"))
        );
    });
}

#[test]
fn what_is_left_out_is_gone_and_its_name_is_free_in_the_next_update() {
    each(|world| {
        let pump = Pump::new(world);
        let old = text(&pump.describe()["assetModelProperties"][0]["id"]);
        let serial = json!({ "name": "serial", "dataType": "STRING", "type": { "attribute": {} } });
        let replace = |body: &mut Value| body["assetModelProperties"][0] = serial.clone();
        assert_eq!(pump.update(replace).unwrap_err().name, INVALID);
        pump.update(|body| drop(body["assetModelProperties"].as_array_mut().unwrap().remove(0))).unwrap();
        pump.update(|body| body["assetModelProperties"].as_array_mut().unwrap().push(serial.clone()))
            .unwrap();
        let described = pump.describe();
        assert_eq!(described["assetModelProperties"][3]["name"], "serial");
        assert_ne!(described["assetModelProperties"][3]["id"], old);
        pump.caller.ok("UpdateAssetModel", json!({ "assetModelId": pump.id, "assetModelName": "pump" }));
        let described = pump.describe();
        assert_eq!(
            (&described["assetModelProperties"], &described["assetModelHierarchies"]),
            (&json!([]), &json!([]))
        );
    });
}

#[test]
fn what_can_never_change_is_invalid_and_changes_nothing() {
    each(|world| {
        let pump = Pump::new(world);
        let other = model(&pump.caller, json!({ "assetModelName": "other" }));
        let before = (pump.describe(), etag(&pump.caller, &pump.id));
        let set = |pointer: &'static str, value: Value| {
            pump.update(move |body| *body.pointer_mut(pointer).unwrap() = value).unwrap_err()
        };
        for (pointer, value, message) in [
            ("/assetModelProperties/0/type", json!({ "measurement": {} }), "type of property 'serial'"),
            ("/assetModelProperties/1/dataType", json!("INTEGER"), "dataType of property 'flow'"),
            (
                "/assetModelProperties/3/type/metric/window/tumbling/interval",
                json!("1h"),
                "window of property 'mean'",
            ),
            ("/assetModelProperties/0/externalId", json!("p-other"), "can't be changed to 'p-other'"),
            ("/assetModelProperties/1/name", json!("serial"), "occurs more than once"),
            (
                "/assetModelHierarchies/0/childAssetModelId",
                json!(other),
                "childAssetModelId of hierarchy 'parts'",
            ),
            (
                "/assetModelHierarchies/0/childAssetModelId",
                json!(pump.id),
                "childAssetModelId of hierarchy 'parts'",
            ),
            ("/assetModelProperties/0/id", json!("externalId:nothing"), "names no property"),
            (
                "/assetModelProperties/2/type/transform/variables/0/value/propertyId",
                json!(NOBODY),
                "names no property",
            ),
        ] {
            let refusal = set(pointer, value);
            assert_eq!((refusal.name.as_str(), refusal.status), (INVALID, 400), "{pointer}");
            assert!(refusal.message().contains(message), "{} lacks {message}", refusal.message());
        }
        // `twice` and `mean` read it.
        let refusal = pump
            .update(|body| drop(body["assetModelProperties"].as_array_mut().unwrap().remove(1)))
            .unwrap_err();
        assert_eq!(refusal.name, INVALID);
        assert_eq!((pump.describe(), etag(&pump.caller, &pump.id)), before);
    });
}

#[test]
fn models_cannot_stand_below_themselves() {
    each(|world| {
        let pump = Pump::new(world);
        for below in [&pump.child, &pump.id] {
            let input = json!({
                "assetModelId": pump.child, "assetModelName": "child",
                "assetModelHierarchies": [{ "name": "up", "childAssetModelId": pump.id },
                                          { "name": "self", "childAssetModelId": below }],
            });
            let refusal = pump.caller.refused("UpdateAssetModel", input);
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains("below itself"), "{}", refusal.message());
        }
    });
}

#[test]
fn a_removed_hierarchy_sets_its_children_free_and_no_others() {
    each(|world| {
        let plant = Plant::new(world);
        let farm = plant.farm("north");
        for (name, hierarchy) in [("t1", &plant.turbines), ("t2", &plant.spares)] {
            plant.associate(&farm, hierarchy, &plant.turbine(name)).unwrap();
        }
        let input = json!({
            "assetModelId": plant.farm_model, "assetModelName": "farm",
            "assetModelHierarchies": [
                { "id": plant.spares, "name": "reserve", "childAssetModelId": plant.turbine_model },
            ],
        });
        plant.caller.ok("UpdateAssetModel", input);
        assert_eq!(plant.top_level(), ["north", "t1"]);
        assert_eq!(plant.children(&farm), ["t2"]);
        let lonely = plant.turbine("t3");
        assert_eq!(plant.associate(&farm, &plant.turbines, &lonely).unwrap_err().name, NOT_FOUND);
        plant.associate(&farm, &plant.spares, &lonely).unwrap();
    });
}

#[test]
fn a_property_that_a_parents_metric_reads_stays() {
    each(|world| {
        let caller = world.caller();
        let power = json!({ "name": "power", "externalId": "p-1", "dataType": "DOUBLE", "type": { "measurement": {} } });
        let child = model(&caller, json!({ "assetModelName": "child", "assetModelProperties": [power] }));
        let variables =
            json!([{ "name": "x", "value": { "propertyId": "externalId:p-1", "hierarchyId": "h" } }]);
        let metric = json!({ "expression": "sum(x)", "variables": variables, "window": { "tumbling": { "interval": "5m" } } });
        model(
            &caller,
            json!({
                "assetModelName": "parent",
                "assetModelHierarchies": [{ "name": "h", "childAssetModelId": child }],
                "assetModelProperties": [{ "name": "total", "dataType": "DOUBLE", "type": { "metric": metric } }],
            }),
        );
        let refusal =
            caller.refused("UpdateAssetModel", json!({ "assetModelId": child, "assetModelName": "child" }));
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("property 'total'"), "{}", refusal.message());
    });
}

#[test]
fn of_two_writers_with_one_etag_one_is_late() {
    each(|world| {
        let pump = Pump::new(world);
        let tag = etag(&pump.caller, &pump.id);
        let write = || pump.update(|body| body["ifMatch"] = tag.as_str().into());
        write().unwrap();
        let refusal = write().unwrap_err();
        assert_eq!((refusal.name.as_str(), refusal.status), (PRECONDITION, 412));
        assert_eq!(refusal.body["resourceId"], pump.id.as_str());
        assert_eq!(
            refusal.body["resourceArn"],
            format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{}", pump.id)
        );
        let never_active = |body: &mut Value| {
            body["ifNoneMatch"] = "*".into();
            body["matchForVersionType"] = "ACTIVE".into();
        };
        assert_eq!(pump.update(never_active).unwrap_err().name, PRECONDITION);
        // A stale writer learns that he is stale before he learns that his body is wrong.
        let both = pump.update(|body| {
            body["ifMatch"] = tag.as_str().into();
            body["assetModelProperties"][0]["dataType"] = "DOUBLE".into();
        });
        assert_eq!(both.unwrap_err().name, PRECONDITION);
    });
}

#[test]
fn names_and_external_ids_of_others_are_taken() {
    each(|world| {
        let pump = Pump::new(world);
        let other =
            model(&pump.caller, json!({ "assetModelName": "other", "assetModelExternalId": "m-other" }));
        let refusal = pump.update(|body| body["assetModelName"] = "other".into()).unwrap_err();
        assert_eq!(short(&refusal), (EXISTS, "Another resource is already using the name other"));
        assert_eq!(refusal.body["resourceId"], other.as_str());
        let refusal = pump.update(|body| body["assetModelExternalId"] = "m-other".into()).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(other)));
        pump.update(|body| body["assetModelExternalId"] = "m-pump".into()).unwrap();
        assert_eq!(
            pump.update(|body| body["assetModelExternalId"] = "m-2".into()).unwrap_err().name,
            INVALID
        );
        let unknown = json!({ "assetModelId": NOBODY, "assetModelName": "m" });
        assert_eq!(pump.caller.refused("UpdateAssetModel", unknown).name, NOT_FOUND);
        let many: Vec<Value> = (0..601)
            .map(|i| json!({ "name": format!("p{i}"), "dataType": "DOUBLE", "type": { "measurement": {} } }))
            .collect();
        assert_eq!(pump.update(|body| body["assetModelProperties"] = many.into()).unwrap_err().name, LIMIT);
    });
}

#[test]
fn a_failed_update_leaves_the_active_version_in_force_and_is_healed_by_sending_that() {
    each(|world| {
        let pump = Pump::new(world);
        let id = asset(&pump.caller, &pump.id, "p1");
        let good = pump.body();
        let described = pump.caller.ok("DescribeAsset", json!({ "assetId": id }));
        pump.update(|body| {
            body["assetModelProperties"].as_array_mut().unwrap().remove(0);
            body["assetModelProperties"][1]["type"]["transform"]["variables"][0]["value"]["propertyId"] =
                "twice".into();
        })
        .unwrap();
        let failed = pump.describe();
        assert_eq!(failed["assetModelStatus"]["state"], "FAILED");
        assert_eq!(failed["assetModelStatus"]["error"]["code"], "VALIDATION_ERROR");
        assert_eq!(failed["assetModelVersion"], "2");
        let active = json!({ "assetModelId": pump.id, "assetModelVersion": "ACTIVE" });
        let active = pump.caller.ok("DescribeAssetModel", active);
        assert_eq!(active["assetModelVersion"], "1");
        assert_eq!(active["assetModelProperties"], good["assetModelProperties"]);
        assert_eq!(pump.caller.ok("DescribeAsset", json!({ "assetId": id })), described);
        pump.caller.ok("UpdateAssetModel", good.clone());
        let healed = pump.describe();
        assert_eq!(healed["assetModelStatus"], json!({ "state": "ACTIVE" }));
        assert_eq!(healed["assetModelProperties"], good["assetModelProperties"]);
    });
}

#[test]
fn a_model_in_a_passing_state_conflicts() {
    each(|world| {
        let pump = Pump::new(world);
        let slow = pump.caller.clone().installed(|installation| installation.propagation_ms = 1000);
        slow.ok("UpdateAssetModel", pump.body());
        let refusal = pump.update(|_| {}).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pump.id)));
        let delete = json!({ "assetModelId": pump.id });
        assert_eq!(pump.caller.refused("DeleteAssetModel", delete).name, CONFLICT);
    });
}
