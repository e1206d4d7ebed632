//! The definition of a dashboard: any JSON text, kept as it was sent.
//!
//! Portals of both generations and other clients have their own formats, so nothing but the grammar is checked.

use serde::de::IgnoredAny;

use crate::Error;
use crate::error::invalid;

/// Checks that a definition is one JSON value, nested at most 127 deep (assumed: AWS says "a JSON literal" and not
/// what happens else).
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
        format!("{:?}", check(definition).unwrap_err())
    }

    #[test]
    fn any_json_is_a_definition() {
        for good in
            ["{}", "{\"widgets\": []}", "\n{\r\n\t\"a\": [1e999, \"\\ud800\", null]\n}\n", "[]", "\"x\""]
        {
            assert!(check(good).is_ok(), "{good}");
        }
    }

    #[test]
    fn what_is_no_json_is_refused_with_line_and_column() {
        assert!(message("{\n  \"a\": 1,\n}").contains("trailing comma at line 3 column 1"));
        assert!(message("").contains("line 1 column 0"));
        assert!(message("{} {}").contains("trailing characters at line 1 column 4"));
        assert!(message("{'a': 1}").contains("line 1 column 2"));
        assert!(message(&"[".repeat(1000)).contains("recursion limit exceeded at line 1"));
    }
}
