//! Versions of crates: semantic versions, of which build metadata tells none apart.

use semver::Version;

/// The longest version that is taken: what the API keeps of one.
pub const VERSION_BYTES_MAX: usize = 255;

/// Reads a version as manifests have it.
pub fn parse(text: &str) -> Option<Version> {
    (text.len() <= VERSION_BYTES_MAX).then(|| Version::parse(text).ok())?
}

/// The version without its build metadata: an index holds one of each.
pub fn release(text: &str) -> &str {
    text.split_once('+').map_or(text, |(release, _)| release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_semantic() {
        for text in ["1.0.0", "0.1.0-alpha.1", "1.0.0+build.5", "1.0.0-rc.1+b"] {
            assert_eq!(parse(text).unwrap().to_string(), text);
        }
        let long = format!("1.0.0-{}", "a".repeat(250));
        for text in ["", "1", "1.0", "v1.0.0", "01.0.0", "1.0.0-", "1.0.0 ", "1.0.0-01", "=1.0.0", &long] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn build_metadata_tells_no_versions_apart() {
        assert_eq!(release("1.0.0-rc.1+b.2"), "1.0.0-rc.1");
        assert_eq!(release("1.0.0"), "1.0.0");
    }
}
