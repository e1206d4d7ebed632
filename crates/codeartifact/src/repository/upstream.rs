//! Upstreams: the ordered edges from a repository to others of its domain, and the rules of their graph.

use std::collections::HashSet;

use model_codeartifact::types::UpstreamRepository;
use service::Call;
use store::Tx;

use super::{RepositoryKey, reach, table};
use crate::error::{self, Error, Kind, invalid};
use crate::quota;

/// Reads the upstreams that a request names, in the order of their priority.
///
/// Errors: the repository itself, or one repository twice (assumed: validation errors).
pub(super) fn named(key: &RepositoryKey, upstreams: &[UpstreamRepository]) -> Result<Vec<String>, Error> {
    let mut names: Vec<String> = Vec::with_capacity(upstreams.len());
    for upstream in upstreams {
        let name = &upstream.repository_name;
        if *name == key.name {
            return Err(invalid(format!("Repository {name} cannot be its own upstream")));
        }
        if names.contains(name) {
            return Err(invalid(format!("Upstream repository {name} is given twice")));
        }
        names.push(name.clone());
    }
    Ok(names)
}

/// Checks that a repository may get these upstreams.
///
/// Errors in this order: an upstream that the caller may not associate, one that does not exist, a cycle
/// (assumed: a validation error), more than a repository may have.
pub(super) fn check(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    upstreams: &[String],
) -> Result<(), Error> {
    for name in upstreams {
        let upstream = key.sibling(name);
        reach(tx, call, "codeartifact:AssociateWithDownstreamRepository", &upstream)?;
    }
    if let Some(upstream) = closes_cycle(tx, key, upstreams)? {
        return Err(invalid(format!(
            "Upstream repository {upstream} leads back to {}: upstreams may not form a cycle",
            key.name
        )));
    }
    let most = quota::UPSTREAMS_DIRECT.of(call);
    if upstreams.len() as u64 > most {
        let message = format!("Repository {} may have {most} direct upstreams", key.name);
        return Err(error::quota(Kind::Repository, &key.name, message));
    }
    Ok(())
}

/// Finds the first of the new upstreams from which the repository itself can be reached.
fn closes_cycle(
    tx: &mut Tx,
    key: &RepositoryKey,
    upstreams: &[String],
) -> Result<Option<String>, store::Error> {
    let mut seen = HashSet::new();
    for start in upstreams {
        let mut open = vec![start.clone()];
        while let Some(name) = open.pop() {
            if name == key.name {
                return Ok(Some(start.clone()));
            }
            if seen.insert(name.clone()) {
                open.extend(table::upstreams(tx, &key.sibling(&name))?);
            }
        }
    }
    Ok(None)
}
