//! `DescribePackageVersion`.

use model_codeartifact::types::{
    DescribePackageVersionRequest, DescribePackageVersionResult, LicenseInfo, PackageVersionDescription,
};
use service::Call;
use store::Tx;

use super::reach;
use crate::error::Error;
use crate::package;
use crate::repository::RepositoryKey;

/// Describes a version of any status; upstream repositories are not looked at.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found, version not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &DescribePackageVersionRequest,
) -> Result<DescribePackageVersionResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:DescribePackageVersion";
    let reached = reach(tx, call, action, key, wanted, &input.package_version)?;
    let (coordinates, version) = (reached.coordinates, reached.version);
    let facts = version.facts;
    let licenses = facts.licenses.into_iter().map(|one| LicenseInfo { name: one.name, url: one.url });
    let display_name = Some(facts.display_name).filter(|name| !name.is_empty());
    Ok(DescribePackageVersionResult {
        package_version: PackageVersionDescription {
            format: Some(coordinates.format.as_str().to_owned()),
            namespace: coordinates.namespace(),
            display_name: Some(display_name.unwrap_or_else(|| coordinates.display_name())),
            package_name: Some(coordinates.name),
            version: Some(version.version),
            summary: facts.summary,
            home_page: facts.home_page,
            source_code_repository: facts.source_code_repository,
            published_time: Some(version.published_at),
            licenses: Some(licenses.collect()),
            revision: Some(version.revision),
            status: Some(version.status.as_str().to_owned()),
            origin: Some(version.origin.shown()),
        },
    })
}
