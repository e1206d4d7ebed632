//! What upstream PyPI indexes say: the pages of projects, their files, and the metadata in wheels without the wheels.

use super::downloads::{Downloads, admitted};
use super::error::FetchError;
use super::fetcher::{Document, Fetcher};
use super::flights::Flights;
use super::freshness::Policy;
use super::pages::{FLIGHTS_MAX, Pages, lost};
use super::resolver::Upstream;
use super::via::ViaChain;
use bytes::Bytes;
use formats::pypi::accept::BOTH;
use formats::pypi::metadata::METADATA_BYTES_MAX;
use formats::pypi::name::ProjectName;
use formats::pypi::page::{Digests, File, Page, Sidecar, hexadecimal};
use formats::pypi::wheel::{Reading, Sought, Step};
use reqwest::Url;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use store::{Blobs, Clock, Staged};

/// A page, or that there is no such project.
type Found = Option<Arc<Page>>;

/// A wheel's metadata, or that it cannot be had without the wheel.
type Metadata = Option<Bytes>;

/// The PyPI indexes behind external connections.
#[derive(Clone)]
pub struct PypiUpstream {
    pages: Pages<Page>,
    files: Downloads,
    fetcher: Arc<Fetcher>,
    metadata: Arc<Flights<(String, Url), Result<Metadata, FetchError>>>,
}

impl std::fmt::Debug for PypiUpstream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PypiUpstream").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl super::pages::Page for Page {
    type Name = ProjectName;

    const ACCEPT: &'static str = BOTH;

    fn address(name: &ProjectName) -> String {
        format!("{name}/")
    }

    fn read(name: &ProjectName, document: &Document) -> Result<Option<Self>, FetchError> {
        let text =
            std::str::from_utf8(&document.bytes).map_err(|error| FetchError::Broken(error.to_string()))?;
        let media_type = document.media_type.as_deref().unwrap_or("text/html");
        let mut page =
            Page::read(name, media_type, text).map_err(|error| FetchError::Broken(error.to_string()))?;
        // Links are relative to where the page was found at last.
        for file in &mut page.files {
            file.url = document.url.join(&file.url).map(String::from).unwrap_or_default();
        }
        page.files.retain(|file| !file.url.is_empty());
        if page.left_out > 0 {
            log::debug!("{} files of {name} are no distributions that can be proven", page.left_out);
        }
        Ok((!page.files.is_empty()).then_some(page))
    }

    fn bytes(&self) -> usize {
        Page::bytes(self)
    }
}

impl PypiUpstream {
    /// Keeps pages up to `bytes_max` in memory.
    pub fn new(fetcher: Arc<Fetcher>, policy: Policy, clock: Clock, bytes_max: usize) -> Self {
        Self {
            pages: Pages::new(Arc::clone(&fetcher), policy, clock, bytes_max),
            files: Downloads::new(Arc::clone(&fetcher)),
            fetcher,
            metadata: Arc::new(Flights::new(FLIGHTS_MAX)),
        }
    }

    /// The page of a project; `None` when the index has none, or nothing on it can be used.
    ///
    /// Fresh answers come from memory. While the index fails, an old page is served.
    pub async fn page(
        &self,
        upstream: &Arc<Upstream>,
        project: &ProjectName,
        via: &ViaChain,
    ) -> Result<Found, FetchError> {
        self.pages.page(upstream, project, via).await
    }

    /// Fetches a file of a page into `blobs`, after checking it against what the page promises.
    pub async fn file(
        &self,
        upstream: &Arc<Upstream>,
        file: &File,
        via: &ViaChain,
        blobs: &Blobs,
    ) -> Result<Staged, FetchError> {
        let promised = file.digests.clone();
        let proof = Arc::new(move |staged: &Staged| promised.verify(&digests(staged)));
        let came = self.files.file(upstream, &url(&file.url)?, via, blobs, proof).await?;
        came.map(|download| download.staged).ok_or(FetchError::Status(404))
    }

    /// The metadata in a wheel of a page, without fetching the wheel: from beside it where the index offers that, else
    /// by reading parts of the wheel. `None` when the host gives no parts, or the wheel has no metadata to be found.
    pub async fn metadata(
        &self,
        upstream: &Arc<Upstream>,
        project: &ProjectName,
        file: &File,
        via: &ViaChain,
    ) -> Result<Metadata, FetchError> {
        let key = (upstream.connection.clone(), url(&file.url)?);
        let read = || {
            let (fetcher, upstream, via) = (Arc::clone(&self.fetcher), Arc::clone(upstream), via.clone());
            let (project, file) = (project.clone(), file.clone());
            async move { metadata(&fetcher, &upstream, &project, &file, &via).await }
        };
        self.metadata.join(key, read).await.unwrap_or_else(|error| Err(lost(error)))
    }
}

async fn metadata(
    fetcher: &Fetcher,
    upstream: &Upstream,
    project: &ProjectName,
    file: &File,
    via: &ViaChain,
) -> Result<Metadata, FetchError> {
    let wheel = admitted(upstream, &url(&file.url)?)?;
    if file.sidecar != Sidecar::None {
        let mut beside = wheel.clone();
        beside.set_path(&format!("{}.metadata", wheel.path()));
        if let Some(excerpt) = fetcher.excerpt(upstream, &beside, None, METADATA_BYTES_MAX, via).await? {
            if let Sidecar::Sha256(promised) = &file.sidecar {
                let found = hexadecimal(&Sha256::digest(&excerpt.bytes));
                if found != *promised {
                    let what = format!("SHA-256 of the metadata is {found}, but {promised} was promised");
                    return Err(FetchError::Integrity(what));
                }
            }
            return Ok(Some(excerpt.bytes.into()));
        }
    }
    let size = match file.size {
        Some(size) => size,
        None => match fetcher.excerpt(upstream, &wheel, Some(0..1), 1, via).await? {
            Some(excerpt) => excerpt.total,
            None => return Ok(None),
        },
    };
    let mut reading = Reading::new(project, Sought::WheelMetadata, size);
    let mut range = reading.first();
    loop {
        let bytes_max = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        if bytes_max == 0 {
            return Ok(None);
        }
        let Some(part) = fetcher.excerpt(upstream, &wheel, Some(range), bytes_max, via).await? else {
            return Ok(None);
        };
        match reading.give(&part.bytes) {
            Ok(Step::Need(next)) => range = next,
            Ok(Step::Done(text)) => return Ok(Some(text.into())),
            Err(error) => {
                log::debug!("{} has no metadata to be read: {error}", file.name);
                return Ok(None);
            }
        }
    }
}

/// What was computed of a file that came.
fn digests(staged: &Staged) -> Digests {
    Digests {
        sha256: Some(staged.sha256.clone()),
        sha512: Some(staged.sha512.clone()),
        sha1: Some(staged.sha1.clone()),
        md5: Some(staged.md5.clone()),
    }
}

fn url(text: &str) -> Result<Url, FetchError> {
    Url::parse(text).map_err(|_| FetchError::BadUrl(text.chars().take(200).collect()))
}
