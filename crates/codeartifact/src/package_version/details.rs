//! `ListPackageVersionDependencies` and `GetPackageVersionReadme`: what the manifest says.

use model::Operation;
use model_codeartifact::operations::ListPackageVersionDependencies;
use model_codeartifact::types::{
    GetPackageVersionReadmeRequest, GetPackageVersionReadmeResult, ListPackageVersionDependenciesRequest,
    ListPackageVersionDependenciesResult, PackageDependency,
};
use service::Call;
use store::Tx;

use super::reach;
use crate::error::{Error, Kind, not_found};
use crate::limits;
use crate::package;
use crate::page::Asked;
use crate::repository::RepositoryKey;

/// Lists the direct dependencies of a version in the order of its manifest.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found, version not found, a page token of another list.
pub fn dependencies(
    tx: &mut Tx,
    call: &Call,
    input: &ListPackageVersionDependenciesRequest,
) -> Result<ListPackageVersionDependenciesResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:ListPackageVersionDependencies";
    let reached = reach(tx, call, action, key, wanted, &input.package_version)?;
    let path = reached.coordinates.to_string();
    let domain = &reached.key.domain;
    let filters = [domain.account.as_str(), &domain.name, &reached.key.name, &path, &reached.version.version];
    let spec = ListPackageVersionDependencies::SPEC;
    let asked =
        Asked::new(call, spec, &filters, None, limits::PAGE_OF_PACKAGES, input.next_token.as_deref())?;
    let shown: usize = asked.after(0).parse().unwrap_or_default();
    let mut rest: Vec<_> = (1_usize..).zip(reached.version.facts.dependencies).skip(shown).collect();
    let next_token = asked.cut(&mut rest, |(place, _)| vec![place.to_string()]);
    let dependencies = rest.into_iter().map(|(_, one)| PackageDependency {
        namespace: one.namespace,
        package: Some(one.package),
        dependency_type: one.dependency_type,
        version_requirement: one.version_requirement,
    });
    Ok(ListPackageVersionDependenciesResult {
        format: Some(reached.coordinates.format.as_str().to_owned()),
        namespace: reached.coordinates.namespace(),
        package: Some(reached.coordinates.name),
        version: Some(reached.version.version),
        version_revision: Some(reached.version.revision),
        next_token,
        dependencies: Some(dependencies.collect()),
    })
}

/// Gives the readme of a version.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found, version not found, no readme.
pub fn readme(
    tx: &mut Tx,
    call: &Call,
    input: &GetPackageVersionReadmeRequest,
) -> Result<GetPackageVersionReadmeResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:GetPackageVersionReadme";
    let reached = reach(tx, call, action, key, wanted, &input.package_version)?;
    let (coordinates, version) = (reached.coordinates, reached.version);
    let Some(readme) = version.facts.readme else {
        let name = format!("{}@{}", coordinates.display_name(), version.version);
        return Err(not_found(Kind::PackageVersion, &name, format!("Package version {name} has no readme")));
    };
    Ok(GetPackageVersionReadmeResult {
        format: Some(coordinates.format.as_str().to_owned()),
        namespace: coordinates.namespace(),
        package: Some(coordinates.name),
        version: Some(version.version),
        version_revision: Some(version.revision),
        readme: Some(readme),
    })
}
