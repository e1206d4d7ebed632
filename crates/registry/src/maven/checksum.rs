//! Putting the checksum of a file: compared with the file that is there, and remembered when it is wrong.

use std::sync::Arc;

use codeartifact::maven::{self, Verdict};
use formats::maven::checksum::Algorithm;
use formats::maven::route::FilePath;
use hyper::{Response, StatusCode};

use super::coordinates;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// Longest checksum file: the digits and the name of the file.
const CHECKSUM_BYTES_MAX: usize = 1024;

/// Answers `PUT` of a checksum of a file.
///
/// Errors in this order: a body that is no checksum, domain not found, access denied, repository not found, no such file,
/// another file's checksum.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    path: &FilePath,
    algorithm: Algorithm,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    let checksum = read(intake).await?;
    shared.maven.uploads.wait(&visit.repository, path).await;
    let (verdict, is_new) = compare(shared, visit, path, algorithm, &checksum).await?;
    let verdict = if is_new { remember(shared, visit, path, algorithm, &checksum).await? } else { verdict };
    match verdict {
        Verdict::Agrees => Ok(answer::text(StatusCode::CREATED, "")),
        Verdict::Differs => Err(differs(&path.file, algorithm, &checksum)),
        Verdict::NoAsset => Err(Refusal::not_found(format!(
            "{} was not uploaded, so that its {} cannot be compared",
            path.file,
            algorithm.extension()
        ))),
    }
}

/// Reads a checksum that a client puts: the digits alone.
pub(super) async fn read(intake: &mut Intake) -> Result<String, Refusal> {
    let body = intake.small(CHECKSUM_BYTES_MAX).await?;
    let text = String::from_utf8(body).map_err(|_| Refusal::new(400, "the checksum is not text"))?;
    Ok(text.trim_ascii().to_owned())
}

/// The checksum is that of another file. Digits are compared letter by letter, lower-case, as on AWS.
pub(super) fn differs(file: &str, algorithm: Algorithm, checksum: &str) -> Refusal {
    let given: String = checksum.chars().take(128).filter(char::is_ascii_graphic).collect();
    Refusal::new(400, format!("{given} is not the {} of {file} that was uploaded", algorithm.extension()))
}

async fn compare(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    algorithm: Algorithm,
    checksum: &str,
) -> Result<(Verdict, bool), Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&path.package));
    let (version, file, checksum) = (path.version(), path.file.clone(), checksum.to_owned());
    let compare = move |tx: &mut store::Tx| {
        let said = (algorithm.extension(), checksum.as_str());
        maven::compare(tx, &call, &key, &package, (&version, &file), said)
    };
    Ok(shared.parts.store.read(compare).await?)
}

async fn remember(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    algorithm: Algorithm,
    checksum: &str,
) -> Result<Verdict, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(&path.package));
    let (version, file, checksum) = (path.version(), path.file.clone(), checksum.to_owned());
    let remember = move |tx: &mut store::Tx| {
        let said = (algorithm.extension(), checksum.as_str());
        maven::remember(tx, &call, &key, &package, (&version, &file), said)
    };
    Ok(shared.parts.store.write(remember).await?)
}
