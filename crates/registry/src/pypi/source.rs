//! What the indexes behind the connections on the way say of a project now.

use std::sync::Arc;

use codeartifact::repository::Connection;
use codeartifact::resolution::Step;
use formats::pypi::name::ProjectName;
use formats::pypi::page::Page;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// What the index behind a repository's connection says of a project.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// The name of the repository with the connection.
    pub(super) repository: String,
    /// The connection.
    pub(super) connection: String,
    /// What it lists; `None` when it has no such project, or did not answer.
    pub(super) page: Option<Arc<Page>>,
    /// Why it did not answer.
    pub(super) failure: Option<Refusal>,
}

/// Asks the indexes behind all connections on the way, nearest first.
pub(super) async fn outside(
    shared: &Shared,
    visit: &Visit,
    project: &ProjectName,
    path: &[Step],
) -> Vec<Outside> {
    let mut answers = Vec::new();
    for step in path {
        let Some(connection) = &step.connection else { continue };
        let (page, failure) = match ask(shared, visit, connection, project).await {
            Ok(page) => (page, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let repository = step.repository.key.name.clone();
        answers.push(Outside { repository, connection: connection.name.clone(), page, failure });
    }
    answers
}

/// Asks the index behind a connection what it lists of a project.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    project: &ProjectName,
) -> Result<Option<Arc<Page>>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.upstreams.pypi.page(&upstream, project, &visit.via).await?)
}
