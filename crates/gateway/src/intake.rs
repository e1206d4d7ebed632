//! Reading the body of an API call, bounded in bytes and time.

use std::time::Instant;

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::body::{Body as _, Incoming};

use crate::limits::{BODY_BYTES_MAX, BODY_DURATION_MAX, BODY_PAUSE_MAX};

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Torn {
    /// It is, or says it is, larger than allowed.
    TooLarge,
    /// The client paused or took too long.
    TooSlow,
    /// The connection ended before the announced length.
    Cut,
}

/// Reads a whole body.
pub(crate) async fn read(mut body: Incoming) -> Result<Bytes, Torn> {
    let announced = body.size_hint();
    if announced.lower() > BODY_BYTES_MAX as u64 {
        return Err(Torn::TooLarge);
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let begun = Instant::now();
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    loop {
        let frame = match tokio::time::timeout(BODY_PAUSE_MAX, body.frame()).await {
            Err(_) => return Err(Torn::TooSlow),
            Ok(None) => break,
            Ok(Some(Err(_))) => return Err(Torn::Cut),
            Ok(Some(Ok(frame))) => frame,
        };
        if begun.elapsed() > BODY_DURATION_MAX {
            return Err(Torn::TooSlow);
        }
        let Ok(bytes) = frame.into_data() else { continue };
        if first.len() + rest.len() + bytes.len() > BODY_BYTES_MAX {
            return Err(Torn::TooLarge);
        }
        // Nearly every body is one frame, and then no byte is copied.
        if first.is_empty() && rest.is_empty() {
            first = bytes;
            continue;
        }
        if rest.is_empty() {
            rest.extend_from_slice(&std::mem::take(&mut first));
        }
        rest.extend_from_slice(&bytes);
    }
    Ok(if rest.is_empty() { first } else { rest.freeze() })
}
