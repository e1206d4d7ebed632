//! A model's new version reaches a large fleet in batches, and nobody ever sees half of it.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::limits::ASSETS_PER_STEP;
use testkit::{Caller, World};

use crate::plant::{CONFLICT, NOT_FOUND, Plant, ROOMS, asset, each, model, text, triple};
use crate::stream::{name_all, ordered, receive};
use crate::table::{self, copied, own_rows};
use crate::time_series::Pumps;

const DELAY: Duration = Duration::from_secs(2);
/// More than two steps of a roll.
const FLEET: i64 = 2 * ASSETS_PER_STEP + 100;

/// Takes one transaction of the reconciler; answers how much was done.
fn step(world: &World) -> usize {
    let taken: Result<usize, store::Error> = world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
    taken.unwrap()
}

/// Brings an update that lasts into force, without one batch of its roll, and makes the batches due.
fn put_in_force(world: &World, update: Value) {
    let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
    slow.ok("UpdateAssetModel", update);
    world.pass(DELAY);
    assert_eq!(step(world), 1);
    assert_eq!(step(world), 0);
    world.pass(DELAY);
}

fn model_state(caller: &Caller<'_>, id: &str) -> String {
    text(&caller.ok("DescribeAssetModel", json!({ "assetModelId": id }))["assetModelStatus"]["state"])
}

/// Ids of all pages of a list of assets.
fn ids(caller: &Caller<'_>, operation: &str, mut input: Value) -> Vec<String> {
    input["maxResults"] = json!(250);
    let pages = caller.pages(operation, &input, "nextToken");
    let rows = pages.iter().flat_map(|page| page["assetSummaries"].as_array().unwrap());
    rows.map(|row| text(&row["id"])).collect()
}

#[test]
fn a_dropped_hierarchy_is_gone_at_once_though_its_rows_go_in_batches() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let yards = json!([{ "name": "stock", "childAssetModelId": plant.turbine_model }]);
        let yard_model = model(caller, json!({ "assetModelName": "yard", "assetModelHierarchies": yards }));
        let described = caller.ok("DescribeAssetModel", json!({ "assetModelId": yard_model }));
        let stock = text(&described["assetModelHierarchies"][0]["id"]);
        let (north, south, yard) =
            (plant.farm("north"), plant.farm("south"), asset(caller, &yard_model, "yard"));
        let first = plant.turbine("t");
        table::copy(world, &first, FLEET);
        table::set_parent_of_copies(world, &north, &plant.spares);
        plant.associate(&south, &plant.turbines, &first).unwrap();
        put_in_force(
            world,
            json!({ "assetModelId": plant.farm_model, "assetModelName": "farm", "assetModelHierarchies": [
                { "id": plant.turbines, "name": "turbines", "childAssetModelId": plant.turbine_model } ] }),
        );
        assert_eq!(model_state(caller, &plant.farm_model), "PROPAGATING");
        // What stood there may go elsewhere, have no relatives, and be deleted.
        caller.ok("AssociateAssets", triple(&yard, &stock, &copied(7)));
        caller.ok("DeleteAsset", json!({ "assetId": copied(8) }));
        let check = || {
            let children = |id: &str| ids(caller, "ListAssociatedAssets", json!({ "assetId": id }));
            assert_eq!((children(&north), children(&south)), (vec![], vec![first.clone()]));
            assert_eq!(children(&yard), [copied(7)]);
            let parent = json!({ "assetId": copied(FLEET), "traversalDirection": "PARENT" });
            assert_eq!(ids(caller, "ListAssociatedAssets", parent), [""; 0]);
            let path = json!({ "assetId": copied(FLEET), "traversalType": "PATH_TO_ROOT" });
            assert_eq!(caller.ok("ListAssetRelationships", path)["assetRelationshipSummaries"], json!([]));
            let mut roots = ids(caller, "ListAssets", json!({ "filter": "TOP_LEVEL" }));
            roots.sort();
            let mut expected: Vec<String> = (1..=FLEET).filter(|i| ![7, 8].contains(i)).map(copied).collect();
            expected.extend([north.clone(), south.clone(), yard.clone()]);
            expected.sort();
            assert!(roots == expected, "{} roots, {} expected", roots.len(), expected.len());
            let turbines = json!({ "filter": "TOP_LEVEL", "assetModelId": plant.turbine_model });
            assert_eq!(ids(caller, "ListAssets", turbines).len(), expected.len() - 3);
        };
        check();
        let mut steps = 0;
        while step(world) > 0 {
            steps += 1;
            check();
        }
        assert_eq!((steps, model_state(caller, &plant.farm_model)), (3, "ACTIVE".to_owned()));
        caller.ok("DisassociateAssets", triple(&yard, &stock, &copied(7)));
    });
}

#[test]
fn a_dropped_property_is_gone_at_once_and_its_values_are_forgotten_in_batches() {
    each(|world| {
        let pumps = Pumps::new(world);
        table::copy(world, &pumps.one, FLEET);
        name_all(world, &pumps.flow, FLEET);
        let streams = [receive(world, &copied(1), &pumps.flow), receive(world, &copied(FLEET), &pumps.flow)];
        let kept = receive(world, &pumps.one, &pumps.state);
        pumps.name(&pumps.one, &pumps.state, "/state").unwrap();
        let unit = json!({ "assetId": pumps.two, "propertyId": pumps.flow, "propertyUnit": "m3/h" });
        pumps.caller.ok("UpdateAssetProperty", unit);
        assert_eq!(own_rows(world), (FLEET + 1, 1));
        let described = pumps.caller.ok("DescribeAssetModel", json!({ "assetModelId": pumps.model }));
        let properties: Vec<&Value> = [1, 3].iter().map(|i| &described["assetModelProperties"][*i]).collect();
        let input = json!({ "assetModelId": pumps.model, "assetModelName": "pump", "assetModelProperties": properties });
        put_in_force(world, input);
        let list = |input: Value| -> usize {
            let pages = pumps.caller.pages("ListTimeSeries", &input, "nextToken");
            pages.iter().map(|page| page["TimeSeriesSummaries"].as_array().unwrap().len()).sum()
        };
        let property = json!({ "assetId": copied(9), "propertyId": pumps.flow });
        let check = || {
            for i in [1, 2, FLEET] {
                assert_eq!(pumps.described(&format!("/flow/{i}")).unwrap_err().name, NOT_FOUND);
            }
            assert_eq!(pumps.caller.refused("DescribeTimeSeries", property.clone()).name, NOT_FOUND);
            assert_eq!(pumps.caller.refused("DescribeAssetProperty", property.clone()).name, NOT_FOUND);
            assert_eq!(list(json!({ "timeSeriesType": "ASSOCIATED", "aliasPrefix": "/f" })), 0);
            assert_eq!(list(json!({ "assetId": copied(FLEET) })), 0);
            assert_eq!(pumps.described("/state").unwrap()["assetId"], pumps.one);
        };
        check();
        // An asset that still has to follow its model can't be changed; the id of what is dropped is not free yet.
        let refusal = pumps.caller.refused("UpdateAssetProperty", property.clone());
        assert_eq!(refusal.name, NOT_FOUND);
        let refusal = pumps.name(&copied(9), &pumps.state, "/x").unwrap_err();
        assert_eq!(refusal.name, CONFLICT);
        let again = json!({ "assetModelName": "other", "assetModelProperties": [
            { "id": pumps.flow, "name": "flow", "dataType": "DOUBLE", "type": { "measurement": {} } } ] });
        assert_eq!(pumps.caller.refused("CreateAssetModel", again.clone()).name, crate::plant::EXISTS);
        // An alias of it is.
        let tank = model(
            &pumps.caller,
            json!({ "assetModelName": "tank", "assetModelProperties": [
            { "name": "level", "externalId": "level", "dataType": "DOUBLE", "type": { "measurement": {} } } ] }),
        );
        let tank = asset(&pumps.caller, &tank, "tank");
        pumps.name(&tank, "externalId:level", &format!("/flow/{FLEET}")).unwrap();
        assert_eq!(pumps.described(&format!("/flow/{FLEET}")).unwrap()["assetId"], tank);
        pumps.caller.ok("DeleteTimeSeries", json!({ "alias": format!("/flow/{FLEET}") }));
        check();
        let mut steps = 0;
        while step(world) > 0 {
            steps += 1;
            check();
            assert!(steps < 20);
        }
        assert!(steps > 4, "{steps}");
        assert_eq!(model_state(&pumps.caller, &pumps.model), "ACTIVE");
        assert_eq!(own_rows(world), (1, 0));
        let mut expected = streams.to_vec();
        expected.sort_unstable();
        assert_eq!(ordered(world), expected);
        assert!(!expected.contains(&kept));
        assert_eq!(crate::stream::carry_out(world, 1), 1);
        assert_eq!(ordered(world).len(), 1);
        pumps.caller.ok("CreateAssetModel", again);
    });
}

#[test]
fn assets_are_done_before_their_model_and_in_the_order_of_their_creation() {
    let world = World::new(ROOMS, sitewise::register);
    let caller = world.caller();
    let id = model(&caller, json!({ "assetModelName": "m" }));
    let first = asset(&caller, &id, "a");
    table::copy(&world, &first, FLEET);
    let count = |state: &str| -> usize {
        let pages =
            caller.pages("ListAssets", &json!({ "assetModelId": id, "maxResults": 250 }), "nextToken");
        let rows = pages.iter().flat_map(|page| page["assetSummaries"].as_array().unwrap());
        rows.filter(|row| row["status"]["state"] == state).count()
    };
    put_in_force(&world, json!({ "assetModelId": id, "assetModelName": "m" }));
    let (all, batch) = (usize::try_from(FLEET + 1).unwrap(), usize::try_from(ASSETS_PER_STEP).unwrap());
    assert_eq!((count("UPDATING"), count("ACTIVE")), (all, 0));
    for done in [batch, 2 * batch] {
        assert_eq!(step(&world), 1);
        assert_eq!((count("ACTIVE"), model_state(&caller, &id)), (done, "PROPAGATING".to_owned()));
        let described = caller.ok("DescribeAsset", json!({ "assetId": first }));
        assert_eq!(described["assetLastUpdateDate"], 1_700_000_004);
    }
    assert_eq!(step(&world), 1);
    assert_eq!((count("ACTIVE"), model_state(&caller, &id)), (all, "ACTIVE".to_owned()));
    assert_eq!(step(&world), 0);
}

#[test]
fn a_roll_goes_on_after_a_restart() {
    testkit::each_database(|database| {
        let open = || World::over(database, ROOMS, sitewise::register);
        let (id, first, alias) = {
            let world = open();
            let pumps = Pumps::new(&world);
            table::copy(&world, &pumps.one, FLEET);
            name_all(&world, &pumps.state, FLEET);
            let input = json!({ "assetModelId": pumps.model, "assetModelName": "pump" });
            pumps.caller.ok("UpdateAssetModel", input);
            (pumps.model.clone(), pumps.one.clone(), "/flow/1")
        };
        let mut steps = 0;
        loop {
            // Each batch in a life of its own.
            let world = open();
            let taken = step(&world);
            let caller = world.caller();
            assert_eq!(caller.refused("DescribeTimeSeries", json!({ "alias": alias })).name, NOT_FOUND);
            assert_eq!(caller.ok("DescribeAsset", json!({ "assetId": first }))["assetProperties"], json!([]));
            if taken == 0 {
                assert_eq!(model_state(&caller, &id), "ACTIVE");
                assert_eq!(own_rows(&world), (0, 0));
                break;
            }
            steps += 1;
            assert!(steps < 20);
        }
        assert!(steps > 3, "{steps}");
    });
}
