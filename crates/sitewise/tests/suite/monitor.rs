//! What the tests of SiteWise Monitor share: a portal with a project, and what dashboards look like.

use serde_json::{Value, json};
use testkit::Caller;

use crate::plant::text;

/// A role that portals read by.
pub const ROLE: &str = "arn:aws:iam::111122223333:role/service-role/Monitor";

/// The least that a portal is created with.
pub fn portal_input(name: &str) -> Value {
    json!({ "portalName": name, "portalContactEmail": "ops@example.com", "roleArn": ROLE })
}

/// Creates a portal and answers its id.
#[track_caller]
pub fn portal(caller: &Caller<'_>, name: &str) -> String {
    text(&caller.ok("CreatePortal", portal_input(name))["portalId"])
}

/// Creates a project and answers its id.
#[track_caller]
pub fn project(caller: &Caller<'_>, portal: &str, name: &str) -> String {
    text(&caller.ok("CreateProject", json!({ "portalId": portal, "projectName": name }))["projectId"])
}

/// Creates a dashboard and answers its id.
#[track_caller]
pub fn dashboard(caller: &Caller<'_>, project: &str, name: &str) -> String {
    let input = json!({ "projectId": project, "dashboardName": name, "dashboardDefinition": "{}" });
    text(&caller.ok("CreateDashboard", input)["dashboardId"])
}

/// Creates an access policy of an Identity Center user and answers its id.
#[track_caller]
pub fn access_policy(caller: &Caller<'_>, user: &str, resource: &Value) -> String {
    let input = json!({
        "accessPolicyIdentity": { "user": { "id": user } }, "accessPolicyResource": resource,
        "accessPolicyPermission": "VIEWER",
    });
    text(&caller.ok("CreateAccessPolicy", input)["accessPolicyId"])
}

/// An input with other members added or, where they are null, taken away.
pub fn with(mut input: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().unwrap() {
        input[name] = value.clone();
    }
    input
}

/// The names in one page of a list, or in all of them.
pub fn names_of(pages: &[Value], member: &str) -> Vec<String> {
    let summaries = pages.iter().flat_map(|page| page[member].as_array().unwrap());
    summaries.map(|summary| text(&summary["name"])).collect()
}
