//! What the words of a formula mean: a word that is declared nowhere is a property of the same model.
//!
//! The property `Rated power` is the word `rated_power`. Text in quotes is passed over, f-strings too.

use std::collections::{BTreeMap, BTreeSet};

use ::formula::lex::{Lexer, Token};

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

/// The words of an expression that can be variables, in alphabetical order; up to where it cannot be read.
fn words(expression: &str) -> BTreeSet<String> {
    let chars: Vec<_> = (1..).zip(expression.chars()).collect();
    let mut lexer = Lexer::new(&chars, chars.len() + 1);
    let (mut found, mut before) = (BTreeSet::new(), Token::End);
    while let Ok((_, token)) = lexer.token() {
        let next = lexer.rest().iter().find(|(_, c)| !c.is_whitespace());
        match &token {
            Token::End => break,
            // `x.avg()` calls a function.
            Token::Name(name) if before != Token::Symbol(".") && !matches!(next, Some((_, '('))) => {
                found.insert(name.clone());
            }
            _ => {}
        }
        before = token;
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
        if declared.contains_key(&found) || RESERVED.contains(&found.to_ascii_lowercase().as_str()) {
            continue;
        }
        let mut named =
            properties.iter().filter(|property| word(&property.name).as_deref() == Some(found.as_str()));
        match (named.next(), named.next()) {
            (Some(property), None) => {
                let reference = Reference { hierarchy: None, property: property.name.clone() };
                inferred.insert(found, reference);
            }
            (Some(_), Some(_)) => ambiguous.push(found),
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
        assert_eq!(found("größe + a"), ["gr"], "what follows is left to the check of the formula");
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
