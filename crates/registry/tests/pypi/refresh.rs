//! Following the index: new files and yanked ones of versions that came from it.

use serde_json::json;
use testkit::pypi_index::wheel;

use super::support::{Shop, of, projects};

const WHEEL: &str = "Widget-1.0-py3-none-any.whl";
const LATER: &str = "Widget-1.0-cp311-cp311-linux_x86_64.whl";

/// A shop whose `app` got version 1.0 with both its files.
async fn with_widget() -> Shop {
    let shop = Shop::asking_always();
    assert_eq!(shop.get("app", &format!("simple/widget/1.0/{WHEEL}")).await.status, 200);
    shop.until(|shop| shop.assets("app", "widget", "1.0").len() == 2).await;
    shop
}

/// Adds a wheel to the version and yanks the first one.
fn change(shop: &Shop) {
    shop.public.put("widget", wheel("Widget", "1.0", "cp311-cp311-linux_x86_64", b"later"));
    shop.public.put("widget", projects()[0].1[0].clone().yanked("it was broken"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scenario_18_later_files_and_yanks_follow_at_the_next_page() {
    let shop = with_widget().await;
    let before = shop.describe("app", "widget", "1.0");
    change(&shop);
    let page = shop.page("app", "widget").await;
    assert_eq!(page.file(WHEEL)["yanked"], "it was broken");
    assert_eq!(page.file(LATER)["yanked"], false);
    shop.until(|shop| shop.assets("app", "widget", "1.0").len() == 3).await;
    shop.until(|shop| shop.assets("store", "widget", "1.0").len() == 3).await;
    assert_ne!(shop.describe("app", "widget", "1.0")["revision"], before["revision"]);
    assert_eq!(shop.describe("app", "widget", "1.0")["status"], "Published");
    // What was taken over stays when the index can no longer be asked.
    shop.disconnect();
    let page = shop.page("app", "widget").await;
    assert_eq!((page.files().len(), &page.file(WHEEL)["yanked"]), (3, &json!("it was broken")));
    assert_eq!(shop.get("app", &format!("simple/widget/1.0/{LATER}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_yank_alone_changes_no_revision() {
    let shop = with_widget().await;
    // Everything that was on its way is there.
    let before = shop.describe("app", "widget", "1.0")["revision"].clone();
    for file in projects().remove(0).1 {
        shop.public.put("widget", file.yanked("all of it"));
    }
    assert_eq!(shop.page("app", "widget").await.file(WHEEL)["yanked"], "all of it");
    let stored = |shop: &Shop| shop.describe("app", "widget", "1.0")["revision"].clone();
    assert_eq!(stored(&shop), before);
    // It is taken over, and so it is there without the index.
    let input = of("app", "widget", json!({"restrictions": {"publish": "BLOCK", "upstream": "BLOCK"}}));
    for _ in 0..200 {
        shop.page("app", "widget").await;
        tokio::task::yield_now().await;
    }
    shop.world.caller().ok("PutPackageOriginConfiguration", input);
    assert_eq!(shop.page("app", "widget").await.file(WHEEL)["yanked"], "all of it");
    assert_eq!(stored(&shop), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn scenario_18_a_blocked_upstream_ends_it() {
    let shop = with_widget().await;
    shop.block_upstream("app", "widget");
    change(&shop);
    let asked = shop.public.requests_in_all();
    let page = shop.page("app", "widget").await;
    assert_eq!((page.files().len(), &page.file(WHEEL)["yanked"]), (2, &json!(false)));
    shop.get("app", &format!("simple/widget/1.0/{LATER}")).await.refused(404);
    assert_eq!(shop.public.requests_in_all(), asked);
    assert_eq!(shop.assets("app", "widget", "1.0").len(), 2);
    assert_eq!(shop.assets("store", "widget", "1.0").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_file_can_be_asked_for_at_once() {
    let shop = with_widget().await;
    change(&shop);
    let answer = shop.get("app", &format!("simple/widget/1.0/{LATER}")).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.body, wheel("Widget", "1.0", "cp311-cp311-linux_x86_64", b"later").bytes);
    assert_eq!(shop.assets("app", "widget", "1.0").len(), 3);
    assert_eq!(shop.assets("store", "widget", "1.0").len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_that_are_archived_or_published_here_do_not_follow() {
    let shop = with_widget().await;
    let input = of("store", "widget", json!({"versions": ["1.0"], "targetStatus": "Archived"}));
    shop.world.caller().ok("UpdatePackageVersionsStatus", input);
    change(&shop);
    let page = shop.page("app", "widget").await;
    let of_version = page.files().into_iter().filter(|file| file.contains("-1.0")).count();
    assert_eq!((of_version, &page.file(WHEEL)["yanked"]), (2, &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_did_not_come_is_listed_and_comes_later() {
    let shop = Shop::asking_always();
    shop.public.lose("Widget-1.0.tar.gz", true);
    assert_eq!(shop.get("app", &format!("simple/widget/1.0/{WHEEL}")).await.status, 200);
    shop.until(|shop| shop.public.requests("/files/Widget-1.0.tar.gz") > 0).await;
    let page = shop.page("app", "widget").await;
    assert_eq!(page.file("Widget-1.0.tar.gz")["size"], projects()[0].1[1].bytes.len());
    assert_eq!(shop.assets("app", "widget", "1.0"), [WHEEL]);
    shop.get("app", "simple/widget/1.0/Widget-1.0.tar.gz").await.refused(502);
    shop.public.lose("Widget-1.0.tar.gz", false);
    let waited = std::time::Instant::now();
    while shop.assets("store", "widget", "1.0").len() < 2 {
        assert_eq!(shop.page("app", "widget").await.files().len(), 3);
        assert!(waited.elapsed().as_secs() < 30, "it never came");
    }
    shop.until(|shop| shop.assets("app", "widget", "1.0").len() == 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_follow_as_far_as_the_quotas_of_assets_let_them() {
    let more = |tag: &str, content: &[u8]| wheel("Widget", "1.0", tag, content);
    for (name, value, expected) in [("assets_per_version", 3, 3), ("asset_bytes", 4096, 4)] {
        let shop = Shop::new().with_quota(name, value);
        shop.public.put("widget", more("cp311-cp311-linux_x86_64", b"y = 1"));
        shop.public.put("widget", more("cp312-cp312-linux_x86_64", b"y = 2"));
        // Beyond what fits a small quota, packed or not.
        let large: Vec<u8> =
            (0..200_000_u32).map(|n| n.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
        shop.public.put("widget", more("cp313-cp313-linux_x86_64", &large));
        assert_eq!(shop.get("app", &format!("simple/widget/1.0/{WHEEL}")).await.status, 200);
        shop.until(|shop| shop.assets("app", "widget", "1.0").len() == expected).await;
        // Asking again changes nothing.
        for _ in 0..50 {
            assert_eq!(shop.page("app", "widget").await.files().len(), 6, "{name}");
            tokio::task::yield_now().await;
        }
        assert_eq!(shop.assets("store", "widget", "1.0").len(), expected, "{name}");
        // Who asks for one that did not follow gets it.
        let last = "Widget-1.0-cp313-cp313-linux_x86_64.whl";
        assert_eq!(shop.public.requests(&format!("/files/{last}")), 0, "{name}");
        assert_eq!(shop.get("app", &format!("simple/widget/1.0/{last}")).await.status, 200);
    }
}
