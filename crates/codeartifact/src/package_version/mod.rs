//! Package versions of a repository: what a row remembers, and the operations on versions.
//!
//! How versions come in is the business of `arrival`, how they are found through upstreams that of `resolution`.

mod asset;
mod asset_name;
mod batch;
mod cargo_facts;
mod copy;
mod describe;
mod details;
mod edit;
pub(crate) mod event;
mod facts;
mod list;
mod maven_facts;
mod nuget_facts;
mod publish;
mod pypi_facts;
mod revision;
mod ruby_facts;
mod state;
mod status;
mod swift_facts;
pub(crate) mod table;
mod unpublish;

pub use asset::{get_asset, list_assets};
pub use batch::{delete, dispose, update_status};
pub use copy::{Wanting, copy, wanting};
pub use describe::describe;
pub use details::{dependencies, readme};
pub use edit::{deprecate, yank};
pub use facts::{Dependency, Facts, License};
pub(crate) use list::default_display_version;
pub use list::list;
pub use publish::{admit_publish, publish, publish_asset, read_publish};
pub use revision::revision;
pub use state::Status;
pub use status::set_status;
pub use table::kept;
pub use unpublish::unpublish;

use std::collections::BTreeMap;

use model::Timestamp;
use model_codeartifact::types::{DomainEntryPoint, PackageVersionOrigin};
use service::Call;
use store::{Staged, Tx};

use crate::error::{Error, Kind, not_found};
use crate::name::{Coordinates, stored_version};
use crate::package;
use crate::repository::RepositoryKey;

/// Everything that a repository remembers of a version, but for its assets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredVersion {
    /// The version, as stored.
    pub version: String,
    /// Where it is in its life.
    pub status: Status,
    /// The name of its content.
    pub revision: String,
    /// Where it came into the domain.
    pub origin: Origin,
    /// When it arrived in this repository.
    pub published_at: Timestamp,
    /// When its public registry says it was published.
    pub upstream_published_at: Option<Timestamp>,
    /// How it arrived in this repository.
    pub arrival: Arrival,
    /// The repository it was retained or copied from.
    pub arrival_from: Option<String>,
    /// Why nobody should use it any more.
    pub deprecated: Option<String>,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
    /// The metadata in its format's own shape: the manifest of an npm version as JSON.
    pub manifest: String,
    /// What the manifest says, in the words of the API.
    pub facts: Facts,
    /// Whether somebody of this domain deprecated it, and not its public registry.
    pub deprecated_here: bool,
}

/// What lists show of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Listed {
    pub(crate) version: String,
    pub(crate) status: Status,
    pub(crate) revision: String,
    pub(crate) origin: Origin,
    pub(crate) published_at: Timestamp,
}

/// One file of a version; its bytes are the blob named by `sha256`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Asset {
    /// The name that the API shows, `package.tgz` for npm.
    pub name: String,
    /// Length in bytes.
    pub size: i64,
    /// SHA-256, lower-case hexadecimal.
    pub sha256: String,
    /// SHA-1, likewise.
    pub sha1: String,
    /// SHA-512, likewise.
    pub sha512: String,
    /// MD5, likewise.
    pub md5: String,
    /// Whether it was fetched on its own, after its version.
    pub on_demand: bool,
    /// When it came into its repository; only where it is to be handed out. It is not kept.
    pub arrived_at: Option<Timestamp>,
}

/// Where a version came into the domain; it stays so in every repository that retains or copies it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// From inside or outside.
    pub kind: OriginType,
    /// Through which door.
    pub entry: EntryPoint,
}

/// From where a version came into the domain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginType {
    /// It was published into a repository of the domain.
    Internal,
    /// It came from a public registry.
    External,
    /// Nobody knows.
    Unknown,
}

/// The door through which a version came into the domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryPoint {
    /// The repository it was published to.
    Repository(String),
    /// The external connection it came through.
    Connection(String),
}

/// How a version arrived in one repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// A client published it here.
    Publish,
    /// It came through this repository's external connection.
    Ingest,
    /// It was fetched through this repository and found in another one of the domain.
    Retain,
    /// Somebody copied it here.
    Copy,
}

impl OriginType {
    /// Gives the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            OriginType::Internal => "INTERNAL",
            OriginType::External => "EXTERNAL",
            OriginType::Unknown => "UNKNOWN",
        }
    }

    fn parse(word: &str) -> Option<OriginType> {
        [OriginType::Internal, OriginType::External, OriginType::Unknown]
            .into_iter()
            .find(|kind| kind.as_str() == word)
    }
}

impl Arrival {
    fn as_str(self) -> &'static str {
        match self {
            Arrival::Publish => "publish",
            Arrival::Ingest => "ingest",
            Arrival::Retain => "retain",
            Arrival::Copy => "copy",
        }
    }

    fn parse(word: &str) -> Option<Arrival> {
        [Arrival::Publish, Arrival::Ingest, Arrival::Retain, Arrival::Copy]
            .into_iter()
            .find(|way| way.as_str() == word)
    }
}

impl Origin {
    pub(crate) fn shown(self) -> PackageVersionOrigin {
        let (repository_name, external_connection_name) = match self.entry {
            EntryPoint::Repository(name) => (Some(name), None),
            EntryPoint::Connection(name) => (None, Some(name)),
        };
        PackageVersionOrigin {
            domain_entry_point: Some(DomainEntryPoint { repository_name, external_connection_name }),
            origin_type: Some(self.kind.as_str().to_owned()),
        }
    }
}

impl Asset {
    /// Makes the asset of this name whose bytes were stored as `blob`.
    pub fn of_blob(name: &str, blob: &Staged) -> Asset {
        Asset {
            name: name.to_owned(),
            size: i64::try_from(blob.size).unwrap_or(i64::MAX),
            sha256: blob.sha256.clone(),
            sha1: blob.sha1.clone(),
            sha512: blob.sha512.clone(),
            md5: blob.md5.clone(),
            on_demand: false,
            arrived_at: None,
        }
    }

    pub(crate) fn hashes(&self) -> BTreeMap<String, String> {
        [("MD5", &self.md5), ("SHA-1", &self.sha1), ("SHA-256", &self.sha256), ("SHA-512", &self.sha512)]
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value.clone()))
            .collect()
    }
}

/// A version that a request names, and where it is.
pub(crate) struct Reached {
    pub(crate) key: RepositoryKey,
    pub(crate) coordinates: Coordinates,
    pub(crate) version: StoredVersion,
}

/// Finds the version that a request names and asks whether the caller may perform `action` on its package.
///
/// Errors in this order: domain not found, access denied, repository not found, package not found, version not
/// found.
pub(crate) fn reach(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: RepositoryKey,
    coordinates: Coordinates,
    version: &str,
) -> Result<Reached, Error> {
    package::reach(tx, call, action, &key, &coordinates)?;
    let stored = stored_version(coordinates.format.as_str(), version);
    let version =
        table::get(tx, &key, &coordinates, &stored)?.ok_or_else(|| absent(&key, &coordinates, version))?;
    Ok(Reached { key, coordinates, version })
}

/// Reads a version as one repository holds it, whatever its status; asks nobody for permission.
pub fn get(
    tx: &mut Tx,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Option<StoredVersion>, store::Error> {
    table::get(tx, key, package, version)
}

/// Lists the assets of a version by name, whatever its status; asks nobody for permission.
pub fn assets(
    tx: &mut Tx,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Vec<Asset>, store::Error> {
    table::assets(tx, key, package, version)
}

/// Lists the assets of all versions of a package by version and name, whatever their status; asks nobody for
/// permission.
pub fn assets_of_all(
    tx: &mut Tx,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<BTreeMap<String, Vec<Asset>>, store::Error> {
    table::assets_of_all(tx, key, package)
}

pub(crate) fn absent(key: &RepositoryKey, package: &Coordinates, version: &str) -> Error {
    let name = package.display_name();
    let message = format!(
        "Package version not found in repository. RepoId: {}, package: {name}, version: {version}",
        key.name
    );
    not_found(Kind::PackageVersion, &format!("{name}@{version}"), message)
}
