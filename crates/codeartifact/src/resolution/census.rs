//! Which packages of a format the repositories on the way hold: what lists of all of them are made of.

use std::collections::BTreeMap;

use store::{Error, Tx};

use super::search_list;
use crate::name::PackageFormat;
use crate::package::{self, Setting};
use crate::package_group;
use crate::repository::{Repository, RepositoryKey};

/// The packages of a format that a repository and those above it hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Census {
    /// What decides about all of them; two that are equal let the same packages through.
    pub frame: Frame,
    /// The packages by namespace and name, each with its state: two that are equal list the same versions, in the same
    /// frame and until one that is too young matures.
    pub packages: BTreeMap<(String, String), State>,
}

/// Repositories with their connections, and what package groups say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    repositories: Vec<(RepositoryKey, i64, Option<String>)>,
    groups: Option<String>,
}

/// How a package is held: by which repositories, after how many changes, open to what.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct State(Vec<(usize, i64, i64, Setting)>);

/// Takes a census, without reading versions.
pub fn census(tx: &mut Tx, requested: &Repository, format: PackageFormat) -> Result<Census, Error> {
    let repositories = search_list(tx, requested)?;
    let mut packages: BTreeMap<(String, String), State> = BTreeMap::new();
    for (place, repository) in repositories.iter().enumerate() {
        for package in package::table::of_format(tx, &repository.key, format)? {
            let (coordinates, origin) = (package.coordinates, package.origin);
            let state = packages.entry((coordinates.namespace, coordinates.name)).or_default();
            state.0.push((place, package.created_at.millis(), package.sequence, origin.upstream));
        }
    }
    let groups = package_group::table::digest(tx, &requested.key.domain)?;
    let repositories = repositories.into_iter().map(|repository| {
        let connection = repository.connection.map(|connection| connection.name);
        (repository.key, repository.created_at.millis(), connection)
    });
    Ok(Census { frame: Frame { repositories: repositories.collect(), groups }, packages })
}

impl Frame {
    /// Whether one of the repositories has a connection.
    pub fn is_connected(&self) -> bool {
        self.repositories.iter().any(|(_, _, connection)| connection.is_some())
    }
}
