//! What is wrong with a plant file, and where.

use std::fmt;

/// A place in a file, from 1; equal to every other, since it says nothing about what stands there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Mark {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

impl PartialEq for Mark {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Mark {}

/// Something that a person has to correct.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub at: Mark,
    /// What, and what would be right.
    pub sentence: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.at.line, self.at.column, self.sentence)
    }
}

/// Collects faults, so that a person hears of all of them at once.
#[derive(Debug, Default)]
pub(super) struct Faults {
    found: Vec<Fault>,
}

impl Faults {
    pub(super) fn add(&mut self, at: Mark, sentence: impl Into<String>) {
        self.found.push(Fault { at, sentence: sentence.into() });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.found.is_empty()
    }

    /// Gives them in the order of the file.
    pub(super) fn sorted(mut self) -> Vec<Fault> {
        self.found.sort_by_key(|fault| (fault.at.line, fault.at.column));
        self.found.dedup_by(|a, b| {
            a.sentence == b.sentence && a.at.line == b.at.line && a.at.column == b.at.column
        });
        self.found
    }
}

/// How many legal values a sentence lists.
const LISTED_MAX: usize = 12;

/// Lists what would be right, the likely one first: ` (did you mean 'x'? there are: 'x', 'y')`.
pub(super) fn instead<'a>(wrong: &str, right: impl IntoIterator<Item = &'a str>) -> String {
    let right: Vec<&str> = right.into_iter().collect();
    if right.is_empty() {
        return " (there are none)".to_owned();
    }
    let near = right
        .iter()
        .map(|name| (distance(&wrong.to_lowercase(), &name.to_lowercase()), *name))
        .filter(|(distance, name)| {
            let length = name.chars().count();
            *distance <= length / 3 + 1 && *distance < length
        })
        .min();
    let guess = near.map(|(_, name)| format!("did you mean '{name}'? ")).unwrap_or_default();
    let listed: Vec<String> = right.iter().take(LISTED_MAX).map(|name| format!("'{name}'")).collect();
    let more = match right.len().saturating_sub(LISTED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!(" ({guess}there are: {}{more})", listed.join(", "))
}

/// How many letters differ.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, letter) in a.chars().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, other) in b.iter().enumerate() {
            let changed = corner + usize::from(letter != *other);
            corner = row[j + 1];
            row[j + 1] = changed.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_likely_name_comes_first() {
        assert_eq!(
            instead("metirc", ["attribute", "metric"]),
            " (did you mean 'metric'? there are: 'attribute', 'metric')"
        );
        assert_eq!(instead("C", ["n"]), " (there are: 'n')", "every letter is another");
        assert_eq!(instead("zebra", ["metric"]), " (there are: 'metric')");
        assert_eq!(instead("x", []), " (there are none)");
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
