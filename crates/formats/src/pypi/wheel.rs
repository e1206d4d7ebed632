//! What lies in a wheel: its `METADATA`, found through the directory at the archive's end, so that of a large wheel only
//! some kilobytes are read, from wherever they are.

use std::fmt;
use std::ops::Range;

use super::metadata::METADATA_BYTES_MAX;
use super::name::ProjectName;
use crate::zip::{self, Directory, Place, ZipError};

/// How many files an archive may have.
const ENTRIES_MAX: usize = 400_000;

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

impl From<ZipError> for ArchiveError {
    fn from(error: ZipError) -> Self {
        match error {
            ZipError::Broken => Self::Broken,
            ZipError::TooLarge => Self::TooLarge,
            ZipError::Packing => Self::Packing,
        }
    }
}

#[derive(Debug)]
enum State {
    Directory(zip::Reading),
    File(Place),
}

/// Looks one file up in an archive, step by step.
#[derive(Debug)]
pub struct Reading {
    project: ProjectName,
    sought: Sought,
    state: State,
    asked: Range<u64>,
}

impl Reading {
    /// Starts with an archive of `size` bytes.
    pub fn new(project: &ProjectName, sought: Sought, size: u64) -> Self {
        let reading = zip::Reading::new(size);
        let asked = reading.first();
        Self { project: project.clone(), sought, state: State::Directory(reading), asked }
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
        let range = match &mut self.state {
            State::File(place) => return Ok(Step::Done(place.unpack(bytes)?)),
            State::Directory(reading) => match reading.give(bytes)? {
                zip::Step::Need(range) => range,
                zip::Step::Done(directory) => {
                    let place = self.find(&directory)?;
                    let range = place.range.clone();
                    self.state = State::File(place);
                    range
                }
            },
        };
        self.asked = range.clone();
        Ok(Step::Need(range))
    }

    fn find(&self, directory: &Directory) -> Result<Place, ArchiveError> {
        let mut found = None;
        for (count, entry) in directory.entries().enumerate() {
            let entry = entry?;
            if count >= ENTRIES_MAX {
                return Err(ArchiveError::TooLarge);
            }
            if self.is_sought(entry.name) {
                // Two files of one name: which one counts depends on the reader.
                if found.is_some() {
                    return Err(ArchiveError::Absent);
                }
                found = Some(directory.place(&entry, METADATA_BYTES_MAX as u64)?);
            }
        }
        found.ok_or(ArchiveError::Absent)
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
        match reading.give(zip::part(archive, &range)?)? {
            Step::Need(next) => range = next,
            Step::Done(file) => return Ok(file),
        }
    }
}

#[cfg(test)]
#[path = "wheel_tests.rs"]
mod tests;
