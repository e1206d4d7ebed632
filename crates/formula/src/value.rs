//! Values while a formula is computed, and what it means to have none.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Longest text that a formula may make, in characters (user guide, operators).
pub const TEXT_CHARS_MAX: usize = 1024;

/// Results range from −10^100 to 10^100, as values of type DOUBLE do. Assumed from the range of that type.
pub const NUMBER_MAX: f64 = 1e100;

/// Integral numbers below this are written without a point or an exponent.
const PLAIN_MAX: f64 = 1e15;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// A number; truth values are 1 and 0.
    Number(f64),
    /// A text.
    Text(Cow<'a, str>),
    /// A JSON list, of which only the length matters.
    Array(usize),
    /// `none`.
    None,
}

/// Why a formula gives no data point this time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum NoValue {
    /// A variable has no value yet, or a window no point.
    Missing,
    /// A value is of a type that an operator or a function can't take.
    Type,
    /// A number is outside of what a function is defined for, or the result outside of what a DOUBLE holds.
    Domain,
    /// A text would be longer than 1,024 characters.
    TooLong,
    /// The result is `none` or a list.
    None,
}

impl Value<'_> {
    /// Says whether a condition holds: everything but 0, an empty text, an empty list and none; NaN holds, too.
    pub fn is_truthy(&self) -> bool {
        match self {
            Self::Number(number) => *number != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::Array(len) => *len > 0,
            Self::None => false,
        }
    }

    /// Answers the number that it is.
    pub fn number(&self) -> Result<f64, NoValue> {
        match self {
            Self::Number(number) => Ok(*number),
            _ => Err(NoValue::Type),
        }
    }

    /// Answers the text that it is.
    pub fn text(&self) -> Result<&str, NoValue> {
        match self {
            Self::Text(text) => Ok(text),
            _ => Err(NoValue::Type),
        }
    }

    /// Writes a text or a number as text.
    pub fn write(&self, out: &mut String) -> Result<(), NoValue> {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Number(number) => write_number(*number, out),
            Self::Array(_) | Self::None => return Err(NoValue::Type),
        }
        check_length(out)
    }

    /// Makes a value that borrows nothing.
    pub fn owned(self) -> Value<'static> {
        match self {
            Self::Number(number) => Value::Number(number),
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Array(len) => Value::Array(len),
            Self::None => Value::None,
        }
    }
}

/// Checks that a text is not longer than a formula may make it.
pub fn check_length(text: &str) -> Result<(), NoValue> {
    if text.len() <= TEXT_CHARS_MAX || text.chars().count() <= TEXT_CHARS_MAX {
        return Ok(());
    }
    Err(NoValue::TooLong)
}

/// Writes a number as text. Assumed: whole numbers without a point, others with the fewest digits that tell them
/// apart, in scientific notation where that is shorter.
pub fn write_number(number: f64, out: &mut String) {
    let magnitude = number.abs();
    let written = if magnitude == 0.0 || (1e-4..PLAIN_MAX).contains(&magnitude) {
        write!(out, "{}", if number == 0.0 { 0.0 } else { number })
    } else {
        write!(out, "{number:e}")
    };
    written.expect("writing to a string never fails");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_written_briefly() {
        for (number, text) in [
            (3.0, "3"),
            (-0.0, "0"),
            (1.8, "1.8"),
            (-40.0, "-40"),
            (0.1, "0.1"),
            (1e15, "1e15"),
            (123_456_789_012_345.0, "123456789012345"),
            (1.5e-7, "1.5e-7"),
            (1e100, "1e100"),
        ] {
            let mut written = String::new();
            write_number(number, &mut written);
            assert_eq!(written, text);
        }
    }

    #[test]
    fn what_is_false() {
        for (value, holds) in [
            (Value::Number(0.0), false),
            (Value::Number(-0.0), false),
            (Value::Number(f64::NAN), true),
            (Value::Number(-1.0), true),
            (Value::Text("".into()), false),
            (Value::Text("0".into()), true),
            (Value::Array(0), false),
            (Value::Array(1), true),
            (Value::None, false),
        ] {
            assert_eq!(value.is_truthy(), holds, "{value:?}");
        }
    }

    #[test]
    fn a_text_has_at_most_1024_characters() {
        assert_eq!(check_length(&"ä".repeat(1024)), Ok(()));
        assert_eq!(check_length(&"a".repeat(1025)), Err(NoValue::TooLong));
    }
}
