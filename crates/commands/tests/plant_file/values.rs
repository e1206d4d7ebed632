//! Values of attributes: written where they differ, told where the server does not have the operation.

use commands::sitewise_apply::Options;

use crate::account::{Account, plant, world};

const PUMP: &str = "
version: 1
models:
  Pump:
    properties:
      Serial: {attribute: string, default: none}
      Size: {attribute: integer, default: 3}
      Height: {attribute: double}
      Big: {attribute: boolean, default: false}
assets:
  P1: {model: Pump, attributes: {Serial: A-1, Size: 3, Height: 2.50, Big: true}}
  P2: {model: Pump}
";

#[test]
fn values_that_differ_are_written_and_read_back() {
    let world = world();
    let account = Account::of(&world).with_values();
    account.apply(&plant(PUMP));
    let writes = account.writes();
    assert_eq!(writes.iter().filter(|name| *name == "BatchPutAssetPropertyValue").count(), 1);
    let exported = account.export();
    assert!(exported.contains("Serial: A-1") && exported.contains("Height: 2.5\n"), "{exported}");
    assert!(!exported.contains("Size: 3\n"), "the default is not repeated: {exported}");
    assert!(account.apply(&plant(PUMP)).is_nothing());
    let changed = PUMP.replace("Serial: A-1, Size: 3", "Serial: none, Size: 4");
    let report = account.apply(&plant(&changed));
    let told = report.plan_text();
    assert!(
        told.contains("P1: 'Serial': 'A-1' -> 'none'") && told.contains("P1: 'Size': '3' -> '4'"),
        "{told}"
    );
    assert!(!told.contains("Height"), "{told}");
    assert!(account.apply(&plant(&changed)).is_nothing());
}

#[test]
fn what_the_server_cannot_keep_is_told_and_everything_else_is_done() {
    let world = world();
    let account = Account::of(&world).without_values();
    let report = account.try_apply(&plant(PUMP), Options::default()).unwrap();
    let told = report.outcome_text();
    assert_eq!(report.exit().code(), 3, "{told}");
    assert!(told.contains("P1: 'Serial': 'none' -> 'A-1'"), "{told}");
    assert!(told.ends_with("Done as far as this server can: 3 of 4 steps.\n"), "{told}");
    let report = account.try_apply(&plant(PUMP), Options::default()).unwrap();
    assert!(report.plan_text().contains("values of attributes can't be read here"), "{}", report.plan_text());
    assert_eq!(report.to_json()["steps"][0]["outcome"], "unsupported");
}

#[test]
fn a_value_that_is_refused_is_named() {
    let world = world();
    let account = Account::of(&world).with_values();
    let file = PUMP.replace("Serial: A-1", "Serial: refuse me");
    let report = account.try_apply(&plant(&file), Options::default()).unwrap();
    assert_eq!(report.exit().code(), 4);
    let told = report.outcome_text();
    assert!(told.contains("'Serial' of 'P1': InvalidRequestException: no"), "{told}");
    let kept = account.try_apply(&plant(PUMP), Options::default()).unwrap();
    assert_eq!(kept.exit().code(), 0);
}
