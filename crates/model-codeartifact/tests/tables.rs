//! The tables of CodeArtifact: complete, consistent, and safe on any input.

#[path = "../../model/tests/checks/mod.rs"]
mod checks;

use model::{Decode, Encode, Location, ModelledError, Operation, Timestamp, place, validate};
use model_codeartifact::{Error, SERVICE, SPECS, operations, types};
use serde_json::{Value, json};

#[test]
fn all_operations_are_there_and_distinct() {
    checks::specs(SPECS, 48, Error::ALL);
    assert_eq!(
        (SERVICE.id, SERVICE.signing_name, SERVICE.message_member),
        ("codeartifact", "codeartifact", "message")
    );
}

#[test]
fn every_pattern_compiles() {
    assert_eq!(checks::patterns(SPECS).len(), 11);
}

#[test]
fn arbitrary_inputs_never_panic() {
    checks::arbitrary(SPECS, operations::DECODERS);
}

#[test]
fn members_come_from_query_and_body() {
    let spec = operations::CreateRepository::SPEC;
    let mut members = json!({"description": "d", "upstreams": [{"repositoryName": "store"}], "domain": "no"})
        .as_object()
        .unwrap()
        .clone();
    let query = |location, wire: &str| match (location, wire) {
        (Location::Query, "domain") => vec!["shop".to_owned()],
        (Location::Query, "domain-owner") => vec!["123456789012".to_owned()],
        (Location::Query, "repository") => vec!["app".to_owned()],
        _ => vec![],
    };
    place(spec.input, &mut members, &mut |location, wire| query(location, wire)).unwrap();
    validate(spec.input, &members).unwrap();
    let input = types::CreateRepositoryRequest::decode(members);
    assert_eq!((input.domain.as_str(), input.domain_owner.as_deref()), ("shop", Some("123456789012")));
    assert_eq!(input.upstreams.unwrap()[0].repository_name, "store");
}

#[test]
fn an_upload_names_its_bytes_and_a_flag_may_be_bare() {
    let spec = operations::PublishPackageVersion::SPEC;
    assert_eq!(spec.request_payload, Some("assetContent"));
    let content = model::Content {
        sha256: "ab".repeat(32),
        size: 7,
        sha1: "cd".repeat(20),
        sha512: "ef".repeat(64),
        md5: "01".repeat(16),
    };
    let members = json!({
        "domain": "shop", "repository": "app", "format": "generic", "package": "p", "packageVersion": "1",
        "assetName": "a.zip", "assetSHA256": content.sha256, "unfinished": true, "assetContent": content.to_value()
    });
    let members = members.as_object().unwrap().clone();
    validate(spec.input, &members).unwrap();
    let input = types::PublishPackageVersionRequest::decode(members);
    assert_eq!(input.asset_content, content);
    assert_eq!(input.unfinished, Some(true));
}

#[test]
fn a_download_answers_headers_and_content_and_no_json() {
    assert!(operations::GetPackageVersionAsset::SPEC.response_stream);
    let content = model::Content { sha256: "00".to_owned(), size: 3, ..model::Content::default() };
    let output = types::GetPackageVersionAssetResult {
        asset: content.clone(),
        asset_name: Some("a.zip".to_owned()),
        package_version: None,
        package_version_revision: Some("r=".to_owned()),
    };
    let mut headers = Vec::new();
    output.headers(&mut headers);
    assert_eq!(headers, [("X-AssetName", "a.zip".to_owned()), ("X-PackageVersionRevision", "r=".to_owned())]);
    assert_eq!(output.content(), Some(&content));
    assert_eq!(model::json::to_string(&output), "{}");
}

#[test]
fn a_repository_description_is_written_as_the_api_shows_it() {
    let description = types::RepositoryDescription {
        name: Some("store".to_owned()),
        external_connections: Some(vec![]),
        created_time: Some(Timestamp::from_millis(1_493_405_005_639)),
        ..Default::default()
    };
    let text = model::json::to_string(&description);
    assert_eq!(text, r#"{"name":"store","externalConnections":[],"createdTime":1493405005.639}"#);
    let Value::Object(members) = serde_json::from_str(&text).unwrap() else { panic!("{text}") };
    assert_eq!(types::RepositoryDescription::decode(members), description);
}

#[test]
fn an_error_knows_its_name_status_and_members() {
    let error = Error::from(types::ServiceQuotaExceededException {
        message: "too many".to_owned(),
        resource_id: Some("shop".to_owned()),
        resource_type: Some(types::ResourceType::Domain.into()),
    });
    assert_eq!(
        (error.name(), error.status(), error.message()),
        ("ServiceQuotaExceededException", 402, "too many")
    );
    let body = r#"{"message":"too many","resourceId":"shop","resourceType":"domain"}"#;
    assert_eq!(model::json::to_string(&error), body);
    let throttled = types::ThrottlingException { message: String::new(), retry_after_seconds: Some(3) };
    let mut headers = Vec::new();
    Error::from(throttled).headers(&mut headers);
    assert_eq!(headers, [("Retry-After", "3".to_owned())]);
}
