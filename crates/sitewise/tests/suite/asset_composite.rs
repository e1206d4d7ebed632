//! Composite models as assets show them.

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::{INVALID, NOBODY, NOT_FOUND, asset, each, model, text};

/// A pump model with an alarm, a composite model `drive` and `bearing` inside it, and an asset of it.
struct Pump<'a> {
    caller: Caller<'a>,
    model: String,
    asset: String,
    drive: String,
    bearing: String,
}

fn measurement(name: &str) -> Value {
    json!({ "name": name, "dataType": "DOUBLE", "unit": "C", "type": { "measurement": {} } })
}

impl<'a> Pump<'a> {
    fn new(world: &'a World) -> Self {
        let caller = world.caller();
        let alarm = json!({ "name": "hot", "type": "AWS/ALARM", "properties": [
            { "name": "AWS/ALARM_TYPE", "dataType": "STRING", "type": { "attribute": { "defaultValue": "EXTERNAL" } } },
            { "name": "AWS/ALARM_STATE", "dataType": "STRUCT", "dataTypeSpec": "AWS/ALARM_STATE",
              "type": { "measurement": {} } },
        ] });
        let model = model(
            &caller,
            json!({ "assetModelName": "pump", "assetModelProperties": [measurement("flow")],
                "assetModelCompositeModels": [alarm] }),
        );
        let compose = |name: &str, parent: Option<&str>, property: &str| {
            let input = json!({
                "assetModelId": model, "assetModelCompositeModelName": name,
                "assetModelCompositeModelExternalId": format!("c-{name}"),
                "assetModelCompositeModelType": "CUSTOM", "parentAssetModelCompositeModelId": parent,
                "assetModelCompositeModelProperties": [measurement(property)],
            });
            text(&caller.ok("CreateAssetModelCompositeModel", input)["assetModelCompositeModelId"])
        };
        let drive = compose("drive", None, "speed");
        let bearing = compose("bearing", Some(&drive), "heat");
        let asset = asset(&caller, &model, "p1");
        Self { caller, model, asset, drive, bearing }
    }

    /// The summaries of ListAssetProperties with every composite model.
    fn all(&self) -> Vec<Value> {
        let input = json!({ "assetId": self.asset, "filter": "ALL", "maxResults": 2 });
        let pages = self.caller.pages("ListAssetProperties", &input, "nextToken");
        pages.iter().flat_map(|page| page["assetPropertySummaries"].as_array().unwrap().clone()).collect()
    }

    /// Gives the property a unit, an alias and notifications of its own.
    fn make_own(&self, property: &Value) {
        let input = json!({ "assetId": self.asset, "propertyId": property, "propertyUnit": "K",
            "propertyAlias": format!("/{}", text(property)), "propertyNotificationState": "ENABLED" });
        self.caller.ok("UpdateAssetProperty", input);
    }
}

fn names(path: &Value) -> Vec<String> {
    path.as_array().unwrap().iter().map(|step| text(&step["name"])).collect()
}

#[test]
fn properties_of_composite_models_are_listed_with_their_whole_way() {
    each(|world| {
        let pump = Pump::new(world);
        let all = pump.all();
        assert_eq!(
            all.iter().map(|row| names(&row["path"])).collect::<Vec<_>>(),
            [
                vec!["p1", "flow"],
                vec!["p1", "hot", "AWS/ALARM_TYPE"],
                vec!["p1", "hot", "AWS/ALARM_STATE"],
                vec!["p1", "drive", "speed"],
                vec!["p1", "drive", "bearing", "heat"],
            ]
        );
        assert_eq!(all[0].get("assetCompositeModelId"), None);
        assert_eq!(all[4]["assetCompositeModelId"], pump.bearing);
        assert_eq!(all[4]["path"][0]["id"], pump.asset);
        assert_eq!(all[4]["path"][1]["id"], pump.drive);
        pump.make_own(&all[4]["id"]);
        let again = &pump.all()[4];
        assert_eq!((&again["unit"], &again["notification"]["state"]), (&json!("K"), &json!("ENABLED")));
        assert_eq!(again["alias"], format!("/{}", text(&all[4]["id"])));
        let base = pump.caller.ok("ListAssetProperties", json!({ "assetId": pump.asset }));
        assert_eq!(base["assetPropertySummaries"], json!([all[0]]));
        // A token of one filter is none of the other.
        let input = json!({ "assetId": pump.asset, "filter": "ALL", "maxResults": 2 });
        let token = pump.caller.ok("ListAssetProperties", input)["nextToken"].clone();
        let other = json!({ "assetId": pump.asset, "filter": "BASE", "nextToken": token });
        assert_eq!(pump.caller.refused("ListAssetProperties", other).name, INVALID);
    });
}

#[test]
fn a_property_of_a_composite_model_is_described_inside_it() {
    each(|world| {
        let pump = Pump::new(world);
        let all = pump.all();
        pump.make_own(&all[4]["id"]);
        let describe = |id: &Value| {
            pump.caller.ok("DescribeAssetProperty", json!({ "assetId": pump.asset, "propertyId": id }))
        };
        let heat = describe(&all[4]["id"]);
        assert_eq!(heat.get("assetProperty"), None);
        let composite = &heat["compositeModel"];
        assert_eq!(
            (&composite["id"], &composite["name"], &composite["type"], &composite["externalId"]),
            (&json!(pump.bearing), &json!("bearing"), &json!("CUSTOM"), &json!("c-bearing"))
        );
        let property = &composite["assetProperty"];
        assert_eq!((&property["unit"], &property["type"]), (&json!("K"), &json!({ "measurement": {} })));
        assert_eq!(names(&property["path"]), ["p1", "drive", "bearing", "heat"]);
        assert_eq!(describe(&all[0]["id"]).get("compositeModel"), None);
        assert_eq!(describe(&all[1]["id"])["compositeModel"]["type"], "AWS/ALARM");
    });
}

#[test]
fn an_asset_shows_its_alarms_and_names_the_composite_models_directly_below_it() {
    each(|world| {
        let pump = Pump::new(world);
        let all = pump.all();
        pump.make_own(&all[2]["id"]);
        let described = pump.caller.ok("DescribeAsset", json!({ "assetId": pump.asset }));
        assert_eq!(described["assetProperties"].as_array().unwrap().len(), 1);
        let alarms = described["assetCompositeModels"].as_array().unwrap();
        assert_eq!(
            (alarms.len(), &alarms[0]["name"], &alarms[0]["type"]),
            (1, &json!("hot"), &json!("AWS/ALARM"))
        );
        let state = &alarms[0]["properties"][1];
        assert_eq!(
            (&state["name"], &state["dataTypeSpec"], &state["notification"]["state"]),
            (&json!("AWS/ALARM_STATE"), &json!("AWS/ALARM_STATE"), &json!("ENABLED"))
        );
        let path = json!([{ "id": pump.asset, "name": "p1" }, { "id": pump.drive, "name": "drive" }]);
        let summary = json!({ "id": pump.drive, "externalId": "c-drive", "name": "drive", "type": "CUSTOM", "path": path });
        assert_eq!(described["assetCompositeModelSummaries"], json!([summary]));
        let bare =
            pump.caller.ok("DescribeAsset", json!({ "assetId": pump.asset, "excludeProperties": true }));
        assert_eq!(
            (&bare["assetProperties"], &bare["assetCompositeModels"][0]["properties"]),
            (&json!([]), &json!([]))
        );
        assert_eq!(bare["assetCompositeModelSummaries"], described["assetCompositeModelSummaries"]);
    });
}

#[test]
fn a_composite_model_of_an_asset_is_described_with_what_stands_below_it() {
    each(|world| {
        let pump = Pump::new(world);
        let all = pump.all();
        pump.make_own(&all[3]["id"]);
        let describe = |asset: &str, composite: &str| {
            let input = json!({ "assetId": asset, "assetCompositeModelId": composite });
            pump.caller.send("DescribeAssetCompositeModel", input)
        };
        let drive = describe(&pump.asset, "externalId:c-drive").unwrap();
        let id = &all[3]["id"];
        let topic = format!(
            "$aws/sitewise/asset-models/{}/assets/{}/properties/{}",
            pump.model,
            pump.asset,
            text(id)
        );
        let path = |steps: &[(&str, &str)]| -> Value {
            let mut path = vec![json!({ "id": pump.asset, "name": "p1" })];
            path.extend(steps.iter().map(|(id, name)| json!({ "id": id, "name": name })));
            json!(path)
        };
        let (one, two) = ((&*pump.drive, "drive"), (&*pump.bearing, "bearing"));
        assert_eq!(
            drive,
            json!({
                "assetId": pump.asset, "assetCompositeModelId": pump.drive,
                "assetCompositeModelExternalId": "c-drive", "assetCompositeModelName": "drive",
                "assetCompositeModelType": "CUSTOM", "assetCompositeModelPath": path(&[one]),
                "assetCompositeModelProperties": [{
                    "id": id, "name": "speed", "dataType": "DOUBLE", "unit": "K", "alias": format!("/{}", text(id)),
                    "notification": { "topic": topic, "state": "ENABLED" },
                    "path": path(&[one, (&text(id), "speed")]),
                }],
                "assetCompositeModelSummaries": [{
                    "id": pump.bearing, "externalId": "c-bearing", "name": "bearing", "type": "CUSTOM",
                    "path": path(&[one, two]),
                }],
            })
        );
        let bearing = describe(&pump.asset, &pump.bearing).unwrap();
        assert_eq!(bearing["assetCompositeModelSummaries"], json!([]));
        let refused = |asset: &str, composite: &str| describe(asset, composite).unwrap_err();
        assert_eq!(refused("p1", NOBODY).name, INVALID);
        assert_eq!(refused(&pump.asset, "drive").name, INVALID);
        let refusal = refused(NOBODY, NOBODY);
        assert_eq!(refusal.message(), format!("Asset with id {NOBODY} not found"));
        let refusal = refused(&pump.asset, NOBODY);
        assert!(refusal.name == NOT_FOUND && refusal.message().starts_with("Composite model"), "{refusal:?}");
        let other = pump.caller.clone().of_account("222222222222");
        let input = json!({ "assetId": pump.asset, "assetCompositeModelId": pump.drive });
        assert_eq!(other.refused("DescribeAssetCompositeModel", input).name, NOT_FOUND);
    });
}

#[test]
fn what_goes_with_a_composite_model_is_forgotten_on_assets() {
    each(|world| {
        let pump = Pump::new(world);
        let all = pump.all();
        for row in &all[3..] {
            pump.make_own(&row["id"]);
        }
        let stream = crate::stream::receive(world, &pump.asset, all[4]["id"].as_str().unwrap());
        assert_eq!(crate::table::own_rows(world), (2, 2));
        let input = json!({ "assetModelId": pump.model, "assetModelCompositeModelId": pump.bearing });
        pump.caller.ok("DeleteAssetModelCompositeModel", input);
        assert_eq!(crate::table::own_rows(world), (1, 1));
        assert_eq!(crate::stream::ordered(world), [stream]);
        assert_eq!(pump.all().len(), 4);
        let gone = json!({ "assetId": pump.asset, "propertyId": all[4]["id"] });
        assert_eq!(pump.caller.refused("DescribeAssetProperty", gone).name, NOT_FOUND);
    });
}
