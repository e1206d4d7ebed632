//! Application Discovery: the operations that Migration Hub is useful with.

mod access;
mod application;
mod batch_delete;
mod configuration_item;
mod export_task;
mod import_task;
mod import_upload;
mod tag;

use serde_json::{Value, json};
use testkit::{Caller, Refusal, World};

use crate::hub::STREAM;

/// Checks a refusal in this service's dialect: `message` with a lower-case letter, and never both.
#[track_caller]
pub fn assert_declined(refusal: &Refusal, name: &str, says: &str) {
    assert_eq!((refusal.status, refusal.name.as_str()), (400, name), "{}", refusal.body);
    assert!(refusal.body["message"].as_str().is_some_and(|text| text.contains(says)), "{}", refusal.body);
    assert_eq!(refusal.body.get("Message"), None);
}

pub fn application(caller: &Caller<'_>, name: &str) -> String {
    let created = caller.ok("CreateApplication", json!({"name": name}));
    created["configurationId"].as_str().unwrap().to_owned()
}

/// Makes a server known through matching, and answers its id.
pub fn server(world: &World, caller: &Caller<'_>, attributes: &[(&str, &str)]) -> String {
    let task = json!({"ProgressUpdateStream": STREAM, "MigrationTaskName": format!("{attributes:?}")});
    caller.ok("ImportMigrationTask", task.clone());
    let list: Vec<Value> =
        attributes.iter().map(|(kind, value)| json!({"Type": kind, "Value": value})).collect();
    let mut input = task.clone();
    input["ResourceAttributeList"] = list.into();
    caller.ok("PutResourceAttributes", input);
    crate::hub::reconcile(world);
    let tied = caller.ok("ListDiscoveredResources", task);
    tied["DiscoveredResourceList"][0]["ConfigurationId"].as_str().unwrap().to_owned()
}

/// Lists one member of all configurations that a list shows, over all pages.
pub fn listed(caller: &Caller<'_>, input: &Value, member: &str) -> Vec<String> {
    let pages = caller.pages("ListConfigurations", input, "nextToken");
    let rows = pages.iter().flat_map(|page| page["configurations"].as_array().unwrap());
    rows.map(|row| row[member].as_str().unwrap().to_owned()).collect()
}
