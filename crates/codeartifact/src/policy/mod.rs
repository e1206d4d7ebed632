//! Permissions policies of domains and repositories: kept, changed and asked.
//!
//! The policy of a domain speaks of the domain, of its package groups and of new repositories in it; the policy of a
//! repository, of that repository and its packages. Every operation asks through [`Guard`], in its own transaction,
//! so that a changed policy holds from the next request on.

mod domain;
mod guard;
mod parsed;
mod repository;
pub(crate) mod table;
mod wanted;

pub use domain::{delete_of_domain, get_of_domain, put_of_domain};
pub(crate) use guard::Guard;
pub use repository::{delete_of_repository, get_of_repository, put_of_repository};
pub(crate) use wanted::Wanted;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use model_codeartifact::types::ResourcePolicy;
use store::Tx;

use crate::domain::DomainKey;
use crate::error::{Error, Kind, conflict, invalid, not_found};

/// A stored policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Names this state of it; a new one with every change.
    pub(crate) revision: String,
    /// The JSON as it was given.
    pub(crate) document: String,
}

/// What a policy hangs on: a domain, or a repository in it.
struct Holder {
    domain: DomainKey,
    /// Empty for the domain itself.
    repository: String,
    arn: String,
}

impl Holder {
    fn kind(&self) -> Kind {
        if self.repository.is_empty() { Kind::Domain } else { Kind::Repository }
    }

    fn name(&self) -> &str {
        if self.repository.is_empty() { &self.domain.name } else { &self.repository }
    }

    /// Finds the policy.
    ///
    /// Errors: there is none.
    fn policy(&self, tx: &mut Tx) -> Result<Policy, Error> {
        table::get(tx, &self.domain, &self.repository)?.ok_or_else(|| {
            let message = format!("{} has no permissions policy", self.arn);
            not_found(self.kind(), self.name(), message)
        })
    }

    /// Stores a document in the place of the one before.
    ///
    /// Errors: another revision than the caller expects, or one where there is no policy (assumed: a conflict).
    fn replace(&self, tx: &mut Tx, expected: Option<&str>, document: &str) -> Result<Policy, Error> {
        if expected.is_some() {
            let current = table::get(tx, &self.domain, &self.repository)?;
            self.expect(expected, current.as_ref())?;
        }
        let policy = Policy { revision: BASE64.encode(tx.random()), document: document.to_owned() };
        table::put(tx, &self.domain, &self.repository, &policy)?;
        Ok(policy)
    }

    /// Deletes the policy and gives what it was.
    ///
    /// Errors in this order: there is none, another revision than the caller expects.
    fn remove(&self, tx: &mut Tx, expected: Option<&str>) -> Result<Policy, Error> {
        let policy = self.policy(tx)?;
        self.expect(expected, Some(&policy))?;
        table::delete(tx, &self.domain, &self.repository)?;
        Ok(policy)
    }

    fn expect(&self, expected: Option<&str>, current: Option<&Policy>) -> Result<(), Error> {
        let Some(expected) = expected else { return Ok(()) };
        let found = match current {
            Some(policy) if policy.revision == expected => return Ok(()),
            Some(policy) => format!("the policy has revision {}", policy.revision),
            None => "there is no policy".to_owned(),
        };
        let message = format!("policyRevision {expected} is not current: {found} on {}", self.arn);
        Err(conflict(self.kind(), self.name(), message))
    }

    fn shown(self, policy: Policy) -> ResourcePolicy {
        ResourcePolicy {
            resource_arn: Some(self.arn),
            revision: Some(policy.revision),
            document: Some(policy.document),
        }
    }
}

/// Refuses a document that is not a policy of a resource (assumed: all faults are those of a field, and the version of
/// the language must be named).
fn check_document(document: &str) -> Result<(), Error> {
    let fault = match iam::Document::parse(document, iam::Kind::Resource) {
        Ok(document) if document.version.is_some() => return Ok(()),
        Ok(_) => "the document has no Version".to_owned(),
        Err(fault) => fault.to_string(),
    };
    Err(invalid(format!("policyDocument is not a valid policy: {fault}")))
}
