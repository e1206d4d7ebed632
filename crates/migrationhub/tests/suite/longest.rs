//! The longest names there are: every row fits the indexes of every database, every token its pattern.

use serde_json::{Value, json};
use testkit::Caller;

use crate::hub::each_bare;

/// Letters of four bytes, none like the one before: a database cannot make them shorter.
fn wide(length: u32, seed: u32) -> String {
    let letter = |n: u32| char::from_u32(0x2_0000 + (n.wrapping_mul(7919) + seed * 104_729) % 42_000);
    (0..length).map(|n| letter(n).unwrap()).collect()
}

/// An operation on the task with the longest name.
fn on_task(mut input: Value) -> Value {
    input["ProgressUpdateStream"] = wide(50, 1).into();
    input["MigrationTaskName"] = wide(256, 2).into();
    input
}

/// Lists by pages of one; answers the sorted texts at a place in each entry.
fn listed(caller: &Caller<'_>, operation: &str, mut input: Value, list: &str, entry: &str) -> Vec<String> {
    input["MaxResults"] = 1.into();
    let pages = caller.pages(operation, &input, "NextToken");
    let entries = pages.iter().flat_map(|page| page[list].as_array().unwrap());
    let mut texts: Vec<String> = entries.map(|one| one[entry].as_str().unwrap().to_owned()).collect();
    texts.sort();
    texts
}

fn sorted(length: u32, seeds: &[u32]) -> Vec<String> {
    let mut names: Vec<String> = seeds.iter().map(|seed| wide(length, *seed)).collect();
    names.sort();
    names
}

#[test]
fn everything_of_the_longest_names_is_kept_and_listed() {
    each_bare(|world| {
        // Regions of a signature have up to 50 characters; where a home region may be is AWS's list.
        let caller = world.caller();
        let region = caller.call().region;
        caller.ok("CreateHomeRegionControl", json!({"HomeRegion": region, "Target": {"Type": "ACCOUNT"}}));
        for seed in [1, 3] {
            caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": wide(50, seed)}));
        }
        for seed in [2, 4] {
            let name = wide(256, seed);
            caller.ok(
                "ImportMigrationTask",
                json!({"ProgressUpdateStream": wide(50, 1), "MigrationTaskName": name}),
            );
        }
        for seed in [5, 6] {
            let resource = json!({"Name": wide(1600, seed), "Description": wide(500, seed)});
            caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": resource})));
            let arn = format!("arn:aws:ec2:us-east-1:488216288981:image/{}{seed}", "i".repeat(1500));
            caller.ok("AssociateCreatedArtifact", on_task(json!({"CreatedArtifact": {"Name": arn}})));
        }
        let update = json!({
            "Task": {"Status": "IN_PROGRESS", "StatusDetail": wide(2500, 7)}, "NextUpdateSeconds": 60,
            "UpdateDateTime": 1_700_000_000,
        });
        caller.ok("NotifyMigrationTaskState", on_task(update));

        let streams = listed(
            &caller,
            "ListProgressUpdateStreams",
            json!({}),
            "ProgressUpdateStreamSummaryList",
            "ProgressUpdateStreamName",
        );
        assert_eq!(streams, sorted(50, &[1, 3]));
        let tasks =
            listed(&caller, "ListMigrationTasks", json!({}), "MigrationTaskSummaryList", "MigrationTaskName");
        assert_eq!(tasks, sorted(256, &[2, 4]));
        let sources =
            listed(&caller, "ListSourceResources", on_task(json!({})), "SourceResourceList", "Name");
        assert_eq!(sources, sorted(1600, &[5, 6]));
        let artifacts =
            listed(&caller, "ListCreatedArtifacts", on_task(json!({})), "CreatedArtifactList", "Name");
        assert_eq!(artifacts.len(), 2);
    });
}

#[test]
fn ids_that_no_discovery_gave_out_are_refused_whatever_their_length() {
    each_bare(|world| {
        let caller = world.caller();
        let region = caller.call().region;
        caller.ok("CreateHomeRegionControl", json!({"HomeRegion": region, "Target": {"Type": "ACCOUNT"}}));
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": wide(50, 1)}));
        caller.ok("ImportMigrationTask", on_task(json!({})));
        for id in [
            wide(1600, 8),
            format!("d-server-{}", wide(1500, 9)),
            format!("d-application-{}", "0".repeat(1500)),
        ] {
            let resource = json!({"DiscoveredResource": {"ConfigurationId": id}});
            let refusal = caller.refused("AssociateDiscoveredResource", on_task(resource));
            assert_eq!(refusal.status, 400, "{}", refusal.body);
            let state = json!({"ApplicationId": id, "Status": "IN_PROGRESS"});
            let refusal = caller.refused("NotifyApplicationState", state);
            assert_eq!(refusal.status, 400, "{}", refusal.body);
        }
    });
}
