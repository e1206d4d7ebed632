//! Names of crates: letter case, and `-` against `_`, do not tell two of them apart.
//!
//! A package keeps the spelling that it was published with. Clients ask in lower case, so that what a repository holds
//! is found by the canonical spelling first, and by its own from there on.

pub(crate) mod table;

use std::collections::BTreeSet;

use store::{Error, Tx};

use crate::name::{Coordinates, PackageFormat};
use crate::package_group::Control;
use crate::repository::{Repository, RepositoryKey};
use crate::resolution::{self, Step};

/// A crate as the repositories on the way know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The crate in the spelling of the nearest repository that holds it; as it was asked for when none does.
    pub coordinates: Coordinates,
    /// The repositories that a lookup visits. A connection that any spelling of the name is blocked from is left out.
    pub path: Vec<Step>,
}

/// The canonical spelling: lower-case, with hyphens.
pub fn canonical(name: &str) -> String {
    name.to_ascii_lowercase().replace('_', "-")
}

/// Names a crate in this spelling.
pub fn coordinates(name: &str) -> Coordinates {
    Coordinates { format: PackageFormat::Cargo, namespace: String::new(), name: name.to_owned() }
}

/// Names a crate as a repository itself holds it; as it was asked for when it does not.
pub fn held(tx: &mut Tx, repository: &RepositoryKey, name: &str) -> Result<Coordinates, Error> {
    let spellings = table::spellings(tx, repository, &canonical(name))?;
    Ok(coordinates(spellings.first().map_or(name, String::as_str)))
}

/// Finds a crate from a repository on.
///
/// That one spelling's upstream setting closes the way for all of them is a rule of ours (assumed): else a name that is
/// kept from coming from outside would be asked for outside in another spelling.
pub fn known(tx: &mut Tx, requested: &Repository, name: &str) -> Result<Known, Error> {
    let mut spellings: Vec<String> = Vec::new();
    let mut seen = BTreeSet::new();
    let canonical = canonical(name);
    for repository in resolution::search_list(tx, requested)? {
        for spelling in table::spellings(tx, &repository.key, &canonical)? {
            if seen.insert(spelling.clone()) {
                spellings.push(spelling);
            }
        }
    }
    let coordinates = match spellings.first() {
        Some(spelling) => coordinates(spelling),
        None => as_its_group_spells(tx, requested, name)?,
    };
    let mut path = resolution::path(tx, requested, &coordinates)?;
    for other in spellings.iter().skip(1) {
        let open: BTreeSet<String> = resolution::path(tx, requested, &self::coordinates(other))?
            .into_iter()
            .filter(|step| step.connection.is_some())
            .map(|step| step.repository.key.name)
            .collect();
        for step in path.iter_mut().filter(|step| !open.contains(&step.repository.key.name)) {
            step.connection = None;
        }
    }
    Ok(Known { coordinates, path })
}

/// Names a crate that nobody holds in the letter case of the group that is of it alone: an index files names in lower
/// case, so that clients cannot ask for it otherwise, and would only look like it.
fn as_its_group_spells(tx: &mut Tx, requested: &Repository, name: &str) -> Result<Coordinates, Error> {
    let asked = coordinates(name);
    let control = Control::of(tx, &requested.key.domain, &asked)?;
    let pattern = control.group().filter(|(_, weak)| *weak).map(|(pattern, _)| pattern.as_str());
    let spelling = pattern.and_then(|pattern| pattern.strip_prefix("/cargo//")?.strip_suffix('$'));
    match spelling.filter(|spelling| spelling.eq_ignore_ascii_case(name)) {
        Some(spelling) => Ok(coordinates(spelling)),
        None => Ok(asked),
    }
}
