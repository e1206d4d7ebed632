//! npm versions: semantic versioning as node's `semver` reads it, and the choice of the version that `latest` names.

use std::cmp::Ordering;

/// The longest version that node's `semver` reads.
pub const VERSION_CHARS_MAX: usize = 256;
/// The largest number that node's `semver` takes in a version: JavaScript's `MAX_SAFE_INTEGER`.
const NUMBER_MAX: u64 = 9_007_199_254_740_991;

/// A version as the registry spells it, with its place in the order of versions.
///
/// Very old documents hold versions that are not semantic; they stay readable and sort below all others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    text: Box<str>,
    semantic: Option<semver::Version>,
}

impl Version {
    /// Reads any version that a document holds.
    pub fn read(text: &str) -> Self {
        Self { text: text.into(), semantic: semantic(text) }
    }

    /// Reads a version that is about to be published; it has to be semantic.
    pub fn parse(text: &str) -> Option<Self> {
        let semantic = semantic(text)?;
        Some(Self { text: text.into(), semantic: Some(semantic) })
    }

    /// The version as the registry spells it.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether the version is a pre-release; what is not semantic counts as one.
    pub fn is_prerelease(&self) -> bool {
        self.semantic.as_ref().is_none_or(|version| !version.pre.is_empty())
    }
}

impl Ord for Version {
    /// Orders by precedence; build metadata and spelling only break ties.
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.semantic, &other.semantic) {
            (Some(a), Some(b)) => a.cmp_precedence(b).then_with(|| self.text.cmp(&other.text)),
            (Some(_), None) => Ordering::Greater,
            (None, Some(_)) => Ordering::Less,
            (None, None) => self.text.cmp(&other.text),
        }
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Picks the version that `latest` means when nothing names it: the highest release, else the highest pre-release.
pub fn latest<'a>(versions: impl Iterator<Item = &'a Version>) -> Option<&'a Version> {
    versions.max_by(|a, b| b.is_prerelease().cmp(&a.is_prerelease()).then_with(|| a.cmp(b)))
}

/// Whether a dist-tag may have this name: not empty, one path segment, and nothing that reads as a version or range.
pub fn is_dist_tag(tag: &str) -> bool {
    !tag.is_empty()
        && tag.len() <= VERSION_CHARS_MAX
        && tag.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.!~*'()".contains(&b))
        && !reads_as_range(tag)
}

/// Whether npm would take the text for a version range (`1`, `v1.4`, `x`, `1.x`), which a tag must not look like.
fn reads_as_range(text: &str) -> bool {
    let bare = text.trim_start_matches(['v', '~', '*']);
    if bare.is_empty() {
        return text != "v";
    }
    let (core, pre) = bare.split_at(bare.find(['-', '+']).unwrap_or(bare.len()));
    let parts: Vec<&str> = core.split('.').collect();
    if !pre.is_empty() && parts.len() < 3 {
        return false;
    }
    let wild = |p: &str| p == "x" || p == "X" || p == "*";
    parts.len() <= 3
        && parts.iter().all(|p| wild(p) || (!p.is_empty() && p.bytes().all(|b| b.is_ascii_digit())))
}

fn semantic(text: &str) -> Option<semver::Version> {
    if text.len() > VERSION_CHARS_MAX {
        return None;
    }
    let version = semver::Version::parse(text).ok()?;
    let fits = version.major <= NUMBER_MAX && version.minor <= NUMBER_MAX && version.patch <= NUMBER_MAX;
    fits.then_some(version)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_by_precedence_and_unreadable_ones_first() {
        let mut versions: Vec<Version> =
            ["1.10.0", "1.2.0", "2.0.0-rc.10", "2.0.0-rc.9", "0.1", "2.0.0", "1.2.0+b"]
                .map(Version::read)
                .into();
        versions.sort();
        let order: Vec<&str> = versions.iter().map(Version::as_str).collect();
        assert_eq!(order, ["0.1", "1.2.0", "1.2.0+b", "1.10.0", "2.0.0-rc.9", "2.0.0-rc.10", "2.0.0"]);
    }

    #[test]
    fn latest_prefers_a_release_over_a_higher_prerelease() {
        let pick = |texts: &[&str]| {
            let versions: Vec<Version> = texts.iter().map(|t| Version::read(t)).collect();
            latest(versions.iter()).map(|v| v.as_str().to_owned())
        };
        assert_eq!(pick(&["1.0.0", "2.0.0-beta.1", "1.9.0"]).as_deref(), Some("1.9.0"));
        assert_eq!(pick(&["2.0.0-beta.1", "2.0.0-beta.2"]).as_deref(), Some("2.0.0-beta.2"));
        assert_eq!(pick(&[]), None);
    }

    #[test]
    fn only_semantic_versions_can_be_published() {
        for good in ["1.0.0", "1.0.0-a.1+b", "0.0.0-0", "9007199254740991.0.0"] {
            assert!(Version::parse(good).is_some(), "{good}");
        }
        let long = format!("1.0.0-{}", "a".repeat(256));
        for bad in [
            "",
            "1",
            "1.0",
            "v1.0.0",
            "01.0.0",
            "1.0.0-",
            "1.0.0 ",
            "9007199254740992.0.0",
            "1.0.0/..",
            &long,
        ] {
            assert!(Version::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn a_tag_must_not_read_as_a_version() {
        for good in ["latest", "next", "beta-1", "v", "release-1.x", "x86", "x-y", "1-lts"] {
            assert!(is_dist_tag(good), "{good}");
        }
        for bad in ["", "1", "v1.4", "1.2.3", "1.x", "x", "*", "~1", "1.2.3-rc.1", "a b", "a/b", "é"] {
            assert!(!is_dist_tag(bad), "{bad}");
        }
    }
}
