//! Where a crate is looked for, and what the registries behind the connections on the way say of it now.

use std::sync::Arc;

use codeartifact::crate_name::{self, Known};
use codeartifact::name::Coordinates;
use codeartifact::repository::{Connection, Repository};
use codeartifact::resolution::Step;
use formats::cargo::index::Index;
use formats::cargo::name::CrateName;

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// What the registry behind a repository's connection says of a crate.
#[derive(Debug, Clone)]
pub(super) struct Outside {
    /// The name of the repository with the connection.
    pub(super) repository: String,
    /// What it lists; `None` when it has no such crate, or did not answer.
    pub(super) index: Option<Arc<Index>>,
    /// Why it did not answer.
    pub(super) failure: Option<Refusal>,
}

/// Those of the repositories whose connections may be asked for a crate.
pub(super) fn open(known: &Known, repositories: Vec<Repository>) -> Vec<Repository> {
    let may_be_asked = |repository: &Repository| {
        known.path.iter().any(|step| step.connection.is_some() && step.repository.key == repository.key)
    };
    repositories.into_iter().filter(may_be_asked).collect()
}

/// The crate as it is or would be held, given what a registry lists of it.
pub(super) fn package(known: &Known, listed: Option<&Index>) -> Coordinates {
    match listed.and_then(|index| index.lines().first()) {
        Some(line) => spelled(known, line.name()),
        None => known.coordinates.clone(),
    }
}

/// The same, given how a registry spells it: a crate that nobody holds yet comes in by that name.
pub(super) fn spelled(known: &Known, name: &CrateName) -> Coordinates {
    let is_held = known.path.iter().any(|step| step.package.is_some());
    if is_held { known.coordinates.clone() } else { crate_name::coordinates(name.as_str()) }
}

/// Asks the registries behind all connections on the way, nearest first.
pub(super) async fn outside(shared: &Shared, visit: &Visit, name: &CrateName, path: &[Step]) -> Vec<Outside> {
    let mut answers = Vec::new();
    for step in path {
        let Some(connection) = &step.connection else { continue };
        let repository = step.repository.key.name.clone();
        answers.push(match ask(shared, visit, connection, name).await {
            Ok(index) => Outside { repository, index, failure: None },
            Err(refusal) => Outside { repository, index: None, failure: Some(refusal) },
        });
    }
    answers
}

/// Asks the registry behind a connection what it lists of a crate.
pub(super) async fn ask(
    shared: &Shared,
    visit: &Visit,
    connection: &Connection,
    name: &CrateName,
) -> Result<Option<Arc<Index>>, Refusal> {
    let upstream = shared.parts.resolver.resolve(&connection.name)?;
    Ok(shared.parts.upstreams.cargo.index(&upstream, &name.in_lower_case(), &visit.via).await?)
}
