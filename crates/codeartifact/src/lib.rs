//! AWS CodeArtifact: domains, their repositories, and the package versions in them.
//!
//! A room a noun; each holds the operations on it and, in its `table.rs`, its SQL. The package endpoints (crate
//! `registry`) call `resolution` and `arrival`. Nothing here knows HTTP, and bytes are blobs named by digest.

pub mod arn;
pub mod arrival;
pub mod crate_name;
mod dialect;
pub mod dist_tag;
pub mod domain;
mod error;
pub mod limits;
pub mod maven;
pub mod name;
pub mod package;
pub mod package_group;
pub mod package_version;
mod page;
pub mod policy;
pub mod quota;
pub mod release_age;
pub mod repository;
pub mod resolution;
mod table;
pub mod tag;
pub mod token;

pub use error::Error;
pub use package_version::event::TOPIC;

use model_codeartifact::operations as api;
use service::Table;

/// The tables that this crate keeps in the store.
pub static ROOM: store::Room = store::Room {
    name: "codeartifact",
    migrations: table::MIGRATIONS,
    blob_references: table::BLOB_REFERENCES,
};

/// Enters every operation that is implemented.
pub fn register(table: &mut Table) {
    table.service(dialect::CODEARTIFACT, model_codeartifact::SPECS);

    table.write::<api::CreateDomain>(domain::create);
    table.read::<api::DescribeDomain>(domain::describe);
    table.read::<api::ListDomains>(domain::list);
    table.write::<api::DeleteDomain>(domain::delete);

    table.write::<api::CreateRepository>(repository::create);
    table.read::<api::DescribeRepository>(repository::describe);
    table.write::<api::UpdateRepository>(repository::update);
    table.read::<api::ListRepositories>(repository::list);
    table.read::<api::ListRepositoriesInDomain>(repository::list_in_domain);
    table.write::<api::DeleteRepository>(repository::delete);
    table.write::<api::AssociateExternalConnection>(repository::associate);
    table.write::<api::DisassociateExternalConnection>(repository::disassociate);
    table.read::<api::GetRepositoryEndpoint>(repository::endpoint);
    table.read::<api::GetAuthorizationToken>(token::get);

    table.read::<api::GetDomainPermissionsPolicy>(policy::get_of_domain);
    table.write::<api::PutDomainPermissionsPolicy>(policy::put_of_domain);
    table.write::<api::DeleteDomainPermissionsPolicy>(policy::delete_of_domain);
    table.read::<api::GetRepositoryPermissionsPolicy>(policy::get_of_repository);
    table.write::<api::PutRepositoryPermissionsPolicy>(policy::put_of_repository);
    table.write::<api::DeleteRepositoryPermissionsPolicy>(policy::delete_of_repository);

    table.read::<api::ListPackages>(package::list);
    table.read::<api::DescribePackage>(package::describe);
    table.write::<api::DeletePackage>(package::delete);
    table.write::<api::PutPackageOriginConfiguration>(package::put_origin_configuration);

    table.upload::<api::PublishPackageVersion>(package_version::admit_publish, package_version::publish);
    table.read::<api::ListPackageVersions>(package_version::list);
    table.read::<api::DescribePackageVersion>(package_version::describe);
    table.write::<api::UpdatePackageVersionsStatus>(package_version::update_status);
    table.write::<api::DisposePackageVersions>(package_version::dispose);
    table.write::<api::DeletePackageVersions>(package_version::delete);
    table.write::<api::CopyPackageVersions>(package_version::copy);
    table.read::<api::ListPackageVersionDependencies>(package_version::dependencies);
    table.read::<api::GetPackageVersionReadme>(package_version::readme);
    table.read::<api::ListPackageVersionAssets>(package_version::list_assets);
    table.read::<api::GetPackageVersionAsset>(package_version::get_asset);

    table.write::<api::CreatePackageGroup>(package_group::create);
    table.read::<api::DescribePackageGroup>(package_group::describe);
    table.write::<api::UpdatePackageGroup>(package_group::update);
    table.write::<api::DeletePackageGroup>(package_group::delete);
    table.read::<api::ListPackageGroups>(package_group::list);
    table.read::<api::ListSubPackageGroups>(package_group::list_sub);
    table.read::<api::GetAssociatedPackageGroup>(package_group::associated_group);
    table.read::<api::ListAssociatedPackages>(package_group::list_associated);
    table.write::<api::UpdatePackageGroupOriginConfiguration>(package_group::update_origin_configuration);
    table.read::<api::ListAllowedRepositoriesForGroup>(package_group::list_allowed_repositories);

    table.write::<api::TagResource>(tag::put);
    table.write::<api::UntagResource>(tag::remove);
    table.read::<api::ListTagsForResource>(tag::list);
}
