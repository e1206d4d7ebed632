//! Downloading a crate: from the repository that is asked, from an upstream repository (and then kept), or from the
//! registry behind a connection.

use std::sync::Arc;

use codeartifact::crate_name::Known;
use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::cargo::name::CrateName;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::{bring, crate_file, no_version, source};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers a crate, or a part of it.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, a registry did not answer,
/// version not found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &CrateName,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let known = lookup::known(shared, visit, name.as_str()).await?;
    let (held, connections) = match find(shared, visit, &known, version).await? {
        Place::Here(asset) => {
            return answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await;
        }
        Place::Upstream(asset, nearer) => (Some(asset), source::open(&known, nearer)),
        Place::Lacking(held) => (None, source::open(&known, held.nearer)),
        Place::Nowhere(connections) => (None, source::open(&known, connections)),
    };
    let asset = match held {
        Some(asset) if visit.head => asset,
        Some(_) if connections.is_empty() => keep(shared, visit, &known, version).await?,
        None if connections.is_empty() => return Err(no_version(visit, &known.coordinates, version)),
        None if visit.head => return announce(shared, visit, name, &known, version, &connections).await,
        _ => bring::bring(shared, visit, name, version).await?,
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

/// Finds out where the crate of a version is; changes nothing.
pub(super) async fn find(
    shared: &Shared,
    visit: &Visit,
    known: &Known,
    version: &str,
) -> Result<Place, Refusal> {
    let package = &known.coordinates;
    asset::find(shared, visit, package, version, &crate_file(package, version)).await
}

/// Keeps a version of an upstream repository in the one that is asked.
pub(super) async fn keep(
    shared: &Shared,
    visit: &Visit,
    known: &Known,
    version: &str,
) -> Result<Asset, Refusal> {
    let package = &known.coordinates;
    let kept = asset::keep(shared, visit, package, version, &crate_file(package, version)).await?;
    kept.ok_or_else(|| no_version(visit, package, version))
}

/// Answers HEAD for a crate that only a registry has: that it is there. Asking keeps nothing.
async fn announce(
    shared: &Shared,
    visit: &Visit,
    name: &CrateName,
    known: &Known,
    version: &str,
    connections: &[Repository],
) -> Result<Response<Body>, Refusal> {
    for repository in connections {
        let offered = bring::offered(shared, visit, name, known, version, repository).await?;
        if offered.is_some() {
            let mut response = Response::new(answer::full(""));
            let octets = HeaderValue::from_static("application/octet-stream");
            response.headers_mut().insert(CONTENT_TYPE, octets);
            return Ok(response);
        }
    }
    Err(no_version(visit, &known.coordinates, version))
}
