//! Feeds as clients of old read them.

use std::sync::Arc;

use super::super::entry::{DependencyGroup, Entry, Needed};
use super::*;
use crate::xml::Element;

fn listed(version: &str, is_listed: bool) -> Listed {
    let dependencies = vec![Needed { id: "Other".into(), range: "[1.0]".into() }];
    let entry = Entry {
        id: "Acme.Kit".into(),
        version: version.into(),
        description: "A < B & \u{1}C".into(),
        dependency_groups: vec![
            DependencyGroup { target_framework: Some("net48".into()), dependencies },
            DependencyGroup { target_framework: Some("net6.0".into()), dependencies: vec![] },
        ],
        ..Entry::default()
    };
    Listed {
        version: Version::parse(version).unwrap(),
        entry: Arc::new(entry),
        is_listed,
        published: Some("2026-01-02T03:04:05Z".into()),
        deprecation: None,
        vulnerabilities: None,
        content: None,
        catalog: None,
    }
}

fn kit() -> Vec<Item> {
    let versions = [listed("1.0.0", true), listed("1.1.0", false), listed("2.0.0-b", true)];
    items(&PackageId::parse("acme.kit").unwrap(), &versions)
}

#[test]
fn a_feed_is_xml_with_every_property() {
    let text = feed("http://h/\"&/", "FindPackagesById", &kit(), Some(3), Some("http://h/?a=1&$skip=3"));
    let feed = Element::read(text.as_bytes(), 1 << 20, "feed").unwrap();
    let entries: Vec<_> = feed.children("entry").collect();
    assert_eq!(entries.len(), 3);
    let property = |place: usize, name: &str| {
        entries[place].child("properties").unwrap().text_of(name).unwrap_or_default()
    };
    assert_eq!(property(0, "Description"), "A < B & C");
    assert_eq!(property(0, "Dependencies"), "Other:[1.0.0]:net48|::net6.0");
    let flags =
        |place: usize| (property(place, "IsLatestVersion"), property(place, "IsAbsoluteLatestVersion"));
    assert_eq!(flags(0), ("true".into(), "false".into()));
    assert_eq!(flags(2), ("false".into(), "true".into()));
    assert_eq!(property(1, "Published"), "1900-01-01T00:00:00Z");
    let next = feed.children("link").find(|link| link.attribute("rel") == Some("next")).unwrap();
    assert_eq!(next.attribute("href"), Some("http://h/?a=1&$skip=3"));
    assert_eq!(feed.text_of("count").as_deref(), Some("3"));
}

#[test]
fn the_other_documents_are_xml() {
    let one = single("http://h/", &kit()[0]);
    let entry = Element::read(one.as_bytes(), 1 << 20, "entry").unwrap();
    assert_eq!(entry.child("content").unwrap().attribute("src"), Some("http://h/v2/package/Acme.Kit/1.0.0"));
    assert!(Element::read(metadata().as_bytes(), 1 << 20, "Edmx").is_ok());
    assert!(Element::read(service_document("http://h/").as_bytes(), 1 << 20, "service").is_ok());
}

#[test]
fn filters_of_clients_are_understood() {
    let shown = |filter: &str| {
        let filter = Filter::read(filter);
        let admitted = kit().into_iter().filter(|item| filter.admits(item));
        admitted.map(|item| item.listed.version.normalised()).collect::<Vec<_>>()
    };
    assert_eq!(shown("(tolower(Id) eq 'acme.kit') and IsLatestVersion"), ["1.0.0"]);
    assert_eq!(shown("IsAbsoluteLatestVersion eq true"), ["2.0.0-b"]);
    assert_eq!(shown("Id eq 'Acme.Kit' and Version eq '1.1'"), ["1.1.0"]);
    assert_eq!(shown("NormalizedVersion eq '1.1.0'"), ["1.1.0"]);
    assert_eq!(shown("Id eq 'Other'"), [""; 0]);
    assert_eq!(shown("").len(), 3);
    assert_eq!(shown("IsLatestVersion eq false").len(), 3);
}
