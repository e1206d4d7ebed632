//! Putting metadata: those of a package publish the versions that they list, those of a snapshot make a build its newest.

use std::sync::{Arc, Mutex, PoisonError};

use codeartifact::arrival;
use codeartifact::maven::{self, Deployment, METADATA_ASSET};
use codeartifact::package_version::{self, Asset};
use codeartifact::repository::RepositoryKey;
use formats::maven::checksum::Algorithm;
use formats::maven::metadata::{METADATA_BYTES_MAX, Metadata};
use formats::maven::name::PackageName;
use formats::maven::snapshot::Build;
use hyper::{Response, StatusCode};

use super::document::checksum_of;
use super::{checksum as sums, coordinates};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// Memory for the checksums of metadata that were put: some ten thousand.
const PUT_BYTES_MAX: usize = 8 << 20;

/// The checksums of the metadata that were put last, by repository, package and snapshot: clients put them next, and what
/// is served is another document.
pub(super) struct PutMetadata(Mutex<ByteCache<Place, Vec<(Algorithm, String)>>>);

type Place = (RepositoryKey, PackageName, String);

impl Default for PutMetadata {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(PUT_BYTES_MAX)))
    }
}

impl PutMetadata {
    fn note(&self, visit: &Visit, package: &PackageName, snapshot: &str, document: &[u8]) {
        let place = (visit.repository.clone(), package.clone(), snapshot.to_owned());
        let sums = Algorithm::ALL.map(|algorithm| (algorithm, checksum_of(document, algorithm))).to_vec();
        self.0.lock().unwrap_or_else(PoisonError::into_inner).put(place, sums, 768);
    }

    fn get(
        &self,
        visit: &Visit,
        package: &PackageName,
        snapshot: &str,
        algorithm: Algorithm,
    ) -> Option<String> {
        let place = (visit.repository.clone(), package.clone(), snapshot.to_owned());
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sums = all.get(&place)?;
        sums.iter().find(|(known, _)| *known == algorithm).map(|(_, digest)| digest.clone())
    }
}

/// Answers `PUT` of the metadata of a package: every version that they list and that is Unfinished is published.
///
/// The same path takes the plugins of a group; they are found by the names of their packages, so that putting them
/// changes nothing (assumed). Errors in this order: domain not found, access denied, repository not found, publishing
/// blocked, a body that is no such document or one of another package, a checksum of a file was wrong.
pub(super) async fn package(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    package: &PackageName,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let (document, read) = receive(shared, visit, package, intake).await?;
    let about_group = read.versions.is_empty() && !read.plugins.is_empty();
    let published = if about_group {
        Vec::new()
    } else {
        check_package(package, &read)?;
        let staged = shared.parts.blobs.put(&document).await?;
        let asset = Asset::of_blob(METADATA_ASSET, &staged);
        let (call, key, wanted) = (visit.call.clone(), visit.repository.clone(), coordinates(package));
        let publish =
            move |tx: &mut store::Tx| maven::publish(tx, &call, &key, &wanted, &read.versions, &asset);
        shared.parts.store.write(publish).await?
    };
    shared.maven.put_metadata.note(visit, package, "", &document);
    Ok(answer::text(if published.is_empty() { StatusCode::OK } else { StatusCode::CREATED }, ""))
}

/// Answers `PUT` of the metadata of a snapshot: the build that they name becomes its newest.
///
/// Errors in this order: domain not found, access denied, repository not found, publishing blocked, a body that is no
/// such document or one of another snapshot, a file that they name was not uploaded, a checksum of a file was wrong.
pub(super) async fn snapshot(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    package: &PackageName,
    version: &str,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let (document, read) = receive(shared, visit, package, intake).await?;
    check_package(package, &read)?;
    let deployment = deployment(package, version, &read)?;
    let (call, key, wanted) = (visit.call.clone(), visit.repository.clone(), coordinates(package));
    let deploy = move |tx: &mut store::Tx| maven::deploy(tx, &call, &key, &wanted, &deployment);
    let created = shared.parts.store.write(deploy).await?;
    shared.maven.put_metadata.note(visit, package, version, &document);
    Ok(answer::text(if created { StatusCode::CREATED } else { StatusCode::OK }, ""))
}

/// Answers `PUT` of a checksum of metadata: compared with the document that was put last, which is not the one that is
/// served.
///
/// Errors in this order: domain not found, access denied, repository not found, publishing blocked, a body that is no
/// checksum, no metadata were put, another document's checksum.
pub(super) async fn checksum(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    (package, snapshot): (&PackageName, &str),
    algorithm: Algorithm,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    admit(shared, visit, package).await?;
    let given = sums::read(intake).await?;
    let known = match shared.maven.put_metadata.get(visit, package, snapshot, algorithm) {
        Some(known) => vec![known],
        None => kept(shared, visit, package, algorithm).await?,
    };
    if known.is_empty() {
        return Err(Refusal::not_found("no metadata were put, so that their checksum cannot be compared"));
    }
    if known.contains(&given) {
        return Ok(answer::text(StatusCode::CREATED, ""));
    }
    Err(sums::differs(METADATA_ASSET, algorithm, &given))
}

/// The checksums of the metadata that published a version, for a server that was restarted in between.
async fn kept(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
    algorithm: Algorithm,
) -> Result<Vec<String>, Refusal> {
    let (key, wanted) = (visit.repository.clone(), coordinates(package));
    let assets = shared.parts.store.read(move |tx| package_version::assets_of_all(tx, &key, &wanted)).await?;
    let metadata = assets.into_values().flatten().filter(|asset| asset.name == METADATA_ASSET);
    Ok(metadata
        .map(|asset| match algorithm {
            Algorithm::Md5 => asset.md5,
            Algorithm::Sha1 => asset.sha1,
            Algorithm::Sha256 => asset.sha256,
            Algorithm::Sha512 => asset.sha512,
        })
        .collect())
}

async fn admit(shared: &Shared, visit: &Visit, package: &PackageName) -> Result<(), Refusal> {
    let (call, key, wanted) = (visit.call.clone(), visit.repository.clone(), coordinates(package));
    let admit = move |tx: &mut store::Tx| arrival::admit(tx, &call, &key, &wanted);
    shared.parts.store.read(admit).await?;
    Ok(())
}

/// Asks whether the client may publish, then reads its document.
async fn receive(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
    intake: &mut Intake,
) -> Result<(Vec<u8>, Metadata), Refusal> {
    admit(shared, visit, package).await?;
    let _place = shared.maven.reading.0.acquire().await.expect("the semaphore is never closed");
    let document = intake.small(METADATA_BYTES_MAX).await?;
    let reading = tokio::task::spawn_blocking(move || {
        let read = Metadata::read(&document);
        (document, read)
    });
    let (document, read) = reading.await.map_err(|error| store::Error::Broken(error.to_string()))?;
    let read =
        read.map_err(|error| Refusal::new(400, format!("maven-metadata.xml cannot be read: {error}")))?;
    Ok((document, read))
}

/// Refuses metadata that say they are of another package than their path does.
fn check_package(package: &PackageName, read: &Metadata) -> Result<(), Refusal> {
    let group = read.group.as_deref().is_none_or(|group| group == package.group());
    let artifact = read.artifact.as_deref().is_none_or(|artifact| artifact == package.artifact());
    if group && artifact {
        return Ok(());
    }
    Err(Refusal::new(400, format!("the metadata are not those of {package}, where they were put")))
}

/// Reads what the metadata of a snapshot name.
fn deployment(package: &PackageName, snapshot: &str, read: &Metadata) -> Result<Deployment, Refusal> {
    let bad = |what: String| Refusal::new(400, format!("the metadata of {package} {snapshot} {what}"));
    if let Some(other) = read.version.as_deref().filter(|version| *version != snapshot) {
        return Err(bad(format!("say that they are those of {other}")));
    }
    let Some((timestamp, number)) = &read.snapshot else {
        return Err(bad("name no build: they need <snapshot> with <timestamp> and <buildNumber>".to_owned()));
    };
    let build = Build::of_snapshot(snapshot, timestamp, number)
        .ok_or_else(|| bad(format!("name build {number} of {timestamp}, which is not yyyyMMdd.HHmmss")))?;
    let mut files = Vec::new();
    for named in &read.snapshot_versions {
        if Build::parse(&named.value).is_none_or(|of| of.snapshot() != snapshot) {
            return Err(bad(format!("name {}, which is no build of it", named.value)));
        }
        let file = format!("{}-{}{}", package.artifact(), named.value, named.kind.suffix());
        files.push((named.value.clone(), file));
    }
    Ok(Deployment { build, files })
}
