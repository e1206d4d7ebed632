//! `DescribePackageGroup`.

use model_codeartifact::types::{DescribePackageGroupRequest, DescribePackageGroupResult};
use service::Call;
use store::Tx;

use super::{description, reach};
use crate::domain::DomainKey;
use crate::error::Error;

/// Describes a package group with what it restricts after inheritance.
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &DescribePackageGroupRequest,
) -> Result<DescribePackageGroupResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:DescribePackageGroup";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    let shown = description(call, &key, &reached.set, reached.place);
    Ok(DescribePackageGroupResult { package_group: Some(shown) })
}
