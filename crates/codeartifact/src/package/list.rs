//! `ListPackages`.

use model::Operation;
use model_codeartifact::operations::ListPackages;
use model_codeartifact::types::{ListPackagesRequest, ListPackagesResult};
use service::Call;
use store::Tx;

use super::table::Filter;
use super::{summary, table};
use crate::error::{Error, invalid};
use crate::limits;
use crate::name::PackageFormat;
use crate::page::Asked;
use crate::repository::{self, RepositoryKey};

/// Lists the packages of a repository by format, namespace and name, those without versions too; upstream
/// repositories are not looked at.
///
/// Errors in this order: a namespace without a format, domain not found, access denied, repository not found, a
/// page token of another list.
pub fn list(tx: &mut Tx, call: &Call, input: &ListPackagesRequest) -> Result<ListPackagesResult, Error> {
    let namespace = namespace_prefix(input)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    repository::reach(tx, call, "codeartifact:ListPackages", &key)?;
    let format = input.format.as_deref().unwrap_or_default();
    let name = input.package_prefix.as_deref().unwrap_or_default();
    let publish = input.publish.as_deref().unwrap_or_default();
    let upstream = input.upstream.as_deref().unwrap_or_default();
    let bound = [
        key.domain.account.as_str(),
        &key.domain.name,
        &key.name,
        format,
        &namespace,
        name,
        publish,
        upstream,
    ];
    let token = input.next_token.as_deref();
    let asked =
        Asked::new(call, ListPackages::SPEC, &bound, input.max_results, limits::PAGE_OF_PACKAGES, token)?;
    let filter = Filter { format, namespace: &namespace, name, publish, upstream };
    let after = (asked.after(0), asked.after(1), asked.after(2));
    let mut packages = table::list(tx, &key, &filter, after, asked.read())?;
    let next_token = asked.cut(&mut packages, |last| {
        let last = &last.coordinates;
        let (namespace, name) = (table::part(&last.namespace), table::part(&last.name));
        vec![last.format.as_str().to_owned(), namespace.into_owned(), name.into_owned()]
    });
    Ok(ListPackagesResult { packages: Some(packages.into_iter().map(summary).collect()), next_token })
}

/// Reads the namespace filter, a prefix; it needs a format, and npm scopes may come with their `@`.
fn namespace_prefix(input: &ListPackagesRequest) -> Result<String, Error> {
    let Some(namespace) = &input.namespace else {
        return Ok(String::new());
    };
    match input.format.as_deref().and_then(PackageFormat::parse) {
        None => Err(invalid(format!("The namespace {namespace} needs a format"))),
        Some(PackageFormat::Npm) => Ok(namespace.strip_prefix('@').unwrap_or(namespace).to_owned()),
        Some(_) => Ok(namespace.clone()),
    }
}
