//! `ListPackageVersionAssets` and `GetPackageVersionAsset`.

use model::{Content, Operation};
use model_codeartifact::operations::ListPackageVersionAssets;
use model_codeartifact::types::{
    AssetSummary, GetPackageVersionAssetRequest, GetPackageVersionAssetResult,
    ListPackageVersionAssetsRequest, ListPackageVersionAssetsResult,
};
use service::Call;
use store::Tx;

use super::{Asset, reach, table};
use crate::error::{Error, Kind, conflict, not_found};
use crate::limits;
use crate::package;
use crate::page::Asked;
use crate::release_age;
use crate::repository::RepositoryKey;

/// Lists the assets of a version by name; archived and disposed versions show none.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found, version not found, a page token of another list.
pub fn list_assets(
    tx: &mut Tx,
    call: &Call,
    input: &ListPackageVersionAssetsRequest,
) -> Result<ListPackageVersionAssetsResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:ListPackageVersionAssets";
    let reached = reach(tx, call, action, key, wanted, &input.package_version)?;
    let (key, coordinates, version) = (reached.key, reached.coordinates, reached.version);
    let path = coordinates.to_string();
    let filters = [key.domain.account.as_str(), &key.domain.name, &key.name, &path, &version.version];
    let token = input.next_token.as_deref();
    let spec = ListPackageVersionAssets::SPEC;
    let asked = Asked::new(call, spec, &filters, input.max_results, limits::PAGE_OF_PACKAGES, token)?;
    let mut assets = table::assets(tx, &key, &coordinates, &version.version)?;
    assets.retain(|asset| version.status.has_assets() && asset.name.as_str() > asked.after(0));
    let next_token = asked.cut(&mut assets, |last| vec![last.name.clone()]);
    Ok(ListPackageVersionAssetsResult {
        format: Some(coordinates.format.as_str().to_owned()),
        namespace: coordinates.namespace(),
        package: Some(coordinates.name),
        version: Some(version.version),
        version_revision: Some(version.revision),
        next_token,
        assets: Some(assets.into_iter().map(summary).collect()),
    })
}

/// Hands out one asset of a version; upstream repositories are not looked at.
///
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied, repository
/// not found, package not found, version not found, another revision than the one asked for (assumed: a
/// conflict), a version from outside that is too young (assumed: its assets are not found), asset not found, as in
/// every archived or disposed version.
pub fn get_asset(
    tx: &mut Tx,
    call: &Call,
    input: &GetPackageVersionAssetRequest,
) -> Result<GetPackageVersionAssetResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:GetPackageVersionAsset";
    let reached = reach(tx, call, action, key, wanted, &input.package_version)?;
    let (key, coordinates, version) = (reached.key, reached.coordinates, reached.version);
    let name = format!("{}@{}", coordinates.display_name(), version.version);
    if let Some(revision) =
        input.package_version_revision.as_ref().filter(|asked| **asked != version.revision)
    {
        let message = format!("Package version {name} has revision {}, not {revision}", version.revision);
        return Err(conflict(Kind::PackageVersion, &name, message));
    }
    let refusal = match release_age::refusal(tx, &key.domain, &coordinates, &version)? {
        None => release_age::refusal_of_file(tx, &key.domain, &coordinates, &version, &input.asset)?,
        refusal => refusal,
    };
    if let Some(refusal) = refusal {
        return Err(not_found(Kind::Asset, &input.asset, format!("Asset {}: {refusal}", input.asset)));
    }
    let assets = table::assets(tx, &key, &coordinates, &version.version)?;
    let found = assets.into_iter().find(|asset| asset.name == input.asset && version.status.has_assets());
    let Some(asset) = found else {
        let status = version.status.as_str();
        let message = format!("Package version {name} ({status}) has no asset {} to download", input.asset);
        return Err(not_found(Kind::Asset, &input.asset, message));
    };
    Ok(GetPackageVersionAssetResult {
        asset: Content {
            sha256: asset.sha256,
            size: u64::try_from(asset.size).unwrap_or_default(),
            ..Content::default()
        },
        asset_name: Some(asset.name),
        package_version: Some(version.version),
        package_version_revision: Some(version.revision),
    })
}

pub(super) fn summary(asset: Asset) -> AssetSummary {
    AssetSummary { hashes: Some(asset.hashes()), size: Some(asset.size), name: asset.name }
}
