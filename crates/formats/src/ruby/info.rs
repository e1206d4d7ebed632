//! The compact index: `info/{gem}` with a line for each version and platform, `versions`, `names`.

use std::fmt::Write as _;

use super::name::{self, RUBY, number};
use super::spec::{Dependency, Gemspec, Requirement};
use super::version;

/// The longest line that is read: the public host's longest has some kilobytes.
const LINE_BYTES_MAX: usize = 64 << 10;

/// A version of a gem for a platform, as an index lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    version: String,
    platform: String,
    text: String,
}

impl Line {
    /// Writes the line of a gem whose file has this SHA-256.
    pub fn of(spec: &Gemspec, sha256: &str) -> Self {
        let mut needs: Vec<&Dependency> = spec.runtime().collect();
        needs.sort_by(|a, b| a.name.cmp(&b.name));
        let joined = |requirement: &Requirement| requirement.texts().join("&");
        let needs: Vec<String> =
            needs.into_iter().map(|one| format!("{}:{}", one.name, joined(&one.requirement))).collect();
        let mut text =
            format!("{} {}|checksum:{sha256}", number(&spec.version, &spec.platform), needs.join(","));
        for (name, needed) in
            [("ruby", &spec.required_ruby_version), ("rubygems", &spec.required_rubygems_version)]
        {
            if !needed.is_any() {
                let _ = write!(text, ",{name}:{}", joined(needed));
            }
        }
        Self { version: spec.version.clone(), platform: spec.platform.clone(), text }
    }

    /// Reads a line; `None` when it lists nothing that is understood.
    pub fn read(text: &str) -> Option<Self> {
        if text.len() > LINE_BYTES_MAX || text.chars().any(char::is_control) {
            return None;
        }
        let number = text.split(' ').next()?;
        let (version, platform) = number.split_once('-').unwrap_or((number, RUBY));
        let listed = version::is_valid(version) && name::is_platform(platform) && text.len() > number.len();
        listed.then(|| Self { version: version.into(), platform: platform.into(), text: text.to_owned() })
    }

    /// The version.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The platform, `ruby` for all.
    pub fn platform(&self) -> &str {
        &self.platform
    }

    /// The line as it is written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// SHA-256 of the gem, in lower-case hexadecimal digits, if the line says.
    pub fn checksum(&self) -> Option<&str> {
        let digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        self.remark("checksum").filter(|text| text.len() == 64 && text.bytes().all(digit))
    }

    /// When the gem was published, if the line says: a time in RFC 3339.
    pub fn created_at(&self) -> Option<&str> {
        self.remark("created_at")
    }

    /// What the line says of the gem, as a specification; one that a gem has itself says more.
    pub fn spec(&self, gem: &str) -> Gemspec {
        let needs = |name: &str| {
            self.remark(name).and_then(|text| Requirement::parse(text.split('&'))).unwrap_or_default()
        };
        Gemspec {
            name: gem.to_owned(),
            version: self.version.clone(),
            platform: self.platform.clone(),
            summary: Some(String::new()),
            dependencies: self.dependencies(),
            required_ruby_version: needs("ruby"),
            required_rubygems_version: needs("rubygems"),
            ..Gemspec::default()
        }
    }

    /// The gems that it needs to run.
    pub fn dependencies(&self) -> Vec<Dependency> {
        let listed = self.text.split_once(' ').map_or("", |(_, rest)| rest);
        let listed = listed.split('|').next().unwrap_or_default();
        let one = |text: &str| {
            let (name, needed) = text.split_once(':')?;
            let requirement = Requirement::parse(needed.split('&'))?;
            name::is_valid(name).then(|| Dependency {
                name: name.to_owned(),
                requirement,
                is_development: false,
            })
        };
        listed.split(',').filter_map(one).collect()
    }

    fn remark(&self, name: &str) -> Option<&str> {
        let remarks = self.text.split_once('|')?.1;
        remarks.split(',').find_map(|remark| remark.strip_prefix(name)?.strip_prefix(':'))
    }
}

/// What an index lists of a gem, in its order: the oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Listing {
    lines: Vec<Line>,
    left_out: usize,
}

impl Listing {
    /// Reads the answer to `info/{gem}`; lines that are not understood are left out.
    pub fn read(text: &str) -> Self {
        let text = text.split_once("---\n").map_or("", |(_, rest)| rest);
        let mut listing = Self::default();
        for line in text.lines().filter(|line| !line.is_empty()) {
            match Line::read(line) {
                Some(line) => listing.lines.push(line),
                None => listing.left_out += 1,
            }
        }
        listing
    }

    /// The lines.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// How many lines were not understood.
    pub fn left_out(&self) -> usize {
        self.left_out
    }

    /// The line of a version and platform.
    pub fn line(&self, version: &str, platform: &str) -> Option<&Line> {
        self.lines.iter().find(|line| line.version == version && line.platform == platform)
    }

    /// How much memory it takes, roughly.
    pub fn bytes(&self) -> usize {
        self.lines.iter().map(|line| line.text.len() + size_of::<Line>() + 64).sum()
    }
}

/// How `info/{gem}` and `names` begin.
pub const BEGINNING: &str = "---\n";

/// Writes the answer to `info/{gem}`.
pub fn render<'a>(lines: impl Iterator<Item = &'a Line>) -> String {
    let mut text = BEGINNING.to_owned();
    for line in lines {
        text.push_str(line.text());
        text.push('\n');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

    #[test]
    fn lines_are_read_and_written_back_as_they_were() {
        let text = format!(
            "---\n1.0 |checksum:{SHA}\n1.1-java b:>= 1&< 3,c:~> 2.0|checksum:{SHA},ruby:>= 2.7,created_at:2020-01-01T00:00:00Z\n"
        );
        let listing = Listing::read(&text);
        assert_eq!((listing.lines().len(), listing.left_out()), (2, 0));
        assert_eq!(render(listing.lines().iter()), text);
        let line = listing.line("1.1", "java").unwrap();
        assert_eq!(line.checksum(), Some(SHA));
        assert_eq!(line.created_at(), Some("2020-01-01T00:00:00Z"));
        let spec = line.spec("a");
        assert_eq!(spec.required_ruby_version.texts(), [">= 2.7"]);
        let needs: Vec<String> =
            spec.runtime().map(|one| format!("{} {}", one.name, one.requirement.texts().join(" "))).collect();
        assert_eq!(needs, ["b >= 1 < 3", "c ~> 2.0"]);
        assert_eq!(
            Line::of(&Line::read(&format!("1.0 |checksum:{SHA}")).unwrap().spec("a"), SHA).text(),
            listing.lines()[0].text()
        );
    }

    #[test]
    fn lines_that_list_nothing_are_left_out() {
        let listing = Listing::read("created_at: x\n---\n\nno\n../1 |\n1.0\n2.0 |checksum:abc\n");
        assert_eq!((listing.lines().len(), listing.left_out()), (1, 3));
        assert_eq!(listing.lines()[0].checksum(), None);
        assert_eq!(Listing::read("1.0 |checksum:x\n"), Listing::default());
    }
}
