//! Small documents that clients keep and ask for again: who they are, the tags of a package, the manifest of a version.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use hyper::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, HeaderValue};
use hyper::{HeaderMap, Response};

use crate::answer::{self, Body, header};

/// Answers JSON with an entity tag, or that the client has it already.
pub(super) fn answer(headers: &HeaderMap, json: String) -> Response<Body> {
    let mut hasher = DefaultHasher::new();
    json.hash(&mut hasher);
    let etag = format!("W/\"{:016x}\"", hasher.finish());
    let mut response = if answer::has_already(headers, &etag) {
        answer::not_modified(header(&etag))
    } else {
        let mut response = Response::new(answer::full(json));
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        response
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    response
}
