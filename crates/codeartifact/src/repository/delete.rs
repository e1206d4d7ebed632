//! `DeleteRepository`.

use model_codeartifact::types::{DeleteRepositoryRequest, DeleteRepositoryResult};
use service::Call;
use store::Tx;

use super::{RepositoryKey, deletion, description, table};
use crate::error::Error;
use crate::package_version::event;
use crate::policy::{self, Guard, Wanted};
use crate::{arn, package_group, tag};

/// Deletes a repository with all that it holds; deleting what is already gone succeeds and answers nothing.
///
/// Repositories that had it as an upstream keep what they retained; it comes off the lists of package groups. Of a
/// large one, the packages and their events follow soon after. Errors in this order: domain not found, access denied.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &DeleteRepositoryRequest,
) -> Result<DeleteRepositoryResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let resource = arn::repository(&call.partition, &key);
    let (found, guard) = Guard::of_repository(tx, call, &key)?;
    guard.allow(tx, call, &Wanted::new("codeartifact:DeleteRepository", &resource))?;
    let Some(repository) = found.in_domain(&key)? else {
        return Ok(DeleteRepositoryResult { repository: None });
    };
    let last = description(tx, call, repository.clone())?;
    if !deletion::postpone(tx, &call.partition, &repository)? {
        event::repository_deleted(tx, &call.partition, &repository)?;
        table::delete(tx, &key)?;
    }
    tag::delete_all(tx, &key.domain, &resource)?;
    policy::table::delete(tx, &key.domain, &key.name)?;
    package_group::forget_repository(tx, &key.domain, &key.name)?;
    Ok(DeleteRepositoryResult { repository: Some(last) })
}
