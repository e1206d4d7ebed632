//! CreateAssetModel, DescribeAssetModel, DeleteAssetModel and the lists of models and their properties.

use std::time::Duration;

use serde_json::{Value, json};

use crate::plant::{
    CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, PRECONDITION, Plant, asset, each, model, short, text,
};

const OWN: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";
const PROPERTY: &str = "a1b2c3d4-5678-90ab-cdef-22222bbbbbbb";

fn variable(name: &str, value: Value) -> Value {
    json!({ "name": name, "value": value })
}

fn transform(name: &str, variables: &[Value]) -> Value {
    let kind = json!({ "transform": { "expression": "x", "variables": variables } });
    json!({ "name": name, "dataType": "DOUBLE", "type": kind })
}

fn metric(name: &str, interval: &str, variables: &[Value]) -> Value {
    let kind = json!({ "metric": {
        "expression": "sum(x)", "variables": variables, "window": { "tumbling": { "interval": interval } },
    } });
    json!({ "name": name, "dataType": "DOUBLE", "type": kind })
}

fn measurement(name: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "type": { "measurement": {} } })
}

#[test]
fn a_created_model_is_described_at_once_in_the_order_sent_and_with_resolved_variables() {
    each(|world| {
        let caller = world.caller();
        let child = model(
            &caller,
            json!({
                "assetModelName": "child", "assetModelExternalId": "m-child",
                "assetModelProperties": [{ "name": "power", "externalId": "p-power", "id": PROPERTY,
                    "dataType": "DOUBLE", "type": { "measurement": {} } }],
            }),
        );
        let created = caller.ok(
            "CreateAssetModel",
            json!({
                "assetModelName": "parent", "assetModelId": OWN, "assetModelExternalId": "m-parent",
                "assetModelDescription": "all of it", "tags": { "a": "b" },
                "assetModelHierarchies": [{ "name": "kids", "externalId": "h-kids", "childAssetModelId": "externalId:m-child" }],
                "assetModelProperties": [
                    { "name": "limit", "dataType": "INTEGER", "unit": "kW", "type": { "attribute": { "defaultValue": "7" } } },
                    { "name": "raw", "externalId": "p-raw", "dataType": "DOUBLE",
                      "type": { "measurement": { "processingConfig": { "forwardingConfig": { "state": "ENABLED" } } } } },
                    transform("double", &[variable("x", json!({ "propertyId": "raw" })),
                                          variable("y", json!({ "propertyPath": [{ "name": "limit" }] }))]),
                    metric("total", "5m", &[variable("x", json!({ "propertyId": "externalId:p-power", "hierarchyId": "kids" })),
                                            variable("y", json!({ "propertyId": "externalId:p-raw" }))]),
                ],
            }),
        );
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{OWN}");
        assert_eq!(
            created,
            json!({ "assetModelId": OWN, "assetModelArn": arn, "assetModelStatus": { "state": "CREATING" } })
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": "externalId:m-parent" }));
        let id = |i: usize| text(&described["assetModelProperties"][i]["id"]);
        let hierarchy = text(&described["assetModelHierarchies"][0]["id"]);
        let path =
            |i: usize, name: &str| json!([{ "id": OWN, "name": "parent" }, { "id": id(i), "name": name }]);
        assert_eq!(
            described,
            json!({
                "assetModelId": OWN, "assetModelExternalId": "m-parent", "assetModelArn": arn,
                "assetModelName": "parent", "assetModelType": "ASSET_MODEL", "assetModelDescription": "all of it",
                "assetModelHierarchies": [
                    { "id": hierarchy, "externalId": "h-kids", "name": "kids", "childAssetModelId": child }
                ],
                "assetModelProperties": [
                    { "id": id(0), "name": "limit", "dataType": "INTEGER", "unit": "kW",
                      "type": { "attribute": { "defaultValue": "7" } }, "path": path(0, "limit") },
                    { "id": id(1), "externalId": "p-raw", "name": "raw", "dataType": "DOUBLE",
                      "type": { "measurement": { "processingConfig": { "forwardingConfig": { "state": "ENABLED" } } } },
                      "path": path(1, "raw") },
                    { "id": id(2), "name": "double", "dataType": "DOUBLE", "path": path(2, "double"),
                      "type": { "transform": { "expression": "x", "variables": [
                          variable("x", json!({ "propertyId": id(1) })), variable("y", json!({ "propertyId": id(0) })) ] } } },
                    { "id": id(3), "name": "total", "dataType": "DOUBLE", "path": path(3, "total"),
                      "type": { "metric": { "expression": "sum(x)", "window": { "tumbling": { "interval": "5m" } },
                          "variables": [
                              variable("x", json!({ "propertyId": PROPERTY, "hierarchyId": hierarchy })),
                              variable("y", json!({ "propertyId": id(1) })) ] } } },
                ],
                "assetModelCompositeModels": [], "assetModelCompositeModelSummaries": [], "interfaceDetails": [],
                "assetModelCreationDate": 1_700_000_000, "assetModelLastUpdateDate": 1_700_000_000,
                "assetModelStatus": { "state": "ACTIVE" }, "assetModelVersion": "1",
            })
        );
    });
}

#[test]
fn a_description_carries_an_etag_and_properties_unless_they_are_unwanted() {
    each(|world| {
        let caller = world.caller();
        let properties = json!([measurement("a")]);
        let id = model(&caller, json!({ "assetModelName": "m", "assetModelProperties": properties }));
        let bare = caller.ok("DescribeAssetModel", json!({ "assetModelId": id, "excludeProperties": true }));
        assert_eq!(bare["assetModelProperties"], json!([]));
        let tag = etag(&caller, &id);
        assert_eq!(tag.len(), 43);
        assert!(tag.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')), "{tag}");
        assert_eq!(bare.get("eTag"), None);
    });
}

#[test]
fn an_unset_description_is_left_out() {
    each(|world| {
        let caller = world.caller();
        for (name, input) in [("a", json!({})), ("b", json!({ "assetModelDescription": "" }))] {
            let mut input = input;
            input["assetModelName"] = name.into();
            let id = model(&caller, input);
            let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
            assert_eq!(described.get("assetModelDescription"), None);
        }
    });
}

#[test]
fn names_and_ids_of_models_are_unique() {
    each(|world| {
        let caller = world.caller();
        model(
            &caller,
            json!({ "assetModelName": "Pump", "assetModelId": OWN, "assetModelExternalId": "m-1" }),
        );
        let refusal = caller.refused(
            "CreateAssetModel",
            json!({ "assetModelName": "Pump", "assetModelType": "COMPONENT_MODEL" }),
        );
        assert_eq!(
            refusal.body,
            json!({
                "__type": EXISTS, "message": "Another resource is already using the name Pump",
                "resourceId": OWN,
                "resourceArn": format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{OWN}"),
            })
        );
        for input in [
            json!({ "assetModelName": "other", "assetModelId": OWN }),
            json!({ "assetModelName": "other", "assetModelExternalId": "m-1" }),
        ] {
            let refusal = caller.refused("CreateAssetModel", input);
            assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(OWN)));
        }
        // Names are case-sensitive, and other accounts have their own.
        model(&caller, json!({ "assetModelName": "pump" }));
        model(&caller.clone().of_account("444455556666"), json!({ "assetModelName": "Pump" }));
    });
}

#[test]
fn own_ids_of_properties_and_hierarchies_are_unique_per_kind() {
    each(|world| {
        let caller = world.caller();
        let property =
            json!({ "name": "p", "id": PROPERTY, "dataType": "DOUBLE", "type": { "measurement": {} } });
        let first = model(&caller, json!({ "assetModelName": "one", "assetModelProperties": [property] }));
        let refusal = caller.refused(
            "CreateAssetModel",
            json!({ "assetModelName": "two", "assetModelProperties": [property] }),
        );
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(PROPERTY)));
        assert_eq!(
            refusal.body["resourceArn"],
            format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{first}")
        );
        let hierarchy = json!({ "name": "h", "id": PROPERTY, "childAssetModelId": first });
        model(&caller, json!({ "assetModelName": "three", "assetModelHierarchies": [hierarchy] }));
    });
}

#[test]
fn properties_that_break_a_rule_are_invalid() {
    each(|world| {
        let caller = world.caller();
        let attribute = |data_type: &str, value: &str| json!({ "name": "p", "dataType": data_type, "type": { "attribute": { "defaultValue": value } } });
        let of = |id: &str| variable("x", json!({ "propertyId": id }));
        let raw = measurement("raw");
        let cases = [
            (json!([{ "name": "p", "dataType": "DOUBLE", "type": {} }]), "exactly one of"),
            (
                json!([{ "name": "p", "dataType": "DOUBLE", "type": { "attribute": {}, "measurement": {} } }]),
                "exactly one of",
            ),
            (json!([{ "name": "p", "dataType": "VIDEO", "type": { "measurement": {} } }]), "not supported"),
            (
                json!([{ "name": "p", "dataType": "STRUCT", "type": { "measurement": {} } }]),
                "dataTypeSpec is required",
            ),
            (json!([attribute("INTEGER", "1.5")]), "is not a value of data type INTEGER"),
            (json!([attribute("BOOLEAN", "yes")]), "is not a value of data type BOOLEAN"),
            (json!([raw, raw]), "occurs more than once"),
            (json!([raw, metric("m", "30s", &[of("raw")])]), "between 1 minute"),
            (json!([transform("t", &[])]), "not an attribute"),
            (json!([attribute("DOUBLE", "1"), transform("t", &[of("p")])]), "not an attribute"),
            (json!([transform("t", &[of("nothing")])]), "names no property"),
            (json!([raw, transform("t", &[of("raw"), of("raw")])]), "more than once in the expression"),
            (
                json!([raw, transform("t", &[variable("x", json!({}))])]),
                "needs a propertyId or a propertyPath",
            ),
            (
                json!([
                    raw,
                    transform("t", &[variable("x", json!({ "propertyId": "raw", "hierarchyId": "h" }))])
                ]),
                "its own asset only",
            ),
            (
                json!([
                    raw,
                    metric("m", "5m", &[variable("x", json!({ "propertyId": "raw", "hierarchyId": "h" }))])
                ]),
                "names no hierarchy",
            ),
            (
                json!([raw, metric("a", "5m", &[of("raw")]), metric("b", "1h", &[of("a")])]),
                "both must be equal",
            ),
        ];
        for (properties, message) in cases {
            let input = json!({ "assetModelName": "m", "assetModelProperties": properties });
            let refusal = caller.refused("CreateAssetModel", input);
            assert_eq!(refusal.name, INVALID, "{message}");
            assert!(refusal.message().contains(message), "{} lacks {message}", refusal.message());
        }
        let alarm = json!({ "name": "AWS/ALARM_STATE", "dataType": "STRING", "type": { "attribute": {} } });
        let refusal = caller
            .refused("CreateAssetModel", json!({ "assetModelName": "m", "assetModelProperties": [alarm] }));
        assert_eq!(
            short(&refusal),
            (INVALID, "Property type should only be Measurement for property AWS/ALARM_STATE")
        );
        let composites = json!([{ "name": "c", "type": "AWS/ALARM" }]);
        let refusal = caller.refused(
            "CreateAssetModel",
            json!({ "assetModelName": "m", "assetModelCompositeModels": composites }),
        );
        assert!(refusal.message().contains("AWS/ALARM_STATE is required"), "{}", refusal.message());
        assert_eq!(caller.ok("ListAssetModels", json!({})), json!({ "assetModelSummaries": [] }));
    });
}

#[test]
fn counts_above_a_quota_exceed_the_limit() {
    each(|world| {
        let caller = world.caller();
        let child = model(&caller, json!({ "assetModelName": "child" }));
        let many = |count: usize| (0..count).map(|i| measurement(&format!("p{i}"))).collect::<Vec<_>>();
        let variables: Vec<Value> =
            (0..11).map(|i| variable(&format!("x{i}"), json!({ "propertyId": "p0" }))).collect();
        let mut wide = many(1);
        wide.push(transform("t", &variables));
        let readers =
            (0..21).map(|i| transform(&format!("t{i}"), &[variable("x", json!({ "propertyId": "p0" }))]));
        let read = many(1).into_iter().chain(readers).collect::<Vec<_>>();
        let steps = (0..10).map(|i| {
            let from = if i == 0 { "p0".to_owned() } else { format!("t{}", i - 1) };
            transform(&format!("t{i}"), &[variable("x", json!({ "propertyId": from }))])
        });
        let deep = many(1).into_iter().chain(steps).collect::<Vec<_>>();
        let hierarchies: Vec<Value> =
            (0..31).map(|i| json!({ "name": format!("h{i}"), "childAssetModelId": child })).collect();
        for (member, value, message) in [
            ("assetModelProperties", many(601), "601 entries; 600 are allowed"),
            ("assetModelProperties", wide, "11 variables; 10 are allowed"),
            ("assetModelProperties", read, "21 properties read property 'p0' directly; 20 are allowed"),
            ("assetModelProperties", deep, "11 levels deep; 10 are allowed"),
            ("assetModelHierarchies", hierarchies, "31 entries; 30 are allowed"),
        ] {
            let refusal = caller.refused("CreateAssetModel", json!({ "assetModelName": "m", member: value }));
            assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410), "{message}");
            assert!(refusal.message().contains(message), "{} lacks {message}", refusal.message());
        }
        model(&caller, json!({ "assetModelName": "full", "assetModelProperties": many(600) }));
    });
}

#[test]
fn an_account_has_up_to_a_thousand_models_and_interfaces_count_apart() {
    let world = testkit::World::new(crate::plant::ROOMS, sitewise::register);
    let caller = world.caller();
    for i in 0..1000 {
        model(&caller, json!({ "assetModelName": format!("m{i}") }));
    }
    let component = json!({ "assetModelName": "one more", "assetModelType": "COMPONENT_MODEL" });
    let refusal = caller.refused("CreateAssetModel", component);
    assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
    model(&caller, json!({ "assetModelName": "one more", "assetModelType": "INTERFACE" }));
    model(&caller.clone().in_region("eu-west-1"), json!({ "assetModelName": "m0" }));
}

#[test]
fn a_circular_formula_fails_the_model_which_may_be_deleted() {
    each(|world| {
        let caller = world.caller();
        let of = |name: &str| variable("x", json!({ "propertyId": name }));
        let id = model(
            &caller,
            json!({ "assetModelName": "m", "assetModelProperties": [
                transform("a", &[of("b")]), transform("b", &[of("a")]) ] }),
        );
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": id }));
        assert_eq!(
            described["assetModelStatus"],
            json!({ "state": "FAILED", "error": { "code": "VALIDATION_ERROR",
                "message": "The expression of property 'a' has a circular reference" } })
        );
        let active = json!({ "assetModelId": id, "assetModelVersion": "ACTIVE" });
        assert_eq!(caller.refused("DescribeAssetModel", active).name, NOT_FOUND);
        let input = json!({ "assetName": "a", "assetModelId": id });
        assert_eq!(caller.refused("CreateAsset", input).name, CONFLICT);
        let parent = json!({ "assetModelName": "p", "assetModelHierarchies": [{ "name": "h", "childAssetModelId": id }] });
        assert_eq!(caller.refused("CreateAssetModel", parent).name, INVALID);
        caller.ok("DeleteAssetModel", json!({ "assetModelId": id }));
    });
}

#[test]
fn a_hierarchy_needs_an_existing_asset_model_below() {
    each(|world| {
        let caller = world.caller();
        let create = |child: &str, kind: &str| {
            let hierarchies = json!([{ "name": "h", "childAssetModelId": child }]);
            let input = json!({
                "assetModelName": "m", "assetModelType": kind, "assetModelHierarchies": hierarchies
            });
            caller.send("CreateAssetModel", input)
        };
        assert_eq!(create(NOBODY, "ASSET_MODEL").unwrap_err().name, NOT_FOUND);
        let component = model(&caller, json!({ "assetModelName": "c", "assetModelType": "COMPONENT_MODEL" }));
        let interface = model(&caller, json!({ "assetModelName": "i", "assetModelType": "INTERFACE" }));
        let plain = model(&caller, json!({ "assetModelName": "a" }));
        assert_eq!(create(&component, "ASSET_MODEL").unwrap_err().name, INVALID);
        assert_eq!(create(&interface, "ASSET_MODEL").unwrap_err().name, INVALID);
        assert_eq!(create(&plain, "COMPONENT_MODEL").unwrap_err().name, INVALID);
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let young = model(&slow, json!({ "assetModelName": "young" }));
        let refusal = create(&young, "ASSET_MODEL").unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(young)));
        create(&interface, "INTERFACE").unwrap();
    });
}

#[test]
fn models_are_listed_by_kind_and_page() {
    each(|world| {
        let caller = world.caller();
        for (name, kind) in
            [("a", "ASSET_MODEL"), ("b", "COMPONENT_MODEL"), ("c", "INTERFACE"), ("d", "ASSET_MODEL")]
        {
            model(&caller, json!({ "assetModelName": name, "assetModelType": kind }));
            world.pass(Duration::from_millis(1));
        }
        let names = |page: &Value| -> Vec<String> {
            page["assetModelSummaries"].as_array().unwrap().iter().map(|model| text(&model["name"])).collect()
        };
        let list = |input: Value| names(&caller.ok("ListAssetModels", input));
        assert_eq!(list(json!({})), ["a", "b", "c", "d"]);
        assert_eq!(list(json!({ "assetModelTypes": ["ASSET_MODEL"] })), ["a", "d"]);
        assert_eq!(list(json!({ "assetModelTypes": ["COMPONENT_MODEL", "ASSET_MODEL"] })), ["a", "b", "d"]);
        assert_eq!(list(json!({ "assetModelTypes": ["INTERFACE"] })), ["c"]);
        let mixed = json!({ "assetModelTypes": ["INTERFACE", "ASSET_MODEL"] });
        assert_eq!(
            short(&caller.refused("ListAssetModels", mixed)),
            (INVALID, "The given filter is not supported")
        );
        let pages = caller.pages("ListAssetModels", &json!({ "maxResults": 3 }), "nextToken");
        assert_eq!(pages.iter().map(names).collect::<Vec<_>>(), [vec!["a", "b", "c"], vec!["d"]]);
        let token = &pages[0]["nextToken"];
        let other = json!({ "assetModelVersion": "ACTIVE", "nextToken": token });
        assert_eq!(caller.refused("ListAssetModels", other).name, INVALID);
        assert_eq!(caller.refused("ListAssetModels", json!({ "nextToken": "" })).name, INVALID);
        let summary = &caller.ok("ListAssetModels", json!({ "maxResults": 1 }))["assetModelSummaries"][0];
        let id = text(&summary["id"]);
        assert_eq!(
            summary,
            &json!({
                "id": id, "arn": format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{id}"),
                "name": "a", "assetModelType": "ASSET_MODEL", "creationDate": 1_700_000_000,
                "lastUpdateDate": 1_700_000_000, "status": { "state": "ACTIVE" }, "version": "1",
            })
        );
    });
}

#[test]
fn models_that_never_were_active_are_left_out_of_the_active_list() {
    each(|world| {
        let caller = world.caller();
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        model(&slow, json!({ "assetModelName": "young" }));
        model(&caller, json!({ "assetModelName": "old" }));
        let active = caller.ok("ListAssetModels", json!({ "assetModelVersion": "ACTIVE" }));
        assert_eq!(active["assetModelSummaries"].as_array().unwrap().len(), 1);
        assert_eq!(active["assetModelSummaries"][0]["name"], "old");
    });
}

#[test]
fn properties_of_a_model_are_listed_by_page_until_it_changes() {
    each(|world| {
        let caller = world.caller();
        let properties = json!([measurement("a"), measurement("b"), measurement("c")]);
        let id = model(&caller, json!({ "assetModelName": "m", "assetModelProperties": properties }));
        let input = json!({ "assetModelId": id, "maxResults": 2 });
        let pages = caller.pages("ListAssetModelProperties", &input, "nextToken");
        let names = |page: &Value| -> Vec<String> {
            let summaries = page["assetModelPropertySummaries"].as_array().unwrap();
            summaries.iter().map(|property| text(&property["name"])).collect()
        };
        assert_eq!(pages.iter().map(names).collect::<Vec<_>>(), [vec!["a", "b"], vec!["c"]]);
        assert_eq!(pages[1]["assetModelPropertySummaries"][0]["path"][0], json!({ "id": id, "name": "m" }));
        let next = json!({ "assetModelId": id, "nextToken": pages[0]["nextToken"] });
        caller.ok("ListAssetModelProperties", next.clone());
        caller.ok("UpdateAssetModel", json!({ "assetModelId": id, "assetModelName": "m" }));
        let refusal = caller.refused("ListAssetModelProperties", next);
        assert_eq!(
            short(&refusal),
            (INVALID, "nextToken is not valid: the asset model has changed, list again from the start")
        );
        let unknown = json!({ "assetModelId": NOBODY });
        assert_eq!(caller.refused("ListAssetModelProperties", unknown).name, NOT_FOUND);
    });
}

#[test]
fn a_model_in_use_is_not_deleted() {
    each(|world| {
        let plant = Plant::new(world);
        let delete = |id: &str| plant.caller.send("DeleteAssetModel", json!({ "assetModelId": id }));
        let farm = asset(&plant.caller, &plant.farm_model, "north");
        for (id, cause) in [(&plant.turbine_model, &plant.farm_model), (&plant.farm_model, &farm)] {
            let refusal = delete(id).unwrap_err();
            assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(id)));
            assert!(refusal.message().contains(cause.as_str()), "{}", refusal.message());
        }
        plant.caller.ok("DeleteAsset", json!({ "assetId": farm }));
        assert_eq!(
            delete(&plant.farm_model).unwrap(),
            json!({ "assetModelId": plant.farm_model, "assetModelStatus": { "state": "DELETING" } })
        );
        delete(&plant.turbine_model).unwrap();
        assert_eq!(delete(&plant.turbine_model).unwrap_err().name, NOT_FOUND);
        assert_eq!(delete("turbine").unwrap_err().name, INVALID);
        // The name is free again.
        model(&plant.caller, json!({ "assetModelName": "turbine" }));
    });
}

#[test]
fn a_deletion_may_demand_a_version() {
    each(|world| {
        let caller = world.caller();
        let id = model(&caller, json!({ "assetModelName": "m" }));
        let etag = etag(&caller, &id);
        let other = "x".repeat(43);
        let input = |members: Value| {
            let mut input = members;
            input["assetModelId"] = id.as_str().into();
            input
        };
        let refusal = caller.refused("DeleteAssetModel", input(json!({ "ifMatch": other })));
        assert_eq!((refusal.name.as_str(), refusal.status), (PRECONDITION, 412));
        assert_eq!(refusal.body["resourceId"], id.as_str());
        let live = json!({ "ifNoneMatch": "*", "matchForVersionType": "ACTIVE" });
        assert_eq!(caller.refused("DeleteAssetModel", input(live)).name, PRECONDITION);
        for bad in [
            json!({ "ifNoneMatch": "*" }),
            json!({ "ifNoneMatch": "*", "matchForVersionType": "LATEST" }),
            json!({ "ifMatch": etag, "ifNoneMatch": "*", "matchForVersionType": "ACTIVE" }),
        ] {
            assert_eq!(caller.refused("DeleteAssetModel", input(bad)).name, INVALID);
        }
        let quoted = format!("\"{etag}\"");
        caller.ok("DeleteAssetModel", input(json!({ "ifMatch": quoted, "matchForVersionType": "ACTIVE" })));
    });
}

#[test]
fn a_child_model_may_go_while_its_parent_model_is_being_deleted() {
    each(|world| {
        let plant = Plant::new(world);
        let slow = plant.caller.clone().installed(|installation| installation.propagation_ms = 1000);
        slow.ok("DeleteAssetModel", json!({ "assetModelId": plant.farm_model }));
        let parent = slow.ok("DescribeAssetModel", json!({ "assetModelId": plant.farm_model }));
        assert_eq!(parent["assetModelStatus"]["state"], "DELETING");
        slow.ok("DeleteAssetModel", json!({ "assetModelId": plant.turbine_model }));
        world.pass(Duration::from_secs(1));
        let settled: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
        assert_eq!(settled.unwrap(), 2);
        for id in [&plant.farm_model, &plant.turbine_model] {
            let refusal = slow.refused("DescribeAssetModel", json!({ "assetModelId": id }));
            assert_eq!(refusal.name, NOT_FOUND);
        }
    });
}

#[test]
fn a_model_that_waits_for_its_last_asset_is_not_looked_at_before_that_is_due() {
    each(|world| {
        let caller = world.caller();
        let model = model(&caller, json!({ "assetModelName": "pump" }));
        let asset = asset(&caller, &model, "pump 1");
        let with = |ms| caller.clone().installed(move |installation| installation.propagation_ms = ms);
        with(60_000).ok("DeleteAsset", json!({ "assetId": asset }));
        // The server was started again with a shorter delay.
        with(1000).ok("DeleteAssetModel", json!({ "assetModelId": model }));
        world.pass(Duration::from_secs(1));
        let is_due = || -> bool { done(world.store().read_blocking(sitewise::is_due)) };
        let step = || -> usize { done(world.store().write_blocking(|tx| sitewise::reconcile(tx, 10))) };
        assert!(is_due());
        assert_eq!(step(), 0);
        assert!(!is_due(), "nothing can be done before the asset is gone");
        let shown = caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        assert_eq!(shown["assetModelStatus"]["state"], "DELETING");
        world.pass(Duration::from_secs(59));
        assert_eq!(step(), 2);
        assert_eq!(caller.refused("DescribeAssetModel", json!({ "assetModelId": model })).name, NOT_FOUND);
        assert!(!is_due());
    });
}

fn done<T>(result: Result<T, store::Error>) -> T {
    result.unwrap()
}

/// The etag of the latest version.
pub fn etag(caller: &testkit::Caller<'_>, id: &str) -> String {
    let reply = caller.reply("DescribeAssetModel", json!({ "assetModelId": id })).unwrap();
    reply.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("etag")).unwrap().1.clone()
}
