//! DisassociateAssets: every situation of the behaviour book.

use serde_json::{Value, json};
use testkit::World;

use crate::plant::{CONFLICT, INVALID, NOBODY, NOT_FOUND, Plant, each, short, triple};
use crate::table::set_state;

const TOKEN: &str = "token-0000-0000-0000-0000-0000-000000002";

/// A plant where `t1` stands below `north` in hierarchy `turbines`.
fn associated(world: &World) -> (Plant<'_>, String, String) {
    let plant = Plant::new(world);
    let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
    plant.associate(&farm, &plant.turbines, &turbine).unwrap();
    (plant, farm, turbine)
}

#[test]
fn the_child_stands_alone_at_once_and_both_can_be_deleted_in_the_next_statements() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let describe = |id: &str| plant.caller.ok("DescribeAsset", json!({ "assetId": id }));
        let before = (describe(&farm), describe(&turbine));
        world.pass(std::time::Duration::from_mins(1));
        assert_eq!(plant.disassociate(&farm, &plant.turbines, &turbine).unwrap(), json!({}));
        assert_eq!(plant.children(&farm), [""; 0]);
        assert_eq!(plant.top_level(), ["north", "t1"]);
        let parent = json!({ "assetId": turbine, "traversalDirection": "PARENT" });
        assert_eq!(plant.caller.ok("ListAssociatedAssets", parent)["assetSummaries"], json!([]));
        let path = json!({ "assetId": turbine, "traversalType": "PATH_TO_ROOT" });
        assert_eq!(
            plant.caller.ok("ListAssetRelationships", path),
            json!({ "assetRelationshipSummaries": [] })
        );
        assert_eq!((describe(&farm), describe(&turbine)), before);
        plant.caller.ok("DeleteAsset", json!({ "assetId": turbine }));
        plant.caller.ok("DeleteAsset", json!({ "assetId": farm }));
        plant.caller.ok("DeleteAssetModel", json!({ "assetModelId": plant.farm_model }));
        plant.caller.ok("DeleteAssetModel", json!({ "assetModelId": plant.turbine_model }));
    });
}

#[test]
fn another_hierarchy_of_the_same_parent_is_not_found_and_the_relation_stays() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let refusal = plant.disassociate(&farm, &plant.spares, &turbine).unwrap_err();
        assert_eq!(
            short(&refusal),
            (
                NOT_FOUND,
                &*format!(
                    "Asset '{turbine}' is not associated to asset '{farm}' in hierarchy '{}'",
                    plant.spares
                )
            )
        );
        assert_eq!(plant.children(&farm), ["t1"]);
    });
}

#[test]
fn what_is_not_associated_is_not_found() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let (other, lonely) = (plant.farm("south"), plant.turbine("t2"));
        let name = |parent: &str, hierarchy: &str, child: &str| {
            plant.disassociate(parent, hierarchy, child).unwrap_err().name
        };
        assert_eq!(name(&farm, &plant.turbines, &lonely), NOT_FOUND);
        assert_eq!(name(&other, &plant.turbines, &turbine), NOT_FOUND);
        assert_eq!(name(&turbine, &plant.turbines, &farm), NOT_FOUND);
        assert_eq!(name(&farm, &plant.turbines, &farm), NOT_FOUND);
        assert_eq!(plant.children(&farm), ["t1"]);
    });
}

#[test]
fn a_repeat_is_not_found_and_one_with_the_same_token_succeeds() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let mut once = triple(&farm, &plant.turbines, &turbine);
        once["clientToken"] = TOKEN.into();
        plant.caller.ok("DisassociateAssets", once.clone());
        assert_eq!(plant.caller.ok("DisassociateAssets", once.clone()), json!({}));
        assert_eq!(plant.disassociate(&farm, &plant.turbines, &turbine).unwrap_err().name, NOT_FOUND);
        // The replay does not touch a relation that was made since.
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        plant.caller.ok("DisassociateAssets", once.clone());
        assert_eq!(plant.children(&farm), ["t1"]);
        once["childAssetId"] = farm.as_str().into();
        assert_eq!(plant.caller.refused("DisassociateAssets", once).name, INVALID);
    });
}

#[test]
fn the_error_ladder_is_climbed_in_order() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let refuse = |parent: &str, hierarchy: &str, child: &str| {
            let refusal = plant.disassociate(parent, hierarchy, child).unwrap_err();
            (refusal.name.clone(), refusal.message().to_owned())
        };
        let not_found = |message: String| (NOT_FOUND.to_owned(), message);
        assert_eq!(refuse("bad", NOBODY, NOBODY).0, INVALID);
        assert_eq!(refuse(NOBODY, NOBODY, NOBODY), not_found(format!("Asset with id {NOBODY} not found")));
        assert_eq!(refuse(&farm, NOBODY, NOBODY), not_found(format!("Asset with id {NOBODY} not found")));
        let no_hierarchy =
            format!("Hierarchy with id {NOBODY} not found in asset model {}", plant.farm_model);
        assert_eq!(refuse(&farm, NOBODY, &turbine), not_found(no_hierarchy));
        set_state(world, &turbine, "UPDATING");
        assert_eq!(refuse(&farm, &plant.spares, &turbine).0, CONFLICT);
        set_state(world, &turbine, "ACTIVE");
        assert_eq!(refuse(&farm, &plant.spares, &turbine).0, NOT_FOUND);
        assert_eq!(plant.caller.refused("DisassociateAssets", json!({ "assetId": farm })).name, INVALID);
    });
}

#[test]
fn a_failed_asset_may_be_disassociated_and_a_passing_one_conflicts() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        for state in ["CREATING", "UPDATING", "DELETING"] {
            for asset in [&farm, &turbine] {
                set_state(world, asset, state);
                let refusal = plant.disassociate(&farm, &plant.turbines, &turbine).unwrap_err();
                assert_eq!((refusal.name.as_str(), refusal.status), (CONFLICT, 409), "{state}");
                assert_eq!(refusal.body["resourceId"], asset.as_str());
                set_state(world, asset, "ACTIVE");
            }
        }
        set_state(world, &farm, "FAILED");
        set_state(world, &turbine, "FAILED");
        plant.disassociate(&farm, &plant.turbines, &turbine).unwrap();
    });
}

#[test]
fn twenty_threads_disassociate_once() {
    each(|world| {
        let (plant, farm, turbine) = associated(world);
        let outcomes: Vec<Result<Value, String>> = std::thread::scope(|scope| {
            let (plant, farm, turbine) = (&plant, &farm, &turbine);
            let call =
                move || plant.disassociate(farm, &plant.turbines, turbine).map_err(|refusal| refusal.name);
            let threads: Vec<_> = (0..20).map(|_| scope.spawn(call)).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        assert!(outcomes.iter().all(|outcome| outcome.as_ref().err().is_none_or(|name| name == NOT_FOUND)));
    });
}
