//! Bringing a version in from the registry behind a connection: fetched once however many ask, proven by the digest in
//! the index, kept in the repository with the connection and in the one that was asked, and only then handed out.

use std::sync::Arc;

use codeartifact::arrival::{self, NewVersion};
use codeartifact::crate_name::{self, Known};
use codeartifact::name::Coordinates;
use codeartifact::package_version::{Asset, Facts};
use codeartifact::release_age;
use codeartifact::repository::Repository;
use formats::cargo::archive::{self, Contents};
use formats::cargo::index::Line;
use formats::cargo::manifest::Manifest;
use formats::cargo::name::CrateName;
use serde_json::{Map, Value};
use store::Staged;

use super::limits::LOOKED_THROUGH_BYTES_MAX;
use super::{crate_file, download, index, no_version, source};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Brings a version in; answers its asset in the repository that was asked.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &CrateName,
    version: &str,
) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit) = (Arc::clone(shared), Arc::clone(visit));
        let (name, version) = (name.clone(), version.to_owned());
        async move { bring_once(&shared, &visit, &name, &version).await }
    };
    // All spellings are the same work.
    let package = crate_name::coordinates(&crate_name::canonical(name.as_str()));
    bring::once(shared, visit, &package, version, work).await
}

async fn bring_once(
    shared: &Shared,
    visit: &Visit,
    name: &CrateName,
    version: &str,
) -> Result<Asset, Refusal> {
    // Others may have brought it between this request's own look and now.
    let known = lookup::known(shared, visit, name.as_str()).await?;
    let (held, connections) = match download::find(shared, visit, &known, version).await? {
        Place::Here(asset) => return Ok(asset),
        Place::Upstream(_, nearer) => (true, nearer),
        Place::Lacking(held) => (false, held.nearer),
        Place::Nowhere(connections) => (false, connections),
    };
    let mut failure = None;
    for repository in source::open(&known, connections) {
        match bring_through(shared, visit, name, &known, version, &repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        return download::keep(shared, visit, &known, version).await;
    }
    Err(failure.unwrap_or_else(|| no_version(visit, &known.coordinates, version)))
}

/// The line of a version that the registry behind a connection offers, if it is old enough.
pub(super) async fn offered(
    shared: &Shared,
    visit: &Visit,
    name: &CrateName,
    known: &Known,
    version: &str,
    repository: &Repository,
) -> Result<Option<Line>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    let asked = CrateName::parse(&known.coordinates.name).unwrap_or_else(|_| name.clone());
    let Some(index) = source::ask(shared, visit, connection, &asked).await? else { return Ok(None) };
    let Some(line) = index.line(version) else { return Ok(None) };
    let (domain, package) = (visit.repository.domain.clone(), source::package(known, Some(&index)));
    let age = move |tx: &mut store::Tx| release_age::of(tx, &domain, &package);
    let age = shared.parts.store.read(age).await?;
    let refused = age.and_then(|age| age.refusal(version, index::published_at(line)));
    match refused {
        Some(refused) => Err(asset::too_young(&refused)),
        None => Ok(Some(line.clone())),
    }
}

/// Brings a version in through the connection of one repository; `None` if the registry behind it has none.
async fn bring_through(
    shared: &Shared,
    visit: &Visit,
    name: &CrateName,
    known: &Known,
    version: &str,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(line) = offered(shared, visit, name, known, version, repository).await? else { return Ok(None) };
    let Some(connection) = &repository.connection else { return Ok(None) };
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    let blobs = &shared.parts.blobs;
    let staged = shared.parts.upstreams.cargo.crate_file(&upstream, &line, &visit.via, blobs).await?;
    let package = source::spelled(known, line.name());
    let new = Arc::new(new_version(shared, &package, &line, &staged).await?);
    let (call, asked, with_connection) =
        (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let file = crate_file(&package, version);
    let ingest =
        move |tx: &mut store::Tx| arrival::ingest(tx, &call, &asked, &with_connection, &package, &new);
    let found = shared.parts.store.write(ingest).await?;
    asset::of_age(&found)?;
    match asset::place(visit, found, &file) {
        Place::Here(asset) => Ok(Some(asset)),
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
    }
}

/// Describes a version as its registry lists it, with what its crate says of itself.
async fn new_version(
    shared: &Shared,
    package: &Coordinates,
    line: &Line,
    staged: &Staged,
) -> Result<NewVersion, Refusal> {
    let version = line.version().to_string();
    let mut published: Map<String, Value> = serde_json::from_str(line.stored()).unwrap_or_default();
    if let Some(contents) = look_through(shared, line, staged).await? {
        // A crate that cannot be read says nothing of itself.
        let manifest = Manifest::read(&contents.manifest).unwrap_or_default();
        published.extend(manifest.as_published().clone());
        let readme = contents.readme(manifest.readme.as_deref());
        published.extend(readme.map(|readme| ("readme".to_owned(), readme.into())));
    }
    Ok(NewVersion {
        manifest: line.stored().to_owned(),
        facts: Facts::of_cargo(&published),
        assets: vec![Asset::of_blob(&crate_file(package, &version), staged)],
        yanked: index::yanked_outside(line.yanked()),
        upstream_published_at: index::published_at(line),
        version,
        ..NewVersion::default()
    })
}

/// Looks through a crate that is stored, piece by piece; `None` if it is too large or not as crates are.
async fn look_through(shared: &Shared, line: &Line, staged: &Staged) -> Result<Option<Contents>, Refusal> {
    if staged.size > LOOKED_THROUGH_BYTES_MAX {
        return Ok(None);
    }
    let Some(mut content) = shared.parts.blobs.read(&staged.sha256, None).await? else { return Ok(None) };
    let folder = format!("{}-{}", line.name(), line.version());
    let mut reader = archive::Reader::new(&folder, archive::Limits::of_crate(staged.size));
    while let Some(bytes) = content.next_chunk().await? {
        // Unpacked, a piece may be a thousand times as long.
        let looked = tokio::task::spawn_blocking(move || reader.feed(&bytes).map(|()| reader)).await;
        match looked {
            Ok(Ok(next)) => reader = next,
            _ => return Ok(None),
        }
    }
    Ok(reader.finish().ok())
}
