//! Alarms: composite models of type AWS/ALARM, in a model's own definition or by the operation.

use serde_json::{Value, json};

use crate::composite::{Machine, alarm, measurement, path};
use crate::plant::{INVALID, each, model, short};

#[test]
fn an_alarm_has_its_fixed_properties_and_is_accepted_back() {
    each(|world| {
        let caller = world.caller();
        let composites = json!([{ "name": "too hot", "type": "AWS/ALARM", "properties": alarm() }]);
        let id =
            model(&caller, json!({ "assetModelName": "boiler", "assetModelCompositeModels": composites }));
        let machine = Machine { caller: world.caller(), id: id.clone() };
        let described = machine.describe();
        let built_in = &described["assetModelCompositeModels"];
        assert_eq!(built_in[0]["type"], "AWS/ALARM");
        assert_eq!(path(&built_in[0]["properties"][1]["path"]), "boiler/too hot/AWS/ALARM_STATE");
        assert_eq!(described["assetModelCompositeModelSummaries"], json!([]));
        let update = |composites: &Value| {
            let input = json!({
                "assetModelId": id,
                "assetModelName": "boiler",
                "assetModelCompositeModels": composites,
            });
            caller.send("UpdateAssetModel", input)
        };
        update(built_in).unwrap();
        assert_eq!(machine.describe()["assetModelCompositeModels"], *built_in);
        let refuse = |change: &dyn Fn(&mut Value), message: &str| {
            let mut composites = built_in.clone();
            change(&mut composites);
            let refusal = update(&composites).unwrap_err();
            assert_eq!(refusal.name, INVALID);
            assert!(refusal.message().contains(message), "{} lacks {message}", refusal.message());
        };
        refuse(&|list| list[0]["type"] = json!("CUSTOM"), "only AWS/ALARM is");
        refuse(&|list| list[0]["type"] = json!("alarm"), "is not AWS/ALARM, CUSTOM or AWS/L4E_ANOMALY");
        refuse(
            &|list| drop(list[0]["properties"].as_array_mut().unwrap().pop()),
            "AWS/ALARM_STATE is required",
        );
        refuse(
            &|list| list[0]["properties"].as_array_mut().unwrap().push(measurement("more")),
            "Property 'more' is not supported",
        );
        refuse(
            &|list| list[0]["properties"][0]["type"]["attribute"]["defaultValue"] = json!("IOT_EVENTS"),
            "AWS/ALARM_SOURCE is required",
        );
        refuse(
            &|list| list[0]["properties"][0]["type"]["attribute"]["defaultValue"] = json!("MINE"),
            "neither IOT_EVENTS nor EXTERNAL",
        );
    });
}

#[test]
fn an_alarm_state_is_a_measurement_and_a_component_model_has_no_alarms() {
    each(|world| {
        let caller = world.caller();
        let mut broken = alarm();
        broken[1]["type"] = json!({ "attribute": {} });
        let composites = json!([{ "name": "x", "type": "AWS/ALARM", "properties": broken }]);
        let input = json!({ "assetModelName": "other", "assetModelCompositeModels": composites });
        assert_eq!(
            short(&caller.refused("CreateAssetModel", input)),
            (INVALID, "Property type should only be Measurement for property AWS/ALARM_STATE")
        );
        let input = json!({
            "assetModelName": "part",
            "assetModelType": "COMPONENT_MODEL",
            "assetModelCompositeModels": [{ "name": "x", "type": "AWS/ALARM", "properties": alarm() }],
        });
        let refusal = caller.refused("CreateAssetModel", input);
        assert!(
            refusal.message().contains("not supported in a model of type COMPONENT_MODEL"),
            "{refusal:?}"
        );
    });
}

#[test]
fn an_alarm_made_by_the_operation_stands_in_the_model_like_the_others() {
    each(|world| {
        let caller = world.caller();
        let composites = json!([{ "name": "too hot", "type": "AWS/ALARM", "properties": alarm() }]);
        let id =
            model(&caller, json!({ "assetModelName": "boiler", "assetModelCompositeModels": composites }));
        let machine = Machine { caller: world.caller(), id: id.clone() };
        // The operation for composite models makes alarms, too; what the update leaves out is gone.
        machine.add(
            "too cold",
            json!({ "assetModelCompositeModelType": "AWS/ALARM", "assetModelCompositeModelProperties": alarm() }),
        );
        assert_eq!(machine.describe()["assetModelCompositeModels"].as_array().unwrap().len(), 2);
        caller.ok("UpdateAssetModel", json!({ "assetModelId": id, "assetModelName": "boiler" }));
        assert_eq!(machine.properties(), Vec::<String>::new());
    });
}

#[test]
fn an_alarm_is_not_named_like_a_composite_model_beside_it() {
    each(|world| {
        let caller = world.caller();
        let composites = json!([{ "name": "too hot", "type": "AWS/ALARM", "properties": alarm() }]);
        let id =
            model(&caller, json!({ "assetModelName": "boiler", "assetModelCompositeModels": composites }));
        let machine = Machine { caller: world.caller(), id: id.clone() };
        caller.ok(
            "CreateAssetModelCompositeModel",
            json!({
                "assetModelId": id, "assetModelCompositeModelName": "burner",
                "assetModelCompositeModelType": "CUSTOM",
            }),
        );
        let kept = machine.describe()["assetModelCompositeModels"].clone();
        let mut renamed = kept.clone();
        renamed[0]["name"] = json!("burner");
        let mut more = kept.clone();
        more.as_array_mut()
            .unwrap()
            .push(json!({ "name": "burner", "type": "AWS/ALARM", "properties": alarm() }));
        for composites in [renamed, more] {
            let input = json!({ "assetModelId": id, "assetModelName": "boiler", "assetModelCompositeModels": composites });
            assert_eq!(
                short(&caller.refused("UpdateAssetModel", input)),
                (
                    INVALID,
                    "name 'burner' occurs more than once; each composite model beside others has its own"
                )
            );
        }
        assert_eq!(machine.describe()["assetModelCompositeModels"], kept);
    });
}
