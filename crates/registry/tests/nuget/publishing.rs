//! Pushing, symbols, unlisting: what is taken, what is refused, what stays of half of it.

use std::sync::Arc;

use serde_json::json;
use testkit::nuget_registry::{Nupkg, form, nupkg, nuspec, zip};

use crate::support::{Shop, of};

#[tokio::test]
async fn what_is_pushed_is_described() {
    let shop = Shop::new();
    let package = nupkg("Acme.Demo", "1.00.0.0-Beta+sha.1", "x");
    assert_eq!(shop.push("store", &package).await.status, 201);
    assert_eq!(shop.versions("store", "acme.demo")["1.0.0-beta"], "Published");
    let caller = shop.world.caller();
    // The API takes the package and the version in any spelling, assets in theirs only.
    let version = |more| {
        let mut input = of("store", "ACME.Demo", json!({"packageVersion": "1.0.00.0-BETA"}));
        let serde_json::Value::Object(more) = more else { panic!("more members are an object") };
        input.as_object_mut().unwrap().extend(more);
        input
    };
    let described = caller.ok("DescribePackageVersion", version(json!({})))["packageVersion"].clone();
    assert_eq!(
        (&described["version"], &described["displayName"]),
        (&json!("1.0.0-beta"), &json!("Acme.Demo"))
    );
    assert_eq!(
        (&described["packageName"], &described["homePage"]),
        (&json!("acme.demo"), &json!("https://acme.example/"))
    );
    assert_eq!(described["sourceCodeRepository"], "https://git.example/kit");
    assert_eq!(described["licenses"], json!([{"name": "LICENSE.txt"}]));
    assert_eq!(described["summary"], "Acme.Demo does things");
    let assets = caller.ok("ListPackageVersionAssets", version(json!({})))["assets"].clone();
    assert_eq!(assets[0]["name"], "acme.demo.1.0.0-beta.nupkg");
    assert_eq!(assets.as_array().map(Vec::len), Some(1));
    let dependencies =
        caller.ok("ListPackageVersionDependencies", version(json!({})))["dependencies"].clone();
    assert_eq!(dependencies, json!([{"package": "other.kit", "versionRequirement": "1.0.0"}]));
    assert_eq!(caller.ok("GetPackageVersionReadme", version(json!({})))["readme"], "# Acme.Demo\n");
    let asset = |name: &str| version(json!({"asset": name}));
    assert!(caller.send("GetPackageVersionAsset", asset("Acme.Demo.1.0.0-beta.nupkg")).is_err());
    let registered = shop.registered("app", "registration-semver2", "acme.demo").await;
    let entry = &registered["1.0.0-Beta+sha.1"];
    assert_eq!((&entry["packageHash"], &entry["listed"]), (&json!(package.sha512), &json!(true)));
    for (file, expected) in [
        ("acme.demo.nuspec", nuspec("Acme.Demo", "1.00.0.0-Beta+sha.1", "")),
        ("readme", "# Acme.Demo\n".to_owned()),
        ("license", "do what you like".to_owned()),
    ] {
        let answer = shop.get("app", &format!("v3/flatcontainer/acme.demo/1.0.0-beta/{file}")).await;
        assert_eq!(answer.text(), expected, "{file}");
    }
    let icon = shop.get("app", "v3/flatcontainer/acme.demo/1.0.0-beta/icon").await;
    assert_eq!((icon.header("content-type"), &icon.body[..]), ("image/png", &b"\x89PNG"[..]));
}

#[tokio::test]
async fn the_same_again_is_a_success_and_other_content_a_conflict() {
    let shop = Shop::new();
    let (one, two) = (nupkg("Kit", "1.0.0", "1"), nupkg("kit", "1.0.0.0", "2"));
    for path in ["v3/package/", "v3/package", "v2/package/", "v2/", "v2/package"] {
        assert_eq!(shop.push_to("store", path, &one.bytes).await.status, 201, "{path}");
    }
    let sentence = shop.push("store", &two).await.refused(409);
    assert!(sentence.contains("already exists"), "{sentence}");
    shop.set_status("store", "kit", "1.0", "Archived");
    assert!(shop.push("store", &one).await.refused(409).contains("Archived"));
    assert_eq!(shop.listed("store", "kit").await, [""; 0]);
}

#[tokio::test]
async fn what_is_no_package_is_refused_and_leaves_nothing() {
    let shop = Shop::new();
    let bad = |nuspec: &str| Nupkg::of("kit", "1.0.0", nuspec, "x").bytes;
    for (bytes, said) in [
        (b"no archive".to_vec(), "zip archive"),
        (zip(&[("a.txt", b"x")]), "0 files with the ending .nuspec"),
        (
            zip(&[("kit.nuspec", nuspec("kit", "1.0.0", "").as_bytes()), ("../evil", b"x")]),
            "outside its folder",
        ),
        (bad("<package>"), "cannot be read"),
        (bad(&nuspec("a b", "1.0.0", "")), "the id in the nuspec"),
        (bad(&nuspec("kit", "one", "")), "the version \"one\""),
        (vec![], "zip archive"),
    ] {
        let sentence = shop.push_to("store", "v3/package/", &bytes).await.refused(400);
        assert!(sentence.contains(said), "{sentence}");
    }
    let request =
        shop.request("PUT", "store", "v3/package/").header("content-type", "application/octet-stream");
    assert!(shop.send(request, "x").await.refused(400).contains("multipart/form-data"));
    let (content_type, body) = form(&nupkg("kit", "1.0.0", "x").bytes);
    let torn = shop.request("PUT", "store", "v3/package/").header("content-type", content_type);
    assert!(shop.send(torn, body[..body.len() - 10].to_vec()).await.refused(400).contains("ends before"));
    assert!(shop.versions("store", "kit").is_empty());
}

#[tokio::test]
async fn a_version_that_can_be_had_from_above_is_not_published() {
    let shop = Shop::new();
    shop.pushed("store", "Kit", "1.0.0", "1").await;
    let sentence = shop.push("app", &nupkg("kit", "1.0", "2")).await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    let sentence = shop.push("app", &nupkg("widget", "1.0.0.0", "2")).await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    shop.pushed("app", "Widget", "5.0.0", "mine").await;
    // A registry that does not answer takes nothing.
    shop.public.fail("/reg/gadget/index.json", 500);
    shop.pushed("app", "Gadget", "2.0.0", "mine").await;
}

#[tokio::test]
async fn a_package_that_is_closed_to_publishing_takes_nothing_in_any_spelling() {
    let shop = Shop::new();
    shop.pushed("app", "Acme.Kit", "1.0.0", "1").await;
    shop.restrict("app", "ACME.kit", "BLOCK", "BLOCK");
    for id in ["Acme.Kit", "acme.kit", "ACME.KIT"] {
        let sentence = shop.push("app", &nupkg(id, "2.0.0", "2")).await.refused(409);
        assert!(sentence.contains("blocked by its package origin configuration"), "{sentence}");
    }
    assert_eq!(shop.versions("app", "acme.kit").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_push_a_version_one_wins() {
    let shop = Arc::new(Shop::new());
    let clients: Vec<_> = (0..20)
        .map(|client| {
            let shop = Arc::clone(&shop);
            let id = if client % 2 == 0 { "My.Kit" } else { "my.kit" };
            tokio::spawn(async move {
                shop.push("store", &nupkg(id, "1.0.0", &client.to_string())).await.status.as_u16()
            })
        })
        .collect();
    let mut outcomes = Vec::new();
    for client in clients {
        outcomes.push(client.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|status| **status == 201).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|status| **status == 409).count(), 19, "{outcomes:?}");
}

#[tokio::test]
async fn symbols_are_another_asset_of_their_version() {
    let shop = Shop::new();
    let symbols = nupkg("Kit", "1.0.0", "pdb");
    let push = || shop.push_to("store", "v3/symbolpackage/", &symbols.bytes);
    push().await.refused(404);
    let package = nupkg("Kit", "1.0.0", "dll");
    assert_eq!(shop.push("store", &package).await.status, 201);
    assert_eq!(push().await.status, 201);
    assert_eq!(push().await.status, 201);
    let other = nupkg("Kit", "1.0.0", "other").bytes;
    shop.push_to("store", "v3/symbolpackage/", &other).await.refused(409);
    let download = shop.get("app", "v3/flatcontainer/kit/1.0.0/kit.1.0.0.snupkg").await;
    assert_eq!((download.status.as_u16(), &download.body[..]), (200, &symbols.bytes[..]));
    let caller = shop.world.caller();
    let assets =
        caller.ok("ListPackageVersionAssets", of("store", "kit", json!({"packageVersion": "1.0.0"})));
    assert_eq!(assets["assets"].as_array().map(Vec::len), Some(2));
    // The package again is still the same.
    assert_eq!(shop.push("store", &package).await.status, 201);
    shop.get("store", "v3/flatcontainer/kit/2.0.0/kit.2.0.0.snupkg").await.refused(404);
}

#[tokio::test]
async fn what_is_deleted_is_unlisted_and_may_come_back() {
    let shop = Shop::new();
    shop.pushed("store", "Kit", "1.0.0", "1").await;
    shop.pushed("store", "Kit", "1.1.0", "2").await;
    let delete = || shop.send(shop.request("DELETE", "store", "v3/package/KIT/1.0.0.0"), "");
    assert_eq!(delete().await.status, 204);
    assert_eq!(delete().await.status, 204);
    assert_eq!(shop.versions("store", "kit")["1.0.0"], "Unlisted");
    assert_eq!(shop.listed("app", "kit").await, ["1.0.0", "1.1.0"]);
    let registered = shop.registered("app", "registration", "kit").await;
    assert_eq!(
        (&registered["1.0.0"]["listed"], &registered["1.1.0"]["listed"]),
        (&json!(false), &json!(true))
    );
    let found = shop.get("app", "v3/query?q=kit").await.ok();
    assert_eq!(found["data"][0]["versions"].as_array().map(Vec::len), Some(1));
    assert_eq!(shop.send(shop.request("POST", "store", "v2/package/Kit/1.0.0"), "").await.status, 200);
    assert_eq!(shop.versions("store", "kit")["1.0.0"], "Published");
    for (method, path, status) in [
        ("DELETE", "v3/package/kit/9.9.9", 404),
        ("DELETE", "v3/package/none/1.0.0", 404),
        ("DELETE", "v3/package/kit/one", 400),
        ("PUT", "v3/package/kit/1.0.0", 405),
        ("DELETE", "v3/index.json", 405),
        ("DELETE", "elsewhere", 404),
    ] {
        shop.send(shop.request(method, "store", path), "").await.refused(status);
    }
    shop.set_status("store", "kit", "1.0.0", "Archived");
    assert_eq!(delete().await.status, 204, "from Archived to Unlisted is a legal change");
    shop.world.caller().ok("DisposePackageVersions", of("store", "kit", json!({"versions": ["1.0.0.0"]})));
    delete().await.refused(409);
}
