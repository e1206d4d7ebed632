//! `GetDomainPermissionsPolicy`, `PutDomainPermissionsPolicy` and `DeleteDomainPermissionsPolicy`.

use model_codeartifact::types::{
    DeleteDomainPermissionsPolicyRequest, DeleteDomainPermissionsPolicyResult,
    GetDomainPermissionsPolicyRequest, GetDomainPermissionsPolicyResult, PutDomainPermissionsPolicyRequest,
    PutDomainPermissionsPolicyResult,
};
use service::Call;
use store::Tx;

use super::{Guard, Holder, Wanted, check_document};
use crate::arn;
use crate::domain::{DomainKey, absent, reach};
use crate::error::Error;

/// Gives the policy of a domain.
///
/// Errors in this order: domain not found, access denied, no policy.
pub fn get_of_domain(
    tx: &mut Tx,
    call: &Call,
    input: &GetDomainPermissionsPolicyRequest,
) -> Result<GetDomainPermissionsPolicyResult, Error> {
    let holder = holder(call, &input.domain, input.domain_owner.as_deref());
    reach(tx, call, "codeartifact:GetDomainPermissionsPolicy", &holder.domain, &holder.arn)?;
    let policy = holder.policy(tx)?;
    Ok(GetDomainPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

/// Sets the policy of a domain.
///
/// The policy that is there is not asked, so that its owner can always repair it; nor can it admit another account.
/// Errors in this order: a document that is no policy, domain not found, access denied, a revision that is not
/// current.
pub fn put_of_domain(
    tx: &mut Tx,
    call: &Call,
    input: &PutDomainPermissionsPolicyRequest,
) -> Result<PutDomainPermissionsPolicyResult, Error> {
    check_document(&input.policy_document)?;
    let holder = holder(call, &input.domain, input.domain_owner.as_deref());
    let (domain, guard) = Guard::of_domain(tx, call, &holder.domain)?;
    let wanted = Wanted::new("codeartifact:PutDomainPermissionsPolicy", &holder.arn);
    guard.allow_owner(tx, call, &wanted)?;
    domain.ok_or_else(|| absent(&holder.domain))?;
    let policy = holder.replace(tx, input.policy_revision.as_deref(), &input.policy_document)?;
    Ok(PutDomainPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

/// Deletes the policy of a domain.
///
/// Errors in this order: domain not found, access denied, no policy, a revision that is not current.
pub fn delete_of_domain(
    tx: &mut Tx,
    call: &Call,
    input: &DeleteDomainPermissionsPolicyRequest,
) -> Result<DeleteDomainPermissionsPolicyResult, Error> {
    let holder = holder(call, &input.domain, input.domain_owner.as_deref());
    reach(tx, call, "codeartifact:DeleteDomainPermissionsPolicy", &holder.domain, &holder.arn)?;
    let policy = holder.remove(tx, input.policy_revision.as_deref())?;
    Ok(DeleteDomainPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

fn holder(call: &Call, domain: &str, owner: Option<&str>) -> Holder {
    let domain = DomainKey::of(call, domain, owner);
    Holder { arn: arn::domain(&call.partition, &domain), domain, repository: String::new() }
}
