//! Minimum release age: what is too young is neither listed nor handed out, by any way.

use std::time::Duration;

use serde_json::json;
use testkit::crate_registry::krate;

use crate::support::Shop;

/// The group of all crates demands an age.
fn demand(shop: &Shop, hours: &str) {
    let caller = shop.world.caller();
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": hours}]);
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": "/cargo/*", "tags": tags}));
}

#[tokio::test]
async fn a_young_version_is_hidden_until_its_time() {
    let shop = Shop::new();
    let now = shop.world.caller().call().now;
    shop.public.publish(&krate("widget", "2.0.0", ""), json!({"pubtime": now.to_rfc3339()}));
    demand(&shop, "8h");
    let listed =
        |listed: Vec<(String, bool)>| listed.into_iter().map(|(version, _)| version).collect::<Vec<_>>();
    assert_eq!(listed(shop.listed("app", "wi/dg/widget").await), ["1.0.0", "1.1.0"]);
    let young = "api/v1/crates/widget/2.0.0/download";
    let sentence = shop.get("app", young).await.refused(403);
    assert!(sentence.contains("minimum release age"), "{sentence}");
    assert_eq!(shop.send(shop.request("HEAD", "app", young), "").await.status, 403);
    assert_eq!(
        shop.send(shop.request("GET", "app", young).header("range", "bytes=0-1"), "").await.status,
        403
    );
    assert_eq!(shop.public.requests("/crates/widget/widget-2.0.0.crate"), 0);
    shop.world.pass(Duration::from_secs(7 * 3600));
    assert_eq!(listed(shop.listed("app", "wi/dg/widget").await).len(), 2);
    shop.world.pass(Duration::from_secs(2 * 3600));
    assert_eq!(listed(shop.listed("app", "wi/dg/widget").await).len(), 3);
    assert_eq!(shop.get("app", young).await.status, 200);
}

#[tokio::test]
async fn a_version_without_a_time_counts_from_when_it_was_first_seen() {
    let shop = Shop::new();
    demand(&shop, "2h");
    shop.get("app", "ga/dg/gadget").await.refused(404);
    shop.world.pass(Duration::from_secs(3 * 3600));
    assert_eq!(shop.listed("app", "ga/dg/gadget").await.len(), 1);
    assert_eq!(shop.get("app", "api/v1/crates/Gadget/2.0.0/download").await.status, 200);
}
