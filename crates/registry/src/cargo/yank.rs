//! `cargo yank` and `cargo yank --undo`: a version stays downloadable, and is picked no longer.

use codeartifact::{crate_name, package_version};
use formats::cargo::name::CrateName;
use hyper::{Response, StatusCode};
use serde_json::json;

use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Yanks a version that this repository holds, or takes that back. Its status stays: Unlisted is another thing.
///
/// Errors in this order: domain not found, access denied, repository not found, crate not found, version not found.
pub(super) async fn answer(
    shared: &Shared,
    visit: &Visit,
    name: &CrateName,
    version: &str,
    yanked: bool,
) -> Result<Response<Body>, Refusal> {
    let (call, key, name, version) =
        (visit.call.clone(), visit.repository.clone(), name.as_str().to_owned(), version.to_owned());
    let change = move |tx: &mut store::Tx| {
        let package = crate_name::held(tx, &key, &name)?;
        package_version::yank(tx, &call, &key, &package, &version, yanked.then_some(""))
    };
    shared.parts.store.write(change).await?;
    Ok(answer::json(StatusCode::OK, &json!({"ok": true})))
}
