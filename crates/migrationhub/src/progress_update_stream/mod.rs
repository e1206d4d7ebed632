//! Progress update streams: the namespace in which a migration tool reports.

mod table;

use model::Operation as _;
use model_migrationhub::mgh;
use service::Call;
use store::Tx;

use crate::access::{Kind, admit, stream_arn};
use crate::error::{self, Error, stop_dry_run};
use crate::page::Listing;
use crate::{
    application_state, created_artifact, discovered_resource, matching, migration_task, source_resource,
};

pub(crate) use table::{Deleted, MIGRATION};

/// Rows that are removed in the transaction of a deletion itself: some 50 ms of work.
const PURGE_ROWS_AT_ONCE: i64 = 10_000;

/// Most streams on a page.
const PAGE_SIZE_MAX: usize = 100;

/// Creates a stream; one that exists stays as it is (tools create their stream before every report).
///
/// Errors in this order: access denied, home region not set, wrong region, dry run.
pub(crate) fn create(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::CreateProgressUpdateStreamRequest,
) -> Result<mgh::types::CreateProgressUpdateStreamResult, Error> {
    let name = &input.progress_update_stream_name;
    admit(tx, call, "CreateProgressUpdateStream", Kind::Write, &stream_arn(call, name))?;
    stop_dry_run(input.dry_run)?;
    let stream_id = tx.uuid();
    table::put(tx, call, name, &stream_id)?;
    Ok(mgh::types::CreateProgressUpdateStreamResult {})
}

/// Lists the streams of the account in this region, by name.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::ListProgressUpdateStreamsRequest,
) -> Result<mgh::types::ListProgressUpdateStreamsResult, Error> {
    admit(tx, call, "ListProgressUpdateStreams", Kind::Read, "*")?;
    let spec = mgh::operations::ListProgressUpdateStreams::SPEC;
    let listing = Listing::new(call, spec, &[], input.max_results, PAGE_SIZE_MAX);
    let after = listing.after(input.next_token.as_deref())?;
    let after = after.and_then(|key| key.into_iter().next()).unwrap_or_default();
    let mut names = table::list(tx, call, &after, listing.limit())?;
    let next_token = listing.close(&mut names, |name| vec![name.clone()]);
    let summaries = names
        .into_iter()
        .map(|name| mgh::types::ProgressUpdateStreamSummary { progress_update_stream_name: Some(name) })
        .collect();
    Ok(mgh::types::ListProgressUpdateStreamsResult {
        progress_update_stream_summary_list: Some(summaries),
        next_token,
    })
}

/// Deletes a stream with all of its tasks and everything that hangs on them.
///
/// The answer means that all of it is out of reach; a new stream of the name starts empty. Small streams are removed
/// at once, the rows of large ones by [`purge`]. Application states and discovered servers stay.
///
/// Errors in this order: access denied, home region not set, no such stream, dry run.
pub(crate) fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &mgh::types::DeleteProgressUpdateStreamRequest,
) -> Result<mgh::types::DeleteProgressUpdateStreamResult, Error> {
    let name = &input.progress_update_stream_name;
    admit(tx, call, "DeleteProgressUpdateStream", Kind::Read, &stream_arn(call, name))?;
    let stream_id = find(tx, call, name)?;
    stop_dry_run(input.dry_run)?;
    table::delete(tx, call, name)?;
    let deleted = Deleted { account: call.account.clone(), region: call.region.clone(), stream_id };
    table::put_deleted(tx, &deleted)?;
    purge_one(tx, &deleted, PURGE_ROWS_AT_ONCE)?;
    Ok(mgh::types::DeleteProgressUpdateStreamResult {})
}

/// Removes up to `limit` rows from a deleted stream; answers how many went, the stream itself counted with the last.
pub(crate) fn purge(tx: &mut Tx, limit: i64) -> Result<usize, store::Error> {
    match table::get_deleted(tx)? {
        Some(deleted) => purge_one(tx, &deleted, limit),
        None => Ok(0),
    }
}

/// Says whether a deleted stream still has rows.
pub(crate) fn is_purge_due(tx: &mut Tx) -> Result<bool, store::Error> {
    Ok(table::get_deleted(tx)?.is_some())
}

/// Removes up to so many rows of a deleted stream; answers how many went.
type Purge = fn(&mut Tx, &Deleted, i64) -> Result<u64, store::Error>;

/// The rooms that keep rows under a stream's internal id.
const CONTENTS: [Purge; 8] = [
    created_artifact::purge,
    source_resource::purge,
    discovered_resource::purge,
    discovered_resource::purge_removals,
    matching::purge,
    application_state::purge,
    migration_task::purge_updates,
    migration_task::purge,
];

fn purge_one(tx: &mut Tx, deleted: &Deleted, limit: i64) -> Result<usize, store::Error> {
    let mut removed = 0;
    for purge in CONTENTS {
        removed += purge(tx, deleted, limit - removed)?.try_into().unwrap_or(limit);
        if removed >= limit {
            return Ok(usize::try_from(removed).unwrap_or(usize::MAX));
        }
    }
    table::delete_deleted(tx, deleted)?;
    Ok(usize::try_from(removed + 1).unwrap_or(usize::MAX))
}

/// Finds the internal id of a stream, or answers that there is none.
pub(crate) fn find(tx: &mut Tx, call: &Call, name: &str) -> Result<String, Error> {
    table::get(tx, call, name)?.ok_or_else(|| {
        error::resource_not_found(format!("the progress update stream '{name}' does not exist"))
    })
}
