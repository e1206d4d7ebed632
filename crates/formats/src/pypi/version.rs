//! Versions of Python projects: read in every spelling that PEP 440 admits, written in one, and ordered.

use std::cmp::Ordering;
use std::fmt;

/// The longest version that is read.
pub const VERSION_CHARS_MAX: usize = 255;

/// A version by PEP 440. Two are equal when they are ordered at the same place: `1.0` and `1.0.0` are.
#[derive(Debug, Clone)]
pub struct Version {
    epoch: u64,
    release: Vec<u64>,
    pre: Option<(Phase, u64)>,
    post: Option<u64>,
    dev: Option<u64>,
    /// Lower-case, its parts separated by periods.
    local: Option<String>,
}

/// What comes before a release.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    Alpha,
    Beta,
    Candidate,
}

/// What is left to be read of a version.
struct Rest<'a>(&'a str);

impl Version {
    /// Reads a version in any spelling; `None` when it is none, or has numbers beyond 64 bits.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > VERSION_CHARS_MAX || !text.is_ascii() {
            return None;
        }
        let lower = text.to_ascii_lowercase();
        let (public, local) = match lower.split_once('+') {
            Some((public, local)) => (public, Some(local_parts(local)?)),
            None => (lower.as_str(), None),
        };
        let mut rest = Rest(public.strip_prefix('v').unwrap_or(public));
        let mut first = rest.number()?;
        let epoch = if rest.take("!") { std::mem::replace(&mut first, rest.number()?) } else { 0 };
        let mut release = vec![first];
        while let Some(number) = rest.attempt(|rest| if rest.take(".") { rest.number() } else { None }) {
            release.push(number);
        }
        let pre = rest.attempt(Rest::pre);
        let post = rest.attempt(Rest::post);
        let dev = rest.attempt(|rest| rest.tagged(&["dev"]));
        rest.0.is_empty().then_some(Self { epoch, release, pre, post, dev, local })
    }

    /// Whether it comes before a release: it is an alpha, a beta, a candidate or a development version.
    pub fn is_prerelease(&self) -> bool {
        self.pre.is_some() || self.dev.is_some()
    }

    /// Where the part before the release stands: a development version of the release itself comes before all of them.
    fn pre_key(&self) -> (u8, Option<(Phase, u64)>) {
        match (self.pre, self.post, self.dev) {
            (Some(pre), _, _) => (1, Some(pre)),
            (None, None, Some(_)) => (0, None),
            (None, _, _) => (2, None),
        }
    }

    /// The numbers of the release without the zeros at the end, which do not count.
    fn significant(&self) -> &[u64] {
        let end = self.release.iter().rposition(|number| *number != 0).map_or(0, |last| last + 1);
        &self.release[..end]
    }
}

impl Ord for Version {
    fn cmp(&self, other: &Self) -> Ordering {
        let dev = |version: &Self| version.dev.map_or((1, 0), |number| (0, number));
        self.epoch
            .cmp(&other.epoch)
            .then_with(|| self.significant().cmp(other.significant()))
            .then_with(|| self.pre_key().cmp(&other.pre_key()))
            .then_with(|| self.post.cmp(&other.post))
            .then_with(|| dev(self).cmp(&dev(other)))
            .then_with(|| match (&self.local, &other.local) {
                (Some(left), Some(right)) => local_order(left, right),
                (left, right) => left.is_some().cmp(&right.is_some()),
            })
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
    /// Writes the normalised spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.epoch != 0 {
            write!(f, "{}!", self.epoch)?;
        }
        for (place, number) in self.release.iter().enumerate() {
            write!(f, "{}{number}", if place == 0 { "" } else { "." })?;
        }
        if let Some((phase, number)) = self.pre {
            let letter = match phase {
                Phase::Alpha => "a",
                Phase::Beta => "b",
                Phase::Candidate => "rc",
            };
            write!(f, "{letter}{number}")?;
        }
        if let Some(number) = self.post {
            write!(f, ".post{number}")?;
        }
        if let Some(number) = self.dev {
            write!(f, ".dev{number}")?;
        }
        self.local.iter().try_for_each(|local| write!(f, "+{local}"))
    }
}

/// Orders two versions, oldest first: those by PEP 440 by its rules and above all others, the others by their bytes.
pub fn order(left: &str, right: &str) -> Ordering {
    let (read_left, read_right) = (Version::parse(left), Version::parse(right));
    read_left.cmp(&read_right).then_with(|| left.cmp(right))
}

/// The spelling by which a version is looked up: the normalised one, and as it stands what PEP 440 does not admit.
pub fn normalised(text: &str) -> String {
    Version::parse(text).map_or_else(|| text.trim().to_owned(), |version| version.to_string())
}

/// Whether two spellings name one version: `1.0` and `1.0.0` do.
pub fn is_same(left: &str, right: &str) -> bool {
    let read = (Version::parse(left), Version::parse(right));
    left == right || matches!(read, (Some(left), Some(right)) if left == right)
}

/// A name that all spellings of a version share: without the zeros that do not count.
pub fn key(text: &str) -> String {
    let Some(mut version) = Version::parse(text) else { return text.trim().to_owned() };
    version.release = version.significant().to_vec();
    if version.release.is_empty() {
        version.release.push(0);
    }
    version.to_string()
}

impl Rest<'_> {
    /// Reads something, or nothing of it.
    fn attempt<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<T> {
        let before = self.0;
        let found = read(self);
        if found.is_none() {
            self.0 = before;
        }
        found
    }

    fn take(&mut self, word: &str) -> bool {
        let after = self.0.strip_prefix(word);
        self.0 = after.unwrap_or(self.0);
        after.is_some()
    }

    fn number(&mut self) -> Option<u64> {
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(self.0.len());
        let number = self.0[..end].parse().ok()?;
        self.0 = &self.0[end..];
        Some(number)
    }

    fn separator(&mut self) -> bool {
        self.take(".") || self.take("-") || self.take("_")
    }

    /// Reads one of the words, between optional separators, and its number, which is 0 when it is left out.
    fn tagged(&mut self, words: &[&str]) -> Option<u64> {
        self.separator();
        if !words.iter().any(|word| self.take(word)) {
            return None;
        }
        let number = self.attempt(|rest| {
            rest.separator();
            rest.number()
        });
        Some(number.unwrap_or(0))
    }

    fn pre(&mut self) -> Option<(Phase, u64)> {
        let phases: [(Phase, &[&str]); 3] = [
            (Phase::Alpha, &["alpha", "a"]),
            (Phase::Beta, &["beta", "b"]),
            (Phase::Candidate, &["preview", "pre", "rc", "c"]),
        ];
        let mut found = phases.into_iter().filter_map(|(phase, words)| {
            self.attempt(|rest| rest.tagged(words)).map(|number| (phase, number))
        });
        found.next()
    }

    /// `.post1` and its other spellings, one of which is a bare `-1`.
    fn post(&mut self) -> Option<u64> {
        let bare = self.attempt(|rest| if rest.take("-") { rest.number() } else { None });
        bare.or_else(|| self.tagged(&["post", "rev", "r"]))
    }
}

fn local_parts(text: &str) -> Option<String> {
    let parts: Vec<&str> = text.split(['.', '-', '_']).collect();
    let whole = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let bare = |part: &&str| {
        // Numbers are written without zeros in front.
        let number = part.bytes().all(|byte| byte.is_ascii_digit());
        let short = part.trim_start_matches('0');
        if !number {
            (*part).to_owned()
        } else if short.is_empty() {
            "0".to_owned()
        } else {
            short.to_owned()
        }
    };
    parts.iter().all(whole).then(|| parts.iter().map(bare).collect::<Vec<_>>().join("."))
}

/// Orders local parts: numbers above words and by value, words by their bytes, fewer parts first.
fn local_order(left: &str, right: &str) -> Ordering {
    fn key(part: &str) -> (bool, usize, &str) {
        let number = part.bytes().all(|byte| byte.is_ascii_digit());
        (number, if number { part.len() } else { 0 }, part)
    }
    left.split('.').map(key).cmp(right.split('.').map(key))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_written_in_one() {
        for (spelled, written) in [
            ("1.0", "1.0"),
            ("v1.0", "1.0"),
            (" 1.0.0 ", "1.0.0"),
            ("1.0alpha1", "1.0a1"),
            ("1.0-a.1", "1.0a1"),
            ("1.0.BETA_2", "1.0b2"),
            ("1.0c3", "1.0rc3"),
            ("1.0-preview-3", "1.0rc3"),
            ("1.0a", "1.0a0"),
            ("1.0-1", "1.0.post1"),
            ("1.0.r4", "1.0.post4"),
            ("1.0rev4", "1.0.post4"),
            ("1.0_post_5", "1.0.post5"),
            ("1.0-dev", "1.0.dev0"),
            ("1.0.post1.dev2", "1.0.post1.dev2"),
            ("2!1.0", "2!1.0"),
            ("1.0+Ubuntu_1-007", "1.0+ubuntu.1.7"),
            ("01.002", "1.2"),
            ("1!2.3a4.post5.dev6+abc.7", "1!2.3a4.post5.dev6+abc.7"),
        ] {
            assert_eq!(Version::parse(spelled).map(|v| v.to_string()).as_deref(), Some(written), "{spelled}");
        }
    }

    #[test]
    fn versions_are_ordered_as_the_specification_lists_them() {
        let ordered = [
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0+10",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.1.dev1",
            "1.10",
            "1!0.1",
        ];
        for (place, left) in ordered.iter().enumerate() {
            for right in &ordered[place + 1..] {
                assert_eq!(order(left, right), Ordering::Less, "{left} {right}");
                assert_eq!(order(right, left), Ordering::Greater, "{right} {left}");
            }
        }
        assert_eq!(Version::parse("1.0"), Version::parse("1.0.0"));
        assert_eq!(order("no version", "0"), Ordering::Less);
    }

    #[test]
    fn what_is_no_version_is_refused() {
        let many = format!("1{}", ".1".repeat(200));
        for text in [
            "",
            "v",
            "a",
            "1.",
            ".1",
            "1..2",
            "1.0+",
            "1.0+a..b",
            "1.0+ä",
            "1.0 1",
            "1!",
            "1.0-",
            "1.0x",
            "1.0.dev1a1",
            "99999999999999999999",
            many.as_str(),
            "1.0/2",
            "1.0post1.post2",
        ] {
            assert!(Version::parse(text).is_none(), "{text}");
        }
        assert_eq!(normalised(" 1.0-beta "), "1.0b0");
        assert_eq!(normalised("nightly"), "nightly");
        assert!(
            is_same("1.0", "v1.0.0") && is_same("x", "x") && !is_same("1.0", "1.0.1") && !is_same("x", "y")
        );
        for (left, right) in [("1.0", "1.0.0"), ("0", "0.0"), ("1.0a1", "1.0.0-alpha1"), ("1!2.0", "1!2")] {
            assert_eq!(key(left), key(right));
        }
        assert_ne!(key("1.0"), key("1.0.post1"));
        assert!(Version::parse("1.0b1").unwrap().is_prerelease());
        assert!(!Version::parse("1.0.post1").unwrap().is_prerelease());
    }
}
