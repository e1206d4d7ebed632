//! Responses of the package endpoints: bodies at hand, streams, and blobs with entity tags and ranges.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use codeartifact::package_version::Asset;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue,
    IF_NONE_MATCH, IF_RANGE, RANGE,
};
use hyper::{HeaderMap, Response, StatusCode};
use store::Blobs;

use crate::range::{self, Wanted};
use crate::refusal::Refusal;

/// The body of every answer; the same type as the gateway's.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What the bytes of a version are to caches: never anything else.
const ASSET_CACHING: HeaderValue = HeaderValue::from_static("private, immutable, max-age=31536000");

pub(crate) fn full(bytes: impl Into<Bytes>) -> Body {
    Full::new(bytes.into()).map_err(|never: Infallible| match never {}).boxed_unsync()
}

pub(crate) fn chunks(chunks: impl Iterator<Item = Bytes> + Send + 'static) -> Body {
    let frames = chunks.map(|chunk| Ok::<_, io::Error>(Frame::data(chunk)));
    StreamBody::new(futures_util::stream::iter(frames)).boxed_unsync()
}

fn content(content: store::Content) -> Body {
    let chunks = futures_util::stream::unfold(Some(content), |content| async move {
        let mut content = content?;
        match content.next_chunk().await {
            Ok(None) => None,
            Ok(Some(bytes)) => Some((Ok(Frame::data(bytes)), Some(content))),
            // The client sees the connection break before the announced length.
            Err(error) => Some((Err(io::Error::other(error)), None)),
        }
    });
    StreamBody::new(chunks).boxed_unsync()
}

/// Answers JSON with a status.
pub(crate) fn json(status: StatusCode, value: &serde_json::Value) -> Response<Body> {
    let mut response = Response::new(full(value.to_string()));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// Answers a line of plain text with a status.
pub(crate) fn text(status: StatusCode, line: &str) -> Response<Body> {
    let mut response = Response::new(full(format!("{line}\n")));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

/// Answers that the client has it already.
pub(crate) fn not_modified(etag: HeaderValue) -> Response<Body> {
    let mut response = Response::new(full(Bytes::new()));
    *response.status_mut() = StatusCode::NOT_MODIFIED;
    response.headers_mut().insert(ETAG, etag);
    response
}

/// Whether `If-None-Match` names this entity tag, compared weakly as GET does.
pub(crate) fn has_already(headers: &HeaderMap, etag: &str) -> bool {
    let bare = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
    let wanted = bare(etag);
    let named = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    named.flat_map(|value| value.split(',')).any(|tag| tag.trim() == "*" || bare(tag) == wanted)
}

/// Answers an asset, or the part of it that was asked for; with `head`, everything but the bytes.
pub(crate) async fn asset(
    blobs: &Blobs,
    asset: &Asset,
    headers: &HeaderMap,
    head: bool,
) -> Result<Response<Body>, Refusal> {
    let etag = format!("\"{}\"", asset.sha256);
    let etag_value =
        HeaderValue::from_str(&etag).map_err(|_| store::Error::Broken("a digest is not text".into()))?;
    if has_already(headers, &etag) {
        return Ok(not_modified(etag_value));
    }
    let size = u64::try_from(asset.size).unwrap_or_default();
    let wanted = match (headers.get(RANGE), headers.get(IF_RANGE)) {
        (Some(_), Some(condition)) if condition.as_bytes() != etag.as_bytes() => Wanted::Whole,
        (Some(value), _) => range::read(value.to_str().unwrap_or_default(), size),
        (None, _) => Wanted::Whole,
    };
    let (status, part) = match wanted {
        Wanted::Whole => (StatusCode::OK, None),
        Wanted::Part(part) => (StatusCode::PARTIAL_CONTENT, Some(part)),
        Wanted::Nothing => {
            let mut refusal = Refusal::new(416, format!("the file has {size} bytes"));
            refusal.headers.push((CONTENT_RANGE, header(&format!("bytes */{size}"))));
            return Err(refusal);
        }
    };
    let length = part.as_ref().map_or(size, |part| part.end - part.start);
    let body = if head {
        full(Bytes::new())
    } else {
        let found = blobs.read(&asset.sha256, part.clone()).await?;
        content(found.ok_or_else(|| store::Error::Broken(format!("blob {} is gone", asset.sha256)))?)
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    fields.insert(ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    fields.insert(CACHE_CONTROL, ASSET_CACHING);
    fields.insert(ETAG, etag_value);
    if let Some(part) = part {
        fields.insert(CONTENT_RANGE, header(&format!("bytes {}-{}/{size}", part.start, part.end - 1)));
    }
    Ok(response)
}

/// A header made of ASCII that this server wrote itself.
pub(crate) fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}
