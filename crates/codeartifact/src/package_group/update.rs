//! `UpdatePackageGroup`.

use model_codeartifact::types::{UpdatePackageGroupRequest, UpdatePackageGroupResult};
use service::Call;
use store::Tx;

use super::{description, load, reach, table};
use crate::domain::DomainKey;
use crate::error::Error;

/// Changes what is said about a package group; what is not given stays (assumed).
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, not found.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &UpdatePackageGroupRequest,
) -> Result<UpdatePackageGroupResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:UpdatePackageGroup";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    let mut group = reached.set.groups()[reached.place].clone();
    group.description = input.description.clone().or(group.description);
    group.contact_info = input.contact_info.clone().or(group.contact_info);
    table::put(tx, &key, &group)?;
    table::changed(tx, &key)?;
    let set = load(tx, &reached.domain)?;
    Ok(UpdatePackageGroupResult { package_group: Some(description(call, &key, &set, reached.place)) })
}
