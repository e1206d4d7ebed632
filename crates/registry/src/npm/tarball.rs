//! Downloading a tarball: from the repository that is asked, from an upstream repository (and then kept), or from the
//! registry behind a connection.

use std::sync::Arc;

use codeartifact::arrival::{self, NPM_ASSET};
use codeartifact::package_version::Asset;
use codeartifact::repository::{self, Repository};
use codeartifact::resolution::{self, Found};
use formats::npm::name::PackageName;
use hyper::Response;
use hyper::header::{CONTENT_TYPE, HeaderValue};

use super::{bring, coordinates, no_version, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Where the tarball of a version is.
#[derive(Debug, Clone)]
pub(super) enum Place {
    /// In the repository that is asked.
    Here(Asset),
    /// In an upstream repository. What the connections of these, which come first, bring wins over it.
    Upstream(Asset, Vec<Repository>),
    /// Not to be had, unless the connections of these bring it.
    Nowhere(Vec<Repository>),
}

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
        Place::Upstream(..) | Place::Nowhere(_) => bring::bring(shared, visit, name, file).await?,
    };
    answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await
}

/// Finds out where a version is; changes nothing.
pub(super) async fn find(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Place, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (package, version) = (coordinates(name), version.to_owned());
    let found = shared
        .parts
        .store
        .read(move |tx| {
            let asked = repository::reach(tx, &call, source::READ, &key)?;
            Ok::<_, codeartifact::Error>(resolution::find(tx, &asked, &package, &version)?)
        })
        .await?;
    Ok(place(visit, found))
}

/// Keeps a version of an upstream repository in the one that is asked.
pub(super) async fn keep(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Asset, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (package, wanted) = (coordinates(name), version.to_owned());
    let obtain = move |tx: &mut store::Tx| arrival::obtain(tx, &call, &key, &package, &wanted);
    match place(visit, shared.parts.store.write(obtain).await?) {
        Place::Here(asset) => Ok(asset),
        _ => Err(no_version(visit, name, version)),
    }
}

/// Tells apart where a version was found. A version without its tarball is not to be had.
pub(super) fn place(visit: &Visit, found: Found) -> Place {
    match found {
        Found::Held(held) => {
            let here = held.repository.key == visit.repository;
            match held.assets.into_iter().find(|asset| asset.name == NPM_ASSET) {
                Some(asset) if here => Place::Here(asset),
                Some(asset) => Place::Upstream(asset, held.nearer),
                None => Place::Nowhere(held.nearer),
            }
        }
        Found::Hidden { nearer, .. } => Place::Nowhere(nearer),
        Found::Absent { connections } => Place::Nowhere(connections),
    }
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
        let listing = source::ask(shared, visit, connection, name).await?;
        if listing.is_some_and(|listing| listing.entry_of_file(file).is_some()) {
            let mut response = Response::new(answer::full(""));
            let octets = HeaderValue::from_static("application/octet-stream");
            response.headers_mut().insert(CONTENT_TYPE, octets);
            return Ok(response);
        }
    }
    Err(no_version(visit, name, file))
}
