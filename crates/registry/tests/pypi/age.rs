//! Minimum release age: what is too young is neither listed nor handed out, by any way.

use std::time::Duration;

use registry::upstream::Policy;
use serde_json::json;
use testkit::pypi_index::{PypiIndex, sdist, wheel};

use super::support::Shop;

const OLD: &str = "simple/widget/1.0/widget-1.0-py3-none-any.whl";
const YOUNG: &str = "simple/widget/2.0/widget-2.0-py3-none-any.whl";

/// A shop in which everything from indexes must be eight hours old, and an index with an old version, to which a file was
/// added now, and a version of now.
fn shop() -> Shop {
    let shop = Shop::of(PypiIndex::start([]), Policy::default());
    let now = shop.world.caller().call().now.to_rfc3339();
    shop.public.put("widget", wheel("widget", "1.0", "py3-none-any", b"").uploaded("2001-01-01T00:00:00Z"));
    shop.public.put("widget", sdist("widget", "1.0").uploaded(&now));
    shop.public.put("widget", wheel("widget", "2.0", "py3-none-any", b"").uploaded(&now));
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": "8h"}]);
    let group = json!({"domain": "shop", "packageGroup": "/pypi/*", "tags": tags});
    shop.world.caller().ok("CreatePackageGroup", group);
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn young_files_are_hidden_until_their_time() {
    let shop = shop();
    assert_eq!(shop.page("app", "widget").await.files(), ["widget-1.0-py3-none-any.whl"]);
    let files = ["simple/widget/1.0/widget-1.0.tar.gz", YOUNG];
    for path in files.into_iter().chain([format!("{YOUNG}.metadata").as_str()]) {
        let sentence = shop.get("app", path).await.refused(403).to_owned();
        assert!(sentence.contains("minimum release age"), "{sentence}");
    }
    for path in files {
        assert_eq!(shop.send(shop.request("HEAD", "app", path), "").await.status, 403, "{path}");
        let part = shop.request("GET", "app", path).header("range", "bytes=0-1");
        assert_eq!(shop.send(part, "").await.status, 403, "{path}");
    }
    // What is old enough comes, and does not bring the young along.
    assert_eq!(shop.get("app", OLD).await.status, 200);
    shop.page("app", "widget").await;
    shop.world.pass(Duration::from_secs(9 * 3600));
    assert_eq!(shop.page("app", "widget").await.files().len(), 3);
    assert_eq!(shop.get("app", YOUNG).await.status, 200);
    shop.until(|shop| shop.assets("store", "widget", "1.0").len() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_is_kept_is_handed_out_while_it_is_too_young() {
    let shop = shop();
    let lift = json!({"domain": "shop", "packageGroup": "/pypi/*"});
    shop.world.caller().ok("DeletePackageGroup", lift);
    assert_eq!(shop.get("app", YOUNG).await.status, 200);
    assert_eq!(shop.get("app", OLD).await.status, 200);
    shop.until(|shop| shop.assets("app", "widget", "1.0").len() == 2).await;
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": "8h"}]);
    let group = json!({"domain": "shop", "packageGroup": "/pypi/*", "tags": tags});
    shop.world.caller().ok("CreatePackageGroup", group);
    shop.get("app", YOUNG).await.refused(403);
    shop.get("app", &format!("{YOUNG}.metadata")).await.refused(403);
    let listed = shop.page("app", "widget").await.files();
    assert!(!listed.contains(&"widget-2.0-py3-none-any.whl".to_owned()), "{listed:?}");
    // Nor is a file that came into an old version lately.
    let lately = "simple/widget/1.0/widget-1.0.tar.gz";
    shop.get("app", lately).await.refused(403);
    let head = shop.send(shop.request("HEAD", "app", lately), "").await.status;
    assert_eq!((head, listed.len()), (hyper::StatusCode::FORBIDDEN, 1), "{listed:?}");
    let asset = json!({"packageVersion": "1.0", "asset": "widget-1.0.tar.gz"});
    let refused =
        shop.world.caller().send("GetPackageVersionAsset", super::support::of("app", "widget", asset));
    assert!(refused.is_err(), "{refused:?}");
    // What is published here has no age.
    let ours = wheel("ours", "1.0", "py3-none-any", b"");
    assert_eq!(shop.upload("app", &ours).await.status, 200);
    assert_eq!(shop.page("app", "ours").await.files(), [ours.name]);
}
