//! The server of the made-up registry, on a thread of its own: files by path, counted.

use super::Crate;
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running registry. It stops when dropped.
#[derive(Debug)]
pub struct CrateRegistry {
    state: Arc<Mutex<State>>,
    address: SocketAddr,
    /// Ends the server's thread when dropped.
    _running: oneshot::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    files: BTreeMap<String, Vec<u8>>,
    /// The lines of each crate by version.
    lines: BTreeMap<String, BTreeMap<String, Value>>,
    statuses: HashMap<String, u16>,
    requests: HashMap<String, u64>,
    not_modified: u64,
    authorization: Option<String>,
}

impl CrateRegistry {
    /// Starts an empty registry on a free loopback port.
    pub fn start() -> Self {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("there is a free loopback port");
        let address = listener.local_addr().expect("a bound socket has an address");
        listener.set_nonblocking(true).expect("a fresh socket can be made non-blocking");
        let state = Arc::<Mutex<State>>::default();
        let (running, stopped) = oneshot::channel();
        let serving = Arc::clone(&state);
        std::thread::spawn(move || run(listener, &serving, stopped));
        let registry = Self { state, address, _running: running };
        registry.serve_crates_at(&format!("{}crates/{{crate}}/{{crate}}-{{version}}.crate", registry.url()));
        registry
    }

    /// Its base URL, with a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    /// Says in `config.json` where crates are; they are at `crates/{crate}/{crate}-{version}.crate` and at
    /// `dl/{crate}/{version}/download`.
    pub fn serve_crates_at(&self, dl: &str) {
        self.put("/config.json", json!({"dl": dl, "api": self.url()}).to_string().as_bytes());
    }

    /// Lists a crate and holds its archive; `more` are members of its line. A version that is there is replaced.
    pub fn publish(&self, of: &Crate, more: Value) {
        let (name, version) = (&of.name, &of.version);
        self.put(&format!("/crates/{name}/{name}-{version}.crate"), &of.bytes);
        self.put(&format!("/dl/{name}/{version}/download"), &of.bytes);
        let mut state = self.state();
        let lines = state.lines.entry(name.clone()).or_default();
        lines.insert(version.clone(), of.line(more));
        let file = lines.values().map(Value::to_string).collect::<Vec<_>>().join("\n");
        state.files.insert(index_path(name), file.into_bytes());
    }

    /// Puts a file at a path.
    pub fn put(&self, path: &str, bytes: &[u8]) {
        self.state().files.insert(path.to_owned(), bytes.to_vec());
    }

    /// How often a path was asked for.
    pub fn requests(&self, path: &str) -> u64 {
        self.state().requests.get(path).copied().unwrap_or(0)
    }

    /// How often the file of a crate in the index was asked for.
    pub fn index_requests(&self, name: &str) -> u64 {
        self.requests(&index_path(name))
    }

    /// How often anything was asked for.
    pub fn requests_in_all(&self) -> u64 {
        self.state().requests.values().sum()
    }

    /// How often it answered that nothing changed.
    pub fn not_modified(&self) -> u64 {
        self.state().not_modified
    }

    /// Answers a path with a status, until `repair`.
    pub fn fail(&self, path: &str, status: u16) {
        self.state().statuses.insert(path.to_owned(), status);
    }

    /// Answers the file of a crate in the index with a status, until `repair`.
    pub fn fail_index(&self, name: &str, status: u16) {
        self.fail(&index_path(name), status);
    }

    /// Makes everything work again.
    pub fn repair(&self) {
        self.state().statuses.clear();
    }

    /// Refuses requests without this Authorization header.
    pub fn require_authorization(&self, value: &str) {
        self.state().authorization = Some(value.to_owned());
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn index_path(name: &str) -> String {
    let name = name.to_lowercase();
    match name.len() {
        1 | 2 => format!("/{}/{name}", name.len()),
        3 => format!("/3/{}/{name}", &name[..1]),
        _ => format!("/{}/{}/{name}", &name[..2], &name[2..4]),
    }
}

/// Runs the server on the present thread until it is stopped.
fn run(listener: std::net::TcpListener, state: &Arc<Mutex<State>>, stopped: oneshot::Receiver<()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async move {
        let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
        tokio::select! { () = accept(listener, state) => {}, _ = stopped => {} }
    });
}

async fn accept(listener: TcpListener, state: &Arc<Mutex<State>>) {
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(state);
        let service = service_fn(move |request| {
            let response = answer(&request, &mut state.lock().unwrap_or_else(PoisonError::into_inner));
            std::future::ready(Ok::<_, std::convert::Infallible>(response))
        });
        tokio::spawn(async move {
            // A client may leave when it likes.
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(request: &Request<Incoming>, state: &mut State) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    *state.requests.entry(path.clone()).or_default() += 1;
    let status = |status: u16| {
        let mut response = Response::new(Full::default());
        *response.status_mut() = StatusCode::from_u16(status).expect("tests choose statuses that are some");
        response
    };
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if state.authorization.is_some() && state.authorization.as_deref() != given {
        return status(401);
    }
    if let Some(wanted) = state.statuses.get(&path) {
        return status(*wanted);
    }
    let Some(file) = state.files.get(&path) else { return status(404) };
    let tag = Sha256::digest(file).iter().take(8).fold(0_u64, |tag, byte| tag << 8 | u64::from(*byte));
    let tag = HeaderValue::try_from(format!("\"{tag:x}\"")).expect("hexadecimal digits make a header");
    if request.headers().get(IF_NONE_MATCH) == Some(&tag) {
        state.not_modified += 1;
        return status(304);
    }
    let mut response = Response::new(Full::from(file.clone()));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    response.headers_mut().insert(ETAG, tag);
    response
}
