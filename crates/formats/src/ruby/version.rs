//! Versions of gems: what is one, how they are ordered, and which are pre-releases.

use std::cmp::Ordering;

/// The longest version that is taken.
const BYTES_MAX: usize = 255;

/// Whether a text is a version as RubyGems writes them: digits, then parts of letters and digits behind dots.
pub fn is_valid(text: &str) -> bool {
    let mut parts = text.split('.');
    let first = parts.next().unwrap_or_default();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    text.len() <= BYTES_MAX && digits(first) && parts.all(word)
}

/// Whether RubyGems takes a version for a pre-release: one with a letter in it.
pub fn is_prerelease(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_alphabetic())
}

/// Orders two versions as `Gem::Version` does, oldest first; `1.0` and `1` are equal.
pub fn compare(left: &str, right: &str) -> Ordering {
    let (left, right) = (canonical_segments(left), canonical_segments(right));
    let zero = Segment::Number("");
    for at in 0..left.len().max(right.len()) {
        let (a, b) = (left.get(at).unwrap_or(&zero), right.get(at).unwrap_or(&zero));
        let ordering = a.order(b);
        if ordering != Ordering::Equal {
            return ordering;
        }
    }
    Ordering::Equal
}

/// Writes a version so that all spellings that `Gem::Version` calls equal are the same text.
pub fn canonical(text: &str) -> String {
    let segments = canonical_segments(text);
    let words: Vec<&str> = segments
        .iter()
        .map(|segment| match segment {
            Segment::Number("") => "0",
            Segment::Number(text) | Segment::Word(text) => text,
        })
        .collect();
    words.join(".")
}

/// A run of digits, without leading zeros, or one of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Segment<'a> {
    Number(&'a str),
    Word(&'a str),
}

impl Segment<'_> {
    fn order(&self, other: &Segment<'_>) -> Ordering {
        match (self, other) {
            (Segment::Number(a), Segment::Number(b)) => a.len().cmp(&b.len()).then_with(|| a.cmp(b)),
            (Segment::Word(a), Segment::Word(b)) => a.cmp(b),
            // A word makes a pre-release, and comes before every number.
            (Segment::Word(_), Segment::Number(_)) => Ordering::Less,
            (Segment::Number(_), Segment::Word(_)) => Ordering::Greater,
        }
    }
}

/// The segments, without zeros before the first word and at the end.
fn canonical_segments(text: &str) -> Vec<Segment<'_>> {
    let all = segments(text);
    let at = all.iter().position(|segment| matches!(segment, Segment::Word(_))).unwrap_or(all.len());
    let (numbers, rest) = all.split_at(at);
    let mut segments = without_zeros(numbers).to_vec();
    segments.extend_from_slice(without_zeros(rest));
    segments
}

fn without_zeros<'a, 'b>(mut segments: &'b [Segment<'a>]) -> &'b [Segment<'a>] {
    while let Some((Segment::Number(""), before)) = segments.split_last() {
        segments = before;
    }
    segments
}

fn segments(text: &str) -> Vec<Segment<'_>> {
    let mut segments = Vec::new();
    for part in text.split('.') {
        let mut rest = part;
        while let Some(first) = rest.bytes().next() {
            let of_kind = |byte: u8| byte.is_ascii_digit() == first.is_ascii_digit();
            let end = rest.bytes().position(|byte| !of_kind(byte)).unwrap_or(rest.len());
            let end = (end..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end.max(1).min(rest.len()));
            segments.push(if first.is_ascii_digit() {
                Segment::Number(run.trim_start_matches('0'))
            } else {
                Segment::Word(run)
            });
            rest = behind;
        }
    }
    segments
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_as_rubygems_does() {
        let ascending =
            ["0.9", "1.0.a", "1.0.a.2", "1.0.b1", "1.0.rc1", "1.0", "1.0.1", "1.2.b", "1.2", "1.10", "2"];
        for pair in ascending.windows(2) {
            assert_eq!(compare(pair[0], pair[1]), Ordering::Less, "{pair:?}");
            assert_eq!(compare(pair[1], pair[0]), Ordering::Greater, "{pair:?}");
        }
        for (same, as_this) in
            [("1.0", "1"), ("1.0.0", "1.0"), ("1.0.rc.0", "1.rc"), ("01.2", "1.2"), ("1.a1", "1.a.1")]
        {
            assert_eq!(compare(same, as_this), Ordering::Equal, "{same} {as_this}");
            assert_eq!(canonical(same), canonical(as_this), "{same} {as_this}");
        }
    }

    #[test]
    fn what_rubygems_writes_is_a_version_and_nothing_else() {
        for good in ["0", "1.0", "1.0.0.rc1", "20240101", "1.0.pre.1", "1.0.beta1a"] {
            assert!(is_valid(good), "{good}");
        }
        for bad in ["", "a", "a.1", "1..2", "1.", ".1", "1-java", "1 ", "1.0\n", "1/2", "1.ä"] {
            assert!(!is_valid(bad), "{bad}");
        }
        assert!(is_prerelease("1.0.rc1") && !is_prerelease("1.0.1"));
        assert_eq!(segments("1ä2").len(), 3);
    }
}
