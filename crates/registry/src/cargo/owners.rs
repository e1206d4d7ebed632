//! Owners of crates: there is one, the owner of the domain, and who may publish is said by policies.

use formats::cargo::name::CrateName;
use hyper::{Response, StatusCode};
use serde_json::json;

use super::index;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;
use std::sync::Arc;

/// Answers who owns a crate: the account of its domain (assumed; AWS does not answer at all).
pub(super) async fn list(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &CrateName,
) -> Result<Response<Body>, Refusal> {
    index::shown(shared, visit, name).await?;
    let domain = &visit.repository.domain;
    let owner = json!({
        "id": 1,
        "login": domain.account,
        "name": format!("the account that owns domain {}", domain.name),
    });
    Ok(answer::json(StatusCode::OK, &json!({"users": [owner]})))
}

/// Says where owners are set instead.
pub(super) fn not_kept() -> Refusal {
    let sentence = "this registry keeps no owners of crates: who may publish is said by the policies of repository \
                    and domain (aws codeartifact put-repository-permissions-policy)";
    Refusal::new(405, sentence)
}
