//! Who may come in, and what is refused in the words of the protocol.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hyper::Request;
use serde_json::json;

use crate::support::{OWNER, Shop, token};

#[tokio::test]
async fn an_anonymous_client_is_asked_for_a_token_everywhere() {
    let shop = Shop::new();
    for (method, rest) in [
        ("GET", "acme/Kit"),
        ("GET", "acme/Kit/1.0.0.zip"),
        ("GET", "identifiers?url=x"),
        ("PUT", "acme/Kit/1.0.0"),
        ("POST", "login"),
        ("GET", "nonsense"),
    ] {
        let request = Request::builder().method(method).uri(format!("/swift/d/shop-{OWNER}/app/{rest}"));
        let answer = shop.send(request, "").await;
        assert!(!answer.refused(401).is_empty());
        assert!(answer.header("www-authenticate").contains("realm=\"shop/app\""), "{answer:?}");
    }
}

#[tokio::test]
async fn login_takes_the_token_in_every_shape() {
    let shop = Shop::new();
    let token = token(&shop.world, OWNER, "shop");
    let login = |credentials: String| {
        Request::post(format!("/swift/d/shop-{OWNER}/app/login")).header("authorization", credentials)
    };
    for credentials in [
        format!("Bearer {token}"),
        format!("Basic {}", STANDARD.encode(format!("token:{token}"))),
        format!("Basic {}", STANDARD.encode(format!("aws:{token}"))),
    ] {
        let answer = shop.send(login(credentials), "").await;
        assert_eq!((answer.status.as_u16(), answer.header("content-version")), (200, "1"));
    }
    shop.send(login(format!("Bearer {token}x")), "").await.refused(401);
    let wrong = shop.send(shop.request("GET", "app", "login"), "").await;
    wrong.refused(405);
    assert_eq!(wrong.header("allow"), "POST, OPTIONS");
}

#[tokio::test]
async fn policies_are_asked_with_the_name_in_lower_case() {
    let shop = Shop::new();
    shop.publish("app", "acme/Kit/1.0.0", "x").await.created();
    let policy = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Allow", "Principal": "*", "Action": "codeartifact:ReadFromRepository", "Resource": "*"},
        {"Effect": "Deny", "Principal": "*", "Action": "codeartifact:PublishPackageVersion",
         "Resource": format!("arn:aws:codeartifact:us-east-1:{OWNER}:package/shop/app/swift/acme/kit")},
    ]});
    let input = json!({"domain": "shop", "repository": "app", "policyDocument": policy.to_string()});
    shop.world.caller().ok("PutRepositoryPermissionsPolicy", input);
    for release in ["ACME/KIT/1.1.0", "acme/kit/1.1.0"] {
        shop.publish("app", release, "x").await.refused(403);
    }
    shop.publish("app", "acme/Other/1.0.0", "x").await.created();
    let closed = json!({"Version": "2012-10-17", "Statement": [
        {"Effect": "Deny", "Principal": "*", "Action": "codeartifact:ReadFromRepository", "Resource": "*"}]});
    let input = json!({"domain": "shop", "repository": "app", "policyDocument": closed.to_string()});
    shop.world.caller().ok("PutRepositoryPermissionsPolicy", input);
    for path in [
        "acme/Kit",
        "acme/Kit/1.0.0",
        "acme/Kit/1.0.0.zip",
        "acme/Kit/1.0.0/Package.swift",
        "identifiers?url=https://a.example/b",
    ] {
        shop.get("app", path).await.refused(403);
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let shop = Shop::new();
    for path in ["", "acme", "acme/Kit", "acme/Kit/1.0.0", "acme/Kit/1.0.0/Other.swift", "a/b/c/d/e"] {
        shop.get("app", path).await.refused(404);
    }
    for path in ["acme/Kit", "acme/Kit/1.0.0.zip", "identifiers?url=https://a.example/b"] {
        assert!(shop.get("none", path).await.refused(404).contains("none"));
    }
    shop.send(shop.request("DELETE", "app", "acme/Kit/1.0.0"), "").await.refused(405);
    let options = shop.send(shop.request("OPTIONS", "app", "acme/Kit/1.0.0"), "").await;
    assert_eq!((options.status.as_u16(), options.header("allow")), (204, "GET, HEAD, PUT, OPTIONS"));
}
