//! `GetAuthorizationToken`.

use model::Timestamp;
use model_codeartifact::types::{GetAuthorizationTokenRequest, GetAuthorizationTokenResult};
use service::{Call, Denied};
use store::Tx;

use super::{Claims, sign};
use crate::domain::{self, DomainKey};
use crate::error::{Error, invalid};
use crate::policy::{Guard, Wanted};
use crate::{arn, limits};

/// Makes a token for every repository of a domain.
///
/// Errors in this order: a duration between 0 and the shortest, domain not found, access denied.
pub fn get(
    tx: &mut Tx,
    call: &Call,
    input: &GetAuthorizationTokenRequest,
) -> Result<GetAuthorizationTokenResult, Error> {
    let duration_s = duration(input.duration_seconds)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::domain(&call.partition, &key);
    let (domain, guard) = Guard::of_domain(tx, call, &key)?;
    let wanted = Wanted::new("codeartifact:GetAuthorizationToken", &resource).with_duration(duration_s);
    guard.allow(tx, call, &wanted)?;
    let domain = domain.ok_or_else(|| domain::absent(&key))?;
    guard.allow_bearer_token(tx, call, duration_s)?;
    if call.principal.ends_with(":root") {
        return Err(root_denied(call, &resource));
    }
    let expires_s = call.now.millis() / 1000 + duration_s;
    let claims = Claims {
        domain: key,
        account: call.account.clone(),
        principal: call.principal.clone(),
        // A domain that was created while this request was on its way is not older than its tokens.
        issued_ms: call.now.millis().max(domain.created_at.millis()),
        expires_s,
    };
    Ok(GetAuthorizationTokenResult {
        authorization_token: Some(sign(&call.installation.token_key, &claims)),
        expiration: Some(Timestamp::from_millis(expires_s * 1000)),
    })
}

/// Reads the duration: absent means the longest; 0 means as long as the caller's session, and the session of a
/// user does not end (assumed: then the longest, too).
fn duration(given: Option<i64>) -> Result<i64, Error> {
    match given {
        None | Some(0) => Ok(limits::TOKEN_DURATION_MAX_S),
        Some(seconds) if (limits::TOKEN_DURATION_MIN_S..=limits::TOKEN_DURATION_MAX_S).contains(&seconds) => {
            Ok(seconds)
        }
        Some(seconds) => Err(invalid(format!(
            "durationSeconds must be 0 or between {} and {}, not {seconds}",
            limits::TOKEN_DURATION_MIN_S,
            limits::TOKEN_DURATION_MAX_S
        ))),
    }
}

/// Refuses the account's root user, as AWS does.
fn root_denied(call: &Call, resource: &str) -> Error {
    Denied(format!(
        "User: {} is not authorized to perform: codeartifact:GetAuthorizationToken on resource: {resource} \
         because the root user of an account cannot call it",
        call.principal
    ))
    .into()
}
