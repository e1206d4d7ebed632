//! `npm search`: packages that this repository and its upstream repositories hold, by words of their names.
//!
//! Registries behind connections are not searched.

use std::collections::BTreeMap;

use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package::{self, Hit};
use codeartifact::resolution;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::limits::{SEARCH_HITS_MAX, SEARCH_PAGE_MAX};
use crate::lookup;
use crate::refusal::Refusal;

/// How many packages a page has when the client does not say.
const PAGE_DEFAULT: usize = 20;

/// Answers `GET -/v1/search?text=&size=&from=`.
pub(super) async fn answer(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    let text = parameter(&visit.query, "text").unwrap_or_default();
    let number = |name: &str| parameter(&visit.query, name).and_then(|text| text.parse::<usize>().ok());
    let size = number("size").unwrap_or(PAGE_DEFAULT).min(SEARCH_PAGE_MAX);
    let from = number("from").unwrap_or(0);
    let search = move |tx: &mut store::Tx| {
        let mut found: BTreeMap<Coordinates, Hit> = BTreeMap::new();
        for repository in resolution::search_list(tx, &asked)? {
            let hits = package::search(tx, &repository.key, PackageFormat::Npm, &text, 0, SEARCH_HITS_MAX)?;
            for hit in hits.page {
                // The nearest repository stands for the package; what blocks the way to others hides what they hold.
                if !found.contains_key(&hit.coordinates)
                    && resolution::reaches(tx, &asked, &hit.coordinates, &repository.key)?
                {
                    found.insert(hit.coordinates.clone(), hit);
                }
            }
        }
        Ok::<_, store::Error>(found)
    };
    let found = shared.parts.store.read(search).await?;
    let objects: Vec<Value> = found.values().skip(from).take(size).map(object).collect();
    let answer = json!({"objects": objects, "total": found.len(), "time": visit.call.now.to_rfc3339()});
    Ok(answer::json(StatusCode::OK, &answer))
}

fn object(hit: &Hit) -> Value {
    let manifest: Map<String, Value> = serde_json::from_str(&hit.version.manifest).unwrap_or_default();
    let scope = if hit.coordinates.namespace.is_empty() { "unscoped" } else { &hit.coordinates.namespace };
    let date = hit.version.upstream_published_at.unwrap_or(hit.version.published_at).to_rfc3339();
    let people = manifest.get("maintainers").and_then(Value::as_array).cloned().unwrap_or_default();
    let maintainers: Vec<Value> = people.iter().map(person).collect();
    // pnpm needs a user name where others need none.
    let publisher = manifest.get("_npmUser").or(people.first()).map_or(json!({"username": ""}), person);
    let mut package = json!({
        "name": hit.coordinates.display_name(),
        "scope": scope,
        "version": hit.version.version,
        "date": date,
        "links": links(&manifest),
        "keywords": manifest.get("keywords").filter(|words| words.is_array()).cloned().unwrap_or(json!([])),
        "publisher": publisher,
        "maintainers": maintainers,
    });
    for member in ["description", "author", "license"] {
        if let Some(value) = manifest.get(member) {
            package[member] = value.clone();
        }
    }
    json!({
        "package": package,
        "score": {"final": 1, "detail": {"quality": 1, "popularity": 1, "maintenance": 1}},
        "searchScore": 1,
    })
}

fn person(of: &Value) -> Value {
    let text = |member: &str| of.get(member).and_then(Value::as_str).unwrap_or_default();
    let name = of.as_str().unwrap_or_else(|| text("name"));
    json!({"username": name, "email": text("email")})
}

fn links(manifest: &Map<String, Value>) -> Value {
    let mut links = Map::new();
    let url = |value: Option<&Value>| {
        let value = value?;
        value.as_str().or_else(|| value.get("url")?.as_str()).map(str::to_owned)
    };
    for (link, member) in [("homepage", "homepage"), ("repository", "repository"), ("bugs", "bugs")] {
        if let Some(url) = url(manifest.get(member)) {
            links.insert(link.to_owned(), url.into());
        }
    }
    links.into()
}

/// A parameter of a query, decoded; `+` is a space in it.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_decoded() {
        let query = "text=two+words%20and%2Bmore&size=20&texture=x";
        assert_eq!(parameter(query, "text").as_deref(), Some("two words and+more"));
        assert_eq!(parameter(query, "size").as_deref(), Some("20"));
        assert_eq!(parameter(query, "from"), None);
        assert_eq!(parameter("textx=1", "text"), None);
    }
}
