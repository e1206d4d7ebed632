//! Names whose published pattern Rust's regular expressions do not know.

/// Checks the characters of a progress update stream's name, published as `[^/:|\000-\037]+` in octal escapes.
pub(crate) fn progress_update_stream(name: &str) -> bool {
    !name.is_empty() && !name.contains(|c| matches!(c, '/' | ':' | '|' | '\0'..='\u{1f}'))
}
