//! Publishing: the gate that a client's version passes, and its commit.

use service::Call;
use store::Tx;

use super::add::check_sizes;
use super::{NewVersion, enter};
use crate::arn;
use crate::error::{Error, Kind, conflict};
use crate::name::{Coordinates, PackageFormat};
use crate::package;
use crate::package_group::{Control, Mode, RestrictionType};
use crate::package_version::{self, Arrival, EntryPoint, Origin, OriginType, Status, StoredVersion};
use crate::policy::{Guard, Wanted};
use crate::repository::{Repository, RepositoryKey};
use crate::resolution::{self, Found, Step};

/// A client may publish into a package, as far as can be told without the version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Admission {
    /// The repository that it publishes to.
    pub repository: Repository,
    /// Repositories whose external connections may have the version already: ask them before the commit, and
    /// refuse the version with [`Admission::taken`] if one has it.
    pub connections: Vec<Repository>,
}

/// A version was published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Published {
    /// The name of its content.
    pub revision: String,
    /// Where it is in its life now.
    pub status: Status,
    /// Whether it is new, rather than one that was there already.
    pub created: bool,
    /// Whether anything changed.
    pub changed: bool,
}

/// Asks whether a client may publish into a package, before it sends the bytes.
///
/// Errors in this order: domain not found, access denied (on the package), repository not found, publishing
/// blocked by the package's group or by its origin configuration (assumed: a conflict).
pub fn admit(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<Admission, Error> {
    pass(tx, call, key, package).map(|(admission, _)| admission)
}

/// Asks whether there may be a package of this format that the caller may publish here, before it is known which one:
/// where a policy tells packages apart, nothing is refused yet.
///
/// Errors in this order: domain not found, access denied, repository not found.
pub fn admit_any(tx: &mut Tx, call: &Call, key: &RepositoryKey, format: PackageFormat) -> Result<(), Error> {
    let any = Coordinates { format, namespace: String::new(), name: "*".to_owned() };
    let resource = arn::package(&call.partition, key, &any);
    let (found, guard) = Guard::of_repository(tx, call, key)?;
    if !guard.is_general() {
        return Ok(());
    }
    guard.allow(tx, call, &Wanted::new("codeartifact:PublishPackageVersion", &resource))?;
    found.repository(key).map(|_| ())
}

/// Publishes a version whose assets are stored.
///
/// The same content again is a success that changes nothing. Errors in this order: those of [`admit`], a version
/// of other content in this repository or one that is archived or disposed of, the version in an upstream
/// repository, an asset that is too large.
pub fn publish(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
    new: &NewVersion,
) -> Result<Published, Error> {
    let (admission, path) = pass(tx, call, key, package)?;
    let origin = Origin { kind: OriginType::Internal, entry: EntryPoint::Repository(key.name.clone()) };
    let version = new.stored(origin, Arrival::Publish, tx.now());
    if let Some(present) = package_version::table::get(tx, key, package, &new.version)? {
        return same_content(key, package, &present, &version);
    }
    match resolution::find_on(tx, path, package, &new.version)? {
        Found::Absent { .. } => {}
        Found::Held(held) => return Err(taken(package, &new.version, &held.repository)),
        Found::Hidden { repository, .. } | Found::TooYoung { repository, .. } => {
            return Err(taken(package, &new.version, &repository));
        }
    }
    check_sizes(call, package, &new.version, &new.assets, new.assets.len())?;
    enter(tx, &call.partition, &admission.repository, package, &version, &new.assets, &new.dist_tags)?;
    Ok(Published { revision: version.revision, status: version.status, created: true, changed: true })
}

impl Admission {
    /// Refuses a version that the connection of `repository` can bring.
    pub fn taken(package: &Coordinates, version: &str, repository: &Repository) -> Error {
        taken(package, version, repository)
    }
}

/// The part of the gate that needs no version, and the way that a lookup of the package takes.
pub(super) fn pass(
    tx: &mut Tx,
    call: &Call,
    key: &RepositoryKey,
    package: &Coordinates,
) -> Result<(Admission, Vec<Step>), Error> {
    let action = "codeartifact:PublishPackageVersion";
    let repository = package::reach_repository(tx, call, action, key, package)?;
    let path = resolution::path(tx, &repository, package)?;
    let present = path.first().and_then(|step| step.package.as_ref());
    let control = Control::of(tx, &key.domain, package)?;
    if !package::gate(present, &control, &key.name).publish {
        return Err(if control.permits(RestrictionType::Publish, &key.name) {
            publish_blocked(key, package)
        } else {
            publish_blocked_by_group(key, package, &control)
        });
    }
    let connections =
        path.iter().filter(|step| step.connection.is_some()).map(|step| step.repository.clone()).collect();
    Ok((Admission { repository, connections }, path))
}

/// Decides about a version that the repository holds already.
fn same_content(
    key: &RepositoryKey,
    package: &Coordinates,
    present: &StoredVersion,
    new: &StoredVersion,
) -> Result<Published, Error> {
    let name = format!("{}@{}", package.display_name(), present.version);
    if matches!(present.status, Status::Archived | Status::Disposed) {
        return Err(gone(key, &name, present.status));
    }
    if present.revision == new.revision {
        let (revision, status) = (present.revision.clone(), present.status);
        return Ok(Published { revision, status, created: false, changed: false });
    }
    let message =
        format!("Package version {name} already exists in repository {} with other content", key.name);
    Err(conflict(Kind::PackageVersion, &name, message))
}

/// Refuses a version that is archived or disposed of.
pub(super) fn gone(key: &RepositoryKey, name: &str, status: Status) -> Error {
    let status = status.as_str();
    let message = format!(
        "Package version {name} in repository {} is {status} and cannot be published again",
        key.name
    );
    conflict(Kind::PackageVersion, name, message)
}

fn taken(package: &Coordinates, version: &str, repository: &Repository) -> Error {
    let name = format!("{}@{version}", package.display_name());
    let message = format!(
        "Package version {name} is already available through repository {}; publish another version, \
         or set the package's upstream origin restriction to BLOCK",
        repository.key.name
    );
    conflict(Kind::PackageVersion, &name, message)
}

/// Refuses to publish into a package that is closed to it; names the control and the command that opens it.
fn publish_blocked(key: &RepositoryKey, package: &Coordinates) -> Error {
    let namespace =
        package.namespace().map_or_else(String::new, |namespace| format!(" --namespace {namespace}"));
    let name = package.display_name();
    let message = format!(
        "Publishing to package {name} in repository {} is blocked by its package origin configuration \
         (publish=BLOCK). To allow it: aws codeartifact put-package-origin-configuration --domain {} \
         --domain-owner {} --repository {} --format {}{namespace} --package {} \
         --restrictions publish=ALLOW,upstream=BLOCK",
        key.name, key.domain.name, key.domain.account, key.name, package.format, package.name
    );
    conflict(Kind::Package, &name, message)
}

/// Refuses to publish into a package whose group is closed to it; names the group, the control, and the command that
/// opens it.
fn publish_blocked_by_group(key: &RepositoryKey, package: &Coordinates, control: &Control) -> Error {
    let (domain, name) = (&key.domain, package.display_name());
    let command = |operation: &str| {
        format!("aws codeartifact {operation} --domain {} --domain-owner {}", domain.name, domain.account)
    };
    let blocked = format!("Publishing to package {name} in repository {} is blocked by", key.name);
    let weak = control.group().filter(|(_, weak)| *weak);
    let message = match (weak, control.decided_by(RestrictionType::Publish)) {
        (Some((group, _)), _) => format!(
            "{blocked} package group {group}: {name} looks like one of its packages (association type WEAK), and \
             nothing comes into such a package. To allow it, give the package a group of its own: {} \
             --package-group '{package}$'",
            command("create-package-group")
        ),
        (None, Some((group, mode))) => {
            let opened = if mode == Mode::AllowSpecificRepositories {
                format!(
                    "--add-allowed-repositories repositoryName={},originRestrictionType=PUBLISH",
                    key.name
                )
            } else {
                "--restrictions PUBLISH=ALLOW".to_owned()
            };
            format!(
                "{blocked} the origin configuration of package group {group} (PUBLISH={}). To allow it: {} \
                 --package-group '{group}' {opened}",
                mode.as_str(),
                command("update-package-group-origin-configuration")
            )
        }
        (None, None) => format!("{blocked} its package group"),
    };
    conflict(Kind::Package, &name, message)
}
