//! Publishing and yanking: what is taken, what is refused, what stays of half of it.

use serde_json::{Value, json};
use std::sync::Arc;
use testkit::crate_registry::{Crate, krate, publication};

use crate::support::{Shop, of};

const NEW: &str = "api/v1/crates/new";

#[tokio::test]
async fn what_is_published_is_listed_downloaded_and_described() {
    let shop = Shop::new();
    let needs = json!([
        {"name": "widget", "version_req": "^1", "features": ["x"], "optional": false, "default_features": true,
         "target": "cfg(unix)", "kind": "dev", "registry": null, "explicit_name_in_toml": "part"},
    ]);
    let more = json!({"deps": needs, "features": {"a": [], "b": ["dep:part"]}, "links": "z", "rust_version": "1.70"});
    let answer = shop.publish_as("store", "kit", "1.0.0", "pub fn f() {}", more).await.ok();
    assert_eq!(answer, json!({"warnings": {"invalid_categories": [], "invalid_badges": [], "other": []}}));
    let packed = krate("kit", "1.0.0", "pub fn f() {}");
    let line = shop.get("app", "3/k/kit").await.lines().remove(0);
    let dependency = &line["deps"][0];
    assert_eq!((&dependency["name"], &dependency["package"]), (&json!("part"), &json!("widget")));
    assert_eq!((&dependency["req"], &dependency["kind"]), (&json!("^1"), &json!("dev")));
    assert_eq!(line["cksum"], packed.cksum);
    assert_eq!((&line["features"], &line["features2"]), (&json!({"a": []}), &json!({"b": ["dep:part"]})));
    assert_eq!((&line["v"], &line["links"], &line["yanked"]), (&json!(2), &json!("z"), &json!(false)));
    let download = shop.get("app", "api/v1/crates/kit/1.0.0/download").await;
    assert_eq!((download.status.as_u16(), &download.body[..]), (200, &packed.bytes[..]));
    assert_eq!(download.header("etag"), format!("\"{}\"", packed.cksum));
    let version = || of("store", "kit", json!({"packageVersion": "1.0.0"}));
    let caller = shop.world.caller();
    let described = caller.ok("DescribePackageVersion", version())["packageVersion"].clone();
    assert_eq!((&described["summary"], &described["displayName"]), (&json!("one of ours"), &json!("kit")));
    assert_eq!(described["sourceCodeRepository"], "https://git.example/ours");
    assert_eq!(described["licenses"], json!([{"name": "MIT"}]));
    assert_eq!(described["origin"]["originType"], "INTERNAL");
    assert_eq!(caller.ok("GetPackageVersionReadme", version())["readme"], "# kit");
    let dependencies = caller.ok("ListPackageVersionDependencies", version())["dependencies"].clone();
    assert_eq!(
        dependencies,
        json!([{"package": "widget", "dependencyType": "dev", "versionRequirement": "^1"}])
    );
    let assets = caller.ok("ListPackageVersionAssets", version())["assets"].clone();
    assert_eq!(
        (&assets[0]["name"], &assets[0]["hashes"]["SHA-256"]),
        (&json!("kit-1.0.0.crate"), &json!(packed.cksum))
    );
}

#[tokio::test]
async fn the_same_again_is_a_success_and_other_content_a_conflict() {
    let shop = Shop::new();
    shop.publish("store", "kit", "1.0.0", "a").await.ok();
    shop.publish("store", "kit", "1.0.0", "a").await.ok();
    let sentence = shop.publish("store", "kit", "1.0.0", "b").await.refused(409);
    assert!(sentence.contains("already exists"), "{sentence}");
    shop.set_status("store", "kit", "1.0.0", "Archived");
    assert!(shop.publish("store", "kit", "1.0.0", "a").await.refused(409).contains("Archived"));
}

#[tokio::test]
async fn build_metadata_and_spellings_make_no_new_versions() {
    let shop = Shop::new();
    shop.publish("store", "my-kit", "1.0.0+one", "").await.ok();
    let sentence = shop.publish("store", "my-kit", "1.0.0+two", "").await.refused(409);
    assert!(sentence.contains("1.0.0+one"), "{sentence}");
    shop.publish("store", "my-kit", "1.0.0", "").await.refused(409);
    for other in ["my_kit", "My-Kit"] {
        let sentence = shop.publish("store", other, "2.0.0", "").await.refused(409);
        assert!(sentence.contains("my-kit"), "{sentence}");
        shop.publish("app", other, "2.0.0", "").await.refused(409);
    }
    let download = shop.get("app", "api/v1/crates/my-kit/1.0.0%2Bone/download").await;
    assert_eq!(download.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_publish_a_version_one_wins() {
    let shop = Arc::new(Shop::new());
    for round in 0..3 {
        let version = format!("1.0.{round}");
        let clients: Vec<_> = (0..20)
            .map(|client| {
                let (shop, version) = (Arc::clone(&shop), version.clone());
                tokio::spawn(async move {
                    // Half of them in another spelling.
                    let name = if client % 2 == 0 { "my-kit" } else { "my_kit" };
                    shop.publish("store", name, &version, &format!("// {client}")).await.status.as_u16()
                })
            })
            .collect();
        let mut outcomes = Vec::new();
        for client in clients {
            outcomes.push(client.await.unwrap());
        }
        assert_eq!(outcomes.iter().filter(|status| **status == 200).count(), 1, "{outcomes:?}");
        assert_eq!(outcomes.iter().filter(|status| **status == 409).count(), 19, "{outcomes:?}");
    }
    let held = [shop.versions("store", "my-kit").len(), shop.versions("store", "my_kit").len()];
    assert!(held == [3, 0] || held == [0, 3], "{held:?}");
}

#[tokio::test]
async fn a_version_that_can_be_had_from_above_is_not_published() {
    let shop = Shop::new();
    shop.publish("store", "kit", "1.0.0", "").await.ok();
    let sentence = shop.publish("app", "kit", "1.0.0", "mine").await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    let sentence = shop.publish("app", "widget", "1.0.0", "mine").await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    shop.publish("app", "widget", "1.0.0+mine", "mine").await.refused(409);
    assert!(shop.versions("app", "widget").is_empty());
    shop.publish("app", "widget", "5.0.0", "mine").await.ok();
    // A registry that does not answer takes nothing.
    shop.public.fail_index("gadget", 500);
    shop.publish("app", "Gadget", "2.0.0", "mine").await.ok();
}

#[tokio::test]
async fn a_package_from_outside_is_closed_to_publishing_but_not_to_yanking() {
    let shop = Shop::new();
    assert_eq!(shop.get("store", "api/v1/crates/widget/1.0.0/download").await.status, 200);
    let sentence = shop.publish("store", "widget", "9.0.0", "").await.refused(409);
    assert!(sentence.contains("publish=BLOCK"), "{sentence}");
    shop.send(shop.request("DELETE", "store", "api/v1/crates/widget/1.0.0/yank"), "").await.ok();
}

#[tokio::test]
async fn bad_requests_are_refused_and_nothing_is_kept() {
    let shop = Shop::new();
    let kit = krate("kit", "1.0.0", "");
    let with = |more: Value| publication(&kit, more);
    let files = |path: &str, text: &str| {
        let manifest = "[package]\nname = \"kit\"\nversion = \"1.0.0\"\n";
        let mut files = vec![(path.to_owned(), text)];
        if path != "kit-1.0.0/Cargo.toml" {
            files.push(("kit-1.0.0/Cargo.toml".to_owned(), manifest));
        }
        publication(&Crate::of("kit", "1.0.0", &files), json!({}))
    };
    let mut longer = with(json!({}));
    longer.push(0);
    let whole = with(json!({}));
    let cases = [
        (with(json!({"name": "std"})), "reserved"),
        (with(json!({"name": "a b"})), "a b"),
        (with(json!({"vers": "1.0"})), "\"1.0\""),
        (with(json!({"deps": [{"name": "x", "version_req": "what"}]})), "version_req"),
        (with(json!({"name": "other"})), "other-1.0.0"),
        (with(json!({"vers": "2.0.0"})), "kit-2.0.0"),
        (files("kit-1.0.0/../evil", ""), "outside"),
        (files("/etc/passwd", ""), "outside"),
        (files("kit-1.0.0/cargo.toml", ""), "twice"),
        (files("kit-1.0.0/Cargo.toml", "[package]\nname = \"evil\"\nversion = \"1.0.0\"\n"), "evil@1.0.0"),
        (files("kit-1.0.0/Cargo.toml", "nonsense"), "Cargo.toml"),
        (whole[..whole.len() - 1].to_vec(), "ends before"),
        (whole[..3].to_vec(), "ends before"),
        (longer, "goes on"),
        (Vec::new(), "ends before"),
        (vec![0; 8], "JSON"),
    ];
    for (body, named) in cases {
        let sentence = shop.send(shop.request("PUT", "store", NEW), body).await.refused(400);
        assert!(sentence.contains(named), "{named}: {sentence}");
    }
    let long = u32::MAX.to_le_bytes().to_vec();
    shop.send(shop.request("PUT", "store", NEW), long).await.refused(413);
    assert!(shop.versions("store", "kit").is_empty());
    assert!(shop.listed("store", "3/k/kit").await.is_empty());
}

#[tokio::test]
async fn who_may_not_publish_hears_it_before_the_crate_is_read() {
    let shop = Shop::new();
    shop.publish("store", "kit", "1.0.0", "").await.ok();
    shop.restrict("store", "kit", "BLOCK", "BLOCK");
    let body = publication(&krate("kit", "2.0.0", ""), json!({}));
    // Only the metadata comes, and the length of a crate that never does.
    let metadata = 4 + usize::try_from(u32::from_le_bytes(body[..4].try_into().unwrap())).unwrap();
    let sentence =
        shop.send(shop.request("PUT", "store", NEW), body[..metadata + 4].to_vec()).await.refused(409);
    assert!(sentence.contains("publish=BLOCK"), "{sentence}");
    shop.publish("nowhere", "kit", "2.0.0", "").await.refused(404);
}

#[tokio::test]
async fn a_yanked_version_is_listed_as_such_and_downloaded_all_the_same() {
    let shop = Shop::new();
    shop.publish("app", "my-kit", "1.0.0", "").await.ok();
    let act = |method: &str, act: &str| {
        shop.send(shop.request(method, "app", &format!("api/v1/crates/My_Kit/1.0.0/{act}")), "")
    };
    assert_eq!(act("DELETE", "yank").await.ok(), json!({"ok": true}));
    assert_eq!(shop.listed("app", "my/-k/my-kit").await, [("1.0.0".to_owned(), true)]);
    assert_eq!(shop.get("app", "api/v1/crates/my-kit/1.0.0/download").await.status, 200);
    assert_eq!(shop.versions("app", "my-kit")["1.0.0"], "Published");
    assert_eq!(act("PUT", "unyank").await.ok(), json!({"ok": true}));
    assert_eq!(shop.listed("app", "my/-k/my-kit").await, [("1.0.0".to_owned(), false)]);
    let missing = shop.request("DELETE", "app", "api/v1/crates/my-kit/2.0.0/yank");
    shop.send(missing, "").await.refused(404);
    let elsewhere = shop.request("DELETE", "mid", "api/v1/crates/my-kit/1.0.0/yank");
    shop.send(elsewhere, "").await.refused(404);
}

#[tokio::test]
async fn a_crate_that_exceeds_the_quota_of_an_asset_is_refused_by_its_length() {
    let shop = Shop::new().with_quota("asset_bytes", 4096);
    let lines = (0..2000_u32).map(|n| format!("// {:08x}\n", n.wrapping_mul(2_654_435_761)));
    let source = lines.collect::<Vec<_>>().concat();
    let sentence = shop.publish("app", "kit", "1.0.0", &source).await.refused(413);
    assert!(sentence.contains("4096"), "{sentence}");
    assert!(shop.versions("app", "kit").is_empty());
    shop.publish("app", "kit", "1.0.0", "").await.ok();
}
