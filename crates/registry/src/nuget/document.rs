//! What clients read of a repository and of a package: service index, versions, registrations.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::sync::{Arc, OnceLock};

use bytes::Bytes;
use formats::nuget::id::PackageId;
use formats::nuget::rendering::{self, Hive, Urls};
use formats::nuget::version::Version;
use hyper::Response;
use hyper::header::{CACHE_CONTROL, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, ETAG, HeaderValue, VARY};
use serde_json::Value;

use super::{listing, no_package, no_version};
use crate::answer::{self, Body, header};
use crate::endpoint::{Shared, Visit};
use crate::gzip;
use crate::limits::PACKED_BYTES_MIN;
use crate::lookup;
use crate::refusal::Refusal;

/// Which document of a package it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Kind {
    /// Its versions.
    Versions,
    /// Its registration in a hive.
    Registration(Hive),
    /// A page of that, by its bounds.
    Page(Hive, String, String),
}

/// A document that was made.
#[derive(Debug)]
pub(super) struct Document {
    bytes: Bytes,
    etag: String,
    content_type: &'static str,
    packed: OnceLock<Bytes>,
}

impl Document {
    /// Makes one of JSON.
    pub(super) fn json(value: &Value) -> Self {
        Self::new(value.to_string(), "application/json")
    }

    /// Makes one of a text.
    pub(super) fn new(text: String, content_type: &'static str) -> Self {
        let mut hasher = DefaultHasher::new();
        text.hash(&mut hasher);
        let etag = format!("W/\"{:016x}-{:x}\"", hasher.finish(), text.len());
        Self { bytes: text.into(), etag, content_type, packed: OnceLock::new() }
    }

    /// Answers it, or that the client has it already; packed for those who unpack.
    pub(super) fn answer(&self, visit: &Visit) -> Response<Body> {
        let mut response = if answer::has_already(&visit.headers, &self.etag) {
            answer::not_modified(header(&self.etag))
        } else {
            self.body(visit)
        };
        let fields = response.headers_mut();
        fields.insert(ETAG, header(&self.etag));
        fields.insert(CACHE_CONTROL, HeaderValue::from_static("private, max-age=0, must-revalidate"));
        fields.insert(VARY, HeaderValue::from_static("accept-encoding"));
        response
    }

    fn body(&self, visit: &Visit) -> Response<Body> {
        let is_packed = gzip::is_taken(&visit.headers) && self.bytes.len() >= PACKED_BYTES_MIN;
        let packed = || self.packed.get_or_init(|| gzip::pack([&self.bytes])).clone();
        let bytes = if is_packed { packed() } else { self.bytes.clone() };
        let length = bytes.len();
        let mut response = Response::new(answer::full(if visit.head { Bytes::new() } else { bytes }));
        let fields = response.headers_mut();
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(self.content_type));
        fields.insert(CONTENT_LENGTH, HeaderValue::from(length));
        if is_packed {
            fields.insert(CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        }
        response
    }
}

/// Answers the service index, in the style of the request.
pub(super) async fn service(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    Ok(Document::json(&rendering::service_index(&visit.base)).answer(visit))
}

/// Answers the versions of a package, also those that are not listed: `dotnet restore` looks here for any version.
pub(super) async fn versions(
    shared: &Arc<Shared>,
    visit: &Visit,
    id: &PackageId,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, id).await?;
    let make = || Some(Document::json(&rendering::flat_index(&shown.versions)));
    let document = shown.document(Kind::Versions, "", make).ok_or_else(|| no_package(visit, id))?;
    Ok(document.answer(visit))
}

/// Answers the registration of a package.
pub(super) async fn registration(
    shared: &Arc<Shared>,
    visit: &Visit,
    hive: Hive,
    id: &PackageId,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, id).await?;
    let urls = Urls { base: &visit.base, id };
    let make = || rendering::registration(urls, hive, &shown.versions).as_ref().map(Document::json);
    let document = shown.document(Kind::Registration(hive), &visit.base, make);
    Ok(document.ok_or_else(|| no_package(visit, id))?.answer(visit))
}

/// Answers a page of a registration.
pub(super) async fn page(
    shared: &Arc<Shared>,
    visit: &Visit,
    hive: Hive,
    id: &PackageId,
    (lower, upper): (&str, &str),
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, id).await?;
    let urls = Urls { base: &visit.base, id };
    let make = || rendering::page(urls, hive, &shown.versions, lower, upper).as_ref().map(Document::json);
    let kind = Kind::Page(hive, lower.to_owned(), upper.to_owned());
    let absent = || Refusal::not_found(format!("the registration of {id} has no page {lower} to {upper}"));
    Ok(shown.document(kind, &visit.base, make).ok_or_else(absent)?.answer(visit))
}

/// Answers the leaf of one version.
pub(super) async fn leaf(
    shared: &Arc<Shared>,
    visit: &Visit,
    hive: Hive,
    id: &PackageId,
    version: &Version,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, id).await?;
    let urls = Urls { base: &visit.base, id };
    let leaf = rendering::leaf(urls, hive, &shown.versions, version);
    Ok(Document::json(&leaf.ok_or_else(|| no_version(visit, id, version))?).answer(visit))
}
