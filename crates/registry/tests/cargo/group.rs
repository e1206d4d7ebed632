//! Package groups decide about crates: what may be published where, and which names are not told to anybody.

use serde_json::json;
use testkit::crate_registry::krate;

use crate::support::Shop;

/// A group of crates with restrictions.
fn group(shop: &Shop, pattern: &str, restrictions: &serde_json::Value) {
    let caller = shop.world.caller();
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
    let input = json!({"domain": "shop", "packageGroup": pattern, "restrictions": restrictions});
    caller.ok("UpdatePackageGroupOriginConfiguration", input);
}

#[tokio::test]
async fn a_blocked_name_is_told_to_nobody_by_any_way() {
    let shop = Shop::new();
    group(&shop, "/cargo//acme-*", &json!({"EXTERNAL_UPSTREAM": "BLOCK"}));
    for name in ["acme-kit", "acme_kit"] {
        shop.public.publish(&krate(name, "9.9.9", ""), json!({}));
    }
    for spelling in ["acme-kit", "acme_kit", "ACME-Kit"] {
        let name = spelling.to_lowercase();
        shop.get("app", &format!("ac/me/{name}")).await.refused(404);
        let download = format!("api/v1/crates/{spelling}/9.9.9/download");
        shop.get("app", &download).await.refused(404);
        assert_eq!(shop.send(shop.request("HEAD", "app", &download), "").await.status, 404);
        shop.get("app", &format!("api/v1/crates/{spelling}")).await.refused(404);
        shop.get("app", &format!("api/v1/crates/{spelling}/versions")).await.refused(404);
        shop.get("app", &format!("api/v1/crates?q={spelling}")).await.ok();
    }
    shop.publish("app", "acme-kit", "9.9.9", "").await.ok();
    assert_eq!(shop.public.requests_in_all(), 0);
    assert_eq!(shop.listed("app", "wi/dg/widget").await.len(), 2, "others are asked for");
}

#[tokio::test]
async fn what_a_group_closes_to_publishing_is_refused() {
    let shop = Shop::new();
    group(&shop, "/cargo//acme-*", &json!({"PUBLISH": "BLOCK"}));
    let sentence = shop.publish("app", "acme-kit", "1.0.0", "").await.refused(409);
    assert!(sentence.contains("/cargo//acme-*"), "{sentence}");
    shop.publish("app", "other", "1.0.0", "").await.ok();
    assert!(shop.versions("app", "acme-kit").is_empty());
}

#[tokio::test]
async fn a_group_that_names_a_crate_with_capitals_lets_it_in() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    let root =
        json!({"domain": "shop", "packageGroup": "/*", "restrictions": {"EXTERNAL_UPSTREAM": "BLOCK"}});
    caller.ok("UpdatePackageGroupOriginConfiguration", root);
    group(&shop, "/cargo//Gadget$", &json!({"EXTERNAL_UPSTREAM": "ALLOW"}));
    assert_eq!(shop.listed("app", "ga/dg/gadget").await.len(), 1);
    assert_eq!(shop.get("app", "api/v1/crates/Gadget/2.0.0/download").await.status, 200);
    assert_eq!(shop.versions("app", "Gadget").len(), 1);
    // Other separators make a look-alike, and what no group allows stays outside.
    shop.public.publish(&krate("gad-get", "1.0.0", ""), json!({}));
    let before = shop.public.requests_in_all();
    shop.get("app", "ga/d-/gad-get").await.refused(404);
    shop.get("app", "wi/dg/widget").await.refused(404);
    assert_eq!(shop.public.requests_in_all(), before);
}
