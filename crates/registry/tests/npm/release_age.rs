//! Minimum release age: what public registries list is not shown and not handed out before it is old enough.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::npm_registry::{Catalog, Package};

use crate::support::{Answer, Shop};

const AGE: &str = "homeregion:minimum-release-age";
const EXEMPT: &str = "homeregion:release-age-exempt";
const HOUR: Duration = Duration::from_secs(3600);
const ABBREVIATED: &str = "application/vnd.npm.install-v1+json";

/// The clock starts at 2023-11-14T22:13:20Z: 2.0.0 and the beta are ten and two hours old then.
fn catalog() -> Catalog {
    let widget = Package::new("widget")
        .release("1.0.0", &[], json!({}))
        .release("1.1.0", &[], json!({}))
        .release("2.0.0", &[], json!({}))
        .at(Some("2023-11-14T12:13:20.000Z"))
        .release("3.0.0-beta.1", &[], json!({}))
        .release("3.0.0-beta.2", &[], json!({}))
        .at(Some("2023-11-14T20:13:20.000Z"))
        .tag("latest", "2.0.0")
        .tag("next", "3.0.0-beta.2");
    let timeless = Package::new("timeless").release("1.0.0", &[], json!({})).at(None);
    let fresh = Package::new("fresh").release("1.0.0", &[], json!({})).at(Some("2023-11-14T22:00:00Z"));
    Catalog::of([widget, timeless, fresh])
}

fn group(shop: &Shop, pattern: &str) {
    shop.world.caller().ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
}

fn set(shop: &Shop, pattern: &str, key: &str, value: &str) {
    let pattern = pattern.replace('*', "%2a").replace('$', "%24");
    let arn = format!("arn:aws:codeartifact:us-east-1:111122223333:package-group/shop{pattern}");
    let tags = json!([{"key": key, "value": value}]);
    shop.world.caller().ok("TagResource", json!({"resourceArn": arn, "tags": tags}));
}

async fn abbreviated(shop: &Shop, package: &str) -> Answer {
    shop.send(shop.request("GET", "app", package).header("accept", ABBREVIATED), "").await
}

fn versions(listing: &Value) -> Vec<&str> {
    listing["versions"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn young_versions_are_in_no_form_of_a_listing_until_they_are_old_enough() {
    let mut shop = Shop::with(catalog());
    let before = shop.get("app", "widget").await;
    assert_eq!(versions(&before.ok()).len(), 5);
    set(&shop, "/*", AGE, "24h");
    let full = shop.get("app", "widget").await;
    let listing = full.ok();
    assert_eq!(versions(&listing), ["1.0.0", "1.1.0", "3.0.0-beta.1"]);
    assert_eq!(listing["dist-tags"], json!({"latest": "1.1.0", "next": "3.0.0-beta.1"}), "the newest before");
    assert!(listing["time"].get("2.0.0").is_none(), "{}", listing["time"]);
    assert!(!full.body.windows(11).any(|window| window == b"widget-2.0."), "not a trace");
    let short = abbreviated(&shop, "widget").await.ok();
    assert_eq!(versions(&short), ["1.0.0", "1.1.0", "3.0.0-beta.1"]);
    assert_eq!(short["dist-tags"], listing["dist-tags"]);
    let etag = full.header("etag").to_owned();
    assert_ne!(etag, before.header("etag"));
    let again = |shop: &Shop| shop.request("GET", "app", "widget").header("if-none-match", &etag);
    assert_eq!(shop.send(again(&shop), "").await.status, 304);
    shop.pass(14 * HOUR);
    assert_eq!(
        shop.send(again(&shop), "").await.status,
        200,
        "the copy in memory is right until the next version matures"
    );
    let listing = shop.get("app", "widget").await.ok();
    assert_eq!(versions(&listing), ["1.0.0", "1.1.0", "2.0.0", "3.0.0-beta.1"]);
    assert_eq!(listing["dist-tags"], json!({"latest": "2.0.0", "next": "3.0.0-beta.1"}));
    shop.pass(8 * HOUR);
    assert_eq!(versions(&shop.get("app", "widget").await.ok()).len(), 5);
}

#[tokio::test]
async fn no_route_hands_a_young_version_out_and_nothing_of_it_is_fetched() {
    let mut shop = Shop::with(catalog());
    set(&shop, "/*", AGE, "24h");
    let sentence = "version 2.0.0 of widget is younger than the minimum release age of 24 hours";
    for (method, rest) in
        [("GET", "widget/2.0.0"), ("GET", "widget/-/widget-2.0.0.tgz"), ("HEAD", "widget/-/widget-2.0.0.tgz")]
    {
        let answer = shop.send(shop.request(method, "app", rest).header("range", "bytes=0-9"), "").await;
        assert_eq!(answer.status, 403, "{method} {rest}");
        if method == "GET" {
            let told = answer.refused(403);
            assert!(
                told.starts_with(sentence) && told.ends_with("available at 2023-11-15T12:13:20Z"),
                "{told}"
            );
        }
    }
    for repository in ["app", "mid", "store"] {
        assert!(shop.versions(repository, "widget").is_empty());
        shop.get(repository, "widget/-/widget-2.0.0.tgz").await.refused(403);
    }
    assert_eq!(shop.public.requests("/widget/-/widget-2.0.0.tgz"), 0);
    assert_eq!(shop.get("app", "widget/-/widget-1.1.0.tgz").await.status, 200);
    assert_eq!(shop.get("app", "widget/latest").await.ok()["version"], "1.1.0");
    let told = shop.get("app", "fresh").await.refused(403);
    assert!(told.starts_with("version 1.0.0 of fresh is younger"), "{told}");
    shop.pass(14 * HOUR);
    assert_eq!(shop.get("app", "widget/-/widget-2.0.0.tgz").await.status, 200);
}

#[tokio::test]
async fn a_copy_that_was_kept_before_is_withheld_too_also_while_the_registry_is_down() {
    let mut shop = Shop::with(catalog());
    let file = "widget/-/widget-2.0.0.tgz";
    assert_eq!(shop.get("app", file).await.status, 200);
    assert_eq!(shop.versions("app", "widget").len(), 1);
    set(&shop, "/*", AGE, "24h");
    shop.disconnect();
    for repository in ["app", "store"] {
        shop.get(repository, file).await.refused(403);
        let head = shop.send(shop.request("HEAD", repository, file), "").await;
        assert_eq!(head.status, 403);
        let ranged = shop.send(shop.request("GET", repository, file).header("range", "bytes=0-9"), "").await;
        assert_eq!(ranged.status, 403);
        shop.get(repository, "widget").await.refused(403);
        shop.get(repository, "widget/2.0.0").await.refused(403);
        shop.get(repository, "widget/latest").await.refused(403);
        let found = shop.get(repository, "-/v1/search?text=widget").await.ok();
        assert_eq!(found["total"], 0, "{found}");
    }
    shop.pass(14 * HOUR);
    assert_eq!(shop.get("app", file).await.status, 200);
    assert_eq!(versions(&shop.get("app", "widget").await.ok()), ["2.0.0"]);
    assert_eq!(shop.get("app", "-/v1/search?text=widget").await.ok()["total"], 1);
}

#[tokio::test]
async fn a_version_without_a_time_waits_from_its_first_sight_by_whatever_route() {
    for rest in ["timeless", "timeless/-/timeless-1.0.0.tgz"] {
        let mut shop = Shop::with(catalog());
        set(&shop, "/*", AGE, "24h");
        shop.get("app", rest).await.refused(403);
        shop.pass(23 * HOUR);
        let told = shop.get("app", "timeless/-/timeless-1.0.0.tgz").await.refused(403);
        assert!(told.ends_with("available at 2023-11-15T22:13:20Z"), "{rest}: {told}");
        shop.get("app", "timeless").await.refused(403);
        shop.pass(HOUR);
        assert_eq!(versions(&shop.get("app", "timeless").await.ok()), ["1.0.0"]);
        assert_eq!(shop.get("app", "timeless/-/timeless-1.0.0.tgz").await.status, 200);
    }
}

#[tokio::test]
async fn exempt_versions_and_groups_without_an_age_are_let_through_at_once() {
    let shop = Shop::with(catalog());
    set(&shop, "/*", AGE, "24h");
    group(&shop, "/npm//widget$");
    set(&shop, "/npm//widget$", EXEMPT, "2.0.0");
    let listing = shop.get("app", "widget").await.ok();
    assert_eq!(listing["dist-tags"], json!({"latest": "2.0.0", "next": "3.0.0-beta.1"}));
    assert_eq!(shop.get("app", "widget/-/widget-2.0.0.tgz").await.status, 200);
    shop.get("app", "widget/-/widget-3.0.0-beta.2.tgz").await.refused(403);
    group(&shop, "/npm//fresh$");
    set(&shop, "/npm//fresh$", AGE, "0h");
    assert_eq!(versions(&shop.get("app", "fresh").await.ok()), ["1.0.0"]);
}

#[tokio::test]
async fn what_is_published_here_has_no_age() {
    let shop = Shop::with(catalog());
    set(&shop, "/*", AGE, "24h");
    let body = crate::support::publication("@acme/own", "1.0.0", "exports.x = 1");
    shop.put("app", "@acme%2fown", &body).await.ok();
    assert_eq!(versions(&shop.get("app", "@acme%2fown").await.ok()), ["1.0.0"]);
    assert_eq!(shop.get("app", "@acme/own/-/own-1.0.0.tgz").await.status, 200);
}
