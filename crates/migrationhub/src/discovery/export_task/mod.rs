//! Export tasks: everything that discovery knows, as a zip of CSV files.

mod contents;
mod table;

use model::{Operation as _, Timestamp};
use model_migrationhub::discovery::{operations, types};
use service::Call;
use store::Tx;

use super::access::{Kind, admit};
use super::download;
use super::error::{self, Error};
use super::page::Listing;
use crate::place::Place;

pub(crate) use table::{MIGRATION, archive};

/// Most tasks on a page.
const PAGE_SIZE_MAX: usize = 100;

/// One export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Task {
    pub account: String,
    pub region: String,
    pub export_id: String,
    pub requested_at: Timestamp,
    pub requested_start_at: Option<Timestamp>,
    pub requested_end_at: Option<Timestamp>,
    pub is_done: bool,
}

/// Takes an export, which follows after the answer.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, EC2 recommendations wanted,
/// agents wanted.
pub(crate) fn start(
    tx: &mut Tx,
    call: &Call,
    input: &types::StartExportTaskRequest,
) -> Result<types::StartExportTaskResponse, Error> {
    admit(tx, call, "StartExportTask", Kind::Write)?;
    if let Some(types::ExportPreferences::Ec2RecommendationsPreferences(preferences)) = &input.preferences
        && preferences.enabled == Some(true)
    {
        return Err(error::not_permitted("EC2 recommendations are not offered by this server".to_owned()));
    }
    if input.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(error::invalid_value(
            "exports are filtered by agentIds only, and no agents report to this server".to_owned(),
        ));
    }
    let task = Task {
        account: call.account.clone(),
        region: call.region.clone(),
        export_id: format!("export-{}", tx.uuid()),
        requested_at: call.now,
        requested_start_at: input.start_time,
        requested_end_at: input.end_time,
        is_done: false,
    };
    table::put(tx, &task)?;
    Ok(types::StartExportTaskResponse { export_id: Some(task.export_id) })
}

/// Lists exports, newest first, or the named ones; unknown ids are left out.
///
/// Errors in this order: access denied, discovery off, home region not set, filters, refused page.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeExportTasksRequest,
) -> Result<types::DescribeExportTasksResponse, Error> {
    admit(tx, call, "DescribeExportTasks", Kind::Read)?;
    if input.filters.as_ref().is_some_and(|filters| !filters.is_empty()) {
        return Err(error::invalid_value(
            "exports are filtered by agentId only, and no agents report to this server".to_owned(),
        ));
    }
    let arguments = [format!("{:?}", input.export_ids)];
    let arguments = arguments.each_ref().map(String::as_str);
    let spec = operations::DescribeExportTasks::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX)?;
    let after = listing.after(input.next_token.as_deref())?.unwrap_or_default();
    let after = match after.as_slice() {
        [time, id] => (time.parse().unwrap_or(i64::MIN), id.as_str()),
        _ => (i64::MIN, ""),
    };
    let mut tasks = match input.export_ids.as_ref().filter(|ids| !ids.is_empty()) {
        None => table::list(tx, call.into(), after, listing.limit())?,
        Some(ids) => named(tx, call.into(), ids, after)?,
    };
    let next_token = listing
        .close(&mut tasks, |task| vec![(-task.requested_at.millis()).to_string(), task.export_id.clone()]);
    let exports_info = Some(tasks.into_iter().map(|task| shown(call, task)).collect());
    Ok(types::DescribeExportTasksResponse { exports_info, next_token })
}

fn named(tx: &mut Tx, at: Place<'_>, ids: &[String], after: (i64, &str)) -> Result<Vec<Task>, store::Error> {
    let mut tasks = Vec::new();
    for id in ids {
        tasks.extend(table::get(tx, at, id)?);
    }
    tasks.sort_by(|one, other| position(one).cmp(&position(other)));
    tasks.dedup();
    tasks.retain(|task| position(task) > after);
    Ok(tasks)
}

fn position(task: &Task) -> (i64, &str) {
    (-task.requested_at.millis(), &task.export_id)
}

fn shown(call: &Call, task: Task) -> types::ExportInfo {
    let (status, message) = if task.is_done {
        ("SUCCEEDED", "the archive is ready")
    } else {
        ("IN_PROGRESS", "the archive is being written")
    };
    types::ExportInfo {
        configurations_download_url: task.is_done.then(|| download::url(call, &task.export_id)),
        export_id: task.export_id,
        export_status: status.to_owned(),
        status_message: message.to_owned(),
        export_request_time: task.requested_at,
        is_truncated: Some(false),
        requested_start_time: task.requested_start_at,
        requested_end_time: task.requested_end_at,
    }
}

/// Writes the archive of one export that waits; answers how many it wrote.
pub(crate) fn reconcile(tx: &mut Tx) -> Result<usize, store::Error> {
    let Some(task) = table::first_due(tx)? else { return Ok(0) };
    let archive = contents::archive(tx, Place { account: &task.account, region: &task.region })?;
    table::put_archive(tx, &task, &archive)?;
    Ok(1)
}

/// Says whether an export waits.
pub(crate) fn is_due(tx: &mut Tx) -> Result<bool, store::Error> {
    Ok(table::first_due(tx)?.is_some())
}
