//! AssociateAssets: every check, in the order of the behaviour book.

use serde_json::{Value, json};

use crate::plant::{
    CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, Plant, asset, chain, each, model, names, short,
    text, triple,
};
use crate::table::{copied, copy, set_parent, set_parent_of_copies, set_state};

const TOKEN: &str = "token-0000-0000-0000-0000-0000-000000001";

#[test]
fn a_child_shows_below_its_parent_at_once_and_nothing_else_changes() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        let describe = |id: &str| plant.caller.ok("DescribeAsset", json!({ "assetId": id }));
        let before = (describe(&farm), describe(&turbine));
        world.pass(std::time::Duration::from_mins(1));
        assert_eq!(plant.associate(&farm, &plant.turbines, &turbine).unwrap(), json!({}));
        assert_eq!(plant.children(&farm), ["t1"]);
        let list = |input: Value| names(&plant.caller.ok("ListAssociatedAssets", input));
        assert_eq!(list(json!({ "assetId": farm, "hierarchyId": plant.turbines })), ["t1"]);
        assert_eq!(list(json!({ "assetId": farm, "hierarchyId": plant.spares })), [""; 0]);
        assert_eq!(list(json!({ "assetId": turbine, "traversalDirection": "PARENT" })), ["north"]);
        assert_eq!(plant.top_level(), ["north"]);
        let path = json!({ "assetId": turbine, "traversalType": "PATH_TO_ROOT" });
        assert_eq!(
            plant.caller.ok("ListAssetRelationships", path)["assetRelationshipSummaries"],
            json!([{ "relationshipType": "HIERARCHY",
                     "hierarchyInfo": { "parentAssetId": farm, "childAssetId": turbine } }])
        );
        assert_eq!((describe(&farm), describe(&turbine)), before);
    });
}

#[test]
fn ids_and_external_ids_mix_freely() {
    each(|world| {
        let plant = Plant::new(world);
        let create = |name: &str, model: &str, external: &str| {
            let input = json!({ "assetName": name, "assetModelId": model, "assetExternalId": external });
            text(&plant.caller.ok("CreateAsset", input)["assetId"])
        };
        let farm = create("north", &plant.farm_model, "farm:north.1");
        let turbine = create("t1", &plant.turbine_model, "externalId:t1");
        for (parent, hierarchy, child) in [
            ("externalId:farm:north.1", plant.turbines.as_str(), turbine.as_str()),
            (farm.as_str(), "externalId:h-1", turbine.as_str()),
            ("externalId:farm:north.1", "externalId:h-1", "externalId:externalId:t1"),
        ] {
            plant.associate(parent, hierarchy, child).unwrap();
            assert_eq!(plant.children(&farm), ["t1"]);
            plant.disassociate(parent, hierarchy, child).unwrap();
            assert_eq!(plant.children(&farm), [""; 0]);
        }
    });
}

#[test]
fn malformed_ids_are_invalid_and_name_their_member() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        let nil = "00000000-0000-0000-0000-000000000000";
        let long = format!("externalId:{}", "x".repeat(129));
        for bad in [&*farm.to_uppercase(), nil, "externalId:x", &*long, "turbines", "externalId:a b"] {
            for member in ["assetId", "hierarchyId", "childAssetId"] {
                let mut input = triple(&farm, &plant.turbines, &turbine);
                input[member] = bad.into();
                let refusal = plant.caller.refused("AssociateAssets", input);
                assert_eq!((refusal.name.as_str(), refusal.status), (INVALID, 400), "{member} {bad}");
                assert!(refusal.message().contains(member), "{}", refusal.message());
            }
        }
        for member in ["hierarchyId", "childAssetId"] {
            let mut input = triple(&farm, &plant.turbines, &turbine);
            input.as_object_mut().unwrap().remove(member);
            assert_eq!(plant.caller.refused("AssociateAssets", input).name, INVALID);
        }
        for bad in ["short", "with space 000000000000000000000000000"] {
            let mut input = triple(&farm, &plant.turbines, &turbine);
            input["clientToken"] = bad.into();
            assert_eq!(plant.caller.refused("AssociateAssets", input).name, INVALID);
        }
    });
}

#[test]
fn the_error_ladder_is_climbed_in_order() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let (farm, other, turbine) = (plant.farm("north"), plant.farm("south"), plant.turbine("t1"));
        let unknown_hierarchy = NOBODY;
        let name = |parent: &str, hierarchy: &str, child: &str| {
            plant.associate(parent, hierarchy, child).unwrap_err().name
        };
        let message = |parent: &str, hierarchy: &str, child: &str| {
            plant.associate(parent, hierarchy, child).unwrap_err().message().to_owned()
        };
        // Each line repairs the fault of the line before; all later faults are still there.
        assert_eq!(name("bad", unknown_hierarchy, NOBODY), INVALID);
        assert_eq!(name(NOBODY, unknown_hierarchy, NOBODY), NOT_FOUND);
        assert_eq!(message(NOBODY, unknown_hierarchy, NOBODY), format!("Asset with id {NOBODY} not found"));
        assert_eq!(message(&farm, unknown_hierarchy, NOBODY), format!("Asset with id {NOBODY} not found"));
        assert_eq!(name(&farm, unknown_hierarchy, &farm), INVALID);
        assert_eq!(
            message(&farm, unknown_hierarchy, &farm),
            format!("assetId and childAssetId both name asset '{farm}'")
        );
        assert_eq!(name(&farm, unknown_hierarchy, &other), NOT_FOUND);
        assert_eq!(
            message(&farm, unknown_hierarchy, &other),
            format!("Hierarchy with id {NOBODY} not found in asset model {}", plant.farm_model)
        );
        assert_eq!(name(&farm, &plant.turbines, &other), INVALID);
        assert!(
            message(&farm, &plant.turbines, &other)
                .contains("not an instance of the hierarchy's child model")
        );
        set_state(world, &turbine, "UPDATING");
        plant.associate(&other, &plant.spares, &turbine).unwrap_err();
        assert_eq!(name(&farm, &plant.turbines, &turbine), CONFLICT);
        set_state(world, &turbine, "ACTIVE");
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        assert_eq!(name(&farm, &plant.turbines, &turbine), EXISTS);
        // A hierarchy's name is not an id here, though it is in formulas.
        assert_eq!(name(&farm, "turbines", &turbine), INVALID);
        assert_eq!(caller.refused("AssociateAssets", json!({ "assetId": farm })).name, INVALID);
    });
}

#[test]
fn an_asset_that_is_not_active_conflicts_and_the_parent_is_named_first() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        for state in ["CREATING", "UPDATING", "DELETING", "FAILED"] {
            set_state(world, &turbine, state);
            let refusal = plant.associate(&farm, &plant.turbines, &turbine).unwrap_err();
            assert_eq!((refusal.name.as_str(), refusal.status), (CONFLICT, 409), "{state}");
            assert_eq!(refusal.body["resourceId"], turbine.as_str());
            assert_eq!(
                refusal.body["resourceArn"],
                format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{turbine}")
            );
            set_state(world, &farm, state);
            let refusal = plant.associate(&farm, &plant.turbines, &turbine).unwrap_err();
            assert_eq!(refusal.body["resourceId"], farm.as_str());
            set_state(world, &farm, "ACTIVE");
        }
        assert_eq!(plant.children(&farm), [""; 0]);
    });
}

#[test]
fn a_repeat_already_exists_and_one_with_the_same_token_succeeds() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        let mut once = triple(&farm, &plant.turbines, &turbine);
        once["clientToken"] = TOKEN.into();
        plant.caller.ok("AssociateAssets", once.clone());
        plant.caller.ok("AssociateAssets", once.clone());
        let refusal = plant.associate(&farm, &plant.turbines, &turbine).unwrap_err();
        assert_eq!((refusal.name.as_str(), refusal.status), (EXISTS, 409));
        assert_eq!(
            refusal.body,
            json!({
                "__type": EXISTS,
                "message": format!(
                    "Asset '{turbine}' is already associated to asset '{farm}' in hierarchy '{}'", plant.turbines
                ),
                "resourceId": turbine,
                "resourceArn": format!("arn:aws:iotsitewise:us-east-1:111122223333:asset/{turbine}"),
            })
        );
        // The replay answers for what once was, and does not make the relation again.
        plant.disassociate(&farm, &plant.turbines, &turbine).unwrap();
        plant.caller.ok("AssociateAssets", once.clone());
        assert_eq!(plant.children(&farm), [""; 0]);
        once["hierarchyId"] = plant.spares.as_str().into();
        assert_eq!(plant.caller.refused("AssociateAssets", once).name, INVALID);
    });
}

#[test]
fn an_asset_has_one_parent_in_one_hierarchy() {
    each(|world| {
        let plant = Plant::new(world);
        let (north, south, turbine) = (plant.farm("north"), plant.farm("south"), plant.turbine("t1"));
        plant.associate(&north, &plant.turbines, &turbine).unwrap();
        for (parent, hierarchy) in [(&north, &plant.spares), (&south, &plant.turbines)] {
            let refusal = plant.associate(parent, hierarchy, &turbine).unwrap_err();
            assert_eq!(refusal.name, EXISTS);
            assert!(refusal.message().contains(&north) && refusal.message().contains(&plant.turbines));
            assert_eq!(refusal.body["resourceId"], turbine.as_str());
        }
        assert_eq!((plant.children(&north), plant.children(&south)), (vec!["t1".to_owned()], Vec::new()));
        plant.disassociate(&north, &plant.turbines, &turbine).unwrap();
        plant.associate(&south, &plant.turbines, &turbine).unwrap();
    });
}

#[test]
fn a_hierarchy_of_another_model_is_not_found() {
    each(|world| {
        let plant = Plant::new(world);
        let other = model(
            &plant.caller,
            json!({
                "assetModelName": "site",
                "assetModelHierarchies": [{ "name": "turbines", "childAssetModelId": plant.turbine_model }],
            }),
        );
        let site = asset(&plant.caller, &other, "site");
        let turbine = plant.turbine("t1");
        let refusal = plant.associate(&site, &plant.turbines, &turbine).unwrap_err();
        assert_eq!(refusal.name, NOT_FOUND);
        assert_eq!(plant.associate(&site, "externalId:h-1", &turbine).unwrap_err().name, NOT_FOUND);
    });
}

#[test]
fn assets_of_other_accounts_and_regions_are_unknown() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        let input = triple(&farm, &plant.turbines, &turbine);
        for stranger in [world.caller().of_account("444455556666"), world.caller().in_region("eu-west-1")] {
            assert_eq!(stranger.refused("AssociateAssets", input.clone()).name, NOT_FOUND);
        }
    });
}

#[test]
fn a_cycle_that_the_rows_would_allow_is_refused() {
    each(|world| {
        // Models form a tree, so operations can't build such assets; rows from elsewhere might.
        let plant = Plant::new(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        set_parent(world, &farm, &turbine);
        let refusal = plant.associate(&farm, &plant.turbines, &turbine).unwrap_err();
        assert_eq!(
            short(&refusal),
            (INVALID, &*format!("Associating asset '{turbine}' to asset '{farm}' would create a cycle"))
        );
    });
}

#[test]
fn a_subtree_that_would_reach_level_eleven_is_refused() {
    each(|world| {
        let caller = world.caller();
        let models = chain(&caller, 11);
        let assets: Vec<String> = models
            .iter()
            .enumerate()
            .map(|(i, (model, _))| asset(&caller, model, &format!("a{i}")))
            .collect();
        let associate = |level: usize| {
            caller.send("AssociateAssets", triple(&assets[level], &models[level].1, &assets[level + 1]))
        };
        // Levels 0..=5 above, 6..=10 below: six and five assets.
        for level in (0..10).filter(|level| *level != 5) {
            associate(level).unwrap();
        }
        let refusal = associate(5).unwrap_err();
        assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
        assert!(refusal.message().contains("would make the asset tree 11 levels deep; 10 are allowed"));
        caller.ok("DisassociateAssets", triple(&assets[9], &models[9].1, &assets[10]));
        associate(5).unwrap();
        let input = json!({ "assetId": assets[9], "traversalType": "PATH_TO_ROOT" });
        let path = caller.ok("ListAssetRelationships", input);
        assert_eq!(path["assetRelationshipSummaries"].as_array().unwrap().len(), 9);
    });
}

#[test]
fn the_2001st_child_exceeds_the_limit_over_all_hierarchies() {
    let world = testkit::World::new(crate::plant::ROOMS, sitewise::register);
    let plant = Plant::new(&world);
    let farm = plant.farm("north");
    for i in 0..2000 {
        let hierarchy = if i % 2 == 0 { &plant.turbines } else { &plant.spares };
        plant.associate(&farm, hierarchy, &plant.turbine("t")).unwrap();
    }
    let refusal = plant.associate(&farm, &plant.turbines, &plant.turbine("t")).unwrap_err();
    assert_eq!((refusal.name.as_str(), refusal.status), (LIMIT, 410));
    assert_eq!(refusal.message(), format!("Asset '{farm}' has 2000 child assets, and no more are allowed"));
}

#[test]
fn the_last_rungs_of_the_ladder_are_climbed_in_order() {
    each(|world| {
        let plant = Plant::new(world);
        let (farm, south) = (plant.farm("north"), plant.farm("south"));
        let (free, taken) = (plant.turbine("free"), plant.turbine("taken"));
        copy(world, &free, 2000);
        set_parent_of_copies(world, &farm, &plant.turbines);
        let refuse = |child: &str| plant.associate(&farm, &plant.turbines, child).unwrap_err();
        // Each step repairs the fault of the one before; all later faults are still there.
        assert_eq!(refuse(&copied(1)).name, EXISTS, "a repeat, though the farm is full");
        plant.associate(&south, &plant.turbines, &taken).unwrap();
        set_parent(world, &farm, &taken);
        assert_eq!(refuse(&taken).name, EXISTS, "a second parent, though it would close a loop");
        plant.disassociate(&south, &plant.turbines, &taken).unwrap();
        let refusal = refuse(&taken);
        assert!(
            refusal.name == INVALID && refusal.message().ends_with("would create a cycle"),
            "{refusal:?}"
        );
        // The farm stands at level ten.
        let above: Vec<String> = (0..8).map(|i| plant.farm(&format!("above {i}"))).collect();
        set_parent(world, &taken, &above[0]);
        for pair in above.windows(2) {
            set_parent(world, &pair[0], &pair[1]);
        }
        let full = format!("Asset '{farm}' has 2000 child assets, and no more are allowed");
        assert_eq!(short(&refuse(&free)), (LIMIT, &*full));
        plant.disassociate(&farm, &plant.turbines, &copied(1)).unwrap();
        assert!(refuse(&free).message().contains("would make the asset tree 11 levels deep"));
        set_parent(world, &farm, &above[7]);
        plant.associate(&farm, &plant.turbines, &free).unwrap();
        assert_eq!(short(&refuse(&copied(1))), (LIMIT, &*full));
    });
}

#[test]
fn racing_parents_get_one_child_between_them() {
    each(|world| {
        let plant = Plant::new(world);
        let turbine = plant.turbine("t1");
        let farms: Vec<String> = (0..20).map(|i| plant.farm(&format!("f{i}"))).collect();
        let outcomes: Vec<Result<Value, String>> = std::thread::scope(|scope| {
            let (plant, turbine) = (&plant, &turbine);
            let threads: Vec<_> = farms
                .iter()
                .map(|farm| {
                    scope.spawn(move || {
                        plant.associate(farm, &plant.turbines, turbine).map_err(|refusal| refusal.name)
                    })
                })
                .collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().err().is_none_or(|name| name == EXISTS)));
    });
}

#[test]
fn an_association_racing_a_deletion_leaves_one_of_them() {
    each(|world| {
        let plant = Plant::new(world);
        for round in 0..20 {
            let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
            let (plant, farm, turbine) = (&plant, &farm, &turbine);
            let (associated, deleted) = std::thread::scope(|scope| {
                let associated = scope.spawn(move || plant.associate(farm, &plant.turbines, turbine));
                let delete = json!({ "assetId": turbine });
                let deleted = scope.spawn(move || plant.caller.send("DeleteAsset", delete));
                (associated.join().unwrap(), deleted.join().unwrap())
            });
            match (associated, deleted) {
                (Ok(_), Err(refusal)) => assert_eq!(refusal.name, CONFLICT, "round {round}"),
                (Err(refusal), Ok(_)) => assert_eq!(refusal.name, NOT_FOUND, "round {round}"),
                both => panic!("round {round}: {both:?}"),
            }
        }
    });
}

#[test]
fn an_association_racing_the_end_of_its_hierarchy_leaves_nothing_behind() {
    each(|world| {
        for round in 0..10 {
            let caller = world.caller().in_region(&format!("race-{round}"));
            let child = model(&caller, json!({ "assetModelName": "turbine" }));
            let hierarchies =
                json!([{ "name": "spares", "externalId": "spares", "childAssetModelId": child }]);
            let parent =
                model(&caller, json!({ "assetModelName": "farm", "assetModelHierarchies": hierarchies }));
            let farm = asset(&caller, &parent, "north");
            let turbines: Vec<String> = (0..8).map(|i| asset(&caller, &child, &format!("t{i}"))).collect();
            std::thread::scope(|scope| {
                for turbine in &turbines {
                    scope.spawn(|| {
                        let met = caller.send("AssociateAssets", triple(&farm, "externalId:spares", turbine));
                        let name = met.err().map_or_else(|| "ok".to_owned(), |refusal| refusal.name);
                        assert!(["ok", NOT_FOUND, CONFLICT].contains(&&*name), "round {round}: {name}");
                    });
                }
                let gone = json!({ "assetModelId": parent, "assetModelName": "farm" });
                scope.spawn(|| caller.ok("UpdateAssetModel", gone));
            });
            let hierarchies =
                json!([{ "name": "spares", "externalId": "spares", "childAssetModelId": child }]);
            let again = json!({ "assetModelId": parent, "assetModelName": "farm", "assetModelHierarchies": hierarchies });
            caller.ok("UpdateAssetModel", again);
            for turbine in &turbines {
                let above = json!({ "assetId": turbine, "traversalDirection": "PARENT" });
                assert_eq!(names(&caller.ok("ListAssociatedAssets", above)), [""; 0], "round {round}");
                caller.ok("AssociateAssets", triple(&farm, "externalId:spares", turbine));
            }
        }
    });
}
