//! Numbers of JSON, exactly: every double is the one that is nearest to what is written.

/// Powers of ten that a double holds exactly.
const POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Whole numbers below this are exact as doubles.
const EXACT: u64 = 1 << 53;

/// Digits that fit into a number of 64 bits, whatever they are.
const DIGITS_MAX: usize = 18;

/// Reads a whole number at the begin of `bytes` and answers it with its length; declines a fraction, an exponent, a
/// leading zero, −0, and what is longer than 18 digits.
pub fn whole(bytes: &[u8]) -> Option<(i64, usize)> {
    let negative = bytes.first() == Some(&b'-');
    let begin = usize::from(negative);
    let (number, length) = digits(&bytes[begin..]);
    let is_legal = length > 0
        && length <= DIGITS_MAX
        && (length == 1 || bytes[begin] != b'0')
        && !(negative && number == 0)
        && !matches!(bytes.get(begin + length), Some(b'.' | b'e' | b'E'));
    let number = i64::try_from(number).ok()?;
    is_legal.then_some((if negative { -number } else { number }, begin + length))
}

/// Reads a number at the begin of `text` and answers it with its length; declines what is no number of JSON, or is too
/// large.
pub fn double(text: &str) -> Option<(f64, usize)> {
    let bytes = text.as_bytes();
    let negative = bytes.first() == Some(&b'-');
    let begin = usize::from(negative);
    let (mut mantissa, length) = digits(&bytes[begin..]);
    if length == 0 || (length > 1 && bytes[begin] == b'0') {
        return None;
    }
    let (mut at, mut count, mut decimals) = (begin + length, length, 0);
    if bytes.get(at) == Some(&b'.') {
        let (_, length) = digits(&bytes[at + 1..]);
        if length == 0 {
            return None;
        }
        count += length;
        if count <= DIGITS_MAX {
            mantissa = bytes[at + 1..at + 1 + length]
                .iter()
                .fold(mantissa, |sum, byte| sum * 10 + u64::from(byte - b'0'));
        }
        decimals = length;
        at += 1 + length;
    }
    let exponent = at;
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let (_, length) = digits(&bytes[at..]);
        if length == 0 {
            return None;
        }
        at += length;
    }
    if exponent == at && count <= DIGITS_MAX && mantissa < EXACT && decimals < POWERS.len() {
        #[allow(clippy::cast_precision_loss, reason = "whole numbers of up to 53 bits lose nothing")]
        let number = mantissa as f64 / POWERS[decimals];
        return Some((if negative { -number } else { number }, at));
    }
    let number: f64 = text[..at].parse().ok()?;
    number.is_finite().then_some((number, at))
}

/// Reads digits; the number is only right if there are no more than 18 of them.
fn digits(bytes: &[u8]) -> (u64, usize) {
    let mut number = 0_u64;
    let mut length = 0;
    while let Some(digit @ b'0'..=b'9') = bytes.get(length) {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        length += 1;
    }
    (number, length)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn doubles_are_those_of_the_standard_parser() {
        let mut texts: Vec<String> = [
            "0",
            "-0",
            "0.0",
            "-0.0",
            "1",
            "38",
            "0.1",
            "0.30000000000000004",
            "9007199254740991",
            "9007199254740993",
            "9007199254740992.5",
            "123456789012345678",
            "1234567890123456789",
            "1e23",
            "8.5e-05",
            "1E+2",
            "5e-324",
            "1.7976931348623157e308",
            "0.000000000000000000000000001",
            "179769313486231570000000000000000000000.25",
        ]
        .map(str::to_owned)
        .into();
        let mut state = 1_u64;
        for _ in 0..200_000 {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let number = f64::from_bits(state);
            if number.is_finite() {
                texts.push(format!("{number:?}"));
            }
            texts.push(format!(
                "{}.{:0width$}",
                state >> 40,
                state % 100_000,
                width = 5 + (state % 7) as usize
            ));
        }
        for text in texts {
            let (number, length) = double(&text).unwrap();
            assert_eq!(
                (number.to_bits(), length),
                (text.parse::<f64>().unwrap().to_bits(), text.len()),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_declined() {
        for text in ["", "-", ".5", "1.", "01", "-01", "1e", "1e+", "+1", "NaN", "1e999", "e5"] {
            assert_eq!(double(text), None, "{text}");
        }
        assert_eq!(double("1,2"), Some((1.0, 1)));
        for text in ["", "-", "-0", "01", "1.0", "1e2", "1234567890123456789", "a"] {
            assert_eq!(whole(text.as_bytes()), None, "{text}");
        }
        assert_eq!(whole(b"-120,"), Some((-120, 4)));
        assert_eq!(whole(b"0}"), Some((0, 1)));
    }
}
