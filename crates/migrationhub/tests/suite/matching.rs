//! From resource attributes to servers, after the answer.

use serde_json::{Value, json};
use testkit::Caller;

use crate::discovered_resource::{SERVER, tied};
use crate::hub::{STREAM, TASK, each_hub, on_task, reconcile};

fn put(caller: &Caller<'_>, attributes: &[(&str, &str)]) {
    put_on(caller, TASK, attributes);
}

fn put_on(caller: &Caller<'_>, task: &str, attributes: &[(&str, &str)]) {
    let list: Vec<Value> =
        attributes.iter().map(|(kind, value)| json!({"Type": kind, "Value": value})).collect();
    let input =
        json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task, "ResourceAttributeList": list});
    caller.ok("PutResourceAttributes", input);
}

fn servers(caller: &Caller<'_>) -> Vec<String> {
    let listed = caller.ok("ListConfigurations", json!({"configurationType": "SERVER"}));
    let ids = listed["configurations"].as_array().unwrap().iter();
    ids.map(|server| server["server.configurationId"].as_str().unwrap().to_owned()).collect()
}

fn described(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribeConfigurations", json!({"configurationIds": [id]}))["configurations"][0].clone()
}

fn only(list: &Value) -> String {
    assert_eq!(list.as_array().unwrap().len(), 1, "{list}");
    list[0]["ConfigurationId"].as_str().unwrap().to_owned()
}

#[test]
fn an_unknown_server_becomes_known_and_is_found_again() {
    each_hub(|world| {
        let caller = world.caller();
        put(
            &caller,
            &[
                ("FQDN", "Web-1.example.com"),
                ("MAC_ADDRESS", "00-1A-2B-3C-4D-5E"),
                ("IPV4_ADDRESS", "10.0.0.7"),
            ],
        );
        assert_eq!(tied(&caller), json!([]), "matching follows after the answer");
        reconcile(world);
        let id = only(&tied(&caller));
        assert_eq!(tied(&caller), json!([{"ConfigurationId": id}]), "no description");
        let server = described(&caller, &id);
        assert_eq!(server["server.hostName"], "Web-1.example.com");
        assert_eq!(server["server.source"], STREAM);
        assert_eq!(server["server.type"], "OTHER");
        let interfaces = r#"[{"ipAddress":"10.0.0.7","macAddress":"00-1A-2B-3C-4D-5E"}]"#;
        assert_eq!(server["server.networkInterfaceInfo"], interfaces);
        for (task, attribute) in [
            ("by mac", ("MAC_ADDRESS", "00:1a:2b:3c:4d:5e")),
            ("by name", ("FQDN", "WEB-1.EXAMPLE.COM")),
            ("by label", ("FQDN", "web-1")),
            ("by address", ("IPV4_ADDRESS", "010.0.0.7")),
        ] {
            caller.ok(
                "ImportMigrationTask",
                json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task}),
            );
            put_on(&caller, task, &[attribute]);
            reconcile(world);
            let list = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task});
            assert_eq!(
                only(&caller.ok("ListDiscoveredResources", list)["DiscoveredResourceList"]),
                id,
                "{task}"
            );
        }
        assert_eq!(servers(&caller), [id]);
    });
}

#[test]
fn what_belongs_to_no_one_machine_makes_no_server() {
    each_hub(|world| {
        let caller = world.caller();
        put(
            &caller,
            &[
                ("IPV4_ADDRESS", "127.0.0.1"),
                ("IPV6_ADDRESS", "fe80::1"),
                ("MAC_ADDRESS", "00:00:00:00:00:00"),
                ("VM_NAME", "web"),
            ],
        );
        reconcile(world);
        assert_eq!(tied(&caller), json!([]));
        assert_eq!(servers(&caller), Vec::<String>::new());
    });
}

#[test]
fn candidates_of_one_class_are_narrowed_down_by_the_next() {
    each_hub(|world| {
        let caller = world.caller();
        let mut ids = Vec::new();
        for (task, address) in [("one", "10.0.0.1"), ("two", "10.0.0.2")] {
            caller.ok(
                "ImportMigrationTask",
                json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task}),
            );
            // The reference makes two servers of what shares a name.
            let attributes = [
                ("VM_MANAGER_ID", "vc"),
                ("VM_MANAGED_OBJECT_REFERENCE", task),
                ("FQDN", "shared.example.com"),
                ("IPV4_ADDRESS", address),
            ];
            put_on(&caller, task, &attributes[..2]);
            reconcile(world);
            put_on(&caller, task, &attributes);
            reconcile(world);
            let list = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": task});
            ids.push(only(&caller.ok("ListDiscoveredResources", list)["DiscoveredResourceList"]));
        }
        assert_ne!(ids[0], ids[1]);
        put(&caller, &[("FQDN", "shared.example.com")]);
        reconcile(world);
        assert_eq!(tied(&caller), json!([]), "left to a person");
        put(&caller, &[("FQDN", "shared.example.com"), ("IPV4_ADDRESS", "10.0.0.2")]);
        reconcile(world);
        assert_eq!(only(&tied(&caller)), ids[1]);
        assert_eq!(servers(&caller).len(), 2);
    });
}

#[test]
fn a_new_list_maps_anew_and_leaves_what_was_tied_by_hand() {
    each_hub(|world| {
        let caller = world.caller();
        let by_hand = on_task(json!({"DiscoveredResource": {"ConfigurationId": SERVER}}));
        caller.ok("AssociateDiscoveredResource", by_hand);
        put(&caller, &[("FQDN", "old.example.com")]);
        reconcile(world);
        let before = tied(&caller);
        assert_eq!(
            only(&before),
            SERVER,
            "the attributes are the first news of the server that was tied by hand"
        );
        assert_eq!(described(&caller, SERVER)["server.hostName"], "old.example.com");
        put(&caller, &[("FQDN", "new.example.com")]);
        reconcile(world);
        let after = tied(&caller);
        assert_eq!(after.as_array().unwrap().len(), 2, "{after}");
        assert!(after.to_string().contains(SERVER));
        assert_ne!(before, after);
        assert_eq!(servers(&caller).len(), 2);
    });
}

#[test]
fn a_cut_tie_calls_off_the_matching_that_waits_and_lasts_until_the_list_changes() {
    each_hub(|world| {
        let caller = world.caller();
        let list = [("FQDN", "web.example.com"), ("MAC_ADDRESS", "00:1a:2b:3c:4d:5e")];
        put(&caller, &list);
        reconcile(world);
        let id = only(&tied(&caller));
        put(&caller, &list);
        let cut = on_task(json!({"ConfigurationId": id}));
        caller.ok("DisassociateDiscoveredResource", cut.clone());
        reconcile(world);
        assert_eq!(tied(&caller), json!([]), "the job that waited does not bring it back");
        put(&caller, &[list[1], list[0]]);
        reconcile(world);
        assert_eq!(tied(&caller), json!([]), "nor does the same list");
        put(&caller, &list[..1]);
        reconcile(world);
        assert_eq!(only(&tied(&caller)), id, "a changed list may");
        caller.ok("DisassociateDiscoveredResource", cut);
        caller.ok(
            "AssociateDiscoveredResource",
            on_task(json!({"DiscoveredResource": {"ConfigurationId": id}})),
        );
        put(&caller, &list[..1]);
        reconcile(world);
        assert_eq!(only(&tied(&caller)), id);
        assert_eq!(servers(&caller), [id]);
    });
}

#[test]
fn matching_starts_the_application_of_the_server_it_finds() {
    each_hub(|world| {
        let caller = world.caller();
        put(&caller, &[("FQDN", "web.example.com")]);
        reconcile(world);
        let server = only(&tied(&caller));
        let created = caller.ok("CreateApplication", json!({"name": "shop"}));
        let application = created["configurationId"].clone();
        let input = json!({"applicationConfigurationId": application, "configurationIds": [server]});
        caller.ok("AssociateConfigurationItemsToApplication", input);
        let other = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": "other"});
        caller.ok("ImportMigrationTask", other.clone());
        let mut report = other;
        report["Task"] = json!({"Status": "IN_PROGRESS"});
        report["UpdateDateTime"] = 100.into();
        report["NextUpdateSeconds"] = 0.into();
        caller.ok("NotifyMigrationTaskState", report);
        put_on(&caller, "other", &[("FQDN", "web")]);
        reconcile(world);
        let state = caller.ok("DescribeApplicationState", json!({"ApplicationId": application}));
        assert_eq!(state, json!({"ApplicationStatus": "IN_PROGRESS", "LastUpdatedTime": 100}));
    });
}

#[test]
fn jobs_of_a_deleted_stream_and_of_a_hub_without_discovery_do_nothing() {
    each_hub(|world| {
        let caller = world.caller();
        let off = caller.clone().installed(|installation| installation.discovery_off = true);
        put(&off, &[("FQDN", "web.example.com")]);
        reconcile(world);
        assert_eq!(servers(&caller), Vec::<String>::new());
        put(&caller, &[("FQDN", "web.example.com")]);
        caller.ok("DeleteProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
        reconcile(world);
        assert_eq!(servers(&caller), Vec::<String>::new());
    });
}
