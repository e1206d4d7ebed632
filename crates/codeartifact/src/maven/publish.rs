//! Metadata of a package: they publish the versions that they list, and are made of those that are published.

use std::sync::Arc;

use formats::maven::metadata::Plugin;
use model::Timestamp;
use service::Call;
use store::Tx;

use super::verdict::{self, NO_MANIFEST};
use crate::arrival::{self, Addition, Published, Replaces};
use crate::error::{Error, invalid};
use crate::name::Coordinates;
use crate::package::{self, table::Filter};
use crate::package_version::{self, Asset, OriginType, Status, StoredVersion};
use crate::release_age::ReleaseAge;
use crate::repository::{Repository, RepositoryKey};
use crate::resolution::{self, Step};

/// The asset that holds the metadata which published a version (user guide, by example).
pub const METADATA_ASSET: &str = "maven-metadata.xml";

/// Most packages of one repository that are looked at for the plugins of their group.
const GROUP_PACKAGES_MAX: usize = 1000;

/// Adds files to a version, which comes to exist if it does not; errors as for [`arrival::add`].
pub fn add(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    addition: &Addition,
) -> Result<Published, Error> {
    let mut addition = addition.clone();
    if package_version::get(tx, key, package, &addition.version)?.is_none() {
        addition.manifest = Some(NO_MANIFEST.to_owned());
    }
    arrival::add(tx, call, key, package, &addition)
}

/// Publishes every version that is listed and Unfinished here; all or none. Says which.
///
/// `metadata` is the document, stored; it becomes an asset of the versions that it publishes. Errors in this order:
/// domain not found, access denied (to publish, then to put metadata), repository not found, a checksum of a file of
/// such a version was wrong, publishing blocked.
pub fn publish(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    versions: &[String],
    metadata: &Asset,
) -> Result<Vec<String>, Error> {
    may_publish(tx, call, key, package)?;
    let mut unfinished = Vec::new();
    for version in package_version::table::list(tx, key, package)? {
        if version.status == Status::Unfinished && versions.contains(&version.version) {
            unfinished.push(version.version);
        }
    }
    for version in &unfinished {
        refuse_wrong(tx, key, package, version)?;
    }
    for version in &unfinished {
        let addition = Addition {
            version: version.clone(),
            assets: vec![Asset { name: METADATA_ASSET.to_owned(), ..metadata.clone() }],
            replaces: Replaces::Named(vec![METADATA_ASSET.to_owned()]),
            finished: true,
            ..Addition::default()
        };
        arrival::add(tx, call, key, package, &addition)?;
    }
    Ok(unfinished)
}

/// Asks whether a client may publish versions by putting metadata.
pub(super) fn may_publish(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<(), Error> {
    package::reach_repository(tx, call, "codeartifact:PublishPackageVersion", key, package)?;
    package::reach_repository(tx, call, "codeartifact:PutPackageMetadata", key, package)?;
    Ok(())
}

/// Refuses to publish a version while a checksum of one of its files was wrong the last time it was put.
pub(super) fn refuse_wrong(
    tx: &mut Tx,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<(), Error> {
    let wrong = verdict::wrong(tx, key, package, version)?;
    let Some((asset, algorithms)) = wrong.first_key_value() else { return Ok(()) };
    let algorithms: Vec<&str> = algorithms.iter().map(String::as_str).collect();
    Err(invalid(format!(
        "Package version {}@{version} is not published: the {} of {asset} that was uploaded is not that of the file",
        package.display_name(),
        algorithms.join(", ")
    )))
}

/// A version as the metadata of a package see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The version.
    pub version: String,
    /// Its status; only Published is shown, the others hide.
    pub status: Status,
    /// Whether it came from a public registry.
    pub external: bool,
    /// When it arrived in its repository.
    pub published_at: Timestamp,
    /// Whether it came from outside and is too young to be shown; it hides the same version further up.
    pub too_young: bool,
}

/// Lists what each repository on the way holds of a package; asks nobody for permission.
pub fn listed(tx: &mut Tx, path: &[Step], package: &Coordinates) -> Result<Vec<Vec<Listed>>, store::Error> {
    let mut all = Vec::new();
    for step in path {
        let key = &step.repository.key;
        all.push(match (&step.package, &step.release_age) {
            (None, _) => Vec::new(),
            (Some(_), None) => {
                let versions = package_version::table::list(tx, key, package)?;
                versions.into_iter().map(Listed::from).collect()
            }
            (Some(_), Some(rule)) => {
                let age = ReleaseAge::read(tx, &key.domain, package, Arc::clone(rule))?;
                let versions = package_version::table::all(tx, key, package)?.into_iter();
                versions.map(|version| Listed::of_age(version, &age)).collect()
            }
        });
    }
    Ok(all)
}

/// Lists the plugins of a group that the repositories on the way of a lookup hold and show, by their names; asks nobody
/// for permission.
pub fn plugins(tx: &mut Tx, requested: &Repository, group: &str) -> Result<Vec<Plugin>, store::Error> {
    let filter = Filter { format: "maven", namespace: group, name: "", publish: "", upstream: "" };
    let mut found = Vec::new();
    for repository in resolution::search_list(tx, requested)? {
        let from = ("maven", group, "");
        for package in package::table::list(tx, &repository.key, &filter, from, GROUP_PACKAGES_MAX)? {
            let Coordinates { namespace, name, .. } = &package.coordinates;
            let Some(plugin) = Plugin::of_artifact(name).filter(|_| namespace == group) else { continue };
            let versions = package_version::table::list(tx, &repository.key, &package.coordinates)?;
            if versions.iter().any(|version| version.status == Status::Published) {
                found.push(plugin);
            }
        }
    }
    Ok(found)
}

impl Listed {
    fn of_age(version: StoredVersion, age: &ReleaseAge) -> Listed {
        let too_young = age.refusal_of_stored(&version).is_some();
        let external = version.origin.kind == OriginType::External;
        let StoredVersion { version, status, published_at, .. } = version;
        Listed { version, status, external, published_at, too_young }
    }
}

impl From<package_version::Listed> for Listed {
    fn from(listed: package_version::Listed) -> Listed {
        let external = listed.origin.kind == OriginType::External;
        let package_version::Listed { version, status, published_at, .. } = listed;
        Listed { version, status, external, published_at, too_young: false }
    }
}
