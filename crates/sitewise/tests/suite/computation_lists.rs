//! Lists of computation models, of what they are bound to, and their summaries.

use std::time::Duration;

use serde_json::{Value, json};

use crate::plant::{INVALID, NOBODY, NOT_FOUND, each};
use crate::pumps::Pumps;

#[test]
fn models_are_listed_in_the_order_of_their_creation() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let mut ids = Vec::new();
        for name in ["c", "a", "b"] {
            ids.push(pumps.of_all(name));
            world.pass(Duration::from_secs(1));
        }
        let all = caller.ok("ListComputationModels", json!({ "computationModelType": "ANOMALY_DETECTION" }));
        assert_eq!(
            all["computationModelSummaries"][0],
            json!({
                "id": ids[0],
                "arn": format!("arn:aws:iotsitewise:us-east-1:111122223333:computation-model/{}", ids[0]),
                "name": "c", "type": "ANOMALY_DETECTION", "creationDate": 1_700_000_000,
                "lastUpdateDate": 1_700_000_000, "status": { "state": "ACTIVE" }, "version": "1",
            })
        );
        let pages = caller.pages("ListComputationModels", &json!({ "maxResults": 2 }), "nextToken");
        let names: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| {
                let list = page["computationModelSummaries"].as_array().unwrap();
                list.iter().map(|one| one["name"].as_str().unwrap()).collect()
            })
            .collect();
        assert_eq!(names, [vec!["c", "a"], vec!["b"]]);
        let token = &pages[0]["nextToken"];
        let mixed = json!({ "nextToken": token, "computationModelType": "ANOMALY_DETECTION" });
        for bad in [mixed, json!({ "nextToken": "abc" }), json!({ "computationModelType": "OTHER" })] {
            assert_eq!(caller.refused("ListComputationModels", bad).name, INVALID);
        }
        let elsewhere = caller.clone().of_account("444455556666");
        assert_eq!(
            elsewhere.ok("ListComputationModels", json!({})),
            json!({ "computationModelSummaries": [] })
        );
        assert_eq!(
            elsewhere.refused("DescribeComputationModel", json!({ "computationModelId": ids[0] })).name,
            NOT_FOUND
        );
        let mut update = Pumps::input("d", &pumps.on_model("flow"), &pumps.on_model("anomaly"));
        update["computationModelId"] = json!(ids[0]);
        assert_eq!(elsewhere.refused("UpdateComputationModel", update).name, NOT_FOUND);
    });
}

#[test]
fn usages_tell_who_binds_what() {
    each(|world| {
        let pumps = Pumps::new(world);
        let caller = &pumps.caller;
        let pump = pumps.pump("p1");
        let of_all = [pumps.of_all("a"), pumps.of_all("b")];
        let of_one = pumps.of_one("c", &pump);
        let usages = |filter: Value| {
            let input = json!({ "dataBindingValueFilter": filter });
            caller.ok("ListComputationModelDataBindingUsages", input)["dataBindingUsageSummaries"].clone()
        };
        let sorted = |mut ids: Vec<String>| {
            ids.sort();
            ids
        };
        let by_property = usages(pumps.on_model("turns"));
        assert_eq!(
            by_property,
            json!([{
                "computationModelIds": sorted(of_all.to_vec()),
                "matchedDataBinding": { "value": pumps.on_model("turns") },
            }])
        );
        assert_eq!(
            usages(json!({ "assetModel": { "assetModelId": pumps.model } })).as_array().unwrap().len(),
            3
        );
        let by_asset = usages(json!({ "asset": { "assetId": pump } }));
        let usage = |property: &str| {
            let value = pumps.on_asset(&pump, property);
            json!({ "computationModelIds": [of_one], "matchedDataBinding": { "value": value } })
        };
        let mut expected = vec![usage("flow"), usage("anomaly")];
        if pumps.property("anomaly") < pumps.property("flow") {
            expected.reverse();
        }
        assert_eq!(by_asset, json!(expected));
        assert_eq!(usages(pumps.on_asset(&pump, "turns")), json!([]));
        assert_eq!(usages(json!({ "asset": { "assetId": NOBODY } })), json!([]));
        let filter = json!({ "assetModel": { "assetModelId": pumps.model } });
        let input = json!({ "dataBindingValueFilter": filter, "maxResults": 2 });
        let pages = caller.pages("ListComputationModelDataBindingUsages", &input, "nextToken");
        let sizes: Vec<usize> =
            pages.iter().map(|page| page["dataBindingUsageSummaries"].as_array().unwrap().len()).collect();
        assert_eq!(sizes, [2, 1]);
        let two = json!({ "asset": { "assetId": pump }, "assetModel": { "assetModelId": pumps.model } });
        for filter in [json!({}), two] {
            let input = json!({ "dataBindingValueFilter": filter });
            assert_eq!(caller.refused("ListComputationModelDataBindingUsages", input).name, INVALID);
        }
        let elsewhere = caller.clone().of_account("444455556666");
        let input = json!({ "dataBindingValueFilter": { "asset": { "assetId": pump } } });
        let found = elsewhere.ok("ListComputationModelDataBindingUsages", input);
        assert_eq!(found, json!({ "dataBindingUsageSummaries": [] }));
    });
}

#[test]
fn a_summary_is_asked_for_with_both_halves_of_the_asset() {
    each(|world| {
        let pumps = Pumps::new(world);
        let id = pumps.of_all("m");
        let ask = |kind: Option<&str>, asset: Option<&str>| {
            let input = json!({
                "computationModelId": id, "resolveToResourceType": kind, "resolveToResourceId": asset
            });
            pumps.caller.send("DescribeComputationModelExecutionSummary", input)
        };
        assert_eq!(ask(Some("ASSET"), None).unwrap_err().name, INVALID);
        assert_eq!(ask(None, Some(NOBODY)).unwrap_err().name, INVALID);
        assert_eq!(ask(Some("MODEL"), Some(NOBODY)).unwrap_err().name, INVALID);
        assert_eq!(ask(Some("ASSET"), Some(NOBODY)).unwrap()["resolveTo"], json!({ "assetId": NOBODY }));
    });
}
