//! What these tests share: a shop of three repositories in a row, and requests to their endpoints.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::body::Frame;
use hyper::{HeaderMap, Request, StatusCode};
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Machine, Policy, Remembered, Resolver, ServerAddress, Settings,
};
use registry::{Endpoint, Parts, Upstreams};
use serde_json::{Value, json};
use store::Blobs;
use testkit::World;
use testkit::npm_registry::{Catalog, NpmRegistry, Package, Tarball, tarball};

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";
/// The name of the server in Via headers.
pub const INSTALLATION: &str = "under-test";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up registry.
pub struct Shop {
    pub world: World,
    pub public: NpmRegistry,
    pub endpoint: Endpoint,
    pub blobs: Blobs,
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

/// The packages of the made-up registry.
pub fn catalog() -> Catalog {
    let widget = Package::new("widget").release("1.0.0", &[], json!({})).release(
        "1.1.0",
        &[],
        json!({"scripts": {"install": "x"}}),
    );
    let gadget = Package::new("@acme/gadget").release("2.0.0", &[("widget", "^1.0.0")], json!({}));
    Catalog::of([widget, gadget])
}

impl Shop {
    pub fn new() -> Self {
        Self::with(catalog())
    }

    pub fn with(catalog: Catalog) -> Self {
        let public = NpmRegistry::start(catalog);
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in [("store", vec![]), ("mid", vec!["store"]), ("app", vec!["mid"])] {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let blobs = Blobs::memory();
        let endpoint = endpoint(&world, &blobs, &public.url(), None);
        let token = token(&world, OWNER, "shop");
        let shop = Self { world, public, endpoint, blobs, token };
        shop.connect();
        shop
    }

    /// Lets time pass, after which its client has a new token.
    pub fn pass(&mut self, time: std::time::Duration) {
        self.world.pass(time);
        self.token = token(&self.world, OWNER, "shop");
    }

    /// The same, with a quota that its operator set.
    #[must_use]
    pub fn with_quota(self, name: &'static str, value: u64) -> Self {
        let caller = self.world.caller().installed(|installation| {
            installation.quotas.insert(name.to_owned(), value);
        });
        let installation = caller.call().installation;
        let endpoint = endpoint_of(&self.world, &self.blobs, &self.public.url(), None, installation);
        Self { endpoint, ..self }
    }

    pub fn connect(&self) {
        let input = json!({"domain": "shop", "repository": "store", "externalConnection": "public:npmjs"});
        self.world.caller().ok("AssociateExternalConnection", input);
    }

    pub fn disconnect(&self) {
        let input = json!({"domain": "shop", "repository": "store", "externalConnection": "public:npmjs"});
        self.world.caller().ok("DisassociateExternalConnection", input);
    }

    /// A request to a repository, with the token.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/npm/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn put(&self, repository: &str, rest: &str, body: &Value) -> Answer {
        self.send(self.request("PUT", repository, rest), body.to_string()).await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    /// The versions that a repository holds of a package, with their statuses; none when it has no such package.
    pub fn versions(&self, repository: &str, package: &str) -> BTreeMap<String, String> {
        let Ok(answer) = self.world.caller().send("ListPackageVersions", of(repository, package, json!({})))
        else {
            return BTreeMap::new();
        };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| (text(version, "version"), text(version, "status"))).collect()
    }
}

/// Input members that name a package of the shop, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input = json!({"domain": "shop", "repository": repository, "format": "npm"});
    match package.strip_prefix('@').and_then(|scoped| scoped.split_once('/')) {
        Some((scope, name)) => {
            input["namespace"] = scope.into();
            input["package"] = name.into();
        }
        None => input["package"] = package.into(),
    }
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The endpoints over a store and a registry.
pub fn endpoint(world: &World, blobs: &Blobs, upstream: &str, public_url: Option<&str>) -> Endpoint {
    endpoint_of(world, blobs, upstream, public_url, world.caller().call().installation)
}

fn endpoint_of(
    world: &World,
    blobs: &Blobs,
    upstream: &str,
    public_url: Option<&str>,
    installation: Arc<service::Installation>,
) -> Endpoint {
    let settings = Settings {
        upstreams: BTreeMap::from([("npmjs".to_owned(), upstream.to_owned())]),
        custom: BTreeMap::new(),
        server: ServerAddress::default(),
    };
    let identity = Identity::new(INSTALLATION);
    let fetcher = Fetcher::new(FetcherOptions::default(), identity.clone());
    let store = world.store().clone();
    let upstreams = Upstreams::new(fetcher, Policy::default(), store.clock(), 64 << 20);
    Endpoint::new(Parts {
        installation,
        blobs: blobs.clone(),
        public_url: public_url.map(str::to_owned),
        resolver: Arc::new(Resolver::new(settings, Box::new(Nowhere), Box::new(Nowhere))),
        upstreams,
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

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The sentence of a refusal, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.json()["error"].as_str().unwrap().to_owned()
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{self:?}");
        self.json()
    }
}

/// What `npm publish` sends for a version with a file of this content.
pub fn publication(name: &str, version: &str, content: &str) -> Value {
    let manifest = json!({"name": name, "version": version});
    let packed =
        tarball(&[("package.json", manifest.to_string().as_bytes()), ("index.js", content.as_bytes())]);
    publication_of(name, version, &packed)
}

/// The same for a tarball.
pub fn publication_of(name: &str, version: &str, packed: &Tarball) -> Value {
    json!({
        "_id": name, "name": name, "description": "one of ours", "dist-tags": {"latest": version},
        "versions": {version: {
            "name": name, "version": version, "_id": format!("{name}@{version}"), "description": "one of ours",
            "keywords": ["own"], "readme": format!("# {name}"),
            "dist": {"integrity": packed.integrity, "shasum": packed.shasum, "tarball": "http://elsewhere/x.tgz"},
        }},
        "_attachments": {format!("{name}-{version}.tgz"): {
            "content_type": "application/octet-stream", "data": STANDARD.encode(&packed.bytes), "length": packed.bytes.len(),
        }},
    })
}

/// A body that tells whether anybody asked for it.
pub struct Watched {
    bytes: Option<Bytes>,
    announced: u64,
    asked: Arc<AtomicBool>,
}

impl Watched {
    pub fn new(bytes: impl Into<Bytes>) -> (Self, Arc<AtomicBool>) {
        let asked = Arc::<AtomicBool>::default();
        (Self { bytes: Some(bytes.into()), announced: 0, asked: Arc::clone(&asked) }, asked)
    }

    /// One whose client says how long it is.
    pub fn announcing(length: u64) -> (Self, Arc<AtomicBool>) {
        let (watched, asked) = Self::new("");
        (Self { announced: length, ..watched }, asked)
    }
}

impl hyper::body::Body for Watched {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        self.asked.store(true, Ordering::SeqCst);
        Poll::Ready(self.bytes.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn size_hint(&self) -> hyper::body::SizeHint {
        let mut hint = hyper::body::SizeHint::default();
        hint.set_lower(self.announced);
        hint
    }
}
