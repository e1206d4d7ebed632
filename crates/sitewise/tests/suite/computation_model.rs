//! Computation models: their life, their bindings, and the lists of both.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::action;
use crate::plant::{CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, each, model, text};
use crate::pumps::Pumps;
use crate::table;

fn described(caller: &Caller<'_>, id: &str, version: &str) -> Value {
    let input = json!({ "computationModelId": id, "computationModelVersion": version });
    caller.ok("DescribeComputationModel", input)
}

#[test]
fn a_computation_model_is_described_as_it_was_created() {
    each(|world| {
        let pumps = Pumps::new(world);
        let inputs = json!({ "list": [pumps.on_model("flow"), pumps.on_model("double flow")] });
        let mut input = Pumps::input("pumps", &inputs, &pumps.on_model("anomaly"));
        input["computationModelDescription"] = json!("all pumps");
        input["tags"] = json!({ "site": "north" });
        let created = pumps.caller.ok("CreateComputationModel", input.clone());
        let id = text(&created["computationModelId"]);
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:computation-model/{id}");
        assert_eq!(
            created,
            json!({
                "computationModelId": id, "computationModelArn": arn,
                "computationModelStatus": { "state": "CREATING" },
            })
        );
        let mut found = pumps.describe(&id);
        let actions = found.as_object_mut().unwrap().remove("actionDefinitions").unwrap();
        assert_eq!(
            found,
            json!({
                "computationModelId": id, "computationModelArn": arn, "computationModelName": "pumps",
                "computationModelDescription": "all pumps",
                "computationModelConfiguration": input["computationModelConfiguration"],
                "computationModelDataBinding": input["computationModelDataBinding"],
                "computationModelCreationDate": 1_700_000_000, "computationModelLastUpdateDate": 1_700_000_000,
                "computationModelStatus": { "state": "ACTIVE" }, "computationModelVersion": "1",
            })
        );
        let types: Vec<&str> =
            actions.as_array().unwrap().iter().map(|action| action["actionType"].as_str().unwrap()).collect();
        assert_eq!(types, ["AWS/ANOMALY_DETECTION_TRAINING", "AWS/ANOMALY_DETECTION_INFERENCE"]);
        assert_eq!(pumps.describe(&id)["actionDefinitions"], actions);
        let summary =
            pumps.caller.ok("DescribeComputationModelExecutionSummary", json!({ "computationModelId": id }));
        assert_eq!(summary, json!({ "computationModelId": id, "computationModelExecutionSummary": {} }));
    });
}

#[test]
fn an_update_replaces_everything_and_earlier_versions_stay_readable() {
    each(|world| {
        let pumps = Pumps::new(world);
        let (one, two) = (pumps.pump("p1"), pumps.pump("p2"));
        let id = pumps.of_all("pumps");
        world.pass(Duration::from_secs(5));
        let inputs = json!({ "list": [pumps.on_asset(&one, "flow"), pumps.on_asset(&two, "flow")] });
        let mut update = Pumps::input("two pumps", &inputs, &pumps.on_asset(&one, "anomaly"));
        update["computationModelId"] = json!(id);
        let answer = pumps.caller.ok("UpdateComputationModel", update.clone());
        assert_eq!(answer, json!({ "computationModelStatus": { "state": "UPDATING" } }));
        for version in ["LATEST", "ACTIVE", "2"] {
            let found = described(&pumps.caller, &id, version);
            assert_eq!(
                (&found["computationModelName"], &found["computationModelVersion"]),
                (&json!("two pumps"), &json!("2"))
            );
            assert_eq!(found["computationModelDataBinding"], update["computationModelDataBinding"]);
            assert_eq!(found["computationModelLastUpdateDate"], 1_700_000_005);
            assert_eq!(found.get("computationModelDescription"), None);
        }
        let first = described(&pumps.caller, &id, "1");
        assert_eq!(
            (&first["computationModelName"], &first["computationModelVersion"]),
            (&json!("pumps"), &json!("1"))
        );
        for unknown in ["3", "9999999999"] {
            let input = json!({ "computationModelId": id, "computationModelVersion": unknown });
            assert_eq!(pumps.caller.refused("DescribeComputationModel", input).name, NOT_FOUND);
        }
        let input = json!({ "computationModelId": id, "computationModelVersion": "0" });
        assert_eq!(pumps.caller.refused("DescribeComputationModel", input).name, INVALID);
        // The name of the first version is free again.
        pumps.of_all("pumps");
    });
}

#[test]
fn a_deleted_model_is_gone_with_its_name_tags_actions_and_bindings() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let id = pumps.of_one("pumps", &pump);
        let trained = action::train(caller, &pumps.describe(&id), None).unwrap();
        let arn = pumps.describe(&id)["computationModelArn"].clone();
        caller.ok("TagResource", json!({ "resourceArn": arn, "tags": { "site": "north" } }));
        let tags = caller.ok("ListTagsForResource", json!({ "resourceArn": arn }));
        assert_eq!(tags, json!({ "tags": { "site": "north" } }));
        let answer = caller.ok("DeleteComputationModel", json!({ "computationModelId": id }));
        assert_eq!(answer, json!({ "computationModelStatus": { "state": "DELETING" } }));
        let by_id = json!({ "computationModelId": id });
        for operation in [
            "DescribeComputationModel",
            "DescribeComputationModelExecutionSummary",
            "ListComputationModelResolveToResources",
            "DeleteComputationModel",
        ] {
            assert_eq!(caller.refused(operation, by_id.clone()).name, NOT_FOUND, "{operation}");
        }
        assert_eq!(caller.refused("ListTagsForResource", json!({ "resourceArn": arn })).name, NOT_FOUND);
        assert_eq!(caller.refused("DescribeAction", json!({ "actionId": trained })).name, NOT_FOUND);
        caller.ok("DeleteAsset", json!({ "assetId": pump }));
        pumps.of_all("pumps");
    });
}

#[test]
fn what_is_bound_is_not_deleted() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let (one, two) = (pumps.pump("p1"), pumps.pump("p2"));
        let other = Pumps::named(world.caller(), "other");
        let of_asset = pumps.of_one("one pump", &one);
        let of_model = other.of_all("all others");
        let refusal = caller.refused("DeleteAsset", json!({ "assetId": one }));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(one)));
        assert_eq!(
            refusal.body["resourceArn"],
            format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{one}")
        );
        assert!(refusal.message().contains(&of_asset), "{}", refusal.message());
        let refusal = caller.refused("DeleteAssetModel", json!({ "assetModelId": other.model }));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(other.model)));
        assert!(refusal.message().contains(&of_model), "{}", refusal.message());
        // An update that binds something else sets the first one free.
        let mut update =
            Pumps::input("one pump", &pumps.on_asset(&two, "flow"), &pumps.on_asset(&two, "anomaly"));
        update["computationModelId"] = json!(of_asset);
        caller.ok("UpdateComputationModel", update);
        caller.ok("DeleteAsset", json!({ "assetId": one }));
        assert_eq!(caller.refused("DeleteAsset", json!({ "assetId": two })).name, CONFLICT);
        caller.ok("DeleteComputationModel", json!({ "computationModelId": of_model }));
        caller.ok("DeleteAssetModel", json!({ "assetModelId": other.model }));
    });
}

#[test]
fn states_last_as_long_as_the_installation_says() {
    each(|world| {
        let pumps = Pumps::new(world);
        let slow = pumps.caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let (one, two) = (pumps.pump("p1"), pumps.pump("p2"));
        let state = |id: &str| text(&pumps.describe(id)["computationModelStatus"]["state"]);
        let settle = || {
            world.pass(Duration::from_secs(1));
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10)).unwrap()
        };
        let input = Pumps::input("m", &pumps.on_asset(&one, "flow"), &pumps.on_asset(&one, "anomaly"));
        let id = text(&slow.ok("CreateComputationModel", input)["computationModelId"]);
        assert_eq!(state(&id), "CREATING");
        let active = json!({ "computationModelId": id, "computationModelVersion": "ACTIVE" });
        assert_eq!(slow.refused("DescribeComputationModel", active.clone()).name, NOT_FOUND);
        let mut update = Pumps::input("m", &pumps.on_asset(&two, "flow"), &pumps.on_asset(&two, "anomaly"));
        update["computationModelId"] = json!(id);
        let refusal = slow.refused("UpdateComputationModel", update.clone());
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:computation-model/{id}");
        assert_eq!(
            (refusal.name.as_str(), &refusal.body["resourceId"], &refusal.body["resourceArn"]),
            (CONFLICT, &json!(id), &json!(arn))
        );
        assert_eq!(
            slow.refused("DeleteComputationModel", json!({ "computationModelId": id })).name,
            CONFLICT
        );
        assert_eq!(action::train(&slow, &pumps.describe(&id), None).unwrap_err().name, CONFLICT);
        assert_eq!((settle(), state(&id).as_str()), (1, "ACTIVE"));
        slow.ok("UpdateComputationModel", update);
        assert_eq!(state(&id), "UPDATING");
        assert_eq!(slow.ok("DescribeComputationModel", active)["computationModelVersion"], "1");
        // Until the new version is in force, both hold what they are bound to.
        for pump in [&one, &two] {
            assert_eq!(pumps.caller.refused("DeleteAsset", json!({ "assetId": pump })).name, CONFLICT);
        }
        assert_eq!((settle(), state(&id).as_str()), (1, "ACTIVE"));
        pumps.caller.ok("DeleteAsset", json!({ "assetId": one }));
        slow.ok("DeleteComputationModel", json!({ "computationModelId": id }));
        assert_eq!(state(&id), "DELETING");
        assert_eq!(settle(), 1);
        let gone = pumps.caller.refused("DescribeComputationModel", json!({ "computationModelId": id }));
        assert_eq!(gone.name, NOT_FOUND);
    });
}

#[test]
fn bindings_that_make_no_sense_are_refused() {
    each(|world| {
        let pumps = Pumps::new(world);
        let other = Pumps::named(world.caller(), "other");
        let pump = pumps.pump("p1");
        let create = |input: Value| pumps.caller.refused("CreateComputationModel", input);
        let (flow, anomaly) = (pumps.on_model("flow"), pumps.on_model("anomaly"));
        let list = |entries: Vec<Value>| json!({ "list": entries });
        let both = json!({
            "assetModelProperty": flow["assetModelProperty"],
            "assetProperty": pumps.on_asset(&pump, "flow")["assetProperty"],
        });
        let cases = [
            (list(vec![]), anomaly.clone(), "bound to an empty list"),
            (flow.clone(), list(vec![anomaly.clone()]), "exactly one assetModelProperty"),
            (json!({}), anomaly.clone(), "The binding of 'inputs' must have exactly one of"),
            (both.clone(), anomaly.clone(), "The binding of 'inputs' must have exactly one of"),
            (list(vec![both]), anomaly.clone(), "Each entry of the list bound to 'inputs'"),
            (
                list(vec![list(vec![flow.clone()])]),
                anomaly.clone(),
                "Each entry of the list bound to 'inputs'",
            ),
            (flow.clone(), pumps.on_asset(&pump, "anomaly"), "mixes assetModelProperty"),
            (flow.clone(), other.on_model("anomaly"), "names the asset models"),
            (
                flow.clone(),
                pumps.on_model("turns"),
                "a measurement of type STRING, and it is a measurement of type INTEGER",
            ),
            (flow.clone(), pumps.on_model("label"), "a measurement of type STRING, and it is an attribute"),
            (pumps.on_model("height"), anomaly.clone(), "it is an attribute of type DOUBLE"),
            (pumps.on_model("mean flow"), anomaly.clone(), "it is a metric of type DOUBLE"),
            (pumps.on_model("on"), anomaly.clone(), "it is a measurement of type BOOLEAN"),
            (list(vec![flow.clone(), anomaly.clone()]), anomaly.clone(), "'anomaly'"),
        ];
        for (inputs, result, says) in cases {
            let refusal = create(Pumps::input("m", &inputs, &result));
            assert_eq!(refusal.name, INVALID, "{inputs} {result}");
            assert!(refusal.message().contains(says), "{} does not say {says}", refusal.message());
        }
        assert_eq!(
            pumps.caller.ok("ListComputationModels", json!({})),
            json!({ "computationModelSummaries": [] })
        );
    });
}

#[test]
fn every_variable_is_bound_and_no_other() {
    each(|world| {
        let pumps = Pumps::new(world);
        let sound = Pumps::input("m", &pumps.on_model("flow"), &pumps.on_model("anomaly"));
        let refused = |change: &dyn Fn(&mut Value), says: &str| {
            let mut input = sound.clone();
            change(&mut input);
            let refusal = pumps.caller.refused("CreateComputationModel", input);
            assert_eq!(refusal.name, INVALID, "{says}");
            assert!(refusal.message().contains(says), "{} does not say {says}", refusal.message());
        };
        let anomaly = |member: &'static str, text: &'static str| {
            move |input: &mut Value| {
                input["computationModelConfiguration"]["anomalyDetection"][member] = json!(text);
            }
        };
        refused(&|input| input["computationModelConfiguration"] = json!({}), "must have anomalyDetection");
        refused(
            &anomaly("inputProperties", "${other}"),
            "'other' of computationModelConfiguration has no entry",
        );
        refused(&anomaly("resultProperty", "${inputs}"), "both use the variable 'inputs'");
        refused(&anomaly("inputProperties", "inputs"), "inputProperties");
        refused(&anomaly("inputProperties", "${a}, ${b}"), "inputProperties");
        refused(
            &|input| input["computationModelDataBinding"]["stray"] = pumps.on_model("turns"),
            "binds 'stray', which computationModelConfiguration does not use",
        );
        refused(&|input| input["computationModelDataBinding"]["Stray"] = json!({}), "Map keys");
        refused(&|input| input["computationModelName"] = json!("a/b"), "computationModelName");
        refused(
            &|input| input["computationModelDescription"] = json!("dots."),
            "computationModelDescription",
        );
        refused(&|input| input["tags"] = json!({ "aws:a": "1" }), "reserved");
        let mut sound = sound.clone();
        sound["computationModelName"] = json!("m-1 #$*!@.");
        sound["computationModelDescription"] = json!("");
        pumps.caller.ok("CreateComputationModel", sound);
    });
}

#[test]
fn what_is_bound_must_exist() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let flow = pumps.property("flow");
        let on_model = |model: &str, property: &str| json!({ "assetModelProperty": { "assetModelId": model, "propertyId": property } });
        let on_asset = |asset: &str, property: &str| json!({ "assetProperty": { "assetId": asset, "propertyId": property } });
        for unknown in [
            on_model(NOBODY, flow),
            on_model(&pumps.model, NOBODY),
            on_asset(NOBODY, flow),
            on_asset(&pump, NOBODY),
        ] {
            let result = if unknown.get("assetProperty").is_some() {
                pumps.on_asset(&pump, "anomaly")
            } else {
                on_model(
                    unknown["assetModelProperty"]["assetModelId"].as_str().unwrap(),
                    pumps.property("anomaly"),
                )
            };
            let refusal = caller.refused("CreateComputationModel", Pumps::input("m", &unknown, &result));
            assert_eq!(refusal.name, NOT_FOUND, "{unknown}");
        }
        for kind in ["COMPONENT_MODEL", "INTERFACE"] {
            let id = model(
                caller,
                json!({
                    "assetModelName": kind, "assetModelType": kind,
                    "assetModelProperties": [
                        { "name": "a", "dataType": "DOUBLE", "type": { "measurement": {} } },
                    ],
                }),
            );
            let found = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
            let bound = on_model(&id, found["assetModelProperties"][0]["id"].as_str().unwrap());
            let refusal = caller.refused("CreateComputationModel", Pumps::input("m", &bound, &bound));
            assert_eq!(refusal.name, INVALID, "{kind}");
        }
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let asset_input = json!({ "assetName": "slow", "assetModelId": pumps.model });
        let creating = text(&slow.ok("CreateAsset", asset_input)["assetId"]);
        let input =
            Pumps::input("m", &pumps.on_asset(&creating, "flow"), &pumps.on_asset(&creating, "anomaly"));
        let refusal = caller.refused("CreateComputationModel", input);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(creating)));
        let creating = model(&slow, json!({ "assetModelName": "slow" }));
        let bound = on_model(&creating, flow);
        let refusal = caller.refused("CreateComputationModel", Pumps::input("m", &bound, &bound));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(creating)));
    });
}

#[test]
fn names_are_unique_and_tokens_make_one_model() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let mut input = Pumps::input("m", &pumps.on_model("flow"), &pumps.on_model("anomaly"));
        input["clientToken"] = json!("token-0000-0000-0000-0000-0000-000000071");
        let created = caller.ok("CreateComputationModel", input.clone());
        assert_eq!(caller.ok("CreateComputationModel", input.clone()), created);
        input["clientToken"] = json!("token-0000-0000-0000-0000-0000-000000072");
        let refusal = caller.refused("CreateComputationModel", input.clone());
        assert_eq!((refusal.name.as_str(), refusal.status), (EXISTS, 409));
        assert_eq!(
            (&refusal.body["resourceId"], &refusal.body["resourceArn"]),
            (&created["computationModelId"], &created["computationModelArn"])
        );
        let second = pumps.of_all("n");
        let mut update = Pumps::input("m", &pumps.on_model("flow"), &pumps.on_model("anomaly"));
        update["computationModelId"] = json!(second);
        let refusal = caller.refused("UpdateComputationModel", update.clone());
        assert_eq!(
            (refusal.name.as_str(), &refusal.body["resourceId"]),
            (EXISTS, &created["computationModelId"])
        );
        update["computationModelName"] = json!("n");
        caller.ok("UpdateComputationModel", update);
    });
}

#[test]
fn the_first_fault_in_order_is_the_answer() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let id = pumps.of_all("taken");
        let unknown = json!({ "assetModelProperty": { "assetModelId": pumps.model, "propertyId": NOBODY } });
        // Name taken, no inputs, unknown result.
        let input = Pumps::input("taken", &json!({ "list": [] }), &unknown);
        assert_eq!(caller.refused("CreateComputationModel", input).name, INVALID);
        let input = Pumps::input("taken", &unknown, &unknown);
        assert_eq!(caller.refused("CreateComputationModel", input).name, EXISTS);
        let input = Pumps::input("free", &pumps.on_model("height"), &unknown);
        assert_eq!(caller.refused("CreateComputationModel", input).name, INVALID);
        let mut update = Pumps::input("taken", &json!({ "list": [] }), &unknown);
        update["computationModelId"] = json!(NOBODY);
        assert_eq!(caller.refused("UpdateComputationModel", update.clone()).name, NOT_FOUND);
        update["computationModelId"] = json!(id);
        assert_eq!(caller.refused("UpdateComputationModel", update).name, INVALID);
        let second = pumps.of_all("second");
        table::set_computation_model_state(world, &second, "UPDATING");
        let mut update = Pumps::input("taken", &unknown, &unknown);
        update["computationModelId"] = json!(second);
        assert_eq!(caller.refused("UpdateComputationModel", update).name, CONFLICT);
    });
}

#[test]
fn there_may_be_a_thousand_computation_models() {
    each(|world| {
        let pumps = Pumps::new(world);
        let id = pumps.of_all("m");
        table::copy_computation_model(world, &id, 998);
        pumps.of_all("thousandth");
        let input = Pumps::input("more", &pumps.on_model("flow"), &pumps.on_model("anomaly"));
        let refusal = pumps.caller.refused("CreateComputationModel", input);
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        let inputs = |count: usize| json!({ "list": vec![pumps.on_model("flow"); count] });
        let input = Pumps::input("m", &inputs(1001), &pumps.on_model("anomaly"));
        let refusal = pumps.caller.refused("CreateComputationModel", input);
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        assert!(refusal.message().contains("1001 properties"), "{}", refusal.message());
        let mut update = Pumps::input("m", &inputs(1000), &pumps.on_model("anomaly"));
        update["computationModelId"] = json!(id);
        pumps.caller.ok("UpdateComputationModel", update);
    });
}

#[test]
fn a_bound_property_stays_in_its_model() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": pumps.model }));
        let without = |name: &str| {
            let mut properties = described["assetModelProperties"].clone();
            properties.as_array_mut().unwrap().retain(|property| property["name"] != name);
            let input = json!({
                "assetModelId": pumps.model, "assetModelName": "pump", "assetModelProperties": properties,
            });
            caller.send("UpdateAssetModel", input)
        };
        for id in [pumps.of_all("all"), pumps.of_one("one", &pump)] {
            let refusal = without("anomaly").unwrap_err();
            let message = format!(
                "Property '{}' can't be removed: computation model '{id}' is bound to it; update or delete that one \
                 first",
                pumps.property("anomaly")
            );
            assert_eq!((refusal.name.as_str(), refusal.message()), (INVALID, message.as_str()));
            caller.ok("DeleteComputationModel", json!({ "computationModelId": id }));
        }
        let other = Pumps::named(world.caller(), "other");
        other.of_all("others");
        without("anomaly").unwrap();
    });
}
