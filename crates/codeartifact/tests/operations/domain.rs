//! Domains.

use std::time::Duration;

use serde_json::json;

use crate::support::{each, new_version, of, publish, published, reason, resource, shop};

#[test]
fn a_domain_is_created_described_listed_and_deleted() {
    each(|world| {
        let caller = world.caller();
        let created = caller.ok("CreateDomain", json!({"domain": "shop"}));
        let description = json!({
            "name": "shop", "owner": "111122223333",
            "arn": "arn:aws:codeartifact:us-east-1:111122223333:domain/shop",
            "status": "Active", "createdTime": 1_700_000_000,
            "encryptionKey": "arn:aws:kms:us-east-1:111122223333:alias/aws/codeartifact",
            "repositoryCount": 0, "assetSizeBytes": 0,
            "s3BucketArn": "arn:aws:s3:::assets-111122223333-us-east-1",
        });
        assert_eq!(created, json!({"domain": description}));
        world.pass(Duration::from_mins(1));
        assert_eq!(caller.ok("DescribeDomain", json!({"domain": "shop"})), created);
        let listed = caller.ok("ListDomains", json!({}));
        assert_eq!(
            listed,
            json!({"domains": [{"name": "shop", "owner": "111122223333", "status": "Active",
                "arn": "arn:aws:codeartifact:us-east-1:111122223333:domain/shop", "createdTime": 1_700_000_000,
                "encryptionKey": "arn:aws:kms:us-east-1:111122223333:alias/aws/codeartifact"}]})
        );
        let deleted = caller.ok("DeleteDomain", json!({"domain": "shop"}));
        let mut last = description;
        last["status"] = "Deleted".into();
        assert_eq!(deleted, json!({"domain": last}));
        assert_eq!(caller.ok("DeleteDomain", json!({"domain": "shop"})), json!({}));
        let refusal = caller.refused("DescribeDomain", json!({"domain": "shop"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "shop"));
        assert_eq!(refusal.status, 404);
        caller.ok("CreateDomain", json!({"domain": "shop"}));
    });
}

#[test]
fn the_names_of_keys_become_arns() {
    each(|world| {
        let caller = world.caller();
        for (place, (given, shown)) in [
            ("alias/mine", "arn:aws:kms:us-east-1:111122223333:alias/mine"),
            ("1234abcd", "arn:aws:kms:us-east-1:111122223333:key/1234abcd"),
            ("arn:aws:kms:eu-west-1:444455556666:key/k", "arn:aws:kms:eu-west-1:444455556666:key/k"),
        ]
        .iter()
        .enumerate()
        {
            let input = json!({"domain": format!("shop{place}"), "encryptionKey": given});
            assert_eq!(caller.ok("CreateDomain", input)["domain"]["encryptionKey"], *shown);
        }
    });
}

#[test]
fn a_name_is_unique_within_an_account_and_region() {
    shop(&[], |_, caller| {
        let refusal = caller.refused("CreateDomain", json!({"domain": "shop"}));
        assert_eq!(resource(&refusal), ("ConflictException", "domain", "shop"));
        assert_eq!(refusal.status, 409);
        caller.clone().in_region("eu-west-1").ok("CreateDomain", json!({"domain": "shop"}));
        let other = caller.clone().of_account("444455556666");
        other.ok("CreateDomain", json!({"domain": "shop"}));
        assert_eq!(other.ok("ListDomains", json!({}))["domains"][0]["owner"], "444455556666");
    });
}

#[test]
fn an_eleventh_domain_exceeds_the_quota() {
    each(|world| {
        let caller = world.caller();
        for place in 0..10 {
            caller.ok("CreateDomain", json!({"domain": format!("shop-{place}")}));
        }
        let refusal = caller.refused("CreateDomain", json!({"domain": "shop-10"}));
        assert_eq!(resource(&refusal), ("ServiceQuotaExceededException", "domain", "shop-10"));
        assert_eq!(refusal.status, 402);
    });
}

#[test]
fn deleting_a_domain_with_repositories_conflicts() {
    shop(&[("web", &[])], |_, caller| {
        let refusal = caller.refused("DeleteDomain", json!({"domain": "shop"}));
        assert_eq!(resource(&refusal), ("ConflictException", "domain", "shop"));
        caller.ok("DeleteRepository", of("web", json!({})));
        assert_eq!(caller.ok("DeleteDomain", json!({"domain": "shop"}))["domain"]["status"], "Deleted");
    });
}

#[test]
fn domains_are_listed_by_name_page_by_page() {
    each(|world| {
        let caller = world.caller();
        for name in ["cc", "aa", "dd", "bb", "ee"] {
            caller.ok("CreateDomain", json!({"domain": name}));
        }
        let pages = caller.pages("ListDomains", &json!({"maxResults": 2}), "nextToken");
        let names: Vec<Vec<&str>> = pages
            .iter()
            .map(|page| {
                page["domains"].as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap()).collect()
            })
            .collect();
        assert_eq!(names, [vec!["aa", "bb"], vec!["cc", "dd"], vec!["ee"]]);
        let foreign = caller.refused("ListDomains", json!({"nextToken": "bm90IG91cnM="}));
        assert_eq!(reason(&foreign), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn the_description_counts_repositories_and_distinct_bytes() {
    shop(&[("web", &[]), ("other", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        published(world, caller, "other", "kit", "1.0.0");
        let mut more = new_version("kit", "2.0.0", 'f');
        more.assets[0].size = 234;
        assert_eq!(publish(world, caller, "web", "kit", more), Ok(true));
        let domain = caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"].clone();
        assert_eq!((&domain["repositoryCount"], &domain["assetSizeBytes"]), (&json!(2), &json!(1234)));
    });
}
