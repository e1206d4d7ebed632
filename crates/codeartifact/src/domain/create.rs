//! `CreateDomain`.

use model_codeartifact::types::{CreateDomainRequest, CreateDomainResult};
use service::Call;
use store::Tx;

use super::{Domain, DomainKey, description, table};
use crate::error::{self, Error, Kind, conflict};
use crate::{arn, quota, tag};

/// Creates a domain in the caller's account.
///
/// Errors in this order: access denied, tags that may not be set, a domain of that name, as many domains as an
/// account may own.
pub fn create(tx: &mut Tx, call: &Call, input: &CreateDomainRequest) -> Result<CreateDomainResult, Error> {
    let key = DomainKey::of(call, &input.domain, None);
    let resource = arn::domain(&call.partition, &key);
    call.allow(tx, "codeartifact:CreateDomain", &resource)?;
    let tags = tag::checked(tx, call, &resource, Kind::Domain, &key.name, input.tags.as_deref())?;
    if table::get(tx, &key)?.is_some() {
        let message = format!("Domain {} already exists in account {}", key.name, key.account);
        return Err(conflict(Kind::Domain, &key.name, message));
    }
    let owned = table::count(tx, &key.account, &key.region)?;
    if quota::DOMAINS_PER_ACCOUNT.is_reached(call, owned) {
        let most = quota::DOMAINS_PER_ACCOUNT.of(call);
        let message = format!("Account {} already owns {owned} of {most} domains", key.account);
        return Err(error::quota(Kind::Domain, &key.name, message));
    }
    let encryption_key = encryption_key_arn(call, input.encryption_key.as_deref());
    let domain = Domain { key, encryption_key, created_at: tx.now() };
    table::put(tx, &domain)?;
    tag::put_all(tx, &domain.key, &resource, &tags)?;
    Ok(CreateDomainResult { domain: Some(description(tx, call, &domain, "Active")?) })
}

/// Turns what a caller may name a key by (nothing, an id, an alias, an ARN) into an ARN.
///
/// There is no key service behind it: the name is kept and shown (assumed: no key is refused).
fn encryption_key_arn(call: &Call, given: Option<&str>) -> String {
    let rest = match given {
        None => "alias/aws/codeartifact".to_owned(),
        Some(arn) if arn.starts_with("arn:") => return arn.to_owned(),
        Some(alias) if alias.starts_with("alias/") => alias.to_owned(),
        Some(id) => format!("key/{id}"),
    };
    call.arn("kms", &call.account, &rest)
}
