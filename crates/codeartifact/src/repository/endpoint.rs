//! `GetRepositoryEndpoint`: the address that package managers are pointed at.

use model_codeartifact::types::{GetRepositoryEndpointRequest, GetRepositoryEndpointResult};
use service::Call;
use store::Tx;

use super::{RepositoryKey, reach};
use crate::domain::DomainKey;
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
    let is_dualstack = input.endpoint_type.as_deref() == Some("dualstack");
    let domains = call.installation.endpoint_domains.as_ref();
    let url = match domains.map(|(ipv4, dualstack)| if is_dualstack { dualstack } else { ipv4 }) {
        Some(domain) => host_style(&call.base_url, &domain.replace("{region}", &call.region), &key, format),
        None => endpoint_url(&call.base_url, &key, format),
    };
    Ok(GetRepositoryEndpointResult { repository_endpoint: Some(url) })
}

/// Builds the address of a repository below a domain of the operator's, in AWS's usual style; the caller's own address
/// gives the scheme only.
fn host_style(base_url: &str, domain: &str, key: &RepositoryKey, format: PackageFormat) -> String {
    let scheme = base_url.split_once("://").map_or("http", |(scheme, _)| scheme);
    let RepositoryKey { domain: DomainKey { name, account, .. }, name: repository } = key;
    format!("{scheme}://{name}-{account}.d.{domain}/{format}/{repository}/")
}

/// Builds the address of a repository below the one that the caller reached, in path style: it ends in a slash,
/// because clients append to it.
///
/// AWS documents this style for interface endpoints without private names. The endpoint type (`ipv4`,
/// `dualstack`) does not change it: the caller's own address serves both. It is what is handed out unless the operator
/// named domains for host style.
pub fn endpoint_url(base_url: &str, key: &RepositoryKey, format: PackageFormat) -> String {
    let RepositoryKey { domain, name } = key;
    format!("{base_url}/{format}/d/{}-{}/{name}/", domain.name, domain.account)
}
