//! Which paths are told to a registry: none that lies in the folder of a package that is kept from coming from there.
//!
//! A path says what package it is of by its place, and some places can be read in two ways: `com/acme/kit/1.0` is the
//! folder of a version of `com.acme:kit`, or a file of `com:acme`.

use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::repository::RepositoryKey;
use formats::maven::name::PackageName;
use formats::maven::route::FilePath;

use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Tells whether the registry behind the connection of a repository may hear the path of a file: not if its name is none
/// of its version, and a package that is kept from coming from there has a folder on the way (assumed).
pub(super) async fn of_file(
    shared: &Shared,
    visit: &Visit,
    path: &FilePath,
    repository: &RepositoryKey,
) -> Result<bool, Refusal> {
    let (group, artifact) = (path.package.group(), path.package.artifact());
    if path.file.strip_prefix(artifact).is_some_and(|rest| rest.starts_with('-')) {
        return Ok(true);
    }
    let folders: Vec<&str> = group.split('.').chain([artifact, path.folder.as_str()]).collect();
    for end in 1..folders.len() {
        if !is_open(shared, visit, (&folders[..end].join("."), folders[end]), repository).await? {
            return Ok(false);
        }
    }
    Ok(true)
}

/// The same for the metadata of a package, whose folder may also be that of a version (assumed).
pub(super) async fn of_metadata(
    shared: &Shared,
    visit: &Visit,
    package: &PackageName,
    repository: &RepositoryKey,
) -> Result<bool, Refusal> {
    match package.group().rsplit_once('.') {
        Some(above) => is_open(shared, visit, above, repository).await,
        None => Ok(true),
    }
}

/// Whether a package may come through the connection of a repository, or none of that name is known on the way.
async fn is_open(
    shared: &Shared,
    visit: &Visit,
    (group, artifact): (&str, &str),
    repository: &RepositoryKey,
) -> Result<bool, Refusal> {
    let (namespace, name) = (group.to_owned(), artifact.to_owned());
    let package = Coordinates { format: PackageFormat::Maven, namespace, name };
    let steps = lookup::steps(shared, visit, &package).await?;
    let is_known = steps.iter().any(|step| step.package.is_some());
    let through = steps.iter().any(|step| step.connection.is_some() && step.repository.key == *repository);
    Ok(through || !is_known)
}
