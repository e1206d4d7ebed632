//! Reads a segment: the first key of every page stays in memory, everything else is read when it is asked for.

use std::sync::Arc;

use super::Description;
use super::index::{ENTRY_BYTES, Entry, PAGE_ENTRIES, decode_page, page_bytes};
use super::writer::{FOOTER_BYTES, MAGIC};
use crate::block::{self, Head};
use crate::bytes::{Malformed, Reader};
use crate::disk::File;
use crate::error::Error;
use crate::point::SeriesKey;
use crate::slot::Column;

/// A segment that is open for reading.
pub struct Segment {
    /// What the manifest says of it.
    pub description: Description,
    file: Arc<dyn File>,
    /// Where the index begins.
    index: u64,
    entries: usize,
    /// Key and first timestamp of each page's first entry.
    fences: Vec<(SeriesKey, i64)>,
    last_key: SeriesKey,
}

impl Segment {
    /// Opens a segment and checks its footer and all of its index.
    pub fn open(description: Description, file: Arc<dyn File>) -> Result<Self, Error> {
        let place = description.name();
        let malformed = |malformed: Malformed| Error::malformed(&place, &malformed);
        let length = file.len()?;
        if length != description.bytes {
            let what = format!("it has {length} bytes instead of {}", description.bytes);
            return Err(Error::damaged(place, what));
        }
        let (index, entries) = footer(&*file, length).map_err(|error| match error {
            Ok(bad) => malformed(bad),
            Err(error) => error,
        })?;
        let mut segment =
            Self { file, index, entries, fences: Vec::new(), last_key: SeriesKey(0), description };
        for page in 0..entries.div_ceil(PAGE_ENTRIES) {
            let entries = segment.page(page)?;
            let (Some(first), Some(last)) = (entries.first(), entries.last()) else { continue };
            segment.fences.push((first.key, first.first));
            segment.last_key = last.key;
        }
        Ok(segment)
    }

    /// Reads one page of the index.
    pub fn page(&self, page: usize) -> Result<Vec<Entry>, Error> {
        let first = page * PAGE_ENTRIES;
        let entries = PAGE_ENTRIES.min(self.entries.saturating_sub(first));
        let mut bytes = vec![0; page_bytes(entries)];
        let before = page * page_bytes(PAGE_ENTRIES);
        self.file.read_at(self.index + before as u64, &mut bytes)?;
        debug_assert_eq!(bytes.len(), entries * ENTRY_BYTES + 4);
        decode_page(&bytes).map_err(|bad| self.malformed(&bad))
    }

    /// Answers how many pages the index has.
    pub fn pages(&self) -> usize {
        self.fences.len()
    }

    /// Lists the blocks of a series that may hold points from `first` to `last`, in their order.
    pub fn blocks(&self, key: SeriesKey, first: i64, last: i64) -> Result<Vec<Entry>, Error> {
        let outside = key > self.last_key
            || self.fences.first().is_none_or(|(least, _)| key < *least)
            || last < self.description.first
            || first > self.description.last;
        if outside {
            return Ok(Vec::new());
        }
        // The page before the first that begins behind the wanted place may hold its beginning.
        let mut page = self.fences.partition_point(|fence| *fence < (key, first)).saturating_sub(1);
        let mut found = Vec::new();
        while self.fences.get(page).is_some_and(|fence| *fence <= (key, last)) {
            for entry in self.page(page)? {
                if entry.key == key && entry.first <= last && entry.last >= first {
                    found.push(entry);
                }
            }
            page += 1;
        }
        Ok(found)
    }

    /// Reads a block.
    pub fn read(&self, entry: &Entry) -> Result<Column, Error> {
        let mut bytes = vec![0; usize::try_from(entry.length).unwrap_or_default()];
        self.file.read_at(entry.offset, &mut bytes)?;
        let column = block::decode(&bytes).map_err(|bad| self.malformed(&bad))?;
        if column.kind != entry.kind || column.slots.len() != usize::from(entry.count) {
            return Err(self.malformed(&Malformed("a block and its entry in the index differ")));
        }
        Ok(column)
    }

    /// Reads what stands in front of a block, without its points.
    pub fn head(&self, entry: &Entry) -> Result<Head, Error> {
        let length = block::HEAD_BYTES_MAX.min(usize::try_from(entry.length).unwrap_or_default());
        let mut bytes = vec![0; length];
        self.file.read_at(entry.offset, &mut bytes)?;
        block::head(&bytes).map_err(|bad| self.malformed(&bad))
    }

    /// Reads everything and compares it with the checksum that the manifest has.
    pub fn verify(&self) -> Result<(), Error> {
        let bytes = crate::disk::read(&*self.file)?;
        if crc32c::crc32c(&bytes) == self.description.crc {
            return Ok(());
        }
        Err(self.malformed(&Malformed("its checksum does not hold")))
    }

    fn malformed(&self, malformed: &Malformed) -> Error {
        Error::malformed(&self.description.name(), malformed)
    }
}

/// Reads offset and number of the index's entries.
fn footer(file: &dyn File, length: u64) -> Result<(u64, usize), Result<Malformed, Error>> {
    let begin = length.checked_sub(FOOTER_BYTES as u64).ok_or(Ok(Malformed("it is too short")))?;
    let mut bytes = [0; FOOTER_BYTES];
    file.read_at(begin, &mut bytes).map_err(|error| Err(error.into()))?;
    let mut magic = [0; MAGIC.len()];
    file.read_at(0, &mut magic).map_err(|error| Err(error.into()))?;
    let mut reader = Reader::new(&bytes);
    let mut read = || -> Result<(u64, u64), Malformed> {
        let (index, entries, _points) = (reader.u64()?, reader.u64()?, reader.u64()?);
        let crc = reader.u32()?;
        if magic != *MAGIC || reader.array()? != *MAGIC {
            return Err(Malformed("it is no segment of a layout that is known here"));
        }
        if crc32c::crc32c(&bytes[..24]) != crc {
            return Err(Malformed("the checksum of its footer does not hold"));
        }
        Ok((index, entries))
    };
    let (index, entries) = read().map_err(Ok)?;
    let entries = usize::try_from(entries).map_err(|_| Ok(Malformed("its index is too large")))?;
    let pages = entries.div_ceil(PAGE_ENTRIES);
    let size = entries.checked_mul(ENTRY_BYTES).and_then(|size| size.checked_add(pages * 4));
    if size.is_none_or(|size| index.checked_add(size as u64) != Some(begin)) {
        return Err(Ok(Malformed("its index is not where it should be")));
    }
    Ok((index, entries))
}
