//! Idempotency tokens: the same request under the same token is carried out once and answered alike.
//!
//! Key: (account, region, operation, token). The fingerprint is taken over the parsed input without the token, so
//! spaces and key order do not matter. Only successes are kept, in the transaction of their write, for 24 hours.
//! Source: the API reference says only that a token makes the request idempotent; the window and the answer to
//! a token with other parameters are assumed (`docs/semantics/sitewise.md`).

mod table;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::{Members, Spec};
use sha2::{Digest, Sha256};
use store::Tx;

use crate::{Body, Call, Reply};

pub(crate) use table::MIGRATIONS;

/// How long a token is remembered: the same window as AWS documents for its newer operations' caches.
pub const TOKEN_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// A request's token with the fingerprint of its parameters.
#[derive(Clone, Debug)]
pub struct Claim {
    token: String,
    fingerprint: String,
}

/// What is known of a token.
#[derive(Debug)]
pub enum Known {
    /// Nothing: carry the request out.
    New,
    /// The request was carried out before; this was its answer.
    Done(Reply),
    /// The token was used with other parameters.
    Reused,
}

impl Claim {
    /// Takes the token out of a validated input, if the operation has one and the caller gave it.
    pub fn of(spec: &Spec, members: &Members) -> Option<Self> {
        let member = spec.idempotency_token?;
        let token = members.get(member)?.as_str()?.to_owned();
        let mut rest = members.clone();
        rest.remove(member);
        let canonical = serde_json::Value::Object(rest).to_string();
        Some(Self { token, fingerprint: STANDARD.encode(Sha256::digest(canonical)) })
    }

    /// Looks the token up.
    pub fn look_up(&self, tx: &mut Tx, call: &Call, spec: &Spec) -> Result<Known, store::Error> {
        let oldest = model::Timestamp::from_millis(call.now.millis() - TOKEN_KEPT_MS);
        let Some(row) = table::get(tx, call, spec.name, &self.token, oldest)? else {
            return Ok(Known::New);
        };
        if row.fingerprint != self.fingerprint {
            return Ok(Known::Reused);
        }
        Ok(Known::Done(Reply { status: spec.status, headers: Vec::new(), body: Body::Json(row.body) }))
    }

    /// Remembers the answer under the token.
    pub fn keep(&self, tx: &mut Tx, call: &Call, spec: &Spec, reply: &Reply) -> Result<(), store::Error> {
        // No operation with a token streams its answer or binds a member of it to a header.
        let Body::Json(body) = &reply.body else { return Ok(()) };
        table::put(tx, call, spec.name, &self.token, &self.fingerprint, body)
    }
}

/// Forgets tokens older than the window, at most `limit` of them; answers how many went.
pub fn sweep(tx: &mut Tx, limit: i64) -> Result<u64, store::Error> {
    let oldest = model::Timestamp::from_millis(tx.now().millis() - TOKEN_KEPT_MS);
    table::delete_before(tx, oldest, limit)
}
