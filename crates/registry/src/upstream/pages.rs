//! What upstream registries say, document by document: kept, revalidated, and asked for once however many wait.

use super::byte_cache::ByteCache;
use super::error::FetchError;
use super::fetcher::{Document, Fetched, Fetcher, Validators};
use super::flights::{FlightError, Flights};
use super::freshness::{Answer, Freshness, Next, Outcome, Policy};
use super::resolver::Upstream;
use super::via::ViaChain;
use reqwest::Url;
use std::fmt::Display;
use std::hash::Hash;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use store::Clock;

/// Documents longer than this are read on a thread of their own: a megabyte takes some 3 ms.
const READ_INLINE_BYTES_MAX: usize = 256 << 10;
/// How many documents may be on their way.
pub(super) const FLIGHTS_MAX: usize = 4096;

/// A document that a registry keeps about something: the listing of a package, for one.
pub trait Page: Sized + Send + Sync + 'static {
    /// What it is about.
    type Name: Clone + Eq + Hash + Display + Send + Sync + 'static;

    /// The media types to ask for.
    const ACCEPT: &'static str;

    /// Where it is, relative to the registry's URL (which ends in a slash) and percent-encoded.
    fn address(name: &Self::Name) -> String;

    /// Reads it; `None` when it says that there is no such thing.
    fn read(name: &Self::Name, document: &Document) -> Result<Option<Self>, FetchError>;

    /// How much memory it takes, roughly.
    fn bytes(&self) -> usize;
}

/// The pages of one kind from all registries; clones share them.
pub struct Pages<P: Page> {
    shared: Arc<Shared<P>>,
}

/// A page of an upstream.
#[derive(Debug, PartialEq, Eq, Hash, Clone)]
struct Key<N> {
    registry: Url,
    name: N,
}

/// What is held of a page.
struct Held<P> {
    freshness: Freshness,
    page: Found<P>,
    validators: Validators,
}

/// A page, or that there is none.
type Found<P> = Option<Arc<P>>;

/// A page on its way, for all who wait for it.
type Arriving<P> = Flights<Key<<P as Page>::Name>, Result<Found<P>, FetchError>>;

struct Shared<P: Page> {
    fetcher: Arc<Fetcher>,
    policy: Policy,
    clock: Clock,
    held: Mutex<ByteCache<Key<P::Name>, Held<P>>>,
    arriving: Arriving<P>,
}

impl<P> Default for Held<P> {
    fn default() -> Self {
        Self { freshness: Freshness::default(), page: None, validators: Validators::default() }
    }
}

impl<P> Clone for Held<P> {
    fn clone(&self) -> Self {
        Self { freshness: self.freshness, page: self.page.clone(), validators: self.validators.clone() }
    }
}

impl<P: Page> Clone for Pages<P> {
    fn clone(&self) -> Self {
        Self { shared: Arc::clone(&self.shared) }
    }
}

impl<P: Page> std::fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("policy", &self.shared.policy).finish_non_exhaustive()
    }
}

impl<P: Page> Pages<P> {
    /// Keeps pages up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: Clock, bytes_max: usize) -> Self {
        let held = Mutex::new(ByteCache::new(bytes_max));
        let shared = Shared { fetcher, policy, clock, held, arriving: Flights::new(FLIGHTS_MAX) };
        Self { shared: Arc::new(shared) }
    }

    /// What the upstream says about `name`; `None` when it knows no such thing.
    ///
    /// Fresh answers come from memory. While the upstream fails, an old page is served.
    pub async fn page(
        &self,
        upstream: &Arc<Upstream>,
        name: &P::Name,
        via: &ViaChain,
    ) -> Result<Option<Arc<P>>, FetchError> {
        let key = Key { registry: upstream.url.clone(), name: name.clone() };
        if let Some(found) = self.shared.in_memory(&key) {
            return Ok(found);
        }
        let ask = || {
            let (shared, upstream) = (Arc::clone(&self.shared), Arc::clone(upstream));
            let (key, via) = (key.clone(), via.clone());
            async move { shared.ask(&upstream, key, &via).await }
        };
        self.shared.arriving.join(key.clone(), ask).await.unwrap_or_else(|error| Err(lost(error)))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.shared.held().clear();
    }
}

impl<P: Page> Shared<P> {
    fn held(&self) -> MutexGuard<'_, ByteCache<Key<P::Name>, Held<P>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn now(&self) -> i64 {
        self.clock.now().millis()
    }

    /// The answer that needs no asking.
    fn in_memory(&self, key: &Key<P::Name>) -> Option<Found<P>> {
        let mut held = self.held();
        let held = held.get(key)?;
        match held.freshness.next(&self.policy, self.now()) {
            Next::Serve => Some(held.page.clone()),
            Next::ServeMissing => Some(None),
            Next::Revalidate | Next::Fetch => None,
        }
    }

    /// Asks the upstream and takes note of what it says.
    async fn ask(
        &self,
        upstream: &Upstream,
        key: Key<P::Name>,
        via: &ViaChain,
    ) -> Result<Found<P>, FetchError> {
        // Somebody else's asking may have ended between the look into memory and now.
        if let Some(found) = self.in_memory(&key) {
            return Ok(found);
        }
        let mut held = self.held().get(&key).map(|held| held.clone()).unwrap_or_default();
        let (outcome, failure) = match self.fetch(upstream, &key.name, &held.validators, via).await {
            Ok(Some((Some(page), validators))) => {
                held.page = Some(page);
                held.validators = validators;
                (Outcome::Listed, None)
            }
            Ok(Some((None, _))) => {
                held.page = None;
                held.validators = Validators::default();
                (Outcome::Missing, None)
            }
            Ok(None) => (Outcome::NotModified, None),
            Err(error) => (Outcome::Failed, Some(error)),
        };
        let answer = held.freshness.note(&self.policy, outcome, self.now());
        let found = held.page.clone();
        match answer {
            Answer::Failure => {
                return Err(
                    failure.unwrap_or_else(|| FetchError::Broken("nothing changed of nothing".to_owned()))
                );
            }
            Answer::Missing => log::debug!("{} has no {}", key.registry, key.name),
            Answer::Listing => {
                if let Some(error) = failure {
                    log::warn!("what {} said of {} before is served: {error}", key.registry, key.name);
                }
            }
        }
        let bytes = found.as_ref().map_or(0, |page| page.bytes()) + size_of::<Held<P>>() + 256;
        self.held().put(key, held, bytes);
        Ok(found)
    }

    /// `None` when nothing changed, else the page, if there is one.
    async fn fetch(
        &self,
        upstream: &Upstream,
        name: &P::Name,
        known: &Validators,
        via: &ViaChain,
    ) -> Result<Option<(Found<P>, Validators)>, FetchError> {
        // With `./` in front, no name is taken for a scheme.
        let url = upstream.url.join(&format!("./{}", P::address(name)));
        let url = url.map_err(|error| FetchError::BadUrl(error.to_string()))?;
        let document = match self.fetcher.document(upstream, &url, P::ACCEPT, known, via).await? {
            Fetched::NotModified => return Ok(None),
            Fetched::Missing => return Ok(Some((None, Validators::default()))),
            Fetched::Document(document) => document,
        };
        let validators = document.validators.clone();
        let name = name.clone();
        let page = if document.bytes.len() <= READ_INLINE_BYTES_MAX {
            P::read(&name, &document)?
        } else {
            let reading = tokio::task::spawn_blocking(move || P::read(&name, &document));
            reading.await.map_err(|error| FetchError::Broken(error.to_string()))??
        };
        Ok(Some((page.map(Arc::new), validators)))
    }
}

pub(super) fn lost(error: FlightError) -> FetchError {
    match error {
        FlightError::Full => FetchError::Busy,
        FlightError::Lost => FetchError::Broken("the fetch ended without a result".to_owned()),
    }
}
