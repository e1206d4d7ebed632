//! Lists of tasks, and of the updates of one.

use model::Operation as _;
use model_migrationhub::mgh;
use service::Call;
use store::Tx;

use super::reach;
use super::table::{self, After};
use crate::access::{Kind, admit};
use crate::discovered_resource;
use crate::error::{self, Error};
use crate::page::Listing;

/// Most tasks, or updates, on a page.
const PAGE_SIZE_MAX: usize = 100;

/// The only kind of update that there is.
const UPDATE_TYPE: &str = "MIGRATION_TASK_STATE_UPDATED";

/// Lists the tasks of all streams, most recent first; of equally recent ones by stream, then by task.
///
/// Errors in this order: access denied, home region not set, refused token, discovery off, no such server.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ListMigrationTasksRequest,
) -> Result<mgh::types::ListMigrationTasksResult, Error> {
    admit(tx, call, "ListMigrationTasks", Kind::Read, "*")?;
    let arguments = [input.resource_name.as_deref().unwrap_or_default()];
    let spec = mgh::operations::ListMigrationTasks::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?.unwrap_or_default();
    let after = match after.as_slice() {
        [newest_first, stream_name, name] => After { newest_first: number(newest_first)?, stream_name, name },
        _ => After { newest_first: i64::MIN, stream_name: "", name: "" },
    };
    let mut tasks = match &input.resource_name {
        Some(id) => discovered_resource::tasks_of(tx, call, id, &after, listing.limit())?,
        None => table::list(tx, call, &after, listing.limit())?,
    };
    let next_token = listing.close(&mut tasks, |task| {
        vec![(-task.updated_at.millis()).to_string(), task.stream_name.clone(), task.name.clone()]
    });
    let summaries = tasks
        .into_iter()
        .map(|task| mgh::types::MigrationTaskSummary {
            progress_update_stream: Some(task.stream_name),
            migration_task_name: Some(task.name),
            status: Some(task.status),
            progress_percent: task.progress_percent,
            status_detail: task.status_detail,
            update_date_time: Some(task.updated_at),
        })
        .collect();
    Ok(mgh::types::ListMigrationTasksResult { migration_task_summary_list: Some(summaries), next_token })
}

/// Lists every report that was accepted for a task, late ones included, newest first.
///
/// Errors in this order: access denied, home region not set, no such stream, no such task, refused token.
pub(crate) fn list_updates(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ListMigrationTaskUpdatesRequest,
) -> Result<mgh::types::ListMigrationTaskUpdatesResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let key = reach(tx, call, "ListMigrationTaskUpdates", Kind::Read, stream, name)?;
    let arguments = [stream.as_str(), name.as_str()];
    let spec = mgh::operations::ListMigrationTaskUpdates::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?.unwrap_or_default();
    let after = match after.as_slice() {
        [newest_first, latest_first] => (number(newest_first)?, number(latest_first)?),
        _ => (i64::MIN, i64::MIN),
    };
    let mut updates = table::list_updates(tx, call, &key, after, listing.limit())?;
    let next_token = listing.close(&mut updates, |update| {
        vec![(-update.updated_at.millis()).to_string(), (-update.sequence).to_string()]
    });
    let updates = updates
        .into_iter()
        .map(|update| mgh::types::MigrationTaskUpdate {
            update_date_time: Some(update.updated_at),
            update_type: Some(UPDATE_TYPE.to_owned()),
            migration_task_state: Some(mgh::types::Task {
                status: update.status,
                status_detail: update.status_detail,
                progress_percent: update.progress_percent,
            }),
        })
        .collect();
    Ok(mgh::types::ListMigrationTaskUpdatesResult { migration_task_update_list: Some(updates), next_token })
}

/// Reads a number out of a token of ours.
fn number(text: &str) -> Result<i64, Error> {
    text.parse()
        .map_err(|_| error::invalid_input("InvalidToken: the page token holds no position".to_owned()))
}
