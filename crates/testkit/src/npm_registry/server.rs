//! The server of the made-up registry, on a loopback port and a thread of its own.

use super::package::Catalog;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use http_body_util::{BodyExt as _, Collected, Full};
use hyper::body::Incoming;
use hyper::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, VIA,
};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha1::{Digest as _, Sha1};
use std::collections::{BTreeMap, HashMap};
use std::io::Write as _;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

/// How a path fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// It answers this status.
    Status(u16),
    /// It answers only after `NpmRegistry::release_held`.
    Held,
    /// It promises the whole body and closes the connection after half of it.
    Truncated,
    /// It answers other bytes than it should.
    OtherBytes,
    /// It closes the connection without an answer.
    Reset,
}

/// A running registry. It stops when dropped.
#[derive(Debug)]
pub struct NpmRegistry {
    shared: Arc<Shared>,
    address: SocketAddr,
    /// Ends the server's thread when dropped.
    _running: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    base: String,
    state: Mutex<State>,
    held: watch::Sender<u64>,
    waiting: watch::Sender<usize>,
}

#[derive(Debug, Default)]
struct State {
    catalog: Catalog,
    failures: HashMap<String, Failure>,
    requests: HashMap<String, u64>,
    not_modified: u64,
    last_via: Option<String>,
    told: Vec<Value>,
    authorization: Option<String>,
}

impl NpmRegistry {
    /// Starts a registry with these packages on a free loopback port.
    pub fn start(catalog: Catalog) -> Self {
        Self::start_on(catalog, 0)
    }

    /// Starts a registry on a port that the caller chose.
    pub fn start_on(catalog: Catalog, port: u16) -> Self {
        let listener = std::net::TcpListener::bind(("127.0.0.1", port)).expect("the loopback port is free");
        let address = listener.local_addr().expect("a bound socket has an address");
        listener.set_nonblocking(true).expect("a fresh socket can be made non-blocking");
        let state = Mutex::new(State { catalog, ..State::default() });
        let (held, waiting) = (watch::Sender::new(0), watch::Sender::new(0));
        let shared = Arc::new(Shared { base: format!("http://{address}/"), state, held, waiting });
        let (running, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || run(listener, serving, stopped));
        Self { shared, address, _running: running }
    }

    /// Its base URL, with a slash at the end.
    pub fn url(&self) -> String {
        self.shared.base.clone()
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// How often a path (decoded, with its leading slash) was asked for.
    pub fn requests(&self, path: &str) -> u64 {
        self.shared.state().requests.get(path).copied().unwrap_or(0)
    }

    /// How often anything was asked for.
    pub fn requests_in_all(&self) -> u64 {
        self.shared.state().requests.values().sum()
    }

    /// How often it answered that nothing changed.
    pub fn not_modified(&self) -> u64 {
        self.shared.state().not_modified
    }

    /// The Via header of the last request.
    pub fn last_via(&self) -> Option<String> {
        self.shared.state().last_via.clone()
    }

    /// What was sent to it, as JSON: the bodies of audits.
    pub fn told(&self) -> Vec<Value> {
        self.shared.state().told.clone()
    }

    /// Makes a path (decoded, with its leading slash) fail until `repair`.
    pub fn fail(&self, path: &str, failure: Failure) {
        self.shared.state().failures.insert(path.to_owned(), failure);
    }

    /// Makes everything work again.
    pub fn repair(&self) {
        self.shared.state().failures.clear();
        self.release_held();
    }

    /// Lets the requests that are held go on; they fail no more.
    pub fn release_held(&self) {
        self.shared.held.send_modify(|round| *round += 1);
    }

    /// Waits until this many requests are held at the same time.
    pub async fn held(&self, count: usize) {
        let mut waiting = self.shared.waiting.subscribe();
        waiting.wait_for(|now| *now >= count).await.expect("the sender lives as long as the server");
    }

    /// Refuses requests without this Authorization header.
    pub fn require_authorization(&self, value: &str) {
        self.shared.state().authorization = Some(value.to_owned());
    }

    /// Changes the packages.
    pub fn change(&self, change: impl FnOnce(&mut Catalog)) {
        change(&mut self.shared.state().catalog);
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the server on the present thread until it is stopped. A thread of its own keeps it apart from the runtimes of
/// tests, which may be paused or single-threaded.
fn run(listener: std::net::TcpListener, shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async move {
        let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
        tokio::select! { () = accept(listener, shared) => {}, _ = stopped => {} }
    });
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(serve(stream, Arc::clone(&shared)));
    }
}

/// Serves one connection. Failures of the connection itself need the bare socket, so hyper runs on one end of a pipe
/// whose other end is copied to the socket.
async fn serve(mut socket: TcpStream, shared: Arc<Shared>) {
    let (near, mut far) = tokio::io::duplex(64 * 1024);
    let (cut, mut is_cut) = watch::channel(None::<usize>);
    let service = service_fn(move |request| answer(request, Arc::clone(&shared), cut.clone()));
    tokio::spawn(async move {
        // A connection that is cut ends with an error, as it should.
        let _ =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(near), service).await;
    });
    let (mut read, mut write) = socket.split();
    let (mut far_read, mut far_write) = tokio::io::split(&mut far);
    let inward = tokio::io::copy(&mut read, &mut far_write);
    let outward = async {
        let mut buffer = vec![0; 16 * 1024];
        loop {
            let count = far_read.read(&mut buffer).await.unwrap_or(0);
            let limit = *is_cut.borrow_and_update();
            let sent = limit.map_or(count, |limit| limit.min(count));
            if count == 0 || write.write_all(&buffer[..sent]).await.is_err() || limit.is_some() {
                return;
            }
        }
    };
    tokio::select! { _ = inward => {}, () = outward => {} }
}

async fn answer(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    cut: watch::Sender<Option<usize>>,
) -> Result<Response<Full<Bytes>>, std::convert::Infallible> {
    let path = decoded(request.uri().path());
    if path == "/-/requests" {
        let count: u64 = shared.state().requests.values().sum();
        return Ok(Response::new(Full::from(count.to_string())));
    }
    let failure = {
        let mut state = shared.state();
        *state.requests.entry(path.clone()).or_default() += 1;
        state.last_via = request.headers().get(VIA).and_then(|via| via.to_str().ok()).map(str::to_owned);
        state.failures.get(&path).copied()
    };
    if failure == Some(Failure::Held) {
        let mut held = shared.held.subscribe();
        held.mark_unchanged();
        shared.waiting.send_modify(|count| *count += 1);
        let _ = held.changed().await;
        shared.waiting.send_modify(|count| *count -= 1);
    }
    let mut response = if request.method() == Method::POST {
        let body = request.into_body().collect().await.map(Collected::to_bytes).unwrap_or_default();
        audit(&path, &body, &mut shared.state())
    } else {
        respond(&request, &path, &shared)
    };
    match failure {
        Some(Failure::Status(status)) => {
            response = Response::new(Full::from("{\"error\":\"on command\"}"));
            *response.status_mut() =
                StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        }
        Some(Failure::Truncated) => {
            let length = hyper::body::Body::size_hint(response.body()).exact().unwrap_or(0);
            cut.send_replace(Some(200 + usize::try_from(length / 2).unwrap_or(0)));
        }
        Some(Failure::OtherBytes) => *response.body_mut() = Full::from("these are other bytes"),
        Some(Failure::Reset) => drop(cut.send_replace(Some(0))),
        Some(Failure::Held) | None => {}
    }
    Ok(response)
}

fn respond(request: &Request<Incoming>, path: &str, shared: &Shared) -> Response<Full<Bytes>> {
    let mut state = shared.state();
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.authorization.is_some() && state.authorization.as_deref() != given {
        return status(StatusCode::UNAUTHORIZED);
    }
    if request.method() != Method::GET && request.method() != Method::HEAD {
        return status(StatusCode::METHOD_NOT_ALLOWED);
    }
    let path = path.trim_start_matches('/');
    match path {
        "-/ping" => return Response::new(Full::from("{}")),
        "-/told" => return Response::new(Full::from(json!(state.told).to_string())),
        "-/npm/v1/keys" => {
            let key = json!({"expires": null, "keyid": "SHA256:fixture", "keytype": "x", "scheme": "x", "key": "x"});
            return Response::new(Full::from(json!({"keys": [key]}).to_string()));
        }
        _ => {}
    }
    if let Some(of) = path.strip_prefix("-/npm/v1/attestations/") {
        return Response::new(Full::from(json!({"attestations": [{"bundle": {"of": of}}]}).to_string()));
    }
    if let Some((name, file)) = path.split_once("/-/") {
        let package = state.catalog.packages.get(name);
        let release =
            package.and_then(|p| p.releases.iter().find(|release| p.file(&release.version) == file));
        let Some(release) = release else { return status(StatusCode::NOT_FOUND) };
        let mut response = Response::new(Full::from(release.tarball.bytes.clone()));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
        return response;
    }
    let Some(package) = state.catalog.packages.get(path) else { return status(StatusCode::NOT_FOUND) };
    let document = package.document(&shared.base).to_string().into_bytes();
    let tag = format!("\"{:x?}\"", Sha1::digest(&document).as_slice()).replace([' ', ',', '[', ']'], "");
    let tag = HeaderValue::try_from(tag).expect("hexadecimal digits make a header");
    if request.headers().get(IF_NONE_MATCH) == Some(&tag) {
        state.not_modified += 1;
        return status(StatusCode::NOT_MODIFIED);
    }
    let gzip =
        request.headers().get(ACCEPT_ENCODING).is_some_and(|value| value.as_bytes().starts_with(b"gzip"));
    let mut response = Response::new(Full::from(if gzip { gzipped(&document) } else { document }));
    let headers = response.headers_mut();
    if gzip {
        headers.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(ETAG, tag);
    response
}

/// Answers an audit of either shape.
fn audit(path: &str, body: &[u8], state: &mut State) -> Response<Full<Bytes>> {
    let Ok(body) = serde_json::from_slice::<Value>(body) else { return status(StatusCode::BAD_REQUEST) };
    let advisories = |name: &str| {
        state.catalog.packages.get(name).map(|package| package.advisories.clone()).unwrap_or_default()
    };
    let answer = match path {
        "/-/npm/v1/security/advisories/bulk" => {
            let names = body.as_object().into_iter().flatten().map(|(name, _)| name);
            let known = names.map(|name| (name.clone(), advisories(name)));
            json!(known.filter(|(_, advisories)| !advisories.is_empty()).collect::<BTreeMap<_, _>>())
        }
        "/-/npm/v1/security/audits" | "/-/npm/v1/security/audits/quick" => {
            let names = body["dependencies"].as_object().into_iter().flatten().map(|(name, _)| name);
            let known = names.flat_map(|name| {
                let finding = json!({"version": body["dependencies"][name]["version"], "paths": [name]});
                advisories(name).into_iter().map(move |mut advisory| {
                    advisory["module_name"] = name.as_str().into();
                    advisory["findings"] = json!([finding]);
                    (advisory["id"].to_string(), advisory)
                })
            });
            let known: BTreeMap<String, Value> = known.collect();
            let counts = json!({"info": 0, "low": 0, "moderate": 0, "high": known.len(), "critical": 0});
            json!({
                "actions": [], "advisories": known, "muted": [],
                "metadata": {"vulnerabilities": counts, "dependencies": 1, "devDependencies": 0,
                    "optionalDependencies": 0, "totalDependencies": 1},
            })
        }
        _ => return status(StatusCode::METHOD_NOT_ALLOWED),
    };
    state.told.push(body);
    Response::new(Full::from(answer.to_string()))
}

fn status(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(match status {
        StatusCode::NOT_FOUND => "{\"error\":\"Not found\"}",
        _ => "",
    }));
    *response.status_mut() = status;
    response
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("writing to memory does not fail");
    encoder.finish().expect("writing to memory does not fail")
}

/// Decodes the escapes that npm clients use.
fn decoded(path: &str) -> String {
    path.replace("%2f", "/").replace("%2F", "/").replace("%40", "@").replace("%2B", "+")
}
