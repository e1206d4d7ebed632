//! Components, alarms, groups of properties and interfaces: made, changed and removed.

use serde_json::json;

use crate::account::{Account, plant, text, world};

const PARTS: &str = "
version: 1
models:
  Machine:
    kind: interface
    properties: {Speed: {measurement: double, unit: rpm}}
  Gear:
    kind: component
    properties:
      Heat: {measurement: double, unit: C, externalId: heat}
      Hot: {transform: heat > 60}
  Mill:
    properties:
      RPM: {measurement: double, unit: rpm}
      Warmth: {transform: t * 2, variables: {t: Front gear/Heat}}
      Warmer: {transform: 1 + warmth}
    composites:
      Front gear: {component: Gear}
      Stuck: {alarm: external}
      Cabin:
        externalId: cabin
        properties:
          Door: {measurement: boolean}
          Shut: {transform: door == 0}
        composites:
          Light: {properties: {Lux: {measurement: double, externalId: lux}}}
    implements: {Machine: {Speed: RPM}}
  Site:
    properties:
      Top: {metric: max(h), window: 5m, variables: {h: {hierarchy: Mills, property: Cabin/Light/Lux}}}
    hierarchies: {Mills: Mill}
assets:
  S:
    model: Site
    hierarchies:
      Mills: {M1: {properties: {Cabin/Light/Lux: /m1/lux, Front gear/Heat: /m1/heat, Stuck/AWS/ALARM_STATE: /m1/stuck}}}
";

fn composites(account: &Account<'_>) -> Vec<(String, String)> {
    let models = account.caller.ok("ListAssetModels", json!({}));
    let mill = models["assetModelSummaries"].as_array().unwrap().iter().find(|model| model["name"] == "Mill");
    let input = json!({ "assetModelId": mill.unwrap()["id"] });
    let listed = account.caller.ok("ListAssetModelCompositeModels", input);
    let listed = listed["assetModelCompositeModelSummaries"].as_array().unwrap();
    let mut found: Vec<_> = listed.iter().map(|item| (text(&item["name"]), text(&item["id"]))).collect();
    found.sort();
    found
}

fn id(account: &Account<'_>, name: &str) -> String {
    composites(account)
        .into_iter()
        .find(|(other, _)| other == name)
        .unwrap_or_else(|| panic!("{name} is gone"))
        .1
}

#[test]
fn parts_are_made_and_exported() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(PARTS));
    let exported = account.export();
    assert_eq!(exported, plant(PARTS).sorted().to_yaml());
    account.writes();
    assert!(account.apply(&plant(PARTS)).is_nothing());
    assert!(account.prune(&plant(&exported)).is_nothing());
    assert_eq!(account.writes(), [""; 0]);
}

#[test]
fn parts_change_and_keep_their_ids() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(PARTS));
    let before = [id(&account, "Cabin"), id(&account, "Light"), id(&account, "Front gear")];
    let after = PARTS
        .replace("Cabin", "Driver's cab")
        .replace("Lux:", "Light level:")
        .replace("Light/Lux", "Light/Light level")
        .replace("Heat: {measurement: double, unit: C", "Temperature: {measurement: double, unit: F")
        .replace("heat > 60", "temperature > 140")
        .replace("gear/Heat", "gear/Temperature")
        .replace("door == 0", "door < 1")
        .replace("1 + warmth", "2 + warmth");
    let told = account.apply(&plant(&after)).plan_text();
    for line in [
        "composite 'Driver's cab' name: 'Cabin' -> 'Driver's cab'",
        "property 'Driver's cab/Shut' formula: 'door == 0' -> 'door < 1'",
        "property 'Driver's cab/Light/Light level' name: 'Lux' -> 'Light level'",
        "property 'Temperature' name: 'Heat' -> 'Temperature'",
        "property 'Temperature' unit: 'C' -> 'F'",
        "property 'Warmer' formula: '1 + warmth' -> '2 + warmth'",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    assert_eq!([id(&account, "Driver's cab"), id(&account, "Light"), id(&account, "Front gear")], before);
    assert_eq!(account.export(), plant(&after).sorted().to_yaml());
    assert!(account.apply(&plant(&after)).is_nothing());
}

#[test]
fn parts_that_are_not_mentioned_stay_until_they_are_pruned() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(PARTS));
    let less = "
version: 1
models:
  Mill:
    properties: {RPM: {measurement: double, unit: rpm}}
    composites: {Cabin: {properties: {Door: {measurement: boolean}}}}
";
    let told = account.apply(&plant(less)).plan_text();
    for kept in [
        "composite 'Front gear'",
        "composite 'Stuck'",
        "composite 'Cabin/Light'",
        "property 'Cabin/Shut'",
        "interface 'Machine'",
    ] {
        assert!(told.contains(&format!("  {kept} of model 'Mill'\n")), "{kept}\n{told}");
    }
    account.prune(&plant(less));
    let exported = account.export();
    assert_eq!(exported.replace("\n        externalId: cabin", ""), plant(less).sorted().to_yaml());
    account.prune(&plant("version: 1"));
    assert_eq!(account.export(), "version: 1\n");
}

#[test]
fn parts_are_made_however_often_the_server_dies() {
    let world = world();
    let account = Account::of(&world);
    let mut calls = 1;
    loop {
        account.dies_after(calls);
        let done = account.try_apply(&plant(PARTS), commands::sitewise_apply::Options::default());
        account.dies_after(usize::MAX);
        if done.is_ok_and(|report| report.exit().code() == 0) {
            break;
        }
        calls += 3;
        assert!(calls < 2000, "it never ends");
    }
    assert_eq!(account.export(), plant(PARTS).sorted().to_yaml());
}

#[test]
fn a_formula_that_turns_to_a_new_part_keeps_its_property() {
    let world = world();
    let account = Account::of(&world);
    let before = "
version: 1
models:
  Mill:
    properties:
      RPM: {measurement: double}
      Twice: {transform: 2 * x, variables: {x: RPM}}
      Again: {transform: 1 + twice}
";
    account.apply(&plant(before));
    let ids = || {
        let models = account.caller.ok("ListAssetModels", json!({}));
        let input = json!({ "assetModelId": models["assetModelSummaries"][0]["id"] });
        let described = account.caller.ok("DescribeAssetModel", input);
        let properties = described["assetModelProperties"].as_array().unwrap();
        properties.iter().map(|property| text(&property["id"])).collect::<Vec<_>>()
    };
    let first = ids();
    let after = "
version: 1
models:
  Mill:
    properties:
      RPM: {measurement: double}
      Twice: {transform: 2 * x, variables: {x: A/Speed}}
      Again: {transform: 1 + twice}
    composites:
      A: {properties: {Speed: {transform: 2 * y, variables: {y: B/C/Raw}}}}
      B: {composites: {C: {properties: {Raw: {measurement: double}}}}}
";
    account.apply(&plant(after));
    assert_eq!(ids(), first);
    assert_eq!(account.export(), plant(after).sorted().to_yaml());
    assert!(account.apply(&plant(after)).is_nothing());
}
