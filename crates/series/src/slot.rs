//! Points as the engine holds them: 24 bytes each, sorted, with texts beside them.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::point::{Kind, NullType, Point, Quality, Value};

/// Bits of a tag that say the quality.
const QUALITY: u8 = 0b11;
/// Bit of a tag: there is explicitly no value.
const NULL: u8 = 0b100;
/// Bit of a tag: the point was taken away.
const REMOVED: u8 = 0b1000;

/// Bit of a tag: of the points of one instant, this one was written last.
const LAST: u8 = 0b1_0000;

/// Quality and presence of a value, in one byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag(u8);

/// One point; what `bits` mean depends on the kind of the series and the tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// Nanoseconds since 1970, UTC.
    pub timestamp: i64,
    /// The bits of a double, an integer, a truth value, the place of a text, or the code of a null type.
    pub bits: u64,
    /// Quality, and whether there is a value.
    pub tag: Tag,
}

impl Tag {
    /// A tag that says quality and a value.
    pub fn value(quality: Quality) -> Self {
        Self(quality.code())
    }

    /// Reads a stored tag.
    pub fn from_code(code: u8) -> Option<Self> {
        let legal = Quality::from_code(code & QUALITY).is_some();
        let state = code & !(QUALITY | LAST);
        (legal && matches!(state, 0 | NULL | REMOVED)).then_some(Self(code))
    }

    /// Answers the stored form.
    pub fn code(self) -> u8 {
        self.0
    }

    /// Answers the quality.
    pub fn quality(self) -> Quality {
        Quality::from_code(self.0 & QUALITY).expect("a tag is made with a quality")
    }

    /// Says whether the slot has a value of the series' kind.
    pub fn has_value(self) -> bool {
        self.0 & (NULL | REMOVED) == 0
    }

    /// Says whether the point was written after the others of its instant.
    pub fn is_last(self) -> bool {
        self.0 & LAST != 0
    }

    /// Says that the point was, or was not, written after the others of its instant.
    pub fn mark_last(&mut self, last: bool) {
        self.0 = if last { self.0 | LAST } else { self.0 & !LAST };
    }

    /// Says whether the value is explicitly none.
    pub fn is_null(self) -> bool {
        self.0 & NULL != 0
    }

    /// Says whether the point was taken away.
    pub fn is_removed(self) -> bool {
        self.0 & REMOVED != 0
    }
}

impl Slot {
    /// Answers what orders slots and makes two of them the same point.
    pub fn identity(&self) -> (i64, u8) {
        (self.timestamp, self.tag.0 & QUALITY)
    }
}

/// Points of one series in order, without two of the same identity.
#[derive(Clone, Debug)]
pub struct Column {
    /// What the values are.
    pub kind: Kind,
    /// The points.
    pub slots: Vec<Slot>,
    /// The texts that slots of kind String point at.
    pub texts: Vec<Arc<str>>,
}

impl Column {
    /// Makes a column without points.
    pub fn new(kind: Kind) -> Self {
        Self { kind, slots: Vec::new(), texts: Vec::new() }
    }

    /// Turns a point into a slot; a text is kept in the column.
    pub fn slot(&mut self, point: &Point) -> Slot {
        let quality = point.quality.code();
        let (bits, tag) = match &point.value {
            Value::Double(number) => (number.to_bits(), quality),
            Value::Integer(number) => (u64::from(number.cast_unsigned()), quality),
            Value::Boolean(truth) => (u64::from(*truth), quality),
            Value::String(text) => {
                self.texts.push(text.clone());
                (self.texts.len() as u64 - 1, quality)
            }
            Value::Null(null) => (u64::from(null.code()), quality | NULL),
            Value::Removed => (0, quality | REMOVED),
        };
        Slot { timestamp: point.timestamp, bits, tag: Tag(tag) }
    }

    /// Turns a slot of this column back into a point.
    pub fn point(&self, slot: &Slot) -> Point {
        let value = if slot.tag.is_removed() {
            Value::Removed
        } else if slot.tag.is_null() {
            let code = u8::try_from(slot.bits).ok();
            Value::Null(code.and_then(NullType::from_code).unwrap_or(NullType::Unknown))
        } else {
            self.value(slot.bits)
        };
        Point { timestamp: slot.timestamp, quality: slot.tag.quality(), value }
    }

    #[expect(clippy::cast_possible_truncation, reason = "bits of an integer are the 32 that were put in")]
    fn value(&self, bits: u64) -> Value {
        match self.kind {
            Kind::Double => Value::Double(f64::from_bits(bits)),
            Kind::Integer => Value::Integer((bits as u32).cast_signed()),
            Kind::Boolean => Value::Boolean(bits != 0),
            Kind::String => {
                let text = usize::try_from(bits).ok().and_then(|at| self.texts.get(at));
                Value::String(text.cloned().unwrap_or_else(|| Arc::from("")))
            }
        }
    }

    /// Answers the number that a slot holds, if it holds one.
    #[expect(clippy::cast_possible_truncation, reason = "bits of an integer are the 32 that were put in")]
    pub fn number(&self, slot: &Slot) -> Option<f64> {
        if !slot.tag.has_value() {
            return None;
        }
        match self.kind {
            Kind::Double => Some(f64::from_bits(slot.bits)).filter(|number| !number.is_nan()),
            Kind::Integer => Some(f64::from((slot.bits as u32).cast_signed())),
            Kind::Boolean | Kind::String => None,
        }
    }

    /// Puts slots behind the others; they must be later than all that are there.
    pub fn extend(&mut self, other: &Column, slots: &[Slot]) {
        for slot in slots {
            let mut slot = *slot;
            if self.kind == Kind::String && slot.tag.has_value() {
                let text = usize::try_from(slot.bits).ok().and_then(|at| other.texts.get(at));
                self.texts.push(text.cloned().unwrap_or_else(|| Arc::from("")));
                slot.bits = self.texts.len() as u64 - 1;
            }
            self.slots.push(slot);
        }
    }

    /// Answers the place of the first slot at or behind an identity.
    pub fn position(&self, identity: (i64, u8)) -> usize {
        self.slots.partition_point(|slot| slot.identity() < identity)
    }
}

/// Merges sorted slots of two generations of a series into `into`; of equal identities the newer one stays.
pub fn merge(into: &mut Column, older: &Column, newer: &Column) {
    let (mut old, mut new) = (older.slots.as_slice(), newer.slots.as_slice());
    while let (Some(one), Some(other)) = (old.first(), new.first()) {
        match one.timestamp.cmp(&other.timestamp) {
            Ordering::Less => {
                // Runs of one side are copied at once: overlaps are rare and short.
                let end = old.partition_point(|slot| slot.timestamp < other.timestamp);
                into.extend(older, &old[..end]);
                old = &old[end..];
            }
            Ordering::Greater => {
                let end = new.partition_point(|slot| slot.timestamp < one.timestamp);
                into.extend(newer, &new[..end]);
                new = &new[end..];
            }
            Ordering::Equal => {
                let instant = one.timestamp;
                let (before, rest) = old.split_at(old.partition_point(|slot| slot.timestamp <= instant));
                let (after, others) = new.split_at(new.partition_point(|slot| slot.timestamp <= instant));
                (old, new) = (rest, others);
                merge_instant(into, (older, before), (newer, after));
            }
        }
    }
    into.extend(older, old);
    into.extend(newer, new);
}

/// Merges the points of one instant: up to one of each quality, of which the newer side has the one written last.
fn merge_instant(into: &mut Column, (older, before): (&Column, &[Slot]), (newer, after): (&Column, &[Slot])) {
    let begin = into.slots.len();
    let last = last_written(after).map(Slot::identity);
    for quality in Quality::ALL {
        let of = |slots: &[Slot]| slots.iter().find(|slot| slot.tag.quality() == quality).copied();
        match (of(before), of(after)) {
            (_, Some(slot)) => into.extend(newer, &[slot]),
            (Some(slot), None) => into.extend(older, &[slot]),
            (None, None) => {}
        }
    }
    let several = into.slots.len() - begin > 1;
    for slot in &mut into.slots[begin..] {
        let is_last = several && Some(slot.identity()) == last;
        slot.tag.mark_last(is_last);
    }
}

/// Answers where the instant begins in which the slot at a place lies: nothing may be cut inside of one.
pub fn instant_begin(slots: &[Slot], place: usize) -> usize {
    let mut begin = place;
    while begin > 0 && slots[begin - 1].timestamp == slots[place].timestamp {
        begin -= 1;
    }
    begin
}

/// Answers which of the points of one instant was written last.
pub fn last_written(instant: &[Slot]) -> Option<&Slot> {
    instant.iter().find(|slot| slot.tag.is_last()).or(instant.first())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(kind: Kind, points: &[(i64, Quality, Value)]) -> Column {
        let mut column = Column::new(kind);
        for (timestamp, quality, value) in points {
            let point = Point { timestamp: *timestamp, quality: *quality, value: value.clone() };
            let slot = column.slot(&point);
            column.slots.push(slot);
        }
        column
    }

    #[test]
    fn points_come_back_from_slots() {
        use Quality::{Bad, Good, Uncertain};
        let text = || Value::String(Arc::from("läuft"));
        for (kind, value) in [
            (Kind::Double, Value::Double(f64::NAN)),
            (Kind::Integer, Value::Integer(-7)),
            (Kind::Boolean, Value::Boolean(true)),
            (Kind::String, text()),
            (Kind::Double, Value::Null(NullType::Integer)),
            (Kind::Double, Value::Removed),
        ] {
            for quality in [Good, Uncertain, Bad] {
                let column = column(kind, &[(5, quality, value.clone())]);
                let point = column.point(&column.slots[0]);
                assert_eq!(point, Point { timestamp: 5, quality, value: value.clone() });
            }
        }
    }

    #[test]
    fn the_newer_of_two_equal_points_stays() {
        use Quality::{Bad, Good};
        let text = |text: &str| Value::String(Arc::from(text));
        let older = column(Kind::String, &[(1, Good, text("a")), (2, Good, text("b")), (4, Good, text("d"))]);
        let newer =
            column(Kind::String, &[(2, Good, text("B")), (2, Bad, text("bad")), (3, Good, text("c"))]);
        let mut merged = Column::new(Kind::String);
        merge(&mut merged, &older, &newer);
        let texts: Vec<_> = merged.slots.iter().map(|slot| merged.point(slot).value).collect();
        assert_eq!(texts, [text("a"), text("B"), text("bad"), text("c"), text("d")]);
    }
}
