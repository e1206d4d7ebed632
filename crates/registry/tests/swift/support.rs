//! What these tests share: a domain of three repositories in a row, source archives, and requests as SwiftPM sends them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use flate2::Crc;
use http_body_util::{BodyExt as _, Full};
use hyper::{HeaderMap, Request, StatusCode};
use registry::upstream::{
    Fetcher, FetcherOptions, Identity, Machine, Policy, Remembered, Resolver, Settings,
};
use registry::{Endpoint, Parts, Upstreams};
use serde_json::{Value, json};
use store::Blobs;
use testkit::World;

static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];

/// The account of [`World::caller`], which owns the domain.
pub const OWNER: &str = "111122223333";
/// Where the endpoint of repository `app` is.
pub const APP: &str = "http://registry.test:4566/swift/d/shop-111122223333/app";
/// What SwiftPM says that it takes.
pub const JSON: &str = "application/vnd.swift.registry.v1+json";

/// A domain `shop`: `app` above `mid` above `store`.
pub struct Shop {
    pub world: World,
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
    pub fn new() -> Self {
        let world = World::new(ROOMS, codeartifact::register);
        let caller = world.caller();
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        for (name, upstreams) in [("store", vec![]), ("mid", vec!["store"]), ("app", vec!["mid"])] {
            let upstreams: Vec<Value> =
                upstreams.iter().map(|name| json!({"repositoryName": name})).collect();
            let input = json!({"domain": "shop", "repository": name, "upstreams": upstreams});
            caller.ok("CreateRepository", input);
        }
        let endpoint = endpoint(&world);
        let token = token(&world, OWNER, "shop");
        Self { world, endpoint, token }
    }

    /// A request to a repository, with the token as SwiftPM sends it.
    pub fn request(&self, method: &str, repository: &str, rest: &str) -> hyper::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(format!("/swift/d/shop-{OWNER}/{repository}/{rest}"))
            .header("host", "registry.test:4566")
            .header("authorization", format!("Bearer {}", self.token))
    }

    pub async fn get(&self, repository: &str, rest: &str) -> Answer {
        self.send(self.request("GET", repository, rest), "").await
    }

    pub async fn send(&self, request: hyper::http::request::Builder, body: impl Into<Bytes>) -> Answer {
        send(&self.endpoint, request.body(Full::new(body.into())).unwrap()).await
    }

    /// Publishes what is in a form.
    pub async fn publish_form(&self, repository: &str, release: &str, form: &Form) -> Answer {
        let mut request = self
            .request("PUT", repository, release)
            .header("accept", JSON)
            .header("content-type", "multipart/form-data;boundary=\"XYZ\"")
            .header("prefer", "respond-async");
        if form.signed() {
            request = request.header("x-swift-package-signature-format", "cms-1.0.0");
        }
        self.send(request, form.body()).await
    }

    /// Publishes a small package with this source.
    pub async fn publish(&self, repository: &str, release: &str, source: &str) -> Answer {
        self.publish_form(repository, release, &Form::of(&package(source))).await
    }

    /// The versions that a repository lists of a package, the highest first; none when there is no such package.
    pub async fn listed(&self, repository: &str, package: &str) -> Vec<String> {
        let answer = self.get(repository, package).await;
        if answer.status == 404 {
            return Vec::new();
        }
        answer.ok();
        // The order of the text counts.
        let text = String::from_utf8(answer.body.to_vec()).unwrap();
        let versions = text.split("\":{\"url\"").map(|before| before.rsplit('"').next().unwrap().to_owned());
        let mut versions: Vec<String> = versions.collect();
        versions.pop();
        versions
    }

    /// The versions that a repository holds of `acme.{package}`, with their statuses.
    pub fn versions(&self, repository: &str, package: &str) -> BTreeMap<String, String> {
        let Ok(answer) = self.world.caller().send("ListPackageVersions", of(repository, package, json!({})))
        else {
            return BTreeMap::new();
        };
        let text = |version: &Value, member: &str| version[member].as_str().unwrap().to_owned();
        let versions = answer["versions"].as_array().unwrap().iter();
        versions.map(|version| (text(version, "version"), text(version, "status"))).collect()
    }

    /// Sets the status of a version of `acme.{package}`.
    pub fn set_status(&self, repository: &str, package: &str, version: &str, status: &str) {
        let input = of(repository, package, json!({"versions": [version], "targetStatus": status}));
        self.world.caller().ok("UpdatePackageVersionsStatus", input);
    }
}

/// Input members that name a package of scope `acme`, and more.
pub fn of(repository: &str, package: &str, more: Value) -> Value {
    let mut input = json!({
        "domain": "shop", "repository": repository, "format": "swift", "namespace": "acme", "package": package
    });
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

/// The endpoints over a store, behind which there is no registry.
pub fn endpoint(world: &World) -> Endpoint {
    let identity = Identity::new("under-test");
    let fetcher = Fetcher::new(FetcherOptions::default(), identity.clone());
    let store = world.store().clone();
    Endpoint::new(Parts {
        installation: world.caller().call().installation,
        blobs: Blobs::memory(),
        public_url: None,
        resolver: Arc::new(Resolver::new(Settings::default(), Box::new(Nowhere), Box::new(Nowhere))),
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

    /// The sentence of a refusal in the shape of the protocol, after checking its status.
    #[track_caller]
    pub fn refused(&self, status: u16) -> String {
        assert_eq!(self.status.as_u16(), status, "{self:?}");
        assert_eq!(self.header("content-type"), "application/problem+json");
        assert_eq!(self.header("content-version"), "1");
        assert_eq!(self.json()["status"], status);
        self.json()["detail"].as_str().unwrap().to_owned()
    }

    /// The JSON of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert_eq!((self.status.as_u16(), self.header("content-version")), (200, "1"), "{self:?}");
        assert_eq!(self.header("content-type"), "application/json");
        self.json()
    }

    /// Checks that a release was published.
    #[track_caller]
    pub fn created(&self) {
        assert_eq!((self.status.as_u16(), self.header("content-version")), (201, "1"), "{self:?}");
    }
}

/// The form of a publish request.
#[derive(Default)]
pub struct Form(Vec<(String, String, Vec<u8>)>);

impl Form {
    /// A form with this archive.
    pub fn of(archive: &[u8]) -> Self {
        Self::default().with("source-archive", "binary", archive)
    }

    /// The same with another part, written in an encoding.
    pub fn with(mut self, name: &str, encoding: &str, bytes: impl AsRef<[u8]>) -> Self {
        self.0.push((name.to_owned(), encoding.to_owned(), bytes.as_ref().to_vec()));
        self
    }

    fn signed(&self) -> bool {
        self.0.iter().any(|(name, ..)| name == "source-archive-signature")
    }

    /// The body as SwiftPM writes it, with the boundary XYZ.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Vec::new();
        for (name, encoding, bytes) in &self.0 {
            let head = format!(
                "\r\n--XYZ\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\
                 Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
            );
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(bytes);
        }
        body.extend_from_slice(b"\r\n--XYZ--\r\n");
        body
    }
}

/// The archive of a package with this source and a plain manifest.
pub fn package(source: &str) -> Vec<u8> {
    zip(&[
        ("Kit/Package.swift", "// swift-tools-version:5.7\nlet a = 1\n"),
        ("Kit/Sources/Kit/Kit.swift", source),
    ])
}

/// A zip archive of files, without compression.
pub fn zip(files: &[(&str, &str)]) -> Vec<u8> {
    let files: Vec<(&str, u32, &str)> = files.iter().map(|(path, text)| (*path, 0o100_644, *text)).collect();
    zip_with_modes(&files)
}

/// The same with the mode of each.
pub fn zip_with_modes(files: &[(&str, u32, &str)]) -> Vec<u8> {
    let (mut archive, mut directory) = (Vec::new(), Vec::new());
    for (path, mode, text) in files {
        let mut crc = Crc::new();
        crc.update(text.as_bytes());
        let offset = u32::try_from(archive.len()).unwrap();
        let length = u32::try_from(text.len()).unwrap();
        let mut fields = vec![20, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        for number in [crc.sum(), length, length] {
            fields.extend_from_slice(&number.to_le_bytes());
        }
        fields.extend_from_slice(&u16::try_from(path.len()).unwrap().to_le_bytes());
        fields.extend_from_slice(&[0, 0]);
        archive.extend_from_slice(b"PK\x03\x04");
        archive.extend_from_slice(&fields);
        archive.extend_from_slice(path.as_bytes());
        archive.extend_from_slice(text.as_bytes());
        directory.extend_from_slice(b"PK\x01\x02\x14\x03");
        directory.extend_from_slice(&fields);
        directory.extend_from_slice(&[0; 6]);
        directory.extend_from_slice(&(mode << 16).to_le_bytes());
        directory.extend_from_slice(&offset.to_le_bytes());
        directory.extend_from_slice(path.as_bytes());
    }
    let (start, count) = (u32::try_from(archive.len()).unwrap(), u16::try_from(files.len()).unwrap());
    let length = u32::try_from(directory.len()).unwrap();
    archive.extend_from_slice(&directory);
    archive.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    archive.extend_from_slice(&[count.to_le_bytes(), count.to_le_bytes()].concat());
    archive.extend_from_slice(&[length.to_le_bytes(), start.to_le_bytes()].concat());
    archive.extend_from_slice(&[0, 0]);
    archive
}
