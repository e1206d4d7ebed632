//! Migration Hub Config: the life of a home region control.

use crate::hub::{assert_refused, each_bare, each_hub};
use serde_json::json;

#[test]
fn a_control_is_created_described_and_deleted() {
    each_bare(|world| {
        let caller = world.caller().in_region("us-west-2");
        assert_eq!(caller.ok("GetHomeRegion", json!({})), json!({}), "unset means absent, not an error");
        let created = caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "eu-west-1", "Target": {"Type": "ACCOUNT"}}));
        let control = &created["HomeRegionControl"];
        let id = control["ControlId"].as_str().unwrap();
        assert!(id.len() == 16 && id.starts_with("hrc-"), "{id}");
        assert_eq!(
            *control,
            json!({
                "ControlId": id,
                "HomeRegion": "eu-west-1",
                "Target": {"Type": "ACCOUNT", "Id": "111122223333"},
                "RequestedTime": 1_700_000_000,
            })
        );
        assert_eq!(
            caller.clone().in_region("us-east-1").ok("GetHomeRegion", json!({})),
            json!({"HomeRegion": "eu-west-1"})
        );
        let described =
            caller.ok("DescribeHomeRegionControls", json!({"ControlId": id, "HomeRegion": "eu-west-1"}));
        assert_eq!(described, json!({"HomeRegionControls": [control]}));
        for filter in [json!({"HomeRegion": "us-east-1"}), json!({"ControlId": "hrc-000000000000"})] {
            let nothing = caller.ok("DescribeHomeRegionControls", filter);
            assert_eq!(nothing, json!({"HomeRegionControls": []}));
        }
        assert_eq!(caller.ok("DeleteHomeRegionControl", json!({"ControlId": id})), json!({}));
        assert_eq!(caller.ok("GetHomeRegion", json!({})), json!({}));
        let refusal = caller.refused("DeleteHomeRegionControl", json!({"ControlId": id}));
        assert_refused(&refusal, "InvalidInputException", id);
    });
}

#[test]
fn the_same_region_again_answers_the_control_and_another_is_refused() {
    each_bare(|world| {
        let caller = world.caller();
        let input = |region: &str| json!({"HomeRegion": region, "Target": {"Type": "ACCOUNT"}});
        let first = caller.ok("CreateHomeRegionControl", input("us-east-1"));
        world.pass(std::time::Duration::from_secs(5));
        assert_eq!(caller.ok("CreateHomeRegionControl", input("us-east-1")), first);
        let refusal = caller.refused("CreateHomeRegionControl", input("us-west-2"));
        assert_refused(&refusal, "InvalidInputException", "us-east-1");
    });
}

#[test]
fn targets_and_regions_outside_the_rules_are_refused_and_dry_runs_write_nothing() {
    each_bare(|world| {
        let caller = world.caller();
        let create = |region: &str, target: serde_json::Value| {
            caller.refused(
                "CreateHomeRegionControl",
                json!({"HomeRegion": region, "Target": target, "DryRun": true}),
            )
        };
        let account = json!({"Type": "ACCOUNT"});
        let other = json!({"Type": "ACCOUNT", "Id": "999988887777"});
        assert_refused(&create("us-east-1", other), "InvalidInputException", "999988887777");
        assert_refused(&create("ap-south-1", account.clone()), "InvalidInputException", "ap-south-1");
        assert_refused(&create("us-gov-west-1", account.clone()), "InvalidInputException", "homeRegion");
        let organization = json!({"Type": "ORGANIZATION"});
        assert_refused(&create("us-east-1", organization), "InvalidInputException", "target.type");
        assert_refused(&create("us-east-1", account), "DryRunOperation", "Dry Run was a success!");
        assert_eq!(caller.ok("GetHomeRegion", json!({})), json!({}));
    });
}

#[test]
fn data_stays_when_the_control_goes() {
    each_hub(|world| {
        let caller = world.caller();
        let controls = caller.ok("DescribeHomeRegionControls", json!({}));
        let id = controls["HomeRegionControls"][0]["ControlId"].clone();
        caller.ok("DeleteHomeRegionControl", json!({"ControlId": id}));
        let refusal = caller.refused("ListProgressUpdateStreams", json!({}));
        assert_refused(&refusal, "HomeRegionNotSetException", "home region");
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let streams = caller.ok("ListProgressUpdateStreams", json!({}));
        assert_eq!(
            streams["ProgressUpdateStreamSummaryList"][0]["ProgressUpdateStreamName"],
            crate::hub::STREAM
        );
    });
}

#[test]
fn each_account_has_a_home_region_of_its_own() {
    each_hub(|world| {
        let stranger = world.caller().of_account("999988887777");
        assert_eq!(stranger.ok("GetHomeRegion", json!({})), json!({}));
        assert_eq!(stranger.ok("DescribeHomeRegionControls", json!({})), json!({"HomeRegionControls": []}));
    });
}
