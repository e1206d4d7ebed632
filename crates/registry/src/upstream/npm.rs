//! What upstream npm registries say: listings, kept and revalidated, and tarballs, asked for once however many wait.

use super::byte_cache::ByteCache;
use super::error::FetchError;
use super::fetcher::{Fetched, Fetcher, Validators};
use super::flights::{FlightError, Flights};
use super::freshness::{Answer, Freshness, Next, Outcome, Policy};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::npm::accept::FULL;
use formats::npm::integrity::Claim;
use formats::npm::listing::{Entry, Listing};
use formats::npm::name::PackageName;
use reqwest::Url;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::{Blobs, Clock, Staged};

/// Documents longer than this are read on a thread of their own: a megabyte takes some 3 ms.
const READ_INLINE_BYTES_MAX: usize = 256 << 10;
/// How many fetches may be under way.
const FLIGHTS_MAX: usize = 4096;

/// A package of an upstream.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Key {
    registry: Url,
    name: PackageName,
}

/// What is held of a package.
#[derive(Debug, Clone, Default)]
struct Held {
    freshness: Freshness,
    listing: Option<Arc<Listing>>,
    validators: Validators,
}

/// A listing, or that there is no such package.
type Found = Option<Arc<Listing>>;

/// The npm registries behind external connections.
#[derive(Clone)]
pub struct NpmUpstream {
    shared: Arc<Shared>,
}

struct Shared {
    fetcher: Arc<Fetcher>,
    policy: Policy,
    clock: Clock,
    held: Mutex<ByteCache<Key, Held>>,
    listings: Flights<Key, Result<Found, FetchError>>,
    tarballs: Flights<Url, Result<Staged, FetchError>>,
}

impl std::fmt::Debug for NpmUpstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NpmUpstream").field("policy", &self.shared.policy).finish_non_exhaustive()
    }
}

impl NpmUpstream {
    /// Keeps listings up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: Clock, bytes_max: usize) -> Self {
        let shared = Shared {
            fetcher,
            policy,
            clock,
            held: Mutex::new(ByteCache::new(bytes_max)),
            listings: Flights::new(FLIGHTS_MAX),
            tarballs: Flights::new(FLIGHTS_MAX),
        };
        Self { shared: Arc::new(shared) }
    }

    /// What the upstream lists of a package; `None` when it has none.
    ///
    /// Fresh answers come from memory. While the upstream fails, an old listing is served.
    pub async fn listing(
        &self,
        upstream: &Arc<Upstream>,
        name: &PackageName,
        via: &ViaChain,
    ) -> Result<Found, FetchError> {
        let key = Key { registry: upstream.url.clone(), name: name.clone() };
        if let Some(found) = self.shared.in_memory(&key) {
            return Ok(found);
        }
        let ask = || {
            let (shared, upstream) = (Arc::clone(&self.shared), Arc::clone(upstream));
            let (key, via) = (key.clone(), via.clone());
            async move { shared.ask(&upstream, key, &via).await }
        };
        self.shared.listings.join(key.clone(), ask).await.unwrap_or_else(|error| Err(lost(error)))
    }

    /// Fetches the tarball of a listed version into `blobs`, after checking it against what the listing promises.
    pub async fn tarball(
        &self,
        upstream: &Arc<Upstream>,
        entry: &Entry,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Staged, FetchError> {
        let url = tarball_url(upstream, entry)?;
        let claim = Claim::parse(entry.integrity.as_deref(), entry.shasum.as_deref())
            .map_err(|error| FetchError::Integrity(error.to_string()))?;
        let fetch = || {
            let (shared, upstream) = (Arc::clone(&self.shared), Arc::clone(upstream));
            let (url, claim, via, blobs) = (url.clone(), claim.clone(), via.clone(), blobs.clone());
            async move { shared.fetcher.tarball(&upstream, &url, &claim, &via, blobs.stage()).await }
        };
        self.shared.tarballs.join(url.clone(), fetch).await.unwrap_or_else(|error| Err(lost(error)))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.shared.held().clear();
    }
}

impl Shared {
    fn held(&self) -> MutexGuard<'_, ByteCache<Key, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        self.clock.now().millis()
    }

    /// The answer that needs no asking.
    fn in_memory(&self, key: &Key) -> Option<Found> {
        let mut held = self.held();
        let held = held.get(key)?;
        match held.freshness.next(&self.policy, self.now()) {
            Next::Serve => Some(held.listing.clone()),
            Next::ServeMissing => Some(None),
            Next::Revalidate | Next::Fetch => None,
        }
    }

    /// Asks the upstream and takes note of what it says.
    async fn ask(&self, upstream: &Upstream, key: Key, via: &ViaChain) -> Result<Found, FetchError> {
        // Somebody else's asking may have ended between the look into memory and now.
        if let Some(found) = self.in_memory(&key) {
            return Ok(found);
        }
        let mut held = self.held().get(&key).cloned().unwrap_or_default();
        let (outcome, failure) = match self.fetch(upstream, &key.name, &held.validators, via).await {
            Ok(Some((Some(listing), validators))) => {
                held.listing = Some(listing);
                held.validators = validators;
                (Outcome::Listed, None)
            }
            Ok(Some((None, _))) => {
                held.listing = None;
                held.validators = Validators::default();
                (Outcome::Missing, None)
            }
            Ok(None) => (Outcome::NotModified, None),
            Err(error) => (Outcome::Failed, Some(error)),
        };
        let answer = held.freshness.note(&self.policy, outcome, self.now());
        let found = held.listing.clone();
        match answer {
            Answer::Failure => {
                return Err(
                    failure.unwrap_or_else(|| FetchError::Broken("nothing changed of nothing".to_owned()))
                );
            }
            Answer::Missing => log::debug!("{} has no {}", key.registry, key.name),
            Answer::Listing => {
                if let Some(error) = failure {
                    log::warn!("an old listing of {} is served: {error}", key.name);
                }
            }
        }
        let bytes = found.as_ref().map_or(0, |listing| listing.bytes()) + size_of::<Held>() + 256;
        self.held().put(key, held, bytes);
        Ok(found)
    }

    /// `None` when nothing changed, else the listing, if there is one.
    async fn fetch(
        &self,
        upstream: &Upstream,
        name: &PackageName,
        known: &Validators,
        via: &ViaChain,
    ) -> Result<Option<(Found, Validators)>, FetchError> {
        let url = upstream.url.join(&format!("./{}", name.encoded()));
        let url = url.map_err(|error| FetchError::BadUrl(error.to_string()))?;
        let document = match self.fetcher.document(upstream, &url, FULL, known, via).await? {
            Fetched::NotModified => return Ok(None),
            Fetched::Missing => return Ok(Some((None, Validators::default()))),
            Fetched::Document(document) => document,
        };
        let name = name.clone();
        let listing = if document.bytes.len() <= READ_INLINE_BYTES_MAX {
            read(&name, &document.bytes)?
        } else {
            let reading = tokio::task::spawn_blocking(move || read(&name, &document.bytes));
            reading.await.map_err(|error| FetchError::Broken(error.to_string()))??
        };
        if listing.left_out() > 0 {
            log::debug!("{} versions of {} have no usable manifest", listing.left_out(), listing.name());
        }
        // Registries keep a document without versions for packages that were unpublished.
        let found = (!listing.entries().is_empty()).then(|| Arc::new(listing));
        Ok(Some((found, document.validators)))
    }
}

fn read(name: &PackageName, document: &[u8]) -> Result<Listing, FetchError> {
    let text = std::str::from_utf8(document).map_err(|error| FetchError::Broken(error.to_string()))?;
    Listing::read(name, text).map_err(|error| FetchError::Broken(error.to_string()))
}

/// Where a version's tarball is. A registry that is asked by https is not believed when it points elsewhere without.
fn tarball_url(upstream: &Upstream, entry: &Entry) -> Result<Url, FetchError> {
    let bad = || FetchError::BadUrl(entry.tarball.chars().take(200).collect());
    let url = upstream.url.join(&entry.tarball).map_err(|_| bad())?;
    let secure = url.scheme() == "https" || upstream.url.scheme() == "http" && url.scheme() == "http";
    if !secure || url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(bad());
    }
    Ok(url)
}

fn lost(error: FlightError) -> FetchError {
    match error {
        FlightError::Full => FetchError::Busy,
        FlightError::Lost => FetchError::Broken("the fetch ended without a result".to_owned()),
    }
}

#[cfg(test)]
#[path = "npm_tests.rs"]
mod tests;
