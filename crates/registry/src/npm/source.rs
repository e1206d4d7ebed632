//! What a listing is made of: the repositories on the way, and what the registries behind them say now.

use std::sync::Arc;

use codeartifact::repository::{self, Connection, Repository};
use codeartifact::resolution::{self, Step};
use formats::npm::listing::Listing;
use formats::npm::name::PackageName;

use super::coordinates;
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// The one permission that reading needs, on the repository that is asked.
pub(super) const READ: &str = "codeartifact:ReadFromRepository";

/// What the registry behind a repository's connection says of a package.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// The name of the repository with the connection.
    pub(super) repository: String,
    /// What it lists; `None` when it has no such package, or did not answer.
    pub(super) listing: Option<Arc<Listing>>,
    /// Why it did not answer.
    pub(super) failure: Option<Refusal>,
}

/// Finds the repository that is asked, if the caller may read from it.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(super) async fn reach(shared: &Shared, visit: &Visit) -> Result<Repository, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let reached = shared.parts.store.read(move |tx| repository::reach(tx, &call, READ, &key)).await;
    Ok(reached?)
}

/// Lists the repositories that a lookup of the package visits; errors as [`reach`].
pub(super) async fn path(shared: &Shared, visit: &Visit, name: &PackageName) -> Result<Vec<Step>, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
    let path = shared
        .parts
        .store
        .read(move |tx| {
            let repository = repository::reach(tx, &call, READ, &key)?;
            Ok::<_, codeartifact::Error>(resolution::path(tx, &repository, &package)?)
        })
        .await;
    Ok(path?)
}

/// Asks the registries behind all connections on the way, nearest first.
pub(super) async fn outside(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    path: &[Step],
) -> Vec<Outside> {
    let mut answers = Vec::new();
    for step in path {
        let Some(connection) = &step.connection else { continue };
        let repository = step.repository.key.name.clone();
        answers.push(match ask(shared, visit, connection, name).await {
            Ok(listing) => Outside { repository, listing, failure: None },
            Err(refusal) => Outside { repository, listing: None, failure: Some(refusal) },
        });
    }
    answers
}

/// Asks the registry behind a connection what it lists of a package.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    name: &PackageName,
) -> Result<Option<Arc<Listing>>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.npm.listing(&upstream, name, &visit.via).await?)
}
