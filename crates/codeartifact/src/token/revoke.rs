//! Revocation: tokens that are refused before their time is over. AWS has no such thing; it is the operator's and,
//! for the token that it is asked with, `npm logout`'s.

use model::Timestamp;
use service::Call;
use store::Tx;

use super::table::{self, Revoked};
use super::{Claims, fingerprint};
use crate::domain::{self, DomainKey};
use crate::error::{Error, invalid};
use crate::policy::{Guard, Wanted};
use crate::{arn, limits};

/// Whose tokens are revoked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whose {
    /// Everybody's.
    Everybody,
    /// Those of one principal, by its ARN.
    Principal(String),
}

/// Revokes the tokens of a domain that were issued up to a time; answers that time.
///
/// Whoever may write the domain's policy may do this (assumed: there is no such action on AWS). Errors in this order:
/// a time to come, access denied, domain not found.
pub fn revoke(
    tx: &mut Tx,
    call: &Call,
    key: &DomainKey,
    whose: &Whose,
    until: Option<Timestamp>,
) -> Result<Timestamp, Error> {
    let until = until.unwrap_or(call.now);
    if until.millis() > call.now.millis() {
        return Err(invalid("tokens that are not issued yet cannot be revoked: the time is still to come"));
    }
    let resource = arn::domain(&call.partition, key);
    let (domain, guard) = Guard::of_domain(tx, call, key)?;
    guard.allow(tx, call, &Wanted::new("codeartifact:PutDomainPermissionsPolicy", &resource))?;
    domain.ok_or_else(|| domain::absent(key))?;
    let subject = match whose {
        Whose::Everybody => String::new(),
        Whose::Principal(principal) => format!("principal:{principal}"),
    };
    let until_ms = until.millis();
    let expires_ms = until_ms + limits::TOKEN_DURATION_MAX_S * 1000;
    table::put(tx, key, &Revoked { subject, until_ms, expires_ms })?;
    Ok(until)
}

/// Revokes one token, which its bearer shows.
pub fn revoke_own(tx: &mut Tx, claims: &Claims, token: &str) -> Result<(), store::Error> {
    let revoked = Revoked {
        subject: format!("token:{}", fingerprint(token)),
        until_ms: claims.issued_ms,
        expires_ms: claims.expires_s.saturating_mul(1000),
    };
    table::put(tx, &claims.domain, &revoked)
}

/// Forgets revocations whose tokens have ended on their own; answers how many.
pub fn sweep(tx: &mut Tx) -> Result<u64, store::Error> {
    let now_ms = tx.now().millis();
    table::sweep(tx, now_ms)
}
