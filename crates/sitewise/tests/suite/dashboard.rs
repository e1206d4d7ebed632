//! CreateDashboard, DescribeDashboard, UpdateDashboard, DeleteDashboard, ListDashboards.

use std::time::Duration;

use serde_json::{Value, json};

use crate::monitor::{dashboard, names_of, portal, project};
use crate::plant::{INVALID, LIMIT, NOBODY, NOT_FOUND, each, short, text};

/// A definition that no JSON writer would write: its text has to stay.
const ODD: &str = "\r\n{ \"widgets\" : [ ],\t\"widgets\":[1.0,1e999,\"\\u00e9é\\ud83d\\ude00\"] }\n";

#[test]
fn a_dashboard_is_created_described_and_updated() {
    each(|world| {
        let caller = world.caller();
        let project = project(&caller, &portal(&caller, "plant"), "hall");
        let input = json!({
            "projectId": project, "dashboardName": "flows", "dashboardDescription": "all flows",
            "dashboardDefinition": ODD,
        });
        let made = caller.ok("CreateDashboard", input.clone());
        let id = text(&made["dashboardId"]);
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:dashboard/{id}");
        assert_eq!(made, json!({ "dashboardId": id, "dashboardArn": arn }));
        assert_eq!(caller.reply("CreateDashboard", input).unwrap().status, 201, "names may repeat");
        let described = || caller.ok("DescribeDashboard", json!({ "dashboardId": id }));
        let mut expected = json!({
            "dashboardId": id, "dashboardArn": arn, "dashboardName": "flows", "projectId": project,
            "dashboardDescription": "all flows", "dashboardDefinition": ODD,
            "dashboardCreationDate": 1_700_000_000, "dashboardLastUpdateDate": 1_700_000_000,
        });
        assert_eq!(described(), expected);
        world.pass(Duration::from_secs(1));
        let update = json!({ "dashboardId": id, "dashboardName": "all", "dashboardDefinition": "[]" });
        let reply = caller.reply("UpdateDashboard", update).unwrap();
        assert_eq!((reply.status, reply.body), (200, service::Body::Json("{}".into())));
        expected["dashboardName"] = "all".into();
        expected["dashboardDefinition"] = "[]".into();
        expected["dashboardLastUpdateDate"] = 1_700_000_001.into();
        expected.as_object_mut().unwrap().remove("dashboardDescription");
        assert_eq!(described(), expected);
        assert_eq!(caller.reply("DeleteDashboard", json!({ "dashboardId": id })).unwrap().status, 204);
        assert_eq!(caller.refused("DescribeDashboard", json!({ "dashboardId": id })).name, NOT_FOUND);
    });
}

#[test]
fn a_definition_is_json_of_up_to_204_800_characters() {
    each(|world| {
        let caller = world.caller();
        let project = project(&caller, &portal(&caller, "plant"), "hall");
        let id = dashboard(&caller, &project, "flows");
        let write = |definition: &str| {
            let mut input = json!({ "dashboardName": "flows", "dashboardDefinition": definition });
            input["dashboardId"] = id.clone().into();
            let updated = caller.send("UpdateDashboard", input.clone());
            input["projectId"] = project.clone().into();
            assert_eq!(caller.send("CreateDashboard", input).is_ok(), updated.is_ok(), "{definition:.20}");
            updated
        };
        let longest = format!("\"{}\"", "é".repeat(204_798));
        write(&longest).unwrap();
        assert_eq!(
            caller.ok("DescribeDashboard", json!({ "dashboardId": id }))["dashboardDefinition"],
            longest
        );
        let too_long = format!("\"{}\"", "e".repeat(204_799));
        for bad in [&*too_long, "", " ", "widgets", "{'a': 1}", "{} {}", "\u{feff}{}", "{\"a\": NaN}"] {
            assert_eq!(write(bad).unwrap_err().name, INVALID, "{bad:.20}");
        }
        let refused = write("{\n  \"widgets\": [,]\n}").unwrap_err();
        assert_eq!(
            short(&refused),
            (INVALID, "dashboardDefinition is not valid JSON: expected value at line 2 column 15")
        );
        assert_eq!(
            caller.ok("DescribeDashboard", json!({ "dashboardId": id }))["dashboardDefinition"],
            longest
        );
    });
}

#[test]
fn an_unknown_project_or_dashboard_is_not_found_whatever_else_is_wrong() {
    each(|world| {
        let caller = world.caller();
        let project = project(&caller, &portal(&caller, "plant"), "hall");
        let id = dashboard(&caller, &project, "flows");
        let requests = |project: &str, id: &str| -> Vec<(&str, Value)> {
            let body = json!({ "dashboardName": "x", "dashboardDefinition": "no JSON" });
            let (mut create, mut update) = (body.clone(), body);
            create["projectId"] = project.into();
            update["dashboardId"] = id.into();
            vec![
                ("CreateDashboard", create),
                ("UpdateDashboard", update),
                ("DescribeDashboard", json!({ "dashboardId": id })),
                ("DeleteDashboard", json!({ "dashboardId": id })),
            ]
        };
        for (operation, input) in requests(NOBODY, NOBODY) {
            assert_eq!(caller.refused(operation, input).name, NOT_FOUND, "{operation}");
        }
        for (operation, input) in requests("hall", "flows") {
            assert_eq!(caller.refused(operation, input).name, INVALID, "{operation}");
        }
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            for (operation, input) in requests(&project, &id) {
                assert_eq!(stranger.refused(operation, input).name, NOT_FOUND, "{operation}");
            }
            let list = stranger.ok("ListDashboards", json!({ "projectId": project }));
            assert_eq!(list, json!({ "dashboardSummaries": [] }));
        }
    });
}

#[test]
fn dashboards_are_listed_by_project_and_page() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let (here, there) = (project(&caller, &portal, "here"), project(&caller, &portal, "there"));
        for name in ["c", "a", "b"] {
            dashboard(&caller, &here, name);
            dashboard(&caller, &there, "x");
            world.pass(Duration::from_millis(1));
        }
        let input = json!({ "projectId": here, "maxResults": 2 });
        let pages = caller.pages("ListDashboards", &input, "nextToken");
        assert_eq!(
            (pages.len(), names_of(&pages, "dashboardSummaries")),
            (2, vec!["c".into(), "a".into(), "b".into()])
        );
        let first = &pages[0]["dashboardSummaries"][0];
        assert_eq!(
            *first,
            json!({ "id": first["id"], "name": "c", "creationDate": 1_700_000_000, "lastUpdateDate": 1_700_000_000 })
        );
        let token = &pages[0]["nextToken"];
        for bad in [
            json!({}),
            json!({ "projectId": "here" }),
            json!({ "projectId": there, "nextToken": token }),
            json!({ "projectId": here, "nextToken": "" }),
            json!({ "projectId": here, "maxResults": 0 }),
        ] {
            assert_eq!(caller.refused("ListDashboards", bad.clone()).name, INVALID, "{bad}");
        }
        assert_eq!(
            caller.ok("ListDashboards", json!({ "projectId": NOBODY })),
            json!({ "dashboardSummaries": [] })
        );
    });
}

#[test]
fn a_project_has_up_to_a_hundred_dashboards() {
    each(|world| {
        let caller = world.caller();
        let full = project(&caller, &portal(&caller, "plant"), "full");
        for i in 0..100 {
            dashboard(&caller, &full, &format!("d{i}"));
        }
        let input = json!({ "projectId": full, "dashboardName": "one more", "dashboardDefinition": "{}" });
        let refused = caller.refused("CreateDashboard", input);
        assert_eq!(
            (refused.status, short(&refused)),
            (410, (LIMIT, &*format!("Project '{full}' has 100 dashboards, and no more are allowed")))
        );
    });
}
