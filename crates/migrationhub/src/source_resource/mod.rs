//! Source resources: what a migration task moves, a server, an application or a wave, under a name of the tool's own.
//!
//! Names are opaque texts: slashes, colons, line breaks and any script may stand in them.

mod table;

use model::Operation as _;
use model_migrationhub::mgh;
use service::Call;
use service::page::key;
use store::Tx;

use crate::access::Kind;
use crate::error::{self, Error, stop_dry_run};
use crate::migration_task;
use crate::page::Listing;

use table::SourceResource;
pub(crate) use table::{MIGRATION, purge};

/// Most source resources on a page; a page size, not a bound on how many a task may have.
const PAGE_SIZE_MAX: usize = 10;

/// Associates a source resource with a task, or replaces its description and status detail; what is absent is cleared.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task, dry run.
pub(crate) fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::AssociateSourceResourceRequest,
) -> Result<mgh::types::AssociateSourceResourceResult, Error> {
    let (stream, task) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "AssociateSourceResource", Kind::Write, stream, task)?;
    stop_dry_run(input.dry_run)?;
    let given = input.source_resource.clone();
    let resource = SourceResource {
        name: given.name,
        description: given.description,
        status_detail: given.status_detail,
    };
    table::put(tx, call, &task, &resource)?;
    Ok(mgh::types::AssociateSourceResourceResult {})
}

/// Lists the source resources of a task, by name.
///
/// Errors in this order: access denied, home region not set, no such stream, no such task, refused token.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ListSourceResourcesRequest,
) -> Result<mgh::types::ListSourceResourcesResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "ListSourceResources", Kind::Read, stream, name)?;
    let arguments = [stream.as_str(), name.as_str()];
    let spec = mgh::operations::ListSourceResources::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?;
    let after = after.and_then(|key| key.into_iter().next()).unwrap_or_default();
    let mut resources = table::list(tx, call, &task, &after, listing.limit())?;
    let next_token = listing.close(&mut resources, |resource| vec![key(&resource.name).into_owned()]);
    let resources = resources
        .into_iter()
        .map(|SourceResource { name, description, status_detail }| mgh::types::SourceResource {
            name,
            description,
            status_detail,
        })
        .collect();
    Ok(mgh::types::ListSourceResourcesResult { source_resource_list: Some(resources), next_token })
}

/// Takes a source resource away from a task, its description and status detail with it.
///
/// The name is compared byte for byte. Errors in this order: access denied, home region not set, wrong region,
/// no such stream, no such task, no such association, dry run.
pub(crate) fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::DisassociateSourceResourceRequest,
) -> Result<mgh::types::DisassociateSourceResourceResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "DisassociateSourceResource", Kind::Write, stream, name)?;
    let resource = &input.source_resource_name;
    if !table::exists(tx, call, &task, resource)? {
        return Err(error::missing_association("source resource", resource, stream, name));
    }
    stop_dry_run(input.dry_run)?;
    table::delete(tx, call, &task, resource)?;
    Ok(mgh::types::DisassociateSourceResourceResult {})
}
