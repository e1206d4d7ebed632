//! `UpdatePackageVersionsStatus`, `DisposePackageVersions` and `DeletePackageVersions`: all versions or none.
//!
//! One version that may not change keeps all others from changing; the call answers 200 and says why for each.

use std::collections::{BTreeMap, BTreeSet};

use model_codeartifact::types::{
    DeletePackageVersionsRequest, DeletePackageVersionsResult, DisposePackageVersionsRequest,
    DisposePackageVersionsResult, PackageVersionError, SuccessfulPackageVersionInfo,
    UpdatePackageVersionsStatusRequest, UpdatePackageVersionsStatusResult,
};
use service::Call;
use store::Tx;

use super::event::{Change, Subject, emit};
use super::{Status, StoredVersion, table};
use crate::error::{Error, invalid};
use crate::limits::VERSIONS_PER_CALL_MAX;
use crate::name::{Coordinates, is_prerelease, stored_version, version_order};
use crate::package::{self, Reached};
use crate::repository::RepositoryKey;
use crate::{dist_tag, name::PackageFormat};

/// Versions by name, with what became of them.
pub(super) type Successes = BTreeMap<String, SuccessfulPackageVersionInfo>;
/// Versions by name, with what kept them from changing.
pub(super) type Failures = BTreeMap<String, PackageVersionError>;

/// What all versions of a call are checked against.
struct Expectation<'a> {
    versions: &'a [String],
    revisions: Option<&'a BTreeMap<String, String>>,
    status: Option<&'a str>,
    target: Option<Status>,
}

/// Sets the status of versions.
///
/// Errors in this order: versions given twice or too many, revisions of other versions, a status that cannot be
/// set, coordinates that the format does not allow, domain not found, access denied, repository not found, package
/// not found.
pub fn update_status(
    tx: &mut Tx,
    call: &Call,
    input: &UpdatePackageVersionsStatusRequest,
) -> Result<UpdatePackageVersionsStatusResult, Error> {
    let target = Status::parse(&input.target_status).filter(|status| status.is_settable());
    let Some(target) = target else {
        return Err(invalid(format!(
            "targetStatus must be Published, Unlisted or Archived, not {}",
            input.target_status
        )));
    };
    let revisions = spelled_keys(&input.format, input.version_revisions.as_ref());
    let expectation = Expectation {
        versions: &spelled(&input.format, &input.versions),
        revisions: revisions.as_ref(),
        status: input.expected_status.as_deref(),
        target: Some(target),
    };
    expectation.check()?;
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let action = "codeartifact:UpdatePackageVersionsStatus";
    let reached = package::reach(tx, call, action, &key, &wanted)?;
    let (successful, failed) = each(tx, call, &reached, &expectation, |tx, version| {
        if version.status == target {
            return Ok((target.as_str(), None));
        }
        table::set_status(tx, &key, &wanted, &version.version, target)?;
        Ok((target.as_str(), Some((target, Change::status(0)))))
    })?;
    Ok(UpdatePackageVersionsStatusResult {
        successful_versions: Some(successful),
        failed_versions: Some(failed),
    })
}

/// Drops the assets of versions for good and keeps the rest of them; one already disposed of succeeds.
///
/// Errors as for [`update_status`].
pub fn dispose(
    tx: &mut Tx,
    call: &Call,
    input: &DisposePackageVersionsRequest,
) -> Result<DisposePackageVersionsResult, Error> {
    let revisions = spelled_keys(&input.format, input.version_revisions.as_ref());
    let expectation = Expectation {
        versions: &spelled(&input.format, &input.versions),
        revisions: revisions.as_ref(),
        status: input.expected_status.as_deref(),
        target: None,
    };
    expectation.check()?;
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let reached = package::reach(tx, call, "codeartifact:DisposePackageVersions", &key, &wanted)?;
    let (successful, failed) = each(tx, call, &reached, &expectation, |tx, version| {
        if version.status == Status::Disposed {
            return Ok((Status::Disposed.as_str(), None));
        }
        let assets = table::assets(tx, &key, &wanted, &version.version)?.len();
        table::delete_assets(tx, &key, &wanted, &version.version)?;
        table::set_status(tx, &key, &wanted, &version.version, Status::Disposed)?;
        Ok((Status::Disposed.as_str(), Some((Status::Disposed, Change::status(assets)))))
    })?;
    Ok(DisposePackageVersionsResult { successful_versions: Some(successful), failed_versions: Some(failed) })
}

/// Deletes versions; the package stays, with its origin configuration.
///
/// Errors as for [`update_status`], but for revisions, which cannot be given.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &DeletePackageVersionsRequest,
) -> Result<DeletePackageVersionsResult, Error> {
    let expectation = Expectation {
        versions: &spelled(&input.format, &input.versions),
        revisions: None,
        status: input.expected_status.as_deref(),
        target: None,
    };
    expectation.check()?;
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let reached = package::reach(tx, call, "codeartifact:DeletePackageVersions", &key, &wanted)?;
    let (successful, failed) = each(tx, call, &reached, &expectation, |tx, version| {
        let assets = table::assets(tx, &key, &wanted, &version.version)?.len();
        table::delete(tx, &key, &wanted, &version.version)?;
        let removed = i64::try_from(assets).unwrap_or(i64::MAX);
        Ok(("Deleted", Some((version.status, Change::deleted(removed)))))
    })?;
    repair_dist_tags(tx, &key, &wanted)?;
    Ok(DeletePackageVersionsResult { successful_versions: Some(successful), failed_versions: Some(failed) })
}

/// The versions of a call in the spelling of their format.
fn spelled(format: &str, versions: &[String]) -> Vec<String> {
    versions.iter().map(|version| stored_version(format, version)).collect()
}

fn spelled_keys(
    format: &str,
    revisions: Option<&BTreeMap<String, String>>,
) -> Option<BTreeMap<String, String>> {
    let spelled =
        |(version, revision): (&String, &String)| (stored_version(format, version), revision.clone());
    revisions.map(|revisions| revisions.iter().map(spelled).collect())
}

impl Expectation<'_> {
    /// Checks what the call names before anything is looked up.
    fn check(&self) -> Result<(), Error> {
        if self.versions.len() > VERSIONS_PER_CALL_MAX {
            return Err(invalid(format!("One call may name {VERSIONS_PER_CALL_MAX} versions")));
        }
        let distinct: BTreeSet<&String> = self.versions.iter().collect();
        if distinct.len() < self.versions.len() {
            return Err(invalid("A version is given twice in versions"));
        }
        if self.revisions.is_some_and(|revisions| !revisions.keys().eq(distinct)) {
            return Err(invalid("The keys of versionRevisions must be exactly the versions"));
        }
        Ok(())
    }

    /// Says what keeps a version from changing, if anything does: absence first, then its revision, its status,
    /// and the transition (that the revision comes before the status is assumed).
    fn failure(&self, name: &str, version: Option<&StoredVersion>) -> Option<PackageVersionError> {
        let Some(version) = version else {
            return Some(failure("NOT_FOUND", format!("Could not find version {name}")));
        };
        if let Some(expected) = self.revisions.and_then(|revisions| revisions.get(name))
            && *expected != version.revision
        {
            let message = format!("current revision: {}, expected revision: {expected}", version.revision);
            return Some(failure("MISMATCHED_REVISION", message));
        }
        let status = version.status.as_str();
        if let Some(expected) = self.status.filter(|expected| *expected != status) {
            return Some(failure(
                "MISMATCHED_STATUS",
                format!("current status: {status}, expected status: {expected}"),
            ));
        }
        let target = self.target.filter(|target| !version.status.may_become(*target))?;
        let message = format!("version {name} is {status} and cannot become {}", target.as_str());
        Some(failure("NOT_ALLOWED", message))
    }
}

pub(super) fn failure(code: &str, message: String) -> PackageVersionError {
    PackageVersionError { error_code: Some(code.to_owned()), error_message: Some(message) }
}

/// Says of the innocent versions of a call that they were left alone.
pub(super) fn skip_others<'a>(failed: &mut Failures, versions: impl IntoIterator<Item = &'a String>) {
    for version in versions {
        let skipped = || failure("SKIPPED", format!("version {version} is skipped"));
        failed.entry(version.clone()).or_insert_with(skipped);
    }
}

/// Applies a change to all versions, or to none when one of them may not change.
///
/// The change answers the word for the caller and, unless nothing happened, the status and the change to tell.
fn each(
    tx: &mut Tx,
    call: &Call,
    reached: &Reached,
    expectation: &Expectation<'_>,
    change: impl Fn(&mut Tx, &StoredVersion) -> Result<(&'static str, Option<(Status, Change)>), store::Error>,
) -> Result<(Successes, Failures), Error> {
    let key = &reached.repository.key;
    let coordinates = &reached.package.coordinates;
    let mut versions = Vec::new();
    let mut failed = Failures::new();
    for name in expectation.versions {
        let version = table::get(tx, key, coordinates, name)?;
        if let Some(failure) = expectation.failure(name, version.as_ref()) {
            failed.insert(name.clone(), failure);
        }
        versions.extend(version);
    }
    if !failed.is_empty() {
        skip_others(&mut failed, expectation.versions);
        return Ok((Successes::new(), failed));
    }
    let mut successful = Successes::new();
    for version in versions {
        let (word, told) = change(tx, &version)?;
        if let Some((status, change)) = told {
            let (repository, package) = (&reached.repository, coordinates);
            let (name, revision) = (version.version.as_str(), version.revision.as_str());
            emit(
                tx,
                &call.partition,
                &Subject { repository, package, version: name, status, revision },
                change,
            )?;
        }
        let done =
            SuccessfulPackageVersionInfo { revision: Some(version.revision), status: Some(word.to_owned()) };
        successful.insert(version.version, done);
    }
    Ok((successful, failed))
}

/// Drops the dist-tags of versions that are gone; `latest` goes to the highest release that is left (assumed).
fn repair_dist_tags(tx: &mut Tx, key: &RepositoryKey, package: &Coordinates) -> Result<(), store::Error> {
    if package.format != PackageFormat::Npm {
        return Ok(());
    }
    let versions = table::list(tx, key, package)?;
    for (tag, version) in dist_tag::table::list(tx, key, package)? {
        if versions.iter().any(|listed| listed.version == version) {
            continue;
        }
        dist_tag::table::delete(tx, key, package, &tag)?;
        let published = versions.iter().filter(|listed| listed.status == Status::Published);
        let highest = published
            .map(|listed| listed.version.as_str())
            .max_by(|a, b| is_prerelease(b).cmp(&is_prerelease(a)).then_with(|| version_order(a, b)));
        if let Some(highest) = highest.filter(|_| tag == "latest") {
            dist_tag::table::put(tx, key, package, &tag, highest)?;
        }
    }
    Ok(())
}
