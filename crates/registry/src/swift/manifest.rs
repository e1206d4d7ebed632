//! The manifest of a release, or its variant for a version of Swift.

use formats::swift::manifest::{MANIFEST, TOOLS_VERSION_DEFAULT, swift_version, variant};
use formats::swift::name::PackageId;
use formats::swift::release::Release;
use hyper::header::{HeaderValue, LINK, LOCATION};
use hyper::{Response, StatusCode};

use super::{download, parameter, release, url};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers `GET {scope}/{name}/{version}/Package.swift`, with a link to each variant; with `?swift-version=` a variant,
/// or the way to the manifest without one.
///
/// Errors as [`release::held`].
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    package: &PackageId,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let held = release::held(shared, visit, package, version).await?;
    let release = Release::read(&held.version.manifest);
    let address = format!("{}/{MANIFEST}", url(visit, package, version));
    let wanted = parameter(&visit.query, "swift-version");
    let file = match &wanted {
        None => MANIFEST,
        Some(wanted) => match variant(release.manifests.keys().map(String::as_str), wanted) {
            Some(file) => file,
            None => return Ok(elsewhere(&address)),
        },
    };
    let asset = download::asset(shared, visit, package, version, held, file).await?;
    let mut response = download::file_answer(shared, visit, &asset, file, "text/x-swift").await?;
    if wanted.is_none() {
        let links: Vec<String> = release
            .manifests
            .iter()
            .filter_map(|(file, tools)| {
                let swift = file.strip_prefix("Package@swift-")?.strip_suffix(".swift")?;
                swift_version(file)?;
                let tools = if tools.is_empty() { TOOLS_VERSION_DEFAULT } else { tools };
                Some(format!(
                    "<{address}?swift-version={swift}>; rel=\"alternate\"; filename=\"{file}\"; \
                     swift-tools-version=\"{tools}\""
                ))
            })
            .collect();
        if !links.is_empty() {
            response.headers_mut().insert(LINK, answer::header(&links.join(", ")));
        }
    }
    Ok(response)
}

/// Sends the client to the manifest that is for every version of Swift.
fn elsewhere(address: &str) -> Response<Body> {
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = StatusCode::SEE_OTHER;
    let location = HeaderValue::from_str(address).unwrap_or(HeaderValue::from_static(MANIFEST));
    response.headers_mut().insert(LOCATION, location);
    response
}
