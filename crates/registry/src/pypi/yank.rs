//! `PUT` and `DELETE` of `simple/{project}/{version}/yanked`: whether installers pass over a version that was published here
//! unless it is pinned (PEP 592). Neither PyPI nor AWS has this by HTTP; Unlisted hides a version from all of them.

use std::sync::Arc;

use codeartifact::arrival;
use codeartifact::package_version::OriginType;
use codeartifact::resolution::{self, Found};
use formats::pypi::name::ProjectName;
use formats::pypi::record::Record;
use formats::pypi::version;
use hyper::{Method, Response, StatusCode};

use super::coordinates;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// The longest reason.
const REASON_BYTES_MAX: usize = 4096;

/// Yanks a version with the body as the reason (it may be empty), or takes that back.
///
/// Errors in this order: another method, a reason that is no text of this length, domain not found, access denied (as for
/// publishing), repository not found, publishing blocked, version not found, a version from an index, whose own word counts.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    project: &ProjectName,
    text: &str,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    let reason = match visit.method {
        Method::PUT => {
            let bytes = intake.small(REASON_BYTES_MAX).await?;
            let reason = String::from_utf8(bytes);
            let reason = reason.map_err(|_| Refusal::new(400, "the reason in the body is no text"))?;
            Some(reason.replace('\0', "").trim().to_owned())
        }
        Method::DELETE => None,
        _ => {
            return Err(Refusal::new(
                405,
                "a version is yanked with PUT, its reason in the body, and back with DELETE",
            ));
        }
    };
    intake.drain().await;
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(project));
    let version = version::normalised(text);
    let write = move |tx: &mut store::Tx| {
        let asked = arrival::admit(tx, &call, &key, &package)?.repository;
        let held = match resolution::find(tx, &asked, &package, &version)? {
            Found::Held(held) if held.repository.key == key => held,
            _ => return Ok::<_, codeartifact::Error>(Outcome::Absent),
        };
        if held.version.origin.kind == OriginType::External {
            return Ok(Outcome::Foreign);
        }
        let mut record = Record::read(&held.version.manifest);
        record.flags.yanked.clear();
        if let Some(reason) = &reason {
            record.flags.yanked = record.files.keys().map(|name| (name.clone(), reason.clone())).collect();
        }
        arrival::restate(tx, &call, &key, &package, &version, (record.write(), None))?;
        Ok(Outcome::Done)
    };
    match shared.parts.store.write(write).await? {
        Outcome::Done => Ok(answer::text(StatusCode::OK, "it is done")),
        Outcome::Absent => {
            let repository = &visit.repository.name;
            let text: String = text.chars().take(100).collect();
            Err(Refusal::not_found(format!(
                "Not found: repository {repository} has no version {text} of {project}"
            )))
        }
        Outcome::Foreign => {
            let sentence = "the version came from an index, which says itself whether it is yanked; \
                            use aws codeartifact update-package-versions-status";
            Err(Refusal::new(409, sentence))
        }
    }
}

enum Outcome {
    Done,
    Absent,
    Foreign,
}
