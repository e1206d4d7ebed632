//! Names of gems and of their files: `{name}-{version}.gem`, `{name}-{version}-{platform}.gem`.

use super::version;

/// The longest name, as on the public gem host, and of the platform.
const BYTES_MAX: usize = 255;
/// How many ways to read a file's name are tried.
const READINGS_MAX: usize = 3;
/// The platform of gems for every Ruby.
pub const RUBY: &str = "ruby";

/// Whether a text is a gem's name: letters, digits, `.`, `-`, `_`, with a letter or digit, and no sign but `_` in front.
pub fn is_valid(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.len() <= BYTES_MAX
        && text.bytes().all(plain)
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && !text.starts_with(['-', '.'])
}

/// Whether a text is a platform's name.
pub fn is_platform(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    !text.is_empty() && text.len() <= BYTES_MAX && text.bytes().all(plain) && !text.starts_with(['-', '.'])
}

/// One version of a gem for one platform.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GemFile {
    /// The gem's name.
    pub name: String,
    /// The version.
    pub version: String,
    /// The platform, `ruby` for all.
    pub platform: String,
}

impl GemFile {
    /// The name of the file without its ending.
    pub fn full_name(&self) -> String {
        format!("{}-{}", self.name, number(&self.version, &self.platform))
    }

    /// The name of the file.
    pub fn file(&self) -> String {
        format!("{}.gem", self.full_name())
    }

    /// What a full name may mean, the likeliest first: names and platforms have hyphens and digits, too.
    pub fn readings(full_name: &str) -> Vec<GemFile> {
        let mut likely = Vec::new();
        let mut odd = Vec::new();
        for (at, _) in full_name.match_indices('-') {
            let (name, rest) = (&full_name[..at], &full_name[at + 1..]);
            let (version, platform) = rest.split_once('-').unwrap_or((rest, RUBY));
            if !is_valid(name) || !version::is_valid(version) || !is_platform(platform) {
                continue;
            }
            let read = GemFile { name: name.into(), version: version.into(), platform: platform.into() };
            // `foo-2-1.0` is foo-2 rather than foo for a platform called 1.0.
            let is_likely = !platform.starts_with(|first: char| first.is_ascii_digit());
            if is_likely { likely.push(read) } else { odd.push(read) }
        }
        likely.append(&mut odd);
        likely.truncate(READINGS_MAX);
        likely
    }
}

/// How an index writes a version for a platform: `1.0`, `1.0-java`.
pub fn number(version: &str, platform: &str) -> String {
    if platform == RUBY { version.to_owned() } else { format!("{version}-{platform}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(full_name: &str) -> (String, String, String) {
        let read = GemFile::readings(full_name).remove(0);
        assert_eq!(read.full_name(), full_name);
        (read.name, read.version, read.platform)
    }

    #[test]
    fn names_of_files_are_read() {
        let read = |full, name: &str, version: &str, platform: &str| {
            assert_eq!(first(full), (name.into(), version.into(), platform.into()));
        };
        read("rake-13.0.6", "rake", "13.0.6", "ruby");
        read("aws-sdk-s3-1.2.rc1", "aws-sdk-s3", "1.2.rc1", "ruby");
        read("nokogiri-1.15.0-x86_64-linux-gnu", "nokogiri", "1.15.0", "x86_64-linux-gnu");
        read("nokogiri-1.15.0-arm64-darwin-22", "nokogiri", "1.15.0", "arm64-darwin-22");
        read("foo-2-1.0.0", "foo-2", "1.0.0", "ruby");
        for none in ["", "rake", "-1.0", "rake-", "../x-1.0", "1-1", "rake-1.0-"] {
            assert_eq!(GemFile::readings(none), [], "{none}");
        }
    }

    #[test]
    fn names_are_what_the_public_host_takes() {
        for good in ["rake", "a", "_x", "RedCloth", "a.b-c_d", "7zip"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["", "-a", ".a", "1", "a/b", "a b", "ä", &"a".repeat(256)] {
            assert!(!is_valid(bad), "{bad}");
        }
    }
}
