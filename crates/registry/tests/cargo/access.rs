//! Who may come in, what cargo reads first, and what is refused in its own words.

use hyper::Request;
use serde_json::json;

use crate::support::{OWNER, Shop, token};

#[tokio::test]
async fn scenario_24_an_anonymous_client_is_asked_for_a_token_everywhere() {
    let shop = Shop::new();
    for (method, rest) in [
        ("GET", "config.json"),
        ("GET", "wi/dg/widget"),
        ("GET", "no/ne/none"),
        ("GET", "api/v1/crates/widget/1.0.0/download"),
        ("GET", "api/v1/crates?q=x"),
        ("PUT", "api/v1/crates/new"),
        ("DELETE", "api/v1/crates/widget/1.0.0/yank"),
    ] {
        let request = Request::builder().method(method).uri(format!("/cargo/d/shop-{OWNER}/app/{rest}"));
        let answer = shop.send(request, "").await;
        assert!(!answer.refused(401).is_empty());
        let challenges = answer.headers.get_all("www-authenticate").iter();
        let challenge = challenges.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ");
        assert!(
            challenge.contains("Bearer realm=\"shop/app\"") && challenge.contains("Basic realm="),
            "{challenge}"
        );
    }
    assert_eq!(shop.public.requests_in_all(), 0);
}

#[tokio::test]
async fn config_json_has_the_style_and_host_of_the_request() {
    let shop = Shop::new();
    let by_path = format!("http://registry.test:4566/cargo/d/shop-{OWNER}/app");
    let expected = json!({"dl": format!("{by_path}/api/v1/crates"), "api": by_path, "auth-required": true});
    assert_eq!(shop.get("app", "config.json").await.ok(), expected);
    let by_host = Request::get("/cargo/app/config.json")
        .header("host", format!("shop-{OWNER}.d.packages.test"))
        .header("authorization", format!("Bearer {}", token(&shop.world, OWNER, "shop")));
    let found = shop.send(by_host, "").await.ok();
    assert_eq!(found["api"], format!("http://shop-{OWNER}.d.packages.test/cargo/app"));
}

#[tokio::test]
async fn an_offer_of_http2_is_passed_over() {
    let shop = Shop::new();
    let request = shop
        .request("GET", "app", "config.json")
        .header("connection", "Upgrade, HTTP2-Settings")
        .header("upgrade", "h2c")
        .header("http2-settings", "AAMAAABkAAQCAAAAAAIAAAAA");
    shop.send(request, "").await.ok();
}

#[tokio::test]
async fn what_is_not_there_is_not_found_in_cargos_words() {
    let shop = Shop::new();
    for rest in ["config.json", "wi/dg/widget", "me", "api/v1/crates?q=x", "api/v1/crates/widget/owners"] {
        let sentence = shop.get("nowhere", rest).await.refused(404);
        assert!(sentence.starts_with("Repository not found"), "{rest}: {sentence}");
    }
    assert!(shop.get("app", "no/ne/none").await.refused(404).contains("no crate none"));
    assert!(shop.get("app", "wi/dg/other").await.refused(404).contains("not served"));
    assert!(shop.get("app", "api/v1/crates/widget/9.0.0/download").await.refused(404).contains("9.0.0"));
    shop.get("app", "api/v1/crates/a.b/1.0.0/download").await.refused(400);
    shop.get("app", "api/v1/crates/new").await.refused(405);
    shop.send(shop.request("POST", "app", "api/v1/crates"), "x").await.refused(405);
}

#[tokio::test]
async fn another_account_reads_and_writes_nothing_without_a_policy() {
    let shop = Shop::new();
    shop.publish("app", "kit", "1.0.0", "").await.ok();
    let other = shop.world.caller().of_account("444455556666");
    let input = json!({"domain": "shop", "domainOwner": OWNER});
    // A token needs a policy of the domain; here one is made by hand.
    assert!(other.send("GetAuthorizationToken", input).is_err());
}

#[tokio::test]
async fn owners_are_answered_and_not_changed() {
    let shop = Shop::new();
    shop.publish("app", "kit", "1.0.0", "").await.ok();
    let users = shop.get("app", "api/v1/crates/kit/owners").await.ok();
    assert_eq!(users["users"][0]["login"], OWNER);
    shop.get("app", "api/v1/crates/none/owners").await.refused(404);
    for method in ["PUT", "DELETE"] {
        let request = shop.request(method, "app", "api/v1/crates/kit/owners");
        let sentence = shop.send(request, r#"{"users": ["bob"]}"#).await.refused(405);
        assert!(sentence.contains("put-repository-permissions-policy"), "{sentence}");
    }
    assert!(shop.get("app", "me").await.body.starts_with(b"You are "));
}
