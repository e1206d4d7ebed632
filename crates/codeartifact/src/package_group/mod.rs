//! Package groups: patterns over the packages of a domain, and what they let through.

mod fold;
mod pattern;

pub use pattern::{Path, Pattern, Specificity};
