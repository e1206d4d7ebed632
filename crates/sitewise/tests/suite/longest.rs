//! The longest names there are: every row fits the indexes of every database, every token its pattern.

use serde_json::{Value, json};

use crate::plant::{each, text};

/// Letters of four bytes, none like the one before: a database cannot make them shorter.
fn wide(length: u32, seed: u32) -> String {
    let letter = |n: u32| char::from_u32(0x2_0000 + (n.wrapping_mul(7919) + seed * 104_729) % 42_000);
    (0..length).map(|n| letter(n).unwrap()).collect()
}

#[test]
fn models_and_assets_of_the_longest_names_are_kept_and_listed() {
    each(|world| {
        let caller = world.caller().in_region("r0123456789-0123456789-0123456789-0123456789-01234");
        let mut models = Vec::new();
        for seed in 0..3 {
            let input = json!({
                "assetModelName": wide(256, seed), "assetModelDescription": wide(2048, seed),
                "assetModelExternalId": format!("m{seed}{}", "e".repeat(126)),
                "clientToken": wide(64, seed), "tags": {wide(128, seed): wide(256, seed)},
                "assetModelProperties": [{
                    "name": wide(256, 20), "dataType": "DOUBLE", "unit": wide(256, 21),
                    "externalId": "p".repeat(128), "type": {"attribute": {"defaultValue": "1"}},
                }],
            });
            let model = caller.ok("CreateAssetModel", input.clone());
            assert_eq!(caller.ok("CreateAssetModel", input), model, "the token is known again");
            models.push(text(&model["assetModelId"]));
        }
        for seed in 3..5 {
            let input = json!({
                "assetName": wide(256, seed), "assetModelId": models[0], "assetDescription": wide(2048, seed),
                "assetExternalId": format!("a{seed}{}", "e".repeat(126)), "clientToken": wide(64, seed),
                "tags": {wide(128, seed): wide(256, seed)},
            });
            caller.ok("CreateAsset", input);
        }
        let names = |operation: &str, input: Value, member: &str| -> Vec<String> {
            let pages = caller.pages(operation, &input, "nextToken");
            let mut names: Vec<String> = pages.iter().map(|page| text(&page[member][0]["name"])).collect();
            names.sort();
            names
        };
        let sorted = |seeds: &[u32]| {
            let mut names: Vec<String> = seeds.iter().map(|seed| wide(256, *seed)).collect();
            names.sort();
            names
        };
        let listed = names("ListAssetModels", json!({"maxResults": 1}), "assetModelSummaries");
        assert_eq!(listed, sorted(&[0, 1, 2]));
        let all = json!({"maxResults": 1, "assetModelId": models[0], "filter": "ALL"});
        assert_eq!(names("ListAssets", all, "assetSummaries"), sorted(&[3, 4]));
        let twice = json!({"assetModelName": wide(256, 1)});
        assert_eq!(caller.refused("CreateAssetModel", twice).name, "ResourceAlreadyExistsException");
    });
}
