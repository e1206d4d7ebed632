//! The Cargo endpoint: the index, crates, publishing and the web API of one repository and of what lies above it.
//!
//! What a path means is said by `formats::cargo::route`, who may do what by the functions of `codeartifact`.

mod bring;
mod configuration;
mod describe;
mod download;
mod index;
mod limits;
mod owners;
mod publish;
mod search;
mod source;
mod yank;

use std::sync::Arc;

use codeartifact::name::Coordinates;
use formats::cargo::name::CrateName;
use formats::cargo::route::Route;
use hyper::{Method, Response};

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    indexes: index::Cache,
    publishing: publish::Places,
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Ok(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        return ("package=-".to_owned(), Err(Refusal::new(400, "the path names no crate")));
    };
    let described = described(&route);
    let visit = Arc::new(visit);
    let outcome = match visit.method {
        Method::GET => read(shared, &visit, route).await,
        _ => write(shared, &visit, route, intake).await,
    };
    (described, outcome)
}

fn described(route: &Route) -> String {
    match route {
        Route::Root | Route::Configuration | Route::Me | Route::Search | Route::New | Route::Unserved => {
            "package=-".to_owned()
        }
        Route::Index(name) | Route::Crate(name) | Route::Versions(name) | Route::Owners(name) => {
            format!("package={name}")
        }
        Route::Version(name, version)
        | Route::Download(name, version)
        | Route::Yank(name, version)
        | Route::Unyank(name, version) => format!("package={name} version={version}"),
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    match route {
        Route::Configuration => configuration::answer(shared, visit).await,
        Route::Root | Route::Me => configuration::me(shared, visit).await,
        Route::Index(name) => index::answer(shared, visit, &name).await,
        Route::Download(name, version) => download::answer(shared, visit, &name, &version).await,
        Route::Search => search::answer(shared, visit).await,
        Route::Crate(name) => describe::krate(shared, visit, &name).await,
        Route::Versions(name) => describe::versions(shared, visit, &name).await,
        Route::Version(name, version) => describe::version(shared, visit, &name, &version).await,
        Route::Owners(name) => owners::list(shared, visit, &name).await,
        Route::New | Route::Yank(..) | Route::Unyank(..) => Err(not_allowed(visit)),
        Route::Unserved => {
            // Whether there is such a repository is not for everybody to know.
            lookup::reach(shared, visit).await?;
            Err(unserved())
        }
    }
}

async fn write(
    shared: &Arc<Shared>,
    visit: &Arc<Visit>,
    route: Route,
    intake: Intake,
) -> Result<Response<Body>, Refusal> {
    if (&visit.method, &route) == (&Method::PUT, &Route::New) {
        return publish::answer(shared, visit, intake).await;
    }
    intake.drain().await;
    match (&visit.method, route) {
        (&Method::DELETE, Route::Yank(name, version)) => {
            yank::answer(shared, visit, &name, &version, true).await
        }
        (&Method::PUT, Route::Unyank(name, version)) => {
            yank::answer(shared, visit, &name, &version, false).await
        }
        (&(Method::PUT | Method::DELETE), Route::Owners(_)) => {
            lookup::reach(shared, visit).await?;
            Err(owners::not_kept())
        }
        (_, Route::Unserved) => Err(unserved()),
        _ => Err(not_allowed(visit)),
    }
}

fn not_allowed(visit: &Visit) -> Refusal {
    Refusal::new(405, format!("this path does not answer {}", visit.method))
}

fn unserved() -> Refusal {
    Refusal::not_found("this part of the protocol of crate registries is not served")
}

/// The crate is unknown to clients of this repository.
fn no_crate(visit: &Visit, name: &CrateName) -> Refusal {
    Refusal::not_found(format!("repository {} has no crate {name}", visit.repository.name))
}

/// The version is unknown to clients of this repository.
fn no_version(visit: &Visit, package: &Coordinates, version: &str) -> Refusal {
    let (repository, name) = (&visit.repository.name, &package.name);
    Refusal::not_found(format!("repository {repository} has no version {version} of crate {name}"))
}

/// The name of the only asset of a version.
fn crate_file(package: &Coordinates, version: &str) -> String {
    format!("{}-{version}.crate", package.name)
}
