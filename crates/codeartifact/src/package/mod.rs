//! Packages of a repository: their origin configuration, and the operations on a package as a whole.

mod delete;
mod describe;
mod list;
mod origin;
mod search;
pub(crate) mod table;

pub use delete::delete;
pub use describe::describe;
pub use list::list;
pub use origin::{OriginConfiguration, Setting, put_origin_configuration};
pub(crate) use origin::{default_for, gate};
pub use search::{Hit, Hits, published, search};

use model::Timestamp;
use model_codeartifact::types::PackageSummary;
use service::Call;
use store::Tx;

use crate::arn;
use crate::error::{Error, Kind, invalid, not_found};
use crate::name::Coordinates;
use crate::policy::Wanted;
use crate::repository::{self, Repository, RepositoryKey};

/// A stored package, without its versions; it may have none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// Which package it is.
    pub coordinates: Coordinates,
    /// By which ways versions may come into it.
    pub origin: OriginConfiguration,
    /// Whether somebody set the origin configuration, rather than the first arrival.
    pub origin_set: bool,
    /// Counts the changes of the package; events carry it.
    pub sequence: i64,
    /// When it first appeared in this repository.
    pub created_at: Timestamp,
}

/// A repository and the package in it that a request names.
pub(crate) struct Reached {
    pub(crate) repository: Repository,
    pub(crate) package: Package,
}

/// Reads the coordinates that a request names.
pub(crate) fn coordinates(format: &str, namespace: Option<&str>, name: &str) -> Result<Coordinates, Error> {
    Coordinates::new(format, namespace, name).map_err(invalid)
}

/// Finds the repository of a package that need not exist, and asks whether the caller may perform `action` on it.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(crate) fn reach_repository(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<Repository, Error> {
    let resource = arn::package(&call.partition, key, package);
    repository::reach_for(tx, call, key, &Wanted::new(action, &resource))
}

/// Finds the package that a request names and asks whether the caller may perform `action` on it.
///
/// Errors in this order: domain not found, access denied, repository not found, package not found.
pub(crate) fn reach(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<Reached, Error> {
    let repository = reach_repository(tx, call, action, key, package)?;
    let package = table::get(tx, key, package)?.ok_or_else(|| absent(key, package))?;
    Ok(Reached { repository, package })
}

/// The sentence that AWS documents for a package that a repository does not hold, as far as it is known.
pub(crate) fn absent(key: &RepositoryKey, package: &Coordinates) -> Error {
    let namespace =
        package.namespace().map_or_else(String::new, |namespace| format!(", namespace={namespace}"));
    let message = format!(
        "Package not found in repository. RepoId: {}, Package = PackageCoordinate{{packageType={}{namespace}, \
         packageName={}}}",
        key.name, package.format, package.name
    );
    not_found(Kind::Package, &package.display_name(), message)
}

fn summary(package: Package) -> PackageSummary {
    PackageSummary {
        format: Some(package.coordinates.format.as_str().to_owned()),
        namespace: package.coordinates.namespace(),
        package: Some(package.coordinates.name),
        origin_configuration: Some(package.origin.shown()),
    }
}
