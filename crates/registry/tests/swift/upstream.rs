//! What lies above: seen from below, kept when it is downloaded, hidden by what is nearer, closed by groups and age.

use serde_json::json;

use crate::support::{Shop, of};

#[tokio::test]
async fn a_release_from_above_is_kept_where_it_is_downloaded() {
    let shop = Shop::new();
    shop.publish("store", "Acme/Kit/1.0.0", "above").await.created();
    assert_eq!(shop.listed("app", "acme/kit").await, ["1.0.0"]);
    shop.get("app", "acme/kit/1.0.0").await.ok();
    let head = shop.send(shop.request("HEAD", "app", "acme/kit/1.0.0.zip"), "").await;
    assert_eq!(head.status, 200);
    assert!(shop.versions("app", "kit").is_empty(), "asking keeps nothing");
    assert_eq!(shop.get("app", "acme/kit/1.0.0/Package.swift").await.status, 200);
    assert_eq!(shop.versions("app", "kit").len(), 1);
    assert!(shop.versions("mid", "kit").is_empty());
    assert_eq!(shop.get("app", "acme/kit/1.0.0.zip").await.status, 200);
    // What is kept is all of it, and stays when the source goes.
    let all = of("store", "kit", json!({"versions": ["1.0.0"]}));
    shop.world.caller().ok("DeletePackageVersions", all);
    assert_eq!(shop.listed("mid", "acme/kit").await, Vec::<String>::new());
    assert_eq!(shop.listed("app", "acme/kit").await, ["1.0.0"]);
    let assets = shop
        .world
        .caller()
        .ok("ListPackageVersionAssets", of("app", "kit", json!({"packageVersion": "1.0.0"})));
    assert_eq!(assets["assets"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_nearer_hides_what_is_above() {
    let shop = Shop::new();
    shop.publish("store", "acme/Kit/1.0.0", "x").await.created();
    shop.publish("store", "acme/Kit/1.1.0", "x").await.created();
    assert_eq!(shop.get("app", "acme/kit/1.0.0.zip").await.status, 200);
    shop.set_status("app", "kit", "1.0.0", "Archived");
    assert_eq!(shop.listed("app", "acme/kit").await, ["1.1.0"]);
    shop.get("app", "acme/kit/1.0.0.zip").await.refused(404);
    assert_eq!(shop.listed("mid", "acme/kit").await, ["1.1.0", "1.0.0"]);
}

#[tokio::test]
async fn groups_and_origin_controls_decide() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    shop.publish("store", "acme/Kit/1.0.0", "x").await.created();
    shop.publish("store", "other/Kit/1.0.0", "x").await.created();
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": "/swift/acme/*"}));
    let restrict = |restrictions: serde_json::Value| {
        let input = json!({"domain": "shop", "packageGroup": "/swift/acme/*", "restrictions": restrictions});
        caller.ok("UpdatePackageGroupOriginConfiguration", input);
    };
    restrict(json!({"PUBLISH": "BLOCK", "INTERNAL_UPSTREAM": "BLOCK"}));
    for path in ["Acme/Kit", "acme/kit/1.0.0", "ACME/kit/1.0.0.zip", "acme/kit/1.0.0/Package.swift"] {
        shop.get("app", path).await.refused(404);
    }
    let sentence = shop.publish("app", "Acme/New/1.0.0", "x").await.refused(409);
    assert!(sentence.contains("/swift/acme/*"), "{sentence}");
    assert_eq!(shop.listed("app", "other/Kit").await, ["1.0.0"]);
    restrict(json!({"PUBLISH": "ALLOW", "INTERNAL_UPSTREAM": "ALLOW"}));
    assert_eq!(shop.listed("app", "acme/Kit").await, ["1.0.0"]);
    let closed = json!({"restrictions": {"publish": "BLOCK", "upstream": "ALLOW"}});
    shop.get("app", "acme/kit/1.0.0.zip").await;
    caller.ok("PutPackageOriginConfiguration", of("app", "kit", closed));
    let sentence = shop.publish("app", "acme/Kit/2.0.0", "x").await.refused(409);
    assert!(sentence.contains("publish=BLOCK"), "{sentence}");
}
