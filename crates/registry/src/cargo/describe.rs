//! What the web API says of a crate and its versions: the index in other words, with the times that age gates need.

use std::sync::Arc;

use codeartifact::resolution::{self, Found};
use formats::cargo::index::Line;
use formats::cargo::name::CrateName;
use hyper::{Response, StatusCode};
use serde_json::{Value, json};

use super::index::{self, Shown};
use super::no_version;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers `GET api/v1/crates/{crate}`.
pub(super) async fn krate(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
) -> Result<Response<Body>, Refusal> {
    let shown = index::shown(shared, visit, name).await?;
    let versions = all(&shown);
    let lines = shown.index.lines();
    let picked = |stable: bool| {
        lines.iter().rev().find(|line| !line.yanked() && (!stable || line.version().pre.is_empty()))
    };
    let highest = picked(false).or(lines.last());
    let number = |line: Option<&Line>| line.map(|line| line.version().to_string());
    let facts = match highest {
        Some(line) => facts(shared, visit, &shown, line).await?,
        None => None,
    };
    let facts = facts.unwrap_or_default();
    let times = || lines.iter().filter_map(Line::pubtime);
    let about = json!({
        "id": shown.package.name,
        "name": shown.package.name,
        "description": facts.summary,
        "homepage": facts.home_page,
        "repository": facts.source_code_repository,
        "max_version": number(highest),
        "max_stable_version": number(picked(true)),
        "newest_version": number(highest),
        "created_at": times().min(),
        "updated_at": times().max(),
        "versions": Value::Null,
    });
    let answer = json!({"crate": about, "versions": versions, "keywords": [], "categories": []});
    Ok(answer::json(StatusCode::OK, &answer))
}

/// Answers `GET api/v1/crates/{crate}/versions`.
pub(super) async fn versions(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
) -> Result<Response<Body>, Refusal> {
    let shown = index::shown(shared, visit, name).await?;
    let versions = all(&shown);
    let meta = json!({"total": versions.len(), "next_page": Value::Null});
    Ok(answer::json(StatusCode::OK, &json!({"versions": versions, "meta": meta})))
}

/// Answers `GET api/v1/crates/{crate}/{version}`.
pub(super) async fn version(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
    version: &str,
) -> Result<Response<Body>, Refusal> {
    let shown = index::shown(shared, visit, name).await?;
    let line = shown.index.line(version).ok_or_else(|| no_version(visit, &shown.package, version))?;
    Ok(answer::json(StatusCode::OK, &json!({"version": one(line)})))
}

/// All versions, the newest first.
fn all(shown: &Shown) -> Vec<Value> {
    shown.index.lines().iter().rev().map(one).collect()
}

fn one(line: &Line) -> Value {
    let version = line.version().to_string();
    json!({
        "crate": line.name().as_str(),
        "num": version,
        "yanked": line.yanked(),
        "checksum": line.cksum(),
        "created_at": line.pubtime(),
        "updated_at": line.pubtime(),
        "dl_path": format!("/api/v1/crates/{}/{version}/download", line.name()),
    })
}

/// What is known of a version, if a repository holds it.
async fn facts(
    shared: &Shared,
    visit: &Visit,
    shown: &Shown,
    line: &Line,
) -> Result<Option<codeartifact::package_version::Facts>, Refusal> {
    let (requested, package) = (lookup::reach(shared, visit).await?, shown.package.clone());
    let version = line.version().to_string();
    let find = move |tx: &mut store::Tx| resolution::find(tx, &requested, &package, &version);
    Ok(match shared.parts.store.read(find).await? {
        Found::Held(held) => Some(held.version.facts),
        Found::Hidden { .. } | Found::TooYoung { .. } | Found::Absent { .. } => None,
    })
}
