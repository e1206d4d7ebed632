//! Assets of generic packages, byte by byte: how they may be sent, what is refused before they are, and parts of them.

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{Wire, rest, signed};

const HELLO: &str = "hello\n";
const HELLO_SHA256: &str = "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03";
const LIMIT: u64 = 5 * 1024 * 1024 * 1024;

/// The target of a publish of `a.txt` as a version of its own, and more of the query.
fn target(version: &str, more: &str) -> String {
    format!(
        "POST /v1/package/version/publish?domain=shop&repository=web&format=generic&namespace=team&package=tool\
         &version={version}&asset=a.txt{more}"
    )
}

/// The head of a publish.
fn head(line: &str, fields: &str) -> String {
    let signed = signed("codeartifact");
    format!("{line} HTTP/1.1\r\nHost: localhost\r\n{signed}{fields}Connection: close\r\n\r\n")
}

/// A publish with a body of announced length, and its hash or what stands for that.
fn publish(line: &str, hash: &str, fields: &str, body: &str) -> String {
    let length = body.len();
    head(line, &format!("X-Amz-Content-Sha256: {hash}\r\nContent-Length: {length}\r\n{fields}")) + body
}

async fn shop() -> Wire {
    let wire = Wire::new();
    for line in ["POST /v1/domain?domain=shop", "POST /v1/repository?domain=shop&repository=web"] {
        let answer = wire.send(&rest("codeartifact", line, "{}")).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
    wire
}

/// The statuses of the versions of the package, or the exception that says there is none.
async fn versions(wire: &Wire) -> String {
    let line =
        "POST /v1/package/versions?domain=shop&repository=web&format=generic&namespace=team&package=tool";
    let answer = wire.send(&rest("codeartifact", line, "")).await;
    let body = answer.rsplit_once("\n\n").unwrap().1;
    let read: serde_json::Value = serde_json::from_str(body).unwrap();
    let Some(versions) = read["versions"].as_array() else {
        return read["__type"].as_str().unwrap().to_owned();
    };
    let shown = |one: &serde_json::Value| {
        format!("{} {}", one["version"].as_str().unwrap(), one["status"].as_str().unwrap())
    };
    versions.iter().map(shown).collect::<Vec<_>>().join(", ")
}

async fn asset(wire: &Wire, version: &str, fields: &str) -> String {
    let line = format!(
        "GET /v1/package/version/asset?domain=shop&repository=web&format=generic&namespace=team&package=tool\
         &version={version}&asset=a.txt"
    );
    wire.send(&head(&line, fields)).await
}

#[tokio::test]
async fn a_payload_may_come_in_every_way_that_sdks_send_it() {
    let wire = shop().await;
    let plain = publish(&target("1", ""), HELLO_SHA256, "", HELLO);
    let unsigned = publish(&target("2", ""), "UNSIGNED-PAYLOAD", "", HELLO);
    let fields = format!("X-Amz-Content-Sha256: {HELLO_SHA256}\r\nTransfer-Encoding: chunked\r\n");
    let chunked = head(&target("3", ""), &fields) + "2\r\nhe\r\n4\r\nllo\n\r\n0\r\n\r\n";
    let decoded = "X-Amz-Decoded-Content-Length: 6\r\nContent-Encoding: aws-chunked\r\n";
    let pieces =
        "2;chunk-signature=aa\r\nhe\r\n4;chunk-signature=bb\r\nllo\n\r\n0;chunk-signature=cc\r\n\r\n";
    let signed = publish(&target("4", ""), "STREAMING-AWS4-HMAC-SHA256-PAYLOAD", decoded, pieces);
    let pieces = "6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:NjWd+A==\r\n\r\n";
    let trailer = format!("{decoded}X-Amz-Trailer: x-amz-checksum-crc32\r\n");
    let trailed = publish(&target("5", ""), "STREAMING-UNSIGNED-PAYLOAD-TRAILER", &trailer, pieces);
    for request in [plain, unsigned, chunked, signed, trailed] {
        let answer = wire.send(&request).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK\n"), "{request}\n{answer}");
        assert!(answer.contains(&format!(r#""SHA-256":"{HELLO_SHA256}""#)), "{answer}");
        assert!(answer.contains(r#""size":6"#) && answer.contains(r#""status":"Published""#), "{answer}");
    }
    assert_eq!(versions(&wire).await, "5 Published, 4 Published, 3 Published, 2 Published, 1 Published");
    assert!(asset(&wire, "5", "").await.ends_with("\n\nhello\n".trim_end()));
}

#[tokio::test]
async fn parts_of_an_asset_are_handed_out_beside_the_whole() {
    let wire = shop().await;
    wire.send(&publish(&target("1", "&unfinished=true"), HELLO_SHA256, "", HELLO)).await;
    assert_eq!(versions(&wire).await, "1 Unfinished");
    let whole = asset(&wire, "1", "").await;
    assert!(whole.starts_with("HTTP/1.1 200 OK\n"), "{whole}");
    for field in [
        "content-length: 6",
        "accept-ranges: bytes",
        "x-assetname: a.txt",
        "x-packageversion: 1",
        &format!("etag: \"{HELLO_SHA256}\""),
    ] {
        assert!(whole.contains(&format!("\n{field}\n")), "{field}: {whole}");
    }
    let part = asset(&wire, "1", "Range: bytes=1-3\r\n").await;
    assert!(part.starts_with("HTTP/1.1 206 Partial Content\n") && part.ends_with("\n\nell"), "{part}");
    assert!(
        part.contains("\ncontent-range: bytes 1-3/6\n") && part.contains("\ncontent-length: 3\n"),
        "{part}"
    );
    assert!(part.contains("\nx-assetname: a.txt\n"), "{part}");
    let behind = asset(&wire, "1", "Range: bytes=6-\r\n").await;
    assert!(
        behind.starts_with("HTTP/1.1 416 ") && behind.contains("\ncontent-range: bytes */6\n"),
        "{behind}"
    );
    let stale = asset(&wire, "1", "Range: bytes=1-3\r\nIf-Range: \"other\"\r\n").await;
    assert!(stale.starts_with("HTTP/1.1 200 "), "{stale}");
    let fresh = format!("Range: bytes=-2\r\nIf-Range: \"{HELLO_SHA256}\"\r\n");
    assert!(asset(&wire, "1", &fresh).await.starts_with("HTTP/1.1 206 "));
}

#[tokio::test]
async fn bytes_that_are_not_what_they_are_said_to_be_leave_nothing() {
    let wire = shop().await;
    let wrong = "0123456789abcdef".repeat(4);
    let decoded = "X-Amz-Decoded-Content-Length: 7\r\nContent-Encoding: aws-chunked\r\n";
    let short = publish(&target("1", ""), "STREAMING-X", decoded, "6\r\nhello\n\r\n0\r\n\r\n");
    let torn = publish(&target("1", ""), "STREAMING-X", "", "6\r\nhello\n\r\n");
    let odd = publish(&target("1", ""), "STREAMING-X", "", HELLO);
    let cut =
        publish(&target("1", ""), HELLO_SHA256, "", HELLO).replace("Content-Length: 6", "Content-Length: 60");
    for (request, refusal) in [
        (publish(&target("1", ""), &wrong, "", HELLO), "ValidationException"),
        (publish(&target("1", ""), "nonsense", "", HELLO), "ValidationException"),
        (head(&target("1", ""), "Content-Length: 0\r\n"), "ValidationException"),
        (short, "IncompleteBodyException"),
        (torn, "IncompleteBodyException"),
        (odd, "ValidationException"),
        (cut, ""),
    ] {
        let answer = wire.send(&request).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 400 "), "{request}\n{answer}");
        assert!(answer.contains(refusal), "{request}\n{answer}");
        assert_eq!(versions(&wire).await, "ResourceNotFoundException", "{request}");
        assert_eq!(wire.blobs.size(HELLO_SHA256).await.unwrap(), None, "{request}");
    }
}

/// What a server says before it is sent any byte of the body.
async fn before_the_body(wire: &Wire, request: &str) -> String {
    let mut client = wire.connect();
    client.write_all(request.as_bytes()).await.unwrap();
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        line.push(client.read_u8().await.unwrap());
    }
    String::from_utf8(line).unwrap()
}

#[tokio::test]
async fn what_can_be_refused_is_refused_before_a_byte_is_asked_for() {
    let wire = shop().await;
    let waiting = |line: &str, length: u64| {
        let fields = format!("X-Amz-Content-Sha256: {HELLO_SHA256}\r\nContent-Length: {length}\r\n");
        head(line, &format!("{fields}Expect: 100-continue\r\n"))
    };
    assert_eq!(before_the_body(&wire, &waiting(&target("1", ""), 6)).await, "HTTP/1.1 100 Continue\r\n");
    for (line, length, status) in [
        (target("1", "").replace("domain=shop", "domain=none"), 6, 404),
        (target("1", "").replace("repository=web", "repository=none"), 6, 404),
        (target("1", "").replace("format=generic", "format=npm"), 6, 400),
        (target("1", "").replace("a.txt", "a%2Ftxt"), 6, 400),
        (target("1", "&domain-owner=444455556666"), 6, 403),
        (target("1", ""), LIMIT + 1, 402),
        (target("1", "").replace("&version=1", ""), 6, 400),
    ] {
        let first = before_the_body(&wire, &waiting(&line, length)).await;
        assert!(first.starts_with(&format!("HTTP/1.1 {status} ")), "{line}: {first}");
    }
    let unsigned = waiting(&target("1", ""), 6).replace("AWS4-HMAC-SHA256", "Bearer");
    assert!(before_the_body(&wire, &unsigned).await.starts_with("HTTP/1.1 403 "));
    wire.send(&publish(&target("1", ""), HELLO_SHA256, "", HELLO)).await;
    let other = waiting(&target("1", ""), 6).replace(HELLO_SHA256, &"1".repeat(64));
    assert!(
        before_the_body(&wire, &other).await.starts_with("HTTP/1.1 409 "),
        "other bytes of a published asset"
    );
    assert_eq!(before_the_body(&wire, &waiting(&target("1", ""), 6)).await, "HTTP/1.1 100 Continue\r\n");
}

#[tokio::test]
async fn who_sends_on_hears_the_refusal() {
    let wire = shop().await;
    let line = target("1", "").replace("repository=web", "repository=none");
    let body = "x".repeat(1 << 20);
    let answer = wire.send(&publish(&line, &"1".repeat(64), "", &body)).await;
    assert!(answer.starts_with("HTTP/1.1 404 ") && answer.contains("none"), "{answer}");
}

#[tokio::test]
async fn a_client_that_stops_sending_is_given_up() {
    let wire = shop().await;
    let fields = format!("X-Amz-Content-Sha256: {HELLO_SHA256}\r\nContent-Length: 6\r\n");
    let mut client = wire.connect();
    client.write_all((head(&target("1", ""), &fields) + "hel").as_bytes()).await.unwrap();
    tokio::time::pause();
    let begin = tokio::time::Instant::now();
    let mut answer = Vec::new();
    client.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8(answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
    assert_eq!(begin.elapsed().as_secs(), gateway::limits::BODY_PAUSE_MAX.as_secs());
    tokio::time::resume();
    assert_eq!(versions(&wire).await, "ResourceNotFoundException");
}
