//! Every operation asks whether the caller may.

use serde_json::{Value, json};
use testkit::Caller;

use crate::support::{npm, published, shop};

/// Every operation that can name another account's domain, with an input that would do in one's own.
pub fn inputs() -> Vec<(&'static str, Value)> {
    let repository = |more: Value| crate::support::of("web", more);
    let package = |more: Value| npm("web", "kit", more);
    let version = || package(json!({"packageVersion": "1.0.0"}));
    let restrictions = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
    let policy = crate::support::policy("Allow", "codeartifact:*", "arn:aws:iam::111122223333:root");
    let connection = json!({"externalConnection": "public:npmjs"});
    let mut inputs = vec![
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
        (
            "CopyPackageVersions",
            json!({"domain": "shop", "sourceRepository": "web", "destinationRepository": "other", "format": "npm",
                "package": "kit", "versions": ["1.0.0"]}),
        ),
        ("ListPackageVersionDependencies", version()),
        ("GetPackageVersionReadme", version()),
        ("ListPackageVersionAssets", version()),
        ("GetPackageVersionAsset", package(json!({"packageVersion": "1.0.0", "asset": "package.tgz"}))),
    ];
    inputs.push(("PublishPackageVersion", crate::publish::input("a.bin", '1', json!({}))));
    inputs.extend(group_inputs());
    inputs
}

/// The same, for the operations on package groups.
fn group_inputs() -> Vec<(&'static str, Value)> {
    let group = |pattern: &str, more: Value| {
        let mut input = json!({"domain": "shop", "packageGroup": pattern});
        input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        input
    };
    vec![
        ("CreatePackageGroup", group("/npm/*", json!({}))),
        ("DescribePackageGroup", group("/*", json!({}))),
        ("UpdatePackageGroup", group("/*", json!({"description": "all"}))),
        ("DeletePackageGroup", group("/pypi/*", json!({}))),
        ("ListPackageGroups", json!({"domain": "shop"})),
        ("ListSubPackageGroups", group("/*", json!({}))),
        ("ListAssociatedPackages", group("/*", json!({}))),
        ("GetAssociatedPackageGroup", json!({"domain": "shop", "format": "npm", "package": "kit"})),
        ("UpdatePackageGroupOriginConfiguration", group("/*", json!({"restrictions": {"PUBLISH": "BLOCK"}}))),
        ("ListAllowedRepositoriesForGroup", group("/*", json!({"originRestrictionType": "PUBLISH"}))),
    ]
}

/// Brings the shop into the state in which the input of an operation does.
pub fn prepare(operation: &str, caller: &Caller<'_>) {
    let policy = crate::support::policy("Allow", "codeartifact:Nothing", "*");
    match operation {
        "DeleteDomain" => {
            caller.ok("DeleteRepository", crate::support::of("web", json!({})));
        }
        "CopyPackageVersions" => {
            caller.ok("CreateRepository", crate::support::of("other", json!({})));
        }
        "DeletePackageGroup" => {
            caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": "/pypi/*"}));
        }
        "DisassociateExternalConnection" => crate::support::connect(caller, "web"),
        "GetDomainPermissionsPolicy" | "DeleteDomainPermissionsPolicy" => {
            caller.ok("PutDomainPermissionsPolicy", json!({"domain": "shop", "policyDocument": policy}));
        }
        "GetRepositoryPermissionsPolicy" | "DeleteRepositoryPermissionsPolicy" => {
            crate::support::set_policy(caller, "web", "Allow", "codeartifact:Nothing", "*");
        }
        _ => {}
    }
}

/// The first permission that an operation asks for.
pub fn first_action(operation: &str) -> String {
    let action = match operation {
        "CopyPackageVersions" => "ReadFromRepository",
        _ => operation,
    };
    format!("codeartifact:{action}")
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
                    "User: arn:aws:iam::444455556666:user/local is not authorized to perform: {} \
                     on resource: arn:aws:codeartifact:us-east-1:111122223333:",
                    first_action(operation)
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
            prepare(operation, caller);
            let mut input = input.clone();
            input["domainOwner"] = "111122223333".into();
            caller.ok(operation, input);
        });
    }
}
