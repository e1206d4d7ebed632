//! Streams and tasks: import, reports in any order, description.

use crate::hub::{STREAM, TASK, assert_refused, each_bare, each_hub, on_task, settle};
use serde_json::{Value, json};
use testkit::Caller;

fn notify(caller: &Caller<'_>, at: f64, task: Value) {
    let input = on_task(json!({"Task": task, "UpdateDateTime": at, "NextUpdateSeconds": 60}));
    assert_eq!(caller.ok("NotifyMigrationTaskState", input), json!({}));
}

fn described(caller: &Caller<'_>) -> Value {
    caller.ok("DescribeMigrationTask", on_task(json!({})))["MigrationTask"].clone()
}

#[test]
fn an_imported_task_has_not_started() {
    each_hub(|world| {
        assert_eq!(
            described(&world.caller()),
            json!({
                "ProgressUpdateStream": STREAM,
                "MigrationTaskName": TASK,
                "Task": {"Status": "NOT_STARTED"},
                "UpdateDateTime": 1_700_000_000,
            })
        );
    });
}

#[test]
fn the_newest_report_is_the_state_and_replaces_it_whole() {
    each_hub(|world| {
        let caller = world.caller();
        notify(
            &caller,
            100.125,
            json!({"Status": "IN_PROGRESS", "StatusDetail": "copying", "ProgressPercent": 40}),
        );
        notify(&caller, 99.0, json!({"Status": "FAILED"}));
        let task = described(&caller);
        assert_eq!(
            task["Task"],
            json!({"Status": "IN_PROGRESS", "StatusDetail": "copying", "ProgressPercent": 40})
        );
        assert_eq!(task["UpdateDateTime"], 100.125);
        notify(&caller, 100.125, json!({"Status": "COMPLETED"}));
        assert_eq!(
            described(&caller)["Task"],
            json!({"Status": "COMPLETED"}),
            "of equal times the later arrival wins"
        );
    });
}

#[test]
fn importing_again_resets_nothing() {
    each_hub(|world| {
        let caller = world.caller();
        notify(&caller, 100.0, json!({"Status": "IN_PROGRESS"}));
        let before = described(&caller);
        assert_eq!(caller.ok("ImportMigrationTask", on_task(json!({}))), json!({}));
        assert_eq!(described(&caller), before);
    });
}

#[test]
fn reports_may_promise_the_next_one_for_the_end_of_time() {
    each_hub(|world| {
        let input = |seconds: i64| {
            on_task(
                json!({"Task": {"Status": "IN_PROGRESS"}, "UpdateDateTime": 1, "NextUpdateSeconds": seconds}),
            )
        };
        world.caller().ok("NotifyMigrationTaskState", input(i64::MAX));
        let refusal = world.caller().refused("NotifyMigrationTaskState", input(-1));
        assert_refused(&refusal, "InvalidInputException", "nextUpdateSeconds");
    });
}

#[test]
fn each_check_of_a_report_wins_over_those_behind_it() {
    each_bare(|world| {
        let caller = world.caller();
        let input = on_task(json!({
            "Task": {"Status": "IN_PROGRESS"}, "UpdateDateTime": 1, "NextUpdateSeconds": 0, "DryRun": true
        }));
        let refused = |caller: &Caller<'_>| caller.refused("NotifyMigrationTaskState", input.clone());
        assert_refused(&refused(&caller), "HomeRegionNotSetException", "home region");
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        assert_refused(
            &refused(&caller.clone().in_region("eu-west-1")),
            "InvalidInputException",
            "us-east-1",
        );
        assert_refused(&refused(&caller), "ResourceNotFoundException", STREAM);
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        assert_refused(&refused(&caller), "ResourceNotFoundException", TASK);
        caller.ok("ImportMigrationTask", on_task(json!({})));
        assert_refused(&refused(&caller), "DryRunOperation", "Dry Run was a success!");
        assert_eq!(described(&caller)["Task"]["Status"], "NOT_STARTED");
    });
}

#[test]
fn values_outside_the_model_are_refused_with_all_their_violations() {
    each_hub(|world| {
        let input = on_task(json!({"Task": {"Status": "DONE", "ProgressPercent": 101}, "UpdateDateTime": 1}));
        let refusal = world.caller().refused("NotifyMigrationTaskState", input);
        assert_refused(&refusal, "InvalidInputException", "2 validation errors detected");
        assert_refused(&refusal, "InvalidInputException", "task.status");
        assert_refused(&refusal, "InvalidInputException", "task.progressPercent");
        let typed =
            on_task(json!({"Task": {"Status": "FAILED"}, "UpdateDateTime": "now", "NextUpdateSeconds": 0}));
        let refusal = world.caller().refused("NotifyMigrationTaskState", typed);
        assert_refused(&refusal, "SerializationException", "updateDateTime");
    });
}

#[test]
fn importing_and_creating_check_in_order_and_dry_runs_write_nothing() {
    each_bare(|world| {
        let caller = world.caller();
        let stream = json!({"ProgressUpdateStreamName": STREAM, "DryRun": true});
        let task = on_task(json!({"DryRun": true}));
        for (operation, input) in [("CreateProgressUpdateStream", &stream), ("ImportMigrationTask", &task)] {
            assert_refused(
                &caller.refused(operation, input.clone()),
                "HomeRegionNotSetException",
                "home region",
            );
        }
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let away = caller.clone().in_region("eu-west-1");
        for (operation, input) in [("CreateProgressUpdateStream", &stream), ("ImportMigrationTask", &task)] {
            assert_refused(&away.refused(operation, input.clone()), "InvalidInputException", operation);
        }
        assert_refused(
            &caller.refused("ImportMigrationTask", task.clone()),
            "ResourceNotFoundException",
            STREAM,
        );
        let refusal = caller.refused("CreateProgressUpdateStream", stream);
        assert_refused(&refusal, "DryRunOperation", "Dry Run was a success!");
        assert_refused(
            &caller.refused("ImportMigrationTask", task.clone()),
            "ResourceNotFoundException",
            STREAM,
        );
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        assert_refused(
            &caller.refused("ImportMigrationTask", task),
            "DryRunOperation",
            "Dry Run was a success!",
        );
        let refusal = caller.refused("DescribeMigrationTask", on_task(json!({})));
        assert_refused(&refusal, "ResourceNotFoundException", TASK);
    });
}

#[test]
fn streams_are_listed_by_name_and_each_region_has_its_own() {
    each_bare(|world| {
        let caller = world.caller();
        settle(&caller);
        for name in ["DMS", "a b", "ümlaut", STREAM] {
            caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": name}));
        }
        let pages = caller.pages("ListProgressUpdateStreams", &json!({"MaxResults": 3}), "NextToken");
        let names: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| {
                let streams = page["ProgressUpdateStreamSummaryList"].as_array().unwrap();
                streams.iter().map(|stream| stream["ProgressUpdateStreamName"].as_str().unwrap()).collect()
            })
            .collect();
        assert_eq!(names, [vec!["DMS", "SMS", "a b"], vec!["ümlaut"]]);
        let away = caller.in_region("us-west-2").ok("ListProgressUpdateStreams", json!({}));
        assert_eq!(away, json!({"ProgressUpdateStreamSummaryList": []}));
    });
}
