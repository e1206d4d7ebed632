//! What clients read first: where crates and the web API are, and that both need a token.

use hyper::header::{CACHE_CONTROL, HeaderValue};
use hyper::{Response, StatusCode};
use serde_json::json;

use crate::answer::{self, Body};
use crate::endpoint::{Shared, Visit};
use crate::lookup;
use crate::refusal::Refusal;

/// Answers `config.json`, in the style of the request.
///
/// Without markers, cargo adds `/{crate}/{version}/download` to `dl`.
pub(super) async fn answer(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    let configuration = json!({
        "dl": format!("{}api/v1/crates", visit.base),
        "api": visit.base.trim_end_matches('/'),
        "auth-required": true,
    });
    let mut response = answer::json(StatusCode::OK, &configuration);
    let caching = HeaderValue::from_static("private, max-age=0, must-revalidate");
    response.headers_mut().insert(CACHE_CONTROL, caching);
    Ok(response)
}

/// Answers `me`, where `cargo login` sends people for a token.
pub(super) async fn me(shared: &Shared, visit: &Visit) -> Result<Response<Body>, Refusal> {
    lookup::reach(shared, visit).await?;
    let domain = &visit.repository.domain;
    let line = format!(
        "You are {}. A token comes from: aws codeartifact get-authorization-token --domain {} --domain-owner {} \
         --query authorizationToken --output text",
        visit.call.principal, domain.name, domain.account
    );
    Ok(answer::text(StatusCode::OK, &line))
}
