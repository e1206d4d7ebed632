//! What policies allow and deny: every operation, from the owner's account and from another one.

use serde_json::{Value, json};
use service::Source;
use testkit::{Caller, World};

use crate::authorisation::{first_action, inputs, prepare};
use crate::support::{OWNER, coordinates, key, npm, of, policy, publish, published, set_policy, shop, write};

const STRANGER: &str = "444455556666";
/// These ask the owner's account alone, whatever the policy says.
const OWNERS_ONLY: [&str; 2] = ["PutDomainPermissionsPolicy", "PutRepositoryPermissionsPolicy"];

/// The repositories whose policies an operation asks; none means the domain's policy.
fn guarded_by(operation: &str, input: &Value) -> Vec<String> {
    if operation == "CreateRepository" {
        return Vec::new();
    }
    let named = ["repository", "sourceRepository", "destinationRepository"];
    named.iter().filter_map(|member| input[member].as_str().map(str::to_owned)).collect()
}

fn set_domain_policy(caller: &Caller<'_>, document: String) {
    caller.ok("PutDomainPermissionsPolicy", json!({"domain": "shop", "policyDocument": document}));
}

/// Puts a policy of one statement where an operation looks.
fn set(caller: &Caller<'_>, guards: &[String], effect: &str, action: &str, principal: &str) {
    if guards.is_empty() {
        set_domain_policy(caller, policy(effect, action, principal));
    }
    for repository in guards {
        set_policy(caller, repository, effect, action, principal);
    }
}

/// A policy whose only statement allows everything under a condition.
fn conditional(principal: &str, condition: Value) -> String {
    json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*",
        "Principal": {"AWS": principal}, "Condition": condition}})
    .to_string()
}

fn put_policy(caller: &Caller<'_>, repository: &str, document: String) {
    caller.ok("PutRepositoryPermissionsPolicy", of(repository, json!({"policyDocument": document})));
}

/// Describes the repository `web` of the owner.
fn describe(caller: &Caller<'_>) -> Result<(), String> {
    let named = of("web", json!({"domainOwner": OWNER}));
    caller.send("DescribeRepository", named).map(drop).map_err(|refusal| refusal.name)
}

const DENIED: &str = "AccessDeniedException";

#[test]
fn a_policy_admits_another_account_to_every_operation_of_its_resource() {
    for (operation, input) in inputs() {
        shop(&[("web", &[])], |world, caller| {
            published(world, caller, "web", "kit", "1.0.0");
            prepare(operation, caller);
            let guards = guarded_by(operation, &input);
            let mut input = input.clone();
            input["domainOwner"] = OWNER.into();
            let stranger = caller.clone().of_account(STRANGER);
            // The policy of the other kind of resource does not help.
            let others = if guards.is_empty() { vec!["web".to_owned()] } else { Vec::new() };
            if operation != "DeleteDomain" {
                set(caller, &others, "Allow", "codeartifact:*", STRANGER);
            }
            let refusal = stranger.refused(operation, input.clone());
            assert_eq!(refusal.name, DENIED, "{operation}");
            let because = "because no resource-based policy allows the codeartifact:";
            assert!(refusal.message().contains(because), "{operation}: {}", refusal.message());

            set(caller, &guards, "Allow", "codeartifact:*", STRANGER);
            if OWNERS_ONLY.contains(&operation) {
                assert_eq!(stranger.refused(operation, input.clone()).name, DENIED, "{operation}");
                return;
            }
            stranger.ok(operation, input.clone());
        });
    }
}

#[test]
fn a_denial_bites_in_the_owners_account_too() {
    for (operation, input) in inputs() {
        shop(&[("web", &[])], |world, caller| {
            published(world, caller, "web", "kit", "1.0.0");
            prepare(operation, caller);
            let guards = guarded_by(operation, &input);
            set(caller, &guards, "Deny", "codeartifact:Nothing*", "*");
            set(caller, &guards, "Deny", &first_action(operation), OWNER);
            if OWNERS_ONLY.contains(&operation) {
                caller.ok(operation, input.clone());
                return;
            }
            let refusal = caller.refused(operation, input.clone());
            assert_eq!(refusal.name, DENIED, "{operation}");
            let sentence = format!(
                "User: arn:aws:iam::{OWNER}:user/local is not authorized to perform: {} on resource: \
                 arn:aws:codeartifact:us-east-1:{OWNER}:",
                first_action(operation)
            );
            assert!(refusal.message().starts_with(&sentence), "{}", refusal.message());
            assert!(refusal.message().ends_with(" with an explicit deny in a resource-based policy"));
        });
    }
}

#[test]
fn another_account_learns_nothing_of_what_exists_beside_what_it_may_see() {
    shop(&[("web", &[]), ("secret", &[])], |_, caller| {
        set_policy(caller, "web", "Allow", "codeartifact:*", STRANGER);
        let stranger = caller.clone().of_account(STRANGER);
        assert_eq!(describe(&stranger), Ok(()));
        let refusals = ["secret", "absent"].map(|name| {
            let refusal = stranger.refused("DescribeRepository", of(name, json!({"domainOwner": OWNER})));
            (refusal.name.clone(), refusal.message().replace(name, "NAME"))
        });
        assert_eq!(refusals[0], refusals[1]);
        assert_eq!(refusals[0].0, DENIED);
        // Where it may see the repository, what is missing in it is missing.
        let package = npm("web", "kit", json!({"domainOwner": OWNER}));
        assert_eq!(stranger.refused("DescribePackage", package).name, "ResourceNotFoundException");
    });
}

#[test]
fn a_changed_policy_holds_from_the_next_request_on() {
    shop(&[("web", &[])], |_, caller| {
        let stranger = caller.clone().of_account(STRANGER);
        for _ in 0..2 {
            assert_eq!(describe(&stranger), Err(DENIED.to_owned()));
            set_policy(caller, "web", "Allow", "codeartifact:Describe*", STRANGER);
            assert_eq!(describe(&stranger), Ok(()));
            caller.ok("DeleteRepositoryPermissionsPolicy", of("web", json!({})));
        }
    });
}

#[test]
fn a_statement_may_speak_of_one_package() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        published(world, caller, "web", "@acme/kit", "1.0.0");
        let resource = "arn:aws:codeartifact:*:*:package/shop/web/npm/acme/*";
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "codeartifact:PublishPackageVersion",
            "Resource": resource});
        put_policy(caller, "web", json!({"Version": "2012-10-17", "Statement": statement}).to_string());
        let new = |package: &str| crate::support::new_version(package, "2.0.0", '7');
        let refused = publish(world, caller, "web", "@acme/kit", new("@acme/kit")).unwrap_err();
        assert_eq!(refused.name, DENIED);
        assert!(refused.message.contains("package/shop/web/npm/acme/kit"), "{}", refused.message);
        assert_eq!(publish(world, caller, "web", "kit", new("kit")), Ok(true));
    });
}

#[test]
fn a_statement_of_a_domains_policy_may_speak_of_one_package_group() {
    shop(&[], |_, caller| {
        for pattern in ["/npm/*", "/npm/acme/*"] {
            caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
        }
        let resource = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/acme/%2a";
        let statement = json!({"Effect": "Deny", "Principal": "*", "Action": "codeartifact:*PackageGroup",
            "Resource": resource});
        set_domain_policy(caller, json!({"Version": "2012-10-17", "Statement": statement}).to_string());
        let describe = |pattern: &str| {
            let named = json!({"domain": "shop", "packageGroup": pattern});
            caller.send("DescribePackageGroup", named).map(drop).map_err(|refusal| refusal.name)
        };
        assert_eq!(describe("/npm/acme/*"), Err(DENIED.to_owned()));
        assert_eq!((describe("/npm/*"), describe("/*")), (Ok(()), Ok(())));
        let named = json!({"domain": "shop", "packageGroup": "/npm/acme/*"});
        assert_eq!(caller.refused("DeletePackageGroup", named).name, DENIED);
    });
}

#[test]
fn publishing_and_tagging_ask_for_permissions_of_their_own() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let stranger = caller.clone().of_account(STRANGER);
        let tagged = |world: &World| {
            let (key, package) = (key("web"), coordinates("kit"));
            write(world, &stranger, move |tx, call| {
                codeartifact::dist_tag::put(tx, call, &key, &package, "beta", "1.0.0")
            })
        };
        set_policy(caller, "web", "Allow", "codeartifact:PublishPackageVersion", STRANGER);
        assert_eq!(tagged(world).unwrap_err().name, DENIED);
        let new = crate::support::new_version("kit", "2.0.0", '7');
        assert_eq!(publish(world, &stranger, "web", "kit", new.clone()), Ok(true));
        set_policy(caller, "web", "Allow", "codeartifact:PutPackageMetadata", STRANGER);
        tagged(world).unwrap();
        assert_eq!(publish(world, &stranger, "web", "kit", new).unwrap_err().name, DENIED);
    });
}

#[test]
fn an_account_administers_the_repositories_that_it_creates_elsewhere() {
    shop(&[("web", &[])], |_, caller| {
        let stranger = caller.clone().of_account(STRANGER);
        let theirs = |repository: &str, more: Value| {
            let mut input = of(repository, json!({"domainOwner": OWNER}));
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        set_domain_policy(caller, policy("Allow", "codeartifact:CreateRepository", STRANGER));
        let tags = json!({"tags": [{"key": "team", "value": "blue"}]});
        assert_eq!(stranger.refused("CreateRepository", theirs("app", tags)).name, DENIED);
        let upstreams = json!({"upstreams": [{"repositoryName": "web"}]});
        let refusal = stranger.refused("CreateRepository", theirs("app", upstreams.clone()));
        assert!(
            refusal.message().contains(
                "codeartifact:AssociateWithDownstreamRepository on resource: \
            arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web"
            ),
            "{}",
            refusal.message()
        );

        set_policy(caller, "web", "Allow", "codeartifact:AssociateWithDownstreamRepository", STRANGER);
        stranger.ok("CreateRepository", theirs("app", upstreams));
        caller.ok("DeleteDomainPermissionsPolicy", json!({"domain": "shop"}));
        stranger.ok("DescribeRepository", theirs("app", json!({})));
        let own = policy("Deny", "codeartifact:DescribeRepository", OWNER);
        stranger.ok("PutRepositoryPermissionsPolicy", theirs("app", json!({"policyDocument": own})));
        assert_eq!(caller.refused("DescribeRepository", of("app", json!({}))).name, DENIED);
        stranger.ok("DescribeRepository", theirs("app", json!({})));
        assert_eq!(describe(&stranger), Err(DENIED.to_owned()), "but no others");
        caller.ok("DeleteRepository", of("app", json!({})));
    });
}

#[test]
fn an_upstream_may_refuse_to_be_one() {
    shop(&[("web", &[]), ("app", &[])], |_, caller| {
        let input = of("app", json!({"upstreams": [{"repositoryName": "web"}]}));
        set_policy(caller, "web", "Deny", "codeartifact:AssociateWithDownstreamRepository", "*");
        assert_eq!(caller.refused("UpdateRepository", input.clone()).name, DENIED);
        set_policy(caller, "web", "Deny", "codeartifact:DescribeRepository", "*");
        caller.ok("UpdateRepository", input);
    });
}

#[test]
fn a_token_needs_the_domains_permission_and_may_be_kept_short() {
    shop(&[], |_, caller| {
        let stranger = caller.clone().of_account(STRANGER);
        let ask = |caller: &Caller<'_>, duration: i64| {
            let input = json!({"domain": "shop", "domainOwner": OWNER, "durationSeconds": duration});
            caller
                .send("GetAuthorizationToken", input)
                .map(drop)
                .map_err(|refusal| refusal.message().to_owned())
        };
        assert!(ask(&stranger, 900).is_err());
        let short = |action: &str| {
            json!({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": STRANGER}, "Action": "codeartifact:*", "Resource": "*"},
                {"Effect": "Deny", "Principal": "*", "Action": action, "Resource": "*",
                 "Condition": {"NumericGreaterThan": {"sts:DurationSeconds": "3600"},
                               "StringEquals": {"sts:AWSServiceName": "codeartifact.amazonaws.com"}}}]})
            .to_string()
        };
        for action in ["sts:GetServiceBearerToken", "codeartifact:GetAuthorizationToken"] {
            set_domain_policy(caller, short(action));
            for caller in [caller, &stranger] {
                assert_eq!(ask(caller, 3600), Ok(()));
                let sentence = ask(caller, 3601).unwrap_err();
                assert!(sentence.contains(&format!("perform: {action} on")), "{sentence}");
                assert!(ask(caller, 0).is_err(), "which means twelve hours");
            }
        }
    });
}

#[test]
fn conditions_see_who_asks_from_where_and_when() {
    shop(&[("web", &[])], |world, caller| {
        let stranger = caller.clone().of_account(STRANGER);
        let from = |address: &str, agent: &str| {
            let source = Source { address: address.parse().ok(), user_agent: Some(agent.to_owned()) };
            stranger.clone().from(source)
        };
        let near = from("10.1.2.3", "aws-cli/2.0");
        let far = from("198.51.100.7", "curl/8");
        let user = stranger.clone().user("ann");
        for (condition, admitted, refused) in [
            (json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}), &near, &far),
            (json!({"NotIpAddress": {"aws:SourceIp": "198.51.100.0/24"}}), &near, &far),
            (json!({"StringLike": {"aws:UserAgent": "aws-cli/*"}}), &near, &far),
            (json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:user/ann"}}), &user, &near),
            (json!({"StringEquals": {"aws:username": ["ann", "bob"]}}), &user, &near),
            (json!({"StringEquals": {"aws:PrincipalAccount": STRANGER}}), &near, caller),
            (
                json!({"Null": {"aws:PrincipalOrgID": "true"}, "Bool": {"aws:SecureTransport": "false"},
                    "StringEquals": {"aws:UserAgent": "curl/8"}}),
                &far,
                &near,
            ),
        ] {
            put_policy(caller, "web", conditional("*", condition.clone()));
            assert_eq!(describe(admitted), Ok(()), "{condition}");
            if !std::ptr::eq(refused, caller) {
                assert_eq!(describe(refused), Err(DENIED.to_owned()), "{condition}");
            }
        }
        let until = world.store().clock().now().millis() / 1000 + 3600;
        put_policy(caller, "web", conditional(STRANGER, json!({"DateLessThan": {"aws:CurrentTime": until}})));
        assert_eq!(describe(&stranger), Ok(()));
        world.pass(std::time::Duration::from_secs(3601));
        assert_eq!(describe(&stranger), Err(DENIED.to_owned()));
    });
}

#[test]
fn conditions_see_the_tags_of_the_request_and_of_the_resource() {
    shop(&[("web", &[])], |_, caller| {
        let arn = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web";
        let stranger = caller.clone().of_account(STRANGER);
        let blue = json!({"StringEquals": {"aws:ResourceTag/team": "blue"}});
        put_policy(caller, "web", conditional(STRANGER, blue));
        assert_eq!(describe(&stranger), Err(DENIED.to_owned()));
        caller.ok("TagResource", json!({"resourceArn": arn, "tags": [{"key": "team", "value": "blue"}]}));
        assert_eq!(describe(&stranger), Ok(()));

        let given = json!({"StringLike": {"aws:RequestTag/team": "b*"},
            "ForAllValues:StringEquals": {"aws:TagKeys": ["team", "cost"]}});
        put_policy(caller, "web", conditional(STRANGER, given));
        let tag = |key: &str, value: &str| {
            let tags = json!([{"key": key, "value": value}, {"key": "team", "value": value}]);
            stranger
                .send("TagResource", json!({"resourceArn": arn, "tags": tags}))
                .map_err(|refusal| refusal.name)
        };
        assert_eq!(tag("cost", "bronze"), Ok(json!({})));
        assert_eq!(tag("cost", "red"), Err(DENIED.to_owned()));
        assert_eq!(tag("other", "bronze"), Err(DENIED.to_owned()));

        let taken = json!({"ForAnyValue:StringEquals": {"aws:TagKeys": "cost"}});
        put_policy(caller, "web", conditional(STRANGER, taken));
        let untag = |key: &str| {
            let input = json!({"resourceArn": arn, "tagKeys": [key]});
            stranger.send("UntagResource", input).map_err(|refusal| refusal.name)
        };
        assert_eq!(untag("team"), Err(DENIED.to_owned()));
        assert_eq!(untag("cost"), Ok(json!({})));

        let new = json!({"Null": {"aws:RequestTag/team": "false"}});
        set_domain_policy(caller, conditional(STRANGER, new));
        let create = |more: Value| {
            let mut input = of("app", json!({"domainOwner": OWNER}));
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            stranger.send("CreateRepository", input).map(drop).map_err(|refusal| refusal.name)
        };
        assert_eq!(create(json!({})), Err(DENIED.to_owned()));
        assert_eq!(create(json!({"tags": [{"key": "team", "value": "blue"}]})), Ok(()));
    });
}

#[test]
fn tags_ask_the_policy_of_what_carries_them() {
    shop(&[("web", &[])], |_, caller| {
        let stranger = caller.clone().of_account(STRANGER);
        let outcomes = |rest: &str| {
            let arn = format!("arn:aws:codeartifact:us-east-1:{OWNER}:{rest}");
            let tags = json!([{"key": "team", "value": "blue"}]);
            [
                ("TagResource", json!({"resourceArn": arn, "tags": tags})),
                ("ListTagsForResource", json!({"resourceArn": arn})),
                ("UntagResource", json!({"resourceArn": arn, "tagKeys": ["team"]})),
            ]
            .map(|(operation, input)| stranger.send(operation, input).is_ok())
        };
        let kinds = ["domain/shop", "package-group/shop/%2a", "repository/shop/web"];
        assert_eq!(kinds.map(outcomes), [[false; 3]; 3]);
        set_domain_policy(caller, policy("Allow", "codeartifact:*Tag*", STRANGER));
        assert_eq!(kinds.map(outcomes), [[true; 3], [true; 3], [false; 3]]);
        caller.ok("DeleteDomainPermissionsPolicy", json!({"domain": "shop"}));
        set_policy(caller, "web", "Allow", "codeartifact:*Tag*", STRANGER);
        assert_eq!(kinds.map(outcomes), [[false; 3], [false; 3], [true; 3]]);
    });
}

#[test]
fn lists_of_the_account_ask_no_resource() {
    shop(&[("web", &[])], |_, caller| {
        set_domain_policy(caller, policy("Deny", "*", "*"));
        set_policy(caller, "web", "Deny", "*", "*");
        assert_eq!(caller.ok("ListDomains", json!({}))["domains"].as_array().unwrap().len(), 1);
        assert_eq!(caller.ok("ListRepositories", json!({}))["repositories"].as_array().unwrap().len(), 1);
    });
}
