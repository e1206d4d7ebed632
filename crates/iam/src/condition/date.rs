//! Dates in conditions: ISO 8601 in the forms that W3C names, or seconds since 1970.

use model::Timestamp;

/// Reads a date as milliseconds since the epoch.
pub(super) fn parse(text: &str) -> Option<i64> {
    if let Some(seconds) = super::operand::number(text).filter(|_| text.len() != 4) {
        return milliseconds(seconds);
    }
    let full = match text.len() {
        4 => format!("{text}-01-01T00:00:00Z"),
        7 => format!("{text}-01T00:00:00Z"),
        10 => format!("{text}T00:00:00Z"),
        _ => with_seconds(text),
    };
    Timestamp::from_rfc3339(&full).map(Timestamp::millis)
}

/// Adds the seconds to a time of hours and minutes: `2026-01-02T03:04Z`.
fn with_seconds(text: &str) -> String {
    match text.split_at_checked(16) {
        Some((minutes, zone)) if zone.starts_with(['Z', '+', '-']) => format!("{minutes}:00{zone}"),
        _ => text.to_owned(),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "the range is checked just before")]
fn milliseconds(seconds: f64) -> Option<i64> {
    let milliseconds = (seconds * 1000.0).round();
    (milliseconds.abs() < 1e15).then_some(milliseconds as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read_in_every_form() {
        let day = 1_767_312_000_000;
        let time = day + (3 * 60 + 4) * 60_000;
        for (text, wanted) in [
            ("2026-01-02", day),
            ("2026-01-02T00:00:00Z", day),
            ("2026-01-02T03:04Z", time),
            ("2026-01-02T03:04:00.000Z", time),
            ("2026-01-02T04:04+01:00", time),
            ("1767312000", day),
            ("2026", day - 86_400_000),
            ("2026-01", day - 86_400_000),
        ] {
            assert_eq!(parse(text), Some(wanted), "{text}");
        }
        for text in ["", "soon", "2026-13-01", "2026-02-30", "2026-01-02T03", "1e99", "NaN", "inf"] {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
