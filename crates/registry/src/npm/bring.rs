//! Bringing a version in from the registry behind a connection: fetched once however many ask, proven, kept in the
//! repository with the connection and in the one that was asked, and only then handed out.

use std::sync::Arc;

use codeartifact::arrival::{self, NPM_ASSET, NewVersion};
use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::npm::listing::{Entry, Listing};
use formats::npm::name::PackageName;
use formats::npm::tarball::Contents;
use store::Staged;

use super::{coordinates, listing, no_version, source, tarball};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Tarballs up to this size are looked through for a readme when the manifest has none: a few milliseconds.
const README_TARBALL_BYTES_MAX: u64 = 2 << 20;

/// Brings in the version whose tarball has this file name; answers its asset in the repository that was asked.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &PackageName,
    file: &str,
) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit) = (Arc::clone(shared), Arc::clone(visit));
        let (name, file) = (name.clone(), file.to_owned());
        async move { bring_once(&shared, &visit, &name, &file).await }
    };
    bring::once(shared, visit, &coordinates(name), file, work).await
}

async fn bring_once(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    file: &str,
) -> Result<Asset, Refusal> {
    let version = name.version_of_file(file).unwrap_or_default();
    // Others may have brought it between this request's own look and now.
    let (held, connections) = match tarball::find(shared, visit, name, version).await? {
        Place::Here(asset) => return Ok(asset),
        Place::Upstream(_, nearer) => (true, nearer),
        Place::Lacking(held) => (false, held.nearer),
        Place::Nowhere(connections) => (false, connections),
    };
    let mut failure = None;
    for repository in &connections {
        match bring_through(shared, visit, name, file, repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        return tarball::keep(shared, visit, name, version).await;
    }
    Err(failure.unwrap_or_else(|| no_version(visit, name, file)))
}

/// Brings a version in through the connection of one repository; `None` if the registry behind it has none.
async fn bring_through(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    file: &str,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    let Some(listing) = source::ask(shared, visit, connection, name).await? else { return Ok(None) };
    let Some(entry) = listing.entry_of_file(file) else { return Ok(None) };
    let version = entry.version.as_str();
    asset::admit(shared, visit, &coordinates(name), version, listing::time(entry)).await?;
    if name.version_of_file(file) != Some(version) {
        // A file that is named otherwise than its version; that version may be held already.
        match tarball::find(shared, visit, name, version).await? {
            Place::Here(asset) => return Ok(Some(asset)),
            Place::Upstream(_, nearer) if nearer.is_empty() => {
                return tarball::keep(shared, visit, name, version).await.map(Some);
            }
            Place::Lacking(held) if held.nearer.is_empty() => return Ok(None),
            Place::Nowhere(connections) if connections.is_empty() => return Ok(None),
            Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => {}
        }
    }
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    let staged =
        shared.parts.upstreams.npm.tarball(&upstream, entry, &visit.via, &shared.parts.blobs).await?;
    let new = Arc::new(new_version(shared, &listing, entry, &staged).await?);
    let (call, asked, with_connection) =
        (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let package = coordinates(name);
    let ingest =
        move |tx: &mut store::Tx| arrival::ingest(tx, &call, &asked, &with_connection, &package, &new);
    let found = shared.parts.store.write(ingest).await?;
    asset::of_age(&found)?;
    match asset::place(visit, found, NPM_ASSET) {
        Place::Here(asset) => Ok(Some(asset)),
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
    }
}

/// Describes a version as its registry lists it, with the tarball that came.
async fn new_version(
    shared: &Shared,
    listing: &Listing,
    entry: &Entry,
    staged: &Staged,
) -> Result<NewVersion, Refusal> {
    let version = entry.version.as_str();
    let manifest = listing.manifest(version, "").and_then(|text| serde_json::from_str(&text).ok());
    let manifest = manifest.ok_or_else(|| {
        Refusal::new(502, format!("the upstream registry's manifest of {version} cannot be read"))
    })?;
    let mut new = NewVersion::npm(version, &manifest, staged);
    let tags = listing.dist_tags().iter().filter(|(_, named)| *named == version);
    new.dist_tags = tags.map(|(tag, _)| tag.clone()).collect();
    new.upstream_published_at = listing::time(entry);
    if new.facts.readme.is_none() && staged.size <= README_TARBALL_BYTES_MAX {
        new.facts.readme = readme(shared, staged).await?;
    }
    Ok(new)
}

async fn readme(shared: &Shared, staged: &Staged) -> Result<Option<String>, Refusal> {
    let Some(tarball) = shared.parts.blobs.get(&staged.sha256).await? else { return Ok(None) };
    let reading = tokio::task::spawn_blocking(move || Contents::read(&tarball[..]).readme);
    // A tarball that cannot be read has no readme.
    Ok(reading.await.unwrap_or_default())
}
