//! `[sitewise.mqtt]`: the broker to which values of notified properties are published, and from which values are taken.

use std::path::PathBuf;

use notify::door::Subscription;
use notify::mqtt::{Broker, Filter, Version};
use notify::values::Publisher;
use serde::Deserialize;
use sitewise::asset_model::property::DataType;

/// `[sitewise.mqtt]`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Mqtt {
    /// Where the broker is: `mqtt://HOST` or `mqtts://HOST`.
    url: String,
    /// The version of the protocol, `3.1.1` or `5`.
    version: String,
    /// What this installation is called there.
    client_id: String,
    /// Who it is there.
    user: Option<String>,
    /// The password of that user.
    password: Option<String>,
    /// An environment variable that holds the password.
    password_env: Option<String>,
    /// A file that holds the password.
    password_file: Option<PathBuf>,
    /// Certificates to trust instead of those that this machine trusts, PEM.
    ca_file: Option<PathBuf>,
    /// Whether values of notified properties are published.
    publish: bool,
    /// Accounts whose values are published; all if empty.
    accounts: Vec<String>,
    /// Topics that are published; all if empty.
    topics: Vec<String>,
    /// What stands in front of each topic.
    topic_prefix: String,
    /// Topics whose values are taken.
    subscribe: Vec<Subscribe>,
}

/// `[[sitewise.mqtt.subscribe]]`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subscribe {
    /// The topics, `+` and `#` being wildcards.
    topic: String,
    /// The alias to which their values go: `{topic}` is the whole topic, `{1}` what the first wildcard stands for.
    #[serde(default = "whole_topic")]
    alias: String,
    /// The account whose alias it is; that of the server unless it is given.
    account: Option<String>,
    /// Its Region.
    #[serde(default = "default_region")]
    region: String,
    /// What the values of a stream are that is not there yet.
    data_type: Option<String>,
}

fn whole_topic() -> String {
    "{topic}".to_owned()
}

fn default_region() -> String {
    "us-east-1".to_owned()
}

impl Default for Mqtt {
    fn default() -> Self {
        Self {
            url: String::new(),
            version: "3.1.1".to_owned(),
            client_id: "homeregion".to_owned(),
            user: None,
            password: None,
            password_env: None,
            password_file: None,
            ca_file: None,
            publish: true,
            accounts: Vec::new(),
            topics: Vec::new(),
            topic_prefix: String::new(),
            subscribe: Vec::new(),
        }
    }
}

impl Subscribe {
    fn subscription(&self, account: &str) -> Result<Subscription, String> {
        let topics = Filter::parse(&self.topic)?;
        let account = self.account.as_deref().unwrap_or(account);
        if account.len() != 12 || !account.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(format!("the account {account:?}, which has no twelve digits"));
        }
        let is_region = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if self.region.is_empty() || !self.region.bytes().all(is_region) {
            return Err(format!("the region {:?}, which is none", self.region));
        }
        let mut subscription = Subscription::new(topics, &self.alias, account, &self.region)?;
        subscription.data_type = match self.data_type.as_deref() {
            None => None,
            Some("DOUBLE") => Some(DataType::Double),
            Some("INTEGER") => Some(DataType::Integer),
            Some("BOOLEAN") => Some(DataType::Boolean),
            Some("STRING") => Some(DataType::String),
            Some(other) => {
                return Err(format!("the data_type {other:?}; it is DOUBLE, INTEGER, BOOLEAN or STRING"));
            }
        };
        Ok(subscription)
    }
}

impl Mqtt {
    /// Finds what cannot be meant; the sentence goes behind `[sitewise.mqtt]`.
    pub fn check(&self) -> Result<(), String> {
        self.publisher()?;
        self.subscriptions("000000000000").map(drop)
    }

    /// The topics whose values are taken, for `account` unless another one is named.
    pub fn subscriptions(&self, account: &str) -> Result<Vec<Subscription>, String> {
        let subscriptions = self.subscribe.iter().map(|subscribe| subscribe.subscription(account));
        let subscriptions: Result<Vec<_>, String> = subscriptions.collect();
        subscriptions.map_err(|error| format!("has in subscribe {error}"))
    }

    /// The broker, with who this installation is there.
    pub fn broker(&self) -> Result<Broker, String> {
        let mut broker = Broker::new(&self.url).map_err(|error| format!("has the url {error}"))?;
        broker.version = match self.version.as_str() {
            "3.1.1" => Version::V3,
            "5" => Version::V5,
            other => return Err(format!("has the version {other:?}; it is \"3.1.1\" or \"5\"")),
        };
        if self.client_id.is_empty() || self.client_id.len() > 200 {
            return Err("has a client_id that is empty or longer than 200 bytes".to_owned());
        }
        broker.client_id.clone_from(&self.client_id);
        if let Some(user) = &self.user {
            broker.user = Some(user.clone());
        }
        if let Some(password) = self.password()? {
            broker.password = Some(password);
        }
        if broker.password.is_some() && broker.user.is_none() {
            return Err("has a password, but no user".to_owned());
        }
        if let Some(file) = &self.ca_file {
            let cannot = |error: String| format!("has the ca_file {}: {error}", file.display());
            let pem = std::fs::read(file).map_err(|error| cannot(error.to_string()))?;
            broker.trust(&pem).map_err(cannot)?;
        }
        Ok(broker)
    }

    fn password(&self) -> Result<Option<String>, String> {
        match (&self.password, &self.password_env, &self.password_file) {
            (None, None, None) => Ok(None),
            (Some(password), None, None) => Ok(Some(password.clone())),
            (None, Some(variable), None) => {
                let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
                let missing = || {
                    format!("takes its password from the environment variable {variable}, which is not set")
                };
                value.map(Some).ok_or_else(missing)
            }
            (None, None, Some(file)) => match std::fs::read_to_string(file) {
                Ok(text) => Ok(Some(text.trim_end_matches(['\r', '\n']).to_owned())),
                Err(error) => Err(format!("has the password_file {}: {error}", file.display())),
            },
            _ => Err("may have one of password, password_env and password_file".to_owned()),
        }
    }

    /// The sink of values, if they are published.
    pub fn publisher(&self) -> Result<Option<Publisher>, String> {
        let broker = self.broker()?;
        if !self.publish {
            return Ok(None);
        }
        let topics = self.topics.iter().map(|topic| Filter::parse(topic)).collect::<Result<_, _>>();
        if self.topic_prefix.contains(['+', '#', '\0']) {
            return Err(format!("has the topic_prefix {:?}; it has no wildcards", self.topic_prefix));
        }
        Ok(Some(Publisher {
            name: broker.place(),
            broker,
            accounts: self.accounts.clone(),
            topics: topics.map_err(|error| format!("has among its topics {error}"))?,
            prefix: self.topic_prefix.clone(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Mqtt, String> {
        let mqtt: Mqtt = toml::from_str(text).map_err(|error| error.to_string())?;
        mqtt.check().map(|()| mqtt)
    }

    #[test]
    fn values_are_taken_for_the_account_of_the_server_unless_another_is_named() {
        let text = "url = \"mqtt://b\"\n[[subscribe]]\ntopic = \"a/+\"\nalias = \"/x/{1}\"\n\
                    [[subscribe]]\ntopic = \"b\"\naccount = \"444455556666\"\nregion = \"eu-west-1\"\n\
                    data_type = \"INTEGER\"";
        let subscriptions = read(text).unwrap().subscriptions("111122223333").unwrap();
        assert_eq!(subscriptions[0].account, "111122223333");
        assert_eq!(
            (subscriptions[1].account.as_str(), subscriptions[1].region.as_str()),
            ("444455556666", "eu-west-1")
        );
        assert_eq!(subscriptions[1].data_type, Some(DataType::Integer));
    }

    #[test]
    fn a_broker_has_a_url_and_who_we_are_there() {
        let mqtt = read(
            "url = \"mqtt://broker:1884\"\nversion = \"5\"\nuser = \"u\"\npassword = \"p\"\ntopics = [\"$aws/#\"]",
        );
        let publisher = mqtt.unwrap().publisher().unwrap().unwrap();
        assert_eq!(publisher.name, "mqtt://broker:1884");
        assert_eq!((publisher.broker.version, publisher.broker.user.as_deref()), (Version::V5, Some("u")));
        assert!(read("url = \"mqtt://b\"\npublish = false").unwrap().publisher().unwrap().is_none());
        for (wrong, says) in [
            ("", "url"),
            ("url = \"http://b\"", "mqtt://"),
            ("url = \"mqtt://b\"\nversion = \"4\"", "3.1.1"),
            ("url = \"mqtt://b\"\npassword = \"p\"", "no user"),
            ("url = \"mqtt://u@b\"\npassword = \"p\"\npassword_env = \"P\"", "one of"),
            ("url = \"mqtt://b\"\nca_file = \"x.pem\"", "x.pem"),
            ("url = \"mqtt://b\"\ntopics = [\"a#\"]", "a#"),
            ("url = \"mqtt://b\"\ntopic_prefix = \"a/+/\"", "wildcards"),
            ("url = \"mqtt://b\"\nclient_id = \"\"", "client_id"),
            ("url = \"mqtt://b\"\nqos = 1", "qos"),
            ("url = \"mqtt://b\"\n[[subscribe]]\ntopic = \"a#\"", "a#"),
            ("url = \"mqtt://b\"\n[[subscribe]]\ntopic = \"a\"\nalias = \"{1}\"", "{1}"),
            ("url = \"mqtt://b\"\n[[subscribe]]\ntopic = \"a\"\naccount = \"1\"", "twelve"),
            ("url = \"mqtt://b\"\n[[subscribe]]\ntopic = \"a\"\ndata_type = \"FLOAT\"", "FLOAT"),
        ] {
            let error = read(wrong).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
