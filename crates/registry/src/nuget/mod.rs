//! The NuGet endpoint: packages, what is said of them, pushing and unlisting, for one repository and what lies above it.
//!
//! What a path means is said by `formats::nuget::route`, who may do what by the functions of `codeartifact`.

mod bring;
mod document;
mod download;
mod feed;
mod inside;
mod limits;
mod listing;
mod push;
mod query;
mod search;
mod source;
mod symbols;
mod unlist;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use formats::nuget::id::PackageId;
use formats::nuget::route::{File, Route};
use formats::nuget::version::Version;
use hyper::{Method, Response};

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::lookup;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    listings: listing::Cache,
    pushing: push::Places,
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Ok(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        return ("package=-".to_owned(), Err(Refusal::new(400, "the path names no package and no version")));
    };
    let mut described = described(&route);
    let visit = Arc::new(visit);
    let outcome = match (&visit.method, route) {
        (&Method::GET, route) => read(shared, &visit, route).await,
        (&(Method::PUT | Method::POST), Route::Push) => {
            push::answer(shared, &visit, intake, &mut described).await
        }
        (&(Method::PUT | Method::POST), Route::PushSymbols) => {
            symbols::answer(shared, &visit, intake, &mut described).await
        }
        (method, route) => {
            intake.drain().await;
            match (method, route) {
                (&Method::DELETE, Route::Package(id, version)) => {
                    unlist::answer(shared, &visit, &id, &version, false).await
                }
                (&Method::POST, Route::Package(id, version)) => {
                    unlist::answer(shared, &visit, &id, &version, true).await
                }
                (_, Route::Unserved) => Err(unserved()),
                _ => Err(Refusal::new(405, format!("this path does not answer {}", visit.method))),
            }
        }
    };
    (described, outcome)
}

fn described(route: &Route) -> String {
    match route {
        Route::Versions(id) | Route::Registration(_, id) | Route::Page(_, id, _, _) => {
            format!("package={id}")
        }
        Route::File(id, version, _)
        | Route::Leaf(_, id, version)
        | Route::Package(id, version)
        | Route::OnePackage(id, version) => format!("package={id} version={version}"),
        _ => "package=-".to_owned(),
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    match route {
        Route::Root | Route::Service => document::service(shared, visit).await,
        Route::Versions(id) => document::versions(shared, visit, &id).await,
        Route::Registration(hive, id) => document::registration(shared, visit, hive, &id).await,
        Route::Page(hive, id, lower, upper) => {
            document::page(shared, visit, hive, &id, (&lower, &upper)).await
        }
        Route::Leaf(hive, id, version) => document::leaf(shared, visit, hive, &id, &version).await,
        Route::File(id, version, File::Nupkg) | Route::Package(id, version) => {
            download::answer(shared, visit, &id, &version).await
        }
        Route::File(id, version, File::Snupkg) => symbols::download(shared, visit, &id, &version).await,
        Route::File(id, version, file) => inside::answer(shared, visit, &id, &version, file).await,
        Route::Query => search::query(shared, visit).await,
        Route::Autocomplete => search::autocomplete(shared, visit).await,
        Route::Push => feed::service(shared, visit).await,
        Route::Metadata => feed::metadata(shared, visit).await,
        Route::FindPackagesById => feed::find_by_id(shared, visit).await,
        Route::Packages(count) => feed::packages(shared, visit, count).await,
        Route::OnePackage(id, version) => feed::one(shared, visit, &id, &version).await,
        Route::Search(count) => feed::search(shared, visit, count).await,
        Route::PushSymbols | Route::Unserved => {
            // Whether there is such a repository is not for everybody to know.
            lookup::reach(shared, visit).await?;
            Err(unserved())
        }
    }
}

fn unserved() -> Refusal {
    Refusal::not_found("this part of the protocol of NuGet registries is not served")
}

fn coordinates(id: &PackageId) -> Coordinates {
    Coordinates { format: PackageFormat::Nuget, namespace: String::new(), name: id.lower().to_owned() }
}

/// The name of the package of a version, as the API shows it.
fn package_file(id: &PackageId, version: &Version) -> String {
    format!("{id}.{version}.nupkg")
}

/// The name of its symbols.
fn symbols_file(id: &PackageId, version: &Version) -> String {
    format!("{id}.{version}.snupkg")
}

/// The package is unknown to clients of this repository.
fn no_package(visit: &Visit, id: &PackageId) -> Refusal {
    Refusal::not_found(format!("repository {} has no package {}", visit.repository.name, id.spelled()))
}

/// The version is unknown to clients of this repository.
fn no_version(visit: &Visit, id: &PackageId, version: &Version) -> Refusal {
    let repository = &visit.repository.name;
    Refusal::not_found(format!(
        "repository {repository} has no version {version} of package {}",
        id.spelled()
    ))
}
