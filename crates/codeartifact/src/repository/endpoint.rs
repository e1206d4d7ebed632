//! `GetRepositoryEndpoint`: the address that package managers are pointed at.

use model_codeartifact::types::{GetRepositoryEndpointRequest, GetRepositoryEndpointResult};
use service::Call;
use store::Tx;

use super::{RepositoryKey, reach};
use crate::error::{Error, invalid};
use crate::name::PackageFormat;

/// Gives the endpoint of a repository for one format, whether or not it holds packages of it.
///
/// Errors in this order: an unknown format, domain not found, access denied, repository not found.
pub fn endpoint(
    tx: &mut Tx,
    call: &Call,
    input: &GetRepositoryEndpointRequest,
) -> Result<GetRepositoryEndpointResult, Error> {
    let format = PackageFormat::parse(&input.format)
        .ok_or_else(|| invalid(format!("Unknown package format: {}", input.format)))?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    reach(tx, call, "codeartifact:GetRepositoryEndpoint", &key)?;
    Ok(GetRepositoryEndpointResult { repository_endpoint: Some(endpoint_url(&call.base_url, &key, format)) })
}

/// Builds the address of a repository below the one that the caller reached, in path style: it ends in a slash,
/// because clients append to it.
///
/// AWS documents this style for interface endpoints without private names. The endpoint type (`ipv4`,
/// `dualstack`) does not change it: the caller's own address serves both.
pub fn endpoint_url(base_url: &str, key: &RepositoryKey, format: PackageFormat) -> String {
    let RepositoryKey { domain, name } = key;
    format!("{base_url}/{format}/d/{}-{}/{name}/", domain.name, domain.account)
}
