//! Zip archives read from their end: the directory first, then single files, so that of a large archive only some
//! kilobytes are read, from wherever they are.
//!
//! Archives come from strangers: every length is checked against a bound and against the archive before anything is read
//! or unpacked, and nothing is ever written to a path that an archive names.

use std::fmt;
use std::io::Read as _;
use std::ops::Range;

use flate2::Crc;
use flate2::read::DeflateDecoder;

/// The record at the very end, without its comment.
const END_BYTES: usize = 22;
/// How much of the end is read first: the record, a comment of some length, and the directory of most archives.
const TAIL_BYTES: u64 = 16 << 10;
/// The longest comment behind the last record.
const COMMENT_BYTES_MAX: usize = 0xffff;
/// The largest directory that is looked through: of the largest public wheels it has some 5 MB.
const DIRECTORY_BYTES_MAX: u64 = 32 << 20;
/// The fixed part of the header before a file.
const LOCAL_BYTES: u64 = 30;
/// Room for what the header before a file may have beyond what the directory says.
const LOCAL_SPARE_BYTES: u64 = 256;

/// What has to be done next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// These bytes of the archive are needed; give exactly them to [`Reading::give`].
    Need(Range<u64>),
    /// The directory.
    Done(Directory),
}

/// Why an archive cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ZipError {
    /// It is no zip archive, or a broken one.
    Broken,
    /// Its directory or the file is larger than is read.
    TooLarge,
    /// The file is encrypted, or packed by another method than deflate.
    Packing,
}

impl fmt::Display for ZipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Broken => "the archive is no readable zip archive",
            Self::TooLarge => "the archive's directory, or a file in it, is larger than is read",
            Self::Packing => "a file in the archive is encrypted or packed by an unusual method",
        })
    }
}

impl std::error::Error for ZipError {}

#[derive(Debug)]
enum State {
    /// The end is awaited: so many bytes of it.
    Tail(u64),
    /// The record of a large archive is awaited.
    LargeEnd,
    Directory,
}

/// Finds the directory of an archive, step by step.
#[derive(Debug)]
pub struct Reading {
    size: u64,
    state: State,
    asked: Range<u64>,
}

/// The directory of an archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directory {
    bytes: Vec<u8>,
    archive_size: u64,
}

/// One file, as the directory describes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Its path as it stands there.
    pub name: &'a [u8],
    header: &'a [u8],
    extra: &'a [u8],
}

/// Where a file lies in its archive.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The bytes of the archive to give to [`Place::unpack`].
    pub range: Range<u64>,
    packed: u64,
    size: u64,
    method: u16,
    crc: u32,
}

impl Reading {
    /// Starts with an archive of `size` bytes.
    pub fn new(size: u64) -> Self {
        let asked = size.saturating_sub(TAIL_BYTES)..size;
        Self { size, state: State::Tail(asked.end - asked.start), asked }
    }

    /// What is needed first.
    pub fn first(&self) -> Range<u64> {
        self.asked.clone()
    }

    /// Takes what was asked for, and says what is next.
    pub fn give(&mut self, bytes: &[u8]) -> Result<Step, ZipError> {
        if bytes.len() as u64 != self.asked.end - self.asked.start {
            return Err(ZipError::Broken);
        }
        match self.state {
            State::Tail(length) => self.tail(bytes, length),
            State::LargeEnd => self.large_end(bytes),
            State::Directory => Ok(Step::Done(Directory { bytes: bytes.to_vec(), archive_size: self.size })),
        }
    }

    fn need(&mut self, state: State, range: Range<u64>) -> Result<Step, ZipError> {
        if range.start > range.end || range.end > self.size {
            return Err(ZipError::Broken);
        }
        self.state = state;
        self.asked = range.clone();
        Ok(Step::Need(range))
    }

    /// Finds the last record, whose comment reaches to the end.
    fn tail(&mut self, tail: &[u8], length: u64) -> Result<Step, ZipError> {
        let last = tail.len().checked_sub(END_BYTES).ok_or(ZipError::Broken)?;
        let found = (0..=last).rev().take(COMMENT_BYTES_MAX + 1).find(|at| {
            tail[*at..].starts_with(b"PK\x05\x06")
                && at + END_BYTES + usize::from(u16_at(tail, at + 20)) == tail.len()
        });
        let Some(at) = found else {
            let longest = self.size.min((END_BYTES + COMMENT_BYTES_MAX) as u64);
            if length >= longest {
                return Err(ZipError::Broken);
            }
            return self.need(State::Tail(longest), self.size - longest..self.size);
        };
        let (count, bytes, offset) = (u16_at(tail, at + 10), u32_at(tail, at + 12), u32_at(tail, at + 16));
        if count == u16::MAX || bytes == u32::MAX || offset == u32::MAX {
            // A record that is large enough stands before; a locator right before this one says where.
            let locator = at.checked_sub(20).ok_or(ZipError::Broken)?;
            if !tail[locator..].starts_with(b"PK\x06\x07") {
                return Err(ZipError::Broken);
            }
            let start = u64_at(tail, locator + 8);
            return self.need(State::LargeEnd, start..start.checked_add(56).ok_or(ZipError::Broken)?);
        }
        self.at_directory(u64::from(offset), u64::from(bytes))
    }

    fn large_end(&mut self, record: &[u8]) -> Result<Step, ZipError> {
        if !record.starts_with(b"PK\x06\x06") {
            return Err(ZipError::Broken);
        }
        self.at_directory(u64_at(record, 48), u64_at(record, 40))
    }

    fn at_directory(&mut self, offset: u64, bytes: u64) -> Result<Step, ZipError> {
        if bytes > DIRECTORY_BYTES_MAX {
            return Err(ZipError::TooLarge);
        }
        self.need(State::Directory, offset..offset.checked_add(bytes).ok_or(ZipError::Broken)?)
    }
}

/// Finds the directory of an archive that is in memory.
pub fn directory(archive: &[u8]) -> Result<Directory, ZipError> {
    let mut reading = Reading::new(archive.len() as u64);
    let mut range = reading.first();
    loop {
        match reading.give(part(archive, &range)?)? {
            Step::Need(next) => range = next,
            Step::Done(directory) => return Ok(directory),
        }
    }
}

/// A part of an archive that is in memory.
pub fn part<'a>(archive: &'a [u8], range: &Range<u64>) -> Result<&'a [u8], ZipError> {
    let place = |place: u64| usize::try_from(place).map_err(|_| ZipError::Broken);
    archive.get(place(range.start)?..place(range.end)?).ok_or(ZipError::Broken)
}

impl Directory {
    /// Goes through the files in their order; after an error there is nothing more.
    pub fn entries(&self) -> impl Iterator<Item = Result<Entry<'_>, ZipError>> {
        let mut rest = self.bytes.as_slice();
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let found = next_entry(rest);
            rest = found.as_ref().map_or(&[][..], |(_, rest)| rest);
            Some(found.map(|(entry, _)| entry))
        })
    }

    /// Says where a file lies, if it has at most `bytes_max` bytes, packed and unpacked.
    pub fn place(&self, entry: &Entry<'_>, bytes_max: u64) -> Result<Place, ZipError> {
        let header = entry.header;
        let (packed, size, offset) = (u32_at(header, 20), u32_at(header, 24), u32_at(header, 42));
        let encrypted = u16_at(header, 8) & 1 == 1;
        let method = u16_at(header, 10);
        if encrypted || !matches!(method, 0 | 8) {
            return Err(ZipError::Packing);
        }
        let mut large = large_fields(entry.extra);
        let mut wide = |field: u32| {
            if field == u32::MAX { large.next().ok_or(ZipError::Broken) } else { Ok(u64::from(field)) }
        };
        // In the order of the extra field.
        let (size, packed, offset) = (wide(size)?, wide(packed)?, wide(offset)?);
        if size > bytes_max || packed > bytes_max {
            return Err(ZipError::TooLarge);
        }
        let header_bytes = LOCAL_BYTES + (entry.name.len() + entry.extra.len()) as u64 + LOCAL_SPARE_BYTES;
        let end = offset.checked_add(header_bytes + packed).ok_or(ZipError::Broken)?.min(self.archive_size);
        if offset > end {
            return Err(ZipError::Broken);
        }
        Ok(Place { range: offset..end, packed, size, method, crc: u32_at(header, 16) })
    }
}

impl Entry<'_> {
    /// The kind and the permissions of the file as Unix has them, where a Unix system packed it.
    pub fn unix_mode(&self) -> Option<u16> {
        let made_by_unix = matches!(self.header[5], 3 | 19);
        made_by_unix.then(|| u16_at(self.header, 40))
    }
}

fn next_entry(rest: &[u8]) -> Result<(Entry<'_>, &[u8]), ZipError> {
    if rest.len() < 46 || !rest.starts_with(b"PK\x01\x02") {
        return Err(ZipError::Broken);
    }
    let name_end = 46 + usize::from(u16_at(rest, 28));
    let extra_end = name_end + usize::from(u16_at(rest, 30));
    let end = extra_end + usize::from(u16_at(rest, 32));
    let name = rest.get(46..name_end).ok_or(ZipError::Broken)?;
    let extra = rest.get(name_end..extra_end).ok_or(ZipError::Broken)?;
    let after = rest.get(end..).ok_or(ZipError::Broken)?;
    Ok((Entry { name, header: &rest[..46], extra }, after))
}

impl Place {
    /// How many bytes the file has in the archive.
    pub fn packed(&self) -> u64 {
        self.packed
    }

    /// How many it is said to have unpacked.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Unpacks the file out of the bytes of its range.
    pub fn unpack(&self, bytes: &[u8]) -> Result<Vec<u8>, ZipError> {
        if bytes.len() < 30 || !bytes.starts_with(b"PK\x03\x04") {
            return Err(ZipError::Broken);
        }
        let start = 30 + usize::from(u16_at(bytes, 26)) + usize::from(u16_at(bytes, 28));
        let end = usize::try_from(self.packed).ok().and_then(|packed| start.checked_add(packed));
        let packed = end.and_then(|end| bytes.get(start..end)).ok_or(ZipError::Broken)?;
        let mut file = Vec::new();
        if self.method == 0 {
            file.extend_from_slice(packed);
        } else {
            // One byte more than promised is enough to see that a promise was broken.
            let mut decoder = DeflateDecoder::new(packed).take(self.size + 1);
            decoder.read_to_end(&mut file).map_err(|_| ZipError::Broken)?;
        }
        let mut crc = Crc::new();
        crc.update(&file);
        if file.len() as u64 != self.size || crc.sum() != self.crc {
            return Err(ZipError::Broken);
        }
        Ok(file)
    }
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

fn u16_at(bytes: &[u8], at: usize) -> u16 {
    bytes.get(at..at + 2).map_or(0, |two| u16::from_le_bytes([two[0], two[1]]))
}

fn u32_at(bytes: &[u8], at: usize) -> u32 {
    u32::from(u16_at(bytes, at)) | u32::from(u16_at(bytes, at + 2)) << 16
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    u64::from(u32_at(bytes, at)) | u64::from(u32_at(bytes, at + 4)) << 32
}
