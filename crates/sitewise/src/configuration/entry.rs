//! What the log says of an account's resources, for accounts that want to know.
//!
//! Entries are made of the events that transactions leave behind, so that what was rolled back is not logged.

use serde_json::{Map, Value, json};
use store::{Error, Event, Tx};

use super::logging::{KIND, UNSET};
use super::table;

/// How much an account wants to have logged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What went wrong.
    Error,
    /// Everything that happened.
    Info,
}

/// Says which accounts want entries in which Regions, and how many.
pub fn wanted(tx: &mut Tx) -> Result<Vec<(String, String, Level)>, Error> {
    let levels = table::list(tx, KIND, UNSET)?;
    let level = |name: &str| if name == "INFO" { Level::Info } else { Level::Error };
    Ok(levels.into_iter().map(|(account, region, name)| (account, region, level(&name))).collect())
}

/// Makes the entry of an event of this service; nothing of events of other services.
///
/// Members and names of events are AWS's where the user guide shows them (`AssetModelCreationSuccess`); the others are
/// made in the same way (assumed). Of the particulars it shows what names resources.
pub fn of(event: &Event) -> Option<(Level, Value)> {
    let topic = event.topic.strip_prefix("sitewise.")?;
    let (resource, verb) = topic.rsplit_once('.')?;
    let failed = event.body["state"] == "FAILED";
    let level = if failed { Level::Error } else { Level::Info };
    let names = |member: &str| ["Id", "Namespace", "alias"].iter().any(|end| member.ends_with(end));
    let particulars = event.body.as_object().cloned().unwrap_or_default();
    let resources: Map<String, Value> = particulars.into_iter().filter(|(member, _)| names(member)).collect();
    let entry = json!({
        "eventTime": event.emitted_at.to_rfc3339(),
        "logLevel": if failed { "ERROR" } else { "INFO" },
        "eventType": event_type(resource, verb, failed),
        "accountId": event.account,
        "region": event.region,
        "resources": resources,
    });
    Some((level, entry))
}

fn event_type(resource: &str, verb: &str, failed: bool) -> String {
    let what = match verb {
        "created" => "Creation",
        "updated" => "Update",
        "deleted" => "Deletion",
        "associated" => "Association",
        "disassociated" => "Disassociation",
        "executed" => "Execution",
        "capability" => "CapabilityUpdate",
        // A passing state is over.
        _ => "Processing",
    };
    let words = resource.split(['.', '_', '-']).map(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        first.to_ascii_uppercase() + rest
    });
    let outcome = if failed { "Failure" } else { "Success" };
    words.chain([what.to_owned(), outcome.to_owned()]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::Timestamp;

    fn event(topic: &str, body: Value) -> Event {
        Event {
            sequence: 1,
            account: "111122223333".to_owned(),
            region: "us-east-1".to_owned(),
            topic: topic.to_owned(),
            body,
            emitted_at: Timestamp::from_millis(1_700_000_000_000),
        }
    }

    #[test]
    fn an_entry_has_the_names_of_the_user_guide() {
        let created = event("sitewise.asset_model.created", json!({ "assetModelId": "m", "secret": "s" }));
        let (level, entry) = of(&created).unwrap();
        assert_eq!(level, Level::Info);
        assert_eq!(
            entry,
            json!({
                "eventTime": "2023-11-14T22:13:20Z", "logLevel": "INFO", "eventType": "AssetModelCreationSuccess",
                "accountId": "111122223333", "region": "us-east-1", "resources": { "assetModelId": "m" },
            })
        );
    }

    #[test]
    fn what_failed_is_an_error_and_other_services_have_no_entries() {
        let failed = event("sitewise.asset_model.state", json!({ "assetModelId": "m", "state": "FAILED" }));
        let (level, entry) = of(&failed).unwrap();
        assert_eq!((level, &entry["logLevel"]), (Level::Error, &json!("ERROR")));
        assert_eq!(entry["eventType"], "AssetModelProcessingFailure");
        let settled = event("sitewise.access_policy.state", json!({ "state": "ACTIVE" }));
        assert_eq!(of(&settled).unwrap().1["eventType"], "AccessPolicyProcessingSuccess");
        assert_eq!(of(&event("codeartifact.package.created", json!({}))), None);
    }
}
