//! Created artifacts: what a migration task made, an instance or an image, named by its ARN.

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

use table::Artifact;
pub(crate) use table::{MIGRATION, purge};

/// Most artifacts on a page; a page size, not a bound on how many a task may have.
const PAGE_SIZE_MAX: usize = 10;

/// Associates an artifact with a task, or replaces its description; an absent description clears it.
///
/// Errors in this order: access denied, home region not set, wrong region, no such stream, no such task, dry run.
pub(crate) fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::AssociateCreatedArtifactRequest,
) -> Result<mgh::types::AssociateCreatedArtifactResult, Error> {
    let (stream, task) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "AssociateCreatedArtifact", Kind::Write, stream, task)?;
    stop_dry_run(input.dry_run)?;
    let artifact = Artifact {
        name: input.created_artifact.name.clone(),
        description: input.created_artifact.description.clone(),
    };
    table::put(tx, call, &task, &artifact)?;
    Ok(mgh::types::AssociateCreatedArtifactResult {})
}

/// Lists the artifacts of a task, by ARN.
///
/// Errors in this order: access denied, home region not set, no such stream, no such task, refused token.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ListCreatedArtifactsRequest,
) -> Result<mgh::types::ListCreatedArtifactsResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "ListCreatedArtifacts", Kind::Read, stream, name)?;
    let arguments = [stream.as_str(), name.as_str()];
    let spec = mgh::operations::ListCreatedArtifacts::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?;
    let after = after.and_then(|key| key.into_iter().next()).unwrap_or_default();
    let mut artifacts = table::list(tx, call, &task, &after, listing.limit())?;
    let next_token = listing.close(&mut artifacts, |artifact| vec![key(&artifact.name).into_owned()]);
    let artifacts = artifacts
        .into_iter()
        .map(|Artifact { name, description }| mgh::types::CreatedArtifact { name, description })
        .collect();
    Ok(mgh::types::ListCreatedArtifactsResult { created_artifact_list: Some(artifacts), next_token })
}

/// Takes an artifact away from a task; the task, its history and its other artifacts stay as they are.
///
/// The ARN is compared byte for byte. Errors in this order: access denied, home region not set, wrong region,
/// no such stream, no such task, no such association, dry run.
pub(crate) fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::DisassociateCreatedArtifactRequest,
) -> Result<mgh::types::DisassociateCreatedArtifactResult, Error> {
    let (stream, name) = (&input.progress_update_stream, &input.migration_task_name);
    let task = migration_task::reach(tx, call, "DisassociateCreatedArtifact", Kind::Write, stream, name)?;
    let artifact = &input.created_artifact_name;
    if !table::exists(tx, call, &task, artifact)? {
        return Err(error::missing_association("created artifact", artifact, stream, name));
    }
    stop_dry_run(input.dry_run)?;
    table::delete(tx, call, &task, artifact)?;
    Ok(mgh::types::DisassociateCreatedArtifactResult {})
}
