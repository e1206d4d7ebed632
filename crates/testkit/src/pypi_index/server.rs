//! The server of the made-up index, on a loopback port and a thread of its own.

use super::file::{DistFile, hex};
use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue, IF_NONE_MATCH, RANGE};
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};
use std::convert::Infallible;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// A running index. It stops when dropped.
#[derive(Debug)]
pub struct PypiIndex {
    shared: Arc<Shared>,
    /// Ends the server's thread when dropped.
    _running: oneshot::Sender<()>,
}

#[derive(Debug)]
struct Shared {
    /// Where the index is.
    base: String,
    /// Where the files are: another origin.
    files: String,
    state: Mutex<State>,
}

/// What the index has, and how it behaves.
#[expect(clippy::struct_excessive_bools, reason = "tests switch each of them alone")]
#[derive(Debug, Default)]
struct State {
    projects: BTreeMap<String, Vec<DistFile>>,
    html: bool,
    no_sidecars: bool,
    no_ranges: bool,
    other_bytes: bool,
    broken: Vec<String>,
    failing: Option<u16>,
    authorization: Option<String>,
    requests: HashMap<String, u64>,
    bytes_sent: u64,
    leaked: bool,
}

impl PypiIndex {
    /// Starts an index with these files by project, on two free loopback ports: one for pages, one for files.
    pub fn start(projects: impl IntoIterator<Item = (&'static str, Vec<DistFile>)>) -> Self {
        let listen = || {
            let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).expect("a loopback port is free");
            listener.set_nonblocking(true).expect("a fresh socket can be made non-blocking");
            let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
            (listener, url)
        };
        let ((pages, base), (files, file_host)) = (listen(), listen());
        let projects = projects.into_iter().map(|(name, files)| (name.to_owned(), files)).collect();
        let state = Mutex::new(State { projects, ..State::default() });
        let shared = Arc::new(Shared { base: format!("{base}/simple/"), files: file_host, state });
        let (running, stopped) = oneshot::channel();
        let serving = Arc::clone(&shared);
        std::thread::spawn(move || run([pages, files], serving, stopped));
        Self { shared, _running: running }
    }

    /// The URL of the index, with a slash at the end.
    pub fn url(&self) -> String {
        self.shared.base.clone()
    }

    /// How often a path was asked for.
    pub fn requests(&self, path: &str) -> u64 {
        self.shared.state().requests.get(path).copied().unwrap_or(0)
    }

    /// How often anything was asked for.
    pub fn requests_in_all(&self) -> u64 {
        self.shared.state().requests.values().sum()
    }

    /// How many bytes of files were sent.
    pub fn bytes_sent(&self) -> u64 {
        self.shared.state().bytes_sent
    }

    /// Whether what opens the index was shown to the host of the files.
    pub fn leaked(&self) -> bool {
        self.shared.state().leaked
    }

    /// Adds a file to a project, in place of one of this name.
    pub fn put(&self, project: &str, file: DistFile) {
        let mut state = self.shared.state();
        let files = state.projects.entry(project.to_owned()).or_default();
        files.retain(|known| known.name != file.name);
        files.push(file);
    }

    /// Writes pages in HTML.
    pub fn in_html(&self) {
        self.shared.state().html = true;
    }

    /// Offers no metadata beside files.
    pub fn without_sidecars(&self) {
        self.shared.state().no_sidecars = true;
    }

    /// Sends whole files only.
    pub fn without_ranges(&self) {
        self.shared.state().no_ranges = true;
    }

    /// Sends other bytes than the pages promise.
    pub fn with_other_bytes(&self, other: bool) {
        self.shared.state().other_bytes = other;
    }

    /// Has a file on its page and not on the host of files, or has it again.
    pub fn lose(&self, name: &str, lost: bool) {
        let broken = &mut self.shared.state().broken;
        broken.retain(|known| known != name);
        broken.extend(lost.then(|| name.to_owned()));
    }

    /// Answers everything with a status, until it is `None`.
    pub fn fail(&self, status: Option<u16>) {
        self.shared.state().failing = status;
    }

    /// Refuses requests for pages without this Authorization header.
    pub fn require_authorization(&self, value: &str) {
        self.shared.state().authorization = Some(value.to_owned());
    }
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Runs the server on the present thread until it is stopped.
fn run(listeners: [std::net::TcpListener; 2], shared: Arc<Shared>, stopped: oneshot::Receiver<()>) {
    let runtime =
        tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime can be made");
    runtime.block_on(async move {
        for (listener, of_files) in listeners.into_iter().zip([false, true]) {
            let listener = TcpListener::from_std(listener).expect("the listener is non-blocking");
            tokio::spawn(accept(listener, Arc::clone(&shared), of_files));
        }
        let _ = stopped.await;
    });
}

async fn accept(listener: TcpListener, shared: Arc<Shared>, of_files: bool) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        let service = service_fn(move |request| {
            let shared = Arc::clone(&shared);
            async move { Ok::<_, Infallible>(answer(&request, &shared, of_files)) }
        });
        tokio::spawn(async move {
            let _ = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .await;
        });
    }
}

fn answer(request: &Request<Incoming>, shared: &Shared, of_files: bool) -> Response<Full<Bytes>> {
    let path = request.uri().path().to_owned();
    let mut state = shared.state();
    *state.requests.entry(path.clone()).or_default() += 1;
    if let Some(code) = state.failing {
        return status(code);
    }
    let given = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
    if of_files {
        state.leaked |= given.is_some();
        return file(request, &path, &mut state);
    }
    if state.authorization.is_some() && state.authorization.as_deref() != given {
        return status(401);
    }
    let project = path.strip_prefix("/simple/").and_then(|path| path.strip_suffix('/')).unwrap_or_default();
    let Some(files) = state.projects.get(project) else { return status(404) };
    let (text, media_type) = if state.html {
        (html(files, shared, &state), "text/html; charset=utf-8")
    } else {
        (json_page(project, files, shared, &state), "application/vnd.pypi.simple.v1+json")
    };
    let etag = HeaderValue::try_from(format!("\"{}\"", hex(text.as_bytes()))).expect("digits make a header");
    if request.headers().get(IF_NONE_MATCH) == Some(&etag) {
        return status(304);
    }
    let mut response = Response::new(Full::from(text));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    response.headers_mut().insert(ETAG, etag);
    response
}

fn json_page(project: &str, files: &[DistFile], shared: &Shared, state: &State) -> String {
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            let yanked = file.yanked.as_ref().map_or(json!(false), |reason| json!(reason));
            let mut shown = json!({
                "filename": file.name, "url": format!("{}/files/{}", shared.files, file.name),
                "hashes": {"sha256": file.sha256()}, "requires-python": file.requires_python, "yanked": yanked,
                "size": file.bytes.len(), "upload-time": file.upload_time,
            });
            if !state.no_sidecars && file.name.ends_with("whl") {
                shown["core-metadata"] = json!({"sha256": hex(file.metadata.as_bytes())});
            }
            shown
        })
        .collect();
    json!({"meta": {"api-version": "1.1"}, "name": project, "versions": [], "files": files}).to_string()
}

fn html(files: &[DistFile], shared: &Shared, state: &State) -> String {
    let links = files.iter().map(|file| {
        let python = file.requires_python.clone().unwrap_or_default().replace('>', "&gt;");
        let yanked = file.yanked.as_ref().map_or(String::new(), |reason| format!(" data-yanked=\"{reason}\""));
        let metadata = hex(file.metadata.as_bytes());
        let sidecar = if state.no_sidecars { String::new() } else { format!(" data-core-metadata=\"sha256={metadata}\"") };
        format!(
            "<a href=\"{}/files/{}#sha256={}\" data-requires-python=\"{python}\"{yanked}{sidecar}>{}</a><br/>\n",
            shared.files, file.name, file.sha256(), file.name
        )
    });
    format!("<!DOCTYPE html><html><body>{}</body></html>", links.collect::<String>())
}

fn file(request: &Request<Incoming>, path: &str, state: &mut State) -> Response<Full<Bytes>> {
    let name = path.strip_prefix("/files/").unwrap_or_default();
    let all = || state.projects.values().flatten();
    if let Some(wheel) = name.strip_suffix(".metadata") {
        let found = all().find(|file| file.name == wheel).filter(|_| !state.no_sidecars);
        let found = found.map(|file| file.metadata.clone());
        return found.map_or_else(|| status(404), |metadata| Response::new(Full::from(metadata)));
    }
    let Some(bytes) = all()
        .find(|file| file.name == name && !state.broken.contains(&file.name))
        .map(|file| file.bytes.clone())
    else {
        return status(404);
    };
    let bytes = if state.other_bytes { b"these are other bytes".to_vec() } else { bytes };
    let range = request.headers().get(RANGE).and_then(|value| value.to_str().ok());
    let range = range.filter(|_| !state.no_ranges).and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
    });
    let (part, shown) = match range {
        Some((first, last)) => {
            let shown = format!("bytes {first}-{last}/{}", bytes.len());
            (bytes.get(first..=last).unwrap_or_default().to_vec(), Some(shown))
        }
        None => (bytes, None),
    };
    state.bytes_sent += part.len() as u64;
    let mut response = Response::new(Full::from(part));
    if let Some(shown) = shown {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        let shown = HeaderValue::try_from(shown).expect("digits make a header");
        response.headers_mut().insert(CONTENT_RANGE, shown);
    }
    response
}

fn status(code: u16) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    response
}
