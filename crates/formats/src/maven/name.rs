//! What Maven packages are called: a group and an artifact, each a part of a path.

use std::fmt;

/// Longest group, artifact, version or file name (API model: 1 to 255 characters).
pub const NAME_CHARS_MAX: usize = 255;

/// A Maven package: `{groupId}:{artifactId}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PackageName {
    group: String,
    artifact: String,
}

/// Names no package: a part is missing, too long, or holds what no path may.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadName;

impl PackageName {
    /// Takes a group in its dotted spelling and an artifact.
    pub fn new(group: &str, artifact: &str) -> Result<Self, BadName> {
        let segments = group.split('.').all(is_segment);
        if !segments || group.chars().count() > NAME_CHARS_MAX || !is_segment(artifact) {
            return Err(BadName);
        }
        Ok(Self { group: group.to_owned(), artifact: artifact.to_owned() })
    }

    /// The group, with dots.
    pub fn group(&self) -> &str {
        &self.group
    }

    /// The artifact.
    pub fn artifact(&self) -> &str {
        &self.artifact
    }

    /// The path of its folder, without slashes at the ends, not percent-encoded.
    pub fn folder(&self) -> String {
        format!("{}/{}", self.group.replace('.', "/"), self.artifact)
    }
}

impl fmt::Display for PackageName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.group, self.artifact)
    }
}

/// Whether a text may be one part of a path and a name of the API (`[^#/\s]{1,255}`).
pub fn is_segment(text: &str) -> bool {
    !text.is_empty()
        && text != "."
        && text != ".."
        && text.chars().count() <= NAME_CHARS_MAX
        && !text.chars().any(|c| c.is_whitespace() || c.is_control() || matches!(c, '#' | '/' | '\\' | ':'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_package_has_a_group_and_an_artifact() {
        let name = PackageName::new("com.acme.tools", "lib_2.13").unwrap();
        assert_eq!((name.group(), name.artifact()), ("com.acme.tools", "lib_2.13"));
        assert_eq!(
            (name.to_string().as_str(), name.folder().as_str()),
            ("com.acme.tools:lib_2.13", "com/acme/tools/lib_2.13")
        );
    }

    #[test]
    fn other_texts_name_no_package() {
        let long = "a".repeat(256);
        for (group, artifact) in [
            ("", "a"),
            ("a", ""),
            ("a..b", "c"),
            (".a", "c"),
            ("a.", "c"),
            ("a/b", "c"),
            ("a", ".."),
            ("a", "b c"),
            ("a#", "b"),
            ("a", "b\\c"),
            ("a", "b\0"),
            ("a", "b\u{85}c"),
            (long.as_str(), "b"),
            ("a", long.as_str()),
        ] {
            assert_eq!(PackageName::new(group, artifact), Err(BadName), "{group}:{artifact}");
        }
    }
}
