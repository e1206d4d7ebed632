//! Permissions policies: kept with their revision, replaced, deleted, and gone with what they hang on.

use serde_json::{Value, json};

use crate::support::{OWNER, of, policy, reason, resource, set_policy, shop};

const STRANGER: &str = "444455556666";
const SHOP: &str = "arn:aws:codeartifact:us-east-1:111122223333:domain/shop";
const WEB: &str = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web";

/// The operations on the policy of a domain or a repository, and the members that name it.
fn holders() -> [(&'static str, Value, &'static str); 2] {
    [("Domain", json!({"domain": "shop"}), SHOP), ("Repository", of("web", json!({})), WEB)]
}

fn with(input: &Value, more: Value) -> Value {
    let mut input = input.clone();
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

#[test]
fn a_policy_is_given_back_as_it_was_put() {
    for (kind, named, arn) in holders() {
        shop(&[("web", &[])], |_, caller| {
            let document = format!(" {}\n", policy("Allow", "codeartifact:*", STRANGER));
            let put = caller.ok(
                &format!("Put{kind}PermissionsPolicy"),
                with(&named, json!({"policyDocument": document})),
            );
            assert_eq!(put["policy"]["resourceArn"], arn);
            assert_eq!(put["policy"]["document"], document.as_str());
            assert_eq!(caller.ok(&format!("Get{kind}PermissionsPolicy"), named.clone()), put);
            assert_eq!(caller.ok(&format!("Delete{kind}PermissionsPolicy"), named.clone()), put);
            for operation in ["Get", "Delete"] {
                let refusal = caller.refused(&format!("{operation}{kind}PermissionsPolicy"), named.clone());
                let name = if kind == "Domain" { "shop" } else { "web" };
                let kind = kind.to_lowercase();
                assert_eq!(resource(&refusal), ("ResourceNotFoundException", kind.as_str(), name));
                assert_eq!(refusal.message(), format!("{arn} has no permissions policy"));
            }
        });
    }
}

#[test]
fn a_revision_that_is_not_current_conflicts() {
    for (kind, named, _) in holders() {
        shop(&[("web", &[])], |_, caller| {
            let put = format!("Put{kind}PermissionsPolicy");
            let document = policy("Allow", "codeartifact:*", STRANGER);
            let input = |revision: &str| {
                with(&named, json!({"policyDocument": document, "policyRevision": revision}))
            };
            assert_eq!(caller.refused(&put, input("1")).name, "ConflictException", "there is none yet");
            let first = caller.ok(&put, with(&named, json!({"policyDocument": document})));
            let first = first["policy"]["revision"].as_str().unwrap();
            let second = caller.ok(&put, input(first));
            let second = second["policy"]["revision"].as_str().unwrap();
            assert_ne!(first, second, "each change has a revision of its own");
            let refusal = caller.refused(&put, input(first));
            assert_eq!((refusal.name.as_str(), refusal.status), ("ConflictException", 409));
            assert!(refusal.message().contains(second), "{}", refusal.message());
            let delete = format!("Delete{kind}PermissionsPolicy");
            let stale = caller.refused(&delete, with(&named, json!({"policyRevision": first})));
            assert_eq!(stale.name, "ConflictException");
            caller.ok(&delete, with(&named, json!({"policyRevision": second})));
        });
    }
}

#[test]
fn a_document_that_is_no_policy_is_refused_and_changes_nothing() {
    for (kind, named, _) in holders() {
        shop(&[("web", &[])], |_, caller| {
            let put = format!("Put{kind}PermissionsPolicy");
            let before = caller
                .ok(&put, with(&named, json!({"policyDocument": policy("Allow", "codeartifact:*", "*")})));
            for (document, fault) in [
                ("nonsense", "the document is not well-formed JSON"),
                ("{}", "the document has no Statement"),
                (
                    r#"{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}}"#,
                    "the document has no Version",
                ),
                (
                    r#"{"Version": "2012-10-17", "Statement": {"Effect": "Perhaps"}}"#,
                    "Statement.Effect must be Allow",
                ),
                (
                    r#"{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}"#,
                    "Statement[0] has neither Principal nor NotPrincipal",
                ),
            ] {
                let refusal = caller.refused(&put, with(&named, json!({"policyDocument": document})));
                assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
                let sentence = format!("policyDocument is not a valid policy: {fault}");
                assert!(refusal.message().starts_with(&sentence), "{}", refusal.message());
            }
            let long = policy("Allow", &format!("codeartifact:{}", "x".repeat(7168)), "*");
            let refusal = caller.refused(&put, with(&named, json!({"policyDocument": long})));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
            assert_eq!(caller.ok(&format!("Get{kind}PermissionsPolicy"), named.clone()), before);
        });
    }
}

#[test]
fn what_does_not_exist_has_no_policy_and_takes_none() {
    shop(&[("web", &[])], |_, caller| {
        let document = policy("Allow", "codeartifact:*", "*");
        for (kind, named) in [
            ("Domain", json!({"domain": "none"})),
            ("Repository", json!({"domain": "none", "repository": "web"})),
            ("Repository", of("none", json!({}))),
        ] {
            for operation in ["Put", "Get", "Delete"] {
                let mut input = named.clone();
                if operation == "Put" {
                    input["policyDocument"] = document.as_str().into();
                }
                let refusal = caller.refused(&format!("{operation}{kind}PermissionsPolicy"), input);
                let (name, _, id) = resource(&refusal);
                assert_eq!((name, id), ("ResourceNotFoundException", "none"));
            }
        }
    });
}

#[test]
fn a_policy_goes_with_what_it_hangs_on() {
    shop(&[("web", &[])], |_, caller| {
        let named = of("web", json!({}));
        set_policy(caller, "web", "Deny", "codeartifact:DescribeRepository", "*");
        assert_eq!(caller.refused("DescribeRepository", named.clone()).name, "AccessDeniedException");
        caller.ok("DeleteRepository", named.clone());
        caller.ok("CreateRepository", named.clone());
        caller.ok("DescribeRepository", named.clone());
        assert_eq!(
            caller.refused("GetRepositoryPermissionsPolicy", named.clone()).name,
            "ResourceNotFoundException"
        );

        let document = policy("Deny", "codeartifact:DescribeDomain", "*");
        caller.ok("PutDomainPermissionsPolicy", json!({"domain": "shop", "policyDocument": document}));
        assert_eq!(caller.refused("DescribeDomain", json!({"domain": "shop"})).name, "AccessDeniedException");
        caller.ok("DeleteRepository", named);
        caller.ok("DeleteDomain", json!({"domain": "shop"}));
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        caller.ok("DescribeDomain", json!({"domain": "shop"}));
    });
}

#[test]
fn an_owner_who_denied_everyone_can_still_repair_the_policy() {
    for (kind, named, _) in holders() {
        shop(&[("web", &[])], |_, caller| {
            let put = format!("Put{kind}PermissionsPolicy");
            caller.ok(&put, with(&named, json!({"policyDocument": policy("Deny", "*", "*")})));
            let refusal = caller.refused(&format!("Get{kind}PermissionsPolicy"), named.clone());
            assert_eq!(refusal.name, "AccessDeniedException");
            assert!(refusal.message().ends_with("with an explicit deny in a resource-based policy"));
            let refusal = caller.refused(&format!("Delete{kind}PermissionsPolicy"), named.clone());
            assert_eq!(refusal.name, "AccessDeniedException");
            caller.ok(&put, with(&named, json!({"policyDocument": policy("Allow", "*", STRANGER)})));
            caller.ok(&format!("Get{kind}PermissionsPolicy"), named.clone());
        });
    }
}

#[test]
fn no_policy_lets_another_account_set_policies() {
    for (kind, named, _) in holders() {
        shop(&[("web", &[])], |_, caller| {
            let put = format!("Put{kind}PermissionsPolicy");
            let input =
                with(&named, json!({"policyDocument": policy("Allow", "*", STRANGER), "domainOwner": OWNER}));
            caller.ok(&put, input.clone());
            let stranger = caller.clone().of_account(STRANGER);
            assert_eq!(stranger.refused(&put, input.clone()).name, "AccessDeniedException");
            let named = with(&named, json!({"domainOwner": OWNER}));
            stranger.ok(&format!("Get{kind}PermissionsPolicy"), named.clone());
            stranger.ok(&format!("Delete{kind}PermissionsPolicy"), named);
        });
    }
}
