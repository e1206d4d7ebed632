//! Tumbling windows: how interval and offset of a metric are written, and where its windows end.
//!
//! A window is the time after its start up to and including its end; its result carries the time of the end.

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};

use crate::zone::offset_s;

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;
const WEEK_S: i64 = 7 * DAY_S;

/// Shortest interval: "the interval time must be between 1 minute and 1 week" (API reference).
const INTERVAL_S_MIN: i64 = MINUTE_S;
/// Longest interval.
const INTERVAL_S_MAX: i64 = WEEK_S;

/// The first Monday of the Unix era, 1970-01-05T00:00Z: weeks end at midnight before Mondays.
const MONDAY_S: i64 = 4 * DAY_S;

/// Windows of equal length that follow each other without gaps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tumbling {
    interval_s: i64,
    /// The end of one window, before the length of an interval has passed since 1970.
    anchor_s: i64,
}

impl Tumbling {
    /// Reads interval and offset; the fault is a sentence that names the member, its value and what is legal.
    ///
    /// Assumed: an interval of seven days is a week, and an offset that is longer than the interval counts from its
    /// last multiple on.
    pub fn parse(interval: &str, offset: Option<&str>) -> Result<Self, String> {
        let interval_s =
            duration_s(interval).filter(|seconds| (INTERVAL_S_MIN..=INTERVAL_S_MAX).contains(seconds));
        let Some(interval_s) = interval_s else {
            return Err(format!(
                "interval '{interval}' is not a time between 1 minute (1m) and 1 week (1w), such as 5m, 1h, 1d or PT15M"
            ));
        };
        let origin_s = if interval_s == WEEK_S { MONDAY_S } else { 0 };
        let anchor_s = match offset {
            None => origin_s,
            Some(offset) => match Shift::parse(offset.trim()) {
                Some(Shift::Duration(seconds)) => origin_s + seconds,
                Some(Shift::Instant(seconds)) => seconds,
                None => {
                    return Err(format!(
                        "offset '{offset}' is neither a duration (18h, PT18H), nor a time of day (00:03:00), nor a \
                         date and time with a time zone (2021-07-23T18:00-08)"
                    ));
                }
            },
        };
        Ok(Self { interval_s, anchor_s: anchor_s.rem_euclid(interval_s) })
    }

    /// Says how long each window is, in seconds.
    pub fn interval_s(self) -> i64 {
        self.interval_s
    }

    /// Answers the end of the window that holds a time, in seconds since 1970; `nanoseconds` are those behind the
    /// second.
    pub fn end_s(self, seconds: i64, nanoseconds: u32) -> i64 {
        let past = (seconds - self.anchor_s).rem_euclid(self.interval_s);
        if past == 0 && nanoseconds == 0 { seconds } else { seconds - past + self.interval_s }
    }
}

/// What an offset says.
enum Shift {
    /// A shift against midnight UTC, or against Monday for weeks.
    Duration(i64),
    /// An instant at which one window ends.
    Instant(i64),
}

impl Shift {
    fn parse(text: &str) -> Option<Self> {
        let shift = duration_s(text).or_else(|| clock_s(text)).map(Self::Duration);
        shift.or_else(|| instant_s(text).map(Self::Instant))
    }
}

/// Reads a duration: a number and one unit of `s m h d w`, or ISO 8601 in whole numbers.
fn duration_s(text: &str) -> Option<i64> {
    if let Some(iso) = text.strip_prefix('P') {
        return iso_s(iso);
    }
    let (number, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if unit.chars().any(char::is_uppercase) { None } else { number_s(number, unit) }
}

fn number_s(number: &str, unit: &str) -> Option<i64> {
    let unit_s = match unit {
        "s" | "S" => 1,
        "m" | "M" => MINUTE_S,
        "h" | "H" => HOUR_S,
        "d" | "D" => DAY_S,
        "w" | "W" => WEEK_S,
        _ => return None,
    };
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| number.parse::<i64>().ok()).flatten()?.checked_mul(unit_s)
}

/// Reads what stands behind the `P` of ISO 8601: weeks and days, then behind a `T` hours, minutes and seconds.
fn iso_s(text: &str) -> Option<i64> {
    let (date, time) = match text.split_once('T') {
        Some((_, "")) => return None,
        Some(parts) => parts,
        None => (text, ""),
    };
    if date.is_empty() && time.is_empty() {
        return None;
    }
    let mut total = 0_i64;
    for (part, mut units) in [(date, "WD"), (time, "HMS")] {
        let mut rest = part;
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_uppercase())?;
            let unit = &rest[end..=end];
            units = &units[units.find(unit)? + 1..];
            total = total.checked_add(number_s(&rest[..end], unit)?)?;
            rest = &rest[end + 1..];
        }
    }
    Some(total)
}

/// Reads a time of day on the 24-hour clock, with seconds or without.
fn clock_s(text: &str) -> Option<i64> {
    let mut total = 0;
    let parts: Vec<&str> = text.split(':').collect();
    if !(2..=3).contains(&parts.len()) {
        return None;
    }
    for (part, (most, unit_s)) in std::iter::zip(parts, [(23, HOUR_S), (59, MINUTE_S), (59, 1)]) {
        let two_digits = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        let number: i64 = two_digits.then(|| part.parse().ok()).flatten()?;
        total += (number <= most).then_some(number)? * unit_s;
    }
    Some(total)
}

/// Reads a date and time with its offset from UTC.
fn instant_s(text: &str) -> Option<i64> {
    let (date, time) = text.split_once('T')?;
    let (time, offset_s) = if let Some(time) = time.strip_suffix('Z') {
        (time, 0)
    } else {
        let (time, offset) = time.split_at(time.find(['+', '-'])?);
        (time, offset_s(offset)?)
    };
    let clock = time.split_once('.').map_or(time, |(whole, _)| whole);
    clock_s(clock)?;
    let local: DateTime = format!("{date}T{clock}").parse().ok()?;
    let zone = TimeZone::fixed(Offset::from_seconds(offset_s).ok()?);
    Some(zone.to_timestamp(local).ok()?.as_second())
}

#[cfg(test)]
mod tests {
    use super::*;

    const T_2021_07_02_S: i64 = 1_625_184_000;
    /// Monday, 2026-03-02T10:00:00Z.
    const T0_S: i64 = 1_772_445_600;

    fn end(interval: &str, offset: Option<&str>, seconds: i64) -> i64 {
        Tumbling::parse(interval, offset).unwrap().end_s(seconds, 0)
    }

    #[test]
    fn the_boundaries_of_the_guide() {
        let dated = Some("2021-02-20T18:30:30-08");
        assert_eq!(end("12h", dated, T_2021_07_02_S), T_2021_07_02_S + 2 * HOUR_S + 30 * 60 + 30);
        assert_eq!(
            end("12h", dated, T_2021_07_02_S + 3 * HOUR_S),
            T_2021_07_02_S + 14 * HOUR_S + 30 * 60 + 30
        );
        let at_14 = T_2021_07_02_S + 14 * HOUR_S;
        assert_eq!(end("5m", Some("00:03:00"), at_14), at_14 + 3 * 60);
        assert_eq!(end("5m", Some("00:03:00"), at_14 + 3 * 60 + 1), at_14 + 8 * 60);
        assert_eq!(end("1d", Some("18h"), at_14), at_14 + 4 * HOUR_S);
        assert_eq!(end("1d", Some(" PT18H "), at_14), at_14 + 4 * HOUR_S);
        assert_eq!(end("1d", Some("2021-07-23T18:00-08"), at_14), at_14 + 12 * HOUR_S);
        assert_eq!(end("1w", None, T0_S), 1_773_014_400);
        assert_eq!(end("7d", None, T0_S), 1_773_014_400);
        assert_eq!(end("1h", Some("25m"), T0_S), T0_S + 25 * 60);
        assert_eq!(end("5m", Some("1h"), T0_S), T0_S);
    }

    #[test]
    fn a_window_holds_its_end_but_not_its_start() {
        let minute = Tumbling::parse("1m", None).unwrap();
        assert_eq!(minute.end_s(T0_S, 0), T0_S);
        assert_eq!(minute.end_s(T0_S, 1), T0_S + 60);
        assert_eq!(minute.end_s(T0_S + 59, 999_999_999), T0_S + 60);
        assert_eq!(minute.end_s(-1, 0), 0);
        assert_eq!(minute.interval_s(), 60);
    }

    #[test]
    fn the_legal_intervals() {
        for interval in
            ["1m", "60s", "1w", "168h", "P1W", "P7D", "PT5M", "PT1H30M", "P1DT12H", "PT60S", "90m"]
        {
            assert!(Tumbling::parse(interval, None).is_ok(), "{interval}");
        }
        for interval in [
            "59s",
            "2w",
            "8d",
            "m",
            "1",
            "+1h",
            "1mö",
            "ö",
            "P",
            "PT",
            "P1DT",
            "PT1M1H",
            "PT5",
            "P5M",
            "1.5h",
            "5M",
            "99999999999999999999w",
        ] {
            let fault = Tumbling::parse(interval, None).unwrap_err();
            assert!(fault.starts_with(&format!("interval '{interval}' is not a time between")), "{fault}");
        }
    }

    #[test]
    fn the_legal_offsets() {
        for offset in
            ["30s", "18h", "PT18H", "00:03", "23:59:59", "2021-07-23T18:00Z", "2021-07-23T18:00:01.5+05:30"]
        {
            assert!(Tumbling::parse("1h", Some(offset)).is_ok(), "{offset}");
        }
        for offset in [
            "",
            "18",
            "-18h",
            "24:00",
            "1:00",
            "00:03:00:00",
            "2021-07-23",
            "2021-07-23T18:00",
            "2021-02-30T18:00Z",
            "noon",
        ] {
            let fault = Tumbling::parse("1h", Some(offset)).unwrap_err();
            assert!(fault.starts_with(&format!("offset '{offset}' is neither")), "{fault}");
        }
    }
}
