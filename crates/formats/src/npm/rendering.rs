//! A listing ready to be sent: pieces of shared text, between which the base URL of the asked repository goes.

use super::listing::json_inner;
use super::manifest::{Bases, Span};
use bytes::Bytes;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// The size that chunks of a sent listing are filled up to.
const CHUNK_BYTES: usize = 128 * 1024;

/// A rendered listing without its base URL. Cheap to keep: the text is shared with the listings it was made of.
#[derive(Debug, Clone)]
pub struct Rendering {
    pieces: Vec<Piece>,
    text_bytes: usize,
    bases: usize,
    stamp: u64,
}

#[derive(Debug, Clone)]
struct Piece {
    text: Bytes,
    base_follows: bool,
}

impl Rendering {
    /// The length of the text for a base URL.
    pub fn len(&self, base: &str) -> usize {
        self.text_bytes + self.bases * json_inner(base).len()
    }

    /// The weak entity tag of the text for a base URL.
    pub fn etag(&self, base: &str) -> String {
        let mut hasher = DefaultHasher::new();
        (self.stamp, base).hash(&mut hasher);
        format!("W/\"{:016x}\"", hasher.finish())
    }

    /// The whole text for a base URL.
    pub fn to_vec(&self, base: &str) -> Vec<u8> {
        let base = json_inner(base);
        let mut out = Vec::with_capacity(self.text_bytes + self.bases * base.len());
        for piece in &self.pieces {
            out.extend_from_slice(&piece.text);
            if piece.base_follows {
                out.extend_from_slice(base.as_bytes());
            }
        }
        out
    }

    /// The text for a base URL in chunks of about 128 KiB, so that a large listing is never in memory as a whole.
    pub fn chunks(self: Arc<Self>, base: &str) -> Chunks {
        Chunks { rendering: self, base: json_inner(base), next: 0, done: 0 }
    }

    /// About how much memory the rendering holds beside the text that it shares.
    pub fn bytes(&self) -> usize {
        self.pieces.len() * size_of::<Piece>()
    }
}

/// The chunks of one rendered listing.
#[derive(Debug)]
pub struct Chunks {
    rendering: Arc<Rendering>,
    base: String,
    /// The piece that is next, and how much of it is done.
    next: usize,
    done: usize,
}

impl Iterator for Chunks {
    type Item = Bytes;

    fn next(&mut self) -> Option<Bytes> {
        let first = self.rendering.pieces.get(self.next)?;
        if self.done == 0 && first.text.len() >= CHUNK_BYTES && !first.base_follows {
            self.next += 1;
            return Some(first.text.clone());
        }
        let mut chunk = Vec::with_capacity(CHUNK_BYTES + self.base.len());
        while let Some(piece) = self.rendering.pieces.get(self.next) {
            let room = CHUNK_BYTES.saturating_sub(chunk.len());
            if room == 0 {
                break;
            }
            let rest = &piece.text[self.done..];
            let taken = rest.len().min(room);
            chunk.extend_from_slice(&rest[..taken]);
            self.done += taken;
            if self.done < piece.text.len() {
                break;
            }
            if piece.base_follows {
                chunk.extend_from_slice(self.base.as_bytes());
            }
            self.next += 1;
            self.done = 0;
        }
        Some(chunk.into())
    }
}

/// Collects pieces, joining those that are neighbours in the same buffer.
#[derive(Debug, Default)]
pub(super) struct Writer {
    pieces: Vec<Piece>,
    /// Small text that is not yet a piece.
    text: Vec<u8>,
    /// A run of neighbours: the buffer and its range.
    run: Option<(Bytes, usize, usize)>,
}

impl Writer {
    /// Adds text of its own.
    pub(super) fn text(&mut self, text: &str) {
        self.end_run(false);
        self.text.extend_from_slice(text.as_bytes());
    }

    /// Adds a span of a shared buffer, with the base in its places.
    pub(super) fn span(&mut self, buffer: &Bytes, span: Span) {
        let Bases { first, second } = span.bases;
        let neighbour =
            matches!(&self.run, Some((run, _, end)) if *end == span.start && run.as_ptr() == buffer.as_ptr());
        if let (true, Some((_, _, end))) = (neighbour, &mut self.run) {
            *end = first;
        } else {
            self.end_run(false);
            self.run = Some((buffer.clone(), span.start, first));
        }
        self.end_run(true);
        if let Some(second) = second {
            self.run = Some((buffer.clone(), first, second));
            self.end_run(true);
        }
        self.run = Some((buffer.clone(), second.unwrap_or(first), span.end));
    }

    fn end_run(&mut self, base_follows: bool) {
        let Some((buffer, start, end)) = self.run.take() else { return };
        self.end_text();
        self.pieces.push(Piece { text: buffer.slice(start..end), base_follows });
    }

    fn end_text(&mut self) {
        if !self.text.is_empty() {
            let text = std::mem::take(&mut self.text);
            self.pieces.push(Piece { text: text.into(), base_follows: false });
        }
    }

    /// Closes the rendering; `stamp` changes with its content.
    pub(super) fn finish(mut self, stamp: u64) -> Rendering {
        self.end_run(false);
        self.end_text();
        let text_bytes = self.pieces.iter().map(|piece| piece.text.len()).sum();
        let bases = self.pieces.iter().filter(|piece| piece.base_follows).count();
        Rendering { pieces: self.pieces, text_bytes, bases, stamp }
    }
}
