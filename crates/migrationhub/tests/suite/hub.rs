//! A hub for one test: the tables of this crate, and callers with a home region.

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World, each_world};

pub static ROOMS: &[&store::Room] = &[&service::ROOM, &migrationhub::ROOM];

/// The tool's stream and task of most tests.
pub const STREAM: &str = "SMS";
pub const TASK: &str = "sms-12de3cf1a";

/// Runs a test in a region without a home region, on every database.
pub fn each_bare(test: impl Fn(&World)) {
    each_world(ROOMS, migrationhub::register, test);
}

/// Runs a test with a home region, a stream and a task, on every database.
pub fn each_hub(test: impl Fn(&World)) {
    each_bare(|world| {
        settle(&world.caller());
        test(world);
    });
}

/// Sets the caller's home region to the region they call from, and makes the stream and the task.
pub fn settle(caller: &Caller<'_>) {
    let region = caller.call().region;
    caller.ok("CreateHomeRegionControl", json!({"HomeRegion": region, "Target": {"Type": "ACCOUNT"}}));
    caller.ok("CreateProgressUpdateStream", json!({"ProgressUpdateStreamName": STREAM}));
    caller.ok("ImportMigrationTask", on_task(json!({})));
}

/// Adds the names of stream and task to an input.
pub fn on_task(mut input: Value) -> Value {
    input["ProgressUpdateStream"] = STREAM.into();
    input["MigrationTaskName"] = TASK.into();
    input
}

/// The ARN of an image.
pub fn image(name: &str) -> String {
    format!("arn:aws:ec2:us-east-1:488216288981:image/{name}")
}

/// Checks name and part of the message of a refusal; Migration Hub answers client faults with 400.
#[track_caller]
pub fn assert_refused(refusal: &Refusal, name: &str, says: &str) {
    assert_eq!((refusal.status, refusal.name.as_str()), (400, name), "{}", refusal.body);
    assert!(refusal.body["Message"].as_str().is_some_and(|text| text.contains(says)), "{}", refusal.body);
    assert_eq!(refusal.body["__type"], name);
}

/// Takes every step that waits for the server itself.
pub fn reconcile(world: &World) {
    let step = |tx: &mut store::Tx| -> Result<usize, store::Error> { migrationhub::reconcile(tx, 500) };
    while world.store().write_blocking(step).unwrap() > 0 {}
    let due: Result<bool, store::Error> = world.store().read_blocking(migrationhub::is_due);
    assert!(!due.unwrap());
}
