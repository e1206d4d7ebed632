//! Reading listings: of a registry's document, and of a repository's own rows.

use super::*;

fn name(text: &str) -> PackageName {
    PackageName::parse(text).unwrap()
}

const DOCUMENT: &str = r##"{
  "_id":"@s/a","_rev":"9-x","name":"@s/a","description":"about a","readme":"# a",
  "dist-tags":{"latest":"1.10.0","gone":"9.9.9","odd":1},
  "versions":{
    "1.10.0":{"name":"@s/a","version":"1.10.0","dist":{"tarball":"http://up/@s/a/-/a-1.10.0.tgz","shasum":"aa","integrity":"sha512-x"}},
    "1.2.0":{"name":"@s/a","version":"1.2.0","deprecated":"old","dist":{"tarball":"http://up/@s/a/-/a-1.2.0odd.tgz"}},
    "1.3.0":{"name":"@s/a","version":"1.3.0"},
    "1.2.0":{"name":"@s/a","version":"1.2.0","deprecated":"older","dist":{"tarball":"http://up/@s/a/-/a-1.2.0odd.tgz"}}
  },
  "time":{"created":"2020-01-01T00:00:00.000Z","modified":"2021-01-01T00:00:00.000Z","1.2.0":"2020-01-02T00:00:00.000Z","unpublished":{"x":1}},
  "_attachments":{}
}"##;

#[test]
fn a_registry_document_is_read_in_order_of_versions() {
    let listing = Listing::read(&name("@s/a"), DOCUMENT).unwrap();
    let versions: Vec<&str> = listing.entries().iter().map(|entry| entry.version.as_str()).collect();
    assert_eq!(versions, ["1.2.0", "1.10.0"]);
    assert_eq!(listing.left_out(), 1);
    let entry = listing.entry("1.10.0").unwrap();
    assert_eq!(&*entry.tarball, "http://up/@s/a/-/a-1.10.0.tgz");
    assert_eq!(entry.integrity.as_deref(), Some("sha512-x"));
    assert_eq!(entry.shasum.as_deref(), Some("aa"));
    assert!(!entry.deprecated);
    assert!(listing.entry("1.2.0").unwrap().deprecated);
    assert_eq!(listing.entry("1.2.0").unwrap().time.as_deref(), Some("2020-01-02T00:00:00.000Z"));
    assert_eq!(listing.dist_tags().iter().collect::<Vec<_>>(), [(&"latest".into(), &"1.10.0".into())]);
    assert_eq!(listing.readme().as_deref(), Some("# a"));
    assert!(listing.entry("1.3.0").is_none());
}

#[test]
fn the_last_of_two_manifests_of_a_version_counts() {
    let listing = Listing::read(&name("@s/a"), DOCUMENT).unwrap();
    assert_eq!(
        listing.manifest("1.2.0", "http://h/r/").unwrap(),
        r#"{"name":"@s/a","version":"1.2.0","deprecated":"older","dist":{"tarball":"http://h/r/@s/a/-/a-1.2.0.tgz"}}"#
    );
    assert_eq!(listing.manifest("3.0.0", ""), None);
}

#[test]
fn a_tarball_is_found_by_its_usual_name_and_by_the_one_its_registry_gave() {
    let listing = Listing::read(&name("@s/a"), DOCUMENT).unwrap();
    let found = |file| listing.entry_of_file(file).map(|entry| entry.version.as_str());
    assert_eq!(found("a-1.2.0.tgz"), Some("1.2.0"));
    assert_eq!(found("a-1.2.0odd.tgz"), Some("1.2.0"));
    assert_eq!(found("a-1.3.0.tgz"), None);
    assert_eq!(found("odd.tgz"), None);
}

#[test]
fn documents_of_something_else_are_refused() {
    let read = |text| Listing::read(&name("a"), text);
    assert!(
        matches!(read(r#"{"name":"b","versions":{}}"#), Err(ListingError::WrongName(found)) if found == "b")
    );
    assert!(matches!(read(r#"{"name":"a"}"#), Err(ListingError::NoVersions)));
    for text in
        ["", "[]", "null", r#"{"versions":[]}"#, r#"{"versions":{"1.0.0":}}"#, r#"{"versions":{}} {}"#]
    {
        assert!(matches!(read(text), Err(ListingError::Json(_))), "{text}");
    }
    let deep = format!(r#"{{"versions":{{"1.0.0":{}{}}}}}"#, "[".repeat(200_000), "]".repeat(200_000));
    assert!(read(&deep).is_ok_and(|listing| listing.left_out() == 1));
}

#[test]
fn a_listing_of_rows_is_described_by_its_latest_version() {
    let manifest =
        |description: &str| format!(r#"{{"description":"{description}","dist":{{"tarball":"x"}}}}"#);
    let (one, two) = (manifest("one"), manifest("two"));
    let rows = [
        Stored { version: "2.0.0", manifest: &two, time: Some("2022-01-01T00:00:00.000Z") },
        Stored { version: "1.0.0", manifest: &one, time: Some("2021-01-01T00:00:00.000Z") },
    ];
    let tags =
        BTreeMap::from([("latest".to_owned(), "1.0.0".to_owned()), ("x".to_owned(), "3.0.0".to_owned())]);
    let listing = Listing::of_stored(&name("a"), rows, tags, Some("read \"me\""));
    assert_eq!(listing.readme().as_deref(), Some("read \"me\""));
    assert!(listing.fields.contains(&("description", "\"one\"".into())));
    assert_eq!(listing.dist_tags().len(), 2, "a tag may name a version of an upstream repository");
    assert_eq!(listing.created.as_deref(), Some("2021-01-01T00:00:00.000Z"));
    assert_eq!(listing.modified.as_deref(), Some("2022-01-01T00:00:00.000Z"));
    let untagged = Listing::of_stored(&name("a"), rows, BTreeMap::new(), None);
    assert!(untagged.fields.contains(&("description", "\"two\"".into())));
}

#[test]
fn versions_and_tags_that_nobody_could_ask_for_are_left_out() {
    let manifest = r#"{"dist":{"tarball":"http://h/a.tgz"}}"#;
    let long = "1".repeat(257);
    let document = format!(
        r#"{{"versions":{{"1.0.0":{manifest},"1.0.0\u0000":{manifest},"{long}":{manifest},"":{manifest}}},
            "dist-tags":{{"latest":"1.0.0","a\u0000":"1.0.0","{long}":"1.0.0"}}}}"#
    );
    let listing = Listing::read(&PackageName::parse("a").unwrap(), &document).unwrap();
    let versions: Vec<&str> = listing.entries().iter().map(|entry| entry.version.as_str()).collect();
    assert_eq!((versions, listing.left_out()), (vec!["1.0.0"], 3));
    assert_eq!(listing.dist_tags().keys().collect::<Vec<_>>(), ["latest"]);
}
