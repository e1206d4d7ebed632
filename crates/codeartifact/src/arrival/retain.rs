//! Retention and ingestion: a version that was fetched stays in the repository that was asked, and one that came
//! from a public registry also in the repository with the connection; nothing stays in between.

use service::Call;
use store::Tx;

use super::{NewVersion, enter};
use crate::dist_tag;
use crate::error::Error;
use crate::name::Coordinates;
use crate::package_version::{self, Arrival, EntryPoint, Origin, OriginType, StoredVersion};
use crate::release_age::{self, TooYoung};
use crate::repository::{self, Repository, RepositoryKey};
use crate::resolution::{self, Found, Held};

/// Looks a version up for a download, and keeps it in the repository that was asked if another one holds it.
///
/// Of what is found, the repository is then the one that was asked. Errors: repository not found.
pub fn obtain(
    tx: &mut Tx,
    call: &Call,
    requested: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Found, Error> {
    let repository = repository::table::get(tx, requested)?.ok_or_else(|| repository::absent(requested))?;
    match resolution::find(tx, &repository, package, version)? {
        Found::Held(held) => Ok(Found::Held(Box::new(retain(tx, call, &repository, package, *held)?))),
        elsewhere => Ok(elsewhere),
    }
}

/// Keeps a version of another repository in `into`: a snapshot that later changes there do not touch.
///
/// Its origin and status stay, its dist-tags come along (assumed). Where `into` has it already, nothing changes.
pub fn retain(
    tx: &mut Tx,
    call: &Call,
    into: &Repository,
    package: &Coordinates,
    held: Held,
) -> Result<Held, Error> {
    if held.repository.key == into.key {
        return Ok(held);
    }
    let name = held.version.version.clone();
    if let Some(version) = package_version::table::get(tx, &into.key, package, &name)? {
        let assets = package_version::table::assets(tx, &into.key, package, &name)?;
        return Ok(Held { repository: into.clone(), version, assets, nearer: Vec::new() });
    }
    let tags = dist_tag::table::list(tx, &held.repository.key, package)?;
    let tags: Vec<String> =
        tags.into_iter().filter(|(_, version)| *version == name).map(|(tag, _)| tag).collect();
    let version = StoredVersion {
        arrival: Arrival::Retain,
        arrival_from: Some(held.repository.key.name),
        published_at: tx.now(),
        ..held.version
    };
    enter(tx, &call.partition, into, package, &version, &held.assets, &tags)?;
    Ok(Held { repository: into.clone(), version, assets: held.assets, nearer: Vec::new() })
}

/// Keeps a version that came through the external connection of `with_connection`, there and in the repository
/// that was asked.
///
/// The lookup is repeated first: what a repository got or lost meanwhile counts, and so does a connection that was
/// removed, a package that was blocked, or a repository that was deleted. So the answer is what the client gets:
/// held (by the repository that was asked, be it this version or one that was there already), hidden, too young, or
/// absent.
/// Errors: repository not found.
pub fn ingest(
    tx: &mut Tx,
    call: &Call,
    requested: &RepositoryKey,
    with_connection: &RepositoryKey,
    package: &Coordinates,
    new: &NewVersion,
) -> Result<Found, Error> {
    let asked = repository::table::get(tx, requested)?.ok_or_else(|| repository::absent(requested))?;
    let found = resolution::find(tx, &asked, package, &new.version)?;
    let connections = match &found {
        Found::Held(held) => &held.nearer,
        Found::Hidden { nearer, .. } => nearer,
        Found::Absent { connections } => connections,
        Found::TooYoung { .. } => return Ok(found),
    };
    let through = connections.iter().find(|repository| repository.key == *with_connection).cloned();
    let held = match (through, found) {
        (None, Found::Held(held)) => *held,
        (None, found) => return Ok(found),
        (Some(through), _) => {
            if let Some(refusal) = too_young(tx, requested, package, new)? {
                return Ok(Found::TooYoung { repository: Box::new(through), refusal: Box::new(refusal) });
            }
            take_in(tx, call, through, package, new)?
        }
    };
    Ok(Found::Held(Box::new(retain(tx, call, &asked, package, held)?)))
}

/// Says why a version may not come in yet; `None` if it may.
fn too_young(
    tx: &mut Tx,
    requested: &RepositoryKey,
    package: &Coordinates,
    new: &NewVersion,
) -> Result<Option<TooYoung>, store::Error> {
    let age = release_age::of(tx, &requested.domain, package)?;
    Ok(age.and_then(|age| age.refusal(&new.version, new.upstream_published_at)))
}

/// Stores a version in the repository whose connection brought it.
fn take_in(
    tx: &mut Tx,
    call: &Call,
    repository: Repository,
    package: &Coordinates,
    new: &NewVersion,
) -> Result<Held, Error> {
    let connection = repository.connection.as_ref().map(|connection| connection.name.clone());
    let entry = EntryPoint::Connection(connection.unwrap_or_default());
    let version = new.stored(Origin { kind: OriginType::External, entry }, Arrival::Ingest, tx.now());
    enter(tx, &call.partition, &repository, package, &version, &new.assets, &new.dist_tags)?;
    Ok(Held { repository, version, assets: new.assets.clone(), nearer: Vec::new() })
}
