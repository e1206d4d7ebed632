//! What these tests share: a shop of repositories, gems, and requests to their endpoints.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
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
use testkit::crate_registry::CrateRegistry;

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";

/// A domain `shop`: `app` above `mid` above `store`, which is connected to the made-up host; `own` for itself.
pub struct Shop {
    pub world: World,
    /// A host of files.
    pub public: CrateRegistry,
    pub endpoint: Endpoint,
    token: String,
    lines: std::sync::Mutex<BTreeMap<String, String>>,
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
    /// Its public host has `base` 1.0 and 1.1, `top` 2.0 that needs it, and `native` 3.0 for two platforms.
    pub fn new() -> Self {
        let public = CrateRegistry::start();
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in
            [("store", vec![]), ("mid", vec!["store"]), ("app", vec!["mid"]), ("own", vec![])]
        {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let input =
            json!({"domain": "shop", "repository": "store", "externalConnection": "public:ruby-gems-org"});
        caller.ok("AssociateExternalConnection", input);
        let endpoint = endpoint(&world, &public.url());
        let answer = world.caller().ok("GetAuthorizationToken", json!({"domain": "shop"}));
        let token = format!("Bearer {}", answer["authorizationToken"].as_str().unwrap());
        let shop = Self { world, public, endpoint, token, lines: std::sync::Mutex::default() };
        shop.offer(&Gem::new("base", "1.0"), "");
        shop.offer(&Gem::new("base", "1.1"), "");
        shop.offer(&Gem { needs: "base", ..Gem::new("top", "2.0") }, "");
        shop.offer(&Gem::new("native", "3.0"), "");
        shop.offer(&Gem { platform: "java", ..Gem::new("native", "3.0") }, "");
        shop
    }

    /// Lists a gem at the public host and holds it there; `more` follows in its line.
    pub fn offer(&self, gem: &Gem<'_>, more: &str) {
        let bytes = gem.pack();
        let needs = if gem.needs.is_empty() { String::new() } else { format!("{}:>= 1", gem.needs) };
        let line = format!("{} {needs}|checksum:{}{more}\n", gem.number(), sha256(&bytes));
        self.offer_line(gem, &line);
        self.public.put(&format!("/gems/{}", gem.file()), &bytes);
    }

    /// Adds a line to the public host's list of a gem.
    pub fn offer_line(&self, gem: &Gem<'_>, line: &str) {
        let mut lines = self.lines.lock().unwrap();
        let listed = lines.entry(gem.name.to_owned()).or_insert_with(|| "---\n".to_owned());
        listed.push_str(line);
        self.public.put(&format!("/info/{}", gem.name), listed.as_bytes());
    }

    /// A request to a repository, with the token as gem sends it.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/ruby/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", &self.token)
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    pub async fn push(&self, repository: &str, gem: &Gem<'_>) -> Answer {
        self.send(self.request("POST", repository, "api/v1/gems"), gem.pack()).await
    }

    /// The numbers in the list of a gem; none when there is no such list.
    pub async fn listed(&self, repository: &str, name: &str) -> Vec<String> {
        let answer = self.get(repository, &format!("info/{name}")).await;
        if answer.status == 404 {
            return Vec::new();
        }
        answer.text().lines().skip(1).map(|line| line.split(' ').next().unwrap().to_owned()).collect()
    }

    /// The versions that a repository holds of a gem, with their statuses; none when it has no such package.
    pub fn versions(&self, repository: &str, package: &str) -> BTreeMap<String, String> {
        let Ok(answer) = self.world.caller().send("ListPackageVersions", of(repository, package, json!({})))
        else {
            return BTreeMap::new();
        };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| (text(version, "version"), text(version, "status"))).collect()
    }

    /// The names of the assets that a repository holds of a version.
    pub fn assets(&self, repository: &str, package: &str, version: &str) -> Vec<String> {
        let input = of(repository, package, json!({"packageVersion": version}));
        let answer = self.world.caller().ok("ListPackageVersionAssets", input);
        let assets = answer["assets"].as_array().unwrap().iter();
        assets.map(|asset| asset["name"].as_str().unwrap().to_owned()).collect()
    }
}

/// A gem to be made.
pub struct Gem<'a> {
    pub name: &'a str,
    pub version: &'a str,
    pub platform: &'a str,
    /// The name of a gem that it needs.
    pub needs: &'a str,
    /// What is in its only file.
    pub source: &'a str,
}

impl<'a> Gem<'a> {
    pub fn new(name: &'a str, version: &'a str) -> Self {
        Self { name, version, platform: "ruby", needs: "", source: "X = 1" }
    }

    pub fn number(&self) -> String {
        if self.platform == "ruby" {
            self.version.to_owned()
        } else {
            format!("{}-{}", self.version, self.platform)
        }
    }

    pub fn file(&self) -> String {
        format!("{}-{}.gem", self.name, self.number())
    }

    pub fn pack(&self) -> Vec<u8> {
        let Gem { name, version, platform, .. } = self;
        let mut spec = format!(
            "--- !ruby/object:Gem::Specification\nname: {name}\nversion: !ruby/object:Gem::Version\n  version: '{version}'\nplatform: {platform}\nsummary: one of ours\nlicenses:\n- MIT\n"
        );
        if !self.needs.is_empty() {
            let _ = write!(
                spec,
                "dependencies:\n- !ruby/object:Gem::Dependency\n  name: {}\n  requirement: !ruby/object:Gem::Requirement\n    requirements:\n    - - '>='\n      - !ruby/object:Gem::Version\n        version: '1'\n  type: :runtime\n",
                self.needs
            );
        }
        let data = tar(&[("lib/x.rb", self.source.as_bytes())]);
        tar(&[("metadata.gz", &packed(spec.as_bytes())), ("data.tar.gz", &packed(&data))])
    }
}

pub fn sha256(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in Sha256::digest(bytes) {
        let _ = write!(text, "{byte:02x}");
    }
    text
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn tar(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for (path, content) in entries {
        let mut header = [0; 512];
        header[..path.len()].copy_from_slice(path.as_bytes());
        header[124..135].copy_from_slice(format!("{:011o}", content.len()).as_bytes());
        header[156] = b'0';
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        bytes.extend(header);
        bytes.extend(*content);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
    }
    bytes.extend([0; 1024]);
    bytes
}

/// Input members that name a gem of the shop, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input = json!({"domain": "shop", "repository": repository, "format": "ruby", "package": package});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The endpoints over a store and a host.
pub fn endpoint(world: &World, upstream: &str) -> Endpoint {
    let settings = Settings {
        upstreams: BTreeMap::from([("ruby-gems-org".to_owned(), upstream.to_owned())]),
        custom: BTreeMap::new(),
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
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The sentence of a refusal, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        String::from_utf8(self.body.to_vec()).unwrap()
    }

    /// Checks that it is a success.
    #[track_caller]
    pub fn succeeded(&self) {
        assert_eq!(self.status, 200, "{self:?}");
    }

    /// The text of a success.
    #[track_caller]
    pub fn text(&self) -> String {
        assert_eq!(self.status, 200, "{self:?}");
        String::from_utf8(self.body.to_vec()).unwrap()
    }
}
