//! Relations as such: shown, listed, deleted.

use super::*;

#[test]
fn models_of_an_interface_are_listed_page_by_page() {
    each(|world| {
        let caller = world.caller();
        let interface = interface(&caller, "standard", &[measurement("speed")]);
        let mut made = Vec::new();
        for n in 0..5 {
            let machine = machine(&caller, &format!("machine-{n}"), &[]);
            caller.ok(PUT, everything(&machine, &interface));
            world.pass(Duration::from_millis(1));
            made.push(machine);
        }
        let input = json!({ "interfaceAssetModelId": interface, "maxResults": 2 });
        let pages = caller.pages("ListInterfaceRelationships", &input, "nextToken");
        let listed: Vec<Vec<String>> = pages
            .iter()
            .map(|page| {
                page["interfaceRelationshipSummaries"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|s| text(&s["id"]))
                    .collect()
            })
            .collect();
        assert_eq!(listed, [made[..2].to_vec(), made[2..4].to_vec(), made[4..].to_vec()]);
        let refused = |id: &str| {
            caller.refused("ListInterfaceRelationships", json!({ "interfaceAssetModelId": id })).name
        };
        assert_eq!(refused(NOBODY), NOT_FOUND);
        assert_eq!(refused(&made[0]), INVALID);
        let other = self::interface(&caller, "other", &[]);
        let token = pages[0]["nextToken"].clone();
        let input = json!({ "interfaceAssetModelId": other, "nextToken": token });
        assert_eq!(caller.refused("ListInterfaceRelationships", input).name, INVALID);
    });
}

#[test]
fn another_account_sees_no_relation() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let stranger = world.caller().of_account("999999999999");
        for operation in [PUT, DELETE, DESCRIBE] {
            assert_eq!(stranger.refused(operation, everything(&machine, &interface)).name, NOT_FOUND);
        }
        let input = json!({ "interfaceAssetModelId": interface });
        assert_eq!(stranger.refused("ListInterfaceRelationships", input.clone()).name, NOT_FOUND);
        assert_eq!(
            world.caller().in_region("eu-west-1").refused("ListInterfaceRelationships", input).name,
            NOT_FOUND
        );
        caller.ok(DESCRIBE, pair(&machine, &interface));
    });
}

#[test]
fn properties_show_the_interfaces_that_they_are_mapped_to() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        world.pass(Duration::from_millis(1));
        let second = self::interface(&caller, "turning", &[measurement("rpm")]);
        let (speed, rpm) = (property(&caller, &machine, "speed"), property(&caller, &second, "rpm"));
        let overrides = json!([{ "assetModelPropertyId": speed, "interfaceAssetModelPropertyId": rpm }]);
        caller.ok(PUT, put_of(&machine, &second, &json!({ "overrides": overrides })));
        let listed = caller.ok("ListAssetModelProperties", json!({ "assetModelId": machine }));
        let of = |name: &str| {
            let all = listed["assetModelPropertySummaries"].as_array().unwrap();
            all.iter().find(|summary| summary["name"] == name).unwrap()["interfaceSummaries"].clone()
        };
        let entry = |interface: &str, name: &str| {
            json!({
                "interfaceAssetModelId": interface,
                "interfaceAssetModelPropertyId": property(&caller, interface, name),
            })
        };
        assert_eq!(of("speed"), json!([entry(&interface, "speed"), entry(&second, "rpm")]));
        assert_eq!(of("torque"), Value::Null);
        let details = described(&caller, &machine)["interfaceDetails"].clone();
        assert_eq!(details, json!([{ "id": interface }, { "id": second }]));
    });
}

#[test]
fn deleting_a_relation_keeps_what_the_model_has() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let before = described(&caller, &machine);
        let answer = caller.ok(DELETE, pair(&machine, &interface));
        assert_eq!(answer["assetModelStatus"], json!({ "state": "UPDATING" }));
        let after = described(&caller, &machine);
        assert_eq!(after["assetModelProperties"], before["assetModelProperties"]);
        assert_eq!((&after["interfaceDetails"], &after["assetModelVersion"]), (&json!([]), &json!("3")));
        assert_eq!(caller.refused(DESCRIBE, pair(&machine, &interface)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&machine, &interface)).name, NOT_FOUND);
        edit(&caller, &machine, |update| update["assetModelProperties"][0]["name"] = json!("free")).unwrap();
        caller.ok("DeleteAssetModel", json!({ "assetModelId": interface }));
    });
}

#[test]
fn deleting_a_relation_refuses_in_order() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        assert_eq!(caller.refused(DELETE, pair("externalId:x", NOBODY)).name, INVALID);
        assert_eq!(caller.refused(DELETE, pair(NOBODY, &interface)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&machine, NOBODY)).name, NOT_FOUND);
        assert_eq!(caller.refused(DELETE, pair(&interface, &interface)).name, INVALID);
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        edit(&slow, &machine, |_| ()).unwrap();
        let other = self::interface(&caller, "other", &[]);
        assert_eq!(caller.refused(DELETE, pair(&machine, &other)).name, NOT_FOUND);
        let refusal = caller.refused(DELETE, pair(&machine, &interface));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(machine)));
    });
}

#[test]
fn an_interface_in_use_is_not_deleted_and_a_deleted_model_uses_none() {
    each(|world| {
        let Standard { caller, interface, machine } = Standard::applied(world);
        let refusal = caller.refused("DeleteAssetModel", json!({ "assetModelId": interface }));
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(interface)));
        assert!(refusal.message().contains(&machine), "{}", refusal.message());
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 2000);
        slow.ok("DeleteAssetModel", json!({ "assetModelId": machine }));
        caller.ok("DeleteAssetModel", json!({ "assetModelId": interface }));
        world.pass(DELAY);
        reconcile(world);
        assert_eq!(caller.refused("DescribeAssetModel", json!({ "assetModelId": machine })).name, NOT_FOUND);
    });
}
