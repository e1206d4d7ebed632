//! Minimum release age: the tags that set it, and what lookups and listings then hold back.

use std::time::Duration;

use codeartifact::release_age::{self, ReleaseAge};
use codeartifact::resolution::{self, Found, Listing, Stamp};
use model::Timestamp;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::support::{
    connect, coordinates, ingest, key, new_version, npm, obtain, published, reach, reason, shop, write,
};

const ARN: &str = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop";
const AGE: &str = "homeregion:minimum-release-age";
const EXEMPT: &str = "homeregion:release-age-exempt";
const HOUR: Duration = Duration::from_secs(3600);

fn create(caller: &Caller<'_>, pattern: &str) {
    caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": pattern}));
}

fn arn(pattern: &str) -> String {
    format!("{ARN}{}", pattern.replace('*', "%2a").replace('$', "%24"))
}

fn tag(caller: &Caller<'_>, pattern: &str, key: &str, value: &str) {
    let tags = json!([{"key": key, "value": value}]);
    caller.ok("TagResource", json!({"resourceArn": arn(pattern), "tags": tags}));
}

fn age(world: &World, caller: &Caller<'_>, package: &'static str) -> Option<ReleaseAge> {
    let found = write(world, caller, move |tx, _| {
        Ok(release_age::of(tx, &key("app").domain, &coordinates(package))?)
    });
    found.unwrap()
}

fn hours_ago(world: &World, hours: i64) -> Timestamp {
    world.store().clock().now().plus_millis(-hours * 3_600_000)
}

fn listing(world: &World, caller: &Caller<'_>, repository: &'static str) -> (Listing, Stamp) {
    let read = write(world, caller, move |tx, call| {
        let requested = reach(tx, call, repository)?;
        let path = resolution::path(tx, &requested, &coordinates("kit"))?;
        Ok((resolution::listing(tx, &requested, &coordinates("kit"))?, resolution::stamp(&path)))
    });
    read.unwrap()
}

fn found(world: &World, caller: &Caller<'_>, repository: &str, version: &str) -> String {
    match obtain(world, caller, repository, "kit", version) {
        Found::Held(held) => format!("held by {}", held.repository.key.name),
        Found::TooYoung { refusal, .. } => refusal.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn the_nearest_group_that_sets_an_age_counts_and_exempt_versions_are_those_of_the_most_specific() {
    shop(&[], |world, caller| {
        assert_eq!(age(world, caller, "kit"), None);
        create(caller, "/npm/*");
        create(caller, "/npm//kit$");
        assert_eq!(age(world, caller, "kit"), None);
        tag(caller, "/npm/*", AGE, "3d");
        tag(caller, "/npm/*", EXEMPT, "1.0.0");
        let now = hours_ago(world, 0);
        let kit = age(world, caller, "kit").unwrap();
        assert!(!kit.admits("1.0.0", Some(now)), "exempt versions are not inherited");
        let other = age(world, caller, "other").unwrap();
        assert!(other.admits("1.0.0", Some(now)));
        assert!(!other.admits("1.0.1", Some(now)));
        tag(caller, "/npm//kit$", EXEMPT, "2.0.0 2.0.1");
        let kit = age(world, caller, "kit").unwrap();
        assert!(kit.admits("2.0.1", Some(now)) && !kit.admits("2.0.2", Some(now)));
        assert!(kit.admits("2.0.2", Some(hours_ago(world, 72))));
        assert!(kit.refusal("2.0.2", Some(now)).unwrap().to_string().contains("package group /npm/* sets"));
        tag(caller, "/npm//kit$", AGE, "0h");
        assert_eq!(age(world, caller, "kit"), None, "a more specific group takes the age away");
        tag(caller, "/*", AGE, "24h");
        assert!(age(world, caller, "other").unwrap().admits("1.0.1", Some(hours_ago(world, 72))));
        assert!(!age(world, caller, "other").unwrap().admits("1.0.1", Some(hours_ago(world, 48))));
        caller.ok("UntagResource", json!({"resourceArn": arn("/npm/*"), "tagKeys": [AGE]}));
        assert!(age(world, caller, "other").unwrap().admits("1.0.1", Some(hours_ago(world, 48))));
        caller.ok("DeletePackageGroup", json!({"domain": "shop", "packageGroup": "/npm//kit$"}));
        assert!(!age(world, caller, "kit").unwrap().admits("1.0.1", Some(now)));
        // A look-alike of a package whose group lifts the age does not profit from it.
        create(caller, "/npm//kit$");
        tag(caller, "/npm//kit$", AGE, "0h");
        assert!(age(world, caller, "KIT").is_some());
    });
}

#[test]
fn settings_that_cannot_be_read_are_refused_and_change_nothing() {
    shop(&[("web", &[])], |world, caller| {
        create(caller, "/npm/*");
        let domain = "arn:aws:codeartifact:us-east-1:111122223333:domain/shop".to_owned();
        let repository = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web".to_owned();
        for (resource, key, value) in [
            (arn("/npm/*"), AGE, "soon"),
            (arn("/npm/*"), AGE, "-3d"),
            (arn("/npm/*"), AGE, ""),
            (arn("/npm/*"), EXEMPT, " "),
            (arn("/npm/*"), "homeregion:minimum-age", "3d"),
            (domain, AGE, "3d"),
            (repository, AGE, "3d"),
        ] {
            let tags = json!([{"key": "team", "value": "red"}, {"key": key, "value": value}]);
            let refusal = caller.refused("TagResource", json!({"resourceArn": resource, "tags": tags}));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{key} {value}");
            assert!(refusal.message().contains(key), "{}", refusal.message());
            let present = caller.ok("ListTagsForResource", json!({"resourceArn": resource}));
            assert_eq!(present, json!({"tags": []}));
        }
        let tags = json!([{"key": AGE, "value": "3 days"}]);
        let input = json!({"domain": "shop", "packageGroup": "/pypi/*", "tags": tags});
        assert_eq!(reason(&caller.refused("CreatePackageGroup", input)).0, "ValidationException");
        assert_eq!(
            caller
                .refused("DescribePackageGroup", json!({"domain": "shop", "packageGroup": "/pypi/*"}))
                .status,
            404
        );
        let input =
            json!({"domain": "shop", "packageGroup": "/npm//kit$", "tags": [{"key": AGE, "value": "3d"}]});
        caller.ok("CreatePackageGroup", input);
        assert!(age(world, caller, "kit").is_some(), "tags of a new group count at once");
    });
}

#[test]
fn versions_from_outside_that_are_too_young_are_neither_found_nor_listed_wherever_they_are_kept() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        create(caller, "/npm/*");
        let mut old = new_version("kit", "1.0.0", '1');
        old.upstream_published_at = Some(hours_ago(world, 100));
        let mut young = new_version("kit", "1.1.0", '2');
        young.upstream_published_at = Some(hours_ago(world, 10));
        ingest(world, caller, "app", "store", "kit", old);
        ingest(world, caller, "app", "store", "kit", young);
        assert_eq!(found(world, caller, "app", "1.1.0"), "held by app");
        let (all, before) = listing(world, caller, "app");
        assert_eq!((all.repositories[0].versions.len(), all.release_age, all.matures_at), (2, None, None));
        tag(caller, "/npm/*", AGE, "72h");
        let sentence = "version 1.1.0 of kit is younger than the minimum release age of 3 days that package group \
                        /npm/* sets; it becomes available at 2023-11-17T12:13:20Z";
        for repository in ["app", "store"] {
            assert_eq!(found(world, caller, repository, "1.1.0"), sentence);
            assert_eq!(found(world, caller, repository, "1.0.0"), format!("held by {repository}"));
        }
        let (listed, stamp) = listing(world, caller, "app");
        assert_ne!(stamp, before, "a listing that was put together before is not right any more");
        for one in &listed.repositories {
            assert_eq!(one.versions.len(), 1, "{}", one.repository.key.name);
            assert!(one.too_young.contains("1.1.0"));
        }
        assert_eq!(listed.matures_at, Some(hours_ago(world, 10 - 72)));
        world.pass(61 * HOUR + Duration::from_secs(3599));
        assert_eq!(found(world, caller, "app", "1.1.0"), sentence);
        world.pass(Duration::from_secs(1));
        assert_eq!(found(world, caller, "app", "1.1.0"), "held by app");
        let (listed, after) = listing(world, caller, "app");
        assert_eq!((listed.repositories[0].versions.len(), listed.matures_at), (2, None));
        assert_eq!(after, stamp, "what passes with time is not in the stamp");
    });
}

#[test]
fn what_is_too_young_does_not_come_in_and_what_is_published_here_has_no_age() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        tag(caller, "/*", AGE, "72h");
        let mut young = new_version("kit", "1.1.0", '2');
        young.upstream_published_at = Some(hours_ago(world, 71));
        let refused = ingest(world, caller, "app", "store", "kit", young.clone());
        assert!(matches!(refused, Found::TooYoung { .. }), "{refused:?}");
        young.upstream_published_at = None;
        let refused = ingest(world, caller, "app", "store", "kit", young.clone());
        assert!(matches!(refused, Found::TooYoung { .. }), "without a time it counts from the first sight");
        assert_eq!(crate::support::versions(caller, "store", "kit"), ["ResourceNotFoundException"]);
        young.upstream_published_at = Some(hours_ago(world, 72));
        let taken = ingest(world, caller, "app", "store", "kit", young);
        assert!(matches!(taken, Found::Held(_)), "{taken:?}");
        published(world, caller, "store", "own", "1.0.0");
        let own = obtain(world, caller, "app", "own", "1.0.0");
        assert!(matches!(own, Found::Held(_)), "{own:?}");
    });
}

#[test]
fn a_version_without_a_time_is_as_old_as_its_first_sight() {
    shop(&[("store", &[])], |world, caller| {
        connect(caller, "store");
        // Kept before anybody asked for an age: it was seen when it arrived.
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        tag(caller, "/*", AGE, "72h");
        assert!(found(world, caller, "store", "1.0.0").contains("is younger than"));
        let seen = |versions: &'static [&'static str]| {
            let versions: Vec<String> = versions.iter().map(|version| (*version).to_owned()).collect();
            let sight = move |tx: &mut store::Tx, _: &service::Call| {
                Ok(release_age::sight(tx, &key("app").domain, &coordinates("kit"), &versions)?)
            };
            write(world, caller, sight).unwrap();
        };
        seen(&["2.0.0"]);
        world.pass(48 * HOUR);
        let kit = age(world, caller, "kit").unwrap();
        assert_eq!(kit.unseen(["2.0.0", "3.0.0"]), ["3.0.0"]);
        seen(&["2.0.0", "3.0.0"]);
        world.pass(24 * HOUR);
        assert_eq!(found(world, caller, "store", "1.0.0"), "held by store");
        let kit = age(world, caller, "kit").unwrap();
        assert!(kit.admits("2.0.0", None), "seeing it again does not make it younger");
        assert!(!kit.admits("3.0.0", None));
        assert_eq!(kit.matures_at("3.0.0", None), Some(hours_ago(world, -48)));
        caller.ok("DeleteRepository", crate::support::of("store", json!({})));
        caller.ok("DeleteDomain", json!({"domain": "shop"}));
        caller.ok("CreateDomain", json!({"domain": "shop"}));
        tag(caller, "/*", AGE, "72h");
        assert!(!age(world, caller, "kit").unwrap().admits("2.0.0", None), "sights vanish with the domain");
    });
}

#[test]
fn an_asset_that_is_too_young_is_not_handed_out_by_the_api_either() {
    shop(&[("store", &[])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        tag(caller, "/*", AGE, "72h");
        let asset = npm("store", "kit", json!({"packageVersion": "1.0.0", "asset": "package.tgz"}));
        let refusal = caller.refused("GetPackageVersionAsset", asset);
        assert_eq!(refusal.name, "ResourceNotFoundException");
        assert!(refusal.message().contains("minimum release age of 3 days"), "{}", refusal.message());
        // What an administrator looks up stays to be seen.
        let described =
            caller.ok("DescribePackageVersion", npm("store", "kit", json!({"packageVersion": "1.0.0"})));
        assert_eq!(described["packageVersion"]["status"], Value::from("Published"));
    });
}
