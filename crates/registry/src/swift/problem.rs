//! Refusals as Swift clients show them to people (RFC 7807), and the version of the protocol in every answer.

use hyper::header::{CONTENT_TYPE, HeaderName, HeaderValue};
use hyper::{HeaderMap, Response};
use serde_json::json;

use crate::answer::{self, Body};
use crate::refusal::Refusal;

/// Says which version of the protocol an answer follows.
pub(super) fn version(headers: &mut HeaderMap) {
    headers.insert(HeaderName::from_static("content-version"), HeaderValue::from_static("1"));
}

/// Words a refusal.
pub(crate) fn worded(refusal: &Refusal) -> Response<Body> {
    let status = refusal.status;
    let problem = json!({
        "status": status.as_u16(),
        "title": status.canonical_reason().unwrap_or("Error"),
        "detail": refusal.sentence,
    });
    let mut response = answer::json(status, &problem);
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    version(fields);
    response
}
