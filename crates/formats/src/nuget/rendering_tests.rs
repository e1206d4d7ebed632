//! Documents as clients read them.

use std::sync::Arc;

use super::super::entry::{DependencyGroup, Needed, PackageType};
use super::*;

fn listed(version: &str) -> Listed {
    let entry = Entry { id: "Acme.Kit".into(), version: version.into(), ..Entry::default() };
    Listed {
        version: Version::parse(version).unwrap(),
        entry: Arc::new(entry),
        is_listed: true,
        published: Some("2026-01-02T03:04:05Z".into()),
        deprecation: None,
        vulnerabilities: None,
        content: None,
        catalog: None,
    }
}

fn kit() -> PackageId {
    PackageId::parse("Acme.Kit").unwrap()
}

#[test]
fn the_service_index_has_every_type_once_with_its_hive() {
    let index = service_index("http://h/nuget/r/");
    let resources = index["resources"].as_array().unwrap();
    let of = |kind: &str| {
        let found: Vec<_> = resources.iter().filter(|one| one["@type"] == kind).collect();
        assert_eq!(found.len(), 1, "{kind}");
        found[0]["@id"].as_str().unwrap().to_owned()
    };
    for (kind, path) in [
        ("PackageBaseAddress/3.0.0", "v3/flatcontainer/"),
        ("RegistrationsBaseUrl", "v3/registration/"),
        ("RegistrationsBaseUrl/3.4.0", "v3/registration-gz/"),
        ("RegistrationsBaseUrl/3.6.0", "v3/registration-semver2/"),
        ("RegistrationsBaseUrl/Versioned", "v3/registration-semver2/"),
        ("SearchQueryService/3.5.0", "v3/query"),
        ("SearchAutocompleteService", "v3/autocomplete"),
        ("PackagePublish/2.0.0", "v3/package"),
        ("SymbolPackagePublish/4.9.0", "v3/symbolpackage"),
        ("ReadmeUriTemplate/6.13.0", "v3/flatcontainer/{lower_id}/{lower_version}/readme"),
    ] {
        assert_eq!(of(kind), format!("http://h/nuget/r/{path}"));
    }
    assert!(resources.iter().all(|one| !one["@type"].as_str().unwrap().starts_with("Catalog")));
}

#[test]
fn versions_of_semantic_versioning_2_are_in_their_hive_only() {
    let id = kit();
    let urls = Urls { base: "http://h/", id: &id };
    let versions = [listed("1.0.0"), listed("2.0.0-Beta.1+meta")];
    let shown = |hive: Hive| {
        let index = registration(urls, hive, &versions).unwrap();
        let leaves = index["items"][0]["items"].as_array().unwrap().clone();
        leaves
            .iter()
            .map(|leaf| leaf["catalogEntry"]["version"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(shown(Hive::Plain), ["1.0.0"]);
    assert_eq!(shown(Hive::Gzip), ["1.0.0"]);
    assert_eq!(shown(Hive::Semver2), ["1.0.0", "2.0.0-Beta.1+meta"]);
    assert_eq!(registration(urls, Hive::Plain, &versions[1..]), None);
    let beta = Version::parse("2.0-beta.1").unwrap();
    assert_eq!(leaf(urls, Hive::Plain, &versions, &beta), None);
    let leaf = leaf(urls, Hive::Semver2, &versions, &beta).unwrap();
    assert_eq!(leaf["@id"], "http://h/v3/registration-semver2/acme.kit/2.0.0-beta.1.json");
    let content = "http://h/v3/flatcontainer/acme.kit/2.0.0-beta.1/acme.kit.2.0.0-beta.1.nupkg";
    assert_eq!(leaf["packageContent"], content);
    assert_eq!(flat_index(&versions), json!({"versions": ["1.0.0", "2.0.0-beta.1"]}));
}

#[test]
fn large_registrations_come_in_pages() {
    let id = kit();
    let urls = Urls { base: "http://h/", id: &id };
    let some: Vec<Listed> = (0..127).map(|patch| listed(&format!("1.0.{patch}"))).collect();
    let index = registration(urls, Hive::Gzip, &some).unwrap();
    assert_eq!(
        (index["count"].as_u64(), index["items"][1]["items"].as_array().map(Vec::len)),
        (Some(2), Some(63))
    );
    let many: Vec<Listed> = (0..150).map(|patch| listed(&format!("1.0.{patch}"))).collect();
    let index = registration(urls, Hive::Gzip, &many).unwrap();
    assert_eq!(index["count"], 3);
    let last = &index["items"][2];
    assert_eq!((last.get("items"), &last["count"]), (None, &json!(22)));
    assert_eq!(last["@id"], "http://h/v3/registration-gz/acme.kit/page/1.0.128/1.0.149.json");
    let found = page(urls, Hive::Gzip, &many, "1.0.128", "1.0.149").unwrap();
    assert_eq!(found["items"].as_array().unwrap().len(), 22);
    assert_eq!(found["@id"], last["@id"]);
    assert_eq!(page(urls, Hive::Gzip, &many, "1.0.1", "1.0.149"), None);
}

#[test]
fn an_entry_says_what_is_known() {
    let id = kit();
    let urls = Urls { base: "http://h/", id: &id };
    let mut one = listed("1.0.0");
    let dependencies = vec![Needed { id: "Other.Kit".into(), range: "1.0".into() }];
    one.entry = Arc::new(Entry {
        icon: "i.png".into(),
        icon_url: "http://elsewhere/i.png".into(),
        license_file: "L.txt".into(),
        readme: "R.md".into(),
        package_types: vec![PackageType { name: "DotnetTool".into(), version: String::new() }],
        dependency_groups: vec![
            DependencyGroup { target_framework: Some("net6.0".into()), dependencies },
            DependencyGroup { target_framework: Some("net48".into()), dependencies: vec![] },
        ],
        package_hash: Some("AA==".into()),
        ..(*one.entry).clone()
    });
    one.is_listed = false;
    one.deprecation = Some(Arc::new(json!({"reasons": ["Legacy"]})));
    let index = registration(urls, Hive::Plain, &[one.clone()]).unwrap();
    let entry = &index["items"][0]["items"][0]["catalogEntry"];
    assert_eq!(entry["listed"], false);
    assert_eq!(entry["iconUrl"], "http://h/v3/flatcontainer/acme.kit/1.0.0/icon");
    assert_eq!(entry["licenseUrl"], "http://h/v3/flatcontainer/acme.kit/1.0.0/license");
    assert_eq!(entry["deprecation"]["reasons"][0], "Legacy");
    let groups = entry["dependencyGroups"].as_array().unwrap();
    assert_eq!(groups[0]["dependencies"][0]["range"], "[1.0.0, )");
    assert_eq!(groups[0]["dependencies"][0]["registration"], "http://h/v3/registration/other.kit/index.json");
    assert_eq!((groups[1].get("dependencies"), &groups[1]["targetFramework"]), (None, &json!("net48")));
    let hit = hit(urls, Hive::Semver2, &one, &[&one]);
    assert_eq!((&hit["title"], &hit["packageTypes"][0]["name"]), (&json!("Acme.Kit"), &json!("DotnetTool")));
}
