//! What lies in a `.crate`: a gzipped tar archive of one folder, `{name}-{version}/`.
//!
//! It comes from strangers and is looked through as it arrives: nothing is unpacked to a disk, memory is constant, and
//! how much there may be inside is bounded.

use std::collections::HashSet;
use std::fmt;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::{self, Write};

use flate2::write::MultiGzDecoder;

/// The size of a header, and what the content of files is filled up to.
const BLOCK_BYTES: usize = 512;
/// The longest `Cargo.toml` or name that is read.
const TEXT_BYTES_MAX: u64 = 1 << 20;
/// The longest readme that is taken out.
const README_BYTES_MAX: u64 = 2 << 20;

/// How much may be in an archive.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes it may unpack to.
    pub unpacked_bytes_max: u64,
    /// The most entries it may have.
    pub entries_max: usize,
}

impl Limits {
    /// What cargo itself unpacks of a crate of this size (512 MiB, or twenty times as much as it has), and what one
    /// folder can sensibly hold.
    pub fn of_crate(bytes: u64) -> Self {
        Self { unpacked_bytes_max: bytes.saturating_mul(20).max(512 << 20), entries_max: 100_000 }
    }
}

/// Why an archive is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    /// It is not gzip, or it breaks off.
    Packing(String),
    /// A header makes no sense.
    Header,
    /// It unpacks to more than is taken.
    TooLarge(u64),
    /// It has more entries than are taken.
    TooManyEntries(usize),
    /// An entry lies outside the folder that belongs to the version.
    Outside {
        /// The path of the entry.
        path: String,
        /// The folder.
        folder: String,
    },
    /// An entry is a link or a device.
    NotAFile(String),
    /// Two entries have the same path on some system.
    Twice(String),
    /// A file that is read is longer than is taken.
    FileTooLarge(String),
    /// It has no `Cargo.toml`.
    NoManifest,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Packing(why) => write!(f, "the crate is not a gzipped archive: {why}"),
            Self::Header => f.write_str("the crate is not a tar archive: a header makes no sense"),
            Self::TooLarge(max) => write!(f, "the crate unpacks to more than {max} bytes"),
            Self::TooManyEntries(max) => write!(f, "the crate has more than {max} entries"),
            Self::Outside { path, folder } => write!(f, "the crate's entry {path:?} lies outside {folder}/"),
            Self::NotAFile(path) => write!(f, "the crate's entry {path:?} is neither a file nor a folder"),
            Self::Twice(path) => write!(f, "the crate has the entry {path:?} twice, letter case aside"),
            Self::FileTooLarge(path) => write!(f, "the crate's entry {path:?} is too large to be read"),
            Self::NoManifest => f.write_str("the crate has no Cargo.toml"),
        }
    }
}

impl std::error::Error for ArchiveError {}

/// The files of interest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// `Cargo.toml`.
    pub manifest: String,
    /// Files directly in the folder whose names start with `readme`, by their names.
    pub readmes: Vec<(String, String)>,
}

impl Contents {
    /// The readme that the manifest names, else the one that cargo would take.
    pub fn readme(&self, named: Option<&str>) -> Option<&str> {
        let find = |wanted: &str| {
            self.readmes.iter().find(|(name, _)| name == wanted).map(|(_, text)| text.as_str())
        };
        match named {
            Some(named) => find(named.trim_start_matches("./")),
            None => ["README.md", "README.txt", "README"].into_iter().find_map(find),
        }
    }
}

/// Looks through an archive as it arrives.
#[derive(Debug)]
pub struct Reader {
    decoder: MultiGzDecoder<Tar>,
}

impl Reader {
    /// Starts an archive that has to hold one folder, `{name}-{version}`.
    pub fn new(folder: &str, limits: Limits) -> Self {
        Self { decoder: MultiGzDecoder::new(Tar::new(folder, limits)) }
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        let fed = self.decoder.write_all(bytes);
        fed.map_err(|error| self.failure(&error))
    }

    /// Ends the file.
    pub fn finish(mut self) -> Result<Contents, ArchiveError> {
        if let Err(error) = self.decoder.try_finish() {
            return Err(self.failure(&error));
        }
        self.decoder.get_mut().end()
    }

    fn failure(&mut self, error: &io::Error) -> ArchiveError {
        self.decoder.get_mut().failure.take().unwrap_or_else(|| ArchiveError::Packing(error.to_string()))
    }
}

/// The state of an archive that is looked through.
#[derive(Debug)]
struct Tar {
    folder: String,
    limits: Limits,
    unpacked: u64,
    entries: usize,
    /// Hashes of the paths so far, letter case aside.
    paths: HashSet<u64>,
    place: Place,
    header: Vec<u8>,
    /// A name that did not fit the header of the entry that follows.
    long_name: Option<String>,
    contents: Contents,
    manifest_found: bool,
    failure: Option<ArchiveError>,
}

#[derive(Debug)]
enum Place {
    Header,
    /// In a file: what is done with it, how much of it is missing, and how much of what it is filled up with.
    Entry(Kept, u64, u64),
    /// Behind the mark that ends an archive.
    End,
}

/// What is done with the content of an entry.
#[derive(Debug)]
enum Kept {
    Nothing,
    LongName(Vec<u8>),
    Extended(Vec<u8>),
    Manifest(Vec<u8>),
    Readme(String, Vec<u8>),
}

impl Tar {
    fn new(folder: &str, limits: Limits) -> Self {
        Self {
            folder: folder.to_owned(),
            limits,
            unpacked: 0,
            entries: 0,
            paths: HashSet::new(),
            place: Place::Header,
            header: Vec::with_capacity(BLOCK_BYTES),
            long_name: None,
            contents: Contents::default(),
            manifest_found: false,
            failure: None,
        }
    }

    fn take(&mut self, mut bytes: &[u8]) -> Result<(), ArchiveError> {
        self.unpacked += bytes.len() as u64;
        if self.unpacked > self.limits.unpacked_bytes_max {
            return Err(ArchiveError::TooLarge(self.limits.unpacked_bytes_max));
        }
        while !bytes.is_empty() {
            match &mut self.place {
                Place::End => return Ok(()),
                Place::Header => {
                    let (now, rest) = bytes.split_at((BLOCK_BYTES - self.header.len()).min(bytes.len()));
                    self.header.extend_from_slice(now);
                    bytes = rest;
                    if self.header.len() == BLOCK_BYTES {
                        let header = std::mem::take(&mut self.header);
                        self.place = self.enter(&header)?;
                        self.header = Vec::with_capacity(BLOCK_BYTES);
                        self.leave_if_done();
                    }
                }
                Place::Entry(kept, missing, padding) => {
                    let (now, rest) = bytes.split_at(at_most(*missing, bytes.len()));
                    kept.extend(now);
                    *missing -= now.len() as u64;
                    let (filling, rest) = rest.split_at(at_most(*padding, rest.len()));
                    *padding -= filling.len() as u64;
                    bytes = rest;
                    self.leave_if_done();
                }
            }
        }
        Ok(())
    }

    /// Reads a header, and decides about the entry.
    fn enter(&mut self, header: &[u8]) -> Result<Place, ArchiveError> {
        if header.iter().all(|byte| *byte == 0) {
            return Ok(Place::End);
        }
        self.entries += 1;
        if self.entries > self.limits.entries_max {
            return Err(ArchiveError::TooManyEntries(self.limits.entries_max));
        }
        check_sum(header)?;
        let size = octal(&header[124..136]).ok_or(ArchiveError::Header)?;
        let padded = size.checked_next_multiple_of(BLOCK_BYTES as u64).ok_or(ArchiveError::Header)?;
        let entry = |kept| Ok(Place::Entry(kept, size, padded - size));
        match header[156] {
            b'L' if size <= TEXT_BYTES_MAX => return entry(Kept::LongName(Vec::new())),
            b'x' if size <= TEXT_BYTES_MAX => return entry(Kept::Extended(Vec::new())),
            // Remarks about the whole archive.
            b'g' => return entry(Kept::Nothing),
            _ => {}
        }
        let path = self.long_name.take().unwrap_or_else(|| header_path(header));
        let inside = self.inside(&path)?.to_owned();
        match header[156] {
            b'0' | 0 => {}
            b'5' => return entry(Kept::Nothing),
            _ => return Err(ArchiveError::NotAFile(path)),
        }
        let mut hasher = DefaultHasher::new();
        inside.to_lowercase().hash(&mut hasher);
        if !self.paths.insert(hasher.finish()) {
            return Err(ArchiveError::Twice(path));
        }
        let kept = self.kept(&inside);
        let bytes_max = if matches!(kept, Kept::Manifest(_)) { TEXT_BYTES_MAX } else { README_BYTES_MAX };
        match kept {
            Kept::Nothing => entry(Kept::Nothing),
            Kept::Readme(..) if size > bytes_max => entry(Kept::Nothing),
            _ if size > bytes_max => Err(ArchiveError::FileTooLarge(path)),
            kept => entry(kept),
        }
    }

    /// The path below the folder, for a path that stays in it.
    fn inside<'a>(&self, path: &'a str) -> Result<&'a str, ArchiveError> {
        let below = path.strip_prefix(self.folder.as_str());
        let below = below.and_then(|rest| if rest.is_empty() { Some(rest) } else { rest.strip_prefix('/') });
        let stays = |below: &&str| {
            let mut parts = below.split('/');
            !below.contains(['\\', '\0']) && parts.all(|part| part != ".." && part != ".")
        };
        below.filter(stays).ok_or_else(|| ArchiveError::Outside {
            path: path.chars().take(200).collect(),
            folder: self.folder.clone(),
        })
    }

    fn kept(&self, inside: &str) -> Kept {
        /// Of more readmes than this, the rest is not read.
        const READMES_MAX: usize = 4;
        if inside == "Cargo.toml" {
            return Kept::Manifest(Vec::new());
        }
        let readme = !inside.contains('/') && inside.to_ascii_lowercase().starts_with("readme");
        if readme && self.contents.readmes.len() < READMES_MAX {
            return Kept::Readme(inside.to_owned(), Vec::new());
        }
        Kept::Nothing
    }

    /// Takes what came of an entry that is complete.
    fn leave_if_done(&mut self) {
        let Place::Entry(kept, 0, 0) = &mut self.place else { return };
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        match kept {
            Kept::Nothing => {}
            Kept::LongName(bytes) => self.long_name = Some(text(bytes).trim_end_matches('\0').to_owned()),
            Kept::Extended(bytes) => self.long_name = pax_path(&text(bytes)),
            Kept::Manifest(bytes) => {
                self.contents.manifest = text(bytes);
                self.manifest_found = true;
            }
            Kept::Readme(name, bytes) => {
                self.contents.readmes.push((std::mem::take(name), text(bytes)));
            }
        }
        self.place = Place::Header;
    }

    fn end(&mut self) -> Result<Contents, ArchiveError> {
        let whole =
            matches!(self.place, Place::End) || matches!(self.place, Place::Header) && self.header.is_empty();
        if !whole {
            return Err(ArchiveError::Packing("it ends in the middle of a file".to_owned()));
        }
        if !self.manifest_found {
            return Err(ArchiveError::NoManifest);
        }
        Ok(std::mem::take(&mut self.contents))
    }
}

impl Write for Tar {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.take(bytes).map_err(|error| {
            self.failure = Some(error);
            io::Error::from(io::ErrorKind::InvalidData)
        })?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Kept {
    fn extend(&mut self, bytes: &[u8]) {
        match self {
            Self::Nothing => {}
            Self::LongName(kept) | Self::Extended(kept) | Self::Manifest(kept) | Self::Readme(_, kept) => {
                kept.extend_from_slice(bytes);
            }
        }
    }
}

fn at_most(wanted: u64, there: usize) -> usize {
    usize::try_from(wanted).map_or(there, |wanted| wanted.min(there))
}

/// Compares the checksum of a header.
fn check_sum(header: &[u8]) -> Result<(), ArchiveError> {
    let claimed = octal(&header[148..156]).ok_or(ArchiveError::Header)?;
    let sum = |bytes: &[u8]| bytes.iter().map(|byte| u64::from(*byte)).sum::<u64>();
    // The field itself counts as spaces.
    let unsigned = sum(header) - sum(&header[148..156]) + 8 * u64::from(b' ');
    if unsigned == claimed { Ok(()) } else { Err(ArchiveError::Header) }
}

/// The path in a ustar header: a prefix and a name.
fn header_path(header: &[u8]) -> String {
    let text = |field: &[u8]| {
        let end = field.iter().position(|byte| *byte == 0).unwrap_or(field.len());
        String::from_utf8_lossy(&field[..end]).into_owned()
    };
    let (name, prefix) = (text(&header[..100]), text(&header[345..500]));
    let is_ustar = &header[257..263] == b"ustar\0";
    if is_ustar && !prefix.is_empty() { format!("{prefix}/{name}") } else { name }
}

/// The path in a pax header, made of records `length key=value\n`.
fn pax_path(records: &str) -> Option<String> {
    let named = |line: &str| line.split_once(' ')?.1.strip_prefix("path=").map(str::to_owned);
    records.lines().filter_map(named).next_back()
}

/// A number of a header: octal digits, or binary when it is too large for them.
fn octal(field: &[u8]) -> Option<u64> {
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
