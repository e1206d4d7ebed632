//! Talks to upstream registries: documents with revalidation, tarballs as streams with proof.

use super::download::{is_plain, whole};
use super::downloads::{Download, Proof};
use super::error::FetchError;
use super::resolver::Upstream;
use super::tls;
use super::via::{Identity, ViaChain};
use model::Timestamp;
use reqwest::header::{
    ACCEPT, ACCEPT_ENCODING, CONTENT_TYPE, ETAG, HeaderMap, HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH,
    LAST_MODIFIED, LOCATION, USER_AGENT, VIA,
};
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, Url, redirect};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;
use store::Stage;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// How many redirects are followed.
const REDIRECTS_MAX: usize = 5;

/// The fetcher's limits.
#[derive(Debug, Clone)]
pub struct FetcherOptions {
    /// How long connecting may take.
    pub connect_timeout: Duration,
    /// How long an upstream may send nothing.
    pub read_timeout: Duration,
    /// How long a whole document may take.
    pub document_timeout: Duration,
    /// The largest document.
    pub document_bytes_max: usize,
    /// The largest file: the service's limit on an asset.
    pub file_bytes_max: u64,
    /// How many requests may be under way to one host.
    pub requests_per_host_max: usize,
    /// How long a request waits for its turn.
    pub turn_timeout: Duration,
    /// Files with certificates to trust beside the system's.
    pub certificate_files: Vec<PathBuf>,
}

impl Default for FetcherOptions {
    fn default() -> Self {
        Self {
            connect_timeout: Duration::from_secs(10),
            read_timeout: Duration::from_secs(30),
            document_timeout: Duration::from_secs(120),
            document_bytes_max: 256 << 20,
            file_bytes_max: 5 << 30,
            requests_per_host_max: 32,
            turn_timeout: Duration::from_secs(60),
            certificate_files: Vec::new(),
        }
    }
}

impl FetcherOptions {
    /// The default limits, with the certificates that npm trusts on this machine.
    pub fn of_machine(machine: &dyn super::Machine) -> Self {
        Self { certificate_files: super::defaults::certificate_files(machine), ..Self::default() }
    }
}

/// What a server gave to recognise a document by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    etag: Option<HeaderValue>,
    last_modified: Option<HeaderValue>,
}

/// A document with its validators.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The document, unpacked.
    pub bytes: Vec<u8>,
    /// What to send when asking again.
    pub validators: Validators,
    /// Where it was found, after redirects: what its relative links start from.
    pub url: Url,
    /// Its media type, as it was sent.
    pub media_type: Option<String>,
}

/// What asking for a document gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fetched {
    /// The document.
    Document(Box<Document>),
    /// The one known by the validators is still right.
    NotModified,
    /// There is none.
    Missing,
}

/// The client of all upstreams.
#[derive(Debug)]
pub struct Fetcher {
    pub(super) options: FetcherOptions,
    identity: Identity,
    /// Made at first use: reading certificates takes milliseconds and memory.
    client: Late,
    /// The same for requests with a header that no other origin may see.
    homebound: Late,
    turns: Mutex<HashMap<String, Arc<Semaphore>>>,
}

impl Validators {
    /// When the document was changed last, if the server said so.
    pub fn last_modified(&self) -> Option<Timestamp> {
        self.last_modified.as_ref()?.to_str().ok().and_then(Timestamp::from_rfc1123)
    }
}

impl Fetcher {
    /// Makes a fetcher; nothing is read or opened yet.
    pub fn new(options: FetcherOptions, identity: Identity) -> Self {
        Self {
            options,
            identity,
            client: OnceLock::new(),
            homebound: OnceLock::new(),
            turns: Mutex::default(),
        }
    }

    /// The name under which this server asks.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Asks for a document below an upstream, on behalf of a request that came with `via`.
    pub async fn document(
        &self,
        upstream: &Upstream,
        url: &Url,
        accept: &'static str,
        known: &Validators,
        via: &ViaChain,
    ) -> Result<Fetched, FetchError> {
        let _turn = self.turn(url).await?;
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, HeaderValue::from_static(accept));
        headers.insert(ACCEPT_ENCODING, HeaderValue::from_static("gzip"));
        headers.extend(known.etag.clone().map(|value| (IF_NONE_MATCH, value)));
        headers.extend(known.last_modified.clone().map(|value| (IF_MODIFIED_SINCE, value)));
        let timeout = self.options.document_timeout;
        let asking = |request: RequestBuilder| request.headers(headers.clone()).timeout(timeout);
        let response = self.ask(upstream, Method::GET, url, via, asking).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_MODIFIED if *known != Validators::default() => return Ok(Fetched::NotModified),
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(Fetched::Missing),
            status => return Err(FetchError::Status(status.as_u16())),
        }
        let header = |name| response.headers().get(name).cloned();
        let validators = Validators { etag: header(ETAG), last_modified: header(LAST_MODIFIED) };
        let url = response.url().clone();
        let media_type = header(CONTENT_TYPE).and_then(|value| value.to_str().ok().map(str::to_owned));
        let bytes = whole(response, self.options.document_bytes_max).await?;
        Ok(Fetched::Document(Box::new(Document { bytes, validators, url, media_type })))
    }

    /// Streams a file into a stage, with constant memory; nothing is kept unless `proof` agrees. `None` when there is
    /// none.
    pub async fn file(
        &self,
        upstream: &Upstream,
        url: &Url,
        via: &ViaChain,
        mut stage: Stage,
        proof: Proof,
    ) -> Result<Option<Download>, FetchError> {
        let _turn = self.turn(url).await?;
        let asking = |request: RequestBuilder| request.header(ACCEPT_ENCODING, "identity");
        let mut response = self.ask(upstream, Method::GET, url, via, asking).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            status => return Err(FetchError::Status(status.as_u16())),
        }
        is_plain(&response)?;
        let mut size = 0_u64;
        while let Some(chunk) = response.chunk().await? {
            size += chunk.len() as u64;
            if size > self.options.file_bytes_max {
                return Err(FetchError::TooLarge);
            }
            stage.write(&chunk).await.map_err(FetchError::Store)?;
        }
        let last_modified = response.headers().get(LAST_MODIFIED).and_then(|value| value.to_str().ok());
        let last_modified = last_modified.and_then(Timestamp::from_rfc1123);
        let proven = stage.finish_if(move |staged| proof(staged).map_err(FetchError::Integrity));
        let (staged, ()) = proven.await.map_err(FetchError::Store)??;
        Ok(Some(Download { staged, last_modified }))
    }

    /// Sends JSON to an upstream and reads its answer of at most `bytes_max` bytes. `None` when nothing is there that
    /// answers such a request.
    pub async fn question(
        &self,
        upstream: &Upstream,
        url: &Url,
        body: &serde_json::Value,
        bytes_max: usize,
        via: &ViaChain,
    ) -> Result<Option<Vec<u8>>, FetchError> {
        let _turn = self.turn(url).await?;
        let (body, timeout) = (bytes::Bytes::from(body.to_string()), self.options.document_timeout);
        let asking = |request: RequestBuilder| {
            let request = request.header(CONTENT_TYPE, "application/json").header(ACCEPT, "application/json");
            request.header(ACCEPT_ENCODING, "gzip").body(body.clone()).timeout(timeout)
        };
        let response = self.ask(upstream, Method::POST, url, via, asking).await?;
        match response.status() {
            StatusCode::OK => whole(response, bytes_max).await.map(Some),
            StatusCode::NOT_FOUND
            | StatusCode::GONE
            | StatusCode::METHOD_NOT_ALLOWED
            | StatusCode::NOT_IMPLEMENTED => Ok(None),
            status => Err(FetchError::Status(status.as_u16())),
        }
    }

    /// Asks whether an upstream has a file, without its bytes; answers when it was changed last, if the upstream says so.
    pub async fn probe(
        &self,
        upstream: &Upstream,
        url: &Url,
        via: &ViaChain,
    ) -> Result<Option<Option<Timestamp>>, FetchError> {
        let _turn = self.turn(url).await?;
        let timeout = self.options.document_timeout;
        let asking = |request: RequestBuilder| request.timeout(timeout);
        let response = self.ask(upstream, Method::HEAD, url, via, asking).await?;
        match response.status() {
            StatusCode::OK => {}
            StatusCode::NOT_FOUND | StatusCode::GONE => return Ok(None),
            status => return Err(FetchError::Status(status.as_u16())),
        }
        let last_modified = response.headers().get(LAST_MODIFIED).and_then(|value| value.to_str().ok());
        Ok(Some(last_modified.and_then(Timestamp::from_rfc1123)))
    }

    /// Sends a request with what opens the upstream, and follows redirects; what opens it goes to its own origin only.
    pub(super) async fn ask(
        &self,
        upstream: &Upstream,
        method: Method,
        url: &Url,
        via: &ViaChain,
        asking: impl Fn(RequestBuilder) -> RequestBuilder + Send + Sync,
    ) -> Result<Response, FetchError> {
        let plain = |client: &Client, url: Url| {
            asking(client.request(method.clone(), url).header(VIA, self.identity.header(via)))
        };
        // Tarballs may lie elsewhere.
        let credentials = upstream.credentials.as_ref().filter(|_| url.origin() == upstream.url.origin());
        let Some(credentials) = credentials else {
            return send(plain(client(&self.client, || self.make_client(follow))?, url.clone())).await;
        };
        let private = credentials.is_private_header();
        let opening = if private {
            client(&self.homebound, || self.make_client(follow_home))?
        } else {
            client(&self.client, || self.make_client(follow))?
        };
        let (name, value) = credentials.header().map_err(FetchError::BadUrl)?;
        let response = send(plain(opening, url.clone()).header(name, value)).await?;
        match elsewhere(&response).filter(|_| private) {
            Some(url) => send(plain(client(&self.client, || self.make_client(follow))?, url)).await,
            None => Ok(response),
        }
    }

    fn make_client(
        &self,
        follow: fn(redirect::Attempt<'_>) -> redirect::Action,
    ) -> Result<Client, FetchError> {
        let failed = |what: String| FetchError::Unreachable(format!("the client cannot be made: {what}"));
        let tls =
            tls::configuration(&self.options.certificate_files).map_err(|error| failed(error.to_string()))?;
        let agent = HeaderValue::from_static(concat!("homeregion/", env!("CARGO_PKG_VERSION")));
        Client::builder()
            .tls_backend_preconfigured(tls)
            .default_headers(HeaderMap::from_iter([(USER_AGENT, agent)]))
            .connect_timeout(self.options.connect_timeout)
            .read_timeout(self.options.read_timeout)
            .pool_idle_timeout(Duration::from_secs(30))
            .redirect(redirect::Policy::custom(follow))
            .build()
            .map_err(|error| failed(error.to_string()))
    }

    /// Waits until there may be one more request to a host.
    pub(super) async fn turn(&self, url: &Url) -> Result<OwnedSemaphorePermit, FetchError> {
        let host = url.host_str().unwrap_or_default().to_owned();
        let turns = {
            let mut all = self.turns.lock().unwrap_or_else(PoisonError::into_inner);
            // Hosts that are not in use need no place.
            all.retain(|_, turns| turns.available_permits() < self.options.requests_per_host_max);
            let fresh = || Arc::new(Semaphore::new(self.options.requests_per_host_max));
            Arc::clone(all.entry(host).or_insert_with(fresh))
        };
        let turn = tokio::time::timeout(self.options.turn_timeout, turns.acquire_owned()).await;
        turn.map_err(|_| FetchError::Busy)?.map_err(|_| FetchError::Busy)
    }
}

/// Sends a request, and once more when the connection was lost before an answer: a kept connection may have been
/// closed by the other side in the same moment.
async fn send(request: RequestBuilder) -> Result<Response, FetchError> {
    let again = request.try_clone();
    match (request.send().await, again) {
        (Ok(response), _) => Ok(response),
        (Err(error), Some(again)) if error.is_request() && !error.is_timeout() && !error.is_connect() => {
            Ok(again.send().await?)
        }
        (Err(error), _) => Err(error.into()),
    }
}

/// A client that is made at first use.
type Late = OnceLock<Result<Client, FetchError>>;

fn client(late: &Late, make: impl FnOnce() -> Result<Client, FetchError>) -> Result<&Client, FetchError> {
    late.get_or_init(make).as_ref().map_err(Clone::clone)
}

/// Where a redirect leads that was not followed because it leaves the origin.
fn elsewhere(response: &Response) -> Option<Url> {
    let location = response.headers().get(LOCATION).filter(|_| response.status().is_redirection())?;
    let from = response.url();
    let url = from.join(location.to_str().ok()?).ok()?;
    let stays_safe = url.scheme() == "https" || (url.scheme() == "http" && from.scheme() == "http");
    (stays_safe && url.origin() != from.origin()).then_some(url)
}

/// Follows a redirect that stays at its origin.
fn follow_home(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let leaves = attempt.previous().last().is_some_and(|from| from.origin() != attempt.url().origin());
    if leaves { attempt.stop() } else { follow(attempt) }
}

/// Follows a redirect unless there were too many or it leaves https.
fn follow(attempt: redirect::Attempt<'_>) -> redirect::Action {
    let leaves_https = attempt.previous().last().is_some_and(|from| from.scheme() == "https")
        && attempt.url().scheme() != "https";
    if leaves_https || attempt.previous().len() > REDIRECTS_MAX {
        return attempt.stop();
    }
    attempt.follow()
}

#[cfg(test)]
#[path = "fetcher_tests.rs"]
mod tests;
