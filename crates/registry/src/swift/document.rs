//! JSON that changes as releases come: with an entity tag, compressed for those who take it.

use bytes::Bytes;
use formats::pypi::page::hexadecimal;
use hyper::Response;
use hyper::header::{
    CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, LINK, VARY,
};
use sha2::{Digest as _, Sha256};

use crate::answer::{self, Body, header};
use crate::endpoint::Visit;
use crate::gzip;
use crate::limits::PACKED_BYTES_MIN;

/// Answers a document with its `Link` header.
pub(super) fn answer(visit: &Visit, text: String, links: &[String]) -> Response<Body> {
    let links = links.join(", ");
    // A release that came changes the links of its neighbours, too.
    let digest = Sha256::new().chain_update(&text).chain_update(&links).finalize();
    let etag = format!("W/\"{}\"", hexadecimal(&digest));
    let mut response = if answer::has_already(&visit.headers, &etag) {
        answer::not_modified(header(&etag))
    } else {
        body(visit, text)
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    fields.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    if !links.is_empty() {
        fields.insert(LINK, header(&links));
    }
    response
}

fn body(visit: &Visit, text: String) -> Response<Body> {
    let is_packed = gzip::is_taken(&visit.headers) && text.len() >= PACKED_BYTES_MIN;
    let bytes = if is_packed { gzip::pack([&text]) } else { Bytes::from(text) };
    let length = bytes.len();
    let mut response = Response::new(answer::full(bytes));
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if is_packed {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// A link to a resource, in the words of the header.
pub(super) fn link(url: &str, relation: &str) -> String {
    format!("<{url}>; rel=\"{relation}\"")
}
