//! What these tests share: a shop of two repositories, `app` below `store`, and requests to their endpoints.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::{HeaderMap, Request, StatusCode};
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Machine, Policy, Remembered, Resolver, ServerAddress, Settings,
};
use registry::{Endpoint, Parts, Upstreams};
use serde_json::{Value, json};
use store::Blobs;
use testkit::World;

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";

pub struct Shop {
    pub world: World,
    pub blobs: Blobs,
    endpoint: Endpoint,
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

    fn read(&self, _: &Path) -> Option<String> {
        None
    }
}

impl Remembered for Nowhere {
    fn recall(&self, _: &str) -> Option<String> {
        None
    }

    fn remember(&self, _: &str, _: &str) {}
}

impl Shop {
    pub fn new() -> Self {
        Self::with_quotas(&[])
    }

    /// A shop with quotas of its operator's own.
    pub fn with_quotas(quotas: &[(&str, u64)]) -> Self {
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in [("store", json!([])), ("app", json!([{"repositoryName": "store"}]))] {
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let token =
            caller.ok("GetAuthorizationToken", json!({"domain": "shop"}))["authorizationToken"].clone();
        let token = token.as_str().unwrap().to_owned();
        let blobs = Blobs::memory();
        let quotas = quotas.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
        let endpoint = endpoint(&world, &blobs, quotas);
        Self { world, blobs, endpoint, token }
    }

    /// A request to a repository, with the token.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/generic/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn put(&self, repository: &str, rest: &str, body: &'static str) -> Answer {
        self.send(self.request("PUT", repository, rest), body).await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        self.answer(request.body(Full::new(body.into())).unwrap()).await
    }

    /// Sends a body without saying how long it is.
    pub async fn unannounced(&self, request: hyper::http::request::Builder, body: &'static str) -> Answer {
        let frames = [Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(body.as_bytes())))];
        self.answer(request.body(StreamBody::new(futures_util::stream::iter(frames))).unwrap()).await
    }

    /// Sends a body that breaks off after some bytes.
    pub async fn torn(&self, request: hyper::http::request::Builder, body: &'static str) -> Answer {
        let frames =
            [Ok(Frame::data(Bytes::from_static(body.as_bytes()))), Err(std::io::Error::other("gone"))];
        self.answer(request.body(StreamBody::new(futures_util::stream::iter(frames))).unwrap()).await
    }

    async fn answer<B>(&self, request: Request<B>) -> Answer
    where
        B: hyper::body::Body<Data = Bytes> + Send + 'static,
        B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
    {
        let response = self.endpoint.answer(request, "00000000-0000-4000-8000-000000000000".to_owned()).await;
        let (parts, body) = response.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    /// The versions of `team/tool` that a repository holds, as `version status`.
    pub fn versions(&self, repository: &str) -> Vec<String> {
        let input = json!({"domain": "shop", "repository": repository, "format": "generic", "namespace": "team",
            "package": "tool"});
        let Ok(answer) = self.world.caller().send("ListPackageVersions", input) else { return Vec::new() };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let shown = |version: &Value| format!("{} {}", text(version, "version"), text(version, "status"));
        answer["versions"].as_array().unwrap().iter().map(shown).collect()
    }

    /// Calls an operation on versions of `team/tool`.
    pub fn call(&self, operation: &str, repository: &str, more: Value) -> Value {
        let mut input = json!({"domain": "shop", "repository": repository, "format": "generic", "namespace": "team",
            "package": "tool"});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.world.caller().ok(operation, input)
    }
}

fn endpoint(world: &World, blobs: &Blobs, quotas: BTreeMap<String, u64>) -> Endpoint {
    let settings =
        Settings { upstreams: BTreeMap::new(), custom: BTreeMap::new(), server: ServerAddress::default() };
    let identity = Identity::new("under-test");
    let fetcher = Fetcher::new(FetcherOptions::default(), identity.clone());
    let store = world.store().clone();
    let upstreams = Upstreams::new(fetcher, Policy::default(), store.clock(), 64 << 20);
    Endpoint::new(Parts {
        installation: world
            .caller()
            .installed(|installation| installation.quotas = quotas)
            .call()
            .installation,
        blobs: blobs.clone(),
        public_url: None,
        resolver: Arc::new(Resolver::new(settings, Box::new(Nowhere), Box::new(Nowhere))),
        upstreams,
        identity,
        store,
    })
}

impl Answer {
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}
