//! Members of a request as they came, for readers that keep more of them than the types of the API: microseconds.

use model::{FromJson, Members, Timestamp};
use series::Quality;

use crate::ingest::request;

/// Nanoseconds of a microsecond.
const MICROSECOND: i64 = 1000;

/// Answers a member, if it is there.
pub fn get<T: FromJson>(members: &Members, name: &str) -> Option<T> {
    members.get(name).filter(|value| !value.is_null()).cloned().map(T::from_json)
}

/// Answers a text, if it is there.
pub fn text<'a>(members: &'a Members, name: &str) -> Option<&'a str> {
    members.get(name)?.as_str()
}

/// Answers a moment in nanoseconds, as finely as it was sent: in query strings microseconds count. Moments that no value
/// can have become the first or the last that one can have.
pub fn nanos(members: &Members, name: &str) -> Option<i64> {
    let micros = Timestamp::micros_from_json_number(members.get(name)?)?;
    Some(micros.saturating_mul(MICROSECOND))
}

/// Answers the one quality that a filter names; without filter all are wanted.
pub fn quality(members: &Members) -> Option<Quality> {
    let qualities: Vec<String> = get(members, "qualities")?;
    qualities.first().and_then(|name| request::quality(name))
}
