//! Downloading a gem: from the repository that is asked, from an upstream repository (and then kept), or from the gem host
//! behind a connection.

use std::sync::Arc;

use codeartifact::package_version::Asset;
use codeartifact::repository::Repository;
use formats::ruby::name::GemFile;
use hyper::header::{ACCEPT_RANGES, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::{bring, coordinates};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a gem, or a part of it. Of what a file's name may mean, the first that is there counts.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, a host did not answer, gem
/// not found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    readings: &[GemFile],
) -> Result<Response<Body>, Refusal> {
    let mut failure: Option<Refusal> = None;
    for gem in readings {
        match one(shared, visit, gem).await {
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => failure = failure.or(Some(refusal)),
            answered => return answered,
        }
    }
    Err(failure.unwrap_or_else(|| Refusal::not_found("the path names no gem")))
}

async fn one(shared: &Arc<Shared>, visit: &Arc<Visit>, gem: &GemFile) -> Result<Response<Body>, Refusal> {
    let asset = match find(shared, visit, gem).await? {
        Place::Here(asset) => asset,
        Place::Upstream(asset, _) if visit.head => asset,
        Place::Upstream(_, nearer) if nearer.is_empty() => keep(shared, visit, gem).await?,
        place => {
            let held = matches!(place, Place::Upstream(..));
            let connections = bring::connections(shared, visit, gem, place).await?;
            if connections.is_empty() && !held {
                return Err(no_file(visit, gem));
            }
            if visit.head {
                return announce(shared, visit, gem, &connections).await;
            }
            bring::bring(shared, visit, gem).await?
        }
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

/// Finds out where a gem is; changes nothing.
pub(super) async fn find(shared: &Shared, visit: &Visit, gem: &GemFile) -> Result<Place, Refusal> {
    asset::find(shared, visit, &coordinates(&gem.name), &gem.version, &gem.file()).await
}

/// Keeps the version of an upstream repository in the one that is asked.
pub(super) async fn keep(shared: &Shared, visit: &Visit, gem: &GemFile) -> Result<Asset, Refusal> {
    let kept = asset::keep(shared, visit, &coordinates(&gem.name), &gem.version, &gem.file()).await?;
    kept.ok_or_else(|| no_file(visit, gem))
}

/// The gem is not to be had by clients of this repository.
pub(super) fn no_file(visit: &Visit, gem: &GemFile) -> Refusal {
    Refusal::not_found(format!("repository {} has no gem {}", visit.repository.name, gem.file()))
}

/// Answers HEAD for a gem that only a host has: that it is there. Asking keeps nothing.
async fn announce(
    shared: &Shared,
    visit: &Visit,
    gem: &GemFile,
    connections: &[Repository],
) -> Result<Response<Body>, Refusal> {
    for repository in connections {
        if bring::offered(shared, visit, gem, repository).await?.is_some() {
            let mut response = Response::new(answer::full(""));
            let fields = response.headers_mut();
            fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
            fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
            return Ok(response);
        }
    }
    Err(no_file(visit, gem))
}
