//! A moment, with the three spellings that moments have on the wire: epoch seconds, RFC 3339, RFC 1123.

use std::fmt;

use serde_json::Value;

const SECOND_MS: i64 = 1000;
const DAY_S: i64 = 86_400;
/// 0001-01-01T00:00:00Z, the first moment that clients can express.
const FIRST_MS: i64 = -62_135_596_800 * SECOND_MS;
/// 9999-12-31T23:59:59.999Z, the last one.
const LAST_MS: i64 = 253_402_300_800 * SECOND_MS - 1;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
/// 1970-01-01 was a Thursday.
const WEEKDAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];

/// A moment in milliseconds since the epoch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Timestamp(i64);

impl Timestamp {
    /// Makes a moment from milliseconds since the epoch.
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis)
    }

    /// Gives the milliseconds since the epoch.
    pub const fn millis(self) -> i64 {
        self.0
    }

    /// Gives the moment `millis` later, saturating.
    #[must_use]
    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0.saturating_add(millis))
    }

    /// Reads the body's form: seconds as an integer, decimal or exponent number, in the years 1 to 9999.
    pub fn from_json_number(value: &Value) -> Option<Self> {
        let millis = match value.as_i64() {
            Some(seconds) => seconds.checked_mul(SECOND_MS)?,
            #[allow(clippy::cast_possible_truncation, reason = "the cast saturates and the bounds follow")]
            None => (value.as_f64()? * 1000.0).round() as i64,
        };
        (FIRST_MS..=LAST_MS).contains(&millis).then_some(Self(millis))
    }

    /// Gives the body's form as a JSON value.
    pub fn to_json_number(self) -> Value {
        if self.0 % SECOND_MS == 0 {
            return Value::from(self.0 / SECOND_MS);
        }
        #[allow(
            clippy::cast_precision_loss,
            reason = "moments of the years 1 to 9999 keep their milliseconds"
        )]
        Value::from(self.0 as f64 / 1000.0)
    }

    /// Prints the body's form: seconds with up to three decimals.
    pub fn epoch_seconds(self) -> impl fmt::Display {
        EpochSeconds(self.0)
    }

    /// Prints the query's form, `2026-01-02T03:04:05.678Z`, without the fraction where it is zero.
    pub fn to_rfc3339(self) -> String {
        let (date, time, millis) = self.civil();
        let fraction = if millis == 0 { String::new() } else { format!(".{millis:03}") };
        format!(
            "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}{fraction}Z",
            date.0, date.1, date.2, time.0, time.1, time.2
        )
    }

    /// Reads the query's form; any offset and any number of decimals, of which three are kept.
    pub fn from_rfc3339(text: &str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let mut date = date.split('-');
        let (year, month, day) =
            (digits(date.next()?, 4)?, digits(date.next()?, 2)?, digits(date.next()?, 2)?);
        let time = rest.strip_prefix(['T', 't', ' ']).filter(|_| date.next().is_none())?;
        let (clock, rest) = time.split_at_checked(8)?;
        let seconds = clock_seconds(clock)?;
        let (millis, zone) = fraction(rest)?;
        let offset = offset_seconds(zone)?;
        Self::from_civil((year, month, day), seconds - offset, millis)
    }

    /// Reads the query's form into the body's, with up to six decimals, for readers that keep microseconds; a reader that
    /// keeps milliseconds rounds.
    pub fn json_number_from_rfc3339(text: &str) -> Option<Value> {
        let moment = Self::from_rfc3339(text)?;
        let micros = micros_below_millis(text);
        if micros == 0 {
            return Some(moment.to_json_number());
        }
        #[allow(clippy::cast_precision_loss, reason = "a double tells the microseconds of our times apart")]
        Some(Value::from((moment.0 * 1000 + micros) as f64 / 1_000_000.0))
    }

    /// Reads the body's form in microseconds since the epoch.
    pub fn micros_from_json_number(value: &Value) -> Option<i64> {
        let moment = Self::from_json_number(value)?;
        let Some(seconds) = value.as_f64().filter(|_| !value.is_i64()) else { return Some(moment.0 * 1000) };
        #[allow(
            clippy::cast_possible_truncation,
            reason = "the years 1 to 9999 have less than 2^63 microseconds"
        )]
        Some((seconds * 1_000_000.0).round() as i64)
    }

    /// Prints the header's form, `Fri, 02 Jan 2026 03:04:05 GMT`.
    pub fn to_rfc1123(self) -> String {
        let (date, time, _) = self.civil();
        let days = self.0.div_euclid(SECOND_MS * DAY_S);
        let weekday = WEEKDAYS[index(days.rem_euclid(7))];
        let month = MONTHS[index(date.1 - 1)];
        format!(
            "{weekday}, {:02} {month} {:04} {:02}:{:02}:{:02} GMT",
            date.2, date.0, time.0, time.1, time.2
        )
    }

    /// Reads the header's form.
    pub fn from_rfc1123(text: &str) -> Option<Self> {
        let (weekday, rest) = text.split_once(", ")?;
        let mut words = rest.split(' ');
        let day = digits(words.next()?, 2)?;
        let month = MONTHS.iter().position(|name| Some(*name) == words.clone().next())?;
        let year = digits(words.nth(1)?, 4)?;
        let seconds = clock_seconds(words.next()?)?;
        let complete = words.next() == Some("GMT") && words.next().is_none() && WEEKDAYS.contains(&weekday);
        let month = i64::try_from(month).ok()? + 1;
        Self::from_civil((year, month, day), seconds, 0).filter(|_| complete)
    }

    /// Gives (year, month, day), (hour, minute, second) and milliseconds in UTC.
    fn civil(self) -> ((i64, i64, i64), (i64, i64, i64), i64) {
        let seconds = self.0.div_euclid(SECOND_MS);
        let of_day = seconds.rem_euclid(DAY_S);
        let time = (of_day / 3600, of_day / 60 % 60, of_day % 60);
        (civil_from_days(seconds.div_euclid(DAY_S)), time, self.0.rem_euclid(SECOND_MS))
    }

    fn from_civil(date: (i64, i64, i64), seconds: i64, millis: i64) -> Option<Self> {
        let days = days_from_civil(date);
        let exists = (1..=12).contains(&date.1) && civil_from_days(days) == date;
        let millis = (days * DAY_S + seconds) * SECOND_MS + millis;
        (exists && (FIRST_MS..=LAST_MS).contains(&millis)).then_some(Self(millis))
    }
}

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_rfc3339())
    }
}

struct EpochSeconds(i64);

impl fmt::Display for EpochSeconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let millis = self.0.unsigned_abs();
        let (seconds, fraction) = (millis / 1000, millis % 1000);
        match (fraction, fraction % 10, fraction % 100) {
            (0, ..) => write!(f, "{sign}{seconds}"),
            (_, _, 0) => write!(f, "{sign}{seconds}.{}", fraction / 100),
            (_, 0, _) => write!(f, "{sign}{seconds}.{:02}", fraction / 10),
            _ => write!(f, "{sign}{seconds}.{fraction:03}"),
        }
    }
}

fn index(number: i64) -> usize {
    usize::try_from(number).expect("calendar numbers are small and not negative")
}

/// Reads exactly `count` ASCII digits.
fn digits(text: &str, count: usize) -> Option<i64> {
    let fits = text.len() == count && text.bytes().all(|byte| byte.is_ascii_digit());
    fits.then(|| text.parse().ok()).flatten()
}

/// Reads `hh:mm:ss`; a leap second counts as the next minute's first second.
fn clock_seconds(text: &str) -> Option<i64> {
    let mut parts = text.split(':');
    let (hour, minute) = (digits(parts.next()?, 2)?, digits(parts.next()?, 2)?);
    let second = digits(parts.next()?, 2)?;
    let exists = hour < 24 && minute < 60 && second <= 60 && parts.next().is_none();
    exists.then_some(hour * 3600 + minute * 60 + second)
}

/// Splits `.678Z` into milliseconds and the zone.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let Some(rest) = text.strip_prefix('.') else { return Some((0, text)) };
    let end = rest.bytes().position(|byte| !byte.is_ascii_digit())?;
    let padded = format!("{:0<3}", &rest[..end]);
    (end > 0).then(|| Some((digits(&padded[..3], 3)?, &rest[end..]))).flatten()
}

/// Reads the fourth to sixth decimal of a query's form.
fn micros_below_millis(text: &str) -> i64 {
    let decimals = text.split_once('.').map_or("", |(_, decimals)| decimals);
    let digit = |at: usize| decimals.as_bytes().get(at).filter(|byte| byte.is_ascii_digit());
    let kept = (0..6).map_while(digit).enumerate().skip(3);
    kept.map(|(at, byte)| i64::from(byte - b'0') * [100, 10, 1][at - 3]).sum()
}

/// Reads `Z` or `+01:00`.
fn offset_seconds(zone: &str) -> Option<i64> {
    if matches!(zone, "Z" | "z") {
        return Some(0);
    }
    let (sign, rest) = match zone.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hour, minute) = rest.split_once(':')?;
    let (hour, minute) = (digits(hour, 2)?, digits(minute, 2)?);
    (hour < 24 && minute < 60).then_some(sign * (hour * 3600 + minute * 60))
}

/// Counts days since the epoch in the proleptic Gregorian calendar, in eras of 400 years that start in March.
fn days_from_civil((year, month, day): (i64, i64, i64)) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

fn civil_from_days(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(json: &str) -> Option<i64> {
        Timestamp::from_json_number(&serde_json::from_str(json).unwrap()).map(Timestamp::millis)
    }

    #[test]
    fn the_body_takes_integer_decimal_and_exponent_seconds() {
        assert_eq!(body("1493405005"), Some(1_493_405_005_000));
        assert_eq!(body("1493405005.639"), Some(1_493_405_005_639));
        assert_eq!(body("1.493405005639E9"), Some(1_493_405_005_639));
        assert_eq!(body("-1.5"), Some(-1500));
        assert_eq!(body("\"1493405005\""), None);
        assert_eq!(body("253402300799.999"), Some(LAST_MS));
        assert_eq!((body("253402300800"), body("-62135596801"), body("1e300")), (None, None, None));
        assert_eq!(body("9223372036854775807"), None);
    }

    #[test]
    fn the_body_prints_up_to_three_decimals() {
        let printed = |millis| Timestamp::from_millis(millis).epoch_seconds().to_string();
        assert_eq!(printed(1_700_000_000_000), "1700000000");
        assert_eq!(printed(1_700_000_000_120), "1700000000.12");
        assert_eq!(printed(1_700_000_000_003), "1700000000.003");
        assert_eq!(printed(1_700_000_000_500), "1700000000.5");
        assert_eq!(printed(-1), "-0.001");
    }

    #[test]
    fn the_query_form_reads_back() {
        for (text, millis) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2026-02-28T23:59:59.999Z", 1_772_323_199_999),
            ("2024-02-29T00:00:00Z", 1_709_164_800_000),
            ("0001-01-01T00:00:00Z", FIRST_MS),
            ("1969-12-31T23:59:59.500Z", -500),
        ] {
            let moment = Timestamp::from_millis(millis);
            assert_eq!(moment.to_rfc3339(), text);
            assert_eq!(Timestamp::from_rfc3339(text), Some(moment), "{text}");
        }
        let offset = Timestamp::from_rfc3339("1970-01-01T01:00:00.1239999+01:00");
        assert_eq!(offset, Some(Timestamp::from_millis(123)));
    }

    #[test]
    fn microseconds_of_the_query_form_arrive_in_the_body() {
        for (text, micros) in [
            ("2026-03-02T10:00:00.500000Z", 1_772_445_600_500_000),
            ("2026-03-02T10:00:00.000001Z", 1_772_445_600_000_001),
            ("2026-03-02T10:00:00.9999999Z", 1_772_445_600_999_999),
            ("2026-03-02T10:00:00.1234+01:00", 1_772_442_000_123_400),
            ("2026-03-02T10:00:00Z", 1_772_445_600_000_000),
            ("1969-12-31T23:59:59.999999Z", -1),
            ("2100-01-01T00:00:00.000001Z", 4_102_444_800_000_001),
        ] {
            let number = Timestamp::json_number_from_rfc3339(text).unwrap();
            assert_eq!(Timestamp::micros_from_json_number(&number), Some(micros), "{text} {number}");
        }
        assert_eq!(Timestamp::json_number_from_rfc3339("2026-03-02"), None);
        assert_eq!(Timestamp::micros_from_json_number(&Value::from(1e300)), None);
    }

    #[test]
    fn the_query_form_refuses_what_is_no_moment() {
        for text in [
            "",
            "2026",
            "2026-02-29T00:00:00Z",
            "2026-13-01T00:00:00Z",
            "2026-00-01T00:00:00Z",
            "2026-01-01",
            "2026-01-01T24:00:00Z",
            "2026-01-01T00:00:00",
            "2026-01-01T00:00:00.Z",
            "2026-01-01T00:00:00+1:00",
            "0001-01-01T00:00:00+01:00",
            "２０２６-01-01T00:00:00Z",
            "2026-01-01T00:00:00Zz",
            "2026-01-0é",
        ] {
            assert_eq!(Timestamp::from_rfc3339(text), None, "{text}");
        }
    }

    #[test]
    fn the_header_form_reads_back() {
        let moment = Timestamp::from_millis(784_111_777_000);
        assert_eq!(moment.to_rfc1123(), "Sun, 06 Nov 1994 08:49:37 GMT");
        assert_eq!(Timestamp::from_rfc1123("Sun, 06 Nov 1994 08:49:37 GMT"), Some(moment));
        for text in
            ["", "Sun, 06 Nov 1994", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 GMT x"]
        {
            assert_eq!(Timestamp::from_rfc1123(text), None, "{text}");
        }
    }
}
