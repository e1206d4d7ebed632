//! Minimum release age: what is too young is neither listed nor handed out, by any way.

use std::time::Duration;

use serde_json::json;

use crate::support::{Gem, Shop};

/// The group of all gems demands an age.
fn demand(shop: &Shop, hours: &str) {
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": hours}]);
    let input = json!({"domain": "shop", "packageGroup": "/ruby/*", "tags": tags});
    shop.world.caller().ok("CreatePackageGroup", input);
}

#[tokio::test]
async fn a_young_gem_is_hidden_until_its_time() {
    let shop = Shop::new();
    let now = shop.world.caller().call().now;
    let young = Gem::new("fresh", "2.0");
    shop.offer(&Gem::new("fresh", "1.0"), ",created_at:2020-01-01T00:00:00Z");
    shop.offer(&young, &format!(",created_at:{}", now.to_rfc3339()));
    demand(&shop, "8h");
    assert_eq!(shop.listed("app", "fresh").await, ["1.0"]);
    let path = format!("gems/{}", young.file());
    let sentence = shop.get("app", &path).await.refused(403);
    assert!(sentence.contains("minimum release age"), "{sentence}");
    assert_eq!(shop.send(shop.request("HEAD", "app", &path), "").await.status, 403);
    shop.get("app", "quick/Marshal.4.8/fresh-2.0.gemspec.rz").await.refused(404);
    assert_eq!(shop.public.requests(&format!("/{path}")), 0);
    shop.world.pass(Duration::from_secs(9 * 3600));
    assert_eq!(shop.listed("app", "fresh").await, ["1.0", "2.0"]);
    assert_eq!(shop.get("app", &path).await.status, 200);
}

#[tokio::test]
async fn a_gem_without_a_time_counts_from_when_it_was_first_seen() {
    let shop = Shop::new();
    demand(&shop, "2h");
    shop.get("app", "info/base").await.refused(404);
    shop.world.pass(Duration::from_secs(3 * 3600));
    assert_eq!(shop.listed("app", "base").await, ["1.0", "1.1"]);
    assert_eq!(shop.get("app", "gems/base-1.1.gem").await.status, 200);
}
