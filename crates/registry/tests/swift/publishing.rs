//! Publishing releases: what is taken and how it is described, what is there already, what stays of half of it.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use crate::support::{APP, Form, Shop, package, zip};

const METADATA: &str = r#"{"author":{"name":"A"},"description":"a kit","licenseURL":"https://git.example/license","repositoryURLs":["https://git.example/acme/Kit.git?a=b"]}"#;

#[tokio::test]
async fn a_signed_release_is_handed_out_as_it_came() {
    let shop = Shop::new();
    let archive = package("let x = 1");
    let form = Form::of(&archive)
        .with("source-archive-signature", "binary", b"0\x82signature")
        .with("metadata", "quoted-printable", METADATA)
        .with("metadata-signature", "binary", b"0\x82other");
    let answer = shop.publish_form("app", "Acme/Kit/1.0.0", &form).await;
    answer.created();
    assert_eq!(answer.header("location"), format!("{APP}/Acme/Kit/1.0.0"));
    let release = shop.get("app", "acme/kit/1.0.0").await.ok();
    let download = shop.get("app", "acme/kit/1.0.0.zip").await;
    assert_eq!((download.status.as_u16(), &download.body[..]), (200, &archive[..]));
    assert_eq!(download.header("content-type"), "application/zip");
    assert_eq!(download.header("content-disposition"), "attachment; filename=\"kit-1.0.0.zip\"");
    assert_eq!(download.header("content-length"), archive.len().to_string());
    let signature = STANDARD.encode(b"0\x82signature");
    assert_eq!(download.header("x-swift-package-signature"), signature);
    assert_eq!(download.header("x-swift-package-signature-format"), "cms-1.0.0");
    let checksum = download.header("etag").trim_matches('"').to_owned();
    let bytes: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&checksum[at * 2..at * 2 + 2], 16).unwrap()).collect();
    assert_eq!(download.header("digest"), format!("sha-256={}", STANDARD.encode(bytes)));
    let published_at = release["publishedAt"].as_str().unwrap().to_owned();
    assert!(published_at.len() == 20 && published_at.ends_with('Z'), "{published_at}");
    let expected = json!({
        "id": "acme.kit", "version": "1.0.0", "publishedAt": published_at,
        "resources": [{"name": "source-archive", "type": "application/zip", "checksum": checksum,
            "signing": {"signatureBase64Encoded": signature, "signatureFormat": "cms-1.0.0"}}],
        "metadata": serde_json::from_str::<serde_json::Value>(METADATA).unwrap(),
    });
    assert_eq!(release, expected);
}

#[tokio::test]
async fn parts_are_read_in_every_encoding() {
    let shop = Shop::new();
    let archive = package("let x = 1");
    let base64 = STANDARD.encode(&archive).into_bytes();
    let lines: Vec<u8> = base64.chunks(76).flat_map(|line| [line, b"\r\n"].concat()).collect();
    let form = Form::default().with("source-archive", "base64", lines).with(
        "metadata",
        "quoted-printable",
        "{=22description=22: =\r\n=22=C3=A9=22}",
    );
    shop.publish_form("app", "acme/Kit/1.0.0", &form).await.created();
    assert_eq!(shop.get("app", "acme/Kit/1.0.0.zip").await.body, archive);
    assert_eq!(shop.get("app", "acme/Kit/1.0.0").await.ok()["metadata"], json!({"description": "é"}));
    let bad = Form::default().with("source-archive", "base64", "!!!!");
    assert!(shop.publish_form("app", "acme/Kit/2.0.0", &bad).await.refused(422).contains("source-archive"));
    let odd = Form::default().with("source-archive", "uuencode", &archive);
    shop.publish_form("app", "acme/Kit/2.0.0", &odd).await.refused(400);
}

#[tokio::test]
async fn scenario_29_a_release_is_published_once() {
    let shop = Shop::new();
    shop.publish("app", "acme/DemoLib/1.0.0", "a").await.created();
    for (release, source) in [("acme/DemoLib/1.0.0", "a"), ("ACME/demolib/1.0.0", "b")] {
        let sentence = shop.publish("app", release, source).await.refused(409);
        assert!(sentence.contains("already exists"), "{sentence}");
    }
    shop.set_status("app", "demolib", "1.0.0", "Archived");
    shop.publish("app", "acme/DemoLib/1.0.0", "a").await.refused(409);
    shop.publish("app", "acme/DemoLib/1.0.1", "a").await.created();
    assert_eq!(shop.listed("app", "acme/demolib").await, ["1.0.1"]);
}

#[tokio::test]
async fn what_lies_above_is_not_published_below() {
    let shop = Shop::new();
    shop.publish("store", "acme/Kit/1.0.0", "a").await.created();
    let sentence = shop.publish("app", "acme/Kit/1.0.0", "a").await.refused(409);
    assert!(sentence.contains("already available through repository store"), "{sentence}");
    shop.publish("app", "acme/Kit/1.1.0", "a").await.created();
    assert!(shop.versions("app", "kit").contains_key("1.1.0") && shop.versions("app", "kit").len() == 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_twenty_who_publish_a_release_one_wins() {
    let shop = Arc::new(Shop::new());
    let clients: Vec<_> = (0..20)
        .map(|client| {
            let shop = Arc::clone(&shop);
            // All of them with the same bytes, in two spellings.
            let release = if client % 2 == 0 { "acme/Kit/1.0.0" } else { "Acme/KIT/1.0.0" };
            tokio::spawn(async move { shop.publish("app", release, "same").await.status.as_u16() })
        })
        .collect();
    let mut outcomes = Vec::new();
    for client in clients {
        outcomes.push(client.await.unwrap());
    }
    assert_eq!(outcomes.iter().filter(|status| **status == 201).count(), 1, "{outcomes:?}");
    assert_eq!(outcomes.iter().filter(|status| **status == 409).count(), 19, "{outcomes:?}");
    assert_eq!(shop.versions("app", "kit").len(), 1);
}

#[tokio::test]
async fn versions_that_look_like_files_are_not_published() {
    let shop = Shop::new();
    // The ending is taken off for archives, so that such a path is not even one to publish to.
    shop.publish("app", "acme/Kit/1.0.0.zip", "a").await.refused(405);
    shop.publish("app", "acme/Kit/1.0.0-a.zip.json", "a").await.refused(400);
    shop.publish("app", "acme/Kit/1.0.0-rc.1%2Bbuild.5", "a").await.created();
    assert_eq!(shop.listed("app", "acme/Kit").await, ["1.0.0-rc.1+build.5"]);
    for path in ["acme/Kit/1.0.0-rc.1+build.5", "acme/Kit/1.0.0-rc.1%2Bbuild.5.zip"] {
        assert_eq!(shop.get("app", path).await.status, 200, "{path}");
    }
}

#[tokio::test]
async fn manifests_at_the_top_are_taken_too() {
    let shop = Shop::new();
    let archive = zip(&[("Package.swift", "// swift-tools-version:5.5"), ("Sources/a.swift", "")]);
    shop.publish_form("app", "acme/Kit/1.0.0", &Form::of(&archive)).await.created();
    assert_eq!(shop.get("app", "acme/Kit/1.0.0/Package.swift").await.body, "// swift-tools-version:5.5");
}
