//! Progress update streams: the namespace in which a migration tool reports.

mod table;

use model::Operation as _;
use model_migrationhub::mgh;
use service::Call;
use store::Tx;

use crate::access::{Kind, admit, stream_arn};
use crate::error::{self, Error, stop_dry_run};
use crate::page::Listing;

pub(crate) use table::MIGRATION;

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

/// Finds the internal id of a stream, or answers that there is none.
pub(crate) fn find(tx: &mut Tx, call: &Call, name: &str) -> Result<String, Error> {
    table::get(tx, call, name)?.ok_or_else(|| {
        error::resource_not_found(format!("the progress update stream '{name}' does not exist"))
    })
}
