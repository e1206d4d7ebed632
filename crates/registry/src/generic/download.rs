//! Downloading an asset: from the repository that is asked, or from an upstream repository, and then kept.

use codeartifact::name::Coordinates;
use codeartifact::package_version::Asset;
use hyper::Response;
use hyper::header::HeaderName;

use super::no_version;
use crate::answer::{self, Body};
use crate::asset::{self, Place};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers an asset, or a part of it, with its hashes.
///
/// Errors in this order: domain not found, access denied, repository not found, version or asset not found or not
/// handed out.
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
    version: &str,
    name: &str,
) -> Result<Response<Body>, Refusal> {
    let asset = match asset::find(shared, visit, package, version, name).await? {
        Place::Here(asset) => asset,
        Place::Upstream(asset, _) if visit.head => asset,
        Place::Upstream(..) => {
            let kept = asset::keep(shared, visit, package, version, name).await?;
            kept.ok_or_else(|| no_version(visit, package, version))?
        }
        Place::Lacking(_) => {
            let sentence =
                format!("Not found: version {version} of {} has no asset {name}", package.display_name());
            return Err(Refusal::not_found(sentence));
        }
        Place::Nowhere(_) => return Err(no_version(visit, package, version)),
    };
    let mut response = answer::asset(&shared.parts.blobs, &asset, &visit.headers, visit.head).await?;
    for (header, hash) in hashes(&asset) {
        response.headers_mut().insert(HeaderName::from_static(header), answer::header(hash));
    }
    Ok(response)
}

/// The hashes of an asset with the headers that carry them, in answers and in requests.
pub(super) fn hashes(asset: &Asset) -> [(&'static str, &str); 4] {
    [
        ("x-checksum-md5", &asset.md5),
        ("x-checksum-sha1", &asset.sha1),
        ("x-checksum-sha256", &asset.sha256),
        ("x-checksum-sha512", &asset.sha512),
    ]
}
