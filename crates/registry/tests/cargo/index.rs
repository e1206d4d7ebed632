//! The index: what is listed from where, and how it is sent.

use serde_json::json;

use crate::support::Shop;

const WIDGET: &str = "wi/dg/widget";

fn plain(versions: &[&str]) -> Vec<(String, bool)> {
    versions.iter().map(|version| ((*version).to_owned(), false)).collect()
}

#[tokio::test]
async fn scenario_30_an_index_file_is_revalidated_by_its_entity_tag() {
    let shop = Shop::new();
    let first = shop.get("app", WIDGET).await;
    assert_eq!(first.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(first.header("cache-control"), "private, max-age=0, must-revalidate");
    let known = |modified: &str| {
        shop.send(shop.request("GET", "app", WIDGET).header("if-modified-since", modified), "")
    };
    let modified = first.header("last-modified");
    let same = known(modified).await;
    assert_eq!((same.status.as_u16(), same.header("last-modified")), (304, modified));
    assert_eq!(known("Fri, 01 Jan 2021 00:00:00 GMT").await.status, 200);
    let crate_file = "api/v1/crates/widget/1.1.0/download";
    let arrived = shop.get("app", crate_file).await.header("last-modified").to_owned();
    let again = shop.request("GET", "app", crate_file).header("if-modified-since", arrived.as_str());
    assert_eq!(shop.send(again, "").await.status, 304);
    let both = shop.request("GET", "app", WIDGET).header("if-modified-since", modified);
    assert_eq!(shop.send(both.header("if-none-match", "\"other\""), "").await.status, 200);
    let again = |etag: &str| shop.send(shop.request("GET", "app", WIDGET).header("if-none-match", etag), "");
    let same = again(first.header("etag")).await;
    assert_eq!((same.status.as_u16(), same.body.len()), (304, 0));
    assert_eq!(same.header("etag"), first.header("etag"));
    assert_eq!(again("\"other\"").await.status, 200);
    shop.get("app", "api/v1/crates/widget/1.0.0/download").await;
    shop.send(shop.request("DELETE", "app", "api/v1/crates/widget/1.0.0/yank"), "").await.ok();
    let changed = again(first.header("etag")).await;
    assert_eq!(changed.status, 200);
    // Also in the same second.
    assert_eq!(known(modified).await.status, 200);
    assert_ne!(changed.header("etag"), first.header("etag"));
    let head = shop.send(shop.request("HEAD", "app", WIDGET), "").await;
    assert_eq!(head.header("content-length"), changed.body.len().to_string());
    assert!(head.body.is_empty());
}

#[tokio::test]
async fn a_large_file_is_compressed_for_those_who_unpack() {
    let shop = Shop::new();
    for patch in 0..10 {
        shop.publish("app", "kit", &format!("1.0.{patch}"), "").await.ok();
    }
    let plain = shop.get("app", "3/k/kit").await;
    let packed =
        shop.send(shop.request("GET", "app", "3/k/kit").header("accept-encoding", "gzip, br"), "").await;
    assert_eq!(packed.header("content-encoding"), "gzip");
    assert!(packed.body.len() < plain.body.len() / 2);
    assert_eq!((packed.header("etag"), packed.header("vary")), (plain.header("etag"), "accept-encoding"));
}

#[tokio::test]
async fn versions_of_all_repositories_are_listed_and_the_nearest_wins() {
    let shop = Shop::new();
    assert_eq!(shop.listed("app", WIDGET).await, plain(&["1.0.0", "1.1.0"]));
    assert!(shop.versions("app", "widget").is_empty(), "asking for an index keeps nothing");
    shop.publish("mid", "kit", "1.0.0", "").await.ok();
    shop.restrict("mid", "kit", "ALLOW", "ALLOW");
    shop.publish("store", "kit", "1.1.0", "").await.ok();
    assert_eq!(shop.listed("app", "3/k/kit").await, plain(&["1.0.0", "1.1.0"]));
    assert_eq!(shop.listed("store", "3/k/kit").await, plain(&["1.1.0"]));
    // A line of a registry is passed on with all that it says.
    let line = &shop.get("app", "ga/dg/gadget").await.lines()[0];
    assert_eq!((&line["name"], &line["deps"][0]["package"]), (&json!("Gadget"), &json!("widget")));
}

#[tokio::test]
async fn unlisted_versions_are_shown_as_yanked_and_archived_ones_hide_their_namesakes() {
    let shop = Shop::new();
    for version in ["1.0.0", "1.1.0"] {
        shop.get("store", &format!("api/v1/crates/widget/{version}/download")).await;
    }
    shop.set_status("store", "widget", "1.0.0", "Unlisted");
    shop.set_status("store", "widget", "1.1.0", "Archived");
    assert_eq!(shop.listed("app", WIDGET).await, [("1.0.0".to_owned(), true)]);
    assert_eq!(shop.get("app", "api/v1/crates/widget/1.0.0/download").await.status, 200);
    shop.get("app", "api/v1/crates/widget/1.1.0/download").await.refused(404);
}

#[tokio::test]
async fn pubtime_is_the_registrys_or_ours_in_whole_seconds() {
    let shop = Shop::new();
    shop.get("app", "api/v1/crates/widget/1.0.0/download").await;
    shop.publish("app", "kit", "1.0.0", "").await.ok();
    let widget = shop.get("app", WIDGET).await.lines();
    assert_eq!(widget[0]["pubtime"], "2020-01-01T00:00:00Z");
    let ours = shop.get("app", "3/k/kit").await.lines()[0]["pubtime"].clone();
    let ours = ours.as_str().unwrap();
    assert_eq!((ours.len(), ours.ends_with('Z')), ("2020-01-01T00:00:00Z".len(), true), "{ours}");
    let versions = shop.get("app", "api/v1/crates/widget/versions").await.ok();
    assert_eq!(versions["versions"][0]["created_at"], "2021-01-01T00:00:00Z");
    let about = shop.get("app", "api/v1/crates/widget").await.ok();
    assert_eq!(about["crate"]["max_version"], "1.1.0");
    let one = shop.get("app", "api/v1/crates/widget/1.0.0").await.ok();
    assert_eq!(one["version"]["num"], "1.0.0");
}

#[tokio::test]
async fn a_registry_that_fails_leaves_what_is_held() {
    let shop = Shop::new();
    shop.get("app", "api/v1/crates/widget/1.0.0/download").await;
    shop.public.fail_index("gadget", 500);
    shop.get("app", "ga/dg/gadget").await.refused(502);
    shop.get("app", "api/v1/crates/Gadget/2.0.0/download").await.refused(502);
    shop.public.repair();
    assert_eq!(shop.listed("app", "ga/dg/gadget").await, plain(&["2.0.0"]));
    shop.disconnect();
    assert_eq!(shop.listed("app", WIDGET).await, plain(&["1.0.0"]));
}

#[tokio::test]
async fn a_registry_is_asked_again_by_its_entity_tag() {
    let shop = Shop::new();
    shop.get("app", WIDGET).await;
    shop.get("app", WIDGET).await;
    assert_eq!(shop.public.index_requests("widget"), 1, "a fresh answer is not asked for again");
    shop.world.pass(std::time::Duration::from_secs(301));
    assert_eq!(shop.listed("app", WIDGET).await, plain(&["1.0.0", "1.1.0"]));
    assert_eq!((shop.public.index_requests("widget"), shop.public.not_modified()), (2, 1));
}

#[tokio::test]
async fn a_crate_is_found_by_its_own_spelling_and_its_lower_case() {
    let shop = Shop::new();
    shop.publish("app", "My-Kit", "1.0.0", "").await.ok();
    assert_eq!(shop.get("app", "my/-k/my-kit").await.lines()[0]["name"], "My-Kit");
    shop.get("app", "my/_k/my_kit").await.refused(404);
    assert_eq!(shop.get("app", "api/v1/crates/my_KIT/1.0.0/download").await.status, 200);
    assert_eq!(shop.public.index_requests("my_kit"), 0, "the name is ours");
}

#[tokio::test]
async fn search_finds_what_is_held_and_asks_nobody_else() {
    let shop = Shop::new();
    for name in ["alpha-kit", "beta-kit", "gamma"] {
        shop.publish("mid", name, "1.0.0", "").await.ok();
    }
    let before = shop.public.requests_in_all();
    let found = shop.get("app", "api/v1/crates?q=kit&per_page=1").await.ok();
    assert_eq!(found["meta"]["total"], 2);
    let crates = found["crates"].as_array().unwrap();
    assert_eq!((crates.len(), &crates[0]["name"]), (1, &json!("alpha-kit")));
    assert_eq!(
        (&crates[0]["max_version"], &crates[0]["description"]),
        (&json!("1.0.0"), &json!("one of ours"))
    );
    let second = shop.get("app", "api/v1/crates?q=kit&per_page=1&page=2").await.ok();
    assert_eq!(second["crates"][0]["name"], "beta-kit");
    assert_eq!(shop.get("app", "api/v1/crates?q=widget").await.ok()["meta"]["total"], 0);
    assert_eq!(shop.public.requests_in_all(), before);
}
