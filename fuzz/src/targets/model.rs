//! The check and the decoding of inputs, for every operation of the API.

use model::{Invalid, Members, Shape, Spec, Structure};
use serde_json::Value;

use crate::choices::Choices;
use crate::request::{Author, Told};

pub(super) const WORDS: &[&str] = &[
    "\"clientToken\":",
    "\"domain\":",
    "\"ProgressUpdateStream\":",
    "\"MigrationTaskName\":",
    "\"assetModelName\":",
    "\"assetModelProperties\":[",
    "\"upstreams\":[",
    "\"tags\":{",
    "{",
    "}",
    "[",
    "]",
    ",",
    "null",
    "true",
    "1e308",
    "-0",
    "9223372036854775808",
    "\"\\u0000\"",
    "\"\\ud83d\\ude00\"",
    "\"NaN\"",
];

type Decoder = fn(Members);

fn all() -> Vec<(&'static Spec, Decoder)> {
    let services = [
        (model_codeartifact::SPECS, model_codeartifact::operations::DECODERS),
        (model_sitewise::SPECS, model_sitewise::operations::DECODERS),
        (model_migrationhub::mgh::SPECS, model_migrationhub::mgh::operations::DECODERS),
        (model_migrationhub::config::SPECS, model_migrationhub::config::operations::DECODERS),
        (model_migrationhub::discovery::SPECS, model_migrationhub::discovery::operations::DECODERS),
    ];
    let pairs =
        services.iter().flat_map(|(specs, decoders)| specs.iter().copied().zip(decoders.iter().copied()));
    pairs.collect()
}

/// Any JSON as the input of every operation.
pub(super) fn json(data: &[u8]) {
    let Ok(Value::Object(members)) = serde_json::from_slice(data) else { return };
    for (spec, decode) in all() {
        check(spec, decode, &members);
    }
}

/// Values made of an operation's own table.
pub(super) fn values(data: &[u8]) {
    let mut choices = Choices::new(data);
    let all = all();
    let told = Told::new();
    while choices.remain() {
        let (spec, decode) = all[choices.below(all.len())];
        let members = Author::new(&mut choices, "111122223333", &told).members(spec.input, 0);
        check(spec, decode, &members);
    }
}

/// What passes can be decoded and holds no U+0000 outside documents; what does not is named in bounded words.
fn check(spec: &'static Spec, decode: Decoder, members: &Members) {
    let verdict = model::validate(spec.input, members);
    crate::note((spec.name, verdict.as_ref().err().map(std::mem::discriminant)));
    match verdict {
        Ok(()) => {
            assert!(!structure_has_null(spec.input, members), "{}: U+0000 passed in {members:?}", spec.name);
            decode(members.clone());
        }
        Err(invalid) => {
            if let Invalid::Constraints(violations) = &invalid {
                assert!(!violations.is_empty(), "{}: refused without a reason", spec.name);
            }
            assert!(invalid.to_string().len() < 1 << 20, "{}: the message has no bound", spec.name);
        }
    }
}

fn structure_has_null(structure: &'static Structure, members: &Members) -> bool {
    structure.members.iter().any(|member| {
        let value = members.get(member.name);
        member.location != model::Location::Payload
            && value.is_some_and(|value| has_null(member.shape, value))
    })
}

fn has_null(shape: &'static Shape, value: &Value) -> bool {
    match (shape, value) {
        (Shape::String(_), Value::String(text)) => text.contains('\0'),
        (Shape::Sensitive(inner), value) => has_null(inner, value),
        (Shape::List { member, .. }, Value::Array(items)) => items.iter().any(|item| has_null(member, item)),
        (Shape::Map { value, .. }, Value::Object(entries)) => {
            entries.iter().any(|(name, entry)| name.contains('\0') || has_null(value, entry))
        }
        (Shape::Structure(structure), Value::Object(members)) => structure_has_null(structure, members),
        _ => false,
    }
}
