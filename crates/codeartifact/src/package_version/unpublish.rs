//! Deleting versions for clients that can unpublish.

use model_codeartifact::types::DeletePackageVersionsRequest;
use service::Call;
use store::Tx;

use super::delete;
use crate::error::{Error, Kind, conflict};
use crate::limits::VERSIONS_PER_CALL_MAX;
use crate::name::Coordinates;
use crate::repository::RepositoryKey;

/// Deletes any number of versions as `DeletePackageVersions` does, all or none.
///
/// Errors as for that operation, and a version that is gone meanwhile (a conflict).
pub fn unpublish(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    versions: &[String],
) -> Result<(), Error> {
    for versions in versions.chunks(VERSIONS_PER_CALL_MAX) {
        let input = DeletePackageVersionsRequest {
            domain: key.domain.name.clone(),
            domain_owner: Some(key.domain.account.clone()),
            repository: key.name.clone(),
            format: package.format.as_str().to_owned(),
            namespace: package.namespace(),
            package: package.name.clone(),
            versions: versions.to_vec(),
            expected_status: None,
        };
        let failed = delete(tx, call, &input)?.failed_versions.unwrap_or_default();
        if let Some((version, failure)) =
            failed.into_iter().find(|(_, failure)| failure.error_code.as_deref() != Some("SKIPPED"))
        {
            let name = format!("{}@{version}", package.display_name());
            let message = failure.error_message.unwrap_or_default();
            return Err(conflict(Kind::PackageVersion, &name, message));
        }
    }
    Ok(())
}
