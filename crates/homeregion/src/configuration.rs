//! The configuration file, `--config FILE`: what does not fit on a command line.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

/// What the file says. A name in it that is not known here is an error: it would be a setting without effect.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// `[upstreams]`: where external connections lead, by name with or without `public:`.
    #[serde(default)]
    pub upstreams: BTreeMap<String, String>,
    /// `[migrationhub]`: how Migration Hub deals with what it discovers.
    #[serde(default)]
    pub migrationhub: MigrationHub,
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
            None => Ok(read),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
