//! Reading the body of an API call, bounded in bytes and time, alone and together with all others.

mod chunked;

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt as _;
use hyper::HeaderMap;
use hyper::body::{Body as _, Incoming};
use hyper::header::EXPECT;
use model::{Content, Shape, Spec};
use store::{Stage, Staged};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::limits::{
    BODIES_BYTES_MAX, BODY_BYTES_FREE, BODY_BYTES_MAX, BODY_DURATION_MAX, BODY_PAUSE_MAX,
    DOCUMENT_BODY_BYTES_MAX, DOCUMENT_CHARACTERS_MIN, DRAIN_BYTES_MAX, DRAIN_DURATION_MAX,
    PAYLOAD_DURATION_MAX,
};
pub use chunked::{Chunked, Malformed};

/// Why a body was not read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Torn {
    /// It is, or says it is, larger than allowed.
    TooLarge,
    /// The client paused or took too long.
    TooSlow,
    /// The connection ended before the announced length.
    Cut,
    /// The bodies of other requests take all the memory that is meant for bodies.
    Crowded,
}

/// The memory that the bodies of all requests share, and the larger answers.
pub(crate) struct Room(Arc<Semaphore>);

/// One body's part of the room; given back when dropped.
pub(crate) struct Share {
    room: Arc<Semaphore>,
    held: Option<OwnedSemaphorePermit>,
    bytes: usize,
}

impl Default for Room {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(BODIES_BYTES_MAX)))
    }
}

impl Room {
    /// Begins a share of nothing.
    pub(crate) fn share(&self) -> Share {
        Share { room: Arc::clone(&self.0), held: None, bytes: 0 }
    }
}

impl Share {
    /// Says whether it takes nothing of the room.
    pub(crate) fn is_free(&self) -> bool {
        self.held.is_none()
    }

    /// Makes room for bytes that have come; what a client merely announces takes none.
    pub(crate) fn grow(&mut self, bytes: usize) -> Result<(), Torn> {
        let before = self.bytes.saturating_sub(BODY_BYTES_FREE);
        self.bytes += bytes;
        let more = self.bytes.saturating_sub(BODY_BYTES_FREE) - before;
        let more = u32::try_from(more).map_err(|_| Torn::TooLarge)?;
        let got = Arc::clone(&self.room).try_acquire_many_owned(more).map_err(|_| Torn::Crowded)?;
        match &mut self.held {
            Some(held) => held.merge(got),
            None => self.held = Some(got),
        }
        Ok(())
    }
}

/// Says how large the body of an operation may be: larger where one text of it is a whole document.
pub(crate) fn bytes_max(spec: &Spec) -> usize {
    let is_document = |shape: &Shape| match shape {
        Shape::String(rule) => rule.max.is_some_and(|max| max >= DOCUMENT_CHARACTERS_MIN),
        _ => false,
    };
    let holds_document = spec.input.members.iter().any(|member| is_document(member.shape));
    if holds_document { DOCUMENT_BODY_BYTES_MAX } else { BODY_BYTES_MAX }
}

/// Reads a whole body of no more than that size; the share is to be kept as long as what was read.
pub(crate) async fn read(mut body: Incoming, bytes_max: usize, share: &mut Share) -> Result<Bytes, Torn> {
    let announced = body.size_hint();
    if announced.lower() > bytes_max as u64 {
        return Err(Torn::TooLarge);
    }
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let begun = Instant::now();
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    while let Some(bytes) = next(&mut body, begun, BODY_DURATION_MAX).await? {
        if first.len() + rest.len() + bytes.len() > bytes_max {
            return Err(Torn::TooLarge);
        }
        share.grow(bytes.len())?;
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

/// Why a body was not staged.
#[derive(Debug)]
pub(crate) enum Unstaged {
    /// It was not read to its end.
    Torn(Torn),
    /// It is not of the encoding that it is said to be of.
    Malformed(Malformed),
    /// The store could not take it.
    Store(store::Error),
}

impl From<Malformed> for Unstaged {
    fn from(malformed: Malformed) -> Self {
        Self::Malformed(malformed)
    }
}

impl From<Torn> for Unstaged {
    fn from(torn: Torn) -> Self {
        Self::Torn(torn)
    }
}

impl From<store::Error> for Unstaged {
    fn from(error: store::Error) -> Self {
        Self::Store(error)
    }
}

/// Writes a whole body, as long and as patiently as [`read`], to a stage; memory holds a chunk of it.
pub(crate) async fn stage(mut body: Incoming, stage: &mut Stage) -> Result<(), Unstaged> {
    if body.size_hint().lower() > BODY_BYTES_MAX as u64 {
        return Err(Torn::TooLarge.into());
    }
    let begun = Instant::now();
    let mut length = 0;
    while let Some(bytes) = next(&mut body, begun, BODY_DURATION_MAX).await? {
        length += bytes.len();
        if length > BODY_BYTES_MAX {
            return Err(Torn::TooLarge.into());
        }
        stage.write(&bytes).await?;
    }
    Ok(())
}

/// Writes the payload of an operation to a stage, patiently: of the announced size, and of no more bytes than it may
/// have. Memory holds a chunk of it.
pub(crate) async fn stage_payload(
    mut body: Incoming,
    chunked: bool,
    (size, bytes_max): (Option<u64>, u64),
    stage: &mut Stage,
) -> Result<(), Unstaged> {
    let begun = Instant::now();
    let mut decoder = chunked.then(Chunked::default);
    let mut length = 0;
    while let Some(bytes) = next(&mut body, begun, PAYLOAD_DURATION_MAX).await? {
        let mut rest = &bytes[..];
        while !rest.is_empty() {
            let piece = match &mut decoder {
                Some(decoder) => decoder.next(&mut rest)?.unwrap_or_default(),
                None => std::mem::take(&mut rest),
            };
            length += piece.len() as u64;
            if length > bytes_max {
                return Err(Torn::TooLarge.into());
            }
            stage.write(piece).await?;
        }
    }
    let complete = decoder.is_none_or(|decoder| decoder.is_complete());
    if !complete || size.is_some_and(|size| size != length) {
        return Err(Torn::Cut.into());
    }
    Ok(())
}

/// Reads on for a while without keeping anything, so that a client that is still sending hears the refusal instead of
/// a broken connection; one that waits for `100 Continue` has sent nothing.
pub(crate) async fn drain(mut body: Incoming, headers: &HeaderMap) {
    let waits =
        headers.get(EXPECT).is_some_and(|value| value.as_bytes().eq_ignore_ascii_case(b"100-continue"));
    if waits {
        return;
    }
    let begun = Instant::now();
    let mut left = DRAIN_BYTES_MAX;
    let reading = async {
        while let Ok(Some(bytes)) = next(&mut body, begun, DRAIN_DURATION_MAX).await {
            left = left.saturating_sub(bytes.len());
            if left == 0 {
                break;
            }
        }
    };
    let _ = tokio::time::timeout(DRAIN_DURATION_MAX, reading).await;
}

/// Names what was staged.
pub(crate) fn content(staged: Staged) -> Content {
    let Staged { sha256, size, sha1, sha512, md5 } = staged;
    Content { sha256, size, sha1, sha512, md5 }
}

/// Waits for the next bytes of a body that was begun then and may take so long; nothing at its end.
async fn next(body: &mut Incoming, begun: Instant, duration_max: Duration) -> Result<Option<Bytes>, Torn> {
    loop {
        let frame = match tokio::time::timeout(BODY_PAUSE_MAX, body.frame()).await {
            Err(_) => return Err(Torn::TooSlow),
            Ok(None) => return Ok(None),
            Ok(Some(Err(_))) => return Err(Torn::Cut),
            Ok(Some(Ok(frame))) => frame,
        };
        if begun.elapsed() > duration_max {
            return Err(Torn::TooSlow);
        }
        if let Ok(bytes) = frame.into_data() {
            return Ok(Some(bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_share_their_room_and_give_it_back() {
        let room = Room::default();
        let mut shares = Vec::new();
        loop {
            let mut share = room.share();
            let grown =
                share.grow(BODY_BYTES_FREE).and_then(|()| share.grow(BODY_BYTES_MAX - BODY_BYTES_FREE));
            if grown.is_err() {
                assert_eq!(grown, Err(Torn::Crowded));
                break;
            }
            shares.push(share);
        }
        assert_eq!(shares.len(), BODIES_BYTES_MAX / (BODY_BYTES_MAX - BODY_BYTES_FREE));
        // Small bodies are read even now.
        assert_eq!(room.share().grow(BODY_BYTES_FREE), Ok(()));
        shares.pop();
        assert_eq!(room.share().grow(BODY_BYTES_MAX), Ok(()));
    }
}
