//! A document without a tarball: deprecations (`npm deprecate`) and tags of versions that are there.

use std::collections::BTreeMap;
use std::sync::Arc;

use codeartifact::{dist_tag, package_version};
use formats::npm::name::PackageName;
use formats::npm::publish::Edit;
use hyper::{Response, StatusCode};
use serde_json::json;

use super::{coordinates, listing};
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Does what a document asks for; what it leaves out stays.
///
/// Clients send the whole listing back, tags of upstream repositories included: only those that differ from what is
/// shown are changed. Errors in this order: nothing that is kept here is named, package not found (or no access to
/// it), a tag names no version.
pub(super) async fn apply(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &PackageName,
    edit: Edit,
) -> Result<Response<Body>, Refusal> {
    if edit.versions.is_none() && edit.dist_tags.is_none() {
        return Err(Refusal::new(
            400,
            "the document names no version and no tag; stars and owners are not kept here",
        ));
    }
    let shown = listing::shown(shared, visit, name).await?;
    let mut tags = edit.dist_tags.unwrap_or_default();
    tags.retain(|tag, version| shown.merged.dist_tags().get(tag) != Some(version));
    let deprecated: BTreeMap<String, Option<String>> =
        edit.deprecated.into_iter().map(|(version, text)| (version, Some(text))).collect();
    let (call, key, package) = (visit.call.clone(), visit.repository.clone(), coordinates(name));
    let apply = move |tx: &mut store::Tx| {
        package_version::deprecate(tx, &call, &key, &package, &deprecated)?;
        for (tag, version) in &tags {
            dist_tag::put(tx, &call, &key, &package, tag, version)?;
        }
        Ok::<_, codeartifact::Error>(())
    };
    shared.parts.store.write(apply).await?;
    Ok(answer::json(StatusCode::OK, &json!({"ok": true, "success": true})))
}
