//! The names that assets of generic packages may have.

use model::Pattern;

/// Letters, digits, number letters and some marks, with single spaces inside (user guide; the back-tick stands in the
/// API model's text only, perhaps as a remnant of its markup, and is accepted: assumed).
static NAME: Pattern = Pattern::new(
    r"[\p{Ll}\p{Lm}\p{Lo}\p{Lt}\p{Lu}\p{Nd}\p{Nl}~!@^&()\-_+\[\]{};,.`]+( [\p{Ll}\p{Lm}\p{Lo}\p{Lt}\p{Lu}\p{Nd}\p{Nl}~!@^&()\-_+\[\]{};,.`]+)*",
);

/// Checks the name of an asset of a generic package; the error is the sentence for the caller.
pub(crate) fn check(name: &str) -> Result<(), String> {
    let rule = "letters, digits, the characters ~!@^&()-_+[]{};,.` and single spaces inside; not . or ..";
    if matches!(name, "." | "..") || !NAME.matches(name) {
        return Err(format!("The asset name '{name}' is not allowed: it may have {rule}"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_documented_characters_are_allowed() {
        for name in
            ["a", "a.tar.gz", "Übung 2.zip", "日本語", "~!@^&()-_+[]{};,.`", "ⅷ", "...", "a b c", ".a"]
        {
            assert_eq!(check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn other_names_are_refused() {
        for name in [
            "", ".", "..", " a", "a ", "a  b", "a/b", "a\\b", "a\tb", "a:b", "a*b", "a%2fb", "½", "a\u{301}",
            "a\0",
        ] {
            assert!(check(name).is_err(), "{name:?}");
        }
    }
}
