//! The Swift endpoint: releases, manifests, archives, identifiers and publishing of one repository and of what lies
//! above it.
//!
//! What a path means is said by `formats::swift::route`, who may do what by the functions of `codeartifact`. No external
//! connection serves Swift packages.

mod contents;
mod document;
mod download;
mod form;
mod identifiers;
mod limits;
mod listing;
mod manifest;
mod problem;
mod publish;
mod release;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use formats::swift::accept::{Unacceptable, Wanted};
use formats::swift::name::PackageId;
use formats::swift::route::{BadPath, Route};
use hyper::header::{ACCEPT, ALLOW, HeaderValue};
use hyper::{Method, Response, StatusCode};
use percent_encoding::percent_decode_str;

pub(crate) use problem::worded;

use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    listings: listing::Cache,
    identifiers: identifiers::Memory,
    publishing: publish::Places,
}

/// The name of the asset that is the source archive.
const ARCHIVE: &str = "source-archive.zip";
/// The names of the assets that come with it.
const ARCHIVE_SIGNATURE: &str = "source-archive-signature";
const METADATA: &str = "metadata.json";
const METADATA_SIGNATURE: &str = "metadata-signature";

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let route = match Route::parse(&visit.rest) {
        Ok(route) => route,
        Err(error) => {
            intake.drain().await;
            return ("package=-".to_owned(), Err(bad_path(error)));
        }
    };
    let described = described(&route);
    let outcome = match wanted(&visit) {
        Ok(wanted) => serve(shared, &visit, route, wanted, intake).await,
        Err(refusal) => {
            intake.drain().await;
            Err(refusal)
        }
    };
    let outcome = outcome.map(|mut response| {
        problem::version(response.headers_mut());
        response
    });
    (described, outcome)
}

async fn serve(
    shared: &Arc<Shared>,
    visit: &Visit,
    route: Route,
    wanted: Wanted,
    intake: Intake,
) -> Result<Response<Body>, Refusal> {
    if let (&Method::PUT, Route::Release(package, version)) = (&visit.method, &route) {
        return publish::answer(shared, visit, package, version, intake).await;
    }
    intake.drain().await;
    match (&visit.method, route) {
        // Without the ending of a file, the media type says what is meant.
        (&Method::GET, Route::Release(package, version)) if wanted == Wanted::Zip => {
            download::archive(shared, visit, &package, &version).await
        }
        (&Method::GET, Route::Root) => {
            lookup::reach(shared, visit).await?;
            Err(Refusal::not_found("packages are at {scope}/{name} below this address"))
        }
        (&Method::GET, Route::Availability) => Ok(answer::json(StatusCode::OK, &serde_json::json!({}))),
        (&Method::GET, Route::Identifiers) => identifiers::answer(shared, visit).await,
        (&Method::GET, Route::Package(package)) => listing::answer(shared, visit, &package).await,
        (&Method::GET, Route::Release(package, version)) => {
            release::answer(shared, visit, &package, &version).await
        }
        (&Method::GET, Route::Archive(package, version)) => {
            download::archive(shared, visit, &package, &version).await
        }
        (&Method::GET, Route::Manifest(package, version)) => {
            manifest::answer(shared, visit, &package, &version).await
        }
        // Who comes this far has shown a token that is good.
        (&Method::POST, Route::Login) => Ok(Response::new(answer::full(""))),
        (&Method::OPTIONS, route) => Ok(options(&route)),
        (method, route) => {
            let mut refusal = Refusal::new(405, format!("this path does not answer {method}"));
            refusal.headers.push((ALLOW, HeaderValue::from_static(allowed(&route))));
            Err(refusal)
        }
    }
}

fn allowed(route: &Route) -> &'static str {
    match route {
        Route::Login => "POST, OPTIONS",
        Route::Release(..) => "GET, HEAD, PUT, OPTIONS",
        _ => "GET, HEAD, OPTIONS",
    }
}

fn options(route: &Route) -> Response<Body> {
    let mut response = Response::new(answer::full(""));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response.headers_mut().insert(ALLOW, HeaderValue::from_static(allowed(route)));
    response
}

fn described(route: &Route) -> String {
    match route {
        Route::Root | Route::Login | Route::Availability | Route::Identifiers => "package=-".to_owned(),
        Route::Package(package) => format!("package={package}"),
        Route::Release(package, version)
        | Route::Archive(package, version)
        | Route::Manifest(package, version) => {
            format!("package={package} version={version}")
        }
    }
}

/// Reads which kind of answer is asked for.
fn wanted(visit: &Visit) -> Result<Wanted, Refusal> {
    let accept = visit.headers.get(ACCEPT).and_then(|value| value.to_str().ok());
    Wanted::negotiate(accept).map_err(|unacceptable| match unacceptable {
        Unacceptable::Version(version) => {
            Refusal::new(400, format!("invalid API version {version:?}: this server speaks version 1"))
        }
        Unacceptable::MediaType(kind) => {
            Refusal::new(415, format!("unsupported media type {kind:?}: there are json, swift and zip"))
        }
    })
}

fn bad_path(error: BadPath) -> Refusal {
    match error {
        BadPath::Shape => {
            Refusal::not_found("a path is {scope}/{name}, {scope}/{name}/{version} or below that")
        }
        BadPath::Name(error) => Refusal::new(400, error.to_string()),
        BadPath::Version(version) => {
            Refusal::new(400, format!("{version:?} is not a version of semantic versioning 2.0, as in 1.0.0"))
        }
    }
}

/// The package in the words of the API.
fn coordinates(package: &PackageId) -> Coordinates {
    let canonical = package.canonical();
    let (namespace, name) = (canonical.scope().to_owned(), canonical.name().to_owned());
    Coordinates { format: PackageFormat::Swift, namespace, name }
}

/// The URL of a release, as the client spells the package.
fn url(visit: &Visit, package: &PackageId, version: &str) -> String {
    format!("{}{}/{}/{version}", visit.base, package.scope(), package.name())
}

/// A parameter of the query, decoded; an empty one is none.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    let value = percent_decode_str(value).decode_utf8_lossy().into_owned();
    (!value.is_empty()).then_some(value)
}

/// The package is unknown to clients of this repository.
fn no_package(visit: &Visit, package: &PackageId) -> Refusal {
    Refusal::not_found(format!("repository {} has no releases of {package}", visit.repository.name))
}

/// The release is unknown to clients of this repository.
fn no_release(visit: &Visit, package: &PackageId, version: &str) -> Refusal {
    Refusal::not_found(format!("repository {} has no release {version} of {package}", visit.repository.name))
}
