//! Takes a publish body apart while it arrives: attachments go to a sink, the rest of the JSON is kept.
//!
//! The reader follows strings and brackets only; whether the rest is JSON is decided at the end, by the JSON parser.
//! Until then nothing that the sink was given may be believed.

use super::base64_run::Base64Run;
use std::ops::Range;

/// What a body may hold.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The most that is kept of the JSON around the attachments.
    pub document_bytes_max: usize,
    /// The longest attachment, decoded.
    pub attachment_bytes_max: u64,
    /// How many attachments there may be: a tarball and its provenance.
    pub attachments_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { document_bytes_max: 64 << 20, attachment_bytes_max: 2 << 30, attachments_max: 2 }
    }
}

/// How deep brackets may nest; the JSON parser's own limit is the same.
const DEPTH_MAX: usize = 127;

/// The longest provenance bundle; usual ones have 15 kB.
const PROVENANCE_BYTES_MAX: usize = 1 << 20;

/// Whether an attachment is a provenance bundle, which is sent as it is and not as base64.
fn is_provenance(name: &str) -> bool {
    name.rsplit_once('.').is_some_and(|(_, extension)| extension == "sigstore")
}

fn take_text(value: &mut serde_json::Value) -> Option<String> {
    match value.take() {
        serde_json::Value::String(text) => Some(text),
        _ => None,
    }
}

/// What the sink is given, in this order for each attachment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// An attachment of this name begins.
    Begin(&'a str),
    /// Its next bytes.
    Bytes(&'a [u8]),
    /// It is complete.
    End,
}

/// Why a body is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BodyError {
    /// The body is not JSON; says where or what.
    Malformed(String),
    /// The JSON around the attachments is longer than the limit.
    DocumentTooLarge,
    /// An attachment is longer than the limit.
    AttachmentTooLarge,
    /// There are more attachments than the limit.
    TooManyAttachments,
    /// `_attachments`, an attachment or its data is there twice.
    Repeated(String),
    /// The attachment's data is not base64.
    BadBase64(String),
    /// The attachment has no data, or data that is not a string.
    NoData(String),
    /// The attachment's `length` is not the number of its bytes.
    WrongLength(String),
}

impl std::fmt::Display for BodyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Malformed(what) => write!(f, "the body is not valid JSON: {what}"),
            Self::DocumentTooLarge => f.write_str("the package metadata is too large"),
            Self::AttachmentTooLarge => f.write_str("the attachment is too large"),
            Self::TooManyAttachments => f.write_str("there are too many attachments"),
            Self::Repeated(name) => write!(f, "{name:?} is there twice"),
            Self::BadBase64(name) => write!(f, "the data of attachment {name:?} is not base64"),
            Self::NoData(name) => write!(f, "attachment {name:?} has no data"),
            Self::WrongLength(name) => write!(f, "the length of attachment {name:?} is not that of its data"),
        }
    }
}

impl std::error::Error for BodyError {}

/// An attachment that went to the sink, or a provenance bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name in `_attachments`.
    pub name: String,
    /// Its length in bytes.
    pub size: u64,
}

/// A body that was read to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The JSON object, with the data of attachments emptied.
    pub members: serde_json::Map<String, serde_json::Value>,
    /// The attachments in the order they came.
    pub attachments: Vec<Attachment>,
    /// The text of the one whose name ends in `.sigstore`.
    pub provenance: Option<String>,
}

/// Where the reader stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// Between tokens.
    Between,
    /// In a string; `escaped` after a backslash. `at` is where its text starts in the kept document.
    Text { at: usize, escaped: bool },
    /// In the data of an attachment.
    Data,
    /// In an escape of the data: how many characters of it are known.
    DataEscape { taken: u8, value: u32 },
}

/// An open bracket.
#[derive(Debug)]
struct Open {
    object: bool,
    /// In an object: whether the next string is a member's name.
    name_next: bool,
    /// In an object: where the name of the current member stands in the kept document.
    name: Range<usize>,
}

/// A publish body being read.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    kept: Vec<u8>,
    open: Vec<Open>,
    state: State,
    data: Base64Run,
    attachments: Vec<Attachment>,
    seen_attachments: bool,
}

impl Reader {
    /// Starts to read a body.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            kept: Vec::new(),
            open: Vec::new(),
            state: State::Between,
            data: Base64Run::default(),
            attachments: Vec::new(),
            seen_attachments: false,
        }
    }

    /// Takes the next bytes of the body, cut anywhere. After an error the reader is of no more use.
    pub fn feed(&mut self, mut input: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), BodyError> {
        while let Some(&byte) = input.first() {
            let taken = match self.state {
                State::Between => self.between(byte, sink)?,
                State::Text { at, escaped } => self.text(at, escaped, input)?,
                State::Data => self.data(input, sink)?,
                State::DataEscape { taken, value } => self.data_escape(taken, value, byte, sink)?,
            };
            input = &input[taken..];
        }
        Ok(())
    }

    /// Ends the body and checks everything that can only be known at the end.
    pub fn finish(self) -> Result<Document, BodyError> {
        if self.state != State::Between || !self.open.is_empty() {
            return Err(BodyError::Malformed("it ends too early".to_owned()));
        }
        let mut members: serde_json::Map<String, serde_json::Value> =
            serde_json::from_slice(&self.kept).map_err(|error| BodyError::Malformed(error.to_string()))?;
        let mut attachments = self.attachments;
        let mut provenance = None;
        if let Some(described) = members.get_mut("_attachments") {
            let described = described
                .as_object_mut()
                .ok_or_else(|| BodyError::Malformed("_attachments is not an object".to_owned()))?;
            for (name, attachment) in described {
                let read = attachments.iter_mut().find(|read| read.name == *name);
                let read = read.ok_or_else(|| BodyError::NoData(name.clone()))?;
                let mut sizes = [read.size; 2];
                if is_provenance(name) {
                    let Some(text) = attachment.get_mut("data").and_then(take_text) else {
                        return Err(BodyError::NoData(name.clone()));
                    };
                    if text.len() > PROVENANCE_BYTES_MAX {
                        return Err(BodyError::AttachmentTooLarge);
                    }
                    // Clients count as JavaScript does.
                    sizes = [text.len() as u64, text.encode_utf16().count() as u64];
                    read.size = sizes[0];
                    provenance = Some(text);
                }
                let length = attachment.get("length");
                if length.is_some_and(|length| length.as_u64().is_none_or(|length| !sizes.contains(&length)))
                {
                    return Err(BodyError::WrongLength(name.clone()));
                }
            }
        }
        Ok(Document { members, attachments, provenance })
    }

    /// Handles one byte outside strings.
    fn between(&mut self, byte: u8, sink: &mut dyn FnMut(Piece<'_>)) -> Result<usize, BodyError> {
        self.keep(&[byte])?;
        match byte {
            b'"' => return self.begin_text(sink).map(|()| 1),
            b'{' | b'[' => {
                if self.open.len() >= DEPTH_MAX {
                    return Err(BodyError::Malformed("it nests too deep".to_owned()));
                }
                let object = byte == b'{';
                self.open.push(Open { object, name_next: object, name: 0..0 });
            }
            b'}' | b']' => {
                let matches = self.open.pop().is_some_and(|open| open.object == (byte == b'}'));
                if !matches {
                    return Err(BodyError::Malformed("a bracket closes what is not open".to_owned()));
                }
            }
            b',' => {
                if let Some(open) = self.open.last_mut() {
                    open.name_next = open.object;
                }
            }
            _ => {}
        }
        Ok(1)
    }

    /// Begins a string: a member's name, the data of an attachment, or any other.
    fn begin_text(&mut self, sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), BodyError> {
        let naming = self.open.last().is_some_and(|open| open.name_next);
        if naming || !self.at_data()? {
            self.state = State::Text { at: self.kept.len(), escaped: false };
            return Ok(());
        }
        let name = self.name_at(1)?;
        if self.attachments.iter().any(|seen| seen.name == name) {
            return Err(BodyError::Repeated(name));
        }
        if self.attachments.len() >= self.limits.attachments_max {
            return Err(BodyError::TooManyAttachments);
        }
        if is_provenance(&name) {
            // A bundle is JSON, sent as text; it is small and stays in the document until the end.
            self.attachments.push(Attachment { name, size: 0 });
            self.state = State::Text { at: self.kept.len(), escaped: false };
            return Ok(());
        }
        sink(Piece::Begin(&name));
        self.attachments.push(Attachment { name, size: 0 });
        self.data = Base64Run::default();
        self.state = State::Data;
        Ok(())
    }

    /// Whether the value that begins is `_attachments.{name}.data`.
    fn at_data(&self) -> Result<bool, BodyError> {
        let objects = self.open.len() == 3 && self.open.iter().all(|open| open.object);
        Ok(objects && self.name_at(0)? == "_attachments" && self.name_at(2)? == "data")
    }

    /// The name of the current member at a depth.
    fn name_at(&self, depth: usize) -> Result<String, BodyError> {
        let name = self.open.get(depth).map_or(0..0, |open| open.name.clone());
        // A quote on either side of the name is kept as well.
        serde_json::from_slice(&self.kept[name]).map_err(|error| BodyError::Malformed(error.to_string()))
    }

    /// Goes through a string as far as the input goes.
    fn text(&mut self, at: usize, escaped: bool, input: &[u8]) -> Result<usize, BodyError> {
        if escaped {
            self.keep(&input[..1])?;
            self.state = State::Text { at, escaped: false };
            return Ok(1);
        }
        let Some(stop) = input.iter().position(|byte| matches!(byte, b'"' | b'\\')) else {
            self.keep(input)?;
            return Ok(input.len());
        };
        self.keep(&input[..=stop])?;
        if input[stop] == b'\\' {
            self.state = State::Text { at, escaped: true };
            return Ok(stop + 1);
        }
        self.state = State::Between;
        let end = self.kept.len();
        let naming = match self.open.last_mut() {
            Some(open) if open.name_next => {
                open.name_next = false;
                open.name = at - 1..end;
                true
            }
            _ => false,
        };
        if naming && self.open.len() == 1 && self.name_at(0)? == "_attachments" {
            if self.seen_attachments {
                return Err(BodyError::Repeated("_attachments".to_owned()));
            }
            self.seen_attachments = true;
        }
        Ok(stop + 1)
    }

    /// Decodes data as far as the input goes.
    fn data(&mut self, input: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> Result<usize, BodyError> {
        let stop = input.iter().position(|byte| matches!(byte, b'"' | b'\\'));
        self.decode(&input[..stop.unwrap_or(input.len())], sink)?;
        let Some(stop) = stop else { return Ok(input.len()) };
        if input[stop] == b'\\' {
            self.state = State::DataEscape { taken: 0, value: 0 };
            return Ok(stop + 1);
        }
        self.data.end().map_err(|_| self.bad_base64())?;
        sink(Piece::End);
        // The kept document gets the closing quote of an empty string.
        self.keep(b"\"")?;
        self.state = State::Between;
        Ok(stop + 1)
    }

    /// Handles one character of an escape in the data: `\/` and `\u002f` are how some clients spell symbols.
    fn data_escape(
        &mut self,
        taken: u8,
        value: u32,
        byte: u8,
        sink: &mut dyn FnMut(Piece<'_>),
    ) -> Result<usize, BodyError> {
        let symbol = match (taken, byte) {
            (0, b'/') => Some(b'/'),
            (0, b'u') => {
                self.state = State::DataEscape { taken: 1, value: 0 };
                return Ok(1);
            }
            (0, _) => None,
            _ => {
                let digit = char::from(byte).to_digit(16).ok_or_else(|| self.bad_base64())?;
                let value = value << 4 | digit;
                if taken < 4 {
                    self.state = State::DataEscape { taken: taken + 1, value };
                    return Ok(1);
                }
                u8::try_from(value).ok()
            }
        };
        let symbol = symbol.ok_or_else(|| self.bad_base64())?;
        self.state = State::Data;
        self.decode(&[symbol], sink)?;
        Ok(1)
    }

    fn decode(&mut self, text: &[u8], sink: &mut dyn FnMut(Piece<'_>)) -> Result<(), BodyError> {
        let mut size = self.attachments.last().map_or(0, |attachment| attachment.size);
        let max = self.limits.attachment_bytes_max;
        let mut count = |bytes: &[u8]| {
            size += bytes.len() as u64;
            if size <= max && !bytes.is_empty() {
                sink(Piece::Bytes(bytes));
            }
        };
        let decoded = self.data.feed(text, &mut count);
        decoded.map_err(|_| self.bad_base64())?;
        if let Some(attachment) = self.attachments.last_mut() {
            attachment.size = size;
        }
        if size > max { Err(BodyError::AttachmentTooLarge) } else { Ok(()) }
    }

    fn bad_base64(&self) -> BodyError {
        BodyError::BadBase64(
            self.attachments.last().map(|attachment| attachment.name.clone()).unwrap_or_default(),
        )
    }

    fn keep(&mut self, bytes: &[u8]) -> Result<(), BodyError> {
        if self.kept.len() + bytes.len() > self.limits.document_bytes_max {
            return Err(BodyError::DocumentTooLarge);
        }
        self.kept.extend_from_slice(bytes);
        Ok(())
    }
}

#[cfg(test)]
#[path = "reader_tests.rs"]
mod tests;
