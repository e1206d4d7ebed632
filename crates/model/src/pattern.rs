//! A pattern of the API model with the verdicts that AWS's own (Java) engine gives.
//!
//! The differences bridged here: `\d \w \s` are ASCII, and `.` stops at every line terminator, not only at the line feed.

use std::sync::OnceLock;

use regex::Regex;

const LINE_TERMINATORS: &str = r"\n\r\x{85}\x{2028}\x{2029}";

/// A rule that the whole text (or, for a prefix pattern, its start) must match; compiled at first use.
#[derive(Debug)]
pub struct Pattern {
    /// The pattern as the model prints it.
    pub text: &'static str,
    check: Check,
}

#[derive(Debug)]
enum Check {
    Whole(OnceLock<Regex>),
    Prefix(OnceLock<Regex>),
    Twin(fn(&str) -> bool),
}

impl Pattern {
    /// Makes a pattern that must match the whole text.
    pub const fn new(text: &'static str) -> Self {
        Self { text, check: Check::Whole(OnceLock::new()) }
    }

    /// Makes a pattern that must match at the start of the text.
    pub const fn prefix(text: &'static str) -> Self {
        Self { text, check: Check::Prefix(OnceLock::new()) }
    }

    /// Makes a pattern whose syntax Rust does not know, judged by a function written by hand.
    pub const fn twin(text: &'static str, check: fn(&str) -> bool) -> Self {
        Self { text, check: Check::Twin(check) }
    }

    /// Tells whether `value` keeps the rule.
    pub fn matches(&self, value: &str) -> bool {
        match &self.check {
            Check::Whole(regex) => regex.get_or_init(|| compile(self.text, r"\z")).is_match(value),
            Check::Prefix(regex) => regex.get_or_init(|| compile(self.text, "")).is_match(value),
            Check::Twin(check) => check(value),
        }
    }
}

fn compile(text: &str, end: &str) -> Regex {
    let anchored = format!(r"\A(?:{}){end}", translate(text));
    Regex::new(&anchored).expect("a test compiles every pattern of the model")
}

/// Rewrites the classes whose meaning differs between Java and Rust.
fn translate(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 32);
    let mut in_class = false;
    let mut characters = text.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('d') => out.push_str("[0-9]"),
                Some('w') => out.push_str("[0-9A-Za-z_]"),
                Some('s') => out.push_str(r"[\t\n\x0B\x0C\r\x20]"),
                Some('S') => out.push_str(r"[^\t\n\x0B\x0C\r\x20]"),
                other => {
                    out.push('\\');
                    out.extend(other);
                }
            },
            '.' if !in_class => {
                out.push_str("[^");
                out.push_str(LINE_TERMINATORS);
                out.push(']');
            }
            '[' | ']' => {
                in_class = c == '[';
                out.push(c);
            }
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_ascii_and_the_whole_text_must_match() {
        let word = Pattern::new(r"^[\w-]{3}$");
        assert!(word.matches("a-_"));
        assert!(!word.matches("äbc"));
        assert!(!word.matches("abc\n"));
        assert!(!Pattern::new(r"^\d{2}$").matches("١٢"));
        assert!(Pattern::new(r"\S+").matches("\u{a0}"));
        assert!(!Pattern::new(r"\S+").matches("a\u{b}b"));
        assert!(Pattern::new(r"[\P{C}\s]+").matches("a\tb"));
        assert!(!Pattern::new(r"\P{C}+").matches("a\tb"));
    }

    #[test]
    fn a_dot_stops_at_every_line_terminator() {
        let dots = Pattern::new("^.{0,3}$");
        for terminator in ["\n", "\r", "\u{85}", "\u{2028}", "\u{2029}"] {
            assert!(!dots.matches(terminator), "{terminator:?}");
        }
        assert!(dots.matches("") && dots.matches("a\tb") && !dots.matches("abcd"));
        assert!(!Pattern::new(r"[a.]").matches("\\") && Pattern::new(r"[a.]").matches("."));
    }

    #[test]
    fn a_prefix_pattern_leaves_the_rest_alone() {
        assert!(Pattern::prefix("ab:.*").matches("ab:c\nd"));
        assert!(!Pattern::prefix("ab:").matches("xab:"));
    }
}
