//! What the registries behind the connections on the way say of a package now.

use std::sync::Arc;

use codeartifact::repository::Connection;
use codeartifact::resolution::Step;
use formats::npm::listing::Listing;
use formats::npm::name::PackageName;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

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
    Ok(shared.parts.upstreams.npm.listing(&upstream, name, &visit.via).await?)
}
