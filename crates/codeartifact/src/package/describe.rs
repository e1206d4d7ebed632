//! `DescribePackage`.

use model_codeartifact::types::{DescribePackageRequest, DescribePackageResult, PackageDescription};
use service::Call;
use store::Tx;

use super::{coordinates, reach};
use crate::error::Error;
use crate::repository::RepositoryKey;

/// Describes a package of a repository; upstream repositories are not looked at.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &DescribePackageRequest,
) -> Result<DescribePackageResult, Error> {
    let wanted = coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let package = reach(tx, call, "codeartifact:DescribePackage", &key, &wanted)?.package;
    Ok(DescribePackageResult {
        package: PackageDescription {
            format: Some(package.coordinates.format.as_str().to_owned()),
            namespace: package.coordinates.namespace(),
            name: Some(package.coordinates.name),
            origin_configuration: Some(package.origin.shown()),
        },
    })
}
