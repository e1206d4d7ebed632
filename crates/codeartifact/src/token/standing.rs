//! What a domain says of tokens beyond what they say themselves: since when it exists, and which are revoked.

use std::collections::{HashMap, HashSet};

use store::Tx;

use super::{Claims, Refused, fingerprint, table};
use crate::domain::{self, DomainKey};

/// A domain's word on tokens; may be kept until the next commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// When the domain was created; nothing if there is none, whose requests fail for other reasons.
    created_ms: Option<i64>,
    everybody_ms: Option<i64>,
    principals: HashMap<String, i64>,
    tokens: HashSet<String>,
}

impl Standing {
    /// Reads it.
    pub fn read(tx: &mut Tx, key: &DomainKey) -> Result<Standing, store::Error> {
        let mut standing = Standing {
            created_ms: domain::table::get(tx, key)?.map(|domain| domain.created_at.millis()),
            ..Standing::default()
        };
        for revoked in table::list(tx, key)? {
            if let Some(token) = revoked.subject.strip_prefix("token:") {
                standing.tokens.insert(token.to_owned());
                continue;
            }
            match revoked.subject.strip_prefix("principal:") {
                Some(principal) => {
                    standing.principals.insert(principal.to_owned(), revoked.until_ms);
                }
                None => standing.everybody_ms = Some(revoked.until_ms),
            }
        }
        Ok(standing)
    }

    /// Whether a token whose signature and time are good still opens the domain.
    ///
    /// A domain that was deleted and created again is another one: it does not know the tokens of the first
    /// (assumed). Errors in this order: older than the domain, revoked.
    pub fn admit(&self, claims: &Claims, token: &str) -> Result<(), Refused> {
        if self.created_ms.is_some_and(|created_ms| claims.issued_ms < created_ms) {
            return Err(Refused::OfFormerDomain);
        }
        let until_ms = self.principals.get(&claims.principal).copied().max(self.everybody_ms);
        let is_revoked = until_ms.is_some_and(|until_ms| claims.issued_ms <= until_ms);
        if is_revoked || (!self.tokens.is_empty() && self.tokens.contains(&fingerprint(token))) {
            return Err(Refused::Revoked);
        }
        Ok(())
    }
}
