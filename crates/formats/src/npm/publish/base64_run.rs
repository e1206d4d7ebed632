//! Base64 that arrives in pieces: decodes what is complete, carries the rest to the next piece.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How much text is decoded at once; a multiple of four.
const STEP: usize = 64 * 1024;

/// A decoder of one base64 text with its padding.
#[derive(Debug, Default)]
pub(super) struct Base64Run {
    /// Symbols of a group that is not complete.
    carry: Vec<u8>,
    /// Whether padding was seen: nothing may follow.
    ended: bool,
    decoded: Vec<u8>,
}

/// The text is not base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct BadBase64;

impl Base64Run {
    /// Takes the next symbols and hands what they decode to, in order, to `sink`.
    pub(super) fn feed(&mut self, mut text: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), BadBase64> {
        if !self.carry.is_empty() {
            let taken = text.len().min(4 - self.carry.len());
            self.carry.extend_from_slice(&text[..taken]);
            text = &text[taken..];
            if self.carry.len() < 4 {
                return Ok(());
            }
            let group = std::mem::take(&mut self.carry);
            self.decode(&group, sink)?;
        }
        let whole = text.len() - text.len() % 4;
        for part in text[..whole].chunks(STEP) {
            self.decode(part, sink)?;
        }
        self.carry.extend_from_slice(&text[whole..]);
        Ok(())
    }

    /// Ends the text, which has to stop at a complete group.
    pub(super) fn end(&self) -> Result<(), BadBase64> {
        if self.carry.is_empty() { Ok(()) } else { Err(BadBase64) }
    }

    fn decode(&mut self, groups: &[u8], sink: &mut dyn FnMut(&[u8])) -> Result<(), BadBase64> {
        if self.ended {
            return Err(BadBase64);
        }
        self.decoded.resize(groups.len() / 4 * 3, 0);
        let length = STANDARD.decode_slice(groups, &mut self.decoded).map_err(|_| BadBase64)?;
        self.ended = groups.last() == Some(&b'=');
        sink(&self.decoded[..length]);
        Ok(())
    }
}
