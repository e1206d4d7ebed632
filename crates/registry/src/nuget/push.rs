//! `dotnet nuget push`: the package piece by piece into a blob, a look at what it says of itself, the gate, and one commit
//! at the end.
//!
//! Only the package itself says what it is, so that the gate comes after its bytes. Nothing is listed of a push that
//! breaks off or is refused.

use std::sync::Arc;

use codeartifact::arrival::{self, Admission};
use codeartifact::package_version;
use formats::multipart::{Piece, Reader};
use formats::nuget::id::PackageId;
use formats::nuget::version::Version;
use hyper::header::CONTENT_TYPE;
use hyper::{Response, StatusCode};
use store::{Blobs, Stage, Staged};

use super::limits::{BODY_BYTES_MAX, PACKAGE_BYTES_MAX, PUSHES_MAX};
use super::{coordinates, inside, source};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::places;
use crate::refusal::Refusal;

/// How much of the body is taken apart before what came of it is written.
const STEP_BYTES: usize = 64 << 10;

/// Places for requests that are being read.
pub(super) struct Places(places::Places);

impl Default for Places {
    fn default() -> Self {
        Self(places::Places::new(PUSHES_MAX))
    }
}

/// Answers a push.
///
/// Errors in this order: domain not found, access denied (to read), repository not found, no form with a package, a
/// package that is none, access denied (to publish), publishing blocked, the version is there with other content or
/// upstream.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    mut intake: Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    let outcome = put(shared, visit, &mut intake, described).await;
    if outcome.is_err() {
        intake.drain_package().await;
    }
    outcome
}

async fn put(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    intake: &mut Intake,
    described: &mut String,
) -> Result<Response<Body>, Refusal> {
    let staged = receive(shared, visit, intake).await?;
    let contents = inside::contents(&shared.parts.blobs, &staged).await?;
    let contents = contents.map_err(|error| Refusal::new(400, error.to_string()))?;
    let (id, version) = (contents.id.clone(), contents.version.clone());
    *described = format!("package={id} version={version}");
    let admission = admit(shared, visit, &id).await?;
    refuse_taken(shared, visit, &id, &version, &admission).await?;
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&id));
    let new = contents.new_version(&staged);
    let publish = move |tx: &mut store::Tx| {
        let mut new = new.clone();
        // Symbols that came after the package do not make it another one.
        let present = package_version::assets(tx, &key, &package, &new.version)?;
        let package_name = new.assets.first().map(|asset| asset.name.clone()).unwrap_or_default();
        new.assets.extend(present.into_iter().filter(|asset| asset.name != package_name));
        arrival::publish(tx, &call, &key, &package, &new)
    };
    shared.parts.store.write(publish).await?;
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = StatusCode::CREATED;
    Ok(response)
}

/// Reads a form with one file into a blob.
pub(super) async fn receive(shared: &Shared, visit: &Visit, intake: &mut Intake) -> Result<Staged, Refusal> {
    lookup::reach(shared, visit).await?;
    intake.check(BODY_BYTES_MAX)?;
    let _place = shared.nuget.pushing.0.take(visit).await;
    let content_type =
        visit.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let stage = file_of_form(&shared.parts.blobs, content_type, intake).await?;
    Ok(stage.finish().await?)
}

/// Reads the first file of a form; fields and further files are passed over.
async fn file_of_form(blobs: &Blobs, content_type: &str, intake: &mut Intake) -> Result<Stage, Refusal> {
    let mut reader = Reader::new(content_type).map_err(|error| Refusal::new(400, error.to_string()))?;
    let mut stage: Option<Stage> = None;
    let (mut inside, mut size) = (false, 0_u64);
    while let Some(bytes) = intake.next().await? {
        for step in bytes.chunks(STEP_BYTES) {
            let mut taken = Vec::new();
            let mut began = false;
            let has_one = stage.is_some();
            let mut sink = |piece: Piece<'_>| match piece {
                // Clients name the part as they like, and some name no file.
                Piece::Begin { .. } => {
                    inside = !has_one && !began;
                    began |= inside;
                }
                Piece::Bytes(bytes) if inside => taken.extend_from_slice(bytes),
                Piece::Bytes(_) => {}
                Piece::End => inside = false,
            };
            reader.feed(step, &mut sink).map_err(|error| Refusal::new(400, error.to_string()))?;
            if began {
                stage = Some(blobs.stage());
            }
            size += taken.len() as u64;
            if size > PACKAGE_BYTES_MAX {
                return Err(Refusal::new(
                    413,
                    format!("the package is larger than {PACKAGE_BYTES_MAX} bytes"),
                ));
            }
            if let Some(stage) = stage.as_mut().filter(|_| !taken.is_empty()) {
                stage.write(&taken).await?;
            }
        }
    }
    reader.finish().map_err(|error| Refusal::new(400, error.to_string()))?;
    stage.ok_or_else(|| Refusal::new(400, "the form brings no package"))
}

/// Asks whether packages of this id may be published here.
pub(super) async fn admit(shared: &Shared, visit: &Visit, id: &PackageId) -> Result<Admission, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(id));
    let admit = move |tx: &mut store::Tx| arrival::admit(tx, &call, &key, &package);
    Ok(shared.parts.store.read(admit).await?)
}

/// Refuses a version that a registry on the way can bring, unless this repository holds it: then the commit compares.
///
/// A registry that does not answer takes nothing, as on AWS.
async fn refuse_taken(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
    admission: &Admission,
) -> Result<(), Refusal> {
    if admission.connections.is_empty() || is_here(shared, visit, id, version).await? {
        return Ok(());
    }
    let normalised = version.normalised();
    for repository in &admission.connections {
        let Some(connection) = &repository.connection else { continue };
        match source::ask(shared, visit, connection, id).await {
            Ok(Some(registered)) if registered.version(&normalised).is_some() => {
                return Err(Admission::taken(&coordinates(id), &normalised, repository).into());
            }
            Ok(_) => {}
            Err(refusal) => log::warn!(
                "{id} {version} is published although {} could not be asked for it: {}",
                connection.name,
                refusal.sentence
            ),
        }
    }
    Ok(())
}

/// Whether this repository itself holds a version, whatever its status.
async fn is_here(shared: &Shared, visit: &Visit, id: &PackageId, version: &Version) -> Result<bool, Refusal> {
    let (key, package, version) = (visit.repository.clone(), coordinates(id), version.normalised());
    let get = move |tx: &mut store::Tx| package_version::get(tx, &key, &package, &version);
    Ok(shared.parts.store.read(get).await?.is_some())
}
