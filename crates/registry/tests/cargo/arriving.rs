//! How versions come through the connection: proven, kept, asked for once, and not at all where a name is ours.

use std::sync::Arc;

use serde_json::json;
use testkit::crate_registry::krate;

use crate::support::{PRIVATE_TOKEN, Shop, of};

const DOWNLOAD: &str = "api/v1/crates/widget/1.0.0/download";

#[tokio::test]
async fn what_is_downloaded_stays_where_it_was_asked_and_where_it_came_in() {
    let shop = Shop::new();
    let answer = shop.get("app", DOWNLOAD).await;
    let packed = krate("widget", "1.0.0", "pub fn f() {}");
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &packed.bytes[..]));
    assert_eq!(answer.header("content-type"), "application/octet-stream");
    for (repository, count) in [("app", 1), ("mid", 0), ("store", 1)] {
        assert_eq!(shop.versions(repository, "widget").len(), count, "{repository}");
    }
    let version = || of("app", "widget", json!({"packageVersion": "1.0.0"}));
    let caller = shop.world.caller();
    let described = caller.ok("DescribePackageVersion", version())["packageVersion"].clone();
    assert_eq!(
        described["origin"]["domainEntryPoint"],
        json!({"externalConnectionName": "public:crates-io"})
    );
    assert_eq!(
        (&described["summary"], &described["homePage"]),
        (&json!("widget of the fixture"), &json!("https://widget.example/"))
    );
    assert_eq!(caller.ok("GetPackageVersionReadme", version())["readme"], "# widget\n");
    shop.disconnect();
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    assert_eq!(shop.public.requests("/crates/widget/widget-1.0.0.crate"), 1);
}

#[tokio::test]
async fn a_crate_keeps_the_spelling_of_its_registry_whatever_was_asked() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", "api/v1/crates/gadget/2.0.0/download").await.status, 200);
    assert_eq!(shop.versions("app", "Gadget").len(), 1);
    assert_eq!(shop.get("app", "api/v1/crates/GADGET/2.0.0/download").await.status, 200);
    assert_eq!(shop.public.requests("/crates/Gadget/Gadget-2.0.0.crate"), 1);
    let caller = shop.world.caller();
    let input = of("app", "Gadget", json!({"packageVersion": "2.0.0"}));
    let dependencies = caller.ok("ListPackageVersionDependencies", input)["dependencies"].clone();
    let expected = json!([{"package": "widget", "dependencyType": "normal", "versionRequirement": "^1.0"}]);
    assert_eq!(dependencies, expected);
}

#[tokio::test]
async fn part_of_a_crate_and_its_head_are_answered() {
    let shop = Shop::new();
    let head = shop.send(shop.request("HEAD", "app", DOWNLOAD), "").await;
    assert_eq!(head.status, 200);
    assert!(shop.versions("app", "widget").is_empty(), "asking whether it is there keeps nothing");
    let missing = shop.request("HEAD", "app", "api/v1/crates/widget/7.0.0/download");
    assert_eq!(shop.send(missing, "").await.status, 404);
    let part = shop.send(shop.request("GET", "app", DOWNLOAD).header("range", "bytes=2-5"), "").await;
    let packed = krate("widget", "1.0.0", "pub fn f() {}");
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &packed.bytes[2..6]));
    let etag = format!("\"{}\"", packed.cksum);
    let same = shop.send(shop.request("GET", "app", DOWNLOAD).header("if-none-match", etag), "").await;
    assert_eq!(same.status, 304);
}

#[tokio::test]
async fn a_crate_that_is_not_what_the_index_promises_is_not_kept() {
    let shop = Shop::new();
    shop.public.put("/crates/widget/widget-1.0.0.crate", b"these are other bytes");
    let sentence = shop.get("app", DOWNLOAD).await.refused(502);
    assert!(sentence.contains("other bytes than it promised"), "{sentence}");
    for repository in ["app", "store"] {
        assert!(shop.versions(repository, "widget").is_empty(), "{repository}");
    }
    shop.public.publish(&krate("widget", "1.0.0", "pub fn f() {}"), json!({}));
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
}

#[tokio::test]
async fn crates_are_fetched_from_where_the_registry_says() {
    let shop = Shop::new();
    shop.public.serve_crates_at(&format!("{}dl", shop.public.url()));
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    assert_eq!(shop.public.requests("/dl/widget/1.0.0/download"), 1);
    for configuration in ["{}", r#"{"dl": "ftp://elsewhere.example/"}"#, r#"{"dl": "http://["}"#] {
        let shop = Shop::new();
        shop.public.put("/config.json", configuration.as_bytes());
        shop.get("app", DOWNLOAD).await.refused(502);
        assert!(shop.versions("store", "widget").is_empty());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_who_want_a_crate_make_one_request() {
    let shop = Arc::new(Shop::new());
    let clients: Vec<_> = (0..100)
        .map(|client| {
            let shop = Arc::clone(&shop);
            let rest = if client % 2 == 0 { DOWNLOAD } else { "api/v1/crates/WIDGET/1.0.0/download" };
            tokio::spawn(async move { shop.get("app", rest).await.status.as_u16() })
        })
        .collect();
    for client in clients {
        assert_eq!(client.await.unwrap(), 200);
    }
    assert_eq!(shop.public.requests("/crates/widget/widget-1.0.0.crate"), 1);
    assert_eq!(shop.public.index_requests("widget"), 1);
}

#[tokio::test]
async fn a_name_of_ours_is_never_asked_for_outside() {
    let shop = Shop::new();
    shop.publish("store", "our-secret", "1.0.0", "").await.ok();
    let before = shop.public.requests_in_all();
    shop.public.publish(&krate("our_secret", "9.9.9", ""), json!({}));
    shop.public.publish(&krate("our-secret", "9.9.9", ""), json!({}));
    for spelling in ["our-secret", "our_secret", "OUR-SECRET"] {
        let name = spelling.to_lowercase();
        shop.get("app", &format!("ou/{}/{name}", &name[2..4])).await;
        shop.get("app", &format!("api/v1/crates/{spelling}/9.9.9/download")).await.refused(404);
        shop.get("app", &format!("api/v1/crates/{spelling}/versions")).await;
        shop.get("app", &format!("api/v1/crates?q={spelling}")).await.ok();
    }
    assert_eq!(shop.listed("app", "ou/r-/our-secret").await, [("1.0.0".to_owned(), false)]);
    assert_eq!(shop.public.requests_in_all(), before);
}

#[tokio::test]
async fn two_spellings_that_met_are_both_kept_from_outside() {
    let shop = Shop::new();
    // Published apart, then one repository becomes the upstream of the other.
    let caller = shop.world.caller();
    caller.ok("CreateRepository", json!({"domain": "shop", "repository": "apart"}));
    shop.publish("apart", "their_kit", "1.0.0", "").await.ok();
    shop.restrict("apart", "their_kit", "ALLOW", "ALLOW");
    shop.publish("mid", "their-kit", "1.0.0", "").await.ok();
    let upstreams = json!([{"repositoryName": "mid"}]);
    caller.ok("UpdateRepository", json!({"domain": "shop", "repository": "apart", "upstreams": upstreams}));
    shop.public.publish(&krate("their_kit", "9.9.9", ""), json!({}));
    let before = shop.public.requests_in_all();
    assert_eq!(shop.listed("apart", "th/ei/their_kit").await.len(), 1);
    shop.get("apart", "api/v1/crates/their_kit/9.9.9/download").await.refused(404);
    assert_eq!(shop.public.requests_in_all(), before);
}

#[tokio::test]
async fn a_registry_that_needs_a_token_is_shown_ours() {
    let shop = Shop::new();
    shop.public.require_authorization(PRIVATE_TOKEN);
    shop.disconnect();
    shop.connect("store", "custom:private");
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    let version = of("app", "widget", json!({"packageVersion": "1.0.0"}));
    let described = shop.world.caller().ok("DescribePackageVersion", version);
    let entry = &described["packageVersion"]["origin"]["domainEntryPoint"];
    assert_eq!(entry["externalConnectionName"], "custom:private");
}

#[tokio::test]
async fn what_a_registry_yanks_is_yanked_here_without_a_new_revision() {
    let shop = Shop::new();
    shop.get("store", DOWNLOAD).await;
    let revision = || {
        let version = of("store", "widget", json!({"packageVersion": "1.0.0"}));
        shop.world.caller().ok("DescribePackageVersion", version)["packageVersion"]["revision"].clone()
    };
    let before = revision();
    shop.public.publish(&krate("widget", "1.0.0", "pub fn f() {}"), json!({"yanked": true}));
    shop.world.pass(std::time::Duration::from_secs(301));
    let yanked = |listed: Vec<(String, bool)>| listed.contains(&("1.0.0".to_owned(), true));
    assert!(yanked(shop.listed("store", "wi/dg/widget").await));
    assert_eq!(revision(), before);
    shop.public.publish(&krate("widget", "1.0.0", "pub fn f() {}"), json!({}));
    shop.world.pass(std::time::Duration::from_secs(301));
    assert!(!yanked(shop.listed("store", "wi/dg/widget").await), "it is taken back there");
    // What is yanked here stays yanked, whatever the registry says.
    let yank = shop.request("DELETE", "store", "api/v1/crates/widget/1.0.0/yank");
    shop.send(yank, "").await.ok();
    shop.world.pass(std::time::Duration::from_secs(301));
    assert!(yanked(shop.listed("store", "wi/dg/widget").await));
    shop.disconnect();
    assert!(yanked(shop.listed("store", "wi/dg/widget").await), "it is remembered");
}
