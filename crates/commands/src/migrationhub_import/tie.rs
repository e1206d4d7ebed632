//! Which servers a task belongs to: what the source says, not what matching makes of the same attributes here.

use std::time::Duration;

use serde_json::{Value, json};

use super::journal::TaskName;
use super::source;
use super::{Side, page};
use crate::aws_client::{CallError, Service};

/// How long matching may take after the last attributes were put: a server that is not busy promises a second.
const MATCHING: Duration = Duration::from_millis(1500);

/// The servers that a task is tied to.
pub(super) fn of(side: Side<'_>, task: Value) -> Result<Vec<String>, CallError> {
    let list = "ListDiscoveredResources";
    let found = page::all(side, Service::MigrationHub, list, task, "DiscoveredResourceList")?;
    let ids = found.iter().filter_map(|item| item["ConfigurationId"].as_str());
    Ok(ids.map(str::to_owned).collect())
}

/// Cuts ties that matching made here beyond those that the tasks had before, such as one that a person cut at the
/// source.
///
/// A task without any server keeps what matching finds for it here.
pub(super) fn cut_surplus(here: Side<'_>, tasks: &[(TaskName, Vec<String>)]) -> Result<(), CallError> {
    if tasks.is_empty() {
        return Ok(());
    }
    std::thread::sleep(MATCHING);
    for ((stream, name), before) in tasks.iter().filter(|(_, before)| !before.is_empty()) {
        let input = || source::input(stream, name);
        for id in of(here, input())?.iter().filter(|id| !before.contains(id)) {
            let mut input = input();
            input["ConfigurationId"] = json!(id);
            match here.hub("DisassociateDiscoveredResource", &input) {
                // Somebody else was faster.
                Err(error) if error.code() != Some("ResourceNotFoundException") => return Err(error),
                _ => {}
            }
        }
    }
    Ok(())
}
