//! The story of the public registry: connect, install, disconnect, go on.

use codeartifact::package_version::EntryPoint;
use codeartifact::resolution::Found;
use serde_json::json;

use crate::support::{connect, ingest, new_version, npm, obtain, of, publish, resource, shop, versions};

#[test]
fn what_was_installed_outlives_the_connection_it_came_through() {
    shop(&[("store", &[])], |world, caller| {
        connect(caller, "store");
        caller.ok("CreateRepository", of("app", json!({"upstreams": [{"repositoryName": "store"}]})));
        let endpoint = caller.ok("GetRepositoryEndpoint", of("app", json!({"format": "npm"})));
        assert_eq!(endpoint["repositoryEndpoint"], "http://127.0.0.1:4566/npm/d/shop-111122223333/app/");

        for (package, content) in [("express", '1'), ("@types/node", '2'), ("debug", '3')] {
            ingest(world, caller, "app", "store", package, new_version(package, "1.0.0", content));
        }
        for repository in ["app", "store"] {
            let packages = caller.ok("ListPackages", of(repository, json!({"format": "npm"})));
            let names: Vec<&str> = packages["packages"]
                .as_array()
                .unwrap()
                .iter()
                .map(|one| one["package"].as_str().unwrap())
                .collect();
            assert_eq!(names, ["debug", "express", "node"]);
            assert_eq!(versions(caller, repository, "@types/node"), ["1.0.0 Published"]);
        }

        let connection = of("store", json!({"externalConnection": "public:npmjs"}));
        let answer = caller.ok("DisassociateExternalConnection", connection.clone());
        assert_eq!(
            answer,
            json!({"repository": {
                "name": "store", "administratorAccount": "111122223333", "domainName": "shop",
                "domainOwner": "111122223333", "upstreams": [], "externalConnections": [],
                "arn": "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/store",
                "createdTime": 1_700_000_000}})
        );
        for package in ["express", "@types/node", "debug"] {
            let Found::Held(held) = obtain(world, caller, "app", package, "1.0.0") else {
                panic!("{package} was retained")
            };
            assert_eq!(held.version.origin.entry, EntryPoint::Connection("public:npmjs".into()));
        }
        assert_eq!(obtain(world, caller, "app", "never", "1.0.0"), Found::Absent { connections: Vec::new() });
        let refusal = caller.refused("DisassociateExternalConnection", connection);
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "store"));

        let refused = publish(world, caller, "store", "express", new_version("express", "9.0.0", '9'));
        assert_eq!(refused.unwrap_err().name, "ConflictException", "the origin configuration stays");
        caller.ok("CreateRepository", of("base", json!({})));
        caller.ok("UpdateRepository", of("store", json!({"upstreams": [{"repositoryName": "base"}]})));
        assert_eq!(
            publish(world, caller, "store", "@acme/kit", new_version("@acme/kit", "1.0.0", '4')),
            Ok(true)
        );
        let Found::Held(held) = obtain(world, caller, "app", "@acme/kit", "1.0.0") else {
            panic!("it is in store")
        };
        assert_eq!(held.repository.key.name, "app");
        let input = npm("app", "@acme/kit", json!({"packageVersion": "1.0.0"}));
        assert_eq!(
            caller.ok("DescribePackageVersion", input)["packageVersion"]["origin"]["originType"],
            "INTERNAL"
        );
    });
}
