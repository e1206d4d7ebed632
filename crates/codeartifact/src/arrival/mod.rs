//! How versions come into a repository: published by clients, ingested through an external connection, retained
//! from an upstream repository.
//!
//! Bytes are not here: every asset is a blob that was stored before, named by its digest.

mod add;
pub(crate) mod amend;
mod publish;
mod retain;
mod supplement;

pub use add::{Addition, Replaces, add, finish, may_add, restate};
pub use publish::{Admission, Published, admit, admit_any, publish};
pub use retain::{ingest, obtain, retain};
pub use supplement::{Remarks, Supplement, refresh, supplement};

use model::Timestamp;
use serde_json::{Map, Value};
use store::{Error, Staged, Tx};

use crate::dist_tag;
use crate::name::Coordinates;
use crate::package::{self, Package};
use crate::package_group::Control;
use crate::package_version::event::{Change, Subject, emit};
use crate::package_version::{self, Arrival, Asset, Facts, OriginType, StoredVersion};
use crate::repository::Repository;

/// The name of the only asset of an npm version (user guide).
pub const NPM_ASSET: &str = "package.tgz";

/// A version on its way into a repository, from outside the domain.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewVersion {
    /// The version, as stored.
    pub version: String,
    /// The metadata in its format's own shape: the manifest of an npm version as JSON.
    pub manifest: String,
    /// What the manifest says, in the words of the API.
    pub facts: Facts,
    /// Its assets; their blobs are stored.
    pub assets: Vec<Asset>,
    /// The dist-tags that point at it from now on.
    pub dist_tags: Vec<String>,
    /// Why nobody should use it any more.
    pub deprecated: Option<String>,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
    /// When its public registry says it was published.
    pub upstream_published_at: Option<Timestamp>,
}

/// Stores a version that its repository does not have, and tells of it.
pub(crate) fn enter(
    tx: &mut Tx,
    partition: &str,
    repository: &Repository,
    coordinates: &Coordinates,
    version: &StoredVersion,
    assets: &[Asset],
    dist_tags: &[String],
) -> Result<(), Error> {
    let key = &repository.key;
    if package::table::get(tx, key, coordinates)?.is_none() {
        let external = version.origin.kind == OriginType::External;
        let control = Control::of(tx, &key.domain, coordinates)?;
        let origin = package::default_for(version.arrival, external, &control);
        let package = Package::new(coordinates.clone(), origin, tx);
        package::table::put(tx, key, &package)?;
    }
    package_version::table::put(tx, key, coordinates, version)?;
    package_version::table::put_assets(tx, key, coordinates, &version.version, assets)?;
    for tag in dist_tags {
        dist_tag::table::put(tx, key, coordinates, tag, &version.version)?;
    }
    let subject = Subject {
        repository,
        package: coordinates,
        version: &version.version,
        status: version.status,
        revision: &version.revision,
    };
    emit(tx, partition, &subject, Change::created(assets.len()))
}

impl NewVersion {
    /// Makes an npm version of its manifest and its stored tarball, without tags and times.
    pub fn npm(version: &str, manifest: &Map<String, Value>, tarball: &Staged) -> NewVersion {
        let deprecated = manifest.get("deprecated").and_then(Value::as_str);
        NewVersion {
            version: version.to_owned(),
            manifest: serde_json::to_string(manifest).unwrap_or_default(),
            facts: Facts::of_npm(manifest),
            assets: vec![Asset::of_blob(NPM_ASSET, tarball)],
            deprecated: deprecated.map(str::to_owned),
            ..NewVersion::default()
        }
    }

    /// Makes the row of this version in a repository that it enters the domain by.
    fn stored(&self, origin: package_version::Origin, arrival: Arrival, now: Timestamp) -> StoredVersion {
        StoredVersion {
            version: self.version.clone(),
            status: package_version::Status::Published,
            revision: package_version::revision(&self.assets, &self.manifest),
            origin,
            published_at: now,
            upstream_published_at: self.upstream_published_at,
            arrival,
            arrival_from: None,
            deprecated: self.deprecated.clone().filter(|text| !text.is_empty()),
            yanked: self.yanked.clone(),
            manifest: self.manifest.clone(),
            facts: self.facts.clone(),
            deprecated_here: false,
        }
    }
}
