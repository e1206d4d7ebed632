//! What upstream gem hosts say: their compact index, kept and revalidated, and gems, fetched when the index proves them.

use super::downloads::Downloads;
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::freshness::Policy;
use super::pages::{Page, Pages};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::ruby::info::{Line, Listing};
use formats::ruby::name::{self, GemFile};
use std::fmt;
use std::sync::Arc;
use store::{Blobs, Clock, Staged};

/// The gem hosts behind external connections.
#[derive(Debug, Clone)]
pub struct RubyUpstream {
    listings: Pages<Listing>,
    gems: Downloads,
}

/// The name of a gem, which is one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GemName(String);

impl fmt::Display for GemName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Page for Listing {
    type Name = GemName;

    const ACCEPT: &'static str = "text/plain";

    fn address(name: &GemName) -> String {
        format!("info/{name}")
    }

    fn read(name: &GemName, document: &Document) -> Result<Option<Self>, FetchError> {
        let text =
            std::str::from_utf8(&document.bytes).map_err(|error| FetchError::Broken(error.to_string()))?;
        let listing = Listing::read(text);
        if listing.left_out() > 0 {
            log::debug!("{} lines of the index of {name} are not understood", listing.left_out());
        }
        if listing.lines().is_empty() && listing.left_out() > 0 {
            return Err(FetchError::Broken(format!("no line of the index of {name} is understood")));
        }
        Ok((!listing.lines().is_empty()).then_some(listing))
    }

    fn bytes(&self) -> usize {
        Listing::bytes(self)
    }
}

impl RubyUpstream {
    /// Keeps what indexes say up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: &Clock, bytes_max: usize) -> Self {
        let listings = Pages::new(Arc::clone(&fetcher), policy, clock.clone(), bytes_max);
        Self { listings, gems: Downloads::new(fetcher) }
    }

    /// What the upstream lists of a gem; `None` when it has none.
    pub async fn listing(
        &self,
        upstream: &Arc<Upstream>,
        name: &str,
        via: &ViaChain,
    ) -> Result<Option<Arc<Listing>>, FetchError> {
        if !name::is_valid(name) {
            return Ok(None);
        }
        self.listings.page(upstream, &GemName(name.to_owned()), via).await
    }

    /// Fetches a listed gem into `blobs`, after checking it against the digest in the index; one that the index says no
    /// digest of is not taken.
    pub async fn gem(
        &self,
        upstream: &Arc<Upstream>,
        gem: &GemFile,
        line: &Line,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Staged, FetchError> {
        let unproven = || FetchError::Broken(format!("the index has no SHA-256 of {}", gem.file()));
        let checksum = line.checksum().ok_or_else(unproven)?.to_owned();
        let named = format!("./gems/{}", gem.file());
        let url = upstream.url.join(&named).map_err(|_| FetchError::BadUrl(named))?;
        let proof = Arc::new(move |staged: &Staged| {
            let differs = || format!("the index says SHA-256 {checksum}, the gem has {}", staged.sha256);
            (staged.sha256 == checksum).then_some(()).ok_or_else(differs)
        });
        let came = self.gems.file(upstream, &url, via, blobs, proof).await?;
        came.map(|download| download.staged).ok_or(FetchError::Status(404))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.listings.forget();
    }
}
