//! The log in files: written from the front, synced once a group, used again when what they hold is sealed.
//!
//! A frame holds one group. A frame that does not check is the end of the log, since a loss of power may tear the
//! last write; but the next group is begun only when the one before is durable, so a whole frame of a later group
//! behind a broken one shows damage, and the log is refused.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Each, Log, Position};
use crate::disk::{Disk, File, read};
use crate::error::Error;

/// In front of every frame.
const MAGIC: u32 = u32::from_le_bytes(*b"HRG1");

/// Magic, length, position, checksum.
const HEAD_BYTES: usize = 20;

/// A file takes no more groups when it is as large.
const FILE_BYTES: u64 = 16 << 20;

/// Files that are kept to be used again: overwriting costs half of what growing costs.
const SPARES_MAX: usize = 4;

const PREFIX: &str = "log-";
const SPARE: &str = "spare-";

/// The log in files of a folder.
pub struct FileLog {
    disk: Arc<dyn Disk>,
    /// Files by the position of their first group.
    files: BTreeMap<Position, Arc<dyn File>>,
    spares: Vec<String>,
    /// Where the next frame goes, in the last file.
    offset: u64,
    last: Position,
    /// Why nothing can be appended any more.
    halted: Option<String>,
}

impl FileLog {
    /// Opens the log of a folder whose groups up to `sealed` are elsewhere; `Damaged` if a durable group can't be read.
    ///
    /// An empty folder is a new log, or that of a copy that was made without one: it goes on behind `sealed`.
    pub fn open(disk: Arc<dyn Disk>, sealed: Position) -> Result<Self, Error> {
        let mut log = Self {
            files: BTreeMap::new(),
            spares: Vec::new(),
            offset: 0,
            last: sealed,
            halted: None,
            disk: disk.clone(),
        };
        for name in disk.names()? {
            if let Some(first) = name.strip_prefix(PREFIX).and_then(|first| first.parse().ok()) {
                log.files.insert(first, disk.open(&name)?);
            } else if name.starts_with(SPARE) {
                log.spares.push(name);
            }
        }
        log.find_end()?;
        if log.last < sealed {
            let what = format!("it ends at group {}, and groups up to {sealed} were acknowledged", log.last);
            return Err(Error::damaged("the log", what));
        }
        Ok(log)
    }

    /// Finds where the log ends: behind the last whole frame in unbroken order.
    fn find_end(&mut self) -> Result<(), Error> {
        let Some((first, _)) = self.files.first_key_value() else { return Ok(()) };
        self.last = first - 1;
        let firsts: Vec<Position> = self.files.keys().copied().collect();
        for (i, first) in firsts.iter().enumerate() {
            if *first != self.last + 1 {
                // A file whose beginning never became durable holds nothing, nor may any behind it.
                return self.check_nothing_behind(&firsts[i..], Vec::new());
            }
            let bytes = read(&*self.files[first])?;
            let mut offset = 0;
            while let Some((position, group)) = frame(&bytes[offset..])
                && position == self.last + 1
            {
                offset += HEAD_BYTES + group.len();
                self.last = position;
            }
            self.offset = offset as u64;
            let rest = bytes[offset..].to_vec();
            let is_last = i + 1 == firsts.len();
            if is_last || firsts[i + 1] != self.last + 1 {
                return self.check_nothing_behind(&firsts[i + 1..], rest);
            }
        }
        Ok(())
    }

    /// Refuses the log if a group behind the end is whole; else removes the files behind the end.
    fn check_nothing_behind(&mut self, files: &[Position], rest: Vec<u8>) -> Result<(), Error> {
        let mut later = vec![(self.name_of_last(), rest)];
        for first in files {
            later.push((name(*first), read(&*self.files[first])?));
        }
        for (name, bytes) in later {
            if let Some(position) = any_frame_behind(&bytes, self.last) {
                let what = format!(
                    "the group behind {} can't be read, and group {position} behind it can: what was acknowledged is lost",
                    self.last
                );
                return Err(Error::damaged(name, what));
            }
        }
        for first in files {
            self.files.remove(first);
            self.disk.remove(&name(*first))?;
        }
        Ok(())
    }

    fn name_of_last(&self) -> String {
        self.files.last_key_value().map_or_else(|| PREFIX.to_owned(), |(first, _)| name(*first))
    }

    /// Answers the file and offset of the next frame.
    fn place(&mut self) -> Result<(Arc<dyn File>, u64), Error> {
        if let Some((_, file)) = self.files.last_key_value()
            && self.offset < FILE_BYTES
        {
            return Ok((file.clone(), self.offset));
        }
        let first = self.last + 1;
        let file = match self.spares.pop() {
            Some(spare) => {
                self.disk.rename(&spare, &name(first))?;
                self.disk.open(&name(first))?
            }
            None => self.disk.create(&name(first))?,
        };
        self.disk.sync()?;
        self.files.insert(first, file.clone());
        self.offset = 0;
        Ok((file, 0))
    }

    fn write(&mut self, group: &[u8]) -> Result<(), Error> {
        let (file, offset) = self.place()?;
        let mut frame = Vec::with_capacity(HEAD_BYTES + group.len());
        let length =
            u32::try_from(group.len()).map_err(|_| Error::Halted("a group is too large".to_owned()))?;
        frame.extend_from_slice(&MAGIC.to_le_bytes());
        frame.extend_from_slice(&length.to_le_bytes());
        frame.extend_from_slice(&(self.last + 1).to_le_bytes());
        frame.extend_from_slice(&checksum(self.last + 1, group).to_le_bytes());
        frame.extend_from_slice(group);
        file.write_at(offset, &frame)?;
        file.sync()?;
        self.offset = offset + frame.len() as u64;
        self.last += 1;
        Ok(())
    }
}

impl Log for FileLog {
    fn append(&mut self, group: &[u8]) -> Result<Position, Error> {
        if let Some(why) = &self.halted {
            return Err(Error::Halted(why.clone()));
        }
        match self.write(group) {
            Ok(()) => Ok(self.last),
            Err(error) => {
                // Whether the frame is on disk is open now, and a second sync may say yes to what is lost.
                self.halted = Some(error.to_string());
                Err(Error::Halted(error.to_string()))
            }
        }
    }

    fn read(&self, after: Position, each: Each<'_>) -> Result<(), Error> {
        let begin = self.files.range(..=after + 1).next_back().map_or(0, |(first, _)| *first);
        for (first, file) in self.files.range(begin..) {
            let bytes = read(&**file)?;
            let (mut offset, mut next) = (0, *first);
            while next <= self.last {
                let Some((position, group)) =
                    frame(&bytes[offset..]).filter(|(position, _)| *position == next)
                else {
                    break;
                };
                if position > after {
                    each(position, group)?;
                }
                offset += HEAD_BYTES + group.len();
                next += 1;
            }
        }
        Ok(())
    }

    fn last(&self) -> Position {
        self.last
    }

    fn release(&mut self, upto: Position) -> Result<(), Error> {
        let firsts: Vec<Position> = self.files.keys().copied().collect();
        for pair in firsts.windows(2) {
            // The last file stays: it says where the log goes on.
            if pair[1] > upto + 1 {
                break;
            }
            self.files.remove(&pair[0]);
            if self.spares.len() < SPARES_MAX {
                let spare = format!("{SPARE}{:020}", pair[0]);
                self.disk.rename(&name(pair[0]), &spare)?;
                self.spares.push(spare);
            } else {
                self.disk.remove(&name(pair[0]))?;
            }
        }
        Ok(())
    }
}

fn name(first: Position) -> String {
    format!("{PREFIX}{first:020}")
}

fn checksum(position: Position, group: &[u8]) -> u32 {
    let head = crc32c::crc32c(&position.to_le_bytes());
    crc32c::crc32c_append(head, group)
}

/// Reads the frame that the bytes begin with.
fn frame(bytes: &[u8]) -> Option<(Position, &[u8])> {
    let (head, rest) = bytes.split_first_chunk::<HEAD_BYTES>()?;
    let number = |at: usize| u32::from_le_bytes([head[at], head[at + 1], head[at + 2], head[at + 3]]);
    if number(0) != MAGIC {
        return None;
    }
    let group = rest.get(..usize::try_from(number(4)).ok()?)?;
    let position = u64::from(number(8)) | u64::from(number(12)) << 32;
    (checksum(position, group) == number(16)).then_some((position, group))
}

/// Looks for a whole frame of a later group than `last`, anywhere.
fn any_frame_behind(bytes: &[u8], last: Position) -> Option<Position> {
    let magic = MAGIC.to_le_bytes();
    let mut from = 0;
    while let Some(at) = bytes[from..].windows(4).position(|window| window == magic) {
        if let Some((position, _)) = frame(&bytes[from + at..])
            && position > last
        {
            return Some(position);
        }
        from += at + 1;
    }
    None
}
