//! What the public registry keeps of people: accounts, tokens, teams, access, stars. Here that is the business of IAM
//! and of `GetAuthorizationToken`, and clients are told so.

use codeartifact::token;
use hyper::{Response, StatusCode};
use percent_encoding::percent_decode_str;

use crate::answer::{Body, json};
use crate::endpoint::{Shared, Visit};
use crate::refusal::Refusal;

/// `npm login` and `npm adduser` in both of their ways.
pub(super) fn no_login() -> Refusal {
    let sentence = "this registry has no accounts of its own: \
                    run `aws codeartifact login --tool npm`, or put an authorization token into .npmrc";
    Refusal::new(405, sentence)
}

/// `npm logout`: the token is revoked, if it is one of the caller's own.
///
/// Errors in this order: no token of this server, somebody else's.
pub(super) async fn logout(shared: &Shared, visit: &Visit, token: &str) -> Result<Response<Body>, Refusal> {
    let token = percent_decode_str(token).decode_utf8_lossy().into_owned();
    let claims = token::verify(&visit.call.installation.token_key, &token, visit.call.now)
        .map_err(|refused| Refusal::not_found(refused.to_string()))?;
    if claims.domain != visit.repository.domain || claims.principal != visit.call.principal {
        return Err(Refusal::new(403, "only one's own tokens can be revoked"));
    }
    let revoked: Result<(), store::Error> =
        shared.parts.store.write(move |tx| token::revoke_own(tx, &claims, &token)).await;
    revoked?;
    Ok(json(StatusCode::OK, &serde_json::json!({"ok": true})))
}

/// Everything else, in words that follow "no".
pub(super) fn none(what: &str) -> Refusal {
    Refusal::not_found(format!(
        "this registry keeps no {what}; IAM and resource policies say who may do what"
    ))
}
