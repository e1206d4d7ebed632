//! The configuration file, `--config FILE`: what does not fit on a command line.

mod connection;
mod event;
mod mqtt;
mod quota;
mod server;

pub use connection::Connection;
pub use event::Events;
pub use mqtt::Mqtt;
pub use quota::Quotas;
pub use server::Server;

use std::collections::BTreeMap;
use std::path::Path;

use notify::values::Kept;
use registry::upstream::Custom;
use serde::Deserialize;

/// What the file says. A name in it that is not known here is an error: it would be a setting without effect.
#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Configuration {
    /// `[server]`: how clients reach this server.
    #[serde(default)]
    pub server: Server,
    /// `[quotas]`: limits that are set otherwise than AWS sets them.
    #[serde(default)]
    pub quotas: Quotas,
    /// `[events]`: who is told what happened.
    #[serde(default)]
    pub events: Events,
    /// `[upstreams]`: where external connections lead, by name with or without `public:`.
    #[serde(default)]
    pub upstreams: BTreeMap<String, String>,
    /// `[connections.NAME]`: external connections of the operator's own, called `custom:NAME`.
    #[serde(default)]
    pub connections: BTreeMap<String, Connection>,
    /// `[migrationhub]`: how Migration Hub deals with what it discovers.
    #[serde(default)]
    pub migrationhub: MigrationHub,
    /// `[sitewise]`: what accounts of IoT SiteWise begin with.
    #[serde(default)]
    pub sitewise: Sitewise,
    /// `[npm]`: what npm clients may do.
    #[serde(default)]
    pub npm: Npm,
}

/// `[sitewise]`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sitewise {
    /// Whether an account takes time series that belong to no property of an asset before it has said so itself.
    pub disassociated_data_storage: bool,
    /// Among which assets a name may stand only once.
    pub unique_asset_names: UniqueNames,
    /// `[sitewise.mqtt]`: a broker for values.
    pub mqtt: Option<Mqtt>,
    /// `[sitewise.notifications]`: how long what is published waits for who takes it.
    pub notifications: Notifications,
}

/// `[sitewise.notifications]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Notifications {
    /// Hours after which a message is forgotten, though a broker has not taken it.
    pub kept_hours: u32,
    /// What all messages together may take before the oldest are forgotten.
    pub kept_megabytes: u32,
}

impl Default for Notifications {
    fn default() -> Self {
        let Kept { hours, megabytes } = Kept::default();
        Self { kept_hours: hours, kept_megabytes: megabytes }
    }
}

/// `unique_asset_names`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UniqueNames {
    /// Names may repeat, as on AWS.
    #[default]
    None,
    /// Among the children of one parent.
    Sibling,
    /// In an account and region.
    Account,
}

impl From<UniqueNames> for service::UniqueAssetNames {
    fn from(names: UniqueNames) -> Self {
        match names {
            UniqueNames::None => Self::None,
            UniqueNames::Sibling => Self::Sibling,
            UniqueNames::Account => Self::Account,
        }
    }
}

impl Default for Sitewise {
    fn default() -> Self {
        Self {
            disassociated_data_storage: true,
            unique_asset_names: UniqueNames::None,
            mqtt: None,
            notifications: Notifications::default(),
        }
    }
}

/// `[npm]`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Npm {
    /// Whether `npm unpublish` deletes versions, for those who may delete them.
    pub unpublish: bool,
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
        if let Some(name) = read.upstreams.keys().find(|name| !known(name)) {
            return Err(format!("[upstreams] has {name:?}, which no external connection is called"));
        }
        for (name, connection) in &read.connections {
            connection.check(name).map_err(|error| format!("[connections.{name}] {error}"))?;
        }
        read.server.check().map_err(|error| format!("[server] {error}"))?;
        read.quotas.check()?;
        read.events.check()?;
        if let Some(mqtt) = &read.sitewise.mqtt {
            mqtt.check().map_err(|error| format!("[sitewise.mqtt] {error}"))?;
        }
        if read.sitewise.notifications.kept_hours == 0 || read.sitewise.notifications.kept_megabytes == 0 {
            return Err("[sitewise.notifications] keeps for 1 hour and 1 megabyte at least".to_owned());
        }
        Ok(read)
    }

    /// The connections of the operator's own as the resolver takes them, by name without `custom:`.
    pub fn custom(&self) -> BTreeMap<String, Custom> {
        let custom = self.connections.iter();
        custom.filter_map(|(name, connection)| Some((name.clone(), connection.custom()?))).collect()
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
        assert!(custom.credentials == Some(registry::upstream::Credentials::bearer("t")));
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
    fn disassociated_data_is_taken_unless_told_otherwise() {
        assert!(Configuration::parse("").unwrap().sitewise.disassociated_data_storage);
        let text = "[sitewise]\ndisassociated_data_storage = false\n";
        assert!(!Configuration::parse(text).unwrap().sitewise.disassociated_data_storage);
    }

    #[test]
    fn names_of_assets_may_repeat_unless_told_otherwise() {
        let read = |text: &str| Configuration::parse(text).map(|read| read.sitewise.unique_asset_names);
        assert_eq!(read(""), Ok(UniqueNames::None));
        assert_eq!(read("[sitewise]\nunique_asset_names = \"sibling\"\n"), Ok(UniqueNames::Sibling));
        assert_eq!(read("[sitewise]\nunique_asset_names = \"account\"\n"), Ok(UniqueNames::Account));
        assert!(read("[sitewise]\nunique_asset_names = \"model\"\n").unwrap_err().contains("sibling"));
    }

    #[test]
    fn unpublishing_is_off_unless_told_otherwise() {
        assert!(!Configuration::parse("").unwrap().npm.unpublish);
        assert!(Configuration::parse("[npm]\nunpublish = true\n").unwrap().npm.unpublish);
    }

    #[test]
    fn what_has_no_effect_is_an_error() {
        for text in [
            "[upstreams]\nnpm = \"x\"",
            "[upstream]\nnpmjs = \"x\"",
            "upstreams = 1",
            "[npm]\npublish = true",
            "[migrationhub]\nunknown_configuration = \"ignore\"",
            "[migrationhub]\nagents = true",
            "[sitewise]\nstorage = false",
            "[upstreams]\nnpmjs = 1",
            "[server]\nendpoint_style = \"host\"",
            "[server]\nstyle = \"host\"",
            "[quotas]\ndomains = 1",
            "[events]\nwebhook = 1",
            "[[events.webhook]]\nuri = \"http://x/\"",
            "[",
        ] {
            assert!(Configuration::parse(text).is_err(), "{text}");
        }
    }
}
