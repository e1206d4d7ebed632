//! What the words of a formula mean: a word that is declared nowhere is a property of the same model.
//!
//! The property `Rated power` is the word `rated_power`. Text in quotes is passed over, f-strings too.

use std::collections::{BTreeMap, BTreeSet};

use super::{Property, Reference};

/// Words that mean something else unless a variable is declared under their name.
const RESERVED: &[&str] = &["pi", "e", "true", "false", "none", "and", "or", "not"];

/// The word for a property in formulas; none if its name has no letters to make one of.
pub(super) fn word(name: &str) -> Option<String> {
    let mut word = String::with_capacity(name.len());
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            word.push(c.to_ascii_lowercase());
        } else if !word.is_empty() && !word.ends_with('_') {
            word.push('_');
        }
    }
    let word = word.trim_end_matches('_').to_owned();
    (word.starts_with(|c: char| c.is_ascii_lowercase()) && word.len() <= 64).then_some(word)
}

/// The words of an expression that can be variables, in alphabetical order.
pub(super) fn words(expression: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    let bytes = expression.as_bytes();
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let mut i = 0;
    while i < bytes.len() {
        let byte = bytes[i];
        if byte == b'\'' || byte == b'"' {
            i = 1 + bytes[i + 1..]
                .iter()
                .position(|other| *other == byte)
                .map_or(bytes.len(), |end| i + 1 + end);
            continue;
        }
        if !is_part(byte) {
            i += 1;
            continue;
        }
        let start = i;
        while i < bytes.len() && is_part(bytes[i]) {
            i += 1;
        }
        let word = &expression[start..i];
        let called = bytes[i..].iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'(');
        let quoted = matches!(bytes.get(i), Some(b'\'' | b'"'));
        // `x.avg()` calls a function, and `1.e` is a number.
        let chained = start > 0 && bytes[start - 1] == b'.';
        if word.starts_with(|c: char| c.is_ascii_alphabetic()) && !called && !quoted && !chained {
            found.insert(word);
        }
    }
    found
}

/// The variables of an expression that need no declaration, given those that are declared.
///
/// Words that no property has are left to the server, which knows the language; words that two properties have are
/// ambiguous and answered as such.
pub fn infer(
    expression: &str,
    declared: &BTreeMap<String, Reference>,
    properties: &[Property],
) -> (BTreeMap<String, Reference>, Vec<String>) {
    let (mut inferred, mut ambiguous) = (BTreeMap::new(), Vec::new());
    for found in words(expression) {
        if declared.contains_key(found) || RESERVED.contains(&found.to_ascii_lowercase().as_str()) {
            continue;
        }
        let mut named = properties.iter().filter(|property| word(&property.name).as_deref() == Some(found));
        match (named.next(), named.next()) {
            (Some(property), None) => {
                let reference = Reference { hierarchy: None, property: property.name.clone() };
                inferred.insert(found.to_owned(), reference);
            }
            (Some(_), Some(_)) => ambiguous.push(found.to_owned()),
            (None, _) => {}
        }
    }
    (inferred, ambiguous)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_what_may_be_variables() {
        let found = |expression| words(expression).into_iter().collect::<Vec<_>>();
        assert_eq!(found("100 * power / rated_power"), ["power", "rated_power"]);
        assert_eq!(found("avg(power) + x.max( y ).sqrt()"), ["power", "x", "y"]);
        assert_eq!(found("if(a > 1e5, 'b c', f\"{d}\") + 2.e"), ["a"]);
        assert_eq!(found("'open"), [""; 0]);
        assert_eq!(found("größe"), ["e", "gr"], "letters of no formula end a word");
    }

    #[test]
    fn names_become_words() {
        for (name, expected) in [
            ("Rated power", Some("rated_power")),
            ("Power (kW)", Some("power_kw")),
            ("AWS/ALARM_STATE", Some("aws_alarm_state")),
            ("1st", None),
            ("Ä", None),
        ] {
            assert_eq!(word(name).as_deref(), expected, "{name}");
        }
    }

    #[test]
    fn only_what_is_clear_is_inferred() {
        let property = |name: &str| Property { name: name.to_owned(), ..Property::default() };
        let properties = [property("Power"), property("Rated power"), property("Rated-power"), property("E")];
        let declared = BTreeMap::from([("x".to_owned(), Reference::default())]);
        let (inferred, ambiguous) = infer("power * rated_power + e + x + unknown", &declared, &properties);
        assert_eq!(inferred.keys().collect::<Vec<_>>(), ["power"]);
        assert_eq!(ambiguous, ["rated_power"]);
    }
}
