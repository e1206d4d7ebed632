//! Putting a file: the gate, then the body piece by piece into a blob, and one commit at the end.
//!
//! The version is Unfinished until metadata name it. Nothing is kept of an upload that breaks off or is refused.

use std::sync::Arc;

use codeartifact::arrival::{self, Addition, Admission};
use codeartifact::maven;
use codeartifact::package_version::{Asset, Facts};
use codeartifact::quota;
use formats::maven::name::PackageName;
use formats::maven::pom::{POM_BYTES_MAX, Pom};
use formats::maven::route::FilePath;
use hyper::{Response, StatusCode};
use store::Staged;

use super::{coordinates, file};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// Answers `PUT` of a file of a version.
///
/// Errors in this order: a snapshot's file without its build, domain not found, access denied, repository not found,
/// publishing blocked, the version is in an upstream repository or is Archived or Disposed, a registry has the version,
/// the body breaks off or is too large, the file is there with other bytes.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    refuse_without_build(path)?;
    // From here on, who puts its checksum waits.
    let _under_way = shared.maven.uploads.begin(&visit.repository, path);
    let package = coordinates(&path.package);
    let admission = admit(shared, visit, path).await?;
    refuse_taken(shared, visit, path, &admission).await?;
    let bytes_max = quota::ASSET_BYTES.of(&visit.call);
    intake.check(bytes_max)?;
    let staged = receive(shared, intake, bytes_max).await?;
    let mut addition = addition(path, Asset::of_blob(&path.file, &staged));
    if path.is_pom() {
        addition.facts = facts(shared, &path.package, &staged).await?;
    }
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let add = move |tx: &mut store::Tx| maven::add(tx, &call, &key, &package, &addition);
    let published = shared.parts.store.write(add).await?;
    let status = if published.changed { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer::text(status, ""))
}

/// Maven 2 could put `app-1.0-SNAPSHOT.jar` over and over.
fn refuse_without_build(path: &FilePath) -> Result<(), Refusal> {
    if !path.is_without_build() {
        return Ok(());
    }
    Err(Refusal::new(
        400,
        format!(
            "{} does not say which build of {} it is of: snapshots without unique versions are not supported; \
             deploy with Maven 3 or newer, which names files {}-{{version}}-{{yyyyMMdd.HHmmss}}-{{number}}",
            path.file,
            path.folder,
            path.package.artifact()
        ),
    ))
}

fn addition(path: &FilePath, asset: Asset) -> Addition {
    Addition {
        version: path.version(),
        assets: vec![asset],
        into_published: true,
        beside_upstream: path.build.is_some(),
        ..Addition::default()
    }
}

async fn admit(shared: &Shared, visit: &Visit, path: &FilePath) -> Result<Admission, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&path.package));
    let asset = Asset { name: path.file.clone(), ..Asset::default() };
    let wanted = addition(path, asset);
    let admit = move |tx: &mut store::Tx| arrival::may_add(tx, &call, &key, &package, &wanted);
    Ok(shared.parts.store.read(admit).await?)
}

/// Refuses a new version that a registry on the way can bring. One that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    admission: &Admission,
) -> Result<(), Refusal> {
    if path.build.is_some() {
        return Ok(());
    }
    for repository in &admission.connections {
        let Some(connection) = &repository.connection else { continue };
        match file::is_offered(shared, visit, connection, path).await {
            Ok(true) => {
                return Err(Admission::taken(&coordinates(&path.package), &path.version(), repository).into());
            }
            Ok(false) => {}
            Err(refusal) => log::warn!(
                "{} {} is published although {} could not be asked for it: {}",
                path.package,
                path.version(),
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

async fn receive(shared: &Shared, intake: &mut Intake, bytes_max: u64) -> Result<Staged, Refusal> {
    let mut stage = shared.parts.blobs.stage();
    let mut size = 0_u64;
    while let Some(bytes) = intake.next().await? {
        size += bytes.len() as u64;
        if size > bytes_max {
            return Err(Refusal::new(413, format!("the file is larger than {bytes_max} bytes")));
        }
        stage.write(&bytes).await?;
    }
    Ok(stage.finish().await?)
}

/// What a POM that was stored says. One that cannot be read says nothing; that keeps no version out.
pub(super) async fn facts(
    shared: &Shared,
    package: &PackageName,
    staged: &Staged,
) -> Result<Option<Facts>, Refusal> {
    let pom = pom(shared, &staged.sha256, staged.size).await?;
    Ok(pom.map(|pom| {
        let mut facts = Facts::of_maven(&pom);
        if facts.display_name.is_empty() {
            package.artifact().clone_into(&mut facts.display_name);
        }
        facts
    }))
}

/// Reads a POM that was stored, if it can be read.
pub(super) async fn pom(shared: &Shared, sha256: &str, size: u64) -> Result<Option<Pom>, Refusal> {
    if size > POM_BYTES_MAX as u64 {
        return Ok(None);
    }
    let _place = shared.maven.reading.0.acquire().await.expect("the semaphore is never closed");
    let Some(bytes) = shared.parts.blobs.get(sha256).await? else { return Ok(None) };
    let reading = tokio::task::spawn_blocking(move || Pom::read(&bytes));
    let read = reading.await.map_err(|error| store::Error::Broken(error.to_string()))?;
    Ok(read.inspect_err(|error| log::info!("a POM cannot be read: {error}")).ok())
}
