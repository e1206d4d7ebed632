//! The tables of Migration Hub, its Config service and Application Discovery: complete, consistent, safe on any input.

#[path = "../../model/tests/checks/mod.rs"]
mod checks;

use model::{Decode, Encode, ModelledError, Operation, validate};
use model_migrationhub::{config, discovery, mgh};
use serde_json::json;

#[test]
fn all_operations_are_there_and_distinct() {
    checks::specs(mgh::SPECS, 21, mgh::Error::ALL);
    checks::specs(config::SPECS, 4, config::Error::ALL);
    checks::specs(discovery::SPECS, 28, discovery::Error::ALL);
}

#[test]
fn config_signs_as_the_hub_and_discovery_spells_its_message_in_lower_case() {
    assert_eq!((config::SERVICE.signing_name, config::SERVICE.message_member), ("mgh", "Message"));
    assert_eq!(config::SERVICE.target_prefix, Some("AWSMigrationHubMultiAccountService"));
    assert_eq!(
        (discovery::SERVICE.signing_name, discovery::SERVICE.message_member),
        ("discovery", "message")
    );
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(checks::patterns(mgh::SPECS).len(), 8);
    assert_eq!(checks::patterns(config::SPECS).len(), 4);
    assert!(checks::patterns(discovery::SPECS).len() > 10);
}

#[test]
fn arbitrary_inputs_never_panic() {
    checks::arbitrary(mgh::SPECS, mgh::operations::DECODERS);
    checks::arbitrary(config::SPECS, config::operations::DECODERS);
    checks::arbitrary(discovery::SPECS, discovery::operations::DECODERS);
}

#[test]
fn the_largest_number_of_seconds_is_accepted() {
    let spec = mgh::operations::NotifyMigrationTaskState::SPEC;
    let members = json!({
        "ProgressUpdateStream": "s", "MigrationTaskName": "t", "Task": {"Status": "IN_PROGRESS", "StatusDetail": ""},
        "UpdateDateTime": 1.493_750_385e9, "NextUpdateSeconds": i64::MAX
    });
    let members = members.as_object().unwrap().clone();
    validate(spec.input, &members).unwrap();
    let input = mgh::types::NotifyMigrationTaskStateRequest::decode(members);
    assert_eq!(input.next_update_seconds, Some(i64::MAX));
    assert_eq!(input.update_date_time.millis(), 1_493_750_385_000);
    assert_eq!(input.task.progress_percent, None);
}

#[test]
fn a_throttled_caller_is_told_in_body_and_header() {
    let error = mgh::Error::from(mgh::types::ThrottlingException {
        message: "slow down".to_owned(),
        retry_after_seconds: Some(2),
    });
    let mut headers = Vec::new();
    error.headers(&mut headers);
    assert_eq!(headers, [("Retry-After", "2".to_owned())]);
    assert_eq!(model::json::to_string(&error), r#"{"Message":"slow down","RetryAfterSeconds":2}"#);
    assert_eq!((error.name(), error.status()), ("ThrottlingException", 400));
    assert_eq!(mgh::Error::from(mgh::types::InternalServerError::default()).status(), 500);
}
