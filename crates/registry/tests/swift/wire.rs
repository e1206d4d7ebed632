//! The requests of SwiftPM 6.0.3 as they were recorded, in their order.

use crate::support::{APP, Form, JSON, Shop, package};

const BOUNDARY: &str = "A6998CBE-0757-4CFF-B8FA-BFD500B3E6A1";

/// `swift package-registry publish`, as it writes its body.
fn publish(shop: &Shop, version: &str) -> (hyper::http::request::Builder, Vec<u8>) {
    let metadata = "{\"author\":{\"name\":\"A\"},\"description\":\"d\",\"licenseURL\":\"http://127.0.0.1/l\",\
                    \"repositoryURLs\":[\"http://127.0.0.1:1/acme/DemoLib.git\"]}";
    let mut body = Vec::new();
    let part = |name: &str, kind: &str, encoding: &str| {
        format!(
            "\r\n--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\nContent-Type: {kind}\r\n\
             Content-Transfer-Encoding: {encoding}\r\n\r\n"
        )
    };
    body.extend_from_slice(part("source-archive", "application/zip", "binary").as_bytes());
    body.extend_from_slice(&package("public func hi() -> String { \"hi\" }"));
    body.extend_from_slice(part("metadata", "application/json", "quoted-printable").as_bytes());
    body.extend_from_slice(metadata.as_bytes());
    body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
    let request = shop
        .request("PUT", "app", &format!("acme/DemoLib/{version}"))
        .header("accept", JSON)
        .header("content-type", format!("multipart/form-data;boundary=\"{BOUNDARY}\""))
        .header("content-length", body.len().to_string())
        .header("expect", "100-continue")
        .header("prefer", "respond-async")
        .header("user-agent", "SwiftPackageManager/6.0.3");
    (request, body)
}

#[tokio::test]
async fn a24_publish_resolve_and_replace() {
    let shop = Shop::new();
    let login = shop
        .send(shop.request("POST", "app", "login").header("user-agent", "SwiftPackageManager/6.0.3"), "")
        .await;
    assert_eq!(login.status, 200);
    let send = async |version: &str| {
        let (request, body) = publish(&shop, version);
        shop.send(request, body).await
    };
    let answer = send("1.0.0").await;
    answer.created();
    assert_eq!(answer.header("location"), format!("{APP}/acme/DemoLib/1.0.0"));
    assert!(send("1.0.0").await.refused(409).contains("already exists"));
    send("1.1.0").await.created();
    let found = shop
        .request("GET", "app", "identifiers?url=http://127.0.0.1:1/acme/DemoLib.git")
        .header("accept", JSON);
    assert_eq!(shop.send(found, "").await.ok()["identifiers"][0], "acme.demolib");
    for spelling in ["acme/DemoLib", "acme/demolib"] {
        let get = |rest: &str, kind: &str| {
            let accept = format!("application/vnd.swift.registry.v1+{kind}");
            shop.request("GET", "app", &format!("{spelling}{rest}")).header("accept", accept)
        };
        let listing = shop.send(get("", "json"), "").await.ok();
        assert_eq!(listing["releases"].as_object().unwrap().len(), 2);
        let release = shop.send(get("/1.1.0", "json"), "").await.ok();
        assert_eq!(release["id"], "acme.demolib");
        let manifest = shop.send(get("/1.1.0/Package.swift", "swift"), "").await;
        assert_eq!((manifest.status.as_u16(), manifest.header("content-type")), (200, "text/x-swift"));
        let archive = shop.send(get("/1.1.0.zip", "zip"), "").await;
        assert_eq!((archive.status.as_u16(), archive.header("content-type")), (200, "application/zip"));
        assert_eq!(
            archive.header("etag").trim_matches('"'),
            release["resources"][0]["checksum"].as_str().unwrap()
        );
        assert_eq!(archive.header("content-version"), "1");
    }
    // A form that is not SwiftPM's is read the same.
    shop.publish_form("app", "acme/DemoLib/1.2.0", &Form::of(&package("x"))).await.created();
}
