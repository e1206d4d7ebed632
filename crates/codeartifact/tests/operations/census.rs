//! What lists of all packages of a format go by: who holds what, and whether anything changed; and the status that a
//! package manager sets.

use codeartifact::name::{Coordinates, PackageFormat};
use codeartifact::package_version::{self, Status};
use codeartifact::resolution::{self, Census};
use serde_json::json;
use testkit::{Caller, World};

use crate::support::{asset, key, reach, shop, write};

fn gem(name: &str) -> Coordinates {
    Coordinates { format: PackageFormat::Ruby, namespace: String::new(), name: name.to_owned() }
}

fn publish(world: &World, caller: &Caller<'_>, repository: &str, name: &str, version: &str) {
    let (key, package) = (key(repository), gem(name));
    let new = codeartifact::arrival::NewVersion {
        version: version.to_owned(),
        manifest: "{}".to_owned(),
        assets: vec![asset(&format!("{name}-{version}.gem"), 'a')],
        ..codeartifact::arrival::NewVersion::default()
    };
    write(world, caller, move |tx, call| codeartifact::arrival::publish(tx, call, &key, &package, &new))
        .unwrap();
}

fn census(world: &World, caller: &Caller<'_>, repository: &'static str) -> Census {
    let call = caller.call();
    let job = move |tx: &mut store::Tx| {
        let repository = reach(tx, &call, repository)?;
        Ok::<_, codeartifact::Error>(resolution::census(tx, &repository, PackageFormat::Ruby)?)
    };
    world.store().read_blocking(job).unwrap()
}

#[test]
fn a_census_changes_when_and_where_a_list_does() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        publish(world, caller, "store", "a", "1.0");
        publish(world, caller, "app", "b", "1.0");
        let first = census(world, caller, "app");
        let names: Vec<&str> = first.packages.keys().map(|(_, name)| name.as_str()).collect();
        assert_eq!(names, ["a", "b"]);
        assert_eq!(census(world, caller, "store").packages.len(), 1);
        assert_eq!(census(world, caller, "app"), first);
        publish(world, caller, "store", "a", "1.1");
        let second = census(world, caller, "app");
        let state = |census: &Census, name: &str| census.packages[&(String::new(), name.to_owned())].clone();
        assert_eq!((second.frame == first.frame, state(&second, "b") == state(&first, "b")), (true, true));
        assert_ne!(state(&second, "a"), state(&first, "a"));
        caller.ok("CreatePackageGroup", json!({"domain": "shop", "packageGroup": "/ruby/*"}));
        assert_ne!(census(world, caller, "app").frame, second.frame);
        assert!(!second.frame.is_connected());
        let connection =
            json!({"domain": "shop", "repository": "store", "externalConnection": "public:ruby-gems-org"});
        caller.ok("AssociateExternalConnection", connection);
        assert!(census(world, caller, "app").frame.is_connected());
    });
}

#[test]
fn a_package_manager_sets_the_status_of_what_is_there() {
    shop(&[("store", &[])], |world, caller| {
        publish(world, caller, "store", "a", "1.0");
        let set = |version: &'static str, target: Status| {
            write(world, caller, move |tx, call| {
                package_version::set_status(tx, call, &key("store"), &gem("a"), version, target)
            })
        };
        set("1.0", Status::Unlisted).unwrap();
        set("1.0", Status::Unlisted).unwrap();
        let version = || {
            let input = json!({"domain": "shop", "repository": "store", "format": "ruby", "package": "a",
                "packageVersion": "1.0"});
            caller.ok("DescribePackageVersion", input)["packageVersion"]["status"].clone()
        };
        assert_eq!(version(), "Unlisted");
        assert!(set("2.0", Status::Unlisted).is_err());
        let dispose = json!({"domain": "shop", "repository": "store", "format": "ruby", "package": "a",
            "versions": ["1.0"]});
        caller.ok("DisposePackageVersions", dispose);
        assert!(set("1.0", Status::Published).is_err());
        assert_eq!(version(), "Disposed");
    });
}
