//! What an operator asks of the package endpoints beyond AWS's API: revoking tokens.

use bytes::Bytes;
use codeartifact::domain::DomainKey;
use codeartifact::token::{self, Whose};
use http_body_util::{BodyExt as _, Limited};
use hyper::{Method, Request, Response, StatusCode};
use model::Timestamp;
use serde_json::{Value, json};
use service::Call;
use store::Store;

use crate::answer::{self, Body};
use crate::refusal::Refusal;

/// Where tokens are revoked.
pub const REVOKED_TOKENS: &str = "/_homeregion/codeartifact/revoked-tokens";

/// Longest request: a domain, a principal, a time.
const BYTES_MAX: usize = 16 << 10;

/// Revokes the tokens that a JSON object names: `domain`, `domainOwner`, `principal` and `before`, of which only the
/// first must be there.
pub async fn revoke_tokens<B>(store: Store, call: Call, request: Request<B>) -> Response<Body>
where
    B: hyper::body::Body<Data = Bytes> + Send,
    B::Error: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    if request.method() != Method::PUT {
        return refused(&Refusal::new(405, "ask with PUT"));
    }
    let Ok(body) = Limited::new(request.into_body(), BYTES_MAX).collect().await else {
        return refused(&Refusal::new(400, "the request did not arrive as a whole, or is too long"));
    };
    match revoke(store, call, &body.to_bytes()).await {
        Ok(until) => answer::json(StatusCode::OK, &json!({"revokedUntil": until.to_rfc3339()})),
        Err(refusal) => refused(&refusal),
    }
}

async fn revoke(store: Store, call: Call, body: &[u8]) -> Result<Timestamp, Refusal> {
    let bad = |sentence: &str| Refusal::new(400, sentence);
    let input: Value = serde_json::from_slice(body).map_err(|_| bad("the request is not JSON"))?;
    let text = |member: &str| input.get(member).and_then(Value::as_str);
    let domain = text("domain").ok_or_else(|| bad("domain is missing"))?;
    let key = DomainKey::of(&call, domain, text("domainOwner"));
    let until =
        match text("before") {
            None => None,
            Some(time) => Some(Timestamp::from_rfc3339(time).ok_or_else(|| {
                bad(&format!("before is {time:?}, which is no time as 2026-01-31T12:00:00Z"))
            })?),
        };
    let whose = match text("principal") {
        None => Whose::Everybody,
        // A name alone would revoke nothing, and its tokens would seem to be revoked.
        Some(name) if !name.starts_with("arn:") => {
            let rule = "which is no ARN as arn:aws:iam::111122223333:user/ann";
            return Err(bad(&format!("principal is {name:?}, {rule}")));
        }
        Some(arn) => Whose::Principal(arn.to_owned()),
    };
    let revoked = store.write(move |tx| token::revoke(tx, &call, &key, &whose, until)).await;
    Ok(revoked?)
}

fn refused(refusal: &Refusal) -> Response<Body> {
    answer::json(refusal.status, &json!({"message": refusal.sentence}))
}
