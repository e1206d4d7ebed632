//! Members that travel as text: query parameters, path labels and headers become the JSON values that a body would hold.

use serde_json::Value;

use crate::{Invalid, Location, Member, Members, Shape, Structure, Timestamp};

/// Merges the members that travel outside the body into `members`.
///
/// `texts` answers with the decoded texts found under a wire name at a location (several for a repeated query
/// parameter, none when absent). Whatever the body said under the name of such a member is dropped. The raw
/// payload member is left alone.
pub fn place(
    input: &Structure,
    members: &mut Members,
    texts: &mut dyn FnMut(Location, &str) -> Vec<String>,
) -> Result<(), Invalid> {
    for member in input.members {
        if matches!(member.location, Location::Body | Location::Payload) {
            continue;
        }
        members.remove(member.name);
        let found = texts(member.location, member.wire);
        if !found.is_empty() {
            members.insert(member.name.to_owned(), from_text(member, found)?);
        }
    }
    Ok(())
}

/// Turns the texts of one member into its JSON value; of several texts for a single value the first counts.
pub fn from_text(member: &Member, mut texts: Vec<String>) -> Result<Value, Invalid> {
    if let Shape::List { member: element, .. } = member.shape {
        let items = texts.into_iter().map(|text| scalar(member, element, text));
        return items.collect::<Result<Vec<_>, _>>().map(Value::Array);
    }
    if texts.is_empty() {
        return Ok(Value::Null);
    }
    scalar(member, member.shape, texts.swap_remove(0))
}

fn scalar(member: &Member, shape: &Shape, text: String) -> Result<Value, Invalid> {
    let (value, expected) = match shape {
        Shape::Sensitive(inner) => return scalar(member, inner, text),
        Shape::Boolean => (boolean(member, &text), "a boolean"),
        Shape::Integer { .. } | Shape::Long { .. } => {
            (text.parse().ok().map(|n: i64| n.into()), "a whole number")
        }
        Shape::Float { .. } | Shape::Double { .. } => (text.parse().ok().map(|n: f64| n.into()), "a number"),
        Shape::Timestamp => (moment(member.location, &text), "a timestamp"),
        _ => return Ok(Value::String(text)),
    };
    value.ok_or_else(|| Invalid::WrongType {
        path: member.name.to_owned(),
        expected,
        found: format!("'{}'", crate::violation::shortened(&text)),
    })
}

/// Reads a flag; a bare `?unfinished`, and `unfinished=unfinished` as CodeArtifact documents it, mean true.
fn boolean(member: &Member, text: &str) -> Option<Value> {
    match text {
        "true" | "" => Some(Value::Bool(true)),
        "false" => Some(Value::Bool(false)),
        other => (other == member.wire).then_some(Value::Bool(true)),
    }
}

fn moment(location: Location, text: &str) -> Option<Value> {
    match location {
        Location::Header => Timestamp::from_rfc1123(text).map(Timestamp::to_json_number),
        _ => Timestamp::json_number_from_rfc3339(text),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::{StringRule, optional_member, required_member};

    static NAME: Shape = Shape::String(StringRule::ANY);
    static NAMES: Shape = Shape::List { member: &NAME, min: None, max: None, sparse: false };
    static COUNT: Shape = Shape::Integer { min: None, max: None };
    static INPUT: Structure = Structure {
        name: "Input",
        members: &[
            required_member("assetId", &NAME).label("assetId"),
            optional_member("tagKeys", &NAMES).query("tag-keys"),
            optional_member("maxResults", &COUNT).query("max-results"),
            optional_member("unfinished", &Shape::Boolean).query("unfinished"),
            optional_member("startDate", &Shape::Timestamp).query("startDate"),
            optional_member("since", &Shape::Timestamp).header("If-Modified-Since"),
            optional_member("note", &NAME),
        ],
        union: false,
    };

    fn placed(query: &[(&str, &str)]) -> Result<Members, Invalid> {
        let mut members = json!({"assetId": "from body", "note": "kept"}).as_object().unwrap().clone();
        place(&INPUT, &mut members, &mut |_, wire| {
            query.iter().filter(|(name, _)| *name == wire).map(|(_, text)| (*text).to_owned()).collect()
        })?;
        Ok(members)
    }

    #[test]
    fn texts_take_the_type_of_their_member_and_the_body_cannot_stand_in() {
        let members = placed(&[
            ("tag-keys", "a"),
            ("tag-keys", "b"),
            ("max-results", "7"),
            ("unfinished", "unfinished"),
            ("startDate", "1970-01-01T00:00:01.500Z"),
            ("If-Modified-Since", "Thu, 01 Jan 1970 00:00:02 GMT"),
        ]);
        let expected = json!({
            "tagKeys": ["a", "b"], "maxResults": 7, "unfinished": true, "startDate": 1.5, "since": 2, "note": "kept"
        });
        assert_eq!(Value::Object(members.unwrap()), expected);
    }

    #[test]
    fn a_text_that_is_no_number_is_of_the_wrong_type() {
        let error = placed(&[("max-results", "ten")]).unwrap_err();
        assert_eq!(error.to_string(), "Value at 'maxResults' must be a whole number, found 'ten'");
        assert!(placed(&[("startDate", "1700000000")]).is_err());
        assert!(placed(&[("unfinished", "yes")]).is_err());
    }
}
