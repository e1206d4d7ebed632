//! `multipart/form-data`, taken apart while it arrives: fields into memory, files onwards piece by piece.

use std::fmt;

/// How long the headers of one part may be.
const HEADERS_BYTES_MAX: usize = 16 << 10;
/// How many parts a form may have.
const PARTS_MAX: usize = 20_000;
/// The longest boundary (RFC 2046).
const BOUNDARY_CHARS_MAX: usize = 70;

/// One step of a form.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A part begins.
    Begin {
        /// The name of its field.
        name: &'a str,
        /// The name of its file, if it is one.
        file: Option<&'a str>,
        /// How its bytes say they are written (`Content-Transfer-Encoding`), which is not undone here.
        encoding: Option<&'a str>,
    },
    /// Bytes of the part.
    Bytes(&'a [u8]),
    /// The part ends.
    End,
}

/// Why a body is no form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FormError {
    /// The Content-Type does not name a boundary.
    Boundary,
    /// A part has no readable headers.
    Headers,
    /// There are more than 20,000 parts.
    TooManyParts,
    /// The body ends before its last boundary.
    Torn,
}

impl fmt::Display for FormError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Boundary => f.write_str("the Content-Type has to be multipart/form-data with a boundary"),
            Self::Headers => {
                f.write_str("a part of the form has no Content-Disposition that names its field")
            }
            Self::TooManyParts => write!(f, "the form has more than {PARTS_MAX} parts"),
            Self::Torn => f.write_str("the form ends before its last boundary"),
        }
    }
}

impl std::error::Error for FormError {}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Before the first boundary.
    Preamble,
    /// Right behind a boundary: the end of its line, or of the form.
    Boundary,
    Headers,
    Content,
    /// Behind the last boundary: whatever comes is not looked at.
    Done,
}

/// Takes a form apart.
#[derive(Debug)]
pub struct Reader {
    /// CR, LF, two hyphens and the boundary.
    delimiter: Vec<u8>,
    held: Vec<u8>,
    state: State,
    parts: usize,
}

impl Reader {
    /// Starts with the Content-Type of the request.
    pub fn new(content_type: &str) -> Result<Self, FormError> {
        let boundary = boundary(content_type).ok_or(FormError::Boundary)?;
        // The first boundary may stand at the very start: as if a line had ended before.
        let reader = Self {
            delimiter: format!("\r\n--{boundary}").into_bytes(),
            held: b"\r\n".to_vec(),
            state: State::Preamble,
            parts: 0,
        };
        Ok(reader)
    }

    /// Takes the next bytes of the body.
    pub fn feed(&mut self, bytes: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), FormError> {
        self.held.extend_from_slice(bytes);
        let mut at = 0;
        while let Some(step) = self.step(at, sink)? {
            at += step;
        }
        self.held.drain(..at);
        Ok(())
    }

    /// Ends the form.
    pub fn finish(self) -> Result<(), FormError> {
        if self.state == State::Done { Ok(()) } else { Err(FormError::Torn) }
    }

    /// Does what can be done at `at`; says how many bytes are done with, or `None` when more have to come first.
    fn step(&mut self, at: usize, sink: &mut dyn FnMut(Piece<'_>)) -> Result<Option<usize>, FormError> {
        let rest = &self.held[at..];
        match self.state {
            State::Done => Ok((!rest.is_empty()).then_some(rest.len())),
            State::Preamble | State::Content => {
                let inside = self.state == State::Content;
                let found = find(rest, &self.delimiter);
                // What may be the start of the delimiter waits for more.
                let end = found.unwrap_or_else(|| rest.len().saturating_sub(self.delimiter.len() - 1));
                if inside && end > 0 {
                    sink(Piece::Bytes(&rest[..end]));
                }
                let Some(place) = found else { return Ok((end > 0).then_some(end)) };
                if inside {
                    sink(Piece::End);
                }
                self.state = State::Boundary;
                Ok(Some(place + self.delimiter.len()))
            }
            State::Boundary => {
                if rest.starts_with(b"--") {
                    self.state = State::Done;
                    return Ok(Some(2));
                }
                let Some(end) = find(rest, b"\r\n") else {
                    return if rest.len() > HEADERS_BYTES_MAX { Err(FormError::Headers) } else { Ok(None) };
                };
                // Only blanks may stand there; a longer word is another boundary than ours.
                if rest[..end].iter().any(|byte| !matches!(byte, b' ' | b'\t')) {
                    return Err(FormError::Headers);
                }
                self.state = State::Headers;
                Ok(Some(end))
            }
            State::Headers => self.headers(at, sink),
        }
    }

    fn headers(&mut self, at: usize, sink: &mut dyn FnMut(Piece<'_>)) -> Result<Option<usize>, FormError> {
        let rest = &self.held[at..];
        let Some(end) = find(rest, b"\r\n\r\n") else {
            return if rest.len() > HEADERS_BYTES_MAX { Err(FormError::Headers) } else { Ok(None) };
        };
        self.parts += 1;
        if self.parts > PARTS_MAX {
            return Err(FormError::TooManyParts);
        }
        let text = std::str::from_utf8(&rest[..end]).map_err(|_| FormError::Headers)?;
        let field = |wanted: &str| {
            text.split("\r\n").find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.trim().eq_ignore_ascii_case(wanted).then_some(value)
            })
        };
        let disposition = field("content-disposition").ok_or(FormError::Headers)?;
        let name = parameter(disposition, "name").ok_or(FormError::Headers)?;
        let file = parameter(disposition, "filename");
        let encoding = field("content-transfer-encoding").map(str::trim);
        sink(Piece::Begin { name: &name, file: file.as_deref(), encoding });
        self.state = State::Content;
        Ok(Some(end + 4))
    }
}

fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    let boundary = parameter(&format!(";{parameters}"), "boundary")?;
    let usable = !boundary.is_empty()
        && boundary.len() <= BOUNDARY_CHARS_MAX
        && boundary.bytes().all(|byte| byte.is_ascii_graphic() || byte == b' ');
    (kind.trim().eq_ignore_ascii_case("multipart/form-data") && usable).then_some(boundary)
}

/// Reads one parameter of a header's value: a word, or a text in quotes.
fn parameter(value: &str, wanted: &str) -> Option<String> {
    let mut rest = value;
    while let Some((_, after)) = rest.split_once(';') {
        let (key, after) = after.split_once('=')?;
        let key = key.trim();
        let (text, after) = if let Some(quoted) = after.trim_start().strip_prefix('"') {
            unquoted(quoted)?
        } else {
            let end = after.find(';').unwrap_or(after.len());
            (after[..end].trim().to_owned(), &after[end..])
        };
        if key.eq_ignore_ascii_case(wanted) {
            return Some(text);
        }
        rest = after;
    }
    None
}

/// Reads up to the closing quote; gives what follows it.
fn unquoted(quoted: &str) -> Option<(String, &str)> {
    let mut text = String::new();
    let mut escaped = false;
    for (place, c) in quoted.char_indices() {
        match c {
            _ if escaped => {
                text.push(c);
                escaped = false;
            }
            '\\' => escaped = true,
            '"' => return Some((text, &quoted[place + 1..])),
            _ => text.push(c),
        }
    }
    None
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let first = *needle.first()?;
    let mut from = 0;
    while let Some(place) = haystack.get(from..)?.iter().position(|byte| *byte == first) {
        let start = from + place;
        if haystack[start..].starts_with(needle) {
            return Some(start);
        }
        from = start + 1;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &[u8] = b"preamble\r\n--X\r\nContent-Disposition: form-data; name=\":action\"\r\n\r\nfile_upload\r\n\
        --X \r\ncontent-type: a/b\r\ncontent-disposition: form-data; filename=\"a \\\"b;.whl\"; name=content\r\n\r\n\
        \r\n--Y\r\n--\r\n--X\r\nContent-Disposition: form-data; name=empty\r\n\r\n\r\n--X--\r\nepilogue";

    type Part = (String, Option<String>, Vec<u8>);

    fn read(body: &[u8], step: usize) -> Result<Vec<Part>, FormError> {
        let mut reader = Reader::new("multipart/form-data; boundary=X")?;
        let mut parts: Vec<Part> = Vec::new();
        let mut open = false;
        for chunk in body.chunks(step) {
            reader.feed(chunk, &mut |piece| match piece {
                Piece::Begin { name, file, .. } => {
                    assert!(!std::mem::replace(&mut open, true));
                    parts.push((name.to_owned(), file.map(str::to_owned), Vec::new()));
                }
                Piece::Bytes(bytes) => parts.last_mut().unwrap().2.extend_from_slice(bytes),
                Piece::End => assert!(std::mem::replace(&mut open, false)),
            })?;
        }
        reader.finish().map(|()| parts)
    }

    #[test]
    fn a_form_is_read_in_pieces_of_every_size() {
        let expected = vec![
            (":action".to_owned(), None, b"file_upload".to_vec()),
            ("content".to_owned(), Some("a \"b;.whl".to_owned()), b"\r\n--Y\r\n--".to_vec()),
            ("empty".to_owned(), None, Vec::new()),
        ];
        for step in 1..BODY.len() {
            assert_eq!(read(BODY, step), Ok(expected.clone()), "{step}");
        }
    }

    #[test]
    fn a_form_that_breaks_off_is_torn() {
        let whole = BODY.len() - b"--\r\nepilogue".len();
        for end in 0..=whole {
            assert_eq!(read(&BODY[..end], 7), Err(FormError::Torn), "{end}");
        }
    }

    #[test]
    fn bad_headers_are_refused() {
        for body in [
            "--X\r\nContent-Type: a/b\r\n\r\nx\r\n--X--",
            "--X\r\nContent-Disposition: form-data\r\n\r\nx\r\n--X--",
            "--X\r\nContent-Disposition: form-data; name=\"open\r\n\r\nx\r\n--X--",
            "--Xother\r\n\r\n",
        ] {
            assert_eq!(read(body.as_bytes(), 5), Err(FormError::Headers), "{body}");
        }
        let long = format!("--X\r\n{}", "a".repeat(HEADERS_BYTES_MAX + 2));
        assert_eq!(read(long.as_bytes(), 1000), Err(FormError::Headers));
        let many = "--X\r\nContent-Disposition: form-data; name=a\r\n\r\n\r\n".repeat(PARTS_MAX + 1);
        assert_eq!(read(many.as_bytes(), 4096), Err(FormError::TooManyParts));
    }

    #[test]
    fn the_boundary_is_named_by_the_content_type() {
        for good in [
            "multipart/form-data; boundary=abc",
            "Multipart/Form-Data;charset=utf-8; Boundary=\"a b\"",
            "multipart/form-data; boundary=\"a;b\"; x=y",
        ] {
            assert!(Reader::new(good).is_ok(), "{good}");
        }
        let long = format!("multipart/form-data; boundary={}", "a".repeat(71));
        for bad in
            ["", "multipart/form-data", "multipart/form-data; boundary=", "text/plain; boundary=a", &long]
        {
            assert_eq!(Reader::new(bad).err(), Some(FormError::Boundary), "{bad}");
        }
    }
}
