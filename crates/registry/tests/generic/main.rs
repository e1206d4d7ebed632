//! Generic packages over plain HTTP: assets go in and out, through upstream repositories too.

#![allow(clippy::unwrap_used, reason = "a test that cannot arrange its world may panic")]

mod support;

use std::time::Duration;

use serde_json::{Value, json};
use support::Shop;

const HELLO_SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const HELLO_MD5: &str = "b1946ac92492d2347c6235b4d2611184";

#[tokio::test]
async fn an_asset_goes_in_with_put_and_out_with_get() {
    let shop = Shop::new();
    let put = shop.put("app", "team/tool/1.0/read%20me.txt", "hello\n").await;
    assert_eq!(put.status, 201, "{put:?}");
    let answer = put.json();
    assert_eq!(
        (&answer["status"], &answer["asset"]["name"], &answer["asset"]["hashes"]["SHA-256"]),
        (&json!("Published"), &json!("read me.txt"), &json!(HELLO_SHA256))
    );
    let got = shop.get("app", "team/tool/1.0/read%20me.txt").await;
    assert_eq!((got.status.as_u16(), &got.body[..]), (200, &b"hello\n"[..]));
    for (name, value) in [
        ("content-length", "6"),
        ("accept-ranges", "bytes"),
        ("etag", &format!("\"{HELLO_SHA256}\"")),
        ("x-checksum-sha256", HELLO_SHA256),
        ("x-checksum-md5", HELLO_MD5),
        ("x-checksum-sha1", "f572d396fae9206628714fb2ce00f72e94f2258f"),
    ] {
        assert_eq!(got.header(name), value, "{name}");
    }
    assert_eq!(got.header("x-checksum-sha512").len(), 128);
    let again = shop.put("app", "team/tool/1.0/read%20me.txt", "hello\n").await;
    assert_eq!((again.status.as_u16(), &again.json()["versionRevision"]), (200, &answer["versionRevision"]));
    let other = shop.put("app", "team/tool/1.0/read%20me.txt", "other\n").await;
    assert_eq!(other.status, 409);
    let late = shop.put("app", "team/tool/1.0/late.txt", "hello\n").await;
    assert_eq!(late.status, 409, "the version is complete");
}

#[tokio::test]
async fn parts_heads_and_conditions_are_answered() {
    let shop = Shop::new();
    shop.put("app", "team/tool/1.0/a.txt", "hello\n").await;
    let with = |method: &str, name: &str, value: &str| {
        shop.request(method, "app", "team/tool/1.0/a.txt").header(name, value)
    };
    let part = shop.send(with("GET", "range", "bytes=1-3"), "").await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &b"ell"[..]));
    assert_eq!(part.header("content-range"), "bytes 1-3/6");
    let behind = shop.send(with("GET", "range", "bytes=6-"), "").await;
    assert_eq!((behind.status.as_u16(), behind.header("content-range")), (416, "bytes */6"));
    let known = shop.send(with("GET", "if-none-match", &format!("\"{HELLO_SHA256}\"")), "").await;
    assert_eq!((known.status.as_u16(), known.body.len()), (304, 0));
    let head = shop.send(shop.request("HEAD", "app", "team/tool/1.0/a.txt"), "").await;
    assert_eq!((head.status.as_u16(), head.body.len(), head.header("content-length")), (200, 0, "6"));
    assert_eq!(head.header("x-checksum-sha256"), HELLO_SHA256);
}

#[tokio::test]
async fn a_version_of_several_assets_is_open_until_the_last() {
    let shop = Shop::new();
    assert_eq!(shop.put("app", "team/tool/1.0/a.txt?unfinished=true", "hello\n").await.status, 201);
    assert_eq!(shop.versions("app"), ["1.0 Unfinished"]);
    assert_eq!(shop.get("app", "team/tool/1.0/a.txt").await.status, 404, "not before it is complete");
    assert_eq!(shop.get("app", "team/tool/1.0/").await.status, 404);
    assert_eq!(shop.put("app", "team/tool/1.0/b.txt?unfinished=maybe", "hello\n").await.status, 400);
    assert_eq!(shop.put("app", "team/tool/1.0/b.txt", "more\n").await.status, 201);
    assert_eq!(shop.versions("app"), ["1.0 Published"]);
    assert_eq!(shop.get("app", "team/tool/1.0/a.txt").await.status, 200);
}

#[tokio::test]
async fn what_is_fetched_from_an_upstream_repository_is_kept() {
    let shop = Shop::new();
    shop.put("store", "team/tool/1.0/a.txt", "hello\n").await;
    let head = shop.send(shop.request("HEAD", "app", "team/tool/1.0/a.txt"), "").await;
    assert_eq!(head.status, 200);
    assert_eq!(shop.get("app", "team/tool/1.0").await.status, 200);
    assert_eq!(shop.versions("app"), [""; 0], "looking keeps nothing");
    assert_eq!(shop.get("app", "team/tool/1.0/a.txt").await.status, 200);
    assert_eq!(shop.versions("app"), ["1.0 Published"]);
    assert_eq!(shop.get("app", "team/tool/1.0/other.txt").await.status, 404);
    assert_eq!(shop.put("app", "team/tool/2.0/a.txt", "hello\n").await.status, 409, "it came from upstream");
}

#[tokio::test]
async fn versions_and_assets_are_listed() {
    let shop = Shop::new();
    for version in ["1.9", "1.10"] {
        shop.put("store", &format!("team/tool/{version}/a%20b.txt"), "hello\n").await;
    }
    shop.call(
        "UpdatePackageVersionsStatus",
        "store",
        json!({"versions": ["1.9"], "targetStatus": "Unlisted"}),
    );
    let versions = shop.get("app", "team/tool").await.json();
    let base = "http://registry.test:4566/generic/d/shop-111122223333/app/team/tool";
    assert_eq!(
        versions,
        json!({"namespace": "team", "package": "tool",
            "versions": [{"version": "1.10", "url": format!("{base}/1.10/")}]})
    );
    let assets = shop.get("app", "team/tool/1.9/").await.json();
    assert_eq!(assets["status"], "Unlisted");
    assert_eq!(
        assets["assets"][0],
        json!({"name": "a b.txt", "size": 6, "url": format!("{base}/1.9/a%20b.txt"),
            "hashes": assets["assets"][0]["hashes"]})
    );
    assert_eq!(assets["assets"][0]["hashes"]["MD5"], HELLO_MD5);
    shop.call(
        "UpdatePackageVersionsStatus",
        "store",
        json!({"versions": ["1.10"], "targetStatus": "Archived"}),
    );
    assert_eq!(shop.get("app", "team/tool").await.status, 404);
    assert_eq!(shop.get("app", "team/tool/1.10").await.status, 404);
    assert_eq!(shop.get("app", "team/tool/1.10/a%20b.txt").await.status, 404);
}

#[tokio::test]
async fn bytes_that_are_not_what_they_are_said_to_be_leave_nothing() {
    let shop = Shop::new();
    let request = || shop.request("PUT", "app", "team/tool/1.0/a.txt");
    for (header, hash) in [
        ("x-checksum-md5", "0".repeat(32)),
        ("x-checksum-sha1", "0".repeat(40)),
        ("x-checksum-sha256", "1".repeat(64)),
        ("x-checksum-sha512", "0".repeat(128)),
        ("x-amz-content-sha256", "1".repeat(64)),
    ] {
        let answer = shop.send(request().header(header, hash), "hello\n").await;
        assert_eq!(answer.status, 400, "{header}: {answer:?}");
    }
    assert_eq!(shop.torn(request(), "hello\n").await.status, 400);
    assert_eq!(shop.versions("app"), [""; 0]);
    assert_eq!(shop.blobs.size(HELLO_SHA256).await.unwrap(), None);
    let right = request().header("x-checksum-sha256", HELLO_SHA256).header("X-Checksum-Md5", HELLO_MD5);
    assert_eq!(shop.send(right, "hello\n").await.status, 201);
}

#[tokio::test]
async fn what_names_nothing_or_nobody_may_is_refused() {
    let shop = Shop::new();
    for (method, rest, status) in [
        ("PUT", "team/tool/1.0/a%2fb", 400),
        ("PUT", "team/tool/1.0/a:b", 400),
        ("PUT", "team/tool/1%230/a", 400),
        ("PUT", "team/tool/1.0", 405),
        ("DELETE", "team/tool/1.0/a", 405),
        ("POST", "team/tool/1.0/a", 405),
        ("GET", "team", 400),
        ("GET", "team/tool/1.0/a/b", 400),
        ("GET", "team/none", 404),
        ("GET", "team/tool/1.0/%00", 404),
    ] {
        let answer = shop.send(shop.request(method, "app", rest), "hello\n").await;
        assert_eq!(answer.status.as_u16(), status, "{method} {rest}: {answer:?}");
        assert!(answer.json()["message"].is_string(), "{answer:?}");
    }
    assert_eq!(shop.get("none", "team/tool/1.0/a").await.status, 404);
    let mut anonymous = shop.request("PUT", "app", "team/tool/1.0/a");
    anonymous.headers_mut().unwrap().remove("authorization");
    let answer = shop.send(anonymous, "hello\n").await;
    assert_eq!(answer.status, 401);
    let challenges = answer.headers.get_all("www-authenticate").iter();
    let basic = challenges.filter(|value| value.to_str().unwrap().contains("Basic realm=\"shop/app\""));
    assert_eq!(basic.count(), 1, "{answer:?}");
    assert_eq!(shop.versions("app"), [""; 0]);
}

#[tokio::test]
async fn a_package_that_is_closed_to_publishing_takes_nothing() {
    let shop = Shop::new();
    let block: Value = json!({"restrictions": {"publish": "BLOCK", "upstream": "ALLOW"}});
    shop.call("PutPackageOriginConfiguration", "app", block);
    let answer = shop.put("app", "team/tool/1.0/a.txt", "hello\n").await;
    assert_eq!(answer.status, 409);
    assert!(answer.json()["message"].as_str().unwrap().contains("publish=BLOCK"), "{answer:?}");
}

#[tokio::test]
async fn scenario_40_bytes_go_with_the_last_reference() {
    let shop = Shop::new();
    shop.put("store", "team/tool/1.0/a.txt", "hello\n").await;
    shop.put("app", "team/other/1.0/a.txt", "hello\n").await;
    let sweep = async || shop.blobs.sweep(shop.world.store(), Duration::ZERO).await.unwrap().bytes;
    shop.call("DisposePackageVersions", "store", json!({"versions": ["1.0"]}));
    assert_eq!(sweep().await, 0);
    assert_eq!(shop.get("app", "team/other/1.0/a.txt").await.body, "hello\n");
    let other = json!({"package": "other", "versions": ["1.0"]});
    shop.call("DeletePackageVersions", "app", other);
    assert_eq!(sweep().await, 6);
    assert_eq!(shop.blobs.size(HELLO_SHA256).await.unwrap(), None);
}

#[tokio::test]
async fn an_asset_has_as_many_bytes_as_the_operator_allows() {
    let shop = Shop::with_quotas(&[("asset_bytes", 5)]);
    let request = || shop.request("PUT", "app", "team/tool/1.0/a.txt");
    assert_eq!(shop.send(request(), "hello\n").await.status, 413);
    assert_eq!(shop.unannounced(request(), "hello\n").await.status, 413);
    assert_eq!(shop.versions("app"), [""; 0]);
    assert_eq!(shop.unannounced(request(), "hello").await.status, 201);
}
