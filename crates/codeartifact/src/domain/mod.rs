//! Domains: the containers of repositories, one per account, region and name.

mod create;
mod delete;
mod describe;
mod list;
pub(crate) mod table;

pub use create::create;
pub use delete::delete;
pub use describe::describe;
pub use list::list;

use model::Timestamp;
use model_codeartifact::types::{DomainDescription, DomainSummary};
use service::Call;
use store::Tx;

use crate::arn;
use crate::error::{Error, Kind, not_found};
use crate::policy::{Guard, Wanted};

/// Which domain is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DomainKey {
    /// The account that owns it.
    pub account: String,
    /// The region it lives in.
    pub region: String,
    /// Its name.
    pub name: String,
}

/// A stored domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Domain {
    /// Which domain it is.
    pub key: DomainKey,
    /// The ARN of its encryption key, as given.
    pub encryption_key: String,
    /// When it was created.
    pub created_at: Timestamp,
}

impl DomainKey {
    /// Names the domain that a request means: without `domainOwner`, the caller's own.
    pub fn of(call: &Call, domain: &str, domain_owner: Option<&str>) -> DomainKey {
        DomainKey {
            account: domain_owner.unwrap_or(&call.account).to_owned(),
            region: call.region.clone(),
            name: domain.to_owned(),
        }
    }
}

/// Finds the domain that a request names and asks whether the caller may perform `action` on `resource`, which is the
/// domain or one of its package groups.
///
/// Errors in this order: access denied where the domain belongs to another account and its policy does not admit the
/// caller, whether or not it exists; not found; access denied.
pub(crate) fn reach(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: &DomainKey,
    resource: &str,
) -> Result<Domain, Error> {
    reach_for(tx, call, key, &Wanted::new(action, resource))
}

/// The same, for a request that says more about itself.
pub(crate) fn reach_for(
    tx: &mut Tx,
    call: &Call,
    key: &DomainKey,
    wanted: &Wanted<'_>,
) -> Result<Domain, Error> {
    let (domain, guard) = Guard::of_domain(tx, call, key)?;
    guard.allow(tx, call, wanted)?;
    domain.ok_or_else(|| absent(key))
}

pub(crate) fn absent(key: &DomainKey) -> Error {
    let message = format!("Domain not found. Domain: {}, owner: {}", key.name, key.account);
    not_found(Kind::Domain, &key.name, message)
}

/// Describes a domain with what it holds now.
pub(crate) fn description(
    tx: &mut Tx,
    call: &Call,
    domain: &Domain,
    status: &str,
) -> Result<DomainDescription, Error> {
    let key = &domain.key;
    Ok(DomainDescription {
        name: Some(key.name.clone()),
        owner: Some(key.account.clone()),
        arn: Some(arn::domain(&call.partition, key)),
        status: Some(status.to_owned()),
        created_time: Some(domain.created_at),
        encryption_key: Some(domain.encryption_key.clone()),
        repository_count: Some(table::repository_count(tx, key)?),
        asset_size_bytes: Some(table::asset_size_bytes(tx, key)?),
        s3_bucket_arn: Some(format!("arn:{}:s3:::assets-{}-{}", call.partition, key.account, key.region)),
    })
}

fn summary(call: &Call, domain: Domain) -> DomainSummary {
    DomainSummary {
        arn: Some(arn::domain(&call.partition, &domain.key)),
        name: Some(domain.key.name),
        owner: Some(domain.key.account),
        status: Some("Active".to_owned()),
        created_time: Some(domain.created_at),
        encryption_key: Some(domain.encryption_key),
    }
}
