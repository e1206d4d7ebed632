//! Discovered resources: the servers that a migration task is about, tied to it by a call or by matching.

mod table;

use model::Operation as _;
use model_migrationhub::mgh::{self, types};
use service::Call;
use store::Tx;

use crate::access::Kind;
use crate::discovery::configuration_item::ItemKind;
use crate::discovery::configuration_item::foreign::{self, Known};
use crate::error::{self, Error, stop_dry_run};
use crate::migration_task::{After, Summary, TaskKey};
use crate::page::Listing;
use crate::place::Place;
use crate::{application_state, matching, migration_task};

use table::Tie;
pub(crate) use table::{MIGRATION, purge, purge_removals};

/// Most servers on a page; a page size, not a bound on how many a task may have.
const PAGE_SIZE_MAX: usize = 10;

/// Ties a server to a task, or replaces the description; an absent description clears it.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task, discovery
/// off, no such server, not a server, dry run.
pub(crate) fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &types::AssociateDiscoveredResourceRequest,
) -> Result<types::AssociateDiscoveredResourceResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "AssociateDiscoveredResource", Kind::Write, stream, name)?;
    error::check_discovery(call)?;
    let id = &input.discovered_resource.configuration_id;
    let known = foreign::look_up(tx, call, ItemKind::Server, id)?;
    match known {
        Known::No => return Err(unknown(id)),
        Known::OtherKind => return Err(not_a_server(id)),
        Known::Yes(_) | Known::Adoptable => {}
    }
    stop_dry_run(input.dry_run)?;
    let at = Place::from(call);
    if matches!(known, Known::Adoptable) {
        foreign::adopt(tx, at, ItemKind::Server, id, call.now)?;
    }
    let description = input.discovered_resource.description.clone();
    table::put(tx, at, &task, &Tie { configuration_id: id.clone(), description, is_manual: true })?;
    table::delete_removal(tx, at, &task, id)?;
    application_state::task_tied(tx, at, &task)?;
    Ok(types::AssociateDiscoveredResourceResult {})
}

/// Lists the servers of a task, by id.
///
/// Errors in this order: access denied, home region not set, no such stream, no such task, refused token.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::ListDiscoveredResourcesRequest,
) -> Result<types::ListDiscoveredResourcesResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "ListDiscoveredResources", Kind::Read, stream, name)?;
    let arguments = [stream.as_str(), name.as_str()];
    let spec = mgh::operations::ListDiscoveredResources::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?;
    let after = after.and_then(|key| key.into_iter().next()).unwrap_or_default();
    let mut ties = table::list(tx, call.into(), &task, &after, listing.limit())?;
    let next_token = listing.close(&mut ties, |tie| vec![tie.configuration_id.clone()]);
    let resources = ties
        .into_iter()
        .map(|tie| types::DiscoveredResource {
            configuration_id: tie.configuration_id,
            description: tie.description,
        })
        .collect();
    Ok(types::ListDiscoveredResourcesResult { discovered_resource_list: Some(resources), next_token })
}

/// Cuts a tie; never asks discovery, so that ties to servers that are gone can be cut.
///
/// A matching that is under way for the task is called off, and the server comes back by matching only when the
/// task's attributes change. States of applications stay.
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task, no such
/// association, dry run.
pub(crate) fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &types::DisassociateDiscoveredResourceRequest,
) -> Result<types::DisassociateDiscoveredResourceResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "DisassociateDiscoveredResource", Kind::Write, stream, name)?;
    let at = Place::from(call);
    let id = &input.configuration_id;
    if !table::exists(tx, at, &task, id)? {
        return Err(error::missing_association("discovered resource", id, stream, name));
    }
    stop_dry_run(input.dry_run)?;
    table::delete(tx, at, &task, id)?;
    let generation = matching::call_off(tx, at, &task)?;
    table::put_removal(tx, at, &task, id, generation)?;
    Ok(types::DisassociateDiscoveredResourceResult {})
}

/// Lists the tasks of a server, as ListMigrationTasks orders them.
///
/// Errors in this order: discovery off, no such server.
pub(crate) fn tasks_of(
    tx: &mut Tx,
    call: &Call,
    id: &str,
    after: &After<'_>,
    limit: i64,
) -> Result<Vec<Summary>, Error> {
    error::check_discovery(call)?;
    if !matches!(foreign::look_up(tx, call, ItemKind::Server, id)?, Known::Yes(_)) {
        return Err(unknown(id));
    }
    Ok(table::tasks_of(tx, call.into(), id, after, limit)?)
}

/// Ties the server that matching found to a task, in place of those that it found before.
///
/// A tie made by hand stays, and so does the cut of one while the attributes are those of that time (assumed:
/// migration-hub 8.2).
pub(crate) fn tie_automatically(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    id: &str,
    generation: i64,
) -> Result<(), store::Error> {
    if table::get_removal(tx, at, task, id)?.is_some_and(|removed| removed >= generation) {
        return Ok(());
    }
    table::delete_removal(tx, at, task, id)?;
    table::delete_automatic_except(tx, at, task, id)?;
    table::put_automatic(tx, at, task, id)?;
    application_state::task_tied(tx, at, task)
}

/// The servers that a call tied a task to, by id; the first `limit` ties are looked at.
pub(crate) fn tied_by_hand(
    tx: &mut Tx,
    at: Place<'_>,
    task: &TaskKey,
    limit: i64,
) -> Result<Vec<String>, store::Error> {
    let ties = table::list(tx, at, task, "", limit)?;
    Ok(ties.into_iter().filter(|tie| tie.is_manual).map(|tie| tie.configuration_id).collect())
}

fn unknown(id: &str) -> Error {
    error::resource_not_found(format!(
        "the Application Discovery Service configuration '{id}' does not exist"
    ))
}

/// Tasks are about servers (assumed: migration-hub 7.2; AWS does not say whether applications are taken).
fn not_a_server(id: &str) -> Error {
    error::invalid_input(format!("the configuration '{id}' is not a server"))
}
