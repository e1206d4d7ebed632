//! Manifests: `Package.swift`, its variants for certain versions of Swift, and the version of the tools that each asks for.

use std::fmt;

/// The manifest that every package has.
pub const MANIFEST: &str = "Package.swift";
/// The version of the tools that a manifest has which does not say (SwiftPM's own default).
pub const TOOLS_VERSION_DEFAULT: &str = "3.1.0";

/// How far into a manifest the line of its tools' version is looked for.
const LOOKED_INTO_BYTES_MAX: usize = 4096;
/// The longest number in a version of Swift.
const DIGITS_MAX: usize = 6;

/// A version of Swift: one to three numbers, of which missing ones are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SwiftVersion([u32; 3]);

impl SwiftVersion {
    /// Reads `5`, `5.7` or `5.7.1`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut numbers = [0; 3];
        for (at, part) in text.split('.').enumerate() {
            let all_digits = !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
            if !all_digits || part.len() > DIGITS_MAX {
                return None;
            }
            *numbers.get_mut(at)? = part.parse().ok()?;
        }
        Some(Self(numbers))
    }
}

impl fmt::Display for SwiftVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}.{patch}")
    }
}

/// Tells whether a file's name is that of a manifest.
pub fn is_manifest(file: &str) -> bool {
    file == MANIFEST || swift_version(file).is_some()
}

/// Gives the version of Swift that a variant is for.
pub fn swift_version(file: &str) -> Option<SwiftVersion> {
    SwiftVersion::parse(file.strip_prefix("Package@swift-")?.strip_suffix(".swift")?)
}

/// Finds the variant for a version of Swift among the files of a release.
///
/// Clients write the same version shorter or longer than the file's name does (assumed: numbers count, not their
/// spelling; a file of exactly that spelling comes first).
pub fn variant<'a>(files: impl Iterator<Item = &'a str> + Clone, wanted: &str) -> Option<&'a str> {
    let spelled = format!("Package@swift-{wanted}.swift");
    let version = SwiftVersion::parse(wanted)?;
    files.clone().find(|file| *file == spelled).or_else(|| {
        let mut same = files.filter(|file| swift_version(file) == Some(version));
        same.next()
    })
}

/// Reads which version of the tools a manifest asks for: `// swift-tools-version:5.7`, the first line that says
/// anything.
pub fn tools_version(manifest: &[u8]) -> Option<String> {
    let start = &manifest[..manifest.len().min(LOOKED_INTO_BYTES_MAX)];
    let start = start.strip_prefix(b"\xef\xbb\xbf").unwrap_or(start);
    let text = String::from_utf8_lossy(start);
    let line = text.split(['\n', '\r']).map(str::trim).find(|line| !line.is_empty())?;
    let comment = line.strip_prefix("//")?.trim_start();
    let label = "swift-tools-version";
    let (name, rest) = comment.split_at_checked(label.len())?;
    let version = rest.trim_start().strip_prefix(':').filter(|_| name.eq_ignore_ascii_case(label))?;
    // What follows a semicolon is for whoever likes it.
    let version = version.split(';').next().unwrap_or_default().trim();
    SwiftVersion::parse(version).map(|_| version.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn manifests_are_known_by_their_names() {
        for file in
            ["Package.swift", "Package@swift-5.swift", "Package@swift-5.7.swift", "Package@swift-5.7.1.swift"]
        {
            assert!(is_manifest(file), "{file}");
        }
        for file in [
            "package.swift",
            "Package@swift-.swift",
            "Package@swift-5.7.1.2.swift",
            "Package@swift-a.swift",
            "Package@swift-5..swift",
        ] {
            assert!(!is_manifest(file), "{file}");
        }
    }

    #[test]
    fn a_variant_is_found_however_its_version_is_spelled() {
        let files = [
            "Package.swift",
            "Package@swift-5.swift",
            "Package@swift-5.7.swift",
            "Package@swift-5.7.0.swift",
        ];
        let found = |wanted| variant(files.iter().copied(), wanted);
        assert_eq!(found("5.7"), Some("Package@swift-5.7.swift"));
        assert_eq!(found("5.7.0"), Some("Package@swift-5.7.0.swift"));
        assert_eq!(found("5.0.0"), Some("Package@swift-5.swift"));
        for none in ["5.8", "6", "", "x", "5.7.0.0"] {
            assert_eq!(found(none), None, "{none}");
        }
    }

    #[test]
    fn the_version_of_the_tools_is_read() {
        let read = |text: &str| tools_version(text.as_bytes());
        for (text, version) in [
            ("// swift-tools-version:5.7\nimport", "5.7"),
            ("//swift-tools-version: 6.0.1; (experimental)\r\n", "6.0.1"),
            ("\u{feff}\n\n//   Swift-Tools-Version : 4", "4"),
        ] {
            assert_eq!(read(text).as_deref(), Some(version), "{text}");
        }
        for none in [
            "",
            "import PackageDescription\n// swift-tools-version:5.7",
            "// swift-tools-version:x",
            "// swift",
            "// swift-tools-version5",
        ] {
            assert_eq!(read(none), None, "{none}");
        }
        assert_eq!(tools_version(b"\xff\xfe// swift-tools-version:5.7"), None);
    }
}
