//! Owners of gems: there is one, the owner of the domain, and who may publish is said by policies.

use std::sync::Arc;

use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

use super::listing;
use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// Answers who owns a gem: the account of its domain (assumed; AWS does not answer at all).
pub(super) async fn list(
    shared: &Arc<Shared>,
    visit: &Visit,
    name: &str,
    json: bool,
) -> Result<Response<Body>, Refusal> {
    listing::shown(shared, visit, name).await?;
    let account = &visit.repository.domain.account;
    if json {
        return Ok(answer::json(StatusCode::OK, &json!([{"id": 1, "handle": account}])));
    }
    let mut response = Response::new(answer::full(format!("---\n- id: 1\n  handle: '{account}'\n")));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/yaml; charset=utf-8"));
    Ok(response)
}

/// Says where owners are set instead.
pub(super) fn not_kept() -> Refusal {
    let sentence = "this registry keeps no owners of gems: who may publish is said by the policies of repository and \
                    domain (aws codeartifact put-repository-permissions-policy)";
    Refusal::new(405, sentence)
}
