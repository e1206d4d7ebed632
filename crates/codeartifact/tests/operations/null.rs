//! U+0000 in package documents, which PostgreSQL keeps in no text: left out of what is kept, found nowhere.

use std::collections::BTreeMap;

use codeartifact::resolution::Found;
use codeartifact::{arrival, dist_tag, package_version};
use serde_json::json;

use crate::support::{Refused, coordinates, key, new_version, npm, obtain, publish, shop, write};

#[test]
fn a_deprecation_is_kept_without_its_null_characters() {
    shop(&[("store", &[])], |world, caller| {
        let mut new = new_version("left-pad", "1.0.0", 'a');
        new.deprecated = Some("use \0right-pad".to_owned());
        assert_eq!(publish(world, caller, "store", "left-pad", new), Ok(true));
        let deprecated = || match obtain(world, caller, "store", "left-pad", "1.0.0") {
            Found::Held(held) => held.version.deprecated,
            other => panic!("{other:?}"),
        };
        assert_eq!(deprecated().as_deref(), Some("use right-pad"));

        let named = |version: &str, text: &str| BTreeMap::from([(version.to_owned(), Some(text.to_owned()))]);
        let deprecate = |wanted: BTreeMap<String, Option<String>>| {
            let job = move |tx: &mut store::Tx, call: &service::Call| {
                package_version::deprecate(tx, call, &key("store"), &coordinates("left-pad"), &wanted)
            };
            write(world, caller, job)
        };
        assert_eq!(deprecate(named("1.0.0", "\0old\0")), Ok(1));
        assert_eq!(deprecated().as_deref(), Some("old"));
        assert_eq!(deprecate(named("1.0.0\0", "other")), Ok(0), "no version has such a name");
        assert_eq!(deprecated().as_deref(), Some("old"));
    });
}

#[test]
fn a_version_with_a_null_character_is_not_found() {
    shop(&[("store", &[])], |world, caller| {
        assert_eq!(
            publish(world, caller, "store", "left-pad", new_version("left-pad", "1.0.0", 'a')),
            Ok(true)
        );
        let put: Result<(), Refused> = write(world, caller, |tx, call| {
            dist_tag::put(tx, call, &key("store"), &coordinates("left-pad"), "beta", "1.0.0\0")
        });
        assert_eq!(put.unwrap_err().name, "ResourceNotFoundException");
        let found: Result<_, Refused> = write(world, caller, |tx, call| {
            arrival::obtain(tx, call, &key("store"), &coordinates("left-pad"), "\0")
        });
        assert!(found.is_ok());
        let input = npm("store", "left-pad", json!({"packageVersion": "1.0.0\0"}));
        assert_eq!(caller.refused("DescribePackageVersion", input).name, "ValidationException");
    });
}
