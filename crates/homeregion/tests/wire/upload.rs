//! Files that are uploaded for imports, byte by byte: who may, how much, and what happens to half a file.

use std::time::Duration;

use crate::{Wire, json, signed};

const LIMIT: usize = 10 * 1024 * 1024;
const PATH: &str = "/_homeregion/discovery/imports/servers.csv";

/// The head of an upload that announces a length.
fn head(line: &str, fields: &str, length: usize) -> String {
    format!(
        "{line} HTTP/1.1\r\nHost: localhost:4566\r\n{fields}Content-Length: {length}\r\nConnection: close\r\n\r\n"
    )
}

fn put(fields: &str, body: &str) -> String {
    head(&format!("PUT {PATH}"), fields, body.len()) + body
}

/// A region with a home region.
async fn hub() -> Wire {
    let wire = Wire::new();
    let control = r#"{"HomeRegion":"us-east-1","Target":{"Type":"ACCOUNT"}}"#;
    let answer =
        wire.send(&json("AWSMigrationHubMultiAccountService.CreateHomeRegionControl", control)).await;
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    wire
}

async fn sent(wire: &Wire, request: &[u8]) -> String {
    let answered = tokio::time::timeout(Duration::from_secs(20), wire.raw(request)).await;
    let answer = answered.expect("the server answers or ends the connection");
    String::from_utf8(answer).unwrap()
}

/// Whether an import of the newest `servers.csv` may begin, which it may once there is one.
async fn is_there(wire: &Wire) -> bool {
    let input = r#"{"name":"servers","importUrl":"s3://homeregion/servers.csv"}"#;
    let answer = wire.send(&json("AWSPoseidonService_V2015_11_01.StartImportTask", input)).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") || answer.contains("names no upload"), "{answer}");
    answer.starts_with("HTTP/1.1 200 ")
}

#[tokio::test]
async fn a_signed_upload_is_answered_with_its_url() {
    let wire = hub().await;
    assert!(!is_there(&wire).await);
    let answer = wire.send(&put(&signed("discovery"), "HostName\nweb\n")).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\n"), "{answer}");
    assert!(answer.contains("\ncontent-type: application/json\n"), "{answer}");
    let body = answer.rsplit_once("\n\n").unwrap().1;
    let url = body.strip_prefix(r#"{"importUrl":""#).unwrap().strip_suffix(r#""}"#).unwrap();
    let begin = "http://localhost:4566/_homeregion/discovery/imports/111122223333/us-east-1/";
    let id = url.strip_prefix(begin).unwrap().strip_suffix("/servers.csv").unwrap();
    assert!(id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit()), "{url}");
    assert!(is_there(&wire).await);
}

#[tokio::test]
async fn uploads_that_nobody_signed_or_that_a_web_page_sends_are_refused() {
    let wire = hub().await;
    let scope = "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20231114/us-east-1/discovery/aws4_request";
    let page = format!("{}Origin: http://evil.example\r\n", signed("discovery"));
    let site = format!("{}Sec-Fetch-Site: cross-site\r\n", signed("discovery"));
    for (fields, status, name) in [
        ("", 403, "MissingAuthenticationTokenException"),
        ("Authorization: Bearer token\r\n", 403, "MissingAuthenticationTokenException"),
        (&format!("{scope}\r\n"), 400, "IncompleteSignatureException"),
        (&page, 403, "AccessDeniedException"),
        (&site, 403, "AccessDeniedException"),
    ] {
        let answer = wire.send(&put(fields, "HostName\nweb\n")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(name), "{answer}");
    }
    assert!(!is_there(&wire).await);
}

#[tokio::test]
async fn other_methods_and_names_are_refused() {
    let wire = hub().await;
    let folder = "/_homeregion/discovery/imports/";
    for (line, status) in [
        (format!("GET {PATH}"), 405),
        (format!("POST {PATH}"), 405),
        (format!("PUT {folder}"), 400),
        (format!("PUT {folder}servers.zip"), 400),
        (format!("PUT {folder}a/b.csv"), 400),
        (format!("PUT {folder}..%2f.csv"), 400),
    ] {
        let answer = wire.send(&head(&line, &signed("discovery"), 0)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {answer}");
    }
}

#[tokio::test]
async fn an_upload_without_a_home_region_is_refused_as_an_import_is() {
    let wire = Wire::new();
    let answer = wire.send(&put(&signed("discovery"), "HostName\nweb\n")).await;
    assert!(answer.starts_with("HTTP/1.1 400 ") && answer.contains("HomeRegionNotSetException"), "{answer}");
}

#[tokio::test]
async fn ten_mebibytes_are_taken_and_not_a_byte_more() {
    let wire = hub().await;
    let line = format!("PUT {PATH}");
    let announced = head(&line, &signed("discovery"), LIMIT + 1);
    assert!(sent(&wire, announced.as_bytes()).await.starts_with("HTTP/1.1 413 "));
    let fields = format!("{}Transfer-Encoding: chunked\r\n", signed("discovery"));
    let mut chunked = format!("{line} HTTP/1.1\r\nHost: a\r\n{fields}\r\n").into_bytes();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
    chunked.extend(chunk.repeat(10).bytes());
    chunked.extend_from_slice(b"1\r\n \r\n0\r\n\r\n");
    assert!(sent(&wire, &chunked).await.starts_with("HTTP/1.1 413 "));
    assert!(!is_there(&wire).await);
    let whole = head(&line, &signed("discovery"), LIMIT) + &" ".repeat(LIMIT);
    assert!(sent(&wire, whole.as_bytes()).await.starts_with("HTTP/1.1 200 "));
    assert!(is_there(&wire).await);
}

#[tokio::test]
async fn half_a_file_is_no_file() {
    let wire = hub().await;
    let torn = head(&format!("PUT {PATH}"), &signed("discovery"), 1000) + "HostName\nweb\n";
    let answer = sent(&wire, torn.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    let fields = format!("{}Transfer-Encoding: chunked\r\n", signed("discovery"));
    let torn = format!("PUT {PATH} HTTP/1.1\r\nHost: a\r\n{fields}\r\n9\r\nHostName\n\r\n5\r\nwe");
    let answer = sent(&wire, torn.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{answer}");
    assert!(!is_there(&wire).await);
}
