//! Events of package versions, in the envelope that `EventBridge` subscribers know.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use model::Timestamp;
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Error, Tx};

use super::{Status, table};
use crate::arn;
use crate::name::{Coordinates, PackageFormat};
use crate::package;
use crate::repository::{Repository, RepositoryKey};

/// The outbox topic of these events.
pub const TOPIC: &str = "codeartifact.package-version-state-change";

/// What happened to a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum OperationType {
    Created,
    Updated,
    Deleted,
}

/// What an event says of a change.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Change {
    operation: OperationType,
    assets_added: i64,
    assets_removed: i64,
    metadata_updated: bool,
    assets_updated: i64,
    status_changed: bool,
}

/// How many assets of a version changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Assets {
    /// Of names that were not there.
    pub(crate) added: usize,
    /// Of names that are there no more.
    pub(crate) removed: usize,
    /// Of names that have other bytes.
    pub(crate) updated: usize,
}

/// The version that changed, as it is now or as it last was.
pub(crate) struct Subject<'a> {
    pub(crate) repository: &'a Repository,
    pub(crate) package: &'a Coordinates,
    pub(crate) version: &'a str,
    pub(crate) status: Status,
    pub(crate) revision: &'a str,
}

impl Change {
    const NONE: Change = Change {
        operation: OperationType::Updated,
        assets_added: 0,
        assets_removed: 0,
        metadata_updated: false,
        assets_updated: 0,
        status_changed: false,
    };

    /// A version appears with its first assets.
    pub(crate) fn created(assets: usize) -> Change {
        Change {
            operation: OperationType::Created,
            assets_added: count(assets),
            metadata_updated: true,
            status_changed: true,
            ..Change::NONE
        }
    }

    /// A version has other assets, other metadata, another status, or some of these.
    pub(crate) fn updated(assets: Assets, metadata_updated: bool, status_changed: bool) -> Change {
        Change {
            assets_added: count(assets.added),
            assets_removed: count(assets.removed),
            assets_updated: count(assets.updated),
            metadata_updated,
            status_changed,
            ..Change::NONE
        }
    }

    /// A version has another status, and lost assets if it was disposed of.
    pub(crate) fn status(assets_removed: usize) -> Change {
        Change { assets_removed: count(assets_removed), status_changed: true, ..Change::NONE }
    }

    /// A version goes, with its assets.
    pub(crate) fn deleted(assets_removed: i64) -> Change {
        Change { operation: OperationType::Deleted, assets_removed, ..Change::NONE }
    }
}

/// Tells of one change: to the domain's owner, and to the repository's administrator where that is somebody else.
pub(crate) fn emit(tx: &mut Tx, partition: &str, subject: &Subject<'_>, change: Change) -> Result<(), Error> {
    let key = &subject.repository.key;
    let sequence = package::table::next_sequence(tx, key, subject.package)?;
    let resource = arn::package(partition, key, subject.package);
    let owner = &key.domain.account;
    let administrator = &subject.repository.administrator;
    let whole_second = Timestamp::from_millis(tx.now().millis().div_euclid(1000) * 1000);
    let body = json!({
        "version": "0",
        "id": tx.uuid(),
        "detail-type": "CodeArtifact Package Version State Change",
        "source": "aws.codeartifact",
        "account": owner,
        "time": whole_second.to_rfc3339(),
        "region": key.domain.region,
        "resources": [resource],
        "detail": {
            "domainName": key.domain.name,
            "domainOwner": owner,
            "repositoryName": key.name,
            "repositoryAdministrator": administrator,
            "packageFormat": subject.package.format.as_str(),
            "packageNamespace": subject.package.namespace(),
            "packageName": subject.package.name,
            "packageVersion": subject.version,
            "packageVersionState": subject.status.as_str(),
            "packageVersionRevision": subject.revision,
            "changes": {
                "assetsAdded": change.assets_added,
                "assetsRemoved": change.assets_removed,
                "metadataUpdated": change.metadata_updated,
                "assetsUpdated": change.assets_updated,
                "statusChanged": change.status_changed,
            },
            "operationType": change.operation.as_str(),
            "sequenceNumber": sequence,
            "eventDeduplicationId": deduplication_id(&resource, subject.version, sequence),
        },
    });
    tx.emit(owner, &key.domain.region, TOPIC, &body)?;
    if administrator != owner {
        tx.emit(administrator, &key.domain.region, TOPIC, &body)?;
    }
    Ok(())
}

/// Tells that a package is about to go: one event a version; answers how many these are.
pub(crate) fn package_deleted(
    tx: &mut Tx,
    partition: &str,
    repository: &Repository,
    package: &Coordinates,
) -> Result<usize, Error> {
    let assets = table::asset_counts(tx, &repository.key, package)?;
    let versions = table::list(tx, &repository.key, package)?;
    for listed in &versions {
        let removed =
            assets.iter().find(|(version, _)| *version == listed.version).map_or(0, |(_, count)| *count);
        let subject = Subject {
            repository,
            package,
            version: &listed.version,
            status: listed.status,
            revision: &listed.revision,
        };
        emit(tx, partition, &subject, Change::deleted(removed))?;
    }
    Ok(versions.len())
}

/// Tells that a repository is about to go: one event a version of each package.
pub(crate) fn repository_deleted(tx: &mut Tx, partition: &str, repository: &Repository) -> Result<(), Error> {
    let key: &RepositoryKey = &repository.key;
    for format in PackageFormat::ALL {
        for package in package::table::names(tx, key, format)? {
            package_deleted(tx, partition, repository, &package)?;
        }
    }
    Ok(())
}

/// The same for every delivery of one event, and for no other event.
fn deduplication_id(resource: &str, version: &str, sequence: i64) -> String {
    STANDARD.encode(Sha256::digest(format!("{resource}\n{version}\n{sequence}")))
}

fn count(assets: usize) -> i64 {
    i64::try_from(assets).unwrap_or(i64::MAX)
}

impl OperationType {
    fn as_str(self) -> &'static str {
        match self {
            OperationType::Created => "Created",
            OperationType::Updated => "Updated",
            OperationType::Deleted => "Deleted",
        }
    }
}
