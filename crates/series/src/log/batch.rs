//! What one request writes, as bytes of a group.

use std::sync::Arc;

use crate::bytes::{Malformed, Reader, put_signed, put_varint};
use crate::point::{Kind, NullType, Point, Quality, Run, SeriesKey, Value};

/// Layout of a batch; a later one takes the next number and reads this one too.
const LAYOUT: u8 = 1;

/// Codes of what a point holds, above the two bits of its quality.
const VALUE: u8 = 0;
const NULL: u8 = 1;
const REMOVED: u8 = 2;

/// What one request writes: durable as a whole or not at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// Points by series.
    pub runs: Vec<Run>,
    /// What the caller wants to be told again when the log is replayed: marks of work that is due, for one.
    pub note: Vec<u8>,
}

/// Appends a batch to a group.
pub fn encode(batch: &Batch, group: &mut Vec<u8>) {
    let mut bytes =
        Vec::with_capacity(16 + batch.runs.iter().map(|run| 16 + 20 * run.points.len()).sum::<usize>());
    bytes.push(LAYOUT);
    put_varint(&mut bytes, batch.note.len() as u64);
    bytes.extend_from_slice(&batch.note);
    put_varint(&mut bytes, batch.runs.len() as u64);
    for run in &batch.runs {
        bytes.extend_from_slice(&run.key.0.to_le_bytes());
        bytes.push(run.kind.code());
        put_varint(&mut bytes, run.points.len() as u64);
        let mut before = 0_i64;
        for point in &run.points {
            put_signed(&mut bytes, point.timestamp.wrapping_sub(before));
            before = point.timestamp;
            encode_value(point, &mut bytes);
        }
    }
    put_varint(group, bytes.len() as u64);
    group.extend_from_slice(&bytes);
}

fn encode_value(point: &Point, bytes: &mut Vec<u8>) {
    let state = match point.value {
        Value::Null(_) => NULL,
        Value::Removed => REMOVED,
        _ => VALUE,
    };
    bytes.push(point.quality.code() | state << 2);
    match &point.value {
        Value::Double(number) => bytes.extend_from_slice(&number.to_le_bytes()),
        Value::Integer(number) => put_signed(bytes, i64::from(*number)),
        Value::Boolean(truth) => bytes.push(u8::from(*truth)),
        Value::String(text) => {
            put_varint(bytes, text.len() as u64);
            bytes.extend_from_slice(text.as_bytes());
        }
        Value::Null(null) => bytes.push(null.code()),
        Value::Removed => {}
    }
}

/// Reads the batches of a group.
pub fn decode(group: &[u8], each: &mut dyn FnMut(Batch)) -> Result<(), Malformed> {
    let mut reader = Reader::new(group);
    while !reader.rest().is_empty() {
        let length = reader.count()?;
        each(decode_batch(reader.take(length)?)?);
    }
    Ok(())
}

fn decode_batch(bytes: &[u8]) -> Result<Batch, Malformed> {
    let mut reader = Reader::new(bytes);
    if reader.u8()? != LAYOUT {
        return Err(Malformed("the layout of a batch is unknown"));
    }
    let length = reader.count()?;
    let note = reader.take(length)?.to_vec();
    let count = reader.count()?;
    let mut runs = Vec::with_capacity(count.min(64));
    for _ in 0..count {
        let key = SeriesKey(reader.u64()?);
        let kind = Kind::from_code(reader.u8()?).ok_or(Malformed("the kind of a run is unknown"))?;
        let count = reader.count()?;
        let mut points = Vec::with_capacity(count.min(4_096));
        let mut timestamp = 0_i64;
        for _ in 0..count {
            timestamp = timestamp.wrapping_add(reader.signed()?);
            points.push(decode_point(&mut reader, kind, timestamp)?);
        }
        runs.push(Run { key, kind, points });
    }
    reader.end()?;
    Ok(Batch { runs, note })
}

fn decode_point(reader: &mut Reader<'_>, kind: Kind, timestamp: i64) -> Result<Point, Malformed> {
    let code = reader.u8()?;
    let quality = Quality::from_code(code & 3).ok_or(Malformed("a quality is unknown"))?;
    let value = match code >> 2 {
        VALUE => decode_value(reader, kind)?,
        NULL => {
            Value::Null(NullType::from_code(reader.u8()?).ok_or(Malformed("a null has an unknown type"))?)
        }
        REMOVED => Value::Removed,
        _ => return Err(Malformed("the state of a point is unknown")),
    };
    Ok(Point { timestamp, quality, value })
}

fn decode_value(reader: &mut Reader<'_>, kind: Kind) -> Result<Value, Malformed> {
    Ok(match kind {
        Kind::Double => Value::Double(reader.f64()?),
        Kind::Integer => Value::Integer(
            i32::try_from(reader.signed()?).map_err(|_| Malformed("an integer is out of range"))?,
        ),
        Kind::Boolean => Value::Boolean(reader.u8()? != 0),
        Kind::String => {
            let length = reader.count()?;
            let text =
                std::str::from_utf8(reader.take(length)?).map_err(|_| Malformed("a text is not UTF-8"))?;
            Value::String(Arc::from(text))
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_read_back_in_order() {
        let point = |timestamp, quality, value| Point { timestamp, quality, value };
        let batches = [
            Batch {
                runs: vec![
                    Run {
                        key: SeriesKey(7),
                        kind: Kind::Double,
                        points: vec![
                            point(i64::MAX, Quality::Good, Value::Double(f64::NAN)),
                            point(i64::MIN, Quality::Bad, Value::Null(NullType::Double)),
                            point(5, Quality::Good, Value::Removed),
                        ],
                    },
                    Run {
                        key: SeriesKey(u64::MAX),
                        kind: Kind::String,
                        points: vec![point(1, Quality::Uncertain, Value::String(Arc::from("ä")))],
                    },
                ],
                note: b"due".to_vec(),
            },
            Batch::default(),
        ];
        let mut group = Vec::new();
        for batch in &batches {
            encode(batch, &mut group);
        }
        let mut read = Vec::new();
        decode(&group, &mut |batch| read.push(batch)).unwrap();
        assert_eq!(read, batches);
        for end in 1..group.len() {
            let mut kept = 0;
            let cut = decode(&group[..end], &mut |_| kept += 1);
            assert!(cut.is_err() || kept == 1, "{end}");
        }
    }
}
