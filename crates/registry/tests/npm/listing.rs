//! Listings: their two forms, what they show of several repositories, and when they are made anew.

use std::io::Read as _;
use std::time::Duration;

use flate2::read::GzDecoder;
use serde_json::{Value, json};
use testkit::npm_registry::Catalog;

use crate::support::{Shop, of, publication};

fn versions(listing: &Value) -> Vec<&str> {
    listing["versions"].as_object().unwrap().keys().map(String::as_str).collect()
}

#[tokio::test]
async fn the_form_is_chosen_by_accept_and_the_type_says_which() {
    let shop = Shop::new();
    let npm = "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8, */*";
    let short = shop.send(shop.request("GET", "app", "widget").header("accept", npm), "").await;
    assert_eq!(short.header("content-type"), "application/vnd.npm.install-v1+json");
    assert_eq!(short.header("vary"), "accept, accept-encoding");
    let shown = short.ok();
    assert_eq!(versions(&shown), ["1.0.0", "1.1.0"]);
    assert_eq!(shown["versions"]["1.1.0"]["hasInstallScript"], true);
    assert!(shown.get("readme").is_none() && shown.get("time").is_none());
    let full = shop.get("app", "widget").await;
    assert_eq!(full.header("content-type"), "application/json");
    assert_eq!(full.header("content-length"), full.body.len().to_string());
    assert_eq!(full.ok()["readme"], "# widget\n");
    // What is about to be edited comes whole.
    let edited = shop.request("GET", "app", "widget?write=true").header("accept", npm);
    assert_eq!(shop.send(edited, "").await.header("content-type"), "application/json");
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    let shop = Shop::new();
    let first = shop.get("app", "widget").await;
    let etag = first.header("etag").to_owned();
    assert!(etag.starts_with("W/\""));
    let again =
        |etag: &str| shop.send(shop.request("GET", "app", "widget").header("if-none-match", etag), "");
    for known in [etag.as_str(), "*", &format!("\"x\", {etag}"), etag.trim_start_matches("W/")] {
        let answer = again(known).await;
        assert_eq!((answer.status.as_u16(), answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), etag);
    }
    assert_eq!(again("\"x\"").await.status, 200);
    let modified = first.header("last-modified").to_owned();
    let since = |path: &str, at: &str| {
        shop.send(shop.request("GET", "app", path).header("if-modified-since", at), "")
    };
    let same = since("widget", &modified).await;
    assert_eq!((same.status.as_u16(), same.header("last-modified")), (304, modified.as_str()));
    assert_eq!(since("widget", "Sun, 06 Nov 1994 08:49:37 GMT").await.status, 200);
    shop.public.change(|catalog| {
        let widget = catalog.packages["widget"].clone().release("1.2.0", &[], json!({}));
        catalog.packages.insert("widget".to_owned(), widget);
    });
    assert_eq!(again(&etag).await.status, 304, "the registry is not asked again so soon");
    shop.world.pass(Duration::from_secs(301));
    assert_eq!(since("widget", &modified).await.status, 200);
    let changed = again(&etag).await;
    assert_eq!(versions(&changed.ok()), ["1.0.0", "1.1.0", "1.2.0"]);
    let tarball = "widget/-/widget-1.0.0.tgz";
    let arrived = shop.get("app", tarball).await.header("last-modified").to_owned();
    assert_eq!(since(tarball, &arrived).await.status, 304);
}

#[tokio::test]
async fn gzip_is_for_those_who_take_it() {
    let shop = Shop::with(Catalog::of([Catalog::large("large", 2 << 20), Catalog::large("small", 60_000)]));
    let packed = || shop.request("GET", "app", "small").header("accept-encoding", "br, gzip");
    let answer = shop.send(packed(), "").await;
    assert_eq!(answer.header("content-encoding"), "gzip");
    assert_eq!(answer.header("content-length"), answer.body.len().to_string());
    let mut plain = Vec::new();
    GzDecoder::new(&answer.body[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, shop.get("app", "small").await.body);
    // A large one is packed in the background; until then it comes as it is.
    let large = || shop.request("GET", "app", "large").header("accept-encoding", "gzip");
    let first = shop.send(large(), "").await;
    assert_eq!((first.status.as_u16(), first.header("content-encoding")), (200, ""));
    let mut answer = first;
    while answer.header("content-encoding").is_empty() {
        tokio::task::yield_now().await;
        answer = shop.send(large(), "").await;
    }
    let mut plain = Vec::new();
    GzDecoder::new(&answer.body[..]).read_to_end(&mut plain).unwrap();
    assert_eq!(plain, shop.get("app", "large").await.body);
}

#[tokio::test]
async fn asking_for_a_listing_keeps_nothing() {
    let shop = Shop::new();
    shop.get("app", "widget").await.ok();
    shop.get("app", "widget/1.0.0").await.ok();
    shop.get("app", "-/package/widget/dist-tags").await.ok();
    for repository in ["app", "mid", "store"] {
        assert!(shop.versions(repository, "widget").is_empty(), "{repository}");
    }
}

#[tokio::test]
async fn the_nearest_repository_stands_for_a_version_and_hides_it() {
    let shop = Shop::new();
    let allow = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", of("store", "widget", allow));
    shop.put("store", "widget", &publication("widget", "9.0.0", "x")).await.ok();
    let shown = shop.get("app", "widget").await.ok();
    assert_eq!(versions(&shown), ["1.0.0", "1.1.0", "9.0.0"]);
    // Of a tag the value furthest up wins: the registry's.
    assert_eq!(shown["dist-tags"], json!({"latest": "1.1.0"}));
    assert!(shop.get("app", "widget/-/widget-1.1.0.tgz").await.status.is_success());
    let unlisted = json!({"versions": ["1.1.0"], "targetStatus": "Unlisted"});
    shop.world.caller().ok("UpdatePackageVersionsStatus", of("app", "widget", unlisted));
    let shown = shop.get("app", "widget").await.ok();
    assert_eq!(versions(&shown), ["1.0.0", "9.0.0"], "hidden although the registry lists it");
    assert_eq!(shown["dist-tags"], json!({"latest": "9.0.0"}));
    assert_eq!(versions(&shop.get("store", "widget").await.ok()), ["1.0.0", "1.1.0", "9.0.0"]);
}

#[tokio::test]
async fn one_version_or_tag_has_a_document_of_its_own() {
    let shop = Shop::new();
    for (selector, version) in [("1.0.0", "1.0.0"), ("latest", "1.1.0")] {
        assert_eq!(shop.get("app", &format!("widget/{selector}")).await.ok()["version"], version);
    }
    shop.get("app", "widget/9.9.9").await.refused(404);
    shop.get("app", "widget/canary").await.refused(404);
    shop.get("app", "unheard-of/1.0.0").await.refused(404);
}

#[tokio::test]
async fn deprecations_of_the_registry_are_taken_over_where_its_versions_came_in() {
    let shop = Shop::new();
    assert!(shop.get("app", "widget/-/widget-1.0.0.tgz").await.status.is_success());
    shop.public.change(|catalog| {
        let widget = catalog.packages.get_mut("widget").unwrap();
        widget.releases[0].extra.insert("deprecated".to_owned(), "use something else".into());
    });
    shop.world.pass(Duration::from_secs(301));
    let deprecated = |listing: &Value| listing["versions"]["1.0.0"]["deprecated"].clone();
    assert_eq!(deprecated(&shop.get("store", "widget").await.ok()), "use something else");
    assert_eq!(deprecated(&shop.get("app", "widget").await.ok()), Value::Null, "what was retained stays");
    shop.disconnect();
    assert_eq!(deprecated(&shop.get("store", "widget").await.ok()), "use something else", "it was stored");
}

#[tokio::test]
async fn an_own_deprecation_stays_until_it_is_cleared_whatever_the_registry_says() {
    let mut shop = Shop::new();
    for version in ["1.0.0", "1.1.0"] {
        let file = format!("widget/-/widget-{version}.tgz");
        assert!(shop.get("store", &file).await.status.is_success());
    }
    let say = |shop: &Shop, release: usize, text: &str| {
        shop.public.change(|catalog| {
            let widget = catalog.packages.get_mut("widget").unwrap();
            widget.releases[release].extra.insert("deprecated".to_owned(), text.into());
        });
    };
    let shown = async |shop: &Shop| {
        let listing = shop.get("store", "widget").await.ok();
        ["1.0.0", "1.1.0"].map(|version| listing["versions"][version]["deprecated"].clone())
    };
    say(&shop, 1, "theirs");
    shop.pass(Duration::from_secs(301));
    // `npm deprecate` sends every version back, with what is said against the others.
    let edit = async |shop: &Shop, text: &str| {
        let mut listing = shop.get("store", "widget?write=true").await.ok();
        listing["versions"]["1.0.0"]["deprecated"] = text.into();
        shop.put("store", "widget", &listing).await.ok();
    };
    edit(&shop, "ours").await;
    assert_eq!(shown(&shop).await, ["ours", "theirs"]);
    say(&shop, 0, "theirs as well");
    say(&shop, 1, "theirs, again");
    shop.pass(Duration::from_secs(301));
    assert_eq!(shown(&shop).await, ["ours", "theirs, again"]);
    say(&shop, 0, "");
    say(&shop, 1, "");
    shop.pass(Duration::from_secs(301));
    assert_eq!(shown(&shop).await, [json!("ours"), Value::Null], "theirs is taken back with them");
    // Cleared here, the registry's word counts again.
    say(&shop, 0, "theirs at last");
    shop.pass(Duration::from_secs(301));
    edit(&shop, "").await;
    assert_eq!(shown(&shop).await, [json!("theirs at last"), Value::Null]);
}

#[tokio::test]
async fn what_nobody_has_is_not_found_in_the_words_of_npm() {
    let shop = Shop::new();
    for rest in ["unheard-of", "@acme%2funheard-of", "-/package/unheard-of/dist-tags"] {
        assert!(shop.get("app", rest).await.refused(404).starts_with("Not found"), "{rest}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_clients_cause_one_request_for_a_listing() {
    let shop = std::sync::Arc::new(Shop::new());
    let clients: Vec<_> = (0..100)
        .map(|_| {
            let shop = std::sync::Arc::clone(&shop);
            tokio::spawn(async move { shop.get("app", "widget").await.ok() })
        })
        .collect();
    for client in clients {
        assert_eq!(versions(&client.await.unwrap()), ["1.0.0", "1.1.0"]);
    }
    assert_eq!(shop.public.requests("/widget"), 1);
}
