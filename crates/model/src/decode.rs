//! From checked JSON to the types of the API.
//!
//! Decoding cannot fail: it runs after [`crate::validate`]. Null is absence, unknown members are ignored.

use std::collections::BTreeMap;

use base64::Engine as _;
use serde_json::Value;

use crate::{Blob, Content, Members, Timestamp};

/// Makes a structure from its members.
pub trait Decode: Sized {
    /// Makes the structure; call [`crate::validate`] first.
    fn decode(members: Members) -> Self;
}

impl Decode for () {
    fn decode(_members: Members) {}
}

impl<T: Decode> Decode for Box<T> {
    fn decode(members: Members) -> Self {
        Box::new(T::decode(members))
    }
}

/// Makes a value from its JSON.
pub trait FromJson: Sized {
    /// Makes the value; a value of the wrong type, which validation excludes, counts as empty.
    fn from_json(value: Value) -> Self;
}

/// Takes a member; into an `Option`, one that may be absent.
pub fn take<T: FromJson>(members: &mut Members, name: &str) -> T {
    T::from_json(members.remove(name).unwrap_or_default())
}

/// Takes a text whose empty form counts as absence.
pub fn take_text(members: &mut Members, name: &str) -> Option<String> {
    take::<Option<String>>(members, name).filter(|text| !text.is_empty())
}

/// Takes the members of a nested structure.
fn members(value: Value) -> Members {
    match value {
        Value::Object(members) => members,
        _ => Members::new(),
    }
}

impl<T: Decode> FromJson for T {
    fn from_json(value: Value) -> Self {
        T::decode(members(value))
    }
}

impl FromJson for String {
    fn from_json(value: Value) -> Self {
        match value {
            Value::String(text) => text,
            _ => String::new(),
        }
    }
}

impl FromJson for bool {
    fn from_json(value: Value) -> Self {
        value == Value::Bool(true)
    }
}

impl FromJson for i64 {
    fn from_json(value: Value) -> Self {
        whole(&value).unwrap_or_default()
    }
}

impl FromJson for f64 {
    fn from_json(value: Value) -> Self {
        double(&value).unwrap_or_default()
    }
}

impl FromJson for Timestamp {
    fn from_json(value: Value) -> Self {
        Timestamp::from_json_number(&value).unwrap_or_default()
    }
}

impl FromJson for Blob {
    fn from_json(value: Value) -> Self {
        Blob(value.as_str().and_then(bytes).unwrap_or_default())
    }
}

impl FromJson for Value {
    fn from_json(value: Value) -> Self {
        value
    }
}

impl FromJson for Content {
    fn from_json(value: Value) -> Self {
        let mut members = members(value);
        let size = members.get("size").and_then(Value::as_u64).unwrap_or_default();
        Content {
            sha256: take(&mut members, "sha256"),
            size,
            sha1: take(&mut members, "sha1"),
            sha512: take(&mut members, "sha512"),
            md5: take(&mut members, "md5"),
        }
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(value: Value) -> Self {
        match value {
            Value::Array(items) => items.into_iter().map(T::from_json).collect(),
            _ => Vec::new(),
        }
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(value: Value) -> Self {
        if value.is_null() { None } else { Some(T::from_json(value)) }
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_json(value: Value) -> Self {
        let present = members(value).into_iter().filter(|(_, value)| !value.is_null());
        present.map(|(key, value)| (key, T::from_json(value))).collect()
    }
}

/// Reads a whole number; `5.0` counts as 5, as AWS's own parsers have it.
pub(crate) fn whole(value: &Value) -> Option<i64> {
    if let Some(number) = value.as_i64() {
        return Some(number);
    }
    let number = value.as_f64().filter(|_| !value.is_u64())?;
    // Beyond 2^63 a double is whole but no i64; the cast would saturate.
    let fits = number.fract() == 0.0
        && (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&number);
    #[allow(clippy::cast_possible_truncation, reason = "checked on the line above")]
    fits.then_some(number as i64)
}

/// Reads a double, also from the three names that JSON numbers cannot express.
pub(crate) fn double(value: &Value) -> Option<f64> {
    match value.as_str() {
        Some("NaN") => Some(f64::NAN),
        Some("Infinity") => Some(f64::INFINITY),
        Some("-Infinity") => Some(f64::NEG_INFINITY),
        Some(_) => None,
        None => value.as_f64(),
    }
}

/// Reads base64 of the standard alphabet, padding optional.
pub(crate) fn bytes(text: &str) -> Option<Vec<u8>> {
    use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
    const ENGINE: GeneralPurpose = GeneralPurpose::new(
        &base64::alphabet::STANDARD,
        GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
    );
    ENGINE.decode(text).ok()
}
