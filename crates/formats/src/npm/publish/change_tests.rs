//! What publish documents ask for, and which are refused.

use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

const DIGESTS: TarballDigests = TarballDigests { sha1: [1; 20], sha256: [2; 32], sha512: [3; 64] };

fn name() -> PackageName {
    PackageName::parse("@acme/widget").unwrap()
}

fn attachment(name: &str) -> Attachment {
    Attachment { name: name.to_owned(), size: 9 }
}

/// A document as npm 11 sends it.
fn document() -> Document {
    let members = json!({
        "_id": "@acme/widget", "name": "@acme/widget", "description": "d", "access": null,
        "dist-tags": {"beta": "1.2.3"},
        "versions": {"1.2.3": {
            "name": "@acme/widget", "version": "1.2.3", "readme": "# hello", "_id": "x",
            "dist": {"integrity": DIGESTS.integrity(), "shasum": DIGESTS.shasum(),
                "tarball": "http://h/@acme/widget/-/@acme/widget-1.2.3.tgz"},
        }},
    });
    let Value::Object(members) = members else { unreachable!() };
    Document { members, attachments: vec![attachment("@acme/widget-1.2.3.tgz")], provenance: None }
}

fn altered(pointer: &str, value: Value) -> Document {
    let mut all = Value::Object(document().members);
    let (parent, key) = pointer.rsplit_once('/').unwrap();
    all.pointer_mut(parent).unwrap()[key] = value;
    let Value::Object(members) = all else { unreachable!() };
    Document { members, ..document() }
}

fn published(document: Document) -> Result<Publication, PublishError> {
    match Change::read(&name(), document)? {
        Change::Publish(publication) => Ok(*publication),
        Change::Edit(edit) => panic!("an edit: {edit:?}"),
    }
}

#[test]
fn a_publication_keeps_the_manifest_with_our_hashes_and_path() {
    let publication = published(document()).unwrap();
    assert_eq!(publication.version.as_str(), "1.2.3");
    assert_eq!(publication.dist_tags, ["beta"]);
    assert_eq!(publication.readme.as_deref(), Some("# hello"));
    assert_eq!(publication.tarball, attachment("@acme/widget-1.2.3.tgz"));
    let manifest: Value = serde_json::from_str(&publication.verify(&DIGESTS).unwrap().manifest).unwrap();
    assert_eq!(
        manifest,
        json!({"_id": "@acme/widget@1.2.3", "name": "@acme/widget", "version": "1.2.3",
            "dist": {"integrity": DIGESTS.integrity(), "shasum": DIGESTS.shasum(),
                "tarball": "@acme/widget/-/widget-1.2.3.tgz"}})
    );
}

#[test]
fn a_tarball_that_is_not_what_the_manifest_says_is_refused() {
    let wrong = TarballDigests { sha512: [4; 64], ..DIGESTS };
    let publication = published(document()).unwrap();
    assert_eq!(publication.verify(&wrong), Err(PublishError::Mismatch(Mismatch::Integrity)));
    let only_shasum = altered("/versions/1.2.3/dist/integrity", Value::Null);
    let wrong = TarballDigests { sha1: [4; 20], ..DIGESTS };
    assert_eq!(published(only_shasum).unwrap().verify(&wrong), Err(PublishError::Mismatch(Mismatch::Shasum)));
}

#[test]
fn without_tags_and_hashes_the_version_is_latest_and_gets_ours() {
    let mut document = altered("/versions/1.2.3/dist", json!({}));
    document.members.remove("dist-tags");
    let publication = published(document).unwrap();
    assert_eq!(publication.dist_tags, ["latest"]);
    assert!(publication.verify(&DIGESTS).unwrap().manifest.contains(&DIGESTS.integrity()));
}

fn bundle(sha512: &str) -> String {
    let statement = json!({"predicateType": "https://slsa.dev/provenance/v1", "subject": [{"digest": {"sha512": sha512}}]});
    let payload = STANDARD.encode(statement.to_string());
    json!({"mediaType": "application/vnd.dev.sigstore.bundle+json", "dsseEnvelope": {"payload": payload}})
        .to_string()
}

#[test]
fn provenance_may_come_along_and_speaks_of_the_tarball() {
    let with = |text: String| {
        let mut document = altered("/versions/1.2.3/dist/attestations", json!({"url": "http://elsewhere/"}));
        document.attachments.push(attachment("@acme/widget-1.2.3.sigstore"));
        Document { provenance: Some(text), ..document }
    };
    let right = published(with(bundle(&DIGESTS.sha512_hex()))).unwrap();
    assert_eq!(right.provenance.as_ref().unwrap().text(), bundle(&"03".repeat(64)));
    let manifest: Value = serde_json::from_str(&right.verify(&DIGESTS).unwrap().manifest).unwrap();
    assert_eq!(
        manifest["dist"]["attestations"],
        json!({"url": "-/npm/v1/attestations/@acme%2fwidget@1.2.3",
            "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}})
    );
    let wrong = published(with(bundle(&"04".repeat(64)))).unwrap().verify(&DIGESTS);
    assert_eq!(wrong, Err(PublishError::Provenance(ProvenanceError::OtherBytes)));
    assert_eq!(published(with("{}".into())), Err(PublishError::Provenance(ProvenanceError::NoBundle)));
    let without = altered("/versions/1.2.3/dist/attestations", json!({"url": "http://elsewhere/"}));
    assert!(!published(without).unwrap().verify(&DIGESTS).unwrap().manifest.contains("attestations"));
}

#[test]
fn documents_that_break_a_rule_are_refused() {
    let cases = [
        (altered("/name", json!("other")), PublishError::WrongName("other".into())),
        (altered("/_id", json!("other")), PublishError::WrongName("other".into())),
        (altered("/name", json!(1)), PublishError::Member("name")),
        (altered("/versions", json!({})), PublishError::VersionCount(0)),
        (altered("/versions", json!({"1.0.0": {}, "2.0.0": {}})), PublishError::VersionCount(2)),
        (altered("/versions", json!([])), PublishError::Member("versions")),
        (altered("/versions", json!({"v1": {}})), PublishError::BadVersion("v1".into())),
        (altered("/versions/1.2.3", json!(1)), PublishError::Member("versions")),
        (altered("/versions/1.2.3/version", json!("1.2.4")), PublishError::WrongVersion("1.2.4".into())),
        (altered("/versions/1.2.3/version", json!(null)), PublishError::Member("version")),
        (altered("/versions/1.2.3/name", json!("widget")), PublishError::WrongName("widget".into())),
        (altered("/versions/1.2.3/dist", json!("x")), PublishError::Member("dist")),
        (
            altered("/versions/1.2.3/dist/shasum", json!("x")),
            PublishError::Claim(ClaimError::Shasum("x".into())),
        ),
        (altered("/versions/1.2.3/dist/integrity", json!(1)), PublishError::Member("dist")),
        (altered("/dist-tags", json!({"1.0": "1.2.3"})), PublishError::BadTag("1.0".into())),
        (altered("/dist-tags", json!({"x-y": "1.0.0"})), PublishError::ForeignTag("x-y".into())),
        (altered("/dist-tags", json!([])), PublishError::Member("dist-tags")),
    ];
    for (document, expected) in cases {
        assert_eq!(published(document.clone()), Err(expected), "{document:?}");
    }
    for names in [vec!["a.zip"], vec!["a.tgz", "b.tgz"], vec!["a.sigstore"], vec!["a.tgz", "b"]] {
        let attachments = names.iter().map(|name| attachment(name)).collect();
        let document = Document { attachments, ..document() };
        assert_eq!(published(document), Err(PublishError::Attachments), "{names:?}");
    }
}

#[test]
fn an_edit_lists_deprecations_tags_and_versions() {
    let members = json!({
        "name": "@acme/widget", "dist-tags": {"latest": "1.0.0"},
        "versions": {"1.0.0": {"deprecated": ""}, "1.1.0": {"deprecated": "old"}, "1.2.0": {}},
    });
    let Value::Object(members) = members else { unreachable!() };
    let change =
        Change::read(&name(), Document { members, attachments: Vec::new(), provenance: None }).unwrap();
    let pairs =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect();
    assert_eq!(
        change,
        Change::Edit(Edit {
            deprecated: pairs(&[("1.0.0", ""), ("1.1.0", "old")]),
            dist_tags: Some(pairs(&[("latest", "1.0.0")])),
            versions: Some(vec!["1.0.0".into(), "1.1.0".into(), "1.2.0".into()]),
        })
    );
}

#[test]
fn a_star_is_an_edit_of_nothing() {
    let Value::Object(members) = json!({"_id": "@acme/widget", "_rev": "1-x", "users": {"alice": true}})
    else {
        unreachable!()
    };
    let change = Change::read(&name(), Document { members, attachments: Vec::new(), provenance: None });
    assert_eq!(change, Ok(Change::Edit(Edit::default())));
}
