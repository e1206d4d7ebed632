//! What the hub that is left reveals of one task.

use serde_json::{Value, json};

use super::Side;
use super::page;
use crate::aws_client::{CallError, Service, moment};

/// A task with everything that hangs on it.
pub(super) struct Revealed {
    /// All updates, oldest first, as `MigrationTaskUpdateList` has them.
    pub updates: Vec<Value>,
    pub attributes: Vec<Value>,
    pub created_artifacts: Vec<Value>,
    pub discovered_resources: Vec<Value>,
    pub source_resources: Vec<Value>,
}

/// Where a task is, as an input of most operations.
pub(super) fn input(stream: &str, task: &str) -> Value {
    json!({"ProgressUpdateStream": stream, "MigrationTaskName": task})
}

/// Reads a task; `None` when it is gone meanwhile.
pub(super) fn read(side: Side<'_>, stream: &str, task: &str) -> Result<Option<Revealed>, CallError> {
    match read_present(side, stream, task) {
        Ok(found) => Ok(Some(found)),
        Err(error) if error.code() == Some("ResourceNotFoundException") => Ok(None),
        Err(error) => Err(error),
    }
}

fn read_present(side: Side<'_>, stream: &str, name: &str) -> Result<Revealed, CallError> {
    let at = || input(stream, name);
    let mut task = side.hub("DescribeMigrationTask", &at())?["MigrationTask"].take();
    let attributes = match task["ResourceAttributeList"].take() {
        Value::Array(attributes) => attributes,
        _ => Vec::new(),
    };
    Ok(Revealed {
        updates: with_current(updates(side, stream, name)?, &task),
        attributes,
        created_artifacts: list(side, "ListCreatedArtifacts", at(), "CreatedArtifactList")?,
        discovered_resources: list(side, "ListDiscoveredResources", at(), "DiscoveredResourceList")?,
        source_resources: list(side, "ListSourceResources", at(), "SourceResourceList")?,
    })
}

/// Lists a task's updates, oldest first; among equal times the order is the list's, turned around.
pub(super) fn updates(side: Side<'_>, stream: &str, task: &str) -> Result<Vec<Value>, CallError> {
    let mut input = input(stream, task);
    input["MaxResults"] = json!(100);
    let mut updates = list(side, "ListMigrationTaskUpdates", input, "MigrationTaskUpdateList")?;
    updates.reverse();
    updates.sort_by_key(|update| moment(&update["UpdateDateTime"]));
    Ok(updates)
}

/// Adds the current state where the history lacks it: history is younger than the service.
fn with_current(mut updates: Vec<Value>, task: &Value) -> Vec<Value> {
    let state = &task["Task"];
    // An imported task that was never notified looks like this, and has no update to replay.
    let is_bare = *state == json!({"Status": "NOT_STARTED"}) && updates.is_empty();
    let at = moment(&task["UpdateDateTime"]);
    let is_told = updates
        .iter()
        .any(|update| moment(&update["UpdateDateTime"]) == at && update["MigrationTaskState"] == *state);
    if !is_bare && !is_told && state.is_object() {
        updates.push(json!({"UpdateDateTime": task["UpdateDateTime"], "MigrationTaskState": state}));
        updates.sort_by_key(|update| moment(&update["UpdateDateTime"]));
    }
    updates
}

/// Lists from Migration Hub; an operation that the source does not know yet lists nothing.
fn list(side: Side<'_>, operation: &str, input: Value, items: &str) -> Result<Vec<Value>, CallError> {
    match page::all(side, Service::MigrationHub, operation, input, items) {
        Err(error) if error.is_unknown_operation() => Ok(Vec::new()),
        found => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn update(at: f64, state: Value) -> Value {
        json!({"UpdateDateTime": at, "MigrationTaskState": state})
    }

    #[test]
    fn the_current_state_joins_a_history_that_lacks_it() {
        let done = json!({"Status": "COMPLETED", "ProgressPercent": 100});
        let task = json!({"Task": done, "UpdateDateTime": 20});
        let early = update(10.0, json!({"Status": "IN_PROGRESS"}));
        let late = update(30.0, json!({"Status": "FAILED"}));
        let found = with_current(vec![early.clone(), late.clone()], &task);
        let expected = [early.clone(), json!({"UpdateDateTime": 20, "MigrationTaskState": done}), late];
        assert_eq!(found, expected);
        let known = vec![early, update(20.0, done)];
        assert_eq!(with_current(known.clone(), &task), known, "it is told already");
    }

    #[test]
    fn a_task_that_was_only_imported_has_no_update() {
        let task = json!({"Task": {"Status": "NOT_STARTED"}, "UpdateDateTime": 20});
        assert_eq!(with_current(Vec::new(), &task), Vec::<Value>::new());
        let failed = json!({"Task": {"Status": "FAILED"}, "UpdateDateTime": 20});
        assert_eq!(with_current(Vec::new(), &failed).len(), 1);
    }
}
