//! Reading what a package client sends, bounded in bytes and time.

use std::io::{self, Read as _};
use std::time::{Duration, Instant};

use bytes::Bytes;
use flate2::read::MultiGzDecoder;
use http_body_util::BodyExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::HeaderMap;
use hyper::body::Body as _;
use hyper::header::{CONTENT_ENCODING, EXPECT, HeaderValue};

use crate::limits::{
    BODY_PAUSE_MAX, DRAIN_BYTES_MAX, DRAIN_DURATION_MAX, PACKAGE_DRAIN_BYTES_MAX, PACKAGE_DRAIN_DURATION_MAX,
    UPLOAD_DURATION_MAX,
};
use crate::refusal::Refusal;

/// The body of a request. Nothing is read, and a client that waits for `100 Continue` gets none, before the first
/// piece is asked for.
pub(crate) struct Intake {
    body: UnsyncBoxBody<Bytes, io::Error>,
    begun: Option<Instant>,
    waits: bool,
    packed: bool,
    gzip: bool,
}

impl Intake {
    pub(crate) fn new(body: UnsyncBoxBody<Bytes, io::Error>, headers: &HeaderMap) -> Self {
        let waits =
            headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
        let coding = headers.get(CONTENT_ENCODING).map_or(&b"identity"[..], HeaderValue::as_bytes);
        let (packed, gzip) = (coding != b"identity", coding == b"gzip");
        Self { body, begun: None, waits, packed, gzip }
    }

    /// Whether the client holds the body back until it hears that it may send.
    pub(crate) fn waits(&self) -> bool {
        self.waits
    }

    /// Refuses a body that is announced to be larger than a limit, or packed.
    pub(crate) fn check(&self, bytes_max: u64) -> Result<(), Refusal> {
        if self.packed {
            return Err(Refusal::new(415, "a Content-Encoding is not understood here"));
        }
        if self.body.size_hint().lower() > bytes_max {
            return Err(Refusal::new(413, format!("the request body is larger than {bytes_max} bytes")));
        }
        Ok(())
    }

    /// The next piece of the body; `None` at its end.
    pub(crate) async fn next(&mut self) -> Result<Option<Bytes>, Refusal> {
        let begun = *self.begun.get_or_insert_with(Instant::now);
        loop {
            let frame = match tokio::time::timeout(BODY_PAUSE_MAX, self.body.frame()).await {
                Err(_) => return Err(Refusal::new(408, "the request body did not arrive in time")),
                Ok(None) => return Ok(None),
                Ok(Some(Err(_))) => {
                    return Err(Refusal::new(400, "the request body ended before its announced length"));
                }
                Ok(Some(Ok(frame))) => frame,
            };
            if begun.elapsed() > UPLOAD_DURATION_MAX {
                return Err(Refusal::new(408, "the request body did not arrive in time"));
            }
            if let Ok(bytes) = frame.into_data() {
                return Ok(Some(bytes));
            }
        }
    }

    /// The whole of a small body.
    pub(crate) async fn small(&mut self, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
        self.check(bytes_max as u64)?;
        let mut all = Vec::new();
        while let Some(bytes) = self.next().await? {
            if all.len() + bytes.len() > bytes_max {
                return Err(Refusal::new(413, format!("the request body is larger than {bytes_max} bytes")));
            }
            all.extend_from_slice(&bytes);
        }
        Ok(all)
    }

    /// The whole of a small body, unpacked if it comes as gzip; the bound holds for either form.
    pub(crate) async fn unpacked(&mut self, bytes_max: usize) -> Result<Vec<u8>, Refusal> {
        if !self.gzip {
            return self.small(bytes_max).await;
        }
        self.packed = false;
        let packed = self.small(bytes_max).await?;
        let unpacking = tokio::task::spawn_blocking(move || {
            let mut unpacked = Vec::new();
            let bound = bytes_max as u64 + 1;
            let read = MultiGzDecoder::new(&packed[..]).take(bound).read_to_end(&mut unpacked);
            read.map(|_| unpacked)
        });
        let unpacked = unpacking.await.map_err(|error| store::Error::Broken(error.to_string()))?;
        let unpacked =
            unpacked.map_err(|_| Refusal::new(400, "the request body is not the gzip it claims to be"))?;
        if unpacked.len() > bytes_max {
            return Err(Refusal::new(413, format!("the request body is larger than {bytes_max} bytes")));
        }
        Ok(unpacked)
    }

    /// Reads on for a while without keeping anything, so that a client that is still sending hears the refusal
    /// instead of a broken connection.
    pub(crate) async fn drain(self) {
        self.drain_within(DRAIN_BYTES_MAX as u64, DRAIN_DURATION_MAX).await;
    }

    /// The same for NuGet, which sends a whole package before it shows who it is, and takes a broken connection for a
    /// failure instead of sending the package again.
    pub(crate) async fn drain_package(self) {
        self.drain_within(PACKAGE_DRAIN_BYTES_MAX, PACKAGE_DRAIN_DURATION_MAX).await;
    }

    async fn drain_within(mut self, bytes_max: u64, longest: Duration) {
        if self.waits {
            return;
        }
        let _ = tokio::time::timeout(longest, async {
            let mut drained = 0;
            while let Ok(Some(Ok(frame))) = tokio::time::timeout(BODY_PAUSE_MAX, self.body.frame()).await {
                drained += frame.data_ref().map_or(0, Bytes::len) as u64;
                if drained > bytes_max {
                    return;
                }
                tokio::task::yield_now().await;
            }
        })
        .await;
    }
}
