//! CreateDataset, DescribeDataset, UpdateDataset, DeleteDataset, ListDatasets, outside of workspaces.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::plant::{CONFLICT, EXISTS, INVALID, NOBODY, NOT_FOUND, each, text};

const OWN: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";
const KNOWLEDGE: &str = "arn:aws:bedrock:us-east-1:111122223333:knowledge-base/KB1";
const ROLE: &str = "arn:aws:iam::111122223333:role/reader";

fn kendra() -> Value {
    let detail = json!({ "kendra": { "knowledgeBaseArn": KNOWLEDGE, "roleArn": ROLE } });
    json!({ "sourceType": "KENDRA", "sourceFormat": "KNOWLEDGE_BASE", "sourceDetail": detail })
}

fn sitewise() -> Value {
    json!({ "sourceType": "SITEWISE", "sourceFormat": "TIMESERIES" })
}

fn session(start: i64, end: i64) -> Value {
    json!({ "session": {
        "sessionStartTimestamp": { "timeInSeconds": start }, "sessionEndTimestamp": { "timeInSeconds": end },
    } })
}

fn arn(id: &str) -> String {
    format!("arn:aws:iotsitewise:us-east-1:111122223333:dataset/{id}")
}

fn create(caller: &Caller<'_>, name: &str) -> String {
    text(&caller.ok("CreateDataset", json!({ "datasetName": name, "datasetSource": kendra() }))["datasetId"])
}

fn describe(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeDataset", json!({ "datasetId": id }))
}

fn without_error(mut status: Value) -> Value {
    let error = status.as_object_mut().unwrap().remove("error").unwrap();
    assert_eq!(error["code"], "VALIDATION_ERROR");
    assert!(error["message"].as_str().unwrap().starts_with("No retrieval backend"), "{error}");
    status
}

#[test]
fn a_dataset_is_kept_as_it_was_created_and_is_honestly_failed() {
    each(|world| {
        let caller = world.caller();
        let input = json!({
            "datasetId": OWN, "datasetName": "Manuals v1.2 #$*!@_-", "datasetDescription": "all of them",
            "datasetType": "EXTERNAL", "metadata": { "line": "7", "language": "" }, "datasetSource": kendra(),
            "tags": { "a": "1" },
        });
        let reply = caller.reply("CreateDataset", input).unwrap();
        assert_eq!(reply.status, 202);
        let mut described = describe(&caller, OWN);
        let status = described.as_object_mut().unwrap().remove("datasetStatus").unwrap();
        assert_eq!(without_error(status), json!({ "state": "FAILED" }));
        assert_eq!(
            described,
            json!({
                "datasetId": OWN, "datasetArn": arn(OWN), "datasetName": "Manuals v1.2 #$*!@_-",
                "datasetDescription": "all of them", "datasetType": "EXTERNAL", "datasetVersion": "1",
                "metadata": { "line": "7", "language": "" }, "datasetSource": kendra(),
                "datasetCreationDate": 1_700_000_000, "datasetLastUpdateDate": 1_700_000_000,
            })
        );
        let tags = caller.ok("ListTagsForResource", json!({ "resourceArn": arn(OWN) }));
        assert_eq!(tags, json!({ "tags": { "a": "1" } }));
    });
}

#[test]
fn the_answers_speak_of_the_passing_states() {
    each(|world| {
        let caller = world.caller();
        let created = caller.ok("CreateDataset", json!({ "datasetName": "d", "datasetSource": kendra() }));
        let id = text(&created["datasetId"]);
        let named = |state: &str| json!({ "datasetId": id, "datasetArn": arn(&id), "datasetStatus": { "state": state } });
        assert_eq!(created, named("CREATING"));
        let input = json!({ "datasetId": id, "datasetName": "e", "datasetSource": kendra() });
        assert_eq!(caller.ok("UpdateDataset", input), named("UPDATING"));
        let deleted = caller.ok("DeleteDataset", json!({ "datasetId": id }));
        assert_eq!(deleted, json!({ "datasetStatus": { "state": "DELETING" } }));
        assert_eq!(caller.refused("DescribeDataset", json!({ "datasetId": id })).name, NOT_FOUND);
        assert_eq!(caller.refused("DeleteDataset", json!({ "datasetId": id })).name, NOT_FOUND);
    });
}

#[test]
fn an_update_replaces_everything_and_counts_the_version() {
    each(|world| {
        let caller = world.caller();
        let input = json!({
            "datasetId": OWN, "datasetName": "d", "datasetDescription": "x", "metadata": { "a": "b" },
            "datasetSource": kendra(),
        });
        caller.ok("CreateDataset", input);
        world.pass(Duration::from_secs(5));
        let mut source = kendra();
        source["sourceDetail"]["kendra"]["roleArn"] = json!("arn:aws:iam::111122223333:role/other");
        let input = json!({ "datasetId": OWN, "datasetName": "e", "datasetSource": source });
        caller.ok("UpdateDataset", input);
        let described = describe(&caller, OWN);
        assert_eq!((described.get("datasetDescription"), described.get("metadata")), (None, None));
        assert_eq!((&described["datasetName"], &described["datasetSource"]), (&json!("e"), &source));
        assert_eq!(
            (&described["datasetVersion"], &described["datasetLastUpdateDate"]),
            (&json!("2"), &json!(1_700_000_005))
        );
        let of = |version: &str| {
            caller.send("DescribeDataset", json!({ "datasetId": OWN, "datasetVersion": version }))
        };
        assert_eq!(of("2").unwrap(), described);
        assert_eq!(of("1").unwrap_err().name, NOT_FOUND);
        assert_eq!(of("02").unwrap_err().name, INVALID);
        let unknown = json!({ "datasetId": NOBODY, "datasetName": "e", "datasetSource": kendra() });
        assert_eq!(caller.refused("UpdateDataset", unknown).name, NOT_FOUND);
    });
}

#[test]
fn type_workspace_and_source_belong_together() {
    each(|world| {
        let caller = world.caller();
        let input = |kind: Option<&str>, workspace: Option<&str>, source: Value, config: Option<Value>| {
            json!({ "datasetName": "d", "datasetType": kind, "workspaceName": workspace, "datasetSource": source,
                "datasetConfig": config })
        };
        let bare = json!({ "sourceType": "KENDRA", "sourceFormat": "KNOWLEDGE_BASE" });
        let mixed = json!({ "sourceType": "KENDRA", "sourceFormat": "TIMESERIES" });
        let (hour, none) = (Some(session(1, 3600)), None);
        for (input, name, says) in [
            (input(None, Some("w"), kendra(), none.clone()), INVALID, "workspaceName 'w'"),
            (input(Some("EXTERNAL"), None, sitewise(), none.clone()), INVALID, "sourceType SITEWISE"),
            (input(None, None, mixed, none.clone()), INVALID, "TIMESERIES"),
            (input(None, None, bare, none.clone()), INVALID, "sourceDetail.kendra is required"),
            (input(None, None, kendra(), hour.clone()), INVALID, "datasetConfig.session"),
            (input(Some("SESSION"), None, sitewise(), hour.clone()), INVALID, "workspaceName is required"),
            (input(Some("CURATED"), None, sitewise(), none.clone()), INVALID, "workspaceName is required"),
            (input(Some("SESSION"), Some("w"), kendra(), hour.clone()), INVALID, "no sourceDetail"),
            (input(Some("SESSION"), Some("w"), sitewise(), none.clone()), INVALID, "session is required"),
            (input(Some("SESSION"), Some("w"), sitewise(), Some(session(5, 5))), INVALID, "before"),
            (
                input(Some("CURATED"), Some("w"), sitewise(), hour.clone()),
                INVALID,
                "CURATED dataset has none",
            ),
            (input(Some("SESSION"), Some("w"), sitewise(), hour.clone()), NOT_FOUND, "Workspace with name w"),
            (input(Some("CURATED"), Some("w"), sitewise(), none.clone()), NOT_FOUND, "Workspace with name w"),
            (input(Some("VIRTUAL"), None, kendra(), none), INVALID, "datasetType"),
        ] {
            let refusal = caller.refused("CreateDataset", input.clone());
            assert_eq!(refusal.name, name, "{input}");
            assert!(refusal.message().contains(says), "{input} {}", refusal.message());
        }
        for name in ["a/b", "", "ä", "a\tb", "(a)"] {
            let input = json!({ "datasetName": name, "datasetSource": kendra() });
            assert_eq!(caller.refused("CreateDataset", input).name, INVALID, "{name}");
        }
        assert_eq!(
            caller.ok("ListDatasets", json!({ "sourceType": "KENDRA" })),
            json!({ "datasetSummaries": [] })
        );
    });
}

#[test]
fn an_update_keeps_to_the_type_and_an_unknown_workspace_is_said_first() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "d");
        let update = |workspace: Option<&str>, source: Value| {
            let input = json!({ "datasetId": id, "workspaceName": workspace, "datasetName": "e",
                "datasetSource": source });
            caller.refused("UpdateDataset", input).name
        };
        assert_eq!(update(None, sitewise()), INVALID);
        assert_eq!(update(Some("w"), kendra()), NOT_FOUND);
        assert_eq!(update(Some("w"), sitewise()), NOT_FOUND);
        let named = json!({ "datasetId": id, "workspaceName": "w" });
        for operation in ["DescribeDataset", "DeleteDataset"] {
            assert_eq!(caller.refused(operation, named.clone()).name, NOT_FOUND);
        }
        assert_eq!(
            (&describe(&caller, &id)["datasetName"], describe(&caller, &id)["datasetVersion"].as_str()),
            (&json!("d"), Some("1"))
        );
    });
}

#[test]
fn ids_are_taken_once_and_names_may_repeat() {
    each(|world| {
        let caller = world.caller();
        let input = |name: &str| json!({ "datasetId": OWN, "datasetName": name, "datasetSource": kendra() });
        caller.ok("CreateDataset", input("d"));
        let refusal = caller.refused("CreateDataset", input("e"));
        assert_eq!((refusal.name.as_str(), refusal.status), (EXISTS, 409));
        assert_eq!(
            (&refusal.body["resourceId"], &refusal.body["resourceArn"]),
            (&json!(OWN), &json!(arn(OWN)))
        );
        create(&caller, "d");
        let mut upper = input("d");
        upper["datasetId"] = json!(OWN.to_uppercase());
        assert_eq!(caller.refused("CreateDataset", upper).name, INVALID);
        // A source that doesn't fit is said before the id is looked up.
        let mut both = input("d");
        both["datasetSource"] = sitewise();
        assert_eq!(caller.refused("CreateDataset", both).name, INVALID);
        let reserved = json!({ "datasetName": "d", "datasetSource": kendra(), "tags": { "aws:x": "1" } });
        assert_eq!(caller.refused("CreateDataset", reserved).name, INVALID);
    });
}

#[test]
fn a_token_makes_one_dataset() {
    each(|world| {
        let caller = world.caller();
        let token = "token-0000-0000-0000-0000-0000-000000003";
        let input = json!({ "datasetName": "d", "datasetSource": kendra(), "clientToken": token });
        let first = caller.ok("CreateDataset", input.clone());
        assert_eq!(caller.ok("CreateDataset", input), first);
        let other = json!({ "datasetName": "e", "datasetSource": kendra(), "clientToken": token });
        assert_eq!(caller.refused("CreateDataset", other).name, INVALID);
        let delete = json!({ "datasetId": first["datasetId"], "clientToken": token });
        assert_eq!(caller.ok("DeleteDataset", delete.clone()), caller.ok("DeleteDataset", delete));
    });
}

#[test]
fn passing_states_last_as_long_as_the_installation_says() {
    each(|world| {
        let caller = world.caller();
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let settle = || {
            world.pass(Duration::from_secs(1));
            assert!(world.store().read_blocking(sitewise::is_due).unwrap());
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 100)).unwrap();
            assert!(!world.store().read_blocking(sitewise::is_due).unwrap());
        };
        let id = create(&slow, "d");
        let named = json!({ "datasetId": id });
        let update = json!({ "datasetId": id, "datasetName": "e", "datasetSource": kendra() });
        assert_eq!(describe(&slow, &id)["datasetStatus"], json!({ "state": "CREATING" }));
        for (operation, input) in [("UpdateDataset", &update), ("DeleteDataset", &named)] {
            let refusal = slow.refused(operation, input.clone());
            assert_eq!((refusal.name.as_str(), refusal.status), (CONFLICT, 409));
            assert_eq!(
                (&refusal.body["resourceId"], &refusal.body["resourceArn"]),
                (&json!(id), &json!(arn(&id)))
            );
        }
        settle();
        assert_eq!(describe(&slow, &id)["datasetStatus"]["state"], "FAILED");
        slow.ok("UpdateDataset", update.clone());
        assert_eq!(describe(&slow, &id)["datasetStatus"], json!({ "state": "UPDATING" }));
        settle();
        slow.ok("DeleteDataset", named.clone());
        assert_eq!(describe(&slow, &id)["datasetStatus"], json!({ "state": "DELETING" }));
        assert_eq!(slow.refused("UpdateDataset", update).name, CONFLICT);
        settle();
        assert_eq!(slow.refused("DescribeDataset", named).name, NOT_FOUND);
    });
}

#[test]
fn datasets_are_listed_by_page_for_a_source() {
    each(|world| {
        let caller = world.caller();
        for i in 0..5 {
            create(&caller, &format!("d{i}"));
            world.pass(Duration::from_millis(1));
        }
        let input = json!({ "sourceType": "KENDRA", "maxResults": 2 });
        let pages = caller.pages("ListDatasets", &input, "nextToken");
        let names: Vec<Vec<String>> = pages
            .iter()
            .map(|page| {
                page["datasetSummaries"].as_array().unwrap().iter().map(|d| text(&d["name"])).collect()
            })
            .collect();
        assert_eq!(names, [vec!["d0", "d1"], vec!["d2", "d3"], vec!["d4"]]);
        let mut first = pages[0]["datasetSummaries"][0].clone();
        let status = first.as_object_mut().unwrap().remove("status").unwrap();
        assert_eq!(without_error(status), json!({ "state": "FAILED" }));
        let id = text(&first["id"]);
        assert_eq!(
            first,
            json!({
                "id": id, "arn": arn(&id), "name": "d0", "sourceType": "KENDRA", "datasetType": "EXTERNAL",
                "creationDate": 1_700_000_000, "lastUpdateDate": 1_700_000_000,
            })
        );
        let token = &pages[0]["nextToken"];
        let of = |kind: &str| json!({ "sourceType": "KENDRA", "datasetType": kind });
        assert_eq!(
            caller.ok("ListDatasets", of("EXTERNAL"))["datasetSummaries"].as_array().unwrap().len(),
            5
        );
        assert_eq!(caller.ok("ListDatasets", of("SESSION")), json!({ "datasetSummaries": [] }));
        for (input, name) in [
            (json!({}), INVALID),
            (json!({ "sourceType": "S3" }), INVALID),
            (json!({ "sourceType": "SITEWISE" }), INVALID),
            (json!({ "sourceType": "SITEWISE", "workspaceName": "w" }), NOT_FOUND),
            (json!({ "sourceType": "KENDRA", "workspaceName": "w" }), NOT_FOUND),
            (json!({ "sourceType": "KENDRA", "nextToken": "" }), INVALID),
            (json!({ "sourceType": "KENDRA", "datasetType": "SESSION", "nextToken": token }), INVALID),
        ] {
            assert_eq!(caller.refused("ListDatasets", input.clone()).name, name, "{input}");
        }
    });
}

#[test]
fn other_accounts_and_regions_see_nothing_of_a_dataset() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "d");
        let input = json!({ "datasetId": id, "datasetName": "e", "datasetSource": kendra() });
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            for operation in ["DescribeDataset", "UpdateDataset", "DeleteDataset"] {
                assert_eq!(stranger.refused(operation, input.clone()).name, NOT_FOUND, "{operation}");
            }
            let list = stranger.ok("ListDatasets", json!({ "sourceType": "KENDRA" }));
            assert_eq!(list, json!({ "datasetSummaries": [] }));
        }
    });
}
