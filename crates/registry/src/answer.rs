//! Responses of the package endpoints: bodies at hand, streams, and blobs with entity tags and ranges.

use std::convert::Infallible;
use std::io;

use bytes::Bytes;
use codeartifact::package_version::Asset;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Full, StreamBody};
use hyper::body::Frame;
use hyper::ext::ReasonPhrase;
use hyper::header::{
    ACCEPT_RANGES, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, HeaderValue,
    IF_MODIFIED_SINCE, IF_NONE_MATCH, IF_RANGE, LAST_MODIFIED, RANGE,
};
use hyper::{HeaderMap, Response, StatusCode};
use model::Timestamp;
use store::Blobs;

use crate::range::{self, Wanted};
use crate::refusal::Refusal;

/// The body of every answer; the same type as the gateway's.
pub type Body = UnsyncBoxBody<Bytes, io::Error>;

/// What the bytes of a version are to caches: never anything else.
const ASSET_CACHING: HeaderValue = HeaderValue::from_static("private, immutable, max-age=31536000");

/// Longest sentence beside a status; clients read lines of some thousand bytes.
const REASON_MAX: usize = 1000;

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

/// Answers a line of plain text with a status; a refusal also says it beside the status, because pip, twine, Maven and
/// Gradle show people nothing else.
pub(crate) fn text(status: StatusCode, line: &str) -> Response<Body> {
    let mut response = Response::new(full(format!("{line}\n")));
    *response.status_mut() = status;
    if !status.is_success() && !line.is_empty() {
        let shown = line.chars().filter(|c| c.is_ascii_graphic() || *c == ' ').take(REASON_MAX);
        let reason = ReasonPhrase::try_from(shown.collect::<String>().into_bytes());
        if let Ok(reason) = reason {
            response.extensions_mut().insert(reason);
        }
    }
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

/// When a text that is put together now counts as changed: in the second that follows, because clients ask to the second
/// whether something changed since; and later than the text that it takes the place of.
pub(crate) fn changed_at(now: Timestamp, before: Option<Timestamp>) -> Timestamp {
    let next = |at: Timestamp| Timestamp::from_millis((at.millis().div_euclid(1000) + 1) * 1000);
    before.map_or(next(now), |before| next(now).max(next(before)))
}

/// Says when an answer changed, where that is known.
pub(crate) fn say_changed(response: &mut Response<Body>, changed_at: Option<Timestamp>) {
    let changed_at = changed_at.map(|at| (LAST_MODIFIED, header(&at.to_rfc1123())));
    response.headers_mut().extend(changed_at);
}

/// Whether a client has an answer already: its entity tag is named by `If-None-Match`, or, only where the client sends no
/// such header, nothing changed after `If-Modified-Since`.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str, changed_at: Option<Timestamp>) -> bool {
    if headers.contains_key(IF_NONE_MATCH) {
        return has_already(headers, etag);
    }
    let since = headers.get(IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let since = since.and_then(Timestamp::from_rfc1123);
    let second = |at: Timestamp| at.millis().div_euclid(1000);
    since.zip(changed_at).is_some_and(|(since, changed_at)| second(changed_at) <= second(since))
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
    let changed_at = asset.arrived_at;
    if is_known(headers, &etag, changed_at) {
        let mut response = not_modified(etag_value);
        say_changed(&mut response, changed_at);
        return Ok(response);
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
    say_changed(&mut response, changed_at);
    Ok(response)
}

/// A header made of ASCII that this server wrote itself.
pub(crate) fn header(text: &str) -> HeaderValue {
    HeaderValue::from_str(text).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_stands_beside_the_status_and_stays_one_line() {
        let reason = |status: u16, line: &str| {
            let response = text(StatusCode::from_u16(status).unwrap(), line);
            response.extensions().get::<ReasonPhrase>().map(|reason| reason.as_bytes().to_vec())
        };
        assert_eq!(reason(403, "six is too young"), Some(b"six is too young".to_vec()));
        assert_eq!(reason(404, "no p\u{e4}ckage\r\nX-Header: 1"), Some(b"no pckageX-Header: 1".to_vec()));
        assert_eq!(reason(404, &"x".repeat(5000)).map(|reason| reason.len()), Some(REASON_MAX));
        assert_eq!(reason(200, "it is done"), None);
        assert_eq!(reason(500, ""), None);
    }

    fn headers(fields: &[(hyper::header::HeaderName, &str)]) -> HeaderMap {
        fields.iter().map(|(name, value)| (name.clone(), header(value))).collect()
    }

    fn known(fields: &[(hyper::header::HeaderName, &str)]) -> bool {
        // 08:49:37.500
        let changed_at = Timestamp::from_millis(784_111_777_500);
        is_known(&headers(fields), "\"a\"", Some(changed_at))
    }

    #[test]
    fn a_text_is_known_that_did_not_change_since() {
        assert!(known(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")]));
        assert!(known(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:38 GMT")]));
        assert!(!known(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:36 GMT")]));
        assert!(!known(&[(IF_MODIFIED_SINCE, "yesterday")]));
        let since = headers(&[(IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:37 GMT")]);
        assert!(!is_known(&since, "\"a\"", None));
    }

    #[test]
    fn entity_tags_count_more_than_times() {
        let later = (IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:38 GMT");
        let earlier = (IF_MODIFIED_SINCE, "Sun, 06 Nov 1994 08:49:36 GMT");
        assert!(!known(&[(IF_NONE_MATCH, "\"b\""), later]));
        assert!(known(&[(IF_NONE_MATCH, "\"a\""), earlier]));
    }

    #[test]
    fn what_changes_twice_in_a_second_has_two_times() {
        let now = Timestamp::from_millis(784_111_777_500);
        let first = changed_at(now, None);
        assert_eq!(first, Timestamp::from_millis(784_111_778_000));
        assert_eq!(changed_at(now, Some(first)), Timestamp::from_millis(784_111_779_000));
        let later = Timestamp::from_millis(784_111_800_000);
        assert_eq!(changed_at(later, Some(first)), Timestamp::from_millis(784_111_801_000));
    }
}
