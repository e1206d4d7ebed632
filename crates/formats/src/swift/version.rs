//! The versions of Swift packages: semantic versioning 2.0, written in full.

/// The longest version that is taken.
pub const VERSION_CHARS_MAX: usize = 255;

/// Tells whether a text is a version.
pub fn is_version(text: &str) -> bool {
    text.len() <= VERSION_CHARS_MAX && semver::Version::parse(text).is_ok()
}

/// Tells whether a version could be taken for a file of another one, by how it ends (assumed: such versions are not
/// published, since paths would mean two things).
pub fn ends_like_a_file(version: &str) -> bool {
    let (_, ending) = version.rsplit_once('.').unwrap_or_default();
    ending.eq_ignore_ascii_case("zip") || ending.eq_ignore_ascii_case("json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_semantic_and_whole() {
        for good in ["1.0.0", "0.0.1", "1.2.3-rc.1", "1.0.0+20260101", "1.0.0-a.b+c.d", "10.20.30"] {
            assert!(is_version(good), "{good}");
        }
        let long = format!("1.0.0-{}", "a".repeat(VERSION_CHARS_MAX));
        for bad in
            ["", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0-01", "1.0.0 ", "1.0.0/x", "latest", &long]
        {
            assert!(!is_version(bad), "{bad}");
        }
    }

    #[test]
    fn versions_that_look_like_files_are_known() {
        for one in ["1.0.0-a.zip", "1.0.0+b.json", "1.0.0-a.ZIP"] {
            assert!(ends_like_a_file(one), "{one}");
        }
        for one in ["1.0.0", "1.0.0-zip", "1.0.0-json", ""] {
            assert!(!ends_like_a_file(one), "{one}");
        }
    }
}
