//! `npm dist-tag`: the tags that clients see, and changes of those that this repository keeps.

use std::sync::Arc;

use codeartifact::dist_tag;
use formats::npm::name::PackageName;
use formats::npm::version::is_dist_tag;
use hyper::{Response, StatusCode};
use serde_json::json;

use super::{coordinates, listing, small};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::intake::Intake;
use crate::limits::TAG_BODY_BYTES_MAX;
use crate::refusal::Refusal;

/// Answers the tags of a package, upstream repositories included.
pub(super) async fn list(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
) -> Result<Response<Body>, Refusal> {
    let shown = listing::shown(shared, visit, name).await?;
    Ok(small::answer(&visit.headers, json!(shown.merged.dist_tags()).to_string()))
}

/// Points a tag at the version in the body, a JSON string.
pub(super) async fn put(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    tag: &str,
    intake: &mut Intake,
) -> Result<Response<Body>, Refusal> {
    if !is_dist_tag(tag) {
        return Err(Refusal::new(400, format!("{tag:?} cannot be a dist-tag")));
    }
    let version: String = serde_json::from_slice(&intake.small(TAG_BODY_BYTES_MAX).await?)
        .map_err(|_| Refusal::new(400, "the body is not a version in quotes"))?;
    let (call, key, package, tag) =
        (visit.call.clone(), visit.repository.clone(), coordinates(name), tag.to_owned());
    let put = move |tx: &mut store::Tx| dist_tag::put(tx, &call, &key, &package, &tag, &version);
    shared.parts.store.write(put).await?;
    Ok(answer::json(StatusCode::CREATED, &json!({"ok": true})))
}

/// Removes a tag of this repository; one of an upstream repository stays. Without `latest` nothing could be installed
/// by name, so that one is not removed.
pub(super) async fn delete(
    shared: &Shared,
    visit: &Visit,
    name: &PackageName,
    tag: &str,
) -> Result<Response<Body>, Refusal> {
    if tag == "latest" {
        return Err(Refusal::new(400, "the dist-tag latest is moved, not removed"));
    }
    let (call, key, package, tag) =
        (visit.call.clone(), visit.repository.clone(), coordinates(name), tag.to_owned());
    let delete = move |tx: &mut store::Tx| dist_tag::delete(tx, &call, &key, &package, &tag);
    shared.parts.store.write(delete).await?;
    Ok(answer::json(StatusCode::OK, &json!({"ok": true})))
}
