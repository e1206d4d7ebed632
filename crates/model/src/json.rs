//! JSON text of answers: objects written member by member into one string.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use base64::Engine as _;
use serde_json::Value;

use crate::{Blob, Content, Timestamp};

/// Writes a structure's members that travel in the body, and names those that travel elsewhere.
pub trait Encode {
    /// Writes the members of the body.
    fn encode(&self, out: &mut Object<'_>);

    /// Adds the members that travel in headers.
    fn headers(&self, _out: &mut Vec<(&'static str, String)>) {}

    /// Names the raw bytes that are the body.
    fn content(&self) -> Option<&Content> {
        None
    }
}

impl Encode for () {
    fn encode(&self, _out: &mut Object<'_>) {}
}

impl<T: Encode> Encode for Box<T> {
    fn encode(&self, out: &mut Object<'_>) {
        (**self).encode(out);
    }
}

/// Writes a structure as a JSON text.
pub fn to_string(structure: &dyn Encode) -> String {
    let mut out = String::with_capacity(1024);
    object(structure, &mut out);
    out
}

fn object(structure: &dyn Encode, out: &mut String) {
    out.push('{');
    structure.encode(&mut Object { out, empty: true });
    out.push('}');
}

/// A JSON object that is being written.
#[derive(Debug)]
pub struct Object<'a> {
    out: &'a mut String,
    empty: bool,
}

impl Object<'_> {
    /// Writes a member; one that is absent leaves nothing behind.
    pub fn field(&mut self, name: &str, value: &(impl ToJson + ?Sized)) {
        if value.is_present() {
            self.key(name);
            value.to_json(self.out);
        }
    }

    fn key(&mut self, name: &str) {
        if !std::mem::replace(&mut self.empty, false) {
            self.out.push(',');
        }
        string(name, self.out);
        self.out.push(':');
    }
}

/// Writes a value as JSON.
pub trait ToJson {
    /// Writes the value.
    fn to_json(&self, out: &mut String);

    /// Tells whether the value is there at all.
    fn is_present(&self) -> bool {
        true
    }
}

impl<T: Encode> ToJson for T {
    fn to_json(&self, out: &mut String) {
        object(self, out);
    }
}

impl ToJson for str {
    fn to_json(&self, out: &mut String) {
        string(self, out);
    }
}

impl ToJson for String {
    fn to_json(&self, out: &mut String) {
        string(self, out);
    }
}

impl ToJson for bool {
    fn to_json(&self, out: &mut String) {
        out.push_str(if *self { "true" } else { "false" });
    }
}

impl ToJson for i64 {
    fn to_json(&self, out: &mut String) {
        write!(out, "{self}").expect("a String takes every write");
    }
}

impl ToJson for f64 {
    /// Writes the shortest digits that read back the same; what JSON cannot express travels as a string.
    fn to_json(&self, out: &mut String) {
        if self.is_nan() {
            out.push_str("\"NaN\"");
        } else if self.is_infinite() {
            out.push_str(if *self > 0.0 { "\"Infinity\"" } else { "\"-Infinity\"" });
        } else {
            write!(out, "{self:?}").expect("a String takes every write");
        }
    }
}

impl ToJson for Timestamp {
    fn to_json(&self, out: &mut String) {
        write!(out, "{}", self.epoch_seconds()).expect("a String takes every write");
    }
}

impl ToJson for Blob {
    fn to_json(&self, out: &mut String) {
        out.push('"');
        base64::engine::general_purpose::STANDARD.encode_string(&self.0, out);
        out.push('"');
    }
}

impl ToJson for Value {
    fn to_json(&self, out: &mut String) {
        write!(out, "{self}").expect("a String takes every write");
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self, out: &mut String) {
        match self {
            Some(value) => value.to_json(out),
            None => out.push_str("null"),
        }
    }

    fn is_present(&self) -> bool {
        self.is_some()
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self, out: &mut String) {
        out.push('[');
        for (index, item) in self.iter().enumerate() {
            if index > 0 {
                out.push(',');
            }
            item.to_json(out);
        }
        out.push(']');
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self, out: &mut String) {
        out.push('{');
        let mut entries = Object { out, empty: true };
        for (key, value) in self {
            entries.field(key, value);
        }
        out.push('}');
    }
}

/// Writes a JSON string, escaping what must be escaped.
pub fn string(text: &str, out: &mut String) {
    out.push('"');
    // Nearly every text is plain, and one look without branches is enough to know.
    let plain = |byte: u8| byte >= 0x20 && byte != b'"' && byte != b'\\';
    if text.bytes().fold(true, |all, byte| all & plain(byte)) {
        out.push_str(text);
        out.push('"');
        return;
    }
    let mut start = 0;
    for (index, byte) in text.bytes().enumerate() {
        let escape = match byte {
            b'"' => "\\\"",
            b'\\' => "\\\\",
            b'\n' => "\\n",
            b'\r' => "\\r",
            b'\t' => "\\t",
            0x08 => "\\b",
            0x0c => "\\f",
            0..0x20 => "",
            _ => continue,
        };
        out.push_str(&text[start..index]);
        if escape.is_empty() {
            write!(out, "\\u{byte:04x}").expect("a String takes every write");
        } else {
            out.push_str(escape);
        }
        start = index + 1;
    }
    out.push_str(&text[start..]);
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(value: &impl ToJson) -> String {
        let mut out = String::new();
        value.to_json(&mut out);
        out
    }

    #[test]
    fn strings_read_back_the_same() {
        for text in ["", "plain", "q\"b\\s/", "\n\r\t\u{8}\u{c}\u{0}\u{1f}\u{7f}", "ä€😀\u{2028}", "end\n"]
        {
            let json = written(&text.to_owned());
            assert_eq!(serde_json::from_str::<String>(&json).unwrap(), text, "{json}");
        }
    }

    #[test]
    fn doubles_read_back_the_same_and_have_names_beyond_json() {
        for number in [0.0, -0.0, 1.0, 0.1, 1e300, 5e-324, f64::MAX, 1e16, 123_456_789.123_456_78] {
            let json = written(&number);
            assert_eq!(serde_json::from_str::<f64>(&json).unwrap().to_bits(), number.to_bits(), "{json}");
        }
        assert_eq!(written(&f64::NAN), "\"NaN\"");
        assert_eq!(written(&f64::NEG_INFINITY), "\"-Infinity\"");
    }

    #[test]
    fn absent_members_leave_no_trace_and_sparse_lists_keep_null() {
        let mut out = String::new();
        let mut object = Object { out: &mut out, empty: true };
        object.field("a", &None::<i64>);
        object.field("b", &vec![Some(true), None]);
        object.field("c", &BTreeMap::from([("k\"".to_owned(), Blob(b"hi".to_vec()))]));
        assert_eq!(out, r#""b":[true,null],"c":{"k\"":"aGk="}"#);
    }
}
