//! The rules of npm: names, routes, versions, integrity, listings, tarballs.

use std::cmp::Ordering;
use std::collections::HashSet;
use std::io::Write as _;
use std::sync::Arc;

use codeartifact::name::version_order;
use flate2::Compression;
use flate2::write::GzEncoder;
use formats::npm::accept::Form;
use formats::npm::facts::Facts;
use formats::npm::integrity::{Claim, TarballDigests};
use formats::npm::listing::Listing;
use formats::npm::merge::{Merged, Source};
use formats::npm::name::PackageName;
use formats::npm::route::Route;
use formats::npm::tarball::Contents;
use formats::npm::version::{Version, is_dist_tag, latest};
use serde_json::Value;

use crate::choices::Choices;

pub(super) const NAME_WORDS: &[&str] = &[
    "@",
    "/",
    "%2f",
    "%40",
    "-/",
    ".tgz",
    "-rev/",
    "dist-tags/",
    "-/package/",
    "..",
    "node_modules",
    "1.0.0",
    "acme",
];
pub(super) const VERSION_WORDS: &[&str] =
    &["1.0.0", "-alpha", ".1", "+build", "9007199254740992", "v", "=", " ", "0", "-", "x", "*", "^", "~"];
pub(super) const PACKUMENT_WORDS: &[&str] = &[
    "\"attestations\":{\"url\":\"https://up/x\"}",
    "\"dist\":{\"attestations\":{\"url\":\"u\"},\"tarball\":\"u\"}",
    "\"versions\":{",
    "\"1.0.0\":{",
    "\"dist\":{\"tarball\":\"http://h/a/-/a-1.0.0.tgz\"}",
    "\"dist-tags\":{\"latest\":\"1.0.0\"}",
    "\"time\":{\"1.0.0\":\"2020-01-01T00:00:00.000Z\"}",
    "\"deprecated\":\"\"",
    "\"bundledDependencies\":[]",
    "\"scripts\":{\"install\":\"x\"}",
    "\"readme\":\"\\ud83d\\ude00\"",
    "\"name\":\"a\"",
    "{",
    "}",
    ",",
    " ",
];
pub(super) const ACCEPT_WORDS: &[&str] = &[
    "application/vnd.npm.install-v1+json",
    "application/json",
    "*/*",
    ";q=",
    "0.8",
    "1.000",
    ", ",
    "application/*",
];

/// A name that is read is spelled the same everywhere, and its routes lead back to it.
pub(super) fn name(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let Ok(name) = PackageName::parse(&text) else { return };
    crate::note((name.scope().is_some(), name.check_publishable().is_ok()));
    assert_eq!(name.as_str(), text);
    assert_eq!(PackageName::from_parts(name.scope(), name.bare()).as_ref(), Ok(&name));
    assert_eq!(Route::parse(&name.encoded()), Ok(Route::Package(name.clone())));
    assert_eq!(Route::parse(name.as_str()), Ok(Route::Package(name.clone())));
    let file = name.tarball_file("1.0.0");
    assert_eq!(name.version_of_file(&file), Some("1.0.0"));
    assert_eq!(Route::parse(&name.tarball_path("1.0.0")), Ok(Route::Tarball(name, file)));
}

/// A path means one thing or nothing.
pub(super) fn route(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let route = Route::parse(&text);
    crate::note(route.as_ref().ok().map(std::mem::discriminant));
    if let Ok(Route::Package(name) | Route::Manifest(name, _) | Route::Tarball(name, _)) = &route {
        assert_eq!(PackageName::parse(name.as_str()).as_ref(), Ok(name), "a route holds names only");
    }
    assert_eq!(Route::parse(&format!("{text}/")).ok(), route.ok(), "a trailing slash is none");
}

/// Versions have one order, whoever asks.
pub(super) fn version(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\n');
    let mut next = || parts.next().unwrap_or_default();
    let texts = [next(), next(), next()];
    assert_order(&texts, |a, b| Version::read(a).cmp(&Version::read(b)));
    assert_order(&texts, version_order);
    for text in texts {
        let parsed = Version::parse(text);
        crate::note((parsed.is_some(), Version::read(text).is_prerelease(), is_dist_tag(text)));
        if let Some(parsed) = parsed {
            assert_eq!(parsed, Version::read(text), "publishing and reading agree");
            assert!(text.is_ascii() && text.len() <= 256 && !is_dist_tag(text), "{text} is no tag");
        }
    }
    let versions = texts.map(Version::read);
    let highest = latest(versions.iter()).expect("there are three");
    assert!(highest.is_prerelease() <= versions.iter().all(Version::is_prerelease));
}

fn assert_order(texts: &[&str; 3], order: impl Fn(&str, &str) -> Ordering) {
    let [a, b, c] = *texts;
    assert_eq!(order(a, b), order(b, a).reverse(), "{a:?} {b:?}");
    assert_eq!(order(a, a), Ordering::Equal);
    if order(a, b) != Ordering::Greater && order(b, c) != Ordering::Greater {
        assert_ne!(order(a, c), Ordering::Greater, "{a:?} <= {b:?} <= {c:?}");
    }
    assert_eq!(order(a, b) == Ordering::Equal, a == b, "{a:?} {b:?}");
}

/// A tarball's own hashes prove it, and those of another do not.
pub(super) fn integrity(data: &[u8]) {
    let mut choices = Choices::new(data);
    let fill = choices.byte();
    let digests = TarballDigests { sha1: [fill; 20], sha256: [fill; 32], sha512: [fill; 64] };
    let other = TarballDigests { sha1: [!fill; 20], sha256: [!fill; 32], sha512: [!fill; 64] };
    let text = String::from_utf8_lossy(choices.rest());
    let (integrity, shasum) = text.split_once('\n').unwrap_or((&text, ""));
    let claim = Claim::parse(Some(integrity), Some(shasum));
    crate::note(claim.as_ref().map(Claim::is_empty).map_err(std::mem::discriminant));
    if let Ok(claim) = claim {
        let passes = [claim.verify(&digests).is_ok(), claim.verify(&other).is_ok()];
        assert_eq!(claim.is_empty(), integrity.trim().is_empty() && shasum.is_empty());
        assert!(!claim.is_empty() || passes == [true; 2], "nothing is claimed");
        assert!(
            claim.is_empty() || integrity.contains(' ') || passes != [true; 2],
            "one claim, two tarballs"
        );
    }
    let own = Claim::parse(Some(&digests.integrity()), Some(&digests.shasum())).expect("it is a claim");
    assert!(own.verify(&digests).is_ok() && own.verify(&other).is_err());
}

/// Any document of a registry is refused, or rendered as JSON with its tarballs at the base that is asked.
pub(super) fn packument(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (first, second) = text.split_once('\u{1}').unwrap_or((&text, "{}"));
    drop(Facts::of(first));
    let name = PackageName::parse("a").expect("it is a name");
    let mut sources = Vec::new();
    for document in [first, second] {
        if let Ok(listing) = Listing::read(&name, document) {
            sources.push(Source { listing: Arc::new(listing), hidden: HashSet::from(["1.0.1".to_owned()]) });
        }
    }
    let merged = Merged::new(&name, &sources);
    let versions: Vec<String> = merged.entries().map(|entry| entry.version.as_str().to_owned()).collect();
    crate::note((sources.len(), versions.len(), merged.dist_tags().len()));
    assert!(merged.dist_tags().values().all(|version| versions.contains(version)), "a tag leads nowhere");
    let base = "http://localhost:4566/npm/\"q\"/";
    for form in [Form::Full, Form::Abbreviated] {
        let rendering = Arc::new(merged.render(form));
        let whole = rendering.to_vec(base);
        assert_eq!(whole.len(), rendering.len(base), "the length is told in advance");
        let chunks: Vec<u8> = Arc::clone(&rendering).chunks(base).flat_map(|chunk| chunk.to_vec()).collect();
        assert!(chunks == whole, "chunks are the whole");
        let Some(parsed) = parsed(&whole) else { continue };
        let shown = parsed["versions"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(shown, versions.len(), "every version is shown once");
        for version in &versions {
            let tarball = parsed["versions"][version]["dist"]["tarball"].as_str().unwrap_or_default();
            assert!(tarball.starts_with(base), "{version} is at {tarball}");
            if let Some(url) = parsed["versions"][version]["dist"]["attestations"]["url"].as_str() {
                assert!(url.starts_with(base), "{version} is attested at {url}");
            }
        }
    }
    for version in &versions {
        let manifest = merged.manifest(version, base).expect("a version that is shown has a manifest");
        drop(parsed(manifest.as_bytes()));
    }
}

/// Parses what was rendered. Half a surrogate pair is a publisher's to write and JavaScript's to read; only this
/// parser does not take it.
fn parsed(json: &[u8]) -> Option<Value> {
    match serde_json::from_slice(json) {
        Ok(parsed) => Some(parsed),
        Err(error) if error.to_string().contains("surrogate") || error.to_string().contains("hex escape") => {
            None
        }
        Err(error) => panic!("a rendering is JSON: {error}"),
    }
}

/// Any Accept header means one form.
pub(super) fn accept(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let form = Form::negotiate(Some(&text));
    crate::note(form);
    assert!(form == Form::Full || text.to_ascii_lowercase().contains("install-v1"), "it was not asked for");
}

/// Any archive, packed or not, gives what it has in bounded text.
pub(super) fn tarball(data: &[u8]) {
    let bare = Contents::read(data);
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(data).and_then(|()| packed.try_finish()).expect("memory takes every write");
    let packed = Contents::read(&packed.get_ref()[..]);
    for contents in [bare, packed] {
        crate::note((contents.manifest.is_some(), contents.readme.is_some()));
        let length = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        // A wrong byte becomes a replacement character of three.
        assert!(length(&contents.manifest) + length(&contents.readme) <= 3 * 2 * data.len().max(64 * 1024));
    }
}
