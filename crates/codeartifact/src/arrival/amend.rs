//! Another state of a version that a repository holds: what of its assets, its metadata and its status changes is
//! saved, and told in one event.

use store::{Error, Tx};

use crate::name::Coordinates;
use crate::package;
use crate::package_version::event::{Assets, Change, Subject, emit};
use crate::package_version::{self, Asset, StoredVersion};
use crate::repository::Repository;

/// A version with its assets.
#[derive(Debug, Clone)]
pub(crate) struct Whole {
    pub(crate) version: StoredVersion,
    pub(crate) assets: Vec<Asset>,
}

/// What becomes of the assets of a version.
struct Difference<'a> {
    /// Names that are new, and those that have other bytes.
    incoming: Vec<&'a Asset>,
    /// Names that go, and those that get other bytes.
    outgoing: Vec<&'a Asset>,
    counts: Assets,
}

/// Saves the next state of a version, its revision computed anew; says whether anything changed.
///
/// A change that no event has words for (of what is deprecated, yanked or flagged) is counted, so that listings are
/// made again, but not told.
pub(crate) fn amend(
    tx: &mut Tx,
    partition: &str,
    repository: &Repository,
    package: &Coordinates,
    present: &Whole,
    next: &mut Whole,
) -> Result<bool, Error> {
    let key = &repository.key;
    let difference = Difference::of(&present.assets, &next.assets);
    next.version.revision = package_version::revision(&next.assets, &next.version.manifest);
    if difference.counts == Assets::default() && present.version == next.version {
        return Ok(false);
    }
    let name = &next.version.version;
    package_version::table::update(tx, key, package, &next.version)?;
    for asset in &difference.outgoing {
        package_version::table::delete_asset(tx, key, package, name, &asset.name)?;
    }
    let incoming: Vec<Asset> = difference.incoming.into_iter().cloned().collect();
    if !incoming.is_empty() {
        package_version::table::append_assets(tx, key, package, name, &incoming)?;
    }
    let content = |version: &StoredVersion| package_version::revision(&[], &version.manifest);
    let metadata_updated =
        content(&present.version) != content(&next.version) || present.version.facts != next.version.facts;
    let status_changed = present.version.status != next.version.status;
    if difference.counts == Assets::default() && !metadata_updated && !status_changed {
        package::table::next_sequence(tx, key, package)?;
        return Ok(true);
    }
    let (status, revision) = (next.version.status, next.version.revision.as_str());
    let subject = Subject { repository, package, version: name, status, revision };
    emit(tx, partition, &subject, Change::updated(difference.counts, metadata_updated, status_changed))?;
    Ok(true)
}

impl<'a> Difference<'a> {
    fn of(present: &'a [Asset], next: &'a [Asset]) -> Difference<'a> {
        let named = |assets: &'a [Asset], name: &str| assets.iter().find(|asset| asset.name == name);
        let mut counts = Assets::default();
        let mut incoming = Vec::new();
        let mut outgoing = Vec::new();
        for asset in next {
            match named(present, &asset.name) {
                Some(before) if before.sha256 == asset.sha256 => {}
                Some(before) => {
                    counts.updated += 1;
                    outgoing.push(before);
                    incoming.push(asset);
                }
                None => {
                    counts.added += 1;
                    incoming.push(asset);
                }
            }
        }
        for asset in present.iter().filter(|asset| named(next, &asset.name).is_none()) {
            counts.removed += 1;
            outgoing.push(asset);
        }
        Difference { incoming, outgoing, counts }
    }
}
