//! Actions and executions: what is asked of computation models, and what becomes of it.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::action::Target;
use sitewise::place::Place;
use testkit::{Caller, Refusal};

use crate::plant::{CONFLICT, INVALID, NOBODY, NOT_FOUND, each, text};
use crate::pumps::Pumps;
use crate::table::set_state;

const WINDOW: &str = r#"{"exportDataStartTime":1717225200,"exportDataEndTime":1722789360}"#;
const START: &str = r#"{"inferenceMode":"START","dataUploadFrequency":"PT5M"}"#;

/// Trains a computation model that was described; answers the id of the action.
pub fn train(caller: &Caller<'_>, model: &Value, asset: Option<&str>) -> Result<String, Refusal> {
    act(caller, model, 0, WINDOW, asset)
}

fn act(
    caller: &Caller<'_>,
    model: &Value,
    which: usize,
    payload: &str,
    asset: Option<&str>,
) -> Result<String, Refusal> {
    caller
        .send("ExecuteAction", request(model, which, payload, asset))
        .map(|answer| text(&answer["actionId"]))
}

fn request(model: &Value, which: usize, payload: &str, asset: Option<&str>) -> Value {
    json!({
        "targetResource": { "computationModelId": model["computationModelId"] },
        "actionDefinitionId": model["actionDefinitions"][which]["actionDefinitionId"],
        "actionPayload": { "stringValue": payload },
        "resolveTo": asset.map(|id| json!({ "assetId": id })),
    })
}

fn of_model(id: &str) -> Value {
    json!({ "targetResourceType": "COMPUTATION_MODEL", "targetResourceId": id })
}

#[test]
fn an_action_is_recorded_and_its_execution_fails_honestly() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let id = pumps.of_all("m");
        let model = pumps.describe(&id);
        let payload = format!(" {WINDOW} ");
        let action = act(caller, &model, 0, &payload, Some(&pump)).unwrap();
        let definition = &model["actionDefinitions"][0]["actionDefinitionId"];
        let target = json!({ "computationModelId": id });
        let resolve_to = json!({ "assetId": pump });
        assert_eq!(
            caller.ok("DescribeAction", json!({ "actionId": action })),
            json!({
                "actionId": action, "targetResource": target, "actionDefinitionId": definition,
                "actionPayload": { "stringValue": payload }, "executionTime": 1_700_000_000,
                "resolveTo": resolve_to,
            })
        );
        assert_eq!(
            caller.ok("ListActions", of_model(&id)),
            json!({ "actionSummaries": [{
                "actionId": action, "actionDefinitionId": definition, "targetResource": target,
                "resolveTo": resolve_to,
            }] })
        );
        let listed = caller.ok("ListExecutions", of_model(&id));
        let execution = text(&listed["executionSummaries"][0]["executionId"]);
        let summary = json!({
            "executionId": execution, "actionType": "AWS/ANOMALY_DETECTION_TRAINING", "targetResource": target,
            "targetResourceVersion": "1", "resolveTo": resolve_to, "executionStartTime": 1_700_000_000,
            "executionEndTime": 1_700_000_000, "executionStatus": { "state": "FAILED" },
        });
        assert_eq!(listed, json!({ "executionSummaries": [summary] }));
        let mut whole = summary.clone();
        whole["executionDetails"] = json!({
            "errorCode": "ENGINE_NOT_INSTALLED",
            "errorMessage": "no anomaly detection engine is installed on this server",
        });
        assert_eq!(caller.ok("DescribeExecution", json!({ "executionId": execution })), whole);
        let input = json!({ "computationModelId": id });
        assert_eq!(
            caller.ok("ListComputationModelResolveToResources", input.clone()),
            json!({ "computationModelResolveToResourceSummaries": [{ "resolveTo": resolve_to }] })
        );
        let found = caller.ok("DescribeComputationModelExecutionSummary", input);
        assert_eq!(found["computationModelExecutionSummary"], json!({}));
    });
}

#[test]
fn an_execution_runs_as_long_as_states_last() {
    each(|world| {
        let pumps = Pumps::new(world);
        let pump = pumps.pump("p1");
        let id = pumps.of_one("m", &pump);
        let slow = pumps.caller.clone().installed(|installation| installation.propagation_ms = 1000);
        act(&slow, &pumps.describe(&id), 1, START, None).unwrap();
        let summary =
            |caller: &Caller<'_>| caller.ok("ListExecutions", of_model(&id))["executionSummaries"][0].clone();
        let running = summary(&slow);
        assert_eq!(
            (&running["executionStatus"]["state"], running.get("executionEndTime")),
            (&json!("RUNNING"), None)
        );
        let by_id = json!({ "executionId": running["executionId"] });
        assert_eq!(slow.ok("DescribeExecution", by_id.clone()).get("executionDetails"), None);
        world.pass(Duration::from_secs(1));
        assert_eq!(summary(&slow)["executionStatus"]["state"], "FAILED");
        assert_eq!(slow.ok("DescribeExecution", by_id)["executionEndTime"], 1_700_000_001);
    });
}

#[test]
fn bindings_on_an_asset_model_need_one_of_its_assets() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let stranger = Pumps::named(world.caller(), "other").pump("s1");
        let of_all = pumps.describe(&pumps.of_all("all"));
        let of_one = pumps.describe(&pumps.of_one("one", &pump));
        for (model, asset, name, says) in [
            (&of_all, None, INVALID, "resolveTo is required"),
            (&of_all, Some(NOBODY), NOT_FOUND, "not found"),
            (&of_all, Some(stranger.as_str()), INVALID, "is bound to asset model"),
            (&of_one, Some(pump.as_str()), INVALID, "resolveTo is not allowed"),
        ] {
            let refusal = train(caller, model, asset).unwrap_err();
            assert_eq!(refusal.name, name, "{says}");
            assert!(refusal.message().contains(says), "{}", refusal.message());
        }
        train(caller, &of_all, Some(&pump)).unwrap();
        train(caller, &of_one, None).unwrap();
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let input = json!({ "assetName": "slow", "assetModelId": pumps.model });
        let creating = text(&slow.ok("CreateAsset", input)["assetId"]);
        let refusal = train(caller, &of_all, Some(&creating)).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(creating)));
    });
}

#[test]
fn the_first_fault_in_order_is_the_answer() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let model = pumps.describe(&pumps.of_all("m"));
        let refused = |input: Value| caller.refused("ExecuteAction", input).name;
        // Each request has all the faults of those behind it.
        let mut input = request(&model, 0, "no JSON", Some(NOBODY));
        input["actionDefinitionId"] = json!(NOBODY);
        for target in
            [json!({}), json!({ "assetId": NOBODY, "computationModelId": model["computationModelId"] })]
        {
            input["targetResource"] = target;
            assert_eq!(refused(input.clone()), INVALID);
        }
        for target in [json!({ "assetId": NOBODY }), json!({ "computationModelId": NOBODY })] {
            input["targetResource"] = target;
            assert_eq!(refused(input.clone()), NOT_FOUND);
        }
        for target in
            [json!({ "assetId": pump }), json!({ "computationModelId": model["computationModelId"] })]
        {
            input["targetResource"] = target;
            let refusal = caller.refused("ExecuteAction", input.clone());
            assert_eq!(refusal.name, NOT_FOUND);
            assert!(refusal.message().contains("Action definition with id"), "{}", refusal.message());
        }
        let refusal = act(caller, &model, 0, "no JSON", Some(NOBODY)).unwrap_err();
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("is not JSON"), "{}", refusal.message());
        assert_eq!(act(caller, &model, 1, WINDOW, Some(&pump)).unwrap_err().name, INVALID);
        assert_eq!(act(caller, &model, 0, "{\n}", Some(&pump)).unwrap_err().name, INVALID);
        assert_eq!(act(caller, &model, 0, WINDOW, Some(NOBODY)).unwrap_err().name, NOT_FOUND);
        let none = caller.ok("ListActions", of_model(model["computationModelId"].as_str().unwrap()));
        assert_eq!(none, json!({ "actionSummaries": [] }));
    });
}

#[test]
fn a_binding_that_no_longer_holds_is_told_before_anything_is_recorded() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        // A computation model may still be bound to the version in force while another one is on its way.
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let input =
            json!({ "assetModelId": pumps.model, "assetModelName": "pump", "assetModelProperties": [] });
        slow.ok("UpdateAssetModel", input);
        let model = pumps.describe(&pumps.of_all("m"));
        world.pass(Duration::from_secs(1));
        let settled: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
        assert_eq!(settled.unwrap(), 1);
        let refusal = train(caller, &model, Some(&pump)).unwrap_err();
        assert_eq!(refusal.name, NOT_FOUND);
        assert!(refusal.message().contains("has no property with id"), "{}", refusal.message());
    });
}

#[test]
fn a_token_makes_one_action() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let model = pumps.describe(&pumps.of_one("m", &pump));
        let mut input = request(&model, 0, WINDOW, None);
        input["clientToken"] = json!("token-0000-0000-0000-0000-0000-000000073");
        let first = caller.ok("ExecuteAction", input.clone());
        assert_eq!(caller.ok("ExecuteAction", input.clone()), first);
        input["actionPayload"] = json!({ "stringValue": "{\"trainingMode\":\"STOP_RETRAINING_SCHEDULER\"}" });
        assert_eq!(caller.refused("ExecuteAction", input.clone()).name, INVALID);
        // Without a token each request is a new one.
        input.as_object_mut().unwrap().remove("clientToken");
        assert_ne!(caller.ok("ExecuteAction", input.clone()), caller.ok("ExecuteAction", input));
    });
}

#[test]
fn lists_are_of_one_target_and_go_on_where_they_ended() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let (one, two) = (pumps.pump("p1"), pumps.pump("p2"));
        let id = pumps.of_all("m");
        let model = pumps.describe(&id);
        let mut actions = Vec::new();
        for (which, payload, asset) in [(0, WINDOW, &two), (1, START, &one), (0, WINDOW, &one)] {
            actions.push(act(caller, &model, which, payload, Some(asset)).unwrap());
            world.pass(Duration::from_secs(1));
        }
        train(caller, &pumps.describe(&pumps.of_one("other", &one)), None).unwrap();
        let list = |operation: &str, more: Value| {
            let mut input = of_model(&id);
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            let pages = caller.pages(operation, &input, "nextToken");
            let member = if operation == "ListActions" { "actionSummaries" } else { "executionSummaries" };
            pages.iter().map(|page| page[member].as_array().unwrap().clone()).collect::<Vec<_>>()
        };
        let ids = |page: &[Value]| page.iter().map(|one| text(&one["actionId"])).collect::<Vec<_>>();
        let pages = list("ListActions", json!({ "maxResults": 2 }));
        assert_eq!((ids(&pages[0]), ids(&pages[1])), (actions[..2].to_vec(), actions[2..].to_vec()));
        let of_asset = json!({ "resolveToResourceType": "ASSET", "resolveToResourceId": one });
        assert_eq!(ids(&list("ListActions", of_asset.clone())[0]), actions[1..]);
        let sizes = |pages: Vec<Vec<Value>>| pages.iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(sizes(list("ListExecutions", json!({ "maxResults": 1 }))), [1, 1, 1]);
        assert_eq!(sizes(list("ListExecutions", of_asset.clone())), [2]);
        let mut trainings = of_asset.clone();
        trainings["actionType"] = json!("AWS/ANOMALY_DETECTION_TRAINING");
        assert_eq!(sizes(list("ListExecutions", trainings)), [1]);
        assert_eq!(sizes(list("ListExecutions", json!({ "actionType": "never" }))), [0]);
        let input = json!({ "computationModelId": id, "maxResults": 1 });
        let pages = caller.pages("ListComputationModelResolveToResources", &input, "nextToken");
        let assets: Vec<&Value> = pages
            .iter()
            .map(|page| &page["computationModelResolveToResourceSummaries"][0]["resolveTo"]["assetId"])
            .collect();
        assert_eq!(assets, [&json!(two), &json!(one)]);
        let of_one = json!({ "targetResourceType": "ASSET", "targetResourceId": one });
        assert_eq!(caller.ok("ListActions", of_one.clone()), json!({ "actionSummaries": [] }));
        assert_eq!(caller.ok("ListExecutions", of_one), json!({ "executionSummaries": [] }));
        // An asset that goes takes what was asked for it along.
        caller.ok("DeleteAsset", json!({ "assetId": two }));
        assert_eq!(ids(&list("ListActions", json!({}))[0]), actions[1..]);
        assert_eq!(sizes(list("ListExecutions", json!({}))), [2]);
    });
}

#[test]
fn lists_refuse_what_names_nothing() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let id = pumps.of_one("m", &pump);
        train(caller, &pumps.describe(&id), None).unwrap();
        for operation in ["ListActions", "ListExecutions"] {
            let refused = |change: &[(&str, &str)]| {
                let mut input = of_model(&id);
                for (member, value) in change {
                    input[*member] = json!(value);
                }
                caller.refused(operation, input).name
            };
            assert_eq!(refused(&[("targetResourceId", NOBODY)]), NOT_FOUND);
            assert_eq!(
                refused(&[("targetResourceType", "ASSET")]),
                NOT_FOUND,
                "a computation model is no asset"
            );
            assert_eq!(refused(&[("targetResourceType", "GATEWAY")]), INVALID);
            assert_eq!(refused(&[("resolveToResourceType", "ASSET")]), INVALID);
            assert_eq!(refused(&[("resolveToResourceId", pump.as_str())]), INVALID);
            assert_eq!(refused(&[("nextToken", "abc")]), INVALID);
            let elsewhere = caller.clone().of_account("444455556666");
            assert_eq!(elsewhere.refused(operation, of_model(&id)).name, NOT_FOUND);
        }
        let action = &caller.ok("ListActions", of_model(&id))["actionSummaries"][0]["actionId"];
        let execution = &caller.ok("ListExecutions", of_model(&id))["executionSummaries"][0]["executionId"];
        let elsewhere = caller.clone().of_account("444455556666");
        assert_eq!(elsewhere.refused("DescribeAction", json!({ "actionId": action })).name, NOT_FOUND);
        assert_eq!(
            elsewhere.refused("DescribeExecution", json!({ "executionId": execution })).name,
            NOT_FOUND
        );
        for (operation, member) in [("DescribeAction", "actionId"), ("DescribeExecution", "executionId")] {
            assert_eq!(caller.refused(operation, json!({ member: NOBODY })).name, NOT_FOUND);
            assert_eq!(caller.refused(operation, json!({ member: "nonsense" })).name, INVALID);
        }
    });
}

#[test]
fn actions_of_lookout_for_equipment_are_taken_on_assets_and_fail_honestly() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let input = json!({
            "assetModelId": pumps.model, "assetModelCompositeModelName": "prediction",
            "assetModelCompositeModelType": "AWS/L4E_ANOMALY",
            "assetModelCompositeModelProperties": [
                { "name": "AWS/L4E_ANOMALY_INPUT", "dataType": "STRING",
                  "type": { "attribute": { "defaultValue": "{}" } } },
            ],
        });
        let composite =
            caller.ok("CreateAssetModelCompositeModel", input)["assetModelCompositeModelId"].clone();
        let of_model = caller.ok(
            "DescribeAssetModelCompositeModel",
            json!({ "assetModelId": pumps.model, "assetModelCompositeModelId": composite }),
        );
        let of_asset = caller.ok(
            "DescribeAssetCompositeModel",
            json!({ "assetId": pump, "assetCompositeModelId": composite }),
        );
        assert_eq!(of_model["actionDefinitions"], of_asset["actionDefinitions"]);
        let names: Vec<&Value> =
            of_asset["actionDefinitions"].as_array().unwrap().iter().map(|one| &one["actionName"]).collect();
        assert_eq!(names, ["AWS/L4E_TRAINING", "AWS/L4E_INFERENCE", "AWS/L4E_TRAINING_WITH_INFERENCE"]);
        let payload = r#"{"l4ETrainingWithInference":{"trainingWithInferenceMode":"START"}}"#;
        let mut input = json!({
            "targetResource": { "assetId": pump },
            "actionDefinitionId": of_asset["actionDefinitions"][2]["actionDefinitionId"],
            "actionPayload": { "stringValue": payload },
        });
        let action = caller.ok("ExecuteAction", input.clone())["actionId"].clone();
        let described = caller.ok("DescribeAction", json!({ "actionId": action }));
        assert_eq!(described["targetResource"], json!({ "assetId": pump }));
        let of_pump = json!({ "targetResourceType": "ASSET", "targetResourceId": pump });
        let listed = caller.ok("ListExecutions", of_pump.clone());
        let execution = &listed["executionSummaries"][0];
        assert_eq!(
            (&execution["executionStatus"]["state"], &execution["actionType"]),
            (&json!("FAILED"), &json!("AWS/L4E_TRAINING_WITH_INFERENCE"))
        );
        assert_eq!(execution["targetResourceVersion"], "2");
        // Refused are a resolveTo, words that are no JSON, and what comes while the asset is being updated.
        input["resolveTo"] = json!({ "assetId": pump });
        assert_eq!(caller.refused("ExecuteAction", input.clone()).name, INVALID);
        input["actionPayload"] = json!({ "stringValue": "start" });
        assert_eq!(caller.refused("ExecuteAction", input.clone()).name, INVALID);
        set_state(world, &pump, "UPDATING");
        let refusal = caller.refused("ExecuteAction", input);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pump)));
        set_state(world, &pump, "ACTIVE");
        caller.ok("DeleteAsset", json!({ "assetId": pump }));
        assert_eq!(caller.refused("DescribeAction", json!({ "actionId": action })).name, NOT_FOUND);
        assert_eq!(caller.refused("ListExecutions", of_pump).name, NOT_FOUND);
    });
}

#[test]
fn nothing_of_this_is_known_in_another_account_or_region() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let id = pumps.of_one("m", &pump);
        let model = pumps.describe(&id);
        let action = train(caller, &model, None).unwrap();
        let execution =
            caller.ok("ListExecutions", of_model(&id))["executionSummaries"][0]["executionId"].clone();
        let by_id = json!({ "computationModelId": id });
        let mut update = Pumps::input("m", &pumps.on_asset(&pump, "flow"), &pumps.on_asset(&pump, "anomaly"));
        let create = update.clone();
        update["computationModelId"] = json!(id);
        let strangers = [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-central-1")];
        for stranger in strangers {
            for (operation, input) in [
                ("DescribeComputationModel", by_id.clone()),
                ("DescribeComputationModelExecutionSummary", by_id.clone()),
                ("ListComputationModelResolveToResources", by_id.clone()),
                ("UpdateComputationModel", update.clone()),
                ("DeleteComputationModel", by_id.clone()),
                // Neither the asset nor the model of a binding can be reached.
                ("CreateComputationModel", create.clone()),
                ("ExecuteAction", request(&model, 0, WINDOW, None)),
                ("DescribeAction", json!({ "actionId": action })),
                ("ListActions", of_model(&id)),
                ("DescribeExecution", json!({ "executionId": execution })),
                ("ListExecutions", of_model(&id)),
            ] {
                assert_eq!(stranger.refused(operation, input).name, NOT_FOUND, "{operation}");
            }
            let listed = stranger.ok("ListComputationModels", json!({}));
            assert_eq!(listed, json!({ "computationModelSummaries": [] }));
        }
        caller.ok("DeleteComputationModel", by_id);
    });
}

#[test]
fn only_the_newest_actions_on_a_target_are_remembered() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let (id, other) = (pumps.of_one("m", &pump), pumps.of_one("n", &pump));
        let [model, untouched] = [&id, &other].map(|id| pumps.describe(id));
        let mut actions = Vec::new();
        for _ in 0..5 {
            actions.push(act(caller, &model, 0, WINDOW, None).unwrap());
            world.pass(Duration::from_secs(1));
        }
        act(caller, &untouched, 0, WINDOW, None).unwrap();
        for (kept, left) in [(6, 5), (5, 5), (3, 3)] {
            let target = Target::ComputationModel(id.clone());
            let forgotten: Result<(), store::Error> = world.store().write_blocking(move |tx| {
                let place = Place { account: "111122223333", region: "us-east-1" };
                sitewise::action::forget_oldest(tx, place, &target, kept)
            });
            forgotten.unwrap();
            let listed = caller.ok("ListActions", of_model(&id));
            let ids: Vec<String> =
                listed["actionSummaries"].as_array().unwrap().iter().map(|a| text(&a["actionId"])).collect();
            assert_eq!(ids, actions[5 - left..]);
            let executions = caller.ok("ListExecutions", of_model(&id));
            assert_eq!(executions["executionSummaries"].as_array().unwrap().len(), left);
        }
        let refusal = caller.refused("DescribeAction", json!({ "actionId": actions[0] }));
        assert_eq!(refusal.name, NOT_FOUND);
        assert_eq!(
            caller.ok("ListActions", of_model(&other))["actionSummaries"].as_array().unwrap().len(),
            1
        );
    });
}
