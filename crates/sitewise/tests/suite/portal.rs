//! CreatePortal, DescribePortal, UpdatePortal, DeletePortal, ListPortals, and logos.

use std::time::Duration;

use serde_json::{Value, json};
use sitewise::portal::logo;
use testkit::{Caller, World};

use crate::monitor::{ROLE, access_policy, names_of, portal, portal_input, project, with};
use crate::plant::{CONFLICT, INVALID, LIMIT, NOBODY, NOT_FOUND, each, short, text};

/// The first eight bytes of every PNG, and two more.
const PNG: &str = "iVBORw0KGgoAAA==";

/// The base64 of a picture of so many bytes; nothing after its first eight is looked at.
fn png(bytes: usize) -> String {
    use base64::Engine as _;
    let mut image = b"\x89PNG\r\n\x1a\n".to_vec();
    image.resize(bytes, 0);
    base64::engine::general_purpose::STANDARD.encode(image)
}

fn described(caller: &Caller<'_>, id: &str) -> Value {
    caller.ok("DescribePortal", json!({ "portalId": id }))
}

/// What is found where a description says that the logo is.
fn logo_at(world: &World, url: &str) -> Option<Vec<u8>> {
    let path = url.strip_prefix("http://127.0.0.1:4566").unwrap().to_owned();
    let installation = world.caller().call().installation;
    world.store().read_blocking(move |tx| logo::read(tx, &installation, &path)).unwrap()
}

#[test]
fn a_portal_is_created_and_described() {
    each(|world| {
        let caller = world.caller();
        let made = caller.ok("CreatePortal", portal_input("plant"));
        let id = text(&made["portalId"]);
        let digits = id.replace('-', "");
        assert_eq!(
            made,
            json!({
                "portalId": id, "portalArn": format!("arn:aws:iotsitewise:us-east-1:111122223333:portal/{id}"),
                "portalStartUrl": format!("http://127.0.0.1:4566/portal/{id}"),
                "portalStatus": { "state": "CREATING" },
                "ssoApplicationId": format!("ins-{}", &digits[..16]),
            })
        );
        assert_eq!(
            described(&caller, &id),
            json!({
                "portalId": id, "portalArn": made["portalArn"], "portalName": "plant",
                "portalClientId": format!("E-{}_{}", &digits[..12], &digits[12..24]),
                "portalStartUrl": made["portalStartUrl"], "portalContactEmail": "ops@example.com",
                "portalStatus": { "state": "ACTIVE" }, "portalCreationDate": 1_700_000_000,
                "portalLastUpdateDate": 1_700_000_000, "roleArn": ROLE, "portalAuthMode": "SSO",
                "portalType": "SITEWISE_PORTAL_V1",
            })
        );
        assert_eq!(caller.reply("CreatePortal", portal_input("plant")).unwrap().status, 202);
    });
}

#[test]
fn everything_that_is_said_about_a_portal_is_kept_and_goes_when_left_out() {
    each(|world| {
        let caller = world.caller();
        let more = json!({
            "portalDescription": "all halls", "portalAuthMode": "IAM", "portalType": "SITEWISE_PORTAL_V2",
            "portalTypeConfiguration": { "PortalTools": { "portalTools": ["ASSISTANT", "DASHBOARD"] }, "x": {} },
            "notificationSenderEmail": "alarms@example.com",
            "alarms": { "alarmRoleArn": ROLE, "notificationLambdaArn": "arn:aws:lambda:us-east-1:111122223333:function:f" },
            "portalLogoImageFile": { "data": PNG, "type": "PNG" },
        });
        let id = text(&caller.ok("CreatePortal", with(portal_input("plant"), &more))["portalId"]);
        let before = described(&caller, &id);
        for kept in ["portalDescription", "portalAuthMode", "portalType", "portalTypeConfiguration"] {
            assert_eq!(before[kept], more[kept], "{kept}");
        }
        assert_eq!(
            (&before["alarms"], &before["notificationSenderEmail"]),
            (&more["alarms"], &more["notificationSenderEmail"])
        );
        world.pass(Duration::from_secs(1));
        let update =
            with(portal_input("other"), &json!({ "portalId": id, "portalContactEmail": "it@example.com" }));
        assert_eq!(
            caller.ok("UpdatePortal", update.clone()),
            json!({ "portalStatus": { "state": "UPDATING" } })
        );
        assert_eq!(caller.reply("UpdatePortal", update).unwrap().status, 202);
        let after = described(&caller, &id);
        for gone in [
            "portalDescription",
            "portalTypeConfiguration",
            "notificationSenderEmail",
            "alarms",
            "portalLogoImageLocation",
        ] {
            assert_eq!(after.get(gone), None, "{gone}");
        }
        assert_eq!(
            (&after["portalName"], &after["portalContactEmail"]),
            (&json!("other"), &json!("it@example.com"))
        );
        // The way to sign in is fixed, and a type that is left out stays.
        assert_eq!(
            (&after["portalAuthMode"], &after["portalType"]),
            (&json!("IAM"), &json!("SITEWISE_PORTAL_V2"))
        );
        for same in ["portalId", "portalClientId", "portalStartUrl", "portalCreationDate"] {
            assert_eq!(after[same], before[same], "{same}");
        }
        assert_eq!(after["portalLastUpdateDate"], 1_700_000_001);
    });
}

#[test]
fn a_logo_is_kept_by_its_id_replaced_by_a_file_and_gone_when_left_out() {
    each(|world| {
        let caller = world.caller();
        let id = portal(&caller, "plant");
        let update = |image: Value| {
            caller.send(
                "UpdatePortal",
                with(portal_input("plant"), &json!({ "portalId": id, "portalLogoImage": image })),
            )
        };
        let location = || described(&caller, &id)["portalLogoImageLocation"].clone();
        update(json!({ "file": { "data": PNG, "type": "PNG" } })).unwrap();
        let first = location();
        assert_eq!(logo_at(world, first["url"].as_str().unwrap()), Some(b"\x89PNG\r\n\x1a\n\0\0".to_vec()));
        update(json!({ "id": first["id"] })).unwrap();
        assert_eq!(location(), first);
        update(json!({ "file": { "data": png(20), "type": "PNG" } })).unwrap();
        let second = location();
        assert_ne!(second["id"], first["id"]);
        assert_eq!(logo_at(world, first["url"].as_str().unwrap()), None, "the first logo is gone");
        let refused = update(json!({ "id": first["id"] })).unwrap_err();
        assert_eq!(
            short(&refused),
            (NOT_FOUND, &*format!("Image with id {} is not the logo of portal {id}", text(&first["id"])))
        );
        for bad in [json!({}), json!({ "id": second["id"], "file": { "data": PNG, "type": "PNG" } })] {
            assert_eq!(update(bad.clone()).unwrap_err().name, INVALID, "{bad}");
        }
        assert_eq!(location(), second, "what was refused changes nothing");
        update(Value::Null).unwrap();
        assert_eq!(location(), Value::Null);
        assert_eq!(logo_at(world, second["url"].as_str().unwrap()), None);
    });
}

#[test]
fn a_logo_is_a_png_smaller_than_a_megabyte() {
    each(|world| {
        let caller = world.caller();
        let create = |data: &str, kind: &str| {
            let image = json!({ "portalLogoImageFile": { "data": data, "type": kind } });
            caller.send("CreatePortal", with(portal_input("plant"), &image))
        };
        assert!(create(&png(1024 * 1024 - 1), "PNG").is_ok());
        let refused = create(&png(1024 * 1024), "PNG").unwrap_err();
        assert_eq!(
            short(&refused),
            (INVALID, "the image file has 1048576 bytes; a logo is smaller than 1 MB (1048576 bytes)")
        );
        // A GIF, nothing, something that is no base64, and another type than the only one.
        for (data, kind) in
            [("R0lGODlhAQABAAAA", "PNG"), ("", "PNG"), ("%", "PNG"), (PNG, "GIF"), (PNG, "png")]
        {
            assert_eq!(create(data, kind).unwrap_err().name, INVALID, "{data} {kind}");
        }
        assert_eq!(caller.ok("ListPortals", json!({}))["portalSummaries"].as_array().unwrap().len(), 1);
    });
}

#[test]
fn the_address_of_a_logo_is_good_for_fifteen_minutes() {
    each(|world| {
        let caller = world.caller();
        let image = json!({ "portalLogoImageFile": { "data": PNG, "type": "PNG" } });
        let id = text(&caller.ok("CreatePortal", with(portal_input("plant"), &image))["portalId"]);
        let url = || text(&described(&caller, &id)["portalLogoImageLocation"]["url"]);
        let first = url();
        world.pass(Duration::from_millis(15 * 60 * 1000 - 1));
        assert!(logo_at(world, &first).is_some());
        world.pass(Duration::from_millis(1));
        assert_eq!(logo_at(world, &first), None);
        assert!(logo_at(world, &url()).is_some(), "each description has a fresh address");
        for forged in [
            url().replace("us-east-1", "eu-west-1"),
            url() + "0",
            "http://127.0.0.1:4566/_homeregion/portal-logo/".into(),
        ] {
            assert_eq!(logo_at(world, &forged), None, "{forged}");
        }
    });
}

#[test]
fn what_a_portal_cannot_be_is_refused() {
    each(|world| {
        let caller = world.caller();
        let id = portal(&caller, "plant");
        for more in [
            json!({ "portalName": null }),
            json!({ "portalName": "a\nb" }),
            json!({ "portalContactEmail": "nobody" }),
            json!({ "portalContactEmail": "a@b" }),
            json!({ "portalContactEmail": null }),
            json!({ "roleArn": "Monitor" }),
            json!({ "roleArn": null }),
            json!({ "portalType": "V2" }),
            json!({ "portalTypeConfiguration": { "": {} } }),
            json!({ "notificationSenderEmail": "alarms@example.com" }),
            json!({ "alarms": {} }),
            json!({ "clientToken": "short" }),
        ] {
            let create = with(portal_input("plant"), &more);
            assert_eq!(caller.refused("CreatePortal", create.clone()).name, INVALID, "{more}");
            assert_eq!(
                caller.refused("UpdatePortal", with(create, &json!({ "portalId": id }))).name,
                INVALID,
                "{more}"
            );
        }
        let refused =
            caller.refused("CreatePortal", with(portal_input("plant"), &json!({ "portalAuthMode": "NONE" })));
        assert_eq!(refused.name, INVALID);
        let sender = with(portal_input("plant"), &json!({ "notificationSenderEmail": "alarms@example.com" }));
        assert_eq!(
            short(&caller.refused("CreatePortal", sender)),
            (INVALID, "notificationSenderEmail needs alarms: without them nothing is sent")
        );
        let tagged = with(portal_input("plant"), &json!({ "tags": { "aws:x": "1" } }));
        assert_eq!(caller.refused("CreatePortal", tagged).name, INVALID);
        assert_eq!(names_of(&[caller.ok("ListPortals", json!({}))], "portalSummaries"), ["plant"]);
    });
}

#[test]
fn an_unknown_portal_is_not_found_whatever_else_is_wrong() {
    each(|world| {
        let caller = world.caller();
        let update = |id: &str| {
            with(portal_input("plant"), &json!({ "portalId": id, "notificationSenderEmail": "a@b.cd" }))
        };
        for (operation, input) in [
            ("DescribePortal", json!({ "portalId": NOBODY })),
            ("UpdatePortal", update(NOBODY)),
            ("DeletePortal", json!({ "portalId": NOBODY })),
        ] {
            let refused = caller.refused(operation, input);
            assert_eq!(
                short(&refused),
                (NOT_FOUND, &*format!("Portal with id {NOBODY} not found")),
                "{operation}"
            );
        }
        let id = portal(&caller, "plant");
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            assert_eq!(stranger.refused("DescribePortal", json!({ "portalId": id })).name, NOT_FOUND);
            assert_eq!(stranger.refused("UpdatePortal", update(&id)).name, NOT_FOUND);
            assert_eq!(stranger.refused("DeletePortal", json!({ "portalId": id })).name, NOT_FOUND);
            assert_eq!(stranger.ok("ListPortals", json!({})), json!({ "portalSummaries": [] }));
        }
        for bad in ["plant", &id.to_uppercase(), "externalId:plant-1", "00000000-0000-0000-0000-000000000000"]
        {
            for operation in ["DescribePortal", "DeletePortal"] {
                assert_eq!(
                    caller.refused(operation, json!({ "portalId": bad })).name,
                    INVALID,
                    "{operation} {bad}"
                );
            }
        }
    });
}

#[test]
fn a_portal_goes_when_nothing_is_left_in_it() {
    each(|world| {
        let caller = world.caller();
        let tagged = with(portal_input("plant"), &json!({ "tags": { "a": "1" } }));
        let id = text(&caller.ok("CreatePortal", tagged)["portalId"]);
        let hall = project(&caller, &id, "hall");
        let policy = access_policy(&caller, "u1", &json!({ "portal": { "id": id } }));
        let delete = || caller.send("DeletePortal", json!({ "portalId": id }));
        let refused = delete().unwrap_err();
        assert_eq!(
            short(&refused),
            (
                CONFLICT,
                &*format!(
                    "Portal '{id}' has the project '{hall}'; delete its projects, then its access policies, before the portal"
                )
            )
        );
        assert_eq!(refused.body["resourceId"], id);
        assert_eq!(refused.body["resourceArn"], described(&caller, &id)["portalArn"]);
        caller.ok("DeleteProject", json!({ "projectId": hall }));
        let refused = delete().unwrap_err();
        assert!(refused.name == CONFLICT && refused.message().contains(&policy), "{refused:?}");
        caller.ok("DeleteAccessPolicy", json!({ "accessPolicyId": policy }));
        assert_eq!(delete().unwrap(), json!({ "portalStatus": { "state": "DELETING" } }));
        assert_eq!(delete().unwrap_err().name, NOT_FOUND);
        assert_eq!(caller.ok("ListPortals", json!({})), json!({ "portalSummaries": [] }));
    });
}

#[test]
fn portals_are_listed_by_page_in_the_order_of_their_creation() {
    each(|world| {
        let caller = world.caller();
        for name in ["c", "a", "b"] {
            let input = with(portal_input(name), &json!({ "portalDescription": "d" }));
            caller.ok("CreatePortal", input);
            world.pass(Duration::from_millis(1));
        }
        let pages = caller.pages("ListPortals", &json!({ "maxResults": 2 }), "nextToken");
        assert_eq!(names_of(&pages, "portalSummaries"), ["c", "a", "b"]);
        assert_eq!(pages.len(), 2);
        let first = &pages[0]["portalSummaries"][0];
        let id = text(&first["id"]);
        assert_eq!(
            *first,
            json!({
                "id": id, "name": "c", "description": "d", "startUrl": format!("http://127.0.0.1:4566/portal/{id}"),
                "creationDate": 1_700_000_000, "lastUpdateDate": 1_700_000_000, "roleArn": ROLE,
                "status": { "state": "ACTIVE" }, "portalType": "SITEWISE_PORTAL_V1",
            })
        );
        for bad in [
            json!({ "nextToken": "" }),
            json!({ "nextToken": "AAAA" }),
            json!({ "maxResults": 0 }),
            json!({ "maxResults": 251 }),
        ] {
            assert_eq!(caller.refused("ListPortals", bad.clone()).name, INVALID, "{bad}");
        }
        let token = &pages[0]["nextToken"];
        let elsewhere = caller.clone().in_region("eu-west-1");
        assert_eq!(elsewhere.refused("ListPortals", json!({ "nextToken": token })).name, INVALID);
    });
}

#[test]
fn an_account_has_up_to_a_hundred_portals() {
    each(|world| {
        let caller = world.caller();
        for i in 0..100 {
            portal(&caller, &format!("p{i}"));
        }
        let refused = caller.refused("CreatePortal", portal_input("one more"));
        assert_eq!(
            (refused.status, short(&refused)),
            (410, (LIMIT, "The account has 100 portals in this Region; no more are allowed"))
        );
        portal(&caller.clone().in_region("eu-west-1"), "elsewhere");
    });
}

#[test]
fn a_token_creates_one_portal() {
    each(|world| {
        let caller = world.caller();
        let token = "0123456789abcdef0123456789abcdef0123";
        let input = with(portal_input("plant"), &json!({ "clientToken": token }));
        let made = caller.ok("CreatePortal", input.clone());
        assert_eq!(caller.ok("CreatePortal", input), made);
        let other = with(portal_input("other"), &json!({ "clientToken": token }));
        assert_eq!(caller.refused("CreatePortal", other).name, INVALID);
        let delete = json!({ "portalId": made["portalId"], "clientToken": token });
        let deleted = caller.ok("DeletePortal", delete.clone());
        assert_eq!(caller.ok("DeletePortal", delete), deleted);
        assert_eq!(caller.ok("ListPortals", json!({})), json!({ "portalSummaries": [] }));
    });
}

#[test]
fn passing_states_last_as_long_as_the_operator_says() {
    each(|world| {
        let caller = world.caller().installed(|installation| installation.propagation_ms = 1000);
        let id = portal(&caller, "plant");
        let state = || text(&described(&caller, &id)["portalStatus"]["state"]);
        let pass = || {
            world.pass(Duration::from_secs(1));
            let steps = |tx: &mut store::Tx| Ok((sitewise::is_due(tx)?, sitewise::reconcile(tx, 10)?));
            let stepped: Result<(bool, usize), store::Error> = world.store().write_blocking(steps);
            assert_eq!(stepped.unwrap(), (true, 1));
        };
        let update = || caller.send("UpdatePortal", with(portal_input("plant"), &json!({ "portalId": id })));
        let delete = || caller.send("DeletePortal", json!({ "portalId": id }));
        let refused = update().unwrap_err();
        assert_eq!(
            short(&refused),
            (CONFLICT, &*format!("Portal '{id}' is CREATING; wait until it is ACTIVE"))
        );
        assert_eq!((state().as_str(), refused.body["resourceId"].as_str()), ("CREATING", Some(&*id)));
        pass();
        assert_eq!(state(), "ACTIVE");
        update().unwrap();
        assert_eq!((state().as_str(), delete().unwrap_err().name.as_str()), ("UPDATING", CONFLICT));
        pass();
        delete().unwrap();
        assert_eq!((state().as_str(), delete().unwrap_err().name.as_str()), ("DELETING", CONFLICT));
        let late = json!({ "portalId": id, "projectName": "late" });
        assert_eq!(
            short(&caller.refused("CreateProject", late)),
            (INVALID, &*format!("Portal '{id}' is DELETING; nothing can be created in it"))
        );
        pass();
        assert_eq!(caller.refused("DescribePortal", json!({ "portalId": id })).name, NOT_FOUND);
    });
}
