//! Repository endpoints.

use serde_json::json;

use crate::support::{of, reason, resource, shop};

#[test]
fn every_format_has_an_endpoint_that_ends_in_a_slash() {
    shop(&[("web", &[])], |_, caller| {
        for format in ["npm", "pypi", "maven", "nuget", "generic", "ruby", "swift", "cargo"] {
            let answer = caller.ok("GetRepositoryEndpoint", of("web", json!({"format": format})));
            let expected = format!("http://127.0.0.1:4566/{format}/d/shop-111122223333/web/");
            assert_eq!(answer, json!({"repositoryEndpoint": expected}));
        }
    });
}

#[test]
fn a_repository_that_is_not_there_has_none() {
    shop(&[], |_, caller| {
        let refusal = caller.refused("GetRepositoryEndpoint", of("web", json!({"format": "npm"})));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "web"));
        let refusal = caller.refused("GetRepositoryEndpoint", of("web", json!({"format": "floppy"})));
        assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
    });
}
