//! Package groups, enforced where packages flow: publishing, and what is asked of public registries.

use serde_json::{Value, json};
use testkit::npm_registry::{Catalog, Package};

use crate::support::{Shop, catalog, of, publication};

fn group(shop: &Shop, pattern: &str) {
    shop.world.caller().ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
}

fn restrict(shop: &Shop, pattern: &str, restrictions: Value, allowed: &[(&str, &str)]) {
    let allowed: Vec<Value> = allowed
        .iter()
        .map(|(repository, kind)| json!({"repositoryName": repository, "originRestrictionType": kind}))
        .collect();
    shop.world.caller().ok(
        "UpdatePackageGroupOriginConfiguration",
        json!({"domain": "shop", "packageGroup": pattern, "restrictions": restrictions,
            "addAllowedRepositories": allowed}),
    );
}

fn association(shop: &Shop, package: &str) -> (Value, Value) {
    let input = json!({"domain": "shop", "format": "npm", "package": package});
    let answer = shop.world.caller().ok("GetAssociatedPackageGroup", input);
    (answer["packageGroup"]["pattern"].clone(), answer["associationType"].clone())
}

fn origin(shop: &Shop, repository: &str, package: &str) -> Value {
    let shown = shop.world.caller().ok("DescribePackage", of(repository, package, json!({})));
    shown["package"]["originConfiguration"]["restrictions"].clone()
}

fn look_alikes() -> Catalog {
    let release = |name: &str| Package::new(name).release("1.0.0", &[], json!({}));
    Catalog::of([release("lodash"), release("Lodash"), release("@acme/x")])
}

#[tokio::test]
async fn scenario_34_only_named_repositories_take_a_scope_and_look_alikes_come_from_nowhere() {
    let shop = Shop::with(look_alikes());
    group(&shop, "/npm/acme/*");
    group(&shop, "/npm//lodash$");
    restrict(&shop, "/npm/acme/*", json!({"PUBLISH": "ALLOW_SPECIFIC_REPOSITORIES"}), &[("app", "PUBLISH")]);
    restrict(&shop, "/npm/acme/*", json!({"EXTERNAL_UPSTREAM": "BLOCK"}), &[]);
    let body = publication("@acme/x", "2.0.0", "exports.x = 1");
    shop.put("app", "@acme%2fx", &body).await.ok();
    let told = shop.put("mid", "@acme%2fx", &body).await.refused(409);
    assert!(told.contains("package group /npm/acme/*"), "{told}");
    assert!(told.contains("repositoryName=mid,originRestrictionType=PUBLISH"), "{told}");
    assert_eq!(shop.get("app", "lodash").await.status, 200);
    assert_eq!(association(&shop, "Lodash"), (json!("/npm//lodash$"), json!("WEAK")));
    let file = "Lodash/-/Lodash-1.0.0.tgz";
    for repository in ["app", "store"] {
        shop.get(repository, "Lodash").await.refused(404);
        shop.get(repository, file).await.refused(404);
        assert_eq!(shop.send(shop.request("HEAD", repository, file), "").await.status, 404);
    }
    let told = shop.put("app", "Lodash", &publication("Lodash", "1.0.0", "x")).await.status;
    assert!(told.is_client_error(), "{told}");
}

#[tokio::test]
async fn scenario_36_each_repository_of_a_chain_passes_its_own_gate() {
    let shop = Shop::with(catalog());
    let caller = shop.world.caller();
    let upstreams = json!([{"repositoryName": "store"}]);
    for name in ["repo-a", "repo-c"] {
        caller.ok("CreateRepository", json!({"domain": "shop", "repository": name, "upstreams": upstreams}));
    }
    let old = "widget/-/widget-1.0.0.tgz";
    assert_eq!(shop.get("repo-c", old).await.status, 200);
    restrict(
        &shop,
        "/*",
        json!({"EXTERNAL_UPSTREAM": "ALLOW_SPECIFIC_REPOSITORIES", "INTERNAL_UPSTREAM": "ALLOW_SPECIFIC_REPOSITORIES"}),
        &[("store", "EXTERNAL_UPSTREAM"), ("repo-a", "INTERNAL_UPSTREAM")],
    );
    let new = "@acme/gadget/-/gadget-2.0.0.tgz";
    assert_eq!(shop.get("repo-a", "@acme%2fgadget").await.status, 200);
    assert_eq!(shop.get("repo-a", new).await.status, 200);
    assert_eq!(shop.versions("repo-a", "@acme/gadget").len(), 1);
    assert_eq!(shop.versions("store", "@acme/gadget").len(), 1);
    let open = json!({"publish": "ALLOW", "upstream": "ALLOW"});
    assert_eq!(origin(&shop, "repo-a", "@acme/gadget"), open, "where a group restricts, it decides");
    assert_eq!(origin(&shop, "store", "@acme/gadget"), open);
    shop.get("repo-c", "@acme%2fgadget").await.refused(404);
    shop.get("repo-c", new).await.refused(404);
    for (repository, hits) in [("repo-a", 1), ("repo-c", 0)] {
        assert_eq!(shop.get(repository, "-/v1/search?text=gadget").await.ok()["total"], hits, "{repository}");
    }
    assert_eq!(shop.get("repo-c", old).await.status, 200, "what it has stays");
    let listing = shop.get("repo-c", "widget").await.ok();
    assert_eq!(listing["versions"].as_object().unwrap().keys().collect::<Vec<_>>(), ["1.0.0"]);
}

#[tokio::test]
async fn a_name_that_is_blocked_is_asked_of_nobody() {
    let shop = Shop::with(look_alikes());
    group(&shop, "/npm/acme/*");
    restrict(&shop, "/npm/acme/*", json!({"EXTERNAL_UPSTREAM": "BLOCK"}), &[]);
    let body = publication("@acme/x", "2.0.0", "exports.x = 1");
    shop.put("app", "@acme%2fx", &body).await.ok();
    let file = "@acme/x/-/x-1.0.0.tgz";
    for repository in ["app", "mid", "store"] {
        for (method, rest) in [
            ("GET", "@acme%2fx"),
            ("HEAD", "@acme%2fx"),
            ("GET", "@acme%2fx/1.0.0"),
            ("GET", file),
            ("HEAD", file),
            ("GET", "-/package/@acme%2fx/dist-tags"),
            ("GET", "-/v1/search?text=acme"),
            ("GET", "@acme%2fnever"),
        ] {
            shop.send(shop.request(method, repository, rest), "").await;
        }
    }
    let audit = json!({"@acme/x": ["2.0.0"]});
    shop.send(shop.request("POST", "app", "-/npm/v1/security/advisories/bulk"), audit.to_string()).await;
    shop.put("store", "@acme%2fx", &publication("@acme/x", "3.0.0", "exports.x = 2")).await.ok();
    assert_eq!(shop.public.requests_in_all(), 0);
    restrict(&shop, "/npm/acme/*", json!({"EXTERNAL_UPSTREAM": "ALLOW"}), &[]);
    assert_eq!(shop.get("mid", "@acme%2fx").await.status, 200);
}

#[tokio::test]
async fn people_are_told_what_keeps_a_package_from_them() {
    let shop = Shop::with(look_alikes());
    group(&shop, "/npm/acme/*");
    restrict(&shop, "/npm/acme/*", json!({"EXTERNAL_UPSTREAM": "BLOCK"}), &[]);
    let told = |name: &'static str| {
        let shop = &shop;
        async move { shop.get("app", name).await.refused(404) }
    };
    let blocked = told("@acme%2fx").await;
    for says in [
        "repository app has no package @acme/x: package group /npm/acme/* (EXTERNAL_UPSTREAM=BLOCK)",
        "get-associated-package-group --domain shop --domain-owner",
        "--format npm --namespace acme --package x",
    ] {
        assert!(blocked.contains(says), "{blocked}");
    }
    let weak = told("@acrne%2fx").await;
    assert!(
        weak.contains("looks like a package of package group /npm/acme/* (association type WEAK)"),
        "{weak}"
    );
    let open = told("no-such-package").await;
    assert!(open.ends_with("repository app has no package no-such-package"), "{open}");
}

#[tokio::test]
async fn a_listing_follows_its_group_at_once() {
    let shop = Shop::with(catalog());
    assert_eq!(shop.get("app", "widget").await.status, 200);
    restrict(&shop, "/*", json!({"INTERNAL_UPSTREAM": "BLOCK"}), &[]);
    shop.get("app", "widget").await.refused(404);
    assert_eq!(shop.get("store", "widget").await.status, 200);
    restrict(&shop, "/*", json!({"INTERNAL_UPSTREAM": "ALLOW", "EXTERNAL_UPSTREAM": "BLOCK"}), &[]);
    shop.get("store", "widget").await.refused(404);
    restrict(&shop, "/*", json!({"EXTERNAL_UPSTREAM": "ALLOW"}), &[]);
    assert_eq!(shop.get("app", "widget").await.status, 200);
    group(&shop, "/npm//widget$");
    restrict(&shop, "/npm//widget$", json!({"EXTERNAL_UPSTREAM": "BLOCK"}), &[]);
    shop.get("app", "widget").await.refused(404);
    assert_eq!(shop.get("app", "@acme%2fgadget").await.status, 200);
}
