//! `CopyPackageVersions`: all versions or none, identical ones silently, tags and origin along.

use codeartifact::package_version::wanting;
use codeartifact::resolution;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::event::told;
use crate::support::{
    connect, coordinates, ingest, key, new_version, npm, of, publish, published, reach, reason, resource,
    shop, versions, write,
};

fn input(more: Value) -> Value {
    let mut input = json!({"domain": "shop", "sourceRepository": "store", "destinationRepository": "dest",
        "format": "npm", "package": "kit"});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// What a copy answers, in short: `version status` for those that were copied, `version CODE` for the others.
fn copied(caller: &Caller<'_>, more: Value) -> Vec<String> {
    let answer = caller.ok("CopyPackageVersions", input(more));
    let successful = answer["successfulVersions"].as_object().unwrap();
    let failed = answer["failedVersions"].as_object().unwrap();
    let done =
        successful.iter().map(|(version, done)| format!("{version} {}", done["status"].as_str().unwrap()));
    let failed = failed.iter().map(|(version, failed)| {
        assert!(!failed["errorMessage"].as_str().unwrap().is_empty());
        format!("{version} {}", failed["errorCode"].as_str().unwrap())
    });
    done.chain(failed).collect()
}

fn tags(world: &World, caller: &Caller<'_>, repository: &'static str) -> Vec<String> {
    let tags = write(world, caller, move |tx, call| {
        let asked = reach(tx, call, repository)?;
        Ok(resolution::listing(tx, &asked, &coordinates("kit"))?.repositories.swap_remove(0).dist_tags)
    });
    tags.unwrap().into_iter().map(|(tag, version)| format!("{tag}={version}")).collect()
}

fn describe(caller: &Caller<'_>, repository: &str, version: &str) -> Value {
    caller.ok("DescribePackageVersion", npm(repository, "kit", json!({"packageVersion": version})))["packageVersion"]
        .clone()
}

#[test]
fn scenario_13_one_version_that_cannot_be_copied_keeps_all_back() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        for (version, content) in [("1.0.0", '1'), ("2.0.0", '2')] {
            for repository in ["store", "dest"] {
                let other = if repository == "dest" && version == "2.0.0" { '9' } else { content };
                publish(world, caller, repository, "kit", new_version("kit", version, other)).unwrap();
            }
        }
        let before = told(world).len();
        assert_eq!(copied(caller, json!({"versions": ["1.0.0"]})), [""; 0]);
        assert_eq!(
            copied(caller, json!({"versions": ["1.0.0", "3.0.0"]})),
            ["1.0.0 SKIPPED", "3.0.0 NOT_FOUND"]
        );
        assert_eq!(
            copied(caller, json!({"versions": ["2.0.0", "3.0.0"]})),
            ["2.0.0 ALREADY_EXISTS", "3.0.0 NOT_FOUND"]
        );
        published(world, caller, "store", "kit", "4.0.0");
        assert_eq!(
            copied(caller, json!({"versions": ["2.0.0", "4.0.0"]})),
            ["2.0.0 ALREADY_EXISTS", "4.0.0 SKIPPED"]
        );
        assert_eq!(versions(caller, "dest", "kit"), ["2.0.0 Published", "1.0.0 Published"]);
        assert_eq!(told(world).len(), before + 1, "nothing happened but the publish of 4.0.0");
        assert_eq!(
            copied(caller, json!({"versions": ["2.0.0"], "allowOverwrite": true})),
            ["2.0.0 Published"]
        );
        assert_eq!(told(world).last().unwrap(), "2.0.0 Updated +0 -0 ~1");
        assert_eq!(
            describe(caller, "dest", "2.0.0")["revision"],
            describe(caller, "store", "2.0.0")["revision"]
        );
        assert_eq!(copied(caller, json!({"versions": ["2.0.0", "4.0.0"]})), ["4.0.0 Published"]);
        assert_eq!(told(world).last().unwrap(), "4.0.0 Created +1 -0 ~0 metadata status");
    });
}

#[test]
fn scenario_14_versions_of_upstream_repositories_are_copied_when_asked_for() {
    shop(&[("top", &[]), ("store", &["top"]), ("dest", &[])], |world, caller| {
        published(world, caller, "top", "kit", "1.0.0");
        let missing = caller.refused("CopyPackageVersions", input(json!({"versions": ["1.0.0"]})));
        assert_eq!(resource(&missing), ("ResourceNotFoundException", "package", "kit"));
        published(world, caller, "store", "other", "1.0.0");
        let both = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", both));
        assert_eq!(copied(caller, json!({"versions": ["1.0.0"]})), ["1.0.0 NOT_FOUND"]);
        let upstream = |more: &str| json!({"versions": [more], "includeFromUpstream": true});
        assert_eq!(copied(caller, upstream("1.0.0")), ["1.0.0 Published"]);
        assert_eq!(copied(caller, upstream("2.0.0")), ["2.0.0 NOT_FOUND"]);
        assert_eq!(versions(caller, "store", "kit"), [""; 0], "the source keeps nothing");
        assert_eq!(versions(caller, "dest", "kit"), ["1.0.0 Published"]);
        let origin = json!({"domainEntryPoint": {"repositoryName": "top"}, "originType": "INTERNAL"});
        assert_eq!(describe(caller, "dest", "1.0.0")["origin"], origin);
        let block = json!({"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", block));
        published(world, caller, "top", "kit", "2.0.0");
        assert_eq!(
            copied(caller, upstream("2.0.0")),
            ["2.0.0 NOT_FOUND"],
            "the source's package blocks upstream"
        );
    });
}

#[test]
fn a_revision_must_be_the_present_one_and_a_status_one_that_is_handed_out() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        for version in ["1.0.0", "2.0.0", "3.0.0", "4.0.0"] {
            published(world, caller, "store", "kit", version);
        }
        let revision = describe(caller, "store", "1.0.0")["revision"].clone();
        let wrong = json!({"versionRevisions": {"1.0.0": revision, "2.0.0": "other"}});
        assert_eq!(copied(caller, wrong), ["1.0.0 SKIPPED", "2.0.0 MISMATCHED_REVISION"]);
        assert_eq!(copied(caller, json!({"versionRevisions": {"1.0.0": revision}})), ["1.0.0 Published"]);
        for (version, status) in [("2.0.0", "Unlisted"), ("3.0.0", "Archived")] {
            let input = json!({"versions": [version], "targetStatus": status});
            caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", input));
        }
        caller.ok("DisposePackageVersions", npm("store", "kit", json!({"versions": ["4.0.0"]})));
        assert_eq!(
            copied(caller, json!({"versions": ["2.0.0", "3.0.0", "4.0.0"]})),
            ["2.0.0 SKIPPED", "3.0.0 NOT_ALLOWED", "4.0.0 NOT_ALLOWED"]
        );
        assert_eq!(copied(caller, json!({"versions": ["2.0.0"]})), ["2.0.0 Unlisted"]);
        assert_eq!(versions(caller, "dest", "kit"), ["2.0.0 Unlisted", "1.0.0 Published"]);
    });
}

#[test]
fn what_was_disposed_of_in_the_destination_must_be_deleted_first() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        assert_eq!(copied(caller, json!({"versions": ["1.0.0"]})), ["1.0.0 Published"]);
        caller.ok("DisposePackageVersions", npm("dest", "kit", json!({"versions": ["1.0.0"]})));
        assert_eq!(copied(caller, json!({"versions": ["1.0.0"]})), ["1.0.0 ALREADY_EXISTS"]);
        let over = json!({"versions": ["1.0.0"], "allowOverwrite": true});
        assert_eq!(copied(caller, over.clone()), ["1.0.0 NOT_ALLOWED"]);
        caller.ok("DeletePackageVersions", npm("dest", "kit", json!({"versions": ["1.0.0"]})));
        assert_eq!(copied(caller, over), ["1.0.0 Published"]);
    });
}

#[test]
fn dist_tags_and_deprecation_go_along_and_override() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        let tagged = |version: &str, content, tags: &[&str]| {
            let mut new = new_version("kit", version, content);
            new.dist_tags = tags.iter().map(|tag| (*tag).to_owned()).collect();
            new.deprecated = (version == "2.0.0").then(|| "too old".to_owned());
            new
        };
        publish(world, caller, "dest", "kit", tagged("1.0.0", '1', &["latest", "stable"])).unwrap();
        publish(world, caller, "store", "kit", tagged("2.0.0", '2', &["latest", "beta"])).unwrap();
        publish(world, caller, "store", "kit", tagged("3.0.0", '3', &["next"])).unwrap();
        assert_eq!(copied(caller, json!({"versions": ["2.0.0"]})), ["2.0.0 Published"]);
        assert_eq!(tags(world, caller, "dest"), ["beta=2.0.0", "latest=2.0.0", "stable=1.0.0"]);
        let deprecated = write(world, caller, |tx, _| {
            Ok(codeartifact::package_version::get(tx, &key("dest"), &coordinates("kit"), "2.0.0")?)
        });
        assert_eq!(deprecated.unwrap().unwrap().deprecated.as_deref(), Some("too old"));
    });
}

#[test]
fn a_new_package_gets_the_origin_configuration_of_what_its_versions_once_were() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        let configuration = || {
            let package = json!({"domain": "shop", "repository": "dest", "format": "npm", "package": "kit"});
            caller.ok("DescribePackage", package)["package"]["originConfiguration"]["restrictions"].clone()
        };
        published(world, caller, "store", "kit", "1.0.0");
        copied(caller, json!({"versions": ["1.0.0"]}));
        assert_eq!(configuration(), json!({"publish": "ALLOW", "upstream": "BLOCK"}));
        caller.ok(
            "DeletePackage",
            json!({"domain": "shop", "repository": "dest", "format": "npm", "package": "kit"}),
        );
        caller.ok(
            "DeletePackage",
            json!({"domain": "shop", "repository": "store", "format": "npm", "package": "kit"}),
        );
        connect(caller, "store");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "2.0.0", '2'));
        copied(caller, json!({"versions": ["2.0.0"]}));
        assert_eq!(configuration(), json!({"publish": "BLOCK", "upstream": "ALLOW"}));
        let blocked = json!({"restrictions": {"publish": "BLOCK", "upstream": "BLOCK"}});
        caller.ok("PutPackageOriginConfiguration", npm("dest", "kit", blocked));
        ingest(world, caller, "store", "store", "kit", new_version("kit", "3.0.0", '3'));
        assert_eq!(copied(caller, json!({"versions": ["3.0.0"]})), ["3.0.0 Published"], "no gate for copies");
    });
}

#[test]
fn a_call_names_versions_or_revisions_once_and_two_repositories() {
    shop(&[("store", &[]), ("dest", &[])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        let wrong = [
            json!({}),
            json!({"versions": ["1.0.0"], "versionRevisions": {"1.0.0": "x"}}),
            json!({"versions": ["1.0.0", "1.0.0"]}),
            json!({"versions": ["1.0.0"], "destinationRepository": "store"}),
            json!({"versions": ["1.0.0"], "namespace": "a", "format": "pypi"}),
            json!({"versions": (0..101).map(|n| n.to_string()).collect::<Vec<_>>()}),
        ];
        for more in wrong {
            let refusal = caller.refused("CopyPackageVersions", input(more.clone()));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{more}");
        }
        for (member, name) in [("sourceRepository", "none"), ("destinationRepository", "gone")] {
            let more = json!({"versions": ["1.0.0"], member: name});
            let refusal = caller.refused("CopyPackageVersions", input(more));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", name));
        }
        let stranger = caller.clone().of_account("444455556666");
        let mut foreign = input(json!({"versions": ["1.0.0"]}));
        foreign["domainOwner"] = "111122223333".into();
        assert_eq!(stranger.refused("CopyPackageVersions", foreign).name, "AccessDeniedException");
        assert_eq!(caller.ok("ListPackages", of("dest", json!({})))["packages"], json!([]));
    });
}

#[test]
fn a_name_that_is_blocked_upstream_is_blocked_in_every_spelling() {
    for (format, connection, held, others) in [
        ("cargo", "public:crates-io", "My_Kit", ["my-kit", "My_Kit", "MY-KIT"]),
        ("pypi", "public:pypi", "my-kit", ["my-kit", "My_Kit", "my.kit"]),
    ] {
        shop(&[("store", &[]), ("dest", &[])], |world, caller| {
            let input = json!({"domain": "shop", "repository": "store", "externalConnection": connection});
            caller.ok("AssociateExternalConnection", input);
            let is_wanted = |package: &str| {
                let more = json!({"format": format, "package": package, "versions": ["2.0.0"],
                    "includeFromUpstream": true});
                let Value::Object(members) = self::input(more) else { panic!("an object") };
                write(world, caller, move |tx, call| wanting(tx, call, &members)).unwrap().is_some()
            };
            assert!(is_wanted("my-kit"));
            let restrictions = json!({"publish": "ALLOW", "upstream": "BLOCK"});
            let block = json!({"format": format, "package": held, "restrictions": restrictions});
            caller.ok("PutPackageOriginConfiguration", of("store", block));
            for name in others {
                assert!(!is_wanted(name), "{format} {name}");
            }
            assert!(is_wanted("other-kit"));
        });
    }
}

#[test]
fn what_only_a_public_registry_may_have_is_named_before_a_copy() {
    shop(&[("top", &[]), ("store", &["top"]), ("dest", &[])], |world, caller| {
        connect(caller, "top");
        ingest(world, caller, "top", "top", "kit", new_version("kit", "1.0.0", '1'));
        let wanted = |more: Value| {
            let Value::Object(members) = input(more) else { panic!("an object") };
            let wanting = write(world, caller, move |tx, call| wanting(tx, call, &members));
            wanting.unwrap().map(|wanting| {
                let connections: Vec<String> =
                    wanting.connections.into_iter().map(|one| one.key.name).collect();
                (connections, wanting.versions)
            })
        };
        let both = || json!({"versions": ["1.0.0", "2.0.0"], "includeFromUpstream": true});
        assert_eq!(wanted(both()), Some((vec!["top".to_owned()], vec!["2.0.0".to_owned()])));
        assert_eq!(wanted(json!({"versions": ["1.0.0"], "includeFromUpstream": true})), None);
        assert_eq!(wanted(json!({"versions": ["2.0.0"]})), None, "upstreams are not to be looked at");
        assert_eq!(
            wanted(json!({"includeFromUpstream": true, "versions": [5]})),
            None,
            "the copy refuses it"
        );
        let block = json!({"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", block));
        assert_eq!(wanted(both()), None, "a name that is blocked upstream does not leave the house");
        let stranger = caller.clone().of_account("444455556666");
        let Value::Object(mut members) = input(both()) else { panic!("an object") };
        members.insert("domainOwner".to_owned(), "111122223333".into());
        let refused = write(world, &stranger, move |tx, call| wanting(tx, call, &members));
        assert_eq!(refused.unwrap_err().name, "AccessDeniedException");
    });
}
