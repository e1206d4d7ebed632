//! Packages and their origin configuration.

use serde_json::{Value, json};

use crate::support::{
    connect, ingest, new_version, npm, of, publish, published, reason, resource, shop, versions,
};

fn set(publish: &str, upstream: &str) -> Value {
    json!({"restrictions": {"publish": publish, "upstream": upstream}})
}

#[test]
fn a_package_is_described_and_deleted_with_everything_below_it() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "@acme/kit", "1.0.0");
        let origin = json!({"restrictions": {"publish": "ALLOW", "upstream": "BLOCK"}});
        assert_eq!(
            caller.ok("DescribePackage", npm("web", "@acme/kit", json!({}))),
            json!({"package": {"format": "npm", "namespace": "acme", "name": "kit", "originConfiguration": origin}})
        );
        let mut with_at = npm("web", "@acme/kit", json!({}));
        with_at["namespace"] = "@acme".into();
        assert_eq!(
            caller.ok("DeletePackage", with_at),
            json!({"deletedPackage":
                {"format": "npm", "namespace": "acme", "package": "kit", "originConfiguration": origin}})
        );
        for operation in ["DescribePackage", "DeletePackage", "ListPackageVersions"] {
            let refusal = caller.refused(operation, npm("web", "@acme/kit", json!({})));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "package", "@acme/kit"));
        }
        assert_eq!(caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"]["assetSizeBytes"], 0);
    });
}

#[test]
fn the_message_for_a_missing_package_is_the_documented_one() {
    shop(&[("web", &[])], |_, caller| {
        let refusal = caller.refused("DescribePackage", npm("web", "lodash", json!({})));
        let documented = "Package not found in repository. RepoId: web, Package = PackageCoordinate{packageType=npm, \
             packageName=lodash}";
        assert_eq!(refusal.message(), documented);
    });
}

#[test]
fn a_namespace_belongs_where_the_format_says() {
    shop(&[("web", &[])], |_, caller| {
        for operation in
            ["DescribePackage", "DeletePackage", "ListPackageVersions", "PutPackageOriginConfiguration"]
        {
            let mut wrong = of("web", json!({"format": "pypi", "namespace": "space", "package": "kit"}));
            wrong["restrictions"] = set("ALLOW", "ALLOW")["restrictions"].clone();
            let refusal = caller.refused(operation, wrong.clone());
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{operation}");
            wrong["format"] = "maven".into();
            wrong.as_object_mut().unwrap().remove("namespace");
            let refusal = caller.refused(operation, wrong);
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{operation}");
        }
    });
}

#[test]
fn an_origin_configuration_creates_its_package_and_replaces_what_was_set() {
    shop(&[("web", &[])], |world, caller| {
        let answer = caller.ok("PutPackageOriginConfiguration", npm("web", "kit", set("BLOCK", "ALLOW")));
        assert_eq!(answer, json!({"originConfiguration": set("BLOCK", "ALLOW")}));
        assert_eq!(caller.ok("ListPackages", of("web", json!({})))["packages"][0]["package"], "kit");
        assert_eq!(versions(caller, "web", "kit"), Vec::<String>::new());
        let refused = publish(world, caller, "web", "kit", new_version("kit", "1.0.0", '1')).unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        assert!(refused.message.contains("put-package-origin-configuration"), "{}", refused.message);
        caller.ok("PutPackageOriginConfiguration", npm("web", "kit", set("ALLOW", "ALLOW")));
        published(world, caller, "web", "kit", "1.0.0");
        let described = caller.ok("DescribePackage", npm("web", "kit", json!({})));
        assert_eq!(
            described["package"]["originConfiguration"],
            set("ALLOW", "ALLOW"),
            "arrivals never change it"
        );
        let refusal =
            caller.refused("PutPackageOriginConfiguration", npm("none", "kit", set("ALLOW", "ALLOW")));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "none"));
        let refusal =
            caller.refused("PutPackageOriginConfiguration", npm("web", "kit", set("PERHAPS", "ALLOW")));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn the_first_arrival_decides_the_origin_configuration() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        published(world, caller, "app", "own", "1.0.0");
        ingest(world, caller, "app", "store", "lodash", new_version("lodash", "1.0.0", '2'));
        let origin = |repository: &str, package: &str| {
            let described = caller.ok("DescribePackage", npm(repository, package, json!({})));
            described["package"]["originConfiguration"].clone()
        };
        assert_eq!(origin("app", "own"), set("ALLOW", "BLOCK"));
        assert_eq!(origin("store", "lodash"), set("BLOCK", "ALLOW"));
        assert_eq!(origin("app", "lodash"), set("BLOCK", "ALLOW"));
    });
}

#[test]
fn packages_are_listed_in_order_page_by_page_with_their_filters() {
    shop(&[("web", &[])], |_, caller| {
        let put = |format: &str, namespace: Option<&str>, package: &str, publish: &str, upstream: &str| {
            let mut input = of("web", json!({"format": format, "package": package}));
            if let Some(namespace) = namespace {
                input["namespace"] = namespace.into();
            }
            input["restrictions"] = set(publish, upstream)["restrictions"].clone();
            caller.ok("PutPackageOriginConfiguration", input);
        };
        put("pypi", None, "abc", "ALLOW", "ALLOW");
        put("npm", None, "zed", "ALLOW", "BLOCK");
        put("npm", Some("acme"), "kit", "BLOCK", "ALLOW");
        put("npm", Some("acme-two"), "kit", "ALLOW", "BLOCK");
        put("npm", None, "kit", "ALLOW", "BLOCK");
        put("npm", Some("zeta"), "aid", "ALLOW", "BLOCK");
        put("maven", Some("com.acme"), "kit", "BLOCK", "BLOCK");

        let names = |more: Value| -> Vec<String> {
            let pages = caller.pages("ListPackages", &of("web", more), "nextToken");
            let all = pages.iter().flat_map(|page| page["packages"].as_array().unwrap());
            all.map(|one| {
                let namespace = one.get("namespace").and_then(Value::as_str).unwrap_or_default();
                format!(
                    "{}/{namespace}/{}",
                    one["format"].as_str().unwrap(),
                    one["package"].as_str().unwrap()
                )
            })
            .collect()
        };
        let all = [
            "maven/com.acme/kit",
            "npm//kit",
            "npm//zed",
            "npm/acme/kit",
            "npm/acme-two/kit",
            "npm/zeta/aid",
            "pypi//abc",
        ];
        assert_eq!(names(json!({})), all);
        assert_eq!(names(json!({"maxResults": 1})), all);
        assert_eq!(names(json!({"maxResults": 4})), all);
        assert_eq!(names(json!({"format": "npm", "namespace": "acme"})), all[3..5]);
        assert_eq!(names(json!({"format": "npm", "namespace": "@acme-"})), all[4..5]);
        assert_eq!(names(json!({"packagePrefix": "k", "maxResults": 1})), [all[0], all[1], all[3], all[4]]);
        assert_eq!(names(json!({"publish": "BLOCK"})), [all[0], all[3]]);
        assert_eq!(names(json!({"publish": "BLOCK", "upstream": "BLOCK"})), [all[0]]);
        assert_eq!(names(json!({"upstream": "ALLOW", "format": "pypi"})), [all[6]]);

        let refusal = caller.refused("ListPackages", of("web", json!({"namespace": "acme"})));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let first = caller.ok("ListPackages", of("web", json!({"maxResults": 1})));
        let other = json!({"maxResults": 1, "format": "npm", "nextToken": first["nextToken"]});
        let refusal = caller.refused("ListPackages", of("web", other));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let refusal = caller.refused("ListPackages", of("none", json!({})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "none"));
    });
}

#[test]
fn packages_are_found_by_the_words_of_their_names() {
    shop(&[("web", &[])], |world, caller| {
        for package in ["@acme/red-kit", "blue-kit", "red-box"] {
            published(world, caller, "web", package, "1.0.0");
        }
        published(world, caller, "web", "blue-kit", "1.10.0");
        caller.ok("PutPackageOriginConfiguration", npm("web", "kit-without-versions", set("ALLOW", "ALLOW")));
        let search = |text: &'static str, from: usize, size: usize| {
            let found: Result<_, store::Error> = world.store().read_blocking(move |tx| {
                let format = codeartifact::name::PackageFormat::Npm;
                codeartifact::package::search(tx, &crate::support::key("web"), format, text, from, size)
            });
            let found = found.unwrap();
            let page: Vec<String> = found
                .page
                .iter()
                .map(|hit| format!("{}@{}", hit.coordinates.display_name(), hit.version.version))
                .collect();
            (found.total, page)
        };
        let (red, blue) = ("@acme/red-kit@1.0.0".to_owned(), "blue-kit@1.10.0".to_owned());
        assert_eq!(search("KIT", 0, 10), (2, vec![blue.clone(), red.clone()]));
        assert_eq!(search("kit", 1, 1), (2, vec![red.clone()]));
        assert_eq!(search("red kit", 0, 10), (1, vec![red]));
        assert_eq!(search("", 0, 1), (3, vec![blue]));
        assert_eq!(search("green", 0, 10), (0, vec![]));
    });
}
