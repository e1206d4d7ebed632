//! The Ruby endpoint: the indexes of gems, the gems, publishing and the web API of one repository and of what lies above
//! it.
//!
//! What a path means is said by `formats::ruby::route`, who may do what by the functions of `codeartifact`.

mod bring;
mod dependencies;
mod describe;
mod gem;
mod index;
mod inventory;
mod limits;
mod listing;
mod owners;
mod publish;
mod quick;
mod source;
mod text;
mod yank;

use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use formats::ruby::route::Route;
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
    inventories: inventory::Cache,
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
        return ("package=-".to_owned(), Err(Refusal::new(400, "the path names no gem")));
    };
    let visit = Arc::new(visit);
    if (&visit.method, &route) == (&Method::POST, &Route::Push) {
        return publish::answer(shared, &visit, intake).await;
    }
    if (&visit.method, &route) == (&Method::DELETE, &Route::Yank) {
        return yank::answer(shared, &visit, intake).await;
    }
    intake.drain().await;
    let described = described(&route);
    let outcome = match visit.method {
        Method::GET => read(shared, &visit, route).await,
        _ => write(shared, &visit, &route).await,
    };
    (described, outcome)
}

fn described(route: &Route) -> String {
    match route {
        Route::Info(name) | Route::Owners(name, _) | Route::Describe(name) | Route::History(name) => {
            format!("package={name}")
        }
        Route::Quick(readings) | Route::Gem(readings) => match readings.first() {
            Some(gem) => format!("package={} version={}", gem.name, gem.version),
            None => "package=-".to_owned(),
        },
        _ => "package=-".to_owned(),
    }
}

async fn read(shared: &Arc<Shared>, visit: &Arc<Visit>, route: Route) -> Result<Response<Body>, Refusal> {
    match route {
        Route::Root => index::root(shared, visit).await,
        Route::Versions => index::versions(shared, visit).await,
        Route::Names => index::names(shared, visit).await,
        Route::Specs(which) => index::specs(shared, visit, which).await,
        Route::Info(name) => listing::answer(shared, visit, &name).await,
        Route::Quick(readings) => quick::answer(shared, visit, &readings).await,
        Route::Gem(readings) => gem::answer(shared, visit, &readings).await,
        Route::Dependencies(json) => dependencies::answer(shared, visit, json).await,
        Route::Describe(name) => describe::gem(shared, visit, &name).await,
        Route::History(name) => describe::versions(shared, visit, &name).await,
        Route::Search => describe::search(shared, visit).await,
        Route::Owners(name, json) => owners::list(shared, visit, &name, json).await,
        Route::Push | Route::Yank => Err(not_allowed(visit)),
        Route::Unserved => {
            // Whether there is such a repository is not for everybody to know.
            lookup::reach(shared, visit).await?;
            Err(Refusal::not_found("this part of the protocol of gem hosts is not served"))
        }
    }
}

async fn write(shared: &Arc<Shared>, visit: &Visit, route: &Route) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    Err(if matches!(route, Route::Owners(..)) { owners::not_kept() } else { not_allowed(visit) })
}

fn not_allowed(visit: &Visit) -> Refusal {
    Refusal::new(405, format!("this path does not answer {}", visit.method))
}

/// Names the package of a gem.
fn coordinates(name: &str) -> Coordinates {
    Coordinates { format: PackageFormat::Ruby, namespace: String::new(), name: name.to_owned() }
}

/// The gem is unknown to clients of this repository.
fn no_gem(visit: &Visit, name: &str) -> Refusal {
    Refusal::not_found(format!("repository {} has no gem {name}", visit.repository.name))
}
