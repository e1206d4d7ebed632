//! Passing states that last: what each shows and refuses, and how the reconciler ends them.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::plant::{CONFLICT, NOT_FOUND, Plant, ROOMS, asset, each, model, text};
use crate::table;

const DELAY: Duration = Duration::from_secs(2);

/// A caller on an installation whose passing states last.
fn slow(world: &World) -> Caller<'_> {
    world.caller().installed(|installation| installation.propagation_ms = 2000)
}

/// Takes steps until nothing is due; answers how many there were.
fn reconcile(world: &World) -> usize {
    let mut steps = 0;
    loop {
        let taken: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
        match taken.unwrap() {
            0 => return steps,
            taken => steps += taken,
        }
        assert!(steps < 1000, "the reconciler never rests");
    }
}

fn model_state(caller: &Caller<'_>, id: &str) -> String {
    text(&caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))["assetModelStatus"]["state"])
}

fn asset_state(caller: &Caller<'_>, id: &str) -> String {
    text(&caller.ok("DescribeAsset", json!({ "assetId": id }))["assetStatus"]["state"])
}

#[test]
fn a_model_is_creating_until_its_time_is_over() {
    each(|world| {
        let caller = slow(world);
        let id = model(&caller, json!({ "assetModelName": "m" }));
        assert_eq!((reconcile(world), model_state(&caller, &id)), (0, "CREATING".to_owned()));
        world.pass(DELAY);
        assert_eq!((reconcile(world), model_state(&caller, &id)), (1, "ACTIVE".to_owned()));
        assert_eq!(reconcile(world), 0);
        let variables = json!([{ "name": "x", "value": { "propertyId": "a" } }]);
        let a = json!({ "name": "a", "dataType": "DOUBLE", "type": { "transform": { "expression": "x", "variables": variables } } });
        let bad = model(&caller, json!({ "assetModelName": "bad", "assetModelProperties": [a] }));
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": bad }));
        assert_eq!(described["assetModelStatus"], json!({ "state": "CREATING" }));
        world.pass(DELAY);
        reconcile(world);
        assert_eq!(model_state(&caller, &bad), "FAILED");
    });
}

#[test]
fn an_asset_is_creating_until_its_time_is_over() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = slow(world);
        let (farm, turbine) = (plant.farm("north"), asset(&caller, &plant.turbine_model, "t1"));
        assert_eq!(asset_state(&caller, &turbine), "CREATING");
        assert_eq!(plant.associate(&farm, &plant.turbines, &turbine).unwrap_err().name, CONFLICT);
        for operation in ["UpdateAsset", "DeleteAsset"] {
            let input = json!({ "assetId": turbine, "assetName": "t2" });
            assert_eq!(caller.refused(operation, input).name, CONFLICT);
        }
        world.pass(DELAY);
        assert_eq!((reconcile(world), asset_state(&caller, &turbine)), (1, "ACTIVE".to_owned()));
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        caller.ok("UpdateAsset", json!({ "assetId": turbine, "assetName": "t2" }));
        assert_eq!(asset_state(&caller, &turbine), "UPDATING");
        assert_eq!(plant.disassociate(&farm, &plant.turbines, &turbine).unwrap_err().name, CONFLICT);
        world.pass(DELAY);
        reconcile(world);
        assert_eq!(asset_state(&caller, &turbine), "ACTIVE");
    });
}

#[test]
fn an_update_of_a_model_propagates_to_its_assets_first_and_ends_with_the_model() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = slow(world);
        let (farm, turbine) = (plant.farm("north"), plant.turbine("t1"));
        plant.associate(&farm, &plant.turbines, &turbine).unwrap();
        caller.ok("UpdateAssetModel", json!({ "assetModelId": plant.farm_model, "assetModelName": "farm" }));
        let hierarchies = |caller: &Caller<'_>| {
            let described = caller.ok("DescribeAsset", json!({ "assetId": farm }));
            described["assetHierarchies"].as_array().unwrap().len()
        };
        let states = || (model_state(&caller, &plant.farm_model), asset_state(&caller, &farm));
        let named = |model: &str, asset: &str| (model.to_owned(), asset.to_owned());
        assert_eq!((states(), hierarchies(&caller)), (named("UPDATING", "ACTIVE"), 2));
        assert_eq!(plant.children(&farm), ["t1"]);
        world.pass(DELAY);
        reconcile(world);
        assert_eq!((states(), hierarchies(&caller)), (named("PROPAGATING", "UPDATING"), 0));
        assert_eq!(plant.children(&farm), Vec::<String>::new());
        assert_eq!(asset_state(&caller, &turbine), "ACTIVE");
        let create = json!({ "assetName": "south", "assetModelId": plant.farm_model });
        assert_eq!(caller.refused("CreateAsset", create).name, CONFLICT);
        world.pass(DELAY);
        reconcile(world);
        assert_eq!(states(), named("ACTIVE", "ACTIVE"));
    });
}

#[test]
fn a_model_that_is_being_deleted_waits_for_its_assets() {
    each(|world| {
        let caller = slow(world);
        let id = model(&world.caller(), json!({ "assetModelName": "m" }));
        let thing = asset(&world.caller(), &id, "a");
        caller.ok("DeleteAsset", json!({ "assetId": thing }));
        assert_eq!(asset_state(&caller, &thing), "DELETING");
        // AWS's own clean-up script deletes the model in its next statement.
        world.caller().ok("DeleteAssetModel", json!({ "assetModelId": id }));
        assert_eq!(model_state(&caller, &id), "DELETING");
        assert_eq!(reconcile(world), 0);
        world.pass(DELAY);
        assert_eq!(reconcile(world), 2);
        assert_eq!(caller.refused("DescribeAsset", json!({ "assetId": thing })).name, NOT_FOUND);
        assert_eq!(caller.refused("DescribeAssetModel", json!({ "assetModelId": id })).name, NOT_FOUND);
    });
}

#[test]
fn a_fleet_too_large_for_one_transaction_is_rolled_by_the_reconciler() {
    let world = World::new(ROOMS, sitewise::register);
    let caller = world.caller();
    let id = model(&caller, json!({ "assetModelName": "m" }));
    let first = asset(&caller, &id, "a");
    table::copy(&world, &first, sitewise::limits::ASSETS_PER_STEP);
    let last = |caller: &Caller<'_>| -> Value {
        let pages =
            caller.pages("ListAssets", &json!({ "assetModelId": id, "maxResults": 250 }), "nextToken");
        pages.last().unwrap()["assetSummaries"].as_array().unwrap().last().unwrap().clone()
    };
    caller.ok("UpdateAssetModel", json!({ "assetModelId": id, "assetModelName": "m" }));
    assert_eq!(model_state(&caller, &id), "PROPAGATING");
    assert_eq!(asset_state(&caller, &first), "ACTIVE");
    assert_eq!(last(&caller)["status"]["state"], "UPDATING");
    assert_eq!(reconcile(&world), 1);
    assert_eq!(model_state(&caller, &id), "ACTIVE");
    assert_eq!(last(&caller)["status"]["state"], "ACTIVE");
}
