//! Versions that are published in several steps: assets that join them, and the end of their upload.

use codeartifact::arrival::{self, Addition, Published, Replaces};
use codeartifact::name::Coordinates;
use codeartifact::package_version::Status;
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::event::told;
use crate::support::{
    Refused, asset, connect, ingest, key, new_version, npm, published, shop, versions, write,
};

fn addition(version: &str, name: &str, content: char) -> Addition {
    Addition { version: version.into(), assets: vec![asset(name, content)], ..Addition::default() }
}

fn add(
    world: &World,
    caller: &Caller<'_>,
    repository: &str,
    addition: Addition,
) -> Result<Published, Refused> {
    let (key, package) = (key(repository), Coordinates::npm("", "kit"));
    write(world, caller, move |tx, call| {
        let admitted = arrival::may_add(tx, call, &key, &package, &addition);
        let added = arrival::add(tx, call, &key, &package, &addition);
        assert_eq!(admitted.is_ok(), added.is_ok(), "the question is answered as the deed");
        added
    })
}

/// What happened, in short: `created status`, `changed status` or `same status`.
fn outcome(added: Result<Published, Refused>) -> String {
    match added {
        Ok(added) => {
            let what = if added.created { "created" } else { "changed" };
            format!("{} {}", if added.changed { what } else { "same" }, added.status.as_str())
        }
        Err(refused) => refused.name,
    }
}

fn assets(caller: &Caller<'_>, repository: &str) -> Vec<String> {
    let input = npm(repository, "kit", json!({"packageVersion": "1.0"}));
    let answer = caller.ok("ListPackageVersionAssets", input);
    let shown = |asset: &Value| {
        format!("{} {}", asset["name"].as_str().unwrap(), &asset["hashes"]["MD5"].as_str().unwrap()[..1])
    };
    answer["assets"].as_array().unwrap().iter().map(shown).collect()
}

#[test]
fn assets_join_a_version_until_the_last_one_finishes_it() {
    shop(&[("web", &[])], |world, caller| {
        let step = |name: &str, content: char, finished: bool| {
            outcome(add(world, caller, "web", Addition { finished, ..addition("1.0", name, content) }))
        };
        assert_eq!(step("a", '1', false), "created Unfinished");
        assert_eq!(step("b", '2', false), "changed Unfinished");
        assert_eq!(step("a", '1', false), "same Unfinished");
        assert_eq!(step("a", '3', false), "ConflictException");
        assert_eq!(step("c", '3', true), "changed Published");
        assert_eq!(step("d", '4', true), "ConflictException");
        assert_eq!(step("c", '3', false), "same Published", "what is published stays published");
        assert_eq!(assets(caller, "web"), ["a 1", "b 2", "c 3"]);
        assert_eq!(
            told(world),
            ["1.0 Created +1 -0 ~0 metadata status", "1.0 Updated +1 -0 ~0", "1.0 Updated +1 -0 ~0 status",]
        );
        let archive = json!({"versions": ["1.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", archive));
        assert_eq!(step("a", '1', true), "ConflictException");
    });
}

#[test]
fn the_last_asset_may_be_one_that_is_there() {
    shop(&[("web", &[])], |world, caller| {
        let finish =
            |finished| outcome(add(world, caller, "web", Addition { finished, ..addition("1.0", "a", '1') }));
        assert_eq!([finish(false), finish(true)], ["created Unfinished", "changed Published"]);
        assert_eq!(told(world)[1], "1.0 Updated +0 -0 ~0 status");
    });
}

#[test]
fn a_published_version_takes_assets_where_its_format_lets_it() {
    shop(&[("web", &[])], |world, caller| {
        let step = |name: &str, content, manifest: Option<&str>| {
            let manifest = manifest.map(str::to_owned);
            let (finished, into_published) = (true, true);
            let step = addition("1.0", name, content);
            add(world, caller, "web", Addition { finished, into_published, manifest, ..step }).unwrap()
        };
        let first = step("a.whl", '1', Some(r#"{"name":"kit"}"#));
        let second = step("a.tar.gz", '2', Some(r#"{"name":"kit","flags":{"x":1}}"#));
        assert_ne!(first.revision, second.revision);
        let flagged = step("a.whl", '1', Some(r#"{"name":"kit","flags":{"x":2}}"#));
        assert_eq!((flagged.changed, &flagged.revision), (true, &second.revision));
        let same = step("a.whl", '1', None);
        assert_eq!((same.changed, &same.revision), (false, &second.revision));
        let restated = step("a.whl", '1', Some(r#"{"name":"Kit"}"#));
        assert_ne!(restated.revision, second.revision);
        assert_eq!(
            told(world),
            ["1.0 Created +1 -0 ~0 metadata status", "1.0 Updated +1 -0 ~0", "1.0 Updated +0 -0 ~0 metadata"]
        );
        let unlist = json!({"versions": ["1.0"], "targetStatus": "Unlisted"});
        caller.ok("UpdatePackageVersionsStatus", npm("web", "kit", unlist));
        assert_eq!(step("c", '3', None).status, Status::Unlisted);
    });
}

#[test]
fn some_assets_may_be_replaced_or_all_of_them() {
    shop(&[("web", &[])], |world, caller| {
        let step = |assets: &[(&str, char)], replaces: Replaces| {
            let assets = assets.iter().map(|(name, content)| asset(name, *content)).collect();
            let into_published = true;
            let step = Addition { version: "1.0".into(), assets, ..Addition::default() };
            outcome(add(world, caller, "web", Addition { replaces, finished: true, into_published, ..step }))
        };
        assert_eq!(step(&[("a", '1'), ("m", '1'), ("b", '1')], Replaces::Nothing), "created Published");
        let named = || Replaces::Named(vec!["m".to_owned()]);
        assert_eq!(step(&[("m", '2')], named()), "changed Published");
        assert_eq!(step(&[("a", '2')], named()), "ConflictException");
        assert_eq!(assets(caller, "web"), ["a 1", "b 1", "m 2"]);
        assert_eq!(step(&[("a", '2'), ("m", '2'), ("c", '1')], Replaces::Everything), "changed Published");
        assert_eq!(assets(caller, "web"), ["a 2", "c 1", "m 2"]);
        assert_eq!(told(world)[1..], ["1.0 Updated +0 -0 ~1", "1.0 Updated +1 -1 ~1"]);
    });
}

#[test]
fn a_new_version_must_not_be_upstream_unless_it_may() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0");
        let step = |beside_upstream| {
            outcome(add(world, caller, "app", Addition { beside_upstream, ..addition("1.0", "a", '1') }))
        };
        assert_eq!(step(false), "ConflictException");
        assert_eq!(step(true), "created Unfinished");
    });
}

#[test]
fn what_came_from_upstream_takes_no_published_assets() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "kit", new_version("kit", "1.0", '1'));
        let step = |name: &str, content| {
            outcome(add(
                world,
                caller,
                "app",
                Addition { into_published: true, ..addition("1.0", name, content) },
            ))
        };
        assert_eq!(step("a", '1'), "ConflictException", "publishing is blocked");
        let both = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", npm("app", "kit", both));
        assert_eq!(step("a", '1'), "ConflictException");
        assert_eq!(step("package.tgz", '1'), "same Published");
    });
}

#[test]
fn a_version_has_as_many_assets_as_its_region_allows() {
    shop(&[("web", &[])], |world, caller| {
        let many = |names: std::ops::Range<usize>| Addition {
            version: "1.0".into(),
            assets: names.map(|name| asset(&name.to_string(), '1')).collect(),
            ..Addition::default()
        };
        assert_eq!(outcome(add(world, caller, "web", many(0..351))), "ServiceQuotaExceededException");
        assert_eq!(outcome(add(world, caller, "web", many(0..349))), "created Unfinished");
        assert_eq!(outcome(add(world, caller, "web", many(348..351))), "ServiceQuotaExceededException");
        assert_eq!(outcome(add(world, caller, "web", many(348..350))), "changed Unfinished");
        let mut large = addition("1.0", "large", '1');
        large.assets[0].size = 5 * 1024 * 1024 * 1024 + 1;
        assert_eq!(outcome(add(world, caller, "web", large)), "ServiceQuotaExceededException");
    });
}

#[test]
fn scenario_21_the_end_of_an_upload_publishes_or_unlists_what_is_unfinished() {
    shop(&[("web", &[])], |world, caller| {
        add(world, caller, "web", addition("1.0", "a", '1')).unwrap();
        add(world, caller, "web", addition("2.0", "a", '1')).unwrap();
        let finish = |version: &'static str, into| {
            write(world, caller, move |tx, call| {
                arrival::finish(tx, call, &key("web"), &Coordinates::npm("", "kit"), version, into)
            })
        };
        assert_eq!(finish("1.0", Status::Published), Ok(true));
        assert_eq!(finish("2.0", Status::Unlisted), Ok(true));
        assert_eq!(finish("1.0", Status::Unlisted), Ok(false));
        assert_eq!(finish("3.0", Status::Published), Ok(false));
        assert_eq!(versions(caller, "web", "kit"), ["2.0 Unlisted", "1.0 Published"]);
        let stranger = caller.clone().of_account("444455556666");
        let refused = write(world, &stranger, |tx, call| {
            let package = Coordinates::npm("", "kit");
            arrival::finish(tx, call, &key("web"), &package, "1.0", Status::Published)
        });
        assert_eq!(refused.unwrap_err().name, "AccessDeniedException");
    });
}

#[test]
fn metadata_is_restated_and_its_flags_leave_the_revision_alone() {
    shop(&[("web", &[])], |world, caller| {
        let first = add(world, caller, "web", addition("1.0", "a", '1')).unwrap();
        let restate = |manifest: &'static str| {
            write(world, caller, move |tx, call| {
                let package = Coordinates::npm("", "kit");
                arrival::restate(tx, call, &key("web"), &package, "1.0", (manifest.to_owned(), None))
            })
        };
        let revision = || {
            let input = npm("web", "kit", json!({"packageVersion": "1.0"}));
            caller.ok("DescribePackageVersion", input)["packageVersion"]["revision"].clone()
        };
        assert_eq!(restate("{}"), Ok(true));
        let stated = revision();
        assert_ne!(stated, first.revision);
        assert_eq!(restate(r#"{"flags":{"sum":"wrong"}}"#), Ok(true));
        assert_eq!(restate(r#"{"flags":{"sum":"wrong"}}"#), Ok(false));
        assert_eq!(revision(), stated);
    });
}

#[test]
fn strangers_add_nothing() {
    shop(&[("web", &[])], |world, caller| {
        let stranger = caller.clone().of_account("444455556666");
        assert_eq!(outcome(add(world, &stranger, "web", addition("1.0", "a", '1'))), "AccessDeniedException");
        assert_eq!(
            outcome(add(world, caller, "none", addition("1.0", "a", '1'))),
            "ResourceNotFoundException"
        );
    });
}
