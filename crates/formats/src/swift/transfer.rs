//! How the parts of a publish request are written: as they are, as base64 or as quoted-printable.
//!
//! SwiftPM declares its metadata as quoted-printable and sends it as it is; see [`super::metadata`].

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// How the bytes of a part are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// As they are.
    Identity,
    /// Base64, in lines of any length.
    Base64,
    /// Quoted-printable.
    QuotedPrintable,
}

/// A part is not written as it says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BadEncoding;

impl Encoding {
    /// Reads a `Content-Transfer-Encoding`; `None` for one that nobody knows.
    pub fn read(field: Option<&str>) -> Option<Self> {
        match field.unwrap_or_default().trim().to_ascii_lowercase().as_str() {
            "" | "binary" | "8bit" | "7bit" | "identity" => Some(Self::Identity),
            "base64" => Some(Self::Base64),
            "quoted-printable" => Some(Self::QuotedPrintable),
            _ => None,
        }
    }
}

/// Undoes an encoding piece by piece.
#[derive(Debug)]
pub struct Decoder {
    encoding: Encoding,
    /// What waits for its other characters.
    held: Vec<u8>,
    /// Base64 was padded, so that nothing may follow.
    padded: bool,
}

impl Decoder {
    /// Starts with a part.
    pub fn new(encoding: Encoding) -> Self {
        Self { encoding, held: Vec::new(), padded: false }
    }

    /// Takes the next bytes, and appends what they mean.
    pub fn feed(&mut self, bytes: &[u8], to: &mut Vec<u8>) -> Result<(), BadEncoding> {
        match self.encoding {
            Encoding::Identity => to.extend_from_slice(bytes),
            Encoding::Base64 => {
                let whole = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace());
                self.held.extend(whole);
                let ready = self.held.len() / 4 * 4;
                self.base64(ready, to)?;
            }
            Encoding::QuotedPrintable => {
                for byte in bytes {
                    self.quoted(*byte, to)?;
                }
            }
        }
        Ok(())
    }

    /// Ends the part.
    pub fn finish(mut self, to: &mut Vec<u8>) -> Result<(), BadEncoding> {
        match self.encoding {
            Encoding::Identity => Ok(()),
            Encoding::Base64 => {
                let rest = self.held.len();
                self.base64(rest, to)
            }
            Encoding::QuotedPrintable => {
                if self.held.is_empty() || self.held == b"=" {
                    Ok(())
                } else {
                    Err(BadEncoding)
                }
            }
        }
    }

    fn base64(&mut self, length: usize, to: &mut Vec<u8>) -> Result<(), BadEncoding> {
        if length == 0 {
            return Ok(());
        }
        if self.padded {
            return Err(BadEncoding);
        }
        let text = &self.held[..length];
        self.padded = text.contains(&b'=');
        STANDARD.decode_vec(text, to).map_err(|_| BadEncoding)?;
        self.held.drain(..length);
        Ok(())
    }

    /// `=` and two digits are a byte, `=` and the end of a line are nothing.
    fn quoted(&mut self, byte: u8, to: &mut Vec<u8>) -> Result<(), BadEncoding> {
        if self.held.is_empty() && byte != b'=' {
            to.push(byte);
            return Ok(());
        }
        self.held.push(byte);
        match self.held[1..] {
            [] | [b'\r'] => return Ok(()),
            [b'\n'] | [b'\r', b'\n'] => {}
            [first, second] => to.push(digit(first)? << 4 | digit(second)?),
            [first] => return digit(first).map(|_| ()),
            _ => return Err(BadEncoding),
        }
        self.held.clear();
        Ok(())
    }
}

fn digit(byte: u8) -> Result<u8, BadEncoding> {
    let value = char::from(byte).to_digit(16).ok_or(BadEncoding)?;
    u8::try_from(value).map_err(|_| BadEncoding)
}

/// Undoes the encoding of a part that is there whole.
pub fn decode(encoding: Encoding, bytes: &[u8]) -> Result<Vec<u8>, BadEncoding> {
    let (mut decoder, mut decoded) = (Decoder::new(encoding), Vec::new());
    decoder.feed(bytes, &mut decoded)?;
    decoder.finish(&mut decoded)?;
    Ok(decoded)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encodings_are_undone_in_pieces_of_every_size() {
        let base64 = b"UEsDBAoAAAAAAA\r\nCp\r\nW1zX/w==\r\n";
        let quoted = b"{\"a\":=\r\n \"=C3=a9\"}=\n!";
        let cases: [(Encoding, &[u8], Vec<u8>); 3] = [
            (Encoding::Identity, b"=as it is=", b"=as it is=".to_vec()),
            (Encoding::Base64, base64, STANDARD.decode("UEsDBAoAAAAAAACpW1zX/w==").unwrap()),
            (Encoding::QuotedPrintable, quoted, "{\"a\": \"é\"}!".as_bytes().to_vec()),
        ];
        for (encoding, written, meant) in cases {
            for step in 1..=written.len() {
                let (mut decoder, mut decoded) = (Decoder::new(encoding), Vec::new());
                for piece in written.chunks(step) {
                    decoder.feed(piece, &mut decoded).unwrap();
                }
                decoder.finish(&mut decoded).unwrap();
                assert_eq!(decoded, meant, "{encoding:?} {step}");
            }
        }
    }

    #[test]
    fn what_is_not_written_so_is_refused() {
        for bad in [&b"a"[..], b"ab=c", b"Zg==Zg==", b"Zm9v!mFy"] {
            assert_eq!(decode(Encoding::Base64, bad), Err(BadEncoding), "{bad:?}");
        }
        for bad in [&b"=G0"[..], b"=0", b"=\rx", b"a=b?"] {
            assert_eq!(decode(Encoding::QuotedPrintable, bad), Err(BadEncoding), "{bad:?}");
        }
    }

    #[test]
    fn encodings_have_names() {
        assert_eq!(Encoding::read(None), Some(Encoding::Identity));
        assert_eq!(Encoding::read(Some(" Base64")), Some(Encoding::Base64));
        assert_eq!(Encoding::read(Some("quoted-printable")), Some(Encoding::QuotedPrintable));
        assert_eq!(Encoding::read(Some("uuencode")), None);
    }
}
