//! Tarballs: the whole, parts, what proves them, and how often the registry is asked.

use std::sync::Arc;

use testkit::npm_registry::Failure;

use crate::support::{Shop, catalog};

const FILE: &str = "widget/-/widget-1.0.0.tgz";

#[tokio::test]
async fn the_bytes_are_those_of_the_registry() {
    let shop = Shop::new();
    let expected = catalog().packages["widget"].releases[0].tarball.bytes.clone();
    for _ in 0..2 {
        let answer = shop.get("app", FILE).await;
        assert_eq!((answer.status.as_u16(), &answer.body), (200, &expected));
        assert_eq!(answer.header("content-type"), "application/octet-stream");
        assert_eq!(answer.header("content-length"), expected.len().to_string());
        assert_eq!(answer.header("accept-ranges"), "bytes");
        assert_eq!(answer.header("cache-control"), "private, immutable, max-age=31536000");
    }
    assert_eq!(shop.public.requests("/widget/-/widget-1.0.0.tgz"), 1);
}

#[tokio::test]
async fn scoped_tarballs_are_found_in_every_spelling() {
    let shop = Shop::new();
    for rest in [
        "@acme/gadget/-/gadget-2.0.0.tgz",
        "@acme%2fgadget/-/gadget-2.0.0.tgz",
        "@acme/gadget/-/@acme/gadget-2.0.0.tgz",
    ] {
        assert_eq!(shop.get("app", rest).await.status, 200, "{rest}");
    }
    assert_eq!(shop.public.requests("/@acme/gadget/-/gadget-2.0.0.tgz"), 1);
}

#[tokio::test]
async fn a_part_can_be_asked_for() {
    let shop = Shop::new();
    let whole = shop.get("app", FILE).await;
    let size = whole.body.len();
    let range = |value: &str| shop.send(shop.request("GET", "app", FILE).header("range", value), "");
    let part = range("bytes=10-19").await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &whole.body[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{size}"));
    assert_eq!(part.header("content-length"), "10");
    let end = range("bytes=-5").await;
    assert_eq!((end.status.as_u16(), &end.body[..]), (206, &whole.body[size - 5..]));
    let beyond = range(&format!("bytes={size}-")).await;
    beyond.refused(416);
    assert_eq!(beyond.header("content-range"), format!("bytes */{size}"));
    assert_eq!(range("bytes=0-1,4-5").await.body, whole.body, "several parts are not split");
    let etag = whole.header("etag").to_owned();
    assert!(etag.starts_with('"') && etag.len() == 66, "{etag}");
    for (condition, status) in [(etag.as_str(), 206), ("\"other\"", 200)] {
        let request =
            shop.request("GET", "app", FILE).header("range", "bytes=0-1").header("if-range", condition);
        assert_eq!(shop.send(request, "").await.status, status);
    }
    let known = shop.request("GET", "app", FILE).header("if-none-match", etag);
    assert_eq!(shop.send(known, "").await.status, 304);
}

#[tokio::test]
async fn head_tells_everything_but_the_bytes_and_keeps_nothing() {
    let shop = Shop::new();
    let head = || shop.send(shop.request("HEAD", "app", FILE), "");
    let before = head().await;
    assert_eq!((before.status.as_u16(), before.body.len()), (200, 0));
    assert!(shop.versions("app", "widget").is_empty() && shop.versions("store", "widget").is_empty());
    shop.send(shop.request("HEAD", "app", "widget/-/widget-9.9.9.tgz"), "").await;
    let whole = shop.get("app", FILE).await;
    let after = head().await;
    assert_eq!((after.status.as_u16(), after.body.len()), (200, 0));
    for name in ["content-type", "content-length", "etag"] {
        assert_eq!(after.header(name), whole.header(name), "{name}");
    }
}

#[tokio::test]
async fn a_file_that_no_version_has_is_not_found() {
    let shop = Shop::new();
    for rest in ["widget/-/widget-9.9.9.tgz", "widget/-/other-1.0.0.tgz", "unheard-of/-/unheard-of-1.0.0.tgz"]
    {
        assert!(shop.get("app", rest).await.refused(404).starts_with("Not found"), "{rest}");
        let head = shop.send(shop.request("HEAD", "app", rest), "").await;
        assert_eq!((head.status.as_u16(), head.body.len()), (404, 0), "{rest}");
    }
    assert!(shop.get("app", FILE).await.status.is_success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_clients_cause_one_request_for_a_tarball() {
    let shop = Arc::new(Shop::new());
    let clients: Vec<_> = (0..100)
        .map(|_| {
            let shop = Arc::clone(&shop);
            tokio::spawn(async move { shop.get("app", FILE).await })
        })
        .collect();
    let expected = &catalog().packages["widget"].releases[0].tarball.bytes;
    for client in clients {
        let answer = client.await.unwrap();
        assert_eq!((answer.status.as_u16(), &answer.body), (200, expected));
    }
    assert_eq!(shop.public.requests("/widget"), 1);
    assert_eq!(shop.public.requests("/widget/-/widget-1.0.0.tgz"), 1);
    assert_eq!(shop.versions("app", "widget").len(), 1);
}

#[tokio::test]
async fn other_bytes_than_promised_are_not_kept() {
    let shop = Shop::new();
    shop.public.fail("/widget/-/widget-1.0.0.tgz", Failure::OtherBytes);
    let sentence = shop.get("app", FILE).await.refused(502);
    assert!(sentence.contains("other bytes than it promised"), "{sentence}");
    for repository in ["app", "store"] {
        assert!(shop.versions(repository, "widget").is_empty(), "{repository}");
    }
    shop.public.repair();
    assert_eq!(shop.get("app", FILE).await.status, 200);
}
