//! Listings: the versions of a package that clients of a repository see, and the assets of one of them.

use std::collections::BTreeMap;

use codeartifact::name::{Coordinates, version_order};
use codeartifact::package_version::Asset;
use codeartifact::repository;
use codeartifact::resolution::{self, Found};
use hyper::{Response, StatusCode};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::no_version;
use crate::answer::{self, Body};
use crate::asset;
use crate::endpoint::{Shared, Visit};
use crate::lookup::READ;
use crate::refusal::Refusal;

/// What is encoded in a segment of a path: all but what RFC 3986 calls unreserved.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Lists the versions of a package, the highest first, each with its URL; upstream repositories are looked at.
///
/// Errors in this order: domain not found, access denied, repository not found, no version that is listed.
pub(super) async fn versions(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
) -> Result<Response<Body>, Refusal> {
    let (call, key, wanted) = (visit.call.clone(), visit.repository.clone(), package.clone());
    let listing = shared
        .parts
        .store
        .read(move |tx| {
            let asked = repository::reach(tx, &call, READ, &key)?;
            Ok::<_, codeartifact::Error>(resolution::listing(tx, &asked, &wanted)?)
        })
        .await?;
    // The nearest repository that has a version decides whether it is shown.
    let mut shown: BTreeMap<&str, bool> = BTreeMap::new();
    for listed in &listing.repositories {
        for hidden in &listed.too_young {
            shown.entry(hidden).or_insert(false);
        }
        for version in &listed.versions {
            shown.entry(&version.version).or_insert(version.status.is_listed());
        }
    }
    let mut versions: Vec<&str> =
        shown.into_iter().filter(|(_, shown)| *shown).map(|(name, _)| name).collect();
    if versions.is_empty() {
        let (repository, name) = (&visit.repository.name, package.display_name());
        return Err(Refusal::not_found(format!(
            "Not found: repository {repository} has no versions of {name}"
        )));
    }
    versions.sort_by(|a, b| version_order(b, a));
    let entry = |version: &str| json!({"version": version, "url": url(visit, package, &[version, ""])});
    let versions: Vec<Value> = versions.into_iter().map(entry).collect();
    let answer = json!({"namespace": package.namespace, "package": package.name, "versions": versions});
    Ok(answer::json(StatusCode::OK, &answer))
}

/// Lists the assets of a version that can be downloaded, each with its URL; looking keeps nothing.
///
/// Errors in this order: domain not found, access denied, repository not found, version not found or not handed out.
pub(super) async fn assets(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (wanted, name) = (package.clone(), version.to_owned());
    let found = shared
        .parts
        .store
        .read(move |tx| {
            let asked = repository::reach(tx, &call, READ, &key)?;
            Ok::<_, codeartifact::Error>(resolution::find(tx, &asked, &wanted, &name)?)
        })
        .await?;
    asset::of_age(&found)?;
    let Found::Held(held) = found else { return Err(no_version(visit, package, version)) };
    let entry = |asset: &Asset| {
        json!({
            "name": asset.name, "size": asset.size, "url": url(visit, package, &[version, &asset.name]),
            "hashes": {"MD5": asset.md5, "SHA-1": asset.sha1, "SHA-256": asset.sha256, "SHA-512": asset.sha512},
        })
    };
    let assets: Vec<Value> = held.assets.iter().map(entry).collect();
    let answer = json!({
        "namespace": package.namespace, "package": package.name, "version": version,
        "versionRevision": held.version.revision, "status": held.version.status.as_str(), "assets": assets,
    });
    Ok(answer::json(StatusCode::OK, &answer))
}

/// The URL of what lies below a package, in the style of the request.
fn url(visit: &Visit, package: &Coordinates, below: &[&str]) -> String {
    let segments = [package.namespace.as_str(), &package.name];
    let segments: Vec<String> = segments
        .iter()
        .chain(below)
        .map(|segment| utf8_percent_encode(segment, SEGMENT).to_string())
        .collect();
    format!("{}{}", visit.base, segments.join("/"))
}
