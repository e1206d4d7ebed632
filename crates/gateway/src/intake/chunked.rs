//! The encoding `aws-chunked`: pieces of a payload, each after its size and perhaps its signature, then trailers.
//!
//! Taken apart as it comes, in constant memory. Signatures of pieces and trailers are read over: the whole payload is
//! hashed, and who may send it was decided from the head.

/// Longest line before a piece or among the trailers: a size and a signature need 103 bytes.
const LINE_BYTES_MAX: usize = 4096;

/// Most trailers.
const TRAILERS_MAX: usize = 32;

/// What is wrong with the encoding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// A payload on its way in.
#[derive(Debug)]
pub struct Chunked {
    state: State,
    /// Bytes of the present piece that are still to come.
    left: u64,
    line: Vec<u8>,
    trailers: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Size,
    Piece,
    AfterPiece,
    Trailers,
    End,
}

impl Default for Chunked {
    fn default() -> Self {
        Self { state: State::Size, left: 0, line: Vec::new(), trailers: 0 }
    }
}

impl Chunked {
    /// Takes the next bytes of the payload out of what has come; nothing when all of that is used up.
    pub fn next<'a>(&mut self, bytes: &mut &'a [u8]) -> Result<Option<&'a [u8]>, Malformed> {
        while !bytes.is_empty() {
            match self.state {
                State::Piece => {
                    let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(bytes.len());
                    let (piece, rest) = bytes.split_at(length);
                    *bytes = rest;
                    self.left -= length as u64;
                    if self.left == 0 {
                        self.state = State::AfterPiece;
                    }
                    return Ok(Some(piece));
                }
                State::End => return Err(Malformed("bytes follow the last chunk")),
                State::Size | State::AfterPiece | State::Trailers => {
                    if !self.fill_line(bytes)? {
                        return Ok(None);
                    }
                    self.take_line()?;
                }
            }
        }
        Ok(None)
    }

    /// Says whether the payload has come to its end.
    pub fn is_complete(&self) -> bool {
        self.state == State::End
    }

    /// Reads on to the end of a line; says whether it has come.
    fn fill_line(&mut self, bytes: &mut &[u8]) -> Result<bool, Malformed> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let taken = end.map_or(bytes.len(), |end| end + 1);
        if self.line.len() + taken > LINE_BYTES_MAX {
            return Err(Malformed("the line before a chunk is too long"));
        }
        self.line.extend_from_slice(&bytes[..taken]);
        *bytes = &bytes[taken..];
        Ok(end.is_some())
    }

    fn take_line(&mut self) -> Result<(), Malformed> {
        let line = std::mem::take(&mut self.line);
        let line = line.strip_suffix(b"\r\n").ok_or(Malformed("a line does not end with CR LF"))?;
        match self.state {
            State::AfterPiece if line.is_empty() => self.state = State::Size,
            State::AfterPiece => return Err(Malformed("a chunk is longer than its size")),
            State::Trailers if line.is_empty() => self.state = State::End,
            State::Trailers => {
                self.trailers += 1;
                if self.trailers > TRAILERS_MAX {
                    return Err(Malformed("too many trailers"));
                }
            }
            _ => {
                self.left = size(line)?;
                self.state = if self.left == 0 { State::Trailers } else { State::Piece };
            }
        }
        Ok(())
    }
}

/// Reads the size of a piece, before its extensions.
fn size(line: &[u8]) -> Result<u64, Malformed> {
    let digits = line.split(|byte| *byte == b';').next().unwrap_or_default();
    let text = std::str::from_utf8(digits).unwrap_or_default();
    // The parser would let a sign through.
    if !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Malformed("the size of a chunk is not hexadecimal"));
    }
    u64::from_str_radix(text, 16).map_err(|_| Malformed("the size of a chunk is not hexadecimal"))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Takes a body apart that comes in steps of this length.
    fn decode(body: &[u8], step: usize) -> Result<(Vec<u8>, bool), Malformed> {
        let mut chunked = Chunked::default();
        let mut payload = Vec::new();
        for mut bytes in body.chunks(step) {
            while let Some(piece) = chunked.next(&mut bytes)? {
                payload.extend_from_slice(piece);
            }
        }
        Ok((payload, chunked.is_complete()))
    }

    #[test]
    fn signed_and_unsigned_pieces_are_put_together_however_they_come() {
        let signed =
            b"5;chunk-signature=aa\r\nhello\r\n1;chunk-signature=bb\r\n\n\r\n0;chunk-signature=cc\r\n\r\n";
        let trailed =
            b"6\r\nhello\n\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\nx-amz-trailer-signature:dd\r\n\r\n";
        for body in [&signed[..], trailed] {
            for step in [1, 2, 3, 7, body.len()] {
                assert_eq!(decode(body, step), Ok((b"hello\n".to_vec(), true)), "steps of {step}");
            }
            assert!(!decode(&body[..body.len() - 1], 5).unwrap().1, "not all of it has come");
        }
        assert_eq!(decode(b"0\r\n\r\n", 1), Ok((Vec::new(), true)));
    }

    #[test]
    fn what_is_not_of_the_encoding_is_refused() {
        for body in [
            &b"hello"[..],
            b"x\r\n",
            b"\r\n",
            b"+5\r\nhello\r\n0\r\n\r\n",
            b"5\nhello",
            b"4\r\nhello\r\n",
            b"fffffffffffffffff\r\n",
            b"0\r\n\r\nmore",
        ] {
            let decoded = decode(body, 64);
            assert!(decoded.as_ref().is_err() || decoded == Ok((Vec::new(), false)), "{body:?}: {decoded:?}");
        }
        assert!(decode(&[b'1'; 5000], 100).is_err());
        assert!(decode(format!("0\r\n{}", "a:b\r\n".repeat(40)).as_bytes(), 100).is_err());
    }
}
