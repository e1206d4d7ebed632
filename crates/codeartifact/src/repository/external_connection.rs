//! External connections: the link of a repository to one public registry.
//!
//! `AssociateExternalConnection` makes it, `DisassociateExternalConnection` takes it away. What a connection leads
//! to is resolved by the package endpoints; here it is a name. Versions that came through a connection stay when
//! it goes, with their origin: it is history.

use model_codeartifact::types::{
    AssociateExternalConnectionRequest, AssociateExternalConnectionResult,
    DisassociateExternalConnectionRequest, DisassociateExternalConnectionResult,
};
use service::Call;
use store::Tx;

use super::{RepositoryKey, description, reach, table};
use crate::error::{Error, Kind, conflict, invalid, not_found};
use crate::name::PackageFormat;

/// The names that connections have, with the one format that each serves (API reference).
const CONNECTIONS: [(&str, PackageFormat); 10] = [
    ("public:npmjs", PackageFormat::Npm),
    ("public:pypi", PackageFormat::Pypi),
    ("public:maven-central", PackageFormat::Maven),
    ("public:maven-googleandroid", PackageFormat::Maven),
    ("public:maven-gradleplugins", PackageFormat::Maven),
    ("public:maven-commonsware", PackageFormat::Maven),
    ("public:maven-clojars", PackageFormat::Maven),
    ("public:nuget-org", PackageFormat::Nuget),
    ("public:ruby-gems-org", PackageFormat::Ruby),
    ("public:crates-io", PackageFormat::Cargo),
];

/// A link to one public registry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Connection {
    /// Its name, `public:npmjs` for one.
    pub name: String,
    /// The only format that it serves.
    pub format: PackageFormat,
}

impl Connection {
    /// Finds the connection of this name: one of AWS's, or one that the operator defined (`custom:team`).
    fn named(call: &Call, name: &str) -> Option<Connection> {
        let known = CONNECTIONS.iter().find(|(known, _)| *known == name).map(|(_, format)| *format);
        let custom =
            || call.installation.connections.get(name).and_then(|format| PackageFormat::parse(format));
        known.or_else(custom).map(|format| Connection { name: name.to_owned(), format })
    }

    /// Reads a connection back as it was stored.
    pub(crate) fn stored(name: String, format: &str) -> Option<Connection> {
        PackageFormat::parse(format).map(|format| Connection { name, format })
    }
}

/// Adds an external connection to a repository; the next request for a package of its format goes through it.
///
/// Errors in this order: a name that no connection has, domain not found, access denied, repository not found,
/// this connection present, another connection present, upstreams present.
pub fn associate(
    tx: &mut Tx,
    call: &Call,
    input: &AssociateExternalConnectionRequest,
) -> Result<AssociateExternalConnectionResult, Error> {
    let connection = Connection::named(call, &input.external_connection)
        .ok_or_else(|| unknown_connection(call, &input.external_connection))?;
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let mut repository = reach(tx, call, "codeartifact:AssociateExternalConnection", &key)?;
    if let Some(present) = &repository.connection {
        return Err(connection_present(&key, present, &connection));
    }
    if !table::upstreams(tx, &key)?.is_empty() {
        return Err(invalid(format!(
            "Repository {} has upstream repositories; a repository has either upstreams or an external connection",
            key.name
        )));
    }
    repository.connection = Some(connection);
    table::put(tx, &repository)?;
    Ok(AssociateExternalConnectionResult { repository: Some(description(tx, call, repository)?) })
}

/// Removes an external connection from a repository; what came through it stays.
///
/// Errors in this order: domain not found, access denied, repository not found, the repository has no connection
/// of this name.
pub fn disassociate(
    tx: &mut Tx,
    call: &Call,
    input: &DisassociateExternalConnectionRequest,
) -> Result<DisassociateExternalConnectionResult, Error> {
    let key = RepositoryKey::of(call, &input.domain, input.domain_owner.as_deref(), &input.repository);
    let mut repository = reach(tx, call, "codeartifact:DisassociateExternalConnection", &key)?;
    let present =
        repository.connection.as_ref().is_some_and(|present| present.name == input.external_connection);
    if !present {
        let message =
            format!("Repository {} has no external connection {}", key.name, input.external_connection);
        return Err(not_found(Kind::Repository, &key.name, message));
    }
    repository.connection = None;
    table::put(tx, &repository)?;
    Ok(DisassociateExternalConnectionResult { repository: Some(description(tx, call, repository)?) })
}

/// Refuses a name that fits the pattern but that no connection has (assumed: a validation error, since the model
/// has no resource type for connections).
fn unknown_connection(call: &Call, name: &str) -> Error {
    let custom = call.installation.connections.keys().map(String::as_str);
    let known: Vec<&str> = CONNECTIONS.iter().map(|(name, _)| *name).chain(custom).collect();
    invalid(format!("Unknown external connection: {name}. Supported values: {}", known.join(", ")))
}

/// Refuses a second connection (observed: the text; assumed: the exceptions).
fn connection_present(key: &RepositoryKey, present: &Connection, wanted: &Connection) -> Error {
    if present == wanted {
        let message = format!("Repository {} already has the external connection {}", key.name, wanted.name);
        return conflict(Kind::Repository, &key.name, message);
    }
    invalid("ExternalConnections for repositories are currently limited to 1")
}
