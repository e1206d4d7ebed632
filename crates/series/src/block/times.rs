//! Timestamps of a block: regular ones take a few bytes, whatever their number.

use super::numbers::{pack, unpack};
use crate::bytes::{Malformed, Reader, put_signed, put_varint};
use crate::slot::Slot;

/// Timestamps at equal distances: the first and the distance.
const REGULAR: u8 = 0;
/// Distances one by one.
const DISTANCES: u8 = 1;
/// Compressed, in a unit that divides them all.
const PACKED: u8 = 2;

/// Below so many timestamps the compressor's own preamble costs more than it saves.
const PACKED_MIN: usize = 24;

/// Units in nanoseconds, the coarsest first.
const UNITS: [i64; 4] = [1_000_000_000, 1_000_000, 1_000, 1];

/// Writes the timestamps of sorted slots.
pub fn encode(slots: &[Slot], bytes: &mut Vec<u8>) {
    let first = slots[0].timestamp;
    let distance = |pair: &[Slot]| pair[1].timestamp.abs_diff(pair[0].timestamp);
    let step = slots.windows(2).next().map_or(0, distance);
    if slots.windows(2).all(|pair| distance(pair) == step) {
        bytes.push(REGULAR);
        put_signed(bytes, first);
        put_varint(bytes, step);
    } else if slots.len() < PACKED_MIN {
        bytes.push(DISTANCES);
        put_signed(bytes, first);
        for pair in slots.windows(2) {
            put_varint(bytes, distance(pair));
        }
    } else {
        let unit = (0..UNITS.len()).find(|unit| slots.iter().all(|slot| slot.timestamp % UNITS[*unit] == 0));
        let unit = unit.unwrap_or(UNITS.len() - 1);
        bytes.push(PACKED);
        bytes.push(u8::try_from(unit).expect("there are four units"));
        let counts: Vec<i64> = slots.iter().map(|slot| slot.timestamp / UNITS[unit]).collect();
        pack(&counts, bytes);
    }
}

/// Reads `count` timestamps.
pub fn decode(reader: &mut Reader<'_>, count: usize) -> Result<Vec<i64>, Malformed> {
    const RANGE: Malformed = Malformed("a timestamp is out of range");
    match reader.u8()? {
        REGULAR => {
            let (mut next, step) = (Some(reader.signed()?), reader.varint()?);
            let mut times = Vec::with_capacity(count);
            for _ in 0..count {
                let time = next.ok_or(RANGE)?;
                times.push(time);
                next = time.checked_add_unsigned(step);
            }
            Ok(times)
        }
        DISTANCES => {
            let mut time = reader.signed()?;
            let mut times = Vec::with_capacity(count);
            times.push(time);
            for _ in 1..count {
                time = time.checked_add_unsigned(reader.varint()?).ok_or(RANGE)?;
                times.push(time);
            }
            Ok(times)
        }
        PACKED => {
            let unit = UNITS.get(usize::from(reader.u8()?)).ok_or(Malformed("a unit of time is unknown"))?;
            let counts: Vec<i64> = unpack(reader, count)?;
            counts.into_iter().map(|time| time.checked_mul(*unit).ok_or(RANGE)).collect()
        }
        _ => Err(Malformed("the timestamps of a block are in an unknown form")),
    }
}
