//! What is not taken, each with its status and sentence, and nothing of it kept.

use bytes::Bytes;
use http_body_util::StreamBody;
use hyper::body::Frame;

use crate::support::{Form, Shop, package, send, zip, zip_with_modes};

#[tokio::test]
async fn archives_that_are_none_are_refused() {
    let shop = Shop::new();
    let manifest = ("Kit/Package.swift", 0o100_644, "x");
    let cases = [
        (b"not a zip".to_vec(), "zip"),
        (Vec::new(), "zip"),
        (zip(&[("Kit/README.md", "x")]), "no Package.swift"),
        (zip(&[("A/Package.swift", "x"), ("B/Package.swift", "x")]), "several folders"),
        (zip(&[("Kit/Package.swift", "x"), ("Kit/../../x", "x")]), "not inside"),
        (zip_with_modes(&[manifest, ("Kit/link", 0o120_777, "/etc/passwd")]), "leads out"),
        (zip_with_modes(&[("Kit/Package.swift", 0o120_777, "Other.swift")]), "symbolic link"),
        (package("x")[..100].to_vec(), "zip"),
    ];
    for (archive, reason) in cases {
        let sentence = shop.publish_form("app", "acme/Kit/1.0.0", &Form::of(&archive)).await.refused(422);
        assert!(sentence.contains(reason), "{sentence} has no {reason:?}");
    }
    assert!(shop.versions("app", "kit").is_empty());
    // Links that stay inside are taken.
    let linked = zip_with_modes(&[manifest, ("Kit/Docs/link", 0o120_777, "../Sources/a")]);
    shop.publish_form("app", "acme/Kit/1.0.0", &Form::of(&linked)).await.created();
}

#[tokio::test]
async fn forms_that_break_a_rule_are_refused() {
    let shop = Shop::new();
    let archive = package("x");
    let form = || Form::of(&archive);
    let large = vec![b'x'; 5 << 20];
    let cases = [
        (Form::default(), 422, "source-archive"),
        (form().with("source-archive", "binary", &archive), 400, "more than one part source-archive"),
        (form().with("metadata", "", "{}").with("metadata", "", "{}"), 400, "more than one part metadata"),
        (form().with("metadata", "", "[1]"), 422, "JSON object"),
        (form().with("metadata", "", "{"), 422, "JSON"),
        (form().with("metadata", "", "{\"repositoryURLs\": 5}"), 422, "repositoryURLs"),
        (form().with("metadata", "", &large), 413, "metadata"),
        (form().with("source-archive-signature", "", &large), 413, "source-archive-signature"),
    ];
    for (form, status, reason) in cases {
        let sentence = shop.publish_form("app", "acme/Kit/1.0.0", &form).await.refused(status);
        assert!(sentence.contains(reason), "{sentence} has no {reason:?}");
    }
    // Parts that mean nothing here are passed over.
    shop.publish_form("app", "acme/Kit/1.0.0", &form().with("more", "uuencode", "x")).await.created();
}

#[tokio::test]
async fn heads_that_break_a_rule_are_refused() {
    let shop = Shop::new();
    let multipart = "multipart/form-data; boundary=XYZ";
    let put = |kind: &str| shop.request("PUT", "app", "acme/Kit/1.0.0").header("content-type", kind);
    let body = || Form::of(&package("x")).body();
    shop.send(put("application/zip"), body()).await.refused(415);
    shop.send(put("multipart/form-data"), body()).await.refused(400);
    shop.send(put("multipart/form-data; boundary=OTHER"), body()).await.refused(400);
    shop.send(put(multipart).header("expect", "a-miracle"), body()).await.refused(417);
    shop.send(put(multipart).header("accept", "application/vnd.swift.registry.v2+json"), body())
        .await
        .refused(400);
    shop.send(put(multipart).header("x-swift-package-signature-format", "a b"), body()).await.refused(400);
    let signed = Form::of(&package("x")).with("source-archive-signature", "", "x").body();
    let sentence = shop.send(put(multipart), signed).await.refused(400);
    assert!(sentence.contains("X-Swift-Package-Signature-Format"), "{sentence}");
    for path in ["acme/Kit/1.0", "acme/Kit/v1.0.0", "acme/K.it/1.0.0", "a_b/Kit/1.0.0"] {
        shop.publish("app", path, "x").await.refused(400);
    }
    assert!(shop.versions("app", "kit").is_empty());
}

#[tokio::test]
async fn a_body_that_breaks_off_leaves_nothing() {
    let shop = Shop::new();
    let body = Form::of(&package("x")).body();
    for end in [0, 50, 300, body.len() - 8] {
        let pieces = vec![
            Ok(Frame::data(Bytes::copy_from_slice(&body[..end]))),
            Err(std::io::Error::other("the client is gone")),
        ];
        let request = shop
            .request("PUT", "app", "acme/Kit/1.0.0")
            .header("content-type", "multipart/form-data; boundary=XYZ")
            .body(StreamBody::new(futures_util::stream::iter(pieces)))
            .unwrap();
        send(&shop.endpoint, request).await.refused(400);
    }
    assert!(shop.versions("app", "kit").is_empty());
    shop.publish("app", "acme/Kit/1.0.0", "x").await.created();
}

#[tokio::test]
async fn nothing_is_read_of_a_body_that_would_be_refused() {
    let shop = Shop::new();
    shop.publish("app", "acme/Kit/1.0.0", "x").await.created();
    let never = StreamBody::new(futures_util::stream::pending::<Result<Frame<Bytes>, std::io::Error>>());
    let request = shop
        .request("PUT", "app", "acme/Kit/1.0.0")
        .header("content-type", "multipart/form-data; boundary=XYZ")
        .header("expect", "100-continue")
        .body(never)
        .unwrap();
    send(&shop.endpoint, request).await.refused(409);
}
