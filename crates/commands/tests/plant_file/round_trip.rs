//! Files that come back as they went in, and accounts that a file carries elsewhere.

use serde_json::json;

use crate::account::{Account, plant, world};
use crate::random;

pub const FARM: &str = r#"
version: 1
models:
  Turbine:
    externalId: turbine
    description: A turbine of any maker
    tags: {team: wind, "cost: center": "42"}
    properties:
      Maker: {attribute: string, default: "no: one"}
      Rated power: {attribute: double, default: 2000, unit: kW}
      Blades: {attribute: integer, default: 3}
      Offshore: {attribute: boolean, default: false}
      Power: {measurement: double, unit: kW, externalId: power}
      Wind speed: {measurement: double, unit: m/s, forwarding: disabled}
      Load: {transform: 100 * power / rated_power, unit: "%"}
      Mood: {transform: "if(power > 0, 'good', 'bad')", type: string}
      Mean power: {metric: avg(power), window: 15m, unit: kW}
      Night power: {metric: avg(p), window: {interval: 1d, offset: 6h}, variables: {p: Power}, compute: edge}
  Wind farm:
    properties:
      Site: {attribute: string}
      Output:
        metric: sum(p)
        window: 15m
        variables: {p: {hierarchy: Turbines, property: Mean power}}
    hierarchies:
      Turbines: {model: Turbine, externalId: turbines}
      Spare parts: Turbine
aliases: /{path}/{property}
assets:
  North:
    model: Wind farm
    tags: {sea: north}
    hierarchies:
      Turbines:
        T1: {description: The first}
        T10: {externalId: t-10, properties: {Wind speed: {unit: kn, notifications: enabled}}}
        T2: {aliases: none}
      Spare parts:
        - {name: S, externalId: s-1}
        - {name: S, externalId: s-2, id: a1b2c3d4-5678-90ab-cdef-11111aaaaaaa, aliases: "/{externalId}/{property}"}
  South: {model: Wind farm}
"#;

#[test]
fn what_is_applied_is_exported_and_then_there_is_nothing_to_do() {
    let world = world();
    let account = Account::of(&world);
    let mut farm = plant(FARM);
    account.apply(&farm);
    let exported = account.export();
    // The id was only for its creation; the external id tells the twins apart.
    farm.assets[0].children.iter_mut().for_each(|child| child.asset.id = None);
    assert_eq!(exported, farm.clone().sorted().to_yaml());
    account.writes();
    assert!(account.apply(&farm).is_nothing());
    assert!(account.apply(&plant(&exported)).is_nothing());
    assert!(account.prune(&farm).is_nothing());
    assert_eq!(account.writes(), [""; 0]);
}

#[test]
fn a_normal_file_is_written_as_it_was_read() {
    let farm = plant(FARM).sorted();
    let written = farm.to_yaml();
    assert_eq!(plant(&written), farm);
    assert_eq!(plant(&written).to_yaml(), written);
    let json =
        r#"{"version": "1", "models": {"M\u00e9\/1": {"properties": {"P": {"measurement": "DOUBLE"}}}}}"#;
    assert_eq!(plant(json).models[0].name, "Mé/1");
}

#[test]
fn a_plant_of_raw_calls_is_carried_to_an_empty_account() {
    let world = world();
    let from = Account::of(&world);
    let ok = |operation: &str, input| from.caller.ok(operation, input);
    let child = ok(
        "CreateAssetModel",
        json!({
            "assetModelName": "Pump: large", "assetModelExternalId": "pump", "tags": { "a": "" },
            "assetModelProperties": [
                { "name": "true", "dataType": "STRING", "type": { "attribute": { "defaultValue": "null" } } },
                { "name": "Flow [l/s]", "dataType": "DOUBLE", "externalId": "flow", "type": { "measurement": {} } },
                { "name": "1", "dataType": "INTEGER", "unit": "#", "type": { "measurement": {} } },
                { "name": "Double", "dataType": "DOUBLE", "type": { "transform": {
                    "expression": "x * 2", "variables": [{ "name": "x", "value": { "propertyId": "Flow [l/s]" } }] } } },
            ],
        }),
    );
    let parent = ok(
        "CreateAssetModel",
        json!({
            "assetModelName": "Station",
            "assetModelHierarchies": [{ "name": "Pumps, all", "childAssetModelId": child["assetModelId"] }],
        }),
    );
    let described = ok("DescribeAssetModel", json!({ "assetModelId": parent["assetModelId"] }));
    let hierarchy = &described["assetModelHierarchies"][0]["id"];
    let station = ok("CreateAsset", json!({ "assetName": "- S", "assetModelId": parent["assetModelId"] }));
    for _ in 0..2 {
        let twin = ok("CreateAsset", json!({ "assetName": "P", "assetModelId": child["assetModelId"] }));
        let triple = json!({ "assetId": station["assetId"], "hierarchyId": hierarchy, "childAssetId": twin["assetId"] });
        ok("AssociateAssets", triple);
    }
    ok(
        "CreateAsset",
        json!({ "assetName": "P", "assetModelId": child["assetModelId"], "assetExternalId": "p-3" }),
    );
    let exported = from.export();
    assert!(from.apply(&plant(&exported)).is_nothing());
    let into = Account::of(&world).in_region("eu-west-1");
    into.apply(&plant(&exported));
    assert_eq!(into.export(), exported);
}

#[test]
fn random_plants_become_each_other_however_often_the_server_dies() {
    for seed in 1..=40 {
        let world = world();
        let account = Account::of(&world).with_values();
        let mut random = random::Random::new(seed);
        let first = random::plant(&mut random);
        assert_eq!(plant(&first.to_yaml()).sorted(), first.clone().sorted(), "seed {seed}");
        account.apply(&first);
        assert_eq!(account.export(), first.clone().sorted().to_yaml(), "seed {seed}");
        assert!(account.apply(&first).is_nothing(), "seed {seed}");
        let second = random::changed(&first, &mut random);
        let mut calls = 1;
        loop {
            account.dies_after(calls);
            let options = commands::sitewise_apply::Options { prune: true, ..Default::default() };
            let done = account.try_apply(&second, options).is_ok_and(|report| report.exit().code() == 0);
            account.dies_after(usize::MAX);
            if done {
                break;
            }
            calls += 1 + random.below(20);
            assert!(calls < 10_000, "seed {seed} never ends");
        }
        assert_eq!(account.export(), second.clone().sorted().to_yaml(), "seed {seed}");
        assert!(account.prune(&second).is_nothing(), "seed {seed}");
    }
}
