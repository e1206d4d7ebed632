//! Sending a listing: its form by Accept, its entity tag, compressed for clients that unpack.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use formats::npm::accept::Form;
use formats::npm::name::PackageName;
use formats::npm::rendering::Rendering;
use hyper::Response;
use hyper::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, VARY,
};

use super::listing::{self, Shown};
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::gzip;
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
    let mut response = if answer::is_known(&visit.headers, &etag, shown.changed_at) {
        answer::not_modified(header(&etag))
    } else {
        body(&shown, form, rendering, visit)
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    fields.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    answer::say_changed(&mut response, shown.changed_at);
    Ok(response)
}

/// Whether the client asks for what it is going to change: everything, whatever it accepts.
fn writes(query: &str) -> bool {
    query.split('&').any(|pair| pair == "write=true")
}

fn body(shown: &Arc<Shown>, form: Form, rendering: Arc<Rendering>, visit: &Visit) -> Response<Body> {
    let length = rendering.len(&visit.base);
    let packed = if gzip::is_taken(&visit.headers) && length >= PACKED_BYTES_MIN {
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
        let bytes = pack(rendering, base);
        copies[place] = Some(Copy { base: base.to_owned(), bytes: Some(bytes.clone()) });
        return Some(bytes);
    }
    copies[place] = Some(Copy { base: base.to_owned(), bytes: None });
    drop(copies);
    let (shown, rendering, base) = (Arc::clone(shown), Arc::clone(rendering), base.to_owned());
    tokio::task::spawn_blocking(move || {
        let bytes = pack(&rendering, &base);
        if let Some(copy) = &mut shown.packed.locked()[place]
            && copy.base == base
        {
            copy.bytes = Some(bytes);
        }
    });
    None
}

fn pack(rendering: &Arc<Rendering>, base: &str) -> Bytes {
    gzip::pack(Arc::clone(rendering).chunks(base))
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
    fn writing_is_announced_in_the_query() {
        assert!(writes("write=true") && writes("a=b&write=true"));
        assert!(!writes("") && !writes("write=false") && !writes("rewrite=true"));
    }
}
