//! Version 2 of the protocol, for clients that know nothing newer.

use std::sync::Arc;

use formats::nuget::atom::{self, Filter, Item};
use formats::nuget::id::PackageId;
use formats::nuget::version::Version;
use hyper::Response;

use super::document::Document;
use super::limits::FEED_PAGE_MAX;
use super::query::{is_true, number, parameter, unquoted};
use super::search::{self, Wanted};
use super::{listing, no_version};
use crate::answer::Body;
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

const FEED: &str = "application/atom+xml;type=feed;charset=utf-8";
const ENTRY: &str = "application/atom+xml;type=entry;charset=utf-8";
const XML: &str = "application/xml;charset=utf-8";

/// Answers what the feeds are called.
pub(super) async fn service(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    Ok(Document::new(atom::service_document(&visit.base), XML).answer(visit))
}

/// Answers what entries are made of.
pub(super) async fn metadata(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    Ok(Document::new(atom::metadata(), XML).answer(visit))
}

/// Answers `FindPackagesById()?id=`: all versions of a package, also those that are not listed.
pub(super) async fn find_by_id(shared: &Arc<Shared>, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let id = unquoted(&visit.query, "id").unwrap_or_default();
    let id = PackageId::parse(&id).map_err(|error| Refusal::new(400, format!("id: {error}")))?;
    let items = items(shared, visit, &id).await?;
    Ok(page(visit, "FindPackagesById", items, false))
}

/// Answers `Packages()`: of one id if the filter names one, else of all packages.
pub(super) async fn packages(
    shared: &Arc<Shared>,
    visit: &Visit,
    count: bool,
) -> Result<Response<Body>, Refusal> {
    let filter = Filter::read(&parameter(&visit.query, "$filter").unwrap_or_default());
    let items = match filter.id.as_deref().map(PackageId::parse) {
        Some(Ok(id)) => items(shared, visit, &id).await?,
        Some(Err(_)) => Vec::new(),
        None => found(shared, visit, String::new(), true).await?,
    };
    Ok(page(visit, "Packages", items, count))
}

/// Answers `Search()`.
pub(super) async fn search(
    shared: &Arc<Shared>,
    visit: &Visit,
    count: bool,
) -> Result<Response<Body>, Refusal> {
    let text = unquoted(&visit.query, "searchTerm").unwrap_or_default();
    let items = found(shared, visit, text, is_true(&visit.query, "includePrerelease")).await?;
    Ok(page(visit, "Search", items, count))
}

/// Answers `Packages(Id='…',Version='…')`.
pub(super) async fn one(
    shared: &Arc<Shared>,
    visit: &Visit,
    id: &PackageId,
    version: &Version,
) -> Result<Response<Body>, Refusal> {
    let items = items(shared, visit, id).await?;
    let item = items.iter().find(|item| item.listed.version == *version);
    let item = item.ok_or_else(|| no_version(visit, id, version))?;
    Ok(Document::new(atom::single(&visit.base, item), ENTRY).answer(visit))
}

/// All versions of a package; none where there is no such package.
async fn items(shared: &Arc<Shared>, visit: &Visit, id: &PackageId) -> Result<Vec<Item>, Refusal> {
    match listing::shown(shared, visit, id).await {
        Ok(shown) => Ok(atom::items(id, &shown.versions)),
        Err(refusal) if refusal.status == hyper::StatusCode::NOT_FOUND => {
            // An empty feed is the answer, unless the repository itself is not there.
            lookup::reach(shared, visit).await?;
            Ok(Vec::new())
        }
        Err(refusal) => Err(refusal),
    }
}

async fn found(shared: &Shared, visit: &Visit, text: String, prerelease: bool) -> Result<Vec<Item>, Refusal> {
    let level = parameter(&visit.query, "semVerLevel").unwrap_or_default();
    let wanted = Wanted { text, prerelease, semver2: level.starts_with('2'), package_type: None };
    let hits = search::find(shared, visit, wanted).await?;
    Ok(hits.iter().flat_map(|hit| atom::items(&hit.id, &hit.versions)).collect())
}

/// One page of a feed, or only how many versions it has in all.
fn page(visit: &Visit, title: &str, mut items: Vec<Item>, count: bool) -> Response<Body> {
    let query = &visit.query;
    let filter = Filter::read(&parameter(query, "$filter").unwrap_or_default());
    items.retain(|item| filter.admits(item));
    let total = items.len();
    if count {
        return Document::new(total.to_string(), "text/plain;charset=utf-8").answer(visit);
    }
    let from = number(query, "$skip").unwrap_or_default();
    let size = number(query, "$top").unwrap_or(FEED_PAGE_MAX).min(FEED_PAGE_MAX);
    let shown: Vec<Item> = items.into_iter().skip(from).take(size).collect();
    // Who asked for so many gets no more.
    let more = parameter(query, "$top").is_none() && from + shown.len() < total;
    let next = more.then(|| {
        let others = query.split('&').filter(|pair| {
            let key = pair.split('=').next().unwrap_or_default();
            !pair.is_empty() && !key.eq_ignore_ascii_case("$skip") && !key.eq_ignore_ascii_case("%24skip")
        });
        let kept: Vec<&str> = others.collect();
        let separator = if kept.is_empty() { "" } else { "&" };
        let rest = visit.rest.trim_end_matches('/');
        format!("{}{rest}?{}{separator}$skip={}", visit.base, kept.join("&"), from + shown.len())
    });
    let counted = parameter(query, "$inlinecount").is_some_and(|text| text == "allpages").then_some(total);
    Document::new(atom::feed(&visit.base, title, &shown, counted, next.as_deref()), FEED).answer(visit)
}
