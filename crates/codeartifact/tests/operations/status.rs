//! Changing the status of versions, disposing of them, deleting them: all or none.

use serde_json::{Value, json};
use testkit::Caller;

use crate::support::{new_version, npm, publish, published, reason, resource, shop, versions};

const UPDATE: &str = "UpdatePackageVersionsStatus";
const DISPOSE: &str = "DisposePackageVersions";
const DELETE: &str = "DeletePackageVersions";

fn two(test: impl Fn(&testkit::World, &Caller<'_>)) {
    shop(&[("web", &[])], |world, caller| {
        publish(world, caller, "web", "kit", new_version("kit", "4.0.0", '4')).unwrap();
        publish(world, caller, "web", "kit", new_version("kit", "4.1.0", '5')).unwrap();
        test(world, caller);
    });
}

fn input(more: Value) -> Value {
    let mut input = npm("web", "kit", json!({"versions": ["4.0.0", "4.1.0"]}));
    let Value::Object(more) = more else { panic!("more members are an object") };
    input.as_object_mut().unwrap().extend(more);
    input
}

fn revision(caller: &Caller<'_>, version: &str) -> Value {
    let answer = caller.ok("DescribePackageVersion", npm("web", "kit", json!({"packageVersion": version})));
    answer["packageVersion"]["revision"].clone()
}

#[test]
fn all_versions_take_the_status_and_keep_their_revisions() {
    two(|_, caller| {
        let (one, other) = (revision(caller, "4.0.0"), revision(caller, "4.1.0"));
        for status in ["Unlisted", "Archived", "Published", "Published"] {
            let answer = caller.ok(UPDATE, input(json!({"targetStatus": status})));
            let successful = json!({
                "4.0.0": {"revision": one, "status": status}, "4.1.0": {"revision": other, "status": status}});
            assert_eq!(answer, json!({"successfulVersions": successful, "failedVersions": {}}));
            assert_eq!(
                versions(caller, "web", "kit"),
                [format!("4.1.0 {status}"), format!("4.0.0 {status}")]
            );
        }
    });
}

#[test]
fn one_wrong_expectation_keeps_all_from_changing() {
    two(|_, caller| {
        let answer =
            caller.ok(UPDATE, input(json!({"targetStatus": "Archived", "expectedStatus": "Unlisted"})));
        let text = "current status: Published, expected status: Unlisted";
        let failure = json!({"errorCode": "MISMATCHED_STATUS", "errorMessage": text});
        assert_eq!(
            answer,
            json!({"successfulVersions": {}, "failedVersions": {"4.0.0": failure, "4.1.0": failure}})
        );
        let one = revision(caller, "4.0.0");
        let text = format!("current revision: {}, expected revision: wrong", one.as_str().unwrap());
        for (operation, more) in [(UPDATE, json!({"targetStatus": "Archived"})), (DISPOSE, json!({}))] {
            let mut more = more;
            more["versionRevisions"] = json!({"4.0.0": "wrong", "4.1.0": revision(caller, "4.1.0")});
            let answer = caller.ok(operation, input(more));
            assert_eq!(
                answer,
                json!({"successfulVersions": {}, "failedVersions": {
                    "4.0.0": {"errorCode": "MISMATCHED_REVISION", "errorMessage": text},
                    "4.1.0": {"errorCode": "SKIPPED", "errorMessage": "version 4.1.0 is skipped"}}})
            );
        }
        assert_eq!(versions(caller, "web", "kit"), ["4.1.0 Published", "4.0.0 Published"]);
    });
}

#[test]
fn a_version_that_is_not_there_keeps_the_others() {
    two(|_, caller| {
        for (operation, more) in
            [(UPDATE, json!({"targetStatus": "Archived"})), (DISPOSE, json!({})), (DELETE, json!({}))]
        {
            let mut more = more;
            more["versions"] = json!(["4.0.0", "9.9.9"]);
            let failed = caller.ok(operation, input(more))["failedVersions"].clone();
            let codes = [&failed["4.0.0"]["errorCode"], &failed["9.9.9"]["errorCode"]];
            assert_eq!(codes, ["SKIPPED", "NOT_FOUND"], "{operation}");
            assert_eq!(failed["9.9.9"]["errorMessage"], "Could not find version 9.9.9");
        }
        assert_eq!(versions(caller, "web", "kit"), ["4.1.0 Published", "4.0.0 Published"]);
    });
}

#[test]
fn what_is_disposed_of_keeps_its_description_and_loses_its_assets_for_good() {
    two(|world, caller| {
        let answer = caller.ok(DISPOSE, input(json!({"versions": ["4.0.0"]})));
        assert_eq!(answer["successfulVersions"]["4.0.0"]["status"], "Disposed");
        assert_eq!(
            caller.ok(DISPOSE, input(json!({"versions": ["4.0.0"]}))),
            answer,
            "repeating it is no error"
        );
        let described =
            caller.ok("DescribePackageVersion", npm("web", "kit", json!({"packageVersion": "4.0.0"})));
        assert_eq!(described["packageVersion"]["status"], "Disposed");
        assert_eq!(caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"]["assetSizeBytes"], 1000);
        let failed = caller.ok(UPDATE, input(json!({"versions": ["4.0.0"], "targetStatus": "Published"})));
        assert_eq!(failed["failedVersions"]["4.0.0"]["errorCode"], "NOT_ALLOWED");
        let refused = publish(world, caller, "web", "kit", new_version("kit", "4.0.0", '4')).unwrap_err();
        assert_eq!(refused.name, "ConflictException");
        caller.ok(DELETE, input(json!({"versions": ["4.0.0"], "expectedStatus": "Disposed"})));
        assert_eq!(publish(world, caller, "web", "kit", new_version("kit", "4.0.0", '4')), Ok(true));
    });
}

#[test]
fn deleted_versions_leave_the_package_and_its_origin_configuration() {
    two(|_, caller| {
        let mismatch = caller.ok(DELETE, input(json!({"expectedStatus": "Archived"})));
        assert_eq!(mismatch["failedVersions"]["4.0.0"]["errorCode"], "MISMATCHED_STATUS");
        let (one, other) = (revision(caller, "4.0.0"), revision(caller, "4.1.0"));
        let answer = caller.ok(DELETE, input(json!({})));
        let successful = json!({
            "4.0.0": {"revision": one, "status": "Deleted"}, "4.1.0": {"revision": other, "status": "Deleted"}});
        assert_eq!(answer, json!({"successfulVersions": successful, "failedVersions": {}}));
        assert_eq!(versions(caller, "web", "kit"), Vec::<String>::new());
        let package = caller.ok("DescribePackage", npm("web", "kit", json!({})))["package"].clone();
        assert_eq!(package["originConfiguration"]["restrictions"]["upstream"], "BLOCK");
    });
}

#[test]
fn latest_moves_to_the_highest_release_when_its_version_is_deleted() {
    two(|world, caller| {
        let mut newest = new_version("kit", "5.0.0", '6');
        newest.dist_tags = vec!["latest".into(), "next".into()];
        publish(world, caller, "web", "kit", newest).unwrap();
        published(world, caller, "web", "kit", "4.2.0-rc.1");
        caller.ok(DELETE, input(json!({"versions": ["5.0.0"]})));
        let shown = caller.ok("ListPackageVersions", npm("web", "kit", json!({})));
        assert_eq!(shown["defaultDisplayVersion"], "4.1.0");
        let tags = crate::dist_tag::tags(world, caller, "web", "kit");
        assert_eq!(tags, ["latest 4.1.0"]);
    });
}

#[test]
fn calls_that_make_no_sense_are_refused_whole() {
    two(|_, caller| {
        for target in ["Unfinished", "Disposed", "Deleted"] {
            let refusal = caller.refused(UPDATE, input(json!({"targetStatus": target})));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        }
        let many: Vec<String> = (0..101).map(|place| format!("1.0.{place}")).collect();
        for (operation, target) in
            [(UPDATE, json!("Archived")), (DISPOSE, Value::Null), (DELETE, Value::Null)]
        {
            for versions in [json!(["4.0.0", "4.0.0"]), json!(many)] {
                let refusal =
                    caller.refused(operation, input(json!({"versions": versions, "targetStatus": target})));
                assert_eq!(
                    reason(&refusal),
                    ("ValidationException", "FIELD_VALIDATION_FAILED"),
                    "{operation}"
                );
            }
            let mut absent = input(json!({"targetStatus": target}));
            absent["package"] = "absent".into();
            let refusal = caller.refused(operation, absent);
            assert_eq!(resource(&refusal), ("ResourceNotFoundException", "package", "absent"));
        }
        for (operation, target) in [(UPDATE, json!("Archived")), (DISPOSE, Value::Null)] {
            let revisions = json!({"4.0.0": "r"});
            let more = json!({"targetStatus": target, "versionRevisions": revisions});
            let refusal = caller.refused(operation, input(more));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{operation}");
        }
    });
}
