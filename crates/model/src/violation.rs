//! What is wrong with an input, in AWS's words.

use std::fmt::{self, Write as _};

use serde_json::Value;

/// Values longer than this many characters are cut in messages; AWS states no bound.
const SHOWN_CHARS_MAX: usize = 256;

/// The reason why an input is refused before its operation sees it.
#[derive(Clone, Debug, PartialEq)]
pub enum Invalid {
    /// A value has another JSON type (or number range) than the model says.
    WrongType {
        /// The member's path, list indices from 1.
        path: String,
        /// What the model asks for.
        expected: &'static str,
        /// What arrived.
        found: String,
    },
    /// Values break the model's rules; never empty.
    Constraints(Vec<Violation>),
}

/// One broken rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The member's path, list indices from 1.
    pub path: String,
    /// The value as a message shows it: `null`, a quoted text, or nothing when it is sensitive.
    pub value: Option<String>,
    /// The rule, without its subject: `length less than or equal to 64`.
    pub rule: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Value ")?;
        if let Some(value) = &self.value {
            write!(f, "{value} ")?;
        }
        write!(f, "at '{}' failed to satisfy constraint: {}", self.path, self.rule)
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Invalid::WrongType { path, expected, found } => {
                write!(f, "Value at '{path}' must be {expected}, found {found}")
            }
            Invalid::Constraints(violations) => {
                let plural = if violations.len() == 1 { "" } else { "s" };
                write!(f, "{} validation error{plural} detected: ", violations.len())?;
                for (index, violation) in violations.iter().enumerate() {
                    let separator = if index == 0 { "" } else { "; " };
                    write!(f, "{separator}{violation}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for Invalid {}

/// Prints a value between quotes as AWS does (lists and objects in Java's manner), cut to a bounded length.
pub(crate) fn shown(value: &Value) -> String {
    let mut text = String::new();
    write_plain(value, &mut text);
    format!("'{}'", shortened(&text))
}

/// Cuts a text to the length that messages show.
pub(crate) fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// Stops as soon as more was written than will be shown.
fn write_plain(value: &Value, out: &mut String) {
    if out.len() > SHOWN_CHARS_MAX * 4 {
        return;
    }
    match value {
        Value::String(text) => out.extend(text.chars().take(SHOWN_CHARS_MAX + 1)),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().take(SHOWN_CHARS_MAX).enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                write_plain(item, out);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (index, (key, entry)) in entries.iter().take(SHOWN_CHARS_MAX).enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.extend(key.chars().take(SHOWN_CHARS_MAX + 1));
                out.push('=');
                write_plain(entry, out);
            }
            out.push('}');
        }
        other => write!(out, "{other}").expect("a String takes every write"),
    }
}
