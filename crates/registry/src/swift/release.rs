//! One release: what is known of it, and the way to its neighbours.

use codeartifact::repository;
use codeartifact::resolution::{self, Found, Held};
use formats::swift::name::PackageId;
use formats::swift::release::Release;
use hyper::Response;

use super::{coordinates, document, listing, no_release, url};
use crate::answer::Body;
use crate::asset;
use crate::endpoint::{Shared, Visit};
use crate::lookup::READ;
use crate::refusal::Refusal;

/// Answers `GET {scope}/{name}/{version}`; asking keeps nothing.
///
/// Errors as [`held`].
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let held = held(shared, visit, package, version).await?;
    let shown = listing::shown(shared, visit, package).await?;
    let (before, after) = shown.neighbours(version);
    let links: Vec<String> =
        [(shown.latest(), "latest-version"), (after, "successor-version"), (before, "predecessor-version")]
            .into_iter()
            .filter_map(|(other, relation)| Some(document::link(&url(visit, package, other?), relation)))
            .collect();
    let release = Release::read(&held.version.manifest);
    let text = release.show(package, version, &whole_seconds(&held.version.published_at.to_rfc3339()));
    Ok(document::answer(visit, text, &links))
}

/// SwiftPM reads times without decimals only.
fn whole_seconds(time: &str) -> String {
    match time.split_once('.') {
        Some((seconds, _)) => format!("{seconds}Z"),
        None => time.to_owned(),
    }
}

/// Finds a release wherever it is handed out from.
///
/// Errors in this order: domain not found, access denied, repository not found, too young, release not found or not
/// handed out.
pub(super) async fn held(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
) -> Result<Held, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (wanted, number) = (coordinates(package), version.to_owned());
    let find = move |tx: &mut store::Tx| {
        let asked = repository::reach(tx, &call, READ, &key)?;
        Ok::<_, codeartifact::Error>(resolution::find(tx, &asked, &wanted, &number)?)
    };
    let found = shared.parts.store.read(find).await?;
    asset::of_age(&found)?;
    match found {
        Found::Held(held) => Ok(*held),
        Found::Hidden { .. } | Found::TooYoung { .. } | Found::Absent { .. } => {
            Err(no_release(visit, package, version))
        }
    }
}
