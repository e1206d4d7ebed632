//! The releases of a package: those of this repository and of its upstream repositories that are Published, the highest
//! first.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codeartifact::name::{Coordinates, is_prerelease, version_order};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, Listing, Stamp};
use formats::swift::name::PackageId;
use formats::swift::release::{Release, show_all};
use formats::swift::source_url::is_linkable;
use hyper::Response;
use model::Timestamp;

use super::limits::{LINKS_MAX, LISTINGS_BYTES_MAX};
use super::{coordinates, document, no_package, url};
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// The releases of a package as they were read; right as long as the stamp is the same, until the moment.
#[derive(Debug)]
pub(super) struct Shown {
    stamp: Stamp,
    until: Option<Timestamp>,
    /// The highest first.
    versions: Vec<String>,
    /// Where the source of the latest one is.
    sources: Vec<String>,
}

/// Lists of releases by repository and package, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<(RepositoryKey, Coordinates), Arc<Shown>>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(LISTINGS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<(RepositoryKey, Coordinates), Arc<Shown>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shown {
    /// The latest release: the highest that is no pre-release, else the highest of all (assumed).
    pub(super) fn latest(&self) -> Option<&str> {
        let stable = self.versions.iter().find(|version| !is_prerelease(version));
        stable.or(self.versions.first()).map(String::as_str)
    }

    /// The releases before and after a version, which need not be shown itself.
    pub(super) fn neighbours(&self, version: &str) -> (Option<&str>, Option<&str>) {
        let after = self.versions.iter().rfind(|other| version_order(other, version).is_gt());
        let before = self.versions.iter().find(|other| version_order(other, version).is_lt());
        (before.map(String::as_str), after.map(String::as_str))
    }

    fn bytes(&self) -> usize {
        let texts = self.versions.iter().chain(&self.sources);
        texts.map(|text| text.len() + size_of::<String>()).sum::<usize>() + 1024
    }
}

/// Answers `GET {scope}/{name}`.
///
/// Errors as [`shown`].
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
) -> Result<Response<Body>, Refusal> {
    let shown = shown(shared, visit, package).await?;
    if shown.versions.is_empty() {
        return Err(no_package(visit, package));
    }
    let releases: Vec<(&str, String)> =
        shown.versions.iter().map(|version| (version.as_str(), url(visit, package, version))).collect();
    let mut links = Vec::new();
    if let Some(latest) = shown.latest() {
        links.push(document::link(&url(visit, package, latest), "latest-version"));
    }
    for (at, source) in shown.sources.iter().enumerate() {
        links.push(document::link(source, if at == 0 { "canonical" } else { "alternate" }));
    }
    Ok(document::answer(visit, show_all(&releases), &links))
}

/// Reads the releases of a package, or finds them as they were read before.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(super) async fn shown(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
) -> Result<Arc<Shown>, Refusal> {
    let package = coordinates(package);
    let path = lookup::steps(shared, visit, &package).await?;
    let stamp = resolution::stamp(&path);
    let place = (visit.repository.clone(), package.clone());
    if let Some(shown) = shared.swift.listings.locked().get(&place)
        && shown.stamp == stamp
        && shown.until.is_none_or(|until| visit.call.now < until)
    {
        return Ok(Arc::clone(shown));
    }
    let asked = lookup::reach(shared, visit).await?;
    let read = move |tx: &mut store::Tx| resolution::listing(tx, &asked, &package);
    let listing = shared.parts.store.read(read).await?;
    let releases = releases(&listing);
    let mut versions: Vec<String> = releases.keys().map(|version| (*version).to_owned()).collect();
    versions.sort_by(|a, b| version_order(b, a));
    let mut shown = Shown { stamp, until: listing.matures_at, versions, sources: Vec::new() };
    let manifest = shown.latest().and_then(|latest| releases.get(latest)).copied().unwrap_or_default();
    let metadata = Release::read(manifest).read_metadata();
    let linkable = metadata.repository_urls().filter(|url| is_linkable(url));
    shown.sources = linkable.take(LINKS_MAX).map(str::to_owned).collect();
    let shown = Arc::new(shown);
    let bytes = shown.bytes();
    shared.swift.listings.locked().put(place, Arc::clone(&shown), bytes);
    Ok(shown)
}

/// The releases that are shown, with what is kept of each: the nearest repository that has a version decides.
pub(super) fn releases(listing: &Listing) -> BTreeMap<&str, &str> {
    let mut nearest: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for listed in &listing.repositories {
        for hidden in &listed.too_young {
            nearest.entry(hidden).or_insert(None);
        }
        for version in &listed.versions {
            let shown = version.status.is_listed().then_some(version.manifest.as_str());
            nearest.entry(&version.version).or_insert(shown);
        }
    }
    nearest.into_iter().filter_map(|(version, shown)| Some((version, shown?))).collect()
}
