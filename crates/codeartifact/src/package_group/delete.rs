//! `DeletePackageGroup`.

use model_codeartifact::types::{DeletePackageGroupRequest, DeletePackageGroupResult};
use service::Call;
use store::Tx;

use super::{description, reach, table};
use crate::domain::DomainKey;
use crate::error::{Error, invalid};
use crate::{arn, tag};

/// Deletes a package group; its children come under its parent, and its packages belong to the next group that fits.
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, not found, the group of every
/// package (assumed: a validation error).
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &DeletePackageGroupRequest,
) -> Result<DeletePackageGroupResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:DeletePackageGroup";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    if reached.pattern.is_root() {
        return Err(invalid("packageGroup /* is the root of all package groups and cannot be deleted"));
    }
    let last = description(call, &key, &reached.set, reached.place);
    table::delete(tx, &key, &reached.pattern)?;
    table::changed(tx, &key)?;
    tag::delete_all(tx, &key, &arn::package_group(&call.partition, &key, reached.pattern.as_str()))?;
    Ok(DeletePackageGroupResult { package_group: Some(last) })
}
