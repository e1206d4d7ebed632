//! Deletion of servers in the background.

use serde_json::json;

use super::{application, assert_declined, server};
use crate::hub::{each_hub, reconcile};

#[test]
fn servers_go_with_their_tags_and_memberships() {
    each_hub(|world| {
        let caller = world.caller();
        let web = server(world, &caller, &[("FQDN", "web")]);
        let shop = application(&caller, "shop");
        let input = json!({"applicationConfigurationId": shop, "configurationIds": [web]});
        caller.ok("AssociateConfigurationItemsToApplication", input);
        let tags = json!({"configurationIds": [web], "tags": [{"key": "env", "value": "prod"}]});
        caller.ok("CreateTags", tags);
        let ids = json!([web, shop, "d-server-x", web]);
        let input = json!({"configurationType": "SERVER", "configurationIds": ids});
        let task = caller.ok("StartBatchDeleteConfigurationTask", input)["taskId"].clone();
        let described =
            || caller.ok("DescribeBatchDeleteConfigurationTask", json!({"taskId": task}))["task"].clone();
        assert_eq!(described()["status"], "INITIALIZING");
        assert_eq!(described()["failedConfigurations"], json!([]));
        world.pass(std::time::Duration::from_secs(1));
        reconcile(world);
        let done = described();
        assert_eq!(done["status"], "COMPLETED");
        assert_eq!(done["configurationType"], "SERVER");
        assert_eq!(done["deletedConfigurations"], json!([web]));
        assert_eq!(done["requestedConfigurations"].as_array().unwrap().len(), 3);
        let failed = done["failedConfigurations"].as_array().unwrap();
        let failed: Vec<_> = failed.iter().map(|one| one["configurationId"].as_str().unwrap()).collect();
        assert_eq!(failed, [shop.as_str(), "d-server-x"]);
        assert_eq!((&done["startTime"], &done["endTime"]), (&json!(1_700_000_000), &json!(1_700_000_001)));
        assert_eq!(caller.ok("DescribeTags", json!({}))["tags"], json!([]));
        let summary = caller.ok("GetDiscoverySummary", json!({}));
        assert_eq!([&summary["servers"], &summary["serversMappedToApplications"]], [0, 0]);
    });
}

#[test]
fn deletions_are_bounded_and_known_by_their_id() {
    each_hub(|world| {
        let caller = world.caller();
        let start = |ids: Vec<String>| {
            let input = json!({"configurationType": "SERVER", "configurationIds": ids});
            caller.refused("StartBatchDeleteConfigurationTask", input)
        };
        let many = (0..201).map(|number| format!("d-server-{number}")).collect();
        assert_declined(&start(many), "LimitExceededException", "200");
        assert_declined(&start(Vec::new()), "InvalidParameterValueException", "nothing");
        let input = json!({"configurationType": "APPLICATION", "configurationIds": ["x"]});
        let refusal = caller.refused("StartBatchDeleteConfigurationTask", input);
        assert_declined(&refusal, "InvalidParameterException", "configurationType");
        let unknown = "12345678-1234-4234-8234-123456789012";
        let refusal = caller.refused("DescribeBatchDeleteConfigurationTask", json!({"taskId": unknown}));
        assert_declined(&refusal, "InvalidParameterValueException", unknown);
    });
}
