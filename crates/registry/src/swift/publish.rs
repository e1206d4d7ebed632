//! Publishing a release: the gate, then the archive piece by piece into a blob, a look into it, and one commit at the end.
//!
//! Nothing is kept of a publish that breaks off or is refused. Signatures are kept and handed out; whether they are good
//! is for clients to say.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codeartifact::arrival::{self, NewVersion};
use codeartifact::package_version::{Asset, Facts};
use codeartifact::resolution::{self, Found};
use formats::multipart::Reader;
use formats::swift::manifest::tools_version;
use formats::swift::metadata::{METADATA_BYTES_MAX, Metadata};
use formats::swift::name::PackageId;
use formats::swift::release::{Release, Signing};
use formats::swift::version::ends_like_a_file;
use hyper::header::{CONTENT_TYPE, EXPECT, LOCATION};
use hyper::{Response, StatusCode};
use store::{Staged, Tx};
use tokio::sync::Semaphore;

use super::contents::{self, Manifests};
use super::form::{self, Form};
use super::limits::{BODY_BYTES_MAX, PUBLISHES_MAX};
use super::{ARCHIVE, ARCHIVE_SIGNATURE, METADATA, METADATA_SIGNATURE, coordinates, url};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// The header that says what a signature is.
const SIGNATURE_FORMAT: &str = "x-swift-package-signature-format";
/// The longest such format.
const FORMAT_CHARS_MAX: usize = 50;
/// How many archives are looked into at once: a directory may have some megabytes.
const LOOKED_INTO_MAX: usize = 2;

/// Places for requests that are being read, and for archives that are looked into.
pub(super) struct Places {
    reading: Semaphore,
    looking: Semaphore,
}

impl Default for Places {
    fn default() -> Self {
        Self { reading: Semaphore::new(PUBLISHES_MAX), looking: Semaphore::new(LOOKED_INTO_MAX) }
    }
}

/// Answers `PUT {scope}/{name}/{version}`: at once, also where the client would wait.
///
/// Errors in this order: an expectation that is none, no form, a version or a signature's format that breaks a rule,
/// domain not found, access denied, repository not found, publishing blocked, the version is there, a body that is too
/// large or broken, an archive or metadata that are none (422), the version came meanwhile or is upstream.
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, package, version, &mut intake).await;
    // Who expects anything is waiting with the body.
    if outcome.is_err() && !visit.headers.contains_key(EXPECT) {
        intake.drain().await;
    }
    outcome
}

async fn put(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let (reader, format) = head(visit, intake, version)?;
    admit(shared, visit, package, version).await?;
    intake.check(BODY_BYTES_MAX)?;
    let _place = shared.swift.publishing.reading.acquire().await.expect("the semaphore is never closed");
    let form = form::read(reader, intake, &shared.parts.blobs).await?;
    let new = describe(shared, package, version, form, format).await?;
    commit(shared, visit, package, new).await?;
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = StatusCode::CREATED;
    response.headers_mut().insert(LOCATION, answer::header(&url(visit, package, version)));
    Ok(response)
}

/// Reads what the head of the request says; gives the reader of its form, and the format of its signature.
fn head(visit: &Visit, intake: &Intake, version: &str) -> Result<(Reader, Option<String>), Refusal> {
    if visit.headers.contains_key(EXPECT) && !intake.waits() {
        return Err(Refusal::new(417, "the only expectation that is met is 100-continue"));
    }
    let text = |name: &str| visit.headers.get(name).and_then(|value| value.to_str().ok());
    let content_type = text(CONTENT_TYPE.as_str()).unwrap_or_default();
    let kind = content_type.split(';').next().unwrap_or_default().trim();
    if !kind.eq_ignore_ascii_case("multipart/form-data") {
        return Err(Refusal::new(415, "a release is published as multipart/form-data"));
    }
    let reader = Reader::new(content_type).map_err(|error| Refusal::new(400, error.to_string()))?;
    if ends_like_a_file(version) {
        let sentence =
            format!("version {version} cannot be published: its end would be taken for that of a file");
        return Err(Refusal::new(400, sentence));
    }
    let format = text(SIGNATURE_FORMAT).map(str::trim).filter(|format| !format.is_empty());
    let is_word = |format: &&str| {
        format.len() <= FORMAT_CHARS_MAX
            && format.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._".contains(&byte))
    };
    if format.is_some_and(|format| !is_word(&format)) {
        return Err(Refusal::new(400, "X-Swift-Package-Signature-Format is a word such as cms-1.0.0"));
    }
    Ok((reader, format.map(str::to_owned)))
}

/// Asks whether the release would be taken, before its bytes come.
async fn admit(shared: &Shared, visit: &Visit, package: &PackageId, version: &str) -> Result<(), Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (wanted, number) = (coordinates(package), version.to_owned());
    let ask = move |tx: &mut Tx| {
        let admission = arrival::admit(tx, &call, &key, &wanted)?;
        let found = resolution::find(tx, &admission.repository, &wanted, &number)?;
        Ok::<_, codeartifact::Error>(found)
    };
    let there = match shared.parts.store.read(ask).await? {
        Found::Held(held) => held.repository,
        Found::Hidden { repository, .. } | Found::TooYoung { repository, .. } => *repository,
        Found::Absent { .. } => return Ok(()),
    };
    if there.key == visit.repository {
        return Err(is_there(visit, package, version));
    }
    Err(arrival::Admission::taken(&coordinates(package), version, &there).into())
}

/// A release is never published twice, not even with the same bytes: clients rely on hearing so.
fn is_there(visit: &Visit, package: &PackageId, version: &str) -> Refusal {
    let repository = &visit.repository.name;
    Refusal::new(409, format!("release {version} of {package} already exists in repository {repository}"))
}

/// Looks at what came and stores it; no row refers to it yet.
async fn describe(
    shared: &Shared,
    package: &PackageId,
    version: &str,
    form: Form,
    format: Option<String>,
) -> Result<NewVersion, Refusal> {
    let metadata = match &form.metadata {
        Some((encoding, written)) => {
            let read = Metadata::read(*encoding, written);
            Some(read.map_err(|sentence| Refusal::new(422, sentence))?)
        }
        None => None,
    };
    if metadata.as_ref().is_some_and(|(_, text)| text.len() > METADATA_BYTES_MAX) {
        return Err(Refusal::new(413, format!("the metadata is larger than {METADATA_BYTES_MAX} bytes")));
    }
    let signing = match (&form.signature, format) {
        (None, _) => None,
        (Some(_), None) => {
            let sentence = "a signature comes with the header X-Swift-Package-Signature-Format";
            return Err(Refusal::new(400, sentence));
        }
        (Some(signature), Some(format)) => Some(Signing { signature: STANDARD.encode(signature), format }),
    };
    let staged = form.archive.finish().await?;
    let manifests = {
        let looking = &shared.swift.publishing.looking;
        let _place = looking.acquire().await.expect("the semaphore is never closed");
        contents::manifests(&shared.parts.blobs, &staged).await?
    };
    let (members, text) = metadata.map(|(metadata, text)| (metadata, Some(text))).unwrap_or_default();
    let small = [
        (ARCHIVE_SIGNATURE, form.signature),
        (METADATA, text.clone()),
        (METADATA_SIGNATURE, form.metadata_signature),
    ];
    let release = Release {
        id: package.to_string(),
        checksum: staged.sha256.clone(),
        signing,
        manifests: tools_versions(&manifests),
        metadata: text.and_then(|text| String::from_utf8(text).ok()),
    };
    Ok(NewVersion {
        version: version.to_owned(),
        manifest: release.write(),
        facts: Facts::of_swift(&release.id, members.members()),
        assets: assets(shared, &staged, small, manifests).await?,
        ..NewVersion::default()
    })
}

fn tools_versions(manifests: &Manifests) -> BTreeMap<String, String> {
    let read = |(file, text): &(String, Vec<u8>)| (file.clone(), tools_version(text).unwrap_or_default());
    manifests.iter().map(read).collect()
}

/// The assets of the release, its manifests among them.
async fn assets(
    shared: &Shared,
    archive: &Staged,
    small: [(&str, Option<Vec<u8>>); 3],
    manifests: Manifests,
) -> Result<Vec<Asset>, Refusal> {
    let mut assets = vec![Asset::of_blob(ARCHIVE, archive)];
    let small = small.into_iter().filter_map(|(name, bytes)| Some((name.to_owned(), bytes?)));
    for (name, bytes) in small.chain(manifests) {
        let staged = shared.parts.blobs.put(&bytes).await?;
        assets.push(Asset::of_blob(&name, &staged));
    }
    Ok(assets)
}

async fn commit(shared: &Shared, visit: &Visit, package: &PackageId, new: NewVersion) -> Result<(), Refusal> {
    let (call, key, wanted) = (visit.call.clone(), visit.repository.clone(), coordinates(package));
    let version = new.version.clone();
    let publish = move |tx: &mut Tx| arrival::publish(tx, &call, &key, &wanted, &new);
    let published = shared.parts.store.write(publish).await?;
    if published.created { Ok(()) } else { Err(is_there(visit, package, &version)) }
}
