//! The part of a file that a Range header asks for; one part, as package clients and SDKs ask.

use std::ops::Range;

/// What to send.
#[derive(Debug, PartialEq, Eq)]
pub enum Wanted {
    /// All of it: no range, several, or one that cannot be read.
    Whole,
    /// These bytes.
    Part(Range<u64>),
    /// The range lies behind the end.
    Nothing,
}

/// Reads the value of a Range header for a file of `size` bytes.
pub fn read(value: &str, size: u64) -> Wanted {
    let Some(spec) = value.trim().strip_prefix("bytes=") else { return Wanted::Whole };
    let Some((first, last)) = spec.split_once('-') else { return Wanted::Whole };
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        // A number beyond every file is as good as the largest.
        digits.then(|| text.parse::<u64>().unwrap_or(u64::MAX))
    };
    let (start, end) = match (first.trim(), last.trim()) {
        ("", last) => match number(last) {
            Some(0) => return Wanted::Nothing,
            Some(length) => (size.saturating_sub(length), size),
            None => return Wanted::Whole,
        },
        (first, "") => match number(first) {
            Some(start) => (start, size),
            None => return Wanted::Whole,
        },
        (first, last) => match (number(first), number(last)) {
            (Some(start), Some(last)) if start <= last => (start, last.saturating_add(1).min(size)),
            _ => return Wanted::Whole,
        },
    };
    if start >= size { Wanted::Nothing } else { Wanted::Part(start..end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_part_is_read() {
        for (value, start, end) in [
            ("bytes=0-0", 0, 1),
            ("bytes=10-19", 10, 20),
            ("bytes=90-", 90, 100),
            ("bytes=90-1000", 90, 100),
            ("bytes=-10", 90, 100),
            ("bytes=-1000", 0, 100),
            ("bytes=0-99999999999999999999999", 0, 100),
        ] {
            assert_eq!(read(value, 100), Wanted::Part(start..end), "{value}");
        }
    }

    #[test]
    fn a_part_behind_the_end_is_nothing() {
        for value in ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=99999999999999999999999-"] {
            assert_eq!(read(value, 100), Wanted::Nothing, "{value}");
        }
        assert_eq!(read("bytes=0-", 0), Wanted::Nothing);
    }

    #[test]
    fn what_cannot_be_read_asks_for_everything() {
        for value in [
            "",
            "bytes",
            "bytes=",
            "bytes=x-",
            "bytes=5-4",
            "bytes=0-1,3-4",
            "items=0-1",
            "bytes=+1-2",
            "bytes=-",
        ] {
            assert_eq!(read(value, 100), Wanted::Whole, "{value}");
        }
    }
}
