//! The longest names there are: every row fits the indexes of every database, every token its pattern.

use codeartifact::arrival;
use codeartifact::domain::DomainKey;
use codeartifact::name::Coordinates;
use codeartifact::repository::RepositoryKey;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::support::{OWNER, Refused, each, new_version, write};

/// As long as a region may be in a signature.
const REGION: &str = "r0123456789-0123456789-0123456789-0123456789-01234";

/// Letters of four bytes, none like the one before: a database cannot make them shorter.
fn wide(length: u32, seed: u32) -> String {
    let letter = |n: u32| char::from_u32(0x2_0000 + (n.wrapping_mul(7919) + seed * 104_729) % 42_000);
    (0..length).map(|n| letter(n).unwrap()).collect()
}

/// The members that name the repository with the longest names.
fn of(more: &Value) -> Value {
    let mut input = json!({"domain": "d".repeat(50), "repository": "r".repeat(100)});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

fn repository() -> RepositoryKey {
    let domain = DomainKey { account: OWNER.into(), region: REGION.into(), name: "d".repeat(50) };
    RepositoryKey { domain, name: "r".repeat(100) }
}

fn longest(test: impl Fn(&World, &Caller<'_>)) {
    each(|world| {
        let caller = world.caller().in_region(REGION);
        caller.ok("CreateDomain", json!({"domain": "d".repeat(50)}));
        caller.ok("CreateRepository", of(&json!({"description": wide(1000, 1)})));
        test(world, &caller);
    });
}

#[test]
fn packages_of_the_longest_names_are_kept_and_listed() {
    longest(|_, caller| {
        let package = |seed| {
            json!({"format": "generic", "namespace": wide(255, seed), "package": wide(255, seed + 1),
                "restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}})
        };
        for seed in [2, 4, 6] {
            let input = of(&package(seed));
            caller.ok("PutPackageOriginConfiguration", input.clone());
            let described = caller.ok(
                "DescribePackage",
                of(&json!({"format": "generic", "namespace": input["namespace"], "package": input["package"]})),
            );
            assert_eq!(described["package"]["name"], input["package"]);
        }
        let pages = caller.pages("ListPackages", &of(&json!({"maxResults": 1})), "nextToken");
        let mut listed: Vec<&str> =
            pages.iter().map(|page| page["packages"][0]["package"].as_str().unwrap()).collect();
        let mut expected: Vec<String> = [3, 5, 7].map(|seed| wide(255, seed)).into();
        listed.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed, expected);
    });
}

#[test]
fn prefixes_longer_than_any_key_still_tell_names_apart() {
    longest(|_, caller| {
        let shared = wide(240, 2);
        let names = [format!("{shared}a"), format!("{shared}ab"), format!("{shared}b"), wide(240, 3)];
        for name in &names {
            let input = json!({"format": "pypi", "package": name,
                "restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
            caller.ok("PutPackageOriginConfiguration", of(&input));
        }
        for (prefix, expected) in
            [(&shared, &names[..3]), (&names[0], &names[..2]), (&names[1], &names[1..2])]
        {
            let input = of(&json!({"format": "pypi", "packagePrefix": prefix, "maxResults": 1}));
            let pages = caller.pages("ListPackages", &input, "nextToken");
            let packages = pages.iter().flat_map(|page| page["packages"].as_array().unwrap());
            let mut listed: Vec<&str> =
                packages.map(|package| package["package"].as_str().unwrap()).collect();
            listed.sort_unstable();
            assert_eq!(listed, expected);
        }
    });
}

#[test]
fn versions_and_assets_of_the_longest_names_are_kept_and_listed() {
    longest(|world, caller| {
        let key = repository();
        let package = Coordinates::new("generic", Some(&wide(255, 2)), &wide(255, 3)).unwrap();
        let mut new = new_version("x", &wide(255, 4), 'a');
        let asset =
            |seed| codeartifact::package_version::Asset { name: wide(255, seed), ..new.assets[0].clone() };
        new.assets = vec![asset(5), asset(6)];
        let published: Result<_, Refused> = {
            let (package, new) = (package.clone(), new.clone());
            write(world, caller, move |tx, call| arrival::publish(tx, call, &key, &package, &new))
        };
        assert!(published.unwrap().created);
        let named = |more: Value| {
            let mut input = of(&json!({"format": "generic", "namespace": package.namespace}));
            input["package"] = package.name.clone().into();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let listed = caller.ok("ListPackageVersions", named(json!({})));
        assert_eq!(listed["versions"][0]["version"], wide(255, 4));
        let input = named(json!({"packageVersion": wide(255, 4), "maxResults": 1}));
        let pages = caller.pages("ListPackageVersionAssets", &input, "nextToken");
        let mut listed_assets: Vec<&str> =
            pages.iter().map(|page| page["assets"][0]["name"].as_str().unwrap()).collect();
        let mut expected = [wide(255, 5), wide(255, 6)];
        listed_assets.sort_unstable();
        expected.sort_unstable();
        assert_eq!(listed_assets, expected);
    });
}

#[test]
fn npm_versions_of_the_longest_names_are_published_and_listed() {
    longest(|world, caller| {
        let key = repository();
        // npm's own rules: 255 characters a part, 256 a version, all of one byte.
        let package = Coordinates::npm(&"s".repeat(255), &"p".repeat(255));
        let versions = ["a", "b", "c"].map(|pre| format!("1.0.0-{}", pre.repeat(250)));
        for version in &versions {
            let mut new = new_version("x", version, 'a');
            new.dist_tags = vec!["t".repeat(256)];
            let (key, package) = (key.clone(), package.clone());
            let published: Result<_, Refused> =
                write(world, caller, move |tx, call| arrival::publish(tx, call, &key, &package, &new));
            assert!(published.unwrap().created);
        }
        let named = of(&json!({"format": "npm", "namespace": package.namespace, "package": package.name}));
        let mut input = named.clone();
        input["maxResults"] = 1.into();
        let pages = caller.pages("ListPackageVersions", &input, "nextToken");
        let mut listed: Vec<&str> =
            pages.iter().map(|page| page["versions"][0]["version"].as_str().unwrap()).collect();
        listed.sort_unstable();
        assert_eq!(listed, versions);
    });
}

#[test]
fn tags_of_the_longest_keys_are_kept() {
    longest(|_, caller| {
        let arn = caller.ok("DescribeRepository", of(&json!({})))["repository"]["arn"].clone();
        let tags = json!([{"key": wide(128, 9), "value": wide(256, 10)}]);
        caller.ok("TagResource", json!({"resourceArn": arn, "tags": tags}));
        assert_eq!(caller.ok("ListTagsForResource", json!({"resourceArn": arn}))["tags"], tags);
    });
}
