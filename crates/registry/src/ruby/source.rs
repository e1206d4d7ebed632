//! What the gem hosts behind the connections on the way say of a gem now.

use std::sync::Arc;

use codeartifact::repository::Connection;
use codeartifact::resolution::Step;
use formats::ruby::info::{Line, Listing};
use model::Timestamp;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// What the host behind a repository's connection says of a gem.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// The name of the repository with the connection.
    pub(super) repository: String,
    /// The connection.
    pub(super) connection: String,
    /// What it lists; `None` when it has no such gem, or did not answer.
    pub(super) listing: Option<Arc<Listing>>,
    /// Why it did not answer.
    pub(super) failure: Option<Refusal>,
}

/// Asks the hosts behind all connections on the way, nearest first.
pub(super) async fn outside(shared: &Shared, visit: &Visit, name: &str, path: &[Step]) -> Vec<Outside> {
    let mut answers = Vec::new();
    for step in path {
        let Some(connection) = &step.connection else { continue };
        let (listing, failure) = match ask(shared, visit, connection, name).await {
            Ok(listing) => (listing, None),
            Err(refusal) => (None, Some(refusal)),
        };
        let repository = step.repository.key.name.clone();
        answers.push(Outside { repository, connection: connection.name.clone(), listing, failure });
    }
    answers
}

/// Asks the host behind a connection what it lists of a gem.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    name: &str,
) -> Result<Option<Arc<Listing>>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.upstreams.ruby.listing(&upstream, name, &visit.via).await?)
}

/// When a host says that a gem was published.
pub(super) fn created_at(line: &Line) -> Option<Timestamp> {
    line.created_at().and_then(Timestamp::from_rfc3339)
}
