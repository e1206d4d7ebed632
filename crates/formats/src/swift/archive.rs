//! The source archive of a release: a zip of one folder with a manifest in it, looked through by its directory only.
//!
//! Archives come from strangers and are unpacked by clients: what could write outside their folder, fill their disk or
//! be read two ways is refused.

use std::collections::HashSet;
use std::fmt;

use super::manifest::{MANIFEST, is_manifest};
use crate::zip::{Directory, Entry, Place, ZipError};

/// How many entries an archive may have.
pub const ENTRIES_MAX: usize = 100_000;
/// The largest manifest.
pub const MANIFEST_BYTES_MAX: u64 = 1 << 20;
/// How many manifests a release may have.
pub const MANIFESTS_MAX: usize = 50;
/// How many symbolic links an archive may have.
pub const LINKS_MAX: usize = 1000;
/// The longest target of one.
const TARGET_BYTES_MAX: u64 = 4096;
/// How much an archive may unpack to, whatever its size.
const UNPACKED_BYTES_FREE: u64 = 1 << 30;
/// How many times its size one may unpack to that unpacks to more: text seldom reaches a fifth of it.
const RATIO_MAX: u64 = 100;

/// What an archive holds, as its directory says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outline {
    /// The manifests by their file names, `Package.swift` first.
    pub manifests: Vec<(String, Place)>,
    /// The symbolic links by their paths; ask [`check_link`] about each.
    pub links: Vec<(String, Place)>,
}

/// Why an archive is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    /// It cannot be read.
    Zip(ZipError),
    /// It has too many entries.
    Entries,
    /// An entry has a path that leads out of the archive, or that is none.
    Path(String),
    /// Two entries have the same path, or one lies below a link.
    Twice(String),
    /// An entry is neither file, folder nor link.
    Kind(String),
    /// It unpacks to more than it may, or its entries overlap.
    Bomb,
    /// It has too many links.
    Links,
    /// A link leads out of the archive.
    Link(String),
    /// There is no `Package.swift`.
    NoManifest,
    /// There are several folders with one.
    Folders,
    /// A manifest is too large.
    ManifestSize(String),
    /// There are too many manifests.
    Manifests,
    /// A manifest is a link.
    ManifestLink(String),
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Zip(error) => error.fmt(f),
            Self::Entries => write!(f, "the archive has more than {ENTRIES_MAX} entries"),
            Self::Path(path) => write!(f, "the archive has an entry whose path is not inside it: {path:?}"),
            Self::Twice(path) => write!(f, "the archive has {path:?} twice, or something below that link"),
            Self::Kind(path) => write!(f, "{path:?} in the archive is neither a file, a folder nor a link"),
            Self::Bomb => {
                f.write_str("the archive unpacks to far more than its size, or its entries overlap")
            }
            Self::Links => write!(f, "the archive has more than {LINKS_MAX} symbolic links"),
            Self::Link(path) => write!(f, "the symbolic link {path:?} in the archive leads out of it"),
            Self::NoManifest => write!(f, "the archive has no {MANIFEST} in its folder"),
            Self::Folders => write!(f, "several folders of the archive have a {MANIFEST}"),
            Self::ManifestSize(file) => write!(f, "{file} is larger than {MANIFEST_BYTES_MAX} bytes"),
            Self::Manifests => write!(f, "the archive has more than {MANIFESTS_MAX} manifests"),
            Self::ManifestLink(file) => write!(f, "{file} is a symbolic link"),
        }
    }
}

impl std::error::Error for ArchiveError {}

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        Self::Zip(error)
    }
}

/// What an entry is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    File,
    Folder,
    Link,
}

/// A manifest as it was found: its folder (empty for none), its name and where it is; `None` for a link.
type FoundManifest = (String, String, Option<Place>);

/// Looks through the directory of an archive of `size` bytes.
///
/// SwiftPM packs everything into one folder; manifests at the top are taken, too (assumed).
pub fn outline(directory: &Directory, size: u64) -> Result<Outline, ArchiveError> {
    let mut seen: HashSet<Vec<String>> = HashSet::new();
    let mut link_paths: HashSet<Vec<String>> = HashSet::new();
    let mut links = Vec::new();
    let mut found: Vec<FoundManifest> = Vec::new();
    let (mut packed, mut unpacked) = (0_u64, 0_u64);
    for (count, entry) in directory.entries().enumerate() {
        let entry = entry?;
        if count >= ENTRIES_MAX {
            return Err(ArchiveError::Entries);
        }
        let path = segments(entry.name)?;
        let place = directory.place(&entry, u64::MAX)?;
        packed = packed.saturating_add(place.packed());
        unpacked = unpacked.saturating_add(place.size());
        let kind = kind(&entry)?;
        if kind != Kind::Folder && !seen.insert(path.clone()) {
            return Err(ArchiveError::Twice(path.join("/")));
        }
        if kind == Kind::Link {
            link_paths.insert(path.clone());
            links.push((path.join("/"), place.clone()));
        }
        if links.len() > LINKS_MAX {
            return Err(ArchiveError::Links);
        }
        if kind != Kind::Folder
            && let [folder @ .., file] = path.as_slice()
            && folder.len() <= 1
            && is_manifest(file)
        {
            found.push((folder.concat(), file.clone(), (kind == Kind::File).then_some(place)));
        }
    }
    if packed > size || (unpacked > UNPACKED_BYTES_FREE && unpacked / RATIO_MAX > size) {
        return Err(ArchiveError::Bomb);
    }
    if !link_paths.is_empty() {
        let below = |path: &&Vec<String>| (1..path.len()).any(|end| link_paths.contains(&path[..end]));
        if let Some(path) = seen.iter().find(below) {
            return Err(ArchiveError::Twice(path.join("/")));
        }
    }
    Ok(Outline { manifests: manifests(found)?, links })
}

/// Picks the folder of the package, and the manifests in it.
fn manifests(found: Vec<FoundManifest>) -> Result<Vec<(String, Place)>, ArchiveError> {
    let folders: Vec<&String> =
        found.iter().filter(|(_, file, _)| file == MANIFEST).map(|(folder, ..)| folder).collect();
    let folder = match folders.as_slice() {
        [] => return Err(ArchiveError::NoManifest),
        several if several.iter().any(|folder| folder.is_empty()) => String::new(),
        [one] => (*one).clone(),
        _ => return Err(ArchiveError::Folders),
    };
    let mut manifests = Vec::new();
    for (_, file, place) in found.into_iter().filter(|(of, ..)| *of == folder) {
        let Some(place) = place else { return Err(ArchiveError::ManifestLink(file)) };
        if place.size() > MANIFEST_BYTES_MAX || place.packed() > MANIFEST_BYTES_MAX {
            return Err(ArchiveError::ManifestSize(file));
        }
        manifests.push((file, place));
    }
    if manifests.len() > MANIFESTS_MAX {
        return Err(ArchiveError::Manifests);
    }
    // The plain one sorts before those with an @.
    manifests.sort_by(|a, b| a.0.cmp(&b.0));
    manifests.sort_by_key(|(file, _)| file != MANIFEST);
    Ok(manifests)
}

/// Takes the path of an entry apart.
fn segments(name: &[u8]) -> Result<Vec<String>, ArchiveError> {
    let text = String::from_utf8_lossy(name);
    let refused = || ArchiveError::Path(text.chars().take(200).collect());
    let leads_out = text.starts_with('/') || text.contains('\\') || text.contains(|c: char| c.is_control());
    let drive = text.as_bytes().get(1) == Some(&b':');
    let segments: Vec<String> =
        text.split('/').filter(|one| !matches!(*one, "" | ".")).map(str::to_owned).collect();
    if leads_out || drive || segments.is_empty() || segments.iter().any(|one| one == "..") {
        return Err(refused());
    }
    Ok(segments)
}

fn kind(entry: &Entry<'_>) -> Result<Kind, ArchiveError> {
    let named_as_folder = entry.name.ends_with(b"/");
    match entry.unix_mode().unwrap_or_default() & 0o170_000 {
        0o040_000 => Ok(Kind::Folder),
        0 | 0o100_000 if named_as_folder => Ok(Kind::Folder),
        0 | 0o100_000 => Ok(Kind::File),
        0o120_000 if !named_as_folder => Ok(Kind::Link),
        _ => Err(ArchiveError::Kind(String::from_utf8_lossy(entry.name).chars().take(200).collect())),
    }
}

/// Says whether the target of a link can be looked at, before it is unpacked.
pub fn check_link_size(path: &str, place: &Place) -> Result<(), ArchiveError> {
    let fits = place.size() <= TARGET_BYTES_MAX && place.packed() <= TARGET_BYTES_MAX;
    if fits { Ok(()) } else { Err(ArchiveError::Link(path.to_owned())) }
}

/// Refuses a link that leads out of the archive: by a path from the root, or by more steps up than it is deep.
///
/// A step up behind a step down could go through another link, so that there is none (assumed: no package needs it).
pub fn check_link(path: &str, target: &[u8]) -> Result<(), ArchiveError> {
    let refused = || ArchiveError::Link(path.to_owned());
    let target = std::str::from_utf8(target).map_err(|_| refused())?;
    let mut room = path.split('/').count() - 1;
    let mut down = false;
    for step in target.split('/').filter(|step| *step != ".") {
        match step {
            ".." if down => return Err(refused()),
            ".." => room = room.checked_sub(1).ok_or_else(refused)?,
            "" => {}
            _ => down = true,
        }
    }
    let odd = target.is_empty() || target.starts_with('/') || target.contains(['\\', '\0', ':']);
    if odd { Err(refused()) } else { Ok(()) }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
