//! The formats of `format` and f-strings: a subset of Java's Formatter.
//!
//! `%[flags][width][.precision]conversion` with the conversions `d f e g s x X c b`, `%%` and `%n`.

use crate::code::Code;
use crate::decimal::Decimal;
use crate::types::Types;
use crate::value::{NoValue, TEXT_CHARS_MAX, Value, check_length, write_number};

/// One piece of a formatted text.
#[derive(Clone, Debug)]
pub enum Piece {
    /// Characters that stand for themselves.
    Text(Box<str>),
    /// A value; without a specifier it is written as `+` would.
    Value(Code, Option<Specifier>),
}

/// One piece of the text that `format` is given.
#[derive(Clone, Debug, PartialEq)]
pub enum Pattern {
    /// Characters that stand for themselves.
    Text(String),
    /// The value at this position, by its format.
    Value(usize, Specifier),
}

/// How one value is written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one of Java's flags")]
pub struct Specifier {
    left: bool,
    plus: bool,
    space: bool,
    zero: bool,
    grouped: bool,
    parentheses: bool,
    alternate: bool,
    width: usize,
    precision: Option<usize>,
    conversion: char,
}

const CONVERSIONS: &str = "deEfgGsSxXcCbB";

impl Specifier {
    /// Reads the format of one value, with or without the percent sign: `d`, `.2f`, `%05d`.
    pub fn bare(text: &str) -> Result<Self, String> {
        let text = text.strip_prefix('%').unwrap_or(text);
        let mut rest = text;
        match Self::read(&mut rest) {
            Ok((None, specifier)) if rest.is_empty() => Ok(specifier),
            Ok(_) => Err(format!("'{text}' is not one format: d, f, e, g, s, x, c or b, such as \".2f\"")),
            Err(fault) => Err(fault),
        }
    }

    /// Says which types of value it can write.
    pub fn wanted(&self) -> Types {
        match self.conversion {
            'd' | 'e' | 'E' | 'f' | 'g' | 'G' | 'x' | 'X' => Types::NUMBER,
            'b' | 'B' => Types::ANY,
            _ => Types::PLAIN,
        }
    }

    /// Reads what stands behind a percent sign: the number of the argument, if any, and the format.
    fn read(rest: &mut &str) -> Result<(Option<usize>, Self), String> {
        let shown = *rest;
        let fault =
            |why: &str| Err(format!("the format '%{}' {why}", shown.chars().take(16).collect::<String>()));
        let mut argument = None;
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && rest[digits..].starts_with('$') {
            argument = rest[..digits].parse().ok();
            *rest = &rest[digits + 1..];
        }
        let mut specifier = Self {
            left: false,
            plus: false,
            space: false,
            zero: false,
            grouped: false,
            parentheses: false,
            alternate: false,
            width: 0,
            precision: None,
            conversion: 's',
        };
        while let Some(flag) = rest.chars().next() {
            let set = match flag {
                '-' => &mut specifier.left,
                '+' => &mut specifier.plus,
                ' ' => &mut specifier.space,
                '0' => &mut specifier.zero,
                ',' => &mut specifier.grouped,
                '(' => &mut specifier.parentheses,
                '#' => &mut specifier.alternate,
                _ => break,
            };
            if *set {
                return fault("has a flag twice");
            }
            *set = true;
            *rest = &rest[1..];
        }
        specifier.width = size(rest).unwrap_or(0);
        if let Some(behind) = rest.strip_prefix('.') {
            *rest = behind;
            specifier.precision = size(rest);
            if specifier.precision.is_none() {
                return fault("has a point without a precision behind it");
            }
        }
        let Some(conversion) = rest.chars().next().filter(|c| CONVERSIONS.contains(*c)) else {
            return fault("has no conversion that is known: d, f, e, g, s, x, c or b");
        };
        specifier.conversion = conversion;
        *rest = &rest[1..];
        match specifier.fault() {
            Some(why) => fault(why),
            None => Ok((argument, specifier)),
        }
    }

    /// Says what is wrong with a combination of flags, width and precision.
    fn fault(&self) -> Option<&'static str> {
        let number = "deEfgG".contains(self.conversion);
        let hexadecimal = matches!(self.conversion, 'x' | 'X');
        let large = |size: usize| size > TEXT_CHARS_MAX;
        Some(match self {
            _ if large(self.width) || self.precision.is_some_and(large) => {
                "makes a text of more than 1024 characters"
            }
            _ if (self.left || self.zero) && self.width == 0 => "has a flag '-' or '0', which needs a width",
            _ if self.left && self.zero => "has both flags '-' and '0'",
            _ if self.plus && self.space => "has both flags '+' and ' '",
            _ if self.precision.is_some() && matches!(self.conversion, 'd' | 'x' | 'X' | 'c' | 'C') => {
                "has a precision, which this conversion does not take"
            }
            _ if (self.plus || self.space || self.grouped || self.parentheses) && !number => {
                "has a flag that only numbers take"
            }
            _ if self.zero && !number && !hexadecimal => "has the flag '0', which only numbers take",
            _ if self.grouped && matches!(self.conversion, 'e' | 'E') => {
                "has the flag ',', which e does not take"
            }
            _ if self.alternate && !"eEfxX".contains(self.conversion) => {
                "has the flag '#', which this conversion does not take"
            }
            _ => return None,
        })
    }

    /// Writes a value.
    pub fn write(&self, value: &Value<'_>, out: &mut String) -> Result<(), NoValue> {
        let mut text = match self.conversion.to_ascii_lowercase() {
            'd' => self.signed(&integer(value.number()?)?, value.number()? < 0.0),
            'f' | 'e' | 'g' => {
                let number = value.number()?;
                if !number.is_finite() {
                    return Err(NoValue::Domain);
                }
                self.signed(&self.decimal(number.abs()), number < 0.0)
            }
            'x' => self.hexadecimal(value.number()?)?,
            'b' => self.cut(if value.is_truthy() { "true" } else { "false" }),
            'c' => character(value)?.to_string(),
            _ => {
                let mut text = String::new();
                value.write(&mut text)?;
                self.cut(&text)
            }
        };
        if self.conversion.is_ascii_uppercase() {
            text = text.to_uppercase();
        }
        let missing = self.width.saturating_sub(text.chars().count());
        let padding = " ".repeat(missing);
        out.push_str(if self.left { "" } else { &padding });
        out.push_str(&text);
        out.push_str(if self.left { &padding } else { "" });
        check_length(out)
    }

    fn cut(&self, text: &str) -> String {
        text.chars().take(self.precision.unwrap_or(usize::MAX)).collect()
    }

    /// Puts groups, sign and leading zeros around the digits of a number.
    fn signed(&self, digits: &str, negative: bool) -> String {
        let digits = if self.grouped { grouped(digits) } else { digits.to_owned() };
        let (before, behind) = match negative {
            true if self.parentheses => ("(", ")"),
            true => ("-", ""),
            false if self.plus => ("+", ""),
            false if self.space => (" ", ""),
            false => ("", ""),
        };
        let missing = self.width.saturating_sub(before.len() + digits.len() + behind.len());
        let zeros = "0".repeat(if self.zero { missing } else { 0 });
        format!("{before}{zeros}{digits}{behind}")
    }

    /// Writes a number that is not negative, by `f`, `e` or `g`.
    fn decimal(&self, number: f64) -> String {
        let precision = self.precision.unwrap_or(6);
        let decimal = Decimal::of(number);
        match self.conversion.to_ascii_lowercase() {
            'f' => decimal.fixed(precision, self.alternate),
            'e' => decimal.scientific(precision, self.alternate),
            _ => {
                let precision = precision.max(1);
                let rounded = decimal.to_significant(precision);
                let exponent = rounded.exponent;
                let bound = i32::try_from(precision).unwrap_or(i32::MAX);
                if number == 0.0 {
                    return decimal.fixed(precision - 1, false);
                }
                if (-4..bound).contains(&exponent) {
                    let places = usize::try_from(bound - 1 - exponent).unwrap_or(0);
                    return decimal.fixed(places, false);
                }
                decimal.scientific(precision - 1, false)
            }
        }
    }

    fn hexadecimal(&self, number: f64) -> Result<String, NoValue> {
        let digits = integer(number)?;
        let mut whole: i64 = digits.parse().map_err(|_| NoValue::Domain)?;
        if number < 0.0 {
            whole = -whole;
        }
        let prefix = if self.alternate { "0x" } else { "" };
        let digits = format!("{whole:x}");
        let missing = self.width.saturating_sub(prefix.len() + digits.len());
        Ok(format!("{prefix}{}{digits}", "0".repeat(if self.zero { missing } else { 0 })))
    }
}

/// Reads a width or a precision; what does not fit is larger than any that is allowed.
fn size(rest: &mut &str) -> Option<usize> {
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, behind) = rest.split_at(digits);
    *rest = behind;
    (digits > 0).then(|| number.parse().unwrap_or(usize::MAX))
}

/// Reads the text that `format` is given with so many values. Assumed: every value is used, none is missing.
pub fn pattern(text: &str, values: usize) -> Result<Vec<Pattern>, String> {
    let (mut pieces, mut plain, mut rest) = (Vec::new(), String::new(), text);
    let (mut next, mut used) = (0, vec![false; values]);
    while let Some(percent) = rest.find('%') {
        plain.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        if let Some(behind) = rest.strip_prefix('%') {
            plain.push('%');
            rest = behind;
            continue;
        }
        if let Some(behind) = rest.strip_prefix('n') {
            plain.push('\n');
            rest = behind;
            continue;
        }
        let (argument, specifier) = Specifier::read(&mut rest)?;
        if argument.is_none() {
            next += 1;
        }
        let index = argument.unwrap_or(next).checked_sub(1);
        let Some(index) = index.filter(|index| *index < values) else {
            return Err(format!("the format asks for more values than the {values} that follow it"));
        };
        used[index] = true;
        if !plain.is_empty() {
            pieces.push(Pattern::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Pattern::Value(index, specifier));
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Pattern::Text(plain));
    }
    match used.iter().position(|used| !used) {
        Some(index) => {
            Err(format!("the format does not use value {} of the {values} that follow it", index + 1))
        }
        None => Ok(pieces),
    }
}

/// Writes the digits of a whole number without its sign. Assumed: a number with a fraction has none.
fn integer(number: f64) -> Result<String, NoValue> {
    if !number.is_finite() || number.fract() != 0.0 {
        return Err(NoValue::Domain);
    }
    Ok(format!("{:.0}", number.abs()))
}

fn character(value: &Value<'_>) -> Result<char, NoValue> {
    if let Value::Text(text) = value {
        let mut chars = text.chars();
        return chars.next().filter(|_| chars.next().is_none()).ok_or(NoValue::Type);
    }
    let number = value.number()?;
    let code: u32 = integer(number)?.parse().map_err(|_| NoValue::Domain)?;
    char::from_u32(code).filter(|_| number >= 0.0).ok_or(NoValue::Domain)
}

/// Puts a comma before every three digits of the whole part.
fn grouped(digits: &str) -> String {
    let whole = digits.find('.').unwrap_or(digits.len());
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && i < whole && (whole - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Writes a value without a format, as `+` does.
pub fn write_plain(value: &Value<'_>, out: &mut String) -> Result<(), NoValue> {
    match value {
        Value::Number(number) => write_number(*number, out),
        other => other.write(out)?,
    }
    check_length(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(format: &str, value: Value<'_>) -> Result<String, NoValue> {
        let mut out = String::new();
        Specifier::bare(format).unwrap().write(&value, &mut out).map(|()| out)
    }

    #[test]
    fn numbers_are_written_as_java_does() {
        for (format, number, text) in [
            ("d", 101.0, "101"),
            ("f", 3.0, "3.000000"),
            (".1f", 0.25, "0.3"),
            (".2f", 1.005, "1.01"),
            (".0f", 9.5, "10"),
            (".0f", 0.4, "0"),
            (".2f", 0.006, "0.01"),
            (".2f", 0.001, "0.00"),
            ("05d", -42.0, "-0042"),
            ("+d", 7.0, "+7"),
            ("-5d", 7.0, "7    "),
            ("5d", 7.0, "    7"),
            (",d", 1_234_567.0, "1,234,567"),
            (",.2f", 1234.5, "1,234.50"),
            ("(d", -7.0, "(7)"),
            ("e", 12345.678, "1.234568e+04"),
            (".0e", 0.00095, "1e-03"),
            ("E", 1.0, "1.000000E+00"),
            ("g", 0.0001, "0.000100000"),
            ("g", 123_456_789.0, "1.23457e+08"),
            (".3g", 1234.0, "1.23e+03"),
            ("g", 0.0, "0.00000"),
            ("x", 255.0, "ff"),
            ("X", 255.0, "FF"),
            ("#x", 255.0, "0xff"),
            ("x", -1.0, "ffffffffffffffff"),
            ("c", 65.0, "A"),
            ("s", 1.5, "1.5"),
            ("b", 0.0, "false"),
            ("%d", 1.0, "1"),
        ] {
            assert_eq!(written(format, Value::Number(number)).as_deref(), Ok(text), "{format} of {number}");
        }
    }

    #[test]
    fn texts_are_cut_and_padded() {
        assert_eq!(written("5s", Value::Text("ab".into())).unwrap(), "   ab");
        assert_eq!(written(".1s", Value::Text("ab".into())).unwrap(), "a");
        assert_eq!(written("S", Value::Text("ab".into())).unwrap(), "AB");
        assert_eq!(written("d", Value::Text("1".into())), Err(NoValue::Type));
        assert_eq!(written("d", Value::Number(1.5)), Err(NoValue::Domain));
        assert_eq!(written("1024d", Value::Number(1.0)).unwrap().len(), 1024);
    }

    #[test]
    fn a_wrong_format_says_what_is_wrong() {
        for (format, fault) in [
            ("", "no conversion"),
            ("k", "no conversion"),
            (".f", "point without a precision"),
            (".2d", "precision"),
            ("-d", "needs a width"),
            ("+ d", "both flags"),
            ("++d", "twice"),
            ("2000d", "more than 1024"),
            ("99999999999999999999999d", "more than 1024"),
            ("+s", "only numbers"),
            ("dd", "not one format"),
        ] {
            let message = Specifier::bare(format).unwrap_err();
            assert!(message.contains(fault), "{format}: {message}");
        }
    }

    #[test]
    fn a_format_uses_every_value() {
        assert_eq!(pattern("100%%", 0).unwrap(), [Pattern::Text("100%".into())]);
        assert!(matches!(
            &pattern("%2$s %1$s", 2).unwrap()[..],
            [Pattern::Value(1, _), Pattern::Text(_), Pattern::Value(0, _)]
        ));
        assert!(pattern("%d %d", 1).unwrap_err().contains("more values than the 1"));
        assert!(pattern("%d", 2).unwrap_err().contains("does not use value 2"));
        assert!(pattern("%0$d", 1).is_err());
        assert!(pattern("%", 1).is_err());
    }
}
