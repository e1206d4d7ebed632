//! Finding packages of one repository by words, for clients that can search.

use serde::Deserialize;
use serde_json::Value;
use store::{Error, Tx};

use super::table;
use crate::dist_tag;
use crate::name::{Coordinates, PackageFormat, is_prerelease, version_order};
use crate::package_version::{self, StoredVersion};
use crate::release_age;
use crate::repository::RepositoryKey;

/// Most packages whose summaries and keywords one search reads: some tenths of a second.
const LOOKED_INTO_MAX: usize = 2000;

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

/// Finds the packages of a repository and format of which name, summary and keywords together contain every word of
/// `text`, letter case aside; those without a published version are left out.
///
/// Upstream repositories are not searched. Of packages whose names alone do not match, the first
/// 2000 are looked into.
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
    let mut looked_into = 0;
    for coordinates in table::names(tx, repository, format)? {
        let name = coordinates.display_name().to_lowercase();
        let named = words.iter().all(|word| name.contains(word));
        if !named {
            looked_into += 1;
            if looked_into > LOOKED_INTO_MAX {
                continue;
            }
        }
        let tags = dist_tag::table::list(tx, repository, &coordinates)?;
        let Some(shown) = package_version::default_display_version(tx, repository, &coordinates, &tags)?
        else {
            continue;
        };
        let on_page = (from..from.saturating_add(size)).contains(&hits.total);
        if named && !on_page {
            hits.total += 1;
            continue;
        }
        let Some(version) = package_version::table::get(tx, repository, &coordinates, &shown)? else {
            continue;
        };
        let Some(version) = of_age(tx, repository, &coordinates, version)? else { continue };
        if !named && !describes(&name, &version, &words) {
            continue;
        }
        if on_page {
            hits.page.push(Hit { coordinates, version });
        }
        hits.total += 1;
    }
    Ok(hits)
}

/// Lists the packages of a repository and format that have a published version, by namespace and name; upstream
/// repositories are not looked at.
pub fn published(
    tx: &mut Tx,
    repository: &RepositoryKey,
    format: PackageFormat,
) -> Result<Vec<Coordinates>, Error> {
    table::published(tx, repository, format)
}

/// Gives the version that stands for a package, or the newest one instead if that is too young to be shown.
fn of_age(
    tx: &mut Tx,
    repository: &RepositoryKey,
    package: &Coordinates,
    version: StoredVersion,
) -> Result<Option<StoredVersion>, Error> {
    let Some(age) = release_age::of(tx, &repository.domain, package)? else { return Ok(Some(version)) };
    if age.refusal_of_stored(&version).is_none() {
        return Ok(Some(version));
    }
    let mut shown = package_version::table::all(tx, repository, package)?;
    shown.retain(|one| one.status.is_listed() && age.refusal_of_stored(one).is_none());
    let rank = |one: &StoredVersion| (!is_prerelease(&one.version), one.version.clone());
    Ok(shown.into_iter().max_by(|a, b| {
        let (a, b) = (rank(a), rank(b));
        a.0.cmp(&b.0).then_with(|| version_order(&a.1, &b.1))
    }))
}

/// Whether name, summary and keywords of a version contain every word.
fn describes(name: &str, version: &StoredVersion, words: &[String]) -> bool {
    #[derive(Deserialize)]
    struct Keywords {
        #[serde(default)]
        keywords: Value,
    }
    let summary = version.facts.summary.as_deref().unwrap_or_default().to_lowercase();
    let keywords =
        serde_json::from_str(&version.manifest).map_or(Value::Null, |manifest: Keywords| manifest.keywords);
    // A list of words, or one text of them.
    let keywords = keywords.to_string().to_lowercase();
    words.iter().all(|word| name.contains(word) || summary.contains(word) || keywords.contains(word))
}
