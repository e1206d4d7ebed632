//! Time zones of `localtime` and `mktime`: UTC, offsets, short ids of old, and the regions of the IANA database.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};

use crate::function::Field;
use crate::value::NoValue;

const MINUTE_S: i32 = 60;
const HOUR_S: i32 = 60 * MINUTE_S;
/// Farthest offset from UTC (ISO 8601 as Java reads it).
const OFFSET_S_MAX: i32 = 18 * HOUR_S;

/// Short ids, which mean what they meant in Java's first years.
const SHORT_IDS: [(&str, &str); 28] = [
    ("ACT", "Australia/Darwin"),
    ("AET", "Australia/Sydney"),
    ("AGT", "America/Argentina/Buenos_Aires"),
    ("ART", "Africa/Cairo"),
    ("AST", "America/Anchorage"),
    ("BET", "America/Sao_Paulo"),
    ("BST", "Asia/Dhaka"),
    ("CAT", "Africa/Harare"),
    ("CNT", "America/St_Johns"),
    ("CST", "America/Chicago"),
    ("CTT", "Asia/Shanghai"),
    ("EAT", "Africa/Addis_Ababa"),
    ("ECT", "Europe/Paris"),
    ("CET", "Europe/Paris"),
    ("IET", "America/Indiana/Indianapolis"),
    ("IST", "Asia/Kolkata"),
    ("JST", "Asia/Tokyo"),
    ("MIT", "Pacific/Apia"),
    ("NET", "Asia/Yerevan"),
    ("NST", "Pacific/Auckland"),
    ("PLT", "Asia/Karachi"),
    ("PNT", "America/Phoenix"),
    ("PRT", "America/Puerto_Rico"),
    ("PST", "America/Los_Angeles"),
    ("SST", "Pacific/Guadalcanal"),
    ("VST", "Asia/Ho_Chi_Minh"),
    ("US/Pacific-New", "America/Los_Angeles"),
    ("GMT0", "UTC"),
];

/// Short ids with a fixed offset in hours, and the regions of old Unix systems.
const FIXED: [(&str, i32); 9] = [
    ("EST", -5),
    ("MST", -7),
    ("HST", -10),
    ("SystemV/AST4", -4),
    ("SystemV/EST5", -5),
    ("SystemV/CST6", -6),
    ("SystemV/MST7", -7),
    ("SystemV/PST8", -8),
    ("SystemV/HST10", -10),
];

/// A time zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Zone(TimeZone);

impl Zone {
    /// Answers UTC.
    pub fn utc() -> Self {
        Self(TimeZone::UTC)
    }

    /// Reads `Z`, `+2`, `GMT+2`, `UTC-01:00`, `PST` or `Europe/Berlin`.
    pub fn parse(text: &str) -> Result<Self, String> {
        if matches!(text, "Z" | "UTC" | "GMT" | "UT") {
            return Ok(Self::utc());
        }
        let prefixes = ["UTC", "GMT", "UT", ""];
        let offset = prefixes.iter().find_map(|prefix| text.strip_prefix(prefix).and_then(offset_s));
        if let Some(seconds) = offset {
            return Ok(Self::fixed(seconds));
        }
        if let Some((_, hours)) = FIXED.iter().find(|(id, _)| *id == text) {
            return Ok(Self::fixed(hours * HOUR_S));
        }
        let region = SHORT_IDS.iter().find(|(id, _)| *id == text).map_or(text, |(_, region)| region);
        TimeZone::get(region).map(Self).map_err(|_| {
            format!(
                "there is no time zone '{text}'; write a region such as 'Europe/Berlin', an offset such as '+2' or \
                 'UTC-01:00', or 'Z'"
            )
        })
    }

    fn fixed(seconds: i32) -> Self {
        Self(Offset::from_seconds(seconds).map_or(TimeZone::UTC, TimeZone::fixed))
    }

    /// Reads one field of the local time at so many seconds after 1970. Assumed: seconds are whole.
    pub fn field(&self, field: Field, seconds: f64) -> Result<f64, NoValue> {
        if !(seconds.is_finite() && seconds.abs() < 1e15) {
            return Err(NoValue::Domain);
        }
        #[expect(clippy::cast_possible_truncation, reason = "checked to be within ±10^15")]
        let instant = Timestamp::from_second(seconds.floor() as i64).map_err(|_| NoValue::Domain)?;
        let local: DateTime = self.0.to_datetime(instant);
        Ok(match field {
            Field::Year => f64::from(local.year()),
            Field::Month => f64::from(local.month()),
            Field::MonthDay => f64::from(local.day()),
            Field::WeekDay => f64::from(local.weekday().to_sunday_zero_offset()),
            Field::YearDay => f64::from(local.day_of_year()),
            Field::Hour => f64::from(local.hour()),
            Field::Minute => f64::from(local.minute()),
            Field::Second => f64::from(local.second()),
        })
    }

    /// Finds the seconds after 1970 of a local time; in the hour that a clock skips it is moved on, and of two equal
    /// hours it means the first one.
    pub fn seconds(&self, parts: [f64; 6]) -> Result<f64, NoValue> {
        let [year, month, day, hour, minute, second] = parts;
        let legal = (1970.0..=2250.0).contains(&year) && (0.0..=60.0).contains(&second);
        if !legal {
            return Err(NoValue::Domain);
        }
        let date = Date::new(small(year)?, small(month)?, small(day)?).map_err(|_| NoValue::Domain)?;
        let time = jiff::civil::Time::new(small(hour)?, small(minute)?, 0, 0).map_err(|_| NoValue::Domain)?;
        let instant = self.0.to_timestamp(date.to_datetime(time)).map_err(|_| NoValue::Domain)?;
        #[expect(clippy::cast_precision_loss, reason = "seconds until 2250 fit a double")]
        Ok(instant.as_second() as f64 + second)
    }
}

/// Reads a whole number of a date.
fn small<T: TryFrom<i16>>(number: f64) -> Result<T, NoValue> {
    if number.fract() != 0.0 || !(-1e4..1e4).contains(&number) {
        return Err(NoValue::Domain);
    }
    #[expect(clippy::cast_possible_truncation, reason = "checked to be within ±10^4")]
    T::try_from(number as i16).map_err(|_| NoValue::Domain)
}

/// Reads `+h`, `+hh`, `+hh:mm`, `+hhmm` or `+hh:mm:ss`.
pub(crate) fn offset_s(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let part = |text: &str, most: i32| -> Option<i32> {
        let digits = !text.is_empty() && text.len() <= 2 && text.bytes().all(|byte| byte.is_ascii_digit());
        digits.then(|| text.parse().ok()).flatten().filter(|number| *number <= most)
    };
    let parts: Vec<&str> = if rest.len() == 4 && !rest.contains(':') {
        vec![rest.get(..2)?, rest.get(2..)?]
    } else {
        rest.split(':').collect()
    };
    let seconds = match parts[..] {
        [hours] => part(hours, 18)? * HOUR_S,
        [hours, minutes] => part(hours, 18)? * HOUR_S + part(minutes, 59)? * MINUTE_S,
        [hours, minutes, seconds] => {
            part(hours, 18)? * HOUR_S + part(minutes, 59)? * MINUTE_S + part(seconds, 59)?
        }
        _ => return None,
    };
    (seconds <= OFFSET_S_MAX).then_some(sign * seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seconds(zone: &str, parts: [f64; 6]) -> Result<f64, NoValue> {
        Zone::parse(zone).unwrap().seconds(parts)
    }

    #[test]
    fn the_computed_times() {
        assert_eq!(seconds("Z", [2020.0, 2.0, 29.0, 0.0, 0.0, 0.0]), Ok(1_582_934_400.0));
        assert_eq!(seconds("UTC+3", [2021.0, 12.0, 31.0, 22.0, 0.0, 0.0]), Ok(1_640_977_200.0));
        assert_eq!(seconds("PST", [2022.0, 10.0, 13.0, 2.0, 55.0, 13.68]), Ok(1_665_654_913.68));
        assert_eq!(seconds("Z", [2021.0, 2.0, 29.0, 0.0, 0.0, 0.0]), Err(NoValue::Domain));
        assert_eq!(seconds("Z", [1969.0, 2.0, 2.0, 0.0, 0.0, 0.0]), Err(NoValue::Domain));
        assert_eq!(seconds("Z", [2020.5, 2.0, 2.0, 0.0, 0.0, 0.0]), Err(NoValue::Domain));
        assert_eq!(seconds("Z", [2020.0, 2.0, 2.0, 0.0, 0.0, 60.0]), Ok(1_580_601_660.0));
    }

    #[test]
    fn zones_are_read_in_all_forms() {
        let hour = |zone: &str| Zone::parse(zone).unwrap().field(Field::Hour, 1_640_952_000.0).unwrap();
        for (zone, expected) in [
            ("Z", 12.0),
            ("+2", 14.0),
            ("-5", 7.0),
            ("GMT+2", 14.0),
            ("UTC-01:00", 11.0),
            ("+0530", 17.0),
            ("EST", 7.0),
            ("HST", 2.0),
            ("JST", 21.0),
            ("Europe/Berlin", 13.0),
            ("america/los_angeles", 4.0),
            ("US/Pacific-New", 4.0),
            ("SystemV/PST8", 4.0),
        ] {
            assert!((hour(zone) - expected).abs() < f64::EPSILON, "{zone}: {}", hour(zone));
        }
        for (short, _) in SHORT_IDS {
            assert!(Zone::parse(short).is_ok(), "{short}");
        }
        for wrong in ["", "Europe/Bonn", "+19", "+1:60", "UTC+", "++1", "2"] {
            assert!(Zone::parse(wrong).unwrap_err().contains("there is no time zone"), "{wrong}");
        }
    }

    #[test]
    fn the_fields_of_a_day() {
        // Thursday 2021-12-30T23:59:58Z, which is the 31st in Tokyo.
        let zone = Zone::parse("Asia/Tokyo").unwrap();
        let field = |field| zone.field(field, 1_640_908_798.75).unwrap();
        let fields = [
            Field::Year,
            Field::Month,
            Field::MonthDay,
            Field::WeekDay,
            Field::YearDay,
            Field::Hour,
            Field::Minute,
            Field::Second,
        ];
        assert_eq!(format!("{:?}", fields.map(field)), "[2021.0, 12.0, 31.0, 5.0, 365.0, 8.0, 59.0, 58.0]");
        assert_eq!(zone.field(Field::Year, 1e14), Err(NoValue::Domain));
    }
}
