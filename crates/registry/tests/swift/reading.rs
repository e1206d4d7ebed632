//! Reading: releases in their order with links, manifests with their variants, archives in parts, identifiers.

use serde_json::json;

use crate::support::{APP, Form, JSON, Shop, package, zip};

#[tokio::test]
async fn releases_are_listed_by_precedence_with_the_latest_linked() {
    let shop = Shop::new();
    for version in ["1.2.0", "1.10.0", "1.9.0", "2.0.0-beta.2", "2.0.0-beta.11"] {
        shop.publish("app", &format!("acme/Kit/{version}"), version).await.created();
    }
    let order = ["2.0.0-beta.11", "2.0.0-beta.2", "1.10.0", "1.9.0", "1.2.0"];
    assert_eq!(shop.listed("app", "acme/Kit").await, order);
    let listing = shop.get("app", "Acme/KIT.json").await;
    assert_eq!(listing.ok()["releases"]["1.9.0"], json!({"url": format!("{APP}/Acme/KIT/1.9.0")}));
    assert_eq!(listing.header("link"), format!("<{APP}/Acme/KIT/1.10.0>; rel=\"latest-version\""));
    let middle = shop.get("app", "acme/Kit/1.9.0.json").await;
    assert_eq!(middle.ok()["version"], "1.9.0");
    let expected =
        [("1.10.0", "latest-version"), ("1.10.0", "successor-version"), ("1.2.0", "predecessor-version")]
            .map(|(version, relation)| format!("<{APP}/acme/Kit/{version}>; rel=\"{relation}\""));
    assert_eq!(middle.header("link"), expected.join(", "));
    let lowest = shop.get("app", "acme/Kit/1.2.0").await;
    assert!(!lowest.header("link").contains("predecessor"), "{lowest:?}");
}

#[tokio::test]
async fn what_is_not_published_is_not_listed() {
    let shop = Shop::new();
    for version in ["1.0.0", "1.1.0", "1.2.0"] {
        shop.publish("app", &format!("acme/Kit/{version}"), version).await.created();
    }
    shop.set_status("app", "kit", "1.1.0", "Unlisted");
    shop.set_status("app", "kit", "1.2.0", "Archived");
    assert_eq!(shop.listed("app", "acme/Kit").await, ["1.0.0"]);
    assert_eq!(shop.get("app", "acme/Kit/1.1.0").await.ok()["version"], "1.1.0");
    assert_eq!(shop.get("app", "acme/Kit/1.1.0.zip").await.status, 200);
    for path in [
        "acme/Kit/1.2.0",
        "acme/Kit/1.2.0.zip",
        "acme/Kit/1.2.0/Package.swift",
        "acme/Kit/9.0.0",
        "acme/Other",
    ] {
        shop.get("app", path).await.refused(404);
    }
    shop.set_status("app", "kit", "1.0.0", "Unlisted");
    shop.get("app", "acme/Kit").await.refused(404);
}

#[tokio::test]
async fn documents_are_revalidated() {
    let shop = Shop::new();
    shop.publish("app", "acme/Kit/1.0.0", "x").await.created();
    for path in ["acme/Kit", "acme/Kit/1.0.0", "acme/Kit/1.0.0.zip", "acme/Kit/1.0.0/Package.swift"] {
        let etag = shop.get("app", path).await.header("etag").to_owned();
        let again = shop.request("GET", "app", path).header("if-none-match", &etag);
        let again = shop.send(again, "").await;
        assert_eq!(
            (again.status.as_u16(), again.body.len(), again.header("content-version")),
            (304, 0, "1"),
            "{path}"
        );
        let head = shop.send(shop.request("HEAD", "app", path), "").await;
        assert_eq!((head.status.as_u16(), head.body.len(), head.header("etag")), (200, 0, &*etag), "{path}");
        assert_ne!(head.header("content-length"), "0", "{path}");
    }
    let before = shop.get("app", "acme/Kit/1.0.0").await;
    shop.publish("app", "acme/Kit/1.1.0", "x").await.created();
    let after = shop.get("app", "acme/Kit/1.0.0").await;
    assert_eq!(before.body, after.body);
    assert_ne!(before.header("etag"), after.header("etag"), "it has a successor now");
}

#[tokio::test]
async fn scenario_29_manifests_are_served_by_version_of_swift() {
    let shop = Shop::new();
    let archive = zip(&[
        ("Kit/Package.swift", "// swift-tools-version:6.0\nplain"),
        ("Kit/Package@swift-5.8.swift", "// swift-tools-version: 5.8\nfive eight"),
        ("Kit/Package@swift-4.swift", "four"),
        ("Kit/Sources/Package@swift-5.swift", "not this"),
    ]);
    shop.publish_form("app", "acme/Kit/1.0.0", &Form::of(&archive)).await.created();
    let path = "acme/Kit/1.0.0/Package.swift";
    let plain = shop.get("app", path).await;
    assert_eq!(plain.body, "// swift-tools-version:6.0\nplain");
    assert_eq!((plain.header("content-type"), plain.header("content-version")), ("text/x-swift", "1"));
    assert_eq!(plain.header("content-disposition"), "attachment; filename=\"Package.swift\"");
    let address = format!("{APP}/{path}");
    let link = |swift: &str, tools: &str| {
        format!(
            "<{address}?swift-version={swift}>; rel=\"alternate\"; filename=\"Package@swift-{swift}.swift\"; \
             swift-tools-version=\"{tools}\""
        )
    };
    assert_eq!(plain.header("link"), format!("{}, {}", link("4", "3.1.0"), link("5.8", "5.8")));
    for (query, text) in [
        ("5.8", "// swift-tools-version: 5.8\nfive eight"),
        ("5.8.0", "// swift-tools-version: 5.8\nfive eight"),
        ("4", "four"),
    ] {
        let variant = shop.get("app", &format!("{path}?swift-version={query}")).await;
        assert_eq!((variant.status.as_u16(), &variant.body[..]), (200, text.as_bytes()), "{query}");
        assert_eq!((variant.header("link"), variant.header("content-type")), ("", "text/x-swift"));
        let file = format!("attachment; filename=\"Package@swift-{}.swift\"", query.trim_end_matches(".0"));
        assert_eq!(variant.header("content-disposition"), file);
    }
    for query in ["5.9", "5", "x", "%00"] {
        let elsewhere = shop.get("app", &format!("{path}?swift-version={query}")).await;
        assert_eq!((elsewhere.status.as_u16(), elsewhere.header("location")), (303, &*address), "{query}");
        assert_eq!(elsewhere.header("content-version"), "1");
    }
    shop.get("app", "acme/Kit/2.0.0/Package.swift?swift-version=5.8").await.refused(404);
}

#[tokio::test]
async fn archives_come_in_parts() {
    let shop = Shop::new();
    let archive = package("let x = 1");
    shop.publish_form("app", "acme/Kit/1.0.0", &Form::of(&archive)).await.created();
    let part = shop.request("GET", "app", "acme/Kit/1.0.0.zip").header("range", "bytes=10-19");
    let part = shop.send(part, "").await;
    assert_eq!((part.status.as_u16(), &part.body[..]), (206, &archive[10..20]));
    assert_eq!(part.header("content-range"), format!("bytes 10-19/{}", archive.len()));
    let beyond = shop.request("GET", "app", "acme/Kit/1.0.0.zip").header("range", "bytes=99999-");
    shop.send(beyond, "").await.refused(416);
    // Without the ending of a file, the media type says what is meant.
    let by_type = shop
        .request("GET", "app", "acme/Kit/1.0.0")
        .header("accept", "application/vnd.swift.registry.v1+zip");
    assert_eq!(shop.send(by_type, "").await.body, archive);
}

#[tokio::test]
async fn the_version_of_the_protocol_is_negotiated() {
    let shop = Shop::new();
    shop.publish("app", "acme/Kit/1.0.0", "x").await.created();
    let ask = |accept: &str| shop.request("GET", "app", "acme/Kit").header("accept", accept);
    for accept in [JSON, "application/vnd.swift.registry", "*/*", "application/json"] {
        shop.send(ask(accept), "").await.ok();
    }
    let sentence = shop.send(ask("application/vnd.swift.registry.v2+json"), "").await.refused(400);
    assert!(sentence.contains("invalid API version \"2\""), "{sentence}");
    let sentence = shop.send(ask("application/vnd.swift.registry.v1+pdf"), "").await.refused(415);
    assert!(sentence.contains("unsupported media type \"pdf\""), "{sentence}");
}

#[tokio::test]
async fn identifiers_are_found_by_the_address_of_the_source() {
    let shop = Shop::new();
    let with = |urls: serde_json::Value| {
        Form::of(&package("x")).with("metadata", "", json!({"repositoryURLs": urls}).to_string())
    };
    let kit = with(json!(["https://git.example/acme/Kit.git", "git@git.example:acme/mirror.git"]));
    shop.publish_form("store", "acme/Kit/1.0.0", &kit).await.created();
    shop.publish_form("store", "acme/Kit/1.1.0", &with(json!(["https://new.example/kit"]))).await.created();
    shop.publish_form("app", "acme/Fork/1.0.0", &with(json!(["https://git.example/acme/kit"])))
        .await
        .created();
    shop.publish("app", "acme/Other/1.0.0", "x").await.created();
    let found = async |url: &str| shop.get("app", &format!("identifiers?url={url}")).await;
    for url in [
        "https://git.example/acme/Kit.git",
        "https%3A%2F%2Fgit.example%2Facme%2Fkit%2F",
        "git@git.example:Acme/Kit",
    ] {
        assert_eq!(found(url).await.ok(), json!({"identifiers": ["acme.fork", "acme.kit"]}), "{url}");
    }
    assert_eq!(found("ssh://git@new.example/kit.git").await.ok(), json!({"identifiers": ["acme.kit"]}));
    assert_eq!(found("https://git.example/acme/mirror").await.ok()["identifiers"], json!(["acme.kit"]));
    assert!(shop.versions("app", "kit").is_empty(), "asking keeps nothing");
    for url in ["https://git.example/acme", "nonsense", "%ff"] {
        found(url).await.refused(404);
    }
    shop.get("app", "identifiers").await.refused(400);
    shop.get("app", "identifiers?url=").await.refused(400);
    // What is not listed is not found.
    shop.set_status("store", "kit", "1.1.0", "Unlisted");
    found("https://new.example/kit").await.refused(404);
}

#[tokio::test]
async fn the_list_links_to_the_source_of_the_latest_release() {
    let shop = Shop::new();
    let urls = json!({"repositoryURLs": [
        "https://git.example/kit", "git@git.example:kit.git", "https://git.example/a>; rel=\"x", "https://mirror.example/kit"
    ]});
    let form = Form::of(&package("x")).with("metadata", "", urls.to_string());
    shop.publish_form("app", "acme/Kit/1.0.0", &form).await.created();
    let listing = shop.get("app", "acme/Kit").await;
    let expected = format!(
        "<{APP}/acme/Kit/1.0.0>; rel=\"latest-version\", <https://git.example/kit>; rel=\"canonical\", \
         <https://mirror.example/kit>; rel=\"alternate\""
    );
    assert_eq!(listing.header("link"), expected);
}
