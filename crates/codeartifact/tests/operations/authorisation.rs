//! Every operation asks whether the caller may.

use serde_json::{Value, json};

use crate::support::{npm, published, shop};

/// Every operation that can name another account's domain, with an input that would do in one's own.
fn inputs() -> Vec<(&'static str, Value)> {
    let repository = |more: Value| crate::support::of("web", more);
    let package = |more: Value| npm("web", "kit", more);
    let version = || package(json!({"packageVersion": "1.0.0"}));
    let restrictions = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    let policy = crate::support::policy("Allow", "codeartifact:*", "arn:aws:iam::111122223333:root");
    let connection = json!({"externalConnection": "public:npmjs"});
    vec![
        ("DescribeDomain", json!({"domain": "shop"})),
        ("DeleteDomain", json!({"domain": "shop"})),
        ("CreateRepository", json!({"domain": "shop", "repository": "new"})),
        ("DescribeRepository", repository(json!({}))),
        ("UpdateRepository", repository(json!({"description": "ours"}))),
        ("DeleteRepository", repository(json!({}))),
        ("ListRepositoriesInDomain", json!({"domain": "shop"})),
        ("AssociateExternalConnection", repository(connection.clone())),
        ("DisassociateExternalConnection", repository(connection)),
        ("GetRepositoryEndpoint", repository(json!({"format": "npm"}))),
        ("GetAuthorizationToken", json!({"domain": "shop"})),
        ("GetDomainPermissionsPolicy", json!({"domain": "shop"})),
        ("PutDomainPermissionsPolicy", json!({"domain": "shop", "policyDocument": policy})),
        ("DeleteDomainPermissionsPolicy", json!({"domain": "shop"})),
        ("GetRepositoryPermissionsPolicy", repository(json!({}))),
        ("PutRepositoryPermissionsPolicy", repository(json!({"policyDocument": policy}))),
        ("DeleteRepositoryPermissionsPolicy", repository(json!({}))),
        ("ListPackages", repository(json!({}))),
        ("DescribePackage", package(json!({}))),
        ("DeletePackage", package(json!({}))),
        ("PutPackageOriginConfiguration", package(restrictions)),
        ("ListPackageVersions", package(json!({}))),
        ("DescribePackageVersion", version()),
        ("UpdatePackageVersionsStatus", package(json!({"versions": ["1.0.0"], "targetStatus": "Archived"}))),
        ("DisposePackageVersions", package(json!({"versions": ["1.0.0"]}))),
        ("DeletePackageVersions", package(json!({"versions": ["1.0.0"]}))),
        ("ListPackageVersionDependencies", version()),
        ("GetPackageVersionReadme", version()),
        ("ListPackageVersionAssets", version()),
        ("GetPackageVersionAsset", package(json!({"packageVersion": "1.0.0", "asset": "package.tgz"}))),
    ]
}

/// Operations on an ARN.
fn arn_inputs(arn: &str) -> Vec<(&'static str, Value)> {
    vec![
        ("ListTagsForResource", json!({"resourceArn": arn})),
        ("TagResource", json!({"resourceArn": arn, "tags": [{"key": "k", "value": "v"}]})),
        ("UntagResource", json!({"resourceArn": arn, "tagKeys": ["k"]})),
    ]
}

#[test]
fn another_account_is_denied_whether_or_not_the_domain_exists() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let stranger = caller.clone().of_account("444455556666");
        let existing = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web";
        let absent = "arn:aws:codeartifact:us-east-1:111122223333:domain/none";
        let mut tried = Vec::new();
        for (operation, input) in inputs() {
            for domain in ["shop", "none"] {
                let mut input = input.clone();
                input["domainOwner"] = "111122223333".into();
                input["domain"] = domain.into();
                let refusal = stranger.refused(operation, input);
                assert_eq!(
                    (refusal.name.as_str(), refusal.status),
                    ("AccessDeniedException", 403),
                    "{operation}"
                );
                let sentence = format!(
                    "User: arn:aws:iam::444455556666:user/local is not authorized to perform: codeartifact:{operation} \
                     on resource: arn:aws:codeartifact:us-east-1:111122223333:"
                );
                assert!(refusal.message().starts_with(&sentence), "{}", refusal.message());
            }
            tried.push(operation);
        }
        for (operation, input) in arn_inputs(existing).into_iter().chain(arn_inputs(absent)) {
            assert_eq!(stranger.refused(operation, input).name, "AccessDeniedException", "{operation}");
            tried.push(operation);
        }
        // These three name no owner: they are about the caller's own account.
        tried.extend(["CreateDomain", "ListDomains", "ListRepositories"]);
        for spec in world.table().specs() {
            assert_eq!(
                world.table().implements(spec),
                tried.contains(&spec.name),
                "{} needs a case of authorisation here",
                spec.name
            );
        }
    });
}

#[test]
fn without_an_owner_another_accounts_domain_is_not_found() {
    shop(&[("web", &[])], |_, caller| {
        let stranger = caller.clone().of_account("444455556666");
        let refusal = stranger.refused("DescribeDomain", json!({"domain": "shop"}));
        assert_eq!(refusal.name, "ResourceNotFoundException");
        assert_eq!(stranger.ok("ListDomains", json!({})), json!({"domains": []}));
        assert_eq!(stranger.ok("ListRepositories", json!({})), json!({"repositories": []}));
    });
}

#[test]
fn the_inputs_of_these_tests_work_in_ones_own_account() {
    for (operation, input) in inputs() {
        shop(&[("web", &[])], |world, caller| {
            published(world, caller, "web", "kit", "1.0.0");
            let own_only = match operation {
                "DeleteDomain" => caller.ok("DeleteRepository", crate::support::of("web", json!({}))),
                "DisassociateExternalConnection" => {
                    crate::support::connect(caller, "web");
                    Value::Null
                }
                "GetDomainPermissionsPolicy" | "DeleteDomainPermissionsPolicy" => {
                    let policy = crate::support::policy("Allow", "codeartifact:*", "*");
                    caller.ok("PutDomainPermissionsPolicy", json!({"domain": "shop", "policyDocument": policy}))
                }
                "GetRepositoryPermissionsPolicy" | "DeleteRepositoryPermissionsPolicy" => {
                    crate::support::set_policy(caller, "web", "Allow", "codeartifact:*", "*");
                    Value::Null
                }
                _ => Value::Null,
            };
            drop(own_only);
            let mut input = input.clone();
            input["domainOwner"] = "111122223333".into();
            caller.ok(operation, input);
        });
    }
}
