//! The indexes of all gems: what they list, how they grow, what a client that has them hears.

use std::time::Duration;

use crate::support::{Gem, Shop};

/// The names and numbers in `versions`.
fn numbers(text: &str) -> Vec<String> {
    text.lines().skip(2).map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[tokio::test]
async fn versions_grows_at_its_end_while_gems_are_added() {
    let shop = Shop::new();
    let mut before = shop.get("own", "versions").await.text();
    for gem in [
        Gem::new("b", "1.0"),
        Gem::new("a", "2.0"),
        Gem { platform: "java", ..Gem::new("b", "1.0") },
        Gem::new("b", "0.1"),
    ] {
        shop.push("own", &gem).await.text();
        shop.world.pass(Duration::from_millis(5));
        let answer = shop.get("own", "versions").await;
        let text = answer.text();
        assert!(text.starts_with(&before) && text.len() > before.len(), "{before}\n{text}");
        let rest = format!("bytes={}-", before.len() - 1);
        let part = shop.send(shop.request("GET", "own", "versions").header("range", rest), "").await;
        assert_eq!((part.status.as_u16(), &part.body[..]), (206, &text.as_bytes()[before.len() - 1..]));
        assert_eq!(part.header("etag"), answer.header("etag"));
        assert!(part.header("repr-digest").starts_with("sha-256=:"));
        let known = shop.request("GET", "own", "versions").header("if-none-match", answer.header("etag"));
        assert_eq!(shop.send(known, "").await.status, 304);
        before = text;
    }
    assert_eq!(numbers(&before), ["b 1.0", "a 2.0", "b 1.0-java", "b 0.1"]);
    assert_eq!(shop.get("own", "names").await.text(), "---\na\nb\n");
}

#[tokio::test]
async fn upstream_repositories_are_listed_and_what_is_not_published_is_not() {
    let shop = Shop::new();
    let caller = shop.world.caller();
    let upstreams = serde_json::json!([{"repositoryName": "own"}]);
    caller.ok(
        "CreateRepository",
        serde_json::json!({"domain": "shop", "repository": "top", "upstreams": upstreams}),
    );
    shop.push("own", &Gem::new("a", "1.0")).await.text();
    shop.world.pass(Duration::from_millis(5));
    shop.push("top", &Gem::new("b", "1.0")).await.text();
    let before = shop.get("top", "versions").await.text();
    assert_eq!(numbers(&before), ["a 1.0", "b 1.0"]);
    // What is kept by now stands where it stood.
    shop.world.pass(Duration::from_millis(5));
    assert_eq!(shop.get("top", "gems/a-1.0.gem").await.status, 200);
    assert_eq!(shop.get("top", "versions").await.text(), before);
    shop.send(shop.request("DELETE", "top", "api/v1/gems/yank"), "gem_name=a&version=1.0").await.text();
    assert_eq!(numbers(&shop.get("top", "versions").await.text()), ["b 1.0"]);
    assert_eq!(numbers(&shop.get("own", "versions").await.text()), ["a 1.0"]);
}

#[tokio::test]
async fn where_a_connection_is_no_list_is_whole() {
    let shop = Shop::new();
    shop.get("app", "versions").await.refused(404);
    for path in ["versions", ""] {
        assert_eq!(shop.send(shop.request("HEAD", "app", path), "").await.status, 200, "{path}");
    }
    let answer = shop.get("app", "api/v1/dependencies?gems=top%2Cnone").await;
    assert_eq!(answer.status, 200);
    assert!(answer.body.starts_with(b"\x04\x08[\x06{\x09:\x09name"), "{answer:?}");
    assert_eq!(&shop.get("app", "api/v1/dependencies").await.body[..], b"\x04\x08[\x00");
    let json = shop.get("app", "api/v1/dependencies.json?gems=top").await.text();
    assert_eq!(json, r#"[{"dependencies":[["base",">= 1"]],"name":"top","number":"2.0","platform":"ruby"}]"#);
}

#[tokio::test]
async fn specs_are_sent_again_when_they_changed() {
    let shop = Shop::new();
    shop.push("own", &Gem::new("a", "1.0")).await.text();
    let first = shop.get("own", "specs.4.8.gz").await;
    let since = |shop: &Shop, since: &str| {
        shop.request("GET", "own", "specs.4.8.gz").header("if-modified-since", since)
    };
    let changed_at = first.header("last-modified").to_owned();
    assert_eq!(shop.send(since(&shop, &changed_at), "").await.status, 304);
    shop.world.pass(Duration::from_secs(2));
    shop.push("own", &Gem::new("a", "1.1")).await.text();
    assert_eq!(shop.send(since(&shop, &changed_at), "").await.status, 200);
    let pre = shop.get("own", "prerelease_specs.4.8.gz").await;
    assert_eq!((pre.status.as_u16(), pre.header("content-type")), (200, "application/octet-stream"));
}

#[tokio::test]
async fn nobody_is_told_without_a_token() {
    let shop = Shop::new();
    for path in ["", "versions", "info/base", "gems/base-1.0.gem", "specs.4.8.gz", "api/v1/dependencies"] {
        let mut request = shop.request("GET", "app", path);
        request.headers_mut().unwrap().remove("authorization");
        let answer = shop.send(request, "").await;
        assert_eq!(answer.status, 401, "{path}");
        assert_eq!(answer.headers.get_all("www-authenticate").iter().count(), 2, "{path}");
    }
    assert_eq!(shop.get("nowhere", "versions").await.status, 404);
    assert_eq!(shop.get("app", "gems/..%2f..%2fx-1.gem").await.status, 400);
    assert_eq!(shop.send(shop.request("PUT", "app", "versions"), "").await.status, 405);
}
