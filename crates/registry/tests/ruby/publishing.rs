//! Publishing and yanking: what is taken, what is refused, what stays of half of it.

use std::sync::Arc;

use serde_json::json;

use crate::support::{Gem, Shop, of, sha256};

#[tokio::test]
async fn what_is_pushed_is_listed_downloaded_and_described() {
    let shop = Shop::new();
    let gem = Gem { needs: "base", ..Gem::new("kit", "1.0") };
    assert_eq!(shop.push("own", &gem).await.text(), "Successfully registered gem: kit (1.0)\n");
    let line = format!("---\n1.0 base:>= 1|checksum:{}\n", sha256(&gem.pack()));
    assert_eq!(shop.get("own", "info/kit").await.text(), line);
    let version = of("own", "kit", json!({"packageVersion": "1.0"}));
    let caller = shop.world.caller();
    let described = caller.ok("DescribePackageVersion", version.clone())["packageVersion"].clone();
    assert_eq!((&described["summary"], &described["displayName"]), (&json!("one of ours"), &json!("kit")));
    assert_eq!(described["licenses"], json!([{"name": "MIT"}]));
    let needs = caller.ok("ListPackageVersionDependencies", version)["dependencies"].clone();
    assert_eq!(
        needs,
        json!([{"package": "base", "dependencyType": "runtime", "versionRequirement": ">= 1"}])
    );
    assert_eq!(shop.assets("own", "kit", "1.0"), ["kit-1.0.gem"]);
}

#[tokio::test]
async fn the_same_again_is_a_success_and_other_content_a_conflict() {
    let shop = Shop::new();
    let gem = || Gem::new("kit", "1.0");
    shop.push("own", &gem()).await.text();
    let revision = |shop: &Shop| {
        let version = of("own", "kit", json!({"packageVersion": "1.0"}));
        shop.world.caller().ok("DescribePackageVersion", version)["packageVersion"]["revision"].clone()
    };
    let first = revision(&shop);
    shop.push("own", &gem()).await.text();
    assert_eq!(revision(&shop), first);
    let sentence = shop.push("own", &Gem { source: "Y = 2", ..gem() }).await.refused(409);
    assert!(sentence.contains("already exists"), "{sentence}");
    let sentence = shop.push("own", &Gem::new("kit", "1.0.0")).await.refused(409);
    assert!(sentence.contains("the same as 1.0.0"), "{sentence}");
    shop.world.pass(std::time::Duration::from_millis(5));
    shop.push("own", &Gem { platform: "java", ..gem() }).await.text();
    assert_eq!(shop.assets("own", "kit", "1.0"), ["kit-1.0-java.gem", "kit-1.0.gem"]);
    assert_eq!(shop.listed("own", "kit").await, ["1.0", "1.0-java"]);
    let archive = of("own", "kit", json!({"versions": ["1.0"], "targetStatus": "Archived"}));
    shop.world.caller().ok("UpdatePackageVersionsStatus", archive);
    assert!(shop.push("own", &gem()).await.refused(409).contains("Archived"));
}

#[tokio::test]
async fn a_version_that_the_host_has_is_taken() {
    let shop = Shop::new();
    for version in ["1.1", "1.1.0"] {
        let sentence = shop.push("app", &Gem::new("base", version)).await.refused(409);
        assert!(sentence.contains("already available"), "{sentence}");
    }
    assert_eq!(shop.versions("app", "base").len(), 0);
    shop.push("app", &Gem::new("base", "7.0")).await.text();
}

#[tokio::test]
async fn what_is_no_gem_leaves_nothing() {
    let shop = Shop::new();
    let whole = Gem::new("kit", "1.0").pack();
    for bad in [&b""[..], b"no gem", &whole[..700], &whole[..1500]] {
        let answer = shop.send(shop.request("POST", "own", "api/v1/gems"), bad.to_vec()).await;
        assert!(answer.refused(422).contains("gem"), "{answer:?}");
    }
    assert_eq!(shop.versions("own", "kit").len(), 0);
    assert_eq!(shop.get("own", "info/kit").await.status, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_push_a_version_one_wins() {
    let shop = Arc::new(Shop::new());
    let pushes = (0..20).map(|number| {
        let shop = Arc::clone(&shop);
        tokio::spawn(async move {
            let source = format!("X = {number}");
            let gem = Gem { source: &source, ..Gem::new("kit", "1.0") };
            (shop.push("own", &gem).await.status.as_u16(), sha256(&gem.pack()))
        })
    });
    let mut won = Vec::new();
    for push in pushes.collect::<Vec<_>>() {
        let (status, digest) = push.await.unwrap();
        assert!(status == 200 || status == 409, "{status}");
        won.extend((status == 200).then_some(digest));
    }
    assert_eq!(won.len(), 1);
    assert!(shop.get("own", "info/kit").await.text().contains(&won[0]));
}

#[tokio::test]
async fn a_yank_hides_and_keeps_the_bytes() {
    let shop = Shop::new();
    shop.push("own", &Gem::new("kit", "1.0")).await.text();
    shop.push("own", &Gem::new("kit", "1.1")).await.text();
    let yank = |form: &'static str| shop.send(shop.request("DELETE", "own", "api/v1/gems/yank"), form);
    assert_eq!(yank("gem_name=kit&version=1.1").await.text(), "Successfully deleted gem: kit (1.1)\n");
    assert_eq!(shop.versions("own", "kit")["1.1"], "Unlisted");
    assert_eq!(shop.listed("own", "kit").await, ["1.0"]);
    assert_eq!(shop.get("own", "gems/kit-1.1.gem").await.status, 200);
    assert_eq!(shop.get("own", "quick/Marshal.4.8/kit-1.1.gemspec.rz").await.status, 404);
    yank("gem_name=kit&version=9").await.refused(404);
    yank("gem_name=none&version=9").await.refused(404);
    yank("gem_name=kit&version=1.0&platform=java").await.refused(404);
    assert_eq!(shop.versions("own", "kit")["1.0"], "Published");
    yank("gem_name=../kit&version=1").await.refused(400);
}
