//! What the API says of releases: their assets, descriptions and copies.

use serde_json::{Value, json};

use crate::support::{Form, Shop, of, zip};

async fn published() -> Shop {
    let shop = Shop::new();
    let archive = zip(&[("Kit/Package.swift", "plain"), ("Kit/Package@swift-5.8.swift", "five")]);
    let metadata = json!({"description": "a kit", "licenseURL": "https://git.example/license",
        "repositoryURLs": ["https://git.example/kit.git", "https://mirror.example/kit"]});
    let form = Form::of(&archive)
        .with("source-archive-signature", "binary", "signature")
        .with("metadata", "", metadata.to_string())
        .with("metadata-signature", "binary", "other");
    shop.publish_form("store", "Acme/KitLib/1.0.0", &form).await.created();
    shop
}

#[tokio::test]
async fn a_release_is_described_by_its_metadata() {
    let shop = published().await;
    let caller = shop.world.caller();
    let version = |package: &str| of("store", package, json!({"packageVersion": "1.0.0"}));
    let described = caller.ok("DescribePackageVersion", version("KitLib"))["packageVersion"].clone();
    assert_eq!((&described["namespace"], &described["packageName"]), (&json!("acme"), &json!("kitlib")));
    assert_eq!((&described["displayName"], &described["summary"]), (&json!("Acme.KitLib"), &json!("a kit")));
    assert_eq!(described["sourceCodeRepository"], "https://git.example/kit.git");
    assert_eq!(described["licenses"], json!([{"url": "https://git.example/license"}]));
    assert_eq!(
        (&described["status"], &described["origin"]["originType"]),
        (&json!("Published"), &json!("INTERNAL"))
    );
    assert_eq!(caller.ok("ListPackageVersionDependencies", version("kitlib"))["dependencies"], json!([]));
    let assets = caller.ok("ListPackageVersionAssets", version("kitlib"))["assets"].clone();
    let names: Vec<&str> =
        assets.as_array().unwrap().iter().map(|asset| asset["name"].as_str().unwrap()).collect();
    let expected = [
        "Package.swift",
        "Package@swift-5.8.swift",
        "metadata-signature",
        "metadata.json",
        "source-archive-signature",
        "source-archive.zip",
    ];
    assert_eq!(names, expected);
    let packages =
        caller.ok("ListPackages", json!({"domain": "shop", "repository": "store", "format": "swift"}));
    assert_eq!(packages["packages"][0]["package"], "kitlib");
}

#[tokio::test]
async fn a_copy_is_a_release_like_any_other() {
    let shop = published().await;
    let caller = shop.world.caller();
    caller.ok("CreateRepository", json!({"domain": "shop", "repository": "beside"}));
    let copy = json!({
        "domain": "shop", "sourceRepository": "store", "destinationRepository": "beside", "format": "swift",
        "namespace": "Acme", "package": "KitLib", "versions": ["1.0.0"],
    });
    let copied: Value = caller.ok("CopyPackageVersions", copy);
    assert_eq!(copied["successfulVersions"]["1.0.0"]["status"], "Published", "{copied}");
    let archive = shop.get("beside", "acme/kitlib/1.0.0.zip").await;
    assert_eq!(archive.body, shop.get("store", "acme/kitlib/1.0.0.zip").await.body);
    assert!(!archive.header("x-swift-package-signature").is_empty());
    let variant = shop.get("beside", "acme/kitlib/1.0.0/Package.swift?swift-version=5.8").await;
    assert_eq!(variant.body, "five");
    let found = shop.get("beside", "identifiers?url=https://mirror.example/kit").await.ok();
    assert_eq!(found, json!({"identifiers": ["acme.kitlib"]}));
    shop.publish("beside", "acme/KitLib/1.0.0", "x").await.refused(409);
}

#[tokio::test]
async fn a_deleted_release_can_be_published_again() {
    let shop = published().await;
    let all = of("store", "kitlib", json!({"versions": ["1.0.0"]}));
    shop.world.caller().ok("DeletePackageVersions", all);
    shop.get("store", "acme/kitlib").await.refused(404);
    shop.publish("store", "acme/KitLib/1.0.0", "other").await.created();
}
