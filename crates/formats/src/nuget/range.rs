//! Ranges of versions, as dependencies name them: `1.0`, `[1.0]`, `(1.0,2.0]`, `[1.0,)`.

use std::fmt;

use super::version::Version;

/// The versions that a dependency may be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    lowest: Option<(Version, bool)>,
    highest: Option<(Version, bool)>,
}

impl Range {
    /// Reads a range; a version alone is the lowest one.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self { lowest: None, highest: None });
        }
        let opened = text.strip_prefix(['[', '(']);
        let Some(inside) = opened.and_then(|rest| rest.strip_suffix([']', ')'])) else {
            let lowest = Version::parse(text)?;
            return Some(Self { lowest: Some((lowest, true)), highest: None });
        };
        let (with_lowest, with_highest) = (text.starts_with('['), text.ends_with(']'));
        let Some((low, high)) = inside.split_once(',') else {
            // `[1.0]`: this one exactly.
            let only = Version::parse(inside).filter(|_| with_lowest && with_highest)?;
            return Some(Self { lowest: Some((only.clone(), true)), highest: Some((only, true)) });
        };
        let bound = |text: &str, with: bool| match text.trim() {
            "" => Some(None),
            text => Version::parse(text).map(|version| Some((version, with))),
        };
        let range = Self { lowest: bound(low, with_lowest)?, highest: bound(high, with_highest)? };
        let backwards =
            matches!((&range.lowest, &range.highest), (Some((low, _)), Some((high, _))) if low > high);
        (!backwards).then_some(range)
    }

    /// Whether a version is in it.
    pub fn holds(&self, version: &Version) -> bool {
        let above = self.lowest.as_ref().is_none_or(|(low, with)| version > low || *with && version == low);
        let below =
            self.highest.as_ref().is_none_or(|(high, with)| version < high || *with && version == high);
        above && below
    }

    /// Whether only clients that know semantic versioning 2.0.0 understand it.
    pub fn is_semver2(&self) -> bool {
        let bounds = self.lowest.iter().chain(&self.highest);
        bounds.into_iter().any(|(version, _)| version.is_semver2())
    }
}

impl fmt::Display for Range {
    /// Prints the spelling of registrations: `[1.0.0, )`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let spelled =
            |bound: &Option<(Version, bool)>| bound.as_ref().map_or_else(String::new, |(v, _)| spell(v));
        let with = |bound: &Option<(Version, bool)>| bound.as_ref().is_some_and(|(_, with)| *with);
        let open = if with(&self.lowest) { '[' } else { '(' };
        if let (Some((low, true)), Some((high, true))) = (&self.lowest, &self.highest)
            && low == high
        {
            return write!(f, "[{}]", spell(low));
        }
        let close = if with(&self.highest) { ']' } else { ')' };
        write!(f, "{open}{}, {}{close}", spelled(&self.lowest), spelled(&self.highest))
    }
}

/// Labels keep their letter case here; the metadata of a build says nothing.
fn spell(version: &Version) -> String {
    let full = version.full();
    full.split('+').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_are_read_and_spelled() {
        for (text, expected) in [
            ("1.0", "[1.0.0, )"),
            ("[1.0,)", "[1.0.0, )"),
            ("(1.0,)", "(1.0.0, )"),
            ("[1.0]", "[1.0.0]"),
            ("(,1.0]", "(, 1.0.0]"),
            ("(,1.0)", "(, 1.0.0)"),
            (" [ 1.0 , 2.0-Beta+x ) ", "[1.0.0, 2.0.0-Beta)"),
            ("(1.0,2.0)", "(1.0.0, 2.0.0)"),
            ("[1.0, 1.0]", "[1.0.0]"),
            ("", "(, )"),
        ] {
            let range = Range::parse(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!(range.to_string(), expected, "{text}");
            assert_eq!(Range::parse(expected).map(|range| range.to_string()).as_deref(), Some(expected));
        }
        for bad in ["(1.0)", "[1.0", "1.0]", "[2.0,1.0]", "[a,b]", "[1,2,3]", "[]", "x", "1.*"] {
            assert_eq!(Range::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn a_range_holds_what_lies_in_it() {
        let holds = |range: &str, version: &str| {
            Range::parse(range).unwrap().holds(&Version::parse(version).unwrap())
        };
        for (range, version, expected) in [
            ("1.0", "1.0.0", true),
            ("1.0", "0.9", false),
            ("1.0", "1.0.0-beta", false),
            ("(1.0,2.0]", "1.0", false),
            ("(1.0,2.0]", "2.0.0.0", true),
            ("(1.0,2.0)", "2.0", false),
            ("[1.0]", "1.0.1", false),
            ("", "7", true),
        ] {
            assert_eq!(holds(range, version), expected, "{range} {version}");
        }
        assert!(Range::parse("[1.0-a.b,)").unwrap().is_semver2());
        assert!(!Range::parse("[1.0-a,2)").unwrap().is_semver2());
    }
}
