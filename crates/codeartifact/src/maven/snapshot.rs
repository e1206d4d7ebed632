//! Snapshots: the metadata of one turn a build into the newest state of its version in the making.

use formats::maven::snapshot::Build;
use service::Call;
use store::Tx;

use super::publish::{may_publish, refuse_wrong};
use super::verdict::NO_MANIFEST;
use crate::arrival::{self, Addition, Replaces};
use crate::error::{Error, invalid};
use crate::name::Coordinates;
use crate::package_version::{self, Asset, Facts, Status};
use crate::repository::RepositoryKey;

/// What the metadata of a snapshot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// The newest build: `1.0-20210728.194552-1` of `1.0-SNAPSHOT`.
    pub build: Build,
    /// The files that they name: the version of the build that each is of, and its name.
    pub files: Vec<(String, String)>,
}

/// Makes a build the newest state of its snapshot: the version `-SNAPSHOT` is Published with the files that the
/// metadata name, the build becomes Unlisted. Says whether the snapshot is new.
///
/// Files of earlier builds that the metadata still name stay, as far as they are there. Errors in this order: domain
/// not found, access denied (to publish, then to put metadata), repository not found, the build or a file of it was
/// not uploaded, a checksum of one was wrong, publishing blocked, the snapshot is Archived or Disposed.
pub fn deploy(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    deployment: &Deployment,
) -> Result<bool, Error> {
    may_publish(tx, call, key, package)?;
    let build = deployment.build.to_string();
    let snapshot = deployment.build.snapshot();
    let stored = package_version::get(tx, key, package, &build)?;
    let Some(stored) = stored.filter(|stored| stored.status.has_assets()) else {
        return Err(invalid(format!("The metadata name build {build}, of which no file was uploaded")));
    };
    let mut files = package_version::assets(tx, key, package, &build)?;
    if let Some((_, missing)) = deployment
        .files
        .iter()
        .find(|(version, file)| *version == build && !files.iter().any(|asset| asset.name == *file))
    {
        return Err(invalid(format!("The metadata name {missing}, which was not uploaded")));
    }
    refuse_wrong(tx, key, package, &build)?;
    let before = package_version::assets(tx, key, package, &snapshot)?;
    let facts = stored.facts;
    files.extend(earlier(deployment, &build, &before));
    // A build of a classifier alone has no POM; what the one before it said stays true.
    let facts = Some(facts).filter(|facts| *facts != Facts::default());
    let addition = Addition {
        version: snapshot,
        manifest: Some(NO_MANIFEST.to_owned()),
        facts,
        assets: files,
        replaces: Replaces::Everything,
        finished: true,
        into_published: true,
        beside_upstream: true,
    };
    let published = arrival::add(tx, call, key, package, &addition)?;
    arrival::finish(tx, call, key, package, &build, Status::Unlisted)?;
    Ok(published.created)
}

/// The files of earlier builds that the metadata still name.
fn earlier(deployment: &Deployment, build: &str, before: &[Asset]) -> Vec<Asset> {
    let named = |asset: &&Asset| {
        deployment.files.iter().any(|(version, file)| version != build && *file == asset.name)
    };
    before.iter().filter(named).cloned().collect()
}
