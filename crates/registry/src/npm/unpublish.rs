//! `npm unpublish`: refused unless the operator allows it; then it deletes versions of the repository that is asked.
//!
//! Clients take one version away by sending the listing without it and then removing its tarball; of a whole package
//! they remove the listing. What upstream repositories and registries hold stays, and so does what is not shown.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use codeartifact::package_version;
use codeartifact::resolution;
use formats::npm::name::PackageName;
use formats::npm::publish::{Change, Limits, Reader};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::listing::Shown;
use super::{coordinates, listing, no_package, no_version, people};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::NPM_DOCUMENT_BYTES_MAX;
use crate::lookup;
use crate::refusal::Refusal;

/// Whether the operator lets clients unpublish; not unless told so.
#[derive(Default)]
pub(super) struct Allowed(AtomicBool);

impl Allowed {
    pub(super) fn allow(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    fn check(&self) -> Result<(), Refusal> {
        let sentence = "versions are not unpublished by npm: use aws codeartifact delete-package-versions or \
                        update-package-versions-status, or start the server with --allow-unpublish";
        if self.0.load(Ordering::Relaxed) { Ok(()) } else { Err(Refusal::new(405, sentence)) }
    }
}

/// Answers `PUT {package}/-rev/{revision}`: the versions that the document leaves out are deleted.
///
/// Errors in this order: unpublishing is not allowed, a body that is no document, package not found (or no access to
/// it), a listing that changed since it was read, a version that another repository holds, access denied.
pub(super) async fn leave_out(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    revision: &str,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    shared.npm.unpublishing.check()?;
    let body = intake.small(NPM_DOCUMENT_BYTES_MAX).await?;
    let kept = read(name, &body)?;
    let shown = current(shared, visit, name, revision).await?;
    let left: BTreeSet<&str> = shown
        .merged
        .entries()
        .map(|entry| entry.version.as_str())
        .filter(|version| !kept.contains(*version))
        .collect();
    let here = held(shared, visit, name).await?;
    if let Some(foreign) = left.iter().find(|version| !here.contains(**version)) {
        let sentence =
            format!("version {foreign} of {name} is not held by repository {}", visit.repository.name);
        return Err(Refusal::new(409, sentence));
    }
    delete(shared, visit, name, left.into_iter().map(str::to_owned).collect()).await
}

/// Answers `DELETE {package}/-/{file}/-rev/{revision}`: that version is deleted, if it was not already.
///
/// Errors in this order: unpublishing is not allowed, repository or version not found (or no access to it), access
/// denied.
pub(super) async fn tarball(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    file: &str,
) -> Result<Response<Body>, Refusal> {
    shared.npm.unpublishing.check()?;
    let version = name.version_of_file(file).unwrap_or_default();
    if !held(shared, visit, name).await?.contains(version) {
        return Err(no_version(visit, name, version));
    }
    delete(shared, visit, name, vec![version.to_owned()]).await
}

/// Answers `DELETE {package}/-rev/{revision}`: all versions that are shown and held here are deleted.
///
/// Errors in this order: unpublishing is not allowed, package not found (or no access to it), a listing that changed
/// since it was read, access denied.
pub(super) async fn package(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    revision: &str,
) -> Result<Response<Body>, Refusal> {
    shared.npm.unpublishing.check()?;
    let shown = current(shared, visit, name, revision).await?;
    let mut here = held(shared, visit, name).await?;
    here.retain(|version| shown.merged.entries().any(|entry| entry.version.as_str() == version));
    if here.is_empty() {
        return Err(no_package(visit, name));
    }
    delete(shared, visit, name, here.into_iter().collect()).await
}

/// The versions that a document keeps.
fn read(name: &PackageName, body: &[u8]) -> Result<BTreeSet<String>, Refusal> {
    let bad = |error: String| Refusal::new(400, error);
    let mut reader = Reader::new(Limits { attachments_max: 0, ..Limits::default() });
    reader.feed(body, &mut |_| {}).map_err(|error| bad(error.to_string()))?;
    let document = reader.finish().map_err(|error| bad(error.to_string()))?;
    let names_people = document.members.contains_key("maintainers");
    match Change::read(name, document).map_err(|error| bad(error.to_string()))? {
        Change::Edit(edit) => match edit.versions {
            Some(versions) => Ok(versions.into_iter().collect()),
            None if names_people => Err(people::none("owners of packages")),
            None => Err(bad("the document names no version".to_owned())),
        },
        Change::Publish(_) => Err(bad("a version is published without a revision in the path".to_owned())),
    }
}

/// The listing as it is now, if that is what the client has read.
async fn current(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    revision: &str,
) -> Result<Arc<Shown>, Refusal> {
    let shown = listing::shown(shared, visit, name).await?;
    if shown.merged.revision() != revision {
        return Err(Refusal::new(409, format!("{name} was changed since its listing was read; try again")));
    }
    Ok(shown)
}

/// The versions that the repository that is asked shows and holds itself.
async fn held(shared: &Shared, visit: &Visit, name: &PackageName) -> Result<BTreeSet<String>, Refusal> {
    let (asked, package) = (lookup::reach(shared, visit).await?, coordinates(name));
    let list = move |tx: &mut store::Tx| resolution::listing(tx, &asked, &package);
    let listing = shared.parts.store.read(list).await?;
    let here = listing.repositories.into_iter().find(|listed| listed.repository.key == visit.repository);
    let versions = here.into_iter().flat_map(|listed| listed.versions);
    let shown = versions.filter(|version| version.status == package_version::Status::Published);
    Ok(shown.map(|version| version.version).collect())
}

/// Deletes versions with the permission that the API asks for, all or none.
async fn delete(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    versions: Vec<String>,
) -> Result<Response<Body>, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
    let delete = move |tx: &mut store::Tx| package_version::unpublish(tx, &call, &key, &package, &versions);
    shared.parts.store.write(delete).await?;
    Ok(answer::json(StatusCode::OK, &json!({"ok": true})))
}
