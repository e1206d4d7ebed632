//! Dist-tags: the names that npm packages give to versions, kept by package and repository.
//!
//! Which tags a client sees through upstreams is put together from `resolution::listing`; here they are changed.

pub(crate) mod table;

use service::Call;
use store::Tx;

use crate::error::{Error, Kind, not_found};
use crate::name::Coordinates;
use crate::package;
use crate::package_version::absent as version_absent;
use crate::repository::RepositoryKey;
use crate::resolution::{self, Found};

/// Points a tag at a version that this repository holds or finds in an upstream repository.
///
/// Errors in this order: domain not found, access denied, repository not found, package not found, version not
/// found.
pub fn put(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    tag: &str,
    version: &str,
) -> Result<(), Error> {
    let reached = package::reach(tx, call, "codeartifact:PutPackageMetadata", key, package)?;
    let Found::Held(_) = resolution::find(tx, &reached.repository, package, version)? else {
        return Err(version_absent(key, package, version));
    };
    table::put(tx, key, package, tag, version)?;
    package::table::next_sequence(tx, key, package)?;
    Ok(())
}

/// Removes a tag of this repository.
///
/// Errors in this order: domain not found, access denied, repository not found, package not found, no such tag.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    tag: &str,
) -> Result<(), Error> {
    package::reach(tx, call, "codeartifact:PutPackageMetadata", key, package)?;
    if !table::delete(tx, key, package, tag)? {
        let name = package.display_name();
        let message = format!("Package {name} has no dist-tag {tag} in repository {}", key.name);
        return Err(not_found(Kind::Package, &name, message));
    }
    package::table::next_sequence(tx, key, package)?;
    Ok(())
}
