//! `DescribeRepository`.

use model_codeartifact::types::{DescribeRepositoryRequest, DescribeRepositoryResult};
use service::Call;
use store::Tx;

use super::{RepositoryKey, description, reach};
use crate::error::Error;

/// Describes a repository.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &DescribeRepositoryRequest,
) -> Result<DescribeRepositoryResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let repository = reach(tx, call, "codeartifact:DescribeRepository", &key)?;
    Ok(DescribeRepositoryResult { repository: Some(description(tx, call, repository)?) })
}
