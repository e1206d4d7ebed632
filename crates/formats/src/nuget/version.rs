//! Versions of packages: up to four numbers, labels of a pre-release, and metadata of the build that say nothing.

use std::cmp::Ordering;
use std::fmt;

/// The longest version: `package version` of the API has at most as many characters.
const VERSION_CHARS_MAX: usize = 255;
/// The largest number in a version (`System.Version`).
const NUMBER_MAX: u32 = i32::MAX as u32;

/// A version, in the spelling somebody used.
#[derive(Debug, Clone)]
pub struct Version {
    numbers: [u32; 4],
    labels: Vec<String>,
    build: Option<String>,
}

impl Version {
    /// Reads a version: one to four numbers, `-` and labels, `+` and metadata.
    ///
    /// As NuGet reads them: numbers that are missing are zero, zeros at the front of a number do not count.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > VERSION_CHARS_MAX {
            return None;
        }
        let (rest, build) = match text.split_once('+') {
            Some((rest, build)) => (rest, Some(build)),
            None => (text, None),
        };
        let (core, labels) = match rest.split_once('-') {
            Some((core, labels)) => (core, Some(labels)),
            None => (rest, None),
        };
        let are_labels = |text: &str| text.split('.').all(is_label);
        if build.is_some_and(|build| !are_labels(build)) || labels.is_some_and(|labels| !are_labels(labels)) {
            return None;
        }
        let mut numbers = [0; 4];
        for (place, part) in core.split('.').enumerate() {
            *numbers.get_mut(place)? = number(part)?;
        }
        let labels = labels.map(|labels| labels.split('.').map(str::to_owned).collect()).unwrap_or_default();
        Some(Self { numbers, labels, build: build.map(str::to_owned) })
    }

    /// The spelling that is stored, and that stands in URLs: three numbers, the fourth unless it is zero, labels in lower
    /// case, no metadata.
    ///
    /// That labels are stored in lower case is assumed: clients ask for them so, and NuGet takes both for the same.
    pub fn normalised(&self) -> String {
        let mut text = self.core();
        if !self.labels.is_empty() {
            text.push('-');
            text.push_str(&self.labels.join(".").to_ascii_lowercase());
        }
        text
    }

    /// The whole version with labels as they are spelled and the metadata of the build.
    pub fn full(&self) -> String {
        let mut text = self.core();
        if !self.labels.is_empty() {
            text.push('-');
            text.push_str(&self.labels.join("."));
        }
        if let Some(build) = &self.build {
            text.push('+');
            text.push_str(build);
        }
        text
    }

    fn core(&self) -> String {
        let [major, minor, patch, revision] = self.numbers;
        if revision == 0 {
            format!("{major}.{minor}.{patch}")
        } else {
            format!("{major}.{minor}.{patch}.{revision}")
        }
    }

    /// Whether it is a pre-release.
    pub fn is_prerelease(&self) -> bool {
        !self.labels.is_empty()
    }

    /// Whether only clients that know semantic versioning 2.0.0 understand it: it has several labels, or metadata.
    pub fn is_semver2(&self) -> bool {
        self.labels.len() > 1 || self.build.is_some()
    }
}

/// Reads a number; leading zeros do not count.
fn number(part: &str) -> Option<u32> {
    if part.is_empty() || !part.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let digits = part.trim_start_matches('0');
    if digits.is_empty() {
        return Some(0);
    }
    digits.parse().ok().filter(|number| *number <= NUMBER_MAX)
}

fn is_label(label: &str) -> bool {
    !label.is_empty() && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Brings a version into the spelling that is stored; what is no version stays as it is.
pub fn normalised(text: &str) -> String {
    Version::parse(text).map_or_else(|| text.to_owned(), |version| version.normalised())
}

/// Orders two versions, oldest first; what is no version comes before all that are.
pub fn compare(left: &str, right: &str) -> Ordering {
    match (Version::parse(left), Version::parse(right)) {
        (Some(a), Some(b)) => a.cmp(&b).then_with(|| left.cmp(right)),
        (None, None) => left.cmp(right),
        (a, b) => a.is_some().cmp(&b.is_some()),
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let by_labels = || match (self.labels.is_empty(), other.labels.is_empty()) {
            (true, false) => Ordering::Greater,
            (false, true) => Ordering::Less,
            _ => labels_order(&self.labels, &other.labels),
        };
        self.numbers.cmp(&other.numbers).then_with(by_labels)
    }
}

/// Compares labels one by one: numbers by value and before words, words without letter case, fewer first.
fn labels_order(left: &[String], right: &[String]) -> Ordering {
    for (a, b) in left.iter().zip(right) {
        let order = label_order(a, b);
        if order != Ordering::Equal {
            return order;
        }
    }
    left.len().cmp(&right.len())
}

fn label_order(left: &str, right: &str) -> Ordering {
    let is_number = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    match (is_number(left), is_number(right)) {
        (true, true) => {
            let (left, right) = (left.trim_start_matches('0'), right.trim_start_matches('0'));
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        }
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
        (false, false) => left.to_ascii_lowercase().cmp(&right.to_ascii_lowercase()),
    }
}

impl PartialOrd for Version {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Version {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Version {}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.normalised())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_normalised() {
        for (text, expected) in [
            ("1", "1.0.0"),
            ("1.2", "1.2.0"),
            ("1.00.0", "1.0.0"),
            ("1.01.1", "1.1.1"),
            ("1.0.0.0", "1.0.0"),
            ("12.0.03.0", "12.0.3"),
            ("1.0.01.0004", "1.0.1.4"),
            (" 1.0.0 ", "1.0.0"),
            ("1.0.7+r3456", "1.0.7"),
            ("2.0.0-Beta.1+Meta", "2.0.0-beta.1"),
            ("1.0-a-b", "1.0.0-a-b"),
            ("2147483647.0.0", "2147483647.0.0"),
        ] {
            assert_eq!(normalised(text), expected, "{text}");
            assert_eq!(normalised(expected), expected);
        }
        let version = Version::parse("2.0.0.0-Beta.1+Meta").unwrap();
        assert_eq!(version.full(), "2.0.0-Beta.1+Meta");
        assert!(version.is_prerelease() && version.is_semver2());
        assert!(!Version::parse("1.0.0-beta").unwrap().is_semver2());
        assert!(Version::parse("1.0.0+a").unwrap().is_semver2());
    }

    #[test]
    fn what_is_no_version_is_refused() {
        let long = format!("1.0.0-{}", "a".repeat(300));
        for bad in [
            "",
            "a",
            "1.",
            ".1",
            "1..2",
            "1.2.3.4.5",
            "1.0.0-",
            "1.0.0-a..b",
            "1.0.0+",
            "1.0.0-ä",
            "-1",
            "1.0.0 1",
            "2147483648.0.0",
            "1.-1",
            "99999999999999999999.0.0",
            "v1.0.0",
            "1.0.0-a/b",
            &long,
        ] {
            assert!(Version::parse(bad).is_none(), "{bad}");
        }
        assert_eq!(normalised("latest"), "latest");
    }

    #[test]
    fn versions_are_ordered_as_nuget_does() {
        let ordered = [
            "x",
            "0.9",
            "1.0.0-2",
            "1.0.0-10",
            "1.0.0-ALPHA",
            "1.0.0-alpha.1",
            "1.0.0-alpha.beta",
            "1.0.0-beta",
            "1.0.0-beta.2",
            "1.0.0-beta.11",
            "1.0.0-rc.1",
            "1.0.0",
            "1.0.0.1",
            "1.0.1",
            "1.2",
            "1.10",
        ];
        for pair in ordered.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        assert_eq!(Version::parse("1.0-A+x"), Version::parse("1.0.0.0-a+y"));
    }
}
