//! Downloading a tarball: from the repository that is asked, from an upstream repository (and then kept), or from the
//! registry behind a connection.

use std::sync::Arc;

use codeartifact::arrival::NPM_ASSET;
use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::npm::name::PackageName;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::{bring, coordinates, listing, no_version, source};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a tarball, or a part of it.
///
/// Errors in this order: domain not found, access denied, repository not found, a registry did not answer, version not
/// found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &PackageName,
    file: &str,
) -> Result<Response<Body>, Refusal> {
    let place = find(shared, visit, name, name.version_of_file(file).unwrap_or_default()).await?;
    let place = match place {
        Place::Lacking(held) => Place::Nowhere(held.nearer),
        place => place,
    };
    let asset = match place {
        Place::Here(asset) => asset,
        Place::Upstream(asset, _) if visit.head => asset,
        Place::Upstream(_, nearer) if nearer.is_empty() => {
            keep(shared, visit, name, name.version_of_file(file).unwrap_or_default()).await?
        }
        Place::Nowhere(connections) if connections.is_empty() => return Err(no_version(visit, name, file)),
        Place::Nowhere(connections) if visit.head => {
            return announce(shared, visit, name, file, &connections).await;
        }
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => {
            bring::bring(shared, visit, name, file).await?
        }
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

/// Finds out where the tarball of a version is; changes nothing. A version without its tarball is not to be had.
pub(super) async fn find(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Place, Refusal> {
    asset::find(shared, visit, &coordinates(name), version, NPM_ASSET).await
}

/// Keeps a version of an upstream repository in the one that is asked.
pub(super) async fn keep(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Asset, Refusal> {
    let kept = asset::keep(shared, visit, &coordinates(name), version, NPM_ASSET).await?;
    kept.ok_or_else(|| no_version(visit, name, version))
}

/// Answers HEAD for a tarball that only a registry has: that it is there. Asking keeps nothing.
async fn announce(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    file: &str,
    connections: &[Repository],
) -> Result<Response<Body>, Refusal> {
    for repository in connections {
        let Some(connection) = &repository.connection else { continue };
        let asked = source::ask(shared, visit, connection, name).await?;
        if let Some(entry) = asked.as_ref().and_then(|asked| asked.entry_of_file(file)) {
            let package = coordinates(name);
            asset::admit(shared, visit, &package, entry.version.as_str(), listing::time(entry)).await?;
            let mut response = Response::new(answer::full(""));
            let octets = HeaderValue::from_static("application/octet-stream");
            response.headers_mut().insert(CONTENT_TYPE, octets);
            return Ok(response);
        }
    }
    Err(no_version(visit, name, file))
}
