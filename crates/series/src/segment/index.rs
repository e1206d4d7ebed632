//! The index of a segment: one entry a block, in pages with a checksum each.

use crate::bytes::{Malformed, Reader};
use crate::point::{Kind, SeriesKey};

/// Entries of one page.
pub const PAGE_ENTRIES: usize = 128;

/// Bytes of one entry.
pub const ENTRY_BYTES: usize = 40;

const CRC_BYTES: usize = 4;

/// Where a block is and what it holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The series.
    pub key: SeriesKey,
    /// Timestamp of the first point.
    pub first: i64,
    /// Timestamp of the last point.
    pub last: i64,
    /// What the values are.
    pub kind: Kind,
    /// Where the block begins.
    pub offset: u64,
    /// Its length in bytes.
    pub length: u32,
    /// Its points.
    pub count: u16,
}

/// Answers the length of a page of so many entries.
pub fn page_bytes(entries: usize) -> usize {
    entries * ENTRY_BYTES + CRC_BYTES
}

/// Writes entries in pages.
pub fn encode(entries: &[Entry], bytes: &mut Vec<u8>) {
    for page in entries.chunks(PAGE_ENTRIES) {
        let start = bytes.len();
        for entry in page {
            bytes.extend_from_slice(&entry.key.0.to_le_bytes());
            bytes.extend_from_slice(&entry.first.to_le_bytes());
            bytes.extend_from_slice(&entry.last.to_le_bytes());
            bytes.extend_from_slice(&entry.offset.to_le_bytes());
            bytes.extend_from_slice(&entry.length.to_le_bytes());
            bytes.extend_from_slice(&entry.count.to_le_bytes());
            bytes.push(entry.kind.code());
            bytes.push(0);
        }
        let crc = crc32c::crc32c(&bytes[start..]);
        bytes.extend_from_slice(&crc.to_le_bytes());
    }
}

/// Reads a page.
pub fn decode_page(page: &[u8]) -> Result<Vec<Entry>, Malformed> {
    let (body, crc) =
        page.split_last_chunk::<CRC_BYTES>().ok_or(Malformed("a page of the index is too short"))?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*crc) {
        return Err(Malformed("the checksum of a page of the index does not hold"));
    }
    let mut entries = Vec::with_capacity(body.len() / ENTRY_BYTES);
    let mut reader = Reader::new(body);
    while !reader.rest().is_empty() {
        let (key, first, last) = (SeriesKey(reader.u64()?), reader.i64()?, reader.i64()?);
        let (offset, length) = (reader.u64()?, reader.u32()?);
        let count = u16::from_le_bytes(reader.array()?);
        let kind = Kind::from_code(reader.u8()?).ok_or(Malformed("the kind of a block is unknown"))?;
        reader.u8()?;
        entries.push(Entry { key, first, last, kind, offset, length, count });
    }
    Ok(entries)
}
