//! Applications: their status, and, where both sides keep them, their names, servers and tags.
//!
//! An application gets its original id when its status is notified here, a server when a task is linked with it; the
//! public API has no other way to choose ids.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::replay::is_about_the_request;
use super::{Side, Summary, page};
use crate::aws_client::{CallError, Service};

/// Ids of one DescribeConfigurations; AWS states no limit, its own tools ask for few at a time.
const DESCRIBED_AT_ONCE: usize = 20;

/// An association of a server with its application.
type Member = (String, String);

/// Replays what is known of applications; only a side that cannot be reached at all is an error.
pub(super) fn replay(there: Side<'_>, here: Side<'_>, summary: &mut Summary) -> Result<(), String> {
    let input = json!({"MaxResults": 100});
    let found =
        page::all(there, Service::MigrationHub, "ListApplicationStates", input, "ApplicationStateList");
    let Some(states) = answered(found, "application states", summary)? else { return Ok(()) };
    for state in &states {
        match notify(here, state) {
            Ok(()) => summary.application_states += 1,
            Err(error) if error.is_unknown_operation() => {
                summary.not_carried.push(format!("application states: {error}"));
                return Ok(());
            }
            Err(error) => refuse(error, &text(&state["ApplicationId"]), summary)?,
        }
    }
    let Some(servers) = answered(configurations(there, "SERVER"), "applications and servers", summary)?
    else {
        return Ok(());
    };
    let Some(known) = answered(configurations(here, "SERVER"), "applications and servers", summary)? else {
        return Ok(());
    };
    let ids = |rows: &[Value]| -> BTreeSet<String> {
        rows.iter().map(|row| text(&row["server.configurationId"])).collect()
    };
    let (servers, known) = (ids(&servers), ids(&known));
    name_applications(there, here, summary)?;
    let members = add_members(there, here, &servers, &known, summary)?;
    add_tags(there, here, &known, summary)?;
    // A server that joins its application may start it; the source knows better.
    for state in states.iter().filter(|state| state["ApplicationStatus"] == "NOT_STARTED") {
        let id = text(&state["ApplicationId"]);
        if members.iter().any(|(application, _)| *application == id) {
            notify(here, state).or_else(|error| refuse(error, &id, summary))?;
        }
    }
    let lost = servers.difference(&known).count();
    if lost > 0 {
        summary.not_carried.push(format!(
            "{lost} servers without a migration task: their ids cannot be given here (their attributes can be imported \
             from CSV, with new ids)"
        ));
    }
    if !servers.is_empty() {
        let attributes =
            "attributes of servers (host name, system, addresses): the API takes none for a given id";
        summary.not_carried.push(attributes.to_owned());
    }
    Ok(())
}

fn notify(here: Side<'_>, state: &Value) -> Result<(), CallError> {
    let mut input = json!({"ApplicationId": state["ApplicationId"], "Status": state["ApplicationStatus"]});
    if state["LastUpdatedTime"].is_number() {
        input["UpdateDateTime"] = state["LastUpdatedTime"].clone();
    }
    here.hub("NotifyApplicationState", &input).map(drop)
}

fn configurations(side: Side<'_>, kind: &str) -> Result<Vec<Value>, CallError> {
    let input = json!({"configurationType": kind, "maxResults": 100});
    page::all(side, Service::ApplicationDiscovery, "ListConfigurations", input, "configurations")
}

/// Gives applications their names and descriptions, where they differ.
fn name_applications(there: Side<'_>, here: Side<'_>, summary: &mut Summary) -> Result<(), String> {
    let found = configurations(there, "APPLICATION");
    let Some(applications) = answered(found, "names of applications", summary)? else { return Ok(()) };
    for application in applications {
        let id = text(&application["application.configurationId"]);
        let mut input = json!({"configurationId": id, "name": application["application.name"]});
        for (key, member) in [("application.description", "description"), ("application.wave", "wave")] {
            if let Some(value) = application[key].as_str().filter(|value| !value.is_empty()) {
                input[member] = json!(value);
            }
        }
        match here.discovery("UpdateApplication", &input) {
            Ok(_) => summary.applications += 1,
            Err(error) => refuse(error, &id, summary)?,
        }
    }
    Ok(())
}

/// Puts servers that have their ids here into their applications.
fn add_members(
    there: Side<'_>,
    here: Side<'_>,
    servers: &BTreeSet<String>,
    known: &BTreeSet<String>,
    summary: &mut Summary,
) -> Result<Vec<Member>, String> {
    let mut members = Vec::new();
    let ids: Vec<&String> = servers.intersection(known).collect();
    for some in ids.chunks(DESCRIBED_AT_ONCE) {
        let described = there.discovery("DescribeConfigurations", &json!({"configurationIds": some}));
        let Some(described) = answered(described, "servers of applications", summary)? else { break };
        for server in described["configurations"].as_array().into_iter().flatten() {
            let id = text(&server["server.configurationId"]);
            // A JSON text inside the JSON.
            let applications = server["server.applications"].as_str().unwrap_or("[]");
            let applications: Value = serde_json::from_str(applications).unwrap_or_default();
            for application in applications.as_array().into_iter().flatten() {
                members.push((text(&application["configurationId"]), id.clone()));
            }
        }
    }
    let mut by_application: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (application, server) in &members {
        by_application.entry(application).or_default().push(server);
    }
    for (application, servers) in by_application {
        let input = json!({"applicationConfigurationId": application, "configurationIds": servers});
        match here.discovery("AssociateConfigurationItemsToApplication", &input) {
            Ok(_) => summary.application_members += servers.len(),
            Err(error) => refuse(error, application, summary)?,
        }
    }
    Ok(members)
}

/// Tags whatever has its id here.
fn add_tags(
    there: Side<'_>,
    here: Side<'_>,
    known: &BTreeSet<String>,
    summary: &mut Summary,
) -> Result<(), String> {
    let input = json!({"maxResults": 100});
    let found = page::all(there, Service::ApplicationDiscovery, "DescribeTags", input, "tags");
    let Some(tags) = answered(found, "tags", summary)? else { return Ok(()) };
    let mut by_item: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for tag in tags {
        let id = text(&tag["configurationId"]);
        if known.contains(&id) || tag["configurationType"] == "APPLICATION" {
            by_item.entry(id).or_default().push(json!({"key": tag["key"], "value": tag["value"]}));
        }
    }
    for (id, tags) in by_item {
        match here.discovery("CreateTags", &json!({"configurationIds": [id], "tags": tags})) {
            Ok(_) => summary.tags += tags.len(),
            Err(error) => refuse(error, &id, summary)?,
        }
    }
    Ok(())
}

/// An answer, or `None` and a line of the summary when a side does not give it.
fn answered<T>(found: Result<T, CallError>, what: &str, summary: &mut Summary) -> Result<Option<T>, String> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(CallError::Unreachable(sentence)) => Err(sentence),
        Err(error) => {
            summary.not_carried.push(format!("{what}: {error}"));
            Ok(None)
        }
    }
}

fn refuse(error: CallError, id: &str, summary: &mut Summary) -> Result<(), String> {
    if !is_about_the_request(&error) {
        return Err(error.to_string());
    }
    summary.refused.push(format!("{id}: {error}"));
    Ok(())
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}
