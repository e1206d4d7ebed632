//! Why a policy document is refused: which member, which value, which rule.

use std::fmt;

/// A policy document that breaks a rule of the policy language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invalid {
    /// Where: `Statement[0].Principal.AWS`; empty for the document as a whole.
    pub path: String,
    /// What is wrong there, naming the value and the rule.
    pub rule: String,
}

/// Longest part of a value that a sentence repeats, in characters.
const SHOWN_MAX: usize = 100;
/// Longest path that a sentence begins with, in characters.
const PATH_MAX: usize = 300;

impl Invalid {
    pub(crate) fn new(path: &str, rule: impl Into<String>) -> Invalid {
        Invalid { path: cut(path, PATH_MAX), rule: rule.into() }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.path.is_empty() {
            return write!(f, "the document {}", self.rule);
        }
        write!(f, "{} {}", self.path, self.rule)
    }
}

impl std::error::Error for Invalid {}

/// Quotes a value for a sentence, cut where it is long.
pub(crate) fn quoted(value: &str) -> String {
    format!("{:?}", cut(value, SHOWN_MAX))
}

fn cut(text: &str, most: usize) -> String {
    let mut shown: String = text.chars().take(most).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
