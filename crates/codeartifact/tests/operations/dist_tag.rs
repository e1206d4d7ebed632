//! Dist-tags of npm packages.

use codeartifact::{dist_tag, resolution};
use testkit::{Caller, World};

use crate::support::{
    Refused, connect, coordinates, ingest, key, new_version, published, reach, shop, write,
};

/// The tags that a repository itself keeps, as `tag version`.
pub fn tags(
    world: &World,
    caller: &Caller<'_>,
    repository: &'static str,
    package: &'static str,
) -> Vec<String> {
    let call = caller.call();
    let listing: Result<_, codeartifact::Error> = world.store().read_blocking(move |tx| {
        let repository = reach(tx, &call, repository)?;
        Ok(resolution::listing(tx, &repository, &coordinates(package))?)
    });
    let tags = listing.unwrap().repositories[0].dist_tags.clone();
    tags.iter().map(|(tag, version)| format!("{tag} {version}")).collect()
}

fn put(world: &World, caller: &Caller<'_>, tag: &'static str, version: &'static str) -> Result<(), Refused> {
    write(world, caller, move |tx, call| {
        dist_tag::put(tx, call, &key("app"), &coordinates("kit"), tag, version)
    })
}

#[test]
fn tags_are_set_moved_and_removed() {
    shop(&[("app", &[])], |world, caller| {
        published(world, caller, "app", "kit", "1.0.0");
        published(world, caller, "app", "kit", "1.10.0");
        put(world, caller, "beta", "1.0.0").unwrap();
        put(world, caller, "beta", "1.10.0").unwrap();
        assert_eq!(tags(world, caller, "app", "kit"), ["beta 1.10.0"]);
        let remove = || {
            write(world, caller, |tx, call| {
                dist_tag::delete(tx, call, &key("app"), &coordinates("kit"), "beta")
            })
        };
        remove().unwrap();
        assert_eq!(tags(world, caller, "app", "kit"), Vec::<String>::new());
        assert_eq!(remove().unwrap_err().name, "ResourceNotFoundException");
        assert_eq!(put(world, caller, "beta", "9.9.9").unwrap_err().name, "ResourceNotFoundException");
    });
}

#[test]
fn a_tag_may_name_a_version_of_an_upstream_repository() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        ingest(world, caller, "app", "store", "kit", new_version("kit", "1.0.0", '1'));
        ingest(world, caller, "store", "store", "kit", new_version("kit", "2.0.0", '2'));
        put(world, caller, "mine", "2.0.0").unwrap();
        assert_eq!(tags(world, caller, "app", "kit"), ["mine 2.0.0"]);
    });
}

#[test]
fn a_version_brings_the_tags_that_point_at_it() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        connect(caller, "store");
        for (version, content) in [("1.0.0", '1'), ("1.1.0", '2')] {
            let mut new = new_version("kit", version, content);
            new.dist_tags = vec!["latest".into()];
            ingest(world, caller, "app", "store", "kit", new);
            for repository in ["store", "app"] {
                assert_eq!(tags(world, caller, repository, "kit"), [format!("latest {version}")]);
            }
        }
    });
}
