//! CreateProject, DescribeProject, UpdateProject, DeleteProject, ListProjects, and the assets of projects.

use std::time::Duration;

use serde_json::{Value, json};
use testkit::{Caller, Refusal};

use crate::monitor::{access_policy, dashboard, names_of, portal, project};
use crate::plant::{INVALID, LIMIT, NOBODY, NOT_FOUND, Plant, asset, each, model, short, text};

fn add(caller: &Caller<'_>, project: &str, assets: &[&str]) -> Result<Value, Refusal> {
    caller.send("BatchAssociateProjectAssets", json!({ "projectId": project, "assetIds": assets }))
}

fn remove(caller: &Caller<'_>, project: &str, assets: &[&str]) -> Result<Value, Refusal> {
    caller.send("BatchDisassociateProjectAssets", json!({ "projectId": project, "assetIds": assets }))
}

fn assets(caller: &Caller<'_>, project: &str) -> Value {
    caller.ok("ListProjectAssets", json!({ "projectId": project }))["assetIds"].clone()
}

#[test]
fn a_project_is_created_described_and_updated() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let input = json!({ "portalId": portal, "projectName": "hall", "projectDescription": "north" });
        let made = caller.ok("CreateProject", input.clone());
        let id = text(&made["projectId"]);
        let arn = format!("arn:aws:iotsitewise:us-east-1:111122223333:project/{id}");
        assert_eq!(made, json!({ "projectId": id, "projectArn": arn }));
        assert_eq!(caller.reply("CreateProject", input).unwrap().status, 201, "names may repeat");
        let described = || caller.ok("DescribeProject", json!({ "projectId": id }));
        let mut expected = json!({
            "projectId": id, "projectArn": arn, "projectName": "hall", "portalId": portal,
            "projectDescription": "north", "projectCreationDate": 1_700_000_000,
            "projectLastUpdateDate": 1_700_000_000,
        });
        assert_eq!(described(), expected);
        world.pass(Duration::from_secs(1));
        let update = json!({ "projectId": id, "projectName": "hall 1" });
        let reply = caller.reply("UpdateProject", update).unwrap();
        assert_eq!((reply.status, reply.body), (200, service::Body::Json("{}".into())));
        expected["projectName"] = "hall 1".into();
        expected["projectLastUpdateDate"] = 1_700_000_001.into();
        expected.as_object_mut().unwrap().remove("projectDescription");
        assert_eq!(described(), expected, "a description that is left out is gone");
    });
}

#[test]
fn what_a_project_cannot_be_is_refused() {
    each(|world| {
        let caller = world.caller();
        let portal = portal(&caller, "plant");
        let id = project(&caller, &portal, "hall");
        for (operation, input, name) in [
            ("CreateProject", json!({ "portalId": NOBODY, "projectName": "hall" }), NOT_FOUND),
            ("CreateProject", json!({ "portalId": NOBODY, "projectName": "" }), INVALID),
            ("CreateProject", json!({ "portalId": "plant", "projectName": "hall" }), INVALID),
            ("CreateProject", json!({ "portalId": portal, "projectName": "x".repeat(257) }), INVALID),
            (
                "CreateProject",
                json!({ "portalId": portal, "projectName": "x", "tags": { "aws:x": "" } }),
                INVALID,
            ),
            ("DescribeProject", json!({ "projectId": NOBODY }), NOT_FOUND),
            ("UpdateProject", json!({ "projectId": NOBODY, "projectName": "hall" }), NOT_FOUND),
            ("UpdateProject", json!({ "projectId": id }), INVALID),
            ("DeleteProject", json!({ "projectId": NOBODY }), NOT_FOUND),
            ("DeleteProject", json!({ "projectId": "hall" }), INVALID),
            ("BatchAssociateProjectAssets", json!({ "projectId": NOBODY, "assetIds": [NOBODY] }), NOT_FOUND),
            ("BatchAssociateProjectAssets", json!({ "projectId": id, "assetIds": [] }), INVALID),
            (
                "BatchAssociateProjectAssets",
                json!({ "projectId": id, "assetIds": vec![NOBODY; 101] }),
                INVALID,
            ),
            (
                "BatchAssociateProjectAssets",
                json!({ "projectId": id, "assetIds": ["externalId:ab"] }),
                INVALID,
            ),
            (
                "BatchDisassociateProjectAssets",
                json!({ "projectId": NOBODY, "assetIds": [NOBODY] }),
                NOT_FOUND,
            ),
            ("BatchDisassociateProjectAssets", json!({ "projectId": id, "assetIds": [] }), INVALID),
        ] {
            assert_eq!(caller.refused(operation, input.clone()).name, name, "{operation} {input}");
        }
        for stranger in [caller.clone().of_account("444455556666"), caller.clone().in_region("eu-west-1")] {
            for (operation, input) in [
                ("CreateProject", json!({ "portalId": portal, "projectName": "hall" })),
                ("DescribeProject", json!({ "projectId": id })),
                ("UpdateProject", json!({ "projectId": id, "projectName": "hall" })),
                ("DeleteProject", json!({ "projectId": id })),
                ("BatchAssociateProjectAssets", json!({ "projectId": id, "assetIds": [NOBODY] })),
                ("BatchDisassociateProjectAssets", json!({ "projectId": id, "assetIds": [NOBODY] })),
            ] {
                assert_eq!(stranger.refused(operation, input).name, NOT_FOUND, "{operation}");
            }
            assert_eq!(
                stranger.ok("ListProjects", json!({ "portalId": portal })),
                json!({ "projectSummaries": [] })
            );
            assert_eq!(
                stranger.ok("ListProjectAssets", json!({ "projectId": id })),
                json!({ "assetIds": [] })
            );
        }
    });
}

#[test]
fn a_project_goes_without_dashboards_and_takes_its_access_policies_along() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let portal = portal(caller, "plant");
        let id = project(caller, &portal, "hall");
        let other = project(caller, &portal, "other");
        let board = dashboard(caller, &id, "flows");
        let farm = plant.farm("north");
        for project in [&id, &other] {
            add(caller, project, &[&farm]).unwrap();
        }
        let policy = access_policy(caller, "u1", &json!({ "project": { "id": id } }));
        let kept = access_policy(caller, "u1", &json!({ "project": { "id": other } }));
        let delete = || caller.reply("DeleteProject", json!({ "projectId": id }));
        assert_eq!(
            short(&delete().unwrap_err()),
            (
                INVALID,
                &*format!(
                    "Project '{id}' has the dashboard '{board}'; delete its dashboards before the project"
                )
            )
        );
        caller.ok("DeleteDashboard", json!({ "dashboardId": board }));
        assert_eq!(delete().unwrap().status, 204);
        assert_eq!(delete().unwrap_err().name, NOT_FOUND);
        assert_eq!(
            caller.refused("DescribeAccessPolicy", json!({ "accessPolicyId": policy })).name,
            NOT_FOUND
        );
        caller.ok("DescribeAccessPolicy", json!({ "accessPolicyId": kept }));
        assert_eq!((assets(caller, &id), assets(caller, &other)), (json!([]), json!([farm])));
        caller.ok("DescribeAsset", json!({ "assetId": farm }));
    });
}

#[test]
fn projects_are_listed_by_portal_and_page() {
    each(|world| {
        let caller = world.caller();
        let (here, there) = (portal(&caller, "here"), portal(&caller, "there"));
        for name in ["c", "a", "b"] {
            project(&caller, &here, name);
            project(&caller, &there, "x");
            world.pass(Duration::from_millis(1));
        }
        let pages = caller.pages("ListProjects", &json!({ "portalId": here, "maxResults": 2 }), "nextToken");
        assert_eq!(
            (pages.len(), names_of(&pages, "projectSummaries")),
            (2, vec!["c".into(), "a".into(), "b".into()])
        );
        let first = &pages[0]["projectSummaries"][0];
        assert_eq!(
            *first,
            json!({ "id": first["id"], "name": "c", "creationDate": 1_700_000_000, "lastUpdateDate": 1_700_000_000 })
        );
        let token = &pages[0]["nextToken"];
        for bad in [
            json!({}),
            json!({ "portalId": "here" }),
            json!({ "portalId": there, "nextToken": token }),
            json!({ "portalId": here, "nextToken": "" }),
            json!({ "portalId": here, "maxResults": 251 }),
        ] {
            assert_eq!(caller.refused("ListProjects", bad.clone()).name, INVALID, "{bad}");
        }
        assert_eq!(
            caller.ok("ListProjects", json!({ "portalId": NOBODY })),
            json!({ "projectSummaries": [] })
        );
    });
}

#[test]
fn a_portal_has_up_to_a_hundred_projects() {
    each(|world| {
        let caller = world.caller();
        let (full, other) = (portal(&caller, "full"), portal(&caller, "other"));
        for i in 0..100 {
            project(&caller, &full, &format!("p{i}"));
        }
        let refused = caller.refused("CreateProject", json!({ "portalId": full, "projectName": "one more" }));
        assert_eq!(
            (refused.status, short(&refused)),
            (410, (LIMIT, &*format!("Portal '{full}' has 100 projects, and no more are allowed")))
        );
        project(&caller, &other, "first");
    });
}

#[test]
fn a_bad_asset_is_an_error_of_its_own() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let id = project(caller, &portal(caller, "plant"), "hall");
        let farm = plant.farm("north");
        assert_eq!(
            add(caller, &id, &[NOBODY, &farm]).unwrap(),
            json!({ "errors": [{
                "assetId": NOBODY, "code": "INTERNAL_FAILURE",
                "message": format!("Asset with id {NOBODY} not found"),
            }] })
        );
        assert_eq!(assets(caller, &id), json!([farm]));
        assert_eq!(add(caller, &id, &[&farm, &farm]).unwrap(), json!({}), "a repetition is no error");
        assert_eq!(
            remove(caller, &id, &[NOBODY, &farm, &farm]).unwrap(),
            json!({ "errors": [
                {
                    "assetId": NOBODY, "code": "INTERNAL_FAILURE",
                    "message": format!("Asset '{NOBODY}' is not associated with project '{id}'"),
                },
                {
                    "assetId": farm, "code": "INTERNAL_FAILURE",
                    "message": format!("Asset '{farm}' is not associated with project '{id}'"),
                },
            ] })
        );
        assert_eq!(assets(caller, &id), json!([]));
        crate::table::set_state(world, &farm, "DELETING");
        assert_eq!(
            add(caller, &id, &[&farm]).unwrap()["errors"][0]["message"],
            format!("Asset '{farm}' is DELETING")
        );
    });
}

#[test]
fn a_project_has_one_root_asset_with_whatever_is_below_it() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let id = project(caller, &portal(caller, "plant"), "hall");
        let (north, south) = (plant.farm("north"), plant.farm("south"));
        let (t1, t2) = (plant.turbine("t1"), plant.turbine("t2"));
        plant.associate(&north, &plant.turbines, &t1).unwrap();
        plant.associate(&north, &plant.turbines, &t2).unwrap();
        // What stands below comes first; the root above both may follow.
        assert_eq!(add(caller, &id, &[&t1]).unwrap(), json!({}));
        let refused = add(caller, &id, &[&t2]).unwrap_err();
        assert_eq!(
            (refused.status, short(&refused)),
            (
                410,
                (
                    LIMIT,
                    &*format!(
                        "Project '{id}' has the root asset '{t1}', and one is allowed: asset '{t2}' stands neither below nor above it"
                    )
                )
            )
        );
        world.pass(Duration::from_millis(1));
        assert_eq!(add(caller, &id, &[&north]).unwrap(), json!({}));
        world.pass(Duration::from_millis(1));
        assert_eq!(add(caller, &id, &[&t2]).unwrap(), json!({}));
        assert_eq!(assets(caller, &id), json!([t1, north, t2]));
        // A second root takes nothing of its batch in.
        let t3 = plant.turbine("t3");
        plant.associate(&north, &plant.spares, &t3).unwrap();
        assert_eq!(add(caller, &id, &[&t3, &south]).unwrap_err().name, LIMIT);
        assert_eq!(assets(caller, &id), json!([t1, north, t2]));
        // Once the root is gone, two assets without a common root are left: nothing covers them but the root.
        assert_eq!(remove(caller, &id, &[&north]).unwrap(), json!({}));
        assert_eq!(add(caller, &id, &[&south]).unwrap_err().name, LIMIT);
        assert_eq!(add(caller, &id, &[&north]).unwrap(), json!({}));
        // Another project has a root of its own.
        let other = project(caller, &portal(caller, "other"), "hall");
        assert_eq!(add(caller, &other, &[&south]).unwrap(), json!({}));
    });
}

#[test]
fn a_deleted_asset_leaves_its_projects() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let portal = portal(caller, "plant");
        let (one, two) = (project(caller, &portal, "one"), project(caller, &portal, "two"));
        let (north, south) = (plant.farm("north"), plant.farm("south"));
        add(caller, &one, &[&north]).unwrap();
        add(caller, &two, &[&north]).unwrap();
        caller.ok("DeleteAsset", json!({ "assetId": north }));
        assert_eq!((assets(caller, &one), assets(caller, &two)), (json!([]), json!([])));
        assert_eq!(add(caller, &one, &[&south]).unwrap(), json!({}), "the place of the root is free again");
    });
}

#[test]
fn the_assets_of_a_project_are_listed_by_page() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let id = project(caller, &portal(caller, "plant"), "hall");
        let farm = plant.farm("north");
        let mut ids = vec![farm.clone()];
        for i in 0..4 {
            let turbine = plant.turbine(&format!("t{i}"));
            plant.associate(&farm, &plant.turbines, &turbine).unwrap();
            ids.push(turbine);
        }
        for asset in &ids {
            add(caller, &id, &[asset]).unwrap();
            world.pass(Duration::from_millis(1));
        }
        let input = json!({ "projectId": id, "maxResults": 2 });
        let pages = caller.pages("ListProjectAssets", &input, "nextToken");
        let listed: Vec<String> =
            pages.iter().flat_map(|page| page["assetIds"].as_array().unwrap()).map(text).collect();
        assert_eq!((pages.len(), listed), (3, ids));
        let other = project(caller, &portal(caller, "other"), "hall");
        let stolen = json!({ "projectId": other, "nextToken": pages[0]["nextToken"] });
        assert_eq!(caller.refused("ListProjectAssets", stolen).name, INVALID);
        assert_eq!(caller.refused("ListProjectAssets", json!({ "projectId": "hall" })).name, INVALID);
        assert_eq!(caller.ok("ListProjectAssets", json!({ "projectId": NOBODY })), json!({ "assetIds": [] }));
    });
}

#[test]
fn an_asset_of_another_account_is_unknown_to_a_project() {
    each(|world| {
        let caller = world.caller();
        let stranger = caller.clone().of_account("444455556666");
        let theirs = asset(&stranger, &model(&stranger, json!({ "assetModelName": "m" })), "a");
        let id = project(&caller, &portal(&caller, "plant"), "hall");
        assert_eq!(add(&caller, &id, &[&theirs]).unwrap()["errors"][0]["assetId"], theirs);
        assert_eq!(assets(&caller, &id), json!([]));
    });
}

#[test]
fn a_hierarchy_that_is_being_dropped_holds_nothing_together() {
    each(|world| {
        let plant = Plant::new(world);
        let caller = &plant.caller;
        let id = project(caller, &portal(caller, "plant"), "hall");
        let (north, t1, t2) = (plant.farm("north"), plant.turbine("t1"), plant.turbine("t2"));
        plant.associate(&north, &plant.spares, &t1).unwrap();
        plant.associate(&north, &plant.turbines, &t2).unwrap();
        crate::table::drop_hierarchy(world, &plant.spares, &plant.farm_model);
        add(caller, &id, &[&north]).unwrap();
        assert_eq!(add(caller, &id, &[&t1]).unwrap_err().name, LIMIT, "t1 is not below north any more");
        add(caller, &id, &[&t2]).unwrap();
        let other = project(caller, &portal(caller, "other"), "hall");
        add(caller, &other, &[&t1]).unwrap();
        assert_eq!(add(caller, &other, &[&north]).unwrap_err().name, LIMIT, "nor is north above t1");
    });
}
