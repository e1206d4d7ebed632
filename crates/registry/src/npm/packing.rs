//! Sending a listing: its form by Accept, its entity tag, compressed for clients that unpack.

use std::io::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use formats::npm::accept::Form;
use formats::npm::name::PackageName;
use formats::npm::rendering::Rendering;
use hyper::header::{
    ACCEPT, ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG,
    HeaderValue, VARY,
};
use hyper::{HeaderMap, Response};

use super::listing::{self, Shown};
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::limits::{PACKED_BYTES_MIN, PACKED_INLINE_BYTES_MAX};
use crate::refusal::Refusal;

/// Compressed copies of a listing, one a form, for the base URL that was asked last.
#[derive(Debug, Default)]
pub(super) struct Packed(Mutex<[Option<Copy>; 2]>);

#[derive(Debug)]
struct Copy {
    base: String,
    /// `None` while it is being made.
    bytes: Option<Bytes>,
}

/// Answers the listing of a package.
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, name).await?;
    let accept = visit.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    let form = if writes(&visit.query) { Form::Full } else { Form::negotiate(accept) };
    let rendering = shown.rendering(form);
    let etag = rendering.etag(&visit.base);
    let mut response = if answer::has_already(&visit.headers, &etag) {
        answer::not_modified(header(&etag))
    } else {
        body(&shown, form, rendering, visit)
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    fields.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    Ok(response)
}

/// Whether the client asks for what it is going to change: everything, whatever it accepts.
fn writes(query: &str) -> bool {
    query.split('&').any(|pair| pair == "write=true")
}

fn body(shown: &Arc<Shown>, form: Form, rendering: Arc<Rendering>, visit: &Visit) -> Response<Body> {
    let length = rendering.len(&visit.base);
    let packed = if unpacks(&visit.headers) && length >= PACKED_BYTES_MIN {
        packed(shown, form, &rendering, &visit.base)
    } else {
        None
    };
    let is_packed = packed.is_some();
    let (length, body) = match packed {
        Some(bytes) => (bytes.len(), answer::full(bytes)),
        None if visit.head => (length, answer::full(Bytes::new())),
        None => (length, answer::chunks(rendering.chunks(&visit.base))),
    };
    let mut response = Response::new(body);
    let fields = response.headers_mut();
    fields.insert(CONTENT_TYPE, HeaderValue::from_static(form.media_type()));
    fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
    if is_packed {
        fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
    }
    response
}

/// Whether a client takes gzip.
fn unpacks(headers: &HeaderMap) -> bool {
    let values = headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).any(|coding| {
        let mut parts = coding.split(';').map(str::trim);
        let gzip = parts.next().is_some_and(|name| name.eq_ignore_ascii_case("gzip"));
        let refused = parts.any(|parameter| {
            let weight = parameter.strip_prefix("q=").unwrap_or("1");
            weight.bytes().all(|byte| byte == b'0' || byte == b'.')
        });
        gzip && !refused
    })
}

/// The compressed copy, if there is one or it is made in no time; a large one is made in the background.
fn packed(shown: &Arc<Shown>, form: Form, rendering: &Arc<Rendering>, base: &str) -> Option<Bytes> {
    let place = usize::from(form == Form::Abbreviated);
    let mut copies = shown.packed.locked();
    if let Some(copy) = &copies[place]
        && copy.base == base
    {
        return copy.bytes.clone();
    }
    if rendering.len(base) <= PACKED_INLINE_BYTES_MAX {
        let bytes = gzip(rendering, base);
        copies[place] = Some(Copy { base: base.to_owned(), bytes: Some(bytes.clone()) });
        return Some(bytes);
    }
    copies[place] = Some(Copy { base: base.to_owned(), bytes: None });
    drop(copies);
    let (shown, rendering, base) = (Arc::clone(shown), Arc::clone(rendering), base.to_owned());
    tokio::task::spawn_blocking(move || {
        let bytes = gzip(&rendering, &base);
        if let Some(copy) = &mut shown.packed.locked()[place]
            && copy.base == base
        {
            copy.bytes = Some(bytes);
        }
    });
    None
}

fn gzip(rendering: &Arc<Rendering>, base: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    for chunk in Arc::clone(rendering).chunks(base) {
        encoder.write_all(&chunk).expect("memory takes every byte");
    }
    encoder.finish().expect("memory takes every byte").into()
}

impl Packed {
    fn locked(&self) -> MutexGuard<'_, [Option<Copy>; 2]> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_for_those_who_take_it() {
        let takes = |value: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(ACCEPT_ENCODING, value.parse().unwrap());
            unpacks(&headers)
        };
        for value in ["gzip", "deflate, GZIP", "br, gzip;q=0.5", "gzip; q=1.0"] {
            assert!(takes(value), "{value}");
        }
        for value in ["", "identity", "gzip;q=0", "br, gzip; q=0.000", "deflate"] {
            assert!(!takes(value), "{value}");
        }
        assert!(!unpacks(&HeaderMap::new()));
    }

    #[test]
    fn writing_is_announced_in_the_query() {
        assert!(writes("write=true") && writes("a=b&write=true"));
        assert!(!writes("") && !writes("write=false") && !writes("rewrite=true"));
    }
}
