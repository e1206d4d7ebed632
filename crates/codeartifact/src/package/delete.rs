//! `DeletePackage`.

use model_codeartifact::types::{DeletePackageRequest, DeletePackageResult};
use service::Call;
use store::Tx;

use super::{coordinates, reach, summary, table};
use crate::error::Error;
use crate::package_version::event;
use crate::repository::RepositoryKey;

/// Deletes a package with all its versions, tags and its origin configuration.
///
/// What comes next under its name starts anew, also from upstream. Errors in this order: coordinates that the
/// format does not allow, domain not found, access denied, repository not found, package not found.
pub fn delete(tx: &mut Tx, call: &Call, input: &DeletePackageRequest) -> Result<DeletePackageResult, Error> {
    let wanted = coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let reached = reach(tx, call, "codeartifact:DeletePackage", &key, &wanted)?;
    event::package_deleted(tx, &call.partition, &reached.repository, &wanted)?;
    table::delete(tx, &key, &wanted)?;
    Ok(DeletePackageResult { deleted_package: Some(summary(reached.package)) })
}
