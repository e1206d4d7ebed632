//! What the check of an input says about values of every kind.

use serde_json::json;

use super::*;
use crate::{Pattern, optional_member, required_member};

static ENTRY_PATTERN: Pattern = Pattern::new("[a-z]+");
static ENTRY_ID: Shape = Shape::String(StringRule::ANY.min(1).max(4).pattern(&ENTRY_PATTERN));
static KIND: Shape = Shape::String(StringRule::ANY.values(&["A", "B"]));
static NOTE: Shape = Shape::String(StringRule::ANY.min(1).blank());
static SECRET: Shape = Shape::Sensitive(&Shape::String(StringRule::ANY.max(3)));
static COUNT: Shape = Shape::Integer { min: Some(1), max: Some(250) };
static LARGE: Shape = Shape::Long { min: None, max: None };
static RATIO: Shape = Shape::Double { min: Some(0.0), max: Some(100.0) };
static BYTES: Shape = Shape::Blob { min: None, max: Some(2) };
static ENTRIES: Shape =
    Shape::List { member: &Shape::Structure(&ENTRY), min: Some(1), max: Some(3), sparse: false };
static SPARSE: Shape = Shape::List { member: &COUNT, min: None, max: None, sparse: true };
static TAGS: Shape = Shape::Map { key: &ENTRY_ID, value: &ENTRY_ID, min: None, max: Some(2) };
static NAMES: Shape = Shape::List { member: &TEXT, min: None, max: None, sparse: false };
static LABELS: Shape = Shape::Map { key: &TEXT, value: &TEXT, min: None, max: None };
static TEXT: Shape = Shape::String(StringRule::ANY);
static CHOICE: Structure = Structure {
    name: "Choice",
    members: &[optional_member("one", &COUNT), optional_member("two", &Shape::Boolean)],
    union: true,
};
static ENTRY: Structure = Structure {
    name: "Entry",
    members: &[required_member("entryId", &ENTRY_ID), optional_member("nested", &ENTRIES)],
    union: false,
};
static INPUT: Structure = Structure {
    name: "Input",
    members: &[
        required_member("Name", &ENTRY_ID),
        optional_member("kind", &KIND),
        optional_member("note", &NOTE),
        optional_member("secret", &SECRET),
        optional_member("count", &COUNT),
        optional_member("large", &LARGE),
        optional_member("ratio", &RATIO),
        optional_member("when", &Shape::Timestamp),
        optional_member("bytes", &BYTES),
        optional_member("free", &Shape::Document),
        optional_member("entries", &ENTRIES),
        optional_member("sparse", &SPARSE),
        optional_member("tags", &TAGS),
        optional_member("names", &NAMES),
        optional_member("labels", &LABELS),
        optional_member("choice", &Shape::Structure(&CHOICE)),
        optional_member("raw", &BYTES).payload(),
    ],
    union: false,
};

fn said(input: Value) -> Option<String> {
    validate(&INPUT, input.as_object().unwrap()).err().map(|invalid| invalid.to_string())
}

/// Checks one member beside a valid name.
fn said_of(member: &str, value: Value) -> Option<String> {
    said(json!({"Name": "a", member: value}))
}

#[test]
fn a_valid_input_passes_with_null_as_absence_and_unknown_members_ignored() {
    assert_eq!(
        said(json!({
            "Name": "abcd", "kind": "B", "note": "", "secret": "xyz", "count": 250, "large": i64::MIN, "ratio": 0,
            "when": 1.5e9, "bytes": "aGk=", "free": [1, {"a": null}], "entries": [{"entryId": "a", "nested": null}],
            "sparse": [null, 1], "tags": {"a": "b", "c": null}, "choice": {"one": 1, "two": null, "three": 3},
            "raw": {"sha256": "", "size": 0}, "unknown": [[[]]]
        })),
        None
    );
}

#[test]
fn all_violations_stand_in_one_message_in_the_order_of_the_model() {
    let message = said(json!({
        "entries": [{"entryId": "abcde"}, {"entryId": "a", "nested": [{}, {"entryId": "Ä"}]}], "kind": "C", "count": 0
    }));
    assert_eq!(
        message.unwrap(),
        "5 validation errors detected: \
         Value null at 'name' failed to satisfy constraint: Member must not be null; \
         Value 'C' at 'kind' failed to satisfy constraint: Member must satisfy enum value set: [A, B]; \
         Value '0' at 'count' failed to satisfy constraint: Member must have value greater than or equal to 1; \
         Value 'abcde' at 'entries.1.member.entryId' failed to satisfy constraint: Member must have length less \
         than or equal to 4; \
         Value null at 'entries.2.member.nested.1.member.entryId' failed to satisfy constraint: Member must not be \
         null; \
         Value 'Ä' at 'entries.2.member.nested.2.member.entryId' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-z]+"
            .replacen('5', "6", 1)
    );
}

#[test]
fn a_single_violation_is_counted_in_the_singular() {
    let message = said(json!({"Name": null})).unwrap();
    let expected = "1 validation error detected: Value null at 'name' failed to satisfy constraint: Member must not \
                    be null";
    assert_eq!(message, expected);
}

#[test]
fn length_counts_unicode_scalar_values() {
    assert_eq!(said_of("secret", json!("😀😀😀")), None);
    assert!(said_of("secret", json!("😀😀😀😀")).is_some());
}

#[test]
fn a_sensitive_value_is_never_shown() {
    let message = said_of("secret", json!("hunter2")).unwrap();
    assert!(message.contains("Value at 'secret' failed") && !message.contains("hunter2"), "{message}");
    assert!(!said_of("secret", json!(12345)).unwrap().contains("12345"));
}

#[test]
fn long_values_are_cut() {
    let message = said(json!({"Name": "x".repeat(100_000)})).unwrap();
    assert!(message.len() < 600 && message.contains("xxx…'"), "{message}");
}

#[test]
fn maps_name_the_key_and_state_the_rules_of_keys() {
    assert_eq!(
        said_of("tags", json!({"a": "B"})).unwrap(),
        "1 validation error detected: Value 'B' at 'tags.a.member' failed to satisfy constraint: Member must satisfy \
         regular expression pattern: [a-z]+"
    );
    assert_eq!(
        said_of("tags", json!({"": "b"})).unwrap(),
        "1 validation error detected: Value '{=b}' at 'tags' failed to satisfy constraint: Map keys must satisfy \
         constraint: [Member must have length less than or equal to 4, Member must have length greater than or equal \
         to 1, Member must satisfy regular expression pattern: [a-z]+]"
    );
    assert!(
        said_of("tags", json!({"a": "a", "b": "b", "c": "c"}))
            .unwrap()
            .contains("'{a=a, b=b, c=c}' at 'tags'")
    );
}

#[test]
fn a_text_with_a_null_character_breaks_a_rule_wherever_it_stands() {
    let expected = |path: &str| {
        format!("at '{path}' failed to satisfy constraint: Member must not contain the character U+0000")
    };
    for (member, value, path) in [
        ("note", json!("a\0b"), "note"),
        ("secret", json!("\0"), "secret"),
        ("labels", json!({"a": "\0"}), "labels.a.member"),
        ("names", json!(["a", "\0"]), "names.2.member"),
    ] {
        let message = said_of(member, value).unwrap();
        assert!(message.ends_with(&expected(path)), "{message}");
    }
    let message = said_of("labels", json!({"a": "b", "\0": "c"})).unwrap();
    assert!(
        message.ends_with("Map keys must satisfy constraint: [Member must not contain the character U+0000]"),
        "{message}"
    );
    let message = said_of("entries", json!([{"entryId": "\0"}])).unwrap();
    assert!(message.ends_with("pattern: [a-z]+"), "a rule of the model goes first: {message}");
    assert_eq!(said_of("free", json!({"\0": "\0"})), None, "a document is kept as JSON, which spells it out");
}

#[test]
fn a_union_holds_exactly_one_member() {
    for value in [json!({}), json!({"one": 1, "two": true}), json!({"other": 1}), json!({"one": null})] {
        let message = said_of("choice", value).unwrap();
        assert!(message.contains("at 'choice' failed to satisfy constraint: Member must have exactly one"));
    }
}

#[test]
fn lists_refuse_null_unless_sparse() {
    assert!(said_of("entries", json!([null])).unwrap().contains("Value null at 'entries.1.member'"));
    assert!(said_of("entries", json!([])).unwrap().contains("length greater than or equal to 1"));
    assert_eq!(said_of("sparse", json!([])), None);
}

#[test]
fn numbers_are_whole_where_the_model_says_so() {
    for value in [json!(5), json!(5.0), json!(5e0)] {
        assert_eq!(said_of("count", value), None);
    }
    for value in [json!(5.5), json!("5"), json!(true), json!(i64::from(i32::MAX) + 1), json!(1e40), json!([])]
    {
        assert!(
            said_of("count", value.clone()).unwrap().contains("'count' must be a whole number"),
            "{value}"
        );
    }
    assert_eq!(said_of("large", json!(i64::MAX)), None);
    for value in [json!(u64::MAX), json!(9_223_372_036_854_775_808_u64), json!(9.3e18)] {
        assert!(said_of("large", value).is_some());
    }
}

#[test]
fn doubles_have_names_for_what_json_cannot_say() {
    assert_eq!(said_of("ratio", json!("NaN")), None);
    assert!(said_of("ratio", json!("Infinity")).unwrap().contains("less than or equal to 100"));
    assert!(said_of("ratio", json!("1.5")).unwrap().contains("must be a number"));
    assert!(said_of("ratio", json!(100.5)).unwrap().contains("Value '100.5' at 'ratio'"));
}

#[test]
fn the_wrong_type_is_reported_at_once_with_its_path() {
    let invalid = validate(&INPUT, json!({"entries": [{"entryId": 7}]}).as_object().unwrap()).unwrap_err();
    let expected = Invalid::WrongType {
        path: "entries.1.member.entryId".to_owned(),
        expected: "a string",
        found: "the number 7".to_owned(),
    };
    assert_eq!(invalid, expected);
    for (member, value) in [
        ("Name", json!([])),
        ("when", json!("2026-01-01T00:00:00Z")),
        ("when", json!(1e15)),
        ("bytes", json!("no base64!")),
        ("entries", json!({})),
        ("entries", json!([1])),
        ("tags", json!([])),
        ("tags", json!({"a": 1})),
        ("choice", json!("one")),
    ] {
        let message = said(json!({"Name": "a", member: value})).unwrap();
        assert!(message.contains("must be") && !message.contains("validation error"), "{message}");
    }
}

#[test]
fn blobs_are_measured_in_bytes() {
    assert_eq!(said_of("bytes", json!("aGk")), None);
    assert!(said_of("bytes", json!("aGlo")).unwrap().contains("length less than or equal to 2"));
}

#[test]
fn violations_beyond_a_hundred_are_not_collected() {
    let tags: serde_json::Map<_, _> = (0..1000).map(|n| (format!("a{n}"), json!("B"))).collect();
    assert!(said_of("tags", Value::Object(tags)).unwrap().starts_with("100 validation errors"));
}
