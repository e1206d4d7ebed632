//! What versions are built from and who signed them, for `npm audit signatures`: kept for our own, forwarded for others.
//!
//! Signatures themselves stand in `dist.signatures` as the registry wrote them; the keys to them are that registry's.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::name::PackageFormat;
use codeartifact::repository;
use codeartifact::resolution::{self, Found};
use formats::npm::accept::FULL;
use formats::npm::name::PackageName;
use formats::npm::provenance;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::{coordinates, listing, no_version};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup::{self, READ};
use crate::refusal::Refusal;
use crate::upstream::{FetchError, Fetched, Validators};

/// Answers `-/npm/v1/attestations/{package}@{version}`.
///
/// Errors in this order: domain not found, access denied, repository not found, a registry did not answer, version not
/// found or without attestations.
pub(super) async fn attestations(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    if let Some(bundle) = kept(shared, visit, name, version).await? {
        let answer = provenance::attestations(&bundle);
        let broken = || store::Error::Broken(format!("the provenance of {name}@{version} cannot be read"));
        return Ok(answer::json(StatusCode::OK, &answer.ok_or_else(broken)?));
    }
    let shown = listing::shown(shared, visit, name).await?;
    let listed = shown.merged.entries().find(|entry| entry.version.as_str() == version);
    let none = || match listed {
        Some(_) => Refusal::not_found(format!("Not found: there are no attestations of {name}@{version}")),
        None => no_version(visit, name, version),
    };
    if !listed.is_some_and(|entry| entry.attested) {
        return Err(none());
    }
    for step in lookup::path(shared, visit, &coordinates(name)).await? {
        let Some(connection) = &step.connection else { continue };
        let path = name.attestations_path(version);
        if let Some(found) = fetch(shared, visit, &connection.name, &path, "attestations").await? {
            return Ok(answer::json(StatusCode::OK, &found));
        }
    }
    Err(none())
}

/// Answers `-/npm/v1/keys` with those of all registries behind the repository.
///
/// Errors in this order: domain not found, access denied, repository not found, a registry did not answer, none has
/// keys.
pub(super) async fn keys(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    let asked = lookup::reach(shared, visit).await?;
    let list = shared.parts.store.read(move |tx| resolution::search_list(tx, &asked)).await?;
    let connections = list.into_iter().filter_map(|repository| repository.connection);
    let mut names: Vec<String> = Vec::new();
    for connection in connections.filter(|connection| connection.format == PackageFormat::Npm) {
        if !names.contains(&connection.name) {
            names.push(connection.name);
        }
    }
    let mut keys: BTreeMap<String, Value> = BTreeMap::new();
    for name in names {
        let Some(found) = fetch(shared, visit, &name, "-/npm/v1/keys", "keys").await? else { continue };
        for key in found["keys"].as_array().into_iter().flatten() {
            let id = key.get("keyid").and_then(Value::as_str).unwrap_or_default();
            keys.entry(id.to_owned()).or_insert_with(|| key.clone());
        }
    }
    if keys.is_empty() {
        return Err(Refusal::not_found("Not found: no registry behind this repository signs packages"));
    }
    Ok(answer::json(StatusCode::OK, &json!({"keys": keys.into_values().collect::<Vec<_>>()})))
}

/// The bundle that is kept of a version.
async fn kept(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    version: &str,
) -> Result<Option<String>, Refusal> {
    let (call, key) = (visit.call.clone(), visit.repository.clone());
    let (package, version) = (coordinates(name), version.to_owned());
    let find = move |tx: &mut store::Tx| {
        let asked = repository::reach(tx, &call, READ, &key)?;
        Ok::<_, codeartifact::Error>(resolution::find(tx, &asked, &package, &version)?)
    };
    match shared.parts.store.read(find).await? {
        Found::Held(held) => Ok(held.version.facts.provenance),
        Found::Hidden { .. } | Found::TooYoung { .. } | Found::Absent { .. } => Ok(None),
    }
}

/// Asks the registry behind a connection for a document with a list in a member; `None` when it has none.
async fn fetch(
    shared: &Shared,
    visit: &Visit,
    connection: &str,
    path: &str,
    member: &str,
) -> Result<Option<Value>, Refusal> {
    let upstream = shared.parts.resolver.resolve(connection)?;
    let url =
        upstream.url.join(&format!("./{path}")).map_err(|error| FetchError::BadUrl(error.to_string()))?;
    let fetcher = &shared.parts.upstreams.fetcher;
    let document = match fetcher.document(&upstream, &url, FULL, &Validators::default(), &visit.via).await? {
        Fetched::Document(document) => document,
        Fetched::NotModified | Fetched::Missing => return Ok(None),
    };
    let value: Option<Value> = serde_json::from_slice(&document.bytes).ok();
    let value = value.filter(|value| value.get(member).is_some_and(Value::is_array));
    value.map(Some).ok_or_else(|| FetchError::Broken(format!("its document has no {member}")).into())
}
