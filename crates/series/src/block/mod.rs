//! Blocks: up to a few thousand points of one series, compressed, with what aggregates need in front.

mod numbers;
mod texts;
mod times;

use crate::bytes::{Malformed, Reader, put_varint};
use crate::point::{Kind, NullType, Quality};
use crate::slot::{Column, Slot, Tag};

pub use crate::moments::Moments;

/// Layout of a block; a later one takes the next number and reads this one too.
const LAYOUT: u8 = 1;

/// Points of one block at most; what claims more was not written here.
pub const POINTS_MAX: usize = 4_096;

/// Bytes that are enough to read [`Head`] from.
pub const HEAD_BYTES_MAX: usize = 128;

const CRC_BYTES: usize = 4;

/// What stands in front of a block.
#[derive(Clone, Debug, PartialEq)]
pub struct Head {
    /// What the values are.
    pub kind: Kind,
    /// How many points there are.
    pub count: usize,
    /// The moments of all points, if they share one quality and none of them takes another one away.
    pub moments: Option<(Quality, Moments)>,
}

/// Writes sorted points as a block behind `bytes`.
pub fn encode(column: &Column, slots: &[Slot], bytes: &mut Vec<u8>) {
    debug_assert!(!slots.is_empty() && slots.len() <= POINTS_MAX, "a block has 1 to {POINTS_MAX} points");
    let start = bytes.len();
    bytes.push(LAYOUT);
    bytes.push(column.kind.code());
    put_varint(bytes, slots.len() as u64);
    match moments(column, slots) {
        None => bytes.push(0),
        Some((quality, moments)) => {
            bytes.push(1 + quality.code());
            moments.encode(bytes);
        }
    }
    let crc = crc32c::crc32c(&bytes[start..]);
    bytes.extend_from_slice(&crc.to_le_bytes());
    times::encode(slots, bytes);
    encode_tags(slots, bytes);
    let values = || slots.iter().filter(|slot| slot.tag.has_value());
    match column.kind {
        Kind::Double => {
            numbers::encode_doubles(values().map(|slot| f64::from_bits(slot.bits)).collect(), bytes);
        }
        Kind::Integer => numbers::encode_integers(values().map(|slot| integer(slot.bits)).collect(), bytes),
        Kind::Boolean => encode_truths(values().map(|slot| slot.bits != 0), bytes),
        Kind::String => texts::encode(column, values(), bytes),
    }
    for slot in slots.iter().filter(|slot| slot.tag.is_null()) {
        bytes.push(slot.bits.to_le_bytes()[0]);
    }
    let crc = crc32c::crc32c(&bytes[start..]);
    bytes.extend_from_slice(&crc.to_le_bytes());
}

#[expect(clippy::cast_possible_truncation, reason = "bits of an integer are the 32 that were put in")]
fn integer(bits: u64) -> i32 {
    (bits as u32).cast_signed()
}

/// Reads what stands in front of a block; it has a checksum of its own.
pub fn head(bytes: &[u8]) -> Result<Head, Malformed> {
    read_head(&mut Reader::new(bytes))
}

fn read_head(reader: &mut Reader<'_>) -> Result<Head, Malformed> {
    let bytes = reader.rest();
    if reader.u8()? != LAYOUT {
        return Err(Malformed("the layout of a block is unknown"));
    }
    let kind = Kind::from_code(reader.u8()?).ok_or(Malformed("the kind of a block is unknown"))?;
    let count = usize::try_from(reader.varint()?).unwrap_or(usize::MAX);
    if count == 0 || count > POINTS_MAX {
        return Err(Malformed("a block has an illegal number of points"));
    }
    let moments = match reader.u8()? {
        0 => None,
        code => {
            let quality =
                Quality::from_code(code - 1).ok_or(Malformed("the quality of a block is unknown"))?;
            Some((quality, Moments::decode(reader)?))
        }
    };
    let length = bytes.len() - reader.rest().len();
    if crc32c::crc32c(&bytes[..length]) != reader.u32()? {
        return Err(Malformed("the checksum in front of a block does not hold"));
    }
    Ok(Head { kind, count, moments })
}

/// Reads a block that [`encode`] wrote; anything else is refused, whatever it is.
pub fn decode(bytes: &[u8]) -> Result<Column, Malformed> {
    let (body, crc) = bytes.split_last_chunk::<CRC_BYTES>().ok_or(Malformed("a block is too short"))?;
    if crc32c::crc32c(body) != u32::from_le_bytes(*crc) {
        return Err(Malformed("the checksum of a block does not hold"));
    }
    let mut reader = Reader::new(body);
    let head = read_head(&mut reader)?;
    let times = times::decode(&mut reader, head.count)?;
    let tags = decode_tags(&mut reader, head.count)?;
    let n = tags.iter().filter(|tag| tag.has_value()).count();
    let mut column = Column::new(head.kind);
    let values: Vec<u64> = match head.kind {
        Kind::Double => numbers::decode_doubles(&mut reader, n)?.into_iter().map(f64::to_bits).collect(),
        Kind::Integer => {
            let numbers = numbers::decode_integers(&mut reader, n)?;
            numbers.into_iter().map(|number| u64::from(number.cast_unsigned())).collect()
        }
        Kind::Boolean => decode_truths(&mut reader, n)?,
        Kind::String => {
            column.texts = texts::decode(&mut reader, n)?;
            (0..n as u64).collect()
        }
    };
    let mut values = values.into_iter();
    column.slots.reserve_exact(head.count);
    let mut before = None;
    for (timestamp, tag) in times.into_iter().zip(tags) {
        let bits = match tag {
            tag if tag.has_value() => values.next().ok_or(Malformed("a block has too few values"))?,
            tag if tag.is_null() => u64::from(null(reader.u8()?)?),
            _ => 0,
        };
        let slot = Slot { timestamp, bits, tag };
        if before.is_some_and(|before| before >= slot.identity()) {
            return Err(Malformed("the points of a block are not in order"));
        }
        before = Some(slot.identity());
        column.slots.push(slot);
    }
    reader.end()?;
    Ok(column)
}

fn null(code: u8) -> Result<u8, Malformed> {
    NullType::from_code(code).map(NullType::code).ok_or(Malformed("a null has an unknown type"))
}

fn moments(column: &Column, slots: &[Slot]) -> Option<(Quality, Moments)> {
    let quality = slots.first()?.tag.quality();
    let mut moments = Moments::default();
    for slot in slots {
        if slot.tag.is_removed() || slot.tag.quality() != quality {
            return None;
        }
        moments.add(column.number(slot));
    }
    Some((quality, moments))
}

/// Writes tags as runs: one run of GOOD values takes three bytes for the whole block.
fn encode_tags(slots: &[Slot], bytes: &mut Vec<u8>) {
    let runs = || slots.chunk_by(|one, other| one.tag == other.tag);
    put_varint(bytes, runs().count() as u64);
    for run in runs() {
        bytes.push(run[0].tag.code());
        put_varint(bytes, run.len() as u64);
    }
}

fn decode_tags(reader: &mut Reader<'_>, count: usize) -> Result<Vec<Tag>, Malformed> {
    let runs = reader.count()?;
    let mut tags = Vec::with_capacity(count);
    for _ in 0..runs {
        let tag = Tag::from_code(reader.u8()?).ok_or(Malformed("a tag is unknown"))?;
        let length = usize::try_from(reader.varint()?).unwrap_or(usize::MAX);
        if length > count - tags.len() {
            return Err(Malformed("there are more tags than points"));
        }
        tags.extend(std::iter::repeat_n(tag, length));
    }
    if tags.len() == count { Ok(tags) } else { Err(Malformed("there are fewer tags than points")) }
}

fn encode_truths(truths: impl Iterator<Item = bool>, bytes: &mut Vec<u8>) {
    let (mut byte, mut used) = (0_u8, 0);
    for truth in truths {
        byte |= u8::from(truth) << used;
        used += 1;
        if used == 8 {
            bytes.push(byte);
            (byte, used) = (0, 0);
        }
    }
    if used > 0 {
        bytes.push(byte);
    }
}

fn decode_truths(reader: &mut Reader<'_>, n: usize) -> Result<Vec<u64>, Malformed> {
    let packed = reader.take(n.div_ceil(8))?;
    Ok((0..n).map(|i| u64::from(packed[i / 8] >> (i % 8) & 1)).collect())
}

#[cfg(test)]
mod tests;
