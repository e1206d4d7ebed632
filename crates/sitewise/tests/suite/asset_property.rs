//! UpdateAssetProperty, and what properties show of their own.

use serde_json::{Value, json};
use sitewise::asset_model::property::DataType;

use crate::plant::{CONFLICT, INVALID, NOBODY, NOT_FOUND, asset, each, short, text};
use crate::stream::{arrive, ordered, receive};
use crate::table::{own_rows, set_state};
use crate::time_series::Pumps;

#[test]
fn an_update_overwrites_alias_notifications_and_unit_together() {
    each(|world| {
        let pumps = Pumps::new(world);
        let update = |input: Value| {
            let mut input = input;
            (input["assetId"], input["propertyId"]) = (json!(pumps.one), json!("externalId:p-flow"));
            assert_eq!(pumps.caller.ok("UpdateAssetProperty", input), json!({}));
            let property = pumps.property(&pumps.one, &pumps.flow);
            (
                property.get("alias").cloned(),
                property["unit"].clone(),
                property["notification"]["state"].clone(),
            )
        };
        let all =
            json!({ "propertyAlias": "/f", "propertyNotificationState": "ENABLED", "propertyUnit": "m3/h" });
        let (alias, unit) = (|| Some(json!("/f")), json!("l/s"));
        assert_eq!(update(all.clone()), (alias(), json!("m3/h"), json!("ENABLED")));
        // The same again is no collision with itself.
        assert_eq!(update(all), (alias(), json!("m3/h"), json!("ENABLED")));
        assert_eq!(update(json!({ "propertyUnit": "m3/h" })), (None, json!("m3/h"), json!("DISABLED")));
        assert_eq!(update(json!({ "propertyAlias": "/f" })), (alias(), unit.clone(), json!("DISABLED")));
        assert_eq!(
            update(json!({ "propertyNotificationState": "ENABLED" })),
            (None, unit.clone(), json!("ENABLED"))
        );
        assert_eq!(own_rows(world), (0, 1));
        assert_eq!(update(json!({})), (None, unit, json!("DISABLED")));
        // Where nothing is its own there is no row.
        assert_eq!(own_rows(world), (0, 0));
    });
}

#[test]
fn every_read_shows_what_a_property_has_of_its_own() {
    each(|world| {
        let pumps = Pumps::new(world);
        let input = json!({ "assetId": pumps.one, "propertyId": pumps.flow, "propertyAlias": "/f",
            "propertyNotificationState": "ENABLED", "propertyUnit": "m3/h" });
        pumps.caller.ok("UpdateAssetProperty", input);
        pumps.name(&pumps.one, &pumps.serial, "/s").unwrap();
        let own = |property: &Value| {
            let text = |name: &str| property.get(name).map_or("-".to_owned(), text);
            (text("alias"), text("unit"), property["notification"]["state"].as_str() == Some("ENABLED"))
        };
        let row = |alias: &str, unit: &str, notified: bool| (alias.to_owned(), unit.to_owned(), notified);
        let expected =
            [row("/f", "m3/h", true), row("-", "-", false), row("-", "-", false), row("/s", "-", false)];
        let described = pumps.caller.ok("DescribeAsset", json!({ "assetId": pumps.one }));
        assert_eq!(
            described["assetProperties"].as_array().unwrap().iter().map(own).collect::<Vec<_>>(),
            expected
        );
        let pages = pumps.caller.pages(
            "ListAssetProperties",
            &json!({ "assetId": pumps.one, "maxResults": 3 }),
            "nextToken",
        );
        let listed: Vec<_> = pages
            .iter()
            .flat_map(|page| page["assetPropertySummaries"].as_array().unwrap())
            .map(own)
            .collect();
        assert_eq!(listed, expected);
        assert_eq!(own(&pumps.property(&pumps.one, &pumps.flow)), expected[0]);
        // The other asset of the model has nothing of it, and a new unit of the model passes an own one by.
        assert_eq!(own(&pumps.property(&pumps.two, &pumps.flow)), row("-", "l/s", false));
        let model = pumps.caller.ok("DescribeAssetModel", json!({ "assetModelId": pumps.model }));
        let mut properties = model["assetModelProperties"].clone();
        properties[0]["unit"] = json!("gal/h");
        let input = json!({ "assetModelId": pumps.model, "assetModelName": "pump", "assetModelProperties": properties });
        pumps.caller.ok("UpdateAssetModel", input);
        assert_eq!(own(&pumps.property(&pumps.one, &pumps.flow)), expected[0]);
        assert_eq!(own(&pumps.property(&pumps.two, &pumps.flow)), row("-", "gal/h", false));
    });
}

#[test]
fn an_alias_stands_once() {
    each(|world| {
        let pumps = Pumps::new(world);
        pumps.name(&pumps.one, &pumps.flow, "/f").unwrap();
        for (asset, property) in [(&pumps.two, &pumps.flow), (&pumps.one, &pumps.twice)] {
            let refusal = pumps.name(asset, property, "/f").unwrap_err();
            assert_eq!(
                short(&refusal),
                (
                    INVALID,
                    &*format!(
                        "propertyAlias '/f' is already that of property '{}' of asset '{}'; an alias is unique",
                        pumps.flow, pumps.one
                    )
                )
            );
        }
        pumps.name(&pumps.one, &pumps.flow, "/g").unwrap();
        pumps.name(&pumps.two, &pumps.flow, "/f").unwrap();
        assert_eq!(pumps.described("/g").unwrap()["assetId"], pumps.one);
        assert_eq!(pumps.described("/f").unwrap()["assetId"], pumps.two);
        pumps.caller.ok("DeleteAsset", json!({ "assetId": pumps.two }));
        pumps.name(&pumps.one, &pumps.twice, "/f").unwrap();
        assert_eq!(ordered(world), [0i64; 0]);
    });
}

#[test]
fn values_stay_with_the_property_when_its_alias_goes() {
    each(|world| {
        let pumps = Pumps::new(world);
        let stream = receive(world, &pumps.one, &pumps.flow);
        pumps.name(&pumps.one, &pumps.flow, "/f").unwrap();
        pumps.name(&pumps.one, &pumps.flow, "/g").unwrap();
        let remove = json!({ "assetId": pumps.one, "propertyId": pumps.flow });
        pumps.caller.ok("UpdateAssetProperty", remove.clone());
        let described = pumps.caller.ok("DescribeTimeSeries", remove);
        assert_eq!((described.get("alias"), &described["assetId"]), (None, &json!(pumps.one)));
        // Values that are sent to the alias from now on begin another stream.
        let fresh = arrive(world, "/g", DataType::Double);
        assert_ne!(fresh, stream);
        assert_eq!(receive(world, &pumps.one, &pumps.flow), stream);
        assert_eq!(ordered(world), [0i64; 0]);
        pumps.caller.ok("DeleteAsset", json!({ "assetId": pumps.one }));
        assert_eq!(ordered(world), [stream]);
        assert_eq!(own_rows(world), (1, 0));
    });
}

#[test]
fn the_alias_of_a_free_stream_takes_the_stream() {
    each(|world| {
        let pumps = Pumps::new(world);
        arrive(world, "/whole", DataType::Integer);
        arrive(world, "/f", DataType::Double);
        pumps.name(&pumps.one, &pumps.flow, "/before").unwrap();
        let refusal = pumps.name(&pumps.one, &pumps.twice, "/f").unwrap_err();
        assert!(refusal.name == INVALID && refusal.message().contains("not a measurement"), "{refusal:?}");
        let refusal = pumps.name(&pumps.one, &pumps.flow, "/whole").unwrap_err();
        assert!(refusal.name == INVALID && refusal.message().contains("INTEGER"), "{refusal:?}");
        assert_eq!(pumps.described("/before").unwrap()["assetId"], pumps.one);
        pumps.name(&pumps.one, &pumps.flow, "/f").unwrap();
        assert_eq!(pumps.described("/f").unwrap()["timeSeriesId"], format!("{}:{}", pumps.one, pumps.flow));
        assert_eq!(pumps.described("/before").unwrap_err().name, NOT_FOUND);
        // Nothing was lost but an alias without values.
        assert_eq!(ordered(world), [0i64; 0]);
    });
}

#[test]
fn the_first_fault_of_an_update_in_order_is_told() {
    each(|world| {
        let pumps = Pumps::new(world);
        pumps.name(&pumps.one, &pumps.flow, "/f").unwrap();
        set_state(world, &pumps.two, "UPDATING");
        let refused = |asset: &str, property: &str, alias: &str| {
            let input = json!({ "assetId": asset, "propertyId": property, "propertyAlias": alias });
            pumps.caller.refused("UpdateAssetProperty", input)
        };
        assert_eq!(refused(NOBODY, NOBODY, &"x".repeat(2049)).name, INVALID);
        assert_eq!(refused(NOBODY, "flow", "/f").name, INVALID);
        let refusal = refused(NOBODY, NOBODY, "/f");
        assert_eq!(short(&refusal), (NOT_FOUND, &*format!("Asset with id {NOBODY} not found")));
        let refusal = refused(&pumps.two, NOBODY, "/f");
        assert!(
            refusal.name == NOT_FOUND && refusal.message().starts_with("Property with id"),
            "{refusal:?}"
        );
        let refusal = refused(&pumps.two, &pumps.flow, "/f");
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pumps.two)));
        set_state(world, &pumps.two, "FAILED");
        assert_eq!(refused(&pumps.two, &pumps.flow, "/f").name, CONFLICT);
        set_state(world, &pumps.two, "ACTIVE");
        assert_eq!(refused(&pumps.two, &pumps.flow, "/f").name, INVALID);
        let bad =
            json!({ "assetId": pumps.one, "propertyId": pumps.flow, "propertyNotificationState": "ON" });
        assert_eq!(pumps.caller.refused("UpdateAssetProperty", bad).name, INVALID);
        let other = pumps.caller.clone().of_account("222222222222");
        let input = json!({ "assetId": pumps.one, "propertyId": pumps.flow });
        assert_eq!(other.refused("UpdateAssetProperty", input).name, NOT_FOUND);
        // What was refused changed nothing.
        assert_eq!(pumps.property(&pumps.one, &pumps.flow)["alias"], "/f");
    });
}

#[test]
fn a_token_updates_a_property_once() {
    each(|world| {
        let pumps = Pumps::new(world);
        let token = "token-0000-0000-0000-0000-0000-000000007";
        let input = json!({ "assetId": pumps.one, "propertyId": pumps.flow, "propertyAlias": "/f", "clientToken": token });
        pumps.caller.ok("UpdateAssetProperty", input.clone());
        pumps.name(&pumps.one, &pumps.flow, "/g").unwrap();
        pumps.caller.ok("UpdateAssetProperty", input.clone());
        assert_eq!(pumps.property(&pumps.one, &pumps.flow)["alias"], "/g");
        let other = json!({ "assetId": pumps.one, "propertyId": pumps.flow, "clientToken": token });
        assert_eq!(pumps.caller.refused("UpdateAssetProperty", other).name, INVALID);
    });
}

#[test]
fn names_of_assets_are_unique_where_the_operator_wants_it() {
    use service::UniqueAssetNames::{Account, Sibling};

    use crate::plant::{EXISTS, Plant};
    each(|world| {
        let plant = Plant::new(world);
        let (farm, other) = (plant.farm("north"), plant.farm("south"));
        let (one, two) = (plant.turbine("t"), plant.turbine("t"));
        let with =
            |names| plant.caller.clone().installed(|installation| installation.unique_asset_names = names);
        let associate = |caller: &testkit::Caller<'_>, farm: &str, turbine: &str| {
            caller.send("AssociateAssets", crate::plant::triple(farm, &plant.turbines, turbine))
        };
        let rename = |caller: &testkit::Caller<'_>, id: &str, name: &str| {
            caller.send("UpdateAsset", json!({ "assetId": id, "assetName": name }))
        };
        let siblings = with(Sibling);
        associate(&siblings, &farm, &one).unwrap();
        let refusal = associate(&siblings, &farm, &two).unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(one)));
        associate(&siblings, &other, &two).unwrap();
        let three = asset(&siblings, &plant.turbine_model, "t3");
        associate(&siblings, &farm, &three).unwrap();
        let refusal = rename(&siblings, &three, "t").unwrap_err();
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(one)));
        rename(&siblings, &three, "t3").unwrap();
        let account = with(Account);
        let input = json!({ "assetName": "north", "assetModelId": plant.turbine_model });
        let refusal = account.refused("CreateAsset", input.clone());
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (EXISTS, &json!(farm)));
        assert_eq!(rename(&account, &three, "north").unwrap_err().name, EXISTS);
        // Names that were equal before stay so.
        rename(&account, &one, "t").unwrap();
        account.clone().of_account("222222222222").refused("CreateAsset", input.clone());
        plant.caller.ok("CreateAsset", input);
    });
}

#[test]
fn an_update_of_a_property_leaves_the_date_of_the_asset() {
    each(|world| {
        let pumps = Pumps::new(world);
        let described = || {
            pumps.caller.ok("DescribeAsset", json!({ "assetId": pumps.one }))["assetLastUpdateDate"].clone()
        };
        let before = described();
        world.pass(std::time::Duration::from_secs(5));
        pumps.name(&pumps.one, &pumps.flow, "/f").unwrap();
        assert_eq!(described(), before);
    });
}
