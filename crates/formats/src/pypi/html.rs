//! The HTML form of a project's page (PEP 503, 592, 629, 658): its anchors, with their attributes.
//!
//! Not a reader of HTML at large: an index is a list of links, and everything else on its page is passed over.

use std::borrow::Cow;

use super::json::is_understood;
use super::name::ProjectName;
use super::page::{Digests, File, Page, PageError, Sidecar};

/// A tag with its attributes, names in lower case.
struct Tag<'a> {
    name: String,
    attributes: Vec<(String, Cow<'a, str>)>,
}

impl Tag<'_> {
    fn get(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_ref())
    }
}

/// Reads a page; one of a later major version is refused.
pub(super) fn read(project: &ProjectName, text: &str) -> Result<Page, PageError> {
    let mut page = Page::default();
    let mut base = None;
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        rest = &rest[start + 1..];
        if let Some(comment) = rest.strip_prefix("!--") {
            rest = comment.find("-->").map_or("", |end| &comment[end + 3..]);
            continue;
        }
        let Some((tag, after)) = tag(rest) else { continue };
        rest = after;
        match tag.name.as_str() {
            "meta"
                if tag
                    .get("name")
                    .is_some_and(|name| name.eq_ignore_ascii_case("pypi:repository-version")) =>
            {
                let version = tag.get("content").unwrap_or_default();
                if !is_understood(version) {
                    return Err(PageError::Version(version.chars().take(20).collect()));
                }
            }
            "base" => base = base.or_else(|| tag.get("href").map(str::to_owned)),
            "a" => {
                let end = rest.find('<').unwrap_or(rest.len());
                let file = file(&tag, &unescaped(rest[..end].trim()), base.as_deref());
                page.add(project, file)?;
            }
            _ => {}
        }
    }
    Ok(page)
}

fn file(tag: &Tag<'_>, text: &str, base: Option<&str>) -> File {
    let link = tag.get("href").unwrap_or_default().trim();
    let (url, fragment) = link.split_once('#').unwrap_or((link, ""));
    let mut digests = Digests::default();
    for (algorithm, digest) in fragment.split('&').filter_map(|part| part.split_once('=')) {
        digests.set(algorithm, digest);
    }
    let sidecar = tag.get("data-core-metadata").or_else(|| tag.get("data-dist-info-metadata"));
    let sidecar = sidecar.filter(|value| *value != "false").map_or(Sidecar::None, Sidecar::of_attribute);
    // A relative link on a page with a base is relative to that.
    let absolute = url.contains("://") || url.starts_with('/');
    let url = match base {
        Some(base) if !absolute => {
            format!("{}{url}", base.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned() + "/")
        }
        _ => url.to_owned(),
    };
    File {
        name: text.to_owned(),
        version: String::new(),
        url,
        digests,
        requires_python: tag.get("data-requires-python").map(str::to_owned),
        size: None,
        upload_time: tag.get("data-upload-time").map(str::to_owned),
        yanked: tag.get("data-yanked").map(str::to_owned),
        sidecar,
    }
}

/// Reads a tag behind its `<`; gives what follows its `>`.
fn tag(text: &str) -> Option<(Tag<'_>, &str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric())?;
    let mut tag = Tag { name: text[..end].to_ascii_lowercase(), attributes: Vec::new() };
    if tag.name.is_empty() {
        return None;
    }
    let mut rest = &text[end..];
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '/');
        if let Some(after) = rest.strip_prefix('>') {
            return Some((tag, after));
        }
        let end = rest.find(|c: char| c.is_ascii_whitespace() || matches!(c, '=' | '>' | '/'))?;
        let name = rest[..end].to_ascii_lowercase();
        rest = rest[end..].trim_start();
        let Some(after) = rest.strip_prefix('=') else {
            if name.is_empty() {
                return None;
            }
            tag.attributes.push((name, Cow::Borrowed("")));
            continue;
        };
        let after = after.trim_start();
        let (value, after) = match after.chars().next()? {
            quote @ ('"' | '\'') => after[1..].split_once(quote)?,
            _ => after.split_at(after.find(|c: char| c.is_ascii_whitespace() || c == '>')?),
        };
        tag.attributes.push((name, unescaped(value)));
        rest = after;
    }
}

/// Turns character references into what they stand for; unknown ones stay.
fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(start) = rest.find('&') {
        plain.push_str(&rest[..start]);
        rest = &rest[start..];
        let reference = rest[1..].split_once(';').filter(|(name, _)| name.len() <= 10);
        let (c, after) = reference
            .and_then(|(name, after)| Some((referred(name)?, after)))
            .unwrap_or_else(|| ('&', &rest[1..]));
        plain.push(c);
        rest = after;
    }
    plain.push_str(rest);
    Cow::Owned(plain)
}

fn referred(name: &str) -> Option<char> {
    let number = name.strip_prefix('#');
    if let Some(number) = number {
        let hexadecimal = number.strip_prefix(['x', 'X']);
        let code =
            hexadecimal.map_or_else(|| number.parse().ok(), |digits| u32::from_str_radix(digits, 16).ok())?;
        return char::from_u32(code);
    }
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        _ => return None,
    })
}
