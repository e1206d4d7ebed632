//! `ListPackageVersions`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use model::Operation;
use model_codeartifact::operations::ListPackageVersions;
use model_codeartifact::types::{
    ListPackageVersionsRequest, ListPackageVersionsResult, PackageVersionSummary,
};
use service::Call;
use store::Tx;

use super::{Listed, Status, table};
use crate::error::Error;
use crate::name::{Coordinates, PackageFormat, order_in};
use crate::page::Asked;
use crate::repository::RepositoryKey;
use crate::{dist_tag, limits, package};

/// Lists the versions of a package, of every status unless one is asked for; upstream repositories are not
/// looked at.
///
/// The highest version comes first, with `sortBy` the newest. Errors in this order: coordinates that the format
/// does not allow, domain not found, access denied, repository not found, package not found, a page token of
/// another list.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &ListPackageVersionsRequest,
) -> Result<ListPackageVersionsResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    package::reach(tx, call, "codeartifact:ListPackageVersions", &key, &wanted)?;
    let status = input.status.as_deref().unwrap_or_default();
    let origin = input.origin_type.as_deref().unwrap_or_default();
    let by_time = input.sort_by.is_some();
    let sorting = input.sort_by.as_deref().unwrap_or_default();
    let path = wanted.to_string();
    let filters = [key.domain.account.as_str(), &key.domain.name, &key.name, &path, status, origin, sorting];
    let token = input.next_token.as_deref();
    let asked =
        Asked::new(call, ListPackageVersions::SPEC, &filters, input.max_results, limits::PAGE, token)?;
    let mut versions = table::list(tx, &key, &wanted)?;
    let tags = dist_tag::table::list(tx, &key, &wanted)?;
    let default_display_version = default_of(wanted.format, &versions, &tags);
    versions.retain(|listed| status.is_empty() || listed.status.as_str() == status);
    versions.retain(|listed| origin.is_empty() || listed.origin.kind.as_str() == origin);
    let place = |time: i64, version: &str, listed: &Listed| {
        let newer = if by_time { time.cmp(&listed.published_at.millis()) } else { Ordering::Equal };
        newer.then_with(|| order_in(wanted.format, version, &listed.version))
    };
    versions.sort_by(|a, b| place(a.published_at.millis(), &a.version, b).reverse());
    if asked.after.is_some() {
        let time: i64 = asked.after(1).parse().unwrap_or_default();
        versions.retain(|listed| place(time, asked.after(0), listed) == Ordering::Greater);
    }
    let next_token =
        asked.cut(&mut versions, |last| vec![last.version.clone(), last.published_at.millis().to_string()]);
    Ok(ListPackageVersionsResult {
        default_display_version,
        format: Some(wanted.format.as_str().to_owned()),
        namespace: wanted.namespace(),
        package: Some(wanted.name),
        versions: Some(versions.into_iter().map(summary).collect()),
        next_token,
    })
}

/// Finds the version that stands for a package: for npm the one tagged `latest`, else the newest published one.
pub(crate) fn default_display_version(
    tx: &mut Tx,
    repository: &RepositoryKey,
    coordinates: &Coordinates,
    tags: &BTreeMap<String, String>,
) -> Result<Option<String>, store::Error> {
    let versions = table::list(tx, repository, coordinates)?;
    Ok(default_of(coordinates.format, &versions, tags))
}

fn default_of(format: PackageFormat, versions: &[Listed], tags: &BTreeMap<String, String>) -> Option<String> {
    let published = || versions.iter().filter(|listed| listed.status == Status::Published);
    if format == PackageFormat::Npm
        && let Some(latest) = tags.get("latest")
        && published().any(|listed| listed.version == *latest)
    {
        return Some(latest.clone());
    }
    published()
        .max_by(|a, b| {
            let order = || order_in(format, &a.version, &b.version);
            a.published_at.cmp(&b.published_at).then_with(order)
        })
        .map(|listed| listed.version.clone())
}

fn summary(listed: Listed) -> PackageVersionSummary {
    PackageVersionSummary {
        version: listed.version,
        revision: Some(listed.revision),
        status: listed.status.as_str().to_owned(),
        origin: Some(listed.origin.shown()),
    }
}
