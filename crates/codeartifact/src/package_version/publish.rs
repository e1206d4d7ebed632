//! `PublishPackageVersion`: one asset of a generic package version; the last one completes it.

use model::{Decode as _, Members, Operation as _};
use model_codeartifact::operations::PublishPackageVersion;
use model_codeartifact::types::{PublishPackageVersionRequest, PublishPackageVersionResult};
use service::{Call, UNKNOWN_SHA256};
use store::Tx;

use super::asset::summary;
use super::{Asset, Facts, asset_name};
use crate::arrival::{self, Addition, Published};
use crate::error::{Error, invalid};
use crate::name::{Coordinates, PackageFormat};
use crate::package;
use crate::quota;
use crate::repository::RepositoryKey;

/// Publishes one asset, whose bytes are stored, of a version that may be there; without `unfinished` the version is
/// complete with it.
///
/// The same asset again changes nothing. Errors in this order: coordinates that the format does not allow, another
/// format than generic, a name that an asset cannot have, bytes of another hash than `assetSHA256`; then those of
/// [`arrival::add`].
pub fn publish(
    tx: &mut Tx,
    call: &Call,
    input: &PublishPackageVersionRequest,
) -> Result<PublishPackageVersionResult, Error> {
    let (published, asset) = publish_asset(tx, call, input)?;
    let (package, _) = checked(call, input)?;
    Ok(PublishPackageVersionResult {
        format: Some(package.format.as_str().to_owned()),
        namespace: package.namespace(),
        package: Some(package.name),
        version: Some(input.package_version.clone()),
        version_revision: Some(published.revision),
        status: Some(published.status.as_str().to_owned()),
        asset: Some(summary(asset)),
    })
}

/// Does what [`publish`] does for those who do not speak the API; errors as there.
pub fn publish_asset(
    tx: &mut Tx,
    call: &Call,
    input: &PublishPackageVersionRequest,
) -> Result<(Published, Asset), Error> {
    let (package, key) = checked(call, input)?;
    let content = &input.asset_content;
    if input.asset_sha256 != content.sha256 {
        return Err(invalid(format!(
            "The bytes of asset {} have the SHA-256 {}, but x-amz-content-sha256 says {}",
            input.asset_name, content.sha256, input.asset_sha256
        )));
    }
    let asset = asset(input, &content.sha256);
    let published = arrival::add(tx, call, &key, &package, &addition(&package, input, asset.clone()))?;
    Ok((published, asset))
}

/// Reads the input of [`publish_asset`] from its members, as the API reads it.
///
/// Errors: a constraint of the API model is violated.
pub fn read_publish(members: Members) -> Result<PublishPackageVersionRequest, Error> {
    model::validate(PublishPackageVersion::SPEC.input, &members)
        .map_err(|error| invalid(error.to_string()))?;
    Ok(PublishPackageVersionRequest::decode(members))
}

/// Asks whether [`publish`] would take the asset, before its bytes are read; says how many they may be. Errors as there,
/// but for the hash.
pub fn admit_publish(tx: &mut Tx, call: &Call, input: &PublishPackageVersionRequest) -> Result<u64, Error> {
    let (package, key) = checked(call, input)?;
    let sha256 = if input.asset_sha256 == UNKNOWN_SHA256 { "" } else { &input.asset_sha256 };
    arrival::may_add(tx, call, &key, &package, &addition(&package, input, asset(input, sha256)))?;
    Ok(quota::ASSET_BYTES.of(call))
}

/// Checks what can be told from the members alone.
fn checked(call: &Call, input: &PublishPackageVersionRequest) -> Result<(Coordinates, RepositoryKey), Error> {
    let package = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    if package.format != PackageFormat::Generic {
        return Err(invalid(format!(
            "Only packages of format generic are published by this operation, not {}; \
             publish with the format's own client",
            package.format
        )));
    }
    asset_name::check(&input.asset_name).map_err(invalid)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    Ok((package, key))
}

fn asset(input: &PublishPackageVersionRequest, sha256: &str) -> Asset {
    let content = &input.asset_content;
    Asset {
        name: input.asset_name.clone(),
        size: i64::try_from(content.size).unwrap_or(i64::MAX),
        sha256: sha256.to_owned(),
        sha1: content.sha1.clone(),
        sha512: content.sha512.clone(),
        md5: content.md5.clone(),
        ..Asset::default()
    }
}

fn addition(package: &Coordinates, input: &PublishPackageVersionRequest, asset: Asset) -> Addition {
    Addition {
        version: input.package_version.clone(),
        facts: Some(Facts { display_name: package.name.clone(), ..Facts::default() }),
        assets: vec![asset],
        finished: input.unfinished != Some(true),
        ..Addition::default()
    }
}
