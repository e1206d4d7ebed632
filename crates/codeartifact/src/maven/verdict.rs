//! What checksums that clients put said of the files they stand beside.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};
use service::Call;
use store::Tx;

use crate::arrival;
use crate::error::Error;
use crate::name::Coordinates;
use crate::package;
use crate::package_version::{self, Asset};
use crate::repository::RepositoryKey;

/// What a checksum says of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It is the file's.
    Agrees,
    /// It is another file's.
    Differs,
    /// There is no such file.
    NoAsset,
}

/// The manifest of a Maven version of which nothing is said but what its files say.
pub const NO_MANIFEST: &str = "{}";

/// The checksums that were wrong, by asset: the extensions of their files.
pub(super) type Wrong = BTreeMap<String, BTreeSet<String>>;

/// Compares a checksum with an asset, letter by letter; says whether that differs from what is remembered.
///
/// `algorithm` is the extension of the checksum's file. Errors in this order: domain not found, access denied,
/// repository not found.
pub fn compare(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    (version, asset): (&str, &str),
    (algorithm, checksum): (&str, &str),
) -> Result<(Verdict, bool), Error> {
    package::reach_repository(tx, call, "codeartifact:PublishPackageVersion", key, package)?;
    let assets = package_version::assets(tx, key, package, version)?;
    let Some(held) = assets.iter().find(|held| held.name == asset) else {
        return Ok((Verdict::NoAsset, false));
    };
    let agrees = digest(held, algorithm) == Some(checksum);
    let known = wrong(tx, key, package, version)?;
    let known_wrong = known.get(asset).is_some_and(|algorithms| algorithms.contains(algorithm));
    let verdict = if agrees { Verdict::Agrees } else { Verdict::Differs };
    Ok((verdict, agrees == known_wrong))
}

/// Remembers what a checksum said, as [`compare`] finds it now; errors likewise.
pub fn remember(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    (version, asset): (&str, &str),
    (algorithm, checksum): (&str, &str),
) -> Result<Verdict, Error> {
    let said = (algorithm, checksum);
    let (verdict, is_new) = compare(tx, call, key, package, (version, asset), said)?;
    if !is_new {
        return Ok(verdict);
    }
    let mut known = wrong(tx, key, package, version)?;
    if verdict == Verdict::Differs {
        known.entry(asset.to_owned()).or_default().insert(algorithm.to_owned());
    } else if let Some(algorithms) = known.get_mut(asset) {
        algorithms.remove(algorithm);
    }
    known.retain(|_, algorithms| !algorithms.is_empty());
    arrival::restate(tx, call, key, package, version, (manifest(&known), None))?;
    Ok(verdict)
}

/// The checksums of a version that were wrong the last time.
pub(super) fn wrong(
    tx: &mut Tx,
    key: &RepositoryKey,
    package: &Coordinates,
    version: &str,
) -> Result<Wrong, store::Error> {
    let Some(version) = package_version::get(tx, key, package, version)? else { return Ok(Wrong::new()) };
    let Ok(manifest) = serde_json::from_str::<Value>(&version.manifest) else { return Ok(Wrong::new()) };
    Ok(serde_json::from_value(manifest["flags"]["wrong_checksums"].clone()).unwrap_or_default())
}

/// The manifest of a Maven version: it holds what its files do not say, which is what was said against them. None of that
/// counts for the revision.
fn manifest(wrong: &Wrong) -> String {
    if wrong.is_empty() {
        return NO_MANIFEST.to_owned();
    }
    json!({"flags": {"wrong_checksums": wrong}}).to_string()
}

fn digest<'a>(asset: &'a Asset, algorithm: &str) -> Option<&'a str> {
    Some(match algorithm {
        "md5" => &asset.md5,
        "sha1" => &asset.sha1,
        "sha256" => &asset.sha256,
        "sha512" => &asset.sha512,
        _ => return None,
    })
}
