//! What describe answers can be sent back as an update, whatever model it is: run on the models of every test.

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::text;

/// Models looked at in one world: tests of quotas make hundreds that are alike.
const MODELS_MAX: usize = 40;

/// Composite models looked at in one model.
const COMPOSITES_MAX: usize = 5;

const MODEL: [&str; 6] = [
    "assetModelName",
    "assetModelDescription",
    "assetModelExternalId",
    "assetModelProperties",
    "assetModelHierarchies",
    "assetModelCompositeModels",
];

const COMPOSITE: [&str; 4] = [
    "assetModelCompositeModelName",
    "assetModelCompositeModelDescription",
    "assetModelCompositeModelExternalId",
    "assetModelCompositeModelProperties",
];

/// Sends every model at rest, and every composite model, back as it is described: nothing but the version may change.
#[track_caller]
pub fn all(world: &World) {
    let caller = world.caller();
    let Ok(list) = caller.send("ListAssetModels", json!({ "maxResults": 250 })) else { return };
    for summary in list["assetModelSummaries"].as_array().unwrap().iter().take(MODELS_MAX) {
        if matches!(summary["status"]["state"].as_str(), Some("ACTIVE" | "FAILED")) {
            model(&caller, &text(&summary["id"]));
        }
    }
}

#[track_caller]
fn model(caller: &Caller<'_>, id: &str) {
    let describe = || {
        let mut described = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        for member in ["assetModelVersion", "assetModelLastUpdateDate"] {
            described[member] = Value::Null;
        }
        described
    };
    let before = describe();
    caller.ok("UpdateAssetModel", picked(json!({ "assetModelId": id }), &before, &MODEL));
    if describe()["assetModelStatus"] != before["assetModelStatus"] {
        // A server that lets passing states last, or a fleet too large for one step.
        return;
    }
    assert_eq!(describe(), before);
    let input = json!({ "assetModelId": id, "maxResults": COMPOSITES_MAX });
    let composites = caller.ok("ListAssetModelCompositeModels", input);
    for summary in composites["assetModelCompositeModelSummaries"].as_array().unwrap() {
        let input = json!({ "assetModelId": id, "assetModelCompositeModelId": summary["id"] });
        let described = caller.ok("DescribeAssetModelCompositeModel", input.clone());
        caller.ok("UpdateAssetModelCompositeModel", picked(input.clone(), &described, &COMPOSITE));
        assert_eq!(caller.ok("DescribeAssetModelCompositeModel", input), described);
    }
    assert_eq!(describe(), before);
}

fn picked(mut input: Value, described: &Value, members: &[&str]) -> Value {
    for member in members {
        if let Some(value) = described.get(member) {
            input[*member] = value.clone();
        }
    }
    input
}
