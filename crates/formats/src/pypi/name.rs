//! The names of Python projects: how people spell them, and the one spelling that is looked up.

use std::fmt;

/// The longest name that is read: the service's own limit on a package's name.
pub const NAME_CHARS_MAX: usize = 255;

/// The normalised name of a project: lower-case, every run of `.`, `-` and `_` one hyphen (PEP 503).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ProjectName(String);

/// The rule that a project's name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// It is empty or longer than [`NAME_CHARS_MAX`].
    Length,
    /// It has other characters than letters, digits, `.`, `-` and `_`, or does not start and end with one of the
    /// former (PEP 508).
    Character,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Length => write!(f, "a project's name has 1 to {NAME_CHARS_MAX} characters"),
            Self::Character => f.write_str(
                "a project's name is made of ASCII letters, digits, '.', '-' and '_', and starts and ends with a \
                 letter or digit",
            ),
        }
    }
}

impl std::error::Error for NameError {}

impl ProjectName {
    /// Reads a name in any spelling. Errors in this order: its length, its characters.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() || text.len() > NAME_CHARS_MAX {
            return Err(NameError::Length);
        }
        let bytes = text.as_bytes();
        let ends = [bytes[0], bytes[bytes.len() - 1]];
        let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b".-_".contains(byte);
        if !bytes.iter().all(inside) || !ends.iter().all(u8::is_ascii_alphanumeric) {
            return Err(NameError::Character);
        }
        Ok(Self(normalised(text)))
    }

    /// The normalised spelling.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ProjectName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn normalised(text: &str) -> String {
    let mut name = String::with_capacity(text.len());
    for c in text.chars() {
        if !matches!(c, '.' | '-' | '_') {
            name.push(c.to_ascii_lowercase());
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_spellings_of_a_name_are_one() {
        for spelling in ["Acme_Demo.Pkg", "acme-demo-pkg", "ACME.-_demo__pkg"] {
            assert_eq!(ProjectName::parse(spelling).unwrap().as_str(), "acme-demo-pkg");
        }
        assert_eq!(ProjectName::parse("a").unwrap().as_str(), "a");
    }

    #[test]
    fn what_is_no_name_is_refused() {
        let long = "a".repeat(256);
        for (text, error) in [
            ("", NameError::Length),
            (long.as_str(), NameError::Length),
            ("-a", NameError::Character),
            ("a_", NameError::Character),
            ("..", NameError::Character),
            ("a/b", NameError::Character),
            ("a b", NameError::Character),
            ("ä", NameError::Character),
        ] {
            assert_eq!(ProjectName::parse(text), Err(error), "{text}");
        }
    }
}
