//! TagResource, UntagResource, ListTagsForResource, and the tags of create requests.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::plant::{INVALID, NOBODY, NOT_FOUND, Plant, each, model, text};

#[test]
fn tags_come_with_creation_are_added_replaced_and_removed() {
    each(|world| {
        let caller = world.caller();
        let input = json!({ "assetModelName": "m", "tags": { "a": "1" } });
        let model_arn = text(&caller.ok("CreateAssetModel", input)["assetModelArn"]);
        let model_id = model_arn.rsplit('/').next().unwrap();
        let input = json!({ "assetName": "a", "assetModelId": model_id, "tags": { "b": "2" } });
        let asset_arn = text(&caller.ok("CreateAsset", input)["assetArn"]);
        let tags =
            |arn: &str| caller.ok("ListTagsForResource", json!({ "resourceArn": arn }))["tags"].clone();
        assert_eq!((tags(&model_arn), tags(&asset_arn)), (json!({ "a": "1" }), json!({ "b": "2" })));
        for arn in [&model_arn, &asset_arn] {
            caller.ok("TagResource", json!({ "resourceArn": arn, "tags": { "a": "3", "c": "" } }));
            let untag = json!({ "resourceArn": arn, "tagKeys": ["b", "never"] });
            assert_eq!(caller.ok("UntagResource", untag), json!({}));
            assert_eq!(tags(arn), json!({ "a": "3", "c": "" }));
            caller.ok("UntagResource", json!({ "resourceArn": arn, "tagKeys": ["a", "c"] }));
            assert_eq!(tags(arn), json!({}));
        }
    });
}

#[test]
fn an_empty_map_on_creation_means_no_tags() {
    each(|world| {
        let caller = world.caller();
        let model = caller.ok("CreateAssetModel", json!({ "assetModelName": "m", "tags": {} }));
        let arn = text(&model["assetModelArn"]);
        assert_eq!(caller.ok("ListTagsForResource", json!({ "resourceArn": arn })), json!({ "tags": {} }));
    });
}

#[test]
fn tags_vanish_with_their_resource() {
    each(|world| {
        let caller = world.caller();
        let own = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";
        let input = json!({ "assetModelName": "m", "assetModelId": own, "tags": { "a": "1" } });
        let arn = text(&caller.ok("CreateAssetModel", input)["assetModelArn"]);
        caller.ok("DeleteAssetModel", json!({ "assetModelId": own }));
        assert_eq!(caller.refused("ListTagsForResource", json!({ "resourceArn": arn })).name, NOT_FOUND);
        model(&caller, json!({ "assetModelName": "m", "assetModelId": own }));
        assert_eq!(caller.ok("ListTagsForResource", json!({ "resourceArn": arn })), json!({ "tags": {} }));
    });
}

#[test]
fn a_resource_has_up_to_fifty_tags() {
    each(|world| {
        let caller = world.caller();
        let arn = text(&caller.ok("CreateAssetModel", json!({ "assetModelName": "m" }))["assetModelArn"]);
        let tags = |from: usize, to: usize| -> BTreeMap<String, &str> {
            (from..to).map(|i| (format!("k{i}"), "v")).collect()
        };
        caller.ok("TagResource", json!({ "resourceArn": arn, "tags": tags(0, 30) }));
        let refusal = caller.refused("TagResource", json!({ "resourceArn": arn, "tags": tags(20, 51) }));
        assert_eq!((refusal.name.as_str(), refusal.status), ("TooManyTagsException", 400));
        assert_eq!(refusal.body["resourceName"], arn);
        let list = caller.ok("ListTagsForResource", json!({ "resourceArn": arn }));
        assert_eq!(list["tags"].as_object().unwrap().len(), 30);
        caller.ok("TagResource", json!({ "resourceArn": arn, "tags": tags(20, 50) }));
    });
}

#[test]
fn what_cannot_be_tagged_is_refused() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let arn = |account: &str, region: &str, rest: &str| {
            format!("arn:aws:iotsitewise:{region}:{account}:{rest}")
        };
        let here = |rest: &str| arn("111122223333", "us-east-1", rest);
        let model = format!("asset-model/{}", plant.farm_model);
        let input = |operation: &str, arn: &str| -> Value {
            match operation {
                "TagResource" => json!({ "resourceArn": arn, "tags": { "a": "1" } }),
                "UntagResource" => json!({ "resourceArn": arn, "tagKeys": ["a"] }),
                _ => json!({ "resourceArn": arn }),
            }
        };
        for operation in ["TagResource", "UntagResource", "ListTagsForResource"] {
            for (arn, name) in [
                (here(&format!("asset/{NOBODY}")), NOT_FOUND),
                (here("asset/nonsense"), NOT_FOUND),
                (here("gateway/a"), NOT_FOUND),
                (arn("444455556666", "us-east-1", &model), NOT_FOUND),
                (arn("111122223333", "eu-west-1", &model), NOT_FOUND),
                (here("toaster/a"), INVALID),
                ("nonsense".to_owned(), INVALID),
                ("arn:aws:s3:::bucket".to_owned(), INVALID),
            ] {
                assert_eq!(caller.refused(operation, input(operation, &arn)).name, name, "{operation} {arn}");
            }
        }
        let reserved = json!({ "resourceArn": here(&model), "tags": { "aws:a": "1" } });
        assert_eq!(caller.refused("TagResource", reserved).name, INVALID);
        let reserved =
            json!({ "assetName": "a", "assetModelId": plant.farm_model, "tags": { "aws:a": "1" } });
        assert_eq!(caller.refused("CreateAsset", reserved).name, INVALID);
    });
}
