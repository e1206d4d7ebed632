//! Files of upstream registries: streamed into blobs once however many wait, and kept only when they are proven.

use super::error::FetchError;
use super::fetcher::Fetcher;
use super::flights::Flights;
use super::pages::{FLIGHTS_MAX, lost};
use super::resolver::Upstream;
use super::via::ViaChain;
use model::Timestamp;
use reqwest::Url;
use std::sync::Arc;
use store::{Blobs, Staged};

/// Says whether the bytes that came are those that were promised; the error is the sentence that says what differs.
pub type Proof = Arc<dyn Fn(&Staged) -> Result<(), String> + Send + Sync>;

/// A file that came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Download {
    /// The blob that holds it.
    pub staged: Staged,
    /// When the registry says that it was changed last.
    pub last_modified: Option<Timestamp>,
}

/// The files on their way; clones share them.
#[derive(Clone)]
pub struct Downloads {
    shared: Arc<Shared>,
}

/// Which file it is: the same URL may be opened by different credentials.
type Key = (String, Url);

struct Shared {
    fetcher: Arc<Fetcher>,
    arriving: Flights<Key, Result<Option<Download>, FetchError>>,
}

impl std::fmt::Debug for Downloads {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Downloads").field("under_way", &self.shared.arriving.count()).finish_non_exhaustive()
    }
}

impl Downloads {
    /// Starts with nothing on its way.
    pub fn new(fetcher: Arc<Fetcher>) -> Self {
        Self { shared: Arc::new(Shared { fetcher, arriving: Flights::new(FLIGHTS_MAX) }) }
    }

    /// Fetches a file into `blobs`; `None` when the registry has none.
    ///
    /// Nothing is kept unless `proof` agrees; of several who ask for the same file, the first one's counts.
    pub async fn file(
        &self,
        upstream: &Arc<Upstream>,
        url: &Url,
        via: &ViaChain,
        blobs: &Blobs,
        proof: Proof,
    ) -> Result<Option<Download>, FetchError> {
        let url = admitted(upstream, url)?;
        let fetch = || {
            let (shared, upstream) = (Arc::clone(&self.shared), Arc::clone(upstream));
            let (url, via, blobs, proof) = (url.clone(), via.clone(), blobs.clone(), Arc::clone(&proof));
            async move { shared.fetcher.file(&upstream, &url, &via, blobs.stage(), proof).await }
        };
        let key = (upstream.connection.clone(), url.clone());
        self.shared.arriving.join(key, fetch).await.unwrap_or_else(|error| Err(lost(error)))
    }
}

/// Checks where a file is said to be. A registry that is asked by https is not believed when it points elsewhere without.
pub fn admitted(upstream: &Upstream, url: &Url) -> Result<Url, FetchError> {
    let secure = url.scheme() == "https" || upstream.url.scheme() == "http" && url.scheme() == "http";
    if !secure || url.host_str().is_none() || !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::BadUrl(url.as_str().chars().take(200).collect()));
    }
    Ok(url.clone())
}
