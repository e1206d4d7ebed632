//! Tags.

use serde_json::{Value, json};

use crate::support::{of, reason, resource, shop};

const DOMAIN: &str = "arn:aws:codeartifact:us-east-1:111122223333:domain/shop";
const WEB: &str = "arn:aws:codeartifact:us-east-1:111122223333:repository/shop/web";

#[test]
fn tags_are_merged_removed_and_listed_by_key() {
    shop(&[("web", &[])], |_, caller| {
        for resource in [DOMAIN, WEB] {
            let tags = json!([{"key": "team", "value": "red"}, {"key": "cost", "value": ""}]);
            caller.ok("TagResource", json!({"resourceArn": resource, "tags": tags}));
            let tags = json!([{"key": "team", "value": "blue"}]);
            caller.ok("TagResource", json!({"resourceArn": resource, "tags": tags}));
            let listed = caller.ok("ListTagsForResource", json!({"resourceArn": resource}));
            assert_eq!(
                listed,
                json!({"tags": [{"key": "cost", "value": ""}, {"key": "team", "value": "blue"}]})
            );
            caller.ok("UntagResource", json!({"resourceArn": resource, "tagKeys": ["cost", "absent"]}));
            let listed = caller.ok("ListTagsForResource", json!({"resourceArn": resource}));
            assert_eq!(listed, json!({"tags": [{"key": "team", "value": "blue"}]}));
        }
    });
}

#[test]
fn tags_come_with_their_resource_and_go_with_it() {
    shop(&[], |_, caller| {
        let tags = json!([{"key": "team", "value": "red"}]);
        caller.ok("CreateRepository", of("web", json!({"tags": tags})));
        assert_eq!(caller.ok("ListTagsForResource", json!({"resourceArn": WEB})), json!({"tags": tags}));
        caller.ok("DeleteRepository", of("web", json!({})));
        let refusal = caller.refused("ListTagsForResource", json!({"resourceArn": WEB}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "repository", "web"));
        caller.ok("CreateRepository", of("web", json!({})));
        assert_eq!(caller.ok("ListTagsForResource", json!({"resourceArn": WEB})), json!({"tags": []}));

        caller.ok("CreateDomain", json!({"domain": "annex", "tags": tags}));
        let annex = json!({"resourceArn": DOMAIN.replace("shop", "annex")});
        assert_eq!(caller.ok("ListTagsForResource", annex.clone()), json!({"tags": tags}));
        caller.ok("DeleteDomain", json!({"domain": "annex"}));
        caller.ok("CreateDomain", json!({"domain": "annex"}));
        assert_eq!(caller.ok("ListTagsForResource", annex), json!({"tags": []}));
    });
}

#[test]
fn reserved_and_repeated_keys_are_refused() {
    shop(&[], |_, caller| {
        for keys in [["aws:x", "b"], ["AWS:x", "b"], ["a", "a"]] {
            let tags: Vec<Value> = keys.iter().map(|key| json!({"key": key, "value": "v"})).collect();
            let refusal = caller.refused("TagResource", json!({"resourceArn": DOMAIN, "tags": tags}));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
            let refusal = caller.refused("CreateDomain", json!({"domain": "more", "tags": tags}));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"));
        }
    });
}

#[test]
fn a_fifty_first_tag_exceeds_the_quota() {
    shop(&[], |_, caller| {
        let tags = |from: usize, to: usize| -> Vec<Value> {
            (from..to).map(|place| json!({"key": format!("k{place}"), "value": "v"})).collect()
        };
        caller.ok("TagResource", json!({"resourceArn": DOMAIN, "tags": tags(0, 50)}));
        caller.ok("TagResource", json!({"resourceArn": DOMAIN, "tags": tags(0, 50)}));
        let refusal = caller.refused("TagResource", json!({"resourceArn": DOMAIN, "tags": tags(50, 51)}));
        assert_eq!(resource(&refusal), ("ServiceQuotaExceededException", "domain", "shop"));
    });
}

#[test]
fn only_arns_of_what_carries_tags_are_taken() {
    shop(&[("web", &[])], |_, caller| {
        for arn in [
            "shop",
            "arn:aws:s3:::bucket",
            "arn:aws:codeartifact:eu-west-1:111122223333:domain/shop",
            "arn:aws:codeartifact:us-east-1:111122223333:package/shop/web/npm//kit",
        ] {
            let refusal = caller.refused("ListTagsForResource", json!({"resourceArn": arn}));
            assert_eq!(reason(&refusal), ("ValidationException", "FIELD_VALIDATION_FAILED"), "{arn}");
        }
        let group = "arn:aws:codeartifact:us-east-1:111122223333:package-group/shop/npm/acme/%2a";
        let refusal = caller.refused("ListTagsForResource", json!({"resourceArn": group}));
        assert_eq!(resource(&refusal), ("ResourceNotFoundException", "", "/npm/acme/*"));
    });
}
