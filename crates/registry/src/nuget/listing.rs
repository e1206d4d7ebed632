//! The versions of a package: those of this repository, of its upstream repositories and of the registries behind them,
//! put together once and kept until one of them changes.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use codeartifact::arrival::{self, Remarks};
use codeartifact::package_version::Status;
use codeartifact::release_age::{self, ReleaseAge};
use codeartifact::repository::RepositoryKey;
use codeartifact::resolution::{self, ListedRepository, ListedVersion, Listing, Stamp};
use formats::nuget::entry::Entry;
use formats::nuget::id::PackageId;
use formats::nuget::listing::{self, Listed, Source};
use formats::nuget::version::Version;
use model::Timestamp;

use super::document::{Document, Kind};
use super::limits::{DOCUMENTS_MAX, INLINE_BYTES_MAX, LISTINGS_BYTES_MAX};
use super::source::{self, Outside};
use super::{coordinates, no_package};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;
use crate::upstream::{ByteCache, Registered};

/// How a version is marked whose registry does not list it.
const UNLISTED_OUTSIDE: &str = "not listed in the registry that it came from";

/// What a listing was made of; it is right as long as these are the same, until the moment.
struct Made {
    stamp: Stamp,
    outside: Vec<Option<Registered>>,
    until: Option<Timestamp>,
}

/// A listing that was put together.
pub(super) struct Shown {
    made: Made,
    /// The versions, the oldest first.
    pub(super) versions: Vec<Listed>,
    /// Documents that were made of it, by what they are and the URL of the endpoint in them.
    documents: Mutex<HashMap<(Kind, String), Arc<Document>>>,
}

/// Listings by repository and package, bounded in bytes.
pub(super) struct Cache(Mutex<ByteCache<(RepositoryKey, PackageId), Arc<Shown>>>);

impl Default for Cache {
    fn default() -> Self {
        Self(Mutex::new(ByteCache::new(LISTINGS_BYTES_MAX)))
    }
}

impl Cache {
    fn locked(&self) -> MutexGuard<'_, ByteCache<(RepositoryKey, PackageId), Arc<Shown>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Made {
    fn is_of(&self, stamp: &Stamp, outside: &[Outside], now: Timestamp) -> bool {
        self.stamp == *stamp
            && self.until.is_none_or(|until| now < until)
            && self.outside.len() == outside.len()
            && self.outside.iter().zip(outside).all(|(made, now)| match (made, &now.registered) {
                (None, None) => now.failure.is_none(),
                (Some(made), Some(now)) => made.is_same(now),
                _ => false,
            })
    }
}

impl Shown {
    /// A document of it, as it was made before or as `make` makes it; `None` if `make` makes none.
    pub(super) fn document(
        &self,
        kind: Kind,
        base: &str,
        make: impl FnOnce() -> Option<Document>,
    ) -> Option<Arc<Document>> {
        let documents = || self.documents.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, base.to_owned());
        if let Some(document) = documents().get(&key) {
            return Some(Arc::clone(document));
        }
        let document = Arc::new(make()?);
        let mut documents = documents();
        if documents.len() >= DOCUMENTS_MAX {
            documents.clear();
        }
        documents.insert(key, Arc::clone(&document));
        Some(document)
    }
}

/// Puts the listing of a package together, or finds it as it was put together before.
///
/// Errors in this order: domain not found, access denied, repository not found, no version is shown (and all
/// registries answered), a registry did not answer.
pub(super) async fn shown(
    shared: &Arc<Shared>,
    visit: &Visit,
    id: &PackageId,
) -> Result<Arc<Shown>, Refusal> {
    let path = lookup::steps(shared, visit, &coordinates(id)).await?;
    let outside = source::outside(shared, visit, id, &path).await;
    let place = (visit.repository.clone(), id.clone());
    let stamp = resolution::stamp(&path);
    if let Some(shown) = shared.nuget.listings.locked().get(&place)
        && shown.made.is_of(&stamp, &outside, visit.call.now)
    {
        return Ok(Arc::clone(shown));
    }
    let listing = read(shared, visit, id, &outside).await?;
    let failure = outside.iter().find_map(|answer| answer.failure.clone());
    let made = Made {
        stamp,
        outside: outside.iter().map(|answer| answer.registered.clone()).collect(),
        until: None,
    };
    let shown = put_together(made, listing, outside).await?;
    if shown.versions.is_empty() {
        return Err(failure.unwrap_or_else(|| no_package(visit, id)));
    }
    let shown = Arc::new(shown);
    if failure.is_none() {
        let outside: usize = shown.made.outside.iter().flatten().map(Registered::bytes).sum();
        let own: usize = shown.versions.iter().map(|one| size_of::<Listed>() + one.entry.bytes()).sum();
        // The documents, too: each is about as large as what it is made of.
        shared.nuget.listings.locked().put(place, Arc::clone(&shown), outside + own * 4 + 1024);
    }
    Ok(shown)
}

/// What the repositories say of a package, after what changed outside was taken over.
async fn read(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    outside: &[Outside],
) -> Result<Listing, Refusal> {
    let first = read_once(shared, visit, id).await?;
    let refreshed = take_over_remarks(shared, id, &first, outside).await?;
    let sighted = sight(shared, visit, id, &first, outside).await?;
    if refreshed || sighted { read_once(shared, visit, id).await } else { Ok(first) }
}

/// What the repositories alone say of a package.
pub(super) async fn read_once(shared: &Shared, visit: &Visit, id: &PackageId) -> Result<Listing, Refusal> {
    let (requested, package) = (lookup::reach(shared, visit).await?, coordinates(id));
    let read = move |tx: &mut store::Tx| resolution::listing(tx, &requested, &package);
    Ok(shared.parts.store.read(read).await?)
}

/// Takes over which versions a registry lists and deprecates now, of those that came through its connection; says
/// whether anything changed. Statuses and revisions stay.
async fn take_over_remarks(
    shared: &Shared,
    id: &PackageId,
    listing: &Listing,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let mut changed = false;
    for listed in &listing.repositories {
        let Some(registered) = of_repository(outside, listed) else { continue };
        let mut differing: BTreeMap<String, Remarks> = BTreeMap::new();
        for version in &listed.versions {
            let Some(now) = registered.version(&version.version) else { continue };
            let remarks = remarks(now);
            if remarks.yanked != version.yanked || remarks.deprecated != version.deprecated {
                differing.insert(version.version.clone(), remarks);
            }
        }
        if differing.is_empty() {
            continue;
        }
        let (key, package) = (listed.repository.key.clone(), coordinates(id));
        let refresh = move |tx: &mut store::Tx| arrival::refresh(tx, &key, &package, &differing);
        changed |= shared.parts.store.write(refresh).await? > 0;
    }
    Ok(changed)
}

/// What a registry says against a version: that it is not listed, and its deprecation in its own words.
pub(super) fn remarks(listed: &Listed) -> Remarks {
    Remarks {
        deprecated: listed.deprecation.as_ref().map(ToString::to_string),
        yanked: (!listed.is_listed).then(|| UNLISTED_OUTSIDE.to_owned()),
    }
}

/// Remembers which versions were seen today for the first time, where an age is demanded and the registry has no times.
async fn sight(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    listing: &Listing,
    outside: &[Outside],
) -> Result<bool, Refusal> {
    let Some(age) = &listing.release_age else { return Ok(false) };
    let offered =
        outside.iter().filter_map(|answer| answer.registered.as_ref()).flat_map(Registered::versions);
    let undated = offered.filter(|one| published_at(one).is_none()).map(|one| one.version.normalised());
    let undated: Vec<String> = undated.collect();
    let unseen = age.unseen(undated.iter().map(String::as_str));
    if unseen.is_empty() {
        return Ok(false);
    }
    let (domain, package) = (visit.repository.domain.clone(), coordinates(id));
    let sight = move |tx: &mut store::Tx| release_age::sight(tx, &domain, &package, &unseen);
    shared.parts.store.write(sight).await?;
    Ok(true)
}

/// When a registry says that a version was published.
pub(super) fn published_at(listed: &Listed) -> Option<Timestamp> {
    Timestamp::from_rfc3339(listed.published.as_deref()?)
}

fn of_repository<'a>(outside: &'a [Outside], listed: &ListedRepository) -> Option<&'a Registered> {
    let answer = outside.iter().find(|answer| answer.repository == listed.repository.key.name)?;
    answer.registered.as_ref()
}

/// Makes the listing, where it may take long if it is large.
async fn put_together(made: Made, listing: Listing, outside: Vec<Outside>) -> Result<Shown, Refusal> {
    let stored: usize =
        listing.repositories.iter().flat_map(|it| &it.versions).map(|it| it.manifest.len()).sum();
    if stored <= INLINE_BYTES_MAX {
        return Ok(put_together_now(made, listing, &outside));
    }
    let working = tokio::task::spawn_blocking(move || put_together_now(made, listing, &outside));
    working.await.map_err(|error| store::Error::Broken(error.to_string()).into())
}

fn put_together_now(mut made: Made, listing: Listing, outside: &[Outside]) -> Shown {
    made.until = listing.matures_at;
    // What each repository has, and behind it what its connection brings.
    let mut sources = Vec::new();
    for listed in listing.repositories {
        let registered = of_repository(outside, &listed);
        sources.push(own(&listed, registered));
        if let Some(registered) = registered {
            let (versions, matures_at) = of_age(registered, listing.release_age.as_ref());
            made.until = [made.until, matures_at].into_iter().flatten().min();
            sources.push(Source { versions, hidden: Vec::new() });
        }
    }
    Shown { made, versions: listing::merge(sources), documents: Mutex::default() }
}

/// What a repository itself holds.
pub(super) fn own(listed: &ListedRepository, registered: Option<&Registered>) -> Source {
    let mut source = Source { versions: Vec::new(), hidden: listed.too_young.iter().cloned().collect() };
    for version in &listed.versions {
        match own_version(version, registered) {
            Some(shown) => source.versions.push(shown),
            None => source.hidden.push(version.version.clone()),
        }
    }
    source
}

/// The versions of a registry that are old enough, and when the next one will be.
fn of_age(registered: &Registered, age: Option<&ReleaseAge>) -> (Vec<Listed>, Option<Timestamp>) {
    let Some(age) = age else { return (registered.versions().cloned().collect(), None) };
    let mut until = None;
    let of_age = |listed: &&Listed| {
        let (version, time) = (listed.version.normalised(), published_at(listed));
        let admitted = age.admits(&version, time);
        if !admitted {
            until = [until, age.matures_at(&version, time)].into_iter().flatten().min();
        }
        admitted
    };
    (registered.versions().filter(of_age).cloned().collect(), until)
}

/// A version that a repository holds; `None` when it is not shown.
///
/// A version that is Unlisted is shown as one that is not listed: by name, clients get it. What is known against it comes
/// from its registry, as long as that is asked.
fn own_version(version: &ListedVersion, registered: Option<&Registered>) -> Option<Listed> {
    let is_listed = match version.status {
        Status::Published => version.yanked.is_none(),
        Status::Unlisted => false,
        Status::Unfinished | Status::Archived | Status::Disposed => return None,
    };
    let at = version.upstream_published_at.unwrap_or(version.published_at);
    let mut entry = Entry::stored(&version.manifest);
    let parsed = Version::parse(&entry.version).or_else(|| Version::parse(&version.version))?;
    if entry.version.is_empty() {
        entry.version = parsed.full();
    }
    Some(Listed {
        version: parsed,
        entry: Arc::new(entry),
        is_listed,
        published: Some(at.to_rfc3339()),
        deprecation: version
            .deprecated
            .as_deref()
            .and_then(|text| serde_json::from_str(text).ok().map(Arc::new)),
        vulnerabilities: registered
            .and_then(|registered| registered.version(&version.version))
            .and_then(|listed| listed.vulnerabilities.clone()),
        content: None,
        catalog: None,
    })
}
