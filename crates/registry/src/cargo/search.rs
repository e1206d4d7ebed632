//! `cargo search`: crates that this repository and its upstream repositories hold, by words of their names.
//!
//! Registries behind connections are not searched: they would learn what is looked for here.

use std::collections::BTreeMap;

use codeartifact::crate_name;
use codeartifact::name::PackageFormat;
use codeartifact::package::{self, Hit};
use codeartifact::resolution;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use super::limits::{SEARCH_HITS_MAX, SEARCH_PAGE_MAX};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// How many crates a page has when the client does not say.
const PAGE_DEFAULT: usize = 10;

/// Answers `GET api/v1/crates?q=&per_page=&page=`.
pub(super) async fn answer(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    let text = parameter(&visit.query, "q").unwrap_or_default();
    let number = |name: &str| parameter(&visit.query, name).and_then(|text| text.parse::<usize>().ok());
    let size = number("per_page").unwrap_or(PAGE_DEFAULT).clamp(1, SEARCH_PAGE_MAX);
    let from = number("page").unwrap_or(1).saturating_sub(1).saturating_mul(size);
    let search = move |tx: &mut store::Tx| {
        let mut found: BTreeMap<String, Hit> = BTreeMap::new();
        for repository in resolution::search_list(tx, &asked)? {
            let hits = package::search(tx, &repository.key, PackageFormat::Cargo, &text, 0, SEARCH_HITS_MAX)?;
            for hit in hits.page {
                // The nearest repository stands for the crate; what blocks the way to others hides what they hold.
                let name = crate_name::canonical(&hit.coordinates.name);
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
    let crates: Vec<Value> = found.values().skip(from).take(size).map(described).collect();
    let answer = json!({"crates": crates, "meta": {"total": found.len()}});
    Ok(answer::json(StatusCode::OK, &answer))
}

fn described(hit: &Hit) -> Value {
    let facts = &hit.version.facts;
    let name = &hit.coordinates.name;
    json!({
        "id": name,
        "name": name,
        "max_version": hit.version.version,
        "newest_version": hit.version.version,
        "description": facts.summary,
        "homepage": facts.home_page,
        "repository": facts.source_code_repository,
        "updated_at": hit.version.published_at.to_rfc3339(),
        "exact_match": false,
    })
}

/// A parameter of a query, decoded; `+` is a space in it.
fn parameter(query: &str, name: &str) -> Option<String> {
    let value = query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='))?;
    Some(percent_decode_str(&value.replace('+', " ")).decode_utf8_lossy().into_owned())
}
