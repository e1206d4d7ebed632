//! Time series as resources: associate, disassociate, describe, list, delete, and how they come to be.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::asset_model::property::DataType;
use testkit::{Caller, World};

use crate::plant::{CONFLICT, INVALID, NOBODY, NOT_FOUND, asset, each, model, short, text};
use crate::stream::{arrive, ordered, receive, stream_of};
use crate::table::set_state;

const ARN: &str = "arn:aws:iotsitewise:us-east-1:111122223333:time-series/";

/// A model with two measurements, a transform and an attribute, and two assets of it.
pub struct Pumps<'a> {
    pub caller: Caller<'a>,
    pub model: String,
    pub one: String,
    pub two: String,
    /// Properties `flow` (DOUBLE), `state` (STRING), `twice` (transform) and `serial` (attribute).
    pub flow: String,
    pub state: String,
    pub twice: String,
    pub serial: String,
}

impl<'a> Pumps<'a> {
    pub fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let variables = json!([{ "name": "x", "value": { "propertyId": "flow" } }]);
        let properties = json!([
            { "name": "flow", "externalId": "p-flow", "dataType": "DOUBLE", "unit": "l/s", "type": { "measurement": {} } },
            { "name": "state", "dataType": "STRING", "type": { "measurement": {} } },
            { "name": "twice", "dataType": "DOUBLE",
              "type": { "transform": { "expression": "x * 2", "variables": variables } } },
            { "name": "serial", "dataType": "STRING", "type": { "attribute": { "defaultValue": "none" } } },
        ]);
        let model = model(&caller, json!({ "assetModelName": "pump", "assetModelProperties": properties }));
        let (one, two) = (asset(&caller, &model, "p1"), asset(&caller, &model, "p2"));
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": model }));
        let id = |i: usize| text(&described["assetModelProperties"][i]["id"]);
        Self { flow: id(0), state: id(1), twice: id(2), serial: id(3), caller, model, one, two }
    }

    pub fn associate(&self, alias: &str, asset: &str, property: &str) -> Result<Value, testkit::Refusal> {
        let input = json!({ "alias": alias, "assetId": asset, "propertyId": property });
        self.caller.send("AssociateTimeSeriesToAssetProperty", input)
    }

    pub fn disassociate(&self, alias: &str, asset: &str, property: &str) -> Result<Value, testkit::Refusal> {
        let input = json!({ "alias": alias, "assetId": asset, "propertyId": property });
        self.caller.send("DisassociateTimeSeriesFromAssetProperty", input)
    }

    /// Sets an alias, and nothing else.
    pub fn name(&self, asset: &str, property: &str, alias: &str) -> Result<Value, testkit::Refusal> {
        let input = json!({ "assetId": asset, "propertyId": property, "propertyAlias": alias });
        self.caller.send("UpdateAssetProperty", input)
    }

    pub fn described(&self, alias: &str) -> Result<Value, testkit::Refusal> {
        self.caller.send("DescribeTimeSeries", json!({ "alias": alias }))
    }

    /// The property as DescribeAssetProperty shows it.
    pub fn property(&self, asset: &str, property: &str) -> Value {
        let input = json!({ "assetId": asset, "propertyId": property });
        self.caller.ok("DescribeAssetProperty", input)["assetProperty"].clone()
    }
}

#[test]
fn a_stream_comes_to_be_with_its_first_value() {
    each(|world| {
        let pumps = Pumps::new(world);
        assert_eq!(pumps.described("/a/b").unwrap_err().name, NOT_FOUND);
        let first = arrive(world, "/a/b", DataType::Integer);
        world.pass(Duration::from_secs(3));
        // The type of the first value is the stream's.
        assert_eq!(arrive(world, "/a/b", DataType::Double), first);
        let described = pumps.described("/a/b").unwrap();
        let id = text(&described["timeSeriesId"]);
        assert_eq!(id.len(), 36);
        assert_eq!(
            described,
            json!({
                "timeSeriesId": id, "timeSeriesArn": format!("{ARN}{id}"), "alias": "/a/b", "dataType": "INTEGER",
                "timeSeriesCreationDate": 1_700_000_000, "timeSeriesLastUpdateDate": 1_700_000_000,
            })
        );
        let elsewhere = pumps.caller.clone().in_region("eu-west-1");
        assert_eq!(elsewhere.refused("DescribeTimeSeries", json!({ "alias": "/a/b" })).name, NOT_FOUND);
        let other = pumps.caller.clone().of_account("222222222222");
        assert_eq!(other.refused("DescribeTimeSeries", json!({ "alias": "/a/b" })).name, NOT_FOUND);
    });
}

#[test]
fn an_associated_stream_is_the_propertys_and_leaves_it_again_with_its_values() {
    each(|world| {
        let pumps = Pumps::new(world);
        let stream = arrive(world, "/p1/flow", DataType::Double);
        let id = text(&pumps.described("/p1/flow").unwrap()["timeSeriesId"]);
        pumps
            .caller
            .ok("TagResource", json!({ "resourceArn": format!("{ARN}{id}"), "tags": { "line": "7" } }));
        world.pass(Duration::from_secs(3));
        pumps.associate("/p1/flow", &pumps.one, "externalId:p-flow").unwrap();
        let pair = format!("{}:{}", pumps.one, pumps.flow);
        let expected = json!({
            "timeSeriesId": pair, "timeSeriesArn": format!("{ARN}{pair}"), "alias": "/p1/flow",
            "assetId": pumps.one, "propertyId": pumps.flow, "dataType": "DOUBLE",
            "timeSeriesCreationDate": 1_700_000_000, "timeSeriesLastUpdateDate": 1_700_000_003,
        });
        assert_eq!(pumps.described("/p1/flow").unwrap(), expected);
        let by_pair = json!({ "assetId": pumps.one, "propertyId": pumps.flow });
        assert_eq!(pumps.caller.ok("DescribeTimeSeries", by_pair.clone()), expected);
        assert_eq!(pumps.property(&pumps.one, &pumps.flow)["alias"], "/p1/flow");
        let tags = |arn: String| {
            pumps.caller.ok("ListTagsForResource", json!({ "resourceArn": arn }))["tags"].clone()
        };
        assert_eq!(tags(format!("{ARN}{pair}")), json!({ "line": "7" }));
        assert_eq!(stream_of(world, "/p1/flow"), stream);
        pumps.disassociate("/p1/flow", &pumps.one, &pumps.flow).unwrap();
        let free = pumps.described("/p1/flow").unwrap();
        let new_id = text(&free["timeSeriesId"]);
        assert!(new_id.len() == 36 && new_id != id, "{new_id}");
        assert_eq!((free.get("assetId"), free.get("propertyId")), (None, None));
        assert_eq!(tags(format!("{ARN}{new_id}")), json!({ "line": "7" }));
        assert_eq!(stream_of(world, "/p1/flow"), stream);
        assert_eq!(pumps.property(&pumps.one, &pumps.flow).get("alias"), None);
        assert_eq!(pumps.caller.refused("DescribeTimeSeries", by_pair).name, NOT_FOUND);
        assert_eq!(ordered(world), [0i64; 0]);
        pumps.associate("/p1/flow", &pumps.two, &pumps.flow).unwrap();
        assert_eq!(pumps.property(&pumps.two, &pumps.flow)["alias"], "/p1/flow");
    });
}

#[test]
fn the_first_fault_of_an_association_in_order_is_told() {
    each(|world| {
        let pumps = Pumps::new(world);
        let refused =
            |alias: &str, asset: &str, property: &str| pumps.associate(alias, asset, property).unwrap_err();
        let (nobody, long) = (NOBODY, "x".repeat(2049));
        assert_eq!(refused(&long, nobody, nobody).name, INVALID);
        assert_eq!(refused("/x", "p1", nobody).name, INVALID);
        let refusal = refused("/x", nobody, nobody);
        assert_eq!(short(&refusal), (NOT_FOUND, "Time series with alias /x not found"));
        arrive(world, "/x", DataType::Integer);
        arrive(world, "/taken", DataType::Double);
        pumps.associate("/taken", &pumps.two, &pumps.flow).unwrap();
        let refusal = refused("/taken", nobody, nobody);
        let id = format!("{}:{}", pumps.two, pumps.flow);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(id)));
        assert_eq!(refusal.body["resourceArn"], format!("{ARN}{id}"));
        let refusal = refused("/x", nobody, nobody);
        assert_eq!(short(&refusal), (NOT_FOUND, &*format!("Asset with id {nobody} not found")));
        let refusal = refused("/x", &pumps.two, nobody);
        assert!(refusal.name == NOT_FOUND && refusal.message().starts_with("Property with id"));
        set_state(world, &pumps.two, "UPDATING");
        for property in [&pumps.twice, &pumps.serial] {
            let refusal = refused("/x", &pumps.two, property);
            assert!(refusal.name == INVALID && refusal.message().contains("not a measurement"));
        }
        let refusal = refused("/x", &pumps.two, &pumps.flow);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(id)));
        let refusal = refused("/x", &pumps.two, &pumps.state);
        assert!(refusal.name == INVALID && refusal.message().contains("INTEGER"), "{refusal:?}");
        arrive(world, "/text", DataType::String);
        let refusal = refused("/text", &pumps.two, &pumps.state);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pumps.two)));
        set_state(world, &pumps.two, "ACTIVE");
        pumps.associate("/text", &pumps.two, &pumps.state).unwrap();
        let other = pumps.caller.clone().of_account("222222222222");
        let input = json!({ "alias": "/text", "assetId": pumps.two, "propertyId": pumps.state });
        assert_eq!(other.refused("AssociateTimeSeriesToAssetProperty", input).name, NOT_FOUND);
    });
}

#[test]
fn a_property_with_values_of_its_own_takes_no_stream() {
    each(|world| {
        let pumps = Pumps::new(world);
        receive(world, &pumps.one, &pumps.flow);
        arrive(world, "/x", DataType::Double);
        let refusal = pumps.associate("/x", &pumps.one, &pumps.flow).unwrap_err();
        assert!(refusal.name == CONFLICT && refusal.message().contains("with values"), "{refusal:?}");
        let refusal = pumps.name(&pumps.one, &pumps.flow, "/x").unwrap_err();
        assert!(refusal.name == CONFLICT && refusal.message().contains("has values"), "{refusal:?}");
    });
}

#[test]
fn only_the_very_association_is_taken_away() {
    each(|world| {
        let pumps = Pumps::new(world);
        arrive(world, "/x", DataType::Double);
        arrive(world, "/free", DataType::Double);
        pumps.associate("/x", &pumps.one, &pumps.flow).unwrap();
        let refused = |alias: &str, asset: &str, property: &str| {
            pumps.disassociate(alias, asset, property).unwrap_err()
        };
        let refusal = refused("/nothing", NOBODY, NOBODY);
        assert_eq!(short(&refusal), (NOT_FOUND, &*format!("Asset with id {NOBODY} not found")));
        let refusal = refused("/nothing", &pumps.one, NOBODY);
        assert!(refusal.name == NOT_FOUND && refusal.message().starts_with("Property with id"));
        let refusal = refused("/nothing", &pumps.one, &pumps.flow);
        assert_eq!(short(&refusal), (NOT_FOUND, "Time series with alias /nothing not found"));
        for (alias, asset, property) in [
            ("/free", &pumps.one, &pumps.flow),
            ("/x", &pumps.two, &pumps.flow),
            ("/x", &pumps.one, &pumps.state),
        ] {
            let refusal = refused(alias, asset, property);
            assert!(
                refusal.name == NOT_FOUND && refusal.message().contains("is not associated"),
                "{refusal:?}"
            );
        }
        // An alias on a transform is no stream that could be taken away.
        pumps.name(&pumps.one, &pumps.twice, "/twice").unwrap();
        assert_eq!(refused("/twice", &pumps.one, &pumps.twice).name, INVALID);
        set_state(world, &pumps.one, "UPDATING");
        let refusal = refused("/x", &pumps.one, &pumps.flow);
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pumps.one)));
        set_state(world, &pumps.one, "FAILED");
        pumps.disassociate("/x", &pumps.one, &pumps.flow).unwrap();
        assert_eq!(refused("/x", &pumps.one, &pumps.flow).name, NOT_FOUND);
    });
}

#[test]
fn a_series_is_named_in_one_way() {
    each(|world| {
        let pumps = Pumps::new(world);
        arrive(world, "/x", DataType::Double);
        for operation in ["DescribeTimeSeries", "DeleteTimeSeries"] {
            let refused = |input: Value| pumps.caller.refused(operation, input).name;
            for bad in [
                json!({}),
                json!({ "assetId": pumps.one }),
                json!({ "propertyId": pumps.flow }),
                json!({ "alias": "/x", "assetId": pumps.one }),
                json!({ "alias": "/x", "assetId": pumps.one, "propertyId": pumps.flow }),
                json!({ "assetId": "p1", "propertyId": pumps.flow }),
                json!({ "alias": "" }),
            ] {
                assert_eq!(refused(bad.clone()), INVALID, "{operation} {bad}");
            }
            // There are no workspaces, so nothing is in one.
            assert_eq!(refused(json!({ "alias": "/x", "workspaceName": "w" })), NOT_FOUND);
            assert_eq!(refused(json!({ "assetId": NOBODY, "propertyId": pumps.flow })), NOT_FOUND);
            assert_eq!(refused(json!({ "assetId": pumps.one, "propertyId": NOBODY })), NOT_FOUND);
            let refusal =
                pumps.caller.refused(operation, json!({ "assetId": pumps.one, "propertyId": pumps.flow }));
            assert!(refusal.message().contains("neither an alias nor values"), "{refusal:?}");
        }
    });
}

#[test]
fn a_deleted_series_leaves_its_property_without_alias_and_an_order_for_its_values() {
    each(|world| {
        let pumps = Pumps::new(world);
        let stream = arrive(world, "/x", DataType::Double);
        pumps.associate("/x", &pumps.one, &pumps.flow).unwrap();
        let input = json!({ "assetId": pumps.one, "propertyId": pumps.flow, "propertyAlias": "/x",
            "propertyUnit": "m3/h", "propertyNotificationState": "ENABLED" });
        pumps.caller.ok("UpdateAssetProperty", input);
        let arn = format!("{ARN}{}:{}", pumps.one, pumps.flow);
        pumps.caller.ok("TagResource", json!({ "resourceArn": arn, "tags": { "line": "7" } }));
        set_state(world, &pumps.one, "UPDATING");
        let delete = json!({ "assetId": pumps.one, "propertyId": pumps.flow,
            "clientToken": "token-0000-0000-0000-0000-0000-000000003" });
        let refusal = pumps.caller.refused("DeleteTimeSeries", delete.clone());
        assert_eq!((refusal.name.as_str(), &refusal.body["resourceId"]), (CONFLICT, &json!(pumps.one)));
        set_state(world, &pumps.one, "ACTIVE");
        pumps.caller.ok("DeleteTimeSeries", delete.clone());
        pumps.caller.ok("DeleteTimeSeries", delete);
        let property = pumps.property(&pumps.one, &pumps.flow);
        assert_eq!((property.get("alias"), &property["unit"]), (None, &json!("m3/h")));
        assert_eq!(property["notification"]["state"], "ENABLED");
        assert_eq!(pumps.described("/x").unwrap_err().name, NOT_FOUND);
        assert_eq!(
            pumps.caller.refused("ListTagsForResource", json!({ "resourceArn": arn })).name,
            NOT_FOUND
        );
        assert_eq!(ordered(world), [stream]);
        // The alias is free, and a series without values leaves no order.
        pumps.name(&pumps.two, &pumps.twice, "/x").unwrap();
        pumps.caller.ok("DeleteTimeSeries", json!({ "alias": "/x" }));
        assert_eq!(ordered(world), [stream]);
        let free = arrive(world, "/x", DataType::Double);
        assert_ne!(free, stream);
        pumps.caller.ok("DeleteTimeSeries", json!({ "alias": "/x" }));
        let mut orders = vec![stream, free];
        orders.sort_unstable();
        assert_eq!(ordered(world), orders);
    });
}

#[test]
fn series_are_listed_by_asset_prefix_and_type() {
    each(|world| {
        let pumps = Pumps::new(world);
        for (i, alias) in ["/b/1", "/a/2", "/a/1", "/a%", "/ä"].into_iter().enumerate() {
            arrive(world, alias, DataType::Double);
            world.pass(Duration::from_millis(i as u64 + 1));
        }
        pumps.associate("/a/1", &pumps.one, &pumps.flow).unwrap();
        receive(world, &pumps.one, &pumps.serial);
        world.pass(Duration::from_millis(1));
        pumps.name(&pumps.two, &pumps.twice, "/c").unwrap();
        let list = |mut input: Value| -> Vec<String> {
            input["maxResults"] = json!(2);
            let pages = pumps.caller.pages("ListTimeSeries", &input, "nextToken");
            let last = pages.len() - 1;
            assert!(
                pages[..last].iter().all(|page| page["TimeSeriesSummaries"].as_array().unwrap().len() == 2)
            );
            let rows = pages.iter().flat_map(|page| page["TimeSeriesSummaries"].as_array().unwrap());
            rows.map(|row| row.get("alias").map_or("-".to_owned(), text)).collect()
        };
        assert_eq!(list(json!({})), ["/b/1", "/a/2", "/a/1", "/a%", "/ä", "-", "/c"]);
        assert_eq!(list(json!({ "timeSeriesType": "ASSOCIATED" })), ["/a/1", "-", "/c"]);
        assert_eq!(list(json!({ "timeSeriesType": "DISASSOCIATED" })), ["/b/1", "/a/2", "/a%", "/ä"]);
        assert_eq!(list(json!({ "aliasPrefix": "/a" })), ["/a%", "/a/1", "/a/2"]);
        assert_eq!(list(json!({ "aliasPrefix": "/a/", "timeSeriesType": "ASSOCIATED" })), ["/a/1"]);
        assert_eq!(
            list(json!({ "aliasPrefix": "/", "timeSeriesType": "DISASSOCIATED" })),
            ["/a%", "/a/2", "/b/1", "/ä"]
        );
        assert_eq!(list(json!({ "assetId": pumps.one })), ["/a/1", "-"]);
        assert_eq!(list(json!({ "assetId": pumps.one, "timeSeriesType": "ASSOCIATED" })), ["/a/1", "-"]);
        assert_eq!(list(json!({ "assetId": pumps.one, "aliasPrefix": "/a" })), ["/a/1"]);
        assert_eq!(list(json!({ "assetId": pumps.two, "aliasPrefix": "/a" })), [""; 0]);
        let shown = pumps.caller.ok("ListTimeSeries", json!({ "aliasPrefix": "/a/1" }));
        assert_eq!(shown["TimeSeriesSummaries"], json!([pumps.described("/a/1").unwrap()]));
        let refused = |input: Value| pumps.caller.refused("ListTimeSeries", input).name;
        assert_eq!(refused(json!({ "assetId": NOBODY, "timeSeriesType": "DISASSOCIATED" })), INVALID);
        assert_eq!(refused(json!({ "assetId": NOBODY })), NOT_FOUND);
        assert_eq!(refused(json!({ "workspaceName": "w" })), NOT_FOUND);
        assert_eq!(refused(json!({ "timeSeriesType": "SOME" })), INVALID);
        assert_eq!(refused(json!({ "nextToken": "" })), INVALID);
        let token = pumps.caller.ok("ListTimeSeries", json!({ "maxResults": 1 }))["nextToken"].clone();
        assert_eq!(refused(json!({ "aliasPrefix": "/a", "nextToken": token })), INVALID);
        let other = pumps.caller.clone().of_account("222222222222");
        assert_eq!(other.ok("ListTimeSeries", json!({})), json!({ "TimeSeriesSummaries": [] }));
    });
}

#[test]
fn an_alias_is_as_long_as_an_index_bears() {
    each(|world| {
        let pumps = Pumps::new(world);
        let longest: String = (0..512u32).map(|n| char::from_u32(0x2_0000 + n * 79).unwrap()).collect();
        pumps.name(&pumps.one, &pumps.flow, &longest).unwrap();
        pumps.name(&pumps.two, &pumps.flow, &format!("{}!", &longest[4..])).unwrap();
        let pages = pumps.caller.pages(
            "ListTimeSeries",
            &json!({ "aliasPrefix": &longest[..4], "maxResults": 1 }),
            "nextToken",
        );
        assert_eq!(pages.len(), 1);
        let pages = pumps.caller.pages("ListTimeSeries", &json!({ "maxResults": 1 }), "nextToken");
        assert_eq!(pages.len(), 2);
        let refusal = pumps.name(&pumps.one, &pumps.flow, &format!("{longest}!")).unwrap_err();
        assert_eq!(short(&refusal), (INVALID, "propertyAlias has 2049 bytes; an alias has at most 2048"));
    });
}
