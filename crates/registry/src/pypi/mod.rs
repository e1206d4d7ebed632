//! The PyPI endpoint: the simple index, files, their metadata, and uploads to one repository and of what lies above it.
//!
//! What a path means is said by `formats::pypi::route`, who may do what by the functions of `codeartifact`.

mod archive;
mod bring;
mod file;
mod form;
mod listing;
mod page;
mod projects;
mod refresh;
mod sidecar;
mod source;
mod upload;
mod yank;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use formats::pypi::name::ProjectName;
use formats::pypi::route::Route;
use hyper::{Method, Response};

use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::refusal::Refusal;

/// What the endpoint holds in memory.
#[derive(Default)]
pub(crate) struct State {
    listings: listing::Cache,
    sidecars: sidecar::Cache,
    refreshing: refresh::Refreshing,
    uploading: upload::Places,
}

/// Answers a request, and says for the log what it was about.
pub(crate) async fn answer(
    shared: &Arc<Shared>,
    visit: Visit,
    intake: Intake,
) -> (String, Result<Response<Body>, Refusal>) {
    let Some(route) = Route::parse(&visit.rest) else {
        intake.drain().await;
        return ("package=-".to_owned(), Err(Refusal::new(400, "the path names no Python project")));
    };
    let visit = Arc::new(visit);
    if visit.method == Method::POST && route == Route::Root {
        return upload::answer(shared, &visit, intake).await;
    }
    let described = describe(&route);
    if let Route::Yanked(project, version) = &route {
        return (described, yank::answer(shared, &visit, project, version, intake).await);
    }
    intake.drain().await;
    (described, read(shared, &visit, route).await)
}

fn describe(route: &Route) -> String {
    match route {
        Route::Root | Route::Projects(_) | Route::Unserved => "package=-".to_owned(),
        Route::Project(project, _) => format!("package={project}"),
        Route::Yanked(project, version) => format!("package={project} version={version:?}"),
        Route::File(project, version, file) | Route::Sidecar(project, version, file) => {
            format!("package={project} version={version:?} asset={file:?}")
        }
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    if visit.method != Method::GET {
        return Err(Refusal::new(405, format!("this path does not answer {}", visit.method)));
    }
    match route {
        Route::Project(project, slash) => page::answer(shared, visit, &project, slash).await,
        Route::Projects(slash) => projects::answer(shared, visit, slash).await,
        Route::File(project, version, file) => file::answer(shared, visit, &project, &version, &file).await,
        Route::Sidecar(project, version, file) => {
            sidecar::answer(shared, visit, &project, &version, &file).await
        }
        Route::Root => {
            Err(Refusal::new(405, "files are uploaded here with POST; projects are listed at simple/"))
        }
        Route::Yanked(..) | Route::Unserved => {
            Err(Refusal::not_found("this part of PyPI's protocol is not served"))
        }
    }
}

/// The package in the words of the API.
fn coordinates(project: &ProjectName) -> Coordinates {
    Coordinates { format: PackageFormat::Pypi, namespace: String::new(), name: project.as_str().to_owned() }
}

/// The project is unknown to clients of this repository.
fn no_project(visit: &Visit, project: &ProjectName) -> Refusal {
    Refusal::not_found(format!("Not found: repository {} has no project {project}", visit.repository.name))
}

/// The file is unknown to clients of this repository.
fn no_file(visit: &Visit, project: &ProjectName, version: &str, file: &str) -> Refusal {
    let repository = &visit.repository.name;
    let version: String = version.chars().take(100).collect();
    let file: String = file.chars().take(300).collect();
    Refusal::not_found(format!(
        "Not found: repository {repository} has no file {file} of version {version} of {project}"
    ))
}
