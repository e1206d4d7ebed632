//! The status of one version, set on behalf of a package manager that yanks or unlists it.

use model_codeartifact::types::UpdatePackageVersionsStatusRequest;
use service::Call;
use store::Tx;

use super::batch::update_status;
use super::{Status, absent};
use crate::error::{Error, Kind, conflict};
use crate::name::Coordinates;
use crate::repository::RepositoryKey;

/// Sets the status of a version that this repository holds.
///
/// Errors in this order: domain not found, access denied, repository not found, package not found, version not found, a
/// status that may not become this one.
pub fn set_status(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    target: Status,
) -> Result<(), Error> {
    let input = UpdatePackageVersionsStatusRequest {
        domain: key.domain.name.clone(),
        domain_owner: Some(key.domain.account.clone()),
        repository: key.name.clone(),
        format: package.format.as_str().to_owned(),
        namespace: package.namespace(),
        package: package.name.clone(),
        versions: vec![version.to_owned()],
        target_status: target.as_str().to_owned(),
        ..UpdatePackageVersionsStatusRequest::default()
    };
    let failed = update_status(tx, call, &input)?.failed_versions.unwrap_or_default();
    let Some(failure) = failed.into_values().next() else { return Ok(()) };
    if failure.error_code.as_deref() == Some("NOT_FOUND") {
        return Err(absent(key, package, version));
    }
    let name = format!("{}@{version}", package.display_name());
    let message = failure.error_message.unwrap_or_else(|| format!("{name} cannot change its status"));
    Err(conflict(Kind::PackageVersion, &name, message))
}
