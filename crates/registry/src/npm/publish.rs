//! `npm publish`: the gate, then the body piece by piece into a blob, the proof, and one commit at the end.
//!
//! Nothing is kept of a publish that breaks off or is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::arrival::{self, Admission, NewVersion};
use codeartifact::resolution::{self, Found};
use codeartifact::{package_version, quota};
use formats::npm::integrity::TarballDigests;
use formats::npm::name::PackageName;
use formats::npm::publish::{BodyError, Change, Document, Limits, Piece, Publication, PublishError, Reader};
use hyper::{Response, StatusCode};
use serde_json::json;
use store::{Blobs, Stage, Staged};

use super::{coordinates, edit, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::{NPM_DOCUMENT_BYTES_MAX, NPM_TARBALL_BYTES_MAX, PUBLISHES_MAX, npm_body_bytes_max};
use crate::places;
use crate::refusal::Refusal;

/// Places for requests that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUBLISHES_MAX))
    }
}

/// A body that was read to its end.
struct Received {
    document: Document,
    tarball: Option<Stage>,
}

/// Why a body was not read to its end.
enum Torn {
    /// It brings a tarball where none is welcome.
    Unwelcome,
    Refused(Refusal),
}

/// Answers `PUT {package}`: a publish, or an edit when it brings no tarball.
///
/// Errors in this order: domain not found, access denied, repository not found, publishing blocked (for a publish), a
/// body or a document that breaks a rule, the version is there or upstream with other content.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &PackageName,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, name, &mut intake).await;
    if outcome.is_err() {
        intake.drain().await;
    }
    outcome
}

async fn put(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    name: &PackageName,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let admission = match admit(shared, visit, name).await {
        Ok(admission) => Ok(admission),
        // Who may not publish, or not into this package, may still edit it: whether this is an edit is told by the body,
        // unless the client asks before it sends, as for something large.
        Err(refusal) if !intake.waits() && may_be_edited(shared, visit, name, &refusal).await => Err(refusal),
        Err(refusal) => return Err(refusal),
    };
    let bytes_max = quota::ASSET_BYTES.of(&visit.call).min(NPM_TARBALL_BYTES_MAX);
    intake.check(npm_body_bytes_max(bytes_max))?;
    let _place = shared.npm.publishing.0.take(visit).await;
    let attachments_max = if admission.is_ok() { Limits::default().attachments_max } else { 0 };
    let received = match receive(&shared.parts.blobs, intake, bytes_max, attachments_max).await {
        Ok(received) => received,
        Err(Torn::Refused(refusal)) => return Err(refusal),
        Err(Torn::Unwelcome) => {
            return Err(admission.err().unwrap_or_else(|| bad_body(&BodyError::TooManyAttachments)));
        }
    };
    match Change::read(name, received.document).map_err(bad_document)? {
        Change::Edit(wanted) => edit::apply(shared, visit, name, wanted).await,
        Change::Publish(publication) => {
            publish(shared, visit, name, admission?, *publication, received.tarball).await
        }
    }
}

/// Whether a publish that was refused may be read as an edit.
async fn may_be_edited(shared: &Shared, visit: &Visit, name: &PackageName, refusal: &Refusal) -> bool {
    match refusal.status {
        StatusCode::CONFLICT => true,
        StatusCode::FORBIDDEN => {
            let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
            let nothing = BTreeMap::new();
            let edit =
                move |tx: &mut store::Tx| package_version::deprecate(tx, &call, &key, &package, &nothing);
            shared.parts.store.read(edit).await.is_ok()
        }
        _ => false,
    }
}

async fn admit(shared: &Shared, visit: &Visit, name: &PackageName) -> Result<Admission, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
    let admit = move |tx: &mut store::Tx| arrival::admit(tx, &call, &key, &package);
    Ok(shared.parts.store.read(admit).await?)
}

/// Reads the body; its tarball goes to a stage as it comes. Provenance stays in the document.
async fn receive(
    blobs: &Blobs,
    intake: &mut Intake,
    bytes_max: u64,
    attachments_max: usize,
) -> Result<Received, Torn> {
    /// How much of the body is taken apart before what came of it is written.
    const STEP_BYTES: usize = 64 << 10;
    let mut reader = Reader::new(Limits {
        document_bytes_max: NPM_DOCUMENT_BYTES_MAX,
        attachment_bytes_max: bytes_max,
        attachments_max,
    });
    let mut tarball: Option<Stage> = None;
    let mut in_tarball = false;
    while let Some(bytes) = intake.next().await.map_err(Torn::Refused)? {
        for step in bytes.chunks(STEP_BYTES) {
            let mut decoded = Vec::new();
            let mut sink = |piece: Piece<'_>| match piece {
                Piece::Begin(name) => {
                    // As `Change` tells them apart.
                    in_tarball = name.rsplit_once('.').is_some_and(|(_, extension)| extension == "tgz");
                    if in_tarball {
                        tarball = Some(blobs.stage());
                    }
                }
                Piece::Bytes(bytes) if in_tarball => decoded.extend_from_slice(bytes),
                Piece::Bytes(_) => {}
                Piece::End => in_tarball = false,
            };
            reader.feed(step, &mut sink).map_err(|error| torn(&error, attachments_max))?;
            if let Some(stage) = tarball.as_mut().filter(|_| !decoded.is_empty()) {
                stage.write(&decoded).await.map_err(|error| Torn::Refused(error.into()))?;
            }
        }
    }
    let document = reader.finish().map_err(|error| torn(&error, attachments_max))?;
    Ok(Received { document, tarball })
}

async fn publish(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    admission: Admission,
    publication: Publication,
    tarball: Option<Stage>,
) -> Result<Response<Body>, Refusal> {
    name.check_publishable()
        .map_err(|error| Refusal::new(400, format!("{name} cannot be published: {error}")))?;
    refuse_taken(shared, visit, name, &admission, publication.version.as_str()).await?;
    let tarball = tarball.ok_or_else(|| bad_document(PublishError::Attachments))?;
    let (version, tags, readme) =
        (publication.version.clone(), publication.dist_tags.clone(), publication.readme.clone());
    let provenance = publication.provenance.as_ref().map(|bundle| bundle.text().to_owned());
    let proven = tarball.finish_if(move |staged| prove(publication, staged)).await?;
    let (staged, manifest) = proven?;
    let mut new = NewVersion::npm(version.as_str(), &manifest, &staged);
    new.facts.readme = readme.or(new.facts.readme);
    new.facts.provenance = provenance;
    new.dist_tags = tags;
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
    let commit = move |tx: &mut store::Tx| arrival::publish(tx, &call, &key, &package, &new);
    let published = shared.parts.store.write(commit).await?;
    let status = if published.created { StatusCode::CREATED } else { StatusCode::OK };
    Ok(answer::json(status, &json!({"ok": true, "success": true, "rev": published.revision})))
}

/// Compares the tarball with what its manifest claims; gives the manifest as it is stored.
fn prove(
    publication: Publication,
    staged: &Staged,
) -> Result<serde_json::Map<String, serde_json::Value>, Refusal> {
    let digests = TarballDigests::from_hex(&staged.sha1, &staged.sha256, &staged.sha512)
        .ok_or_else(|| store::Error::Broken("a digest is not hexadecimal".to_owned()))?;
    let verified = publication.verify(&digests).map_err(bad_document)?;
    serde_json::from_str(&verified.manifest).map_err(|error| Refusal::new(400, error.to_string()))
}

/// Refuses a version that a registry on the way can bring, unless this repository holds it: then the commit compares.
///
/// A registry that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    admission: &Admission,
    version: &str,
) -> Result<(), Refusal> {
    if admission.connections.is_empty() {
        return Ok(());
    }
    let (asked, package, wanted) = (admission.repository.clone(), coordinates(name), version.to_owned());
    let find = move |tx: &mut store::Tx| resolution::find(tx, &asked, &package, &wanted);
    let here = match shared.parts.store.read(find).await? {
        Found::Held(held) => held.repository.key == visit.repository,
        Found::Hidden { repository, .. } | Found::TooYoung { repository, .. } => {
            repository.key == visit.repository
        }
        Found::Absent { .. } => false,
    };
    if here {
        return Ok(());
    }
    for repository in &admission.connections {
        let Some(connection) = &repository.connection else { continue };
        match source::ask(shared, visit, connection, name).await {
            Ok(Some(listing)) if listing.entry(version).is_some() => {
                return Err(Admission::taken(&coordinates(name), version, repository).into());
            }
            Ok(_) => {}
            Err(refusal) => log::warn!(
                "{name}@{version} is published although {} could not be asked for it: {}",
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

fn torn(error: &BodyError, attachments_max: usize) -> Torn {
    if *error == BodyError::TooManyAttachments && attachments_max == 0 {
        return Torn::Unwelcome;
    }
    Torn::Refused(bad_body(error))
}

fn bad_body(error: &BodyError) -> Refusal {
    let status = match error {
        BodyError::DocumentTooLarge | BodyError::AttachmentTooLarge => 413,
        _ => 400,
    };
    Refusal::new(status, error.to_string())
}

fn bad_document(error: PublishError) -> Refusal {
    Refusal::new(400, error.to_string())
}
