//! What a Swift package is called: a scope and a name, letter case aside.

use std::fmt;

/// The longest scope.
pub const SCOPE_CHARS_MAX: usize = 39;
/// The longest name.
pub const NAME_CHARS_MAX: usize = 100;

/// A package identifier, in the spelling that somebody used.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PackageId {
    scope: String,
    name: String,
}

/// The rule that an identifier breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// The scope is not one.
    Scope,
    /// The name is not one.
    Name,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Scope => write!(
                f,
                "a scope has 1 to {SCOPE_CHARS_MAX} ASCII letters and digits, with single hyphens between them"
            ),
            Self::Name => write!(
                f,
                "a package's name has 1 to {NAME_CHARS_MAX} ASCII letters and digits, with single hyphens and \
                 underscores between them"
            ),
        }
    }
}

impl std::error::Error for NameError {}

impl PackageId {
    /// Reads scope and name. Errors in this order: the scope, the name.
    pub fn new(scope: &str, name: &str) -> Result<Self, NameError> {
        if !is_word(scope, SCOPE_CHARS_MAX, "-") {
            return Err(NameError::Scope);
        }
        if !is_word(name, NAME_CHARS_MAX, "-_") {
            return Err(NameError::Name);
        }
        Ok(Self { scope: scope.to_owned(), name: name.to_owned() })
    }

    /// The scope as it is spelled.
    pub fn scope(&self) -> &str {
        &self.scope
    }

    /// The name as it is spelled.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The same package in the spelling that stands for all: in lower case.
    #[must_use]
    pub fn canonical(&self) -> Self {
        Self { scope: self.scope.to_ascii_lowercase(), name: self.name.to_ascii_lowercase() }
    }
}

impl fmt::Display for PackageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.scope, self.name)
    }
}

/// Letters and digits, with one of `joints` at a time between them.
fn is_word(text: &str, chars_max: usize, joints: &str) -> bool {
    let mut after_joint = true;
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            after_joint = false;
        } else if joints.contains(c) && !after_joint {
            after_joint = true;
        } else {
            return false;
        }
    }
    !after_joint && text.len() <= chars_max
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_and_names_follow_their_rules() {
        let long = ("s".repeat(39), "n".repeat(100));
        for (scope, name) in
            [("mona", "LinkedList"), ("a", "b"), ("a-b", "a_b-c"), ("9", "0"), (&*long.0, &*long.1)]
        {
            assert!(PackageId::new(scope, name).is_ok(), "{scope}.{name}");
        }
        let longer = ("s".repeat(40), "n".repeat(101));
        for scope in ["", "-a", "a-", "a--b", "a_b", "a.b", "é", "a b", &longer.0] {
            assert_eq!(PackageId::new(scope, "x"), Err(NameError::Scope), "{scope}");
        }
        for name in ["", "-a", "a-", "a--b", "a-_b", "_a", "a_", "a.b", "ü", "a/b", &longer.1] {
            assert_eq!(PackageId::new("x", name), Err(NameError::Name), "{name}");
        }
    }

    #[test]
    fn letter_case_tells_nothing_apart() {
        let spelled = PackageId::new("Mona", "LinkedList").unwrap();
        assert_eq!(spelled.canonical(), PackageId::new("mona", "linkedlist").unwrap());
        assert_eq!(
            (spelled.to_string(), spelled.scope(), spelled.name()),
            ("Mona.LinkedList".into(), "Mona", "LinkedList")
        );
    }
}
