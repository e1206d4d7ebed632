//! What stays where: a version that was fetched stays where it was asked for and where it came in, nowhere between.

use serde_json::{Value, json};
use testkit::npm_registry::Failure;

use crate::support::{Shop, catalog, of, publication};

const FILE: &str = "widget/-/widget-1.0.0.tgz";

fn only(versions: &[&str]) -> std::collections::BTreeMap<String, String> {
    versions.iter().map(|version| ((*version).to_owned(), "Published".to_owned())).collect()
}

fn origin(shop: &Shop, repository: &str, package: &str, version: &str) -> Value {
    let input = of(repository, package, json!({"packageVersion": version}));
    shop.world.caller().ok("DescribePackageVersion", input)["packageVersion"]["origin"].clone()
}

#[tokio::test]
async fn a_version_from_outside_stays_at_both_ends() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", FILE).await.status, 200);
    assert_eq!(shop.versions("app", "widget"), only(&["1.0.0"]));
    assert_eq!(shop.versions("mid", "widget"), only(&[]));
    assert_eq!(shop.versions("store", "widget"), only(&["1.0.0"]));
    for repository in ["app", "store"] {
        let expected = json!({
            "originType": "EXTERNAL", "domainEntryPoint": {"externalConnectionName": "public:npmjs"},
        });
        assert_eq!(origin(&shop, repository, "widget", "1.0.0"), expected);
        let package = shop.world.caller().ok("DescribePackage", of(repository, "widget", json!({})));
        let restrictions = json!({"publish": "BLOCK", "upstream": "ALLOW"});
        assert_eq!(package["package"]["originConfiguration"]["restrictions"], restrictions);
    }
}

#[tokio::test]
async fn a_version_of_an_upstream_repository_stays_where_it_was_asked_for() {
    let shop = Shop::new();
    shop.put("store", "@acme%2fkit", &publication("@acme/kit", "1.0.0", "x")).await.ok();
    let expected = shop.get("store", "@acme/kit/-/kit-1.0.0.tgz").await.body;
    assert_eq!(shop.get("app", "@acme/kit/-/kit-1.0.0.tgz").await.body, expected);
    assert_eq!(shop.versions("app", "@acme/kit"), only(&["1.0.0"]));
    assert_eq!(shop.versions("mid", "@acme/kit"), only(&[]));
    let expected = json!({"originType": "INTERNAL", "domainEntryPoint": {"repositoryName": "store"}});
    assert_eq!(origin(&shop, "app", "@acme/kit", "1.0.0"), expected);
}

#[tokio::test]
async fn a_part_of_the_bytes_keeps_the_version_and_head_does_not() {
    let shop = Shop::new();
    shop.send(shop.request("HEAD", "app", FILE), "").await;
    assert_eq!(shop.versions("app", "widget"), only(&[]));
    shop.send(shop.request("GET", "app", FILE).header("range", "bytes=0-1"), "").await;
    assert_eq!(shop.versions("app", "widget"), only(&["1.0.0"]));
    // The same for what an upstream repository holds.
    let of_mid = shop.send(shop.request("HEAD", "mid", FILE), "").await;
    assert_eq!((of_mid.status.as_u16(), of_mid.body.len()), (200, 0));
    assert_eq!(shop.versions("mid", "widget"), only(&[]));
}

#[tokio::test]
async fn after_disassociation_what_was_fetched_stays_and_nothing_new_comes() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", FILE).await.status, 200);
    shop.disconnect();
    for repository in ["app", "mid", "store"] {
        assert_eq!(shop.get(repository, FILE).await.status, 200, "{repository}");
        let listing = shop.get(repository, "widget").await.ok();
        let versions: Vec<_> = listing["versions"].as_object().unwrap().keys().collect();
        assert_eq!(versions, ["1.0.0"], "{repository}");
        assert_eq!(listing["dist-tags"], json!({"latest": "1.0.0"}));
        shop.get(repository, "widget/-/widget-1.1.0.tgz").await.refused(404);
        shop.get(repository, "@acme%2fgadget").await.refused(404);
    }
    let asked = shop.public.requests_in_all();
    shop.get("app", "@acme%2fgadget").await.refused(404);
    assert_eq!(shop.public.requests_in_all(), asked);
    shop.connect();
    assert_eq!(shop.get("app", "widget/-/widget-1.1.0.tgz").await.status, 200);
}

#[tokio::test]
async fn an_archived_version_is_not_handed_out_and_ends_the_search() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", FILE).await.status, 200);
    let set = |repository: &str, status: &str| {
        let input = json!({"versions": ["1.0.0"], "targetStatus": status});
        shop.world.caller().ok("UpdatePackageVersionsStatus", of(repository, "widget", input));
    };
    set("store", "Archived");
    assert_eq!(shop.get("app", FILE).await.status, 200, "what was retained is a snapshot");
    shop.get("store", FILE).await.refused(404);
    shop.get("mid", FILE).await.refused(404);
    set("app", "Unlisted");
    assert_eq!(shop.get("app", FILE).await.status, 200);
    set("app", "Archived");
    shop.get("app", FILE).await.refused(404);
}

#[tokio::test]
async fn a_package_that_blocks_upstream_shows_its_own_versions_only() {
    let shop = Shop::new();
    shop.put("app", "widget", &publication("widget", "7.0.0", "x")).await.ok();
    let shown = shop.get("app", "widget").await.ok();
    assert_eq!(shown["versions"].as_object().unwrap().len(), 1, "publishing first blocks upstream");
    shop.get("app", FILE).await.refused(404);
    let allow = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", of("app", "widget", allow));
    assert_eq!(shop.get("app", "widget").await.ok()["versions"].as_object().unwrap().len(), 3);
    assert_eq!(shop.get("app", FILE).await.status, 200);
}

#[tokio::test]
async fn a_connection_that_comes_first_wins_over_an_upstream_repository_unless_it_fails() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    caller.ok("CreateRepository", json!({"domain": "shop", "repository": "other"}));
    for repository in ["first", "second"] {
        let upstreams = json!([{"repositoryName": "store"}, {"repositoryName": "other"}]);
        let input = json!({"domain": "shop", "repository": repository, "upstreams": upstreams});
        caller.ok("CreateRepository", input);
    }
    shop.put("other", "widget", &publication("widget", "1.0.0", "of our own")).await.ok();
    let own = shop.get("other", FILE).await.body;
    shop.public.fail("/widget", Failure::Status(500));
    assert_eq!(shop.get("first", FILE).await.body, own);
    shop.public.repair();
    let of_registry = shop.get("second", FILE).await.body;
    assert_eq!(of_registry, catalog().packages["widget"].releases[0].tarball.bytes);
    assert_eq!(shop.get("first", FILE).await.body, own, "what was retained is a snapshot");
}
