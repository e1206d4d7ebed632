//! What the web API says of gems: `api/v1/gems/{gem}.json`, `api/v1/versions/{gem}.json`, `api/v1/search.json`.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::name::PackageFormat;
use codeartifact::package::{self, Hit};
use codeartifact::resolution;
use formats::ruby::route::decode;
use formats::ruby::spec::Gemspec;
use formats::ruby::version;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::limits::{SEARCH_HITS_MAX, SEARCH_PAGE_MAX};
use super::listing::{self, Row};
use super::no_gem;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers `api/v1/gems/{gem}.json`: the highest release, else the highest pre-release.
pub(super) async fn gem(shared: &Arc<Shared>, visit: &Visit, name: &str) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, name).await?;
    let highest = shown.rows.iter().max_by(|a, b| {
        let (a, b) = (a.line.version(), b.line.version());
        let released = |version: &str| !version::is_prerelease(version);
        released(a).cmp(&released(b)).then_with(|| version::compare(a, b))
    });
    let row = highest.ok_or_else(|| no_gem(visit, name))?;
    let spec = row.spec(name);
    let needs = |development: bool| -> Vec<Value> {
        let of_kind = spec.dependencies.iter().filter(|one| one.is_development == development);
        of_kind
            .map(|one| json!({"name": one.name, "requirements": one.requirement.texts().join(", ")}))
            .collect()
    };
    let mut about = one(row, &spec);
    about["name"] = json!(name);
    about["version"] = json!(spec.version);
    about["info"] = json!(spec.description.as_ref().or(spec.summary.as_ref()));
    about["homepage_uri"] = json!(spec.homepage);
    about["source_code_uri"] = json!(spec.metadata.get("source_code_uri"));
    about["gem_uri"] = json!(format!("{}gems/{}", visit.base, spec.gem().file()));
    about["dependencies"] = json!({"runtime": needs(false), "development": needs(true)});
    Ok(answer::json(StatusCode::OK, &about))
}

/// Answers `api/v1/versions/{gem}.json`: all gems, the highest version first.
pub(super) async fn versions(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &str,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, name).await?;
    let mut rows: Vec<&Row> = shown.rows.iter().collect();
    rows.sort_by(|a, b| version::compare(b.line.version(), a.line.version()));
    let all = rows.into_iter().map(|row| one(row, &row.spec(name))).collect();
    Ok(answer::json(StatusCode::OK, &Value::Array(all)))
}

fn one(row: &Row, spec: &Gemspec) -> Value {
    json!({
        "number": spec.version,
        "platform": spec.platform,
        "prerelease": version::is_prerelease(&spec.version),
        "authors": spec.authors.join(", "),
        "summary": spec.summary,
        "description": spec.description,
        "licenses": spec.licenses,
        "metadata": spec.metadata,
        "ruby_version": spec.required_ruby_version.texts().join(", "),
        "rubygems_version": spec.required_rubygems_version.texts().join(", "),
        "sha": row.line.checksum(),
        "created_at": row.at.map(model::Timestamp::to_rfc3339),
        "yanked": false,
    })
}

/// Answers `api/v1/search.json?query=&page=`: gems that this repository and its upstream repositories hold.
///
/// Gem hosts behind connections are not searched: they would learn what is looked for here.
pub(super) async fn search(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    let text = parameter(&visit.query, "query").unwrap_or_default();
    let page = parameter(&visit.query, "page").and_then(|page| page.parse::<usize>().ok()).unwrap_or(1);
    let search = move |tx: &mut store::Tx| {
        let mut found: BTreeMap<String, Hit> = BTreeMap::new();
        for repository in resolution::search_list(tx, &asked)? {
            let hits = package::search(tx, &repository.key, PackageFormat::Ruby, &text, 0, SEARCH_HITS_MAX)?;
            for hit in hits.page {
                // What blocks the way to a repository hides what it holds.
                let name = hit.coordinates.name.clone();
                if !found.contains_key(&name)
                    && resolution::reaches(tx, &asked, &hit.coordinates, &repository.key)?
                {
                    found.insert(name, hit);
                }
            }
        }
        Ok::<_, store::Error>(found)
    };
    let found = shared.parts.store.read(search).await?;
    let from = page.saturating_sub(1).saturating_mul(SEARCH_PAGE_MAX);
    let described = found.values().skip(from).take(SEARCH_PAGE_MAX).map(|hit| {
        let facts = &hit.version.facts;
        json!({
            "name": hit.coordinates.name,
            "version": hit.version.version,
            "info": facts.summary,
            "homepage_uri": facts.home_page,
            "source_code_uri": facts.source_code_repository,
        })
    });
    Ok(answer::json(StatusCode::OK, &Value::Array(described.collect())))
}

/// A parameter of a query, decoded; `+` is a space in it.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    decode(&value.replace('+', " ")).ok()
}
