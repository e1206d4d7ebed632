//! What the registries behind the connections on the way say of a package now.

use codeartifact::repository::Connection;
use codeartifact::resolution::Step;
use formats::nuget::id::PackageId;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use crate::upstream::Registered;

/// What the registry behind a repository's connection says of a package.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// The name of the repository with the connection.
    pub(super) repository: String,
    /// What it offers; `None` when it has no such package, or did not answer.
    pub(super) registered: Option<Registered>,
    /// Why it did not answer.
    pub(super) failure: Option<Refusal>,
}

/// Asks the registries behind all connections on the way, nearest first.
pub(super) async fn outside(shared: &Shared, visit: &Visit, id: &PackageId, path: &[Step]) -> Vec<Outside> {
    let mut answers = Vec::new();
    for step in path {
        let Some(connection) = &step.connection else { continue };
        let (registered, failure) = match ask(shared, visit, connection, id).await {
            Ok(registered) => (registered, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let repository = step.repository.key.name.clone();
        answers.push(Outside { repository, registered, failure });
    }
    answers
}

/// Asks the registry behind a connection what it offers of a package.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    id: &PackageId,
) -> Result<Option<Registered>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.upstreams.nuget.registered(&upstream, id, &visit.via).await?)
}
