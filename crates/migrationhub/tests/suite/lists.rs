//! Lists of tasks and updates, resource attributes, and the end of a stream.

use crate::hub::{STREAM, TASK, assert_refused, each_bare, each_hub, image, on_task};
use serde_json::{Value, json};
use testkit::{Caller, World};

fn notify(caller: &Caller<'_>, stream: &str, task: &str, at: f64, state: Value) {
    let input = json!({
        "ProgressUpdateStream": stream, "MigrationTaskName": task, "Task": state, "UpdateDateTime": at,
        "NextUpdateSeconds": 60,
    });
    caller.ok("NotifyMigrationTaskState", input);
}

fn names(pages: &[Value]) -> Vec<String> {
    let tasks = pages.iter().flat_map(|page| page["MigrationTaskSummaryList"].as_array().unwrap());
    tasks
        .map(|task| {
            format!(
                "{}/{}",
                task["ProgressUpdateStream"].as_str().unwrap(),
                task["MigrationTaskName"].as_str().unwrap()
            )
        })
        .collect()
}

#[test]
fn tasks_of_all_streams_are_listed_newest_first() {
    each_hub(|world| {
        let caller = world.caller();
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": "DMS"}));
        for (stream, task) in [("DMS", "b"), ("DMS", "a"), (STREAM, "z")] {
            caller.ok(
                "ImportMigrationTask",
                json!({"ProgressUpdateStream": stream, "MigrationTaskName": task}),
            );
        }
        notify(&caller, "DMS", "b", 1_800_000_000.0, json!({"Status": "IN_PROGRESS", "ProgressPercent": 7}));
        notify(&caller, STREAM, "z", 1.0, json!({"Status": "FAILED", "StatusDetail": "no space"}));
        let expected = ["DMS/b", "DMS/a", &format!("{STREAM}/{TASK}"), &format!("{STREAM}/z")];
        assert_eq!(names(&caller.pages("ListMigrationTasks", &json!({}), "NextToken")), expected);
        assert_eq!(
            names(&caller.pages("ListMigrationTasks", &json!({"MaxResults": 1}), "NextToken")),
            expected
        );
        let page = caller.ok("ListMigrationTasks", json!({"MaxResults": 1}));
        assert_eq!(
            page["MigrationTaskSummaryList"],
            json!([{
                "ProgressUpdateStream": "DMS", "MigrationTaskName": "b", "Status": "IN_PROGRESS",
                "ProgressPercent": 7, "UpdateDateTime": 1_800_000_000,
            }])
        );
        assert_eq!(
            caller.clone().in_region("us-west-2").ok("ListMigrationTasks", json!({})),
            json!({"MigrationTaskSummaryList": []})
        );
        let foreign = caller.refused("ListMigrationTasks", json!({"NextToken": "AAAA"}));
        assert_refused(&foreign, "InvalidInputException", "InvalidToken");
        let zero = caller.refused("ListMigrationTasks", json!({"MaxResults": 0}));
        assert_refused(&zero, "InvalidInputException", "maxResults");
    });
}

#[test]
fn every_report_is_in_the_history_once_newest_first() {
    each_hub(|world| {
        let caller = world.caller();
        let report = |at: f64, status: &str| notify(&caller, STREAM, TASK, at, json!({"Status": status}));
        assert_eq!(
            caller.ok("ListMigrationTaskUpdates", on_task(json!({}))),
            json!({"MigrationTaskUpdateList": []})
        );
        report(100.0, "IN_PROGRESS");
        report(100.0, "IN_PROGRESS");
        report(50.0, "NOT_STARTED");
        report(100.0, "FAILED");
        report(100.0, "IN_PROGRESS");
        let expected = [(100, "IN_PROGRESS"), (100, "FAILED"), (100, "IN_PROGRESS"), (50, "NOT_STARTED")];
        for size in [1, 3, 100] {
            let pages =
                caller.pages("ListMigrationTaskUpdates", &on_task(json!({"MaxResults": size})), "NextToken");
            let updates: Vec<&Value> =
                pages.iter().flat_map(|page| page["MigrationTaskUpdateList"].as_array().unwrap()).collect();
            let shown: Vec<(i64, &str)> = updates
                .iter()
                .map(|update| {
                    assert_eq!(update["UpdateType"], "MIGRATION_TASK_STATE_UPDATED");
                    let status = update["MigrationTaskState"]["Status"].as_str().unwrap();
                    (update["UpdateDateTime"].as_i64().unwrap(), status)
                })
                .collect();
            assert_eq!(shown, expected);
        }
        let refusal = caller.refused(
            "ListMigrationTaskUpdates",
            json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": "other"}),
        );
        assert_refused(&refusal, "ResourceNotFoundException", "other");
    });
}

#[test]
fn attributes_are_replaced_as_a_whole_and_kept_once() {
    each_hub(|world| {
        let caller = world.caller();
        let put = |list: Value| {
            caller.send("PutResourceAttributes", on_task(json!({"ResourceAttributeList": list})))
        };
        let ip = json!({"Type": "IPV4_ADDRESS", "Value": "10.0.0.1"});
        let mac = json!({"Type": "MAC_ADDRESS", "Value": "00:1a:2b:3c:4d:5e"});
        let name = json!({"Type": "VM_NAME", "Value": "db 1"});
        put(json!([mac])).unwrap();
        put(json!([ip, name, ip])).unwrap();
        let task = caller.ok("DescribeMigrationTask", on_task(json!({})));
        assert_eq!(task["MigrationTask"]["ResourceAttributeList"], json!([ip, name]));
        for (kind, value) in [
            ("IPV4_ADDRESS", "10.0.0.256"),
            ("IPV6_ADDRESS", "fe80::g"),
            ("MAC_ADDRESS", "00:1a:2b"),
            ("FQDN", "a<b"),
        ] {
            let refusal = put(json!([ip, {"Type": kind, "Value": value}])).unwrap_err();
            assert_refused(&refusal, "InvalidInputException", "resourceAttributeList.2.member.value");
        }
        let refusal = put(json!([{"Type": "SERIAL", "Value": "1"}])).unwrap_err();
        assert_refused(&refusal, "InvalidInputException", "resourceAttributeList.1.member.type");
        assert_refused(&put(json!([])).unwrap_err(), "InvalidInputException", "resourceAttributeList");
        let dry = on_task(json!({"ResourceAttributeList": [mac], "DryRun": true}));
        assert_refused(&caller.refused("PutResourceAttributes", dry), "DryRunOperation", "success");
        let after = caller.ok("DescribeMigrationTask", on_task(json!({})));
        assert_eq!(after, task);
    });
}

/// Everything that can hang on the task of most tests.
fn furnish(caller: &Caller<'_>) {
    notify(caller, STREAM, TASK, 100.0, json!({"Status": "IN_PROGRESS"}));
    caller.ok("AssociateCreatedArtifact", on_task(json!({"CreatedArtifact": {"Name": image("ami-1")}})));
    caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": {"Name": "wave-1"}})));
}

#[test]
fn a_deleted_stream_takes_everything_with_it_and_its_name_begins_anew() {
    each_hub(|world| {
        let caller = world.caller();
        furnish(&caller);
        let stream = json!({"ProgressUpdateStreamName": STREAM});
        // Deleting belongs to the calls that are allowed outside the home region, where this stream is not.
        let away =
            caller.clone().in_region("us-west-2").refused("DeleteProgressUpdateStream", stream.clone());
        assert_refused(&away, "ResourceNotFoundException", STREAM);
        let dry = json!({"ProgressUpdateStreamName": STREAM, "DryRun": true});
        assert_refused(&caller.refused("DeleteProgressUpdateStream", dry), "DryRunOperation", "success");
        assert_eq!(caller.ok("DeleteProgressUpdateStream", stream.clone()), json!({}));
        assert_eq!(
            caller.ok("ListProgressUpdateStreams", json!({})),
            json!({"ProgressUpdateStreamSummaryList": []})
        );
        assert_eq!(caller.ok("ListMigrationTasks", json!({})), json!({"MigrationTaskSummaryList": []}));
        for operation in
            ["DescribeMigrationTask", "ListCreatedArtifacts", "ListSourceResources", "ImportMigrationTask"]
        {
            assert_refused(
                &caller.refused(operation, on_task(json!({}))),
                "ResourceNotFoundException",
                STREAM,
            );
        }
        let refusal = caller.refused("DeleteProgressUpdateStream", stream.clone());
        assert_refused(&refusal, "ResourceNotFoundException", STREAM);
        caller.ok("CreateProgressUpdateStream", stream);
        caller.ok("ImportMigrationTask", on_task(json!({})));
        for (operation, list) in [
            ("ListCreatedArtifacts", "CreatedArtifactList"),
            ("ListSourceResources", "SourceResourceList"),
            ("ListMigrationTaskUpdates", "MigrationTaskUpdateList"),
        ] {
            assert_eq!(caller.ok(operation, on_task(json!({}))), json!({list: []}));
        }
    });
}

#[test]
fn a_large_stream_is_out_of_reach_at_once_and_removed_step_by_step() {
    // Ten thousand rows cost seconds on a database server; its statements are tested with small streams.
    let world = World::new(crate::hub::ROOMS, migrationhub::register);
    {
        let caller = world.caller();
        crate::hub::settle(&caller);
        for number in 0..10_050 {
            let task = format!("task-{number:05}");
            caller.ok(
                "ImportMigrationTask",
                json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task}),
            );
        }
        caller.ok("DeleteProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        let due =
            |(): ()| -> Result<bool, store::Error> { world.store().read_blocking(migrationhub::is_due) };
        assert!(due(()).unwrap(), "the stream was too large to go at once");
        assert_eq!(caller.ok("ListMigrationTasks", json!({})), json!({"MigrationTaskSummaryList": []}));
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        caller.ok("ImportMigrationTask", on_task(json!({})));
        let mut moved = Vec::new();
        while due(()).unwrap() {
            let step: Result<usize, store::Error> =
                world.store().write_blocking(|tx| migrationhub::reconcile(tx, 20));
            moved.push(step.unwrap());
        }
        // 51 tasks were left of 10,051, and the stream itself counts with the last of them.
        assert_eq!(moved, [20, 20, 12]);
        let described = caller.ok("DescribeMigrationTask", on_task(json!({})));
        assert_eq!(described["MigrationTask"]["MigrationTaskName"], TASK);
    }
}

#[test]
fn every_list_and_deletion_needs_a_home_region() {
    each_bare(|world| {
        for (operation, input) in [
            ("ListMigrationTasks", json!({})),
            ("ListMigrationTaskUpdates", on_task(json!({}))),
            ("ListSourceResources", on_task(json!({}))),
            ("DeleteProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM})),
            (
                "PutResourceAttributes",
                on_task(json!({"ResourceAttributeList": [{"Type": "FQDN", "Value": "a"}]})),
            ),
        ] {
            assert_refused(
                &world.caller().refused(operation, input),
                "HomeRegionNotSetException",
                "home region",
            );
        }
    });
}
