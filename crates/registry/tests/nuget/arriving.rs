//! How versions come through the connection: compared with what is stated, kept, asked for once, and not at all where a
//! name is ours.

use std::sync::Arc;

use serde_json::json;
use testkit::nuget_registry::{NugetRegistry, nupkg};

use crate::support::{PRIVATE_TOKEN, Shop, of};

const DOWNLOAD: &str = "v3/flatcontainer/widget/1.0.0/widget.1.0.0.nupkg";
const UPSTREAM: &str = "/flat/widget/1.0.0/widget.1.0.0.nupkg";

#[tokio::test]
async fn what_is_downloaded_stays_where_it_was_asked_and_where_it_came_in() {
    let shop = Shop::new();
    let answer = shop.get("app", DOWNLOAD).await;
    let package = nupkg("Widget", "1.0.0", "1");
    assert_eq!((answer.status.as_u16(), &answer.body[..]), (200, &package.bytes[..]));
    for (repository, count) in [("app", 1), ("mid", 0), ("store", 1)] {
        assert_eq!(shop.versions(repository, "widget").len(), count, "{repository}");
    }
    let caller = shop.world.caller();
    let input = || of("app", "widget", json!({"packageVersion": "1.0.0"}));
    let described = caller.ok("DescribePackageVersion", input())["packageVersion"].clone();
    let entry = json!({"externalConnectionName": "public:nuget-org"});
    assert_eq!(
        (&described["origin"]["domainEntryPoint"], &described["displayName"]),
        (&entry, &json!("Widget"))
    );
    assert_eq!(caller.ok("GetPackageVersionReadme", input())["readme"], "# Widget\n");
    shop.disconnect();
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    assert_eq!(shop.listed("app", "widget").await, ["1.0.0"]);
    assert_eq!(shop.public.requests(UPSTREAM), 1);
}

#[tokio::test]
async fn unlisted_versions_come_in_as_such_and_follow_their_registry() {
    let shop = Shop::new();
    let path = "v3/flatcontainer/widget/0.9.0/widget.0.9.0.nupkg";
    assert_eq!(shop.get("app", path).await.status, 200);
    assert_eq!(shop.versions("store", "widget")["0.9.0"], "Published");
    let registered = shop.registered("app", "registration", "widget").await;
    assert_eq!(registered["0.9.0"]["listed"], false);
    shop.disconnect();
    let found = shop.get("app", "v3/query?q=widget").await.ok();
    assert_eq!(found["totalHits"], 0);
}

#[tokio::test]
async fn a_package_that_is_not_what_is_stated_is_not_kept() {
    let shop = Shop::new();
    shop.public.put(UPSTREAM, &nupkg("Widget", "1.0.0", "other").bytes);
    let sentence = shop.get("app", DOWNLOAD).await.refused(502);
    assert!(sentence.contains("other bytes than it promised"), "{sentence}");
    // Where nothing is stated, the nuspec has at least to be of the version.
    shop.public.serve(false);
    let shop = Shop::new();
    shop.public.serve(false);
    for bytes in
        [nupkg("Widget", "1.0.1", "x").bytes, nupkg("Gadget", "1.0.0", "x").bytes, b"no package".to_vec()]
    {
        shop.public.put(UPSTREAM, &bytes);
        shop.get("app", DOWNLOAD).await.refused(502);
    }
    for repository in ["app", "store"] {
        assert!(shop.versions(repository, "widget").is_empty(), "{repository}");
    }
    shop.public.put(UPSTREAM, &nupkg("Widget", "1.0.0", "anything").bytes);
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
}

#[tokio::test]
async fn registrations_in_pages_are_read_whole() {
    let shop = Shop::over(NugetRegistry::paged(Some(3)));
    assert_eq!(shop.listed("app", "widget").await, ["0.9.0", "1.0.0", "1.1.0", "2.0.0-beta.1"]);
    assert_eq!(shop.public.requests("/reg/widget/page/1.json"), 1);
    assert_eq!(shop.listed("app", "widget").await.len(), 4);
    assert_eq!(shop.public.requests("/reg/widget/page/1.json"), 1);
    assert_eq!(shop.get("app", "v2/package/Widget/2.0.0-beta.1").await.status, 200);
}

#[tokio::test]
async fn heads_and_parts_are_answered() {
    let shop = Shop::new();
    let head = shop.send(shop.request("HEAD", "app", DOWNLOAD), "").await;
    assert_eq!(head.status, 200);
    assert!(shop.versions("app", "widget").is_empty(), "asking whether it is there keeps nothing");
    let missing = shop.request("HEAD", "app", "v3/flatcontainer/widget/7.0.0/widget.7.0.0.nupkg");
    assert_eq!(shop.send(missing, "").await.status, 404);
    let part = shop.send(shop.request("GET", "app", DOWNLOAD).header("range", "bytes=0-3"), "").await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"PK\x03\x04"[..]));
    let etag = shop.get("app", DOWNLOAD).await.header("etag").to_owned();
    let same = shop.send(shop.request("GET", "app", DOWNLOAD).header("if-none-match", etag), "").await;
    assert_eq!(same.status, 304);
    let nuspec = shop.get("app", "v3/flatcontainer/widget/1.1.0/widget.nuspec").await;
    assert!(nuspec.text().contains("<id>Widget</id>"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_hundred_who_want_a_package_make_one_request() {
    let shop = Arc::new(Shop::new());
    let clients: Vec<_> = (0..100)
        .map(|client| {
            let shop = Arc::clone(&shop);
            let rest = if client % 2 == 0 { DOWNLOAD } else { "v2/package/WIDGET/1.0.0.0" };
            tokio::spawn(async move { shop.get("app", rest).await.status.as_u16() })
        })
        .collect();
    for client in clients {
        assert_eq!(client.await.unwrap(), 200);
    }
    assert_eq!((shop.public.requests(UPSTREAM), shop.public.requests("/reg/widget/index.json")), (1, 1));
    assert_eq!(shop.public.requests("/v3/index.json"), 1);
}

#[tokio::test]
async fn a_name_of_ours_is_never_asked_for_outside() {
    let shop = Shop::new();
    shop.pushed("store", "Our.Secret", "1.0.0", "").await;
    shop.public.publish(&nupkg("Our.Secret", "9.9.9", ""), json!({}));
    let before = shop.public.requests_in_all();
    for spelling in ["our.secret", "Our.Secret", "OUR.SECRET"] {
        assert_eq!(shop.listed("app", spelling).await, ["1.0.0"]);
        shop.get("app", &format!("v2/package/{spelling}/9.9.9")).await.refused(404);
        shop.registered("app", "registration-semver2", spelling).await;
        shop.get("app", &format!("v3/query?q={spelling}")).await.ok();
        shop.get("app", &format!("v2/FindPackagesById()?id='{spelling}'")).await.text();
    }
    assert_eq!(shop.public.requests_in_all(), before);
}

#[tokio::test]
async fn a_version_that_is_too_young_is_not_shown_and_not_brought() {
    let shop = Shop::new();
    let now = shop.world.store().clock().now().to_rfc3339();
    shop.public.publish(&nupkg("Widget", "3.0.0", "young"), json!({"published": now}));
    let caller = shop.world.caller();
    let tags = json!([{"key": "homeregion:minimum-release-age", "value": "72h"}]);
    let group = json!({"domain": "shop", "packageGroup": "/nuget/*", "tags": tags});
    caller.ok("CreatePackageGroup", group);
    assert_eq!(shop.listed("app", "widget").await, ["0.9.0", "1.0.0", "1.1.0", "2.0.0-beta.1"]);
    let sentence = shop.get("app", "v2/package/widget/3.0.0").await.refused(403);
    assert!(sentence.contains("minimum release age"), "{sentence}");
    assert!(shop.versions("store", "widget").is_empty());
    assert_eq!(shop.public.requests("/flat/widget/3.0.0/widget.3.0.0.nupkg"), 0);
}

#[tokio::test]
async fn a_registry_that_fails_takes_nothing_that_is_kept() {
    let shop = Shop::new();
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    shop.public.fail("/v3/index.json", 500);
    shop.public.fail("/reg/gadget/index.json", 500);
    shop.get("app", "v3/flatcontainer/gadget/index.json").await.refused(502);
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
    shop.get("app", "v3/flatcontainer/none/index.json").await.refused(404);
}

#[tokio::test]
async fn a_registry_that_needs_a_token_is_shown_ours() {
    let shop = Shop::new();
    shop.public.require_authorization(PRIVATE_TOKEN);
    shop.get("app", DOWNLOAD).await.refused(502);
    shop.disconnect();
    shop.connect("store", "custom:private");
    assert_eq!(shop.get("app", DOWNLOAD).await.status, 200);
}
