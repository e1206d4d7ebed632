//! Registries that are down, slow to believe or broken: what is held goes on, the rest is told in a sentence.

use std::time::Duration;

use testkit::npm_registry::Failure;

use crate::support::Shop;

const FILE: &str = "widget/-/widget-1.0.0.tgz";

#[tokio::test]
async fn a_registry_that_fails_is_told_in_a_sentence() {
    let shop = Shop::new();
    for failure in [Failure::Status(500), Failure::Status(403), Failure::Truncated, Failure::Reset] {
        shop.public.fail("/widget", failure);
        for rest in ["widget", FILE, "widget/latest"] {
            let sentence = shop.get("app", rest).await.refused(502);
            assert!(sentence.starts_with("the upstream registry"), "{failure:?} {rest}: {sentence}");
        }
    }
    shop.public.repair();
    assert_eq!(shop.get("app", FILE).await.status, 200);
}

#[tokio::test]
async fn an_old_listing_is_served_while_the_registry_fails() {
    let shop = Shop::new();
    let before = shop.get("app", "widget").await;
    shop.public.fail("/widget", Failure::Status(503));
    shop.world.pass(Duration::from_secs(600));
    let after = shop.get("app", "widget").await;
    assert_eq!((after.status.as_u16(), after.body), (200, before.body));
    assert_eq!(shop.get("app", FILE).await.status, 200);
}

#[tokio::test]
async fn what_is_held_is_listed_while_the_registry_has_nothing_to_say() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", FILE).await.status, 200);
    // A process that starts while the registry is down knows no old listing.
    let fresh = crate::support::endpoint(&shop.world, &shop.blobs, &shop.public.url(), None);
    shop.public.fail("/widget", Failure::Reset);
    let ask = |rest: &str| {
        let request = shop.request("GET", "app", rest).body(http_body_util::Full::default()).unwrap();
        crate::support::send(&fresh, request)
    };
    let listing = ask("widget").await.ok();
    assert_eq!(listing["versions"].as_object().unwrap().keys().collect::<Vec<_>>(), ["1.0.0"]);
    assert_eq!(ask(FILE).await.status, 200);
    ask("widget/-/widget-1.1.0.tgz").await.refused(502);
    shop.public.repair();
    assert_eq!(
        ask("widget").await.ok()["versions"].as_object().unwrap().len(),
        2,
        "the gap was not remembered"
    );
}

#[tokio::test]
async fn half_a_tarball_is_not_kept() {
    let shop = Shop::new();
    for failure in [Failure::Truncated, Failure::Status(404), Failure::Reset] {
        shop.public.fail("/widget/-/widget-1.0.0.tgz", failure);
        shop.get("app", FILE).await.refused(502);
        assert!(shop.versions("store", "widget").is_empty(), "{failure:?}");
    }
    shop.public.repair();
    assert_eq!(shop.get("app", FILE).await.status, 200);
}

#[tokio::test]
async fn a_connection_that_leads_nowhere_is_told() {
    let shop = Shop::new();
    let nowhere = crate::support::endpoint(&shop.world, &shop.blobs, "http://127.0.0.1:1/", None);
    let request = shop.request("GET", "app", "widget").body(http_body_util::Full::default()).unwrap();
    let sentence = crate::support::send(&nowhere, request).await.refused(502);
    assert!(sentence.starts_with("the upstream registry cannot be reached"), "{sentence}");
}
