//! `PublishPackageVersion`: generic packages, asset by asset.

use codeartifact::package_version::admit_publish;
use model::{Content, Decode as _};
use model_codeartifact::types::PublishPackageVersionRequest;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::event::told;
use crate::support::{reason, resource, shop, write};

fn content(content: char) -> Content {
    let hash = |length: usize| content.to_string().repeat(length);
    Content { sha256: hash(64), size: 1000, sha1: hash(40), sha512: hash(128), md5: hash(32) }
}

pub fn input(asset: &str, bytes: char, more: Value) -> Value {
    let content = content(bytes);
    let mut input = json!({"domain": "shop", "repository": "web", "format": "generic", "namespace": "team",
        "package": "tool", "packageVersion": "1.0", "assetName": asset, "assetSHA256": content.sha256,
        "assetContent": content.to_value()});
    input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    input
}

/// What a publish answers in short: the status, or the exception.
fn outcome(caller: &Caller<'_>, input: Value) -> String {
    match caller.send("PublishPackageVersion", input) {
        Ok(answer) => answer["status"].as_str().unwrap().to_owned(),
        Err(refusal) => refusal.name,
    }
}

fn admitted(world: &World, caller: &Caller<'_>, input: Value) -> String {
    let Value::Object(members) = input else { panic!("an object") };
    let input = PublishPackageVersionRequest::decode(members);
    let admitted = write(world, caller, move |tx, call| admit_publish(tx, call, &input));
    admitted.map_or_else(|refused| refused.name, |_| "admitted".to_owned())
}

#[test]
fn scenario_33_assets_join_until_one_completes_the_version() {
    shop(&[("web", &[])], |world, caller| {
        let unfinished = || json!({"unfinished": true});
        let answer = caller.ok("PublishPackageVersion", input("a.bin", '1', unfinished()));
        let revision = answer["versionRevision"].as_str().unwrap();
        assert_eq!(revision.len(), 44);
        assert_eq!(
            answer,
            json!({"format": "generic", "namespace": "team", "package": "tool", "version": "1.0",
                "versionRevision": revision, "status": "Unfinished",
                "asset": {"name": "a.bin", "size": 1000, "hashes": {"MD5": "1".repeat(32), "SHA-1": "1".repeat(40),
                    "SHA-256": "1".repeat(64), "SHA-512": "1".repeat(128)}}})
        );
        assert_eq!(outcome(caller, input("b.bin", '2', unfinished())), "Unfinished");
        assert_eq!(outcome(caller, input("c.bin", '3', json!({}))), "Published");
        let fourth = caller.refused("PublishPackageVersion", input("d.bin", '4', json!({})));
        assert_eq!(resource(&fourth), ("ConflictException", "package-version", "tool@1.0"));
        assert!(fourth.message().contains("unfinished until the last"), "{}", fourth.message());
        assert_eq!(outcome(caller, input("b.bin", '2', unfinished())), "Published", "the same bytes again");
        let other = caller.refused("PublishPackageVersion", input("b.bin", '4', json!({})));
        assert_eq!(resource(&other), ("ConflictException", "asset", "b.bin"));
        let mut wrong = input("e.bin", '5', json!({"packageVersion": "2.0"}));
        wrong["assetSHA256"] = "6".repeat(64).into();
        let wrong = caller.refused("PublishPackageVersion", wrong);
        assert_eq!(reason(&wrong), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        let format = json!({"format": "npm", "packageVersion": "2.0"});
        let format = caller.refused("PublishPackageVersion", input("e.bin", '5', format));
        assert_eq!(reason(&format), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        assert_eq!(
            told(world),
            ["1.0 Created +1 -0 ~0 metadata status", "1.0 Updated +1 -0 ~0", "1.0 Updated +1 -0 ~0 status"]
        );
    });
}

#[test]
fn scenario_22_a_version_may_be_completed_by_its_status() {
    shop(&[("web", &[])], |_, caller| {
        outcome(caller, input("a.bin", '1', json!({"unfinished": true})));
        let version = json!({"domain": "shop", "repository": "web", "format": "generic", "namespace": "team",
            "package": "tool"});
        let with = |more: Value| {
            let mut input = version.clone();
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        let publish = with(json!({"versions": ["1.0"], "targetStatus": "Published"}));
        let done = caller.ok("UpdatePackageVersionsStatus", publish);
        assert_eq!(done["successfulVersions"]["1.0"]["status"], "Published");
        assert_eq!(outcome(caller, input("b.bin", '2', json!({}))), "ConflictException");
        let described = caller.ok("DescribePackageVersion", with(json!({"packageVersion": "1.0"})));
        assert_eq!(described["packageVersion"]["displayName"], "tool");
    });
}

#[test]
fn the_question_before_the_bytes_is_answered_as_the_publish_will_be() {
    shop(&[("web", &[])], |world, caller| {
        let unknown = |asset: &str| {
            let mut input = input(asset, '0', json!({}));
            input["assetContent"] = Content::default().to_value();
            input
        };
        assert_eq!(admitted(world, caller, unknown("a.bin")), "admitted");
        assert_eq!(outcome(caller, input("a.bin", '1', json!({}))), "Published");
        assert_eq!(admitted(world, caller, unknown("a.bin")), "admitted", "its bytes may be the same");
        assert_eq!(admitted(world, caller, input("a.bin", '1', json!({}))), "admitted");
        assert_eq!(admitted(world, caller, input("a.bin", '2', json!({}))), "ConflictException");
        assert_eq!(admitted(world, caller, unknown("b.bin")), "ConflictException");
        for (more, refused) in [
            (json!({"format": "npm"}), "ValidationException"),
            (json!({"assetName": ".."}), "ValidationException"),
            (json!({"assetName": "a/b"}), "ValidationException"),
            (json!({"namespace": null}), "ValidationException"),
            (json!({"repository": "none"}), "ResourceNotFoundException"),
            (json!({"domain": "none"}), "ResourceNotFoundException"),
        ] {
            assert_eq!(admitted(world, caller, input("a.bin", '1', more.clone())), refused, "{more}");
            assert_eq!(outcome(caller, input("a.bin", '1', more.clone())), refused, "{more}");
        }
        let mut large = input("a.bin", '1', json!({"packageVersion": "2.0"}));
        large["assetContent"]["size"] = (5_u64 * 1024 * 1024 * 1024 + 1).into();
        assert_eq!(admitted(world, caller, large), "ServiceQuotaExceededException");
        let stranger = caller.clone().of_account("444455556666");
        let foreign = json!({"domainOwner": "111122223333"});
        assert_eq!(admitted(world, &stranger, input("a.bin", '1', foreign)), "AccessDeniedException");
    });
}

#[test]
fn publishing_is_blocked_where_the_package_blocks_it() {
    shop(&[("web", &[])], |_, caller| {
        let package = json!({"domain": "shop", "repository": "web", "format": "generic", "namespace": "team",
            "package": "tool", "restrictions": {"publish": "BLOCK", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", package);
        let refused = caller.refused("PublishPackageVersion", input("a.bin", '1', json!({})));
        assert_eq!(resource(&refused), ("ConflictException", "package", "tool"));
        assert!(refused.message().contains("--format generic --namespace team"), "{}", refused.message());
    });
}

#[test]
fn scenario_40_bytes_of_a_domain_are_counted_once() {
    shop(&[("web", &[]), ("other", &[])], |_, caller| {
        let size =
            || caller.ok("DescribeDomain", json!({"domain": "shop"}))["domain"]["assetSizeBytes"].clone();
        outcome(caller, input("a.bin", '1', json!({})));
        outcome(caller, input("a.bin", '1', json!({"repository": "other"})));
        assert_eq!(size(), 1000);
        let version = |repository: &str, more: Value| {
            let mut input = json!({"domain": "shop", "repository": repository, "format": "generic",
                "namespace": "team", "package": "tool"});
            input.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            input
        };
        caller.ok("DisposePackageVersions", version("web", json!({"versions": ["1.0"]})));
        assert_eq!(size(), 1000);
        let asset = version("other", json!({"packageVersion": "1.0", "asset": "a.bin"}));
        assert!(caller.reply("GetPackageVersionAsset", asset).is_ok());
        for repository in ["web", "other"] {
            caller.ok("DeletePackageVersions", version(repository, json!({"versions": ["1.0"]})));
        }
        assert_eq!(size(), 0);
    });
}

#[test]
fn an_asset_has_as_many_bytes_as_the_operator_allows() {
    shop(&[("web", &[])], |world, caller| {
        let small = caller.clone().installed(|installation| {
            installation.quotas.insert("asset_bytes".to_owned(), 999);
        });
        let refused = small.refused("PublishPackageVersion", input("a.bin", '1', json!({})));
        assert_eq!(resource(&refused), ("ServiceQuotaExceededException", "asset", "a.bin"));
        assert_eq!(admitted(world, &small, input("a.bin", '1', json!({}))), "ServiceQuotaExceededException");
        let Value::Object(members) =
            input("a.bin", '1', json!({"assetContent": Content::default().to_value()}))
        else {
            panic!("an object")
        };
        let unannounced = PublishPackageVersionRequest::decode(members);
        let most = write(world, &small, move |tx, call| admit_publish(tx, call, &unannounced));
        assert_eq!(most, Ok(999));
    });
}
