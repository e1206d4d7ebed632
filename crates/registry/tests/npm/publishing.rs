//! Publishing: what is taken, what is refused, what stays of half of it; deprecations and tags.

use std::sync::Arc;

use http_body_util::StreamBody;
use hyper::body::Frame;
use serde_json::{Value, json};
use testkit::npm_registry::Failure;

use crate::support::{Shop, Watched, of, publication, send};

const KIT: &str = "@acme%2fkit";

fn kit(version: &str) -> Value {
    publication("@acme/kit", version, "x")
}

#[tokio::test]
async fn what_is_published_is_listed_and_downloaded() {
    let shop = Shop::new();
    let answer = shop.put("store", KIT, &kit("1.0.0")).await;
    assert_eq!(answer.status, 201);
    assert_eq!((&answer.ok()["ok"], &answer.ok()["success"]), (&json!(true), &json!(true)));
    let listing = shop.get("app", KIT).await.ok();
    assert_eq!((&listing["name"], &listing["readme"]), (&json!("@acme/kit"), &json!("# @acme/kit")));
    assert_eq!(listing["dist-tags"], json!({"latest": "1.0.0"}));
    let manifest = &listing["versions"]["1.0.0"];
    assert_eq!(manifest.get("readme"), None, "the readme is kept apart");
    assert_eq!(manifest["dist"]["shasum"], kit("1.0.0")["versions"]["1.0.0"]["dist"]["shasum"]);
    assert_eq!(shop.get("app", "@acme/kit/-/kit-1.0.0.tgz").await.status, 200);
    let described = shop
        .world
        .caller()
        .ok("GetPackageVersionReadme", of("store", "@acme/kit", json!({"packageVersion": "1.0.0"})));
    assert_eq!(described["readme"], "# @acme/kit");
}

#[tokio::test]
async fn the_same_again_is_a_success_and_other_content_a_conflict() {
    let shop = Shop::new();
    assert_eq!(shop.put("store", KIT, &kit("1.0.0")).await.status, 201);
    assert_eq!(shop.put("store", KIT, &kit("1.0.0")).await.status, 200);
    let other = publication("@acme/kit", "1.0.0", "other");
    let sentence = shop.put("store", KIT, &other).await.refused(409);
    assert!(sentence.contains("already exists"), "{sentence}");
    let archived = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
    shop.world.caller().ok("UpdatePackageVersionsStatus", of("store", "@acme/kit", archived));
    assert!(shop.put("store", KIT, &kit("1.0.0")).await.refused(409).contains("Archived"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_publish_a_version_one_wins() {
    let shop = Arc::new(Shop::new());
    for round in 0..5 {
        let version = format!("1.0.{round}");
        let clients: Vec<_> = (0..20)
            .map(|client| {
                let (shop, version) = (Arc::clone(&shop), version.clone());
                tokio::spawn(async move {
                    let document = publication("@acme/kit", &version, &format!("client {client}"));
                    let shasum = document["versions"][&version]["dist"]["shasum"].clone();
                    (shop.put("store", KIT, &document).await.status.as_u16(), shasum)
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.push(client.await.unwrap());
        }
        let winners: Vec<_> = outcomes.iter().filter(|(status, _)| *status == 201).collect();
        assert_eq!(winners.len(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|(status, _)| *status == 409).count(), 19, "{outcomes:?}");
        let listing = shop.get("store", KIT).await.ok();
        assert_eq!(listing["versions"][&version]["dist"]["shasum"], winners[0].1);
    }
    assert_eq!(shop.versions("store", "@acme/kit").len(), 5);
}

#[tokio::test]
async fn a_version_that_can_be_had_from_above_is_not_published() {
    let shop = Shop::new();
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
    // A new package of `app`: its upstreams count until the first version is there.
    let sentence = shop.put("app", KIT, &publication("@acme/kit", "1.0.0", "mine")).await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    let sentence = shop.put("app", "widget", &publication("widget", "1.0.0", "mine")).await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    assert!(shop.versions("app", "widget").is_empty());
    shop.put("app", "widget", &publication("widget", "5.0.0", "mine")).await.ok();
    // A registry that does not answer takes nothing.
    shop.public.fail("/@acme/gadget", Failure::Status(500));
    shop.put("app", "@acme%2fgadget", &publication("@acme/gadget", "2.0.0", "mine")).await.ok();
}

#[tokio::test]
async fn a_package_from_outside_is_closed_to_publishing_but_not_to_edits() {
    let shop = Shop::new();
    assert_eq!(shop.get("store", "widget/-/widget-1.0.0.tgz").await.status, 200);
    let sentence = shop.put("store", "widget", &publication("widget", "9.0.0", "x")).await.refused(409);
    assert!(
        sentence.contains("publish=BLOCK") && sentence.contains("put-package-origin-configuration"),
        "{sentence}"
    );
    let mut edited = shop.get("store", "widget?write=true").await.ok();
    edited["versions"]["1.0.0"]["deprecated"] = "ours".into();
    shop.put("store", "widget", &edited).await.ok();
    let deprecated = |listing: Value| listing["versions"]["1.0.0"]["deprecated"].clone();
    shop.disconnect();
    assert_eq!(deprecated(shop.get("store", "widget").await.ok()), "ours");
}

#[tokio::test]
async fn bad_documents_are_refused_and_nothing_is_kept() {
    let shop = Shop::new();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut document = kit("1.0.0");
        change(&mut document);
        document
    };
    let dist = |member: &'static str, value: &'static str| {
        changed(&move |d| d["versions"]["1.0.0"]["dist"][member] = value.into())
    };
    let file = "@acme/kit-1.0.0.tgz";
    let documents = [
        dist("shasum", "0000000000000000000000000000000000000000"),
        dist("integrity", "sha512-AAAA"),
        dist("integrity", "sha1-AAAAAAAAAAAAAAAAAAAAAAAAAAA="),
        changed(&|d| d["_attachments"][file]["length"] = 1.into()),
        changed(&|d| d["_attachments"][file]["data"] = "!!".into()),
        changed(&|d| d["_attachments"][file]["data"] = Value::Null),
        changed(&|d| d["name"] = "@acme/other".into()),
        changed(&|d| d["versions"] = json!({})),
        changed(&|d| d["versions"]["2.0.0"] = json!({})),
        changed(&|d| d["dist-tags"] = json!({"latest": "2.0.0"})),
        changed(&|d| d["dist-tags"] = json!({"1.x": "1.0.0"})),
        publication("@acme/kit", "one", "x"),
        json!([]),
        json!("x"),
    ];
    for document in documents {
        let sentence = shop.put("store", KIT, &document).await.refused(400);
        assert!(!sentence.is_empty());
    }
    for body in ["", "{", "{\"_id\": \"\\ud800\"}", "{\"a\":{\"a\":1}}}", "nonsense"] {
        shop.send(shop.request("PUT", "store", KIT), body).await.refused(400);
    }
    let old_style = publication("JSONStream", "1.0.0", "x");
    assert!(shop.put("store", "JSONStream", &old_style).await.refused(400).contains("capital letters"));
    let packed = shop.request("PUT", "store", KIT).header("content-encoding", "gzip");
    shop.send(packed, "x").await.refused(415);
    assert!(shop.versions("store", "@acme/kit").is_empty());
    assert_eq!(
        shop.world.caller().ok("ListPackages", json!({"domain": "shop", "repository": "store"}))["packages"],
        json!([])
    );
}

#[tokio::test]
async fn half_a_publish_keeps_nothing() {
    let shop = Shop::new();
    let whole = kit("1.0.0").to_string();
    for part in [0, 1, whole.len() / 2, whole.len() - 1] {
        let sent = Ok(Frame::data(bytes::Bytes::copy_from_slice(&whole.as_bytes()[..part])));
        let cut = Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset));
        let body = StreamBody::new(futures_util::stream::iter([sent, cut]));
        let request = shop.request("PUT", "store", KIT).body(body).unwrap();
        send(&shop.endpoint, request).await.refused(400);
        assert!(shop.versions("store", "@acme/kit").is_empty(), "{part}");
    }
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
}

#[tokio::test]
async fn a_body_is_taken_in_pieces_of_any_size() {
    let shop = Shop::new();
    for (number, size) in [1, 7, 1000, 100_000].into_iter().enumerate() {
        let version = format!("1.0.{number}");
        let document = publication("@acme/kit", &version, &"content ".repeat(5000)).to_string();
        let pieces: Vec<std::io::Result<Frame<bytes::Bytes>>> = document
            .as_bytes()
            .chunks(size)
            .map(|piece| Ok(Frame::data(bytes::Bytes::copy_from_slice(piece))))
            .collect();
        let body = StreamBody::new(futures_util::stream::iter(pieces));
        let request = shop.request("PUT", "store", KIT).body(body).unwrap();
        assert_eq!(send(&shop.endpoint, request).await.status, 201);
    }
}

#[tokio::test]
async fn versions_are_deprecated_and_undeprecated() {
    let shop = Shop::new();
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
    shop.put("store", KIT, &kit("1.1.0")).await.ok();
    let deprecated = async |version: &str| {
        shop.get("store", KIT).await.ok()["versions"][version].get("deprecated").cloned()
    };
    for (text, expected) in [("too old", Some(json!("too old"))), ("", None)] {
        let mut listing = shop.get("store", "@acme%2fkit?write=true").await.ok();
        listing["versions"]["1.0.0"]["deprecated"] = text.into();
        shop.put("store", KIT, &listing).await.ok();
        assert_eq!(deprecated("1.0.0").await, expected);
        assert_eq!(deprecated("1.1.0").await, None);
    }
    let short = shop.request("GET", "store", KIT).header("accept", "application/vnd.npm.install-v1+json");
    shop.send(short, "").await.ok();
    shop.put("store", KIT, &json!({"_id": "@acme/kit", "users": {"me": true}})).await.refused(400);
    let mut foreign = json!({"name": "@acme/none", "versions": {}});
    shop.put("store", "@acme%2fnone", &foreign).await.refused(404);
    foreign["name"] = "@acme/kit".into();
    shop.put("store", KIT, &foreign).await.ok();
}

#[tokio::test]
async fn tags_are_set_listed_and_removed() {
    let shop = Shop::new();
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
    shop.put("store", KIT, &kit("2.0.0")).await.ok();
    let tag = |tag: &str| format!("-/package/@acme%2fkit/dist-tags/{tag}");
    shop.put("store", &tag("stable"), &json!("1.0.0")).await.ok();
    let tags = async |repository: &str| shop.get(repository, "-/package/@acme%2fkit/dist-tags").await.ok();
    let both = json!({"latest": "2.0.0", "stable": "1.0.0"});
    assert_eq!((tags("store").await, tags("app").await), (both.clone(), both));
    let delete = |rest: String| shop.send(shop.request("DELETE", "store", &rest), "");
    delete(tag("stable")).await.ok();
    assert_eq!(tags("store").await, json!({"latest": "2.0.0"}));
    delete(tag("stable")).await.refused(404);
    delete(tag("latest")).await.refused(400);
    shop.put("store", &tag("stable"), &json!("9.9.9")).await.refused(404);
    shop.put("store", &tag("1.x"), &json!("1.0.0")).await.refused(400);
    shop.put("store", &tag("stable"), &json!({})).await.refused(400);
    shop.put("store", &tag("stable"), &json!("x".repeat(5000))).await.refused(413);
    shop.put("store", "-/package/unheard-of/dist-tags/stable", &json!("1.0.0")).await.refused(404);
}

#[tokio::test]
async fn a_tag_may_name_a_version_of_an_upstream_repository() {
    let shop = Shop::new();
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
    shop.put("app", KIT, &kit("2.0.0")).await.ok();
    let allow = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    shop.world.caller().ok("PutPackageOriginConfiguration", of("app", "@acme/kit", allow));
    shop.put("app", "-/package/@acme%2fkit/dist-tags/old", &json!("1.0.0")).await.ok();
    let tags = async |repository: &str| shop.get(repository, "-/package/@acme%2fkit/dist-tags").await.ok();
    assert_eq!(tags("app").await, json!({"latest": "1.0.0", "old": "1.0.0"}));
    assert_eq!(tags("store").await, json!({"latest": "1.0.0"}));
}

#[tokio::test]
async fn search_finds_own_and_kept_packages_by_words() {
    let shop = Shop::new();
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
    shop.put("app", "app-kit", &publication("app-kit", "0.1.0", "x")).await.ok();
    let names = async |repository: &str, query: &str| -> Vec<String> {
        let found = shop.get(repository, &format!("-/v1/search?{query}")).await.ok();
        let objects = found["objects"].as_array().unwrap();
        objects.iter().map(|object| object["package"]["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names("app", "text=kit").await, ["app-kit", "@acme/kit"]);
    assert_eq!(names("store", "text=kit").await, ["@acme/kit"]);
    assert_eq!(names("app", "text=acme+kit").await, ["@acme/kit"]);
    assert_eq!(names("app", "text=kit&size=1&from=1").await, ["@acme/kit"]);
    // By words of descriptions and keywords, together with those of names.
    assert_eq!(names("app", "text=One+OURS").await, ["app-kit", "@acme/kit"]);
    assert_eq!(names("app", "text=own+app").await, ["app-kit"]);
    assert_eq!(names("app", "text=ours&size=1&from=1").await, ["@acme/kit"]);
    assert_eq!(names("app", "text=unheard-of").await, Vec::<String>::new());
    let found = shop.get("app", "-/v1/search?text=app-kit").await.ok();
    assert_eq!(found["total"], 1);
    let package = &found["objects"][0]["package"];
    assert_eq!((&package["version"], &package["description"]), (&json!("0.1.0"), &json!("one of ours")));
    assert_eq!((&package["keywords"], &package["publisher"]["username"]), (&json!(["own"]), &json!("")));
}

#[tokio::test]
async fn what_is_announced_to_exceed_the_quota_of_an_asset_is_not_read() {
    let shop = Shop::new().with_quota("asset_bytes", 3 << 20);
    // The tarball as base64, and as much JSON as there may be around it.
    let (body, asked) = Watched::announcing((68 << 20) + 1);
    let request = shop.request("PUT", "store", KIT).header("expect", "100-continue").body(body).unwrap();
    send(&shop.endpoint, request).await.refused(413);
    assert!(!asked.load(std::sync::atomic::Ordering::SeqCst));
    // Less than that is read up to the quota.
    let words = (0..1_200_000_u32).map(|n| format!("{:08x}", n.wrapping_mul(2_654_435_761)));
    let content = words.collect::<Vec<_>>().concat();
    shop.put("store", KIT, &publication("@acme/kit", "1.0.0", &content)).await.refused(413);
    assert!(shop.versions("store", "@acme/kit").is_empty());
    shop.put("store", KIT, &kit("1.0.0")).await.ok();
}
