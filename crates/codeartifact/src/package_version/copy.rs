//! `CopyPackageVersions`: versions of a package go to another repository of the domain, all or none; bytes stay where
//! they are.

use std::collections::{BTreeMap, BTreeSet};

use formats::pypi::name::ProjectName;
use model::{Decode as _, Members, Operation as _};
use model_codeartifact::operations::CopyPackageVersions;
use model_codeartifact::types::{
    CopyPackageVersionsRequest, CopyPackageVersionsResult, PackageVersionError, SuccessfulPackageVersionInfo,
};
use service::Call;
use store::Tx;

use super::batch::{Failures, Successes, failure, skip_others};
use super::{Arrival, Status, StoredVersion, table};
use crate::arrival::amend::{Whole, amend};
use crate::arrival::enter;
use crate::crate_name;
use crate::dist_tag;
use crate::error::{Error, invalid};
use crate::limits::VERSIONS_PER_CALL_MAX;
use crate::name::{Coordinates, PackageFormat, stored_version};
use crate::package;
use crate::repository::{self, Repository, RepositoryKey};
use crate::resolution::{self, Step};

/// What a call asks to be copied: versions, each perhaps with the revision that it must have.
type Asked = BTreeMap<String, Option<String>>;

/// A version on its way, with the repository that holds it and the dist-tags that point at it there.
struct Found {
    from: RepositoryKey,
    whole: Whole,
    dist_tags: Vec<String>,
}

/// What becomes of one version.
enum Verdict {
    /// The destination does not have it.
    Enters(Box<Found>),
    /// The destination has it with other content, which it loses.
    Replaces(Box<Found>, Box<Whole>),
    /// The destination has it with the same content: nothing happens.
    Same,
    Failed(PackageVersionError),
}

/// Copies versions; the status, the origin and the dist-tags of each go along.
///
/// Versions that the destination has with the same content succeed and are in neither map. What only a public registry
/// has is not looked for here: whoever serves the call brings it in before ([`wanting`]). Errors in this order: not either versions
/// or their revisions, too many or twice the same, one repository as source and destination (assumed), coordinates
/// that the format does not allow, domain not found, access denied, repository not found (of the source, then of the
/// destination), package not found.
pub fn copy(
    tx: &mut Tx,
    call: &Call,
    input: &CopyPackageVersionsRequest,
) -> Result<CopyPackageVersionsResult, Error> {
    let asked = asked(input)?;
    let (wanted, source, destination) = reach(tx, call, input)?;
    let mut path = resolution::path(tx, &source, &wanted)?;
    if input.include_from_upstream != Some(true) {
        path.truncate(1);
    }
    path.retain(|step| step.package.is_some());
    if path.is_empty() {
        return Err(package::absent(&source.key, &wanted));
    }
    let overwrite = input.allow_overwrite == Some(true);
    let mut failed = Failures::new();
    let mut verdicts = Vec::new();
    for (version, revision) in &asked {
        let found = look_up(tx, &path, &wanted, version)?;
        match judge(tx, &destination, &wanted, (version, revision.as_deref()), found, overwrite)? {
            Verdict::Failed(failure) => {
                failed.insert(version.clone(), failure);
            }
            verdict => verdicts.push(verdict),
        }
    }
    if !failed.is_empty() {
        skip_others(&mut failed, asked.keys());
        return Ok(answer(Successes::new(), failed));
    }
    let mut successful = Successes::new();
    for verdict in verdicts {
        if let Some(version) = carry_out(tx, call, &destination, &wanted, verdict)? {
            let status = Some(version.status.as_str().to_owned());
            let done = SuccessfulPackageVersionInfo { revision: Some(version.revision), status };
            successful.insert(version.version, done);
        }
    }
    Ok(answer(successful, failed))
}

/// Versions that a copy asks for and no repository of the domain has, but perhaps a public registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanting {
    /// The package.
    pub package: Coordinates,
    /// The repositories whose connections may have them, nearest first.
    pub connections: Vec<Repository>,
    /// The versions.
    pub versions: Vec<String>,
}

/// Lists what has to be brought in before [`copy`] runs, from the members of its input.
///
/// Nothing where the input is wrong or does not include upstreams: the copy itself then says so. Errors: those of
/// [`copy`] up to the repositories.
pub fn wanting(tx: &mut Tx, call: &Call, members: &Members) -> Result<Option<Wanting>, Error> {
    if model::validate(CopyPackageVersions::SPEC.input, members).is_err() {
        return Ok(None);
    }
    let input = CopyPackageVersionsRequest::decode(members.clone());
    if input.include_from_upstream != Some(true) {
        return Ok(None);
    }
    let asked = asked(&input)?;
    let (package, source, _) = reach(tx, call, &input)?;
    let path = match package.format {
        // One spelling that is kept from coming from outside keeps them all.
        PackageFormat::Cargo => crate_name::known(tx, &source, &package.name)?.path,
        // Nothing is held in another spelling, but registries would be asked for the name that it stands for.
        PackageFormat::Pypi if !is_normalised(&package.name) => return Ok(None),
        _ => resolution::path(tx, &source, &package)?,
    };
    let connections = path.iter().filter(|step| step.connection.is_some());
    let connections: Vec<Repository> = connections.map(|step| step.repository.clone()).collect();
    if connections.is_empty() {
        return Ok(None);
    }
    let mut versions = Vec::new();
    for version in asked.into_keys() {
        if look_up(tx, &path, &package, &version)?.is_none() {
            versions.push(version);
        }
    }
    Ok((!versions.is_empty()).then_some(Wanting { package, connections, versions }))
}

/// Whether a Python project is spelled as it is held.
fn is_normalised(name: &str) -> bool {
    ProjectName::parse(name).is_ok_and(|project| project.as_str() == name)
}

/// Finds the package's coordinates, the source and the destination, and asks whether the caller may read from the one
/// and copy to the other.
fn reach(
    tx: &mut Tx,
    call: &Call,
    input: &CopyPackageVersionsRequest,
) -> Result<(Coordinates, Repository, Repository), Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let owner = input.domain_owner.as_deref();
    let from = RepositoryKey::of(call, &input.domain, owner, &input.source_repository);
    let into = RepositoryKey::of(call, &input.domain, owner, &input.destination_repository);
    let source = repository::reach(tx, call, "codeartifact:ReadFromRepository", &from)?;
    let destination = repository::reach(tx, call, "codeartifact:CopyPackageVersions", &into)?;
    Ok((wanted, source, destination))
}

/// Reads which versions are meant, before anything is looked up.
fn asked(input: &CopyPackageVersionsRequest) -> Result<Asked, Error> {
    let asked: Asked = match (&input.versions, &input.version_revisions) {
        (Some(versions), None) => {
            let distinct: BTreeSet<&String> = versions.iter().collect();
            if distinct.len() < versions.len() {
                return Err(invalid("A version is given twice in versions"));
            }
            versions.iter().map(|version| (stored_version(&input.format, version), None)).collect()
        }
        (None, Some(revisions)) => {
            let named = |(version, revision): (&String, &String)| {
                (stored_version(&input.format, version), Some(revision.clone()))
            };
            revisions.iter().map(named).collect()
        }
        _ => return Err(invalid("Either versions or versionRevisions must be given, and not both")),
    };
    if asked.len() > VERSIONS_PER_CALL_MAX {
        return Err(invalid(format!("One call may name {VERSIONS_PER_CALL_MAX} versions")));
    }
    if input.source_repository == input.destination_repository {
        return Err(invalid("sourceRepository and destinationRepository must not be the same"));
    }
    Ok(asked)
}

/// Finds a version: the first repository that holds it decides, whatever its status.
fn look_up(
    tx: &mut Tx,
    path: &[Step],
    package: &Coordinates,
    version: &str,
) -> Result<Option<Found>, store::Error> {
    for step in path {
        let key = &step.repository.key;
        let Some(stored) = table::get(tx, key, package, version)? else { continue };
        let assets = table::assets(tx, key, package, version)?;
        let tags = dist_tag::table::list(tx, key, package)?;
        let dist_tags = tags.into_iter().filter(|(_, named)| named == version).map(|(tag, _)| tag).collect();
        let whole = Whole { version: stored, assets };
        return Ok(Some(Found { from: key.clone(), whole, dist_tags }));
    }
    Ok(None)
}

/// Decides about one version: absence first, then its revision, its status, and what the destination has.
///
/// Assumed: only Published and Unlisted versions are copied, and a version that was disposed of in the destination is
/// not replaced: it must be deleted first.
fn judge(
    tx: &mut Tx,
    destination: &Repository,
    package: &Coordinates,
    (name, expected): (&str, Option<&str>),
    found: Option<Found>,
    overwrite: bool,
) -> Result<Verdict, store::Error> {
    let Some(found) = found else {
        return Ok(Verdict::Failed(failure("NOT_FOUND", format!("Could not find version {name}"))));
    };
    let StoredVersion { revision, status, .. } = &found.whole.version;
    if let Some(expected) = expected.filter(|expected| expected != revision) {
        let message = format!("current revision: {revision}, expected revision: {expected}");
        return Ok(Verdict::Failed(failure("MISMATCHED_REVISION", message)));
    }
    if !status.is_downloadable() {
        let message = format!("version {name} is {} and cannot be copied", status.as_str());
        return Ok(Verdict::Failed(failure("NOT_ALLOWED", message)));
    }
    let key = &destination.key;
    let Some(present) = table::get(tx, key, package, name)? else {
        return Ok(Verdict::Enters(Box::new(found)));
    };
    let disposed = present.status == Status::Disposed;
    if !disposed && present.revision == *revision {
        return Ok(Verdict::Same);
    }
    if !overwrite {
        let message = format!("version {name} already exists in the destination with other content");
        return Ok(Verdict::Failed(failure("ALREADY_EXISTS", message)));
    }
    if disposed {
        let message = format!("version {name} was disposed of in the destination and must be deleted first");
        return Ok(Verdict::Failed(failure("NOT_ALLOWED", message)));
    }
    let assets = table::assets(tx, key, package, name)?;
    Ok(Verdict::Replaces(Box::new(found), Box::new(Whole { version: present, assets })))
}

/// Copies one version; answers it, unless it was there.
fn carry_out(
    tx: &mut Tx,
    call: &Call,
    destination: &Repository,
    package: &Coordinates,
    verdict: Verdict,
) -> Result<Option<StoredVersion>, store::Error> {
    match verdict {
        Verdict::Enters(found) => {
            let (copied, tags) = found.copied(tx);
            enter(tx, &call.partition, destination, package, &copied.version, &copied.assets, &tags)?;
            Ok(Some(copied.version))
        }
        Verdict::Replaces(found, present) => {
            let (mut copied, tags) = found.copied(tx);
            amend(tx, &call.partition, destination, package, &present, &mut copied)?;
            for tag in &tags {
                dist_tag::table::put(tx, &destination.key, package, tag, &copied.version.version)?;
            }
            Ok(Some(copied.version))
        }
        Verdict::Same | Verdict::Failed(_) => Ok(None),
    }
}

impl Found {
    /// The version as it arrives in the destination, with its dist-tags.
    fn copied(self, tx: &Tx) -> (Whole, Vec<String>) {
        let version = StoredVersion {
            arrival: Arrival::Copy,
            arrival_from: Some(self.from.name),
            published_at: tx.now(),
            ..self.whole.version
        };
        (Whole { version, assets: self.whole.assets }, self.dist_tags)
    }
}

fn answer(successful: Successes, failed: Failures) -> CopyPackageVersionsResult {
    CopyPackageVersionsResult { successful_versions: Some(successful), failed_versions: Some(failed) }
}
