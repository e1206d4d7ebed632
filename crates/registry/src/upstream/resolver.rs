//! Finds out where the registry behind an external connection is, and says why it thinks so.
//!
//! Asked in this order: the configuration file, an environment variable, the machine's package clients, what was found
//! there before, the default. Nothing is looked up before it is needed.

use super::credentials::Credentials;
use super::defaults::{self, Clients};
use super::machine::Machine;
use super::name::{CONNECTIONS, Connection, Format};
use super::server_address::ServerAddress;
use reqwest::Url;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};

/// What the configuration says about upstreams.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// `[upstreams]`: URLs by connection, with or without `public:`.
    pub upstreams: BTreeMap<String, String>,
    /// `[connections.NAME]`: connections of our own by name, without `custom:`.
    pub custom: BTreeMap<String, Custom>,
    /// Where this server is, so that it is not taken for an upstream.
    pub server: ServerAddress,
}

/// A connection that the configuration defines.
#[derive(Debug, Clone)]
pub struct Custom {
    /// Where it leads.
    pub url: String,
    /// The format of the repository there.
    pub format: Format,
    /// What opens it.
    pub credentials: Option<Credentials>,
}

/// Keeps what was found on the machine, for when the client configuration names this server instead.
pub trait Remembered: Send + Sync {
    /// The URL kept for a connection.
    fn recall(&self, connection: &str) -> Option<String>;
    /// Keeps a URL for a connection.
    fn remember(&self, connection: &str, url: &str);
}

/// The registry behind a connection.
#[derive(Debug, Clone)]
pub struct Upstream {
    /// The connection.
    pub connection: String,
    /// Its format.
    pub format: Format,
    /// Its base URL, with a slash at the end and without user information.
    pub url: Url,
    /// What opens it.
    pub credentials: Option<Credentials>,
    /// Why this one.
    pub reason: Reason,
    /// What was passed over, and why.
    pub skipped: Vec<String>,
}

/// Why a URL was chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reason {
    /// `[connections]` of the configuration file.
    Connections,
    /// `[upstreams]` of the configuration file.
    ConfigurationFile,
    /// An environment variable of this server.
    Variable(String),
    /// The configuration of a package client: a variable or file.
    Client(String),
    /// It was the client's configuration earlier.
    Remembered,
    /// The public registry.
    Default,
}

/// Why a connection leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unresolved {
    /// Nobody defines the connection.
    Unknown(String),
    /// What is configured is not an http or https URL.
    BadUrl {
        /// The connection.
        connection: String,
        /// Where it is configured.
        from: String,
    },
    /// Nothing is configured and there is no default.
    NotConfigured(Connection),
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Connections => f.write_str("[connections] of the configuration file"),
            Self::ConfigurationFile => f.write_str("[upstreams] of the configuration file"),
            Self::Variable(name) => write!(f, "environment variable {name}"),
            Self::Client(from) => write!(f, "this machine's client configuration, {from}"),
            Self::Remembered => f.write_str("this machine's client configuration as it was when first used"),
            Self::Default => f.write_str("the default"),
        }
    }
}

impl std::fmt::Display for Unresolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(connection) => {
                write!(f, "external connection {connection:?} is not known; define it as [connections.NAME]")
            }
            Self::BadUrl { connection, from } => {
                write!(f, "the URL for {connection:?} is not a usable http or https URL (from {from})")
            }
            Self::NotConfigured(connection) => write!(
                f,
                "where {:?} is has to be configured: set {} or [upstreams] {} = \"https://…/\"",
                connection.name,
                connection.variable(),
                connection.short(),
            ),
        }
    }
}

impl std::error::Error for Unresolved {}

/// Turns connections into upstreams, each once.
pub struct Resolver {
    settings: Settings,
    machine: Box<dyn Machine>,
    remembered: Box<dyn Remembered>,
    resolved: Mutex<HashMap<String, Arc<Upstream>>>,
}

impl std::fmt::Debug for Resolver {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolver").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Resolver {
    /// Makes a resolver; nothing is read yet.
    pub fn new(settings: Settings, machine: Box<dyn Machine>, remembered: Box<dyn Remembered>) -> Self {
        Self { settings, machine, remembered, resolved: Mutex::default() }
    }

    /// The format of a connection, when it is known.
    pub fn format(&self, connection: &str) -> Option<Format> {
        match connection.strip_prefix("custom:") {
            Some(name) => self.settings.custom.get(name).map(|custom| custom.format),
            None => Connection::find(connection).map(|connection| connection.format),
        }
    }

    /// All connections that this installation knows, AWS's first.
    pub fn connections(&self) -> Vec<String> {
        let custom = self.settings.custom.keys().map(|name| format!("custom:{name}"));
        CONNECTIONS.iter().map(|connection| connection.name.to_owned()).chain(custom).collect()
    }

    /// The registry behind a connection. Looked up at first use; a failure is not kept.
    pub fn resolve(&self, connection: &str) -> Result<Arc<Upstream>, Unresolved> {
        let resolved = || self.resolved.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(upstream) = resolved().get(connection) {
            return Ok(Arc::clone(upstream));
        }
        let upstream = Arc::new(self.look_up(connection)?);
        log::info!("external connection {connection} leads to {} ({})", upstream.url, upstream.reason);
        resolved().insert(connection.to_owned(), Arc::clone(&upstream));
        Ok(upstream)
    }

    fn look_up(&self, name: &str) -> Result<Upstream, Unresolved> {
        if let Some(custom) = name.strip_prefix("custom:").and_then(|name| self.settings.custom.get(name)) {
            let mut upstream = upstream(name, custom.format, &custom.url, Reason::Connections)?;
            upstream.credentials = custom.credentials.clone().or(upstream.credentials);
            return Ok(upstream);
        }
        let connection = Connection::find(name).ok_or_else(|| Unresolved::Unknown(name.to_owned()))?;
        let configured = |key| self.settings.upstreams.get(key);
        if let Some(url) = configured(connection.name).or_else(|| configured(connection.short())) {
            return upstream(name, connection.format, url, Reason::ConfigurationFile);
        }
        if let Some(url) = self.machine.variable(&connection.variable()) {
            return upstream(name, connection.format, &url, Reason::Variable(connection.variable()));
        }
        self.look_up_clients(connection)
    }

    /// Takes note of where the machine's package clients lead now, for later.
    ///
    /// `aws codeartifact login` writes this server's address over what they say, and it is called before the first
    /// package is asked for. Nothing is decided here: a connection is still resolved at its first use.
    pub fn take_note(&self) {
        for connection in CONNECTIONS {
            let clients = defaults::of(connection, self.machine.as_ref());
            self.foreign(connection, clients.as_ref(), &mut Vec::new());
        }
    }

    /// What the machine's package clients say, or said earlier, or the public registry.
    fn look_up_clients(&self, connection: Connection) -> Result<Upstream, Unresolved> {
        let clients = defaults::of(connection, self.machine.as_ref());
        let mut skipped = Vec::new();
        let recalled = || {
            let url = self.remembered.recall(connection.name)?;
            upstream(connection.name, connection.format, &url, Reason::Remembered).ok()
        };
        let found = self.foreign(connection, clients.as_ref(), &mut skipped).or_else(recalled);
        let mut found = if let Some(found) = found {
            found
        } else {
            let url = clients.public().ok_or(Unresolved::NotConfigured(connection))?;
            upstream(connection.name, connection.format, &url, Reason::Default)?
        };
        found.credentials = found.credentials.or_else(|| clients.credentials(&found.url));
        Ok(Upstream { skipped, ..found })
    }

    /// The first registry in the clients' configuration that is not this server; it is remembered.
    fn foreign(
        &self,
        connection: Connection,
        clients: &dyn Clients,
        skipped: &mut Vec<String>,
    ) -> Option<Upstream> {
        for candidate in clients.registries() {
            let reason = Reason::Client(candidate.from.clone());
            let found = upstream(connection.name, connection.format, &candidate.url, reason);
            let own = found.as_ref().ok().and_then(|found| self.settings.server.names(&found.url));
            match (found, own) {
                (Ok(found), None) => {
                    self.remembered.remember(connection.name, found.url.as_str());
                    return Some(found);
                }
                (Ok(found), Some(why)) => {
                    skipped.push(format!("{} names {}: {why}", candidate.from, found.url));
                }
                (Err(_), _) => skipped.push(format!("{} holds no usable URL", candidate.from)),
            }
        }
        None
    }
}

/// Makes an upstream of a URL as somebody wrote it.
fn upstream(connection: &str, format: Format, url: &str, reason: Reason) -> Result<Upstream, Unresolved> {
    let bad =
        |reason: &Reason| Unresolved::BadUrl { connection: connection.to_owned(), from: reason.to_string() };
    // Cargo writes its protocol before the URL of an index.
    let url = url.trim();
    let url = if format == Format::Cargo { url.strip_prefix("sparse+").unwrap_or(url) } else { url };
    let mut url = Url::parse(url).map_err(|_| bad(&reason))?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return Err(bad(&reason));
    }
    url.set_query(None);
    url.set_fragment(None);
    // Where a NuGet registry is, is the folder of its service index.
    let of_index = url.path().strip_suffix("index.json").filter(|_| format == Format::Nuget);
    if let Some(folder) = of_index.map(str::to_owned) {
        url.set_path(&folder);
    }
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    let credentials = Credentials::take_from(&mut url);
    Ok(Upstream { connection: connection.to_owned(), format, url, credentials, reason, skipped: Vec::new() })
}

#[cfg(test)]
#[path = "resolver_tests.rs"]
mod tests;
