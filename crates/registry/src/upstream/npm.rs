//! What upstream npm registries say: listings, kept and revalidated, and tarballs, asked for once however many wait.

use super::downloads::{Downloads, admitted};
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::freshness::Policy;
use super::pages::{Page, Pages};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::npm::accept::FULL;
use formats::npm::integrity::{Claim, TarballDigests};
use formats::npm::listing::{Entry, Listing};
use formats::npm::name::PackageName;
use reqwest::Url;
use std::sync::Arc;
use store::{Blobs, Clock, Staged};

/// A listing, or that there is no such package.
type Found = Option<Arc<Listing>>;

/// The npm registries behind external connections.
#[derive(Debug, Clone)]
pub struct NpmUpstream {
    listings: Pages<Listing>,
    tarballs: Downloads,
}

impl Page for Listing {
    type Name = PackageName;

    const ACCEPT: &'static str = FULL;

    fn address(name: &PackageName) -> String {
        name.encoded()
    }

    fn read(name: &PackageName, document: &Document) -> Result<Option<Self>, FetchError> {
        let text =
            std::str::from_utf8(&document.bytes).map_err(|error| FetchError::Broken(error.to_string()))?;
        let listing = Listing::read(name, text).map_err(|error| FetchError::Broken(error.to_string()))?;
        if listing.left_out() > 0 {
            log::debug!("{} versions of {} have no usable manifest", listing.left_out(), listing.name());
        }
        // Registries keep a document without versions for packages that were unpublished.
        Ok((!listing.entries().is_empty()).then_some(listing))
    }

    fn bytes(&self) -> usize {
        Listing::bytes(self)
    }
}

impl NpmUpstream {
    /// Keeps listings up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: Clock, bytes_max: usize) -> Self {
        let tarballs = Downloads::new(Arc::clone(&fetcher));
        Self { listings: Pages::new(fetcher, policy, clock, bytes_max), tarballs }
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
        self.listings.page(upstream, name, via).await
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
        let proof = Arc::new(move |staged: &Staged| {
            let digests = TarballDigests::from_hex(&staged.sha1, &staged.sha256, &staged.sha512);
            let digests = digests.ok_or("a digest is not hexadecimal")?;
            claim.verify(&digests).map_err(|mismatch| mismatch.to_string())
        });
        let came = self.tarballs.file(upstream, &url, via, blobs, proof).await?;
        came.map(|download| download.staged).ok_or(FetchError::Status(404))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.listings.forget();
    }
}

/// Where a version's tarball is.
fn tarball_url(upstream: &Upstream, entry: &Entry) -> Result<Url, FetchError> {
    let bad = || FetchError::BadUrl(entry.tarball.chars().take(200).collect());
    let url = upstream.url.join(&entry.tarball).map_err(|_| bad())?;
    admitted(upstream, &url).map_err(|_| bad())
}

#[cfg(test)]
#[path = "npm_tests.rs"]
mod tests;
