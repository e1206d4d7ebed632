//! The verdicts on identifiers and names, one line each.

use model::{Shape, Structure, required_member, validate};
use model_sitewise::shapes;
use serde_json::{Value, json};

const ID: &str = "3f2a1b4c-0d1e-4f2a-8b3c-9d4e5f6a7b8c";

fn accepts(shape: &'static Shape, value: &Value) -> bool {
    let members = Box::leak(Box::new([required_member("value", shape)]));
    let input = Box::leak(Box::new(Structure { name: "Input", members, union: false }));
    validate(input, json!({"value": value}).as_object().expect("an object")).is_ok()
}

fn check(shape: &'static Shape, accepted: &[&str], refused: &[&str]) {
    for text in accepted {
        assert!(accepts(shape, &json!(text)), "refused {text:?}");
    }
    for text in refused {
        assert!(!accepts(shape, &json!(text)), "accepted {text:?}");
    }
}

#[test]
fn ids_are_lower_case_uuids_but_not_the_empty_one() {
    let refused = [
        "",
        "00000000-0000-0000-0000-000000000000",
        "3F2A1B4C-0d1e-4f2a-8b3c-9d4e5f6a7b8c",
        "3f2a1b4c0d1e4f2a8b3c9d4e5f6a7b8c",
        "3f2a1b4c-0d1e-4f2a-8b3c-9d4e5f6a7b8",
        "3f2a1b4c-0d1e-4f2a-8b3c-9d4e5f6a7b8c\n",
        "3f2a1b4c-0d1e-4f2a-8b3c-9d4e5f6a7b8g",
        "externalId:ab",
    ];
    check(&shapes::ID, &[ID, "00000000-0000-0000-0000-000000000001"], &refused);
}

#[test]
fn custom_ids_are_ids_or_external_ids() {
    let longest = format!("externalId:{}", "a".repeat(128));
    let accepted = [ID, "externalId:ab", "externalId:_a-b:c.d_", "externalId:00", &longest];
    let too_long = format!("{longest}a");
    let refused = [
        "",
        "externalId:a",
        "externalId:",
        "externalId:-a",
        "externalId:a-",
        "externalId:a b",
        "externalid:ab",
        "externalId:äb",
        "00000000-0000-0000-0000-000000000000",
        &too_long,
    ];
    check(&shapes::CUSTOM_ID, &accepted, &refused);
    check(&shapes::EXTERNAL_ID, &["ab", "__", "a:b"], &["a", "a.", "-a", ""]);
}

#[test]
fn names_and_descriptions_hold_no_control_characters() {
    let longest = "é".repeat(256);
    let too_long = "é".repeat(257);
    check(&shapes::NAME, &["a", "ü 😀", "\u{85}", &longest], &["", "a\nb", "\u{7f}", "\0", &too_long]);
    // An empty description counts as absent.
    check(&shapes::DESCRIPTION, &["a", ""], &["a\tb", &"x".repeat(2049)]);
    check(&shapes::RESTRICTED_NAME, &["a b_-#$*!@."], &["", "ä", "a/b"]);
    check(&shapes::RESTRICTED_DESCRIPTION, &["a b", ""], &["a.b"]);
}

#[test]
fn tokens_tags_and_versions() {
    check(&shapes::CLIENT_TOKEN, &[ID, &"é".repeat(64)], &["short", &"a".repeat(65), &format!("{ID} ")]);
    check(&shapes::NEXT_TOKEN, &["aA0+/="], &["", "a-b", "a_b"]);
    check(&shapes::E_TAG, &[&"aZ0_-".repeat(9)[..43]], &[&"a".repeat(42), &"é".repeat(43), &"\"".repeat(43)]);
    check(&shapes::VARIABLE_NAME, &["a", "a_1"], &["A", "1a", "_a", "", "a-b"]);
    assert!(accepts(&shapes::MAX_RESULTS, &json!(250)) && !accepts(&shapes::MAX_RESULTS, &json!(251)));
}

#[test]
fn environment_variables_are_not_of_aws() {
    let refused = ["AWS_X", "aws_x", "Aws_", "1A", "", "a-b", "ä"];
    check(&shapes::ENVIRONMENT_VARIABLE_NAME, &["A", "_", "AWS", "AWSX", "XAWS_", "a1_"], &refused);
}

#[test]
fn mount_paths_are_relative_and_stay_inside() {
    let refused = ["", ".", "..", "/a", "a/", "a//b", "a/../b", "../a", "a/.", "./a", "a b", "ä", "a/.."];
    check(&shapes::MOUNT_RELATIVE_PATH, &["a", "_", "a/b", "a.b/..c", ".a", "a/-/b", "..."], &refused);
}
