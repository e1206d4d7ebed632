//! `npm unpublish` in the requests of its clients: refused by default, and deleting what is held here when allowed.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::{Answer, OWNER, Shop, endpoint, publication, send};

/// A shop whose `store` holds three versions of our own, and whose server lets clients unpublish.
async fn open_shop() -> Shop {
    let shop = Shop::new();
    for version in ["1.0.0", "1.1.0", "2.0.0"] {
        shop.put("store", "@acme%2fkit", &publication("@acme/kit", version, version)).await.ok();
    }
    shop.endpoint.allow_unpublish();
    shop
}

async fn delete(shop: &Shop, rest: &str) -> Answer {
    shop.send(shop.request("DELETE", "store", rest), "").await
}

fn statuses(versions: &[&str]) -> BTreeMap<String, String> {
    versions.iter().map(|version| ((*version).to_owned(), "Published".to_owned())).collect()
}

/// The listing, and its revision.
async fn read(shop: &Shop, name: &str) -> (Value, String) {
    let listing = shop.get("store", &format!("{name}?write=true")).await.ok();
    let revision = listing["_rev"].as_str().unwrap().to_owned();
    (listing, revision)
}

#[tokio::test]
async fn nothing_is_unpublished_unless_the_operator_allows_it() {
    let shop = Shop::new();
    shop.put("store", "kit", &publication("kit", "1.0.0", "")).await.ok();
    let (listing, revision) = read(&shop, "kit").await;
    let sentence = shop.put("store", &format!("kit/-rev/{revision}"), &listing).await.refused(405);
    assert!(
        sentence.contains("delete-package-versions") && sentence.contains("--allow-unpublish"),
        "{sentence}"
    );
    delete(&shop, &format!("kit/-rev/{revision}")).await.refused(405);
    delete(&shop, &format!("kit/-/kit-1.0.0.tgz/-rev/{revision}")).await.refused(405);
    assert_eq!(shop.versions("store", "kit"), statuses(&["1.0.0"]));
}

#[tokio::test]
async fn one_version_is_unpublished_as_npm_does() {
    let shop = open_shop().await;
    let (mut listing, revision) = read(&shop, "@acme%2fkit").await;
    listing["versions"].as_object_mut().unwrap().remove("2.0.0");
    listing["dist-tags"] = json!({"latest": "1.1.0"});
    shop.put("store", &format!("@acme%2fkit/-rev/{revision}"), &listing).await.ok();
    assert_eq!(shop.versions("store", "@acme/kit"), statuses(&["1.0.0", "1.1.0"]));
    let (listing, again) = read(&shop, "@acme%2fkit").await;
    assert_ne!(again, revision);
    assert_eq!(listing["dist-tags"], json!({"latest": "1.1.0"}));
    // npm takes 404 for done.
    delete(&shop, &format!("@acme/kit/-/kit-2.0.0.tgz/-rev/{again}")).await.refused(404);
    delete(&shop, &format!("@acme/kit/-/kit-1.0.0.tgz/-rev/{again}")).await.ok();
    assert_eq!(shop.versions("store", "@acme/kit"), statuses(&["1.1.0"]));
    assert_eq!(shop.get("store", "@acme/kit/-/kit-1.0.0.tgz").await.status, 404);
}

#[tokio::test]
async fn a_whole_package_is_unpublished_and_may_be_published_again() {
    let shop = open_shop().await;
    let (_, revision) = read(&shop, "@acme%2fkit").await;
    delete(&shop, &format!("@acme%2fkit/-rev/{revision}")).await.ok();
    assert!(shop.versions("store", "@acme/kit").is_empty());
    assert_eq!(shop.get("store", "@acme%2fkit").await.status, 404);
    shop.put("store", "@acme%2fkit", &publication("@acme/kit", "1.0.0", "anew")).await.ok();
}

#[tokio::test]
async fn a_listing_that_changed_meanwhile_deletes_nothing() {
    let shop = open_shop().await;
    let (mut listing, revision) = read(&shop, "@acme%2fkit").await;
    shop.put("store", "@acme%2fkit", &publication("@acme/kit", "3.0.0", "meanwhile")).await.ok();
    listing["versions"].as_object_mut().unwrap().remove("2.0.0");
    shop.put("store", &format!("@acme%2fkit/-rev/{revision}"), &listing).await.refused(409);
    delete(&shop, &format!("@acme%2fkit/-rev/{revision}")).await.refused(409);
    assert_eq!(shop.versions("store", "@acme/kit"), statuses(&["1.0.0", "1.1.0", "2.0.0", "3.0.0"]));
}

#[tokio::test]
async fn what_others_hold_is_not_unpublished() {
    let shop = open_shop().await;
    let (mut listing, revision) = read(&shop, "widget").await;
    listing["versions"].as_object_mut().unwrap().remove("1.0.0");
    let sentence = shop.put("store", &format!("widget/-rev/{revision}"), &listing).await.refused(409);
    assert_eq!(sentence, "version 1.0.0 of widget is not held by repository store");
    delete(&shop, &format!("widget/-rev/{revision}")).await.refused(404);
    delete(&shop, &format!("unheard-of/-rev/{revision}")).await.refused(404);
    delete(&shop, &format!("widget/-/widget-1.0.0.tgz/-rev/{revision}")).await.refused(404);
}

#[tokio::test]
async fn documents_that_say_nothing_delete_nothing() {
    let shop = open_shop().await;
    let (_, revision) = read(&shop, "@acme%2fkit").await;
    let rest = format!("@acme%2fkit/-rev/{revision}");
    for (document, status) in [
        (json!({"name": "@acme/kit"}), 400),
        (json!({"name": "other", "versions": {}}), 400),
        (json!({"versions": []}), 400),
        (json!([]), 400),
        (json!({"_id": "@acme/kit", "maintainers": [{"name": "x"}]}), 404),
        (publication("@acme/kit", "4.0.0", ""), 400),
    ] {
        shop.put("store", &rest, &document).await.refused(status);
    }
    assert_eq!(shop.versions("store", "@acme/kit").len(), 3);
    let other = endpoint(&shop.world, &shop.blobs, &shop.public.url(), None);
    other.allow_unpublish();
    let request = hyper::Request::delete(format!("/npm/d/shop-{OWNER}/store/{rest}"));
    send(&other, request.body(http_body_util::Full::default()).unwrap()).await.refused(401);
}
