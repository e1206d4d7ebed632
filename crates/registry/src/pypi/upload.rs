//! `POST` of a form by twine and others: the gate, then the file piece by piece into a blob, the proof, and one commit at
//! the end.
//!
//! Nothing is kept of an upload that breaks off or is refused. Signatures and attestations are read and not kept.

use std::sync::Arc;

use codeartifact::arrival::{self, Addition, Admission};
use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package_version::{Asset, Facts};
use codeartifact::quota;
use codeartifact::repository::Repository;
use codeartifact::resolution::{self, Found};
use formats::pypi::metadata::CoreMetadata;
use formats::pypi::page::Digests;
use formats::pypi::record::Record;
use formats::pypi::upload::{Upload, UploadError};
use formats::pypi::version::is_same;
use hyper::header::CONTENT_TYPE;
use hyper::{Response, StatusCode};
use store::Staged;

use super::form::{FormFile, Intaking};
use super::{archive, bring, coordinates, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::{PUBLISHES_MAX, PYPI_FIELDS_BYTES_MAX};
use crate::places;
use crate::refusal::Refusal;

/// Places for requests that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUBLISHES_MAX))
    }
}

/// Answers an upload, and says for the log what it was about.
///
/// A client that waits to be told that it may send is told so only if it may publish anything here, as far as that can be
/// said without the project. Errors in this order: no form, a field that breaks a rule, domain not found, access denied, repository not found,
/// publishing blocked, the file or the version is there with other content or is upstream, a digest that differs.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    mut intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let mut described = "package=-".to_owned();
    let outcome = post(shared, visit, &mut intake, &mut described).await;
    if outcome.is_err() {
        intake.drain().await;
    }
    (described, outcome)
}

async fn post(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    intake: &mut Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    let bytes_max = quota::ASSET_BYTES.of(&visit.call);
    intake.check(bytes_max.saturating_add(PYPI_FIELDS_BYTES_MAX))?;
    if intake.waits() {
        admit_any(shared, visit).await?;
    }
    let content_type = visit.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let mut intaking = Intaking::new(content_type.unwrap_or_default(), bytes_max)?;
    let _place = shared.pypi.uploading.0.take(visit).await;
    let blobs = &shared.parts.blobs;
    let (fields, file) = intaking.fields(intake, blobs).await?;
    // Clients send the file last. Where they do not, the gate waits until everything is there.
    match file.map(|file| Upload::read(fields, file)) {
        Some(Ok(upload)) => {
            *described = describe(&upload);
            admit(shared, visit, &upload, "").await?;
        }
        Some(Err(error)) if !error.is_of_missing() => return Err(bad_form(&error)),
        Some(Err(_)) | None => {}
    }
    let form = intaking.rest(intake, blobs).await?;
    let Some(file) = form.file else {
        return Err(Refusal::new(400, "the form has no file in its field content"));
    };
    let upload = Upload::read(&form.fields, &file.name).map_err(|error| bad_form(&error))?;
    *described = describe(&upload);
    let promised = upload.digests.sha256.clone().unwrap_or_default();
    let admission = admit(shared, visit, &upload, &promised).await?;
    refuse_taken(shared, visit, &upload, &admission).await?;
    let staged = prove(&upload, file).await?;
    commit(shared, visit, upload, staged).await?;
    Ok(answer::text(StatusCode::OK, "the file was taken"))
}

fn bad_form(error: &UploadError) -> Refusal {
    Refusal::new(400, error.to_string())
}

fn describe(upload: &Upload) -> String {
    format!("package={} version={} asset={}", upload.project, upload.version, upload.file)
}

/// Asks what can be told before the form is read, for a client that waits to be told that it may send.
async fn admit_any(shared: &Shared, visit: &Visit) -> Result<(), Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let ask = move |tx: &mut store::Tx| arrival::admit_any(tx, &call, &key, PackageFormat::Pypi);
    Ok(shared.parts.store.read(ask).await?)
}

/// Asks whether the file would be taken; `sha256` is empty while its bytes are unknown.
async fn admit(shared: &Shared, visit: &Visit, upload: &Upload, sha256: &str) -> Result<Admission, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&upload.project));
    let asset = Asset { name: upload.file.clone(), sha256: sha256.to_owned(), ..Asset::default() };
    let addition = addition(upload, asset);
    let ask = move |tx: &mut store::Tx| arrival::may_add(tx, &call, &key, &package, &addition);
    Ok(shared.parts.store.read(ask).await?)
}

fn addition(upload: &Upload, asset: Asset) -> Addition {
    Addition {
        version: upload.version.clone(),
        assets: vec![asset],
        finished: true,
        into_published: true,
        ..Addition::default()
    }
}

/// Refuses a version that an index on the way can bring. An index that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    upload: &Upload,
    admission: &Admission,
) -> Result<(), Refusal> {
    for repository in &admission.connections {
        let Some(connection) = &repository.connection else { continue };
        let (project, version) = (&upload.project, &upload.version);
        match source::ask(shared, visit, connection, project).await {
            Ok(Some(page)) if page.files.iter().any(|file| is_same(&file.version, version)) => {
                return Err(Admission::taken(&coordinates(project), version, repository).into());
            }
            Ok(_) => {}
            Err(refusal) => log::warn!(
                "{project}@{version} is published although {} could not be asked for it: {}",
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

/// Compares the bytes with what the form promises; what differs leaves nothing behind.
async fn prove(upload: &Upload, file: FormFile) -> Result<Staged, Refusal> {
    if let Some(promised) = upload.blake2_256.as_ref().filter(|promised| **promised != file.blake2_256) {
        let sentence = format!("BLAKE2b-256 of the file is {}, but {promised} was promised", file.blake2_256);
        return Err(Refusal::new(400, sentence));
    }
    let promised = upload.digests.clone();
    let proven = file.stage.finish_if(move |staged| {
        let computed = Digests {
            sha256: Some(staged.sha256.clone()),
            md5: Some(staged.md5.clone()),
            ..Digests::default()
        };
        promised.verify(&computed)
    });
    let (staged, ()) =
        proven.await?.map_err(|difference| Refusal::new(400, format!("the file's {difference}")))?;
    Ok(staged)
}

/// Adds the file to its version. What the file itself says counts more than the form.
async fn commit(shared: &Shared, visit: &Visit, upload: Upload, staged: Staged) -> Result<(), Refusal> {
    let blob = (staged.sha256.as_str(), staged.size);
    let text = archive::metadata(&shared.parts.blobs, blob, &upload.project, &upload.file).await?;
    let inside = bring::metadata(text.as_deref());
    let mut record = bring::describe(&upload.file, &staged, text.as_deref());
    let metadata = if inside.get("name").is_some() { &inside } else { &upload.metadata };
    record.metadata = metadata.to_json();
    if let Some(kept) = record.files.get_mut(&upload.file) {
        let stated = |metadata: &CoreMetadata| metadata.get("requires_python").map(str::to_owned);
        kept.requires_python = stated(metadata).or_else(|| upload.requires_python.clone());
        kept.upload_time = Some(visit.call.now.to_rfc3339());
    }
    let facts = facts(metadata, &upload);
    let addition = addition(&upload, Asset::of_blob(&upload.file, &staged));
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&upload.project));
    let write = move |tx: &mut store::Tx| {
        let mut addition = addition.clone();
        let admission = arrival::may_add(tx, &call, &key, &package, &addition)?;
        let (manifest, fresh) = merged(tx, &admission.repository, &package, &addition, &record)?;
        addition.manifest = manifest;
        addition.facts = fresh.then(|| facts.clone());
        arrival::add(tx, &call, &key, &package, &addition)
    };
    shared.parts.store.write(write).await?;
    Ok(())
}

/// The record of the version as it will be, `None` where it stays as it is; and whether the version is new here.
fn merged(
    tx: &mut store::Tx,
    asked: &Repository,
    package: &Coordinates,
    addition: &Addition,
    record: &Record,
) -> Result<(Option<String>, bool), store::Error> {
    let present = match resolution::find(tx, asked, package, &addition.version)? {
        Found::Held(held) if held.repository.key == asked.key => held.version,
        _ => return Ok((Some(record.write()), true)),
    };
    let mut next = Record::read(&present.manifest);
    if addition.assets.iter().all(|asset| next.files.contains_key(&asset.name)) {
        return Ok((None, false));
    }
    next.add(record);
    Ok((Some(next.write()), false))
}

fn facts(metadata: &CoreMetadata, upload: &Upload) -> Facts {
    let mut facts = Facts::of_pypi(&metadata.to_json(), metadata.description());
    // The form's spelling of the name stands even where the file says nothing.
    if facts.display_name.is_empty() {
        facts.display_name.clone_from(&upload.spelled_project);
    }
    facts.original_version = Some(upload.spelled_version.clone());
    facts
}
