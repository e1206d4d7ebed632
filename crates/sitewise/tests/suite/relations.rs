//! ListAssociatedAssets and ListAssetRelationships.

use std::time::Duration;

use serde_json::json;

use crate::plant::{INVALID, NOBODY, NOT_FOUND, Plant, asset, chain, each, names, text, triple};

#[test]
fn children_are_listed_per_hierarchy_or_all_together() {
    each(|world| {
        let plant = Plant::new(world);
        let farm = plant.farm("north");
        for (name, hierarchy) in [("t1", &plant.turbines), ("t2", &plant.spares), ("t3", &plant.turbines)] {
            plant.associate(&farm, hierarchy, &plant.turbine(name)).unwrap();
        }
        let list = |hierarchy: &str| {
            names(
                &plant
                    .caller
                    .ok("ListAssociatedAssets", json!({ "assetId": farm, "hierarchyId": hierarchy })),
            )
        };
        assert_eq!(plant.children(&farm), ["t1", "t2", "t3"]);
        assert_eq!(list(&plant.turbines), ["t1", "t3"]);
        assert_eq!(list("externalId:h-1"), ["t1", "t3"]);
        assert_eq!(list(&plant.spares), ["t2"]);
        let refuse = |input| plant.caller.refused("ListAssociatedAssets", input).name;
        assert_eq!(refuse(json!({ "assetId": farm, "hierarchyId": NOBODY })), NOT_FOUND);
        assert_eq!(refuse(json!({ "assetId": NOBODY })), NOT_FOUND);
        assert_eq!(refuse(json!({ "assetId": farm, "hierarchyId": "turbines" })), INVALID);
        assert_eq!(refuse(json!({ "assetId": farm, "traversalDirection": "UP" })), INVALID);
        assert_eq!(refuse(json!({ "assetId": farm, "nextToken": "" })), INVALID);
    });
}

#[test]
fn the_parent_is_listed_through_the_hierarchy_of_its_model() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        let list = |hierarchy: Option<&str>| {
            let input =
                json!({ "assetId": turbine, "traversalDirection": "PARENT", "hierarchyId": hierarchy });
            names(&plant.caller.ok("ListAssociatedAssets", input))
        };
        assert_eq!(list(None), [""; 0]);
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        assert_eq!(list(None), ["north"]);
        assert_eq!(list(Some(&plant.turbines)), ["north"]);
        assert_eq!(list(Some(&plant.spares)), [""; 0]);
        assert_eq!(list(Some(NOBODY)), [""; 0]);
    });
}

#[test]
fn children_go_on_where_the_token_says() {
    each(|world| {
        let plant = Plant::new(world);
        let farm = plant.farm("north");
        for i in 0..5 {
            plant.associate(&farm, &plant.turbines, &plant.turbine(&format!("t{i}"))).unwrap();
            world.pass(Duration::from_millis(1));
        }
        let input = json!({ "assetId": farm, "maxResults": 2 });
        let pages = plant.caller.pages("ListAssociatedAssets", &input, "nextToken");
        assert_eq!(
            pages.iter().map(names).collect::<Vec<_>>(),
            [vec!["t0", "t1"], vec!["t2", "t3"], vec!["t4"]]
        );
        let other =
            json!({ "assetId": farm, "hierarchyId": plant.turbines, "nextToken": pages[0]["nextToken"] });
        assert_eq!(plant.caller.refused("ListAssociatedAssets", other).name, INVALID);
    });
}

#[test]
fn the_way_to_the_root_leads_upwards_by_page() {
    each(|world| {
        let caller = world.caller();
        let models = chain(&caller, 4);
        let assets: Vec<String> = models
            .iter()
            .enumerate()
            .map(|(i, (model, _))| asset(&caller, model, &format!("a{i}")))
            .collect();
        for level in 0..3 {
            caller.ok("AssociateAssets", triple(&assets[level], &models[level].1, &assets[level + 1]));
        }
        let input = json!({ "assetId": assets[3], "traversalType": "PATH_TO_ROOT", "maxResults": 2 });
        let pages = caller.pages("ListAssetRelationships", &input, "nextToken");
        let steps: Vec<(String, String)> = pages
            .iter()
            .flat_map(|page| page["assetRelationshipSummaries"].as_array().unwrap())
            .map(|step| &step["hierarchyInfo"])
            .map(|step| (text(&step["childAssetId"]), text(&step["parentAssetId"])))
            .collect();
        let step = |level: usize| (assets[level + 1].clone(), assets[level].clone());
        assert_eq!((pages.len(), steps), (2, vec![step(2), step(1), step(0)]));
        let refuse = |input| caller.refused("ListAssetRelationships", input).name;
        assert_eq!(refuse(json!({ "assetId": NOBODY, "traversalType": "PATH_TO_ROOT" })), NOT_FOUND);
        assert_eq!(refuse(json!({ "assetId": assets[3] })), INVALID);
        assert_eq!(refuse(json!({ "assetId": assets[3], "traversalType": "DOWN" })), INVALID);
        let other = json!({ "assetId": assets[2], "traversalType": "PATH_TO_ROOT", "nextToken": pages[0]["nextToken"] });
        assert_eq!(refuse(other), INVALID);
    });
}
