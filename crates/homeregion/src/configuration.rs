//! The configuration file, `--config FILE`: what does not fit on a command line.

use std::collections::BTreeMap;
use std::path::Path;

use registry::upstream::{Credentials, Custom, Format};
use serde::Deserialize;

/// What the file says. A name in it that is not known here is an error: it would be a setting without effect.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// `[upstreams]`: where external connections lead, by name with or without `public:`.
    #[serde(default)]
    pub upstreams: BTreeMap<String, String>,
    /// `[connections.NAME]`: external connections of the operator's own, called `custom:NAME`.
    #[serde(default)]
    pub connections: BTreeMap<String, Connection>,
    /// `[migrationhub]`: how Migration Hub deals with what it discovers.
    #[serde(default)]
    pub migrationhub: MigrationHub,
}

/// `[connections.NAME]`: a registry, and what opens it.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Connection {
    /// Where it is.
    pub url: String,
    /// The format of the packages there, in AWS's spelling: `npm`.
    pub format: String,
    /// A bearer token that opens it.
    pub token: Option<String>,
    /// A user who may read it, with `password`.
    pub user: Option<String>,
    /// The password of `user`.
    pub password: Option<String>,
}

impl Connection {
    /// The format, if it is one.
    fn format(&self) -> Option<Format> {
        Format::ALL.into_iter().find(|format| format.as_str() == self.format)
    }

    fn check(&self, name: &str) -> Result<(), String> {
        let is_name = (1..=93).contains(&name.len())
            && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(&b));
        if !is_name {
            return Err(format!(
                "[connections.{name}] needs a name of at most 93 letters, digits, '.', '_' and '-'"
            ));
        }
        if self.format().is_none() {
            return Err(format!("[connections.{name}] has the format {:?}, which is none", self.format));
        }
        if !self.url.starts_with("http://") && !self.url.starts_with("https://") {
            return Err(format!(
                "[connections.{name}] has a url that does not begin with http:// or https://"
            ));
        }
        match (&self.token, &self.user, &self.password) {
            (Some(_) | None, None, None) | (None, Some(_), Some(_)) => Ok(()),
            _ => Err(format!("[connections.{name}] needs a token, or user and password, or neither")),
        }
    }
}

/// `[migrationhub]`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct MigrationHub {
    /// What becomes of configuration ids that this server never gave.
    pub unknown_configuration: UnknownConfiguration,
    /// Whether Application Discovery is there; without it nothing is matched, and what needs it is refused.
    pub discovery: bool,
    /// Hosts that the files of imports may be read from; none unless they are listed here.
    pub import_hosts: Vec<String>,
}

/// What becomes of an id of AWS's form on its first use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownConfiguration {
    /// A placeholder.
    #[default]
    Adopt,
    /// Nothing: it is not found, as on AWS.
    Reject,
}

impl Default for MigrationHub {
    fn default() -> Self {
        Self { unknown_configuration: UnknownConfiguration::Adopt, discovery: true, import_hosts: Vec::new() }
    }
}

impl Configuration {
    /// Reads a file; without one, nothing is configured.
    pub fn read(file: Option<&Path>) -> Result<Self, String> {
        let Some(file) = file else { return Ok(Self::default()) };
        let text = std::fs::read_to_string(file)
            .map_err(|error| format!("the configuration {} cannot be read: {error}", file.display()))?;
        let configuration = Self::parse(&text);
        configuration.map_err(|error| format!("the configuration {} is not usable: {error}", file.display()))
    }

    fn parse(text: &str) -> Result<Self, String> {
        let read: Self = toml::from_str(text).map_err(|error| error.to_string())?;
        let known = |name: &str| {
            let mut connections = registry::upstream::CONNECTIONS.iter();
            connections.any(|connection| connection.name == name || connection.short() == name)
        };
        match read.upstreams.keys().find(|name| !known(name)) {
            Some(name) => Err(format!("[upstreams] has {name:?}, which no external connection is called")),
            None => read
                .connections
                .iter()
                .try_for_each(|(name, connection)| connection.check(name))
                .map(|()| read),
        }
    }

    /// The connections of the operator's own as the resolver takes them, by name without `custom:`.
    pub fn custom(&self) -> BTreeMap<String, Custom> {
        let custom = self.connections.iter().filter_map(|(name, connection)| {
            let credentials = match (&connection.token, &connection.user, &connection.password) {
                (Some(token), ..) => Some(Credentials::bearer(token)),
                (None, Some(user), Some(password)) => Some(Credentials::basic(user, password)),
                _ => None,
            };
            let format = connection.format()?;
            Some((name.clone(), Custom { url: connection.url.clone(), format, credentials }))
        });
        custom.collect()
    }

    /// The formats of those connections, by their whole names.
    pub fn connection_formats(&self) -> BTreeMap<String, String> {
        let formats = self.connections.iter();
        formats.map(|(name, connection)| (format!("custom:{name}"), connection.format.clone())).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_of_ones_own_have_a_url_a_format_and_what_opens_them() {
        let text = "[connections.team]\nurl = \"https://npm.example/\"\nformat = \"npm\"\ntoken = \"t\"\n";
        let read = Configuration::parse(text).unwrap();
        assert_eq!(read.connection_formats()["custom:team"], "npm");
        let custom = &read.custom()["team"];
        assert_eq!((custom.url.as_str(), custom.format.as_str()), ("https://npm.example/", "npm"));
        assert!(custom.credentials == Some(Credentials::bearer("t")));
        for (wrong, says) in [
            (text.replace("\"npm\"", "\"deb\""), "deb"),
            (text.replace("https:", "ftp:"), "http://"),
            (text.replace("team", "\"a:b\""), "a:b"),
            (text.replace("token", "user"), "password"),
            (text.replace("token", "tokens"), "tokens"),
        ] {
            let error = Configuration::parse(&wrong).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn upstreams_are_read_by_either_name() {
        let text = "[upstreams]\nnpmjs = \"http://127.0.0.1:4873/\"\n\"public:pypi\" = \"https://x/\"\n";
        let read = Configuration::parse(text).unwrap();
        assert_eq!(read.upstreams["npmjs"], "http://127.0.0.1:4873/");
        assert_eq!(read.upstreams["public:pypi"], "https://x/");
        assert_eq!(Configuration::parse(""), Ok(Configuration::default()));
    }

    #[test]
    fn migration_hub_adopts_and_discovers_unless_told_otherwise() {
        let hub = |text: &str| Configuration::parse(text).unwrap().migrationhub;
        let read = hub("[migrationhub]\nunknown_configuration = \"reject\"\n");
        assert_eq!((read.unknown_configuration, read.discovery), (UnknownConfiguration::Reject, true));
        let read = hub("[migrationhub]\ndiscovery = false\nimport_hosts = [\"files.example\"]\n");
        assert_eq!((read.unknown_configuration, read.discovery), (UnknownConfiguration::Adopt, false));
        assert_eq!(read.import_hosts, ["files.example"]);
        assert_eq!(hub(""), MigrationHub::default());
    }

    #[test]
    fn what_has_no_effect_is_an_error() {
        for text in [
            "[upstreams]\nnpm = \"x\"",
            "[upstream]\nnpmjs = \"x\"",
            "upstreams = 1",
            "[migrationhub]\nunknown_configuration = \"ignore\"",
            "[migrationhub]\nagents = true",
            "[upstreams]\nnpmjs = 1",
            "[",
        ] {
            assert!(Configuration::parse(text).is_err(), "{text}");
        }
    }
}
