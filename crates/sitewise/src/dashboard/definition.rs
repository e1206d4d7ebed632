//! The definition of a dashboard: any JSON text, kept as it was sent.
//!
//! Portals of both generations and other clients have their own formats, so nothing but the grammar is checked.

use serde::de::IgnoredAny;

use crate::Error;
use crate::error::invalid;

/// Checks that a definition is one JSON value, however deep (assumed: AWS says "a JSON literal" and not what happens
/// else). The parser builds nothing and does not descend, so that depth costs no stack.
pub fn check(definition: &str) -> Result<(), Error> {
    match serde_json::from_str::<IgnoredAny>(definition) {
        Ok(_) => Ok(()),
        // The error ends with line and column.
        Err(error) => Err(invalid(format!("dashboardDefinition is not valid JSON: {error}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(definition: &str) -> String {
        match check(definition) {
            Err(Error::Modelled(model_sitewise::Error::InvalidRequest(refused))) => refused.message,
            other => panic!("{definition} was taken: {other:?}"),
        }
    }

    #[test]
    fn any_json_is_a_definition() {
        let deep = "[".repeat(100_000) + &"]".repeat(100_000);
        let odd = "\n{\r\n\t\"a\": [1e999, \"\\ud800\", null]\n}\n";
        for good in ["{}", "{\"widgets\": []}", odd, "[]", "\"x\"", &deep] {
            assert!(check(good).is_ok(), "{good:.40}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_line_and_column() {
        for (bad, rule) in [
            ("{\n  \"a\": 1,\n}", "key must be a string at line 3 column 1"),
            ("", "EOF while parsing a value at line 1 column 0"),
            ("{} {}", "trailing characters at line 1 column 4"),
            ("{'a': 1}", "key must be a string at line 1 column 2"),
            (&"[".repeat(200_000), "EOF while parsing a list at line 1 column 200000"),
        ] {
            assert_eq!(message(bad), format!("dashboardDefinition is not valid JSON: {rule}"));
        }
    }
}
