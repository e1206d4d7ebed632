//! What a plan does with things that are there: keeps ids, keeps what is not mentioned, refuses what can't be.

use commands::sitewise_apply::Options;
use serde_json::json;

use crate::account::{Account, plant, text, world};

const BEFORE: &str = "
version: 1
models:
  Gear: {properties: {Heat: {measurement: double, externalId: heat}}}
  Mill:
    externalId: mill
    properties:
      Speed: {measurement: double, unit: rpm, externalId: speed}
      Twice: {transform: 2 * speed}
      Hot: {metric: max(h), window: 5m, variables: {h: {hierarchy: Gears, property: Heat}}}
    hierarchies: {Gears: Gear, Spares: Gear}
assets:
  M1: {model: Mill, externalId: m-1, hierarchies: {Gears: {G1: {externalId: g-1}, G2: {}}}}
";

fn ids(account: &Account<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let models = account.caller.ok("ListAssetModels", json!({}));
    for model in models["assetModelSummaries"].as_array().unwrap() {
        let described = account.caller.ok("DescribeAssetModel", json!({ "assetModelId": model["id"] }));
        for property in described["assetModelProperties"].as_array().unwrap() {
            found.push((text(&property["name"]), text(&property["id"])));
        }
        let assets = account.caller.ok("ListAssets", json!({ "assetModelId": model["id"] }));
        for asset in assets["assetSummaries"].as_array().unwrap() {
            found.push((text(&asset["name"]), text(&asset["id"])));
        }
    }
    found.sort();
    found
}

fn id(account: &Account<'_>, name: &str) -> String {
    ids(account).into_iter().find(|(other, _)| other == name).unwrap_or_else(|| panic!("{name} is gone")).1
}

#[test]
fn renames_and_moves_keep_ids() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(BEFORE));
    let before: Vec<String> =
        ["Speed", "Twice", "Heat", "M1", "G1"].iter().map(|name| id(&account, name)).collect();
    let after = BEFORE
        .replace("Speed:", "RPM:")
        .replace("2 * speed", "2 * rpm")
        .replace("Heat:", "Warmth:")
        .replace("property: Heat", "property: Warmth")
        .replace("  Mill:", "  Big mill:")
        .replace("model: Mill", "model: Big mill")
        .replace("M1:", "M one:")
        .replace(
            "{Gears: {G1: {externalId: g-1}, G2: {}}}",
            "{Gears: {G2: {}}, Spares: {G one: {externalId: g-1}}}",
        );
    let report = account.apply(&plant(&after));
    let told = report.plan_text();
    for line in [
        "~ model Big mill\n    name: 'Mill' -> 'Big mill'\n",
        "property 'RPM' name: 'Speed' -> 'RPM'\n",
        "property 'Twice' formula: '2 * speed' -> '2 * rpm'\n",
        "~ model Gear\n    property 'Warmth' name: 'Heat' -> 'Warmth'\n",
        "~ asset M one\n    name: 'M1' -> 'M one'\n",
        "move from 'M1' to 'M one/Spares'\n",
    ] {
        assert!(told.contains(line), "{line}\n{told}");
    }
    let names = ["RPM", "Twice", "Warmth", "M one", "G one"];
    assert_eq!(names.iter().map(|name| id(&account, name)).collect::<Vec<_>>(), before);
    assert!(account.apply(&plant(&after)).is_nothing());
    assert_eq!(account.export(), plant(&after).sorted().to_yaml());
}

#[test]
fn what_the_file_does_not_mention_stays_until_it_is_pruned() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(BEFORE));
    let less = "
version: 1
models:
  Gear: {properties: {Wear: {measurement: double}}}
  Mill: {externalId: mill, properties: {Speed: {measurement: double, unit: Hz, externalId: speed}}}
assets:
  M1: {model: Mill, externalId: m-1}
";
    let kept_id = id(&account, "Twice");
    let told = account.apply(&plant(less)).plan_text();
    for kept in [
        "property 'Heat' of model 'Gear'",
        "property 'Twice' of model 'Mill'",
        "hierarchy 'Gears' of model 'Mill'",
        "asset 'M1/Gears/G1'",
        "asset 'M1/Gears/G2'",
    ] {
        assert!(told.contains(&format!("  {kept}\n")), "{kept}\n{told}");
    }
    assert_eq!(id(&account, "Twice"), kept_id);
    assert!(account.apply(&plant(less)).is_nothing());
    let told = account.prune(&plant(less)).plan_text();
    assert!(told.contains("- asset M1/Gears/G2\n    id "), "{told}");
    assert_eq!(account.export(), plant(less).sorted().to_yaml());
    account.prune(&plant("version: 1\n"));
    assert_eq!(account.export(), "version: 1\n");
}

#[test]
fn what_cannot_be_changed_is_refused_before_anything_is_done() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(BEFORE));
    account.writes();
    let wrong = BEFORE
        .replace("Speed: {measurement: double", "Speed: {measurement: integer")
        .replace("window: 5m", "window: 1h")
        .replace("Twice: {transform: 2 * speed}", "Twice: {measurement: double}")
        .replace("externalId: heat", "externalId: cold")
        .replace("version: 1", "version: 1\naliases: '/{asset}/{property}'");
    let report = account.try_apply(&plant(&wrong), Options::default()).unwrap();
    assert_eq!(report.exit().code(), 4);
    let told = report.plan_text();
    for problem in [
        "model 'Gear': property 'Heat' has the external id heat in the account and cold in the file",
        "model 'Mill': the data type of property 'Speed' can't be changed from double to integer",
        "model 'Mill': the type of property 'Twice' can't be changed from transform to measurement",
        "model 'Mill': the window of property 'Hot' can't be changed from 5m to 1h",
    ] {
        assert!(told.contains(problem), "{problem}\n{told}");
    }
    assert_eq!(account.writes(), [""; 0]);
}

#[test]
fn a_plan_without_steps_says_whether_all_is_well() {
    let world = world();
    let account = Account::of(&world);
    account.apply(&plant(BEFORE));
    let summary = |text: &str| {
        let told = account.try_apply(&plant(text), Options::default()).unwrap().plan_text();
        told.lines().last().unwrap().to_owned()
    };
    assert!(summary(BEFORE).starts_with("Nothing to do: "));
    let wrong = BEFORE.replace("window: 5m", "window: 1h");
    assert_eq!(summary(&wrong), "Nothing is done: not everything can be as the file says.");
}

#[test]
fn a_dry_run_does_nothing() {
    let world = world();
    let account = Account::of(&world);
    let options = Options { dry_run: true, ..Options::default() };
    let report = account.try_apply(&plant(BEFORE), options).unwrap();
    assert!(!report.is_nothing());
    assert_eq!(account.writes(), [""; 0]);
    assert_eq!(report.to_json()["steps"][0]["action"], "create");
}

#[test]
fn a_refusal_stops_only_what_needs_it() {
    let world = world();
    let account = Account::of(&world);
    let file = "
version: 1
models:
  Good: {}
  Bad: {properties: {A: {measurement: double}, B: {transform: FORMULA}}}
  Above: {hierarchies: {x: Bad}}
assets:
  g: {model: Good}
";
    // Quotas are the server's affair.
    let calls = ["abs(a)"; 11].join(" + ");
    let report = account.try_apply(&plant(&file.replace("FORMULA", &calls)), Options::default()).unwrap();
    assert_eq!(report.exit().code(), 4, "{}", report.outcome_text());
    let told = report.outcome_text();
    assert!(told.contains("model Bad: CreateAssetModel answers 410 LimitExceededException"), "{told}");
    assert!(told.contains("1 not tried for want of what they need"), "{told}");
    assert!(account.export().contains("  g:\n"), "{}", account.export());
    // Once the file is right, the rest follows.
    account.apply(&plant(&file.replace("FORMULA", "2 * a")));
}

#[test]
fn an_orphan_of_an_interrupted_run_is_taken_up() {
    let world = world();
    let account = Account::of(&world);
    let models = plant(&BEFORE[..BEFORE.find("assets:").unwrap()]);
    account.apply(&models);
    let models = account.caller.ok("ListAssetModels", json!({}));
    let mut models = models["assetModelSummaries"].as_array().unwrap().iter();
    let gear = text(&models.find(|model| model["name"] == "Gear").unwrap()["id"]);
    let orphan = account.caller.ok("CreateAsset", json!({ "assetName": "G2", "assetModelId": gear }));
    account.apply(&plant(BEFORE));
    assert_eq!(id(&account, "G2"), text(&orphan["assetId"]));
    assert_eq!(account.export(), plant(BEFORE).sorted().to_yaml());
}

#[test]
fn aliases_are_handed_over_and_swapped() {
    let world = world();
    let account = Account::of(&world);
    let file = |first: &str, second: &str, third: &str| {
        format!(
            "version: 1\nmodels: {{P: {{properties: {{A: {{measurement: double}}}}}}}}\nassets:\n  x: {{model: P, \
             properties: {{A: {first}}}}}\n  y: {{model: P, properties: {{A: {second}}}}}\n  z: {{model: P, properties: \
             {{A: {third}}}}}\n"
        )
    };
    account.apply(&plant(&file("/1", "/2", "/3")));
    for (first, second, third) in [("/2", "/1", "/3"), ("/1", "/3", "/2"), ("/3", "/4", "/5")] {
        let file = file(first, second, third);
        account.apply(&plant(&file));
        assert_eq!(account.export(), plant(&file).sorted().to_yaml());
    }
}

#[test]
fn what_says_nothing_is_not_done_again() {
    let world = world();
    let account = Account::of(&world);
    let file = |unit: &str, notifications: &str| {
        format!(
            "version: 1\nmodels: {{P: {{properties: {{A: {{measurement: double, unit: kW}}}}}}}}\nassets:\n  x: {{model: P, \
             properties: {{A: {{unit: {unit}, notifications: {notifications}}}}}}}\n"
        )
    };
    for (unit, notifications) in [("kW", "disabled"), ("W", "enabled"), ("kW", "disabled")] {
        let file = file(unit, notifications);
        account.apply(&plant(&file));
        assert!(account.apply(&plant(&file)).is_nothing());
        assert_eq!(account.export(), plant(&file).sorted().to_yaml());
    }
}

#[test]
fn a_server_that_is_gone_ends_the_run() {
    let world = world();
    let account = Account::of(&world);
    account.dies_after(8);
    let report = account.try_apply(&plant(BEFORE), Options::default()).unwrap();
    account.dies_after(usize::MAX);
    let told = report.outcome_text();
    assert_eq!(report.exit().code(), 1, "{told}");
    assert!(
        told.contains("Nobody answers:\n  the server is gone\nInterrupted; run it again to go on: "),
        "{told}"
    );
    account.apply(&plant(BEFORE));
    assert_eq!(account.export(), plant(BEFORE).sorted().to_yaml());
}
