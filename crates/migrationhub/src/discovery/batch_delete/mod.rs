//! Deletion of servers in the background, followed by its task.

mod table;

use model::Timestamp;
use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::access::{Kind, admit};
use super::configuration_item::{self, ItemKind};
use super::error::{self, Error};
use crate::place::Place;

pub(crate) use table::MIGRATION;

/// Ids of one call: "the limit of 200 configuration IDs per request" (API reference, LimitExceededException).
const CONFIGURATIONS_MAX: usize = 200;

/// One deletion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub account: String,
    pub region: String,
    pub task_id: String,
    pub requested: Vec<String>,
    pub deleted: Vec<String>,
    pub started_at: Timestamp,
    pub ended_at: Option<Timestamp>,
}

/// Takes a deletion, which follows after the answer; ids that name nothing end up as failed.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, too many ids, none.
pub(crate) fn start(
    tx: &mut Tx,
    call: &Call,
    input: &types::StartBatchDeleteConfigurationTaskRequest,
) -> Result<types::StartBatchDeleteConfigurationTaskResponse, Error> {
    admit(tx, call, "StartBatchDeleteConfigurationTask", Kind::Write)?;
    let mut requested = input.configuration_ids.clone();
    requested.sort_unstable();
    requested.dedup();
    if requested.len() > CONFIGURATIONS_MAX {
        return Err(error::limit_exceeded(format!(
            "The limit of {CONFIGURATIONS_MAX} configuration IDs per request has been exceeded."
        )));
    }
    if requested.is_empty() {
        return Err(error::invalid_value("configurationIds names nothing to delete".to_owned()));
    }
    let task = Task {
        account: call.account.clone(),
        region: call.region.clone(),
        task_id: tx.uuid(),
        requested,
        deleted: Vec::new(),
        started_at: call.now,
        ended_at: None,
    };
    table::put(tx, &task)?;
    Ok(types::StartBatchDeleteConfigurationTaskResponse { task_id: Some(task.task_id) })
}

/// Answers how far a deletion is.
///
/// Errors in this order: access denied, discovery off, home region not set, unknown task.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeBatchDeleteConfigurationTaskRequest,
) -> Result<types::DescribeBatchDeleteConfigurationTaskResponse, Error> {
    admit(tx, call, "DescribeBatchDeleteConfigurationTask", Kind::Read)?;
    let task = table::get(tx, call.into(), &input.task_id)?.ok_or_else(|| {
        error::invalid_value(format!("the deletion task '{}' does not exist", input.task_id))
    })?;
    let status = if task.ended_at.is_some() { "COMPLETED" } else { "INITIALIZING" };
    let failed = |id: &String| types::FailedConfiguration {
        configuration_id: Some(id.clone()),
        error_status_code: Some(404),
        error_message: Some("the configuration is not a server that exists".to_owned()),
    };
    // Before the end nothing has failed yet.
    let failures = task.requested.iter().filter(|id| task.ended_at.is_some() && !task.deleted.contains(id));
    let failed_configurations = Some(failures.map(failed).collect());
    Ok(types::DescribeBatchDeleteConfigurationTaskResponse {
        task: Some(types::BatchDeleteConfigurationTask {
            task_id: Some(task.task_id),
            status: Some(status.to_owned()),
            start_time: Some(task.started_at),
            end_time: task.ended_at,
            configuration_type: Some(ItemKind::Server.as_str().to_owned()),
            requested_configurations: Some(task.requested),
            deleted_configurations: Some(task.deleted),
            failed_configurations,
            deletion_warnings: Some(Vec::new()),
        }),
    })
}

/// Carries out one of the deletions that wait; answers how many servers it looked at.
pub(crate) fn reconcile(tx: &mut Tx) -> Result<usize, store::Error> {
    let Some(mut task) = table::due(tx, 1)?.pop() else { return Ok(0) };
    let (account, region) = (task.account.clone(), task.region.clone());
    let at = Place { account: &account, region: &region };
    for id in &task.requested {
        let item = configuration_item::table::get(tx, at, id)?;
        if item.is_some_and(|item| item.kind == ItemKind::Server) {
            configuration_item::delete(tx, at, id)?;
            task.deleted.push(id.clone());
        }
    }
    task.ended_at = Some(tx.now());
    table::put(tx, &task)?;
    Ok(task.requested.len())
}

/// Says whether a deletion waits.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool, store::Error> {
    Ok(!table::due(tx, 1)?.is_empty())
}
