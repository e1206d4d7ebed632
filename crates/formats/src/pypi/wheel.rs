//! What lies in a wheel: its `METADATA`, found through the directory at the archive's end, so that of a large wheel only
//! some kilobytes are read, from wherever they are.
//!
//! Archives come from strangers: every length is checked against a bound and against the file before anything is read
//! or unpacked, and nothing is ever written to a path that an archive names.

use std::fmt;
use std::io::Read as _;
use std::ops::Range;

use flate2::Crc;
use flate2::read::DeflateDecoder;

use super::metadata::METADATA_BYTES_MAX;
use super::name::ProjectName;

/// The record at the very end, without its comment.
const END_BYTES: usize = 22;
/// How much of the end is read first: the record, a comment of some length, and the directory of most wheels.
const TAIL_BYTES: u64 = 16 << 10;
/// The longest comment behind the last record.
const COMMENT_BYTES_MAX: usize = 0xffff;
/// The largest directory that is looked through: of the largest public wheels it has some 5 MB.
const DIRECTORY_BYTES_MAX: u64 = 32 << 20;
/// How many files an archive may have.
const ENTRIES_MAX: usize = 400_000;
/// The fixed part of the header before a file.
const LOCAL_BYTES: u64 = 30;
/// Room for what the header before a file may have beyond what the directory says.
const LOCAL_SPARE_BYTES: u64 = 256;

/// Which file of an archive is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sought {
    /// `{project}-{version}.dist-info/METADATA`
    WheelMetadata,
    /// `{any}/PKG-INFO`
    SourceMetadata,
}

/// What has to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These bytes of the archive are needed; give exactly them to [`Reading::give`].
    Need(Range<u64>),
    /// The file, unpacked.
    Done(Vec<u8>),
}

/// Why an archive does not give the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ArchiveError {
    /// It is no zip archive, or a broken one.
    Broken,
    /// Its directory or the file is larger than is read.
    TooLarge,
    /// It has no such file, or more than one.
    Absent,
    /// The file is packed in a way that wheels do not use.
    Packing,
}

impl fmt::Display for ArchiveError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "the archive is no readable zip archive",
            Self::TooLarge => "the archive's directory or metadata is larger than is read",
            Self::Absent => "the archive has no metadata of its project",
            Self::Packing => "the archive's metadata is encrypted or packed by an unusual method",
        })
    }
}

impl std::error::Error for ArchiveError {}

#[derive(Debug)]
enum State {
    /// The end is awaited: so many bytes of it.
    Tail(u64),
    /// The record of a large archive is awaited.
    LargeEnd,
    Directory,
    File(Entry),
}

#[derive(Debug, Clone)]
struct Entry {
    offset: u64,
    packed: u64,
    size: u64,
    method: u16,
    crc: u32,
}

/// Looks one file up in an archive, step by step.
#[derive(Debug)]
pub struct Reading {
    size: u64,
    project: ProjectName,
    sought: Sought,
    state: State,
    asked: Range<u64>,
}

impl Reading {
    /// Starts with an archive of `size` bytes.
    pub fn new(project: &ProjectName, sought: Sought, size: u64) -> Self {
        let asked = size.saturating_sub(TAIL_BYTES)..size;
        Self { size, project: project.clone(), sought, state: State::Tail(asked.end - asked.start), asked }
    }

    /// What is needed first.
    pub fn first(&self) -> Range<u64> {
        self.asked.clone()
    }

    /// Takes what was asked for, and says what is next.
    pub fn give(&mut self, bytes: &[u8]) -> Result<Step, ArchiveError> {
        if bytes.len() as u64 != self.asked.end - self.asked.start {
            return Err(ArchiveError::Broken);
        }
        match &self.state {
            State::Tail(length) => {
                let length = *length;
                self.tail(bytes, length)
            }
            State::LargeEnd => self.large_end(bytes),
            State::Directory => self.directory(bytes),
            State::File(entry) => unpacked(entry, bytes).map(Step::Done),
        }
    }

    fn need(&mut self, state: State, range: Range<u64>) -> Result<Step, ArchiveError> {
        if range.start > range.end || range.end > self.size {
            return Err(ArchiveError::Broken);
        }
        self.state = state;
        self.asked = range.clone();
        Ok(Step::Need(range))
    }

    /// Finds the last record, whose comment reaches to the end.
    fn tail(&mut self, tail: &[u8], length: u64) -> Result<Step, ArchiveError> {
        let last = tail.len().checked_sub(END_BYTES).ok_or(ArchiveError::Broken)?;
        let found = (0..=last).rev().take(COMMENT_BYTES_MAX + 1).find(|at| {
            tail[*at..].starts_with(b"PK\x05\x06")
                && at + END_BYTES + usize::from(u16_at(tail, at + 20)) == tail.len()
        });
        let Some(at) = found else {
            let longest = self.size.min((END_BYTES + COMMENT_BYTES_MAX) as u64);
            if length >= longest {
                return Err(ArchiveError::Broken);
            }
            return self.need(State::Tail(longest), self.size - longest..self.size);
        };
        let (count, bytes, offset) = (u16_at(tail, at + 10), u32_at(tail, at + 12), u32_at(tail, at + 16));
        if count == u16::MAX || bytes == u32::MAX || offset == u32::MAX {
            // A record that is large enough stands before; a locator right before this one says where.
            let locator = at.checked_sub(20).ok_or(ArchiveError::Broken)?;
            if !tail[locator..].starts_with(b"PK\x06\x07") {
                return Err(ArchiveError::Broken);
            }
            let start = u64_at(tail, locator + 8);
            return self.need(State::LargeEnd, start..start.checked_add(56).ok_or(ArchiveError::Broken)?);
        }
        self.at_directory(u64::from(offset), u64::from(bytes))
    }

    fn large_end(&mut self, record: &[u8]) -> Result<Step, ArchiveError> {
        if !record.starts_with(b"PK\x06\x06") {
            return Err(ArchiveError::Broken);
        }
        self.at_directory(u64_at(record, 48), u64_at(record, 40))
    }

    fn at_directory(&mut self, offset: u64, bytes: u64) -> Result<Step, ArchiveError> {
        if bytes > DIRECTORY_BYTES_MAX {
            return Err(ArchiveError::TooLarge);
        }
        self.need(State::Directory, offset..offset.checked_add(bytes).ok_or(ArchiveError::Broken)?)
    }

    fn directory(&mut self, directory: &[u8]) -> Result<Step, ArchiveError> {
        let mut found = None;
        let mut rest = directory;
        for _ in 0..ENTRIES_MAX {
            if rest.is_empty() {
                break;
            }
            if rest.len() < 46 || !rest.starts_with(b"PK\x01\x02") {
                return Err(ArchiveError::Broken);
            }
            let name_end = 46 + usize::from(u16_at(rest, 28));
            let extra_end = name_end + usize::from(u16_at(rest, 30));
            let end = extra_end + usize::from(u16_at(rest, 32));
            let name = rest.get(46..name_end).ok_or(ArchiveError::Broken)?;
            let extra = rest.get(name_end..extra_end).ok_or(ArchiveError::Broken)?;
            if self.is_sought(name) {
                // Two files of one name: which one counts depends on the reader.
                if found.is_some() {
                    return Err(ArchiveError::Absent);
                }
                found = Some((entry(rest, extra)?, name.len() as u64, extra.len() as u64));
            }
            rest = rest.get(end..).ok_or(ArchiveError::Broken)?;
        }
        if !rest.is_empty() {
            return Err(ArchiveError::TooLarge);
        }
        let (entry, name, extra) = found.ok_or(ArchiveError::Absent)?;
        if entry.size > METADATA_BYTES_MAX as u64 || entry.packed > METADATA_BYTES_MAX as u64 {
            return Err(ArchiveError::TooLarge);
        }
        let end = entry
            .offset
            .checked_add(LOCAL_BYTES + name + extra + LOCAL_SPARE_BYTES + entry.packed)
            .ok_or(ArchiveError::Broken)?;
        let range = entry.offset..end.min(self.size);
        self.need(State::File(entry), range)
    }

    fn is_sought(&self, name: &[u8]) -> bool {
        let Some((folder, file)) = std::str::from_utf8(name).ok().and_then(|name| name.split_once('/'))
        else {
            return false;
        };
        match self.sought {
            Sought::SourceMetadata => file == "PKG-INFO",
            Sought::WheelMetadata => {
                let named = folder.strip_suffix(".dist-info").and_then(|stem| stem.split_once('-'));
                let named = named.and_then(|(name, _)| ProjectName::parse(name).ok());
                file == "METADATA" && named.is_some_and(|name| name == self.project)
            }
        }
    }
}

/// Looks a file up in an archive that is in memory.
pub fn find(archive: &[u8], project: &ProjectName, sought: Sought) -> Result<Vec<u8>, ArchiveError> {
    let mut reading = Reading::new(project, sought, archive.len() as u64);
    let mut range = reading.first();
    loop {
        let place = |place: u64| usize::try_from(place).map_err(|_| ArchiveError::Broken);
        let bytes = archive.get(place(range.start)?..place(range.end)?).ok_or(ArchiveError::Broken)?;
        match reading.give(bytes)? {
            Step::Need(next) => range = next,
            Step::Done(file) => return Ok(file),
        }
    }
}

/// Reads an entry of the directory; what does not fit its fields stands in its extra part.
fn entry(header: &[u8], extra: &[u8]) -> Result<Entry, ArchiveError> {
    let (packed, size, offset) = (u32_at(header, 20), u32_at(header, 24), u32_at(header, 42));
    let encrypted = u16_at(header, 8) & 1 == 1;
    let method = u16_at(header, 10);
    if encrypted || !matches!(method, 0 | 8) {
        return Err(ArchiveError::Packing);
    }
    let mut entry = Entry {
        offset: offset.into(),
        packed: packed.into(),
        size: size.into(),
        method,
        crc: u32_at(header, 16),
    };
    let mut large = large_fields(extra);
    for (field, value) in [(size, &mut entry.size), (packed, &mut entry.packed), (offset, &mut entry.offset)]
    {
        if field == u32::MAX {
            *value = large.next().ok_or(ArchiveError::Broken)?;
        }
    }
    Ok(entry)
}

/// The 64-bit numbers of the extra field 1.
fn large_fields(extra: &[u8]) -> impl Iterator<Item = u64> + '_ {
    let mut rest = extra;
    let mut found: &[u8] = &[];
    while rest.len() >= 4 {
        let end = 4 + usize::from(u16_at(rest, 2));
        let Some(content) = rest.get(4..end) else { break };
        if u16_at(rest, 0) == 1 {
            found = content;
            break;
        }
        rest = &rest[end..];
    }
    found.chunks_exact(8).map(|bytes| u64_at(bytes, 0))
}

/// Unpacks a file whose header and content are at the start of `bytes`.
fn unpacked(entry: &Entry, bytes: &[u8]) -> Result<Vec<u8>, ArchiveError> {
    if bytes.len() < 30 || !bytes.starts_with(b"PK\x03\x04") {
        return Err(ArchiveError::Broken);
    }
    let start = 30 + usize::from(u16_at(bytes, 26)) + usize::from(u16_at(bytes, 28));
    let end = usize::try_from(entry.packed).ok().and_then(|packed| start.checked_add(packed));
    let packed = end.and_then(|end| bytes.get(start..end)).ok_or(ArchiveError::Broken)?;
    let mut file = Vec::new();
    if entry.method == 0 {
        file.extend_from_slice(packed);
    } else {
        // One byte more than promised is enough to see that a promise was broken.
        let mut decoder = DeflateDecoder::new(packed).take(entry.size + 1);
        decoder.read_to_end(&mut file).map_err(|_| ArchiveError::Broken)?;
    }
    let mut crc = Crc::new();
    crc.update(&file);
    if file.len() as u64 != entry.size || crc.sum() != entry.crc {
        return Err(ArchiveError::Broken);
    }
    Ok(file)
}

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}

#[cfg(test)]
#[path = "wheel_tests.rs"]
mod tests;
