//! What a public registry says later of versions that came from it.

use codeartifact::arrival::{self, Remarks, Supplement};
use codeartifact::package_version::{self, Asset};
use serde_json::json;
use testkit::{Caller, World};

use crate::support::{
    asset, connect, coordinates, ingest, key, new_version, npm, of, published, shop, write,
};

fn more(assets: Vec<Asset>) -> Supplement {
    Supplement { version: "1.0.0".into(), assets, ..Supplement::default() }
}

fn supplement(world: &World, caller: &Caller<'_>, requested: &'static str, what: Supplement) -> bool {
    let supplemented = write(world, caller, move |tx, call| {
        arrival::supplement(tx, call, &key(requested), &key("store"), &coordinates("kit"), &what)
    });
    supplemented.unwrap()
}

/// The names of the assets of the version that a repository holds, and what is said against it.
fn held(world: &World, caller: &Caller<'_>, repository: &'static str) -> (String, Option<String>) {
    let read = write(world, caller, move |tx, _| {
        let (key, package) = (key(repository), coordinates("kit"));
        let assets = package_version::assets(tx, &key, &package, "1.0.0")?;
        let names: Vec<String> = assets.into_iter().map(|asset| asset.name).collect();
        let version = package_version::get(tx, &key, &package, "1.0.0")?;
        Ok((names.join(" "), version.and_then(|version| version.yanked)))
    });
    read.unwrap()
}

/// A shop in which `app` got a version through `mid` from the connection of `store`.
fn ingested(test: impl Fn(&World, &Caller<'_>)) {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "kit", new_version("kit", "1.0.0", '1'));
        test(world, caller);
    });
}

#[test]
fn files_join_an_ingested_version_where_it_came_in_and_where_it_was_retained() {
    ingested(|world, caller| {
        let what = || more(vec![asset("late.jar", '2'), asset("package.tgz", '9')]);
        assert!(supplement(world, caller, "app", what()));
        assert!(!supplement(world, caller, "app", what()), "nothing is new in it");
        for repository in ["store", "app"] {
            assert_eq!(held(world, caller, repository).0, "late.jar package.tgz", "{repository}");
            let input = npm(repository, "kit", json!({"packageVersion": "1.0.0", "asset": "package.tgz"}));
            let reply = caller.reply("GetPackageVersionAsset", input).unwrap();
            let content = match reply.body {
                service::Body::Content(content) => content.sha256,
                service::Body::Json(_) => panic!("bytes"),
            };
            assert_eq!(content, "1".repeat(64), "bytes that are there stay");
        }
        assert_eq!(held(world, caller, "mid").0, "");
    });
}

#[test]
fn remarks_are_taken_over_without_another_revision() {
    ingested(|world, caller| {
        let say = |yanked: Option<&str>| {
            let remarks = Remarks { deprecated: None, yanked: yanked.map(str::to_owned) };
            supplement(world, caller, "app", Supplement { remarks: Some(remarks), ..more(Vec::new()) })
        };
        let revision = || {
            let input = npm("app", "kit", json!({"packageVersion": "1.0.0"}));
            caller.ok("DescribePackageVersion", input)["packageVersion"]["revision"].clone()
        };
        let before = revision();
        assert!(say(Some("")));
        assert!(!say(Some("")));
        assert_eq!(held(world, caller, "store").1.as_deref(), Some(""));
        assert_eq!(held(world, caller, "app").1.as_deref(), Some(""));
        assert!(say(None));
        assert_eq!((held(world, caller, "app").1, revision()), (None, before));
    });
}

#[test]
fn nothing_joins_where_the_way_is_closed() {
    let closings: [fn(&Caller<'_>); 5] = [
        |caller| {
            let connection = of("store", json!({"externalConnection": "public:npmjs"}));
            caller.ok("DisassociateExternalConnection", connection);
        },
        |caller| {
            let block = json!({"restrictions": {"publish": "BLOCK", "upstream": "BLOCK"}});
            caller.ok("PutPackageOriginConfiguration", npm("store", "kit", block));
        },
        |caller| {
            let block = json!({"restrictions": {"publish": "BLOCK", "upstream": "BLOCK"}});
            caller.ok("PutPackageOriginConfiguration", npm("app", "kit", block));
        },
        |caller| {
            let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
            caller.ok("UpdatePackageVersionsStatus", npm("store", "kit", archive));
        },
        |caller| {
            caller.ok("DeletePackageVersions", npm("store", "kit", json!({"versions": ["1.0.0"]})));
        },
    ];
    for (number, close) in closings.into_iter().enumerate() {
        ingested(|world, caller| {
            close(caller);
            assert!(!supplement(world, caller, "app", more(vec![asset("late.jar", '2')])), "{number}");
            assert_eq!(held(world, caller, "app").0, "package.tgz");
        });
    }
}

#[test]
fn a_copy_that_is_archived_is_left_alone() {
    ingested(|world, caller| {
        let archive = json!({"versions": ["1.0.0"], "targetStatus": "Archived"});
        caller.ok("UpdatePackageVersionsStatus", npm("app", "kit", archive));
        assert!(supplement(world, caller, "app", more(vec![asset("late.jar", '2')])));
        assert_eq!(held(world, caller, "store").0, "late.jar package.tgz");
        assert_eq!(held(world, caller, "app").0, "package.tgz");
    });
}

#[test]
fn what_was_published_is_not_mixed_with_what_the_registry_has() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        connect(caller, "store");
        let both = json!({"restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}});
        caller.ok("PutPackageOriginConfiguration", npm("store", "kit", both));
        assert!(!supplement(world, caller, "store", more(vec![asset("late.jar", '2')])));
        assert_eq!(held(world, caller, "store").0, "package.tgz");
    });
}

#[test]
fn yanks_upstream_are_taken_over_for_what_was_ingested() {
    ingested(|world, caller| {
        let refresh = |yanked: Option<&str>| {
            let remarks = Remarks { deprecated: None, yanked: yanked.map(str::to_owned) };
            let said = [("1.0.0".to_owned(), remarks)].into();
            write(world, caller, move |tx, _| {
                Ok(arrival::refresh(tx, &key("store"), &coordinates("kit"), &said)?)
            })
        };
        assert_eq!(refresh(Some("broken\0")), Ok(1));
        assert_eq!(refresh(Some("broken\0")), Ok(0));
        assert_eq!(held(world, caller, "store").1.as_deref(), Some("broken"));
        assert_eq!(held(world, caller, "app").1, None, "what was retained is a snapshot");
        assert_eq!(refresh(None), Ok(1));
    });
}

#[test]
fn a_version_is_yanked_where_it_is() {
    shop(&[("web", &[])], |world, caller| {
        published(world, caller, "web", "kit", "1.0.0");
        let yank = |version: &'static str, reason: Option<&'static str>| {
            write(world, caller, move |tx, call| {
                package_version::yank(tx, call, &key("web"), &coordinates("kit"), version, reason)
            })
        };
        assert_eq!(yank("1.0.0", Some("")), Ok(()));
        assert_eq!(held(world, caller, "web").1.as_deref(), Some(""));
        assert_eq!(yank("1.0.0", None), Ok(()));
        assert_eq!(held(world, caller, "web").1, None);
        assert_eq!(yank("9.9.9", None).unwrap_err().name, "ResourceNotFoundException");
        let stranger = caller.clone().of_account("444455556666");
        let refused = write(world, &stranger, |tx, call| {
            package_version::yank(tx, call, &key("web"), &coordinates("kit"), "1.0.0", None)
        });
        assert_eq!(refused.unwrap_err().name, "AccessDeniedException");
    });
}
