//! `ListTagsForResource`.

use model_codeartifact::types::{ListTagsForResourceRequest, ListTagsForResourceResult, Tag};
use service::Call;
use store::Tx;

use super::{reach, table};
use crate::error::Error;
use crate::policy::Wanted;

/// Lists the tags of a resource by key.
///
/// Errors in this order: an ARN of another shape, access denied, not found.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &ListTagsForResourceRequest,
) -> Result<ListTagsForResourceResult, Error> {
    let tagged = reach(tx, call, &Wanted::new("codeartifact:ListTagsForResource", &input.resource_arn))?;
    let tags = table::list(tx, &tagged.domain, &tagged.arn)?;
    Ok(ListTagsForResourceResult {
        tags: Some(tags.into_iter().map(|(key, value)| Tag { key, value }).collect()),
    })
}
