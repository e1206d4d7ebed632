//! What these tests share: a shop of three repositories in a row, and requests to their endpoints.

use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request, StatusCode};
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Machine, Policy, Remembered, Resolver, ServerAddress, Settings,
};
use registry::{Endpoint, Parts, Upstreams};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use store::Blobs;
use testkit::World;
use testkit::pypi_index::{DistFile, PypiIndex, sdist, wheel};

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";
/// The media type of JSON pages.
pub const JSON: &str = "application/vnd.pypi.simple.v1+json";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up index.
pub struct Shop {
    pub world: World,
    pub public: PypiIndex,
    pub endpoint: Endpoint,
    token: String,
}

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

/// Nothing of this machine.
struct Nowhere;

impl Machine for Nowhere {
    fn variable(&self, _: &str) -> Option<String> {
        None
    }

    fn read(&self, _: &std::path::Path) -> Option<String> {
        None
    }
}

impl Remembered for Nowhere {
    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn remember(&self, _: &str, _: &str) {}
}

/// The files of the made-up index: a wheel and a source distribution of one version, a wheel of another.
pub fn projects() -> Vec<(&'static str, Vec<DistFile>)> {
    vec![(
        "widget",
        vec![
            wheel("Widget", "1.0", "py3-none-any", b"x = 1\n"),
            sdist("Widget", "1.0"),
            wheel("Widget", "1.1", "py3-none-any", b"x = 2\n"),
        ],
    )]
}

impl Shop {
    pub fn new() -> Self {
        Self::of(PypiIndex::start(projects()), Policy::default())
    }

    /// A shop that asks the index again at every request.
    pub fn asking_always() -> Self {
        let never = std::time::Duration::ZERO;
        let policy = Policy { listing_for: never, missing_for: never, ..Policy::default() };
        Self::of(PypiIndex::start(projects()), policy)
    }

    pub fn of(public: PypiIndex, policy: Policy) -> Self {
        let url = public.url();
        Self::at(public, &url, policy)
    }

    /// A shop whose connection leads to this URL of the index.
    pub fn at(public: PypiIndex, url: &str, policy: Policy) -> Self {
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in [("store", vec![]), ("mid", vec!["store"]), ("app", vec!["mid"])] {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let endpoint = endpoint(&world, url, policy);
        let token = token(&world, OWNER, "shop");
        let shop = Self { world, public, endpoint, token };
        shop.connect();
        shop
    }

    /// The same, with a quota that its operator set.
    #[must_use]
    pub fn with_quota(self, name: &'static str, value: u64) -> Self {
        let caller = self.world.caller().installed(|installation| {
            installation.quotas.insert(name.to_owned(), value);
        });
        let installation = caller.call().installation;
        let endpoint = endpoint_of(&self.world, &self.public.url(), Policy::default(), installation);
        Self { endpoint, ..self }
    }

    pub fn connect(&self) {
        let input = json!({"domain": "shop", "repository": "store", "externalConnection": "public:pypi"});
        self.world.caller().ok("AssociateExternalConnection", input);
    }

    pub fn disconnect(&self) {
        let input = json!({"domain": "shop", "repository": "store", "externalConnection": "public:pypi"});
        self.world.caller().ok("DisassociateExternalConnection", input);
    }

    /// A request to a repository, with the token.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/pypi/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    /// The JSON page of a project.
    pub async fn page(&self, repository: &str, project: &str) -> Answer {
        let request = self.request("GET", repository, &format!("simple/{project}/")).header("accept", JSON);
        self.send(request, "").await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    /// Uploads a file as twine does.
    pub async fn upload(&self, repository: &str, file: &DistFile) -> Answer {
        self.upload_with(repository, file, &[]).await
    }

    /// The same, with other fields; a value of `-` leaves the field out.
    pub async fn upload_with(&self, repository: &str, file: &DistFile, change: &[(&str, &str)]) -> Answer {
        let request = self
            .request("POST", repository, "")
            .header("content-type", "multipart/form-data; boundary=between");
        self.send(request, form(file, change)).await
    }

    /// The names of the assets of a version.
    pub fn assets(&self, repository: &str, project: &str, version: &str) -> Vec<String> {
        let input = of(repository, project, json!({"packageVersion": version}));
        let Ok(answer) = self.world.caller().send("ListPackageVersionAssets", input) else {
            return Vec::new();
        };
        let assets = answer["assets"].as_array().unwrap().iter();
        assets.map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
    }

    pub fn describe(&self, repository: &str, project: &str, version: &str) -> Value {
        let input = of(repository, project, json!({"packageVersion": version}));
        self.world.caller().ok("DescribePackageVersion", input)["packageVersion"].clone()
    }

    /// The names of the versions that a repository holds of a project.
    pub fn versions(&self, repository: &str, project: &str) -> Vec<String> {
        let Ok(answer) = self.world.caller().send("ListPackageVersions", of(repository, project, json!({})))
        else {
            return Vec::new();
        };
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| version["version"].as_str().unwrap().to_owned()).collect()
    }

    /// Waits until what runs in the background has brought this about.
    pub async fn until(&self, what: impl Fn(&Self) -> bool) {
        let waited = std::time::Instant::now();
        while !what(self) {
            assert!(waited.elapsed().as_secs() < 30, "it never came about");
            tokio::task::yield_now().await;
        }
    }

    pub fn block_upstream(&self, repository: &str, project: &str) {
        let restrictions = json!({"publish": "ALLOW", "upstream": "BLOCK"});
        let input = of(repository, project, json!({"restrictions": restrictions}));
        self.world.caller().ok("PutPackageOriginConfiguration", input);
    }
}

/// Input members that name a package of the shop, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input = json!({"domain": "shop", "repository": repository, "format": "pypi", "package": package});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The form of an upload.
pub fn form(file: &DistFile, change: &[(&str, &str)]) -> Vec<u8> {
    let stem = file.name.strip_suffix(".tar.gz").unwrap_or(&file.name);
    let (name, rest) = stem.split_once('-').unwrap();
    let version = rest.split('-').next().unwrap();
    let kind = if file.name.ends_with("whl") { "bdist_wheel" } else { "sdist" };
    let digest = file.sha256();
    let mut fields = vec![
        (":action", "file_upload"),
        ("protocol_version", "1"),
        ("metadata_version", "2.4"),
        ("name", name),
        ("version", version),
        ("filetype", kind),
        ("pyversion", "py3"),
        ("sha256_digest", digest.as_str()),
    ];
    fields.retain(|(name, _)| change.iter().all(|(changed, _)| changed != name));
    fields.extend(change.iter().filter(|(name, value)| *value != "-" && *name != "filename"));
    let mut body = Vec::new();
    for (name, value) in fields {
        body.extend_from_slice(
            format!("--between\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
                .as_bytes(),
        );
    }
    let shown =
        change.iter().find(|(name, _)| *name == "filename").map_or(file.name.as_str(), |(_, name)| name);
    let head = format!(
        "--between\r\nContent-Disposition: form-data; name=\"content\"; filename=\"{shown}\"\r\n\
         Content-Type: application/octet-stream\r\n\r\n"
    );
    body.extend_from_slice(head.as_bytes());
    body.extend_from_slice(&file.bytes);
    body.extend_from_slice(b"\r\n--between--\r\n");
    body
}

/// The endpoints over a store and an index.
fn endpoint(world: &World, upstream: &str, policy: Policy) -> Endpoint {
    endpoint_of(world, upstream, policy, world.caller().call().installation)
}

fn endpoint_of(
    world: &World,
    upstream: &str,
    policy: Policy,
    installation: Arc<service::Installation>,
) -> Endpoint {
    let settings = Settings {
        upstreams: BTreeMap::from([("pypi".to_owned(), upstream.to_owned())]),
        custom: BTreeMap::new(),
        server: ServerAddress::default(),
    };
    let identity = Identity::new("under-test");
    let fetcher = Fetcher::new(FetcherOptions::default(), identity.clone());
    let store = world.store().clone();
    Endpoint::new(Parts {
        installation,
        blobs: Blobs::memory(),
        public_url: None,
        resolver: Arc::new(Resolver::new(settings, Box::new(Nowhere), Box::new(Nowhere))),
        upstreams: Upstreams::new(fetcher, policy, store.clock(), 64 << 20),
        identity,
        store,
    })
}

pub fn token(world: &World, account: &str, domain: &str) -> String {
    let caller = world.caller().of_account(account);
    let answer = caller.ok("GetAuthorizationToken", json!({"domain": domain}));
    answer["authorizationToken"].as_str().unwrap().to_owned()
}

pub async fn send<B>(endpoint: &Endpoint, request: Request<B>) -> Answer
where
    B: hyper::body::Body<Data = Bytes> + Send + 'static,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let response = endpoint.answer(request, "00000000-0000-4000-8000-000000000000".to_owned()).await;
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    Answer { status: parts.status, headers: parts.headers, body }
}

pub fn sha256(bytes: &[u8]) -> String {
    formats::pypi::page::hexadecimal(&Sha256::digest(bytes))
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The sentence of a refusal, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> &str {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.text()
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn json(&self) -> Value {
        assert_eq!(self.status, StatusCode::OK, "{self:?}");
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The names of the files of a page.
    #[track_caller]
    pub fn files(&self) -> Vec<String> {
        let page = self.json();
        page["files"]
            .as_array()
            .unwrap()
            .iter()
            .map(|file| file["filename"].as_str().unwrap().to_owned())
            .collect()
    }

    /// What a page says of a file.
    #[track_caller]
    pub fn file(&self, name: &str) -> Value {
        let page = self.json();
        let files = page["files"].as_array().unwrap();
        files
            .iter()
            .find(|file| file["filename"] == name)
            .unwrap_or_else(|| panic!("no {name}: {page}"))
            .clone()
    }
}
