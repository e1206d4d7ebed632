//! What follows the question mark: parameters by name, letter case aside.

use percent_encoding::percent_decode_str;

/// A parameter of a query, decoded; `+` is a space in it.
pub(super) fn parameter(query: &str, name: &str) -> Option<String> {
    let decode = |text: &str| percent_decode_str(&text.replace('+', " ")).decode_utf8_lossy().into_owned();
    query.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        decode(key).eq_ignore_ascii_case(name).then(|| decode(value))
    })
}

/// A number among the parameters.
pub(super) fn number(query: &str, name: &str) -> Option<usize> {
    parameter(query, name)?.trim().parse().ok()
}

/// Whether a parameter says yes.
pub(super) fn is_true(query: &str, name: &str) -> bool {
    parameter(query, name).is_some_and(|text| text.trim().eq_ignore_ascii_case("true"))
}

/// A text as V2 writes it: in single quotes.
pub(super) fn unquoted(query: &str, name: &str) -> Option<String> {
    let text = parameter(query, name)?;
    let text = text.trim();
    let inside = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\'')).unwrap_or(text);
    Some(inside.replace("''", "'"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_found_in_any_letter_case() {
        let query = "Q=a+b%26c&skip=3&prerelease=True&%24top=5&id='it''s'&x";
        assert_eq!(parameter(query, "q").as_deref(), Some("a b&c"));
        assert_eq!(
            (number(query, "skip"), number(query, "$top"), number(query, "take")),
            (Some(3), Some(5), None)
        );
        assert!(is_true(query, "prerelease") && !is_true(query, "x"));
        assert_eq!(unquoted(query, "id").as_deref(), Some("it's"));
    }
}
