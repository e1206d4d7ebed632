//! `dotnet nuget delete`: a version is unlisted, not deleted, and may be listed again.

use codeartifact::package_version::{self, Status};
use formats::nuget::id::PackageId;
use formats::nuget::version::Version;
use hyper::{Response, StatusCode};

use super::coordinates;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Makes a version that this repository holds Unlisted, or Published again.
///
/// It is what `UpdatePackageVersionsStatus` does, with the permission for that (assumed). Errors in this order: domain not
/// found, access denied, repository not found, package not found, version not found, a status that does not let it.
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
    listed: bool,
) -> Result<Response<Body>, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(id));
    let version = version.normalised();
    let target = if listed { Status::Published } else { Status::Unlisted };
    let change =
        move |tx: &mut store::Tx| package_version::set_status(tx, &call, &key, &package, &version, target);
    shared.parts.store.write(change).await?;
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = if listed { StatusCode::OK } else { StatusCode::NO_CONTENT };
    Ok(response)
}
