//! `AssociateExternalConnection` and `DisassociateExternalConnection`.

use std::time::Duration;

use serde_json::{Value, json};

use crate::support::{connect, of, reason, resource, shop};

fn described(connections: Value) -> Value {
    json!({"repository": {
        "name": "store", "administratorAccount": "111122223333", "domainName": "shop",
        "domainOwner": "111122223333",
        "arn": "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/store",
        "description": "public packages", "upstreams": [], "externalConnections": connections,
        "createdTime": 1_700_000_000,
    }})
}

#[test]
fn a_connection_comes_and_goes_and_the_answer_is_the_whole_repository() {
    shop(&[], |world, caller| {
        caller.ok("CreateRepository", of("store", json!({"description": "public packages"})));
        world.pass(Duration::from_millis(1234));
        let input = of("store", json!({"externalConnection": "public:npmjs"}));
        let shown = json!([{"externalConnectionName": "public:npmjs", "packageFormat": "npm", "status": "Available"}]);
        assert_eq!(caller.ok("AssociateExternalConnection", input.clone()), described(shown.clone()));
        assert_eq!(caller.ok("DescribeRepository", of("store", json!({}))), described(shown));
        world.pass(Duration::from_millis(1234));
        assert_eq!(caller.ok("DisassociateExternalConnection", input.clone()), described(json!([])));
        assert_eq!(caller.ok("DescribeRepository", of("store", json!({}))), described(json!([])));
        assert_eq!(
            caller.ok("AssociateExternalConnection", input)["repository"]["createdTime"],
            1_700_000_000
        );
    });
}

#[test]
fn a_connection_of_the_operators_own_is_associated_like_one_of_the_ten() {
    shop(&[("store", &[])], |_, caller| {
        let input = of("store", json!({"externalConnection": "custom:team"}));
        let refusal = caller.refused("AssociateExternalConnection", input.clone());
        assert_eq!((refusal.status, reason(&refusal).1), (400, "FIELD_VALIDATION_FAILED"));
        let caller = caller.clone().installed(|installation| {
            installation.connections.insert("custom:team".to_owned(), "npm".to_owned());
        });
        let answer = caller.ok("AssociateExternalConnection", input.clone());
        assert_eq!(
            answer["repository"]["externalConnections"],
            json!([{"externalConnectionName": "custom:team", "packageFormat": "npm", "status": "Available"}])
        );
        let other = of("store", json!({"externalConnection": "custom:other"}));
        assert!(caller.refused("AssociateExternalConnection", other).message().contains("custom:team"));
        caller.ok("DisassociateExternalConnection", input);
    });
}

#[test]
fn each_of_the_ten_names_serves_its_format() {
    shop(&[("store", &[])], |_, caller| {
        for (name, format) in [
            ("public:npmjs", "npm"),
            ("public:pypi", "pypi"),
            ("public:maven-central", "maven"),
            ("public:maven-googleandroid", "maven"),
            ("public:maven-gradleplugins", "maven"),
            ("public:maven-commonsware", "maven"),
            ("public:maven-clojars", "maven"),
            ("public:nuget-org", "nuget"),
            ("public:ruby-gems-org", "ruby"),
            ("public:crates-io", "cargo"),
        ] {
            let input = of("store", json!({"externalConnection": name}));
            let answer = caller.ok("AssociateExternalConnection", input.clone());
            assert_eq!(answer["repository"]["externalConnections"][0]["packageFormat"], format);
            caller.ok("DisassociateExternalConnection", input);
        }
    });
}

#[test]
fn an_unknown_name_is_refused_before_anything_is_looked_up() {
    shop(&[], |_, caller| {
        let input = of("absent", json!({"externalConnection": "public:unknown"}));
        let refusal = caller.refused("AssociateExternalConnection", input);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        assert!(refusal.message().contains("public:npmjs, public:pypi"), "{}", refusal.message());
        let input = of("absent", json!({"externalConnection": "-"}));
        let refusal = caller.refused("AssociateExternalConnection", input);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}

#[test]
fn a_second_connection_is_refused_and_the_first_stays() {
    shop(&[("store", &[])], |_, caller| {
        connect(caller, "store");
        let same = of("store", json!({"externalConnection": "public:npmjs"}));
        let refusal = caller.refused("AssociateExternalConnection", same);
        assert_eq!(resource(&refusal), ("ConflictException", "repository", "store"));
        let other = of("store", json!({"externalConnection": "public:pypi"}));
        let refusal = caller.refused("AssociateExternalConnection", other);
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        assert_eq!(refusal.message(), "ExternalConnections for repositories are currently limited to 1");
        let repository = caller.ok("DescribeRepository", of("store", json!({})))["repository"].clone();
        assert_eq!(repository["externalConnections"][0]["externalConnectionName"], "public:npmjs");
    });
}

#[test]
fn a_repository_has_either_upstreams_or_a_connection() {
    shop(&[("store", &[]), ("app", &["store"])], |_, caller| {
        let refusal = caller
            .refused("AssociateExternalConnection", of("app", json!({"externalConnection": "public:npmjs"})));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        connect(caller, "store");
        for upstreams in [json!([]), json!([{"repositoryName": "app"}])] {
            let refusal = caller.refused("UpdateRepository", of("store", json!({"upstreams": upstreams})));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        }
        caller.ok("UpdateRepository", of("store", json!({"description": "still connected"})));
        caller.ok("UpdateRepository", of("app", json!({"upstreams": []})));
        caller
            .ok("DisassociateExternalConnection", of("store", json!({"externalConnection": "public:npmjs"})));
        let upstreams = json!({"upstreams": [{"repositoryName": "app"}]});
        let updated = caller.ok("UpdateRepository", of("store", upstreams));
        assert_eq!(updated["repository"]["upstreams"], json!([{"repositoryName": "app"}]));
        let refusal = caller.refused(
            "AssociateExternalConnection",
            of("store", json!({"externalConnection": "public:npmjs"})),
        );
        assert_eq!(reason(&refusal).0, "ValidationException");
    });
}

#[test]
fn disassociating_what_is_not_there_is_not_found() {
    shop(&[("store", &[])], |_, caller| {
        let input = of("store", json!({"externalConnection": "public:npmjs"}));
        let refusal = caller.refused("DisassociateExternalConnection", input.clone());
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "store"));
        assert_eq!(refusal.status, 404);
        caller.ok("AssociateExternalConnection", input.clone());
        let other = of("store", json!({"externalConnection": "public:pypi"}));
        let refusal = caller.refused("DisassociateExternalConnection", other);
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "store"));
        assert!(refusal.message().contains("public:pypi"), "{}", refusal.message());
        caller.ok("DisassociateExternalConnection", input.clone());
        let refusal = caller.refused("DisassociateExternalConnection", input);
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "store"));
    });
}

#[test]
fn a_domain_or_repository_that_is_not_there_is_named() {
    shop(&[], |_, caller| {
        for operation in ["AssociateExternalConnection", "DisassociateExternalConnection"] {
            let refusal =
                caller.refused(operation, of("absent", json!({"externalConnection": "public:npmjs"})));
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "absent"));
            let input =
                json!({"domain": "none", "repository": "absent", "externalConnection": "public:npmjs"});
            let refusal = caller.refused(operation, input);
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "domain", "none"));
        }
    });
}

#[test]
fn of_many_at_once_one_associates_and_one_disassociates() {
    shop(&[("store", &[])], |_, caller| {
        for (operation, loser) in [
            ("AssociateExternalConnection", "ConflictException"),
            ("DisassociateExternalConnection", "ResourceNotFoundException"),
        ] {
            let input = of("store", json!({"externalConnection": "public:npmjs"}));
            let outcomes: Vec<String> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..20)
                    .map(|_| scope.spawn(|| caller.send(operation, input.clone())))
                    .collect::<Vec<_>>();
                let done = threads.into_iter().map(|thread| thread.join().unwrap());
                done.map(|outcome| outcome.map_or_else(|refusal| refusal.name, |_| "done".to_owned()))
                    .collect()
            });
            assert_eq!(outcomes.iter().filter(|outcome| *outcome == "done").count(), 1, "{outcomes:?}");
            assert_eq!(outcomes.iter().filter(|outcome| *outcome == loser).count(), 19, "{outcomes:?}");
        }
    });
}

#[test]
fn upstreams_and_a_connection_that_arrive_at_once_exclude_each_other() {
    shop(&[("base", &[])], |_, caller| {
        for round in 0..10 {
            let name = format!("store-{round}");
            caller.ok("CreateRepository", of(&name, json!({})));
            let connect = of(&name, json!({"externalConnection": "public:npmjs"}));
            let update = of(&name, json!({"upstreams": [{"repositoryName": "base"}]}));
            std::thread::scope(|scope| {
                let one = scope.spawn(|| caller.send("AssociateExternalConnection", connect.clone()).is_ok());
                let other = scope.spawn(|| caller.send("UpdateRepository", update.clone()).is_ok());
                assert!(one.join().unwrap() ^ other.join().unwrap(), "exactly one of the two wins");
            });
            let repository = caller.ok("DescribeRepository", of(&name, json!({})))["repository"].clone();
            let count = |member: &str| repository[member].as_array().unwrap().len();
            assert_eq!(count("upstreams") + count("externalConnections"), 1);
        }
    });
}
