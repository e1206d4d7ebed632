//! `UntagResource`.

use model_codeartifact::types::{UntagResourceRequest, UntagResourceResult};
use service::Call;
use store::Tx;

use super::{reach, table};
use crate::error::Error;
use crate::policy::Wanted;

/// Removes tags from a resource; keys that it does not have are passed over.
///
/// Errors in this order: an ARN of another shape, access denied, not found.
pub fn remove(tx: &mut Tx, call: &Call, input: &UntagResourceRequest) -> Result<UntagResourceResult, Error> {
    let wanted =
        Wanted::new("codeartifact:UntagResource", &input.resource_arn).with_tag_keys(&input.tag_keys);
    let tagged = reach(tx, call, &wanted)?;
    for key in &input.tag_keys {
        table::delete(tx, &tagged.domain, &tagged.arn, key)?;
    }
    tagged.changed(tx, call)?;
    Ok(UntagResourceResult {})
}
