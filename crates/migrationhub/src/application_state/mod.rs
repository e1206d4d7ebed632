//! States of applications: set by people and tools, or by the first task that starts for one of their servers.
//!
//! COMPLETED is only ever set by a call; nothing takes a state back (migration-hub 11).

mod table;

use model::{Operation as _, Timestamp};
use model_migrationhub::mgh::{self, types};
use service::Call;
use store::Tx;

use crate::access::{Kind, admit};
use crate::discovery::configuration_item::foreign::{self, Known};
use crate::discovery::configuration_item::{self, Item, ItemKind};
use crate::error::{self, Error, stop_dry_run};
use crate::migration_task::TaskKey;
use crate::page::Listing;
use crate::place::Place;

pub(crate) use table::{MIGRATION, purge};

/// Most states on a page.
const PAGE_SIZE_MAX: usize = 100;
const NOT_STARTED: &str = "NOT_STARTED";
const IN_PROGRESS: &str = "IN_PROGRESS";

/// The state of one application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct State {
    pub application_id: String,
    pub status: String,
    pub updated_at: Timestamp,
}

/// Sets the state of an application; any change is allowed, and the last call wins whatever its time.
///
/// Errors in this order: access denied, home region not set, wrong region, discovery off, unknown application, dry
/// run.
pub(crate) fn notify(
    tx: &mut Tx,
    call: &Call,
    input: &types::NotifyApplicationStateRequest,
) -> Result<types::NotifyApplicationStateResult, Error> {
    admit(tx, call, "NotifyApplicationState", Kind::Write, "*")?;
    error::check_discovery(call)?;
    let id = &input.application_id;
    let known = foreign::look_up(tx, call, ItemKind::Application, id)?;
    if matches!(known, Known::No | Known::OtherKind) {
        return Err(unknown(id));
    }
    stop_dry_run(input.dry_run)?;
    if matches!(known, Known::Adoptable) {
        foreign::adopt(tx, call.into(), ItemKind::Application, id, call.now)?;
    }
    let updated_at = input.update_date_time.unwrap_or(call.now);
    let state = State { application_id: id.clone(), status: input.status.clone(), updated_at };
    table::put(tx, call.into(), &state)?;
    Ok(types::NotifyApplicationStateResult {})
}

/// Answers the state of an application.
///
/// Errors in this order: access denied, home region not set, discovery off, unknown application.
pub(crate) fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeApplicationStateRequest,
) -> Result<types::DescribeApplicationStateResult, Error> {
    admit(tx, call, "DescribeApplicationState", Kind::Read, "*")?;
    error::check_discovery(call)?;
    let id = &input.application_id;
    let Known::Yes(item) = foreign::look_up(tx, call, ItemKind::Application, id)? else {
        return Err(unknown(id));
    };
    let state = of(tx, call.into(), &item)?;
    Ok(types::DescribeApplicationStateResult {
        application_status: Some(state.status),
        last_updated_time: Some(state.updated_at),
    })
}

/// Lists the states of all applications that discovery knows, or of some, by id; unknown ids are left out.
///
/// Errors in this order: access denied, home region not set, refused token.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::ListApplicationStatesRequest,
) -> Result<types::ListApplicationStatesResult, Error> {
    admit(tx, call, "ListApplicationStates", Kind::Read, "*")?;
    let wanted = input.application_ids.as_ref().map(|ids| {
        let mut ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        ids.sort_unstable();
        ids.dedup();
        ids
    });
    // The number comes first, so that no ids and one empty id differ.
    let count = wanted.as_ref().map_or("all".to_owned(), |ids| ids.len().to_string());
    let mut arguments = vec![count.as_str()];
    arguments.extend(wanted.iter().flatten());
    let spec = mgh::operations::ListApplicationStates::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?;
    let after = after.and_then(|key| key.into_iter().next()).unwrap_or_default();
    let mut items = match wanted {
        None => {
            configuration_item::table::list(tx, call.into(), ItemKind::Application, &after, listing.limit())?
        }
        Some(ids) => some(tx, call.into(), ids.into_iter().filter(|id| *id > after.as_str()))?,
    };
    let next_token = listing.close(&mut items, |item| vec![item.configuration_id.clone()]);
    let mut states = Vec::with_capacity(items.len());
    for item in items {
        let state = of(tx, call.into(), &item)?;
        states.push(types::ApplicationState {
            application_id: Some(state.application_id),
            application_status: Some(state.status),
            last_updated_time: Some(state.updated_at),
        });
    }
    Ok(types::ListApplicationStatesResult { application_state_list: Some(states), next_token })
}

fn some<'a>(
    tx: &mut Tx,
    at: Place<'_>,
    ids: impl Iterator<Item = &'a str>,
) -> Result<Vec<Item>, store::Error> {
    let mut items = Vec::new();
    for id in ids {
        let item = configuration_item::table::get(tx, at, id)?;
        items.extend(item.filter(|item| item.kind == ItemKind::Application));
    }
    Ok(items)
}

/// The state of an application; one that nobody spoke of has not started since it was created (assumed:
/// migration-hub 7.6).
fn of(tx: &mut Tx, at: Place<'_>, item: &Item) -> Result<State, store::Error> {
    let state = table::get(tx, at, &item.configuration_id)?;
    Ok(state.unwrap_or_else(|| State {
        application_id: item.configuration_id.clone(),
        status: NOT_STARTED.to_owned(),
        updated_at: item.created_at,
    }))
}

/// Starts the applications of a task's servers, once a task, if the task itself has started.
///
/// Call it whenever a task's status is reported. An application that was set back by hand is not started by the same
/// task again (assumed: migration-hub 11.2).
pub(crate) fn task_started(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    status: &str,
    updated_at: Timestamp,
) -> Result<(), store::Error> {
    if status == NOT_STARTED {
        return Ok(());
    }
    for application in table::to_start(tx, at, task)? {
        start(tx, at, task, &application, updated_at)?;
    }
    Ok(())
}

/// The same when a server was tied to a task, by hand or by matching.
pub(crate) fn task_tied(tx: &mut Tx, at: Place<'_>, task: &TaskKey) -> Result<(), store::Error> {
    match table::task_state(tx, at, task)? {
        Some((status, updated_at)) => task_started(tx, at, task, &status, updated_at),
        None => Ok(()),
    }
}

/// The same when a server joined an application.
pub(crate) fn server_joined(
    tx: &mut Tx,
    at: Place<'_>,
    application: &str,
    configuration_id: &str,
) -> Result<(), store::Error> {
    for (task, status, updated_at) in table::tasks_of_server(tx, at, configuration_id)? {
        if status != NOT_STARTED {
            start(tx, at, &task, application, updated_at)?;
        }
    }
    Ok(())
}

/// Forgets an application.
pub(crate) fn forget(tx: &mut Tx, at: Place<'_>, application: &str) -> Result<(), store::Error> {
    table::delete(tx, at, application)
}

fn start(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    application: &str,
    updated_at: Timestamp,
) -> Result<(), store::Error> {
    if !table::put_start(tx, at, task, application)? {
        return Ok(());
    }
    let status = table::get(tx, at, application)?.map(|state| state.status);
    if status.is_some_and(|status| status != NOT_STARTED) {
        return Ok(());
    }
    let (application_id, status) = (application.to_owned(), IN_PROGRESS.to_owned());
    table::put(tx, at, &State { application_id, status, updated_at })
}

fn unknown(id: &str) -> Error {
    error::resource_not_found(format!("the application '{id}' does not exist in Application Discovery"))
}
