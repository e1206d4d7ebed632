//! Created artifacts: associate, list, disassociate, in the order of checks of the behaviour book.

use crate::hub::{STREAM, TASK, assert_refused, each_bare, each_hub, image, on_task};
use serde_json::{Value, json};
use testkit::Caller;

fn associate(caller: &Caller<'_>, name: &str, description: Option<&str>) {
    let mut artifact = json!({"Name": name});
    if let Some(description) = description {
        artifact["Description"] = description.into();
    }
    assert_eq!(
        caller.ok("AssociateCreatedArtifact", on_task(json!({"CreatedArtifact": artifact}))),
        json!({})
    );
}

fn listed(caller: &Caller<'_>) -> Value {
    caller.ok("ListCreatedArtifacts", on_task(json!({})))["CreatedArtifactList"].clone()
}

#[test]
fn disassociating_removes_this_artifact_and_nothing_else() {
    each_hub(|world| {
        let caller = world.caller();
        caller.ok(
            "NotifyMigrationTaskState",
            on_task(json!({"Task": {"Status": "COMPLETED"}, "UpdateDateTime": 1.5, "NextUpdateSeconds": 0})),
        );
        associate(&caller, &image("ami-1"), Some("first"));
        associate(&caller, &image("ami-2"), None);
        let before = caller.ok("DescribeMigrationTask", on_task(json!({})));
        let gone = on_task(json!({"CreatedArtifactName": image("ami-1")}));
        assert_eq!(caller.ok("DisassociateCreatedArtifact", gone), json!({}));
        assert_eq!(listed(&caller), json!([{"Name": image("ami-2")}]));
        assert_eq!(caller.ok("DescribeMigrationTask", on_task(json!({}))), before);
        associate(&caller, &image("ami-1"), Some("again"));
        assert_eq!(
            listed(&caller),
            json!([{"Name": image("ami-1"), "Description": "again"}, {"Name": image("ami-2")}])
        );
    });
}

#[test]
fn disassociating_what_is_not_associated_is_not_found() {
    each_hub(|world| {
        let caller = world.caller();
        associate(&caller, &image("ami-1"), None);
        // The comparison is byte for byte: no case folding, no prefix, no wildcard.
        for name in [image("ami-2"), image("AMI-1"), image("ami-"), image("*"), image("ami-1 ")] {
            let refusal =
                caller.refused("DisassociateCreatedArtifact", on_task(json!({"CreatedArtifactName": name})));
            assert_refused(&refusal, "ResourceNotFoundException", &name);
        }
        let gone = on_task(json!({"CreatedArtifactName": image("ami-1")}));
        caller.ok("DisassociateCreatedArtifact", gone.clone());
        let refusal = caller.refused("DisassociateCreatedArtifact", gone);
        assert_refused(&refusal, "ResourceNotFoundException", &image("ami-1"));
    });
}

#[test]
fn each_check_wins_over_those_behind_it() {
    each_bare(|world| {
        let caller = world.caller();
        let away = caller.clone().in_region("us-west-2");
        let input = |name: &str| on_task(json!({"CreatedArtifactName": name, "DryRun": true}));
        let refused =
            |caller: &Caller<'_>, name: &str| caller.refused("DisassociateCreatedArtifact", input(name));

        // An ill-formed ARN is refused before anything is looked up.
        assert_refused(&refused(&caller, "ami-1"), "InvalidInputException", "createdArtifactName");
        assert_refused(
            &refused(&caller, &image("x")),
            "HomeRegionNotSetException",
            "CreateHomeRegionControl",
        );
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        assert_refused(&refused(&away, &image("x")), "InvalidInputException", "us-east-1");
        assert_refused(&refused(&caller, &image("x")), "ResourceNotFoundException", STREAM);
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        assert_refused(&refused(&caller, &image("x")), "ResourceNotFoundException", TASK);
        caller.ok("ImportMigrationTask", on_task(json!({})));
        assert_refused(&refused(&caller, &image("x")), "ResourceNotFoundException", &image("x"));
        associate(&caller, &image("x"), None);
        assert_refused(&refused(&caller, &image("x")), "DryRunOperation", "Dry Run was a success!");
        assert_eq!(listed(&caller), json!([{"Name": image("x")}]), "a dry run changes nothing");
    });
}

#[test]
fn associating_again_replaces_the_description() {
    each_hub(|world| {
        let caller = world.caller();
        associate(&caller, &image("ami-1"), Some("old"));
        associate(&caller, &image("ami-1"), Some("new"));
        assert_eq!(listed(&caller), json!([{"Name": image("ami-1"), "Description": "new"}]));
        associate(&caller, &image("ami-1"), None);
        assert_eq!(listed(&caller), json!([{"Name": image("ami-1")}]));
    });
}

#[test]
fn associating_checks_in_the_same_order() {
    each_bare(|world| {
        let caller = world.caller();
        let input = on_task(json!({"CreatedArtifact": {"Name": image("x")}, "DryRun": true}));
        let refused = |caller: &Caller<'_>| caller.refused("AssociateCreatedArtifact", input.clone());
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
        assert_eq!(listed(&caller), json!([]));
        for description in ["a\nb", &"d".repeat(501)] {
            let artifact = json!({"Name": image("x"), "Description": description});
            let refusal =
                caller.refused("AssociateCreatedArtifact", on_task(json!({"CreatedArtifact": artifact})));
            assert_refused(&refusal, "InvalidInputException", "createdArtifact.description");
        }
    });
}

#[test]
fn lists_go_on_after_the_last_artifact_that_was_shown() {
    each_hub(|world| {
        let caller = world.caller();
        for number in 0..25 {
            associate(&caller, &image(&format!("ami-{number:02}")), None);
        }
        let pages = caller.pages("ListCreatedArtifacts", &on_task(json!({})), "NextToken");
        let sizes: Vec<usize> =
            pages.iter().map(|page| page["CreatedArtifactList"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [10, 10, 5]);
        // Rows that go while a client pages do not shift the rest.
        let first = caller.ok("ListCreatedArtifacts", on_task(json!({"MaxResults": 3, "NextToken": ""})));
        caller.ok("DisassociateCreatedArtifact", on_task(json!({"CreatedArtifactName": image("ami-02")})));
        let next = on_task(json!({"MaxResults": 3, "NextToken": first["NextToken"]}));
        let second = caller.ok("ListCreatedArtifacts", next);
        assert_eq!(second["CreatedArtifactList"][0]["Name"], image("ami-03"));
    });
}

#[test]
fn foreign_and_expired_tokens_are_refused() {
    each_hub(|world| {
        let caller = world.caller();
        caller
            .ok("ImportMigrationTask", json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": "other"}));
        for number in 0..11 {
            associate(&caller, &image(&format!("ami-{number:02}")), None);
        }
        let token = caller.ok("ListCreatedArtifacts", on_task(json!({})))["NextToken"].clone();
        let elsewhere =
            json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": "other", "NextToken": token});
        assert_refused(
            &caller.refused("ListCreatedArtifacts", elsewhere),
            "InvalidInputException",
            "InvalidToken",
        );
        let nonsense = on_task(json!({"NextToken": "AAAA"}));
        assert_refused(
            &caller.refused("ListCreatedArtifacts", nonsense),
            "InvalidInputException",
            "InvalidToken",
        );
        world.pass(std::time::Duration::from_secs(24 * 60 * 60 + 1));
        let late = on_task(json!({"NextToken": token}));
        assert_refused(&caller.refused("ListCreatedArtifacts", late), "InvalidInputException", "expired");
    });
}

#[test]
fn listing_reaches_streams_and_tasks_of_its_own_region_only() {
    each_hub(|world| {
        let caller = world.caller();
        associate(&caller, &image("ami-1"), None);
        let away = caller.clone().in_region("us-west-2");
        let refusal = away.refused("ListCreatedArtifacts", on_task(json!({})));
        assert_refused(&refusal, "ResourceNotFoundException", STREAM);
        let stranger = caller.clone().of_account("999988887777");
        let refusal = stranger.refused("ListCreatedArtifacts", on_task(json!({})));
        assert_refused(&refusal, "HomeRegionNotSetException", "home region");
    });
}

#[test]
fn arns_of_any_kind_are_kept_as_they_are() {
    each_hub(|world| {
        let caller = world.caller();
        let long = format!("arn:aws:s3:::{}", "ä".repeat(1600 - 13));
        let arns = [
            "arn:aws:ec2::: ",
            "arn:aws-us-gov:dms:us-gov-west-1:488216288981:endpoint:x",
            "arn:aws:s3:::",
            "arn:aws:x:::a\nb",
            &long,
        ];
        for arn in arns {
            associate(&caller, arn, None);
        }
        for refused in ["arn:aws:ec2:us-east-1:aws:image/x", "x arn:aws:s3:::b", "", &format!("{long}x")] {
            let artifact = on_task(json!({"CreatedArtifact": {"Name": refused}}));
            assert_refused(
                &caller.refused("AssociateCreatedArtifact", artifact),
                "InvalidInputException",
                "name",
            );
        }
        for arn in arns {
            caller.ok("DisassociateCreatedArtifact", on_task(json!({"CreatedArtifactName": arn})));
        }
        assert_eq!(listed(&caller), json!([]));
    });
}

#[test]
fn tokens_stay_within_their_pattern_however_long_the_arns_are() {
    each_hub(|world| {
        let caller = world.caller();
        let mut arns: Vec<String> =
            (0..12).map(|number| format!("arn:aws:s3:::{}{number:02}", "ä".repeat(1600 - 15))).collect();
        for arn in &arns {
            associate(&caller, arn, None);
        }
        let pages = caller.pages("ListCreatedArtifacts", &on_task(json!({})), "NextToken");
        assert!(pages[0]["NextToken"].as_str().unwrap().len() <= 2048);
        let mut shown: Vec<String> = pages
            .iter()
            .flat_map(|page| page["CreatedArtifactList"].as_array().unwrap())
            .map(|artifact| artifact["Name"].as_str().unwrap().to_owned())
            .collect();
        shown.sort();
        arns.sort();
        assert_eq!(shown, arns);
        for arn in &arns {
            caller.ok("DisassociateCreatedArtifact", on_task(json!({"CreatedArtifactName": arn})));
        }
    });
}
