//! What these tests share: a shop of three repositories in a row, and requests to their endpoints.

use std::collections::BTreeMap;
use std::io::Read as _;
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
use testkit::nuget_registry::{NugetRegistry, Nupkg, form, nupkg, nuspec};

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";
/// What opens the registry behind `custom:private`.
pub const PRIVATE_TOKEN: &str = "token-of-the-private-registry";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up registry.
pub struct Shop {
    pub world: World,
    pub public: NugetRegistry,
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
    /// Its public registry has `Widget` 1.0.0, 1.1.0, 2.0.0-Beta.1+meta and, not listed, 0.9.0.
    pub fn new() -> Self {
        Self::over(NugetRegistry::start())
    }

    /// The same over this registry.
    pub fn over(public: NugetRegistry) -> Self {
        public.publish(&nupkg("Widget", "0.9.0", "0"), json!({"listed": false}));
        public.publish(&nupkg("Widget", "1.0.0", "1"), json!({"published": "2020-01-01T00:00:00Z"}));
        public.publish(&nupkg("Widget", "1.1.0", "2"), json!({"published": "2021-01-01T00:00:00Z"}));
        public.publish(&nupkg("Widget", "2.0.0-Beta.1+meta", "3"), json!({}));
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
        shop.connect("store", "public:nuget-org");
        shop
    }

    pub fn connect(&self, repository: &str, connection: &str) {
        let input = json!({"domain": "shop", "repository": repository, "externalConnection": connection});
        let custom = |installation: &mut service::Installation| {
            installation.connections.insert("custom:private".to_owned(), "nuget".to_owned());
        };
        self.world.caller().installed(custom).ok("AssociateExternalConnection", input);
    }

    pub fn disconnect(&self) {
        let input =
            json!({"domain": "shop", "repository": "store", "externalConnection": "public:nuget-org"});
        self.world.caller().ok("DisassociateExternalConnection", input);
    }

    /// A request to a repository, with the token as NuGet sends it.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/nuget/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", &self.token)
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    /// Pushes a package as NuGet 5 does.
    pub async fn push(&self, repository: &str, package: &Nupkg) -> Answer {
        self.push_to(repository, "v3/package/", &package.bytes).await
    }

    /// The same with these bytes to this path.
    pub async fn push_to(&self, repository: &str, path: &str, package: &[u8]) -> Answer {
        let (content_type, body) = form(package);
        let request = self.request("PUT", repository, path).header("content-type", content_type);
        self.send(request, body).await
    }

    /// Pushes a package of this content, which has to be taken.
    #[track_caller]
    pub fn pushed(
        &self,
        repository: &str,
        id: &str,
        version: &str,
        content: &str,
    ) -> impl Future<Output = ()> {
        let package = nupkg(id, version, content);
        async move { assert_eq!(self.push(repository, &package).await.status, 201) }
    }

    /// Pushes a package whose nuspec says more.
    pub async fn push_saying(&self, repository: &str, id: &str, version: &str, more: &str) -> Answer {
        self.push(repository, &Nupkg::of(id, version, &nuspec(id, version, more), "x")).await
    }

    /// The versions in the flat container; none when there is no such package.
    pub async fn listed(&self, repository: &str, id: &str) -> Vec<String> {
        let answer = self.get(repository, &format!("v3/flatcontainer/{id}/index.json")).await;
        if answer.status == 404 {
            return Vec::new();
        }
        let listed = answer.ok()["versions"].as_array().unwrap().clone();
        listed.iter().map(|version| version.as_str().unwrap().to_owned()).collect()
    }

    /// The leaves of a registration, by version as it is spelled.
    pub async fn registered(&self, repository: &str, hive: &str, id: &str) -> BTreeMap<String, Value> {
        let answer = self.get(repository, &format!("v3/{hive}/{id}/index.json")).await;
        if answer.status == 404 {
            return BTreeMap::new();
        }
        let pages = answer.ok()["items"].as_array().unwrap().clone();
        let leaves = pages.iter().flat_map(|page| page["items"].as_array().unwrap().clone());
        let entries = leaves.map(|leaf| leaf["catalogEntry"].clone());
        entries.map(|entry| (entry["version"].as_str().unwrap().to_owned(), entry)).collect()
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

/// Input members that name a package of the shop, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input =
        json!({"domain": "shop", "repository": repository, "format": "nuget", "package": package});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The endpoints over a store and a registry, which is also `custom:private` to who has the token.
pub fn endpoint(world: &World, upstream: &str) -> Endpoint {
    let private = Custom {
        url: format!("{upstream}v3/index.json"),
        format: Format::Nuget,
        credentials: Credentials::header_of("authorization", Secret::Text(PRIVATE_TOKEN.to_owned())),
    };
    let settings = Settings {
        upstreams: BTreeMap::from([("nuget-org".to_owned(), format!("{upstream}v3/index.json"))]),
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
    let mut body = body.collect().await.unwrap().to_bytes();
    if parts.headers.get("content-encoding").is_some_and(|coding| coding == "gzip") {
        let mut unpacked = Vec::new();
        flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut unpacked).unwrap();
        body = unpacked.into();
    }
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

    /// The sentence of a refusal as the endpoint words it, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        self.json()["error"].as_str().unwrap().to_owned()
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        self.json()
    }

    /// The text of a success.
    #[track_caller]
    pub fn text(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}
