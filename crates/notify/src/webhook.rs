//! One sink: where events are sent, and which.

use reqwest::Url;
use serde_json::Value;
use store::Event;

use crate::envelope;

/// Where events are sent.
#[derive(Debug, Clone)]
pub struct Webhook {
    /// What its place in the events is kept under.
    pub name: String,
    /// The key of the signature; without one nothing is signed.
    pub secret: Option<String>,
    /// Accounts whose events are sent, copies for repository administrators among them; each event once if empty.
    pub accounts: Vec<String>,
    /// Domains whose events are sent; all if empty.
    pub domains: Vec<String>,
    /// Package formats whose events are sent; all if empty.
    pub formats: Vec<String>,
    /// Values of `detail-type` that are sent; all if empty.
    pub detail_types: Vec<String>,
    pub(crate) url: Url,
}

impl Webhook {
    /// A sink of all events, named by its URL; `None` for what is no http or https URL.
    pub fn new(url: &str) -> Option<Self> {
        let parsed = Url::parse(url).ok()?;
        if !matches!(parsed.scheme(), "http" | "https") || !parsed.has_host() {
            return None;
        }
        Some(Self {
            name: url.to_owned(),
            secret: None,
            accounts: Vec::new(),
            domains: Vec::new(),
            formats: Vec::new(),
            detail_types: Vec::new(),
            url: parsed,
        })
    }

    /// Whether an event is for this sink; `envelope` is its envelope.
    pub(crate) fn wants(&self, event: &Event, envelope: &Value) -> bool {
        let among = |wanted: &[String], value: Option<&str>| {
            wanted.is_empty() || value.is_some_and(|value| wanted.iter().any(|wanted| wanted == value))
        };
        let detail = |member: &str| envelope.pointer(&format!("/detail/{member}")).and_then(Value::as_str);
        if self.accounts.is_empty() && envelope::is_copy(event) {
            return false;
        }
        among(&self.accounts, Some(&event.account))
            && among(&self.domains, detail("domainName"))
            && among(&self.formats, detail("packageFormat"))
            && among(&self.detail_types, envelope.get("detail-type").and_then(Value::as_str))
    }

    /// Where it leads, as far as a log may say it.
    pub(crate) fn place(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        format!("{}://{host}{}", self.url.scheme(), self.url.path())
    }
}

#[cfg(test)]
mod tests {
    use model::Timestamp;
    use serde_json::json;

    use super::*;

    fn event(account: &str) -> Event {
        let body = json!({
            "detail-type": "CodeArtifact Package Version State Change",
            "account": "111122223333",
            "detail": {"domainName": "shop", "packageFormat": "npm"},
        });
        Event {
            sequence: 1,
            account: account.to_owned(),
            region: "eu-west-1".into(),
            topic: "t".into(),
            body,
            emitted_at: Timestamp::from_millis(0),
        }
    }

    fn wants(account: &str, change: impl FnOnce(&mut Webhook)) -> bool {
        let mut webhook = Webhook::new("https://sink.example/x").unwrap();
        change(&mut webhook);
        let event = event(account);
        webhook.wants(&event, &envelope::of(&event))
    }

    #[test]
    fn a_sink_gets_what_it_names_and_each_event_once() {
        let owner = "111122223333";
        let some = |value: &str| vec![value.to_owned()];
        assert!(wants(owner, |_| {}));
        assert!(!wants("444455556666", |_| {}), "the administrator's copy");
        assert!(wants("444455556666", |sink| sink.accounts = some("444455556666")));
        assert!(!wants(owner, |sink| sink.accounts = some("444455556666")));
        assert!(wants(owner, |sink| sink.domains = some("shop")));
        assert!(!wants(owner, |sink| sink.domains = some("other")));
        assert!(!wants(owner, |sink| sink.formats = some("pypi")));
        assert!(!wants(owner, |sink| sink.detail_types = some("x")));
    }

    #[test]
    fn only_http_is_spoken() {
        for url in ["ftp://x", "x", "", "http://"] {
            assert!(Webhook::new(url).is_none(), "{url}");
        }
        let secret = Webhook::new("https://me:pass@sink.example/x?token=t").unwrap();
        assert_eq!(secret.place(), "https://sink.example/x");
    }
}
