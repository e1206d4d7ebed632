//! The points of the measures: random walks of two decimals, a point a second, the same for every contender.

use crate::random::mixed;

/// Series of the measures, but for those that say another number.
pub const SERIES: usize = 10_000;

/// When points are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Times {
    /// Every second.
    Regular,
    /// Up to three milliseconds earlier or later.
    Jittered,
}

/// What is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Values {
    /// Up to one unit more or less from one to the next, in hundredths.
    Walk,
    /// Always the same, so that only timestamps cost something.
    Constant,
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sample {
    /// Milliseconds since 1970: what all contenders can keep.
    pub at_ms: i64,
    /// The value in hundredths.
    pub hundredths: i64,
}

/// Series that go on, one as long as the other.
#[derive(Clone, Debug)]
pub struct Walks {
    begin_s: i64,
    times: Times,
    values: Values,
    hundredths: Vec<i64>,
    taken: i64,
}

impl Walks {
    /// Begins `series` of them at a second.
    pub fn new(series: usize, begin_s: i64, times: Times, values: Values) -> Self {
        let start = |i: usize| i64::try_from(mixed(i as u64) % 10_000).unwrap_or_default();
        Self { begin_s, times, values, hundredths: (0..series).map(start).collect(), taken: 0 }
    }

    /// Answers the second behind the last point.
    pub fn next_s(&self) -> i64 {
        self.begin_s + self.taken
    }

    /// Takes the next `count` points of every series.
    pub fn take(&mut self, count: usize) -> Vec<Vec<Sample>> {
        let (begin_s, times, values, taken) = (self.begin_s, self.times, self.values, self.taken);
        self.taken += i64::try_from(count).unwrap_or_default();
        let walks = self.hundredths.iter_mut().enumerate();
        let series = walks.map(|(i, hundredths)| {
            (taken..self.taken)
                .map(|second| {
                    let random = mixed(((i as u64) << 32) ^ second.unsigned_abs());
                    if values == Values::Walk {
                        *hundredths += i64::try_from(random % 201).unwrap_or_default() - 100;
                    }
                    let jitter = match times {
                        Times::Regular => 0,
                        Times::Jittered => i64::try_from((random >> 32) % 7).unwrap_or_default() - 3,
                    };
                    Sample { at_ms: (begin_s + second) * 1000 + 500 + jitter, hundredths: *hundredths }
                })
                .collect()
        });
        series.collect()
    }
}

impl Sample {
    /// Writes the value as decimal text.
    pub fn write(&self, out: &mut Vec<u8>) {
        let sign = if self.hundredths < 0 { "-" } else { "" };
        let size = self.hundredths.unsigned_abs();
        push(out, format_args!("{sign}{}.{:02}", size / 100, size % 100));
    }

    /// Answers the value as a number.
    #[allow(clippy::cast_precision_loss)] // walks stay far below 2^52
    pub fn value(&self) -> f64 {
        self.hundredths as f64 / 100.0
    }
}

/// Appends text.
pub fn push(out: &mut Vec<u8>, text: std::fmt::Arguments<'_>) {
    use std::io::Write as _;
    out.write_fmt(text).expect("memory takes everything");
}

/// Answers the current second.
pub fn now_s() -> i64 {
    let since = std::time::UNIX_EPOCH.elapsed().unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_go_on_where_they_were_and_jitter_stays_within_three_milliseconds() {
        let mut whole = Walks::new(3, 1_000, Times::Jittered, Values::Walk);
        let mut parts = whole.clone();
        let all = whole.take(8);
        let mut both = parts.take(3);
        both.iter_mut().zip(parts.take(5)).for_each(|(first, second)| first.extend(second));
        assert_eq!(all, both);
        for (second, sample) in (1_000..).zip(&all[1]) {
            assert!((sample.at_ms - second * 1000 - 500).abs() <= 3, "{sample:?}");
        }
        assert_eq!(whole.next_s(), 1_008);
    }

    #[test]
    fn values_are_written_with_two_decimals() {
        let text = |hundredths| {
            let mut out = Vec::new();
            Sample { at_ms: 0, hundredths }.write(&mut out);
            String::from_utf8(out).expect("numbers are text")
        };
        assert_eq!([text(5), text(-120), text(12_345)], ["0.05", "-1.20", "123.45"]);
    }
}
