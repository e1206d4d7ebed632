//! Changes that package managers make to versions that are there: deprecation.

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
/// Deprecation is not part of the revision. Errors in this order: domain not found, access denied, repository not
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
        let text = text.as_deref().filter(|text| !text.is_empty());
        changed += usize::from(table::set_deprecated(tx, key, package, version, text)?);
    }
    if changed > 0 {
        package::table::next_sequence(tx, key, package)?;
    }
    Ok(changed)
}
