//! Crate names, as manifests spell them and as the index files them.
//!
//! Two strictnesses exist, as for npm: reading takes every name that an index can file, publishing a name for the first
//! time takes what the public index takes.

use std::fmt;

/// The longest name (the public index's limit, and the reference of registries recommends it).
pub const NAME_BYTES_MAX: usize = 64;

/// Names that the public index keeps for the standard library and the compiler.
const RUST_NAMES: &[&str] = &[
    "alloc",
    "arena",
    "ast",
    "builtins",
    "collections",
    "compiler-builtins",
    "compiler-rt",
    "compiletest",
    "core",
    "coretest",
    "debug",
    "driver",
    "flate",
    "fmt-macros",
    "grammar",
    "graphviz",
    "macro",
    "macros",
    "proc-macro",
    "rbml",
    "rust-installer",
    "rustbook",
    "rustc",
    "rustdoc",
    "rustllvm",
    "rustuv",
    "serialize",
    "std",
    "syntax",
    "test",
    "unicode",
];

/// The name of a crate, with letters in either case.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct CrateName(String);

/// The rule that a crate name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// Nothing is left of it.
    Empty,
    /// It is longer than an index files.
    TooLong,
    /// It has a character that is neither an ASCII letter or digit nor `-` or `_`.
    Character,
    /// It starts with something other than a letter.
    LeadingCharacter,
    /// It belongs to Rust itself, or to a device of Windows.
    Reserved,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Empty => f.write_str("a crate name must not be empty"),
            Self::TooLong => write!(f, "a crate name has at most {NAME_BYTES_MAX} characters"),
            Self::Character => {
                f.write_str("a crate name holds only ASCII letters, digits, hyphens and underscores")
            }
            Self::LeadingCharacter => f.write_str("a crate name starts with a letter"),
            Self::Reserved => f.write_str("the name is reserved"),
        }
    }
}

impl std::error::Error for NameError {}

impl CrateName {
    /// Reads a name that may be in an index.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        if text.is_empty() {
            return Err(NameError::Empty);
        }
        if text.len() > NAME_BYTES_MAX {
            return Err(NameError::TooLong);
        }
        if !text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)) {
            return Err(NameError::Character);
        }
        Ok(Self(text.to_owned()))
    }

    /// Checks the stricter rules for a name that is published.
    pub fn check_publishable(&self) -> Result<(), NameError> {
        if !self.0.starts_with(|first: char| first.is_ascii_alphabetic()) {
            return Err(NameError::LeadingCharacter);
        }
        let canonical = self.canonical();
        let numbered = |device: &str| {
            let number = canonical.strip_prefix(device);
            number
                .is_some_and(|digit| digit.len() == 1 && digit != "0" && digit.as_bytes()[0].is_ascii_digit())
        };
        let device = matches!(canonical.as_str(), "nul" | "con" | "prn" | "aux");
        if device || numbered("com") || numbered("lpt") || RUST_NAMES.contains(&canonical.as_str()) {
            return Err(NameError::Reserved);
        }
        Ok(())
    }

    /// The name as it is spelled.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The one spelling of all names that are taken for the same crate: lower-case, with hyphens.
    pub fn canonical(&self) -> String {
        self.0.to_ascii_lowercase().replace('_', "-")
    }

    /// Whether two names are taken for the same crate.
    pub fn is_same(&self, other: &CrateName) -> bool {
        self.canonical() == other.canonical()
    }

    /// The folder of the index that its file is in, in the letter case of the name: `1`, `2`, `3/a` or `ab/cd`.
    pub fn prefix(&self) -> String {
        let name = &self.0;
        match name.len() {
            1 => "1".to_owned(),
            2 => "2".to_owned(),
            3 => format!("3/{}", &name[..1]),
            _ => format!("{}/{}", &name[..2], &name[2..4]),
        }
    }

    /// The name in lower case, as its file in an index is called.
    pub fn lower(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// The name in the letter case that an index files it under.
    #[must_use]
    pub fn in_lower_case(&self) -> CrateName {
        CrateName(self.lower())
    }

    /// The path of its file in an index.
    pub fn index_path(&self) -> String {
        let lower = self.in_lower_case();
        format!("{}/{}", lower.prefix(), lower.0)
    }

    /// The name of the file that holds a version's source: `{crate}-{version}.crate`.
    pub fn crate_file(&self, version: &str) -> String {
        format!("{}-{version}.crate", self.0)
    }
}

impl fmt::Display for CrateName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> CrateName {
        CrateName::parse(text).unwrap()
    }

    #[test]
    fn index_files_lie_in_folders_by_the_first_letters() {
        for (text, path) in [
            ("a", "1/a"),
            ("AB", "2/ab"),
            ("abc", "3/a/abc"),
            ("Inflector", "in/fl/inflector"),
            ("hr-base", "hr/-b/hr-base"),
            ("my_1", "my/_1/my_1"),
        ] {
            assert_eq!(name(text).index_path(), path);
        }
        assert_eq!(name("MyCrate").prefix(), "My/Cr");
        assert_eq!(name("my-crate").crate_file("1.0.0"), "my-crate-1.0.0.crate");
    }

    #[test]
    fn letter_case_and_separators_do_not_tell_crates_apart() {
        assert!(name("Foo_Bar-baz").is_same(&name("foo-bar_BAZ")));
        assert!(!name("foo-bar").is_same(&name("foobar")));
        assert_eq!(name("A_b").canonical(), "a-b");
    }

    #[test]
    fn names_that_no_index_files_are_refused() {
        let long = "a".repeat(65);
        for (text, error) in [
            ("", NameError::Empty),
            (long.as_str(), NameError::TooLong),
            ("a/b", NameError::Character),
            ("a.b", NameError::Character),
            ("..", NameError::Character),
            ("é", NameError::Character),
            ("a b", NameError::Character),
            ("a%62", NameError::Character),
            ("a\0", NameError::Character),
        ] {
            assert_eq!(CrateName::parse(text), Err(error), "{text:?}");
        }
        assert!(CrateName::parse(&long[..64]).is_ok());
    }

    #[test]
    fn some_names_are_read_but_not_published() {
        for text in ["std", "Core", "proc_macro", "NUL", "com1", "Lpt9"] {
            assert_eq!(name(text).check_publishable(), Err(NameError::Reserved), "{text}");
        }
        for text in ["_a", "-a", "1password"] {
            assert_eq!(name(text).check_publishable(), Err(NameError::LeadingCharacter), "{text}");
        }
        for text in ["com0", "com10", "lpt", "rustc-hash", "stdx", "a"] {
            assert_eq!(name(text).check_publishable(), Ok(()), "{text}");
        }
    }
}
