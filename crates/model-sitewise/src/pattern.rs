//! Names whose published pattern needs look-ahead, which Rust's regular expressions do not have.

/// Checks an id: a UUID in lower case, not the one of zeros only.
///
/// Published as `^(?!00000000-0000-0000-0000-000000000000)[0-9a-f]{8}-[0-9a-f]{4}-…-[0-9a-f]{12}$`.
pub(crate) fn id(text: &str) -> bool {
    let is_uuid = text.len() == 36
        && text.bytes().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => matches!(byte, b'0'..=b'9' | b'a'..=b'f'),
        });
    is_uuid && text.bytes().any(|byte| !matches!(byte, b'0' | b'-'))
}

/// Checks an id, or `externalId:` and an external id of at least two characters.
pub(crate) fn custom_id(text: &str) -> bool {
    text.strip_prefix("externalId:").map_or_else(|| id(text), external_id)
}

/// Checks what is published as `[a-zA-Z0-9_][a-zA-Z_\-0-9.:]*[a-zA-Z0-9_]+`.
fn external_id(text: &str) -> bool {
    let is_edge = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_');
    let bytes = text.as_bytes();
    let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"_-.:".contains(byte);
    bytes.len() >= 2 && is_edge(bytes.first()) && is_edge(bytes.last()) && bytes.iter().all(is_inner)
}

/// Checks an identifier that does not start with `AWS_` in any case.
///
/// Published as `(?!(?i)AWS_)[a-zA-Z_][a-zA-Z0-9_]*`.
pub(crate) fn environment_variable_name(text: &str) -> bool {
    let is_reserved = text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("AWS_"));
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && !is_reserved && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Checks a relative path below a mount: no empty, `.` or `..` segment, no slash at either end.
///
/// Published as `((?!.*(^|/)\.\.?(/|$))(?!.*//)[a-zA-Z0-9._-][a-zA-Z0-9._/-]*[a-zA-Z0-9._-]|[a-zA-Z0-9_-])`.
pub(crate) fn mount_relative_path(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    text.split('/').all(|segment| !matches!(segment, "" | "." | "..") && segment.bytes().all(is_part))
}

/// Checks an entity tag: 43 letters, digits, `_` and `-`, in quotes or without.
///
/// Published as `^[\w-]{43}$`; quotes come from clients that follow RFC 9110.
pub(crate) fn e_tag(text: &str) -> bool {
    let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
    bare.len() == 43 && bare.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
}

/// Takes every definition of a dashboard; whether it is JSON, the operation says with line and column.
///
/// Published as `.+`, while its least length is 0.
pub(crate) fn dashboard_definition(_text: &str) -> bool {
    true
}
