//! Source resources: opaque names, upsert, disassociation.

use crate::hub::{STREAM, TASK, assert_refused, each_bare, each_hub, on_task};
use serde_json::{Value, json};
use testkit::Caller;

fn listed(caller: &Caller<'_>) -> Value {
    caller.ok("ListSourceResources", on_task(json!({})))["SourceResourceList"].clone()
}

#[test]
fn a_resource_is_replaced_by_association_and_gone_after_disassociation() {
    each_hub(|world| {
        let caller = world.caller();
        let associate = |resource: Value| {
            caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": resource})))
        };
        associate(json!({"Name": "wave-1", "Description": "first wave", "StatusDetail": "waiting"}));
        associate(json!({"Name": "wave-1", "StatusDetail": "running"}));
        associate(json!({"Name": "wave-2"}));
        assert_eq!(
            listed(&caller),
            json!([{"Name": "wave-1", "StatusDetail": "running"}, {"Name": "wave-2"}])
        );
        let gone = on_task(json!({"SourceResourceName": "wave-1"}));
        assert_eq!(caller.ok("DisassociateSourceResource", gone.clone()), json!({}));
        assert_eq!(listed(&caller), json!([{"Name": "wave-2"}]));
        let refusal = caller.refused("DisassociateSourceResource", gone);
        assert_refused(&refusal, "ResourceNotFoundException", "wave-1");
    });
}

#[test]
fn names_are_opaque() {
    each_hub(|world| {
        let caller = world.caller();
        let long = "ü/".repeat(800);
        let names = ["a/b", "a:b|c", " leading", "line\nbreak", "😀", "%2f", long.as_str()];
        for name in names {
            caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": {"Name": name}})));
        }
        assert_eq!(listed(&caller).as_array().unwrap().len(), names.len());
        for name in names {
            caller.ok("DisassociateSourceResource", on_task(json!({"SourceResourceName": name})));
        }
        assert_eq!(listed(&caller), json!([]));
    });
}

#[test]
fn checks_come_in_order_and_dry_runs_write_nothing() {
    each_bare(|world| {
        let caller = world.caller();
        let away = caller.clone().in_region("eu-west-1");
        let inputs = [
            ("AssociateSourceResource", on_task(json!({"SourceResource": {"Name": "x"}, "DryRun": true}))),
            ("DisassociateSourceResource", on_task(json!({"SourceResourceName": "x", "DryRun": true}))),
        ];
        let all = |caller: &Caller<'_>, name: &str, says: &str| {
            for (operation, input) in &inputs {
                assert_refused(&caller.refused(operation, input.clone()), name, says);
            }
        };
        all(&caller, "HomeRegionNotSetException", "home region");
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        all(&away, "InvalidInputException", "us-east-1");
        all(&caller, "ResourceNotFoundException", STREAM);
        caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        all(&caller, "ResourceNotFoundException", TASK);
        caller.ok("ImportMigrationTask", on_task(json!({})));
        let refusal = caller.refused(inputs[1].0, inputs[1].1.clone());
        assert_refused(&refusal, "ResourceNotFoundException", "'x'");
        assert_refused(&caller.refused(inputs[0].0, inputs[0].1.clone()), "DryRunOperation", "success");
        assert_eq!(listed(&caller), json!([]));
        caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": {"Name": "x"}})));
        all(&caller, "DryRunOperation", "Dry Run was a success!");
        assert_eq!(listed(&caller), json!([{"Name": "x"}]));
    });
}

#[test]
fn lists_have_pages_of_ten() {
    each_hub(|world| {
        let caller = world.caller();
        for number in 0..21 {
            let name = format!("server-{number:02}");
            caller.ok("AssociateSourceResource", on_task(json!({"SourceResource": {"Name": name}})));
        }
        let pages = caller.pages("ListSourceResources", &on_task(json!({})), "NextToken");
        let sizes: Vec<usize> =
            pages.iter().map(|page| page["SourceResourceList"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [10, 10, 1]);
        let refusal = caller.refused("ListSourceResources", on_task(json!({"NextToken": "AAAA"})));
        assert_refused(&refusal, "InvalidInputException", "InvalidToken");
    });
}
