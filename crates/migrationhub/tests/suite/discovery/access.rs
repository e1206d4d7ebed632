//! What every operation of discovery asks first, and what it does not offer.

use serde_json::{Value, json};
use testkit::World;

use super::assert_declined;
use crate::hub::{each_bare, each_hub};

/// Every operation with the smallest input that the model takes; whether it writes.
fn operations() -> Vec<(&'static str, bool, Value)> {
    let id = "d-application-x";
    let members = json!({"applicationConfigurationId": id, "configurationIds": []});
    let import = format!("import-task-{}", "0".repeat(32));
    vec![
        ("AssociateConfigurationItemsToApplication", true, members.clone()),
        ("BatchDeleteImportData", true, json!({"importTaskIds": [import]})),
        ("CreateApplication", true, json!({"name": "x"})),
        ("CreateTags", true, json!({"configurationIds": [], "tags": []})),
        ("DeleteApplications", true, json!({"configurationIds": []})),
        ("DeleteTags", true, json!({"configurationIds": []})),
        ("DescribeAgents", false, json!({})),
        (
            "DescribeBatchDeleteConfigurationTask",
            false,
            json!({"taskId": "12345678-1234-4234-8234-123456789012"}),
        ),
        ("DescribeConfigurations", false, json!({"configurationIds": []})),
        ("DescribeContinuousExports", false, json!({})),
        ("DescribeExportConfigurations", false, json!({})),
        ("DescribeExportTasks", false, json!({})),
        ("DescribeImportTasks", false, json!({})),
        ("DescribeTags", false, json!({})),
        ("DisassociateConfigurationItemsFromApplication", true, members),
        ("ExportConfigurations", true, json!({})),
        ("GetDiscoverySummary", false, json!({})),
        ("ListConfigurations", false, json!({"configurationType": "SERVER"})),
        ("ListServerNeighbors", false, json!({"configurationId": "d-server-x"})),
        (
            "StartBatchDeleteConfigurationTask",
            true,
            json!({"configurationType": "SERVER", "configurationIds": ["d-server-x"]}),
        ),
        ("StartContinuousExport", true, json!({})),
        ("StartDataCollectionByAgentIds", true, json!({"agentIds": []})),
        ("StartExportTask", true, json!({})),
        ("StartImportTask", true, json!({"name": "x", "importUrl": "s3://b/k"})),
        ("StopContinuousExport", true, json!({"exportId": "x"})),
        ("StopDataCollectionByAgentIds", true, json!({"agentIds": []})),
        ("UpdateApplication", true, json!({"configurationId": id})),
    ]
}

#[test]
fn each_operation_asks_for_discovery_then_for_the_home_region_then_for_this_one() {
    each_bare(|world: &World| {
        let caller = world.caller();
        let operations = operations();
        let known = model_migrationhub::discovery::SPECS.len();
        assert_eq!(operations.len() + 1, known, "all but BatchDeleteAgents are here");
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        for (operation, _, input) in &operations {
            let refusal = off.refused(operation, input.clone());
            assert_declined(&refusal, "AuthorizationErrorException", "switched off");
            let refusal = caller.refused(operation, input.clone());
            assert_declined(&refusal, "HomeRegionNotSetException", "home region is not set");
        }
        caller
            .ok("CreateHomeRegionControl", json!({"HomeRegion": "us-east-1", "Target": {"Type": "ACCOUNT"}}));
        let away = caller.in_region("eu-west-1");
        for (operation, writes, input) in operations {
            let outcome = away.send(operation, input);
            let sent_home = outcome.is_err_and(|refusal| refusal.message().contains("home region us-east-1"));
            assert_eq!(sent_home, writes, "{operation}");
        }
    });
}

#[test]
fn what_needs_agents_is_empty_or_refused() {
    each_hub(|world| {
        let caller = world.caller();
        assert_eq!(caller.ok("DescribeAgents", json!({})), json!({"agentsInfo": []}));
        let id = super::server(world, &caller, &[("FQDN", "web")]);
        assert_eq!(
            caller.ok("ListServerNeighbors", json!({"configurationId": id})),
            json!({"neighbors": [], "knownDependencyCount": 0})
        );
        let refusal = caller.refused("ListServerNeighbors", json!({"configurationId": "d-server-x"}));
        assert_declined(&refusal, "InvalidParameterValueException", "d-server-x");
        for (operation, input) in [
            ("BatchDeleteAgents", json!({"deleteAgents": [{"agentId": "o-0123456789"}]})),
            ("DescribeContinuousExports", json!({})),
            ("DescribeExportConfigurations", json!({})),
            ("ExportConfigurations", json!({})),
            ("StartContinuousExport", json!({})),
            ("StartDataCollectionByAgentIds", json!({"agentIds": []})),
            ("StopContinuousExport", json!({"exportId": "x"})),
            ("StopDataCollectionByAgentIds", json!({"agentIds": []})),
        ] {
            assert_declined(&caller.refused(operation, input), "InvalidParameterException", operation);
        }
    });
}
