//! Where a request's answer is looked for: the repository that is asked, and those on the way above it.

use codeartifact::name::Coordinates;
use codeartifact::repository::{self, Repository};
use codeartifact::resolution::{self, Step};

use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// The one permission that reading needs, on the repository that is asked.
pub(crate) const READ: &str = "codeartifact:ReadFromRepository";

/// Finds the repository that is asked, if the caller may read from it.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub(crate) async fn reach(shared: &Shared, visit: &Visit) -> Result<Repository, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let reached = shared.parts.store.read(move |tx| repository::reach(tx, &call, READ, &key)).await;
    Ok(reached?)
}

/// Lists the repositories that a lookup of the package visits; errors as [`reach`].
pub(crate) async fn path(
    shared: &Shared,
    visit: &Visit,
    package: &Coordinates,
) -> Result<Vec<Step>, Refusal> {
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), package.clone());
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
