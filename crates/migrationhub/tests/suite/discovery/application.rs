//! Applications and the servers that they consist of.

use serde_json::{Value, json};

use super::{application, assert_declined, server};
use crate::hub::each_hub;

fn described(caller: &testkit::Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeConfigurations", json!({"configurationIds": [id]}))["configurations"][0].clone()
}

#[test]
fn an_application_is_created_changed_in_part_and_deleted() {
    each_hub(|world| {
        let caller = world.caller();
        let input = json!({"name": "shop", "description": "sells", "wave": "wave 1"});
        let id = caller.ok("CreateApplication", input)["configurationId"].as_str().unwrap().to_owned();
        assert!(id.len() == 31 && id.starts_with("d-application-"), "{id}");
        world.pass(std::time::Duration::from_millis(1500));
        caller.ok("UpdateApplication", json!({"configurationId": id, "wave": "", "name": "store"}));
        assert_eq!(
            described(&caller, &id),
            json!({
                "application.configurationId": id,
                "application.name": "store",
                "application.description": "sells",
                "application.serverCount": "0",
                "application.timeOfCreation": "2023-11-14 22:13:20.0",
                "application.lastModifiedTime": "2023-11-14 22:13:21.500",
            })
        );
        assert_eq!(caller.ok("DeleteApplications", json!({"configurationIds": [id, id]})), json!({}));
        let refusal = caller.refused("DescribeConfigurations", json!({"configurationIds": [id]}));
        assert_declined(&refusal, "InvalidParameterValueException", &id);
    });
}

#[test]
fn names_are_unique_and_free_again_after_deletion() {
    each_hub(|world| {
        let caller = world.caller();
        let id = application(&caller, "shop");
        let refusal = caller.refused("CreateApplication", json!({"name": "shop"}));
        assert_declined(&refusal, "InvalidParameterValueException", &id);
        let other = application(&caller, "Shop");
        let rename = json!({"configurationId": other, "name": "shop"});
        assert_declined(&caller.refused("UpdateApplication", rename), "InvalidParameterValueException", &id);
        caller.ok("UpdateApplication", json!({"configurationId": id, "name": "shop"}));
        caller.ok("DeleteApplications", json!({"configurationIds": [id]}));
        application(&caller, "shop");
        let blank = caller.refused("CreateApplication", json!({"name": "  "}));
        assert_declined(&blank, "InvalidParameterException", "name");
    });
}

#[test]
fn servers_join_and_leave_and_repetition_does_no_harm() {
    each_hub(|world| {
        let caller = world.caller();
        let shop = application(&caller, "shop");
        let web = server(world, &caller, &[("FQDN", "web")]);
        let database = server(world, &caller, &[("FQDN", "db")]);
        let members = |ids: &[&str]| json!({"applicationConfigurationId": shop, "configurationIds": ids});
        for _ in 0..2 {
            let input = members(&[&web, &database]);
            assert_eq!(caller.ok("AssociateConfigurationItemsToApplication", input), json!({}));
        }
        assert_eq!(described(&caller, &shop)["application.serverCount"], "2");
        let applications = json!([{"configurationId": shop, "name": "shop"}]);
        let shown = described(&caller, &web);
        assert_eq!(shown["server.applications"], applications.to_string());
        assert_eq!(shown["server.applications.hasMoreValues"], "false");
        for _ in 0..2 {
            let input = members(&[&web, "d-server-unknown"]);
            assert_eq!(caller.ok("DisassociateConfigurationItemsFromApplication", input), json!({}));
        }
        assert_eq!(described(&caller, &shop)["application.serverCount"], "1");
        assert_eq!(described(&caller, &web)["server.applications"], "[]");
        let summary = caller.ok("GetDiscoverySummary", json!({}));
        assert_eq!(
            [&summary["servers"], &summary["applications"], &summary["serversMappedToApplications"]],
            [2, 1, 1]
        );
        assert_eq!(summary["agentSummary"]["totalAgents"], 0);
    });
}

#[test]
fn what_does_not_exist_is_refused_and_nothing_of_the_call_is_done() {
    each_hub(|world| {
        let caller = world.caller();
        let shop = application(&caller, "shop");
        let web = server(world, &caller, &[("FQDN", "web")]);
        let join = |application: &str, ids: &[&str]| {
            let input = json!({"applicationConfigurationId": application, "configurationIds": ids});
            caller.refused("AssociateConfigurationItemsToApplication", input)
        };
        assert_declined(&join(&web, &[&web]), "InvalidParameterValueException", "application");
        assert_declined(&join(&shop, &[&web, "d-server-x"]), "InvalidParameterValueException", "d-server-x");
        assert_declined(&join(&shop, &[&shop]), "InvalidParameterValueException", "not a server");
        assert_eq!(described(&caller, &shop)["application.serverCount"], "0");
        let leave = json!({"applicationConfigurationId": "d-application-x", "configurationIds": [web]});
        let refusal = caller.refused("DisassociateConfigurationItemsFromApplication", leave);
        assert_declined(&refusal, "InvalidParameterValueException", "d-application-x");
        let refusal = caller.refused("UpdateApplication", json!({"configurationId": "d-application-x"}));
        assert_declined(&refusal, "InvalidParameterValueException", "d-application-x");
        for other in ["d-application-x", web.as_str()] {
            let refusal = caller.refused("DeleteApplications", json!({"configurationIds": [shop, other]}));
            assert_declined(&refusal, "InvalidParameterValueException", other);
        }
        assert_eq!(described(&caller, &shop)["application.name"], "shop", "all of them or none");
    });
}

#[test]
fn an_application_has_at_most_400_servers() {
    each_hub(|world| {
        let caller = world.caller();
        let shop = application(&caller, "shop");
        let ids: Vec<String> = (0..401).map(|number| format!("d-server-{number:017}")).collect();
        for id in &ids {
            let input = crate::hub::on_task(json!({"DiscoveredResource": {"ConfigurationId": id}}));
            caller.ok("AssociateDiscoveredResource", input);
        }
        let join = |ids: &[String]| {
            let input = json!({"applicationConfigurationId": shop, "configurationIds": ids});
            caller.send("AssociateConfigurationItemsToApplication", input)
        };
        assert_declined(&join(&ids).unwrap_err(), "InvalidParameterValueException", "400");
        assert_eq!(described(&caller, &shop)["application.serverCount"], "0");
        join(&ids[..400]).unwrap();
        assert_declined(&join(&ids[400..]).unwrap_err(), "InvalidParameterValueException", "400");
    });
}
