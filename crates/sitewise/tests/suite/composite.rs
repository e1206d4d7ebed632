//! Composite models of a model's own: create, describe, list, update, delete, and how formulas reach into them.

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World};

use crate::asset_model::etag;
use crate::plant::{
    CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, PRECONDITION, each, model, short, text,
};

const OWN: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";

pub fn measurement(name: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "type": { "measurement": {} } })
}

pub fn transform(name: &str, value: Value) -> Value {
    let variables = json!([{ "name": "x", "value": value }]);
    json!({
        "name": name,
        "dataType": "DOUBLE",
        "type": { "transform": { "expression": "x * 2", "variables": variables } },
    })
}

/// The fixed properties of an alarm that something outside evaluates.
pub fn alarm() -> Value {
    json!([
        { "name": "AWS/ALARM_TYPE", "dataType": "STRING", "type": { "attribute": { "defaultValue": "EXTERNAL" } } },
        {
            "name": "AWS/ALARM_STATE",
            "dataType": "STRUCT",
            "dataTypeSpec": "AWS/ALARM_STATE",
            "type": { "measurement": {} },
        },
    ])
}

/// A change of an input.
pub type Change = fn(&mut Value);

/// A model to put composite models into.
pub struct Machine<'a> {
    pub caller: Caller<'a>,
    pub id: String,
}

impl<'a> Machine<'a> {
    pub fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let id = model(
            &caller,
            json!({ "assetModelName": "machine", "assetModelProperties": [measurement("load")] }),
        );
        Self { caller, id }
    }

    pub fn try_add(&self, name: &str, more: Value) -> Result<Value, Refusal> {
        let mut input = json!({
            "assetModelId": self.id,
            "assetModelCompositeModelName": name,
            "assetModelCompositeModelType": "CUSTOM",
        });
        for (member, value) in more.as_object().unwrap() {
            input[member] = value.clone();
        }
        self.caller.send("CreateAssetModelCompositeModel", input)
    }

    #[track_caller]
    pub fn add(&self, name: &str, more: Value) -> String {
        text(&self.try_add(name, more).unwrap()["assetModelCompositeModelId"])
    }

    #[track_caller]
    pub fn refused(&self, name: &str, more: Value) -> Refusal {
        self.try_add(name, more).unwrap_err()
    }

    #[track_caller]
    pub fn describe(&self) -> Value {
        self.caller.ok("DescribeAssetModel", json!({ "assetModelId": self.id }))
    }

    #[track_caller]
    pub fn composite(&self, id: &str) -> Value {
        let input = json!({ "assetModelId": self.id, "assetModelCompositeModelId": id });
        self.caller.ok("DescribeAssetModelCompositeModel", input)
    }

    /// The body that an update of a composite model without changes sends.
    pub fn body(&self, id: &str) -> Value {
        let described = self.composite(id);
        let mut body = json!({ "assetModelId": self.id, "assetModelCompositeModelId": id });
        for member in [
            "assetModelCompositeModelName",
            "assetModelCompositeModelDescription",
            "assetModelCompositeModelExternalId",
            "assetModelCompositeModelProperties",
        ] {
            if let Some(value) = described.get(member) {
                body[member] = value.clone();
            }
        }
        body
    }

    pub fn update(&self, id: &str, change: impl FnOnce(&mut Value)) -> Result<Value, Refusal> {
        let mut body = self.body(id);
        change(&mut body);
        self.caller.send("UpdateAssetModelCompositeModel", body)
    }

    pub fn delete(&self, id: &str) -> Result<Value, Refusal> {
        let input = json!({ "assetModelId": self.id, "assetModelCompositeModelId": id });
        self.caller.send("DeleteAssetModelCompositeModel", input)
    }

    /// Names along the paths of all properties.
    pub fn properties(&self) -> Vec<String> {
        let input = json!({ "assetModelId": self.id, "filter": "ALL", "maxResults": 250 });
        let list = self.caller.ok("ListAssetModelProperties", input);
        list["assetModelPropertySummaries"].as_array().unwrap().iter().map(|one| path(&one["path"])).collect()
    }
}

/// The names along a path.
pub fn path(path: &Value) -> String {
    let names: Vec<String> = path.as_array().unwrap().iter().map(|step| text(&step["name"])).collect();
    names.join("/")
}

#[test]
fn a_composite_model_is_created_described_and_listed_with_its_path() {
    each(|world| {
        let machine = Machine::new(world);
        let before = etag(&machine.caller, &machine.id);
        let created = machine
            .try_add(
                "rotor",
                json!({
                    "assetModelCompositeModelId": OWN,
                    "assetModelCompositeModelExternalId": "rotor-1",
                    "assetModelCompositeModelDescription": "turns",
                    "assetModelCompositeModelProperties": [measurement("speed"), measurement("load")],
                }),
            )
            .unwrap();
        let root = json!({ "id": machine.id, "name": "machine" });
        let rotor = json!({ "id": OWN, "name": "rotor" });
        assert_eq!(
            created,
            json!({
                "assetModelId": machine.id,
                "assetModelCompositeModelId": OWN,
                "assetModelCompositeModelPath": [root, rotor],
                "assetModelStatus": { "state": "UPDATING" },
            })
        );
        let described = machine.describe();
        assert_eq!(described["assetModelVersion"], "2");
        assert_eq!(described["assetModelStatus"], json!({ "state": "ACTIVE" }));
        assert_ne!(etag(&machine.caller, &machine.id), before);
        assert_eq!(described["assetModelCompositeModels"], json!([]));
        let summary = json!({
            "id": OWN,
            "externalId": "rotor-1",
            "name": "rotor",
            "type": "CUSTOM",
            "description": "turns",
            "path": [root, rotor],
        });
        assert_eq!(described["assetModelCompositeModelSummaries"], json!([summary]));
        let blade = machine.add(
            "blade",
            json!({
                "parentAssetModelCompositeModelId": "externalId:rotor-1",
                "assetModelCompositeModelProperties": [measurement("angle")],
            }),
        );
        let composite = machine.composite("externalId:rotor-1");
        assert_eq!(composite["assetModelCompositeModelSummaries"][0]["id"], json!(blade));
        assert_eq!(composite["assetModelCompositeModelDescription"], "turns");
        assert!(composite.get("compositionDetails").is_none());
        assert_eq!(
            composite["assetModelCompositeModelProperties"][0]["path"][1],
            json!({ "id": OWN, "name": "rotor" })
        );
        assert_eq!(
            machine.properties(),
            ["machine/load", "machine/rotor/speed", "machine/rotor/load", "machine/rotor/blade/angle"]
        );
        let input = json!({ "assetModelId": machine.id, "maxResults": 1 });
        let pages = machine.caller.pages("ListAssetModelCompositeModels", &input, "nextToken");
        let paths: Vec<String> =
            pages.iter().map(|page| path(&page["assetModelCompositeModelSummaries"][0]["path"])).collect();
        assert_eq!(paths, ["machine/rotor", "machine/rotor/blade"]);
        // Only the immediate ones stand in the model's own description.
        assert_eq!(machine.describe()["assetModelCompositeModelSummaries"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn creating_checks_in_the_order_of_the_book() {
    each(|world| {
        let machine = Machine::new(world);
        machine.add("rotor", json!({ "assetModelCompositeModelExternalId": "rotor-1" }));
        let stale = "x".repeat(43);
        // Each input has the faults of all that follow, too.
        let everything = json!({
            "ifMatch": stale,
            "assetModelCompositeModelId": OWN.to_uppercase(),
            "composedAssetModelId": NOBODY,
            "assetModelCompositeModelExternalId": "rotor-1",
            "parentAssetModelCompositeModelId": NOBODY,
            "assetModelCompositeModelProperties": [measurement("a"), measurement("a")],
        });
        let mut input = everything.clone();
        let mut send = |change: &dyn Fn(&mut Value)| {
            change(&mut input);
            machine.refused("rotor", input.clone())
        };
        let refusal = send(&|_| {});
        assert!(refusal.message().contains("'A1B2C3D4-"), "{}", refusal.message());
        let refusal = send(&|input| input["assetModelCompositeModelId"] = Value::Null);
        assert_eq!(refusal.name, PRECONDITION, "{}", refusal.message());
        assert_eq!(refusal.body["resourceId"], json!(machine.id));
        assert!(refusal.body["resourceArn"].as_str().unwrap().ends_with(&machine.id));
        let refusal = send(&|input| input["ifMatch"] = Value::Null);
        assert!(refusal.message().contains("can't be used together"), "{}", refusal.message());
        let many: Vec<Value> = (0..201).map(|i| measurement(&format!("p{}", i / 2))).collect();
        let refusal = send(&|input| {
            input["composedAssetModelId"] = Value::Null;
            input["assetModelCompositeModelProperties"] = json!(many);
        });
        assert_eq!(
            short(&refusal),
            (LIMIT, "assetModelCompositeModelProperties has 201 entries; 200 are allowed")
        );
        let refusal = send(&|input| {
            input["assetModelCompositeModelProperties"] = json!([measurement("a"), measurement("a")]);
        });
        assert_eq!((refusal.name.as_str(), refusal.message().contains("rotor-1")), (EXISTS, true));
        assert!(refusal.body["resourceArn"].as_str().unwrap().ends_with(&machine.id));
        let refusal = send(&|input| input["assetModelCompositeModelExternalId"] = Value::Null);
        assert_eq!(refusal.name, NOT_FOUND);
        let refusal = send(&|input| input["parentAssetModelCompositeModelId"] = Value::Null);
        assert_eq!((refusal.name.as_str(), refusal.message().contains("the name rotor")), (EXISTS, true));
        let mut input = json!({ "assetModelCompositeModelProperties": [measurement("a"), measurement("a")] });
        let refusal = machine.refused("other", input.clone());
        assert_eq!((refusal.name.as_str(), refusal.message().contains("more than once")), (INVALID, true));
        input["assetModelCompositeModelProperties"] = json!([measurement("a")]);
        machine.add("other", input);
        // Unknown model before all of it; a foreign account's model is unknown.
        let foreign = world.caller().of_account("210987654321");
        let mut input = everything;
        input["assetModelId"] = json!(machine.id);
        input["assetModelCompositeModelName"] = json!("x");
        input["assetModelCompositeModelType"] = json!("CUSTOM");
        input["assetModelCompositeModelId"] = Value::Null;
        assert_eq!(foreign.refused("CreateAssetModelCompositeModel", input).name, NOT_FOUND);
    });
}

#[test]
fn names_are_unique_beside_each_other_only_and_properties_inside_only() {
    each(|world| {
        let machine = Machine::new(world);
        let left =
            machine.add("left", json!({ "assetModelCompositeModelProperties": [measurement("load")] }));
        let right =
            machine.add("right", json!({ "assetModelCompositeModelProperties": [measurement("load")] }));
        machine.add("bolt", json!({ "parentAssetModelCompositeModelId": left }));
        machine.add("bolt", json!({ "parentAssetModelCompositeModelId": right }));
        let refusal = machine.refused("bolt", json!({ "parentAssetModelCompositeModelId": left }));
        assert_eq!(refusal.name, EXISTS);
        let refusal = machine.update(&left, |body| body["assetModelCompositeModelName"] = json!("right"));
        assert_eq!(refusal.unwrap_err().name, EXISTS);
        // External ids of properties are unique in the whole model, since assets look properties up by them.
        let mut twin = measurement("twin");
        twin["externalId"] = json!("p-1");
        machine.add("one", json!({ "assetModelCompositeModelProperties": [twin] }));
        let refusal = machine.refused("two", json!({ "assetModelCompositeModelProperties": [twin] }));
        assert_eq!(refusal.name, INVALID);
        assert!(
            refusal.message().contains("externalId 'p-1' occurs more than once"),
            "{}",
            refusal.message()
        );
    });
}

#[test]
fn an_update_replaces_by_identity_and_the_rest_of_the_model_stays() {
    each(|world| {
        let machine = Machine::new(world);
        let rotor = machine.add(
            "rotor",
            json!({ "assetModelCompositeModelProperties": [measurement("speed"), measurement("torque")] }),
        );
        let before = machine.composite(&rotor);
        machine.update(&rotor, |_| {}).unwrap();
        assert_eq!(machine.composite(&rotor), before);
        assert_eq!(machine.describe()["assetModelVersion"], "3");
        machine
            .update(&rotor, |body| {
                body["assetModelCompositeModelName"] = json!("spinner");
                body["assetModelCompositeModelExternalId"] = json!("rotor-1");
                let properties = body["assetModelCompositeModelProperties"].as_array_mut().unwrap();
                properties.remove(0);
                properties.insert(0, measurement("tilt"));
            })
            .unwrap();
        let after = machine.composite(&rotor);
        assert_eq!(machine.properties(), ["machine/load", "machine/spinner/tilt", "machine/spinner/torque"]);
        let property =
            |described: &Value, i: usize| described["assetModelCompositeModelProperties"][i]["id"].clone();
        assert_eq!(property(&after, 1), property(&before, 1));
        assert_ne!(property(&after, 0), property(&before, 0));
        let cases: [(&str, &str, Change); 4] = [
            (INVALID, "can't be changed", |body| body["assetModelCompositeModelExternalId"] = json!("other")),
            (INVALID, "already has a property named 'torque'", |body| {
                body["assetModelCompositeModelProperties"] = json!([measurement("torque")]);
            }),
            (INVALID, "dataType of property 'torque' can't be changed", |body| {
                body["assetModelCompositeModelProperties"][1]["dataType"] = json!("STRING");
            }),
            (INVALID, "names no property", |body| {
                let list = body["assetModelCompositeModelProperties"].as_array_mut().unwrap();
                list.push(transform("t", json!({ "propertyId": "nothing" })));
            }),
        ];
        for (name, message, change) in cases {
            let refusal = machine.update(&rotor, change).unwrap_err();
            assert_eq!(
                (refusal.name.as_str(), refusal.message().contains(message)),
                (name, true),
                "{refusal:?}"
            );
        }
        assert_eq!(machine.composite(&rotor), after);
        // The model's own update leaves custom composite models alone.
        let described = machine.describe();
        let input = json!({
            "assetModelId": machine.id,
            "assetModelName": "machine",
            "assetModelProperties": described["assetModelProperties"],
            "assetModelHierarchies": [],
            "assetModelCompositeModels": [],
        });
        machine.caller.ok("UpdateAssetModel", input);
        assert_eq!(machine.composite(&rotor), after);
    });
}

#[test]
fn deleting_takes_what_is_below_along_unless_a_formula_reads_it() {
    each(|world| {
        let machine = Machine::new(world);
        let rotor = machine.add("rotor", json!({}));
        let blade = machine.add(
            "blade",
            json!({
                "parentAssetModelCompositeModelId": rotor,
                "assetModelCompositeModelProperties": [measurement("angle")],
            }),
        );
        let steps = json!([{ "name": "rotor" }, { "id": blade }, { "name": "angle" }]);
        let watch = machine.add(
            "watch",
            json!({ "assetModelCompositeModelProperties": [transform("twice", json!({ "propertyPath": steps }))] }),
        );
        let angle = machine.composite(&blade)["assetModelCompositeModelProperties"][0]["id"].clone();
        let read = &machine.composite(&watch)["assetModelCompositeModelProperties"][0];
        assert_eq!(
            read["type"]["transform"]["variables"],
            json!([{ "name": "x", "value": { "propertyId": angle } }])
        );
        let refusal = machine.delete(&rotor).unwrap_err();
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("property 'twice'"), "{}", refusal.message());
        assert_eq!(machine.delete(NOBODY).unwrap_err().name, NOT_FOUND);
        machine.delete(&watch).unwrap();
        let version = text(&machine.describe()["assetModelVersion"]);
        assert_eq!(
            machine.delete(&rotor).unwrap(),
            json!({ "assetModelId": machine.id, "assetModelStatus": { "state": "UPDATING" } })
        );
        assert_eq!(machine.properties(), ["machine/load"]);
        assert_ne!(machine.describe()["assetModelVersion"], json!(version));
        let input = json!({ "assetModelId": machine.id, "assetModelCompositeModelId": blade });
        assert_eq!(machine.caller.refused("DescribeAssetModelCompositeModel", input).name, NOT_FOUND);
        assert_eq!(machine.delete(&rotor).unwrap_err().name, NOT_FOUND);
    });
}

#[test]
fn variables_reach_properties_by_name_near_by_and_by_path_anywhere() {
    each(|world| {
        let machine = Machine::new(world);
        let rotor = machine.add(
            "rotor",
            json!({ "assetModelCompositeModelProperties": [measurement("load"), measurement("speed")] }),
        );
        let described = machine.composite(&rotor);
        let inner = described["assetModelCompositeModelProperties"][0]["id"].clone();
        let speed = described["assetModelCompositeModelProperties"][1]["id"].clone();
        let outer = machine.describe()["assetModelProperties"][0]["id"].clone();
        let add = |value: Value| {
            machine
                .update(&rotor, |body| {
                    let list = body["assetModelCompositeModelProperties"].as_array_mut().unwrap();
                    list.truncate(2);
                    list.push(transform("t", value));
                })
                .map(|_| {
                    let property = &machine.composite(&rotor)["assetModelCompositeModelProperties"][2];
                    let read = property["type"]["transform"]["variables"][0]["value"]["propertyId"].clone();
                    machine
                        .update(&rotor, |body| {
                            body["assetModelCompositeModelProperties"].as_array_mut().unwrap().truncate(2);
                        })
                        .unwrap();
                    read
                })
        };
        // A bare name means the formula's own composite model before the model itself.
        assert_eq!(add(json!({ "propertyId": "load" })).unwrap(), inner);
        assert_eq!(add(json!({ "propertyId": outer })).unwrap(), outer);
        assert_eq!(add(json!({ "propertyPath": [{ "name": "load" }] })).unwrap(), outer);
        assert_eq!(add(json!({ "propertyPath": [{ "name": "rotor" }, { "id": speed }] })).unwrap(), speed);
        let rooted = json!([{ "id": machine.id, "name": "machine" }, { "id": rotor }, { "name": "speed" }]);
        assert_eq!(add(json!({ "propertyPath": rooted })).unwrap(), speed);
        assert_eq!(
            add(json!({ "propertyPath": [{ "name": "machine" }, { "name": "load" }] })).unwrap(),
            outer
        );
        for (wrong, message) in [
            (json!({ "propertyPath": [{ "name": "rotor" }] }), "propertyPath 'rotor' of variable"),
            (
                json!({ "propertyPath": [{ "name": "rotor", "id": NOBODY }, { "name": "speed" }] }),
                "propertyPath 'rotor/speed' of variable",
            ),
            (json!({ "propertyPath": [{}, { "name": "speed" }] }), "names no property"),
            (json!({ "propertyId": "rotor/speed" }), "by a propertyPath with one element for each name"),
            (
                json!({ "propertyId": inner, "propertyPath": [{ "name": "load" }] }),
                "two different properties",
            ),
        ] {
            let refusal = add(wrong.clone()).unwrap_err();
            assert!(refusal.message().contains(message), "{refusal:?}");
            assert_eq!(refusal.name, INVALID, "{wrong}");
        }
    });
}

#[test]
fn composite_writes_move_the_model_and_honour_its_etag() {
    each(|world| {
        let machine = Machine::new(world);
        let tag = etag(&machine.caller, &machine.id);
        let rotor = machine.add("rotor", json!({ "ifMatch": tag, "matchForVersionType": "ACTIVE" }));
        assert_eq!(machine.refused("other", json!({ "ifMatch": tag })).name, PRECONDITION);
        let refusal = machine.update(&rotor, |body| body["ifMatch"] = json!(tag)).unwrap_err();
        assert_eq!(refusal.name, PRECONDITION);
        let input = json!({
            "assetModelId": machine.id,
            "assetModelCompositeModelId": rotor,
            "ifNoneMatch": "*",
            "matchForVersionType": "ACTIVE",
        });
        assert_eq!(
            machine.caller.refused("DeleteAssetModelCompositeModel", input.clone()).name,
            PRECONDITION
        );
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        let create = json!({
            "assetModelId": machine.id,
            "assetModelCompositeModelName": "slow",
            "assetModelCompositeModelType": "CUSTOM",
        });
        slow.ok("CreateAssetModelCompositeModel", create.clone());
        assert_eq!(machine.describe()["assetModelStatus"], json!({ "state": "UPDATING" }));
        assert_eq!(slow.refused("CreateAssetModelCompositeModel", create).name, CONFLICT);
        assert_eq!(machine.update(&rotor, |_| {}).unwrap_err().name, CONFLICT);
        let refusal = machine.delete(&rotor).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(machine.id)));
        // The version in force does not have it yet.
        let input = json!({ "assetModelId": machine.id, "assetModelVersion": "ACTIVE" });
        let active = machine.caller.ok("ListAssetModelCompositeModels", input);
        assert_eq!(active["assetModelCompositeModelSummaries"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn composite_models_have_quotas() {
    each(|world| {
        let machine = Machine::new(world);
        let mut above = machine.add("level-1", json!({}));
        for level in 2..=10 {
            above =
                machine.add(&format!("level-{level}"), json!({ "parentAssetModelCompositeModelId": above }));
        }
        let refusal = machine.refused("level-11", json!({ "parentAssetModelCompositeModelId": above }));
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        for i in 11..=30 {
            machine.add(&format!("beside-{i}"), json!({}));
        }
        let refusal = machine.refused("one more", json!({}));
        assert_eq!(
            short(&refusal),
            (LIMIT, "The asset model would have 31 composite models; 30 are allowed")
        );
    });
}
