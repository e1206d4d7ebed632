//! The page of a project on the wire: in the form that the client takes, with its entity tag, compressed for clients
//! that unpack.

use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use formats::pypi::accept::Form;
use formats::pypi::name::ProjectName;
use formats::pypi::page::hexadecimal;
use hyper::Response;
use hyper::header::{
    ACCEPT, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, VARY,
};
use model::Timestamp;
use sha2::{Digest as _, Sha256};

use super::listing;
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::gzip;
use crate::limits::{PACKED_BYTES_MIN, PACKED_INLINE_BYTES_MAX};
use crate::refusal::Refusal;

/// A page as text in one form.
pub(super) struct Text {
    form: Form,
    plain: Bytes,
    packed: OnceLock<Bytes>,
    etag: String,
}

impl Text {
    pub(super) fn new(form: Form, plain: Bytes) -> Self {
        let tag = hexadecimal(&Sha256::digest(&plain)[..16]);
        Self { form, plain, packed: OnceLock::new(), etag: format!("W/\"{tag}\"") }
    }

    /// The compressed text, made where it may take long if it is large.
    async fn packed(self: &Arc<Self>) -> Bytes {
        if self.packed.get().is_none() && self.plain.len() > PACKED_INLINE_BYTES_MAX {
            let text = Arc::clone(self);
            let packing = tokio::task::spawn_blocking(move || {
                text.packed.get_or_init(|| gzip::pack([&text.plain])).len()
            });
            // What was not made there is made here.
            let _ = packing.await;
        }
        self.packed.get_or_init(|| gzip::pack([&self.plain])).clone()
    }
}

/// Answers `GET simple/{project}/`.
///
/// Errors in this order: no form that the client takes, those of [`listing::listed`].
pub(super) async fn answer(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    project: &ProjectName,
    slash: bool,
) -> Result<Response<Body>, Refusal> {
    let form = form(visit)?;
    let listed = listing::listed(shared, visit, project).await?;
    Ok(respond(&listed.text(form, project, slash), listed.changed_at, visit).await)
}

/// The form of the index that a client takes.
pub(super) fn form(visit: &Visit) -> Result<Form, Refusal> {
    let accept: Vec<&str> =
        visit.headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let form = Form::negotiate((!accept.is_empty()).then(|| accept.join(",")).as_deref());
    form.ok_or_else(|| {
        let sentence = "the index is served as application/vnd.pypi.simple.v1+json, \
                        application/vnd.pypi.simple.v1+html and text/html; the Accept header admits none of them";
        Refusal::new(406, sentence)
    })
}

/// Answers a page of the index, or that the client has it already.
pub(super) async fn respond(
    text: &Arc<Text>,
    changed_at: Option<Timestamp>,
    visit: &Visit,
) -> Response<Body> {
    let mut response = if answer::is_known(&visit.headers, &text.etag, changed_at) {
        answer::not_modified(header(&text.etag))
    } else {
        let packed = gzip::is_taken(&visit.headers) && text.plain.len() >= PACKED_BYTES_MIN;
        let bytes = if packed { text.packed().await } else { text.plain.clone() };
        let length = bytes.len();
        let mut response = Response::new(answer::full(bytes));
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(text.form.media_type()));
        fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if packed {
            fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    };
    let fields = response.headers_mut();
    fields.insert(ETAG, header(&text.etag));
    fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
    fields.insert(VARY, HeaderValue::from_static("accept, accept-encoding"));
    answer::say_changed(&mut response, changed_at);
    response
}
