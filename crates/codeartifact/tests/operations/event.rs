//! Events of package versions.

use serde_json::{Value, json};
use testkit::World;

use crate::support::{connect, ingest, new_version, npm, of, publish, published, shop};

fn events(world: &World) -> Vec<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let events = runtime.block_on(world.store().events_after(0, 100)).unwrap();
    assert!(events.iter().all(|event| event.topic == codeartifact::TOPIC));
    events.into_iter().map(|event| event.body).collect()
}

/// All events in short: `version operation +added -removed ~updated`, and whether metadata and status changed.
pub fn told(world: &World) -> Vec<String> {
    let short = |event: &Value| {
        let (detail, changes) = (&event["detail"], &event["detail"]["changes"]);
        let word = |member: &str, word: &str| {
            if changes[member] == true { format!(" {word}") } else { String::new() }
        };
        let (version, operation) = (&detail["packageVersion"], &detail["operationType"]);
        let (added, removed) = (&changes["assetsAdded"], &changes["assetsRemoved"]);
        format!(
            "{} {} +{added} -{removed} ~{}{}{}",
            version.as_str().unwrap(),
            operation.as_str().unwrap(),
            changes["assetsUpdated"],
            word("metadataUpdated", "metadata"),
            word("statusChanged", "status")
        )
    };
    events(world).iter().map(short).collect()
}

#[test]
fn an_event_has_the_documented_envelope() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let [event] = &events(world)[..] else { panic!("one event") };
        let mut event = event.clone();
        for member in ["/id", "/detail/packageVersionRevision", "/detail/eventDeduplicationId"] {
            let value = event.pointer_mut(member).unwrap();
            assert!(value.as_str().unwrap().len() >= 36, "{member}");
            *value = "redacted".into();
        }
        assert!(event["detail"]["sequenceNumber"].is_i64());
        event["detail"]["sequenceNumber"] = 0.into();
        assert_eq!(
            event,
            json!({
                "version": "0", "id": "redacted", "detail-type": "CodeArtifact Package Version State Change",
                "source": "aws.codeartifact", "account": "111122223333", "time": "2023-11-14T22:13:20Z",
                "region": "us-east-1",
                "resources": ["arn:aws:codeartifact:us-east-1:111122223333:package/shop/web/npm//kit"],
                "detail": {
                    "domainName": "shop", "domainOwner": "111122223333", "repositoryName": "web",
                    "repositoryAdministrator": "111122223333", "packageFormat": "npm", "packageNamespace": null,
                    "packageName": "kit", "packageVersion": "1.0.0", "packageVersionState": "Published",
                    "packageVersionRevision": "redacted",
                    "changes": {"assetsAdded": 1, "assetsRemoved": 0, "metadataUpdated": true, "assetsUpdated": 0,
                        "statusChanged": true},
                    "operationType": "Created", "sequenceNumber": 0, "eventDeduplicationId": "redacted",
                },
            })
        );
    });
}

#[test]
fn every_change_of_a_version_is_told_once_in_rising_numbers() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "@acme/kit", new_version("@acme/kit", "1.0.0", '1'));
        ingest(world, caller, "app", "store", "@acme/kit", new_version("@acme/kit", "2.0.0", '2'));
        let status = |status: &str| {
            let input = json!({"versions": ["1.0.0"], "targetStatus": status});
            caller.ok("UpdatePackageVersionsStatus", npm("app", "@acme/kit", input));
        };
        status("Archived");
        status("Archived");
        caller.ok("DisposePackageVersions", npm("app", "@acme/kit", json!({"versions": ["1.0.0"]})));
        caller.ok("DeletePackageVersions", npm("app", "@acme/kit", json!({"versions": ["1.0.0"]})));
        caller.ok("DeletePackage", npm("app", "@acme/kit", json!({})));
        caller.ok("DeleteRepository", of("store", json!({})));
        let events = events(world);
        let told: Vec<String> = events
            .iter()
            .map(|event| {
                let detail = &event["detail"];
                let changes = &detail["changes"];
                let text = |member: &str| detail[member].as_str().unwrap().to_owned();
                let (operation, state) = (text("operationType"), text("packageVersionState"));
                let (repository, version) = (text("repositoryName"), text("packageVersion"));
                let (added, removed) = (&changes["assetsAdded"], &changes["assetsRemoved"]);
                format!(
                    "{repository} {version} {operation} {state} +{added} -{removed} {}",
                    changes["statusChanged"]
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                "store 1.0.0 Created Published +1 -0 true",
                "app 1.0.0 Created Published +1 -0 true",
                "store 2.0.0 Created Published +1 -0 true",
                "app 2.0.0 Created Published +1 -0 true",
                "app 1.0.0 Updated Archived +0 -0 true",
                "app 1.0.0 Updated Disposed +0 -1 true",
                "app 1.0.0 Deleted Disposed +0 -0 false",
                "app 2.0.0 Deleted Published +0 -1 false",
                "store 1.0.0 Deleted Published +0 -1 false",
                "store 2.0.0 Deleted Published +0 -1 false",
            ]
        );
        for repository in ["app", "store"] {
            let numbers: Vec<i64> = events
                .iter()
                .filter(|event| event["detail"]["repositoryName"] == repository)
                .map(|event| event["detail"]["sequenceNumber"].as_i64().unwrap())
                .collect();
            assert!(numbers.is_sorted_by(|a, b| a < b), "{numbers:?}");
        }
    });
}

#[test]
fn what_changes_no_version_is_not_told() {
    shop(&[("web", &[])], |world, caller| {
        assert_eq!(publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')), Ok(true));
        let before = events(world).len();
        assert_eq!(publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')), Ok(false));
        publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '2')).unwrap_err();
        let wrong = json!({"versions": ["1.0.0"], "targetStatus": "Archived", "expectedStatus": "Unlisted"});
        caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", wrong));
        connect(caller, "web");
        caller.ok("ListPackageVersions", npm("web", "kit", json!({})));
        assert_eq!(events(world).len(), before);
    });
}
