//! What upstream NuGet registries say: their service index, registrations, entries of their catalog, and packages.

use super::downloads::{Downloads, admitted};
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::freshness::Policy;
use super::pages::{Page, Pages};
use super::resolver::Upstream;
use super::via::ViaChain;
use formats::nuget::id::PackageId;
use formats::nuget::listing::Listed;
use formats::nuget::registration::{CatalogLeaf, Registration};
use formats::nuget::service::ServiceIndex;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use reqwest::Url;
use std::fmt;
use std::sync::Arc;
use store::{Blobs, Clock, Staged};

/// Memory for service indexes: a few hundred bytes each.
const INDEXES_BYTES_MAX: usize = 1 << 20;
/// Memory for entries of catalogs: as much.
const CATALOG_BYTES_MAX: usize = 4 << 20;
/// How many pages of a registration are asked for at once.
const PAGES_AT_ONCE: usize = 6;

/// The NuGet registries behind external connections.
#[derive(Debug, Clone)]
pub struct NugetUpstream {
    indexes: Pages<ServiceIndex>,
    registrations: Pages<Registration>,
    catalog: Pages<CatalogLeaf>,
    packages: Downloads,
}

/// What a registry offers of a package: the documents of its registration, its index first.
#[derive(Debug, Clone)]
pub struct Registered(Vec<Arc<Registration>>);

/// The name of a document: where it is, below the folder that is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Below(String);

/// A document of a package's registration.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Of {
    id: PackageId,
    path: String,
}

impl fmt::Display for Below {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for Of {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)
    }
}

impl Page for ServiceIndex {
    type Name = Below;

    const ACCEPT: &'static str = "application/json";

    fn address(name: &Below) -> String {
        name.0.clone()
    }

    fn read(_name: &Below, document: &Document) -> Result<Option<Self>, FetchError> {
        let mut index = Self::read(&document.bytes).map_err(FetchError::Broken)?;
        for address in [&mut index.registrations, &mut index.packages] {
            *address = address.take().and_then(|address| document.url.join(&address).ok()).map(String::from);
        }
        Ok(Some(index))
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + 512
    }
}

impl Page for Registration {
    type Name = Of;

    const ACCEPT: &'static str = "application/json";

    fn address(name: &Of) -> String {
        name.path.clone()
    }

    fn read(name: &Of, document: &Document) -> Result<Option<Self>, FetchError> {
        let mut registration = Self::read(&name.id, &document.bytes).map_err(FetchError::Broken)?;
        // Addresses are relative to where the document was found at last.
        let absolute = |address: &String| document.url.join(address).ok().map(String::from);
        registration.pages = registration.pages.iter().filter_map(absolute).collect();
        for listed in &mut registration.versions {
            listed.content = listed.content.as_ref().and_then(absolute);
            listed.catalog = listed.catalog.as_ref().and_then(absolute);
        }
        if registration.left_out > 0 {
            log::debug!("{} versions of {} are not understood", registration.left_out, name.id);
        }
        Ok(Some(registration))
    }

    fn bytes(&self) -> usize {
        Registration::bytes(self)
    }
}

impl Page for CatalogLeaf {
    type Name = Below;

    const ACCEPT: &'static str = "application/json";

    fn address(name: &Below) -> String {
        name.0.clone()
    }

    fn read(_name: &Below, document: &Document) -> Result<Option<Self>, FetchError> {
        Self::read(&document.bytes).map(Some).map_err(FetchError::Broken)
    }

    fn bytes(&self) -> usize {
        size_of::<Self>() + 256
    }
}

impl Registered {
    /// The versions that the registry offers.
    pub fn versions(&self) -> impl Iterator<Item = &Listed> {
        self.0.iter().flat_map(|document| &document.versions)
    }

    /// The version of this normalised name.
    pub fn version(&self, normalised: &str) -> Option<&Listed> {
        self.versions().find(|listed| listed.version.normalised() == normalised)
    }

    /// Whether it was made of the same documents.
    pub fn is_same(&self, other: &Self) -> bool {
        self.0.len() == other.0.len() && self.0.iter().zip(&other.0).all(|(a, b)| Arc::ptr_eq(a, b))
    }

    /// How much memory it takes, roughly.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|document| document.bytes()).sum()
    }
}

impl NugetUpstream {
    /// Keeps what registries say up to `bytes_max` in memory.
    pub fn new(
        fetcher: &Arc<Fetcher>,
        packages: Downloads,
        policy: Policy,
        clock: &Clock,
        bytes_max: usize,
    ) -> Self {
        Self {
            indexes: Pages::new(Arc::clone(fetcher), policy, clock.clone(), INDEXES_BYTES_MAX),
            registrations: Pages::new(Arc::clone(fetcher), policy, clock.clone(), bytes_max),
            catalog: Pages::new(Arc::clone(fetcher), policy, clock.clone(), CATALOG_BYTES_MAX),
            packages,
        }
    }

    /// What the upstream offers of a package; `None` when it has none.
    pub async fn registered(
        &self,
        upstream: &Arc<Upstream>,
        id: &PackageId,
        via: &ViaChain,
    ) -> Result<Option<Registered>, FetchError> {
        let service = self.service(upstream, via).await?;
        let base = service.registrations.clone().unwrap_or_default();
        let there = at(upstream, &base)?;
        let name = Of { id: id.clone(), path: format!("{}/index.json", encoded(id.lower())) };
        let Some(index) = self.registrations.page(&there, &name, via).await? else { return Ok(None) };
        let pages = stream::iter(index.pages.clone()).map(|page| async move {
            let (folder, path) = split(&page)?;
            let there = at(upstream, &folder)?;
            let name = Of { id: id.clone(), path };
            let missing = || FetchError::Broken(format!("a page of the registration of {id} is missing"));
            self.registrations.page(&there, &name, via).await?.ok_or_else(missing)
        });
        let pages: Vec<Arc<Registration>> = pages.buffered(PAGES_AT_ONCE).try_collect().await?;
        Ok(Some(Registered(std::iter::once(index).chain(pages).collect())))
    }

    /// Fetches the package of a listed version into `blobs`, after checking it against the digest that the registry
    /// states, where it states one: in the registration, or in its catalog.
    pub async fn package(
        &self,
        upstream: &Arc<Upstream>,
        id: &PackageId,
        listed: &Listed,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Staged, FetchError> {
        let service = self.service(upstream, via).await?;
        let promised = match &listed.entry.package_hash {
            Some(hash) => Some(hash.clone()),
            None => self.stated(upstream, &service, listed, via).await?,
        };
        let version = listed.version.normalised();
        let named = match (&service.packages, &listed.content) {
            (Some(packages), _) => {
                let (id, version) = (encoded(id.lower()), encoded(&version));
                format!("{packages}{id}/{version}/{id}.{version}.nupkg")
            }
            (None, Some(content)) => content.clone(),
            (None, None) => return Err(FetchError::Broken("it does not say where packages are".to_owned())),
        };
        let proof = Arc::new(move |staged: &Staged| match &promised {
            Some(promised) if *promised != hash_of(staged) => {
                let differs = format!("SHA-512 is stated as {promised}, the package has {}", hash_of(staged));
                Err(differs)
            }
            _ => Ok(()),
        });
        let came = self.packages.file(upstream, &parsed(&named)?, via, blobs, proof).await?;
        came.map(|download| download.staged).ok_or(FetchError::Status(404))
    }

    /// The digest that the catalog states, if the registry keeps one.
    async fn stated(
        &self,
        upstream: &Arc<Upstream>,
        service: &ServiceIndex,
        listed: &Listed,
        via: &ViaChain,
    ) -> Result<Option<String>, FetchError> {
        let Some(address) = listed.catalog.as_ref().filter(|_| service.has_catalog) else { return Ok(None) };
        let (folder, path) = split(address)?;
        let leaf = self.catalog.page(&at(upstream, &folder)?, &Below(path), via).await?;
        Ok(leaf.and_then(|leaf| leaf.sha512.clone()))
    }

    async fn service(
        &self,
        upstream: &Arc<Upstream>,
        via: &ViaChain,
    ) -> Result<Arc<ServiceIndex>, FetchError> {
        let found = self.indexes.page(upstream, &Below("index.json".to_owned()), via).await?;
        found.ok_or_else(|| FetchError::Broken("it has no service index".to_owned()))
    }

    /// Forgets everything that is held in memory.
    pub fn forget(&self) {
        self.indexes.forget();
        self.registrations.forget();
        self.catalog.forget();
    }
}

/// SHA-512 of a package as registries state it: in base64.
pub fn hash_of(staged: &Staged) -> String {
    use base64::Engine as _;
    let digits = staged.sha512.as_bytes();
    let nibble =
        |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok()).unwrap_or(0);
    let bytes: Vec<u8> =
        digits.chunks(2).map(|pair| nibble(pair[0]) << 4 | nibble(*pair.last().unwrap_or(&b'0'))).collect();
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// The same upstream with another folder as its base; what opens it goes to its own origin only.
fn at(upstream: &Arc<Upstream>, folder: &str) -> Result<Arc<Upstream>, FetchError> {
    let url = admitted(upstream, &parsed(folder)?)?;
    let same = url.origin() == upstream.url.origin();
    let credentials = upstream.credentials.clone().filter(|_| same);
    Ok(Arc::new(Upstream { url, credentials, ..(**upstream).clone() }))
}

/// Parts a URL after its last slash.
fn split(url: &str) -> Result<(String, String), FetchError> {
    let url = parsed(url)?;
    let text = url.as_str().split('#').next().unwrap_or_default();
    let path_end = text.find('?').unwrap_or(text.len());
    let place = text[..path_end].rfind('/').map_or(0, |place| place + 1);
    Ok((text[..place].to_owned(), text[place..].to_owned()))
}

fn parsed(url: &str) -> Result<Url, FetchError> {
    Url::parse(url).map_err(|_| FetchError::BadUrl(url.chars().take(200).collect()))
}

fn encoded(segment: &str) -> String {
    percent_encoding::utf8_percent_encode(segment, percent_encoding::CONTROLS).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_parted_after_its_last_slash() {
        for (url, expected) in [
            ("http://r/v3/reg/a/page/1/2.json", ("http://r/v3/reg/a/page/1/", "2.json")),
            ("http://r/index.json#page/1/2", ("http://r/", "index.json")),
            ("http://r/a?x=b/c", ("http://r/", "a?x=b/c")),
        ] {
            assert_eq!(split(url).unwrap(), (expected.0.to_owned(), expected.1.to_owned()), "{url}");
        }
        assert!(split("no url").is_err());
    }
}
