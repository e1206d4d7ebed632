//! Repositories: the sets of packages of a domain, their upstreams and their external connection.

mod create;
mod delete;
mod deletion;
mod describe;
mod endpoint;
mod external_connection;
mod list;
mod list_in_domain;
pub(crate) mod table;
mod update;
mod upstream;

pub use create::create;
pub use delete::delete;
pub use deletion::{go_on_deleting, is_deletion_due};
pub use describe::describe;
pub use endpoint::{endpoint, endpoint_url};
pub use external_connection::{Connection, associate, disassociate};
pub use list::list;
pub use list_in_domain::list_in_domain;
pub use update::update;

use model::Timestamp;
use model_codeartifact::types::{
    RepositoryDescription, RepositoryExternalConnectionInfo, RepositorySummary, UpstreamRepositoryInfo,
};
use service::Call;
use store::Tx;

use crate::arn;
use crate::domain::DomainKey;
use crate::error::{Error, Kind, not_found};
use crate::policy::{Guard, Wanted};

/// Which repository is meant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepositoryKey {
    /// The domain it belongs to.
    pub domain: DomainKey,
    /// Its name, case-sensitive.
    pub name: String,
}

/// A stored repository, without its upstreams.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// Which repository it is.
    pub key: RepositoryKey,
    /// The account that created it.
    pub administrator: String,
    /// What its people say about it.
    pub description: Option<String>,
    /// Its link to a public registry.
    pub connection: Option<Connection>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl RepositoryKey {
    /// Names the repository that a request means.
    pub fn of(call: &Call, domain: &str, domain_owner: Option<&str>, repository: &str) -> RepositoryKey {
        RepositoryKey { domain: DomainKey::of(call, domain, domain_owner), name: repository.to_owned() }
    }

    /// Names another repository of the same domain.
    #[must_use]
    pub fn sibling(&self, name: &str) -> RepositoryKey {
        RepositoryKey { domain: self.domain.clone(), name: name.to_owned() }
    }
}

/// Finds the repository that a request names and asks whether the caller may perform `action` on it.
///
/// Errors in this order: domain not found, access denied, repository not found; where both belong to other accounts
/// and the repository's policy does not admit the caller, access denied whether or not they exist.
pub fn reach(tx: &mut Tx, call: &Call, action: &str, key: &RepositoryKey) -> Result<Repository, Error> {
    let resource = arn::repository(&call.partition, key);
    reach_for(tx, call, key, &Wanted::new(action, &resource))
}

/// The same as [`reach`]; says also whether every request of this principal is answered so until something is committed,
/// since no policy was asked.
pub fn reach_for_long(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: &RepositoryKey,
) -> Result<(Repository, bool), Error> {
    let resource = arn::repository(&call.partition, key);
    let (found, guard) = Guard::of_repository(tx, call, key)?;
    guard.allow(tx, call, &Wanted::new(action, &resource))?;
    Ok((found.repository(key)?, guard.is_unconditional()))
}

/// Finds a repository and asks whether the caller may do something on it or on one of its packages.
///
/// Errors as for [`reach`].
pub(crate) fn reach_for(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    wanted: &Wanted<'_>,
) -> Result<Repository, Error> {
    let (found, guard) = Guard::of_repository(tx, call, key)?;
    guard.allow(tx, call, wanted)?;
    found.repository(key)
}

pub(crate) fn absent(key: &RepositoryKey) -> Error {
    let message = format!("Repository not found. RepoId: {}, domain: {}", key.name, key.domain.name);
    not_found(Kind::Repository, &key.name, message)
}

/// Describes a repository with its upstreams in the order of their priority.
pub(crate) fn description(
    tx: &mut Tx,
    call: &Call,
    repository: Repository,
) -> Result<RepositoryDescription, store::Error> {
    let upstreams = table::upstreams(tx, &repository.key)?;
    let arn = arn::repository(&call.partition, &repository.key);
    let RepositoryKey { domain, name } = repository.key;
    Ok(RepositoryDescription {
        name: Some(name),
        administrator_account: Some(repository.administrator),
        domain_name: Some(domain.name),
        domain_owner: Some(domain.account),
        arn: Some(arn),
        description: repository.description,
        upstreams: Some(
            upstreams
                .into_iter()
                .map(|name| UpstreamRepositoryInfo { repository_name: Some(name) })
                .collect(),
        ),
        external_connections: Some(repository.connection.into_iter().map(connection_shown).collect()),
        created_time: Some(repository.created_at),
    })
}

fn connection_shown(connection: Connection) -> RepositoryExternalConnectionInfo {
    RepositoryExternalConnectionInfo {
        external_connection_name: Some(connection.name),
        package_format: Some(connection.format.as_str().to_owned()),
        status: Some("Available".to_owned()),
    }
}

fn summary(call: &Call, repository: Repository) -> RepositorySummary {
    let arn = arn::repository(&call.partition, &repository.key);
    let RepositoryKey { domain, name } = repository.key;
    RepositorySummary {
        name: Some(name),
        administrator_account: Some(repository.administrator),
        domain_name: Some(domain.name),
        domain_owner: Some(domain.account),
        arn: Some(arn),
        description: repository.description,
        created_time: Some(repository.created_at),
    }
}

/// Bounds the names that begin with `prefix`: from the first text up to, excluded, the second.
fn names_with(prefix: Option<&str>) -> (String, String) {
    let prefix = prefix.unwrap_or_default();
    (prefix.to_owned(), store::prefix_end(prefix))
}
