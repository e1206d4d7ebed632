//! Repositories that were deleted with more in them than one transaction should remove: the repository is gone at once,
//! what it held goes in steps that a restart continues.
//!
//! Until then its name is taken, for its rows are known by it.

use store::Tx;

use super::{Repository, RepositoryKey, table};
use crate::package;
use crate::package::table::Filter;
use crate::package_version::event;

/// Package versions that are removed together with their repository; others follow.
pub(super) const VERSIONS_AT_ONCE_MAX: i64 = 500;

/// Packages that one step reads.
const PACKAGES_AT_ONCE: usize = 50;

/// Takes a repository away and leaves what it holds for later, if that is much; answers whether it did.
pub(super) fn postpone(tx: &mut Tx, partition: &str, repository: &Repository) -> Result<bool, store::Error> {
    if table::versions_up_to(tx, &repository.key, VERSIONS_AT_ONCE_MAX + 1)? <= VERSIONS_AT_ONCE_MAX {
        return Ok(false);
    }
    table::postpone_deletion(tx, partition, repository)?;
    table::detach(tx, &repository.key)?;
    Ok(true)
}

/// Whether something is left of deleted repositories.
pub fn is_deletion_due(tx: &mut Tx) -> Result<bool, store::Error> {
    Ok(table::postponed_deletion(tx)?.is_some())
}

/// Removes more of what deleted repositories held, some `versions_max` package versions with their events; answers how
/// many packages that were, and one for a repository of which nothing is left.
pub fn go_on_deleting(tx: &mut Tx, versions_max: usize) -> Result<usize, store::Error> {
    let Some((partition, repository)) = table::postponed_deletion(tx)? else { return Ok(0) };
    let key: &RepositoryKey = &repository.key;
    let all = Filter { format: "", namespace: "", name: "", publish: "", upstream: "" };
    let packages = package::table::list(tx, key, &all, ("", "", ""), PACKAGES_AT_ONCE)?;
    if packages.is_empty() {
        table::delete(tx, key)?;
        table::end_deletion(tx, key)?;
        return Ok(1);
    }
    let (mut versions, mut done) = (0, 0);
    for found in packages {
        if versions >= versions_max {
            break;
        }
        versions += event::package_deleted(tx, &partition, &repository, &found.coordinates)?;
        package::table::delete(tx, key, &found.coordinates)?;
        done += 1;
    }
    Ok(done)
}
