//! `[events]` and `[[events.webhook]]`: how long events are kept, and who is told of them.

use std::path::PathBuf;

use notify::Webhook;
use registry::upstream::Secret;
use serde::Deserialize;

/// How long events are kept for followers and sinks that do not answer, unless it is said otherwise: a week.
const KEPT_HOURS: u32 = 7 * 24;

/// Who is told of events.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Events {
    /// How long an event is kept, in hours.
    pub kept_hours: u32,
    /// Where events are sent.
    pub webhook: Vec<Sink>,
}

/// `[[events.webhook]]`.
#[derive(Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Sink {
    /// Where its events go.
    url: String,
    /// What its place in the events is kept under; the URL unless it is given.
    name: Option<String>,
    /// The key of the signature.
    secret: Option<String>,
    /// An environment variable that holds the key.
    secret_env: Option<String>,
    /// A file that holds the key.
    secret_file: Option<PathBuf>,
    /// Accounts whose events are sent; all if empty.
    accounts: Vec<String>,
    /// Domains whose events are sent; all if empty.
    domains: Vec<String>,
    /// Package formats whose events are sent; all if empty.
    formats: Vec<String>,
    /// Values of `detail-type` that are sent; all if empty.
    detail_types: Vec<String>,
}

impl Default for Events {
    fn default() -> Self {
        Self { kept_hours: KEPT_HOURS, webhook: Vec::new() }
    }
}

impl Events {
    /// Finds what cannot be meant.
    pub fn check(&self) -> Result<(), String> {
        if self.kept_hours == 0 {
            return Err("[events] has kept_hours = 0; events are kept for one hour at least".to_owned());
        }
        let mut names = Vec::new();
        for sink in &self.webhook {
            let webhook = sink.webhook().map_err(|error| format!("[[events.webhook]] {error}"))?;
            if names.contains(&webhook.name) {
                return Err(format!(
                    "[[events.webhook]] has {:?} twice; give each a name of its own",
                    webhook.name
                ));
            }
            names.push(webhook.name);
        }
        Ok(())
    }

    /// The sinks; those that cannot be meant were refused by [`Events::check`].
    pub fn webhooks(&self) -> Vec<Webhook> {
        self.webhook.iter().filter_map(|sink| sink.webhook().ok()).collect()
    }
}

impl Sink {
    fn webhook(&self) -> Result<Webhook, String> {
        let secret = self.secret()?.map(|secret| secret.read()).transpose();
        let secret =
            secret.map_err(|error| format!("for {} has a secret that cannot be used: {error}", self.url))?;
        let mut webhook = Webhook::new(&self.url)
            .ok_or_else(|| format!("has the url {:?}, which is no http or https URL", self.url))?;
        if let Some(name) = &self.name {
            webhook.name.clone_from(name);
        }
        webhook.secret = secret;
        webhook.accounts.clone_from(&self.accounts);
        webhook.domains.clone_from(&self.domains);
        webhook.formats.clone_from(&self.formats);
        webhook.detail_types.clone_from(&self.detail_types);
        Ok(webhook)
    }

    fn secret(&self) -> Result<Option<Secret>, String> {
        match (&self.secret, &self.secret_env, &self.secret_file) {
            (None, None, None) => Ok(None),
            (Some(secret), None, None) => Ok(Some(Secret::Text(secret.clone()))),
            (None, None, Some(file)) => Ok(Some(Secret::File(file.clone()))),
            (None, Some(variable), None) => {
                let value = std::env::var(variable).ok().filter(|value| !value.is_empty());
                value.map(|value| Some(Secret::Text(value))).ok_or_else(|| {
                    format!(
                        "for {} takes its secret from the environment variable {variable}, which is not set",
                        self.url
                    )
                })
            }
            _ => Err(format!("for {} may have one of secret, secret_env and secret_file", self.url)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sinks_have_a_url_and_names_of_their_own() {
        let read = |text: &str| toml::from_str::<Events>(text).unwrap();
        assert_eq!(read(""), Events::default());
        let events = read(
            "kept_hours = 1\n[[webhook]]\nurl = \"http://127.0.0.1:9/x\"\nsecret = \"s\"\nformats = [\"npm\"]\n\
             [[webhook]]\nurl = \"http://127.0.0.1:9/x\"\nname = \"second\"\n",
        );
        assert_eq!(events.check(), Ok(()));
        let webhooks = events.webhooks();
        assert_eq!(
            (webhooks[0].name.as_str(), webhooks[1].name.as_str()),
            ("http://127.0.0.1:9/x", "second")
        );
        assert_eq!((webhooks[0].secret.as_deref(), webhooks[0].formats.len()), (Some("s"), 1));
        for (text, says) in [
            ("kept_hours = 0", "one hour"),
            ("[[webhook]]\nurl = \"ftp://x\"", "ftp://x"),
            ("[[webhook]]\nurl = \"http://x\"\n[[webhook]]\nurl = \"http://x\"", "twice"),
            ("[[webhook]]\nurl = \"http://x\"\nsecret = \"a\"\nsecret_env = \"B\"", "one of secret"),
            ("[[webhook]]\nurl = \"http://x\"\nsecret_env = \"NO_SUCH_VARIABLE_HERE\"", "not set"),
        ] {
            let error = read(text).check().unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }
}
