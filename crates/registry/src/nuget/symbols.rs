//! Symbols: `dotnet nuget push` sends a `.snupkg` after its package, which becomes another asset of the version.

use std::sync::Arc;

use codeartifact::arrival::{self, Addition};
use codeartifact::package_version::Asset;
use formats::nuget::id::PackageId;
use formats::nuget::version::Version;
use hyper::{Response, StatusCode};

use super::{coordinates, inside, no_version, push, symbols_file};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// Answers a push of symbols.
///
/// Errors in this order: those of a push up to the package that is none, access denied (to publish), the version is not
/// in this repository, publishing blocked, the version has other symbols, or came from upstream and takes none.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    mut intake: Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, &mut intake, described).await;
    if outcome.is_err() {
        intake.drain_package().await;
    }
    outcome
}

async fn put(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    intake: &mut Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    let staged = push::receive(shared, visit, intake).await?;
    let contents = inside::contents(&shared.parts.blobs, &staged).await?;
    let contents = contents.map_err(|error| Refusal::new(400, error.to_string()))?;
    let (id, version) = (contents.id, contents.version);
    *described = format!("package={id} version={version}");
    push::admit(shared, visit, &id).await?;
    let addition = Addition {
        version: version.normalised(),
        assets: vec![Asset::of_blob(&symbols_file(&id, &version), &staged)],
        into_published: true,
        ..Addition::default()
    };
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&id));
    let add = move |tx: &mut store::Tx| {
        let held = codeartifact::package_version::get(tx, &key, &package, &addition.version)?;
        if held.is_none() {
            return Ok::<_, codeartifact::Error>(false);
        }
        arrival::add(tx, &call, &key, &package, &addition)?;
        Ok(true)
    };
    if !shared.parts.store.write(add).await? {
        return Err(no_version(visit, &id, &version));
    }
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Answers the symbols of a version that a repository on the way holds; registries are not asked for them.
pub(super) async fn download(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
) -> Result<Response<Body>, Refusal> {
    let (package, normalised, file) = (coordinates(id), version.normalised(), symbols_file(id, version));
    let asset = match asset::find(shared, visit, &package, &normalised, &file).await? {
        Place::Here(asset) => asset,
        Place::Upstream(asset, _) if visit.head => asset,
        Place::Upstream(..) => {
            let kept = asset::keep(shared, visit, &package, &normalised, &file).await?;
            kept.ok_or_else(|| no_version(visit, id, version))?
        }
        Place::Lacking(_) | Place::Nowhere(_) => return Err(no_symbols(visit, id, version)),
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

fn no_symbols(visit: &Visit, id: &PackageId, version: &Version) -> Refusal {
    let repository = &visit.repository.name;
    Refusal::not_found(format!("repository {repository} has no symbols of {id} {version}"))
}
