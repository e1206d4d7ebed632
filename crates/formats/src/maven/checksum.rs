//! The four kinds of checksum files that stand beside every file of a Maven repository.

/// A kind of checksum.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Algorithm {
    /// `.md5`
    Md5,
    /// `.sha1`
    Sha1,
    /// `.sha256`
    Sha256,
    /// `.sha512`
    Sha512,
}

impl Algorithm {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Md5, Self::Sha1, Self::Sha256, Self::Sha512];

    /// The extension of the file, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Md5 => "md5",
            Self::Sha1 => "sha1",
            Self::Sha256 => "sha256",
            Self::Sha512 => "sha512",
        }
    }

    /// How many hexadecimal digits it has.
    pub fn digits(self) -> usize {
        match self {
            Self::Md5 => 32,
            Self::Sha1 => 40,
            Self::Sha256 => 64,
            Self::Sha512 => 128,
        }
    }

    /// Splits the name of a checksum file into the name of its file and its kind.
    pub fn split(file: &str) -> Option<(&str, Self)> {
        let (name, extension) = file.rsplit_once('.')?;
        let algorithm = Self::ALL.into_iter().find(|algorithm| algorithm.extension() == extension)?;
        (!name.is_empty()).then_some((name, algorithm))
    }

    /// Finds the checksum in a file of it as registries keep them: alone, before the name of its file, or behind it.
    pub fn find(self, text: &str) -> Option<String> {
        let is_digest =
            |word: &&str| word.len() == self.digits() && word.bytes().all(|byte| byte.is_ascii_hexdigit());
        text.split_ascii_whitespace().find(is_digest).map(str::to_ascii_lowercase)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_files_name_their_file() {
        assert_eq!(Algorithm::split("a-1.jar.sha1"), Some(("a-1.jar", Algorithm::Sha1)));
        assert_eq!(Algorithm::split("a-1.jar.asc.sha512"), Some(("a-1.jar.asc", Algorithm::Sha512)));
        for other in ["a-1.jar", ".md5", "md5", "a.SHA1", "a.sha1.asc"] {
            assert_eq!(Algorithm::split(other), None, "{other}");
        }
    }

    #[test]
    fn checksums_are_found_in_the_spellings_of_registries() {
        let sha1 = "2f924c401763e77b21309f3cb02aaeba1e7810e3";
        for text in [
            sha1.to_owned(),
            format!("{sha1}\n"),
            format!("{}  lib-1.0.jar\n", sha1.to_uppercase()),
            format!("SHA1(lib-1.0.jar)= {sha1}"),
        ] {
            assert_eq!(Algorithm::Sha1.find(&text).as_deref(), Some(sha1), "{text}");
        }
        for text in ["", "<html>no</html>", &sha1[1..], "zf924c401763e77b21309f3cb02aaeba1e7810e3"] {
            assert_eq!(Algorithm::Sha1.find(text), None, "{text}");
        }
        assert_eq!(Algorithm::Md5.find(sha1), None);
    }
}
