//! What upstream crate registries say: their index, kept and revalidated, and crates, fetched where they say.

use super::downloads::Downloads;
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::freshness::Policy;
use super::pages::{Page, Pages};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::cargo::download::Configuration;
use formats::cargo::index::{Index, Line};
use formats::cargo::name::CrateName;
use std::fmt;
use std::sync::Arc;
use store::{Blobs, Clock, Staged};

/// Memory for what registries say about themselves: a few hundred bytes each.
const CONFIGURATIONS_BYTES_MAX: usize = 1 << 20;

/// The crate registries behind external connections.
#[derive(Debug, Clone)]
pub struct CargoUpstream {
    configurations: Pages<Configuration>,
    indexes: Pages<Index>,
    crates: Downloads,
}

/// The name of the one configuration that a registry has.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct TheConfiguration;

impl fmt::Display for TheConfiguration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("config.json")
    }
}

impl Page for Configuration {
    type Name = TheConfiguration;

    const ACCEPT: &'static str = "application/json, text/plain";

    fn address(name: &TheConfiguration) -> String {
        name.to_string()
    }

    fn read(_name: &TheConfiguration, document: &Document) -> Result<Option<Self>, FetchError> {
        Configuration::read(&document.bytes).map(Some).map_err(FetchError::Broken)
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + 256
    }
}

impl Page for Index {
    type Name = CrateName;

    const ACCEPT: &'static str = "text/plain";

    fn address(name: &CrateName) -> String {
        name.index_path()
    }

    fn read(name: &CrateName, document: &Document) -> Result<Option<Self>, FetchError> {
        let text =
            std::str::from_utf8(&document.bytes).map_err(|error| FetchError::Broken(error.to_string()))?;
        let index = Index::read(name, text);
        if index.left_out() > 0 {
            log::debug!("{} lines of the index of {name} are not understood", index.left_out());
        }
        if index.lines().is_empty() && index.left_out() > 0 {
            return Err(FetchError::Broken(format!("no line of the index of {name} is understood")));
        }
        Ok((!index.lines().is_empty()).then_some(index))
    }

    fn bytes(&self) -> usize {
        Index::bytes(self)
    }
}

impl CargoUpstream {
    /// Keeps what indexes say up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: &Clock, bytes_max: usize) -> Self {
        Self {
            configurations: Pages::new(Arc::clone(&fetcher), policy, clock.clone(), CONFIGURATIONS_BYTES_MAX),
            indexes: Pages::new(Arc::clone(&fetcher), policy, clock.clone(), bytes_max),
            crates: Downloads::new(fetcher),
        }
    }

    /// What the upstream lists of a crate; `None` when it has none.
    pub async fn index(
        &self,
        upstream: &Arc<Upstream>,
        name: &CrateName,
        via: &ViaChain,
    ) -> Result<Option<Arc<Index>>, FetchError> {
        self.indexes.page(upstream, name, via).await
    }

    /// Fetches the crate of a listed version into `blobs`, after checking it against the digest in the index.
    pub async fn crate_file(
        &self,
        upstream: &Arc<Upstream>,
        line: &Line,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Staged, FetchError> {
        let configuration = self.configurations.page(upstream, &TheConfiguration, via).await?;
        let configuration =
            configuration.ok_or_else(|| FetchError::Broken("it has no config.json".to_owned()))?;
        let named = configuration.crate_url(line.name(), &line.version().to_string(), line.cksum());
        let url = upstream.url.join(&named);
        let url = url.map_err(|_| FetchError::BadUrl(named.chars().take(200).collect()))?;
        let cksum = line.cksum().to_owned();
        let proof = Arc::new(move |staged: &Staged| {
            let differs = || format!("the index says SHA-256 {cksum}, the crate has {}", staged.sha256);
            (staged.sha256 == cksum).then_some(()).ok_or_else(differs)
        });
        let came = self.crates.file(upstream, &url, via, blobs, proof).await?;
        came.map(|download| download.staged).ok_or(FetchError::Status(404))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.configurations.forget();
        self.indexes.forget();
    }
}
