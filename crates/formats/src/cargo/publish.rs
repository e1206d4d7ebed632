//! The body of `cargo publish`: the length of a JSON document, the document, the length of the crate, the crate.
//!
//! It is taken apart as it arrives. The document is kept, bounded; the crate is handed on.

use std::fmt;

/// How much of a body is taken.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The longest document.
    pub document_bytes_max: usize,
    /// The largest crate.
    pub crate_bytes_max: u64,
}

/// Why a body is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BodyError {
    /// It announces a longer document than is taken.
    DocumentTooLarge(usize),
    /// It announces a larger crate than is taken.
    CrateTooLarge(u64),
    /// It ends before what it announced.
    Short,
    /// Something follows the crate.
    Trailing,
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DocumentTooLarge(max) => write!(f, "the metadata of a crate has at most {max} bytes"),
            Self::CrateTooLarge(max) => write!(f, "a crate has at most {max} bytes"),
            Self::Short => f.write_str("the request body ends before the lengths in it say"),
            Self::Trailing => f.write_str("the request body goes on behind the crate"),
        }
    }
}

impl std::error::Error for BodyError {}

/// Takes a body apart.
#[derive(Debug)]
pub struct Reader {
    limits: Limits,
    place: Place,
    document: Vec<u8>,
}

#[derive(Debug, Clone, Copy)]
enum Place {
    /// In the length of the document: the bytes read of it.
    DocumentLength([u8; 4], usize),
    /// In the document: how much is missing of it.
    Document(usize),
    /// In the length of the crate.
    CrateLength([u8; 4], usize),
    /// In the crate: its length, and how much is missing of it.
    Crate(u32, u32),
}

impl Reader {
    /// Starts at the beginning of a body.
    pub fn new(limits: Limits) -> Self {
        Self { limits, place: Place::DocumentLength([0; 4], 0), document: Vec::new() }
    }

    /// Takes the next bytes; those of the crate are given back, at most once a call.
    pub fn feed<'a>(&mut self, mut bytes: &'a [u8]) -> Result<&'a [u8], BodyError> {
        loop {
            match &mut self.place {
                Place::DocumentLength(length, read) => {
                    if !take_length(&mut bytes, length, read) {
                        return Ok(&[]);
                    }
                    let length = usize::try_from(u32::from_le_bytes(*length)).unwrap_or(usize::MAX);
                    if length > self.limits.document_bytes_max {
                        return Err(BodyError::DocumentTooLarge(self.limits.document_bytes_max));
                    }
                    self.place = Place::Document(length);
                }
                Place::Document(missing) => {
                    let (now, rest) = bytes.split_at((*missing).min(bytes.len()));
                    self.document.extend_from_slice(now);
                    *missing -= now.len();
                    bytes = rest;
                    if *missing > 0 {
                        return Ok(&[]);
                    }
                    self.place = Place::CrateLength([0; 4], 0);
                }
                Place::CrateLength(length, read) => {
                    if !take_length(&mut bytes, length, read) {
                        return Ok(&[]);
                    }
                    let length = u32::from_le_bytes(*length);
                    if u64::from(length) > self.limits.crate_bytes_max {
                        return Err(BodyError::CrateTooLarge(self.limits.crate_bytes_max));
                    }
                    self.place = Place::Crate(length, length);
                }
                Place::Crate(_, missing) => {
                    let now = u32::try_from(bytes.len()).map_err(|_| BodyError::Trailing)?;
                    *missing = missing.checked_sub(now).ok_or(BodyError::Trailing)?;
                    return Ok(bytes);
                }
            }
        }
    }

    /// The document, as soon as all of it is there.
    pub fn document(&self) -> Option<&[u8]> {
        match self.place {
            Place::DocumentLength(..) | Place::Document(_) => None,
            Place::CrateLength(..) | Place::Crate(..) => Some(&self.document),
        }
    }

    /// The length of the crate, as soon as it is known.
    pub fn crate_bytes(&self) -> Option<u64> {
        match self.place {
            Place::Crate(length, _) => Some(u64::from(length)),
            _ => None,
        }
    }

    /// Ends the body.
    pub fn finish(self) -> Result<(), BodyError> {
        if matches!(self.place, Place::Crate(_, 0)) { Ok(()) } else { Err(BodyError::Short) }
    }
}

/// Reads on in a length; says whether it is complete.
fn take_length(bytes: &mut &[u8], length: &mut [u8; 4], read: &mut usize) -> bool {
    let (now, rest) = bytes.split_at((4 - *read).min(bytes.len()));
    length[*read..*read + now.len()].copy_from_slice(now);
    *read += now.len();
    *bytes = rest;
    *read == 4
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { document_bytes_max: 100, crate_bytes_max: 1000 };

    fn body(document: &[u8], packed: &[u8]) -> Vec<u8> {
        let mut body = Vec::new();
        for part in [document, packed] {
            body.extend(u32::try_from(part.len()).unwrap().to_le_bytes());
            body.extend(part);
        }
        body
    }

    /// Feeds a body in steps of one size.
    fn read(body: &[u8], step: usize) -> Result<(Vec<u8>, Vec<u8>), BodyError> {
        let (mut reader, mut packed) = (Reader::new(LIMITS), Vec::new());
        for bytes in body.chunks(step) {
            packed.extend(reader.feed(bytes)?);
        }
        let document = reader.document().map(<[u8]>::to_vec).unwrap_or_default();
        reader.finish()?;
        Ok((document, packed))
    }

    #[test]
    fn a_body_is_the_same_in_any_pieces() {
        for step in 1..40 {
            let body = body(b"{\"name\":\"kit\"}", b"the crate of kit");
            let (document, packed) = read(&body, step).unwrap();
            assert_eq!((&document[..], &packed[..]), (&b"{\"name\":\"kit\"}"[..], &b"the crate of kit"[..]));
        }
        assert_eq!(read(&body(b"", b""), 3), Ok((Vec::new(), Vec::new())));
    }

    #[test]
    fn a_body_that_breaks_off_or_goes_on_is_refused() {
        let whole = body(b"{}", b"crate");
        for end in 0..whole.len() {
            assert_eq!(read(&whole[..end], 7), Err(BodyError::Short), "{end}");
        }
        let longer = [&whole[..], b"x"].concat();
        assert_eq!(read(&longer, 1), Err(BodyError::Trailing));
        assert_eq!(read(&longer, 100), Err(BodyError::Trailing));
    }

    #[test]
    fn announced_lengths_are_bounded_before_anything_is_kept() {
        assert_eq!(read(&body(&[b' '; 101], b""), 9), Err(BodyError::DocumentTooLarge(100)));
        assert_eq!(read(&body(b"{}", &[0; 1001]), 9), Err(BodyError::CrateTooLarge(1000)));
        assert_eq!(read(&u32::MAX.to_le_bytes(), 4), Err(BodyError::DocumentTooLarge(100)));
    }
}
