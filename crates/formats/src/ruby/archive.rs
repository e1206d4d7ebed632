//! What lies in a `.gem`: a tar archive of `metadata.gz`, `data.tar.gz`, `checksums.yaml.gz` and signatures of these.
//!
//! It comes from strangers and is looked through as it arrives: nothing is unpacked to a disk, memory is bounded, and how
//! much there may be inside is, too.

use std::fmt;
use std::io::{self, Read as _, Write};

use flate2::read::GzDecoder;
use flate2::write::MultiGzDecoder;
use sha2::{Digest as _, Sha256, Sha512};

use super::spec::Gemspec;
use super::tar::{Entry, Tar, TarError, Visitor};
use super::yaml::Node;

/// The longest `metadata.gz` or `checksums.yaml.gz`, and what they may unpack to: a gemspec lists the gem's files.
const TEXT_BYTES_MAX: u64 = 4 << 20;
/// How many files lie beside each other in a gem: three, their signatures, and what somebody may add.
const PARTS_MAX: usize = 32;

/// How much may be in a gem.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most bytes its data may unpack to.
    pub unpacked_bytes_max: u64,
    /// The most entries its data may have.
    pub entries_max: usize,
}

impl Default for Limits {
    /// What one folder can sensibly hold.
    fn default() -> Self {
        Self { unpacked_bytes_max: 16 << 30, entries_max: 100_000 }
    }
}

/// Why a gem is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    /// It is no tar archive, or it breaks off.
    NotTar(&'static str),
    /// A part of it is not gzip.
    Packing(&'static str, String),
    /// A part is longer than is taken.
    TooLarge(String, u64),
    /// Something has more entries than are taken.
    TooManyEntries(usize),
    /// A part is there twice.
    Twice(String),
    /// A part that every gem has is not there.
    Lacks(&'static str),
    /// An entry of the data, or where it leads, lies outside the gem.
    Outside(String),
    /// An entry of the data is neither a file, a folder nor a link.
    NotAFile(String),
    /// What its parts are is not what it says of them.
    Checksum(&'static str, &'static str),
    /// Its specification is none, for this reason.
    Specification(String),
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotTar(why) => write!(f, "the gem is not a tar archive: {why}"),
            Self::Packing(part, why) => write!(f, "{part} of the gem is not gzip: {why}"),
            Self::TooLarge(part, max) => write!(f, "{part} of the gem has more than {max} bytes"),
            Self::TooManyEntries(max) => write!(f, "the gem has more than {max} entries"),
            Self::Twice(part) => write!(f, "the gem has {part:?} twice"),
            Self::Lacks(part) => write!(f, "the gem has no {part}"),
            Self::Outside(path) => write!(f, "the gem's entry {path:?} lies or leads outside the gem"),
            Self::NotAFile(path) => {
                write!(f, "the gem's entry {path:?} is neither a file nor a folder nor a link")
            }
            Self::Checksum(part, kind) => {
                write!(f, "{part} of the gem has another {kind} than checksums.yaml.gz says")
            }
            Self::Specification(why) => f.write_str(why),
        }
    }
}

impl std::error::Error for ArchiveError {}

/// Looks through a gem as it arrives.
#[derive(Debug)]
pub struct Reader {
    tar: Tar<Parts>,
}

impl Reader {
    /// Starts a gem.
    pub fn new(limits: Limits) -> Self {
        Self { tar: Tar::new(Parts::new(limits), PARTS_MAX) }
    }

    /// Takes the next bytes of the file.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.tar.take(bytes).map_err(outer)
    }

    /// What the gem says of itself, once that has come.
    pub fn spec(&self) -> Option<&Gemspec> {
        self.tar.visitor.spec.as_ref()
    }

    /// Ends the file.
    pub fn finish(self) -> Result<Gemspec, ArchiveError> {
        self.tar.end().map_err(outer)?;
        let parts = self.tar.visitor;
        if !parts.has_data {
            return Err(ArchiveError::Lacks(DATA));
        }
        parts.check_sums()?;
        parts.spec.ok_or(ArchiveError::Lacks(METADATA))
    }
}

fn outer(error: TarError<ArchiveError>) -> ArchiveError {
    match error {
        TarError::Header => ArchiveError::NotTar("a header makes no sense"),
        TarError::Short => ArchiveError::NotTar("it ends in the middle of a file"),
        TarError::TooManyEntries(max) => ArchiveError::TooManyEntries(max),
        TarError::Refused(error) => error,
    }
}

const METADATA: &str = "metadata.gz";
const DATA: &str = "data.tar.gz";
const CHECKSUMS: &str = "checksums.yaml.gz";

/// The parts of a gem.
#[derive(Debug)]
struct Parts {
    limits: Limits,
    names: Vec<String>,
    open: Open,
    digests: (Sha256, Sha512),
    /// The digests of the parts so far, in hexadecimal digits: SHA-256 and SHA-512.
    computed: Vec<(&'static str, String, String)>,
    spec: Option<Gemspec>,
    checksums: Option<Vec<u8>>,
    has_data: bool,
}

/// The part that is arriving.
#[derive(Debug)]
enum Open {
    Other,
    Metadata(Vec<u8>),
    Checksums(Vec<u8>),
    Data(Box<MultiGzDecoder<Data>>),
}

impl Parts {
    fn new(limits: Limits) -> Self {
        Self {
            limits,
            names: Vec::new(),
            open: Open::Other,
            digests: (Sha256::new(), Sha512::new()),
            computed: Vec::new(),
            spec: None,
            checksums: None,
            has_data: false,
        }
    }

    /// Compares the parts with what `checksums.yaml.gz` says of them, if there is one.
    fn check_sums(&self) -> Result<(), ArchiveError> {
        let Some(text) = &self.checksums else { return Ok(()) };
        let said = Node::read(&String::from_utf8_lossy(text)).map_err(ArchiveError::Specification)?;
        for (part, sha256, sha512) in &self.computed {
            for (kind, computed) in [("SHA256", sha256), ("SHA512", sha512)] {
                let said = said.get(kind).and_then(|parts| parts.get(part)).and_then(Node::text);
                if said.is_some_and(|said| !said.eq_ignore_ascii_case(computed)) {
                    return Err(ArchiveError::Checksum(part, kind));
                }
            }
        }
        Ok(())
    }
}

impl Visitor for Parts {
    type Error = ArchiveError;

    fn enter(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        let name: String = entry.path.chars().take(200).collect();
        if self.names.contains(&name) {
            return Err(ArchiveError::Twice(name));
        }
        self.digests = (Sha256::new(), Sha512::new());
        let is_text = matches!(name.as_str(), METADATA | CHECKSUMS);
        if is_text && entry.bytes > TEXT_BYTES_MAX {
            return Err(ArchiveError::TooLarge(name, TEXT_BYTES_MAX));
        }
        self.open = match name.as_str() {
            METADATA => Open::Metadata(Vec::new()),
            CHECKSUMS => Open::Checksums(Vec::new()),
            DATA => Open::Data(Box::new(MultiGzDecoder::new(Data::new(self.limits)))),
            _ => Open::Other,
        };
        self.names.push(name);
        Ok(())
    }

    fn content(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        if !matches!(self.open, Open::Other) {
            self.digests.0.update(bytes);
            self.digests.1.update(bytes);
        }
        match &mut self.open {
            Open::Other => Ok(()),
            Open::Metadata(kept) | Open::Checksums(kept) => {
                kept.extend_from_slice(bytes);
                Ok(())
            }
            Open::Data(decoder) => decoder.write_all(bytes).map_err(|error| failure(decoder, &error)),
        }
    }

    fn leave(&mut self) -> Result<(), ArchiveError> {
        let (sha256, sha512) = std::mem::take(&mut self.digests);
        let computed = |part| {
            self.computed.push((part, hexadecimal(&sha256.finalize()), hexadecimal(&sha512.finalize())));
        };
        match std::mem::replace(&mut self.open, Open::Other) {
            Open::Other => {}
            Open::Metadata(packed) => {
                computed(METADATA);
                let text = unpacked(METADATA, &packed)?;
                let spec = Gemspec::read(&String::from_utf8_lossy(&text));
                self.spec = Some(spec.map_err(ArchiveError::Specification)?);
            }
            Open::Checksums(packed) => self.checksums = Some(unpacked(CHECKSUMS, &packed)?),
            Open::Data(mut decoder) => {
                computed(DATA);
                if let Err(error) = decoder.try_finish() {
                    return Err(failure(&mut decoder, &error));
                }
                decoder.get_ref().tar.end().map_err(|_| ArchiveError::NotTar("its data breaks off"))?;
                self.has_data = true;
            }
        }
        Ok(())
    }
}

fn failure(decoder: &mut MultiGzDecoder<Data>, error: &io::Error) -> ArchiveError {
    decoder.get_mut().failure.take().unwrap_or_else(|| ArchiveError::Packing(DATA, error.to_string()))
}

fn unpacked(part: &'static str, packed: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    let mut text = Vec::new();
    let read = GzDecoder::new(packed).take(TEXT_BYTES_MAX + 1).read_to_end(&mut text);
    read.map_err(|error| ArchiveError::Packing(part, error.to_string()))?;
    if text.len() as u64 > TEXT_BYTES_MAX {
        return Err(ArchiveError::TooLarge(part.to_owned(), TEXT_BYTES_MAX));
    }
    Ok(text)
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|it| char::from_digit(it.into(), 16))
        .collect()
}

/// What a gem installs.
#[derive(Debug)]
struct Data {
    tar: Tar<Files>,
    unpacked: u64,
    unpacked_bytes_max: u64,
    failure: Option<ArchiveError>,
}

/// The files that a gem installs: only where they lie is looked at.
#[derive(Debug)]
struct Files;

impl Data {
    fn new(limits: Limits) -> Self {
        let tar = Tar::new(Files, limits.entries_max);
        Self { tar, unpacked: 0, unpacked_bytes_max: limits.unpacked_bytes_max, failure: None }
    }

    fn take(&mut self, bytes: &[u8]) -> Result<(), ArchiveError> {
        self.unpacked += bytes.len() as u64;
        if self.unpacked > self.unpacked_bytes_max {
            return Err(ArchiveError::TooLarge(DATA.to_owned(), self.unpacked_bytes_max));
        }
        self.tar.take(bytes).map_err(outer)
    }
}

impl Write for Data {
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

impl Visitor for Files {
    type Error = ArchiveError;

    fn enter(&mut self, entry: &Entry) -> Result<(), ArchiveError> {
        let path: String = entry.path.chars().take(200).collect();
        let folder = entry.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let leads = match entry.kind {
            b'2' => stays(folder, &entry.link),
            b'0' | 0 | b'5' => true,
            _ => return Err(ArchiveError::NotAFile(path)),
        };
        if stays("", &entry.path) && leads { Ok(()) } else { Err(ArchiveError::Outside(path)) }
    }

    fn content(&mut self, _: &[u8]) -> Result<(), ArchiveError> {
        Ok(())
    }

    fn leave(&mut self) -> Result<(), ArchiveError> {
        Ok(())
    }
}

/// Whether a relative path, from a folder on, stays below where the folder's own path begins.
fn stays(folder: &str, path: &str) -> bool {
    let mut depth = 0_usize;
    for part in folder.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." if depth == 0 => return false,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    !path.starts_with('/') && !path.contains(['\\', '\0'])
}

#[cfg(test)]
#[path = "archive_tests.rs"]
mod tests;
