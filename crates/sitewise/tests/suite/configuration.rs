//! Storage, default encryption and logging of an account.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::configuration::storage::{self, Retention, StorageConfiguration};
use sitewise::place::Place;
use testkit::{Caller, World};

use crate::plant::{CONFLICT, INVALID, NOT_FOUND, each};

const PUT: &str = "PutStorageConfiguration";
const DESCRIBE: &str = "DescribeStorageConfiguration";

fn describe(caller: &Caller<'_>) -> Value {
    caller.ok(DESCRIBE, json!({}))
}

fn default(more: Value) -> Value {
    with(json!({ "storageType": "SITEWISE_DEFAULT_STORAGE" }), more)
}

fn layered(more: Value) -> Value {
    let place = json!({
        "s3ResourceArn": "arn:aws:s3:::plant-data/cold/",
        "roleArn": "arn:aws:iam::111122223333:role/sitewise",
    });
    let layers = json!({ "customerManagedS3Storage": place });
    with(json!({ "storageType": "MULTI_LAYER_STORAGE", "multiLayerStorage": layers }), more)
}

fn with(mut base: Value, more: Value) -> Value {
    let Value::Object(more) = more else { panic!("{more} is no object") };
    base.as_object_mut().unwrap().extend(more);
    base
}

/// What is in force for a caller, as the engine asks it.
fn in_force(world: &World, caller: &Caller<'_>) -> StorageConfiguration {
    let call = caller.call();
    let found: Result<StorageConfiguration, store::Error> =
        world.store().read_blocking(move |tx| storage::of(tx, Place::of(&call), &call.installation));
    found.unwrap()
}

#[test]
fn a_new_account_keeps_everything_in_the_hot_tier_for_ever() {
    each(|world| {
        let caller = world.caller();
        let unset = json!({
            "storageType": "SITEWISE_DEFAULT_STORAGE", "disassociatedDataStorage": "ENABLED",
            "retentionPeriod": { "unlimited": true }, "warmTier": "DISABLED", "disallowIngestNullNaN": false,
            "configurationStatus": { "state": "ACTIVE" },
        });
        assert_eq!(describe(&caller), unset);
        assert!(in_force(world, &caller).disassociated);
        let strict =
            caller.clone().installed(|installation| installation.disassociated_data_storage_off = true);
        let mut off = unset;
        off["disassociatedDataStorage"] = json!("DISABLED");
        assert_eq!(describe(&strict), off);
        assert!(!in_force(world, &strict).disassociated);
    });
}

#[test]
fn what_is_put_holds_at_once_and_replaces_what_was_there() {
    each(|world| {
        let caller = world.caller();
        let input = default(json!({
            "retentionPeriod": { "numberOfDays": 30 }, "disallowIngestNullNaN": true, "warmTier": "ENABLED",
        }));
        let accepted = json!({
            "storageType": "SITEWISE_DEFAULT_STORAGE", "disassociatedDataStorage": "ENABLED",
            "retentionPeriod": { "numberOfDays": 30 }, "warmTier": "ENABLED", "disallowIngestNullNaN": true,
        });
        let status = |state: &str| json!({ "configurationStatus": { "state": state } });
        assert_eq!(caller.ok(PUT, input), with(accepted.clone(), status("UPDATE_IN_PROGRESS")));
        let dated = json!({ "lastUpdateDate": 1_700_000_000 });
        assert_eq!(describe(&caller), with(with(accepted, status("ACTIVE")), dated));
        let held = in_force(world, &caller);
        assert_eq!(
            (held.retention, held.disallow_null_nan, held.warm_tier),
            (Retention::Days(30), true, true)
        );
        world.pass(Duration::from_secs(7));
        caller.ok(PUT, default(json!({ "retentionPeriod": { "unlimited": true } })));
        let described = describe(&caller);
        assert_eq!(described["lastUpdateDate"], 1_700_000_007);
        assert_eq!(
            (&described["warmTier"], &described["disallowIngestNullNaN"]),
            (&json!("DISABLED"), &json!(false))
        );
        caller.ok(PUT, default(json!({ "retentionPeriod": { "numberOfDays": 31, "unlimited": false } })));
        assert_eq!(in_force(world, &caller).retention, Retention::Days(31));
        caller.ok(PUT, default(json!({})));
        assert_eq!(in_force(world, &caller).retention, Retention::Unlimited);
    });
}

#[test]
fn disassociated_data_storage_is_enabled_once_and_for_all() {
    each(|world| {
        let caller = world.caller();
        let strict =
            caller.clone().installed(|installation| installation.disassociated_data_storage_off = true);
        let off = || default(json!({ "disassociatedDataStorage": "DISABLED" }));
        assert_eq!(caller.refused(PUT, off()).name, INVALID);
        strict.ok(PUT, off());
        strict.ok(PUT, default(json!({})));
        assert!(!in_force(world, &strict).disassociated);
        // What an account has put counts more than what the installation begins with.
        assert!(!in_force(world, &caller).disassociated);
        strict.ok(PUT, default(json!({ "disassociatedDataStorage": "ENABLED" })));
        let refusal = strict.refused(PUT, off());
        assert_eq!(refusal.name, INVALID);
        assert!(refusal.message().contains("can't be DISABLED"), "{}", refusal.message());
        strict.ok(PUT, default(json!({})));
        assert!(in_force(world, &strict).disassociated);
    });
}

#[test]
fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    each(|world| {
        let caller = world.caller();
        let before = describe(&caller);
        let cold = |s3: &str, role: &str| {
            layered(json!({ "multiLayerStorage": { "customerManagedS3Storage": {
                "s3ResourceArn": s3, "roleArn": role } } }))
        };
        let (bucket, role) = ("arn:aws:s3:::plant-data", "arn:aws:iam::111122223333:role/r");
        let layers = layered(json!({}))["multiLayerStorage"].clone();
        for (input, says) in [
            (json!({}), "storageType"),
            (json!({ "storageType": "TAPE" }), "storageType"),
            (json!({ "storageType": "MULTI_LAYER_STORAGE" }), "multiLayerStorage is required"),
            (
                json!({ "storageType": "MULTI_LAYER_STORAGE", "multiLayerStorage": {} }),
                "customerManagedS3Storage",
            ),
            (default(json!({ "multiLayerStorage": layers })), "leave it out"),
            (cold("arn:aws:s3:us-east-1::plant-data", role), "s3ResourceArn"),
            (cold("plant-data", role), "s3ResourceArn"),
            (cold(bucket, "arn:aws:iam::111122223333:user/u"), "roleArn"),
            (default(json!({ "retentionPeriod": { "numberOfDays": 29 } })), "least is 30"),
            (default(json!({ "retentionPeriod": { "numberOfDays": -1 } })), "least is 30"),
            (default(json!({ "retentionPeriod": { "numberOfDays": 40, "unlimited": true } })), "one of them"),
            (default(json!({ "retentionPeriod": {} })), "needs numberOfDays"),
            (default(json!({ "retentionPeriod": { "unlimited": false } })), "needs numberOfDays"),
            (
                default(json!({ "warmTier": "ENABLED", "warmTierRetentionPeriod": { "unlimited": true } })),
                "needs storageType MULTI_LAYER_STORAGE",
            ),
            (layered(json!({ "warmTierRetentionPeriod": { "unlimited": true } })), "needs warmTier ENABLED"),
            (
                layered(json!({ "warmTier": "ENABLED", "warmTierRetentionPeriod": { "numberOfDays": 5 } })),
                "warmTierRetentionPeriod has numberOfDays 5",
            ),
            (default(json!({ "warmTier": "LUKEWARM" })), "warmTier"),
            (default(json!({ "disassociatedDataStorage": "MAYBE" })), "disassociatedDataStorage"),
            // Several faults at once: the cold tier is looked at first, retention last.
            (
                default(json!({ "multiLayerStorage": layers, "disassociatedDataStorage": "DISABLED" })),
                "leave it out",
            ),
            (
                default(json!({ "retentionPeriod": {}, "disassociatedDataStorage": "DISABLED" })),
                "can't be DISABLED",
            ),
        ] {
            let refusal = caller.refused(PUT, input.clone());
            assert_eq!((refusal.name.as_str(), refusal.status), (INVALID, 400), "{input}");
            assert!(refusal.message().contains(says), "{input} {}", refusal.message());
        }
        assert_eq!(describe(&caller), before);
    });
}

#[test]
fn a_cold_tier_without_an_object_store_fails_and_leaves_in_force_what_was() {
    each(|world| {
        let caller = world.caller();
        caller.ok(PUT, default(json!({ "retentionPeriod": { "numberOfDays": 90 } })));
        let held = in_force(world, &caller);
        let asked = layered(json!({
            "retentionPeriod": { "numberOfDays": 30 }, "warmTier": "ENABLED",
            "warmTierRetentionPeriod": { "numberOfDays": 60 },
        }));
        let answer = caller.ok(PUT, asked.clone());
        assert_eq!(answer["configurationStatus"], json!({ "state": "UPDATE_IN_PROGRESS" }));
        let described = describe(&caller);
        for member in
            ["storageType", "multiLayerStorage", "retentionPeriod", "warmTier", "warmTierRetentionPeriod"]
        {
            assert_eq!(described[member], asked[member], "{member}");
        }
        let status = &described["configurationStatus"];
        assert_eq!(
            (&status["state"], &status["error"]["code"]),
            (&json!("UPDATE_FAILED"), &json!("VALIDATION_ERROR"))
        );
        let message = status["error"]["message"].as_str().unwrap();
        assert!(message.contains("No object store is configured"), "{message}");
        // Nothing is deleted from the hot tier in the belief that it is in the cold one.
        assert_eq!(in_force(world, &caller), held);
        // A second failure does not make the first one count.
        caller.ok(PUT, layered(json!({})));
        assert_eq!(in_force(world, &caller), held);
        caller.ok(PUT, default(json!({})));
        assert_eq!(describe(&caller)["configurationStatus"], json!({ "state": "ACTIVE" }));
    });
}

#[test]
fn a_put_in_progress_excludes_another_and_is_in_force_only_after_it() {
    each(|world| {
        let caller = world.caller().installed(|installation| installation.propagation_ms = 1000);
        caller.ok(PUT, default(json!({ "disallowIngestNullNaN": true })));
        assert_eq!(describe(&caller)["configurationStatus"], json!({ "state": "UPDATE_IN_PROGRESS" }));
        assert!(!in_force(world, &caller).disallow_null_nan);
        let refusal = caller.refused(PUT, default(json!({})));
        assert_eq!((refusal.name.as_str(), refusal.status), (CONFLICT, 409));
        assert_eq!(refusal.body["resourceId"], "111122223333");
        assert_eq!(
            refusal.body["resourceArn"],
            "arn:aws:iotsitewise:us-east-1:111122223333:configuration/account/storage"
        );
        assert_eq!(caller.refused(PUT, json!({ "storageType": "MULTI_LAYER_STORAGE" })).name, INVALID);
        world.pass(Duration::from_secs(1));
        assert_eq!(describe(&caller)["configurationStatus"], json!({ "state": "ACTIVE" }));
        assert!(in_force(world, &caller).disallow_null_nan);
        caller.ok(PUT, layered(json!({})));
        world.pass(Duration::from_secs(1));
        assert_eq!(describe(&caller)["configurationStatus"]["state"], "UPDATE_FAILED");
        assert!(in_force(world, &caller).disallow_null_nan);
    });
}

#[test]
fn each_account_and_region_has_a_configuration_of_its_own() {
    each(|world| {
        let caller = world.caller();
        caller.ok(PUT, default(json!({ "disallowIngestNullNaN": true })));
        caller.ok("PutLoggingOptions", json!({ "loggingOptions": { "level": "INFO" } }));
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            assert_eq!(describe(&stranger)["disallowIngestNullNaN"], false);
            let options = stranger.ok("DescribeLoggingOptions", json!({}));
            assert_eq!(options, json!({ "loggingOptions": { "level": "OFF" } }));
        }
    });
}

#[test]
fn there_is_no_key_service_and_none_is_pretended() {
    each(|world| {
        let caller = world.caller();
        let default = json!({
            "encryptionType": "SITEWISE_DEFAULT_ENCRYPTION", "configurationStatus": { "state": "ACTIVE" },
        });
        let describe = || caller.ok("DescribeDefaultEncryptionConfiguration", json!({}));
        let put = "PutDefaultEncryptionConfiguration";
        assert_eq!(describe(), default);
        assert_eq!(caller.ok(put, json!({ "encryptionType": "SITEWISE_DEFAULT_ENCRYPTION" })), default);
        for (input, says) in [
            (json!({ "encryptionType": "KMS_BASED_ENCRYPTION" }), "kmsKeyId is required"),
            (
                json!({ "encryptionType": "KMS_BASED_ENCRYPTION", "kmsKeyId": "k" }),
                "no key service is configured",
            ),
            (json!({ "encryptionType": "SITEWISE_DEFAULT_ENCRYPTION", "kmsKeyId": "k" }), "leave it out"),
            (json!({ "encryptionType": "ROT13" }), "encryptionType"),
            (json!({}), "encryptionType"),
        ] {
            let refusal = caller.refused(put, input);
            assert_eq!((refusal.name.as_str(), refusal.status), (INVALID, 400));
            assert!(refusal.message().contains(says), "{}", refusal.message());
        }
        assert_eq!(describe(), default);
    });
}

#[test]
fn the_level_of_logging_is_off_until_it_is_set() {
    each(|world| {
        let caller = world.caller();
        let level = || caller.ok("DescribeLoggingOptions", json!({}))["loggingOptions"]["level"].clone();
        assert_eq!(level(), "OFF");
        for wanted in ["INFO", "ERROR", "OFF", "INFO"] {
            let input = json!({ "loggingOptions": { "level": wanted } });
            assert_eq!(caller.ok("PutLoggingOptions", input), json!({}));
            assert_eq!(level(), wanted);
        }
        for input in
            [json!({ "loggingOptions": { "level": "LOUD" } }), json!({ "loggingOptions": {} }), json!({})]
        {
            assert_eq!(caller.refused("PutLoggingOptions", input).name, INVALID);
        }
        let input = json!({ "loggingOptions": { "level": "OFF" }, "workspaceName": "w" });
        assert_eq!(caller.refused("PutLoggingOptions", input).name, NOT_FOUND);
        assert_eq!(caller.refused("DescribeLoggingOptions", json!({ "workspaceName": "w" })).name, NOT_FOUND);
        assert_eq!(caller.refused("DescribeLoggingOptions", json!({ "workspaceName": "a b" })).name, INVALID);
        assert_eq!(level(), "INFO");
    });
}
