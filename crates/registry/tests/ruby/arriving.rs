//! What comes from the host behind a connection: asked for once, proven, kept where it belongs.

use serde_json::json;

use crate::support::{Gem, Shop, of, sha256};

#[tokio::test]
async fn a_gem_is_kept_with_the_connection_and_where_it_was_asked_for() {
    let shop = Shop::new();
    assert_eq!(shop.listed("app", "base").await, ["1.0", "1.1"]);
    assert_eq!(shop.versions("store", "base").len(), 0);
    let before = shop.get("app", "info/base").await.text();
    let bytes = Gem::new("base", "1.1").pack();
    let answer = shop.get("app", "gems/base-1.1.gem").await;
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &bytes[..]));
    assert_eq!(answer.header("etag"), format!("\"{}\"", sha256(&bytes)));
    for (repository, held) in [("app", 1), ("mid", 0), ("store", 1)] {
        assert_eq!(shop.versions(repository, "base").len(), held, "{repository}");
    }
    // What is held by now stands in the list where it stood.
    assert_eq!(shop.get("app", "info/base").await.text(), before);
    shop.get("app", "gems/base-1.1.gem").await.succeeded();
    assert_eq!(shop.public.requests("/gems/base-1.1.gem"), 1);
}

#[tokio::test]
async fn bytes_of_another_digest_are_not_kept() {
    let shop = Shop::new();
    let gem = Gem::new("forged", "1.0");
    shop.offer_line(&gem, &format!("1.0 |checksum:{}\n", "0".repeat(64)));
    shop.offer_line(&gem, "2.0 |ruby:>= 2\n");
    shop.public.put("/gems/forged-1.0.gem", &gem.pack());
    let sentence = shop.get("app", "gems/forged-1.0.gem").await.refused(502);
    assert!(sentence.contains("SHA-256"), "{sentence}");
    shop.get("app", "gems/forged-2.0.gem").await.refused(502);
    assert_eq!(shop.public.requests("/gems/forged-2.0.gem"), 0);
    assert_eq!(shop.versions("store", "forged").len(), 0);
}

#[tokio::test]
async fn a_version_grows_by_the_platforms_that_are_asked_for() {
    let shop = Shop::new();
    shop.get("app", "gems/native-3.0-java.gem").await.succeeded();
    assert_eq!(shop.assets("app", "native", "3.0"), ["native-3.0-java.gem"]);
    assert_eq!(shop.listed("app", "native").await, ["3.0", "3.0-java"]);
    shop.get("app", "gems/native-3.0.gem").await.succeeded();
    for repository in ["app", "store"] {
        assert_eq!(shop.assets(repository, "native", "3.0"), ["native-3.0-java.gem", "native-3.0.gem"]);
    }
    assert_eq!(shop.listed("app", "native").await, ["3.0", "3.0-java"]);
}

#[tokio::test]
async fn what_is_blocked_is_not_asked_for() {
    let shop = Shop::new();
    let restrictions = json!({"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
    shop.push("store", &Gem::new("ours", "1.0")).await.text();
    shop.world.caller().ok("PutPackageOriginConfiguration", of("store", "ours", restrictions));
    let before = shop.public.requests_in_all();
    shop.get("app", "gems/ours-2.0.gem").await.refused(404);
    assert_eq!(shop.listed("app", "ours").await, ["1.0"]);
    assert_eq!(shop.get("app", "api/v1/dependencies?gems=ours").await.status, 200);
    assert_eq!(shop.public.requests_in_all(), before);
}

#[tokio::test]
async fn what_is_kept_outlives_the_host() {
    let shop = Shop::new();
    shop.get("app", "gems/base-1.0.gem").await.succeeded();
    shop.public.fail("/info/base", 500);
    shop.world.pass(std::time::Duration::from_secs(6 * 3600));
    shop.get("app", "gems/base-1.0.gem").await.succeeded();
    assert!(shop.listed("app", "base").await.contains(&"1.0".to_owned()));
    shop.public.fail("/info/top", 500);
    assert_eq!(shop.get("app", "info/top").await.status, 502);
}

#[tokio::test]
async fn head_of_a_gem_keeps_nothing() {
    let shop = Shop::new();
    assert_eq!(shop.send(shop.request("HEAD", "app", "gems/base-1.0.gem"), "").await.status, 200);
    assert_eq!(shop.send(shop.request("HEAD", "app", "gems/base-9.gem"), "").await.status, 404);
    assert_eq!(shop.versions("store", "base").len(), 0);
    assert_eq!(shop.public.requests("/gems/base-1.0.gem"), 0);
}
