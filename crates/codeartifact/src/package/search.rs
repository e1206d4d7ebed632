//! Finding packages of one repository by words, for clients that can search.

use store::{Error, Tx};

use super::table;
use crate::dist_tag;
use crate::name::{Coordinates, PackageFormat};
use crate::package_version::{self, StoredVersion};
use crate::repository::RepositoryKey;

/// One package that a search found.
#[derive(Debug, Clone)]
pub struct Hit {
    /// Which package it is.
    pub coordinates: Coordinates,
    /// The version that stands for it.
    pub version: StoredVersion,
}

/// One page of what a search found.
#[derive(Debug, Clone, Default)]
pub struct Hits {
    /// How many packages match in all.
    pub total: usize,
    /// Those of this page, by namespace and name.
    pub page: Vec<Hit>,
}

/// Finds the packages of a repository and format whose displayed names contain every word of `text`, letter case
/// aside; those without a published version are left out.
///
/// Upstream repositories are not searched.
pub fn search(
    tx: &mut Tx,
    repository: &RepositoryKey,
    format: PackageFormat,
    text: &str,
    from: usize,
    size: usize,
) -> Result<Hits, Error> {
    let words: Vec<String> = text.split_whitespace().map(str::to_lowercase).collect();
    let mut hits = Hits::default();
    for coordinates in table::names(tx, repository, format)? {
        let name = coordinates.display_name().to_lowercase();
        if !words.iter().all(|word| name.contains(word)) {
            continue;
        }
        let tags = dist_tag::table::list(tx, repository, &coordinates)?;
        let Some(shown) = package_version::default_display_version(tx, repository, &coordinates, &tags)?
        else {
            continue;
        };
        if (from..from.saturating_add(size)).contains(&hits.total)
            && let Some(version) = package_version::table::get(tx, repository, &coordinates, &shown)?
        {
            hits.page.push(Hit { coordinates, version });
        }
        hits.total += 1;
    }
    Ok(hits)
}
