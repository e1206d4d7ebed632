//! Reading from a registry that counts what it is asked and fails on command.

use super::super::fetcher::FetcherOptions;
use super::super::name::Format;
use super::super::resolver::Reason;
use super::super::via::Identity;
use super::*;
use crate::upstream::Credentials;
use serde_json::json;
use std::time::Duration;
use testkit::npm_registry::{Catalog, Failure, NpmRegistry, Package, tarball};

struct Fixture {
    registry: NpmRegistry,
    npm: NpmUpstream,
    upstream: Arc<Upstream>,
    clock: Clock,
    blobs: Blobs,
}

type Expected = fn(&FetchError) -> bool;

const SECOND: Duration = Duration::from_secs(1);

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

fn catalog() -> Catalog {
    Catalog::of([
        Package::new("widget").release("1.0.0", &[], json!({})).release(
            "1.1.0",
            &[("@acme/part", "^1.0.0")],
            json!({}),
        ),
        Package::new("@acme/part").release("1.0.0", &[], json!({})),
        Package::new("unpublished"),
    ])
}

fn fixture() -> Fixture {
    with(FetcherOptions::default(), |_| {})
}

fn with(options: FetcherOptions, change: impl FnOnce(&mut Upstream)) -> Fixture {
    let registry = NpmRegistry::start(catalog());
    let clock = Clock::manual(model::Timestamp::from_millis(1_000_000));
    let fetcher = Arc::new(Fetcher::new(options, Identity::new("test")));
    let npm = NpmUpstream::new(fetcher, Policy::default(), clock.clone(), 64 << 20);
    let mut upstream = Upstream {
        connection: "public:npmjs".to_owned(),
        format: Format::Npm,
        url: Url::parse(&registry.url()).unwrap(),
        credentials: None,
        reason: Reason::ConfigurationFile,
        skipped: Vec::new(),
    };
    change(&mut upstream);
    Fixture { registry, npm, upstream: Arc::new(upstream), clock, blobs: Blobs::memory() }
}

impl Fixture {
    async fn listing(&self, package: &str) -> Result<Found, FetchError> {
        self.npm.listing(&self.upstream, &name(package), &ViaChain::default()).await
    }

    async fn versions(&self, package: &str) -> Vec<String> {
        let listing = self.listing(package).await.unwrap().unwrap();
        listing.entries().iter().map(|entry| entry.version.as_str().to_owned()).collect()
    }

    async fn tarball(&self, package: &str, version: &str) -> Result<Staged, FetchError> {
        let listing = self.listing(package).await?.unwrap();
        let entry = listing.entry(version).unwrap();
        self.npm.tarball(&self.upstream, entry, &ViaChain::default(), &self.blobs).await
    }
}

/// A version of the listing, with its tarball at another URL.
fn elsewhere_at(listing: &Listing, url: &str) -> Entry {
    let mut entry = listing.entry("1.0.0").unwrap().clone();
    entry.tarball = url.into();
    entry
}

#[tokio::test]
async fn a_listing_is_asked_for_once_and_then_comes_from_memory() {
    let f = fixture();
    assert_eq!(f.versions("widget").await, ["1.0.0", "1.1.0"]);
    assert_eq!(f.versions("widget").await, ["1.0.0", "1.1.0"]);
    assert_eq!(f.versions("@acme/part").await, ["1.0.0"]);
    assert_eq!((f.registry.requests("/widget"), f.registry.requests("/@acme/part")), (1, 1));
    assert_eq!(f.registry.last_via().as_deref(), Some("1.1 homeregion-test"));
}

#[tokio::test]
async fn an_old_listing_is_revalidated_and_a_changed_one_replaced() {
    let f = fixture();
    f.versions("widget").await;
    f.clock.advance(301 * SECOND);
    assert_eq!(f.versions("widget").await, ["1.0.0", "1.1.0"]);
    assert_eq!((f.registry.requests("/widget"), f.registry.not_modified()), (2, 1));
    f.registry.change(|catalog| {
        let widget = catalog.packages.remove("widget").unwrap();
        catalog.packages.insert("widget".into(), widget.release("2.0.0", &[], json!({})));
    });
    assert_eq!(f.versions("widget").await.len(), 2);
    f.clock.advance(301 * SECOND);
    assert_eq!(f.versions("widget").await, ["1.0.0", "1.1.0", "2.0.0"]);
    assert_eq!((f.registry.requests("/widget"), f.registry.not_modified()), (3, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_clients_cause_one_request() {
    let f = Arc::new(fixture());
    f.registry.fail("/widget", Failure::Held);
    let clients: Vec<_> = (0..100)
        .map(|_| {
            let f = Arc::clone(&f);
            tokio::spawn(async move { f.versions("widget").await })
        })
        .collect();
    f.registry.held(1).await;
    f.registry.repair();
    for client in clients {
        assert_eq!(client.await.unwrap(), ["1.0.0", "1.1.0"]);
    }
    assert_eq!(f.registry.requests("/widget"), 1);
}

#[tokio::test]
async fn a_missing_package_is_missing_for_a_short_time() {
    let f = fixture();
    for package in ["nothing", "unpublished"] {
        assert!(f.listing(package).await.unwrap().is_none());
        assert!(f.listing(package).await.unwrap().is_none());
        assert_eq!(f.registry.requests(&format!("/{package}")), 1);
    }
    f.registry.change(|catalog| {
        catalog.packages.insert("nothing".into(), Package::new("nothing").release("1.0.0", &[], json!({})));
    });
    f.clock.advance(11 * SECOND);
    assert_eq!(f.versions("nothing").await, ["1.0.0"]);
}

#[tokio::test]
async fn an_old_listing_is_served_while_the_upstream_fails_in_any_way() {
    let f = fixture();
    f.versions("widget").await;
    for failure in [Failure::Status(500), Failure::Truncated, Failure::OtherBytes, Failure::Reset] {
        f.registry.change(|catalog| {
            let widget = catalog.packages.remove("widget").unwrap();
            let version = format!("1.1.{}", widget.releases.len());
            catalog.packages.insert("widget".into(), widget.release(&version, &[], json!({})));
        });
        f.registry.fail("/widget", failure);
        f.clock.advance(301 * SECOND);
        let before = f.registry.requests("/widget");
        assert_eq!(f.versions("widget").await, ["1.0.0", "1.1.0"], "{failure:?}");
        assert!(f.registry.requests("/widget") > before);
        let before = f.registry.requests("/widget");
        assert_eq!(f.versions("widget").await.len(), 2);
        assert_eq!(f.registry.requests("/widget"), before, "it is left alone for a while");
    }
    f.registry.repair();
    f.clock.advance(31 * SECOND);
    assert_eq!(f.versions("widget").await.len(), 6);
}

#[tokio::test]
async fn failures_without_an_old_listing_are_told_apart() {
    let f = fixture();
    let cases: [(Failure, Expected); 4] = [
        (Failure::Status(503), |error| *error == FetchError::Status(503)),
        (Failure::Truncated, |error| matches!(error, FetchError::Broken(_))),
        (Failure::OtherBytes, |error| matches!(error, FetchError::Broken(_))),
        (Failure::Reset, |error| matches!(error, FetchError::Unreachable(_))),
    ];
    for (failure, expected) in cases {
        f.registry.fail("/widget", failure);
        let error = f.listing("widget").await.unwrap_err();
        assert!(expected(&error), "{failure:?}: {error:?}");
    }
    f.registry.repair();
    assert_eq!(f.versions("widget").await.len(), 2);
}

#[tokio::test]
async fn an_upstream_that_is_not_there_is_unreachable() {
    let f = with(FetcherOptions::default(), |upstream| {
        // A port that was free a moment ago: nobody listens.
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        upstream.url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    });
    assert!(matches!(f.listing("widget").await, Err(FetchError::Unreachable(_))));
}

#[tokio::test]
async fn an_upstream_that_does_not_answer_times_out() {
    let options = FetcherOptions { read_timeout: Duration::from_millis(50), ..FetcherOptions::default() };
    let f = with(options, |_| {});
    f.registry.fail("/widget", Failure::Held);
    assert!(matches!(f.listing("widget").await, Err(FetchError::TimedOut(_))));
}

#[tokio::test]
async fn documents_are_bounded_packed_and_unpacked() {
    let options = FetcherOptions { document_bytes_max: 4000, ..FetcherOptions::default() };
    let f = with(options, |_| {});
    // It compresses to less than the limit.
    f.registry.change(|catalog| {
        let extra = json!({"keywords": ["x".repeat(10_000)]});
        catalog.packages.insert("bomb".into(), Package::new("bomb").release("1.0.0", &[], extra));
    });
    assert_eq!(f.listing("bomb").await.unwrap_err(), FetchError::TooLarge);
    assert_eq!(f.versions("widget").await.len(), 2);
}

#[tokio::test]
async fn a_tarball_is_kept_when_it_is_what_the_listing_promises() {
    let f = fixture();
    let staged = f.tarball("@acme/part", "1.0.0").await.unwrap();
    let bytes = f.blobs.get(&staged.sha256).await.unwrap().unwrap();
    f.registry.change(|catalog| assert_eq!(catalog.packages["@acme/part"].releases[0].tarball.bytes, bytes));
    assert_eq!(f.registry.requests("/@acme/part/-/part-1.0.0.tgz"), 1);
}

#[tokio::test]
async fn a_tarball_that_is_not_what_the_listing_promises_is_refused() {
    let f = fixture();
    let path = "/widget/-/widget-1.0.0.tgz";
    let cases: [(Failure, Expected); 4] = [
        (Failure::OtherBytes, |error| matches!(error, FetchError::Integrity(_))),
        (Failure::Truncated, |error| matches!(error, FetchError::Broken(_))),
        (Failure::Status(404), |error| *error == FetchError::Status(404)),
        (Failure::Reset, |error| matches!(error, FetchError::Unreachable(_))),
    ];
    for (failure, expected) in cases {
        f.registry.fail(path, failure);
        let error = f.tarball("widget", "1.0.0").await.unwrap_err();
        assert!(expected(&error), "{failure:?}: {error:?}");
    }
    f.registry.repair();
    assert!(f.tarball("widget", "1.0.0").await.is_ok());
}

#[tokio::test]
async fn a_large_tarball_is_bounded() {
    let options = FetcherOptions { file_bytes_max: 1000, ..FetcherOptions::default() };
    let f = with(options, |_| {});
    let noise: Vec<u8> = (0..4000_u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    f.registry.change(|catalog| {
        let package =
            Package::new("big").release("1.0.0", &[], json!({})).with_tarball(tarball(&[("x", &noise)]));
        catalog.packages.insert("big".into(), package);
    });
    assert_eq!(f.tarball("big", "1.0.0").await.unwrap_err(), FetchError::TooLarge);
    assert!(f.tarball("widget", "1.0.0").await.is_ok());
}

#[tokio::test]
async fn credentials_go_to_the_origin_of_the_registry_only() {
    let f =
        with(FetcherOptions::default(), |upstream| upstream.credentials = Some(Credentials::bearer("t0ken")));
    f.registry.require_authorization("Bearer t0ken");
    assert!(f.tarball("widget", "1.0.0").await.is_ok());
    let elsewhere = fixture();
    elsewhere.registry.require_authorization("Bearer t0ken");
    let foreign = format!("{}widget/-/widget-1.0.0.tgz", elsewhere.registry.url());
    let listing = f.listing("widget").await.unwrap().unwrap();
    let entry = elsewhere_at(&listing, &foreign);
    let fetched = f.npm.tarball(&f.upstream, &entry, &ViaChain::default(), &f.blobs).await;
    assert_eq!(fetched.unwrap_err(), FetchError::Status(401));
}

#[tokio::test]
async fn tarballs_are_not_fetched_from_urls_that_no_registry_has() {
    let f = fixture();
    let listing = f.listing("widget").await.unwrap().unwrap();
    for url in ["file:///etc/passwd", "http://user:pass@127.0.0.1/x.tgz", "data:,x", "http://"] {
        let entry = elsewhere_at(&listing, url);
        let fetched = f.npm.tarball(&f.upstream, &entry, &ViaChain::default(), &f.blobs).await;
        assert_eq!(fetched.unwrap_err(), FetchError::BadUrl(url.into()));
    }
    let secure = Upstream { url: Url::parse("https://registry.example/").unwrap(), ..(*f.upstream).clone() };
    let entry = elsewhere_at(&listing, "http://registry.example/x.tgz");
    assert!(matches!(tarball_url(&secure, &entry), Err(FetchError::BadUrl(_))));
}

#[tokio::test]
async fn the_chain_of_servers_is_passed_on() {
    let f = fixture();
    let via = ViaChain::of(["1.1 homeregion-other"]);
    f.npm.listing(&f.upstream, &name("widget"), &via).await.unwrap();
    assert_eq!(f.registry.last_via().as_deref(), Some("1.1 homeregion-other, 1.1 homeregion-test"));
}
