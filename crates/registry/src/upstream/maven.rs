//! What upstream Maven repositories have: metadata, kept and revalidated, and files, checked against the checksums that
//! stand beside them.

use super::byte_cache::ByteCache;
use super::downloads::{Download, Downloads, Proof};
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::freshness::Policy;
use super::pages::{Page, Pages};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::maven::checksum::Algorithm;
use formats::maven::metadata::Metadata;
use formats::maven::name::PackageName;
use formats::maven::route::metadata_path;
use model::Timestamp;
use reqwest::Url;
use std::sync::{Arc, Mutex, PoisonError};
use store::{Blobs, Clock, Staged};

/// Memory for the addresses of files that are missing.
const MISSING_BYTES_MAX: usize = 4 << 20;
/// The checksum that a file is checked against: the one that every registry has.
const PROOF: Algorithm = Algorithm::Sha1;
/// The one for files without it.
const PROOF_ELSE: Algorithm = Algorithm::Sha256;

/// The metadata of a package, as its registry has them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offered(pub Metadata);

/// The Maven repositories behind external connections; clones share what they keep.
#[derive(Debug, Clone)]
pub struct MavenUpstream {
    metadata: Pages<Offered>,
    files: Downloads,
    fetcher: Arc<Fetcher>,
    missing: Arc<Mutex<ByteCache<Key, i64>>>,
    published: Arc<Mutex<ByteCache<Key, Timestamp>>>,
    policy: Policy,
    clock: Clock,
}

/// Longest checksum file: the digits, and the name of the file in some spelling.
const CHECKSUM_BYTES_MAX: usize = 4096;
/// Memory for when files were published.
const PUBLISHED_BYTES_MAX: usize = 4 << 20;

/// A file of a connection.
type Key = (String, String);

impl Page for Offered {
    type Name = PackageName;

    const ACCEPT: &'static str = "*/*";

    fn address(name: &PackageName) -> String {
        metadata_path(name)
    }

    fn read(name: &PackageName, document: &Document) -> Result<Option<Self>, FetchError> {
        let mut read = Metadata::read(&document.bytes)
            .map_err(|error| FetchError::Broken(format!("metadata of {name}: {error}")))?;
        // Versions in the making are not taken from outside.
        read.versions.retain(|version| !formats::maven::snapshot::is_snapshot(version));
        Ok((!read.versions.is_empty() || !read.plugins.is_empty()).then_some(Self(read)))
    }

    fn bytes(&self) -> usize {
        let versions: usize = self.0.versions.iter().map(|version| version.len() + 32).sum();
        versions + self.0.plugins.len() * 160 + size_of::<Self>()
    }
}

impl MavenUpstream {
    /// Keeps metadata up to `bytes_max` in memory.
    pub fn new(
        fetcher: Arc<Fetcher>,
        files: Downloads,
        policy: Policy,
        clock: Clock,
        bytes_max: usize,
    ) -> Self {
        let metadata = Pages::new(Arc::clone(&fetcher), policy, clock.clone(), bytes_max);
        let missing = Arc::new(Mutex::new(ByteCache::new(MISSING_BYTES_MAX)));
        let published = Arc::new(Mutex::new(ByteCache::new(PUBLISHED_BYTES_MAX)));
        Self { metadata, files, fetcher, missing, published, policy, clock }
    }

    /// What the upstream lists of a package, or of the plugins of the group that is called so; `None` when nothing.
    ///
    /// Fresh answers come from memory. While the upstream fails, old metadata are served.
    pub async fn metadata(
        &self,
        upstream: &Arc<Upstream>,
        package: &PackageName,
        via: &ViaChain,
    ) -> Result<Option<Arc<Offered>>, FetchError> {
        self.metadata.page(upstream, package, via).await
    }

    /// Fetches a file into `blobs`, after checking it against a checksum beside it; one without any is taken as it is.
    /// `None` when the upstream has none, or said so a moment ago.
    pub async fn file(
        &self,
        upstream: &Arc<Upstream>,
        path: &str,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Option<Download>, FetchError> {
        if self.is_missing(upstream, path) {
            return Ok(None);
        }
        let url = address(upstream, path)?;
        let mut expected = self.checksum(upstream, path, PROOF, via).await?.map(|digest| (PROOF, digest));
        if expected.is_none() {
            // Mostly because the file is missing as well.
            if self.has(upstream, path, via).await?.is_none() {
                return Ok(None);
            }
            let digest = self.checksum(upstream, path, PROOF_ELSE, via).await?;
            expected = digest.map(|digest| (PROOF_ELSE, digest));
        }
        let found = self.files.file(upstream, &url, via, blobs, proof(path, expected)).await?;
        if found.is_none() {
            self.note_missing(upstream, path);
        }
        Ok(found)
    }

    /// Asks whether the upstream has a file, without bringing it in; answers when it was changed last, if that is known.
    pub async fn has(
        &self,
        upstream: &Arc<Upstream>,
        path: &str,
        via: &ViaChain,
    ) -> Result<Option<Option<Timestamp>>, FetchError> {
        if self.is_missing(upstream, path) {
            return Ok(None);
        }
        let found = self.fetcher.probe(upstream, &address(upstream, path)?, via).await?;
        if found.is_none() {
            self.note_missing(upstream, path);
        }
        Ok(found)
    }

    /// Asks when a version was published: when the upstream changed its POM last. `None` where it does not say.
    pub async fn published_at(
        &self,
        upstream: &Arc<Upstream>,
        pom: &str,
        via: &ViaChain,
    ) -> Result<Option<Timestamp>, FetchError> {
        let key = (upstream.connection.clone(), pom.to_owned());
        let known = self.published.lock().unwrap_or_else(PoisonError::into_inner).get(&key).copied();
        if known.is_some() {
            return Ok(known);
        }
        let found = self.has(upstream, pom, via).await?.flatten();
        if let Some(found) = found {
            let bytes = key.0.len() + key.1.len() + 128;
            self.published.lock().unwrap_or_else(PoisonError::into_inner).put(key, found, bytes);
        }
        Ok(found)
    }

    /// Reads a checksum beside a file; `None` when there is none. What stands there and is no checksum is an error.
    async fn checksum(
        &self,
        upstream: &Arc<Upstream>,
        path: &str,
        algorithm: Algorithm,
        via: &ViaChain,
    ) -> Result<Option<String>, FetchError> {
        let path = format!("{path}.{}", algorithm.extension());
        if self.is_missing(upstream, &path) {
            return Ok(None);
        }
        let url = address(upstream, &path)?;
        let Some(file) = self.fetcher.excerpt(upstream, &url, None, CHECKSUM_BYTES_MAX, via).await? else {
            self.note_missing(upstream, &path);
            return Ok(None);
        };
        let found = std::str::from_utf8(&file.bytes).ok().and_then(|text| algorithm.find(text));
        let unread = || FetchError::Integrity(format!("{path} holds no {} checksum", algorithm.extension()));
        found.map(Some).ok_or_else(unread)
    }

    fn is_missing(&self, upstream: &Upstream, path: &str) -> bool {
        let mut missing = self.missing.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(since) = missing.get(&(upstream.connection.clone(), path.to_owned())) else { return false };
        let age = u64::try_from(self.clock.now().millis().saturating_sub(*since));
        age.is_ok_and(|age| u128::from(age) < self.policy.missing_for.as_millis())
    }

    fn note_missing(&self, upstream: &Upstream, path: &str) {
        let key = (upstream.connection.clone(), path.to_owned());
        let bytes = key.0.len() + key.1.len() + 128;
        let now = self.clock.now().millis();
        self.missing.lock().unwrap_or_else(PoisonError::into_inner).put(key, now, bytes);
    }
}

/// Where a path of an upstream is. With `./` in front, no name is taken for a scheme.
fn address(upstream: &Upstream, path: &str) -> Result<Url, FetchError> {
    upstream.url.join(&format!("./{path}")).map_err(|error| FetchError::BadUrl(error.to_string()))
}

fn proof(path: &str, expected: Option<(Algorithm, String)>) -> Proof {
    let path = path.to_owned();
    Arc::new(move |staged: &Staged| {
        let Some((algorithm, expected)) = &expected else { return Ok(()) };
        let found = match algorithm {
            Algorithm::Md5 => &staged.md5,
            Algorithm::Sha1 => &staged.sha1,
            Algorithm::Sha256 => &staged.sha256,
            Algorithm::Sha512 => &staged.sha512,
        };
        if found == expected {
            return Ok(());
        }
        Err(format!("{path} has {} {found}, but {expected} stands beside it", algorithm.extension()))
    })
}
