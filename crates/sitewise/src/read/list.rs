//! Lists of an answer, written item by item straight into the text that goes out.

use std::fmt::Write as _;

use model::ToJson;
use series::{NullType, Point, Quality, Value};

/// Nanoseconds of a second.
pub const SECOND: i64 = 1_000_000_000;

/// A list in an answer.
#[derive(Debug, Default)]
pub struct List {
    text: String,
}

/// What still fits on a page.
#[derive(Debug)]
pub struct Room {
    items: usize,
    bytes: usize,
    is_new: bool,
}

impl Room {
    /// Begins a page of at most `items` items, and `bytes` bytes of text unless a single item is longer.
    pub fn new(items: usize, bytes: usize) -> Self {
        Self { items, bytes, is_new: true }
    }

    /// Says whether no item fits any more.
    pub fn is_full(&self) -> bool {
        self.items == 0
    }
}

impl List {
    /// Says whether no item was written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }

    /// Writes one more item if the page has room for it, and says whether it had.
    pub fn push(&mut self, room: &mut Room, write: impl FnOnce(&mut String)) -> bool {
        if room.items == 0 {
            return false;
        }
        let before = self.text.len();
        if before > 0 {
            self.text.push(',');
        }
        write(&mut self.text);
        let taken = self.text.len() - before;
        if taken > room.bytes && !room.is_new {
            self.text.truncate(before);
            room.items = 0;
            return false;
        }
        room.items -= 1;
        room.bytes = room.bytes.saturating_sub(taken);
        room.is_new = false;
        true
    }
}

impl ToJson for List {
    fn to_json(&self, out: &mut String) {
        out.push('[');
        out.push_str(&self.text);
        out.push(']');
    }
}

/// Writes a point as `AssetPropertyValue`; the offset is written also where it is zero.
pub fn property_value(point: &Point, out: &mut String) {
    out.push_str("{\"value\":");
    value(&point.value, out);
    out.push_str(",\"timestamp\":");
    instant(point.timestamp, out);
    out.push_str(",\"quality\":\"");
    out.push_str(quality_name(point.quality));
    out.push_str("\"}");
}

/// Writes what stands at an instant as `InterpolatedAssetPropertyValue`.
pub fn interpolated_value((timestamp, at): &(i64, Value), out: &mut String) {
    out.push_str("{\"timestamp\":");
    instant(*timestamp, out);
    out.push_str(",\"value\":");
    value(at, out);
    out.push('}');
}

/// Names a quality.
pub fn quality_name(quality: Quality) -> &'static str {
    match quality {
        Quality::Good => "GOOD",
        Quality::Uncertain => "UNCERTAIN",
        Quality::Bad => "BAD",
    }
}

/// Writes a value as `Variant`: only the member that is set.
fn value(value: &Value, out: &mut String) {
    match value {
        Value::Double(number) => {
            out.push_str("{\"doubleValue\":");
            number.to_json(out);
        }
        Value::Integer(number) => write(out, format_args!("{{\"integerValue\":{number}")),
        Value::Boolean(truth) => write(out, format_args!("{{\"booleanValue\":{truth}")),
        Value::String(text) => {
            out.push_str("{\"stringValue\":");
            model::json::string(text, out);
        }
        Value::Null(null) => {
            let name = null_name(*null);
            write(out, format_args!("{{\"nullValue\":{{\"valueType\":\"{name}\"}}"));
        }
        // Readers of the engine never see these.
        Value::Removed => out.push('{'),
    }
    out.push('}');
}

fn null_name(null: NullType) -> &'static str {
    match null {
        NullType::Double => "D",
        NullType::Boolean => "B",
        NullType::String => "S",
        NullType::Integer => "I",
        NullType::Unknown => "U",
    }
}

fn instant(timestamp: i64, out: &mut String) {
    let (seconds, nanos) = (timestamp.div_euclid(SECOND), timestamp.rem_euclid(SECOND));
    write(out, format_args!("{{\"timeInSeconds\":{seconds},\"offsetInNanos\":{nanos}}}"));
}

fn write(out: &mut String, text: std::fmt::Arguments<'_>) {
    out.write_fmt(text).expect("a String takes every write");
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    fn written(value: Value, timestamp: i64, quality: Quality) -> String {
        let mut out = String::new();
        property_value(&Point { timestamp, quality, value }, &mut out);
        let parsed: serde_json::Value = serde_json::from_str(&out).expect("it is JSON");
        assert!(parsed["timestamp"]["offsetInNanos"].is_u64(), "{out}");
        out
    }

    #[test]
    fn a_value_is_written_with_the_one_member_that_is_set() {
        for (value, expected) in [
            (Value::Double(1.5), r#"{"doubleValue":1.5}"#),
            (Value::Double(f64::NAN), r#"{"doubleValue":"NaN"}"#),
            (Value::Integer(-7), r#"{"integerValue":-7}"#),
            (Value::Boolean(false), r#"{"booleanValue":false}"#),
            (Value::String(Arc::from("a\"b")), r#"{"stringValue":"a\"b"}"#),
            (Value::Null(NullType::Unknown), r#"{"nullValue":{"valueType":"U"}}"#),
        ] {
            let expected = format!(
                r#"{{"value":{expected},"timestamp":{{"timeInSeconds":1,"offsetInNanos":5}},"quality":"UNCERTAIN"}}"#
            );
            assert_eq!(written(value, SECOND + 5, Quality::Uncertain), expected);
        }
        let early = written(Value::Integer(1), -1, Quality::Good);
        assert!(early.contains(r#"{"timeInSeconds":-1,"offsetInNanos":999999999}"#), "{early}");
    }

    #[test]
    fn a_page_ends_at_its_items_or_its_bytes_and_has_at_least_one_item() {
        let ten = |out: &mut String| out.push_str("1234567890");
        let mut room = Room::new(2, 1000);
        let mut list = List::default();
        assert!(list.push(&mut room, ten) && list.push(&mut room, ten) && !list.push(&mut room, ten));
        let mut room = Room::new(100, 25);
        let mut list = List::default();
        assert!(list.push(&mut room, ten) && list.push(&mut room, ten) && !list.push(&mut room, ten));
        assert!(room.is_full(), "what comes next may be shorter, but stands behind what did not fit");
        let mut out = String::new();
        list.to_json(&mut out);
        assert_eq!(out, "[1234567890,1234567890]");
        let mut room = Room::new(100, 5);
        let mut list = List::default();
        assert!(list.push(&mut room, ten) && !list.push(&mut room, ten));
    }
}
