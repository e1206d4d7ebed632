//! Repositories and the graph of their upstreams.

use serde_json::{Value, json};

use crate::support::{of, published, reason, resource, shop};

fn upstreams(names: &[&str]) -> Value {
    names.iter().map(|name| json!({"repositoryName": name})).collect()
}

#[test]
fn a_repository_is_created_described_updated_and_deleted() {
    shop(&[("b1", &[])], |_, caller| {
        caller.ok("CreateRepository", of("a2", json!({})));
        let created = caller.ok(
            "CreateRepository",
            of("web", json!({"description": "for the web", "upstreams": upstreams(&["b1", "a2"])})),
        );
        let expected = json!({
            "name": "web", "administratorAccount": "111122223333", "domainName": "shop",
            "domainOwner": "111122223333",
            "arn": "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web",
            "description": "for the web", "upstreams": upstreams(&["b1", "a2"]), "externalConnections": [],
            "createdTime": 1_700_000_000,
        });
        assert_eq!(created, json!({"repository": expected}));
        assert_eq!(caller.ok("DescribeRepository", of("web", json!({}))), created);

        let cleared =
            caller.ok("UpdateRepository", of("web", json!({"description": ""})))["repository"].clone();
        assert_eq!(cleared.get("description"), None);
        assert_eq!(cleared["upstreams"], upstreams(&["b1", "a2"]));
        let swapped =
            caller.ok("UpdateRepository", of("web", json!({"upstreams": upstreams(&["a2", "b1"])})));
        assert_eq!(swapped["repository"]["upstreams"], upstreams(&["a2", "b1"]));
        let none = caller.ok("UpdateRepository", of("web", json!({"upstreams": []})));
        assert_eq!(none["repository"]["upstreams"], json!([]));

        assert_eq!(caller.ok("DeleteRepository", of("web", json!({}))), none);
        assert_eq!(caller.ok("DeleteRepository", of("web", json!({}))), json!({}));
        let refusal = caller.refused("DescribeRepository", of("web", json!({})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "web"));
        let refusal = caller.refused("UpdateRepository", of("web", json!({})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "web"));
        let refusal = caller.refused("DeleteRepository", json!({"domain": "none", "repository": "web"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
    });
}

#[test]
fn names_are_unique_in_a_domain_and_case_sensitive() {
    shop(&[("web", &[])], |_, caller| {
        let refusal = caller.refused("CreateRepository", of("web", json!({})));
        assert_eq!(resource(&refusal), ("ConflictException", "repository", "web"));
        caller.ok("CreateRepository", of("Web", json!({})));
        let refusal = caller.refused("CreateRepository", json!({"domain": "none", "repository": "web"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
    });
}

#[test]
fn upstreams_exist_are_others_and_come_once() {
    shop(&[("a1", &[]), ("web", &[])], |_, caller| {
        for (operation, name) in [("CreateRepository", "new"), ("UpdateRepository", "web")] {
            let refusal =
                caller.refused(operation, of(name, json!({"upstreams": upstreams(&["a1", "gone"])})));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "gone"));
            for wrong in [upstreams(&[name]), upstreams(&["a1", "a1"])] {
                let refusal = caller.refused(operation, of(name, json!({"upstreams": wrong})));
                assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
            }
        }
    });
}

#[test]
fn an_eleventh_direct_upstream_exceeds_the_quota() {
    shop(&[("web", &[])], |_, caller| {
        let names: Vec<String> = (0..11).map(|place| format!("up{place}")).collect();
        for name in &names {
            caller.ok("CreateRepository", of(name, json!({})));
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        for (operation, name) in [("CreateRepository", "new"), ("UpdateRepository", "web")] {
            let refusal = caller.refused(operation, of(name, json!({"upstreams": upstreams(&names)})));
            assert_eq!(resource(&refusal), ("ServiceQuotaExceededException", "repository", name));
            caller.ok(operation, of(name, json!({"upstreams": upstreams(&names[..10])})));
        }
    });
}

#[test]
fn upstreams_may_not_form_a_cycle() {
    shop(&[("cc", &[]), ("bb", &["cc"]), ("aa", &["bb"])], |_, caller| {
        for (name, closing) in [("bb", "aa"), ("cc", "aa"), ("cc", "bb")] {
            let refusal =
                caller.refused("UpdateRepository", of(name, json!({"upstreams": upstreams(&[closing])})));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
            assert!(refusal.message().contains("cycle"), "{}", refusal.message());
        }
        caller.ok("UpdateRepository", of("aa", json!({"upstreams": upstreams(&["cc", "bb"])})));
    });
}

#[test]
fn deleting_a_repository_removes_its_content_and_the_edges_to_it() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        caller.ok("DeleteRepository", of("store", json!({})));
        let app = caller.ok("DescribeRepository", of("app", json!({})))["repository"].clone();
        assert_eq!(app["upstreams"], json!([]));
        caller.ok("CreateRepository", of("store", json!({})));
        assert_eq!(caller.ok("ListPackages", of("store", json!({}))), json!({"packages": []}));
        assert_eq!(caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"]["assetSizeBytes"], 0);
    });
}

#[test]
fn repositories_are_listed_by_name_page_by_page_with_their_filters() {
    shop(&[("web-b", &[]), ("web-a", &[]), ("app", &[]), ("Web", &[])], |_, caller| {
        caller.ok("CreateDomain", json!({"domain": "annex"}));
        caller.ok("CreateRepository", json!({"domain": "annex", "repository": "web-a"}));
        let names = |pages: &[Value]| -> Vec<String> {
            let all = pages.iter().flat_map(|page| page["repositories"].as_array().unwrap());
            all.map(|one| {
                format!("{}/{}", one["domainName"].as_str().unwrap(), one["name"].as_str().unwrap())
            })
            .collect()
        };
        let pages = caller.pages("ListRepositories", &json!({"maxResults": 2}), "nextToken");
        assert_eq!(pages.len(), 3);
        assert_eq!(names(&pages), ["shop/Web", "shop/app", "annex/web-a", "shop/web-a", "shop/web-b"]);
        let pages = caller.pages(
            "ListRepositories",
            &json!({"maxResults": 1, "repositoryPrefix": "web"}),
            "nextToken",
        );
        assert_eq!(names(&pages), ["annex/web-a", "shop/web-a", "shop/web-b"]);

        let in_shop = json!({"domain": "shop", "maxResults": 3});
        let pages = caller.pages("ListRepositoriesInDomain", &in_shop, "nextToken");
        assert_eq!(pages.len(), 2);
        assert_eq!(names(&pages), ["shop/Web", "shop/app", "shop/web-a", "shop/web-b"]);
        let filtered =
            json!({"domain": "shop", "repositoryPrefix": "web", "administratorAccount": "111122223333"});
        assert_eq!(names(&[caller.ok("ListRepositoriesInDomain", filtered)]), ["shop/web-a", "shop/web-b"]);
        let nobody = json!({"domain": "shop", "administratorAccount": "444455556666"});
        assert_eq!(names(&[caller.ok("ListRepositoriesInDomain", nobody)]), Vec::<String>::new());

        let mut other = in_shop;
        other["nextToken"] = pages[0]["nextToken"].clone();
        other["repositoryPrefix"] = "web".into();
        let refusal = caller.refused("ListRepositoriesInDomain", other);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let refusal = caller.refused("ListRepositories", json!({"nextToken": pages[0]["nextToken"]}));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let refusal = caller.refused("ListRepositoriesInDomain", json!({"domain": "none"}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
    });
}

#[test]
fn a_summary_names_everything_but_upstreams() {
    shop(&[], |_, caller| {
        caller.ok("CreateRepository", of("web", json!({"description": "for the web"})));
        let expected = json!([{
            "name": "web", "administratorAccount": "111122223333", "domainName": "shop",
            "domainOwner": "111122223333", "description": "for the web", "createdTime": 1_700_000_000,
            "arn": "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web",
        }]);
        assert_eq!(caller.ok("ListRepositories", json!({})), json!({"repositories": expected}));
        let listed = caller.ok("ListRepositoriesInDomain", json!({"domain": "shop"}));
        assert_eq!(listed, json!({"repositories": expected}));
    });
}
