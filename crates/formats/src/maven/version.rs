//! The order of Maven versions, as Maven's own `ComparableVersion` has it.
//!
//! Runs of digits and of letters are compared one by one; a hyphen, and a change between the two, opens a list of its
//! own. `alpha`, `beta`, `milestone`, `rc` and `snapshot` come before the release, `sp` after it, other words after that,
//! numbers last; what says nothing at the end (`.0`, `-ga`) is left out.

use std::cmp::Ordering;

/// Words by their place; the empty one is the release itself.
const QUALIFIERS: [&str; 7] = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
/// The place of the release.
const RELEASE: &str = "5";

/// A version as it is compared; equal ones may be spelled differently (`1` and `1.0`).
#[derive(Debug, Clone)]
pub struct ComparableVersion(Vec<Item>);

#[derive(Debug, Clone)]
enum Item {
    /// Digits without leading zeros.
    Number(String),
    /// A word's place, then the word itself if it has none of its own.
    Word(String),
    List(Vec<Item>),
}

impl ComparableVersion {
    /// Reads a version; every text is one.
    pub fn parse(version: &str) -> Self {
        let version = version.to_lowercase();
        let mut reader = Lists(vec![Vec::new()]);
        let (mut start, mut digits) = (0, false);
        for (at, c) in version.char_indices() {
            match c {
                '.' | '-' => {
                    reader.add(digits, &version[start..at]);
                    start = at + 1;
                    if c == '-' {
                        reader.open();
                    }
                }
                '0'..='9' => {
                    if !digits && at > start {
                        reader.last().push(word(&version[start..at], true));
                        start = at;
                        reader.open();
                    }
                    digits = true;
                }
                _ => {
                    if digits && at > start {
                        reader.add(true, &version[start..at]);
                        start = at;
                        reader.open();
                    }
                    digits = false;
                }
            }
        }
        if start < version.len() {
            reader.add(digits, &version[start..]);
        }
        Self(reader.closed())
    }
}

impl Ord for ComparableVersion {
    fn cmp(&self, other: &Self) -> Ordering {
        lists(&self.0, &other.0)
    }
}

impl PartialOrd for ComparableVersion {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for ComparableVersion {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for ComparableVersion {}

/// Orders two versions, oldest first; spellings of the same version by their text.
pub fn compare(left: &str, right: &str) -> Ordering {
    ComparableVersion::parse(left).cmp(&ComparableVersion::parse(right)).then_with(|| left.cmp(right))
}

/// Sorts versions, oldest first, each spelling once.
pub fn sort(versions: &mut Vec<String>) {
    versions.sort_by_cached_key(|version| (ComparableVersion::parse(version), version.clone()));
    versions.dedup();
}

/// The lists that are open, the innermost last.
struct Lists(Vec<Vec<Item>>);

impl Lists {
    fn last(&mut self) -> &mut Vec<Item> {
        self.0.last_mut().expect("the outermost list is never closed before the end")
    }

    fn open(&mut self) {
        self.0.push(Vec::new());
    }

    /// Adds a part; nothing between two separators counts as zero.
    fn add(&mut self, digits: bool, part: &str) {
        let item = match (part, digits) {
            ("", _) => Item::Number(String::new()),
            (part, true) => Item::Number(part.trim_start_matches('0').to_owned()),
            (part, false) => word(part, false),
        };
        self.last().push(item);
    }

    fn closed(mut self) -> Vec<Item> {
        loop {
            let mut inner = self.0.pop().unwrap_or_default();
            trim(&mut inner);
            match self.0.last_mut() {
                Some(outer) => outer.push(Item::List(inner)),
                None => return inner,
            }
        }
    }
}

/// Leaves out what says nothing at the end of a list, and before the lists in it.
fn trim(list: &mut Vec<Item>) {
    for place in (0..list.len()).rev() {
        if list[place].says_nothing() {
            list.remove(place);
        } else if !matches!(list[place], Item::List(_)) {
            return;
        }
    }
}

/// A word's place. A single letter before a digit is an abbreviation.
fn word(text: &str, before_digit: bool) -> Item {
    let text = match (text, before_digit) {
        ("a", true) => "alpha",
        ("b", true) => "beta",
        ("m", true) => "milestone",
        ("ga" | "final" | "release", _) => "",
        ("cr", _) => "rc",
        (text, _) => text,
    };
    Item::Word(match QUALIFIERS.iter().position(|known| *known == text) {
        Some(place) => place.to_string(),
        None => format!("{}-{text}", QUALIFIERS.len()),
    })
}

impl Item {
    fn says_nothing(&self) -> bool {
        match self {
            Self::Number(digits) => digits.is_empty(),
            Self::Word(place) => place == RELEASE,
            Self::List(items) => items.is_empty(),
        }
    }
}

/// Compares lists part by part; a part is compared with nothing where the other list has ended.
fn lists(left: &[Item], right: &[Item]) -> Ordering {
    let (mut left, mut right) = (left.iter(), right.iter());
    loop {
        let order = match (left.next(), right.next()) {
            (None, None) => return Ordering::Equal,
            (Some(left), None) => with_nothing(left),
            (None, Some(right)) => with_nothing(right).reverse(),
            (Some(left), Some(right)) => items(left, right),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
}

fn items(left: &Item, right: &Item) -> Ordering {
    match (left, right) {
        (Item::Number(left), Item::Number(right)) => {
            left.len().cmp(&right.len()).then_with(|| left.cmp(right))
        }
        (Item::Word(left), Item::Word(right)) => left.cmp(right),
        (Item::List(left), Item::List(right)) => lists(left, right),
        (Item::Number(_), _) | (Item::List(_), Item::Word(_)) => Ordering::Greater,
        (_, Item::Number(_)) | (Item::Word(_), Item::List(_)) => Ordering::Less,
    }
}

fn with_nothing(item: &Item) -> Ordering {
    match item {
        Item::Number(digits) if digits.is_empty() => Ordering::Equal,
        Item::Number(_) => Ordering::Greater,
        Item::Word(place) => place.as_str().cmp(RELEASE),
        Item::List(items) => {
            items.iter().map(with_nothing).find(|order| *order != Ordering::Equal).unwrap_or(Ordering::Equal)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ascending(versions: &[&str]) {
        for (place, lower) in versions.iter().enumerate() {
            for higher in &versions[place + 1..] {
                let (lower_, higher_) = (ComparableVersion::parse(lower), ComparableVersion::parse(higher));
                assert_eq!(lower_.cmp(&higher_), Ordering::Less, "{lower} < {higher}");
                assert_eq!(higher_.cmp(&lower_), Ordering::Greater, "{higher} > {lower}");
            }
        }
    }

    /// The lists of Maven's own test of the class.
    #[test]
    fn qualifiers_and_numbers_stand_in_mavens_order() {
        ascending(&[
            "1-alpha2snapshot",
            "1-alpha2",
            "1-alpha-123",
            "1-beta-2",
            "1-beta123",
            "1-m2",
            "1-m11",
            "1-rc",
            "1-cr2",
            "1-rc123",
            "1-SNAPSHOT",
            "1",
            "1-sp",
            "1-sp2",
            "1-sp123",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-123",
        ]);
        ascending(&[
            "2.0.1",
            "2.0.1-klm",
            "2.0.1-lmn",
            "2.0.1-xyz",
            "2.0.1-123",
            "2.0.2",
            "2.0.123",
            "2.1.0",
            "2.1-a",
            "2.1b",
            "2.1-c",
            "2.1-1",
            "2.1.0.1",
            "2.2",
            "2.123",
            "11.a2",
            "11.a11",
            "11.b2",
            "11.b11",
            "11.m2",
            "11.m11",
            "11",
            "11.a",
            "11b",
            "11c",
            "11m",
        ]);
    }

    #[test]
    fn spellings_of_one_version_are_equal() {
        for (left, right) in [
            ("1", "1.0"),
            ("1", "1.0.0"),
            ("1.0", "1-0"),
            ("1", "1-ga"),
            ("1", "1.0-final"),
            ("1", "1-release"),
            ("1-a1", "1-alpha-1"),
            ("1-b2", "1-beta-2"),
            ("1-m3", "1-milestone-3"),
            ("1X", "1x"),
            ("1.0.0X1", "1x-1"),
            ("1CR", "1Rc"),
            ("01", "1"),
            ("1..0", "1"),
        ] {
            assert_eq!(ComparableVersion::parse(left), ComparableVersion::parse(right), "{left} {right}");
        }
        assert_eq!(compare("1", "1.0"), Ordering::Less, "by their text");
    }

    #[test]
    fn numbers_have_any_length() {
        ascending(&[
            "20190126.230843",
            "1234567890.12345",
            "123456789012345.1H.5-beta",
            "12345678901234567890.1H.5-beta",
        ]);
        ascending(&["debian", "1.0"]);
        let mut versions = ["1.10", "1.9", "1.9", "1.10-rc1"].map(str::to_owned).to_vec();
        sort(&mut versions);
        assert_eq!(versions, ["1.9", "1.10-rc1", "1.10"]);
    }
}
