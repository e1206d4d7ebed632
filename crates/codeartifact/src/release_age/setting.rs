//! The tags of a package group that set a minimum release age, and how they read.

use std::collections::BTreeSet;
use std::fmt;

/// The tag that sets the minimum age: `72h`, `3d`, or `0h` for none.
pub const AGE_KEY: &str = "homeregion:minimum-release-age";

/// The tag that names versions which need no age, separated by spaces.
pub const EXEMPT_KEY: &str = "homeregion:release-age-exempt";

/// What the keys of this program's own settings begin with, in whatever letter case somebody writes it.
const PREFIX: &str = "homeregion:";

/// Longest minimum age: a hundred years. What is longer was meant otherwise.
const HOURS_MAX: i64 = 100 * 365 * 24;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// How old a version must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Minimum {
    /// So many hours.
    Hours(i64),
    /// Older than anything is: the setting cannot be read.
    Never,
}

impl Minimum {
    /// Reads the value of the tag; the error is the sentence for the caller.
    pub fn parse(value: &str) -> Result<Minimum, String> {
        let wrong = || {
            format!(
                "The value of tag {AGE_KEY} is hours or days such as 72h, 3d or 0h, at most {}d, not '{value}'",
                HOURS_MAX / 24
            )
        };
        let hours_each = match value.chars().next_back() {
            Some('h') => 1,
            Some('d') => 24,
            _ => return Err(wrong()),
        };
        let digits = &value[..value.len() - 1];
        if digits.is_empty() || digits.len() > 6 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(wrong());
        }
        let hours = digits.parse::<i64>().map_err(|_| wrong())? * hours_each;
        if hours > HOURS_MAX {
            return Err(wrong());
        }
        Ok(Minimum::Hours(hours))
    }

    /// Reads a stored value; one that cannot be read admits nothing.
    pub fn stored(value: &str) -> Minimum {
        Minimum::parse(value).unwrap_or(Minimum::Never)
    }

    /// Tells whether every version is old enough.
    pub fn is_nothing(self) -> bool {
        self == Minimum::Hours(0)
    }

    /// Gives the milliseconds, unless nothing is old enough.
    pub(super) fn millis(self) -> Option<i64> {
        match self {
            Minimum::Hours(hours) => Some(hours * HOUR_MS),
            Minimum::Never => None,
        }
    }
}

impl fmt::Display for Minimum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Minimum::Hours(1) => f.write_str("1 hour"),
            Minimum::Hours(hours) if *hours > 24 && hours % 24 == 0 => write!(f, "{} days", hours / 24),
            Minimum::Hours(hours) => write!(f, "{hours} hours"),
            Minimum::Never => f.write_str("a text that cannot be read"),
        }
    }
}

/// Reads the versions of the tag.
pub(super) fn exempt(value: &str) -> BTreeSet<String> {
    value.split_whitespace().map(str::to_owned).collect()
}

/// Checks a tag on its way to a resource, which is a package group or not; the error is the sentence for the caller.
///
/// Keys that begin like the settings of this program and are none are refused: a slip of the pen would protect nobody.
pub(crate) fn check(key: &str, value: &str, on_group: bool) -> Result<(), String> {
    if !key.to_lowercase().starts_with(PREFIX) {
        return Ok(());
    }
    if key != AGE_KEY && key != EXEMPT_KEY {
        return Err(format!("Tag key {key} is no setting: there are {AGE_KEY} and {EXEMPT_KEY}"));
    }
    if !on_group {
        return Err(format!("Tag key {key} is a setting of package groups only"));
    }
    if key == AGE_KEY {
        return Minimum::parse(value).map(|_| ());
    }
    if exempt(value).is_empty() {
        return Err(format!("The value of tag {EXEMPT_KEY} is one or more versions, separated by spaces"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_and_days_are_read_and_nothing_else_is() {
        assert_eq!(Minimum::parse("72h"), Ok(Minimum::Hours(72)));
        assert_eq!(Minimum::parse("3d"), Ok(Minimum::Hours(72)));
        assert_eq!(Minimum::parse("0h"), Ok(Minimum::Hours(0)));
        assert_eq!(Minimum::parse("36500d"), Ok(Minimum::Hours(876_000)));
        for value in
            ["", "h", "72", "72 h", " 72h", "-1h", "+1h", "1.5d", "3D", "3w", "1d12h", "36501d", "9999999h"]
        {
            let refused = Minimum::parse(value).unwrap_err();
            assert!(refused.contains(AGE_KEY) && refused.contains(value), "{value}: {refused}");
        }
        assert!(Minimum::parse("٣d").is_err());
    }

    #[test]
    fn what_cannot_be_read_admits_nothing() {
        assert_eq!(Minimum::stored("soon"), Minimum::Never);
        assert_eq!(Minimum::Never.millis(), None);
        assert!(!Minimum::Never.is_nothing());
    }

    #[test]
    fn settings_belong_to_groups_and_are_spelled_right() {
        assert_eq!(check("team", "x", false), Ok(()));
        assert_eq!(check(AGE_KEY, "3d", true), Ok(()));
        assert_eq!(check(EXEMPT_KEY, "1.2.3 1.2.4", true), Ok(()));
        for (key, value, on_group) in [
            (AGE_KEY, "3d", false),
            (EXEMPT_KEY, "1.2.3", false),
            (AGE_KEY, "soon", true),
            (EXEMPT_KEY, " ", true),
            ("homeregion:minimum-age", "3d", true),
            ("HomeRegion:minimum-release-age", "3d", true),
            ("homeregion:Minimum-Release-Age", "3d", true),
        ] {
            assert!(check(key, value, on_group).is_err(), "{key} {value}");
        }
    }
}
