//! `UpdateRepository`.

use model_codeartifact::types::{UpdateRepositoryRequest, UpdateRepositoryResult};
use service::Call;
use store::Tx;

use super::{RepositoryKey, description, reach, table, upstream};
use crate::error::{Error, invalid};

/// Changes a repository's description, or replaces its upstreams, or both; what the request leaves out stays.
///
/// Errors in this order: upstreams that name the repository itself or one twice, domain not found, access denied,
/// repository not found, upstreams (even none) where an external connection is, upstreams that may not be.
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &UpdateRepositoryRequest,
) -> Result<UpdateRepositoryResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let upstreams =
        input.upstreams.as_deref().map(|upstreams| upstream::named(&key, upstreams)).transpose()?;
    let mut repository = reach(tx, call, "codeartifact:UpdateRepository", &key)?;
    if let Some(upstreams) = &upstreams {
        if let Some(connection) = &repository.connection {
            return Err(invalid(format!(
                "Repository {} has the external connection {}; \
                 a repository has either upstreams or an external connection",
                key.name, connection.name
            )));
        }
        upstream::check(tx, call, &key, upstreams)?;
        table::put_upstreams(tx, &key, upstreams)?;
    }
    if let Some(description) = &input.description {
        repository.description = Some(description.clone()).filter(|description| !description.is_empty());
        table::put(tx, &repository)?;
    }
    Ok(UpdateRepositoryResult { repository: Some(description(tx, call, repository)?) })
}
