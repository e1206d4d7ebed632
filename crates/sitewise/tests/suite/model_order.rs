//! The order of checks on models, shown by inputs that have the faults of all later checks, too.

use serde_json::{Value, json};
use testkit::Caller;

use crate::composite::{alarm, measurement, transform};
use crate::plant::{CONFLICT, EXISTS, INVALID, LIMIT, NOBODY, NOT_FOUND, PRECONDITION, each, model};

const TAKEN: &str = "a1b2c3d4-5678-90ab-cdef-11111aaaaaaa";

/// Sends an input again and again, with one fault less each time.
struct Ladder<'a> {
    caller: Caller<'a>,
    operation: &'static str,
    input: Value,
}

impl Ladder<'_> {
    #[track_caller]
    fn says(&self, name: &str, message: &str) {
        let refusal = self.caller.refused(self.operation, self.input.clone());
        let fits = refusal.name == name && refusal.message().contains(message);
        assert!(fits, "{} {} instead of {name} {message}", refusal.name, refusal.message());
    }

    fn set(&mut self, member: &str, value: Value) {
        self.input[member] = value;
    }
}

fn many(count: usize, one: impl Fn(usize) -> Value) -> Value {
    (0..count).map(one).collect()
}

fn hierarchy(i: usize) -> Value {
    json!({ "name": format!("h{i}"), "childAssetModelId": NOBODY })
}

#[test]
fn creating_a_model_checks_in_the_order_of_the_book() {
    each(|world| {
        let caller = world.caller();
        model(
            &caller,
            json!({ "assetModelName": "taken", "assetModelId": TAKEN, "assetModelExternalId": "taken-1" }),
        );
        let mut ladder = Ladder {
            caller,
            operation: "CreateAssetModel",
            input: json!({
                "assetModelName": "taken",
                "assetModelId": TAKEN,
                "assetModelExternalId": "taken-1",
                "assetModelProperties": many(601, |_| json!({ "name": "p", "dataType": "STRUCT", "type": {} })),
                "assetModelHierarchies": many(31, |_| hierarchy(0)),
                "assetModelCompositeModels": [{ "name": "c", "type": "CUSTOM" }],
            }),
        };
        ladder.says(EXISTS, "the name taken");
        ladder.set("assetModelName", json!("new"));
        ladder.says(EXISTS, TAKEN);
        ladder.set("assetModelId", Value::Null);
        ladder.says(EXISTS, "the external id taken-1");
        ladder.set("assetModelExternalId", Value::Null);
        ladder.says(LIMIT, "assetModelProperties has 601 entries");
        ladder.set("assetModelProperties", json!([{ "name": "p", "dataType": "STRUCT", "type": {} }]));
        ladder.says(LIMIT, "assetModelHierarchies has 31 entries");
        ladder.set("assetModelHierarchies", json!([hierarchy(0), hierarchy(0)]));
        ladder.says(INVALID, "must have exactly one of attribute, measurement, transform, metric");
        let structure = json!({ "name": "p", "dataType": "STRUCT", "type": { "measurement": {} } });
        ladder.set("assetModelProperties", json!([structure, structure]));
        ladder.says(INVALID, "name 'p' occurs more than once");
        ladder.set("assetModelProperties", json!([structure]));
        ladder.says(INVALID, "dataTypeSpec is required");
        let unknown = transform("t", json!({ "propertyId": "nothing" }));
        ladder.set("assetModelProperties", json!([unknown]));
        ladder.says(INVALID, "only AWS/ALARM is");
        let one = json!({ "name": "c", "type": "AWS/ALARM", "properties": alarm() });
        ladder.set("assetModelCompositeModels", json!([one, one]));
        ladder.says(INVALID, "name 'c' occurs more than once");
        ladder.set("assetModelCompositeModels", json!([one]));
        ladder.says(NOT_FOUND, NOBODY);
        ladder.set("assetModelHierarchies", json!([]));
        ladder.says(INVALID, "names no property");
        ladder.set("assetModelProperties", json!([measurement("nothing"), unknown]));
        ladder.caller.ok("CreateAssetModel", ladder.input.clone());
    });
}

#[test]
fn updating_a_model_tells_a_stale_writer_before_it_looks_at_the_body() {
    each(|world| {
        let caller = world.caller();
        model(&caller, json!({ "assetModelName": "taken" }));
        let slow = world.caller().installed(|installation| installation.propagation_ms = 2000);
        let id = model(&slow, json!({ "assetModelName": "mine", "assetModelExternalId": "mine-1" }));
        let mut ladder = Ladder {
            caller,
            operation: "UpdateAssetModel",
            input: json!({
                "assetModelId": NOBODY,
                "ifMatch": "x".repeat(43),
                "assetModelName": "taken",
                "assetModelExternalId": "other-1",
                "assetModelProperties": many(601, |i| measurement(&format!("p{i}"))),
                "assetModelHierarchies": [hierarchy(0)],
            }),
        };
        ladder.says(NOT_FOUND, NOBODY);
        ladder.set("assetModelId", json!(id));
        ladder.says(PRECONDITION, &id);
        ladder.set("ifMatch", Value::Null);
        ladder.says(CONFLICT, "is CREATING");
        world.pass(std::time::Duration::from_secs(2));
        let settled: Result<usize, store::Error> =
            world.store().write_blocking(|tx| sitewise::reconcile(tx, 10));
        assert_eq!(settled.unwrap(), 1);
        ladder.says(INVALID, "can't be changed to 'other-1'");
        ladder.set("assetModelExternalId", Value::Null);
        ladder.says(EXISTS, "the name taken");
        ladder.set("assetModelName", json!("mine"));
        ladder.says(LIMIT, "assetModelProperties has 601 entries");
        ladder.set("assetModelProperties", json!([transform("t", json!({ "propertyId": "nothing" }))]));
        ladder.says(NOT_FOUND, NOBODY);
        ladder.set("assetModelHierarchies", json!([]));
        ladder.says(INVALID, "names no property");
        ladder.set("assetModelProperties", json!([measurement("p")]));
        let answer = ladder.caller.ok("UpdateAssetModel", ladder.input.clone());
        assert_eq!(answer["assetModelStatus"], json!({ "state": "UPDATING" }));
    });
}

#[test]
fn deleting_a_model_names_the_first_thing_that_uses_it() {
    each(|world| {
        let caller = world.caller();
        let child = model(
            &caller,
            json!({ "assetModelName": "child", "assetModelProperties": [measurement("flow")] }),
        );
        let parent = model(
            &caller,
            json!({
                "assetModelName": "parent",
                "assetModelHierarchies": [{ "name": "below", "childAssetModelId": child }],
            }),
        );
        crate::plant::asset(&caller, &child, "one");
        let mut ladder = Ladder {
            caller,
            operation: "DeleteAssetModel",
            input: json!({ "assetModelId": NOBODY, "ifMatch": "x".repeat(43) }),
        };
        ladder.says(NOT_FOUND, NOBODY);
        ladder.set("assetModelId", json!(child));
        ladder.says(PRECONDITION, &child);
        ladder.set("ifMatch", Value::Null);
        ladder.says(CONFLICT, "still has assets");
        let assets = ladder.caller.ok("ListAssets", json!({ "assetModelId": child }));
        ladder.caller.ok("DeleteAsset", json!({ "assetId": assets["assetSummaries"][0]["id"] }));
        ladder.says(CONFLICT, &format!("is the child of a hierarchy of asset model '{parent}'"));
    });
}
