//! CreateAccessPolicy, DescribeAccessPolicy, UpdateAccessPolicy, DeleteAccessPolicy, ListAccessPolicies.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::Caller;

use crate::monitor::{access_policy, portal, project, with};
use crate::plant::{INVALID, NOBODY, NOT_FOUND, each, short, text};

const ADA: &str = "arn:aws:iam::111122223333:user/ada";
const ROLE: &str = "arn:aws:iam::111122223333:role/operators";

fn input(identity: &Value, resource: &Value, permission: &str) -> Value {
    json!({
        "accessPolicyIdentity": identity, "accessPolicyResource": resource, "accessPolicyPermission": permission,
    })
}

fn on_portal(id: &str) -> Value {
    json!({ "portal": { "id": id } })
}

fn on_project(id: &str) -> Value {
    json!({ "project": { "id": id } })
}

fn listed(caller: &Caller<'_>, filter: Value) -> Vec<String> {
    let list = caller.ok("ListAccessPolicies", filter);
    list["accessPolicySummaries"].as_array().unwrap().iter().map(|policy| text(&policy["id"])).collect()
}

#[test]
fn an_access_policy_is_created_described_updated_and_deleted() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let project = project(&caller, &portal, "hall");
        for identity in [
            json!({ "user": { "id": "u-1" } }),
            json!({ "group": { "id": "g-1" } }),
            json!({ "iamUser": { "arn": ADA } }),
            json!({ "iamRole": { "arn": ROLE } }),
        ] {
            let reply =
                caller.reply("CreateAccessPolicy", input(&identity, &on_portal(&portal), "ADMINISTRATOR"));
            let service::Body::Json(body) = reply.as_ref().unwrap().body.clone() else { panic!("{reply:?}") };
            let made: Value = serde_json::from_str(&body).unwrap();
            let id = text(&made["accessPolicyId"]);
            let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:access-policy/{id}");
            assert_eq!(made, json!({ "accessPolicyId": id, "accessPolicyArn": arn }));
            assert_eq!(reply.unwrap().status, 201);
            let described = || caller.ok("DescribeAccessPolicy", json!({ "accessPolicyId": id }));
            let before = described();
            let created = before["accessPolicyCreationDate"].clone();
            assert_eq!(
                before,
                json!({
                    "accessPolicyId": id, "accessPolicyArn": arn, "accessPolicyIdentity": identity,
                    "accessPolicyResource": on_portal(&portal), "accessPolicyPermission": "ADMINISTRATOR",
                    "accessPolicyCreationDate": created, "accessPolicyLastUpdateDate": created,
                })
            );
            world.pass(Duration::from_secs(1));
            let update =
                with(input(&identity, &on_project(&project), "VIEWER"), &json!({ "accessPolicyId": id }));
            let reply = caller.reply("UpdateAccessPolicy", update).unwrap();
            assert_eq!((reply.status, reply.body), (200, service::Body::Json("{}".into())));
            let after = described();
            assert_eq!(
                (&after["accessPolicyResource"], &after["accessPolicyPermission"]),
                (&on_project(&project), &json!("VIEWER"))
            );
            assert_eq!(after["accessPolicyCreationDate"], created);
            assert_eq!(after["accessPolicyLastUpdateDate"].as_i64(), created.as_i64().map(|at| at + 1));
            assert_eq!(
                caller.reply("DeleteAccessPolicy", json!({ "accessPolicyId": id })).unwrap().status,
                204
            );
            assert_eq!(
                caller.refused("DescribeAccessPolicy", json!({ "accessPolicyId": id })).name,
                NOT_FOUND
            );
        }
    });
}

#[test]
fn an_access_policy_names_one_identity_and_one_resource() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let user = json!({ "user": { "id": "u-1" } });
        let id = access_policy(&caller, "u-2", &on_portal(&portal));
        for (identity, resource, permission, message) in [
            (
                json!({}),
                on_portal(&portal),
                "VIEWER",
                "accessPolicyIdentity is empty; give one of user, group, iamUser and iamRole",
            ),
            (
                json!({ "user": { "id": "u-1" }, "iamRole": { "arn": ROLE } }),
                on_portal(&portal),
                "VIEWER",
                "accessPolicyIdentity has user and iamRole; give one of user, group, iamUser and iamRole",
            ),
            (
                user.clone(),
                json!({}),
                "VIEWER",
                "accessPolicyResource is empty; give one of portal and project",
            ),
            (
                user.clone(),
                json!({ "portal": { "id": portal }, "project": { "id": NOBODY } }),
                "VIEWER",
                "accessPolicyResource has portal and project; give one of portal and project",
            ),
            (user.clone(), on_portal(&portal), "OWNER", "accessPolicyPermission"),
            (json!({ "user": {} }), on_portal(&portal), "VIEWER", "accessPolicyIdentity.user.id"),
            (
                json!({ "user": { "id": "a b" } }),
                on_portal(&portal),
                "VIEWER",
                "accessPolicyIdentity.user.id",
            ),
            (
                json!({ "iamUser": { "arn": "ada" } }),
                on_portal(&portal),
                "VIEWER",
                "accessPolicyIdentity.iamUser.arn",
            ),
            (user.clone(), on_portal("plant"), "VIEWER", "accessPolicyResource.portal.id"),
        ] {
            let create = input(&identity, &resource, permission);
            let update = with(create.clone(), &json!({ "accessPolicyId": id }));
            for refused in
                [caller.refused("CreateAccessPolicy", create), caller.refused("UpdateAccessPolicy", update)]
            {
                assert!(refused.name == INVALID && refused.message().contains(message), "{refused:?}");
            }
        }
        let tagged = with(input(&user, &on_portal(&portal), "VIEWER"), &json!({ "tags": { "aws:x": "" } }));
        assert_eq!(caller.refused("CreateAccessPolicy", tagged).name, INVALID);
        assert_eq!(listed(&caller, json!({ "resourceType": "PORTAL", "resourceId": portal })), [id]);
    });
}

#[test]
fn an_identity_has_one_access_policy_on_a_resource() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let project = project(&caller, &portal, "hall");
        let user = json!({ "user": { "id": "u-1" } });
        let id = access_policy(&caller, "u-1", &on_portal(&portal));
        let again = input(&user, &on_portal(&portal), "ADMINISTRATOR");
        let message = format!(
            "Access policy '{id}' is about user 'u-1' and portal '{portal}' already; update it to change the permission"
        );
        assert_eq!(short(&caller.refused("CreateAccessPolicy", again.clone())), (INVALID, &*message));
        // A group of the same id, and the same user on something else, are others.
        caller.ok(
            "CreateAccessPolicy",
            input(&json!({ "group": { "id": "u-1" } }), &on_portal(&portal), "VIEWER"),
        );
        let other = access_policy(&caller, "u-1", &on_project(&project));
        let moved = with(again.clone(), &json!({ "accessPolicyId": other }));
        assert_eq!(short(&caller.refused("UpdateAccessPolicy", moved.clone())), (INVALID, &*message));
        caller.ok("UpdateAccessPolicy", with(again, &json!({ "accessPolicyId": id })));
        caller.ok("DeleteAccessPolicy", json!({ "accessPolicyId": id }));
        caller.ok("UpdateAccessPolicy", moved);
    });
}

#[test]
fn what_an_access_policy_names_must_exist() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let id = access_policy(&caller, "u-1", &on_portal(&portal));
        let user = json!({ "user": { "id": "u-1" } });
        for resource in [on_portal(NOBODY), on_project(NOBODY), on_project(&portal)] {
            let create = input(&user, &resource, "VIEWER");
            let update = with(create.clone(), &json!({ "accessPolicyId": id }));
            assert_eq!(caller.refused("CreateAccessPolicy", create).name, NOT_FOUND, "{resource}");
            assert_eq!(caller.refused("UpdateAccessPolicy", update).name, NOT_FOUND, "{resource}");
        }
        // The policy comes before its resource, and both before a duplicate.
        let update = with(input(&user, &on_portal(NOBODY), "VIEWER"), &json!({ "accessPolicyId": NOBODY }));
        assert_eq!(
            short(&caller.refused("UpdateAccessPolicy", update)),
            (NOT_FOUND, &*format!("Access policy with id {NOBODY} not found"))
        );
        for operation in ["DescribeAccessPolicy", "DeleteAccessPolicy"] {
            assert_eq!(caller.refused(operation, json!({ "accessPolicyId": NOBODY })).name, NOT_FOUND);
            assert_eq!(caller.refused(operation, json!({ "accessPolicyId": "u-1" })).name, INVALID);
            for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")]
            {
                assert_eq!(stranger.refused(operation, json!({ "accessPolicyId": id })).name, NOT_FOUND);
                let create = input(&user, &on_portal(&portal), "VIEWER");
                assert_eq!(stranger.refused("CreateAccessPolicy", create).name, NOT_FOUND);
                let mine = json!({ "resourceType": "PORTAL", "resourceId": portal });
                assert_eq!(listed(&stranger, mine), [""; 0]);
            }
        }
    });
}

#[test]
fn access_policies_are_listed_by_identity_by_resource_or_by_both() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let project = project(&caller, &portal, "hall");
        let create = |identity: Value, resource: Value| {
            world.pass(Duration::from_millis(1));
            text(&caller.ok("CreateAccessPolicy", input(&identity, &resource, "VIEWER"))["accessPolicyId"])
        };
        let user_portal = create(json!({ "user": { "id": "x" } }), on_portal(&portal));
        let user_project = create(json!({ "user": { "id": "x" } }), on_project(&project));
        let group_portal = create(json!({ "group": { "id": "x" } }), on_portal(&portal));
        let iam_portal = create(json!({ "iamUser": { "arn": ADA } }), on_portal(&portal));
        let role_project = create(json!({ "iamRole": { "arn": ROLE } }), on_project(&project));
        let of = |filter: Value| listed(&caller, filter);
        let (at_portal, at_project) = (
            json!({ "resourceType": "PORTAL", "resourceId": portal }),
            json!({ "resourceType": "PROJECT", "resourceId": project }),
        );
        let x = json!({ "identityType": "USER", "identityId": "x" });
        assert_eq!(of(at_portal.clone()), [&*user_portal, &*group_portal, &*iam_portal]);
        assert_eq!(of(at_project.clone()), [&*user_project, &*role_project]);
        assert_eq!(of(x.clone()), [&*user_portal, &*user_project]);
        assert_eq!(of(json!({ "identityType": "GROUP", "identityId": "x" })), [&*group_portal]);
        assert_eq!(of(json!({ "identityType": "IAM", "iamArn": ADA })), [&*iam_portal]);
        assert_eq!(of(json!({ "identityType": "IAM", "iamArn": ROLE })), [&*role_project]);
        assert_eq!(of(with(x.clone(), &at_project)), [&*user_project]);
        assert_eq!(of(json!({ "identityType": "USER", "identityId": "y" })), [""; 0]);
        assert_eq!(of(json!({ "resourceType": "PORTAL", "resourceId": project })), [""; 0]);
        let summary = &caller.ok("ListAccessPolicies", x.clone())["accessPolicySummaries"][0];
        assert_eq!(
            *summary,
            json!({
                "id": user_portal, "identity": { "user": { "id": "x" } }, "resource": on_portal(&portal),
                "permission": "VIEWER", "creationDate": 1_700_000_000.001, "lastUpdateDate": 1_700_000_000.001,
            })
        );
        let first = caller.ok("ListAccessPolicies", with(at_portal.clone(), &json!({ "maxResults": 2 })));
        let token = json!({ "nextToken": first["nextToken"] });
        assert_eq!(of(with(at_portal.clone(), &token)), [&*iam_portal]);
        let pages =
            caller.pages("ListAccessPolicies", &with(x.clone(), &json!({ "maxResults": 1 })), "nextToken");
        assert_eq!(pages.len(), 2);
        for other in [&at_project, &x] {
            assert_eq!(caller.refused("ListAccessPolicies", with(other.clone(), &token)).name, INVALID);
        }
    });
}

#[test]
fn a_list_of_access_policies_takes_complete_pairs() {
    each(|world| {
        let caller = world.caller();
        for (filter, message) in [
            (json!({}), "give identityType with identityId or iamArn, or resourceType with resourceId"),
            (json!({ "identityType": "USER" }), "identityType USER takes identityId, and no iamArn"),
            (
                json!({ "identityType": "GROUP", "iamArn": ADA }),
                "identityType GROUP takes identityId, and no iamArn",
            ),
            (
                json!({ "identityType": "USER", "identityId": "x", "iamArn": ADA }),
                "identityType USER takes identityId, and no iamArn",
            ),
            (
                json!({ "identityType": "IAM", "identityId": "x" }),
                "identityType IAM takes iamArn, and no identityId",
            ),
            (
                json!({ "identityId": "x" }),
                "identityType is missing: USER or GROUP for identityId, IAM for iamArn",
            ),
            (
                json!({ "iamArn": ADA }),
                "identityType is missing: USER or GROUP for identityId, IAM for iamArn",
            ),
            (json!({ "resourceType": "PORTAL" }), "resourceType PORTAL takes resourceId, which is missing"),
            (json!({ "resourceId": NOBODY }), "resourceType is missing: PORTAL or PROJECT for resourceId"),
            (
                json!({ "identityType": "USER", "identityId": "x", "resourceType": "PROJECT" }),
                "resourceType PROJECT takes resourceId, which is missing",
            ),
        ] {
            assert_eq!(
                short(&caller.refused("ListAccessPolicies", filter.clone())),
                (INVALID, message),
                "{filter}"
            );
        }
        for bad in [
            json!({ "identityType": "ROBOT", "identityId": "x" }),
            json!({ "resourceType": "ASSET", "resourceId": NOBODY }),
            json!({ "resourceType": "PORTAL", "resourceId": "plant" }),
            json!({ "resourceType": "PORTAL", "resourceId": NOBODY, "maxResults": 251 }),
            json!({ "resourceType": "PORTAL", "resourceId": NOBODY, "nextToken": "" }),
        ] {
            assert_eq!(caller.refused("ListAccessPolicies", bad.clone()).name, INVALID, "{bad}");
        }
    });
}

#[test]
fn the_longest_identities_are_kept() {
    each(|world| {
        let caller = world.caller().in_region("r0123456789-0123456789-0123456789-0123456789-01234");
        let portal = portal(&caller, "plant");
        let wide: String = (0..256).map(|n| char::from_u32(0x2_0000 + n * 7919 % 42_000).unwrap()).collect();
        // Letters none like the one before, which a database cannot make shorter.
        let letter =
            |n: u32| char::from(b'a' + u8::try_from((n.wrapping_mul(2_654_435_761) >> 9) % 26).unwrap());
        let arn = format!("arn:aws:iam::111122223333:role/{}", (0..1569).map(letter).collect::<String>());
        assert_eq!(arn.len(), 1600);
        for identity in [json!({ "user": { "id": wide } }), json!({ "iamRole": { "arn": arn } })] {
            caller.ok("CreateAccessPolicy", input(&identity, &on_portal(&portal), "VIEWER"));
        }
        let by_arn = json!({ "identityType": "IAM", "iamArn": arn });
        assert_eq!(listed(&caller, by_arn).len(), 1);
        assert_eq!(listed(&caller, json!({ "identityType": "USER", "identityId": wide })).len(), 1);
    });
}
