//! States of applications: set by hand, started by tasks.

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::discovered_resource::SERVER;
use crate::hub::{STREAM, assert_refused, each_bare, each_hub, on_task};

const UNKNOWN: &str = "d-application-0039038d504694533";

fn application(caller: &Caller<'_>, name: &str) -> String {
    let created = caller.ok("CreateApplication", json!({"name": name}));
    created["configurationId"].as_str().unwrap().to_owned()
}

fn state(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeApplicationState", json!({"ApplicationId": id}))
}

fn report(caller: &Caller<'_>, task: &str, status: &str, at: i64) {
    let name = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task});
    caller.ok("ImportMigrationTask", name.clone());
    let mut input = name;
    input["Task"] = json!({"Status": status});
    input["UpdateDateTime"] = at.into();
    input["NextUpdateSeconds"] = 0.into();
    caller.ok("NotifyMigrationTaskState", input);
}

fn tie(caller: &Caller<'_>, task: &str) {
    let input = json!({
        "ProgressUpdateStream": STREAM, "MigrationTaskName": task,
        "DiscoveredResource": {"ConfigurationId": SERVER},
    });
    caller.ok("AssociateDiscoveredResource", input);
}

fn join(caller: &Caller<'_>, application: &str) {
    let input = json!({"applicationConfigurationId": application, "configurationIds": [SERVER]});
    caller.ok("AssociateConfigurationItemsToApplication", input);
}

#[test]
fn a_state_is_set_and_the_last_call_wins() {
    each_hub(|world| {
        let caller = world.caller();
        let id = application(&caller, "shop");
        world.pass(std::time::Duration::from_secs(60));
        let untouched = json!({"ApplicationStatus": "NOT_STARTED", "LastUpdatedTime": 1_700_000_000});
        assert_eq!(state(&caller, &id), untouched);
        let notify = |status: &str, at: Option<f64>| {
            let mut input = json!({"ApplicationId": id, "Status": status});
            if let Some(at) = at {
                input["UpdateDateTime"] = at.into();
            }
            assert_eq!(caller.ok("NotifyApplicationState", input), json!({}));
        };
        notify("COMPLETED", None);
        let now = json!({"ApplicationStatus": "COMPLETED", "LastUpdatedTime": 1_700_000_060});
        assert_eq!(state(&caller, &id), now);
        notify("IN_PROGRESS", Some(5.5));
        assert_eq!(state(&caller, &id), json!({"ApplicationStatus": "IN_PROGRESS", "LastUpdatedTime": 5.5}));
        let failed = json!({"ApplicationId": id, "Status": "FAILED"});
        assert_refused(&caller.refused("NotifyApplicationState", failed), "InvalidInputException", "status");
    });
}

#[test]
fn each_check_of_a_state_wins_over_those_behind_it() {
    each_bare(|world| {
        let caller = world.caller();
        let notify = |caller: &Caller<'_>, id: &str| {
            let input = json!({"ApplicationId": id, "Status": "COMPLETED", "DryRun": true});
            caller.refused("NotifyApplicationState", input)
        };
        let describe = |caller: &Caller<'_>| {
            caller.refused("DescribeApplicationState", json!({"ApplicationId": UNKNOWN}))
        };
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        assert_refused(&notify(&off, UNKNOWN), "HomeRegionNotSetException", "home region");
        assert_refused(&describe(&off), "HomeRegionNotSetException", "home region");
        let list = caller.refused("ListApplicationStates", json!({}));
        assert_refused(&list, "HomeRegionNotSetException", "home region");
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let away = off.clone().in_region("eu-west-1");
        assert_refused(&notify(&away, UNKNOWN), "InvalidInputException", "us-east-1");
        assert_refused(&describe(&away), "PolicyErrorException", "switched off");
        assert_refused(&notify(&off, UNKNOWN), "PolicyErrorException", "switched off");
        assert_refused(&notify(&caller, "shop"), "ResourceNotFoundException", "shop");
        assert_refused(&notify(&caller, SERVER), "ResourceNotFoundException", SERVER);
        assert_refused(&notify(&caller, UNKNOWN), "DryRunOperation", "Dry Run was a success!");
        assert_refused(&describe(&caller), "ResourceNotFoundException", UNKNOWN);
        let faithful =
            caller.clone().installed(|installation| installation.unknown_configuration_rejected = true);
        assert_refused(&notify(&faithful, UNKNOWN), "ResourceNotFoundException", UNKNOWN);
        assert_eq!(caller.ok("ListApplicationStates", json!({})), json!({"ApplicationStateList": []}));
    });
}

#[test]
fn an_application_from_elsewhere_is_adopted_by_its_first_state() {
    each_hub(|world| {
        let caller = world.caller();
        caller.ok("NotifyApplicationState", json!({"ApplicationId": UNKNOWN, "Status": "IN_PROGRESS"}));
        assert_eq!(state(&caller, UNKNOWN)["ApplicationStatus"], "IN_PROGRESS");
        let listed = caller.ok("ListConfigurations", json!({"configurationType": "APPLICATION"}));
        assert_eq!(listed["configurations"][0]["application.configurationId"], UNKNOWN);
        assert_eq!(listed["configurations"][0]["application.serverCount"], "0");
    });
}

#[test]
fn states_are_listed_by_id_for_all_applications_or_for_some() {
    each_hub(|world| {
        let caller = world.caller();
        let mut ids: Vec<String> = (0..5).map(|n| application(&caller, &format!("app {n}"))).collect();
        ids.sort();
        let shown = |input: Value| -> Vec<Vec<String>> {
            let pages = caller.pages("ListApplicationStates", &input, "NextToken");
            let id = |state: &Value| state["ApplicationId"].as_str().unwrap().to_owned();
            pages
                .iter()
                .map(|page| page["ApplicationStateList"].as_array().unwrap().iter().map(id).collect())
                .collect()
        };
        assert_eq!(shown(json!({"MaxResults": 2})), [&ids[..2], &ids[2..4], &ids[4..]]);
        let some = json!({"ApplicationIds": [ids[3], UNKNOWN, ids[1], ids[3], ids[0]], "MaxResults": 2});
        assert_eq!(shown(some), [vec![ids[0].clone(), ids[1].clone()], vec![ids[3].clone()]]);
        assert_eq!(shown(json!({"ApplicationIds": [UNKNOWN, SERVER]})), [Vec::<String>::new()]);
        for count in [0, 101] {
            let input = json!({"ApplicationIds": vec![UNKNOWN; count]});
            let refusal = caller.refused("ListApplicationStates", input);
            assert_refused(&refusal, "InvalidInputException", "applicationIds");
        }
        let first = caller.ok("ListApplicationStates", json!({"MaxResults": 2}));
        let other = json!({"ApplicationIds": [ids[0]], "MaxResults": 2, "NextToken": first["NextToken"]});
        let refusal = caller.refused("ListApplicationStates", other);
        assert_refused(&refusal, "InvalidInputException", "InvalidToken");
        let later = json!({"MaxResults": 2, "NextToken": first["NextToken"]});
        world.pass(std::time::Duration::from_secs(24 * 3600 + 1));
        assert_refused(&caller.refused("ListApplicationStates", later), "InvalidInputException", "expired");
    });
}

/// Ways in which a started task meets an application, each in the order of its last step.
const MEETINGS: [fn(&Caller<'_>, &str); 3] = [
    |caller, application| {
        tie(caller, "t");
        join(caller, application);
        report(caller, "t", "NOT_STARTED", 90);
        report(caller, "t", "IN_PROGRESS", 100);
    },
    |caller, application| {
        tie(caller, "u");
        join(caller, application);
        report(caller, "t", "IN_PROGRESS", 100);
        assert_eq!(state(caller, application)["ApplicationStatus"], "NOT_STARTED");
        tie(caller, "t");
    },
    |caller, application| {
        report(caller, "t", "IN_PROGRESS", 100);
        tie(caller, "t");
        assert_eq!(state(caller, application)["ApplicationStatus"], "NOT_STARTED");
        join(caller, application);
    },
];

fn with_tasks(world: &World) -> Caller<'_> {
    let caller = world.caller();
    for task in ["t", "u"] {
        caller.ok("ImportMigrationTask", json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task}));
    }
    caller
}

#[test]
fn the_first_task_that_starts_starts_the_application() {
    for meet in MEETINGS {
        each_hub(|world| {
            let caller = with_tasks(world);
            let id = application(&caller, "shop");
            meet(&caller, &id);
            let started = json!({"ApplicationStatus": "IN_PROGRESS", "LastUpdatedTime": 100});
            assert_eq!(state(&caller, &id), started);
        });
    }
}

#[test]
fn a_task_starts_an_application_once_and_never_ends_it() {
    each_hub(|world| {
        let caller = with_tasks(world);
        let id = application(&caller, "shop");
        tie(&caller, "t");
        join(&caller, &id);
        report(&caller, "t", "IN_PROGRESS", 100);
        report(&caller, "t", "COMPLETED", 200);
        assert_eq!(state(&caller, &id)["ApplicationStatus"], "IN_PROGRESS");
        caller.ok("NotifyApplicationState", json!({"ApplicationId": id, "Status": "NOT_STARTED"}));
        report(&caller, "t", "IN_PROGRESS", 300);
        assert_eq!(state(&caller, &id)["ApplicationStatus"], "NOT_STARTED", "set back by hand");
        tie(&caller, "u");
        report(&caller, "u", "FAILED", 400);
        assert_eq!(state(&caller, &id)["ApplicationStatus"], "IN_PROGRESS", "another task starts it again");
        caller.ok("NotifyApplicationState", json!({"ApplicationId": id, "Status": "COMPLETED"}));
        report(&caller, "t", "IN_PROGRESS", 500);
        assert_eq!(state(&caller, &id)["ApplicationStatus"], "COMPLETED");
        caller.ok(
            "DisassociateDiscoveredResource",
            json!({
                "ProgressUpdateStream": STREAM, "MigrationTaskName": "t", "ConfigurationId": SERVER,
            }),
        );
        caller.ok("DeleteProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        assert_eq!(state(&caller, &id)["ApplicationStatus"], "COMPLETED", "nothing takes a state back");
    });
}

#[test]
fn a_deleted_application_loses_its_state() {
    each_hub(|world| {
        let caller = world.caller();
        caller.ok("NotifyApplicationState", json!({"ApplicationId": UNKNOWN, "Status": "COMPLETED"}));
        caller.ok("DeleteApplications", json!({"configurationIds": [UNKNOWN]}));
        let refusal = caller.refused("DescribeApplicationState", json!({"ApplicationId": UNKNOWN}));
        assert_refused(&refusal, "ResourceNotFoundException", UNKNOWN);
        caller.ok(
            "AssociateDiscoveredResource",
            on_task(json!({"DiscoveredResource": {"ConfigurationId": SERVER}})),
        );
    });
}
