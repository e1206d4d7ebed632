//! What these tests share: a shop of three repositories in a row, and requests to their endpoints.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request, StatusCode};
use registry::upstream::{
    Credentials, Custom, Fetcher, FetcherOptions, Format, Identity, Machine, Policy, Remembered, Resolver,
    Secret, ServerAddress, Settings,
};
use registry::{Endpoint, Parts, Upstreams};
use serde_json::{Value, json};
use store::Blobs;
use testkit::World;

use crate::upstream::Upstream;

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";

/// What opens the repository behind `custom:private`.
pub const PRIVATE_TOKEN: &str = "Bearer token-of-the-private-repository";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up repository.
pub struct Shop {
    pub world: World,
    pub public: Upstream,
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
    pub async fn new() -> Self {
        let public = Upstream::start().await;
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in [("store", vec![]), ("mid", vec!["store"]), ("app", vec!["mid"])] {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let endpoint = endpoint(&world, &public.url());
        let token = caller.ok("GetAuthorizationToken", json!({"domain": "shop"}));
        let token = token["authorizationToken"].as_str().unwrap().to_owned();
        let shop = Self { world, public, endpoint, token };
        shop.connect("store", "public:maven-central");
        shop
    }

    pub fn connect(&self, repository: &str, connection: &str) {
        let input = json!({"domain": "shop", "repository": repository, "externalConnection": connection});
        let custom = |installation: &mut service::Installation| {
            installation.connections.insert("custom:private".to_owned(), "maven".to_owned());
        };
        self.world.caller().installed(custom).ok("AssociateExternalConnection", input);
    }

    pub fn disconnect(&self) {
        let input =
            json!({"domain": "shop", "repository": "store", "externalConnection": "public:maven-central"});
        self.world.caller().ok("DisassociateExternalConnection", input);
    }

    pub async fn send(&self, method: &str, repository: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        self.ask(self.request(method, repository, path), body).await
    }

    /// Sends a request without a body, with further headers.
    pub async fn send_with(
        &self,
        method: &str,
        repository: &str,
        path: &str,
        headers: &[(&str, &str)],
    ) -> Answer {
        let request = self.request(method, repository, path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        self.ask(request, "").await
    }

    fn request(&self, method: &str, repository: &str, path: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/maven/d/shop-{OWNER}/{repository}/{path}"))
            .header("host", "registry.test:4566")
            .header("authorization", format!("Bearer {}", self.token))
    }

    async fn ask(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        let request = request.body(Full::new(body.into())).unwrap();
        let id = "00000000-0000-4000-8000-000000000000".to_owned();
        let (parts, body) = self.endpoint.answer(request, id).await.into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, body }
    }

    pub async fn get(&self, repository: &str, path: &str) -> Answer {
        self.send("GET", repository, path, "").await
    }

    pub async fn put(&self, repository: &str, path: &str, body: impl Into<Bytes>) -> Answer {
        self.send("PUT", repository, path, body).await
    }

    /// The versions that a repository holds of a package, with their statuses; none when it has no such package.
    pub fn versions(&self, repository: &str, group: &str, artifact: &str) -> BTreeMap<String, String> {
        let input = json!({"domain": "shop", "repository": repository, "format": "maven", "namespace": group,
            "package": artifact});
        let Ok(answer) = self.world.caller().send("ListPackageVersions", input) else {
            return BTreeMap::new();
        };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| (text(version, "version"), text(version, "status"))).collect()
    }
}

impl Answer {
    /// The text of a success.
    #[track_caller]
    pub fn ok(&self) -> String {
        assert!(self.status.is_success(), "{self:?}");
        self.text()
    }

    /// The sentence of a refusal, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert!(!self.body.is_empty());
        self.text()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}

fn endpoint(world: &World, upstream: &str) -> Endpoint {
    let private = Custom {
        url: format!("{upstream}private"),
        format: Format::Maven,
        credentials: Credentials::header_of("authorization", Secret::Text(PRIVATE_TOKEN.to_owned())),
    };
    let settings = Settings {
        upstreams: BTreeMap::from([("maven-central".to_owned(), upstream.to_owned())]),
        custom: BTreeMap::from([("private".to_owned(), private)]),
        server: ServerAddress::default(),
    };
    let identity = Identity::new("under-test");
    let fetcher = Fetcher::new(FetcherOptions::default(), identity.clone());
    let store = world.store().clone();
    Endpoint::new(Parts {
        installation: world.caller().call().installation,
        blobs: Blobs::memory(),
        public_url: None,
        resolver: Arc::new(Resolver::new(settings, Box::new(Nowhere), Box::new(Nowhere))),
        upstreams: Upstreams::new(fetcher, Policy::default(), store.clock(), 64 << 20),
        identity,
        store,
    })
}
