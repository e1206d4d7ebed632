//! Files of the index: fetched, proven, kept with their version's other files.

use registry::upstream::Policy;
use serde_json::json;
use testkit::pypi_index::{PypiIndex, wheel};

use super::support::{Shop, projects};

const WHEEL: &str = "simple/widget/1.0/Widget-1.0-py3-none-any.whl";

#[tokio::test(flavor = "multi_thread")]
async fn scenario_18_one_file_brings_the_whole_version() {
    let shop = Shop::new();
    let files = &projects()[0].1;
    let answer = shop.get("app", WHEEL).await;
    assert_eq!(answer.body, files[0].bytes);
    assert_eq!(answer.header("etag"), format!("\"{}\"", files[0].sha256()));
    shop.until(|shop| shop.assets("app", "widget", "1.0").len() == 2).await;
    shop.until(|shop| shop.assets("store", "widget", "1.0").len() == 2).await;
    assert_eq!(shop.assets("app", "widget", "1.0"), ["Widget-1.0-py3-none-any.whl", "Widget-1.0.tar.gz"]);
    assert_eq!(shop.versions("app", "widget"), ["1.0"]);
    assert_eq!(shop.versions("mid", "widget"), Vec::<String>::new());
    let shown = shop.describe("app", "widget", "1.0");
    assert_eq!(shown["origin"]["originType"], "EXTERNAL");
    assert_eq!(shown["origin"]["domainEntryPoint"], json!({"externalConnectionName": "public:pypi"}));
    assert_eq!(
        (shown["displayName"].as_str(), shown["summary"].as_str()),
        (Some("Widget"), Some("A made-up Widget"))
    );
    // Everything works without the index from now on.
    shop.disconnect();
    assert_eq!(
        shop.page("app", "widget").await.files(),
        ["Widget-1.0-py3-none-any.whl", "Widget-1.0.tar.gz"]
    );
    assert_eq!(shop.get("app", "simple/widget/1.0/Widget-1.0.tar.gz").await.body, files[1].bytes);
    shop.get("app", "simple/widget/1.1/Widget-1.1-py3-none-any.whl").await.refused(404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_herd_asks_the_index_once() {
    let shop = std::sync::Arc::new(Shop::new());
    let clients: Vec<_> = (0..50)
        .map(|_| {
            let shop = std::sync::Arc::clone(&shop);
            tokio::spawn(async move { shop.get("app", WHEEL).await.status.as_u16() })
        })
        .collect();
    for client in clients {
        assert_eq!(client.await.unwrap(), 200);
    }
    assert_eq!(shop.public.requests("/files/Widget-1.0-py3-none-any.whl"), 1);
    assert_eq!(shop.public.requests("/simple/widget/"), 1);
}

#[tokio::test]
async fn other_bytes_than_the_page_promises_are_not_kept() {
    let shop = Shop::new();
    shop.public.with_other_bytes(true);
    let sentence = shop.get("app", WHEEL).await.refused(502).to_owned();
    assert!(sentence.contains("SHA-256"), "{sentence}");
    assert_eq!(shop.versions("app", "widget"), Vec::<String>::new());
    assert_eq!(shop.versions("store", "widget"), Vec::<String>::new());
    shop.public.with_other_bytes(false);
    assert_eq!(shop.get("app", WHEEL).await.status, 200);
}

#[tokio::test]
async fn asking_keeps_nothing() {
    let shop = Shop::new();
    assert_eq!(shop.page("app", "widget").await.files().len(), 3);
    let head = shop.send(shop.request("HEAD", "app", WHEEL), "").await;
    let size = projects()[0].1[0].bytes.len().to_string();
    assert_eq!((head.status.as_u16(), head.header("content-length")), (200, size.as_str()));
    assert_eq!(shop.versions("app", "widget"), Vec::<String>::new());
    assert_eq!(shop.versions("store", "widget"), Vec::<String>::new());
}

#[tokio::test]
async fn a_part_of_a_file_is_sent_alone() {
    let shop = Shop::new();
    let whole = &projects()[0].1[0].bytes;
    for (range, start, end) in
        [("bytes=0-9", 0, 10), ("bytes=-10", whole.len() - 10, whole.len()), ("bytes=5-", 5, whole.len())]
    {
        let answer = shop.send(shop.request("GET", "app", WHEEL).header("range", range), "").await;
        assert_eq!(answer.status, 206, "{range}");
        assert_eq!(answer.body, whole[start..end], "{range}");
    }
}

#[tokio::test]
async fn an_index_in_html_with_files_elsewhere_does_as_well() {
    let shop = Shop::new();
    shop.public.in_html();
    let page = shop.page("app", "widget").await;
    assert_eq!(page.files().len(), 3);
    assert_eq!(page.file("Widget-1.0-py3-none-any.whl")["requires-python"], ">=3.8");
    assert_eq!(shop.get("app", WHEEL).await.body, projects()[0].1[0].bytes);
}

#[tokio::test]
async fn what_opens_the_index_is_not_shown_to_the_host_of_its_files() {
    let public = PypiIndex::start(projects());
    public.require_authorization("Basic bWU6c2VjcmV0");
    let url = public.url().replace("http://", "http://me:secret@");
    let shop = Shop::at(public, &url, Policy::default());
    assert_eq!(shop.get("app", WHEEL).await.status, 200);
    assert!(!shop.public.leaked());
}

#[tokio::test]
async fn an_index_that_fails_does_not_hide_what_is_kept() {
    let shop = Shop::of(PypiIndex::start(projects()), Policy::default());
    assert_eq!(shop.upload("app", &wheel("own", "1.0", "py3-none-any", b"")).await.status, 200);
    shop.public.fail(Some(500));
    shop.page("app", "widget").await.refused(502);
    shop.get("app", WHEEL).await.refused(502);
    assert_eq!(shop.page("app", "own").await.files().len(), 1);
    shop.public.fail(None);
    assert_eq!(shop.get("app", WHEEL).await.status, 200);
}
