//! The body in which an event leaves the server: `EventBridge`'s envelope.

use serde_json::{Value, json};
use store::Event;

/// Gives the envelope of an event; one that has none yet is the detail of one whose type is its topic.
pub(crate) fn of(event: &Event) -> Value {
    if is_envelope(&event.body) {
        return event.body.clone();
    }
    json!({
        "version": "0",
        "id": format!("homeregion-{}", event.sequence),
        "detail-type": event.topic,
        "source": "homeregion",
        "account": event.account,
        "time": event.emitted_at.to_rfc3339(),
        "region": event.region,
        "resources": [],
        "detail": event.body,
    })
}

fn is_envelope(body: &Value) -> bool {
    body.get("detail-type").is_some_and(Value::is_string) && body.get("detail").is_some()
}

/// Whether this is the copy for somebody else than the account in the envelope: the repository's administrator.
pub(crate) fn is_copy(event: &Event) -> bool {
    is_envelope(&event.body)
        && event.body.get("account").and_then(Value::as_str).is_some_and(|account| account != event.account)
}

#[cfg(test)]
mod tests {
    use model::Timestamp;

    use super::*;

    fn event(body: Value) -> Event {
        Event {
            sequence: 7,
            account: "111122223333".into(),
            region: "eu-west-1".into(),
            topic: "sitewise.asset.created".into(),
            body,
            emitted_at: Timestamp::from_millis(0),
        }
    }

    #[test]
    fn what_has_an_envelope_keeps_it_and_the_rest_gets_one() {
        let body = json!({"version": "0", "detail-type": "x", "account": "444455556666", "detail": {"a": 1}});
        assert_eq!(of(&event(body.clone())), body);
        assert!(is_copy(&event(body)));
        let wrapped = event(json!({"assetId": "a"}));
        let found = of(&wrapped);
        assert_eq!(found["detail-type"], "sitewise.asset.created");
        assert_eq!(found["detail"]["assetId"], "a");
        assert_eq!(
            (found["account"].as_str(), found["time"].as_str()),
            (Some("111122223333"), Some("1970-01-01T00:00:00Z"))
        );
        assert!(!is_copy(&wrapped));
    }
}
