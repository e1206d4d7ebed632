//! Package groups: patterns, inheritance, lists and what belongs to whom.

use model_codeartifact::types::{PackageOriginRestrictions, PutPackageOriginConfigurationRequest};
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::support::{each, npm, of, published, reason, resource, shop, write};

const ROOT: &str = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/%2a";

fn group(pattern: &str, more: Value) -> Value {
    let mut input = json!({"domain": "shop", "packageGroup": pattern});
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

fn create(caller: &Caller<'_>, pattern: &str) -> Value {
    caller.ok("CreatePackageGroup", group(pattern, json!({})))["packageGroup"].clone()
}

fn describe(caller: &Caller<'_>, pattern: &str) -> Value {
    caller.ok("DescribePackageGroup", group(pattern, json!({})))["packageGroup"].clone()
}

fn restrict(caller: &Caller<'_>, pattern: &str, more: Value) -> Value {
    caller.ok("UpdatePackageGroupOriginConfiguration", group(pattern, more))
}

fn entry(repository: &str, kind: &str) -> Value {
    json!({"repositoryName": repository, "originRestrictionType": kind})
}

fn patterns(answer: &Value) -> Vec<String> {
    let groups = answer["packageGroups"].as_array().unwrap().iter();
    groups.map(|group| group["pattern"].as_str().unwrap().to_owned()).collect()
}

fn association(caller: &Caller<'_>, package: &str) -> (String, String) {
    let mut input = npm("web", package, json!({}));
    input.as_object_mut().unwrap().remove("repository");
    let answer = caller.ok("GetAssociatedPackageGroup", input);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&answer["packageGroup"]["pattern"]), text(&answer["associationType"]))
}

fn associated(caller: &Caller<'_>, pattern: &str, more: Value) -> Vec<String> {
    let answer = caller.ok("ListAssociatedPackages", group(pattern, more));
    let packages = answer["packages"].as_array().unwrap().iter();
    packages
        .map(|one| {
            format!("{} {}", one["package"].as_str().unwrap(), one["associationType"].as_str().unwrap())
        })
        .collect()
}

#[test]
fn every_domain_has_the_group_of_every_package_from_the_start() {
    shop(&[], |_, caller| {
        let restriction = json!({"mode": "ALLOW", "effectiveMode": "ALLOW", "repositoriesCount": 0});
        let root = json!({
            "arn": ROOT, "pattern": "/*", "domainName": "shop", "domainOwner": "111122223333",
            "createdTime": 1_700_000_000,
            "originConfiguration": {"restrictions": {
                "EXTERNAL_UPSTREAM": restriction, "INTERNAL_UPSTREAM": restriction, "PUBLISH": restriction}},
        });
        assert_eq!(describe(caller, "/*"), root);
        assert_eq!(
            caller.ok("ListPackageGroups", json!({"domain": "shop"})),
            json!({"packageGroups": [root]})
        );
        let refusal = caller.refused("CreatePackageGroup", group("/*", json!({})));
        assert_eq!(resource(&refusal), ("ConflictException", "", "/*"));
        assert_eq!(refusal.status, 409);
        let refusal = caller.refused("DeletePackageGroup", group("/*", json!({})));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let told = group("/*", json!({"description": "all", "contactInfo": "us"}));
        caller.ok("UpdatePackageGroup", told);
        let shown = describe(caller, "/*");
        assert_eq!((&shown["description"], &shown["contactInfo"]), (&json!("all"), &json!("us")));
    });
}

#[test]
fn a_group_is_created_described_changed_and_deleted() {
    shop(&[], |world, caller| {
        world.pass(std::time::Duration::from_secs(5));
        let told =
            json!({"description": "ours", "contactInfo": "team", "tags": [{"key": "team", "value": "red"}]});
        let made = caller.ok("CreatePackageGroup", group("/npm/acme/*", told))["packageGroup"].clone();
        let arn = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/acme/%2a";
        let root = json!({"arn": ROOT, "pattern": "/*"});
        let restriction = json!({"mode": "INHERIT", "effectiveMode": "ALLOW", "inheritedFrom": root, "repositoriesCount": 0});
        assert_eq!(
            made,
            json!({
                "arn": arn, "pattern": "/npm/acme/*", "domainName": "shop", "domainOwner": "111122223333",
                "createdTime": 1_700_000_005, "description": "ours", "contactInfo": "team",
                "originConfiguration": {"restrictions": {
                    "EXTERNAL_UPSTREAM": restriction, "INTERNAL_UPSTREAM": restriction, "PUBLISH": restriction}},
                "parent": root,
            })
        );
        assert_eq!(describe(caller, "/npm/acme/*"), made);
        let tags = caller.ok("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(tags, json!({"tags": [{"key": "team", "value": "red"}]}));
        let refusal = caller.refused("CreatePackageGroup", group("/npm/acme/*", json!({})));
        assert_eq!(resource(&refusal), ("ConflictException", "", "/npm/acme/*"));
        let changed = caller.ok("UpdatePackageGroup", group("/npm/acme/*", json!({"description": "theirs"})));
        assert_eq!(changed["packageGroup"]["description"], "theirs");
        assert_eq!(changed["packageGroup"]["contactInfo"], "team");
        let gone = caller.ok("DeletePackageGroup", group("/npm/acme/*", json!({})));
        assert_eq!(gone, changed);
        for operation in
            ["DescribePackageGroup", "DeletePackageGroup", "UpdatePackageGroup", "ListSubPackageGroups"]
        {
            let refusal = caller.refused(operation, group("/npm/acme/*", json!({})));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "", "/npm/acme/*"), "{operation}");
        }
        assert_eq!(caller.refused("ListTagsForResource", json!({"resourceArn": arn})).status, 404);
        create(caller, "/npm/acme/*");
        let tags = caller.ok("ListTagsForResource", json!({"resourceArn": arn}));
        assert_eq!(tags, json!({"tags": []}), "tags vanish with the group");
    });
}

#[test]
fn patterns_that_break_a_rule_and_domains_that_are_not_there_are_refused() {
    shop(&[], |_, caller| {
        for operation in [
            "CreatePackageGroup",
            "DescribePackageGroup",
            "UpdatePackageGroup",
            "DeletePackageGroup",
            "ListSubPackageGroups",
            "ListAssociatedPackages",
            "UpdatePackageGroupOriginConfiguration",
        ] {
            let refusal = caller.refused(operation, group("/npm//foo*", json!({})));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{operation}");
            assert!(refusal.message().contains("packageGroup '/npm//foo*'"), "{}", refusal.message());
            let refusal = caller.refused(operation, json!({"domain": "none", "packageGroup": "/npm/*"}));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"), "{operation}");
        }
        for pattern in ["/", "/npm/a b/*", &"/npm/x".repeat(100)] {
            let refusal = caller.refused("CreatePackageGroup", group(pattern, json!({})));
            assert_eq!(refusal.name, "ValidationException", "{pattern}");
        }
        let refusal = caller.refused("ListPackageGroups", json!({"domain": "none"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
        let input = json!({"domain": "none", "format": "npm", "package": "kit"});
        let refusal = caller.refused("GetAssociatedPackageGroup", input);
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
        let input = json!({"domain": "shop", "format": "maven", "package": "kit"});
        let refusal = caller.refused("GetAssociatedPackageGroup", input);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn a_domain_has_a_bounded_number_of_groups() {
    each(|world| {
        let set = |name: &str| (name.to_owned(), 3_u64);
        let caller = world.caller().installed(|installation| {
            installation.quotas = [set("package_groups_per_domain")].into();
        });
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        create(&caller, "/npm/*");
        create(&caller, "/pypi/*");
        let refusal = caller.refused("CreatePackageGroup", group("/maven/*", json!({})));
        assert_eq!(resource(&refusal), ("ServiceQuotaExceededException", "", "/maven/*"));
        assert_eq!(refusal.status, 402);
        caller.ok("DeletePackageGroup", group("/npm/*", json!({})));
        create(&caller, "/maven/*");
    });
}

#[test]
fn what_is_inherited_names_its_source_and_moves_when_a_group_comes_between_or_goes() {
    shop(&[("web", &[])], |_, caller| {
        create(caller, "/npm/acme/kit$");
        restrict(
            caller,
            "/*",
            json!({"restrictions": {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"},
            "addAllowedRepositories": [entry("web", "PUBLISH")]}),
        );
        let publish = |caller: &Caller<'_>| {
            describe(caller, "/npm/acme/kit$")["originConfiguration"]["restrictions"]["PUBLISH"].clone()
        };
        let from = |caller: &Caller<'_>| {
            let publish = publish(caller);
            let text = |value: &Value| value.as_str().unwrap().to_owned();
            (
                text(&publish["effectiveMode"]),
                text(&publish["inheritedFrom"]["pattern"]),
                publish["repositoriesCount"].clone(),
            )
        };
        let specific = "ALLOW_SPECIFIC_REPOSITORIES";
        assert_eq!(from(caller), (specific.into(), "/*".into(), json!(1)));
        create(caller, "/npm/acme/*");
        assert_eq!(describe(caller, "/npm/acme/kit$")["parent"]["pattern"], "/npm/acme/*");
        assert_eq!(from(caller), (specific.into(), "/*".into(), json!(1)), "the first that does not inherit");
        restrict(caller, "/npm/acme/*", json!({"restrictions": {"PUBLISH": "BLOCK"}}));
        assert_eq!(from(caller), ("BLOCK".into(), "/npm/acme/*".into(), json!(0)));
        restrict(caller, "/npm/acme/kit$", json!({"restrictions": {"PUBLISH": "ALLOW"}}));
        assert_eq!(
            publish(caller),
            json!({"mode": "ALLOW", "effectiveMode": "ALLOW", "repositoriesCount": 0})
        );
        restrict(caller, "/npm/acme/kit$", json!({"restrictions": {"PUBLISH": "INHERIT"}}));
        caller.ok("DeletePackageGroup", group("/npm/acme/*", json!({})));
        assert_eq!(describe(caller, "/npm/acme/kit$")["parent"]["pattern"], "/*");
        assert_eq!(from(caller), (specific.into(), "/*".into(), json!(1)));
    });
}

#[test]
fn lists_of_repositories_change_by_what_is_new_and_what_was_there() {
    shop(&[("web", &[]), ("lab", &[])], |_, caller| {
        create(caller, "/npm/*");
        let answer = restrict(
            caller,
            "/npm/*",
            json!({"restrictions": {"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES", "EXTERNAL_UPSTREAM": "BLOCK"},
                "addAllowedRepositories": [entry("web", "PUBLISH"), entry("lab", "PUBLISH"), entry("lab", "INTERNAL_UPSTREAM")]}),
        );
        assert_eq!(
            answer["allowedRepositoryUpdates"],
            json!({"PUBLISH": {"ADDED": ["lab", "web"]}, "INTERNAL_UPSTREAM": {"ADDED": ["lab"]}})
        );
        assert_eq!(answer["packageGroup"], describe(caller, "/npm/*"));
        let restrictions = &answer["packageGroup"]["originConfiguration"]["restrictions"];
        assert_eq!(restrictions["PUBLISH"]["repositoriesCount"], 2);
        assert_eq!(restrictions["INTERNAL_UPSTREAM"]["repositoriesCount"], 0, "the list is kept for later");
        let answer = restrict(
            caller,
            "/npm/*",
            json!({"addAllowedRepositories": [entry("web", "PUBLISH"), entry("web", "EXTERNAL_UPSTREAM")],
                "removeAllowedRepositories": [entry("lab", "PUBLISH"), entry("web", "INTERNAL_UPSTREAM")]}),
        );
        assert_eq!(
            answer["allowedRepositoryUpdates"],
            json!({"PUBLISH": {"REMOVED": ["lab"]}, "EXTERNAL_UPSTREAM": {"ADDED": ["web"]}}),
            "what is there already, or is not there, is not reported"
        );
        assert_eq!(
            answer["packageGroup"]["originConfiguration"]["restrictions"]["EXTERNAL_UPSTREAM"]["mode"],
            "BLOCK"
        );
        let listed = |kind: &str| {
            let input = group("/npm/*", json!({"originRestrictionType": kind}));
            caller.ok("ListAllowedRepositoriesForGroup", input)["allowedRepositories"].clone()
        };
        assert_eq!(listed("PUBLISH"), json!(["web"]));
        assert_eq!(listed("INTERNAL_UPSTREAM"), json!(["lab"]));
        caller.ok("DeleteRepository", of("lab", json!({})));
        assert_eq!(listed("INTERNAL_UPSTREAM"), json!([]), "a deleted repository comes off the lists");
        caller.ok("CreateRepository", of("lab", json!({})));
        assert_eq!(listed("INTERNAL_UPSTREAM"), json!([]));
    });
}

#[test]
fn changes_of_restrictions_that_cannot_be_are_refused_and_change_nothing() {
    shop(&[("web", &[])], |_, caller| {
        create(caller, "/npm/*");
        let many: Vec<Value> = (0..101).map(|n| entry(&format!("web{n}"), "PUBLISH")).collect();
        for (pattern, input, sentence) in [
            ("/*", json!({"restrictions": {"PUBLISH": "INHERIT"}}), "cannot be INHERIT"),
            ("/npm/*", json!({"restrictions": {"PUBLISH": "MAYBE"}}), "MAYBE"),
            ("/npm/*", json!({"restrictions": {"DOWNLOAD": "BLOCK"}}), "DOWNLOAD"),
            (
                "/npm/*",
                json!({"addAllowedRepositories": [{"repositoryName": "web"}]}),
                "originRestrictionType",
            ),
            ("/npm/*", json!({"addAllowedRepositories": [entry("web", "DOWNLOAD")]}), "DOWNLOAD"),
            ("/npm/*", json!({"addAllowedRepositories": many}), "101 entries"),
            (
                "/npm/*",
                json!({"addAllowedRepositories": [entry("web", "PUBLISH")],
                    "removeAllowedRepositories": [entry("web", "PUBLISH")]}),
                "both added",
            ),
        ] {
            let refusal = caller.refused("UpdatePackageGroupOriginConfiguration", group(pattern, input));
            assert_eq!((refusal.name.as_str(), refusal.status), ("ValidationException", 400), "{sentence}");
            assert!(refusal.message().contains(sentence), "{}", refusal.message());
        }
        let input = json!({"restrictions": {"PUBLISH": "BLOCK"}, "addAllowedRepositories": [entry("none", "PUBLISH")]});
        let refusal = caller.refused("UpdatePackageGroupOriginConfiguration", group("/npm/*", input));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "none"));
        assert_eq!(
            describe(caller, "/npm/*")["originConfiguration"]["restrictions"]["PUBLISH"]["mode"],
            "INHERIT"
        );
        let input = json!({"restrictions": {"PUBLISH": "BLOCK"}});
        let refusal = caller.refused("UpdatePackageGroupOriginConfiguration", group("/pypi/*", input));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "", "/pypi/*"));
        for (pattern, kind, name) in [
            ("/npm/*", "DOWNLOAD", "ValidationException"),
            ("/pypi/*", "PUBLISH", "ResourceNotFoundException"),
        ] {
            let input = group(pattern, json!({"originRestrictionType": kind}));
            assert_eq!(caller.refused("ListAllowedRepositoriesForGroup", input).name, name);
        }
        // What is removed may be gone.
        restrict(caller, "/npm/*", json!({"removeAllowedRepositories": [entry("none", "PUBLISH")]}));
    });
}

#[test]
fn every_list_has_pages() {
    shop(&[("web", &[]), ("lab", &[])], |world, caller| {
        for pattern in ["/npm/*", "/npm/acme/*", "/npm/acme~", "/pypi/*", "/maven/com.any~"] {
            create(caller, pattern);
        }
        let one_at_a_time = |operation: &str, input: &Value, list: &str| -> Vec<Value> {
            let mut input = input.clone();
            input["maxResults"] = 1.into();
            let pages = caller.pages(operation, &input, "nextToken");
            pages.iter().flat_map(|page| page[list].as_array().unwrap().clone()).collect()
        };
        let all = caller.ok("ListPackageGroups", json!({"domain": "shop"}));
        assert_eq!(
            patterns(&all),
            ["/*", "/maven/com.any~", "/npm/*", "/npm/acme/*", "/npm/acme~", "/pypi/*"]
        );
        let paged = one_at_a_time("ListPackageGroups", &json!({"domain": "shop"}), "packageGroups");
        assert_eq!(Value::Array(paged), all["packageGroups"]);
        let npm_only = caller.ok("ListPackageGroups", json!({"domain": "shop", "prefix": "/npm"}));
        assert_eq!(patterns(&npm_only), ["/npm/*", "/npm/acme/*", "/npm/acme~"]);
        let children = caller.ok("ListSubPackageGroups", group("/*", json!({})));
        assert_eq!(patterns(&children), ["/maven/com.any~", "/npm/*", "/pypi/*"], "direct children only");
        let paged = one_at_a_time("ListSubPackageGroups", &group("/*", json!({})), "packageGroups");
        assert_eq!(Value::Array(paged), children["packageGroups"]);
        restrict(
            caller,
            "/*",
            json!({"addAllowedRepositories": [entry("web", "PUBLISH"), entry("lab", "PUBLISH")]}),
        );
        let input = group("/*", json!({"originRestrictionType": "PUBLISH"}));
        assert_eq!(
            one_at_a_time("ListAllowedRepositoriesForGroup", &input, "allowedRepositories"),
            ["lab", "web"]
        );
        for package in ["kit", "left", "right"] {
            published(world, caller, "web", package, "1.0.0");
        }
        published(world, caller, "lab", "kit", "1.0.0");
        let packages = one_at_a_time("ListAssociatedPackages", &group("/npm/*", json!({})), "packages");
        let names: Vec<&str> = packages.iter().map(|one| one["package"].as_str().unwrap()).collect();
        assert_eq!(names, ["kit", "left", "right"], "each once, whatever repositories hold it");
        let token =
            caller.ok("ListPackageGroups", json!({"domain": "shop", "maxResults": 1}))["nextToken"].clone();
        let refusal = caller
            .refused("ListPackageGroups", json!({"domain": "shop", "prefix": "/npm", "nextToken": token}));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        for (operation, input) in [
            ("ListSubPackageGroups", group("/*", json!({"nextToken": token}))),
            ("ListAssociatedPackages", group("/*", json!({"nextToken": token}))),
            (
                "ListAllowedRepositoriesForGroup",
                group("/*", json!({"originRestrictionType": "PUBLISH", "nextToken": token})),
            ),
        ] {
            assert_eq!(reason(&caller.refused(operation, input)).0, "ValidationException", "{operation}");
        }
    });
}

#[test]
fn packages_belong_to_the_most_specific_group_and_a_preview_needs_none() {
    shop(&[("web", &[])], |world, caller| {
        for package in ["lodash", "Lodash", "lodash-es", "@acme/kit"] {
            published(world, caller, "web", package, "1.0.0");
        }
        assert_eq!(association(caller, "lodash"), ("/*".into(), "STRONG".into()));
        let preview = json!({"preview": true});
        assert_eq!(associated(caller, "/npm//lodash$", preview.clone()), ["Lodash WEAK", "lodash STRONG"]);
        assert_eq!(patterns(&caller.ok("ListPackageGroups", json!({"domain": "shop"}))), ["/*"]);
        let refusal = caller.refused("ListAssociatedPackages", group("/npm//lodash$", json!({})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "", "/npm//lodash$"));
        create(caller, "/npm//lodash$");
        create(caller, "/npm/acme/*");
        assert_eq!(associated(caller, "/npm//lodash$", json!({})), ["Lodash WEAK", "lodash STRONG"]);
        assert_eq!(associated(caller, "/npm//lodash$", preview), ["Lodash WEAK", "lodash STRONG"]);
        assert_eq!(associated(caller, "/*", json!({})), ["lodash-es STRONG"]);
        assert_eq!(association(caller, "lodash"), ("/npm//lodash$".into(), "STRONG".into()));
        assert_eq!(
            association(caller, "LODASH"),
            ("/npm//lodash$".into(), "WEAK".into()),
            "it need not exist"
        );
        assert_eq!(association(caller, "@acme/none"), ("/npm/acme/*".into(), "STRONG".into()));
        caller.ok("DeletePackageGroup", group("/npm//lodash$", json!({})));
        assert_eq!(association(caller, "Lodash"), ("/*".into(), "STRONG".into()));
    });
}

#[test]
fn scenario_35_a_beginning_ends_at_the_end_of_a_word() {
    shop(&[], |_, caller| {
        create(caller, "/maven/com.any~");
        let group_of = |namespace: &str| {
            let input =
                json!({"domain": "shop", "format": "maven", "namespace": namespace, "package": "kit"});
            caller.ok("GetAssociatedPackageGroup", input)["packageGroup"]["pattern"].clone()
        };
        assert_eq!(group_of("com.any"), "/maven/com.any~");
        assert_eq!(group_of("com.any.team"), "/maven/com.any~");
        assert_eq!(group_of("com.anycompany"), "/*");
        let refusal = caller.refused("CreatePackageGroup", group("/maven/com.any-~", json!({})));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn the_longest_patterns_are_kept_tagged_and_listed() {
    shop(&[("web", &[])], |_, caller| {
        // Letters of four bytes, so that no index makes them shorter.
        let wide = |seed: u32| -> String {
            (0..514)
                .map(|n: u32| char::from_u32(0x2_0000 + n.wrapping_mul(7919 + seed) % 42_000).unwrap())
                .collect()
        };
        let patterns = [1, 2, 3].map(|seed| format!("/npm/{}~", wide(seed)));
        for pattern in &patterns {
            let tags = json!([{"key": "k".repeat(128), "value": "v"}]);
            caller.ok("CreatePackageGroup", group(pattern, json!({"tags": tags})));
            restrict(caller, pattern, json!({"addAllowedRepositories": [entry("web", "INTERNAL_UPSTREAM")]}));
        }
        let pages =
            caller.pages("ListPackageGroups", &json!({"domain": "shop", "maxResults": 1}), "nextToken");
        assert_eq!(pages.len(), 4);
        let mut listed: Vec<&str> =
            pages.iter().map(|page| page["packageGroups"][0]["pattern"].as_str().unwrap()).collect();
        let mut expected: Vec<&str> = patterns.iter().map(String::as_str).chain(["/*"]).collect();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected);
        for pattern in &patterns {
            caller.ok("DeletePackageGroup", group(pattern, json!({})));
        }
    });
}

#[test]
fn groups_vanish_with_their_domain() {
    shop(&[], |_, caller| {
        let tags = json!([{"key": "team", "value": "red"}]);
        caller.ok("CreatePackageGroup", group("/npm/*", json!({"tags": tags})));
        caller.ok("UpdatePackageGroup", group("/*", json!({"description": "all"})));
        caller.ok("TagResource", json!({"resourceArn": ROOT, "tags": tags}));
        caller.ok("DeleteDomain", json!({"domain": "shop"}));
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        assert_eq!(patterns(&caller.ok("ListPackageGroups", json!({"domain": "shop"}))), ["/*"]);
        assert_eq!(describe(caller, "/*")["description"], Value::Null);
        assert_eq!(caller.ok("ListTagsForResource", json!({"resourceArn": ROOT})), json!({"tags": []}));
        create(caller, "/npm/*");
        let arn = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/%2a";
        assert_eq!(caller.ok("ListTagsForResource", json!({"resourceArn": arn})), json!({"tags": []}));
    });
}

#[test]
fn tags_of_a_group_are_merged_removed_and_listed() {
    shop(&[], |_, caller| {
        create(caller, "/npm/*");
        let arn = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/%2a";
        for arn in [arn, ROOT] {
            let tags = json!([{"key": "a", "value": "1"}, {"key": "b", "value": "2"}]);
            caller.ok("TagResource", json!({"resourceArn": arn, "tags": tags}));
            caller.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "b", "value": "3"}]}));
            caller.ok("UntagResource", json!({"resourceArn": arn, "tagKeys": ["a", "none"]}));
            let tags = caller.ok("ListTagsForResource", json!({"resourceArn": arn}));
            assert_eq!(tags, json!({"tags": [{"key": "b", "value": "3"}]}));
        }
        for arn in [
            "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/pypi/%2a",
            "arn:aws:codeartifact:us-east-1:111122223333:package-group/none/npm/%2a",
        ] {
            assert_eq!(
                caller.refused("ListTagsForResource", json!({"resourceArn": arn})).name,
                "ResourceNotFoundException"
            );
        }
        let starred =
            json!({"resourceArn": "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/*"});
        let refusal = caller.refused("ListTagsForResource", starred);
        assert!(refusal.message().contains("'*' is written %2a"), "{}", refusal.message());
        let many: Vec<Value> = (0..51).map(|n| json!({"key": format!("k{n}"), "value": ""})).collect();
        let refusal = caller.refused("CreatePackageGroup", group("/pypi/*", json!({"tags": many})));
        assert_eq!(resource(&refusal), ("ServiceQuotaExceededException", "", "/pypi/*"));
        assert_eq!(caller.refused("DescribePackageGroup", group("/pypi/*", json!({}))).status, 404);
    });
}

/// In memory only: what is bounded is the work of one call, whatever the database.
#[test]
fn a_page_of_associated_packages_looks_through_a_bounded_number_of_packages() {
    static ROOMS: &[&store::Room] = &[&codeartifact::ROOM];
    let world = World::new(ROOMS, codeartifact::register);
    let caller = world.caller();
    caller.ok("CreateDomain", json!({"domain": "shop"}));
    caller.ok("CreateRepository", of("web", json!({})));
    let made = write(&world, &caller, |tx, call| {
        for n in 0..=codeartifact::limits::PACKAGES_SCANNED_MAX {
            let restrictions =
                PackageOriginRestrictions { publish: "ALLOW".into(), upstream: "ALLOW".into() };
            let input = PutPackageOriginConfigurationRequest {
                domain: "shop".into(),
                domain_owner: None,
                repository: "web".into(),
                format: "npm".into(),
                namespace: None,
                package: format!("kit-{n:06}"),
                restrictions,
            };
            codeartifact::package::put_origin_configuration(tx, call, &input)?;
        }
        Ok(())
    });
    made.unwrap();
    let last = format!("/npm//kit-{:06}$", codeartifact::limits::PACKAGES_SCANNED_MAX);
    create(&caller, &last);
    let first = caller.ok("ListAssociatedPackages", group(&last, json!({})));
    assert_eq!(first["packages"], json!([]));
    let second = caller.ok("ListAssociatedPackages", group(&last, json!({"nextToken": first["nextToken"]})));
    assert_eq!((second["packages"].as_array().unwrap().len(), &second["nextToken"]), (1, &Value::Null));
    let full = caller
        .ok("ListAssociatedPackages", group("/npm//kit~", json!({"preview": true, "maxResults": 1000})));
    assert_eq!(full["packages"].as_array().unwrap().len(), 1000);
}
