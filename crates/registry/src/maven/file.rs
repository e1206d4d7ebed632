//! Downloading a file of a version, or a checksum of it: from the repository that is asked, from an upstream repository
//! (and then kept), or from the registry behind a connection.

use std::sync::Arc;

use codeartifact::package_version::Asset;
use codeartifact::repository::{Connection, Repository};
use formats::maven::checksum::Algorithm;
use formats::maven::route::FilePath;
use formats::maven::snapshot::{Build, FileKind, is_snapshot};
use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};

use super::document::Text;
use super::{age, bring, coordinates, metadata, no_file, telling};
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a file, or a part of it; of a snapshot's file without its build that of the newest one (assumed).
///
/// Errors in this order: domain not found, access denied, repository not found, a registry did not answer, file not
/// found or not handed out.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
) -> Result<Response<Body>, Refusal> {
    let newest = newest_build(shared, visit, path).await?;
    let path = newest.as_ref().unwrap_or(path);
    let mut asset = match sought(shared, visit, path).await? {
        Sought::Taken(asset) => asset,
        Sought::Announced(response) => return Ok(response),
    };
    // As its registry says, if it came from one.
    asset.arrived_at = bring::changed_at(shared, visit, path).await?.or(asset.arrived_at);
    let mut response = answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await?;
    if newest.is_some() {
        // Another build may follow.
        let caching = HeaderValue::from_static("private, max-age=0, must-revalidate");
        response.headers_mut().insert(CACHE_CONTROL, caching);
    }
    Ok(response)
}

/// The file of the newest build that stands for a file of a snapshot without its build, as `curl` and `wget` users ask for
/// it: `app-1.0-SNAPSHOT.jar`; nothing for every other path.
///
/// Errors in this order: domain not found, access denied, repository not found, no such file.
async fn newest_build(
    shared: &Arc<Shared>,
    visit: &Visit,
    path: &FilePath,
) -> Result<Option<FilePath>, Refusal> {
    let prefix = format!("{}-{}", path.package.artifact(), path.folder);
    let kind = path.file.strip_prefix(&prefix).and_then(FileKind::parse);
    let Some(kind) = kind.filter(|_| path.is_without_build()) else { return Ok(None) };
    let document = match metadata::of_snapshot(shared, visit, &path.package, &path.folder).await {
        Err(refusal) if refusal.status == StatusCode::NOT_FOUND => return Ok(None),
        document => document?,
    };
    let builds = &document.metadata.snapshot_versions;
    let build = builds.iter().find(|build| build.kind == kind).and_then(|file| Build::parse(&file.value));
    let file = |build: &Build| format!("{}-{build}{}", path.package.artifact(), kind.suffix());
    Ok(build.map(|build| FilePath { file: file(&build), build: Some(build), ..path.clone() }))
}

/// Answers a checksum of a file: computed when the file came, whatever was put beside it.
pub(super) async fn answer_checksum(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
    algorithm: Algorithm,
) -> Result<Response<Body>, Refusal> {
    let newest = newest_build(shared, visit, path).await?;
    let path = newest.as_ref().unwrap_or(path);
    let asset = match sought(shared, visit, path).await? {
        Sought::Taken(asset) => asset,
        Sought::Announced(response) => return Ok(response),
    };
    let checksum = match algorithm {
        Algorithm::Md5 => asset.md5,
        Algorithm::Sha1 => asset.sha1,
        Algorithm::Sha256 => asset.sha256,
        Algorithm::Sha512 => asset.sha512,
    };
    Ok(Text::new(checksum, "text/plain").respond(visit, None))
}

/// What came of looking for a file.
enum Sought {
    /// The repository that is asked has it now.
    Taken(Asset),
    /// Only a registry has it, and the client asked no more than that.
    Announced(Response<Body>),
}

/// Looks for a file and takes it from where it is; asking by HEAD takes nothing.
async fn sought(shared: &Arc<Shared>, visit: &Arc<Visit>, path: &FilePath) -> Result<Sought, Refusal> {
    let connections = match find(shared, visit, path).await? {
        Place::Nowhere(connections) if visit.head => connections,
        Place::Lacking(held) if visit.head => bring::behind(shared, visit, path, *held).await?,
        place => return take(shared, visit, path, place).await.map(Sought::Taken),
    };
    announce(shared, visit, path, &connections).await.map(Sought::Announced)
}

/// Finds out where a file is; changes nothing.
///
/// The file of a build that is there no more may still be one of its snapshot.
pub(super) async fn find(shared: &Shared, visit: &Visit, path: &FilePath) -> Result<Place, Refusal> {
    let package = coordinates(&path.package);
    let place = asset::find(shared, visit, &package, &path.version(), &path.file).await?;
    let is_absent = matches!(&place, Place::Nowhere(_) | Place::Lacking(_));
    if !is_absent || !is_snapshot(&path.folder) {
        return Ok(place);
    }
    let elsewhere = match path.build {
        Some(_) => asset::find(shared, visit, &package, &path.folder, &path.file).await?,
        None => place,
    };
    // Snapshots are not taken from outside.
    Ok(match elsewhere {
        Place::Upstream(asset, _) => Place::Upstream(asset, Vec::new()),
        Place::Nowhere(_) => Place::Nowhere(Vec::new()),
        other => other,
    })
}

/// Takes a file from where it was found, so that the repository that is asked has it.
async fn take(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
    place: Place,
) -> Result<Asset, Refusal> {
    match place {
        Place::Here(asset) => Ok(asset),
        Place::Upstream(asset, _) if visit.head => Ok(asset),
        Place::Upstream(_, nearer) if nearer.is_empty() || is_snapshot(&path.folder) => {
            let package = coordinates(&path.package);
            let kept = asset::keep(shared, visit, &package, &path.version(), &path.file).await?;
            if let Some(asset) = kept {
                return Ok(asset);
            }
            let kept = asset::keep(shared, visit, &package, &path.folder, &path.file).await?;
            kept.ok_or_else(|| no_file(visit, path))
        }
        Place::Nowhere(connections) if connections.is_empty() => Err(no_file(visit, path)),
        Place::Lacking(_) if is_snapshot(&path.folder) => Err(no_file(visit, path)),
        Place::Upstream(..) | Place::Lacking(_) | Place::Nowhere(_) => {
            bring::bring(shared, visit, path).await
        }
    }
}

/// Answers HEAD for a file that only a registry has: that it is there. Asking keeps nothing.
async fn announce(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    connections: &[Repository],
) -> Result<Response<Body>, Refusal> {
    for repository in connections {
        let Some(connection) = &repository.connection else { continue };
        if !telling::of_file(shared, visit, path, &repository.key).await? {
            continue;
        }
        let upstream = shared.parts.resolver.resolve(&connection.name)?;
        let maven = &shared.parts.upstreams.maven;
        let Some(changed) = maven.has(&upstream, &path.encoded(), &visit.via).await? else { continue };
        age::admit(shared, visit, path, &upstream).await?;
        bring::admit_file(shared, visit, path, changed).await?;
        let mut response = Response::new(answer::full(""));
        let octets = HeaderValue::from_static("application/octet-stream");
        response.headers_mut().insert(CONTENT_TYPE, octets);
        answer::say_changed(&mut response, changed);
        return Ok(response);
    }
    Err(no_file(visit, path))
}

/// Whether the registry behind a connection has a version: it lists it, or has its POM.
pub(super) async fn is_offered(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    path: &FilePath,
) -> Result<bool, Refusal> {
    let version = path.version();
    let listed = metadata::ask(shared, visit, connection, &path.package).await?;
    if listed.is_some_and(|listed| listed.0.versions.contains(&version)) {
        return Ok(true);
    }
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    let pom = path.sibling(".pom").encoded();
    Ok(shared.parts.upstreams.maven.has(&upstream, &pom, &visit.via).await?.is_some())
}
