//! The Maven endpoint: files, their checksums and metadata of one repository and of what lies above it.
//!
//! What a path means is said by `formats::maven::route`, who may do what by the functions of `codeartifact`.

mod age;
mod bring;
mod checksum;
mod commit;
mod document;
mod file;
mod metadata;
mod put;
mod telling;
mod uploads;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use formats::maven::name::PackageName;
use formats::maven::route::{FilePath, Route, Target};
use hyper::{Method, Response};
use tokio::sync::Semaphore;

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    background: bring::Background,
    uploads: uploads::Uploads,
    put_metadata: commit::PutMetadata,
    documents: document::Cache,
    reading: Reading,
}

/// Most documents of clients that are taken apart at once, each with up to 30 MB in memory; others wait for their turn.
const READING_MAX: usize = 16;

/// Places for documents that are taken apart.
struct Reading(Semaphore);

impl Default for Reading {
    fn default() -> Self {
        Self(Semaphore::new(READING_MAX))
    }
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Ok(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        return (
            "package=-".to_owned(),
            Err(Refusal::new(400, "the path names nothing that a Maven repository has")),
        );
    };
    let described = describe(&route);
    let visit = Arc::new(visit);
    let outcome = match visit.method {
        Method::GET => read(shared, &visit, route).await,
        Method::PUT => write(shared, &visit, route, intake).await,
        _ => {
            intake.drain().await;
            Err(Refusal::new(405, format!("a Maven repository does not answer {}", visit.method)))
        }
    };
    (described, outcome)
}

fn describe(route: &Route) -> String {
    let checksum = route.checksum.map_or("", |algorithm| algorithm.extension());
    let dot = if checksum.is_empty() { "" } else { "." };
    match &route.target {
        Target::File(path) => {
            format!("package={} version={} asset={}{dot}{checksum}", path.package, path.version(), path.file)
        }
        Target::Metadata(package) => format!("package={package} asset=maven-metadata.xml{dot}{checksum}"),
        Target::SnapshotMetadata(package, version) => {
            format!("package={package} version={version} asset=maven-metadata.xml{dot}{checksum}")
        }
        Target::Elsewhere => "package=-".to_owned(),
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    match (route.target, route.checksum) {
        (Target::File(path), None) => file::answer(shared, visit, &path).await,
        (Target::File(path), Some(algorithm)) => file::answer_checksum(shared, visit, &path, algorithm).await,
        (Target::Metadata(package), checksum) => {
            Ok(metadata::of_package(shared, visit, &package).await?.respond(visit, checksum))
        }
        (Target::SnapshotMetadata(package, version), checksum) => {
            Ok(metadata::of_snapshot(shared, visit, &package, &version).await?.respond(visit, checksum))
        }
        (Target::Elsewhere, _) => {
            lookup::reach(shared, visit).await?;
            Err(Refusal::not_found("there is no such file: folders are not listed"))
        }
    }
}

async fn write(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    route: Route,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let outcome = match (route.target, route.checksum) {
        (Target::File(path), None) => put::answer(shared, visit, &path, &mut intake).await,
        (Target::File(path), Some(algorithm)) => {
            checksum::answer(shared, visit, &path, algorithm, &mut intake).await
        }
        (Target::Metadata(package), None) => commit::package(shared, visit, &package, &mut intake).await,
        (Target::SnapshotMetadata(package, version), None) => {
            commit::snapshot(shared, visit, &package, &version, &mut intake).await
        }
        (Target::Metadata(package), Some(algorithm)) => {
            commit::checksum(shared, visit, (&package, ""), algorithm, &mut intake).await
        }
        (Target::SnapshotMetadata(package, version), Some(algorithm)) => {
            commit::checksum(shared, visit, (&package, &version), algorithm, &mut intake).await
        }
        (Target::Elsewhere, _) => {
            let sentence = "a file is put at {group}/{artifact}/{version}/{file}";
            Err(Refusal::new(400, sentence))
        }
    };
    // Also after a success: nothing of a body may be left on the connection.
    intake.drain().await;
    outcome
}

/// The package in the words of the API.
fn coordinates(package: &PackageName) -> Coordinates {
    Coordinates {
        format: PackageFormat::Maven,
        namespace: package.group().to_owned(),
        name: package.artifact().to_owned(),
    }
}

/// The file is unknown to clients of this repository.
fn no_file(visit: &Visit, path: &FilePath) -> Refusal {
    let repository = &visit.repository.name;
    Refusal::not_found(format!(
        "repository {repository} has no file {} of {} {}",
        path.file,
        path.package,
        path.version()
    ))
}

/// The digest of bytes, lower-case hexadecimal.
fn digest<D: sha2::Digest>(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    let mut text = String::new();
    for byte in D::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
