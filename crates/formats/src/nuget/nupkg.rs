//! What lies in a package: its nuspec, and the files that this names, found through the directory of the archive.
//!
//! Nothing else is unpacked, and nothing is ever written to a path that a package names.

use std::fmt;

use super::nuspec::NUSPEC_BYTES_MAX;
use crate::zip::{self, Directory, Place, ZipError};

/// How many files a package may have.
pub const ENTRIES_MAX: usize = 100_000;
/// Longest readme, license or picture that is taken out of a package: the gallery's limit on each.
pub const FILE_BYTES_MAX: u64 = 1 << 20;

/// Why a package is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NupkgError {
    /// It is no archive that can be read.
    Zip(ZipError),
    /// It has more files than a package may have.
    TooManyFiles,
    /// A file would be unpacked outside the package's folder; gives its path.
    Outside(String),
    /// It has no nuspec, or several, in its root.
    Nuspec(usize),
}

impl fmt::Display for NupkgError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zip(error) => write!(f, "the package cannot be read: {error}"),
            Self::TooManyFiles => write!(f, "the package has more than {ENTRIES_MAX} files"),
            Self::Outside(path) => write!(f, "the file {path:?} of the package would lie outside its folder"),
            Self::Nuspec(count) => {
                write!(f, "the package has {count} files with the ending .nuspec in its root, not one")
            }
        }
    }
}

impl std::error::Error for NupkgError {}

impl From<ZipError> for NupkgError {
    fn from(error: ZipError) -> Self {
        Self::Zip(error)
    }
}

/// Looks through all paths of a package and finds its nuspec.
///
/// Errors in this order: a broken directory, too many files, a path that leads outside, no nuspec or several, one that is
/// too large.
pub fn nuspec(directory: &Directory) -> Result<Place, NupkgError> {
    let mut found = None;
    let mut count = 0;
    for (place, entry) in directory.entries().enumerate() {
        let entry = entry?;
        if place >= ENTRIES_MAX {
            return Err(NupkgError::TooManyFiles);
        }
        let path = path(entry.name);
        if leads_outside(&path) {
            return Err(NupkgError::Outside(path.chars().take(200).collect()));
        }
        let ends_so = path.len() > 7 && path.to_ascii_lowercase().ends_with(".nuspec");
        if ends_so && !path.contains('/') {
            count += 1;
            found = Some(directory.place(&entry, NUSPEC_BYTES_MAX as u64));
        }
    }
    match found {
        Some(place) if count == 1 => Ok(place?),
        _ => Err(NupkgError::Nuspec(count)),
    }
}

/// Finds a file by the path that a nuspec gives; `None` if there is none, or one that is not taken out.
pub fn file(directory: &Directory, wanted: &str) -> Option<Place> {
    let wanted = wanted.replace('\\', "/");
    let wanted = wanted.trim_start_matches("./").trim_start_matches('/');
    let entries = directory.entries().take(ENTRIES_MAX);
    let found = entries.flatten().find(|entry| path(entry.name).eq_ignore_ascii_case(wanted))?;
    directory.place(&found, FILE_BYTES_MAX).ok()
}

/// Takes the nuspec out of a package in memory.
pub fn nuspec_of(package: &[u8]) -> Result<Vec<u8>, NupkgError> {
    let place = nuspec(&zip::directory(package)?)?;
    Ok(place.unpack(zip::part(package, &place.range)?)?)
}

/// A path as NuGet reads it: slashes of either kind, and percent-encoded as parts of such packages are.
fn path(name: &[u8]) -> String {
    let text = String::from_utf8_lossy(name).replace('\\', "/");
    if !text.contains('%') {
        return text;
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let decoded = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .and_then(|digits| std::str::from_utf8(digits).ok())
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).replace('\\', "/")
}

/// Whether a path leaves the folder that it is unpacked to, on any system.
fn leads_outside(path: &str) -> bool {
    let drive = path.as_bytes().get(1) == Some(&b':') && path.as_bytes()[0].is_ascii_alphabetic();
    // Some packers write a slash in front, which clients cut off.
    drive || path.starts_with("//") || path.contains('\0') || path.split('/').any(|part| part == "..")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write as _;

    use flate2::write::DeflateEncoder;
    use flate2::{Compression, Crc};

    fn pack(files: &[(&str, &[u8])]) -> Vec<u8> {
        let (mut bytes, mut directory) = (Vec::new(), Vec::new());
        for (name, content) in files {
            let mut encoder = DeflateEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(content).unwrap();
            let packed = encoder.finish().unwrap();
            let mut crc = Crc::new();
            crc.update(content);
            let offset = u32::try_from(bytes.len()).unwrap();
            let mut common = Vec::new();
            common.extend([20, 0, 0, 0, 8, 0, 0, 0, 0, 0]);
            common.extend(crc.sum().to_le_bytes());
            common.extend(u32::try_from(packed.len()).unwrap().to_le_bytes());
            common.extend(u32::try_from(content.len()).unwrap().to_le_bytes());
            common.extend(u16::try_from(name.len()).unwrap().to_le_bytes());
            common.extend([0, 0]);
            bytes.extend(b"PK\x03\x04");
            bytes.extend(&common);
            bytes.extend(name.as_bytes());
            bytes.extend(packed);
            directory.extend(b"PK\x01\x02\x14\x00");
            directory.extend(&common);
            directory.extend([0; 10]);
            directory.extend(offset.to_le_bytes());
            directory.extend(name.as_bytes());
        }
        let start = u32::try_from(bytes.len()).unwrap();
        let length = u32::try_from(directory.len()).unwrap();
        bytes.extend(directory);
        bytes.extend(b"PK\x05\x06\0\0\0\0\0\0\0\0");
        bytes.extend(length.to_le_bytes());
        bytes.extend(start.to_le_bytes());
        bytes.extend([0, 0]);
        bytes
    }

    #[test]
    fn the_nuspec_and_the_files_it_names_are_found() {
        let package = pack(&[
            ("_rels/.rels", b"x"),
            ("docs/READ%20ME.md", b"# kit"),
            ("lib/other.nuspec", b"no"),
            ("Acme.Kit.NUSPEC", b"<package/>"),
            ("images\\icon.png", b"png"),
        ]);
        assert_eq!(nuspec_of(&package).unwrap(), b"<package/>");
        let directory = zip::directory(&package).unwrap();
        for (wanted, expected) in [
            ("docs\\read me.md", Some(&b"# kit"[..])),
            ("./images/icon.png", Some(b"png")),
            ("missing", None),
        ] {
            let found = file(&directory, wanted);
            let found = found.map(|place| place.unpack(zip::part(&package, &place.range).unwrap()).unwrap());
            assert_eq!(found.as_deref(), expected, "{wanted}");
        }
    }

    #[test]
    fn paths_that_lead_outside_are_refused() {
        for path in
            ["../a", "lib/../../a", "lib\\..\\a", "c:\\a", "//host/a", "%2e%2e/a", "a/%2E%2E/b", "..\\a"]
        {
            let package = pack(&[("a.nuspec", b"<package/>"), (path, b"x")]);
            assert!(matches!(nuspec_of(&package), Err(NupkgError::Outside(_))), "{path}");
        }
        for path in ["a..b/c", "...", "lib/net45/_._", "/lib/a.dll", "%"] {
            assert!(nuspec_of(&pack(&[("a.nuspec", b"<package/>"), (path, b"x")])).is_ok(), "{path}");
        }
    }

    #[test]
    fn one_nuspec_has_to_lie_in_the_root() {
        assert_eq!(nuspec_of(&pack(&[("a", b"x")])), Err(NupkgError::Nuspec(0)));
        assert_eq!(nuspec_of(&pack(&[(".nuspec", b"x")])), Err(NupkgError::Nuspec(0)));
        assert_eq!(nuspec_of(&pack(&[("a.nuspec", b"x"), ("b.nuspec", b"x")])), Err(NupkgError::Nuspec(2)));
        let bomb = vec![b' '; NUSPEC_BYTES_MAX + 1];
        assert_eq!(nuspec_of(&pack(&[("a.nuspec", &bomb)])), Err(NupkgError::Zip(ZipError::TooLarge)));
        assert_eq!(nuspec_of(b"no archive"), Err(NupkgError::Zip(ZipError::Broken)));
        assert_eq!(nuspec_of(b""), Err(NupkgError::Zip(ZipError::Broken)));
    }

    #[test]
    fn packages_with_too_many_files_are_refused() {
        let mut files = vec![("a.nuspec", &b"<package/>"[..])];
        files.resize(ENTRIES_MAX, ("x", b""));
        let whole = pack(&files);
        // The number of files is told wrong beyond 65535, and is not looked at.
        assert!(nuspec_of(&whole).is_ok());
        files.push(("y", b""));
        assert_eq!(nuspec_of(&pack(&files)), Err(NupkgError::TooManyFiles));
    }
}
