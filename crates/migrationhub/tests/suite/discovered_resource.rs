//! Servers of a task: tied, listed, cut, and what the application state makes of them.

use serde_json::{Value, json};
use testkit::Caller;

use crate::hub::{STREAM, TASK, assert_refused, each_bare, each_hub, on_task, settle};

/// Ids of the form that AWS gives.
pub const SERVER: &str = "d-server-0025db43a885966c8";
const APPLICATION: &str = "d-application-0039038d504694533";

fn tie(caller: &Caller<'_>, id: &str) {
    let input = on_task(json!({"DiscoveredResource": {"ConfigurationId": id}}));
    assert_eq!(caller.ok("AssociateDiscoveredResource", input), json!({}));
}

pub fn tied(caller: &Caller<'_>) -> Value {
    caller.ok("ListDiscoveredResources", on_task(json!({})))["DiscoveredResourceList"].clone()
}

#[test]
fn a_server_is_tied_described_anew_and_cut() {
    each_hub(|world| {
        let caller = world.caller();
        let described =
            on_task(json!({"DiscoveredResource": {"ConfigurationId": SERVER, "Description": "web"}}));
        caller.ok("AssociateDiscoveredResource", described);
        assert_eq!(tied(&caller), json!([{"ConfigurationId": SERVER, "Description": "web"}]));
        tie(&caller, SERVER);
        assert_eq!(tied(&caller), json!([{"ConfigurationId": SERVER}]), "an absent description clears it");
        let cut = on_task(json!({"ConfigurationId": SERVER}));
        let upper = on_task(json!({"ConfigurationId": SERVER.to_uppercase()}));
        let refusal = caller.refused("DisassociateDiscoveredResource", upper);
        assert_refused(&refusal, "ResourceNotFoundException", "D-SERVER");
        let dry = on_task(json!({"ConfigurationId": SERVER, "DryRun": true}));
        let refusal = caller.refused("DisassociateDiscoveredResource", dry);
        assert_refused(&refusal, "DryRunOperation", "Dry Run was a success!");
        assert_eq!(tied(&caller), json!([{"ConfigurationId": SERVER}]));
        assert_eq!(caller.ok("DisassociateDiscoveredResource", cut.clone()), json!({}));
        assert_eq!(tied(&caller), json!([]));
        let refusal = caller.refused("DisassociateDiscoveredResource", cut);
        assert_refused(&refusal, "ResourceNotFoundException", "not associated");
    });
}

#[test]
fn each_check_of_a_tie_wins_over_those_behind_it() {
    each_bare(|world| {
        let caller = world.caller();
        let tie = |caller: &Caller<'_>, id: &str| {
            let input = on_task(json!({"DiscoveredResource": {"ConfigurationId": id}, "DryRun": true}));
            caller.refused("AssociateDiscoveredResource", input)
        };
        assert_refused(&tie(&caller, ""), "InvalidInputException", "configurationId");
        assert_refused(&tie(&caller, SERVER), "HomeRegionNotSetException", "home region");
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let away = caller.clone().in_region("eu-west-1");
        assert_refused(&tie(&away, SERVER), "InvalidInputException", "us-east-1");
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        assert_refused(&tie(&off, SERVER), "ResourceNotFoundException", STREAM);
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        assert_refused(&tie(&off, SERVER), "ResourceNotFoundException", TASK);
        caller.ok("ImportMigrationTask", on_task(json!({})));
        assert_refused(&tie(&off, SERVER), "PolicyErrorException", "switched off");
        let faithful =
            caller.clone().installed(|installation| installation.unknown_configuration_rejected = true);
        assert_refused(&tie(&faithful, SERVER), "ResourceNotFoundException", SERVER);
        assert_refused(&tie(&caller, "i-0123"), "ResourceNotFoundException", "i-0123");
        let long = "d-server-".repeat(177);
        assert_refused(&tie(&caller, &long), "ResourceNotFoundException", "d-server");
        caller.ok("NotifyApplicationState", json!({"ApplicationId": APPLICATION, "Status": "NOT_STARTED"}));
        assert_refused(&tie(&caller, APPLICATION), "InvalidInputException", "not a server");
        assert_refused(&tie(&caller, SERVER), "DryRunOperation", "Dry Run was a success!");
        assert_eq!(tied(&caller), json!([]));
        let refusal = caller.refused("DescribeConfigurations", json!({"configurationIds": [SERVER]}));
        assert_eq!(refusal.name, "InvalidParameterValueException", "a dry run adopts nothing");
    });
}

#[test]
fn an_adopted_server_is_known_from_then_on() {
    each_hub(|world| {
        let caller = world.caller();
        tie(&caller, SERVER);
        let faithful =
            caller.clone().installed(|installation| installation.unknown_configuration_rejected = true);
        tie(&faithful, SERVER);
        let listed = caller.ok("ListConfigurations", json!({"configurationType": "SERVER"}));
        assert_eq!(
            listed["configurations"],
            json!([{
                "server.configurationId": SERVER,
                "server.type": "OTHER",
                "server.timeOfCreation": "2023-11-14 22:13:20.0",
            }])
        );
        let stranger = caller.of_account("999988887777");
        settle(&stranger);
        let listed = stranger.ok("ListConfigurations", json!({"configurationType": "SERVER"}));
        assert_eq!(listed["configurations"], json!([]));
    });
}

#[test]
fn servers_of_a_task_come_in_pages_of_ten() {
    each_hub(|world| {
        let caller = world.caller();
        let ids: Vec<String> = (10..35).map(|number| format!("d-server-000000000000000{number}")).collect();
        for id in ids.iter().rev() {
            tie(&caller, id);
        }
        let pages = caller.pages("ListDiscoveredResources", &on_task(json!({})), "NextToken");
        let shown: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| {
                let list = page["DiscoveredResourceList"].as_array().unwrap();
                list.iter().map(|tie| tie["ConfigurationId"].as_str().unwrap()).collect()
            })
            .collect();
        assert_eq!(shown.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 5]);
        assert_eq!(shown.concat(), ids);
        let refusal = caller.refused("ListDiscoveredResources", on_task(json!({"MaxResults": 11})));
        assert_refused(&refusal, "InvalidInputException", "maxResults");
        let other = on_task(json!({"NextToken": "bm90IGEgdG9rZW4="}));
        assert_refused(
            &caller.refused("ListDiscoveredResources", other),
            "InvalidInputException",
            "InvalidToken",
        );
    });
}

#[test]
fn tasks_are_listed_by_server() {
    each_hub(|world| {
        let caller = world.caller();
        let by_server = |caller: &Caller<'_>, id: &str| {
            caller.send("ListMigrationTasks", json!({"ResourceName": id, "MaxResults": 1}))
        };
        assert_refused(&by_server(&caller, SERVER).unwrap_err(), "ResourceNotFoundException", SERVER);
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        assert_refused(&by_server(&off, SERVER).unwrap_err(), "PolicyErrorException", "switched off");
        tie(&caller, SERVER);
        let second = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": "later"});
        world.pass(std::time::Duration::from_secs(1));
        caller.ok("ImportMigrationTask", second.clone());
        let mut third = second.clone();
        third["MigrationTaskName"] = "unrelated".into();
        caller.ok("ImportMigrationTask", third);
        let mut input = second;
        input["DiscoveredResource"] = json!({"ConfigurationId": SERVER});
        caller.ok("AssociateDiscoveredResource", input);
        let input = json!({"ResourceName": SERVER, "MaxResults": 1});
        let pages = caller.pages("ListMigrationTasks", &input, "NextToken");
        let names: Vec<&str> = pages
            .iter()
            .map(|page| page["MigrationTaskSummaryList"][0]["MigrationTaskName"].as_str().unwrap())
            .collect();
        assert_eq!(names, ["later", TASK]);
        caller.ok("DisassociateDiscoveredResource", on_task(json!({"ConfigurationId": SERVER})));
        let page = by_server(&caller, SERVER).unwrap();
        assert_eq!(page["MigrationTaskSummaryList"].as_array().unwrap().len(), 1);
        assert_eq!(page.get("NextToken"), None);
    });
}

#[test]
fn ties_go_with_their_stream_and_do_not_resurface() {
    each_hub(|world| {
        let caller = world.caller();
        tie(&caller, SERVER);
        caller.ok("DeleteProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        let tasks = caller.ok("ListMigrationTasks", json!({"ResourceName": SERVER}));
        assert_eq!(tasks["MigrationTaskSummaryList"], json!([]), "the server itself stays");
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        caller.ok("ImportMigrationTask", on_task(json!({})));
        assert_eq!(tied(&caller), json!([]));
    });
}

#[test]
fn a_tie_to_a_server_that_is_gone_can_be_cut() {
    each_hub(|world| {
        let caller = world.caller();
        tie(&caller, SERVER);
        let input = json!({"configurationType": "SERVER", "configurationIds": [SERVER]});
        caller.ok("StartBatchDeleteConfigurationTask", input);
        crate::hub::reconcile(world);
        assert_eq!(tied(&caller), json!([{"ConfigurationId": SERVER}]));
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        off.ok("DisassociateDiscoveredResource", on_task(json!({"ConfigurationId": SERVER})));
        assert_eq!(tied(&caller), json!([]));
    });
}
