//! Adding: the assets of a version that is published in several steps, the gate they pass, and the end of its upload.

use service::Call;
use store::Tx;

use super::amend::{Whole, amend};
use super::publish::{self, Admission, Published};
use super::{NewVersion, enter};
use crate::error::{self, Error, Kind, conflict};
use crate::name::Coordinates;
use crate::package;
use crate::package_version::{self, Arrival, Asset, EntryPoint, Facts, Origin, OriginType, Status};
use crate::quota;
use crate::repository::{Repository, RepositoryKey};
use crate::resolution::{self, Found};

/// Assets on their way into a version that may be there.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addition {
    /// The version, as stored.
    pub version: String,
    /// The metadata in its format's own shape; `None` keeps what is there, which for a new version is nothing.
    pub manifest: Option<String>,
    /// What the metadata says, in the words of the API; `None` keeps what is there.
    pub facts: Option<Facts>,
    /// The assets; their blobs are stored.
    pub assets: Vec<Asset>,
    /// What they may take the place of.
    pub replaces: Replaces,
    /// Whether the version is complete with them: one that is Unfinished, or new, becomes Published.
    pub finished: bool,
    /// Whether a version that is Published or Unlisted takes further assets.
    pub into_published: bool,
    /// Whether the version may be new here although an upstream repository has it.
    pub beside_upstream: bool,
}

/// Which assets of a version another one may take the place of.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Replaces {
    /// None: an asset keeps the bytes that it has.
    #[default]
    Nothing,
    /// Those of these names.
    Named(Vec<String>),
    /// All: the version then has exactly the assets that come.
    Everything,
}

/// What an addition will do.
enum Plan {
    /// The version is new.
    Create,
    /// The version is there, and becomes `next`.
    Change { present: Box<Whole>, next: Box<Whole> },
}

/// Asks whether an addition would be taken, before its bytes are; an asset whose `sha256` is empty counts as one of
/// the bytes that are there.
///
/// The repositories whose connections may have the version are named only where the version is new. Errors as for
/// [`add`].
pub fn may_add(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    addition: &Addition,
) -> Result<Admission, Error> {
    let (mut admission, plan) = plan(tx, call, key, package, addition)?;
    if matches!(plan, Plan::Change { .. }) {
        admission.connections = Vec::new();
    }
    Ok(admission)
}

/// Adds assets to a version, which comes to exist if it does not.
///
/// Assets that are there with these bytes change nothing. Errors in this order: those of [`publish::admit`]; for a new
/// version: an upstream repository has it; else: it is Archived or Disposed, an asset is there with other bytes, the
/// version is complete and takes no further assets, it came from upstream and takes none (assumed); an asset is too
/// large, the version has too many.
pub fn add(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    addition: &Addition,
) -> Result<Published, Error> {
    let (admission, plan) = plan(tx, call, key, package, addition)?;
    match plan {
        Plan::Create => create(tx, call, &admission.repository, package, addition),
        Plan::Change { present, mut next } => {
            let partition = &call.partition;
            let changed = amend(tx, partition, &admission.repository, package, &present, &mut next)?;
            let version = next.version;
            Ok(Published { revision: version.revision, status: version.status, created: false, changed })
        }
    }
}

/// Ends the upload of a version: if it is Unfinished it becomes `into`, else nothing happens; says whether it did.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub fn finish(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    into: Status,
) -> Result<bool, Error> {
    let action = "codeartifact:PutPackageMetadata";
    let repository = package::reach_repository(tx, call, action, key, package)?;
    let Some(stored) = package_version::table::get(tx, key, package, version)? else { return Ok(false) };
    if stored.status != Status::Unfinished {
        return Ok(false);
    }
    let assets = package_version::table::assets(tx, key, package, version)?;
    let present = Whole { version: stored, assets };
    let mut next = present.clone();
    next.version.status = into;
    next.version.published_at = tx.now();
    Ok(amend(tx, &call.partition, &repository, package, &present, &mut next)?)
}

/// Replaces the metadata of a version, its assets staying; says whether it is there and changed.
///
/// Members of a JSON manifest that its revision does not count may so be set without another revision. Errors in this
/// order: domain not found, access denied, repository not found.
pub fn restate(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
    (manifest, facts): (String, Option<Facts>),
) -> Result<bool, Error> {
    let action = "codeartifact:PublishPackageVersion";
    let repository = package::reach_repository(tx, call, action, key, package)?;
    let Some(stored) = package_version::table::get(tx, key, package, version)? else { return Ok(false) };
    let assets = package_version::table::assets(tx, key, package, version)?;
    let present = Whole { version: stored, assets };
    let mut next = present.clone();
    next.version.manifest = manifest;
    next.version.facts = facts.unwrap_or(next.version.facts);
    Ok(amend(tx, &call.partition, &repository, package, &present, &mut next)?)
}

/// Passes the gate and decides what is to be done; changes nothing.
fn plan(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    addition: &Addition,
) -> Result<(Admission, Plan), Error> {
    let (admission, path) = publish::pass(tx, call, key, package)?;
    let Some(version) = package_version::table::get(tx, key, package, &addition.version)? else {
        if !addition.beside_upstream {
            match resolution::find_on(tx, path, package, &addition.version)? {
                Found::Absent { .. } => {}
                // In another spelling: one version to clients, two to this repository.
                Found::Hidden { repository, status, .. } if repository.key == *key => {
                    if matches!(status, Status::Archived | Status::Disposed) {
                        let name = format!("{}@{}", package.display_name(), addition.version);
                        return Err(publish::gone(key, &name, status));
                    }
                }
                Found::Held(held) => {
                    return Err(Admission::taken(package, &addition.version, &held.repository));
                }
                Found::Hidden { repository, .. } | Found::TooYoung { repository, .. } => {
                    return Err(Admission::taken(package, &addition.version, &repository));
                }
            }
        }
        check_sizes(call, package, &addition.version, &addition.assets, addition.assets.len())?;
        return Ok((admission, Plan::Create));
    };
    let assets = package_version::table::assets(tx, key, package, &addition.version)?;
    let present = Whole { version, assets };
    addition.check(key, package, &present)?;
    let next = addition.applied_to(&present, tx);
    check_sizes(call, package, &addition.version, &addition.assets, next.assets.len())?;
    Ok((admission, Plan::Change { present: Box::new(present), next: Box::new(next) }))
}

fn create(
    tx: &mut Tx,
    call: &Call,
    repository: &Repository,
    package: &Coordinates,
    addition: &Addition,
) -> Result<Published, Error> {
    let facts = addition.facts.clone().unwrap_or_default();
    let manifest = addition.manifest.clone().unwrap_or_default();
    let (version, assets) = (addition.version.clone(), addition.assets.clone());
    let new = NewVersion { version, manifest, facts, assets, ..NewVersion::default() };
    let entry = EntryPoint::Repository(repository.key.name.clone());
    let origin = Origin { kind: OriginType::Internal, entry };
    let mut version = new.stored(origin, Arrival::Publish, tx.now());
    version.status = if addition.finished { Status::Published } else { Status::Unfinished };
    enter(tx, &call.partition, repository, package, &version, &new.assets, &[])?;
    Ok(Published { revision: version.revision, status: version.status, created: true, changed: true })
}

impl Addition {
    /// Refuses what a version that is there does not take.
    fn check(&self, key: &RepositoryKey, package: &Coordinates, present: &Whole) -> Result<(), Error> {
        let version = &present.version;
        let name = format!("{}@{}", package.display_name(), version.version);
        let status = version.status.as_str();
        if matches!(version.status, Status::Archived | Status::Disposed) {
            return Err(publish::gone(key, &name, version.status));
        }
        if let Some(asset) = self.assets.iter().find(|asset| self.clashes(asset, &present.assets)) {
            let message = format!(
                "Asset {} of package version {name} already exists in repository {} with other content",
                asset.name, key.name
            );
            return Err(conflict(Kind::Asset, &asset.name, message));
        }
        let held = |asset: &Asset| present.assets.iter().any(|held| same_bytes(asset, held));
        let Some(fresh) = self.assets.iter().find(|asset| !held(asset)) else { return Ok(()) };
        if version.status != Status::Unfinished && !self.into_published {
            let message = format!(
                "Package version {name} in repository {} is {status} and takes no further assets such as {}; \
                 a version of several assets is published as unfinished until the last of them",
                key.name, fresh.name
            );
            return Err(conflict(Kind::PackageVersion, &name, message));
        }
        if !matches!(version.arrival, Arrival::Publish | Arrival::Copy) {
            let message = format!(
                "Package version {name} came to repository {} from upstream and takes no published assets",
                key.name
            );
            return Err(conflict(Kind::PackageVersion, &name, message));
        }
        Ok(())
    }

    /// Whether an asset is there with other bytes, which it must not lose.
    fn clashes(&self, asset: &Asset, held: &[Asset]) -> bool {
        let may_go = match &self.replaces {
            Replaces::Nothing => false,
            Replaces::Named(names) => names.contains(&asset.name),
            Replaces::Everything => true,
        };
        !may_go && held.iter().any(|held| held.name == asset.name && !same_bytes(asset, held))
    }

    /// The version as it will be.
    fn applied_to(&self, present: &Whole, tx: &Tx) -> Whole {
        let mut next = present.clone();
        let coming = |held: &Asset| self.assets.iter().any(|asset| asset.name == held.name);
        match self.replaces {
            Replaces::Everything => next.assets.clear(),
            Replaces::Named(_) | Replaces::Nothing => next.assets.retain(|held| !coming(held)),
        }
        next.assets.extend(self.assets.iter().cloned());
        if let Some(manifest) = &self.manifest {
            next.version.manifest.clone_from(manifest);
        }
        if let Some(facts) = &self.facts {
            next.version.facts = facts.clone();
        }
        if self.finished && next.version.status == Status::Unfinished {
            next.version.status = Status::Published;
            next.version.published_at = tx.now();
        }
        next
    }
}

/// Whether two assets of one name have the same bytes, as far as these are known.
fn same_bytes(asset: &Asset, held: &Asset) -> bool {
    asset.name == held.name && (asset.sha256.is_empty() || asset.sha256 == held.sha256)
}

/// Refuses assets that are too large, or too many in all.
pub(super) fn check_sizes(
    call: &Call,
    package: &Coordinates,
    version: &str,
    assets: &[Asset],
    in_all: usize,
) -> Result<(), Error> {
    let bytes_max = quota::ASSET_BYTES.of(call);
    if let Some(asset) = assets.iter().find(|asset| asset.size.cast_unsigned() > bytes_max) {
        let message = format!("Asset {} is larger than {bytes_max} bytes", asset.name);
        return Err(error::quota(Kind::Asset, &asset.name, message));
    }
    let most = quota::assets_per_version(call);
    if in_all as u64 > most {
        let name = format!("{}@{version}", package.display_name());
        let message = format!("Package version {name} would have more than {most} assets");
        return Err(error::quota(Kind::PackageVersion, &name, message));
    }
    Ok(())
}
