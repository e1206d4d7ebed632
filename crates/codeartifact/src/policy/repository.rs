//! `GetRepositoryPermissionsPolicy`, `PutRepositoryPermissionsPolicy` and `DeleteRepositoryPermissionsPolicy`.

use model_codeartifact::types::{
    DeleteRepositoryPermissionsPolicyRequest, DeleteRepositoryPermissionsPolicyResult,
    GetRepositoryPermissionsPolicyRequest, GetRepositoryPermissionsPolicyResult,
    PutRepositoryPermissionsPolicyRequest, PutRepositoryPermissionsPolicyResult,
};
use service::Call;
use store::Tx;

use super::{Guard, Holder, Wanted, check_document};
use crate::arn;
use crate::error::Error;
use crate::repository::{RepositoryKey, reach};

/// Gives the policy of a repository.
///
/// Errors in this order: domain not found, access denied, repository not found, no policy.
pub fn get_of_repository(
    tx: &mut Tx,
    call: &Call,
    input: &GetRepositoryPermissionsPolicyRequest,
) -> Result<GetRepositoryPermissionsPolicyResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    reach(tx, call, "codeartifact:GetRepositoryPermissionsPolicy", &key)?;
    let holder = holder(call, key);
    let policy = holder.policy(tx)?;
    Ok(GetRepositoryPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

/// Sets the policy of a repository; as for a domain's, its owners alone may, and always.
///
/// Errors in this order: a document that is no policy, domain not found, access denied, repository not found, a
/// revision that is not current.
pub fn put_of_repository(
    tx: &mut Tx,
    call: &Call,
    input: &PutRepositoryPermissionsPolicyRequest,
) -> Result<PutRepositoryPermissionsPolicyResult, Error> {
    check_document(&input.policy_document)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let (found, guard) = Guard::of_repository(tx, call, &key)?;
    let resource = arn::repository(&call.partition, &key);
    let wanted = Wanted::new("codeartifact:PutRepositoryPermissionsPolicy", &resource);
    guard.allow_owner(tx, call, &wanted)?;
    found.repository(&key)?;
    let holder = holder(call, key);
    let policy = holder.replace(tx, input.policy_revision.as_deref(), &input.policy_document)?;
    Ok(PutRepositoryPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

/// Deletes the policy of a repository.
///
/// Errors in this order: domain not found, access denied, repository not found, no policy, a revision that is not
/// current.
pub fn delete_of_repository(
    tx: &mut Tx,
    call: &Call,
    input: &DeleteRepositoryPermissionsPolicyRequest,
) -> Result<DeleteRepositoryPermissionsPolicyResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    reach(tx, call, "codeartifact:DeleteRepositoryPermissionsPolicy", &key)?;
    let holder = holder(call, key);
    let policy = holder.remove(tx, input.policy_revision.as_deref())?;
    Ok(DeleteRepositoryPermissionsPolicyResult { policy: Some(holder.shown(policy)) })
}

fn holder(call: &Call, key: RepositoryKey) -> Holder {
    Holder { arn: arn::repository(&call.partition, &key), domain: key.domain, repository: key.name }
}
