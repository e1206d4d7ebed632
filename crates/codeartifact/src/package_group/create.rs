//! `CreatePackageGroup`.

use model_codeartifact::types::{CreatePackageGroupRequest, CreatePackageGroupResult};
use service::Call;
use store::Tx;

use super::{Group, description, load, named, table};
use crate::domain::{self, DomainKey};
use crate::error::{self, Error, Kind, conflict};
use crate::policy::Wanted;
use crate::{arn, quota, tag};

/// Creates a package group, which inherits everything; packages that it fits best belong to it at once.
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, tags that may not be set, a
/// group of that pattern, as many groups as a domain may have.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &CreatePackageGroupRequest,
) -> Result<CreatePackageGroupResult, Error> {
    let pattern = named(&input.package_group)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::package_group(&call.partition, &key, pattern.as_str());
    let tags = input.tags.as_deref().unwrap_or_default();
    let wanted = Wanted::new("codeartifact:CreatePackageGroup", &resource).with_tags(tags);
    let domain = domain::reach_for(tx, call, &key, &wanted)?;
    let tags =
        tag::checked(tx, call, &resource, Kind::PackageGroup, pattern.as_str(), input.tags.as_deref())?;
    let present = load(tx, &domain)?;
    if present.place(&pattern).is_some() {
        let message = format!("Package group {pattern} already exists in domain {}", key.name);
        return Err(conflict(Kind::PackageGroup, pattern.as_str(), message));
    }
    let count = present.groups().len();
    if quota::PACKAGE_GROUPS_PER_DOMAIN.is_reached(call, i64::try_from(count).unwrap_or(i64::MAX)) {
        let most = quota::PACKAGE_GROUPS_PER_DOMAIN.of(call);
        let message = format!("Domain {} already has {count} of {most} package groups", key.name);
        return Err(error::quota(Kind::PackageGroup, pattern.as_str(), message));
    }
    let mut group = Group {
        description: input.description.clone(),
        contact_info: input.contact_info.clone(),
        ..Group::new(pattern.clone(), tx.now())
    };
    group.set_tags(&tags);
    table::put(tx, &key, &group)?;
    table::changed(tx, &key)?;
    tag::put_all(tx, &key, &resource, &tags)?;
    let set = load(tx, &domain)?;
    let place = set.place(&pattern).expect("it was stored");
    Ok(CreatePackageGroupResult { package_group: Some(description(call, &key, &set, place)) })
}
