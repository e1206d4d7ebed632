//! Files of a release: from the repository that is asked, or from an upstream repository, and then kept.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use codeartifact::package_version::Asset;
use codeartifact::resolution::{Found, Held};
use formats::swift::name::PackageId;
use formats::swift::release::Release;
use hyper::Response;
use hyper::header::{CONTENT_DISPOSITION, CONTENT_TYPE, HeaderName, HeaderValue};

use super::{ARCHIVE, coordinates, no_release, release};
use crate::answer::{self, Body, header};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers a source archive, or a part of it, with its digest and its signature.
///
/// Errors as [`release::held`].
pub(super) async fn archive(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let held = release::held(shared, visit, package, version).await?;
    let release = Release::read(&held.version.manifest);
    let asset = asset(shared, visit, package, version, held, ARCHIVE).await?;
    let file = format!("{}-{version}.zip", package.name());
    let mut response = file_answer(shared, visit, &asset, &file, "application/zip").await?;
    let fields = response.headers_mut();
    let digest = format!("sha-256={}", STANDARD.encode(bytes_of(&asset.sha256)));
    fields.insert(HeaderName::from_static("digest"), header(&digest));
    if let Some(signing) = release.signing {
        let format = HeaderName::from_static("x-swift-package-signature-format");
        fields.insert(format, header(&signing.format));
        fields.insert(HeaderName::from_static("x-swift-package-signature"), header(&signing.signature));
    }
    Ok(response)
}

/// Finds a file of a release that was found, and keeps the release if it comes from above.
pub(super) async fn asset(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
    held: Held,
    name: &str,
) -> Result<Asset, Refusal> {
    let lacking = || {
        Refusal::not_found(format!(
            "release {version} of {package} has no {name}: it was not published with one"
        ))
    };
    match asset::place(visit, Found::Held(Box::new(held)), name) {
        Place::Here(asset) => Ok(asset),
        Place::Upstream(asset, _) if visit.head => Ok(asset),
        Place::Upstream(..) => {
            let kept = asset::keep(shared, visit, &coordinates(package), version, name).await?;
            kept.ok_or_else(|| no_release(visit, package, version))
        }
        Place::Lacking(_) | Place::Nowhere(_) => Err(lacking()),
    }
}

/// Answers a file under the name that it has for clients.
pub(super) async fn file_answer(
    shared: &Shared,
    visit: &Visit,
    asset: &Asset,
    file: &str,
    media_type: &'static str,
) -> Result<Response<Body>, Refusal> {
    let mut response = answer::asset(&shared.parts.blobs, asset, &visit.headers, visit.head).await?;
    let fields = response.headers_mut();
    if fields.contains_key(CONTENT_TYPE) {
        fields.insert(CONTENT_TYPE, HeaderValue::from_static(media_type));
    }
    fields.insert(CONTENT_DISPOSITION, header(&format!("attachment; filename=\"{file}\"")));
    Ok(response)
}

/// The bytes of a digest that is written in hexadecimal.
fn bytes_of(digest: &str) -> Vec<u8> {
    let pairs = digest.as_bytes().chunks_exact(2);
    pairs.filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}
