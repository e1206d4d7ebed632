//! From payloads to values: a plain number, text or truth value; an object with `value`, `timestamp` and `quality`; or
//! an array of these.

use model::Timestamp;
use serde_json::{Map, Value};
use series::Quality;
use sitewise::asset_model::property::DataType;
use sitewise::ingest::request::{Given, Sent};

const SECOND: i128 = 1_000_000_000;

/// A value as it was sent, before it is known what its stream takes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Reading {
    /// A number, text, truth value, or null.
    pub value: Value,
    /// Nanoseconds since 1970.
    pub timestamp: i128,
    pub quality: Quality,
}

/// Reads a payload; what says no time was measured at `now`.
pub(crate) fn read(payload: &[u8], now: Timestamp) -> Result<Vec<Reading>, String> {
    let text = std::str::from_utf8(payload).map_err(|_| "it is not UTF-8")?.trim();
    if text.is_empty() {
        return Err("it is empty".to_owned());
    }
    // Anything that is no JSON is a text: devices send ON and OFF.
    let value = serde_json::from_str(text).unwrap_or_else(|_| Value::String(text.to_owned()));
    let now = i128::from(now.millis()) * 1_000_000;
    match value {
        Value::Array(items) if items.is_empty() => Err("it is an empty array".to_owned()),
        Value::Array(items) => items.into_iter().map(|item| reading(item, now)).collect(),
        other => reading(other, now).map(|reading| vec![reading]),
    }
}

fn reading(value: Value, now: i128) -> Result<Reading, String> {
    match value {
        Value::Object(object) => of_object(object, now),
        Value::Array(_) => Err("there is an array in an array".to_owned()),
        value => {
            let quality = if value.is_null() { Quality::Bad } else { Quality::Good };
            Ok(Reading { value, timestamp: now, quality })
        }
    }
}

fn of_object(mut object: Map<String, Value>, now: i128) -> Result<Reading, String> {
    let value = object.remove("value").ok_or("an object has no value")?;
    if value.is_object() || value.is_array() {
        return Err("a value is a number, a text, a truth value or null".to_owned());
    }
    let timestamp = object.remove("timestamp").map_or(Ok(now), |timestamp| instant(&timestamp))?;
    let quality = match object.remove("quality") {
        None if value.is_null() => Quality::Bad,
        None => Quality::Good,
        Some(quality) => match quality.as_str().unwrap_or_default().to_ascii_uppercase().as_str() {
            "GOOD" => Quality::Good,
            "BAD" => Quality::Bad,
            "UNCERTAIN" => Quality::Uncertain,
            _ => return Err(format!("the quality {quality} is none of GOOD, BAD and UNCERTAIN")),
        },
    };
    match object.keys().next() {
        Some(other) => Err(format!("an object has {other:?}; it has value, timestamp and quality")),
        None => Ok(Reading { value, timestamp, quality }),
    }
}

/// Reads a time: a number of seconds, milliseconds, microseconds or nanoseconds since 1970, whichever it can only be; a
/// text as 2026-01-31T12:00:00Z; or AWS's form.
fn instant(value: &Value) -> Result<i128, String> {
    let wrong = || {
        format!("the timestamp {value} is neither a number since 1970 nor a text as 2026-01-31T12:00:00.000Z")
    };
    match value {
        Value::Number(number) => match number.as_i64() {
            Some(number) => Ok(i128::from(number) * unit(number.unsigned_abs())),
            None => of_fraction(number.as_f64().ok_or_else(wrong)?).ok_or_else(wrong),
        },
        Value::String(text) => {
            let moment = Timestamp::from_rfc3339(text).ok_or_else(wrong)?;
            Ok(i128::from(moment.millis()) * 1_000_000)
        }
        Value::Object(object) => {
            let seconds = object.get("timeInSeconds").and_then(Value::as_i64).ok_or_else(wrong)?;
            let nanos = object.get("offsetInNanos").map_or(Some(0), Value::as_i64).ok_or_else(wrong)?;
            Ok(i128::from(seconds) * SECOND + i128::from(nanos))
        }
        _ => Err(wrong()),
    }
}

/// Nanoseconds of the unit in which a number of today has so many digits.
fn unit(number: u64) -> i128 {
    match number {
        0..100_000_000_000 => SECOND,
        100_000_000_000..100_000_000_000_000 => 1_000_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000,
        _ => 1,
    }
}

/// A number with a fraction counts seconds, or milliseconds if it is too large for that; microseconds are kept.
#[allow(clippy::cast_possible_truncation)] // it is far within the range
fn of_fraction(number: f64) -> Option<i128> {
    let seconds = if number.abs() < 1e11 { number } else { number / 1e3 };
    (seconds.abs() < 1e11).then(|| (seconds * 1e6).round() as i128 * 1_000)
}

/// Makes of a reading what a stream of a data type takes; without one it follows what was sent. A sentence if it cannot.
pub(crate) fn sent(reading: Reading, data_type: Option<DataType>) -> Result<Sent<'static>, String> {
    let value = given(reading.value, data_type)?;
    let (seconds, nanos) = (reading.timestamp.div_euclid(SECOND), reading.timestamp.rem_euclid(SECOND));
    Ok(Sent {
        seconds: i64::try_from(seconds).map_err(|_| "the timestamp is out of range")?,
        nanos: i64::try_from(nanos).ok(),
        quality: reading.quality,
        value,
    })
}

fn given(value: Value, data_type: Option<DataType>) -> Result<Given<'static>, String> {
    use series::NullType as Null;
    let wrong = |value: &Value, what: &str| Err(format!("{value} is no value of a stream of {what}"));
    Ok(match (data_type, value) {
        (None, Value::Null) => Given::Null(Null::Unknown),
        (Some(DataType::Double), Value::Null) => Given::Null(Null::Double),
        (Some(DataType::Integer), Value::Null) => Given::Null(Null::Integer),
        (Some(DataType::Boolean), Value::Null) => Given::Null(Null::Boolean),
        (Some(DataType::String | DataType::Struct), Value::Null) => Given::Null(Null::String),
        (None | Some(DataType::Double), Value::Number(number)) => match number.as_f64() {
            Some(number) => Given::Double(number),
            None => return wrong(&Value::Number(number), "doubles"),
        },
        (Some(DataType::Double), Value::String(text)) => match text.trim().parse() {
            Ok(number) => Given::Double(number),
            Err(_) => return wrong(&Value::String(text), "doubles"),
        },
        (Some(DataType::Double), value) => return wrong(&value, "doubles"),
        (Some(DataType::Integer), value) => {
            let number = value.as_i64().or_else(|| whole(value.as_f64()?));
            match number.or_else(|| value.as_str()?.trim().parse().ok()) {
                Some(number) => Given::Integer(number),
                None => return wrong(&value, "integers"),
            }
        }
        (None, Value::Bool(truth)) => Given::Boolean(truth),
        (Some(DataType::Boolean), value) => match (value.as_bool(), value.as_i64(), value.as_str()) {
            (Some(truth), ..) => Given::Boolean(truth),
            (_, Some(0), _) | (_, _, Some("false" | "0")) => Given::Boolean(false),
            (_, Some(1), _) | (_, _, Some("true" | "1")) => Given::Boolean(true),
            _ => return wrong(&value, "truth values"),
        },
        (_, Value::String(text)) => Given::String(text.into()),
        (_, other) => Given::String(other.to_string().into()),
    })
}

#[allow(clippy::cast_possible_truncation)] // it is whole, and within 32 bits
fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 2_147_483_649.0).then_some(number as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_772_445_600_500);

    fn one(payload: &str) -> Reading {
        let mut read = read(payload.as_bytes(), NOW).unwrap();
        assert_eq!(read.len(), 1, "{payload}");
        read.remove(0)
    }

    #[test]
    fn plain_values_are_of_now() {
        for (payload, value) in [
            ("21.5", json!(21.5)),
            (" 7 \n", json!(7)),
            ("true", json!(true)),
            ("ON", json!("ON")),
            ("\"7\"", json!("7")),
        ] {
            let expected = Reading { value, timestamp: 1_772_445_600_500_000_000, quality: Quality::Good };
            assert_eq!(one(payload), expected, "{payload}");
        }
        assert_eq!(one("null").quality, Quality::Bad);
    }

    #[test]
    fn times_are_told_by_their_size() {
        for (timestamp, nanos) in [
            ("1772445600", 1_772_445_600_000_000_000),
            ("1772445600.25", 1_772_445_600_250_000_000),
            ("1772445600123", 1_772_445_600_123_000_000),
            ("1772445600123.5", 1_772_445_600_123_500_000),
            ("1772445600123456", 1_772_445_600_123_456_000),
            ("1772445600123456789", 1_772_445_600_123_456_789_i128),
            ("\"2026-03-02T10:00:00.120Z\"", 1_772_445_600_120_000_000),
            ("{\"timeInSeconds\":1772445600,\"offsetInNanos\":5}", 1_772_445_600_000_000_005),
        ] {
            let reading =
                one(&format!("{{\"value\":1,\"timestamp\":{timestamp},\"quality\":\"uncertain\"}}"));
            assert_eq!((reading.timestamp, reading.quality), (nanos, Quality::Uncertain), "{timestamp}");
        }
    }

    #[test]
    fn arrays_hold_several_values() {
        let several = read(br#"[1, {"value":2,"timestamp":1772445600}, {"value":null}]"#, NOW).unwrap();
        let values: Vec<Value> = several.iter().map(|reading| reading.value.clone()).collect();
        assert_eq!(values, [json!(1), json!(2), json!(null)]);
    }

    #[test]
    fn what_is_no_value_is_refused() {
        for (payload, says) in [
            (b"".as_slice(), "empty"),
            (b"\xff", "UTF-8"),
            (b"[]", "empty array"),
            (b"[[1]]", "array in an array"),
            (b"{}", "no value"),
            (b"{\"value\":{}}", "truth value"),
            (b"{\"value\":1,\"timestamp\":\"yesterday\"}", "yesterday"),
            (b"{\"value\":1,\"quality\":\"FINE\"}", "FINE"),
            (b"{\"value\":1,\"ts\":1}", "ts"),
        ] {
            let error = read(payload, NOW).unwrap_err();
            assert!(error.contains(says), "{error}");
        }
    }

    #[test]
    fn a_value_becomes_what_its_stream_takes() {
        let of = |value: Value, data_type| given(value, data_type);
        let double = Some(DataType::Double);
        assert_eq!(of(json!(7), None), Ok(Given::Double(7.0)));
        assert_eq!(of(json!(true), None), Ok(Given::Boolean(true)));
        assert_eq!(of(json!("ON"), None), Ok(Given::String("ON".into())));
        assert_eq!(of(json!("7.5"), double), Ok(Given::Double(7.5)));
        assert_eq!(of(json!(7.0), Some(DataType::Integer)), Ok(Given::Integer(7)));
        assert_eq!(of(json!(0), Some(DataType::Boolean)), Ok(Given::Boolean(false)));
        assert_eq!(of(json!(7), Some(DataType::String)), Ok(Given::String("7".into())));
        assert_eq!(of(json!(null), double), Ok(Given::Null(series::NullType::Double)));
        for (value, data_type) in [
            (json!("ON"), DataType::Double),
            (json!(7.5), DataType::Integer),
            (json!(2), DataType::Boolean),
            (json!(true), DataType::Double),
        ] {
            assert!(of(value, Some(data_type)).is_err());
        }
    }
}
