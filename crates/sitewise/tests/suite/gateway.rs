//! The operations on gateways and on the configurations of their capabilities.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::plant::{CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, each, text};
use crate::table::count_capabilities;

const OPC: &str = "iotsitewise:opcuacollector:2";
const GROUP: &str = "arn:aws:greengrass:us-east-1:111122223333:/greengrass/groups/a1b2";

fn v2(thing: &str) -> Value {
    json!({ "greengrassV2": { "coreDeviceThingName": thing } })
}

fn create(caller: &Caller<'_>, name: &str) -> String {
    let input = json!({ "gatewayName": name, "gatewayPlatform": v2(name) });
    text(&caller.ok("CreateGateway", input)["gatewayId"])
}

fn arn(id: &str) -> String {
    format!("arn:aws:iotsitewise:us-east-1:111122223333:gateway/{id}")
}

fn capability(id: &str, namespace: &str, configuration: &str) -> Value {
    json!({ "gatewayId": id, "capabilityNamespace": namespace, "capabilityConfiguration": configuration })
}

#[test]
fn a_gateway_on_each_platform_is_described_as_it_was_created() {
    each(|world| {
        let caller = world.caller();
        let os = json!({ "coreDeviceThingName": "core-1", "coreDeviceOperatingSystem": "LINUX_AMD64" });
        let old = json!({ "coreDeviceThingName": "core-2", "coreDeviceOperatingSystem": "LINUX_AARCH64" });
        for (name, platform, version, shown) in [
            ("one", json!({ "greengrass": { "groupArn": GROUP } }), None, "2"),
            ("two", json!({ "greengrassV2": os }), Some("3"), "3"),
            ("three", json!({ "greengrassV2": old }), Some("2"), "2"),
            ("four", json!({ "siemensIE": { "iotCoreThingName": "siemens:1" } }), Some("3"), "3"),
        ] {
            let input =
                json!({ "gatewayName": name, "gatewayPlatform": platform, "gatewayVersion": version });
            let reply = caller.reply("CreateGateway", input.clone()).unwrap();
            assert_eq!(reply.status, 201, "{name}");
            let created = caller.ok("ListGateways", json!({}))["gatewaySummaries"].clone();
            let mut found =
                created.as_array().unwrap().iter().filter(|gateway| gateway["gatewayName"] == name);
            let id = text(&found.next().unwrap()["gatewayId"]);
            let described = caller.ok("DescribeGateway", json!({ "gatewayId": id }));
            assert_eq!(
                described,
                json!({
                    "gatewayId": id, "gatewayArn": arn(&id), "gatewayName": name, "gatewayPlatform": platform,
                    "gatewayVersion": shown, "gatewayCapabilitySummaries": [],
                    "creationDate": 1_700_000_000, "lastUpdateDate": 1_700_000_000,
                })
            );
        }
    });
}

#[test]
fn a_gateway_has_one_platform_in_a_version_that_fits_it() {
    each(|world| {
        let caller = world.caller();
        let siemens = json!({ "iotCoreThingName": "s" });
        let both = json!({ "greengrassV2": { "coreDeviceThingName": "a" }, "siemensIE": siemens });
        let group = json!({ "greengrass": { "groupArn": GROUP } });
        for (platform, version, says) in [
            (json!({}), None, "exactly one"),
            (both, None, "exactly one"),
            (v2("a"), Some("3"), "coreDeviceOperatingSystem"),
            (group, Some("3"), "greengrass has version '2' only"),
            (json!({ "siemensIE": siemens }), Some("1"), "gatewayVersion '1'"),
            (json!({ "siemensIE": siemens }), Some("4"), "gatewayVersion '4'"),
            (json!({ "siemensIE": siemens }), Some("three"), "gatewayVersion"),
            (json!({ "siemensIE": { "iotCoreThingName": "a b" } }), None, "iotCoreThingName"),
            (
                json!({ "greengrassV2": { "coreDeviceThingName": "a", "coreDeviceOperatingSystem": "BEOS" } }),
                None,
                "coreDeviceOperatingSystem",
            ),
            (json!({ "greengrassV2": {} }), None, "coreDeviceThingName"),
        ] {
            let input = json!({ "gatewayName": "g", "gatewayPlatform": platform, "gatewayVersion": version });
            let refusal = caller.refused("CreateGateway", input.clone());
            assert_eq!((refusal.name.as_str(), refusal.status), (INVALID, 400), "{input}");
            assert!(refusal.message().contains(says), "{}", refusal.message());
        }
        let tagged = json!({ "gatewayName": "g", "gatewayPlatform": v2("a"), "tags": { "aws:x": "1" } });
        assert_eq!(caller.refused("CreateGateway", tagged).name, INVALID);
        assert_eq!(caller.ok("ListGateways", json!({})), json!({ "gatewaySummaries": [] }));
    });
}

#[test]
fn names_and_devices_are_taken_once_in_account_and_region() {
    each(|world| {
        let caller = world.caller();
        let first = create(&caller, "one");
        let siemens = json!({ "siemensIE": { "iotCoreThingName": "one" } });
        for (name, platform) in
            [("one", v2("other")), ("two", v2("one")), ("two", siemens), ("one", v2("one"))]
        {
            let input = json!({ "gatewayName": name, "gatewayPlatform": platform });
            let refusal = caller.refused("CreateGateway", input);
            assert_eq!((refusal.name.as_str(), refusal.status), (EXISTS, 409));
            assert_eq!(refusal.body["resourceId"], first);
            assert_eq!(refusal.body["resourceArn"], arn(&first));
        }
        create(&caller.clone().in_region("eu-west-1"), "one");
        create(&caller.clone().of_account("444455556666"), "one");
        caller.ok("DeleteGateway", json!({ "gatewayId": first }));
        create(&caller, "one");
    });
}

#[test]
fn an_update_changes_the_name_only() {
    each(|world| {
        let caller = world.caller();
        let (one, two) = (create(&caller, "one"), create(&caller, "two"));
        world.pass(Duration::from_secs(5));
        let rename = |id: &str, name: &str| {
            caller.send("UpdateGateway", json!({ "gatewayId": id, "gatewayName": name }))
        };
        assert_eq!(rename(&one, "uno").unwrap(), json!({}));
        rename(&one, "uno").unwrap();
        let described = caller.ok("DescribeGateway", json!({ "gatewayId": one }));
        assert_eq!(
            (&described["gatewayName"], &described["gatewayPlatform"], &described["lastUpdateDate"]),
            (&json!("uno"), &v2("one"), &json!(1_700_000_005))
        );
        let refusal = rename(&one, "two").unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(two)));
        assert_eq!(refusal.body["resourceArn"], arn(&two));
        assert_eq!(rename(NOBODY, "two").unwrap_err().name, NOT_FOUND);
        assert_eq!(rename(&one, "").unwrap_err().name, INVALID);
        assert_eq!(rename(&one.to_uppercase(), "x").unwrap_err().name, INVALID);
    });
}

#[test]
fn a_capability_is_kept_to_the_byte_and_replaced_as_a_whole() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "one");
        world.pass(Duration::from_secs(5));
        let odd = "\n{ \"sources\" : [ ],\t\"b\":1.0e5, \"b\":\"\\u00e9ü🚂\" } ";
        for document in ["{}", odd] {
            let reply =
                caller.reply("UpdateGatewayCapabilityConfiguration", capability(&id, OPC, document)).unwrap();
            assert_eq!(reply.status, 201);
            let named = json!({ "gatewayId": id, "capabilityNamespace": OPC });
            assert_eq!(
                caller.ok("DescribeGatewayCapabilityConfiguration", named),
                json!({
                    "gatewayId": id, "capabilityNamespace": OPC, "capabilityConfiguration": document,
                    "capabilitySyncStatus": "OUT_OF_SYNC",
                })
            );
        }
        let answer = caller
            .ok("UpdateGatewayCapabilityConfiguration", capability(&id, "iotsitewise:publisher:2", "[]"));
        assert_eq!(
            answer,
            json!({ "capabilityNamespace": "iotsitewise:publisher:2", "capabilitySyncStatus": "OUT_OF_SYNC" })
        );
        let summaries = json!([
            { "capabilityNamespace": OPC, "capabilitySyncStatus": "OUT_OF_SYNC" },
            { "capabilityNamespace": "iotsitewise:publisher:2", "capabilitySyncStatus": "OUT_OF_SYNC" },
        ]);
        let described = caller.ok("DescribeGateway", json!({ "gatewayId": id }));
        assert_eq!(described["gatewayCapabilitySummaries"], summaries);
        assert_eq!(described["lastUpdateDate"], 1_700_000_005);
        let listed = caller.ok("ListGateways", json!({}));
        assert_eq!(listed["gatewaySummaries"][0]["gatewayCapabilitySummaries"], summaries);
    });
}

#[test]
fn a_version_3_gateway_has_nothing_to_sync_for_what_it_does_not_read() {
    each(|world| {
        let caller = world.caller();
        let platform = json!({ "siemensIE": { "iotCoreThingName": "s" } });
        let input = json!({ "gatewayName": "g", "gatewayPlatform": platform, "gatewayVersion": "3" });
        let id = text(&caller.ok("CreateGateway", input)["gatewayId"]);
        for (namespace, status) in
            [("iotsitewise:opcuacollector:3", "OUT_OF_SYNC"), ("partner:source:1", "NOT_APPLICABLE")]
        {
            let answer = caller.ok("UpdateGatewayCapabilityConfiguration", capability(&id, namespace, "{}"));
            assert_eq!(answer["capabilitySyncStatus"], status);
            let named = json!({ "gatewayId": id, "capabilityNamespace": namespace });
            let described = caller.ok("DescribeGatewayCapabilityConfiguration", named);
            assert_eq!(described["capabilitySyncStatus"], status);
        }
    });
}

#[test]
fn a_bad_capability_is_refused_and_leaves_nothing() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "one");
        let operation = "UpdateGatewayCapabilityConfiguration";
        for (namespace, document, says) in [
            (OPC, "{", "not a JSON document"),
            (OPC, "", "capabilityConfiguration"),
            ("opcua", "{}", "capabilityNamespace"),
            ("iotsitewise:opcuacollector:x", "{}", "capabilityNamespace"),
            ("iotsitewise:opcua collector:1", "{}", "capabilityNamespace"),
        ] {
            let refusal = caller.refused(operation, capability(&id, namespace, document));
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains(says), "{}", refusal.message());
        }
        // The first fault is the answer: the shape, then the gateway, then the document.
        assert_eq!(caller.refused(operation, capability(NOBODY, "x", "{")).name, INVALID);
        assert_eq!(caller.refused(operation, capability(NOBODY, OPC, "{")).name, NOT_FOUND);
        let sources =
            |count: usize| format!("{{\"sources\":[{}]}}", vec!["{\"name\":\"s\"}"; count].join(","));
        for collector in ["opcuacollector:1", "modbuscollector:1", "eipcollector:1"] {
            let namespace = format!("iotsitewise:{collector}");
            let refusal = caller.refused(operation, capability(&id, &namespace, &sources(101)));
            assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        }
        let described = caller.ok("DescribeGateway", json!({ "gatewayId": id }));
        assert_eq!(described["gatewayCapabilitySummaries"], json!([]));
        caller.ok(operation, capability(&id, OPC, &sources(100)));
        let unknown = json!({ "gatewayId": id, "capabilityNamespace": "iotsitewise:publisher:2" });
        assert_eq!(caller.refused("DescribeGatewayCapabilityConfiguration", unknown).name, NOT_FOUND);
    });
}

#[test]
fn a_gateway_has_up_to_fifty_capabilities() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "one");
        let put = |i: usize| {
            let namespace = format!("own:capability:{i}");
            caller.send("UpdateGatewayCapabilityConfiguration", capability(&id, &namespace, "{}"))
        };
        for i in 0..50 {
            put(i).unwrap();
        }
        put(7).unwrap();
        let refusal = put(50).unwrap_err();
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        let described = caller.ok("DescribeGateway", json!({ "gatewayId": id }));
        assert_eq!(described["gatewayCapabilitySummaries"].as_array().unwrap().len(), 50);
    });
}

#[test]
fn a_deleted_gateway_is_gone_with_its_capabilities() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "one");
        caller.ok("UpdateGatewayCapabilityConfiguration", capability(&id, OPC, "{}"));
        assert_eq!(caller.ok("DeleteGateway", json!({ "gatewayId": id })), json!({}));
        assert_eq!(count_capabilities(world), 0);
        let named = json!({ "gatewayId": id, "gatewayName": "x", "capabilityNamespace": OPC,
            "capabilityConfiguration": "{}" });
        for operation in [
            "DescribeGateway",
            "UpdateGateway",
            "DeleteGateway",
            "UpdateGatewayCapabilityConfiguration",
            "DescribeGatewayCapabilityConfiguration",
        ] {
            assert_eq!(caller.refused(operation, named.clone()).name, NOT_FOUND, "{operation}");
        }
    });
}

#[test]
fn other_accounts_and_regions_see_nothing_of_a_gateway() {
    each(|world| {
        let caller = world.caller();
        let id = create(&caller, "one");
        caller.ok("UpdateGatewayCapabilityConfiguration", capability(&id, OPC, "{}"));
        let named = json!({ "gatewayId": id, "gatewayName": "x", "capabilityNamespace": OPC,
            "capabilityConfiguration": "{}" });
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            for operation in [
                "DescribeGateway",
                "UpdateGateway",
                "DeleteGateway",
                "UpdateGatewayCapabilityConfiguration",
                "DescribeGatewayCapabilityConfiguration",
            ] {
                assert_eq!(stranger.refused(operation, named.clone()).name, NOT_FOUND, "{operation}");
            }
            assert_eq!(stranger.ok("ListGateways", json!({})), json!({ "gatewaySummaries": [] }));
        }
    });
}

#[test]
fn gateways_are_listed_by_page_up_to_a_hundred() {
    each(|world| {
        let caller = world.caller();
        for i in 0..100 {
            create(&caller, &format!("g{i:02}"));
            world.pass(Duration::from_millis(1));
        }
        let input = json!({ "gatewayName": "more", "gatewayPlatform": v2("more") });
        let refusal = caller.refused("CreateGateway", input);
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        // A taken name is said first.
        let input = json!({ "gatewayName": "g00", "gatewayPlatform": v2("more") });
        assert_eq!(caller.refused("CreateGateway", input).name, EXISTS);
        let pages = caller.pages("ListGateways", &json!({ "maxResults": 40 }), "nextToken");
        let shown: Vec<String> = pages
            .iter()
            .flat_map(|page| page["gatewaySummaries"].as_array().unwrap())
            .map(|gateway| text(&gateway["gatewayName"]))
            .collect();
        assert_eq!(shown, (0..100).map(|i| format!("g{i:02}")).collect::<Vec<_>>());
        assert_eq!(pages.len(), 3);
        for bad in [json!({ "nextToken": "" }), json!({ "nextToken": "AAAA" }), json!({ "maxResults": 251 })]
        {
            assert_eq!(caller.refused("ListGateways", bad).name, INVALID);
        }
    });
}
