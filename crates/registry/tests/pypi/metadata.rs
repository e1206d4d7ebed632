//! `{file}.metadata`: the metadata of wheels without the wheels.

use registry::upstream::Policy;
use serde_json::json;
use testkit::pypi_index::{DistFile, PypiIndex, wheel, zip};

use super::support::{Shop, projects, sha256};

const WHEEL: &str = "Widget-1.0-py3-none-any.whl";

async fn metadata(shop: &Shop, file: &str) -> super::support::Answer {
    shop.get("app", &format!("simple/widget/1.0/{file}.metadata")).await
}

#[tokio::test]
async fn of_a_published_wheel_it_is_what_the_page_says() {
    let shop = Shop::new();
    let file = wheel("demo", "1.0", "py3-none-any", b"");
    assert_eq!(shop.upload("app", &file).await.status, 200);
    let listed = shop.page("app", "demo").await.file(&file.name);
    let path = format!("simple/demo/1.0/{}.metadata", file.name);
    let answer = shop.get("app", &path).await;
    assert_eq!(answer.text(), file.metadata);
    assert_eq!(listed["core-metadata"]["sha256"], sha256(&answer.body));
    assert_eq!(listed["dist-info-metadata"], listed["core-metadata"]);
    let again = shop.request("GET", "app", &path).header("if-none-match", answer.header("etag"));
    assert_eq!(shop.send(again, "").await.status, 304);
}

#[tokio::test]
async fn what_the_index_offers_is_passed_on_and_nothing_is_kept() {
    let shop = Shop::new();
    assert_eq!(metadata(&shop, WHEEL).await.text(), projects()[0].1[0].metadata);
    assert_eq!(shop.public.requests(&format!("/files/{WHEEL}")), 0);
    assert_eq!(shop.versions("store", "widget"), Vec::<String>::new());
    metadata(&shop, "Widget-1.0.tar.gz").await.refused(404);
}

/// A wheel of two megabytes.
fn large() -> DistFile {
    let mut file = wheel("Widget", "1.0", "py3-none-any", b"");
    let noise: Vec<u8> = (0..500_000_u32).flat_map(|n| n.wrapping_mul(2_654_435_761).to_le_bytes()).collect();
    file.bytes = zip(&[
        ("Widget/data.bin".to_owned(), noise),
        ("Widget-1.0.dist-info/METADATA".to_owned(), file.metadata.clone().into_bytes()),
    ]);
    file
}

#[tokio::test]
async fn scenario_19_it_is_read_out_of_a_wheel_that_is_not_fetched() {
    let shop = Shop::of(PypiIndex::start([("widget", vec![large()])]), Policy::default());
    shop.public.without_sidecars();
    assert_eq!(shop.page("app", "widget").await.file(WHEEL)["core-metadata"], true);
    assert_eq!(metadata(&shop, WHEEL).await.text(), large().metadata);
    assert!(shop.public.bytes_sent() < 40_000, "{}", shop.public.bytes_sent());
    let sent = shop.public.bytes_sent();
    assert_eq!(metadata(&shop, WHEEL).await.text(), large().metadata);
    assert_eq!(shop.public.bytes_sent(), sent);
    assert_eq!(shop.versions("store", "widget"), Vec::<String>::new());
}

#[tokio::test]
async fn a_host_that_sends_whole_files_only_is_asked_for_the_wheel() {
    let shop = Shop::new();
    shop.public.without_sidecars();
    shop.public.without_ranges();
    shop.public.in_html();
    assert_eq!(metadata(&shop, WHEEL).await.text(), projects()[0].1[0].metadata);
    assert_eq!(shop.versions("store", "widget"), ["1.0"]);
}

#[tokio::test]
async fn other_metadata_than_the_page_promises_is_not_passed_on() {
    let shop = Shop::new();
    assert_eq!(shop.page("app", "widget").await.files().len(), 3);
    let mut other = projects()[0].1[0].clone();
    other.metadata.push_str("Requires-Dist: malware\n");
    shop.public.put("widget", other);
    let sentence = metadata(&shop, WHEEL).await.refused(502).to_owned();
    assert!(sentence.contains("SHA-256 of the metadata"), "{sentence}");
}

#[tokio::test]
async fn a_wheel_without_metadata_has_none_beside_it() {
    let shop = Shop::new();
    let mut file = wheel("demo", "1.0", "py3-none-any", b"");
    file.bytes = zip(&[("demo/__init__.py".to_owned(), Vec::new())]);
    assert_eq!(shop.upload("app", &file).await.status, 200);
    assert_eq!(shop.page("app", "demo").await.file(&file.name)["core-metadata"], false);
    shop.get("app", &format!("simple/demo/1.0/{}.metadata", file.name)).await.refused(404);
    file.name = file.name.replace("1.0", "2.0");
    file.bytes = b"no archive".to_vec();
    assert_eq!(shop.upload("app", &file).await.status, 200);
    assert_eq!(shop.describe("app", "demo", "2.0")["displayName"], "demo");
}

#[tokio::test]
async fn what_an_index_says_of_a_wheel_counts_for_that_index_only() {
    let file = wheel("widget", "2.0", "py3-none-any", b"");
    let mut lie = file.clone();
    lie.metadata.push_str("Requires-Dist: malware\n");
    let shop = Shop::of(PypiIndex::start([("widget", vec![lie.clone()])]), Policy::default());
    let path = format!("simple/widget/2.0/{}.metadata", file.name);
    assert_eq!(shop.get("app", &path).await.text(), lie.metadata, "the index promises it so");
    shop.world.caller().ok("CreateRepository", json!({"domain": "shop", "repository": "apart"}));
    assert_eq!(shop.upload("apart", &file).await.status, 200);
    assert_eq!(shop.get("apart", &path).await.text(), file.metadata, "the wheel itself says so");
}
