//! Package versions: lists, descriptions, assets, dependencies, readme.

use std::time::Duration;

use model::Timestamp;
use serde_json::{Value, json};

use crate::support::{
    connect, ingest, new_version, npm, publish, published, reason, resource, shop, versions, write,
};

#[test]
fn a_version_is_described_with_what_its_manifest_says() {
    shop(&[("web", &[])], |world, caller| {
        world.pass(Duration::from_millis(1500));
        published(world, caller, "web", "@acme/kit", "1.0.0");
        let answer =
            caller.ok("DescribePackageVersion", npm("web", "@acme/kit", json!({"packageVersion": "1.0.0"})));
        let revision = answer["packageVersion"]["revision"].as_str().unwrap();
        assert_eq!(revision.len(), 44);
        assert_eq!(
            answer,
            json!({"packageVersion": {
                "format": "npm", "namespace": "acme", "packageName": "kit", "displayName": "@acme/kit",
                "version": "1.0.0", "summary": "@acme/kit 1.0.0", "publishedTime": 1_700_000_001.5,
                "licenses": [{"name": "MIT"}], "revision": revision, "status": "Published",
                "origin": {"domainEntryPoint": {"repositoryName": "web"}, "originType": "INTERNAL"},
            }})
        );
        let refusal = caller
            .refused("DescribePackageVersion", npm("web", "@acme/kit", json!({"packageVersion": "2.0.0"})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "package-version", "@acme/kit@2.0.0"));
    });
}

#[test]
fn versions_are_listed_highest_first_or_newest_first_page_by_page() {
    shop(&[("web", &[])], |world, caller| {
        for version in ["1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1", "1.2.0"] {
            world.pass(Duration::from_secs(1));
            published(world, caller, "web", "kit", version);
        }
        let names = |more: Value| -> Vec<String> {
            let pages = caller.pages("ListPackageVersions", &npm("web", "kit", more), "nextToken");
            let all = pages.iter().flat_map(|page| page["versions"].as_array().unwrap());
            all.map(|one| one["version"].as_str().unwrap().to_owned()).collect()
        };
        let by_order = ["2.0.0-rc.1", "1.10.0", "1.9.0", "1.2.0", "1.0.0"];
        let by_time = ["1.2.0", "2.0.0-rc.1", "1.9.0", "1.10.0", "1.0.0"];
        for size in 1..=5 {
            assert_eq!(names(json!({"maxResults": size})), by_order);
            assert_eq!(names(json!({"maxResults": size, "sortBy": "PUBLISHED_TIME"})), by_time);
        }
        let first = caller.ok("ListPackageVersions", npm("web", "kit", json!({"maxResults": 1})));
        let other = json!({"sortBy": "PUBLISHED_TIME", "nextToken": first["nextToken"]});
        let refusal = caller.refused("ListPackageVersions", npm("web", "kit", other));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn versions_are_filtered_by_status_and_origin() {
    shop(&[("store", &[])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        let both = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", both));
        published(world, caller, "store", "kit", "2.0.0");
        let archive = json!({"versions": ["2.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", archive));
        assert_eq!(versions(caller, "store", "kit"), ["2.0.0 Archived", "1.0.0 Published"]);
        let list =
            |more: Value| caller.ok("ListPackageVersions", npm("store", "kit", more))["versions"].clone();
        assert_eq!(list(json!({"status": "Archived"}))[0]["version"], "2.0.0");
        assert_eq!(list(json!({"status": "Unlisted"})), json!([]));
        let external = list(json!({"originType": "EXTERNAL"}));
        assert_eq!(external.as_array().unwrap().len(), 1);
        assert_eq!(
            external[0]["origin"],
            json!({"domainEntryPoint": {"externalConnectionName": "public:npmjs"}, "originType": "EXTERNAL"})
        );
    });
}

#[test]
fn the_default_display_version_is_latest_or_the_newest_published() {
    shop(&[("web", &[])], |world, caller| {
        let shown = || {
            let answer = caller.ok("ListPackageVersions", npm("web", "kit", json!({})));
            answer.get("defaultDisplayVersion").and_then(Value::as_str).map(str::to_owned)
        };
        published(world, caller, "web", "kit", "2.0.0");
        world.pass(Duration::from_secs(1));
        let mut tagged = new_version("kit", "1.0.0", '1');
        tagged.dist_tags = vec!["latest".into()];
        publish(world, caller, "web", "kit", tagged).unwrap();
        world.pass(Duration::from_secs(1));
        published(world, caller, "web", "kit", "3.0.0");
        assert_eq!(shown().as_deref(), Some("1.0.0"));
        let unlist = |version: &str| {
            let input = json!({"versions": [version], "targetStatus": "Unlisted"});
            caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", input));
        };
        unlist("1.0.0");
        assert_eq!(shown().as_deref(), Some("3.0.0"));
        unlist("3.0.0");
        unlist("2.0.0");
        assert_eq!(shown(), None);
    });
}

#[test]
fn assets_are_listed_with_four_hashes_and_handed_out() {
    shop(&[("web", &[])], |world, caller| {
        let mut several = new_version("kit", "1.0.0", 'a');
        let mut more = several.assets[0].clone();
        more.name = "another.txt".into();
        several.assets.push(more);
        publish(world, caller, "web", "kit", several).unwrap();
        let listed =
            caller.ok("ListPackageVersionAssets", npm("web", "kit", json!({"packageVersion": "1.0.0"})));
        let hash = |length: usize| "a".repeat(length);
        assert_eq!(
            listed["assets"][1],
            json!({"name": "package.tgz", "size": 1000,
                "hashes": {"MD5": hash(32), "SHA-1": hash(40), "SHA-256": hash(64), "SHA-512": hash(128)}})
        );
        let pages = caller.pages(
            "ListPackageVersionAssets",
            &npm("web", "kit", json!({"packageVersion": "1.0.0", "maxResults": 1})),
            "nextToken",
        );
        let names: Vec<&Value> = pages.iter().map(|page| &page["assets"][0]["name"]).collect();
        assert_eq!(names, ["another.txt", "package.tgz"]);
        let stray = json!({"packageVersion": "1.0.0", "nextToken": "bm90IG91cnM="});
        let refusal = caller.refused("ListPackageVersionAssets", npm("web", "kit", stray));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));

        let revision = listed["versionRevision"].as_str().unwrap();
        let ask =
            json!({"packageVersion": "1.0.0", "asset": "package.tgz", "packageVersionRevision": revision});
        let reply = caller.reply("GetPackageVersionAsset", npm("web", "kit", ask.clone())).unwrap();
        assert_eq!(
            reply.headers,
            [
                ("X-AssetName", "package.tgz".to_owned()),
                ("X-PackageVersion", "1.0.0".to_owned()),
                ("X-PackageVersionRevision", revision.to_owned()),
            ]
        );
        let service::Body::Content(content) = reply.body else { panic!("an asset is content") };
        assert_eq!((content.sha256, content.size), (hash(64), 1000));

        let mut stale = ask.clone();
        stale["packageVersionRevision"] = "stale".into();
        let refusal = caller.refused("GetPackageVersionAsset", npm("web", "kit", stale));
        assert_eq!(resource(&refusal), ("ConflictException", "package-version", "kit@1.0.0"));
        assert!(refusal.message().contains(revision));
        let mut absent = ask.clone();
        absent["asset"] = "absent".into();
        let refusal = caller.refused("GetPackageVersionAsset", npm("web", "kit", absent));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "asset", "absent"));
        let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", archive));
        let refusal = caller.refused("GetPackageVersionAsset", npm("web", "kit", ask));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "asset", "package.tgz"));
        let listed =
            caller.ok("ListPackageVersionAssets", npm("web", "kit", json!({"packageVersion": "1.0.0"})));
        assert_eq!(listed["assets"], json!([]));
    });
}

#[test]
fn dependencies_come_in_the_order_of_the_manifest() {
    shop(&[("web", &[])], |world, caller| {
        let mut wide = new_version("kit", "1.0.0", '1');
        let first = wide.facts.dependencies[0].clone();
        wide.facts.dependencies = (0..150)
            .map(|place| {
                let mut one = first.clone();
                one.package = format!("d{place}");
                one
            })
            .collect();
        publish(world, caller, "web", "kit", wide).unwrap();
        published(world, caller, "web", "kit", "2.0.0-b");
        let input = |version: &str| npm("web", "kit", json!({"packageVersion": version}));
        let pages = caller.pages("ListPackageVersionDependencies", &input("1.0.0"), "nextToken");
        assert_eq!(pages.len(), 2);
        let all: Vec<&Value> =
            pages.iter().flat_map(|page| page["dependencies"].as_array().unwrap()).collect();
        let expected: Vec<String> = (0..150).map(|place| format!("d{place}")).collect();
        assert_eq!(all.iter().map(|one| one["package"].as_str().unwrap()).collect::<Vec<_>>(), expected);
        let small = caller.ok("ListPackageVersionDependencies", input("2.0.0-b"));
        assert_eq!(
            small["dependencies"],
            json!([
                {"namespace": "acme", "package": "right", "dependencyType": "regular", "versionRequirement": "2"},
                {"package": "left", "dependencyType": "regular", "versionRequirement": "^1"},
            ])
        );
        let mut other = input("2.0.0-b");
        other["nextToken"] = pages[0]["nextToken"].clone();
        let refusal = caller.refused("ListPackageVersionDependencies", other);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn a_readme_is_given_where_there_is_one() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let mut bare = new_version("kit", "2.0.0", '2');
        bare.facts.readme = None;
        publish(world, caller, "web", "kit", bare).unwrap();
        let answer =
            caller.ok("GetPackageVersionReadme", npm("web", "kit", json!({"packageVersion": "1.0.0"})));
        assert_eq!((&answer["readme"], &answer["version"]), (&json!("# read me"), &json!("1.0.0")));
        let refusal =
            caller.refused("GetPackageVersionReadme", npm("web", "kit", json!({"packageVersion": "2.0.0"})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "package-version", "kit@2.0.0"));
    });
}

#[test]
fn deprecation_is_remembered_and_leaves_the_revision_alone() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let revision = || {
            let input = npm("web", "kit", json!({"packageVersion": "1.0.0"}));
            caller.ok("DescribePackageVersion", input)["packageVersion"]["revision"].clone()
        };
        let before = revision();
        let deprecate = |package: &'static str, text: Option<&'static str>| {
            write(world, caller, move |tx, call| {
                let versions =
                    ["1.0.0", "9.9.9"].map(|version| (version.to_owned(), text.map(str::to_owned)));
                let (key, package) = (crate::support::key("web"), crate::support::coordinates(package));
                codeartifact::package_version::deprecate(tx, call, &key, &package, &versions.into())
            })
        };
        let stored = || {
            let found: Result<_, codeartifact::Error> = world.store().read_blocking({
                let call = caller.call();
                move |tx| {
                    let repository = crate::support::reach(tx, &call, "web")?;
                    let package = crate::support::coordinates("kit");
                    Ok(codeartifact::resolution::listing(tx, &repository, &package)?)
                }
            });
            found.unwrap().repositories[0].versions[0].deprecated.clone()
        };
        assert_eq!(deprecate("kit", Some("too old")), Ok(1));
        assert_eq!(stored().as_deref(), Some("too old"));
        assert_eq!(revision(), before);
        assert_eq!(deprecate("kit", Some("")), Ok(1));
        assert_eq!(stored(), None);
        assert_eq!(deprecate("other", None).unwrap_err().name, "ResourceNotFoundException");
    });
}

#[test]
fn the_time_of_the_public_registry_is_kept_beside_ours() {
    shop(&[("store", &[])], |world, caller| {
        connect(caller, "store");
        let mut new = new_version("kit", "1.0.0", '1');
        new.upstream_published_at = Some(Timestamp::from_millis(1_500_000_000_000));
        let found = ingest(world, caller, "store", "store", "kit", new);
        let codeartifact::resolution::Found::Held(held) = found else { panic!("it was kept") };
        assert_eq!(held.version.upstream_published_at, Some(Timestamp::from_millis(1_500_000_000_000)));
        let input = npm("store", "kit", json!({"packageVersion": "1.0.0"}));
        let described = caller.ok("DescribePackageVersion", input);
        assert_eq!(described["packageVersion"]["publishedTime"], 1_700_000_000);
    });
}
