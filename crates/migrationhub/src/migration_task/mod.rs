//! Migration tasks: one server's or application's way through a migration, as its tool reports it.

mod attribute;
mod list;
mod state;
mod table;

use model_migrationhub::mgh;
use service::Call;
use store::Tx;

use crate::access::{Kind, admit, task_arn};
use crate::error::{self, Error, stop_dry_run};
use crate::{application_state, progress_update_stream};

pub(crate) use attribute::put as put_resource_attributes;
pub(crate) use list::{list, list_updates};
pub(crate) use state::{Update, is_stale};
pub(crate) use table::{After, MIGRATION, Summary, list_standing, purge, purge_updates};

/// The state of a task that was imported and never reported (assumed: migration-hub 7.7).
const STATUS_IMPORTED: &str = "NOT_STARTED";

/// What a task, and everything that hangs on it, is stored under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TaskKey {
    /// Internal id of its stream.
    pub stream_id: String,
    /// Its name.
    pub name: String,
}

/// Registers a task; one that exists keeps its state, history and associations.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, dry run.
pub(crate) fn import(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ImportMigrationTaskRequest,
) -> Result<mgh::types::ImportMigrationTaskResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    admit(tx, call, "ImportMigrationTask", Kind::Write, &task_arn(call, stream, name))?;
    let stream_id = progress_update_stream::find(tx, call, stream)?;
    stop_dry_run(input.dry_run)?;
    table::put(tx, call, &TaskKey { stream_id, name: name.clone() }, stream, STATUS_IMPORTED)?;
    Ok(mgh::types::ImportMigrationTaskResult {})
}

/// Takes a report: it joins the history, and becomes the current state unless a newer one is known.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task, dry run.
pub(crate) fn notify_state(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::NotifyMigrationTaskStateRequest,
) -> Result<mgh::types::NotifyMigrationTaskStateResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let key = reach(tx, call, "NotifyMigrationTaskState", Kind::Write, stream, name)?;
    stop_dry_run(input.dry_run)?;
    let task = table::get(tx, call, &key)?.ok_or_else(|| missing(stream, name))?;
    let update = Update {
        updated_at: input.update_date_time,
        sequence: task.update_count + 1,
        status: input.task.status.clone(),
        status_detail: input.task.status_detail.clone(),
        progress_percent: input.task.progress_percent,
        next_update_seconds: input.next_update_seconds.unwrap_or_default(),
    };
    let last = table::get_update(tx, call, &key, update.updated_at, task.update_count)?;
    if last.is_some_and(|last| last.is_repeated_by(&update)) {
        return Ok(mgh::types::NotifyMigrationTaskStateResult {});
    }
    table::put_update(tx, call, &key, &update)?;
    if update.replaces(task.updated_at, task.update_sequence) {
        table::put_state(tx, call, &key, &update)?;
    } else {
        table::put_count(tx, call, &key, update.sequence)?;
    }
    application_state::task_started(tx, call.into(), &key, &update.status, update.updated_at)?;
    Ok(mgh::types::NotifyMigrationTaskStateResult {})
}

/// Answers a task's current state and its latest resource attributes.
///
/// Errors in this order: access denied, home region not set, no such stream, no such task.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::DescribeMigrationTaskRequest,
) -> Result<mgh::types::DescribeMigrationTaskResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    admit(tx, call, "DescribeMigrationTask", Kind::Read, &task_arn(call, stream, name))?;
    let stream_id = progress_update_stream::find(tx, call, stream)?;
    let key = TaskKey { stream_id, name: name.clone() };
    let task = table::get(tx, call, &key)?.ok_or_else(|| missing(stream, name))?;
    let migration_task = mgh::types::MigrationTask {
        progress_update_stream: Some(stream.clone()),
        migration_task_name: Some(name.clone()),
        task: Some(mgh::types::Task {
            status: task.status,
            status_detail: task.status_detail,
            progress_percent: task.progress_percent,
        }),
        update_date_time: Some(task.updated_at),
        resource_attribute_list: attribute::shown(task.resource_attributes.as_deref())?,
    };
    Ok(mgh::types::DescribeMigrationTaskResult { migration_task: Some(migration_task) })
}

/// Reaches a task for an operation on it: may they, is the region right, do stream and task exist.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task.
pub(crate) fn reach(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    kind: Kind,
    stream: &str,
    name: &str,
) -> Result<TaskKey, Error> {
    admit(tx, call, action, kind, &task_arn(call, stream, name))?;
    let stream_id = progress_update_stream::find(tx, call, stream)?;
    let key = TaskKey { stream_id, name: name.to_owned() };
    if !table::exists(tx, call, &key)? {
        return Err(missing(stream, name));
    }
    Ok(key)
}

fn missing(stream: &str, name: &str) -> Error {
    error::resource_not_found(format!(
        "the migration task '{name}' does not exist in the progress update stream '{stream}'"
    ))
}
