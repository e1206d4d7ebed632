//! A document of an index as clients take it: whole, packed, from some byte on, or not at all because they have it.

use std::fmt::Write as _;
use std::sync::OnceLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG,
    HeaderValue, IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE, VARY,
};
use hyper::{Response, StatusCode};
use md5::Md5;
use model::Timestamp;
use sha2::{Digest as _, Sha256};

use crate::answer::{self, Body, header};
use crate::endpoint::Visit;
use crate::gzip;
use crate::limits::PACKED_BYTES_MIN;
use crate::range::{self, Wanted};
use crate::refusal::Refusal;

/// A document.
#[derive(Debug)]
pub(super) struct Text {
    bytes: Bytes,
    /// MD5 in quotes: Bundler compares it with what it put together.
    etag: String,
    digest: String,
    content_type: &'static str,
    /// The whole second before which it may have been another.
    changed_at: Option<Timestamp>,
    packed: OnceLock<Bytes>,
}

impl Text {
    pub(super) fn new(bytes: impl Into<Bytes>, content_type: &'static str) -> Self {
        let bytes = bytes.into();
        let etag = format!("\"{}\"", hexadecimal(&Md5::digest(&bytes)));
        let digest = format!("sha-256=:{}:", STANDARD.encode(Sha256::digest(&bytes)));
        Self { bytes, etag, digest, content_type, changed_at: None, packed: OnceLock::new() }
    }

    /// Text of the compact index.
    pub(super) fn plain(text: String) -> Self {
        Self::new(text, "text/plain; charset=utf-8")
    }

    /// The same with the moment that it was put together: RubyGems asks whether it changed since its own copy was
    /// written, to the second, so that it counts as changed in the second that follows.
    pub(super) fn put_together(mut self, now: Timestamp) -> Self {
        self.changed_at = Some(Timestamp::from_millis((now.millis().div_euclid(1000) + 1) * 1000));
        self
    }

    /// How much memory it takes, roughly.
    pub(super) fn bytes(&self) -> usize {
        self.bytes.len() * 2 + 512
    }

    /// Answers what the client lacks of it.
    pub(super) fn respond(&self, visit: &Visit) -> Result<Response<Body>, Refusal> {
        let mut response =
            if self.is_known(visit) { answer::not_modified(header(&self.etag)) } else { self.body(visit)? };
        let fields = response.headers_mut();
        fields.insert(ETAG, header(&self.etag));
        fields.insert("repr-digest", header(&self.digest));
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
        fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
        fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
        if let Some(changed_at) = self.changed_at {
            fields.insert(LAST_MODIFIED, header(&changed_at.to_rfc1123()));
        }
        Ok(response)
    }

    fn is_known(&self, visit: &Visit) -> bool {
        if visit.headers.contains_key(IF_NONE_MATCH) {
            return answer::has_already(&visit.headers, &self.etag);
        }
        let since = visit.headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
        let since = since.and_then(Timestamp::from_rfc1123);
        since.is_some_and(|since| self.changed_at.is_some_and(|changed_at| since >= changed_at))
    }

    fn body(&self, visit: &Visit) -> Result<Response<Body>, Refusal> {
        let size = self.bytes.len() as u64;
        let wanted = match (visit.headers.get(RANGE), visit.headers.get(IF_RANGE)) {
            (Some(_), Some(condition)) if condition.as_bytes() != self.etag.as_bytes() => Wanted::Whole,
            (Some(value), _) => range::read(value.to_str().unwrap_or_default(), size),
            (None, _) => Wanted::Whole,
        };
        let (bytes, part) = match wanted {
            Wanted::Whole => (self.bytes.clone(), None),
            Wanted::Part(part) => {
                let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(self.bytes.len());
                (self.bytes.slice(at(part.start)..at(part.end)), Some(part))
            }
            Wanted::Nothing => {
                let mut refusal = Refusal::new(416, format!("the document has {size} bytes"));
                refusal.headers.push((CONTENT_RANGE, header(&format!("bytes */{size}"))));
                return Err(refusal);
            }
        };
        let is_text = self.content_type.starts_with("text/");
        let is_packed = part.is_none()
            && is_text
            && self.bytes.len() >= PACKED_BYTES_MIN
            && gzip::is_taken(&visit.headers);
        let bytes =
            if is_packed { self.packed.get_or_init(|| gzip::pack([&self.bytes])).clone() } else { bytes };
        let length = bytes.len();
        let mut response = Response::new(answer::full(if visit.head { Bytes::new() } else { bytes }));
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if is_packed {
            fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        if let Some(part) = part {
            fields.insert(CONTENT_RANGE, header(&format!("bytes {}-{}/{size}", part.start, part.end - 1)));
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
        }
        Ok(response)
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::new();
    for byte in bytes {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
