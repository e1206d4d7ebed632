//! The listing that clients of a repository see: its own versions, those of its upstream repositories and of the
//! registries behind them, put together once and kept until one of them changes.

use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use codeartifact::arrival;
use codeartifact::name::Coordinates;
use codeartifact::package_version::{self, Status};
use codeartifact::release_age::{self, ReleaseAge, TooYoung};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, Found, ListedVersion, Stamp};
use formats::npm::accept::Form;
use formats::npm::listing::{Entry, Listing, Stored};
use formats::npm::manifest::with_deprecated;
use formats::npm::merge::{Merged, Source};
use formats::npm::name::PackageName;
use formats::npm::rendering::Rendering;
use hyper::Response;
use model::Timestamp;

use super::packing::Packed;
use super::source::{self, Outside};
use super::{coordinates, no_package, no_version, small};
use crate::answer::{self, Body};
use crate::asset;
use crate::endpoint::{Shared, Visit};
use crate::limits::LISTINGS_BYTES_MAX;
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::ByteCache;

/// What a listing was made of; it is right as long as these are the same.
#[derive(Debug)]
struct Made {
    stamp: Stamp,
    outside: Vec<Option<Arc<Listing>>>,
    /// When the first version that is too young to be shown will be old enough.
    matures_at: Option<Timestamp>,
}

/// A listing that was put together, with what was made of it since.
#[derive(Debug)]
pub(super) struct Shown {
    made: Made,
    pub(super) merged: Merged,
    /// Why versions that are too young are not shown.
    too_young: BTreeMap<String, TooYoung>,
    /// When it was put together; nothing while a registry does not answer.
    pub(super) changed_at: Option<Timestamp>,
    full: OnceLock<Arc<Rendering>>,
    abbreviated: OnceLock<Arc<Rendering>>,
    pub(super) packed: Packed,
}

/// Listings by repository and package, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<Place, Arc<Shown>>>);

type Place = (RepositoryKey, PackageName);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(LISTINGS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<Place, Arc<Shown>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    fn is_of(&self, stamp: &Stamp, outside: &[Outside], now: Timestamp) -> bool {
        self.stamp == *stamp
            && self.matures_at.is_none_or(|at| now < at)
            && self.outside.len() == outside.len()
            && self.outside.iter().zip(outside).all(|(made, now)| match (made, &now.listing) {
                (None, None) => now.failure.is_none(),
                (Some(made), Some(now)) => Arc::ptr_eq(made, now),
                _ => false,
            })
    }
}

impl Shown {
    /// The text of a form, all but the base URL.
    pub(super) fn rendering(&self, form: Form) -> Arc<Rendering> {
        let place = match form {
            Form::Full => &self.full,
            Form::Abbreviated => &self.abbreviated,
        };
        Arc::clone(place.get_or_init(|| Arc::new(self.merged.render(form))))
    }
}

/// Puts the listing of a package together, or finds it as it was put together before.
///
/// Errors in this order: domain not found, access denied, repository not found, no version is shown (and all
/// registries answered, or all versions are too young), a registry did not answer.
pub(super) async fn shown(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
) -> Result<Arc<Shown>, Refusal> {
    let path = lookup::steps(shared, visit, &coordinates(name)).await?;
    let outside = source::outside(shared, visit, name, &path).await;
    let place = (visit.repository.clone(), name.clone());
    let stamp = resolution::stamp(&path);
    if let Some(shown) = shared.npm.listings.locked().get(&place)
        && shown.made.is_of(&stamp, &outside, shared.parts.store.clock().now())
    {
        return Ok(Arc::clone(shown));
    }
    let read = read(shared, visit, name, &outside).await?;
    let failure = outside.iter().find_map(|answer| answer.failure.clone());
    let made = Made {
        stamp: read.stamp.clone(),
        outside: outside.iter().map(|answer| answer.listing.clone()).collect(),
        matures_at: None,
    };
    let (own_bytes, mut shown) = read.put_together(name, made, &outside).await?;
    if shown.merged.is_empty() {
        if let Some(refusal) = shown.too_young.values().next_back() {
            return Err(asset::too_young(refusal));
        }
        if let Some(failure) = failure {
            return Err(failure);
        }
        let mut refusal = no_package(visit, name);
        if let Some(why) = lookup::closed(shared, visit, &coordinates(name)).await? {
            refusal.sentence = format!("{}: {why}", refusal.sentence);
        }
        return Err(refusal);
    }
    let before = shared.npm.listings.locked().get(&place).and_then(|shown| shown.changed_at);
    shown.changed_at = failure.is_none().then(|| answer::changed_at(visit.call.now, before));
    let shown = Arc::new(shown);
    if failure.is_none() {
        // Text of registries is counted here as well, since it outlives its place in their own cache; that covers what
        // is added later, renderings and one compressed copy.
        let outside_bytes: usize =
            outside.iter().filter_map(|answer| answer.listing.as_ref()).map(|listing| listing.bytes()).sum();
        let withheld_bytes = shown.too_young.len() * 512;
        shared.npm.listings.locked().put(
            place,
            Arc::clone(&shown),
            own_bytes + outside_bytes + withheld_bytes + 4096,
        );
    }
    Ok(shown)
}

/// Answers the manifest of one version or tag.
pub(super) async fn manifest(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    selector: &str,
) -> Result<Response<Body>, Refusal> {
    let shown = shown(shared, visit, name).await?;
    let manifest = shown.merged.manifest(selector, &visit.base).ok_or_else(|| {
        let too_young = shown.too_young.get(selector).map(asset::too_young);
        too_young.unwrap_or_else(|| no_version(visit, name, selector))
    })?;
    Ok(small::answer(&visit.headers, manifest))
}

/// What the store says of a package, all of one moment.
struct Read {
    stamp: Stamp,
    listing: resolution::Listing,
    /// The readme of the version that `latest` names, by repository.
    readmes: BTreeMap<String, String>,
}

async fn read(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    outside: &[Outside],
) -> Result<Read, Refusal> {
    let first = read_once(shared, visit, name).await?;
    let sighted = sight(shared, visit, name, &first, outside).await?;
    if !take_over_deprecations(shared, name, &first, outside).await? && !sighted {
        return Ok(first);
    }
    read_once(shared, visit, name).await
}

async fn read_once(shared: &Shared, visit: &Visit, name: &PackageName) -> Result<Read, Refusal> {
    let requested = lookup::reach(shared, visit).await?;
    let package = coordinates(name);
    let read = move |tx: &mut store::Tx| {
        let path = resolution::path(tx, &requested, &package)?;
        let stamp = resolution::stamp(&path);
        let listing = resolution::listing(tx, &requested, &package)?;
        let mut readmes = BTreeMap::new();
        for listed in &listing.repositories {
            let Some(latest) = listed.dist_tags.get("latest") else { continue };
            if !listed.versions.iter().any(|version| version.version == *latest) {
                continue;
            }
            if let Found::Held(held) = resolution::find(tx, &listed.repository, &package, latest)?
                && let Some(readme) = held.version.facts.readme
            {
                readmes.insert(listed.repository.key.name.clone(), readme);
            }
        }
        Ok::<_, store::Error>(Read { stamp, listing, readmes })
    };
    Ok(shared.parts.store.read(read).await?)
}

/// Remembers the versions that registries list without a time, where their age matters; says whether there were new
/// ones.
async fn sight(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    read: &Read,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let Some(age) = &read.listing.release_age else { return Ok(false) };
    let entries = outside.iter().filter_map(|answer| answer.listing.as_ref()).flat_map(|one| one.entries());
    let unseen =
        age.unseen(entries.filter(|entry| time(entry).is_none()).map(|entry| entry.version.as_str()));
    if unseen.is_empty() {
        return Ok(false);
    }
    let (domain, package) = (visit.repository.domain.clone(), coordinates(name));
    let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
    shared.parts.store.write(sight).await?;
    Ok(true)
}

/// When a registry says that a version was published.
pub(super) fn time(entry: &Entry) -> Option<Timestamp> {
    entry.time.as_deref().and_then(Timestamp::from_rfc3339)
}

/// Takes over which versions a registry calls deprecated now, of those that came through a connection; says whether
/// anything changed. What was deprecated here stays so.
async fn take_over_deprecations(
    shared: &Shared,
    name: &PackageName,
    read: &Read,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let mut changed = false;
    for listed in &read.listing.repositories {
        let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name);
        let Some(listing) = answer.and_then(|answer| answer.listing.as_ref()) else { continue };
        let differing: BTreeMap<String, Option<String>> = listed
            .versions
            .iter()
            .filter(|version| !version.deprecated_here)
            .filter_map(|version| {
                let entry = listing.entry(&version.version)?;
                let now = if entry.deprecated { deprecation(listing, &version.version) } else { None };
                (now != version.deprecated).then(|| (version.version.clone(), now))
            })
            .collect();
        if differing.is_empty() {
            continue;
        }
        let (key, package): (RepositoryKey, Coordinates) = (listed.repository.key.clone(), coordinates(name));
        let refresh = move |tx: &mut store::Tx| arrival::refresh(tx, &key, &package, &differing);
        changed |= shared.parts.store.write(refresh).await? > 0;
    }
    Ok(changed)
}

/// Why a registry says that a version should not be used.
fn deprecation(listing: &Listing, version: &str) -> Option<String> {
    let manifest: serde_json::Value = serde_json::from_str(&listing.manifest(version, "")?).ok()?;
    let text = package_version::kept(manifest.get("deprecated")?.as_str()?);
    (!text.is_empty()).then(|| text.into_owned())
}

impl Read {
    /// Makes the listing, where it may take long if it is large; says how many bytes of text are its own.
    async fn put_together(
        self,
        name: &PackageName,
        made: Made,
        outside: &[Outside],
    ) -> Result<(usize, Shown), Refusal> {
        const INLINE_BYTES_MAX: usize = 256 << 10;
        let bytes: usize = self
            .listing
            .repositories
            .iter()
            .flat_map(|listed| &listed.versions)
            .map(|version| version.manifest.len())
            .sum();
        let (name, outside) = (name.clone(), outside.to_vec());
        if bytes <= INLINE_BYTES_MAX {
            return Ok(self.put_together_now(&name, made, &outside));
        }
        let working = tokio::task::spawn_blocking(move || self.put_together_now(&name, made, &outside));
        working.await.map_err(|error| store::Error::Broken(error.to_string()).into())
    }

    fn put_together_now(self, name: &PackageName, mut made: Made, outside: &[Outside]) -> (usize, Shown) {
        let (mut sources, mut bytes) = (Vec::new(), 0);
        let resolution::Listing { repositories, release_age, withheld, .. } = self.listing;
        let mut too_young: BTreeMap<String, TooYoung> =
            withheld.into_iter().map(|refusal| (refusal.version.clone(), refusal)).collect();
        for listed in repositories {
            let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name);
            let connected = listed.connection.is_some();
            let readme = self.readmes.get(&listed.repository.key.name).map(String::as_str);
            if !listed.versions.is_empty() || !listed.too_young.is_empty() || !listed.dist_tags.is_empty() {
                let mut own = own(name, listed.versions, listed.dist_tags, readme);
                own.hidden.extend(listed.too_young);
                bytes += own.listing.bytes();
                sources.push(own);
            }
            if let Some(listing) = answer.and_then(|answer| answer.listing.clone()).filter(|_| connected) {
                let young = release_age.as_ref().map(|age| of_age(age, &listing)).unwrap_or_default();
                let hidden = young.keys().cloned().collect();
                too_young.extend(young);
                sources.push(Source { listing, hidden });
            }
        }
        let merged = Merged::of_age(name, &sources, &too_young.keys().cloned().collect());
        made.matures_at = too_young.values().filter_map(|refusal| refusal.matures_at).min();
        let (full, abbreviated) = (OnceLock::new(), OnceLock::new());
        (
            bytes,
            Shown { made, merged, too_young, changed_at: None, full, abbreviated, packed: Packed::default() },
        )
    }
}

/// The versions of a registry that are too young to be shown.
fn of_age(age: &ReleaseAge, listing: &Listing) -> BTreeMap<String, TooYoung> {
    let refused =
        listing.entries().iter().filter_map(|entry| age.refusal(entry.version.as_str(), time(entry)));
    refused.map(|refusal| (refusal.version.clone(), refusal)).collect()
}

/// What a repository lists of its own versions.
fn own(
    name: &PackageName,
    versions: Vec<ListedVersion>,
    dist_tags: BTreeMap<String, String>,
    readme: Option<&str>,
) -> Source {
    let (mut shown, mut hidden) = (Vec::new(), HashSet::new());
    for version in versions {
        if version.status != Status::Published {
            hidden.insert(version.version);
            continue;
        }
        let time = version.upstream_published_at.unwrap_or(version.published_at).to_rfc3339();
        let manifest = with_its_deprecation(version.manifest, version.deprecated.as_deref());
        shown.push((version.version, manifest, time));
    }
    let stored =
        shown.iter().map(|(version, manifest, time)| Stored { version, manifest, time: Some(time.as_str()) });
    let listing = Listing::of_stored(name, stored, dist_tags, readme);
    Source { listing: Arc::new(listing), hidden }
}

/// Deprecation changes after a version was stored, so that its row counts and not its manifest.
fn with_its_deprecation(manifest: String, deprecated: Option<&str>) -> String {
    if deprecated.is_none() && !manifest.contains("\"deprecated\"") {
        return manifest;
    }
    with_deprecated(&manifest, deprecated).unwrap_or(manifest)
}
