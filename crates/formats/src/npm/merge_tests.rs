//! Putting listings together, and the text that comes out.

use super::super::listing::Stored;
use super::*;
use serde_json::{Value, json};

fn name() -> PackageName {
    PackageName::parse("@s/a").unwrap()
}

fn source(origin: &str, versions: &[&str], tags: &[(&str, &str)], hidden: &[&str]) -> Source {
    let manifests: Vec<String> = versions
        .iter()
        .map(|v| {
            json!({"name": "@s/a", "version": v, "description": origin, "dist": {"tarball": "x", "shasum": "00"}})
                .to_string()
        })
        .collect();
    let times: Vec<String> =
        versions.iter().map(|v| format!("2020-01-01T00:00:00.00{}Z", v.len() % 10)).collect();
    let rows = versions.iter().zip(&manifests).zip(&times).map(|((version, manifest), time)| Stored {
        version,
        manifest,
        time: Some(time),
    });
    let tags = tags.iter().map(|(tag, version)| ((*tag).to_owned(), (*version).to_owned())).collect();
    let listing = Listing::of_stored(&name(), rows, tags, None);
    Source { listing: Arc::new(listing), hidden: hidden.iter().map(|v| (*v).to_owned()).collect() }
}

fn rendered(merged: &Merged, form: Form, base: &str) -> Value {
    let rendering = Arc::new(merged.render(form));
    let whole = rendering.to_vec(base);
    assert_eq!(whole.len(), rendering.len(base));
    assert_eq!(rendering.clone().chunks(base).flatten().collect::<Vec<u8>>(), whole);
    serde_json::from_slice(&whole).unwrap()
}

#[test]
fn a_version_is_represented_by_the_nearest_repository_that_holds_it() {
    let merged = Merged::new(
        &name(),
        &[
            source("near", &["1.0.0", "1.10.0"], &[], &[]),
            source("far", &["1.2.0", "1.10.0", "0.9.0"], &[], &[]),
        ],
    );
    let shown = rendered(&merged, Form::Full, "http://h/");
    let origins: Vec<(&str, &str)> = shown["versions"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(version, manifest)| (version.as_str(), manifest["description"].as_str().unwrap()))
        .collect();
    assert_eq!(origins, [("0.9.0", "far"), ("1.0.0", "near"), ("1.10.0", "near"), ("1.2.0", "far")]);
    let order: Vec<&str> = merged.entries().map(|entry| entry.version.as_str()).collect();
    assert_eq!(order, ["0.9.0", "1.0.0", "1.2.0", "1.10.0"]);
}

#[test]
fn what_a_nearer_repository_hides_is_not_shown_and_what_a_farther_one_hides_does_not_matter() {
    let merged = Merged::new(
        &name(),
        &[source("near", &["1.0.0"], &[], &["2.0.0"]), source("far", &["2.0.0", "3.0.0"], &[], &["1.0.0"])],
    );
    let order: Vec<&str> = merged.entries().map(|entry| entry.version.as_str()).collect();
    assert_eq!(order, ["1.0.0", "3.0.0"]);
    assert_eq!(merged.manifest("2.0.0", ""), None);
}

#[test]
fn the_tag_furthest_up_wins_and_tags_of_hidden_versions_are_dropped() {
    let merged = Merged::new(
        &name(),
        &[
            source("near", &["2.0.0"], &[("latest", "2.0.0"), ("mine", "2.0.0")], &["1.5.0"]),
            source("far", &["1.0.0", "1.5.0"], &[("latest", "1.0.0"), ("next", "1.5.0")], &[]),
        ],
    );
    let tags: Vec<(&str, &str)> = merged.dist_tags().iter().map(|(t, v)| (t.as_str(), v.as_str())).collect();
    assert_eq!(tags, [("latest", "1.0.0"), ("mine", "2.0.0")]);
    assert!(merged.manifest("latest", "").unwrap().contains("far"));
}

#[test]
fn latest_is_recomputed_when_its_version_is_hidden() {
    let merged = Merged::new(
        &name(),
        &[
            source("near", &[], &[], &["2.0.0"]),
            source("far", &["1.0.0", "1.9.0", "2.0.0"], &[("latest", "2.0.0")], &[]),
        ],
    );
    assert_eq!(merged.dist_tags()["latest"], "1.9.0");
}

#[test]
fn the_full_form_holds_everything_and_links_to_the_base() {
    let merged = Merged::new(&name(), &[source("only", &["1.0.0"], &[("latest", "1.0.0")], &[])]);
    let mut shown = rendered(&merged, Form::Full, "http://h/npm/d/x-1/r/");
    assert!(shown.as_object_mut().unwrap().remove("_rev").unwrap().as_str().unwrap().starts_with("1-"));
    assert_eq!(
        shown,
        json!({
            "_id": "@s/a", "name": "@s/a", "description": "only",
            "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": {"name": "@s/a", "version": "1.0.0", "description": "only",
                "dist": {"tarball": "http://h/npm/d/x-1/r/@s/a/-/a-1.0.0.tgz", "shasum": "00"}}},
            "time": {"created": "2020-01-01T00:00:00.005Z", "modified": "2020-01-01T00:00:00.005Z",
                "1.0.0": "2020-01-01T00:00:00.005Z"},
        })
    );
}

#[test]
fn the_abbreviated_form_holds_what_an_installer_needs() {
    let merged = Merged::new(&name(), &[source("only", &["1.0.0"], &[("latest", "1.0.0")], &[])]);
    assert_eq!(
        rendered(&merged, Form::Abbreviated, "http://h/"),
        json!({
            "name": "@s/a", "modified": "2020-01-01T00:00:00.005Z", "dist-tags": {"latest": "1.0.0"},
            "versions": {"1.0.0": {"name": "@s/a", "version": "1.0.0",
                "dist": {"tarball": "http://h/@s/a/-/a-1.0.0.tgz", "shasum": "00"}}},
        })
    );
}

#[test]
fn nothing_shown_is_still_a_document() {
    let merged = Merged::new(&name(), &[source("near", &[], &[], &[])]);
    assert!(merged.is_empty());
    assert_eq!(rendered(&merged, Form::Full, "")["versions"], json!({}));
    assert_eq!(rendered(&merged, Form::Abbreviated, "")["dist-tags"], json!({}));
}

#[test]
fn the_entity_tag_follows_content_form_and_base() {
    let tag = |sources: &[Source], form, base| Merged::new(&name(), sources).render(form).etag(base);
    let one = [source("only", &["1.0.0"], &[("latest", "1.0.0")], &[])];
    let two = [source("only", &["1.0.0"], &[("latest", "1.0.0"), ("x", "1.0.0")], &[])];
    let three = [source("other", &["1.0.0"], &[("latest", "1.0.0")], &[])];
    let all = [
        tag(&one, Form::Full, "a"),
        tag(&one, Form::Full, "b"),
        tag(&one, Form::Abbreviated, "a"),
        tag(&two, Form::Full, "a"),
        tag(&three, Form::Full, "a"),
    ];
    assert_eq!(all.iter().collect::<HashSet<_>>().len(), all.len());
    assert_eq!(tag(&one, Form::Full, "a"), all[0]);
    assert!(all[0].starts_with("W/\"") && all[0].ends_with('"'));
}

#[test]
fn a_large_listing_keeps_few_pieces_and_chunks_stay_small() {
    let versions: Vec<String> = (0..3000).map(|n| format!("1.{n}.0")).collect();
    let versions: Vec<&str> = versions.iter().map(String::as_str).collect();
    let merged = Merged::new(&name(), &[source("far", &versions, &[], &[])]);
    let rendering = Arc::new(merged.render(Form::Full));
    // One piece a version and a handful around them.
    assert!(rendering.bytes() < 3010 * 40, "{}", rendering.bytes());
    assert!(rendering.clone().chunks("http://h/").all(|chunk| chunk.len() < 132 * 1024));
    rendered(&merged, Form::Full, "http://h/\"quoted\"/");
}
