//! The rules on one value alone: its instant, its type, its range, and when it may be absent or no number.

use std::sync::Arc;

use model::Timestamp;
use series::{NullType, Quality, Value};

use super::refusal::{Code, Refusal};
use super::request::{Given, Sent};
use crate::asset_model::property::DataType;

/// Values may be up to seven days old.
const PAST_SECONDS: i64 = 604_800;

/// Values may be up to ten minutes ahead.
const FUTURE_SECONDS: i64 = 600;

/// DOUBLE values range from −10^100 to 10^100 (user guide, quotas).
const DOUBLE_MAX: f64 = 1e100;

/// Longest value of type STRING in bytes (user guide, quotas).
const STRING_BYTES_MAX: usize = 1024;

const SECOND: i128 = 1_000_000_000;

/// The instants at which values are taken: from the first to the last, both included.
#[derive(Clone, Copy, Debug)]
pub struct Window {
    first: i128,
    last: i128,
}

impl Window {
    /// Answers which instants are taken at `now`.
    pub fn at(now: Timestamp) -> Self {
        let now = i128::from(now.millis()) * 1_000_000;
        Self {
            first: now - i128::from(PAST_SECONDS) * SECOND,
            last: now + i128::from(FUTURE_SECONDS) * SECOND,
        }
    }

    /// Takes every instant that can be stored: for history that is imported.
    pub fn everything() -> Self {
        Self { first: i128::from(i64::MIN), last: i128::from(i64::MAX) }
    }

    /// Answers the instant of a value in nanoseconds, if values are taken there.
    pub fn instant(&self, sent: &Sent<'_>) -> Result<i64, Refusal> {
        let instant = i128::from(sent.seconds) * SECOND + i128::from(sent.nanos.unwrap_or_default());
        let taken = (self.first..=self.last).contains(&instant);
        taken.then_some(instant).and_then(|instant| i64::try_from(instant).ok()).ok_or_else(|| {
            let message = format!(
                "Timestamp out of range: Member must be within {PAST_SECONDS} seconds before and {FUTURE_SECONDS} \
                 seconds after the current timestamp"
            );
            Refusal::new(Code::OutOfRange, message)
        })
    }
}

/// Makes of what was given a value of the stream's data type.
///
/// Refusals in the order of their checks: none or several values, another type, out of range, absent or no number
/// where that may not be.
pub fn value(
    given: &Given<'_>,
    quality: Quality,
    data_type: DataType,
    null_nan_forbidden: bool,
) -> Result<Value, Refusal> {
    let refuse = |message: String| Refusal::new(Code::Invalid, message);
    let made = match (given, data_type) {
        (Given::Members(count), _) => {
            return Err(refuse(format!(
                "A value has exactly one of stringValue, integerValue, doubleValue, booleanValue and nullValue; it has \
                 {count} of them"
            )));
        }
        (Given::Double(number), DataType::Double) => {
            if number.abs() > DOUBLE_MAX {
                return Err(refuse(format!(
                    "Property value {number:e} is out of range; DOUBLE values are from -1e100 to 1e100"
                )));
            }
            Value::Double(*number)
        }
        (Given::Integer(number), DataType::Integer) => match i32::try_from(*number) {
            Ok(number) => Value::Integer(number),
            Err(_) => {
                return Err(refuse(format!(
                    "Property value {number} is out of range; INTEGER values are from {} to {}",
                    i32::MIN,
                    i32::MAX
                )));
            }
        },
        (Given::Boolean(truth), DataType::Boolean) => Value::Boolean(*truth),
        (Given::String(text), DataType::String | DataType::Struct) => {
            check_text(text, data_type).map_err(refuse)?;
            Value::String(Arc::from(&**text))
        }
        (Given::Null(null), _) if fits(*null, data_type) => Value::Null(*null),
        _ => return Err(refuse(format!("Property value does not match data type {}", data_type.as_str()))),
    };
    if given.is_null_or_nan() {
        check_null_nan(given, quality, null_nan_forbidden).map_err(refuse)?;
    }
    Ok(made)
}

fn check_text(text: &str, data_type: DataType) -> Result<(), String> {
    let (bytes, shown) = (text.len(), data_type.as_str());
    if bytes > STRING_BYTES_MAX {
        return Err(format!(
            "Property value has {bytes} bytes; {shown} values have up to {STRING_BYTES_MAX}"
        ));
    }
    if text.bytes().any(|byte| byte < 0x20 || byte == 0x7f) {
        return Err(format!("Property value has a control character; {shown} values have none"));
    }
    Ok(())
}

/// Absent values and NaN come with quality BAD or UNCERTAIN only (NaN: assumed, for gateways send it so).
fn check_null_nan(given: &Given<'_>, quality: Quality, forbidden: bool) -> Result<(), String> {
    let what = if matches!(given, Given::Null(_)) { "nullValue" } else { "NaN" };
    if quality == Quality::Good {
        return Err(format!("Property value {what} has quality GOOD; it needs BAD or UNCERTAIN"));
    }
    if forbidden {
        return Err(format!(
            "Property value {what} is not taken: disallowIngestNullNaN of the storage configuration is true"
        ));
    }
    Ok(())
}

fn fits(null: NullType, data_type: DataType) -> bool {
    match null {
        NullType::Unknown => true,
        NullType::Double => data_type == DataType::Double,
        NullType::Integer => data_type == DataType::Integer,
        NullType::Boolean => data_type == DataType::Boolean,
        NullType::String => matches!(data_type, DataType::String | DataType::Struct),
    }
}
