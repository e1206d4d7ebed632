//! The folded spelling of names: two names that people confuse fold to the same text.
//!
//! NFKC, letter case, the skeleton of Unicode's list of confusable characters (UTS 39), letter case again (the list
//! takes `0` to a capital `O`), and each run of `-`, `_` and `.` as one dot.

use unicode_normalization::UnicodeNormalization as _;
use unicode_security::confusable_detection::skeleton;

/// Folds one part of a package path: a namespace, a name, or the beginning of either.
pub(super) fn fold(part: &str) -> String {
    let mut folded = String::with_capacity(part.len());
    let composed: String = part.nfkc().flat_map(lower).collect();
    for letter in skeleton(&composed).flat_map(lower) {
        match letter {
            '-' | '_' | '.' if folded.ends_with('.') => {}
            '-' | '_' | '.' => folded.push('.'),
            letter => folded.push(letter),
        }
    }
    folded
}

/// Folds the letter case, letter by letter so that the beginning of a name folds to the beginning of its folding;
/// through the capital, because `ß` and `SS` or the two small sigmas differ in small letters only.
fn lower(letter: char) -> impl Iterator<Item = char> {
    letter.to_uppercase().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_look_alike_fold_to_the_same() {
        for (left, right) in [
            ("lodash", "Lodash"),
            ("lodash", "LODASH"),
            ("lodash", "l0dash"),
            ("lodash", "1odash"),
            ("lodash", "lodаsh"), // a Cyrillic letter
            ("lodash", "ｌｏｄａｓｈ"),
            ("left-pad", "left_pad"),
            ("left-pad", "left.pad"),
            ("left-pad", "left-._pad"),
            ("strasse", "Straße"),
            ("modern", "rnodern"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} {right}");
        }
    }

    #[test]
    fn names_that_differ_stay_different() {
        for (left, right) in [("lodash", "lodas"), ("left-pad", "leftpad"), ("acme", "acne"), ("a", "b")] {
            assert_ne!(fold(left), fold(right), "{left} {right}");
        }
    }

    #[test]
    fn folding_again_changes_nothing() {
        for name in ["Lodash", "l0-_dash", "Straße", "ǅungla", "ﬁne", "İstanbul", "..a__b", "ẛ̣", "1I|l", "m"]
        {
            let once = fold(name);
            assert_eq!(fold(&once), once, "{name}");
        }
    }
}
