//! What package groups let through: publishing, ingestion and retention, each in every repository.

use serde_json::{Value, json};
use testkit::{Caller, World};

use codeartifact::resolution::Found;

use crate::support::{
    Refused, connect, ingest, new_version, npm, obtain, publish, published, shop, versions,
};

fn create(caller: &Caller<'_>, pattern: &str) {
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
}

fn restrict(caller: &Caller<'_>, pattern: &str, restrictions: Value, allowed: &[(&str, &str)]) {
    let allowed: Vec<Value> = allowed
        .iter()
        .map(|(repository, kind)| json!({"repositoryName": repository, "originRestrictionType": kind}))
        .collect();
    caller.ok(
        "UpdatePackageGroupOriginConfiguration",
        json!({"domain": "shop", "packageGroup": pattern, "restrictions": restrictions,
            "addAllowedRepositories": allowed}),
    );
}

fn origin(caller: &Caller<'_>, repository: &str, package: &str) -> (String, String) {
    let shown = caller.ok("DescribePackage", npm(repository, package, json!({})));
    let restrictions = &shown["package"]["originConfiguration"]["restrictions"];
    let text = |way: &str| restrictions[way].as_str().unwrap().to_owned();
    (text("publish"), text("upstream"))
}

#[track_caller]
fn refused(world: &World, caller: &Caller<'_>, repository: &str, package: &str) -> String {
    let refused =
        publish(world, caller, repository, package, new_version(package, "9.9.9", '9')).unwrap_err();
    let Refused { name, message } = refused;
    assert_eq!(name, "ConflictException");
    message
}

fn brings(world: &World, caller: &Caller<'_>, requested: &str, through: &str, package: &str) -> bool {
    let version = new_version(package, "1.0.0", 'e');
    matches!(ingest(world, caller, requested, through, package, version), Found::Held(_))
}

fn gives(world: &World, caller: &Caller<'_>, repository: &str, package: &str, version: &str) -> bool {
    matches!(obtain(world, caller, repository, package, version), Found::Held(_))
}

#[test]
fn scenario_34_a_group_names_the_repositories_that_take_its_packages() {
    shop(&[("app", &[]), ("other", &[]), ("store", &[])], |world, caller| {
        connect(caller, "store");
        create(caller, "/npm/acme/*");
        create(caller, "/npm//lodash$");
        restrict(
            caller,
            "/npm/acme/*",
            json!({"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"}),
            &[("app", "PUBLISH")],
        );
        published(world, caller, "app", "@acme/x", "1.0.0");
        let message = refused(world, caller, "other", "@acme/x");
        for part in [
            "package group /npm/acme/*",
            "PUBLISH=ALLOW_SPECIFIC_REPOSITORIES",
            "aws codeartifact update-package-group-origin-configuration --domain shop",
            "--add-allowed-repositories repositoryName=other,originRestrictionType=PUBLISH",
        ] {
            assert!(message.contains(part), "{message}");
        }
        assert!(brings(world, caller, "store", "store", "lodash"));
        assert!(!brings(world, caller, "store", "store", "Lodash"), "it only looks like lodash");
        let message = refused(world, caller, "app", "Lodash");
        assert!(message.contains("WEAK") && message.contains("--package-group '/npm//Lodash$'"), "{message}");
        create(caller, "/npm//Lodash$");
        assert!(brings(world, caller, "store", "store", "Lodash"), "with a group of its own it is meant");
    });
}

#[test]
fn a_blocked_group_says_how_to_open_it() {
    shop(&[("app", &[])], |world, caller| {
        restrict(caller, "/*", json!({"PUBLISH": "BLOCK"}), &[]);
        create(caller, "/npm/*");
        let message = refused(world, caller, "app", "kit");
        assert!(message.contains("package group /* (PUBLISH=BLOCK)"), "{message}");
        assert!(message.contains("--package-group '/*' --restrictions PUBLISH=ALLOW"), "{message}");
        restrict(caller, "/*", json!({"PUBLISH": "ALLOW"}), &[]);
        published(world, caller, "app", "kit", "1.0.0");
    });
}

#[test]
fn scenario_36_each_repository_passes_its_own_gate() {
    shop(&[("repo-b", &[]), ("repo-a", &["repo-b"]), ("repo-c", &["repo-b"])], |world, caller| {
        connect(caller, "repo-b");
        assert!(brings(world, caller, "repo-c", "repo-b", "before"));
        restrict(
            caller,
            "/*",
            json!({"EXTERNAL_UPSTREAM": "ALLOW_SPECIFIC_REPOSITORIES",
                "INTERNAL_UPSTREAM": "ALLOW_SPECIFIC_REPOSITORIES"}),
            &[("repo-b", "EXTERNAL_UPSTREAM"), ("repo-a", "INTERNAL_UPSTREAM")],
        );
        assert!(brings(world, caller, "repo-a", "repo-b", "kit"));
        assert_eq!(versions(caller, "repo-a", "kit"), ["1.0.0 Published"]);
        assert_eq!(versions(caller, "repo-b", "kit"), ["1.0.0 Published"]);
        assert_eq!(origin(caller, "repo-a", "kit"), ("ALLOW".into(), "ALLOW".into()), "the group decides");
        assert_eq!(origin(caller, "repo-b", "kit"), ("ALLOW".into(), "ALLOW".into()));
        assert!(
            !gives(world, caller, "repo-c", "kit", "1.0.0"),
            "repo-c takes nothing from other repositories"
        );
        assert!(!brings(world, caller, "repo-c", "repo-b", "new"), "and nothing through them");
        assert!(gives(world, caller, "repo-c", "before", "1.0.0"), "what it has stays");
        assert_eq!(origin(caller, "repo-c", "before"), ("BLOCK".into(), "ALLOW".into()), "set for good");
    });
}

#[test]
fn the_default_is_open_exactly_where_a_group_restricts_anything() {
    shop(&[("app", &[])], |world, caller| {
        create(caller, "/npm/acme/*");
        published(world, caller, "app", "@acme/one", "1.0.0");
        assert_eq!(origin(caller, "app", "@acme/one"), ("ALLOW".into(), "BLOCK".into()));
        for (place, restricted) in ["EXTERNAL_UPSTREAM", "INTERNAL_UPSTREAM"].into_iter().enumerate() {
            for mode in ["BLOCK", "ALLOW_SPECIFIC_REPOSITORIES"] {
                restrict(caller, "/*", json!({restricted: mode}), &[]);
                let package = format!("@acme/{place}-{}", mode.to_lowercase());
                published(world, caller, "app", &package, "1.0.0");
                assert_eq!(
                    origin(caller, "app", &package),
                    ("ALLOW".into(), "ALLOW".into()),
                    "{restricted} {mode}"
                );
                restrict(caller, "/*", json!({restricted: "ALLOW"}), &[]);
            }
        }
        published(world, caller, "app", "@acme/last", "1.0.0");
        assert_eq!(origin(caller, "app", "@acme/last"), ("ALLOW".into(), "BLOCK".into()));
    });
}

#[test]
fn a_package_and_its_group_must_both_allow() {
    shop(&[("app", &[])], |world, caller| {
        connect(caller, "app");
        create(caller, "/npm//kit$");
        let set = |publish: &str, upstream: &str| {
            let restrictions = json!({"restrictions": {"publish": publish, "upstream": upstream}});
            caller.ok("PutPackageOriginConfiguration", npm("app", "kit", restrictions));
        };
        for group in ["ALLOW", "BLOCK"] {
            restrict(caller, "/npm//kit$", json!({"PUBLISH": group, "EXTERNAL_UPSTREAM": group}), &[]);
            for package in ["ALLOW", "BLOCK"] {
                set(package, package);
                let open = group == "ALLOW" && package == "ALLOW";
                let version = format!("1.0.{}-{}", group.len(), package.to_lowercase());
                let new = new_version("kit", &version, 'a');
                assert_eq!(publish(world, caller, "app", "kit", new).is_ok(), open, "{group} {package}");
                let found = ingest(world, caller, "app", "app", "kit", new_version("kit", "2.0.0", 'b'));
                assert_eq!(matches!(found, Found::Held(_)), open || versions(caller, "app", "kit").len() > 1);
            }
        }
    });
}
