//! DescribeImportTasks: imports, newest first.

use model::Operation as _;
use model_migrationhub::discovery::{operations, types};
use service::Call;
use store::Tx;

use super::{FILE_CLASSIFICATION, Task, table};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::Error;
use crate::discovery::page::Listing;

/// Most tasks on a page.
const PAGE_SIZE_MAX: usize = 100;
/// Tasks that are read at once while looking for those that pass.
const BATCH: i64 = 200;

/// Lists imports that pass all filters; of a filter's values any may fit.
///
/// Errors in this order: access denied, discovery off, home region not set, refused token.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeImportTasksRequest,
) -> Result<types::DescribeImportTasksResponse, Error> {
    admit(tx, call, "DescribeImportTasks", Kind::Read)?;
    let filters = input.filters.as_deref().unwrap_or_default();
    let arguments = [format!("{filters:?}")];
    let arguments = arguments.each_ref().map(String::as_str);
    let spec = operations::DescribeImportTasks::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX)?;
    let after = listing.after(input.next_token.as_deref())?.unwrap_or_default();
    let mut after = match after.as_slice() {
        [time, id] => (time.parse().unwrap_or(i64::MIN), id.clone()),
        _ => (i64::MIN, String::new()),
    };
    let mut found: Vec<Task> = Vec::new();
    while found.len() < listing.rows() {
        let tasks = table::list(tx, call.into(), (after.0, &after.1), BATCH)?;
        let Some(last) = tasks.last() else { break };
        after = (-last.requested_at.millis(), last.import_task_id.clone());
        let missing = listing.rows() - found.len();
        found.extend(tasks.into_iter().filter(|task| passes(filters, task)).take(missing));
    }
    let next_token = listing.close(&mut found, |task| {
        vec![(-task.requested_at.millis()).to_string(), task.import_task_id.clone()]
    });
    let tasks = found.into_iter().map(|task| task.shown(call)).collect();
    Ok(types::DescribeImportTasksResponse { next_token, tasks: Some(tasks) })
}

fn passes(filters: &[types::ImportTaskFilter], task: &Task) -> bool {
    filters.iter().all(|filter| {
        let value = match filter.name.as_deref() {
            Some("IMPORT_TASK_ID") => task.import_task_id.as_str(),
            Some("STATUS") => task.status.as_str(),
            Some("NAME") => task.name.as_str(),
            Some("FILE_CLASSIFICATION") => FILE_CLASSIFICATION,
            _ => return true,
        };
        filter.values.as_ref().is_none_or(|values| values.iter().any(|wanted| wanted == value))
    })
}
