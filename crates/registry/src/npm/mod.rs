//! The npm endpoint: listings, tarballs, publishing and dist-tags of one repository and of what lies above it.
//!
//! What a path means is said by `formats::npm::route`, who may do what by the functions of `codeartifact`.

mod audit;
mod bring;
mod dist_tags;
mod edit;
mod listing;
mod packing;
mod people;
mod provenance;
mod publish;
mod search;
mod small;
mod source;
mod tarball;
mod unpublish;

use std::sync::Arc;

use codeartifact::name::Coordinates;
use formats::npm::audit::Shape;
use formats::npm::name::PackageName;
use formats::npm::route::Route;
use hyper::{Method, Response, StatusCode};
use serde_json::json;

use crate::answer::{Body, json};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    listings: listing::Cache,
    publishing: publish::Places,
    auditing: audit::Places,
    unpublishing: unpublish::Allowed,
}

impl State {
    /// Lets clients unpublish versions.
    pub(crate) fn allow_unpublish(&self) {
        self.unpublishing.allow();
    }
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Ok(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        return ("package=-".to_owned(), Err(Refusal::new(400, "the path names no npm package")));
    };
    let described = describe(&route);
    let visit = Arc::new(visit);
    let outcome = match visit.method {
        Method::GET => read(shared, &visit, route).await,
        _ => write(shared, &visit, route, intake).await,
    };
    (described, outcome)
}

fn describe(route: &Route) -> String {
    match route {
        Route::Root
        | Route::Ping
        | Route::Whoami
        | Route::Search
        | Route::AdvisoriesBulk
        | Route::Audits
        | Route::Keys
        | Route::Login
        | Route::Logout(_)
        | Route::People(_)
        | Route::Unserved => "package=-".to_owned(),
        Route::Package(name) | Route::DistTags(name) | Route::PackageRevision(name, _) => {
            format!("package={name}")
        }
        Route::Manifest(name, version) | Route::Attestations(name, version) => {
            format!("package={name} version={version}")
        }
        Route::Tarball(name, file) | Route::TarballRevision(name, file, _) => {
            format!("package={name} asset={file}")
        }
        Route::DistTag(name, tag) => format!("package={name} dist_tag={tag}"),
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    match route {
        Route::Package(name) => packing::answer(shared, visit, &name).await,
        Route::Manifest(name, selector) => listing::manifest(shared, visit, &name, &selector).await,
        Route::Tarball(name, file) => tarball::answer(shared, visit, &name, &file).await,
        Route::DistTags(name) => dist_tags::list(shared, visit, &name).await,
        Route::Search => search::answer(shared, visit).await,
        Route::Root | Route::Ping => {
            lookup::reach(shared, visit).await?;
            Ok(json(StatusCode::OK, &json!({})))
        }
        Route::Whoami => {
            lookup::reach(shared, visit).await?;
            Ok(small::answer(&visit.headers, json!({"username": visit.call.principal}).to_string()))
        }
        Route::DistTag(..) | Route::PackageRevision(..) | Route::TarballRevision(..) => {
            Err(not_allowed(visit))
        }
        Route::AdvisoriesBulk | Route::Audits | Route::Logout(_) => Err(not_allowed(visit)),
        Route::Login => Err(people::no_login()),
        Route::People(what) => Err(people::none(what)),
        Route::Attestations(name, version) => provenance::attestations(shared, visit, &name, &version).await,
        Route::Keys => provenance::keys(shared, visit).await,
        Route::Unserved => Err(unserved()),
    }
}

async fn write(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    route: Route,
    mut intake: Intake,
) -> Result<Response<Body>, Refusal> {
    match (&visit.method, route) {
        (&Method::PUT, Route::Package(name)) => publish::answer(shared, visit, &name, intake).await,
        (&(Method::PUT | Method::POST), Route::DistTag(name, tag)) => {
            let outcome = dist_tags::put(shared, visit, &name, &tag, &mut intake).await;
            intake.drain().await;
            outcome
        }
        (&Method::DELETE, Route::DistTag(name, tag)) => dist_tags::delete(shared, visit, &name, &tag).await,
        (&Method::PUT, Route::PackageRevision(name, revision)) => {
            let outcome = unpublish::leave_out(shared, visit, &name, &revision, &mut intake).await;
            intake.drain().await;
            outcome
        }
        (&Method::DELETE, Route::PackageRevision(name, revision)) => {
            unpublish::package(shared, visit, &name, &revision).await
        }
        (&Method::DELETE, Route::TarballRevision(name, file, _)) => {
            unpublish::tarball(shared, visit, &name, &file).await
        }
        (&Method::POST, route @ (Route::AdvisoriesBulk | Route::Audits)) => {
            let shape = if route == Route::Audits { Shape::Tree } else { Shape::Bulk };
            let outcome = audit::answer(shared, visit, shape, &mut intake).await;
            intake.drain().await;
            outcome
        }
        (&Method::DELETE, Route::Logout(token)) => {
            intake.drain().await;
            people::logout(shared, visit, &token).await
        }
        (_, route) => {
            intake.drain().await;
            Err(match route {
                Route::Login => people::no_login(),
                Route::People(what) => people::none(what),
                Route::Unserved => unserved(),
                _ => not_allowed(visit),
            })
        }
    }
}

fn not_allowed(visit: &Visit) -> Refusal {
    Refusal::new(405, format!("this path does not answer {}", visit.method))
}

fn unserved() -> Refusal {
    Refusal::not_found("this part of npm's protocol is not served")
}

/// The package in the words of the API.
fn coordinates(name: &PackageName) -> Coordinates {
    Coordinates::npm(name.scope().unwrap_or_default(), name.bare())
}

/// The package is unknown to clients of this repository.
fn no_package(visit: &Visit, name: &PackageName) -> Refusal {
    Refusal::not_found(format!("Not found: repository {} has no package {name}", visit.repository.name))
}

/// The version is unknown to clients of this repository.
fn no_version(visit: &Visit, name: &PackageName, version: &str) -> Refusal {
    let repository = &visit.repository.name;
    Refusal::not_found(format!("Not found: repository {repository} has no version {version} of {name}"))
}
