//! Lists and descriptions of servers and applications.

use serde_json::{Value, json};
use testkit::{Caller, World};

use super::{application, assert_declined, listed, server};
use crate::hub::each_hub;

/// Three servers, by host name.
fn servers(world: &World, caller: &Caller<'_>) -> [String; 3] {
    [("alpha", "10.0.0.1"), ("beta", "10.0.0.2"), ("Gamma", "10.0.0.3")].map(|(host, address)| {
        world.pass(std::time::Duration::from_secs(1));
        server(world, caller, &[("FQDN", host), ("IPV4_ADDRESS", address)])
    })
}

fn hosts(caller: &Caller<'_>, more: Value) -> Vec<String> {
    let mut input = json!({"configurationType": "SERVER"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    listed(caller, &input, "server.hostName")
}

fn filter(name: &str, condition: &str, values: &[&str]) -> Value {
    json!({"name": name, "condition": condition, "values": values})
}

#[test]
fn filters_are_joined_by_and_and_their_values_by_or() {
    each_hub(|world| {
        let caller = world.caller();
        let ids = servers(world, &caller);
        let tags = json!({"configurationIds": [ids[1]], "tags": [{"key": "env", "value": "prod"}]});
        caller.ok("CreateTags", tags);
        let found = |filters: Value| {
            let mut hosts = hosts(&caller, json!({"filters": filters}));
            hosts.sort();
            hosts
        };
        let host = "server.hostName";
        assert_eq!(found(json!([filter(host, "EQUALS", &["alpha", "beta"])])), ["alpha", "beta"]);
        assert_eq!(found(json!([filter(host, "EQUALS", &["gamma"])])), Vec::<String>::new());
        assert_eq!(found(json!([filter(host, "NOT_EQUALS", &["alpha", "beta"])])), ["Gamma"]);
        assert_eq!(found(json!([filter(host, "CONTAINS", &["lph", "amm"])])), ["Gamma", "alpha"]);
        assert_eq!(found(json!([filter(host, "NOT_CONTAINS", &["a"])])), Vec::<String>::new());
        let address = "server.networkInterfaceInfo.ipAddress";
        let both = json!([filter(host, "CONTAINS", &["a"]), filter(address, "EQUALS", &["10.0.0.2"])]);
        assert_eq!(found(both), ["beta"]);
        assert_eq!(found(json!([filter("server.configurationId", "EQUALS", &[&ids[0]])])), ["alpha"]);
        assert_eq!(found(json!([filter("server.osName", "NOT_EQUALS", &["Linux"])])).len(), 3);
        for (name, value) in [("tag.key", "env"), ("tag.value", "prod"), ("server.tag.key", "env")] {
            assert_eq!(found(json!([filter(name, "EQUALS", &[value])])), ["beta"], "{name}");
        }
    });
}

#[test]
fn applications_are_found_by_name_and_by_server() {
    each_hub(|world| {
        let caller = world.caller();
        let shop = application(&caller, "shop");
        application(&caller, "blog");
        let web = server(world, &caller, &[("FQDN", "web")]);
        let input = json!({"applicationConfigurationId": shop, "configurationIds": [web]});
        caller.ok("AssociateConfigurationItemsToApplication", input);
        let names = |filter: Value| {
            let input = json!({"configurationType": "APPLICATION", "filters": [filter]});
            listed(&caller, &input, "application.name")
        };
        assert_eq!(names(filter("application.name", "EQUALS", &["shop"])), ["shop"]);
        assert_eq!(names(filter("server.configurationId", "EQUALS", &[&web])), ["shop"]);
        assert_eq!(names(filter("application.description", "EQUALS", &["x"])), Vec::<String>::new());
        let order = json!([{"fieldName": "application.serverCount", "sortOrder": "DESC"}]);
        let input = json!({"configurationType": "APPLICATION", "orderBy": order});
        assert_eq!(listed(&caller, &input, "application.name"), ["shop", "blog"]);
        for none in ["PROCESS", "CONNECTION"] {
            let answer = caller.ok("ListConfigurations", json!({"configurationType": none}));
            assert_eq!(answer, json!({"configurations": []}));
        }
    });
}

#[test]
fn lists_are_ordered_and_go_on_after_the_last_row_that_was_shown() {
    each_hub(|world| {
        let caller = world.caller();
        let mut ids = servers(world, &caller);
        let by = |field: &str, order: &str, size: i64| {
            let order = json!([{"fieldName": field, "sortOrder": order}]);
            hosts(&caller, json!({"orderBy": order, "maxResults": size}))
        };
        assert_eq!(by("server.hostName", "ASC", 1), ["Gamma", "alpha", "beta"]);
        assert_eq!(by("server.hostName", "DESC", 2), ["beta", "alpha", "Gamma"]);
        assert_eq!(by("server.timeOfCreation", "DESC", 1), ["Gamma", "beta", "alpha"]);
        let two = json!([
            {"fieldName": "server.type"},
            {"fieldName": "server.networkInterfaceInfo.ipAddress", "sortOrder": "DESC"},
        ]);
        assert_eq!(hosts(&caller, json!({"orderBy": two, "maxResults": 2})), ["Gamma", "beta", "alpha"]);
        ids.sort();
        let plain = json!({"configurationType": "SERVER", "maxResults": 1});
        assert_eq!(listed(&caller, &plain, "server.configurationId"), ids);
    });
}

#[test]
fn a_list_refuses_what_it_cannot_do() {
    each_hub(|world| {
        let caller = world.caller();
        servers(world, &caller);
        let refused = |more: Value| {
            let mut input = json!({"configurationType": "SERVER"});
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            caller.refused("ListConfigurations", input)
        };
        for (more, says) in [
            (json!({"filters": [filter("server.color", "EQUALS", &["x"])]}), "server.color"),
            (json!({"filters": [filter("server.hostName", "LIKE", &["x"])]}), "LIKE"),
            (json!({"filters": [filter("server.hostName", "EQUALS", &[])]}), "no values"),
            (json!({"filters": [filter("application.name", "EQUALS", &["x"])]}), "application.name"),
            (json!({"orderBy": [{"fieldName": "server.color"}]}), "server.color"),
            (json!({"orderBy": vec![json!({"fieldName": "server.hostName"}); 11]}), "at most 10"),
            (json!({"maxResults": 0}), "1 to 100"),
            (json!({"maxResults": 101}), "1 to 100"),
            (json!({"nextToken": "AAAA"}), "nextToken"),
        ] {
            assert_declined(&refused(more), "InvalidParameterValueException", says);
        }
        let first = caller.ok("ListConfigurations", json!({"configurationType": "SERVER", "maxResults": 1}));
        let other = json!({"nextToken": first["nextToken"], "orderBy": [{"fieldName": "server.hostName"}]});
        assert_declined(&refused(other), "InvalidParameterValueException", "nextToken");
        assert_declined(
            &refused(json!({"configurationType": "HOUSE"})),
            "InvalidParameterException",
            "HOUSE",
        );
        assert_declined(&refused(json!({"maxResults": "1"})), "SerializationException", "maxResults");
    });
}

#[test]
fn a_description_is_whole_and_of_one_type() {
    each_hub(|world| {
        let caller = world.caller();
        let attributes = [
            ("FQDN", "web.example.com"),
            ("VM_MANAGER_ID", "vc-1"),
            ("VM_NAME", "web"),
            ("BIOS_ID", "422f-aa"),
        ];
        let web = server(world, &caller, &attributes);
        let tags = json!({"configurationIds": [web], "tags": [{"key": "env", "value": "prod"}]});
        caller.ok("CreateTags", tags);
        let described = caller.ok("DescribeConfigurations", json!({"configurationIds": [web]}));
        assert_eq!(
            described,
            json!({"configurations": [{
                "server.configurationId": web,
                "server.hostName": "web.example.com",
                "server.type": "OTHER",
                "server.timeOfCreation": "2023-11-14 22:13:20.0",
                "server.source": "SMS",
                "server.smBiosId": "422f-aa",
                "server.vmWareInfo.vcenterId": "vc-1",
                "server.vmWareInfo.vmName": "web",
                "server.applications": "[]",
                "server.applications.hasMoreValues": "false",
                "server.tags": r#"[{"key":"env","value":"prod"}]"#,
                "server.tags.hasMoreValues": "false",
                "server.networkInterfaceInfo": "[]",
                "server.networkInterfaceInfo.hasMoreValues": "false",
            }]})
        );
        let shop = application(&caller, "shop");
        let refusal = caller.refused("DescribeConfigurations", json!({"configurationIds": [web, shop]}));
        assert_declined(&refusal, "InvalidParameterValueException", "one type");
        let refusal = caller.refused("DescribeConfigurations", json!({"configurationIds": ["d-server-x"]}));
        assert_declined(&refusal, "InvalidParameterValueException", "d-server-x");
        assert_eq!(
            caller.ok("DescribeConfigurations", json!({"configurationIds": []})),
            json!({"configurations": []})
        );
    });
}
