//! Who stands at the door of a domain or a repository: its owner's account, and the policy that hangs on it.
//!
//! The policy is read together with the domain, so that one without policies costs no further read.

use iam::{Principal, Refused, Request, Verdict, decide};
use serde_json::Value;
use service::{Call, Denied};
use store::Tx;

use super::{Wanted, parsed};
use crate::domain::{self, Domain, DomainKey};
use crate::error::Error;
use crate::repository::table::InDomain;
use crate::repository::{self, Repository, RepositoryKey};
use crate::tag;

/// What decides whether a caller may act on a domain or a repository, or on something in it.
pub(crate) struct Guard {
    domain: DomainKey,
    /// Whether the caller's account owns what is guarded.
    own: bool,
    /// The policy that hangs on it.
    policy: Option<String>,
}

/// What there is of a repository that a request names.
pub(crate) enum Found {
    /// Not even its domain.
    Nothing,
    /// Its domain.
    Domain,
    /// The repository itself.
    Repository(Repository),
}

impl Found {
    /// Gives the repository, if it exists.
    ///
    /// Errors: domain not found.
    pub(crate) fn in_domain(self, key: &RepositoryKey) -> Result<Option<Repository>, Error> {
        match self {
            Found::Nothing => Err(domain::absent(&key.domain)),
            Found::Domain => Ok(None),
            Found::Repository(repository) => Ok(Some(repository)),
        }
    }

    /// Gives the repository.
    ///
    /// Errors in this order: domain not found, repository not found.
    pub(crate) fn repository(self, key: &RepositoryKey) -> Result<Repository, Error> {
        self.in_domain(key)?.ok_or_else(|| repository::absent(key))
    }
}

impl Guard {
    /// Finds a domain, if it exists, and its guard.
    pub(crate) fn of_domain(
        tx: &mut Tx,
        call: &Call,
        key: &DomainKey,
    ) -> Result<(Option<Domain>, Guard), store::Error> {
        let (domain, policy) = domain::table::get_with_policy(tx, key)?.unzip();
        let own = key.account == call.account;
        Ok((domain, Guard { domain: key.clone(), own, policy: policy.flatten() }))
    }

    /// Finds a repository, as far as there is anything, and its guard.
    ///
    /// The account that administers a repository owns it, and so does that of its domain; the policy of the domain
    /// is not asked (both assumed).
    pub(crate) fn of_repository(
        tx: &mut Tx,
        call: &Call,
        key: &RepositoryKey,
    ) -> Result<(Found, Guard), store::Error> {
        let (found, policy) = match repository::table::get_with_policy(tx, key)? {
            None => (Found::Nothing, None),
            Some(InDomain { repository: None, policy }) => (Found::Domain, policy),
            Some(InDomain { repository: Some(repository), policy }) => {
                (Found::Repository(repository), policy)
            }
        };
        let administers =
            matches!(&found, Found::Repository(repository) if repository.administrator == call.account);
        let own = administers || key.domain.account == call.account;
        Ok((found, Guard { domain: key.domain.clone(), own, policy }))
    }

    /// Asks whether the caller may.
    ///
    /// A denial in the policy holds in the owner's account, too; from another account the policy must allow it, so
    /// that nobody there learns what exists. Errors: access denied.
    pub(crate) fn allow(&self, tx: &mut Tx, call: &Call, wanted: &Wanted<'_>) -> Result<(), Error> {
        let identity = call.identity_verdict(tx, wanted.action, wanted.resource);
        let resource = self.verdict(tx, call, wanted)?;
        decide(identity, resource, self.own).map_err(|refused| denied(call, wanted, refused))
    }

    /// Whether nothing that a request says of itself matters here: no policy hangs on what is guarded, and those of
    /// principals are not stored yet (`Call::identity_verdict`).
    pub(crate) fn is_unconditional(&self) -> bool {
        self.policy.is_none()
    }

    /// Whether what is decided about one resource in here holds for all: the policy, if there is one, speaks of none in
    /// particular.
    pub(crate) fn is_general(&self) -> bool {
        self.policy.as_deref().is_none_or(speaks_of_all)
    }

    /// Asks whether the caller may get a bearer token, which is no action on a resource: the caller's own policies
    /// allow it, and the policy of the domain can only deny it (assumed).
    ///
    /// Errors: access denied.
    pub(crate) fn allow_bearer_token(&self, tx: &mut Tx, call: &Call, duration_s: i64) -> Result<(), Error> {
        let wanted = Wanted::new("sts:GetServiceBearerToken", "*").with_duration(duration_s);
        let identity = call.identity_verdict(tx, wanted.action, wanted.resource);
        let resource = self.verdict(tx, call, &wanted)?;
        decide(identity, resource, true).map_err(|refused| denied(call, &wanted, refused))
    }

    /// Asks whether the caller may set the policy itself: its owners alone may, and whatever it says now (user guide;
    /// that getting and deleting it do ask the policy is assumed).
    ///
    /// Errors: access denied.
    pub(crate) fn allow_owner(&self, tx: &mut Tx, call: &Call, wanted: &Wanted<'_>) -> Result<(), Error> {
        let identity = call.identity_verdict(tx, wanted.action, wanted.resource);
        decide(identity, Verdict::Silent, self.own).map_err(|refused| denied(call, wanted, refused))
    }

    fn verdict(&self, tx: &mut Tx, call: &Call, wanted: &Wanted<'_>) -> Result<Verdict, store::Error> {
        let Some(text) = &self.policy else { return Ok(Verdict::Silent) };
        let document = parsed::document(text)?;
        let principal = Principal::parse(&call.principal);
        let mut context = wanted.context(call, principal.as_ref(), &self.domain);
        if document.asks_for("aws:ResourceTag/") {
            for (key, value) in tag::of_resource(tx, &self.domain, wanted.resource)? {
                context.set(&format!("aws:ResourceTag/{key}"), value);
            }
        }
        let (action, resource) = (wanted.action, wanted.resource);
        Ok(document.verdict(&Request { principal: principal.as_ref(), action, resource, context: &context }))
    }
}

/// Whether every statement of a policy is about every resource.
fn speaks_of_all(policy: &str) -> bool {
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        Value::Object(_) => vec![&policy["Statement"]],
        _ => Vec::new(),
    };
    let is_of_all = |resource: &Value| match resource {
        Value::String(one) => one == "*",
        Value::Array(several) => several.iter().any(|one| one == "*"),
        _ => false,
    };
    !statements.is_empty() && statements.iter().all(|statement| is_of_all(&statement["Resource"]))
}

/// Words a refusal as AWS does, with its reason.
fn denied(call: &Call, wanted: &Wanted<'_>, refused: Refused) -> Error {
    let Wanted { action, resource, .. } = wanted;
    let because = match refused {
        Refused::DeniedByIdentity => "with an explicit deny in an identity-based policy".to_owned(),
        Refused::DeniedByResource => "with an explicit deny in a resource-based policy".to_owned(),
        Refused::NotAllowedByIdentity => {
            format!("because no identity-based policy allows the {action} action")
        }
        Refused::NotAllowedByResource => {
            format!("because no resource-based policy allows the {action} action")
        }
    };
    let principal = &call.principal;
    Denied(format!(
        "User: {principal} is not authorized to perform: {action} on resource: {resource} {because}"
    ))
    .into()
}
