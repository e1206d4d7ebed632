//! What opens an upstream goes nowhere else, not even along with a redirect.

use super::*;
use crate::upstream::name::Format;
use crate::upstream::resolver::Reason;
use crate::upstream::{Credentials, Secret};
use std::sync::mpsc::{Receiver, channel};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

/// Answers every request alike and tells what came.
async fn server(answer: String) -> (Url, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
    let (tell, told) = channel();
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut head = vec![0; 4096];
            let mut length = 0;
            while !head[..length].ends_with(b"\r\n\r\n") {
                length += stream.read(&mut head[length..]).await.unwrap();
            }
            let _ = tell.send(String::from_utf8_lossy(&head[..length]).to_lowercase());
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (url, told)
}

async fn redirected(credentials: Credentials) -> (String, String) {
    let found = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}";
    let (store, at_store) = server(found.to_owned()).await;
    let moved =
        format!("HTTP/1.1 302 Found\r\nLocation: {store}x\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let (registry, at_registry) = server(moved).await;
    let upstream = Upstream {
        connection: "custom:team".into(),
        format: Format::Npm,
        url: registry.clone(),
        credentials: Some(credentials),
        reason: Reason::Connections,
        skipped: Vec::new(),
    };
    let fetcher = Fetcher::new(FetcherOptions::default(), Identity::new("test"));
    let url = registry.join("x").unwrap();
    let via = ViaChain::default();
    let fetched = fetcher.document(&upstream, &url, "*/*", &Validators::default(), &via).await.unwrap();
    assert!(matches!(fetched, Fetched::Document(document) if document.bytes == b"{}"));
    (at_registry.recv().unwrap(), at_store.recv().unwrap())
}

#[tokio::test]
async fn no_credentials_of_any_kind_follow_a_redirect_to_another_origin() {
    let secret = || Secret::Text("s3cret".into());
    for credentials in [
        Credentials::bearer_of(secret()),
        Credentials::header_of("X-Api-Key", secret()).unwrap(),
        Credentials::header_of("Authorization", secret()).unwrap(),
    ] {
        let (registry, store) = redirected(credentials).await;
        assert!(registry.contains("s3cret"), "{registry}");
        assert!(!store.contains("s3cret"), "{store}");
        assert!(store.contains("via: 1.1 homeregion-test"), "{store}");
    }
}
