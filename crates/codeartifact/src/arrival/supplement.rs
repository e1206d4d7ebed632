//! What a public registry says later of versions that came from it: further files, and that they should not be used
//! any more.

use std::borrow::Cow;
use std::collections::BTreeMap;

use service::Call;
use store::Tx;

use super::amend::{Whole, amend};
use crate::error::Error;
use crate::name::Coordinates;
use crate::package;
use crate::package_version::{self, Arrival, Asset, EntryPoint, Facts, OriginType, kept};
use crate::repository::{self, Repository, RepositoryKey};
use crate::resolution;

/// What the public registry has of a version beyond what was ingested of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Supplement {
    /// The version, as stored.
    pub version: String,
    /// Its assets, or those that are new; their blobs are stored. One that is there keeps the bytes that it has.
    pub assets: Vec<Asset>,
    /// The metadata in its format's own shape; `None` keeps what is there.
    pub manifest: Option<String>,
    /// What the metadata says, in the words of the API; `None` keeps what is there.
    pub facts: Option<Facts>,
    /// What is said against using it; `None` keeps what is there.
    pub remarks: Option<Remarks>,
}

/// What is said against using a version; neither its revision nor its status depends on it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Remarks {
    /// Why nobody should use it any more.
    pub deprecated: Option<String>,
    /// Why it was yanked (may be empty), if it was.
    pub yanked: Option<String>,
}

impl From<Option<String>> for Remarks {
    fn from(deprecated: Option<String>) -> Remarks {
        Remarks { deprecated, yanked: None }
    }
}

/// Supplements a version that came through the connection of `with_connection`, there and in the copy that the
/// requested repository retained of it; says whether anything changed.
///
/// Nothing changes where the connection is gone or cannot be reached (the package's upstream is blocked on the way),
/// where the version was published or copied rather than ingested, and where its status is not Published or Unlisted.
/// The copy is supplemented only if the version in the repository with the connection may be. Errors: repository not
/// found.
pub fn supplement(
    tx: &mut Tx,
    call: &Call,
    requested: &RepositoryKey,
    with_connection: &RepositoryKey,
    package: &Coordinates,
    supplement: &Supplement,
) -> Result<bool, Error> {
    let asked = repository::table::get(tx, requested)?.ok_or_else(|| repository::absent(requested))?;
    let path = resolution::path(tx, &asked, package)?;
    let through = path.into_iter().find_map(|step| {
        let connection = step.connection?;
        (step.repository.key == *with_connection).then_some((step.repository, connection.name))
    });
    let Some((repository, connection)) = through else { return Ok(false) };
    let ingested = [Arrival::Ingest];
    let Some(mut changed) =
        supplement_in(tx, call, &repository, (package, &connection, &ingested), supplement)?
    else {
        return Ok(false);
    };
    if asked.key != repository.key {
        let retained = [Arrival::Retain, Arrival::Ingest];
        let copy = supplement_in(tx, call, &asked, (package, &connection, &retained), supplement)?;
        changed |= copy.unwrap_or_default();
    }
    Ok(changed)
}

/// Supplements the version in one repository, if it came through that connection by one of these ways; says whether
/// anything changed, or nothing where it must not.
fn supplement_in(
    tx: &mut Tx,
    call: &Call,
    repository: &Repository,
    (package, connection, ways): (&Coordinates, &str, &[Arrival]),
    supplement: &Supplement,
) -> Result<Option<bool>, store::Error> {
    let key = &repository.key;
    let Some(version) = package_version::table::get(tx, key, package, &supplement.version)? else {
        return Ok(None);
    };
    let through = EntryPoint::Connection(connection.to_owned());
    let came = version.origin.kind == OriginType::External && version.origin.entry == through;
    if !came || !ways.contains(&version.arrival) || !version.status.is_downloadable() {
        return Ok(None);
    }
    let assets = package_version::table::assets(tx, key, package, &supplement.version)?;
    let present = Whole { version, assets };
    let mut next = present.clone();
    let missing = |asset: &&Asset| !present.assets.iter().any(|held| held.name == asset.name);
    next.assets.extend(supplement.assets.iter().filter(missing).cloned());
    if next.assets.len() > present.assets.len() {
        next.version.published_at = tx.now();
    }
    if let Some(manifest) = &supplement.manifest {
        next.version.manifest.clone_from(manifest);
    }
    if let Some(facts) = &supplement.facts {
        next.version.facts = facts.clone();
    }
    if let Some(remarks) = &supplement.remarks {
        if !next.version.deprecated_here {
            let deprecated = remarks.deprecated.as_deref().map(kept).filter(|text| !text.is_empty());
            next.version.deprecated = deprecated.map(Cow::into_owned);
        }
        next.version.yanked = remarks.yanked.as_deref().map(kept).map(Cow::into_owned);
    }
    amend(tx, &call.partition, repository, package, &present, &mut next).map(Some)
}

/// Takes over what the public registry says now against versions that came through the connection of this
/// repository; says how many changed.
///
/// Revisions stay, and what other repositories retained stays as it was (assumed). A deprecation of this domain's own
/// is not taken back by somebody else (assumed).
pub fn refresh<R: Clone + Into<Remarks>>(
    tx: &mut Tx,
    with_connection: &RepositoryKey,
    package: &Coordinates,
    said: &BTreeMap<String, R>,
) -> Result<usize, store::Error> {
    let mut changed = 0;
    for version in package_version::table::all(tx, with_connection, package)? {
        let Some(now) = said.get(&version.version) else { continue };
        let now: Remarks = now.clone().into();
        // As rows keep it; else every look would find a difference.
        let deprecated = now.deprecated.as_deref().map(kept).filter(|text| !text.is_empty());
        let yanked = now.yanked.as_deref().map(kept);
        if version.arrival != Arrival::Ingest {
            continue;
        }
        let name = &version.version;
        let mut differs = false;
        if !version.deprecated_here && version.deprecated.as_deref() != deprecated.as_deref() {
            let deprecated = deprecated.as_deref();
            package_version::table::set_deprecated(tx, with_connection, package, name, deprecated, false)?;
            differs = true;
        }
        if version.yanked.as_deref() != yanked.as_deref() {
            package_version::table::set_yanked(tx, with_connection, package, name, yanked.as_deref())?;
            differs = true;
        }
        changed += usize::from(differs);
    }
    if changed > 0 {
        package::table::next_sequence(tx, with_connection, package)?;
    }
    Ok(changed)
}
