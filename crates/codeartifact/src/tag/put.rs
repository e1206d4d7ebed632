//! `TagResource`.

use model_codeartifact::types::{TagResourceRequest, TagResourceResult};
use service::Call;
use store::Tx;

use super::{distinct, put_all, reach, settings, table, within_quota};
use crate::error::Error;
use crate::policy::Wanted;

/// Adds tags to a resource, each over its namesake.
///
/// Errors in this order: keys that are reserved or given twice, an ARN of another shape, access denied, not found,
/// settings that cannot be read, more tags than a resource may have.
pub fn put(tx: &mut Tx, call: &Call, input: &TagResourceRequest) -> Result<TagResourceResult, Error> {
    let tags = distinct(&input.tags)?;
    let wanted = Wanted::new("codeartifact:TagResource", &input.resource_arn).with_tags(&input.tags);
    let tagged = reach(tx, call, &wanted)?;
    settings(&tags, tagged.kind)?;
    let present = table::list(tx, &tagged.domain, &tagged.arn)?;
    let added = tags.keys().filter(|key| !present.iter().any(|(known, _)| known == *key)).count();
    within_quota(call, present.len() + added, tagged.kind, &tagged.name)?;
    put_all(tx, &tagged.domain, &tagged.arn, &tags)?;
    tagged.changed(tx, call)?;
    Ok(TagResourceResult {})
}
