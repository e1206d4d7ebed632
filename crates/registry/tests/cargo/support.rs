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
use testkit::crate_registry::{CrateRegistry, krate, publication};

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";
/// What opens the registry behind `custom:private`.
pub const PRIVATE_TOKEN: &str = "token-of-the-private-registry";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up registry.
pub struct Shop {
    pub world: World,
    pub public: CrateRegistry,
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
    /// Its public registry has `widget` 1.0.0 and 1.1.0, and `Gadget` 2.0.0 that needs it.
    pub fn new() -> Self {
        let public = CrateRegistry::start();
        public
            .publish(&krate("widget", "1.0.0", "pub fn f() {}"), json!({"pubtime": "2020-01-01T00:00:00Z"}));
        public
            .publish(&krate("widget", "1.1.0", "pub fn g() {}"), json!({"pubtime": "2021-01-01T00:00:00Z"}));
        let needs = json!([{
            "name": "part", "package": "widget", "req": "^1.0", "features": [], "optional": false,
            "default_features": true, "target": null, "kind": "normal"
        }]);
        public.publish(&krate("Gadget", "2.0.0", "pub use part::g;"), json!({"deps": needs}));
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
        let token = token(&world, OWNER, "shop");
        let shop = Self { world, public, endpoint, token };
        shop.connect("store", "public:crates-io");
        shop
    }

    /// The same, with a quota that its operator set.
    #[must_use]
    pub fn with_quota(self, name: &'static str, value: u64) -> Self {
        let caller = self.world.caller().installed(|installation| {
            installation.quotas.insert(name.to_owned(), value);
        });
        let installation = caller.call().installation;
        let endpoint = endpoint_of(&self.world, &self.public.url(), installation);
        Self { endpoint, ..self }
    }

    pub fn connect(&self, repository: &str, connection: &str) {
        let input = json!({"domain": "shop", "repository": repository, "externalConnection": connection});
        let custom = |installation: &mut service::Installation| {
            installation.connections.insert("custom:private".to_owned(), "cargo".to_owned());
        };
        self.world.caller().installed(custom).ok("AssociateExternalConnection", input);
    }

    pub fn disconnect(&self) {
        let input =
            json!({"domain": "shop", "repository": "store", "externalConnection": "public:crates-io"});
        self.world.caller().ok("DisassociateExternalConnection", input);
    }

    /// A request to a repository, with the token as cargo sends it.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/cargo/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", &self.token)
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    /// Publishes a library with this source.
    pub async fn publish(&self, repository: &str, name: &str, version: &str, source: &str) -> Answer {
        self.publish_as(repository, name, version, source, json!({})).await
    }

    /// The same with other metadata.
    pub async fn publish_as(
        &self,
        repository: &str,
        name: &str,
        version: &str,
        source: &str,
        more: Value,
    ) -> Answer {
        let body = publication(&krate(name, version, source), more);
        self.send(self.request("PUT", repository, "api/v1/crates/new"), body).await
    }

    /// The versions in a file of the index, with whether they are yanked; none when there is no such file.
    pub async fn listed(&self, repository: &str, path: &str) -> Vec<(String, bool)> {
        let answer = self.get(repository, path).await;
        if answer.status == 404 {
            return Vec::new();
        }
        let listed =
            |line: &Value| (line["vers"].as_str().unwrap().to_owned(), line["yanked"].as_bool().unwrap());
        answer.lines().iter().map(listed).collect()
    }

    /// The versions that a repository holds of a crate, with their statuses; none when it has no such package.
    pub fn versions(&self, repository: &str, package: &str) -> BTreeMap<String, String> {
        let Ok(answer) = self.world.caller().send("ListPackageVersions", of(repository, package, json!({})))
        else {
            return BTreeMap::new();
        };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| (text(version, "version"), text(version, "status"))).collect()
    }

    /// Sets the status of a version.
    pub fn set_status(&self, repository: &str, package: &str, version: &str, status: &str) {
        let input = of(repository, package, json!({"versions": [version], "targetStatus": status}));
        self.world.caller().ok("UpdatePackageVersionsStatus", input);
    }

    /// Sets the origin configuration of a package.
    pub fn restrict(&self, repository: &str, package: &str, publish: &str, upstream: &str) {
        let restrictions = json!({"restrictions": {"publish": publish, "upstream": upstream}});
        self.world.caller().ok("PutPackageOriginConfiguration", of(repository, package, restrictions));
    }
}

/// Input members that name a crate of the shop, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input =
        json!({"domain": "shop", "repository": repository, "format": "cargo", "package": package});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The endpoints over a store and a registry, which is also `custom:private` to who has the token.
pub fn endpoint(world: &World, upstream: &str) -> Endpoint {
    endpoint_of(world, upstream, world.caller().call().installation)
}

fn endpoint_of(world: &World, upstream: &str, installation: Arc<service::Installation>) -> Endpoint {
    let private = Custom {
        url: format!("sparse+{upstream}"),
        format: Format::Cargo,
        credentials: Credentials::header_of("authorization", Secret::Text(PRIVATE_TOKEN.to_owned())),
    };
    let settings = Settings {
        upstreams: BTreeMap::from([("crates-io".to_owned(), format!("sparse+{upstream}"))]),
        custom: BTreeMap::from([("private".to_owned(), private)]),
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
        upstreams: Upstreams::new(fetcher, Policy::default(), store.clock(), 64 << 20),
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

    /// The sentence of a refusal in cargo's shape, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.json()["errors"][0]["detail"].as_str().unwrap().to_owned()
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The lines of a file of the index.
    #[track_caller]
    pub fn lines(&self) -> Vec<Value> {
        assert_eq!(self.status, 200, "{self:?}");
        let text = std::str::from_utf8(&self.body).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}
