//! Whatever bytes come in, an answer goes out: never a panic, a hang, a success or a 5xx.

use std::time::Duration;

use crate::{Wire, json, rest, signed};

/// Sends bytes and answers the status, or nothing when the server just ended the connection.
async fn status(wire: &Wire, bytes: &[u8]) -> Option<u16> {
    let answered = tokio::time::timeout(Duration::from_secs(20), wire.raw(bytes)).await;
    let answer = answered.expect("the server answers or ends the connection");
    let line = String::from_utf8_lossy(answer.get(..12)?).into_owned();
    Some(line.split(' ').nth(1).unwrap().parse().unwrap())
}

/// Checks that the server answers, and that the fault is the client's.
async fn assert_refused(wire: &Wire, bytes: &[u8]) {
    let status = status(wire, bytes).await;
    let shown = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
    assert!(status.is_some_and(|status| (400..500).contains(&status)), "{status:?} for {shown}");
}

#[tokio::test]
async fn paths_outside_the_rules_are_refused() {
    let wire = Wire::new();
    for path in [
        "/assets/..%2f..%2fetc%2fpasswd",
        "/../../etc/passwd",
        "/assets/%00",
        "/assets/%c0%af",
        "/assets/%ff%fe",
        "/assets/%",
        "/assets/%zz",
        "//assets",
        "/assets//associate",
        "/v1/domain?domain=%ff",
        "/v1/domain?domain=%00%00",
        "*",
        "/assets/\u{7f}",
        &format!("/assets/{}", "a".repeat(10_000)),
    ] {
        assert_refused(&wire, rest("iotsitewise", &format!("GET {path}"), "").as_bytes()).await;
        assert_refused(&wire, rest("iotsitewise", &format!("POST {path}"), "{}").as_bytes()).await;
    }
}

#[tokio::test]
async fn bodies_outside_the_rules_are_refused() {
    let wire = Wire::new();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let bodies: [&[u8]; 10] = [
        b"{\"assetModelName\":",
        b"{\"assetModelName\":\"\xff\xfe\"}",
        b"{\"assetModelName\":\"\\ud800\"}",
        b"\0",
        b"null",
        b"\"text\"",
        b"{} {}",
        b"{\"assetModelProperties\":{}}",
        b"{\"assetModelName\":1e999}",
        deep.as_bytes(),
    ];
    for body in bodies {
        let signed = signed("iotsitewise");
        for (line, extra) in [
            ("POST /asset-models", String::new()),
            ("POST /", "X-Amz-Target: AWSMigrationHub.CreateProgressUpdateStream\r\n".to_owned()),
        ] {
            let mut request = format!(
                "{line} HTTP/1.1\r\nHost: localhost\r\n{signed}{extra}Content-Length: {}\r\nConnection: close\r\n\r\n",
                body.len()
            )
            .into_bytes();
            request.extend_from_slice(body);
            assert_refused(&wire, &request).await;
        }
    }
}

#[tokio::test]
async fn heads_outside_the_rules_are_refused() {
    let wire = Wire::new();
    // Empty lines before a request line are passed over: nothing was asked, so nothing is answered.
    assert_eq!(status(&wire, b"\r\n\r\n").await, None);
    let huge = "x".repeat(2_000_000);
    for head in [
        "GET\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost localhost\r\n\r\n".to_owned(),
        "GET / HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcde".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: nonsense\r\n\r\n".to_owned(),
        "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n".to_owned(),
        format!("GET / HTTP/1.1\r\nHost: a\r\nX: {huge}\r\n\r\n"),
        format!("GET /{huge} HTTP/1.1\r\nHost: a\r\n\r\n"),
        format!("GET / HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(5_000)),
        json("AWSMigrationHub.\u{e4}", "{}"),
        json(&huge[..8000], "{}"),
        json("", "{}"),
        json(".", "{}"),
    ] {
        assert_refused(&wire, head.as_bytes()).await;
    }
}

#[tokio::test]
async fn announced_lengths_that_lie_are_refused() {
    let wire = Wire::new();
    let signed = signed("iotsitewise");
    let request = |length: u64, body: &str| {
        format!("POST /asset-models HTTP/1.1\r\nHost: a\r\n{signed}Content-Length: {length}\r\n\r\n{body}")
    };
    // More announced than sent, far more than allowed, and beyond what a length may be.
    assert_refused(&wire, request(100, "{}").as_bytes()).await;
    assert_refused(&wire, request(u64::MAX / 2, "{}").as_bytes()).await;
    assert_refused(&wire, request(u64::MAX, "{}").as_bytes()).await;
    assert_refused(&wire, request(11 * 1024 * 1024, "{}").as_bytes()).await;
}

#[tokio::test]
async fn a_body_beyond_the_limit_is_refused_while_it_comes() {
    let wire = Wire::new();
    let signed = signed("iotsitewise");
    let mut request =
        format!("POST /asset-models HTTP/1.1\r\nHost: a\r\n{signed}Transfer-Encoding: chunked\r\n\r\n")
            .into_bytes();
    let chunk = format!("{:x}\r\n{}\r\n", 1 << 20, " ".repeat(1 << 20));
    for _ in 0..11 {
        request.extend_from_slice(chunk.as_bytes());
    }
    request.extend_from_slice(b"0\r\n\r\n");
    assert_eq!(status(&wire, &request).await, Some(413));
}
