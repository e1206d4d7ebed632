//! Search and completion: packages that this repository and its upstream repositories hold.
//!
//! Registries behind connections are not searched: they would learn what is looked for here.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package;
use codeartifact::repository::Repository;
use codeartifact::resolution;
use formats::nuget::id::PackageId;
use formats::nuget::listing::{self, Listed};
use formats::nuget::rendering::{self, Hive, Urls};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::limits::{SEARCH_HITS_MAX, SEARCH_PAGE_DEFAULT, SEARCH_PAGE_MAX};
use super::listing::own;
use super::query::{is_true, number, parameter};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// What a client wants to see of what is found.
#[derive(Debug, Clone, Default)]
pub(super) struct Wanted {
    /// Words to find packages by; with `packageid:`, one whole id.
    pub(super) text: String,
    /// Whether pre-releases count.
    pub(super) prerelease: bool,
    /// Whether versions of semantic versioning 2.0.0 count.
    pub(super) semver2: bool,
    /// Packages of this kind only.
    pub(super) package_type: Option<String>,
}

/// A package that was found, with its versions that count.
pub(super) struct Hit {
    /// The package.
    pub(super) id: PackageId,
    /// Its versions, the oldest first; never empty.
    pub(super) versions: Vec<Listed>,
}

impl Wanted {
    fn of(visit: &Visit) -> Self {
        let query = &visit.query;
        let level = parameter(query, "semVerLevel").unwrap_or_default();
        Self {
            text: parameter(query, "q").unwrap_or_default(),
            prerelease: is_true(query, "prerelease"),
            semver2: level.starts_with('2'),
            package_type: parameter(query, "packageType").filter(|kind| !kind.is_empty()),
        }
    }

    fn counts(&self, listed: &Listed) -> bool {
        listed.is_listed
            && (self.prerelease || !listed.version.is_prerelease())
            && (self.semver2 || Hive::Gzip.shows(listed))
            && self.package_type.as_deref().is_none_or(|kind| listed.entry.is_of_type(kind))
    }

    /// Whether an id is what was asked for, where a whole one was.
    fn names(&self, name: &str) -> bool {
        let lower = self.text.trim().to_lowercase();
        let whole = ["packageid:", "id:"].iter().find_map(|start| lower.strip_prefix(start));
        whole.is_none_or(|whole| whole.trim_matches([' ', '"']) == name)
    }

    /// The words to look for.
    fn words(&self) -> String {
        let lower = self.text.trim().to_lowercase();
        let named = ["packageid:", "id:", "title:", "description:", "tags:"];
        let words = lower.split_whitespace().map(|word| {
            let stripped = named.iter().find_map(|start| word.strip_prefix(start));
            stripped.unwrap_or(word).trim_matches('"').to_owned()
        });
        words.filter(|word| !word.is_empty() && word != "*").collect::<Vec<_>>().join(" ")
    }
}

/// Answers a search.
pub(super) async fn query(shared: &Arc<Shared>, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let wanted = Wanted::of(visit);
    let (from, size) = page_of(visit);
    let hive = if wanted.semver2 { Hive::Semver2 } else { Hive::Gzip };
    let found = find(shared, visit, wanted).await?;
    let data = found.iter().skip(from).take(size).filter_map(|hit| {
        let versions: Vec<&Listed> = hit.versions.iter().collect();
        let urls = Urls { base: &visit.base, id: &hit.id };
        versions.last().map(|shown| rendering::hit(urls, hive, shown, &versions))
    });
    let data: Vec<Value> = data.collect();
    let context = json!({"@vocab": "http://schema.nuget.org/schema#", "@base": format!("{}v3/registration-semver2/", visit.base)});
    Ok(answer::json(StatusCode::OK, &json!({"@context": context, "totalHits": found.len(), "data": data})))
}

/// Answers which ids begin or go on so, or which versions a package has.
pub(super) async fn autocomplete(shared: &Arc<Shared>, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let wanted = Wanted::of(visit);
    if let Some(id) = parameter(&visit.query, "id") {
        let id = PackageId::parse(&id).map_err(|error| Refusal::new(400, error.to_string()))?;
        let shown = super::listing::shown(shared, visit, &id).await;
        let shown = match shown {
            Ok(shown) => Some(shown),
            Err(refusal) if refusal.status == StatusCode::NOT_FOUND => {
                lookup::reach(shared, visit).await?;
                None
            }
            Err(refusal) => return Err(refusal),
        };
        let versions = shown.iter().flat_map(|shown| &shown.versions).filter(|listed| wanted.counts(listed));
        let versions: Vec<&str> = versions.map(|listed| listed.entry.version.as_str()).collect();
        return Ok(answer::json(StatusCode::OK, &json!({"totalHits": versions.len(), "data": versions})));
    }
    let (from, size) = page_of(visit);
    let found = find(shared, visit, wanted).await?;
    let ids = found.iter().skip(from).take(size).filter_map(|hit| hit.versions.last());
    let ids: Vec<&str> = ids.map(|listed| listed.entry.id.as_str()).collect();
    Ok(answer::json(StatusCode::OK, &json!({"totalHits": found.len(), "data": ids})))
}

fn page_of(visit: &Visit) -> (usize, usize) {
    let size = number(&visit.query, "take").unwrap_or(SEARCH_PAGE_DEFAULT).min(SEARCH_PAGE_MAX);
    (number(&visit.query, "skip").unwrap_or_default(), size)
}

/// Finds packages by words of their ids, summaries and tags, in the order of their ids.
///
/// Errors: domain not found, access denied, repository not found.
pub(super) async fn find(shared: &Shared, visit: &Visit, wanted: Wanted) -> Result<Vec<Hit>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    let search = move |tx: &mut store::Tx| {
        let words = wanted.words();
        let mut found: BTreeMap<String, Option<Hit>> = BTreeMap::new();
        for repository in resolution::search_list(tx, &asked)? {
            let hits =
                package::search(tx, &repository.key, PackageFormat::Nuget, &words, 0, SEARCH_HITS_MAX)?;
            for hit in hits.page {
                let name = &hit.coordinates.name;
                // What blocks the way to a repository hides what it holds.
                if !wanted.names(name)
                    || found.contains_key(name)
                    || !resolution::reaches(tx, &asked, &hit.coordinates, &repository.key)?
                {
                    continue;
                }
                found.insert(name.clone(), whole(tx, &asked, &hit.coordinates, &wanted)?);
            }
        }
        Ok::<_, store::Error>(found.into_values().flatten().collect::<Vec<_>>())
    };
    Ok(shared.parts.store.read(search).await?)
}

/// All versions of a package that count, as the repositories hold them.
fn whole(
    tx: &mut store::Tx,
    asked: &Repository,
    package: &Coordinates,
    wanted: &Wanted,
) -> Result<Option<Hit>, store::Error> {
    let Ok(id) = PackageId::parse(&package.name) else { return Ok(None) };
    let listing = resolution::listing(tx, asked, package)?;
    let mut versions = listing::merge(listing.repositories.iter().map(|listed| own(listed, None)));
    versions.retain(|listed| wanted.counts(listed));
    Ok((!versions.is_empty()).then_some(Hit { id, versions }))
}
