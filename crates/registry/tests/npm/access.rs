//! Who may come in, by which address, and what they hear otherwise.

use std::sync::atomic::Ordering;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use hyper::Request;
use serde_json::json;

use crate::support::{Answer, INSTALLATION, OWNER, Shop, Watched, endpoint, publication, send, token};

const CHALLENGE: &str = "Bearer realm=\"shop/app\", Basic realm=\"shop/app\"";

#[tokio::test]
async fn a_token_is_taken_in_every_spelling() {
    let shop = Shop::new();
    let token = token(&shop.world, OWNER, "shop");
    let basic = |user: &str| format!("Basic {}", STANDARD.encode(format!("{user}:{token}")));
    for value in [format!("Bearer {token}"), token.clone(), basic("aws"), basic("token"), basic("")] {
        let request = Request::get(format!("/npm/d/shop-{OWNER}/app/-/ping")).header("authorization", value);
        assert_eq!(shop.send(request, "").await.ok(), json!({}));
    }
}

/// The ways that a client may show who it is; each has a header of its own.
fn challenges(answer: &Answer) -> String {
    let all = answer.headers.get_all("www-authenticate").iter();
    all.map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
}

#[tokio::test]
async fn without_a_valid_token_the_client_is_asked_for_one() {
    let shop = Shop::new();
    let good = token(&shop.world, OWNER, "shop");
    let forged = format!("{}A", &good[..good.len() - 1]);
    let ping = || Request::get(format!("/npm/d/shop-{OWNER}/app/-/ping"));
    for request in [
        ping(),
        ping().header("authorization", "Bearer"),
        ping().header("authorization", "Bearer nonsense"),
        ping().header("authorization", format!("Bearer {forged}")),
        ping().header("authorization", "Basic bm8gY29sb24="),
        ping().header("authorization", "Digest username=x"),
        ping().header("authorization", [0xff, 0xfe].as_slice()),
    ] {
        let answer = shop.send(request, "").await;
        assert!(!answer.refused(401).is_empty());
        assert_eq!(challenges(&answer), CHALLENGE);
    }
}

#[tokio::test]
async fn a_token_ends_at_its_time() {
    let shop = Shop::new();
    shop.get("app", "-/ping").await.ok();
    shop.world.pass(Duration::from_secs(12 * 3600 + 1));
    let answer = shop.get("app", "-/ping").await;
    assert!(answer.refused(401).contains("the token has expired"));
    assert_eq!(challenges(&answer), CHALLENGE);
}

#[tokio::test]
async fn a_token_opens_its_own_domain_only() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    caller.ok("CreateDomain", json!({"domain": "other"}));
    caller.ok("CreateRepository", json!({"domain": "other", "repository": "app"}));
    let of_other = token(&shop.world, OWNER, "other");
    let ask = |path: String| {
        let request = Request::get(path).header("authorization", format!("Bearer {of_other}"));
        shop.send(request, "")
    };
    ask(format!("/npm/d/other-{OWNER}/app/-/ping")).await.ok();
    ask(format!("/npm/d/shop-{OWNER}/app/-/ping")).await.refused(403);
    ask("/npm/d/other-444455556666/app/-/ping".to_owned()).await.refused(403);
}

#[tokio::test]
async fn an_unknown_repository_is_not_found_once_one_is_known() {
    let shop = Shop::new();
    for rest in ["", "-/ping", "-/whoami", "-/v1/search?text=x", "widget", "widget/-/widget-1.0.0.tgz"] {
        let sentence = shop.get("nowhere", rest).await.refused(404);
        assert!(sentence.starts_with("Repository not found. RepoId: nowhere"), "{rest}: {sentence}");
    }
    let without = Request::get(format!("/npm/d/shop-{OWNER}/nowhere/-/ping"));
    shop.send(without, "").await.refused(401);
}

#[tokio::test]
async fn urls_have_the_style_and_host_of_the_request() {
    let shop = Shop::new();
    let tarball = |answer: &serde_json::Value| answer["dist"]["tarball"].as_str().unwrap().to_owned();
    let by_path = shop.get("app", "@acme%2fgadget/latest").await.ok();
    assert_eq!(
        tarball(&by_path),
        format!("http://registry.test:4566/npm/d/shop-{OWNER}/app/@acme/gadget/-/gadget-2.0.0.tgz")
    );
    let token = token(&shop.world, OWNER, "shop");
    let by_host = || {
        Request::get("/npm/app/@acme%2Fgadget/2.0.0")
            .header("host", format!("shop-{OWNER}.d.packages.test"))
            .header("authorization", format!("Bearer {token}"))
    };
    let found = shop.send(by_host(), "").await.ok();
    let host_url = format!("shop-{OWNER}.d.packages.test/npm/app/@acme/gadget/-/gadget-2.0.0.tgz");
    assert_eq!(tarball(&found), format!("http://{host_url}"));
    let behind = endpoint(&shop.world, &shop.blobs, &shop.public.url(), Some("https://packages.test"));
    let request = shop.request("GET", "app", "@acme/gadget/2.0.0").body(Full::default()).unwrap();
    assert_eq!(
        tarball(&send(&behind, request).await.ok()),
        format!("https://packages.test/npm/d/shop-{OWNER}/app/@acme/gadget/-/gadget-2.0.0.tgz")
    );
    let found = send(&behind, by_host().body(Full::default()).unwrap()).await.ok();
    assert_eq!(tarball(&found), format!("https://{host_url}"));
}

#[tokio::test]
async fn a_request_that_comes_back_ends_the_circle() {
    let shop = Shop::new();
    let request = shop.request("GET", "app", "widget").header("via", "1.1 proxy");
    let passed = request.header("via", format!("1.1 homeregion-{INSTALLATION}"));
    shop.send(passed, "").await.refused(508);
    assert_eq!(shop.public.requests_in_all(), 0);
    shop.send(shop.request("GET", "app", "widget").header("via", "1.1 proxy"), "").await.ok();
    assert_eq!(shop.public.last_via().unwrap(), format!("1.1 proxy, 1.1 homeregion-{INSTALLATION}"));
}

#[tokio::test]
async fn other_formats_and_paths_are_told_apart() {
    let shop = Shop::new();
    let token = token(&shop.world, OWNER, "shop");
    for (path, status) in [
        (format!("/nuget/d/shop-{OWNER}/app/v3/other"), 404),
        (format!("/npm/d/shop-{OWNER}"), 404),
        ("/npm/d/shop/app/x".to_owned(), 404),
        (format!("/npm/d/shop-{OWNER}/app/.."), 400),
        (format!("/npm/d/shop-{OWNER}/app/%00"), 400),
        (format!("/npm/d/shop-{OWNER}/app/-/user/org.couchdb.user:x"), 405),
        (format!("/npm/d/shop-{OWNER}/app/-/user/alice/package"), 404),
        (format!("/npm/d/shop-{OWNER}/app/-/npm/v1/tokens"), 404),
        (format!("/npm/d/shop-{OWNER}/app/-/npm/v1/attestations/widget@1.0.0"), 404),
        (format!("/npm/d/shop-{OWNER}/app/-/npm/v1/security/audits"), 405),
        (format!("/npm/d/shop-{OWNER}/app/widget/-rev/1-x"), 405),
    ] {
        let request = Request::get(&path).header("authorization", format!("Bearer {token}"));
        shop.send(request, "").await.refused(status);
    }
    for (method, rest, status) in [
        ("PUT", "-/npm/v1/security/advisories/bulk", 405),
        ("PUT", "-/user/org.couchdb.user:x", 405),
        ("POST", "-/v1/login", 405),
        ("DELETE", "-/user/token/x", 404),
        ("POST", "-/npm/v1/tokens", 404),
        ("PUT", "-/org/acme/user", 404),
        ("DELETE", "widget/-rev/1-x", 405),
        ("PUT", "widget/-rev/1-x", 405),
        ("DELETE", "widget/-/widget-1.0.0.tgz/-rev/1-x", 405),
        ("DELETE", "widget", 405),
        ("POST", "widget", 405),
        ("PUT", "-/ping", 405),
    ] {
        shop.send(shop.request(method, "app", rest), "{}").await.refused(status);
    }
}

#[tokio::test]
async fn whoami_names_the_bearer() {
    let shop = Shop::new();
    let who = shop.get("app", "-/whoami").await.ok();
    assert_eq!(who, json!({"username": format!("arn:aws:iam::{OWNER}:user/local")}));
}

#[tokio::test]
async fn a_client_that_waits_is_refused_before_it_sends() {
    let shop = Shop::new();
    let body = publication("@acme/kit", "1.0.0", "x").to_string();
    let waiting = |request: hyper::http::request::Builder| request.header("expect", "100-continue");
    let cases = [
        (Request::put(format!("/npm/d/shop-{OWNER}/store/@acme%2fkit")), 401),
        (shop.request("PUT", "nowhere", "@acme%2fkit"), 404),
    ];
    for (request, status) in cases {
        let (watched, asked) = Watched::new(body.clone());
        send(&shop.endpoint, waiting(request).body(watched).unwrap()).await.refused(status);
        assert!(!asked.load(Ordering::SeqCst), "{status}: the body was asked for");
    }
    // Retained from outside: closed to publishing.
    assert!(shop.get("app", "widget/-/widget-1.0.0.tgz").await.status.is_success());
    let (watched, asked) = Watched::new(publication("widget", "3.0.0", "x").to_string());
    let request = waiting(shop.request("PUT", "app", "widget")).body(watched).unwrap();
    assert!(send(&shop.endpoint, request).await.refused(409).contains("publish=BLOCK"));
    assert!(!asked.load(Ordering::SeqCst), "the body was asked for");
    let (watched, asked) = Watched::new(body);
    let request = waiting(shop.request("PUT", "store", "@acme%2fkit")).body(watched).unwrap();
    send(&shop.endpoint, request).await.ok();
    assert!(asked.load(Ordering::SeqCst));
}

#[tokio::test]
async fn no_path_and_no_method_is_a_bug() {
    const PARTS: [&str; 24] = [
        "-",
        "..",
        ".",
        "%2f",
        "%2F",
        "%00",
        "%",
        "%ff",
        "@acme",
        "@",
        "widget",
        "gadget",
        "kit",
        "dist-tags",
        "package",
        "-rev",
        "v1",
        "search",
        "1.0.0",
        "latest",
        "widget-1.0.0.tgz",
        "",
        "%40acme%2fgadget",
        "npm",
    ];
    const METHODS: [&str; 6] = ["GET", "HEAD", "PUT", "POST", "DELETE", "PATCH"];
    const BODIES: [&str; 5] =
        ["", "{}", "\"1.0.0\"", "{\"versions\":{}}", "{\"_attachments\":{\"a.tgz\":{\"data\":\"AA==\"}}}"];
    let shop = Shop::new();
    // A generator of its own keeps the run the same each time.
    let mut state = 1_u64;
    let mut pick = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap() % below
    };
    for _ in 0..2000 {
        let count = pick(6);
        let rest: Vec<&str> = (0..count).map(|_| PARTS[pick(PARTS.len())]).collect();
        let (method, rest, body) = (METHODS[pick(METHODS.len())], rest.join("/"), BODIES[pick(BODIES.len())]);
        let repository = ["app", "store", "x%0ay"][pick(3)];
        let answer = shop.send(shop.request(method, repository, &rest), body).await;
        let status = answer.status.as_u16();
        assert!((200..500).contains(&status), "{method} {repository} {rest} {body}: {answer:?}");
        assert!(status < 400 || method == "HEAD" || answer.json()["error"].is_string(), "{answer:?}");
    }
}

#[tokio::test]
async fn what_was_decided_before_a_commit_counts_no_more_after_it() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    let policy = |effect: &str, more: serde_json::Value| {
        let mut statement = json!({"Effect": effect, "Action": "codeartifact:ReadFromRepository", "Resource": "*",
            "Principal": {"AWS": OWNER}});
        statement.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let document = json!({"Version": "2012-10-17", "Statement": [statement]}).to_string();
        let input = json!({"domain": "shop", "repository": "app", "policyDocument": document});
        shop.world.caller().ok("PutRepositoryPermissionsPolicy", input);
    };
    let at_noon = json!({"Condition": {"DateLessThan": {"aws:CurrentTime": "2999-01-01T00:00:00Z"}}});
    for rest in ["widget", "-/whoami", "-/package/widget/dist-tags", "widget/1.0.0", "-/v1/search?text=x"] {
        for _ in 0..2 {
            assert_eq!(shop.get("app", rest).await.status, 200, "{rest}");
        }
        policy("Deny", json!({}));
        shop.get("app", rest).await.refused(403);
        policy("Deny", at_noon.clone());
        shop.get("app", rest).await.refused(403);
        policy("Allow", json!({}));
        assert_eq!(shop.get("app", rest).await.status, 200, "{rest}");
        caller.ok("DeleteRepositoryPermissionsPolicy", json!({"domain": "shop", "repository": "app"}));
    }
    // A denial that begins at a time holds from that time on, without a commit.
    let later = shop.world.store().clock().now().millis() + 3_600_000;
    let later = model::Timestamp::from_millis(later).to_rfc3339();
    policy("Deny", json!({"Condition": {"DateGreaterThan": {"aws:CurrentTime": later}}}));
    assert_eq!(shop.get("app", "widget").await.status, 200);
    shop.world.pass(std::time::Duration::from_secs(7200));
    shop.get("app", "widget").await.refused(403);
    caller.ok("DeleteRepositoryPermissionsPolicy", json!({"domain": "shop", "repository": "app"}));
    assert_eq!(shop.get("app", "widget").await.status, 200);
    caller.ok("DeleteRepository", json!({"domain": "shop", "repository": "app"}));
    shop.get("app", "widget").await.refused(404);
}
