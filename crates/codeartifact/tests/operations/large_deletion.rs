//! Repositories that hold more than one transaction should remove.

use codeartifact::repository::{go_on_deleting, is_deletion_due};
use serde_json::json;

use crate::support::{of, published, resource, shop};

/// More than go at once.
const PACKAGES: usize = 260;

#[test]
fn a_large_repository_is_gone_at_once_and_its_packages_follow_with_one_event_each() {
    shop(&[("app", &[]), ("team", &[])], |world, caller| {
        for number in 0..PACKAGES {
            let package = format!("p{number}");
            published(world, caller, "app", &package, "1.0.0");
            published(world, caller, "app", &package, "1.1.0");
        }
        published(world, caller, "team", "kept", "1.0.0");
        caller.ok("UpdateRepository", of("team", json!({"upstreams": [{"repositoryName": "app"}]})));
        let deleted = || {
            let events = now(world.store().events_after(0, 10_000));
            events.iter().filter(|event| event.body["detail"]["operationType"] == "Deleted").count()
        };
        let last = caller.ok("DeleteRepository", of("app", json!({})));
        assert_eq!(last["repository"]["name"], "app");
        assert_eq!(deleted(), 0, "the packages follow");
        let refusal = caller.refused("DescribeRepository", of("app", json!({})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "app"));
        assert_eq!(
            caller.ok("DescribeRepository", of("team", json!({})))["repository"]["upstreams"],
            json!([])
        );
        let names = caller.ok("ListRepositoriesInDomain", json!({"domain": "shop"}));
        assert_eq!(names["repositories"].as_array().unwrap().len(), 1);
        let refusal = caller.refused("CreateRepository", of("app", json!({})));
        assert_eq!(resource(&refusal), ("ConflictException", "repository", "app"));
        assert!(refusal.message().contains("try again soon"));

        let mut rounds = 0;
        let due = || -> bool {
            world.store().read_blocking(is_deletion_due).map_err(|error: store::Error| error).unwrap()
        };
        while due() {
            let done: Result<usize, store::Error> = world.store().write_blocking(|tx| go_on_deleting(tx, 40));
            assert!((1..=21).contains(&done.unwrap()), "a step is bounded");
            rounds += 1;
        }
        assert_eq!(rounds, 14, "thirteen steps of twenty packages, and the end");
        assert_eq!(deleted(), 2 * PACKAGES);
        caller.ok("CreateRepository", of("app", json!({})));
        assert_eq!(caller.ok("ListPackages", of("app", json!({})))["packages"], json!([]));
        assert_eq!(caller.ok("ListPackages", of("team", json!({})))["packages"].as_array().unwrap().len(), 1);
    });
}

fn now<T>(future: impl Future<Output = Result<T, store::Error>>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    runtime.block_on(future).unwrap()
}
