//! A made-up Maven repository on a loopback port: files by path, counted.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::support::PRIVATE_TOKEN;

/// A running repository; it stops with the runtime of its test.
pub struct Upstream {
    state: Arc<Mutex<State>>,
    address: std::net::SocketAddr,
}

#[derive(Default)]
struct State {
    /// Bytes and `Last-Modified` by path.
    files: BTreeMap<String, (Vec<u8>, Option<String>)>,
    failing: bool,
    requests: HashMap<String, usize>,
}

impl Upstream {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let (state, address) = (Arc::<Mutex<State>>::default(), listener.local_addr().unwrap());
        let shared = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                tokio::spawn(serve(socket, Arc::clone(&shared)));
            }
        });
        Self { state, address }
    }

    pub fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    pub fn put(&self, path: &str, bytes: impl Into<Vec<u8>>, changed: Option<&str>) {
        let file = (bytes.into(), changed.map(str::to_owned));
        self.state.lock().unwrap().files.insert(path.to_owned(), file);
    }

    /// Adds a version of `org.public:{artifact}`, and lists those that there are.
    pub fn release(&self, artifact: &str, version: &str, changed: Option<&str>) {
        let folder = format!("org/public/{artifact}");
        let pom =
            format!("<project><artifactId>{artifact}</artifactId><version>{version}</version></project>");
        self.put(&format!("{folder}/{version}/{artifact}-{version}.pom"), pom, changed);
        self.put(
            &format!("{folder}/{version}/{artifact}-{version}.jar"),
            format!("{artifact} {version}"),
            changed,
        );
        let listed: BTreeSet<String> = {
            let state = self.state.lock().unwrap();
            let files = state.files.keys().filter_map(|path| path.strip_prefix(&folder));
            let versions =
                files.filter_map(|rest| rest.split('/').nth(1).filter(|_| rest.matches('/').count() == 2));
            versions.map(|version| format!("<version>{version}</version>")).collect()
        };
        let listed = Vec::from_iter(listed).concat();
        let document = format!("<metadata><versioning><versions>{listed}</versions></versioning></metadata>");
        self.put(&format!("{folder}/maven-metadata.xml"), document, None);
    }

    pub fn fail(&self, failing: bool) {
        self.state.lock().unwrap().failing = failing;
    }

    /// How often a path was asked for.
    pub fn asked(&self, path: &str) -> usize {
        self.state.lock().unwrap().requests.get(path).copied().unwrap_or_default()
    }
}

/// Answers one request a connection.
async fn serve(mut socket: TcpStream, state: Arc<Mutex<State>>) {
    let mut head = Vec::new();
    while !head.windows(4).any(|window| window == b"\r\n\r\n") {
        let mut piece = [0; 4096];
        match socket.read(&mut piece).await {
            Ok(count) if count > 0 => head.extend_from_slice(&piece[..count]),
            _ => return,
        }
    }
    let head = String::from_utf8_lossy(&head).into_owned();
    let (method, rest) = head.split_once(" /").unwrap();
    let path = rest.split(' ').next().unwrap();
    // What lies below `private/` is for those with the token.
    let is_open = !path.starts_with("private/") || head.contains(PRIVATE_TOKEN);
    let (status, body, changed) = {
        let mut state = state.lock().unwrap();
        *state.requests.entry(path.to_owned()).or_default() += 1;
        match state.files.get(path) {
            _ if state.failing => ("500 No", Vec::new(), None),
            _ if !is_open => ("401 Who", Vec::new(), None),
            Some((bytes, changed)) => ("200 OK", bytes.clone(), changed.clone()),
            None => ("404 None", Vec::new(), None),
        }
    };
    let changed = changed.map_or_else(String::new, |changed| format!("Last-Modified: {changed}\r\n"));
    let length = body.len();
    let mut answer =
        format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\n{changed}Connection: close\r\n\r\n")
            .into_bytes();
    if method != "HEAD" {
        answer.extend(body);
    }
    let _ = socket.write_all(&answer).await;
}
