//! Connections: keep-alive, pipelining, HTTP/2, own endpoints.

use expect_test::expect;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::{Wire, json, redacted};

const GET_HOME_REGION: &str = "AWSMigrationHubMultiAccountService.GetHomeRegion";

#[tokio::test]
async fn pipelined_requests_are_answered_in_order() {
    let wire = Wire::new();
    let open = |target: &str| json(target, "{}").replace("Connection: close\r\n", "");
    let requests = [
        open(GET_HOME_REGION),
        open("AWSMigrationHub.ListProgressUpdateStreams"),
        json("AWSMigrationHub.Nothing", "{}"),
    ];
    let answer = wire.send(&requests.concat()).await;
    // An answer begins right behind the body of the one before.
    let answers: Vec<&str> = answer.split("HTTP/1.1 ").skip(1).collect();
    let statuses: Vec<&str> = answers.iter().map(|answer| &answer[..3]).collect();
    assert_eq!(statuses, ["200", "400", "400"]);
    assert!(answers[1].contains("HomeRegionNotSetException"), "{answer}");
    assert!(answers[2].contains("UnknownOperationException"), "{answer}");
}

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let wire = Wire::new();
    let mut connection = wire.connect();
    for _ in 0..3 {
        connection
            .write_all(json(GET_HOME_REGION, "{}").replace("close", "keep-alive").as_bytes())
            .await
            .unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"{}") {
            assert!(connection.read_buf(&mut answer).await.unwrap() > 0, "the server closed the connection");
        }
    }
}

#[tokio::test]
async fn http_2_is_spoken_with_prior_knowledge() {
    let wire = Wire::new();
    let mut connection = wire.connect();
    // The client preface and an empty SETTINGS frame; the server's first frame is its own SETTINGS.
    connection.write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0").await.unwrap();
    let mut head = [0; 9];
    connection.read_exact(&mut head).await.unwrap();
    assert_eq!(head[3..9], [4, 0, 0, 0, 0, 0], "a SETTINGS frame on stream 0");
}

#[tokio::test]
async fn health_is_answered_without_a_signature_and_reset_needs_a_throw_away_server() {
    let wire = Wire::new();
    for path in ["/_homeregion/health", "/_localstack/health"] {
        let answer =
            wire.send(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")).await;
        assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
        assert!(answer.contains(r#""codeartifact":"available""#), "{answer}");
    }
    let reset = "POST /_homeregion/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let raw = wire.raw(reset.as_bytes()).await;
    expect![[r#"
        HTTP/1.1 403 Forbidden
        content-type: application/json
        x-amzn-requestid: ID
        connection: close
        content-length: 74
        date: NOW

        {"message":"only a server that was started with --ephemeral can be reset"}"#]]
    .assert_eq(&redacted(&String::from_utf8(raw).unwrap()));
}

#[tokio::test]
async fn web_pages_neither_reset_nor_call_the_server() {
    let wire = Wire::ephemeral();
    let reset = "POST /_homeregion/reset HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n";
    let call = json(GET_HOME_REGION, "{}");
    for header in ["Origin: http://example.com", "Origin: null", "Sec-Fetch-Site: cross-site"] {
        for request in [reset, &call] {
            let request = request.replacen("\r\n", &format!("\r\n{header}\r\n"), 1);
            let answer = wire.send(&request).await;
            assert!(answer.starts_with("HTTP/1.1 403 "), "{header}: {answer}");
            assert!(answer.contains("web pages may not call this server"), "{header}: {answer}");
        }
    }
    for request in [reset, &call] {
        let answer = wire.send(request).await;
        assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    }
}
