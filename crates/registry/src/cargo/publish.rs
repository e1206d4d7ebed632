//! `cargo publish`: the metadata, then the gate, then the crate piece by piece into a blob and through a look at what is
//! inside, and one commit at the end.
//!
//! Nothing is kept of a publish that breaks off or is refused.

use std::sync::Arc;

use codeartifact::arrival::{self, Admission, NewVersion};
use codeartifact::crate_name::{self, Known};
use codeartifact::name::Coordinates;
use codeartifact::package_version::{Asset, Facts};
use codeartifact::{quota, resolution};
use formats::cargo::archive::{self, Contents};
use formats::cargo::document::Document;
use formats::cargo::manifest::Manifest;
use formats::cargo::publish::{BodyError, Limits, Reader};
use formats::cargo::version::release;
use hyper::{Response, StatusCode};
use serde_json::json;
use store::{Stage, Staged, Tx};

use super::limits::{CRATE_BYTES_MAX, DOCUMENT_BYTES_MAX, PUBLISHES_MAX};
use super::{crate_file, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::places;
use crate::refusal::Refusal;

/// Places for requests that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUBLISHES_MAX))
    }
}

/// A request whose metadata may be published, while its crate comes in.
struct Publication {
    document: Document,
    package: Coordinates,
    stage: Stage,
    archive: archive::Reader,
}

/// Answers `PUT api/v1/crates/new`.
///
/// The request does not name the crate before its body does, so that who waits for `100 Continue` gets it unasked.
/// Errors in this order: metadata that breaks a rule, domain not found, access denied, repository not found, publishing
/// blocked, another spelling of a crate that is there, the version is there or upstream, a crate that is not as crates
/// are or says something other than its metadata.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, &mut intake).await;
    if outcome.is_err() {
        intake.drain().await;
    }
    outcome
}

async fn put(shared: &Shared, visit: &Visit, intake: &mut Intake) -> Result<Response<Body>, Refusal> {
    intake.check(crate_bytes_max(visit) + DOCUMENT_BYTES_MAX as u64 + 8)?;
    let _place = shared.cargo.publishing.0.take(visit).await;
    let (publication, reader) = receive(shared, visit, intake).await?;
    let Publication { document, package, stage, archive } = publication;
    reader.finish().map_err(bad_body)?;
    let contents = archive.finish().map_err(|error| Refusal::new(400, error.to_string()))?;
    let manifest = agreed(&document, &contents)?;
    let proven =
        stage.finish_if(move |staged| Ok::<_, Refusal>(new_version(&document, manifest, &contents, staged)));
    let (_, new) = proven.await??;
    commit(shared, visit, package, new).await?;
    let warnings = json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}});
    Ok(answer::json(StatusCode::OK, &warnings))
}

/// The largest crate that is taken: as its length can be written, and as the operator lets assets be.
fn crate_bytes_max(visit: &Visit) -> u64 {
    quota::ASSET_BYTES.of(&visit.call).min(CRATE_BYTES_MAX)
}

/// Reads the body; what the metadata says is decided about before the crate is read.
async fn receive(
    shared: &Shared,
    visit: &Visit,
    intake: &mut Intake,
) -> Result<(Publication, Reader), Refusal> {
    /// How much of the body is taken at once: unpacked, it may be a thousand times as long.
    const STEP_BYTES: usize = 16 << 10;
    let crate_bytes_max = crate_bytes_max(visit);
    let limits = Limits { document_bytes_max: DOCUMENT_BYTES_MAX, crate_bytes_max };
    let mut reader = Reader::new(limits);
    let mut publication: Option<Publication> = None;
    while let Some(bytes) = intake.next().await? {
        for step in bytes.chunks(STEP_BYTES) {
            let packed = reader.feed(step).map_err(bad_body)?;
            let Some(crate_bytes) = reader.crate_bytes() else { continue };
            if publication.is_none() {
                publication =
                    Some(begin(shared, visit, reader.document().unwrap_or_default(), crate_bytes).await?);
            }
            if let Some(publication) = publication.as_mut().filter(|_| !packed.is_empty()) {
                publication.stage.write(packed).await?;
                let looked = publication.archive.feed(packed);
                looked.map_err(|error| Refusal::new(400, error.to_string()))?;
                tokio::task::yield_now().await;
            }
        }
    }
    let publication = publication.ok_or_else(|| bad_body(BodyError::Short))?;
    Ok((publication, reader))
}

/// Reads the metadata and asks whether it may be published.
async fn begin(
    shared: &Shared,
    visit: &Visit,
    document: &[u8],
    crate_bytes: u64,
) -> Result<Publication, Refusal> {
    let document = Document::read(document).map_err(|sentence| Refusal::new(400, sentence))?;
    let package = crate_name::coordinates(document.name().as_str());
    let (admission, known) = admit(shared, visit, &package).await?;
    if known.coordinates != package {
        return Err(other_spelling(&package, &known.coordinates));
    }
    refuse_taken(shared, visit, &document, &admission, &known).await?;
    let folder = format!("{}-{}", document.name(), document.version());
    let archive = archive::Reader::new(&folder, archive::Limits::of_crate(crate_bytes));
    Ok(Publication { document, package, stage: shared.parts.blobs.stage(), archive })
}

async fn admit(shared: &Shared, visit: &Visit, package: &Coordinates) -> Result<(Admission, Known), Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), package.clone());
    let admit = move |tx: &mut Tx| {
        let admission = arrival::admit(tx, &call, &key, &package)?;
        let known = crate_name::known(tx, &admission.repository, &package.name)?;
        Ok::<_, codeartifact::Error>((admission, known))
    };
    Ok(shared.parts.store.read(admit).await?)
}

/// Refuses a version that a registry on the way can bring, unless this repository holds it: then the commit compares.
///
/// A registry that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    document: &Document,
    admission: &Admission,
    known: &Known,
) -> Result<(), Refusal> {
    let version = document.version().to_string();
    let package = &known.coordinates;
    let connections = source::open(known, admission.connections.clone());
    if connections.is_empty() || is_here(shared, visit, admission, package, &version).await? {
        return Ok(());
    }
    for repository in &connections {
        let Some(connection) = &repository.connection else { continue };
        match source::ask(shared, visit, connection, document.name()).await {
            Ok(Some(index)) if index.release(&version).is_some() => {
                return Err(Admission::taken(package, &version, repository).into());
            }
            Ok(_) => {}
            Err(refusal) => log::warn!(
                "{}@{version} is published although {} could not be asked for it: {}",
                package.name,
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

async fn is_here(
    shared: &Shared,
    visit: &Visit,
    admission: &Admission,
    package: &Coordinates,
    version: &str,
) -> Result<bool, Refusal> {
    let (asked, package, version) = (admission.repository.clone(), package.clone(), version.to_owned());
    let find = move |tx: &mut Tx| resolution::find(tx, &asked, &package, &version);
    Ok(match shared.parts.store.read(find).await? {
        resolution::Found::Held(held) => held.repository.key == visit.repository,
        resolution::Found::Hidden { repository, .. } | resolution::Found::TooYoung { repository, .. } => {
            repository.key == visit.repository
        }
        resolution::Found::Absent { .. } => false,
    })
}

/// Compares the manifest inside with the metadata around it.
fn agreed(document: &Document, contents: &Contents) -> Result<Manifest, Refusal> {
    let manifest = Manifest::read(&contents.manifest).map_err(|sentence| Refusal::new(400, sentence))?;
    let (name, version) = (document.name().as_str(), document.version().to_string());
    if manifest.name != name || manifest.version != version {
        let sentence = format!(
            "the Cargo.toml in the crate is of {}@{}, its metadata is of {name}@{version}",
            manifest.name, manifest.version
        );
        return Err(Refusal::new(400, sentence));
    }
    Ok(manifest)
}

fn new_version(document: &Document, manifest: Manifest, contents: &Contents, staged: &Staged) -> NewVersion {
    let package = crate_name::coordinates(document.name().as_str());
    let version = document.version().to_string();
    let line = document.line(&staged.sha256);
    let mut facts = Facts::of_cargo(document.members());
    if facts.readme.is_none() {
        facts.readme = contents.readme(manifest.readme.as_deref()).map(str::to_owned);
    }
    NewVersion {
        manifest: line.stored().to_owned(),
        facts,
        assets: vec![Asset::of_blob(&crate_file(&package, &version), staged)],
        version,
        ..NewVersion::default()
    }
}

/// Stores the version, unless one that differs in build metadata only is there: an index holds one of them.
async fn commit(
    shared: &Shared,
    visit: &Visit,
    package: Coordinates,
    new: NewVersion,
) -> Result<(), Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let commit = move |tx: &mut Tx| {
        let admission = arrival::admit(tx, &call, &key, &package)?;
        // Another spelling may have come since the gate.
        let known = crate_name::known(tx, &admission.repository, &package.name)?;
        if known.coordinates != package {
            return Ok(Err(other_spelling(&package, &known.coordinates)));
        }
        for listed in resolution::listing(tx, &admission.repository, &package)?.repositories {
            let same = |other: &&str| release(other) == release(&new.version) && **other != new.version;
            let versions = listed.versions.iter().map(|version| version.version.as_str());
            let young = listed.too_young.iter().map(String::as_str);
            if let Some(other) = versions.chain(young).find(same) {
                return Ok(Err(same_release(&package, &new.version, other, &listed.repository.key.name)));
            }
        }
        arrival::publish(tx, &call, &key, &package, &new)?;
        Ok::<_, codeartifact::Error>(Ok(()))
    };
    shared.parts.store.write(commit).await?
}

fn other_spelling(package: &Coordinates, there: &Coordinates) -> Refusal {
    let sentence = format!(
        "crate {} is there already in the spelling {}: letter case, and - against _, do not tell crates apart",
        package.name, there.name
    );
    Refusal::new(409, sentence)
}

fn same_release(package: &Coordinates, version: &str, other: &str, repository: &str) -> Refusal {
    let sentence = format!(
        "version {other} of crate {} is in repository {repository}: {version} differs from it in build metadata only",
        package.name
    );
    Refusal::new(409, sentence)
}

fn bad_body(error: BodyError) -> Refusal {
    let status = match error {
        BodyError::DocumentTooLarge(_) | BodyError::CrateTooLarge(_) => 413,
        BodyError::Short | BodyError::Trailing => 400,
    };
    Refusal::new(status, error.to_string())
}
