//! Where the registry behind a connection is when this server's own configuration does not say: what the package
//! clients on the machine are configured to use, else the public registry. One file a format.
//!
//! To teach a format its clients: implement [`Clients`] in its file and name it in [`of`].

mod cargo;
mod maven;
mod npm;
mod nuget;
mod pypi;
mod ruby;

use super::credentials::Credentials;
use super::machine::Machine;
use super::name::{Connection, Format};
use reqwest::Url;
use std::path::PathBuf;

/// Where a client would find its registry, and who says so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Candidate {
    /// The URL as it is written; it need not be one.
    pub(super) url: String,
    /// The variable or file.
    pub(super) from: String,
}

/// What one format's clients on a machine say about a connection.
pub(super) trait Clients {
    /// Where they would look, the most specific first. Addresses of this server are sorted out by the caller.
    fn registries(&self) -> Vec<Candidate>;

    /// What they would show at a registry, whoever named it.
    fn credentials(&self, registry: &Url) -> Option<Credentials>;

    /// The public registry, if it is known without configuration. Asked only when nothing else is said.
    fn public(&self) -> Option<String>;
}

/// Reads what the clients of a connection's format say about it.
pub(super) fn of(connection: Connection, machine: &dyn Machine) -> Box<dyn Clients + '_> {
    match connection.format {
        Format::Npm => Box::new(npm::Npm::read(machine)),
        Format::Cargo => Box::new(cargo::Cargo::read(machine)),
        Format::Maven => Box::new(maven::Maven::of(connection)),
        Format::Nuget => Box::new(nuget::Nuget),
        Format::Pypi => Box::new(pypi::Pypi::on(machine)),
        Format::Ruby => Box::new(ruby::Ruby::on(machine)),
        _ => Box::new(Silent),
    }
}

/// The files of certificates that package clients are told to trust beside the system's.
pub(super) fn certificate_files(machine: &dyn Machine) -> Vec<PathBuf> {
    let variables = ["PIP_CERT", "REQUESTS_CA_BUNDLE", "CARGO_HTTP_CAINFO"];
    let named = variables.into_iter().filter_map(|name| machine.variable(name));
    npm::certificate_files(machine).into_iter().chain(named).map(PathBuf::from).collect()
}

/// A format whose clients are not asked.
struct Silent;

impl Clients for Silent {
    fn registries(&self) -> Vec<Candidate> {
        Vec::new()
    }

    fn credentials(&self, _registry: &Url) -> Option<Credentials> {
        None
    }

    fn public(&self) -> Option<String> {
        None
    }
}
