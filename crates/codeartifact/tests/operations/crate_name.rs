//! Crates are found whatever their spelling, and a name that is kept from outside is kept in every spelling.

use codeartifact::crate_name::{self, Known};
use codeartifact::package_version::Asset;
use serde_json::json;
use service::Call;
use testkit::{Caller, World};

use crate::support::{asset, key, of, reach, shop, write};

fn publish(world: &World, caller: &Caller<'_>, repository: &str, name: &str) {
    let (key, package) = (key(repository), crate_name::coordinates(name));
    let assets: Vec<Asset> = vec![asset(&format!("{name}-1.0.0.crate"), 'a')];
    let new = codeartifact::arrival::NewVersion {
        version: "1.0.0".to_owned(),
        manifest: "{}".to_owned(),
        assets,
        ..codeartifact::arrival::NewVersion::default()
    };
    write(world, caller, move |tx, call| codeartifact::arrival::publish(tx, call, &key, &package, &new))
        .unwrap();
}

fn known(world: &World, caller: &Caller<'_>, repository: &'static str, name: &'static str) -> Known {
    let call: Call = caller.call();
    let job = move |tx: &mut store::Tx| {
        let repository = reach(tx, &call, repository)?;
        Ok::<_, codeartifact::Error>(crate_name::known(tx, &repository, name)?)
    };
    world.store().read_blocking(job).unwrap()
}

fn connections(known: &Known) -> Vec<&str> {
    let connected = known.path.iter().filter(|step| step.connection.is_some());
    connected.map(|step| step.repository.key.name.as_str()).collect()
}

#[test]
fn a_crate_is_found_in_every_spelling_by_the_one_it_has() {
    shop(&[("store", &[]), ("app", &["store"])], |world, caller| {
        publish(world, caller, "store", "My_Kit");
        for asked in ["my-kit", "MY_KIT", "My_Kit", "my_Kit"] {
            assert_eq!(known(world, caller, "app", asked).coordinates.name, "My_Kit", "{asked}");
        }
        assert_eq!(known(world, caller, "app", "my-kit2").coordinates.name, "my-kit2");
        assert_eq!(known(world, caller, "app", "m%-kit").coordinates.name, "m%-kit");
        let held = |repository: &'static str| {
            let key = key(repository);
            write(world, caller, move |tx, _| Ok(crate_name::held(tx, &key, "my-KIT")?)).unwrap().name
        };
        assert_eq!((held("store"), held("app")), ("My_Kit".to_owned(), "my-KIT".to_owned()));
    });
}

#[test]
fn one_spelling_that_is_kept_from_outside_keeps_the_others() {
    shop(&[("store", &[]), ("mid", &["store"]), ("app", &["mid"])], |world, caller| {
        caller.ok(
            "AssociateExternalConnection",
            of("store", json!({"externalConnection": "public:crates-io"})),
        );
        assert_eq!(connections(&known(world, caller, "app", "my-kit")), ["store"]);
        publish(world, caller, "mid", "my-kit");
        assert_eq!(known(world, caller, "app", "MY_KIT").path.len(), 2, "the way ends where it is blocked");
        publish(world, caller, "app", "my_kit");
        let restrictions = json!({
            "format": "cargo", "package": "my_kit", "restrictions": {"publish": "ALLOW", "upstream": "ALLOW"}
        });
        caller.ok("PutPackageOriginConfiguration", of("app", restrictions));
        let both = known(world, caller, "app", "my-kit");
        assert_eq!((both.coordinates.name.as_str(), both.path.len()), ("my_kit", 3));
        assert_eq!(connections(&both), Vec::<&str>::new());
        // Other formats know no such rule.
        assert_eq!(connections(&known(world, caller, "app", "mykit")), ["store"]);
    });
}
