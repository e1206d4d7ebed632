//! CreateAsset, DescribeAsset, UpdateAsset, DeleteAsset, and the lists of assets and their properties.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::plant::{
    CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, Plant, asset, each, model, names, text,
};
use crate::table::{self, set_state};

const OWN: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";

fn pump(caller: &Caller<'_>) -> String {
    model(
        caller,
        json!({
            "assetModelName": "pump",
            "assetModelProperties": [
                { "name": "serial", "externalId": "p-serial", "dataType": "STRING",
                  "type": { "attribute": { "defaultValue": "none" } } },
                { "name": "flow", "dataType": "DOUBLE", "unit": "l/s", "type": { "measurement": {} } },
            ],
        }),
    )
}

#[test]
fn a_created_asset_is_described_at_once_with_the_properties_of_its_model() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let created = caller.ok(
            "CreateAsset",
            json!({
                "assetName": "p1", "assetModelId": model_id, "assetId": OWN, "assetExternalId": "pump-1",
                "assetDescription": "the first", "tags": { "site": "north" },
            }),
        );
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{OWN}");
        assert_eq!(
            created,
            json!({ "assetId": OWN, "assetArn": arn, "assetStatus": { "state": "CREATING" } })
        );
        let mut described = caller.ok("DescribeAsset", json!({ "assetId": "externalId:pump-1" }));
        let ids: Vec<String> =
            described["assetProperties"].as_array().unwrap().iter().map(|p| text(&p["id"])).collect();
        let properties = described.as_object_mut().unwrap().remove("assetProperties").unwrap();
        assert_eq!(
            described,
            json!({
                "assetId": OWN, "assetExternalId": "pump-1", "assetArn": arn, "assetName": "p1",
                "assetModelId": model_id, "assetHierarchies": [], "assetCompositeModels": [],
                "assetCompositeModelSummaries": [], "assetDescription": "the first",
                "assetCreationDate": 1_700_000_000, "assetLastUpdateDate": 1_700_000_000,
                "assetStatus": { "state": "ACTIVE" },
            })
        );
        let notification = |id: &str| {
            let topic = format!("$aws/sitewise/asset-models/{model_id}/assets/{OWN}/properties/{id}");
            json!({ "topic": topic, "state": "DISABLED" })
        };
        let path = |id: &str, name: &str| json!([{ "id": OWN, "name": "p1" }, { "id": id, "name": name }]);
        assert_eq!(
            properties,
            json!([
                { "id": ids[0], "externalId": "p-serial", "name": "serial", "dataType": "STRING",
                  "notification": notification(&ids[0]), "path": path(&ids[0], "serial") },
                { "id": ids[1], "name": "flow", "dataType": "DOUBLE", "unit": "l/s",
                  "notification": notification(&ids[1]), "path": path(&ids[1], "flow") },
            ])
        );
        let bare = caller.ok("DescribeAsset", json!({ "assetId": OWN, "excludeProperties": true }));
        assert_eq!(bare["assetProperties"], json!([]));
    });
}

#[test]
fn an_asset_shows_the_hierarchies_of_its_model_without_any_children() {
    each(|world| {
        let plant = Plant::new(world);
        let farm = plant.farm("north");
        let described = plant.caller.ok("DescribeAsset", json!({ "assetId": farm }));
        assert_eq!(
            described["assetHierarchies"],
            json!([
                { "id": plant.turbines, "externalId": "h-1", "name": "turbines" },
                { "id": plant.spares, "name": "spares" },
            ])
        );
        assert_eq!(described.get("assetDescription"), None);
    });
}

#[test]
fn assets_come_from_active_asset_models_only() {
    each(|world| {
        let caller = world.caller();
        let refused =
            |model: &str| caller.refused("CreateAsset", json!({ "assetName": "a", "assetModelId": model }));
        assert_eq!(refused(NOBODY).name, NOT_FOUND);
        for kind in ["COMPONENT_MODEL", "INTERFACE"] {
            let id = model(&caller, json!({ "assetModelName": kind, "assetModelType": kind }));
            assert_eq!(refused(&id).name, INVALID, "{kind}");
        }
        let slow = caller.clone().installed(|installation| installation.propagation_ms = 1000);
        let id = model(&slow, json!({ "assetModelName": "slow" }));
        let refusal = refused(&id);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(id)));
        assert_eq!(
            refusal.body["resourceArn"],
            format!("arn:aws:iotsitewise:us-east-1:111122223333:asset-model/{id}")
        );
        let input = json!({ "assetName": "a", "assetModelId": "externalId:nothing" });
        assert_eq!(caller.refused("CreateAsset", input).name, NOT_FOUND);
    });
}

#[test]
fn ids_are_unique_and_names_are_not() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let input = |id: Option<&str>, external: Option<&str>| json!({ "assetName": "p", "assetModelId": model_id, "assetId": id, "assetExternalId": external });
        caller.ok("CreateAsset", input(Some(OWN), Some("pump-1")));
        caller.ok("CreateAsset", input(None, None));
        for taken in [input(Some(OWN), None), input(None, Some("pump-1"))] {
            let refusal = caller.refused("CreateAsset", taken);
            assert_eq!((refusal.name.as_str(), refusal.status), (EXISTS, 409));
            assert_eq!(refusal.body["resourceId"], OWN);
            assert_eq!(
                refusal.body["resourceArn"],
                format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{OWN}")
            );
        }
        // A model may have the same external id.
        model(
            &caller,
            json!({ "assetModelName": "m", "assetModelExternalId": "pump-1", "assetModelId": OWN }),
        );
    });
}

#[test]
fn a_token_makes_one_asset() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let token = "token-0000-0000-0000-0000-0000-000000003";
        let input = json!({ "assetName": "p", "assetModelId": model_id, "clientToken": token });
        let first = caller.ok("CreateAsset", input.clone());
        caller.ok("DeleteAsset", json!({ "assetId": first["assetId"] }));
        assert_eq!(caller.ok("CreateAsset", input), first);
        let list = caller.ok("ListAssets", json!({ "assetModelId": model_id }));
        assert_eq!(list, json!({ "assetSummaries": [] }));
    });
}

#[test]
fn an_update_replaces_name_and_description_and_sets_the_external_id_once() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let (one, two) = (asset(&caller, &model_id, "p1"), asset(&caller, &model_id, "p2"));
        world.pass(Duration::from_secs(5));
        let update = |id: &str, external: Option<&str>| {
            let input = json!({
                "assetId": id, "assetName": "new", "assetDescription": "words", "assetExternalId": external
            });
            caller.send("UpdateAsset", input)
        };
        assert_eq!(
            update(&one, Some("pump-1")).unwrap(),
            json!({ "assetId": one, "assetStatus": { "state": "UPDATING" } })
        );
        let described = caller.ok("DescribeAsset", json!({ "assetId": "externalId:pump-1" }));
        assert_eq!(
            (&described["assetName"], &described["assetDescription"], &described["assetLastUpdateDate"]),
            (&json!("new"), &json!("words"), &json!(1_700_000_005))
        );
        update(&one, Some("pump-1")).unwrap();
        update(&one, None).unwrap();
        assert_eq!(update(&one, Some("other")).unwrap_err().name, INVALID);
        let refusal = update(&two, Some("pump-1")).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(one)));
        caller.ok("UpdateAsset", json!({ "assetId": one, "assetName": "new" }));
        let described = caller.ok("DescribeAsset", json!({ "assetId": one }));
        assert_eq!(
            (described.get("assetDescription"), &described["assetExternalId"]),
            (None, &json!("pump-1"))
        );
        assert_eq!(update(NOBODY, None).unwrap_err().name, NOT_FOUND);
        set_state(world, &one, "UPDATING");
        let refusal = update(&one, None).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(one)));
        set_state(world, &one, "FAILED");
        update(&one, None).unwrap();
    });
}

#[test]
fn an_asset_with_relatives_is_not_deleted() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        let delete = |id: &str| plant.caller.send("DeleteAsset", json!({ "assetId": id }));
        for (id, relative) in [(&farm, &turbine), (&turbine, &farm)] {
            let refusal = delete(id).unwrap_err();
            assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(id)));
            assert!(refusal.message().contains(relative.as_str()), "{}", refusal.message());
        }
        plant.disassociate(&farm, &plant.turbines, &turbine).unwrap();
        assert_eq!(
            delete(&turbine).unwrap(),
            json!({ "assetId": turbine, "assetStatus": { "state": "DELETING" } })
        );
        assert_eq!(delete(&turbine).unwrap_err().name, NOT_FOUND);
        for operation in ["DescribeAsset", "ListAssociatedAssets", "ListAssetProperties"] {
            assert_eq!(plant.caller.refused(operation, json!({ "assetId": turbine })).name, NOT_FOUND);
        }
        set_state(world, &farm, "UPDATING");
        assert_eq!(delete(&farm).unwrap_err().name, CONFLICT);
    });
}

#[test]
fn lists_go_on_where_the_token_says() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        for i in 0..7 {
            asset(&caller, &model_id, &format!("p{i}"));
            world.pass(Duration::from_millis(1));
        }
        for filter in ["ALL", "TOP_LEVEL"] {
            let input = json!({ "assetModelId": model_id, "filter": filter, "maxResults": 2 });
            let pages = caller.pages("ListAssets", &input, "nextToken");
            let shown: Vec<Vec<String>> = pages.iter().map(names).collect();
            assert_eq!(shown, [vec!["p0", "p1"], vec!["p2", "p3"], vec!["p4", "p5"], vec!["p6"]], "{filter}");
        }
        let pages =
            caller.pages("ListAssets", &json!({ "filter": "TOP_LEVEL", "maxResults": 7 }), "nextToken");
        assert_eq!(pages.len(), 1);
        assert_eq!(pages[0].get("nextToken"), None);
        let input = json!({ "assetModelId": model_id, "maxResults": 1 });
        let token = text(&caller.ok("ListAssets", input)["nextToken"]);
        for bad in [
            json!({ "assetModelId": model_id, "filter": "TOP_LEVEL", "nextToken": token }),
            json!({ "filter": "TOP_LEVEL", "nextToken": token }),
            json!({ "assetModelId": model_id, "nextToken": "" }),
            json!({ "assetModelId": model_id, "nextToken": "AAAA" }),
            json!({ "assetModelId": model_id, "maxResults": 0 }),
            json!({ "assetModelId": model_id, "maxResults": 251 }),
            json!({}),
            json!({ "filter": "ALL" }),
        ] {
            assert_eq!(caller.refused("ListAssets", bad.clone()).name, INVALID, "{bad}");
        }
        let other = caller.clone().in_region("eu-west-1");
        let stolen = json!({ "filter": "TOP_LEVEL", "nextToken": token });
        assert_eq!(other.refused("ListAssets", stolen).name, INVALID);
        assert_eq!(caller.refused("ListAssets", json!({ "assetModelId": NOBODY })).name, NOT_FOUND);
    });
}

#[test]
fn a_summary_says_what_describe_says() {
    each(|world| {
        let plant = Plant::new(world);
        let farm = plant.farm("north");
        let list = plant.caller.ok("ListAssets", json!({ "assetModelId": plant.farm_model }));
        assert_eq!(
            list,
            json!({ "assetSummaries": [{
                "id": farm, "arn": format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{farm}"),
                "name": "north", "assetModelId": plant.farm_model, "creationDate": 1_700_000_000,
                "lastUpdateDate": 1_700_000_000, "status": { "state": "ACTIVE" },
                "hierarchies": [
                    { "id": plant.turbines, "externalId": "h-1", "name": "turbines" },
                    { "id": plant.spares, "name": "spares" },
                ],
            }] })
        );
    });
}

#[test]
fn properties_are_listed_by_page_until_the_model_changes() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let id = asset(&caller, &model_id, "p1");
        let pages =
            caller.pages("ListAssetProperties", &json!({ "assetId": id, "maxResults": 1 }), "nextToken");
        let last = |page: &Value| text(&page["assetPropertySummaries"][0]["path"][1]["name"]);
        assert_eq!(pages.iter().map(last).collect::<Vec<_>>(), ["serial", "flow"]);
        assert_eq!(pages[0]["assetPropertySummaries"][0]["notification"]["state"], "DISABLED");
        let token = &pages[0]["nextToken"];
        let next = json!({ "assetId": id, "nextToken": token });
        caller.ok("ListAssetProperties", next.clone());
        caller.ok("UpdateAssetModel", json!({ "assetModelId": model_id, "assetModelName": "pump" }));
        assert_eq!(caller.refused("ListAssetProperties", next).name, INVALID);
        assert_eq!(caller.refused("ListAssetProperties", json!({ "assetId": NOBODY })).name, NOT_FOUND);
        let bad = json!({ "assetId": id, "filter": "SOME" });
        assert_eq!(caller.refused("ListAssetProperties", bad).name, INVALID);
    });
}

#[test]
fn a_property_is_described_with_its_type() {
    each(|world| {
        let caller = world.caller();
        let model_id = pump(&caller);
        let id = asset(&caller, &model_id, "p1");
        let input = json!({ "assetId": id, "propertyId": "externalId:p-serial" });
        let described = caller.ok("DescribeAssetProperty", input);
        assert_eq!(described["assetProperty"]["type"], json!({ "attribute": { "defaultValue": "none" } }));
        assert_eq!(described["assetProperty"]["notification"]["state"], "DISABLED");
        assert_eq!((described.get("compositeModel"), &described["assetName"]), (None, &json!("p1")));
        let unknown = json!({ "assetId": id, "propertyId": NOBODY });
        assert_eq!(caller.refused("DescribeAssetProperty", unknown).name, NOT_FOUND);
        let bad = json!({ "assetId": id, "propertyId": "serial" });
        assert_eq!(caller.refused("DescribeAssetProperty", bad).name, INVALID);
    });
}

#[test]
fn a_model_full_of_assets_soon_refuses_more() {
    let world = testkit::World::new(crate::plant::ROOMS, sitewise::register);
    let caller = world.caller();
    let model_id = pump(&caller);
    let first = asset(&caller, &model_id, "first");
    table::copy(&world, &first, sitewise::limits::ASSETS_PER_MODEL_MAX);
    // One creation out of 64 counts, so a thousand in a row without a refusal would take a miracle.
    let input = json!({ "assetName": "one more", "assetModelId": model_id });
    let refusal = (0..1000).find_map(|_| caller.send("CreateAsset", input.clone()).err()).unwrap();
    assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
    assert_eq!(
        refusal.message(),
        format!("Asset model '{model_id}' has 100000 assets, and no more are allowed")
    );
}
