//! Writes a segment: series in order, each cut into blocks.

use super::index::{self, Entry};
use crate::block;
use crate::point::SeriesKey;
use crate::slot::{Column, Slot};

/// What every segment begins with; the last two characters are its layout.
pub const MAGIC: &[u8; 8] = b"HRSEGM01";

/// What every segment ends with: offset of the index, entries, points, checksum of these, and the magic again.
pub const FOOTER_BYTES: usize = 8 + 8 + 8 + 4 + 8;

/// Points of a block that is not the last of its series.
const BLOCK_POINTS: usize = 4_000;

/// A segment in the making.
pub struct Writer {
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    points: u64,
    first: i64,
    last: i64,
}

/// A finished segment.
pub struct Written {
    /// The object.
    pub bytes: Vec<u8>,
    /// Points in it.
    pub points: u64,
    /// Timestamp of its first point.
    pub first: i64,
    /// Timestamp of its last point.
    pub last: i64,
    /// CRC32C of the object.
    pub crc: u32,
}

impl Default for Writer {
    fn default() -> Self {
        Self { bytes: MAGIC.to_vec(), entries: Vec::new(), points: 0, first: i64::MAX, last: i64::MIN }
    }
}

impl Writer {
    /// Adds sorted points of a series; series come in the order of their keys, and the points of one in theirs.
    pub fn add(&mut self, key: SeriesKey, column: &Column, slots: &[Slot]) {
        let pieces = slots.len().div_ceil(BLOCK_POINTS).max(1);
        // Equal pieces: 4,001 points are two blocks of 2,000, not one of 4,000 and one of 1.
        let length = slots.len().div_ceil(pieces);
        let mut rest = slots;
        while !rest.is_empty() {
            let mut cut = length.min(rest.len());
            while cut < rest.len() && rest[cut].timestamp == rest[cut - 1].timestamp {
                cut += 1;
            }
            let (piece, behind) = rest.split_at(cut);
            rest = behind;
            let offset = self.bytes.len();
            block::encode(column, piece, &mut self.bytes);
            let (first, last) = (piece[0].timestamp, piece[piece.len() - 1].timestamp);
            self.first = self.first.min(first);
            self.last = self.last.max(last);
            self.points += piece.len() as u64;
            self.entries.push(Entry {
                key,
                first,
                last,
                kind: column.kind,
                offset: offset as u64,
                length: u32::try_from(self.bytes.len() - offset).expect("a block is far below 4 GiB"),
                count: u16::try_from(piece.len()).expect("a block has at most 4,096 points"),
            });
        }
    }

    /// Answers the size so far.
    pub fn len(&self) -> usize {
        self.bytes.len()
    }

    /// Says whether nothing was added.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Finishes the segment.
    pub fn finish(mut self) -> Written {
        let index = self.bytes.len() as u64;
        index::encode(&self.entries, &mut self.bytes);
        let footer = self.bytes.len();
        self.bytes.extend_from_slice(&index.to_le_bytes());
        self.bytes.extend_from_slice(&(self.entries.len() as u64).to_le_bytes());
        self.bytes.extend_from_slice(&self.points.to_le_bytes());
        let crc = crc32c::crc32c(&self.bytes[footer..]);
        self.bytes.extend_from_slice(&crc.to_le_bytes());
        self.bytes.extend_from_slice(MAGIC);
        Written {
            crc: crc32c::crc32c(&self.bytes),
            points: self.points,
            first: self.first,
            last: self.last,
            bytes: self.bytes,
        }
    }
}
