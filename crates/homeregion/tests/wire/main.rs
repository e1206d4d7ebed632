//! Whole requests and answers as bytes, over connections without ports.

mod bad_input;
mod connection;
mod payload;
mod protocol;
mod upload;

use std::sync::Arc;

use gateway::{Gateway, Settings, converse};
use homeregion::services;
use service::Installation;
use sitewise::data::{Data, Homes};
use store::{Blobs, Clock, Database, Entropy, Options, Store};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

/// Bytes that a connection holds between its two ends.
const PIPE_BYTES: usize = 64 * 1024;

/// A signature as SDKs send it; mode `open` reads its scope only.
pub fn signed(service: &str) -> String {
    format!(
        "Authorization: AWS4-HMAC-SHA256 Credential=AKID/20231114/us-east-1/{service}/aws4_request, \
         SignedHeaders=host;x-amz-date, Signature=0000\r\n"
    )
}

/// A request of restJson that ends its connection.
pub fn rest(service: &str, line: &str, body: &str) -> String {
    let signed = signed(service);
    format!(
        "{line} HTTP/1.1\r\nHost: localhost\r\n{signed}Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// A request of awsJson that ends its connection.
pub fn json(target: &str, body: &str) -> String {
    let signed = signed("mgh");
    format!(
        "POST / HTTP/1.1\r\nHost: localhost\r\n{signed}X-Amz-Target: {target}\r\n\
         Content-Type: application/x-amz-json-1.1\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    )
}

/// The whole region behind connections of memory.
pub struct Wire {
    gateway: Arc<Gateway>,
    /// Where its bytes are.
    pub blobs: Blobs,
}

#[allow(clippy::new_without_default, reason = "a region is made on purpose")]
impl Wire {
    /// Opens an empty region.
    pub fn new() -> Self {
        Self::made(false)
    }

    /// Opens one that may be reset.
    pub fn ephemeral() -> Self {
        Self::made(true)
    }

    fn made(ephemeral: bool) -> Self {
        let store = Store::open(Options {
            database: Database::Memory,
            rooms: services::ROOMS,
            clock: Clock::manual(model::Timestamp::from_millis(1_700_000_000_125)),
            entropy: Entropy::seeded(1),
        })
        .unwrap();
        let settings = Settings {
            default_account: "111122223333".to_owned(),
            public_url: None,
            ephemeral,
            trusted_proxies: Vec::new(),
        };
        let installation = Arc::new(Installation::default());
        let blobs = Blobs::memory();
        let data = Data::open(&store, Homes::in_memory(), Vec::new()).unwrap();
        let gateway =
            Gateway::new(services::table(&data), store, blobs.clone(), installation, settings, None);
        let gateway = gateway.with_uploads(services::UPLOADS);
        Self { gateway: Arc::new(gateway), blobs }
    }

    /// Sends bytes on a connection of their own, ends the sending side, and answers all that comes back.
    pub async fn raw(&self, bytes: &[u8]) -> Vec<u8> {
        let (client, server) = tokio::io::duplex(PIPE_BYTES);
        let gateway = Arc::clone(&self.gateway);
        let serving = tokio::spawn(async move { converse(&gateway, server).await });
        let (mut reader, mut writer) = tokio::io::split(client);
        let bytes = bytes.to_vec();
        let sending = tokio::spawn(async move {
            // The server may refuse and close before it has read everything.
            let _ = writer.write_all(&bytes).await;
            let _ = writer.shutdown().await;
        });
        let mut answer = Vec::new();
        let _ = reader.read_to_end(&mut answer).await;
        sending.await.unwrap();
        serving.await.unwrap();
        answer
    }

    /// The same as text, with request id and date made equal.
    pub async fn send(&self, request: &str) -> String {
        redacted(&String::from_utf8(self.raw(request.as_bytes()).await).unwrap())
    }

    /// Another connection to the same region.
    pub fn connect(&self) -> tokio::io::DuplexStream {
        let (client, server) = tokio::io::duplex(PIPE_BYTES);
        let gateway = Arc::clone(&self.gateway);
        tokio::spawn(async move { converse(&gateway, server).await });
        client
    }
}

/// Makes what differs from run to run equal.
pub fn redacted(answer: &str) -> String {
    let mut lines = Vec::new();
    for line in answer.replace("\r\n", "\n").lines() {
        let lower = line.to_ascii_lowercase();
        lines.push(match lower.split(':').next() {
            Some("x-amzn-requestid") => "x-amzn-requestid: ID".to_owned(),
            Some("date") => "date: NOW".to_owned(),
            _ => line.to_owned(),
        });
    }
    lines.join("\n")
}
