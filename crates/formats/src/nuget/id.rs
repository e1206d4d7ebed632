//! Package ids: words with dots, hyphens and underscores between them, letter case aside.

use std::fmt;

/// The longest id (NuGet.Packaging, `PackageIdValidator`).
pub const ID_CHARS_MAX: usize = 100;

/// The id of a package, in the spelling somebody used.
///
/// Two spellings that differ in letter case only name the same package; [`PackageId::lower`] is the same for both.
#[derive(Debug, Clone)]
pub struct PackageId {
    spelled: String,
    lower: String,
}

/// Why a text is no id.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadId;

impl fmt::Display for BadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "a package id has 1 to {ID_CHARS_MAX} letters, digits and underscores, with single dots or hyphens between them"
        )
    }
}

impl std::error::Error for BadId {}

impl PackageId {
    /// Reads an id: `\w+([.-]\w+)*` of at most 100 characters.
    pub fn parse(text: &str) -> Result<Self, BadId> {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let sound = text.split(['.', '-']).all(|word| !word.is_empty() && word.chars().all(is_word));
        let lower = text.to_lowercase();
        // In lower case some letters become several.
        if !sound || text.chars().count() > ID_CHARS_MAX || lower.chars().count() > 2 * ID_CHARS_MAX {
            return Err(BadId);
        }
        Ok(Self { spelled: text.to_owned(), lower })
    }

    /// The spelling that somebody used.
    pub fn spelled(&self) -> &str {
        &self.spelled
    }

    /// The spelling that is stored, and that stands in URLs.
    pub fn lower(&self) -> &str {
        &self.lower
    }
}

impl PartialEq for PackageId {
    fn eq(&self, other: &Self) -> bool {
        self.lower == other.lower
    }
}

impl Eq for PackageId {}

impl std::hash::Hash for PackageId {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.lower.hash(state);
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_words_with_dots_and_hyphens_between_them() {
        for good in ["a", "Newtonsoft.Json", "a-b.c_d", "_x_", "7Zip", "Ünï.Code", &"a".repeat(100)] {
            assert!(PackageId::parse(good).is_ok(), "{good}");
        }
        let long = "a".repeat(101);
        for bad in ["", ".", "a.", ".a", "a..b", "a.-b", "a b", "a/b", "a\\b", "a%b", "a\n", "..", &long] {
            assert_eq!(PackageId::parse(bad), Err(BadId), "{bad:?}");
        }
    }

    #[test]
    fn letter_case_does_not_tell_ids_apart() {
        let (one, two) = (PackageId::parse("Acme.Demo").unwrap(), PackageId::parse("aCME.dEMO").unwrap());
        assert_eq!((&one, one.lower(), one.spelled()), (&two, "acme.demo", "Acme.Demo"));
    }
}
