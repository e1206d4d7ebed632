//! `CreateRepository`.

use model_codeartifact::types::{CreateRepositoryRequest, CreateRepositoryResult};
use service::Call;
use store::Tx;

use super::{Repository, RepositoryKey, description, table, upstream};
use crate::error::{self, Error, Kind, conflict};
use crate::policy::Wanted;
use crate::{arn, domain, quota, tag};

/// Creates a repository, administered by the caller's account; the policy of the domain is asked, with the domain as
/// the resource (that it is asked in the owner's account, too, is assumed).
///
/// Errors in this order: upstreams that name the repository itself or one twice, domain not found, access denied,
/// tags that may not be set, a repository of that name, upstreams that may not be, as many repositories as a
/// domain may have.
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &CreateRepositoryRequest,
) -> Result<CreateRepositoryResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let upstreams = upstream::named(&key, input.upstreams.as_deref().unwrap_or_default())?;
    let resource = arn::repository(&call.partition, &key);
    let tags = input.tags.as_deref().unwrap_or_default();
    let in_domain = arn::domain(&call.partition, &key.domain);
    let wanted = Wanted::new("codeartifact:CreateRepository", &in_domain).with_tags(tags);
    domain::reach_for(tx, call, &key.domain, &wanted)?;
    let tags = tag::checked(tx, call, &resource, Kind::Repository, &key.name, input.tags.as_deref())?;
    if table::get(tx, &key)?.is_some() {
        let message = format!("Repository {} already exists in domain {}", key.name, key.domain.name);
        return Err(conflict(Kind::Repository, &key.name, message));
    }
    if table::is_deletion_postponed(tx, &key)? {
        let message = format!(
            "Repository {} of domain {} was deleted, and its packages still are being; try again soon",
            key.name, key.domain.name
        );
        return Err(conflict(Kind::Repository, &key.name, message));
    }
    upstream::check(tx, call, &key, &upstreams)?;
    let present = domain::table::repository_count(tx, &key.domain)?;
    if quota::REPOSITORIES_PER_DOMAIN.is_reached(call, present) {
        let most = quota::REPOSITORIES_PER_DOMAIN.of(call);
        let message = format!("Domain {} already has {present} of {most} repositories", key.domain.name);
        return Err(error::quota(Kind::Repository, &key.name, message));
    }
    let repository = Repository {
        key,
        administrator: call.account.clone(),
        description: input.description.clone(),
        connection: None,
        created_at: tx.now(),
    };
    table::put(tx, &repository)?;
    table::put_upstreams(tx, &repository.key, &upstreams)?;
    tag::put_all(tx, &repository.key.domain, &resource, &tags)?;
    Ok(CreateRepositoryResult { repository: Some(description(tx, call, repository)?) })
}
