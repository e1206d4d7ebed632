//! Downloading a package: from the repository that is asked, from an upstream repository (and then kept), or from the
//! registry behind a connection.

use std::sync::Arc;

use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::nuget::id::PackageId;
use formats::nuget::version::Version;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::{bring, coordinates, no_version, package_file};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a package, or a part of it.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, a registry did not answer,
/// version not found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
) -> Result<Response<Body>, Refusal> {
    if visit.head {
        return head(shared, visit, id, version).await;
    }
    let asset = obtain(shared, visit, id, version).await?;
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, false).await
}

/// Finds a package, wherever it is, and keeps it in the repository that is asked; errors as for [`answer`].
pub(super) async fn obtain(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
) -> Result<Asset, Refusal> {
    match find(shared, visit, id, version).await? {
        Place::Here(asset) => Ok(asset),
        Place::Upstream(_, nearer) if nearer.is_empty() => keep(shared, visit, id, version).await,
        Place::Nowhere(connections) if connections.is_empty() => Err(no_version(visit, id, version)),
        Place::Lacking(held) if held.nearer.is_empty() => Err(no_version(visit, id, version)),
        _ => bring::bring(shared, visit, id, version).await,
    }
}

/// Answers HEAD: asking whether a package is there keeps nothing.
async fn head(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    id: &PackageId,
    version: &Version,
) -> Result<Response<Body>, Refusal> {
    let connections: Vec<Repository> = match find(shared, visit, id, version).await? {
        Place::Here(asset) | Place::Upstream(asset, _) => {
            return answer::asset(&shared.parts.blobs, &asset, &visit.headers, true).await;
        }
        Place::Lacking(held) => held.nearer,
        Place::Nowhere(connections) => connections,
    };
    for repository in &connections {
        if bring::offered(shared, visit, id, version, repository).await?.is_some() {
            let mut response = Response::new(answer::full(""));
            let octets = HeaderValue::from_static("application/octet-stream");
            response.headers_mut().insert(CONTENT_TYPE, octets);
            return Ok(response);
        }
    }
    Err(no_version(visit, id, version))
}

/// Finds out where the package of a version is; changes nothing.
pub(super) async fn find(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
) -> Result<Place, Refusal> {
    asset::find(shared, visit, &coordinates(id), &version.normalised(), &package_file(id, version)).await
}

/// Keeps a version of an upstream repository in the one that is asked.
pub(super) async fn keep(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
) -> Result<Asset, Refusal> {
    let file = package_file(id, version);
    let kept = asset::keep(shared, visit, &coordinates(id), &version.normalised(), &file).await?;
    kept.ok_or_else(|| no_version(visit, id, version))
}
