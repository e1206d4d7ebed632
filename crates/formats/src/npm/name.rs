//! npm package names: `name` and `@scope/name`, as they are spelled in manifests and in URLs.
//!
//! Two strictnesses exist because the public registry holds names from before its present rules: reading accepts the
//! old ones (mixed case, `~'!()*`), publishing a name for the first time does not.

use std::fmt;

/// The longest name that may be published, scope included (validate-npm-package-name).
pub const NAME_CHARS_MAX: usize = 214;
/// The longest scope or name that is read: the service's own limit on package and namespace.
pub const PART_CHARS_MAX: usize = 255;

/// The name of an npm package, valid under the rules for existing packages.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PackageName {
    text: String,
    /// Length of the scope without `@`, or 0.
    scope_len: usize,
}

/// The rule that a package name breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameError {
    /// Nothing is left of the name, or of its scope.
    Empty,
    /// The name or its scope is longer than the registry keeps.
    TooLong,
    /// The name or its scope starts with a period or an underscore.
    LeadingCharacter,
    /// A character does not belong in the path of a URL.
    Character,
    /// The name is reserved (`node_modules`, `favicon.ico`).
    Reserved,
    /// The name is only good for packages from before 2014: it has capitals or special characters.
    OldStyle,
}

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "name must not be empty",
            Self::TooLong => "name is too long",
            Self::LeadingCharacter => "name must not start with a period or an underscore",
            Self::Character => "name can only contain URL-friendly characters",
            Self::Reserved => "name is reserved",
            Self::OldStyle => "name can no longer contain capital letters or special characters (\"~'!()*\")",
        })
    }
}

impl std::error::Error for NameError {}

impl PackageName {
    /// Reads a name as a manifest spells it: `name` or `@scope/name`.
    pub fn parse(text: &str) -> Result<Self, NameError> {
        let (scope, name) = match text.strip_prefix('@') {
            Some(scoped) => {
                let (scope, name) = scoped.split_once('/').ok_or(NameError::Character)?;
                part(scope)?;
                (scope, name)
            }
            None => ("", text),
        };
        part(name)?;
        if scope.is_empty() && (name == "node_modules" || name == "favicon.ico") {
            return Err(NameError::Reserved);
        }
        Ok(Self { text: text.to_owned(), scope_len: scope.len() })
    }

    /// Joins the namespace and package of the control plane (`None` or a scope without `@`).
    pub fn from_parts(namespace: Option<&str>, package: &str) -> Result<Self, NameError> {
        match namespace {
            Some(scope) if !scope.is_empty() => Self::parse(&format!("@{scope}/{package}")),
            _ => Self::parse(package),
        }
    }

    /// Checks the stricter rules for a name that is published for the first time.
    pub fn check_publishable(&self) -> Result<(), NameError> {
        if self.text.len() > NAME_CHARS_MAX {
            return Err(NameError::TooLong);
        }
        let old = |c: char| c.is_ascii_uppercase() || "~'!()*".contains(c);
        if self.text.chars().any(old) {
            return Err(NameError::OldStyle);
        }
        Ok(())
    }

    /// The whole name, `@scope/name` or `name`.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The scope without its `@`: the namespace of the control plane.
    pub fn scope(&self) -> Option<&str> {
        (self.scope_len > 0).then(|| &self.text[1..=self.scope_len])
    }

    /// The name without its scope: the package of the control plane, and the first part of tarball names.
    pub fn bare(&self) -> &str {
        if self.scope_len > 0 { &self.text[self.scope_len + 2..] } else { &self.text }
    }

    /// The name as one path segment, the way npm asks for it (`@scope%2fname`).
    pub fn encoded(&self) -> String {
        match self.scope() {
            Some(scope) => format!("@{scope}%2f{}", self.bare()),
            None => self.text.clone(),
        }
    }

    /// The file name of a version's tarball, `{name}-{version}.tgz` without the scope.
    pub fn tarball_file(&self, version: &str) -> String {
        format!("{}-{version}.tgz", self.bare())
    }

    /// The path of a version's attestations below the repository's base URL, ready for a URL.
    pub fn attestations_path(&self, version: &str) -> String {
        format!("-/npm/v1/attestations/{}@{}", self.encoded(), escaped(version))
    }

    /// The path of a version's tarball below the repository's base URL, ready for a URL.
    pub fn tarball_path(&self, version: &str) -> String {
        format!("{}/-/{}-{}.tgz", self.text, self.bare(), escaped(version))
    }

    /// The version named by a tarball's file name, when the file is named the usual way.
    pub fn version_of_file<'a>(&self, file: &'a str) -> Option<&'a str> {
        let rest = file.strip_prefix(self.bare())?.strip_prefix('-')?;
        rest.strip_suffix(".tgz").filter(|version| !version.is_empty())
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// Writes a version as it stands in a URL: letters, digits, `.`, `-` and `+` when it is semantic; others are escaped.
fn escaped(version: &str) -> String {
    let mut out = String::with_capacity(version.len());
    for byte in version.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~+".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte >> 4)]));
            out.push(char::from(b"0123456789ABCDEF"[usize::from(byte & 15)]));
        }
    }
    out
}

/// Checks one part, scope or name, against the rules for existing packages.
fn part(text: &str) -> Result<(), NameError> {
    if text.is_empty() {
        return Err(NameError::Empty);
    }
    if text.len() > PART_CHARS_MAX {
        return Err(NameError::TooLong);
    }
    if text.starts_with(['.', '_']) {
        return Err(NameError::LeadingCharacter);
    }
    // Exactly what JavaScript's encodeURIComponent leaves alone.
    if !text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b)) {
        return Err(NameError::Character);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scoped_name_splits_into_scope_and_bare_name() {
        let name = PackageName::parse("@acme/widget").unwrap();
        assert_eq!((name.scope(), name.bare()), (Some("acme"), "widget"));
        assert_eq!(name.encoded(), "@acme%2fwidget");
        assert_eq!(name.tarball_path("1.0.0"), "@acme/widget/-/widget-1.0.0.tgz");
        assert_eq!(PackageName::from_parts(Some("acme"), "widget").unwrap(), name);
    }

    #[test]
    fn an_unscoped_name_has_no_scope() {
        let name = PackageName::parse("widget").unwrap();
        assert_eq!((name.scope(), name.bare()), (None, "widget"));
        assert_eq!(PackageName::from_parts(None, "widget").unwrap(), name);
    }

    #[test]
    fn old_names_are_read_but_cannot_be_published() {
        for old in ["JSONStream", "crypto-browserify!", "@Acme/x", "it's"] {
            let name = PackageName::parse(old).unwrap();
            assert_eq!(name.check_publishable(), Err(NameError::OldStyle), "{old}");
        }
        let long = "a".repeat(215);
        assert_eq!(PackageName::parse(&long).unwrap().check_publishable(), Err(NameError::TooLong));
    }

    #[test]
    fn names_that_no_registry_holds_are_refused() {
        let cases = [
            ("", NameError::Empty),
            ("@/x", NameError::Empty),
            ("@x/", NameError::Empty),
            ("..", NameError::LeadingCharacter),
            ("@acme/..", NameError::LeadingCharacter),
            ("@../x", NameError::LeadingCharacter),
            ("_x", NameError::LeadingCharacter),
            ("a/b", NameError::Character),
            ("@a/b/c", NameError::Character),
            ("@scope", NameError::Character),
            ("a b", NameError::Character),
            ("a\0", NameError::Character),
            ("é", NameError::Character),
            ("a%2f", NameError::Character),
            ("node_modules", NameError::Reserved),
        ];
        for (text, expected) in cases {
            assert_eq!(PackageName::parse(text), Err(expected), "{text:?}");
        }
    }

    #[test]
    fn a_tarball_file_names_its_version() {
        let name = PackageName::parse("@acme/a-b").unwrap();
        assert_eq!(name.version_of_file("a-b-1.0.0-rc.1.tgz"), Some("1.0.0-rc.1"));
        assert_eq!(name.version_of_file("a-b-.tgz"), None);
        assert_eq!(name.version_of_file("other-1.0.0.tgz"), None);
        assert_eq!(name.tarball_path("1.0.0+b/x"), "@acme/a-b/-/a-b-1.0.0+b%2Fx.tgz");
    }
}
