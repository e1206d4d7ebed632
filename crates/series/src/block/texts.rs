//! Texts of a block: those that repeat are written once.

use std::collections::HashMap;
use std::sync::Arc;

use crate::bytes::{Malformed, Reader, put_varint};
use crate::slot::{Column, Slot};

/// Writes the texts of slots: the distinct ones, then runs of which one.
pub fn encode<'a>(column: &Column, slots: impl Iterator<Item = &'a Slot>, bytes: &mut Vec<u8>) {
    let mut places: HashMap<&str, u64> = HashMap::new();
    let mut distinct: Vec<&str> = Vec::new();
    let mut order: Vec<u64> = Vec::new();
    for slot in slots {
        let text =
            usize::try_from(slot.bits).ok().and_then(|at| column.texts.get(at)).map_or("", |text| &**text);
        let place = *places.entry(text).or_insert_with(|| {
            distinct.push(text);
            distinct.len() as u64 - 1
        });
        order.push(place);
    }
    put_varint(bytes, distinct.len() as u64);
    for text in distinct {
        put_varint(bytes, text.len() as u64);
        bytes.extend_from_slice(text.as_bytes());
    }
    let runs = || order.chunk_by(|one, other| one == other);
    put_varint(bytes, runs().count() as u64);
    for run in runs() {
        put_varint(bytes, run[0]);
        put_varint(bytes, run.len() as u64);
    }
}

/// Reads `n` texts.
pub fn decode(reader: &mut Reader<'_>, n: usize) -> Result<Vec<Arc<str>>, Malformed> {
    let distinct = reader.count()?;
    let mut texts: Vec<Arc<str>> = Vec::with_capacity(distinct.min(n));
    for _ in 0..distinct {
        let length = reader.count()?;
        let text = std::str::from_utf8(reader.take(length)?).map_err(|_| Malformed("a text is not UTF-8"))?;
        texts.push(Arc::from(text));
    }
    let runs = reader.count()?;
    let mut order = Vec::with_capacity(n);
    for _ in 0..runs {
        let place = usize::try_from(reader.varint()?).unwrap_or(usize::MAX);
        let length = usize::try_from(reader.varint()?).unwrap_or(usize::MAX);
        let text = texts.get(place).ok_or(Malformed("a text is missing"))?;
        if length > n - order.len() {
            return Err(Malformed("there are more texts than points"));
        }
        order.extend(std::iter::repeat_n(text.clone(), length));
    }
    if order.len() == n { Ok(order) } else { Err(Malformed("there are fewer texts than points")) }
}
