//! How versions come in: published, ingested, retained.

use std::time::Duration;

use codeartifact::arrival;
use codeartifact::resolution::Found;
use serde_json::{Value, json};

use crate::support::{
    connect, coordinates, ingest, key, new_version, npm, obtain, of, publish, published, shop, versions,
    write,
};

#[test]
fn what_comes_through_a_connection_stays_there_and_where_it_was_asked_for() {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        connect(caller, "store");
        let found = ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '1'));
        let Found::Held(held) = found else { panic!("it was kept") };
        assert_eq!(held.repository.key, key("app"));
        assert_eq!(held.version.arrival_from.as_deref(), Some("store"));
        assert_eq!(versions(caller, "app", "lodash"), ["1.0.0 Published"]);
        assert_eq!(versions(caller, "mid", "lodash"), ["ResourceNotFoundException"]);
        assert_eq!(versions(caller, "store", "lodash"), ["1.0.0 Published"]);
        let describe = |repository: &str| {
            let input = npm(repository, "lodash", json!({"packageVersion": "1.0.0"}));
            caller.ok("DescribePackageVersion", input)["packageVersion"].clone()
        };
        assert_eq!(describe("app")["revision"], describe("store")["revision"]);
        let origin =
            json!({"domainEntryPoint": {"externalConnectionName": "public:npmjs"}, "originType": "EXTERNAL"});
        assert_eq!((&describe("app")["origin"], &describe("store")["origin"]), (&origin, &origin));
        assert_eq!(caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"]["assetSizeBytes"], 1000);
    });
}

#[test]
fn a_second_ingestion_of_a_version_changes_nothing() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '1'));
        let found = ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '2'));
        let Found::Held(held) = found else { panic!("it is there") };
        assert_eq!(held.assets[0].sha256, "1".repeat(64));
        assert_eq!(versions(caller, "store", "lodash"), ["1.0.0 Published"]);
    });
}

#[test]
fn nothing_comes_through_a_connection_that_was_removed_meanwhile() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        let connection = of("store", json!({"externalConnection": "public:npmjs"}));
        caller.ok("DisassociateExternalConnection", connection);
        let found = ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '1'));
        assert_eq!(found, Found::Absent { connections: Vec::new() });
        assert_eq!(versions(caller, "store", "lodash"), ["ResourceNotFoundException"]);
    });
}

#[test]
fn nothing_comes_in_where_the_package_blocks_upstream() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        let block = json!({"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
        caller.ok("PutPackageOriginConfiguration", npm("app", "lodash", block));
        let found = ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '1'));
        assert_eq!(found, Found::Absent { connections: Vec::new() });
        assert_eq!(versions(caller, "store", "lodash"), ["ResourceNotFoundException"]);
    });
}

#[test]
fn a_download_through_upstreams_retains_a_snapshot() {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        world.pass(Duration::from_secs(5));
        let Found::Held(held) = obtain(world, caller, "app", "kit", "1.0.0") else {
            panic!("it is in store")
        };
        assert_eq!((&held.repository.key, held.assets.len()), (&key("app"), 1));
        assert_eq!(versions(caller, "app", "kit"), ["1.0.0 Published"]);
        assert_eq!(versions(caller, "mid", "kit"), ["ResourceNotFoundException"]);
        let describe = || {
            let input = npm("app", "kit", json!({"packageVersion": "1.0.0"}));
            caller.ok("DescribePackageVersion", input)["packageVersion"].clone()
        };
        let kept = describe();
        assert_eq!(
            (&kept["origin"], &kept["publishedTime"]),
            (
                &json!({"domainEntryPoint": {"repositoryName": "store"}, "originType": "INTERNAL"}),
                &json!(1_700_000_005)
            )
        );
        let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", archive));
        assert_eq!(describe(), kept);
        caller.ok("DeleteRepository", of("store", json!({})));
        assert_eq!(describe(), kept);
        assert!(matches!(obtain(world, caller, "app", "kit", "1.0.0"), Found::Held(_)));
    });
}

#[test]
fn an_unlisted_version_is_retained_as_unlisted() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        let unlist = json!({"versions": ["1.0.0"], "targetStatus": "Unlisted"});
        caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", unlist));
        assert!(matches!(obtain(world, caller, "app", "kit", "1.0.0"), Found::Held(_)));
        assert_eq!(versions(caller, "app", "kit"), ["1.0.0 Unlisted"]);
    });
}

#[test]
fn the_same_content_may_be_published_again_and_other_content_may_not() {
    shop(&[("web", &[])], |world, caller| {
        assert_eq!(publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')), Ok(true));
        assert_eq!(publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')), Ok(false));
        let refused = publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '2')).unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", archive));
        let refused = publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')).unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        assert!(refused.message.contains("Archived"), "{}", refused.message);
    });
}

#[test]
fn a_version_that_an_upstream_repository_has_cannot_be_published() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        let refused = publish(world, caller, "app", "kit", new_version("kit", "1.0.0", '9')).unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        assert!(refused.message.contains("store"), "{}", refused.message);
        let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", archive));
        let hidden = publish(world, caller, "app", "kit", new_version("kit", "1.0.0", '9')).unwrap_err();
        assert_eq!(hidden, refused, "a version that nobody can download is there, too");
        published(world, caller, "app", "kit", "2.0.0");
        assert_eq!(
            publish(world, caller, "app", "kit", new_version("kit", "1.0.0", '9')),
            Ok(true),
            "the first publish blocked upstream"
        );
    });
}

#[test]
fn the_gate_names_the_connections_to_ask_before_bytes_are_taken() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        let admit = |package: &'static str| {
            write(world, caller, move |tx, call| arrival::admit(tx, call, &key("app"), &coordinates(package)))
        };
        let admission = admit("kit").unwrap();
        assert_eq!(admission.repository.key, key("app"));
        assert_eq!(
            admission.connections.iter().map(|one| one.key.clone()).collect::<Vec<_>>(),
            [key("store")]
        );
        published(world, caller, "app", "kit", "1.0.0");
        assert_eq!(admit("kit").unwrap().connections, []);
        ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '1'));
        let refused = admit("lodash").unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        assert!(
            refused.message.contains("--package lodash --restrictions publish=ALLOW"),
            "{}",
            refused.message
        );
    });
}

#[test]
fn an_asset_beyond_five_gigabytes_is_refused() {
    shop(&[("web", &[])], |world, caller| {
        let mut large = new_version("kit", "1.0.0", '1');
        large.assets[0].size = 5 * 1024 * 1024 * 1024 + 1;
        let refused = publish(world, caller, "web", "kit", large).unwrap_err();
        assert_eq!(refused.name, "ServiceQuotaExceededException");
        assert_eq!(caller.ok("ListPackages", of("web", json!({})))["packages"], Value::Array(Vec::new()));
    });
}

#[test]
fn a_repository_that_is_not_there_takes_nothing() {
    shop(&[], |world, caller| {
        let refused = publish(world, caller, "none", "kit", new_version("kit", "1.0.0", '1')).unwrap_err();
        assert_eq!(refused.name, "ResourceNotFoundException");
        let refused = write(world, caller, |tx, call| {
            arrival::obtain(tx, call, &key("none"), &coordinates("kit"), "1.0.0")
        });
        assert_eq!(refused.unwrap_err().name, "ResourceNotFoundException");
        let other = caller.clone().of_account("444455556666");
        let refused = publish(world, &other, "none", "kit", new_version("kit", "1.0.0", '1')).unwrap_err();
        assert_eq!(refused.name, "AccessDeniedException");
    });
}

#[test]
fn deprecation_upstream_is_taken_over_for_what_was_ingested() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "kit", new_version("kit", "1.0.0", '1'));
        let both = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", both));
        published(world, caller, "store", "kit", "2.0.0");
        let refresh = |text: Option<&'static str>| {
            write(world, caller, move |tx, _| {
                let versions =
                    ["1.0.0", "2.0.0", "3.0.0"].map(|one| (one.to_owned(), text.map(str::to_owned)));
                Ok(arrival::refresh(tx, &key("store"), &coordinates("kit"), &versions.into())?)
            })
        };
        assert_eq!(refresh(Some("too old")), Ok(1));
        assert_eq!(refresh(Some("too old")), Ok(0));
        assert_eq!(refresh(Some("")), Ok(1));
        assert_eq!(refresh(None), Ok(0));
    });
}

#[test]
fn an_npm_version_is_made_of_its_manifest_and_its_tarball() {
    let manifest =
        json!({"name": "@acme/kit", "version": "1.0.0", "license": "MIT", "deprecated": "too old"});
    let tarball = store::Staged {
        sha256: "2".repeat(64),
        sha1: "1".repeat(40),
        md5: "5".repeat(32),
        sha512: "9".repeat(128),
        size: 12,
    };
    let new = arrival::NewVersion::npm("1.0.0", manifest.as_object().unwrap(), &tarball);
    assert_eq!((new.deprecated.as_deref(), new.facts.display_name.as_str()), (Some("too old"), "@acme/kit"));
    assert_eq!(serde_json::from_str::<Value>(&new.manifest).unwrap(), manifest);
    let [asset] = &new.assets[..] else { panic!("one asset") };
    assert_eq!((asset.name.as_str(), asset.size, &asset.sha1), ("package.tgz", 12, &tarball.sha1));
    assert_eq!((&asset.sha256, &asset.sha512, &asset.md5), (&tarball.sha256, &tarball.sha512, &tarball.md5));
}
