//! `DeleteDomain`.

use model_codeartifact::types::{DeleteDomainRequest, DeleteDomainResult};
use service::Call;
use store::Tx;

use super::{DomainKey, description, table};
use crate::error::{Error, Kind, conflict};
use crate::policy::{self, Guard, Wanted};
use crate::{arn, package_group, release_age, tag, token};

/// Deletes an empty domain; deleting what is already gone succeeds and answers nothing.
///
/// Errors in this order: access denied, repositories left.
pub fn delete(tx: &mut Tx, call: &Call, input: &DeleteDomainRequest) -> Result<DeleteDomainResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::domain(&call.partition, &key);
    let (domain, guard) = Guard::of_domain(tx, call, &key)?;
    guard.allow(tx, call, &Wanted::new("codeartifact:DeleteDomain", &resource))?;
    let Some(domain) = domain else {
        return Ok(DeleteDomainResult { domain: None });
    };
    let repositories = table::repository_count(tx, &key)?;
    if repositories > 0 {
        let message = format!("Domain {} still has {repositories} repositories; delete them first", key.name);
        return Err(conflict(Kind::Domain, &key.name, message));
    }
    let last = description(tx, call, &domain, "Deleted")?;
    table::delete(tx, &key)?;
    tag::delete_all(tx, &key, &resource)?;
    policy::table::delete(tx, &key, "")?;
    package_group::delete_all(tx, call, &domain)?;
    release_age::table::delete(tx, &key)?;
    token::table::delete_all(tx, &key)?;
    Ok(DeleteDomainResult { domain: Some(last) })
}
