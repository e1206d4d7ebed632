//! Bringing a version in from the registry behind a connection: fetched once however many ask, compared with what the
//! registry states, kept in the repository with the connection and in the one that was asked, and only then handed out.

use std::sync::Arc;

use codeartifact::arrival::{self, NewVersion};
use codeartifact::package_version::Asset;
use codeartifact::release_age;
use codeartifact::repository::Repository;
use formats::nuget::id::PackageId;
use formats::nuget::listing::Listed;
use formats::nuget::version::Version;

use super::listing::{published_at, remarks};
use super::{coordinates, download, inside, no_version, package_file, source};
use crate::asset::{self, Place};
use crate::bring;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Brings a version in; answers its asset in the repository that was asked.
pub(super) async fn bring(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
) -> Result<Asset, Refusal> {
    let work = || {
        let (shared, visit) = (Arc::clone(shared), Arc::clone(visit));
        let (id, version) = (id.clone(), version.clone());
        async move { bring_once(&shared, &visit, &id, &version).await }
    };
    bring::once(shared, visit, &coordinates(id), &version.normalised(), work).await
}

async fn bring_once(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
) -> Result<Asset, Refusal> {
    // Others may have brought it between this request's own look and now.
    let (held, connections) = match download::find(shared, visit, id, version).await? {
        Place::Here(asset) => return Ok(asset),
        Place::Upstream(_, nearer) => (true, nearer),
        Place::Lacking(held) => (false, held.nearer),
        Place::Nowhere(connections) => (false, connections),
    };
    let mut failure = None;
    for repository in connections {
        match bring_through(shared, visit, id, version, &repository).await {
            Ok(Some(asset)) => return Ok(asset),
            Ok(None) => {}
            Err(refusal) => failure = failure.or(Some(refusal)),
        }
    }
    if held {
        return download::keep(shared, visit, id, version).await;
    }
    Err(failure.unwrap_or_else(|| no_version(visit, id, version)))
}

/// What the registry behind a connection says of a version that it offers, if it is old enough.
pub(super) async fn offered(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
    repository: &Repository,
) -> Result<Option<Listed>, Refusal> {
    let Some(connection) = &repository.connection else { return Ok(None) };
    let Some(registered) = source::ask(shared, visit, connection, id).await? else { return Ok(None) };
    let normalised = version.normalised();
    let Some(listed) = registered.version(&normalised) else { return Ok(None) };
    let (domain, package) = (visit.repository.domain.clone(), coordinates(id));
    let age = move |tx: &mut store::Tx| release_age::of(tx, &domain, &package);
    let age = shared.parts.store.read(age).await?;
    match age.and_then(|age| age.refusal(&normalised, published_at(listed))) {
        Some(refused) => Err(asset::too_young(&refused)),
        None => Ok(Some(listed.clone())),
    }
}

/// Brings a version in through the connection of one repository; `None` if the registry behind it has none.
async fn bring_through(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
    repository: &Repository,
) -> Result<Option<Asset>, Refusal> {
    let Some(listed) = offered(shared, visit, id, version, repository).await? else { return Ok(None) };
    let Some(connection) = &repository.connection else { return Ok(None) };
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    let blobs = &shared.parts.blobs;
    let staged = shared.parts.upstreams.nuget.package(&upstream, id, &listed, &visit.via, blobs).await?;
    let contents = inside::contents(blobs, &staged).await?;
    let contents = contents.map_err(|error| broken(id, version, &error.to_string()))?;
    if contents.id != *id || contents.version != *version {
        let inside = format!("its nuspec is of {} {}", contents.id, contents.version);
        return Err(broken(id, version, &inside));
    }
    let remarks = remarks(&listed);
    let new = Arc::new(NewVersion {
        deprecated: remarks.deprecated,
        yanked: remarks.yanked,
        upstream_published_at: published_at(&listed),
        ..contents.new_version(&staged)
    });
    let (call, asked, with_connection) =
        (visit.call.clone(), visit.repository.clone(), repository.key.clone());
    let package = coordinates(id);
    let ingest =
        move |tx: &mut store::Tx| arrival::ingest(tx, &call, &asked, &with_connection, &package, &new);
    let found = shared.parts.store.write(ingest).await?;
    asset::of_age(&found)?;
    match asset::place(visit, found, &package_file(id, version)) {
        Place::Here(asset) => Ok(Some(asset)),
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => Ok(None),
    }
}

fn broken(id: &PackageId, version: &Version, why: &str) -> Refusal {
    let sentence = format!("the upstream registry sent something else than {id} {version}: {why}");
    log::warn!("{sentence}");
    Refusal::new(502, sentence)
}
