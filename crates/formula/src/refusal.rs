//! Why an expression is refused: where, by which rule, and what would be legal.

use std::fmt;

/// Longest name that is compared with the known ones; what is longer resembles none of them.
const COMPARED_CHARS_MAX: usize = 64;

/// Why an expression is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The character at which the fault begins, counted from 1.
    pub position: usize,
    /// The rule that is broken.
    pub rule: Rule,
    /// What was found and what is legal, as one sentence without a full stop.
    pub message: String,
}

/// The rules that an expression can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Rule {
    /// The text is no expression.
    Syntax,
    /// It is nested too deeply or too long.
    Size,
    /// It calls more functions than it may.
    FunctionCount,
    /// It names something that is neither a variable nor a constant.
    UnknownName,
    /// It calls a function that does not exist.
    UnknownFunction,
    /// It calls a function that this type of property may not use.
    WrongProperty,
    /// A function has the wrong number of arguments, or one in the wrong form.
    Argument,
    /// A value is of a type that can never give a result there.
    Type,
    /// A variable is read in a way that its property does not allow.
    Variable,
}

impl Refusal {
    /// Puts a refusal together.
    pub fn new(position: usize, rule: Rule, message: impl Into<String>) -> Self {
        Self { position, rule, message: message.into() }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.position, self.message)
    }
}

impl std::error::Error for Refusal {}

/// Finds the candidate that a misspelt name probably means: at most a third of its letters differ.
pub fn closest<'a>(name: &str, candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let name: Vec<char> = name.to_lowercase().chars().take(COMPARED_CHARS_MAX).collect();
    let far = name.len() / 3 + 1;
    candidates
        .map(|candidate| (distance(&name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= far && *distance < candidate.len())
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, candidate)| candidate)
}

/// Counts the letters to insert, delete or replace between two names (Levenshtein's distance).
fn distance(name: &[char], candidate: &str) -> usize {
    let candidate: Vec<char> = candidate.to_lowercase().chars().take(COMPARED_CHARS_MAX).collect();
    let mut row: Vec<usize> = (0..=candidate.len()).collect();
    for (i, letter) in name.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, other) in candidate.iter().enumerate() {
            let replaced = diagonal + usize::from(letter != other);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[candidate.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_name_finds_its_neighbour() {
        let known = || ["sqrt", "stdev", "signum", "statetime", "TimeWeightedAvg", "pi"].into_iter();
        for (name, found) in [
            ("sqr", Some("sqrt")),
            ("squrt", Some("sqrt")),
            ("stddev", Some("stdev")),
            ("state_time", Some("statetime")),
            ("timeweightedaverage", Some("TimeWeightedAvg")),
            ("median", None),
            ("x", None),
        ] {
            assert_eq!(closest(name, known()), found, "{name}");
        }
    }
}
