//! What a token does not say itself: whether its domain still takes it, and how fast its bearer may ask.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use codeartifact::domain::DomainKey;
use codeartifact::token::{self, Claims, Standing};
use hyper::Method;
use hyper::header::{HeaderValue, RETRY_AFTER};
use model::Timestamp;
use service::rate::{Asked, Rates};
use store::Store;
use tokio::sync::watch;

use crate::refusal::Refusal;

/// How long a standing is believed without a commit of this server: another one on the same database may have revoked.
const BELIEVED: Duration = Duration::from_secs(2);
/// Most domains whose standings are kept.
const DOMAINS_MAX: usize = 1000;

/// The standings of domains, each read once after a commit.
pub(crate) struct Standings {
    committed: watch::Receiver<u64>,
    kept: Mutex<HashMap<DomainKey, Kept>>,
}

#[derive(Clone)]
struct Kept {
    standing: Arc<Standing>,
    commits: u64,
    read_at: Instant,
}

impl Standings {
    pub(crate) fn new(store: &Store) -> Self {
        Self { committed: store.committed(), kept: Mutex::default() }
    }

    /// Whether a token that is good in itself still opens its domain.
    ///
    /// Errors in this order: the store, a token of a former domain of the name, a revoked one.
    pub(crate) async fn admit(
        &self,
        store: &Store,
        claims: &Claims,
        token: &str,
    ) -> Result<Result<(), token::Refused>, Refusal> {
        // Before reading: what is committed meanwhile must not pass as read.
        let commits = *self.committed.borrow();
        let kept = |kept: &Kept| kept.commits == commits && kept.read_at.elapsed() < BELIEVED;
        let known = {
            let all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
            all.get(&claims.domain).filter(|known| kept(known)).map(|known| Arc::clone(&known.standing))
        };
        if let Some(standing) = known {
            return Ok(standing.admit(claims, token));
        }
        let domain = claims.domain.clone();
        let read: Result<Standing, store::Error> = store.read(move |tx| Standing::read(tx, &domain)).await;
        let standing = Arc::new(read?);
        let fresh = Kept { standing: Arc::clone(&standing), commits, read_at: Instant::now() };
        let mut all = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= DOMAINS_MAX {
            all.clear();
        }
        all.insert(claims.domain.clone(), fresh);
        Ok(standing.admit(claims, token))
    }
}

/// Lets a request in at the rates that the operator set: with a token by it and its account, without one by address.
pub(crate) fn at_its_rate(
    rates: &Rates,
    bearer: Option<(&Claims, &str)>,
    method: &Method,
    peer: Option<&SocketAddr>,
    now: Timestamp,
) -> Result<(), Refusal> {
    let admitted = match (bearer, peer) {
        (Some((claims, token)), _) => {
            let writes = !matches!(*method, Method::GET | Method::HEAD);
            let token = token::fingerprint(token);
            rates.admit(Asked::Endpoint { token: &token, writes, account: &claims.account }, now)
        }
        (None, Some(peer)) => rates.admit(Asked::Anonymous(&peer.ip().to_string()), now),
        (None, None) => Ok(()),
    };
    admitted.map_err(|seconds| {
        let mut refusal = Refusal::new(429, format!("too many requests; ask again in {seconds} s"));
        refusal.headers.push((RETRY_AFTER, HeaderValue::from(seconds)));
        refusal
    })
}
