//! Snapshots: versions in the making, whose files carry the time and number of their build.

use std::cmp::Ordering;
use std::fmt;

/// What ends the name of a version in the making.
const SNAPSHOT: &str = "SNAPSHOT";
/// Most digits of a build number.
const NUMBER_DIGITS_MAX: usize = 9;

/// One build of a snapshot: `1.0-20210728.194552-1` of `1.0-SNAPSHOT`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Build {
    /// What comes before `SNAPSHOT`, with its hyphen: `1.0-`.
    prefix: String,
    /// `20210728.194552`
    timestamp: String,
    number: u32,
}

/// What a file of a version is beside its version: `-sources` and `.jar`.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileKind {
    /// `sources`, empty for the main file.
    pub classifier: String,
    /// `jar`, `tar.gz`, `pom.asc`.
    pub extension: String,
}

/// Whether a version is in the making.
pub fn is_snapshot(version: &str) -> bool {
    version == SNAPSHOT || version.strip_suffix(SNAPSHOT).is_some_and(|prefix| prefix.ends_with('-'))
}

impl Build {
    /// Reads the version of a build.
    pub fn parse(version: &str) -> Option<Self> {
        let (before, number) = version.rsplit_once('-')?;
        let start = before.rfind('-').map_or(0, |hyphen| hyphen + 1);
        Self::new(&before[..start], &before[start..], number)
    }

    /// Reads the build that metadata of this snapshot name.
    pub fn of_snapshot(snapshot: &str, timestamp: &str, number: &str) -> Option<Self> {
        let prefix = snapshot.strip_suffix(SNAPSHOT).filter(|_| is_snapshot(snapshot))?;
        Self::new(prefix, timestamp, number)
    }

    /// Reads the build from the name of a file of this snapshot, with the rest of that name: `-sources.jar`.
    pub fn of_file<'a>(artifact: &str, snapshot: &str, file: &'a str) -> Option<(Self, &'a str)> {
        let prefix = snapshot.strip_suffix(SNAPSHOT).filter(|_| is_snapshot(snapshot))?;
        let rest = file.strip_prefix(artifact)?.strip_prefix('-')?.strip_prefix(prefix)?;
        let (timestamp, rest) = rest.split_once('-')?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, rest) = rest.split_at(digits);
        let build = Self::new(prefix, timestamp, number)?;
        (rest.starts_with('.') || rest.starts_with('-')).then_some((build, rest))
    }

    fn new(prefix: &str, timestamp: &str, number: &str) -> Option<Self> {
        let (date, time) = timestamp.split_once('.')?;
        let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let sound = date.len() == 8 && time.len() == 6 && digits(date) && digits(time);
        let plain = number.len() == 1 || !number.starts_with('0');
        let counted = (1..=NUMBER_DIGITS_MAX).contains(&number.len()) && digits(number) && plain;
        if !sound || !counted {
            return None;
        }
        let (prefix, timestamp) = (prefix.to_owned(), timestamp.to_owned());
        Some(Self { prefix, timestamp, number: number.parse().ok()? })
    }

    /// The snapshot that this is a build of: `1.0-SNAPSHOT`.
    pub fn snapshot(&self) -> String {
        format!("{}{SNAPSHOT}", self.prefix)
    }

    /// When it was built: `20210728.194552`.
    pub fn timestamp(&self) -> &str {
        &self.timestamp
    }

    /// The same as metadata's `updated` spells it: `20210728194552`.
    pub fn updated(&self) -> String {
        self.timestamp.replace('.', "")
    }

    /// How many builds there were up to it.
    pub fn number(&self) -> u32 {
        self.number
    }

    /// Orders builds of one snapshot by time, then number.
    pub fn order(&self, other: &Self) -> Ordering {
        self.timestamp.cmp(&other.timestamp).then(self.number.cmp(&other.number))
    }
}

impl fmt::Display for Build {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}-{}", self.prefix, self.timestamp, self.number)
    }
}

impl FileKind {
    /// Reads what follows the version in a file's name: `.jar`, `-sources.jar`, `-bin.tar.gz.asc`.
    ///
    /// The extension begins at the last dot, or before it where the end only says how another one is packed or signed
    /// (assumed: names alone do not tell where a classifier with dots ends).
    pub fn parse(rest: &str) -> Option<Self> {
        let Some(names) = rest.strip_prefix('-') else {
            let extension = rest.strip_prefix('.').filter(|extension| !extension.is_empty())?;
            return Some(Self { classifier: String::new(), extension: extension.to_owned() });
        };
        let mut start = names.rfind('.')?;
        while wraps(&names[start + 1..])
            && let Some(before) = names[..start].rfind('.')
        {
            start = before;
        }
        let (classifier, extension) = (&names[..start], &names[start + 1..]);
        if classifier.is_empty() || extension.is_empty() {
            return None;
        }
        Some(Self { classifier: classifier.to_owned(), extension: extension.to_owned() })
    }

    /// What follows the version in the name of such a file.
    pub fn suffix(&self) -> String {
        if self.classifier.is_empty() {
            return format!(".{}", self.extension);
        }
        format!("-{}.{}", self.classifier, self.extension)
    }
}

/// Whether the end of a file's name only says how what stands before it is packed or signed.
fn wraps(tail: &str) -> bool {
    let first = tail.split('.').next().unwrap_or_default();
    matches!(first, "asc" | "sigstore" | "gz" | "bz2" | "xz" | "zst" | "Z") && !tail.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(rest: &str) -> Option<(String, String)> {
        FileKind::parse(rest).map(|kind| {
            assert_eq!(kind.suffix(), rest);
            (kind.classifier, kind.extension)
        })
    }

    #[test]
    fn builds_are_read_from_versions_files_and_metadata() {
        let build = Build::parse("1.0-rc-20210728.194552-12").unwrap();
        assert_eq!(
            (build.snapshot().as_str(), build.timestamp(), build.number()),
            ("1.0-rc-SNAPSHOT", "20210728.194552", 12)
        );
        assert_eq!(
            (build.to_string().as_str(), build.updated().as_str()),
            ("1.0-rc-20210728.194552-12", "20210728194552")
        );
        let (of_file, rest) =
            Build::of_file("app", "1.0-rc-SNAPSHOT", "app-1.0-rc-20210728.194552-12-sources.jar").unwrap();
        assert_eq!((&of_file, rest), (&build, "-sources.jar"));
        assert_eq!(Build::of_snapshot("1.0-rc-SNAPSHOT", "20210728.194552", "12"), Some(build));
        let alone = Build::parse("20210728.194552-1").unwrap();
        assert_eq!(alone.snapshot(), "SNAPSHOT");
    }

    #[test]
    fn other_names_are_no_builds() {
        for version in [
            "1.0",
            "1.0-SNAPSHOT",
            "1.0-20210728.194552",
            "1.0-20210728.19455-1",
            "1.0-2021072x.194552-1",
            "1.0-20210728.194552-",
            "1.0-20210728.194552-01",
            "1.0-20210728.194552-9999999999",
            "1.0-20210728.194552-1x",
        ] {
            assert_eq!(Build::parse(version), None, "{version}");
        }
        for file in [
            "app-1.0-SNAPSHOT.jar",
            "lib-1.0-20210728.194552-1.jar",
            "app-1.0-20210728.194552-1",
            "app-2.0-20210728.194552-1.jar",
        ] {
            assert_eq!(Build::of_file("app", "1.0-SNAPSHOT", file), None, "{file}");
        }
        assert!(is_snapshot("SNAPSHOT") && is_snapshot("1-SNAPSHOT"));
        assert!(!is_snapshot("1SNAPSHOT") && !is_snapshot("1-SNAPSHOT-2") && !is_snapshot("1-snapshot"));
    }

    #[test]
    fn later_builds_follow_earlier_ones() {
        let build = |version| Build::parse(version).unwrap();
        let order = build("1-20210728.194552-9").order(&build("1-20210728.194552-10"));
        assert_eq!(order, Ordering::Less);
        assert_eq!(build("1-20210729.000000-1").order(&build("1-20210728.194552-10")), Ordering::Greater);
    }

    #[test]
    fn files_have_classifiers_and_extensions() {
        let pair = |classifier: &str, extension: &str| Some((classifier.to_owned(), extension.to_owned()));
        assert_eq!(kind(".jar"), pair("", "jar"));
        assert_eq!(kind("-sources.jar"), pair("sources", "jar"));
        assert_eq!(kind("-bin.tar.gz"), pair("bin", "tar.gz"));
        assert_eq!(kind(".pom.asc"), pair("", "pom.asc"));
        assert_eq!(kind("-bin.tar.gz.asc"), pair("bin", "tar.gz.asc"));
        assert_eq!(kind("-jdk1.5.jar"), pair("jdk1.5", "jar"));
        assert_eq!(kind(".gz"), pair("", "gz"));
        assert_eq!(kind(".a.b"), pair("", "a.b"));
        for bad in ["", "jar", "1.0", "-jar", ".", "-.jar", "-x."] {
            assert_eq!(kind(bad), None, "{bad}");
        }
    }
}
