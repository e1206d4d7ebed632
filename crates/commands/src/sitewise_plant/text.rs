//! The rules on single texts of a plant file: names, ids, values, windows.

use super::DataType;

/// Longest name of anything (API reference).
const NAME_CHARS_MAX: usize = 256;
/// Longest text of an attribute (user guide, quotas).
const STRING_BYTES_MAX: usize = 1024;
/// DOUBLE values range from −10^100 to 10^100 (user guide, quotas).
const DOUBLE_MAX: f64 = 1e100;
/// The units of intervals with their seconds.
const UNITS: [(&str, u64); 5] = [("s", 1), ("m", 60), ("h", 3600), ("d", 86_400), ("w", 604_800)];

/// Whether a text can be a name: 1 to 256 characters, none that control.
pub(super) fn is_name(text: &str) -> bool {
    (1..=NAME_CHARS_MAX).contains(&text.chars().count()) && !text.chars().any(|c| c < ' ' || c == '\u{7f}')
}

/// Whether a text can be an external id: 2 to 128 of letters, digits and `_-.:`, a letter, digit or `_` at both ends.
pub fn is_external_id(text: &str) -> bool {
    let end = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_');
    (2..=128).contains(&text.len())
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_-.:".contains(c))
        && end(text.chars().next())
        && end(text.chars().next_back())
}

/// Whether a text is an id: a UUID in lower case, and not all zeros.
pub fn is_id(text: &str) -> bool {
    let groups: Vec<&str> = text.split('-').collect();
    let digits = |group: &str| group.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
    groups.iter().map(|group| group.len()).eq([8, 4, 4, 4, 12])
        && groups.iter().all(|group| digits(group))
        && text.chars().any(|c| c != '0' && c != '-')
}

/// Whether a text can name a variable of a formula.
pub(super) fn is_variable(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

/// The seconds of an interval such as `15m`; nothing if it is none.
pub(super) fn interval_s(text: &str) -> Option<u64> {
    let (unit, seconds) = UNITS.into_iter().find(|(unit, _)| text.ends_with(unit))?;
    let count: u64 = text.strip_suffix(unit)?.trim().parse().ok()?;
    count.checked_mul(seconds)
}

/// Why a text is no value of a type.
pub(super) fn value_fault(data_type: DataType, text: &str) -> Option<&'static str> {
    match data_type {
        DataType::Double => {
            let is_number =
                text.parse::<f64>().is_ok_and(|number| number.is_finite() && number.abs() <= DOUBLE_MAX);
            (!is_number).then_some("a number from -10^100 to 10^100")
        }
        DataType::Integer => {
            text.parse::<i32>().is_err().then_some("a whole number from -2147483648 to 2147483647")
        }
        DataType::Boolean => (!matches!(text, "true" | "false")).then_some("true or false"),
        DataType::String => (text.len() > STRING_BYTES_MAX).then_some("text of at most 1024 bytes"),
        DataType::AlarmState => Some("written by the alarm"),
    }
}

/// Whether two texts are the same value: `1.0` and `1` are, as numbers.
pub fn is_equal_value(data_type: DataType, a: &str, b: &str) -> bool {
    let number = |text: &str| text.parse::<f64>().ok();
    match data_type {
        DataType::Double | DataType::Integer => match (number(a), number(b)) {
            (Some(a), Some(b)) => a.total_cmp(&b).is_eq() || (a == 0.0 && b == 0.0),
            _ => a == b,
        },
        DataType::Boolean | DataType::String | DataType::AlarmState => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_forms() {
        for good in ["t1", "_a", "turbine-7", "a.b:c-d_"] {
            assert!(is_external_id(good), "{good}");
        }
        for bad in ["a", "-a", "a-", "a b", "ä1", ""] {
            assert!(!is_external_id(bad), "{bad}");
        }
        assert!(is_id("a1b2c3d4-5678-90ab-cdef-11111aaaaaaa"));
        for bad in ["A1b2c3d4-5678-90ab-cdef-11111aaaaaaa", "00000000-0000-0000-0000-000000000000", "a-b"] {
            assert!(!is_id(bad), "{bad}");
        }
        assert!(is_variable("avg_1") && !is_variable("1a") && !is_variable("A") && !is_variable(""));
        assert!(is_name("Größe") && !is_name("") && !is_name("a\tb") && !is_name(&"x".repeat(257)));
    }

    #[test]
    fn values_fit_their_types() {
        for (data_type, good, bad) in [
            (DataType::Double, "1e3", "much"),
            (DataType::Double, "-1", "1e101"),
            (DataType::Integer, "-2147483648", "2147483648"),
            (DataType::Boolean, "true", "True"),
            (DataType::String, "", &"x".repeat(1025)),
        ] {
            assert_eq!(value_fault(data_type, good), None, "{good}");
            assert!(value_fault(data_type, bad).is_some(), "{bad}");
        }
        assert!(is_equal_value(DataType::Double, "1.0", "1") && is_equal_value(DataType::Double, "0", "-0"));
        assert!(!is_equal_value(DataType::String, "1.0", "1"));
    }

    #[test]
    fn intervals_are_counted_in_seconds() {
        assert_eq!(interval_s("15m"), Some(900));
        assert_eq!(interval_s("1w"), Some(604_800));
        for bad in ["", "m", "1", "1.5h", "-1m", "1y", "99999999999999999999w", "9999999999999999999w"] {
            assert_eq!(interval_s(bad), None, "{bad}");
        }
    }
}
