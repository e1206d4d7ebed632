//! Tags of every kind of resource: set on creation, changed, and gone with the resource.

use serde_json::{Value, json};
use sitewise::asset_model::property::DataType;
use testkit::{Caller, World};

use crate::monitor::{portal_input, with};
use crate::plant::{INVALID, NOBODY, NOT_FOUND, each, text};
use crate::pumps::Pumps;
use crate::stream::arrive;
use crate::table::count_tags;

/// One resource of each kind, by kind, ARN, and how it is deleted; what has to be deleted first stands first.
struct Zoo<'a> {
    caller: Caller<'a>,
    all: Vec<(&'static str, String, (&'static str, Value))>,
}

impl<'a> Zoo<'a> {
    fn new(world: &'a World) -> Self {
        let pumps = Pumps::new(world);
        let caller = world.caller();
        let mut zoo = Self { caller, all: Vec::new() };
        let (_, portal) = zoo.make("portal", "CreatePortal", portal_input("p"), "DeletePortal");
        let input = json!({ "projectName": "p", "portalId": portal });
        let (_, project) = zoo.make("project", "CreateProject", input, "DeleteProject");
        let input = json!({ "dashboardName": "d", "projectId": project, "dashboardDefinition": "{}" });
        zoo.make("dashboard", "CreateDashboard", input, "DeleteDashboard");
        let input = json!({
            "accessPolicyIdentity": { "user": { "id": "user-1" } },
            "accessPolicyResource": { "portal": { "id": portal } }, "accessPolicyPermission": "VIEWER",
        });
        zoo.make("accessPolicy", "CreateAccessPolicy", input, "DeleteAccessPolicy");
        let kendra = json!({ "kendra": {
            "knowledgeBaseArn": "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/K",
            "roleArn": "arn:aws:iam::111122223333:role/r",
        } });
        let source =
            json!({ "sourceType": "KENDRA", "sourceFormat": "KNOWLEDGE_BASE", "sourceDetail": kendra });
        let input = json!({ "datasetName": "d", "datasetSource": source });
        zoo.make("dataset", "CreateDataset", input, "DeleteDataset");
        let platform = json!({ "greengrassV2": { "coreDeviceThingName": "t" } });
        let input = json!({ "gatewayName": "g", "gatewayPlatform": platform });
        zoo.make("gateway", "CreateGateway", input, "DeleteGateway");
        for kind in ["INTERFACE", "COMPONENT_MODEL", "ASSET_MODEL"] {
            let input = json!({ "assetModelName": kind, "assetModelType": kind });
            zoo.make("assetModel", "CreateAssetModel", input, "DeleteAssetModel");
        }
        let model = zoo.all.first().unwrap().2.1["assetModelId"].clone();
        zoo.make("asset", "CreateAsset", json!({ "assetName": "a", "assetModelId": model }), "DeleteAsset");
        let inputs = json!({ "list": [pumps.on_model("flow"), pumps.on_model("turns")] });
        let input = Pumps::input("c", &inputs, &pumps.on_model("anomaly"));
        zoo.make("computationModel", "CreateComputationModel", input, "DeleteComputationModel");
        zoo.series(world);
        zoo
    }

    /// Creates something with a tag; answers its ARN and its id.
    #[track_caller]
    fn make(
        &mut self,
        kind: &'static str,
        operation: &str,
        input: Value,
        delete: &'static str,
    ) -> (String, String) {
        let made = self.caller.ok(operation, with(input, &json!({ "tags": { "born": kind } })));
        let (arn, id) = (text(&made[format!("{kind}Arn")]), text(&made[format!("{kind}Id")]));
        self.all.insert(0, (kind, arn.clone(), (delete, json!({ format!("{kind}Id"): id }))));
        (arn, id)
    }

    /// A time series that no property has; nobody creates it with tags.
    fn series(&mut self, world: &World) {
        arrive(world, "/line/7", DataType::Double);
        let named = json!({ "alias": "/line/7" });
        let arn = text(&self.caller.ok("DescribeTimeSeries", named.clone())["timeSeriesArn"]);
        let tags = json!({ "born": "timeSeries" });
        self.caller.ok("TagResource", json!({ "resourceArn": arn, "tags": tags }));
        self.all.insert(0, ("timeSeries", arn, ("DeleteTimeSeries", named)));
    }
}

fn tags(caller: &Caller<'_>, arn: &str) -> Value {
    caller.ok("ListTagsForResource", json!({ "resourceArn": arn }))["tags"].clone()
}

#[test]
fn every_kind_of_resource_is_tagged_and_untagged() {
    each(|world| {
        let zoo = Zoo::new(world);
        let caller = &zoo.caller;
        let kinds: std::collections::BTreeSet<&str> = zoo.all.iter().map(|(kind, ..)| *kind).collect();
        assert_eq!(kinds.len(), 10, "all kinds but workspaces");
        for (kind, arn, _) in &zoo.all {
            assert_eq!(tags(caller, arn), json!({ "born": kind }), "{arn}");
            caller.ok("TagResource", json!({ "resourceArn": arn, "tags": { "born": "x", "more": "" } }));
            assert_eq!(tags(caller, arn), json!({ "born": "x", "more": "" }), "{arn}");
            caller.ok("UntagResource", json!({ "resourceArn": arn, "tagKeys": [] }));
            caller.ok("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["born", "never"] }));
            assert_eq!(tags(caller, arn), json!({ "more": "" }), "{arn}");
        }
    });
}

#[test]
fn tags_of_every_kind_vanish_with_the_resource() {
    each(|world| {
        let zoo = Zoo::new(world);
        assert_eq!(count_tags(world), i64::try_from(zoo.all.len()).unwrap());
        let mut left = count_tags(world);
        for (_, arn, (operation, input)) in &zoo.all {
            zoo.caller.ok(operation, input.clone());
            left -= 1;
            assert_eq!(count_tags(world), left, "{operation} {arn}");
            let named = json!({ "resourceArn": arn });
            assert_eq!(zoo.caller.refused("ListTagsForResource", named).name, NOT_FOUND, "{arn}");
        }
        assert_eq!(left, 0);
    });
}

#[test]
fn nobody_else_sees_or_changes_the_tags_of_any_kind() {
    each(|world| {
        let zoo = Zoo::new(world);
        let strangers = [world.caller().of_account("444455556666"), world.caller().in_region("eu-west-1")];
        for (kind, arn, _) in &zoo.all {
            for stranger in &strangers {
                // Neither under its own ARN nor as the stranger's own.
                let account =
                    if stranger.call().account == "444455556666" { "444455556666" } else { "111122223333" };
                let own = arn.replace("111122223333", account).replace("us-east-1", &stranger.call().region);
                for arn in [arn, &own] {
                    for (operation, more) in [
                        ("ListTagsForResource", json!({})),
                        ("TagResource", json!({ "tags": { "a": "b" } })),
                        ("UntagResource", json!({ "tagKeys": ["born"] })),
                    ] {
                        let input = with(json!({ "resourceArn": arn }), &more);
                        assert_eq!(stranger.refused(operation, input).name, NOT_FOUND, "{operation} {arn}");
                    }
                }
            }
            assert_eq!(tags(&zoo.caller, arn), json!({ "born": kind }));
        }
    });
}

#[test]
fn an_arn_that_names_nothing_is_not_found_in_every_kind() {
    each(|world| {
        let zoo = Zoo::new(world);
        for (_, arn, _) in &zoo.all {
            let (kind, _) = arn.rsplit_once('/').unwrap();
            for gone in [format!("{kind}/{NOBODY}"), format!("{kind}/x"), format!("{kind}/"), kind.to_owned()]
            {
                let named = json!({ "resourceArn": gone });
                assert_eq!(zoo.caller.refused("ListTagsForResource", named).name, NOT_FOUND, "{gone}");
            }
        }
        let here = |rest: &str| json!({ "resourceArn": format!("arn:aws:iotsitewise:us-east-1:111122223333:{rest}") });
        for workspace in ["workspace/w", &format!("workspace/w/application/{NOBODY}"), "workspace/w/task/t"] {
            assert_eq!(zoo.caller.refused("ListTagsForResource", here(workspace)).name, NOT_FOUND);
        }
        for other in ["action/a", "assets/a", "property/a"] {
            assert_eq!(zoo.caller.refused("ListTagsForResource", here(other)).name, INVALID, "{other}");
        }
        // The reserved key is said before the ARN is read, and that before what it names.
        let mut input = here("toaster/a");
        input["tags"] = json!({ "aws:a": "1" });
        assert!(zoo.caller.refused("TagResource", input).message().contains("reserved"));
        let keys: Vec<String> = (0..201).map(|i| format!("k{i}")).collect();
        let mut many = json!({ "resourceArn": zoo.all[0].1, "tagKeys": keys });
        assert_eq!(zoo.caller.refused("UntagResource", many.clone()).name, INVALID);
        many["tagKeys"].as_array_mut().unwrap().pop();
        zoo.caller.ok("UntagResource", many);
    });
}
