//! Changes that package managers make to versions that are there: deprecating and yanking them.

use std::collections::BTreeMap;

use service::Call;
use store::Tx;

use super::table;
use crate::error::Error;
use crate::name::Coordinates;
use crate::package;
use crate::repository::RepositoryKey;

/// Sets or clears the deprecation of the versions named, as far as this repository holds them; says of how many.
///
/// Deprecation is not part of the revision. A text that is there already stays whose it is: clients send those of all
/// versions back with the one that they change. Where a text of this domain is cleared, that of the public registry
/// counts again. Errors in this order: domain not found, access denied, repository not
/// found, package not found.
pub fn deprecate(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    versions: &BTreeMap<String, Option<String>>,
) -> Result<usize, Error> {
    package::reach(tx, call, "codeartifact:PutPackageMetadata", key, package)?;
    let mut changed = 0;
    for (version, text) in versions {
        let text = text.as_deref().map(table::kept).filter(|text| !text.is_empty());
        let Some(present) = table::get(tx, key, package, version)? else { continue };
        if present.deprecated.as_deref() != text.as_deref() {
            table::set_deprecated(tx, key, package, version, text.as_deref(), text.is_some())?;
        }
        changed += 1;
    }
    if changed > 0 {
        package::table::next_sequence(tx, key, package)?;
    }
    Ok(changed)
}

/// Yanks a version for a reason (which may be empty), or takes that back.
///
/// Neither the revision nor the status changes. Errors in this order: domain not found, access denied, repository not
/// found, package not found, version not found.
pub fn yank(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    yanked: Option<&str>,
) -> Result<(), Error> {
    package::reach(tx, call, "codeartifact:PutPackageMetadata", key, package)?;
    if !table::set_yanked(tx, key, package, version, yanked)? {
        return Err(super::absent(key, package, version));
    }
    package::table::next_sequence(tx, key, package)?;
    Ok(())
}
