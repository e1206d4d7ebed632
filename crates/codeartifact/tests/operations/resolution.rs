//! Which repository answers, through upstreams, origin configuration and statuses.

use codeartifact::resolution::{self, Found, Stamp};
use serde_json::{Value, json};
use testkit::{Caller, World};

use crate::support::{connect, coordinates, ingest, new_version, npm, of, publish, published, reach, shop};

fn look<T: Send + 'static>(
    world: &World,
    caller: &Caller<'_>,
    job: impl Fn(&mut store::Tx, &service::Call) -> Result<T, codeartifact::Error> + Send + Sync + 'static,
) -> T {
    let call = caller.call();
    world.store().read_blocking(move |tx| job(tx, &call)).unwrap()
}

/// What a lookup finds: the repository, `hidden` with its repository, or the repositories whose connections to ask.
fn find(
    world: &World,
    caller: &Caller<'_>,
    repository: &'static str,
    package: &'static str,
    version: &'static str,
) -> String {
    let found = look(world, caller, move |tx, call| {
        let repository = reach(tx, call, repository)?;
        Ok(resolution::find(tx, &repository, &coordinates(package), version)?)
    });
    let names = |repositories: &[codeartifact::repository::Repository]| -> String {
        repositories.iter().flat_map(|one| [" ", one.key.name.as_str()]).collect()
    };
    match found {
        Found::Held(held) => format!("held by {} behind{}", held.repository.key.name, names(&held.nearer)),
        Found::Hidden { repository, status, nearer } => {
            format!("{} in {} behind{}", status.as_str(), repository.key.name, names(&nearer))
        }
        Found::TooYoung { repository, .. } => format!("too young in {}", repository.key.name),
        Found::Absent { connections } => format!("absent, ask{}", names(&connections)),
    }
}

fn stamp(world: &World, caller: &Caller<'_>, repository: &'static str, package: &'static str) -> Stamp {
    look(world, caller, move |tx, call| {
        let repository = reach(tx, call, repository)?;
        Ok(resolution::stamp(&resolution::path(tx, &repository, &coordinates(package))?))
    })
}

fn set_origin(caller: &Caller<'_>, repository: &str, package: &str, publish: &str, upstream: &str) {
    let restrictions = json!({"restrictions": {"publish": publish, "upstream": upstream}});
    caller.ok("PutPackageOriginConfiguration", npm(repository, package, restrictions));
}

fn set_status(caller: &Caller<'_>, repository: &str, package: &str, version: &str, status: &str) {
    let input = json!({"versions": [version], "targetStatus": status});
    caller.ok("UpdatePackageVersionsStatus", npm(repository, package, input));
}

#[test]
fn repositories_are_searched_depth_first_in_the_order_of_their_priority() {
    let graph: &[(&str, &[&str])] = &[
        ("EE", &[]),
        ("DD", &["EE"]),
        ("CC", &[]),
        ("AA", &["CC", "DD"]),
        ("BB", &["EE"]),
        ("my_repo", &["AA", "BB"]),
    ];
    shop(graph, |world, caller| {
        let names = look(world, caller, |tx, call| {
            let repository = reach(tx, call, "my_repo")?;
            let list = resolution::search_list(tx, &repository)?;
            Ok(list.into_iter().map(|one| one.key.name).collect::<Vec<_>>())
        });
        assert_eq!(names, ["my_repo", "AA", "CC", "DD", "EE", "BB"]);
    });
}

#[test]
fn of_a_chain_the_25th_repository_answers_and_the_26th_does_not() {
    shop(&[("r26", &[])], |world, caller| {
        for place in (1..26).rev() {
            let upstreams = json!([{"repositoryName": format!("r{}", place + 1)}]);
            caller.ok("CreateRepository", of(&format!("r{place}"), json!({"upstreams": upstreams})));
        }
        published(world, caller, "r26", "kit", "1.0.0");
        assert_eq!(find(world, caller, "r1", "kit", "1.0.0"), "absent, ask");
        assert_eq!(find(world, caller, "r2", "kit", "1.0.0"), "held by r26 behind");
    });
}

#[test]
fn the_nearest_repository_that_has_the_version_decides_whatever_its_status() {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        set_origin(caller, "mid", "kit", "ALLOW", "BLOCK");
        published(world, caller, "mid", "kit", "1.0.0");
        set_origin(caller, "mid", "kit", "ALLOW", "ALLOW");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "held by mid behind");
        for (status, expected) in [
            ("Unlisted", "held by mid behind"),
            ("Archived", "Archived in mid behind"),
            ("Published", "held by mid behind"),
        ] {
            set_status(caller, "mid", "kit", "1.0.0", status);
            assert_eq!(find(world, caller, "app", "kit", "1.0.0"), expected);
        }
        let dispose = json!({"versions": ["1.0.0"]});
        caller.ok("DisposePackageVersions", npm("mid", "kit", dispose.clone()));
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "Disposed in mid behind");
        assert_eq!(find(world, caller, "store", "kit", "1.0.0"), "held by store behind");
        caller.ok("DeletePackageVersions", npm("mid", "kit", dispose));
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "held by store behind");
    });
}

#[test]
fn a_block_hides_what_lies_above_its_repository_only() {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "held by store behind");
        set_origin(caller, "mid", "kit", "ALLOW", "BLOCK");
        published(world, caller, "mid", "kit", "2.0.0");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "absent, ask");
        assert_eq!(find(world, caller, "app", "kit", "2.0.0"), "held by mid behind");
        set_origin(caller, "app", "kit", "ALLOW", "BLOCK");
        assert_eq!(find(world, caller, "app", "kit", "2.0.0"), "absent, ask");
        set_origin(caller, "store", "kit", "BLOCK", "BLOCK");
        assert_eq!(find(world, caller, "store", "kit", "1.0.0"), "held by store behind");
        assert_eq!(find(world, caller, "store", "kit", "9.9.9"), "absent, ask");
    });
}

#[test]
fn a_block_on_one_way_leaves_the_other_way_open() {
    let graph: &[(&str, &[&str])] =
        &[("store", &[]), ("left", &["store"]), ("right", &["store"]), ("app", &["left", "right"])];
    shop(graph, |world, caller| {
        published(world, caller, "store", "kit", "1.0.0");
        set_origin(caller, "left", "kit", "ALLOW", "BLOCK");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "held by store behind");
        set_origin(caller, "right", "kit", "ALLOW", "BLOCK");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "absent, ask");
    });
}

#[test]
fn a_connection_stands_where_its_repository_does_and_serves_its_format_only() {
    let graph: &[(&str, &[&str])] =
        &[("public", &[]), ("python", &[]), ("private", &[]), ("app", &["public", "python", "private"])];
    shop(graph, |world, caller| {
        connect(caller, "public");
        caller.ok("AssociateExternalConnection", of("python", json!({"externalConnection": "public:pypi"})));
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "absent, ask public");
        published(world, caller, "private", "kit", "1.0.0");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "held by private behind public");
        set_status(caller, "private", "kit", "1.0.0", "Archived");
        assert_eq!(find(world, caller, "app", "kit", "1.0.0"), "Archived in private behind public");
        caller.ok(
            "DisassociateExternalConnection",
            of("public", json!({"externalConnection": "public:npmjs"})),
        );
        assert_eq!(find(world, caller, "app", "kit", "2.0.0"), "absent, ask");
    });
}

#[test]
fn a_listing_holds_every_repository_on_the_way_in_order() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        let mut tagged = new_version("kit", "2.0.0", '2');
        tagged.dist_tags = vec!["latest".into()];
        set_origin(caller, "app", "kit", "ALLOW", "ALLOW");
        publish(world, caller, "app", "kit", tagged).unwrap();
        set_status(caller, "store", "kit", "1.0.0", "Unlisted");
        let listing = look(world, caller, |tx, call| {
            let repository = reach(tx, call, "app")?;
            Ok(resolution::listing(tx, &repository, &coordinates("kit"))?)
        });
        let [app, store] = &listing.repositories[..] else { panic!("two repositories are listed") };
        assert_eq!((app.repository.key.name.as_str(), store.repository.key.name.as_str()), ("app", "store"));
        assert_eq!((app.connection.is_some(), store.connection.is_some()), (false, true));
        assert_eq!(app.dist_tags.get("latest").map(String::as_str), Some("2.0.0"));
        assert!(!store.versions[0].status.is_listed());
        let manifest: Value = serde_json::from_str(&store.versions[0].manifest).unwrap();
        assert_eq!(manifest["version"], "1.0.0");
    });
}

#[test]
fn a_stamp_changes_with_everything_that_a_listing_shows_and_with_nothing_else() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        let mut last = stamp(world, caller, "app", "kit");
        let mut changed = |what: &str| {
            let now = stamp(world, caller, "app", "kit");
            assert_ne!(now, last, "{what}");
            last = now;
        };
        connect(caller, "store");
        changed("a connection");
        ingest(world, caller, "store", "store", "kit", new_version("kit", "1.0.0", '1'));
        changed("a version");
        set_status(caller, "store", "kit", "1.0.0", "Unlisted");
        changed("a status");
        set_origin(caller, "store", "kit", "BLOCK", "ALLOW");
        changed("an origin configuration");
        caller.ok("DeletePackageVersions", npm("store", "kit", json!({"versions": ["1.0.0"]})));
        changed("a deletion");
        caller
            .ok("DisassociateExternalConnection", of("store", json!({"externalConnection": "public:npmjs"})));
        changed("no connection");
        caller.ok("UpdateRepository", of("app", json!({"upstreams": []})));
        changed("no upstream");
        published(world, caller, "store", "kit-two", "1.0.0");
        caller.ok("UpdateRepository", of("app", json!({"description": "ours"})));
        assert_eq!(stamp(world, caller, "app", "kit"), last);
    });
}
