//! Reads an answer's body: all of it within a bound, unpacked when it comes packed.

use super::error::FetchError;
use flate2::write::MultiGzDecoder;
use reqwest::header::CONTENT_ENCODING;
use reqwest::{Response, header::HeaderMap};
use std::io::{self, Write};

/// Bytes up to a bound.
struct Bounded {
    bytes: Vec<u8>,
    bytes_max: usize,
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > self.bytes_max {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// How a body is packed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    None,
    Gzip,
}

impl Packing {
    fn of(headers: &HeaderMap) -> Result<Self, FetchError> {
        match headers.get(CONTENT_ENCODING).map_or(&b""[..], |value| value.as_bytes()) {
            b"" | b"identity" => Ok(Self::None),
            b"gzip" | b"x-gzip" => Ok(Self::Gzip),
            other => Err(FetchError::Broken(format!("content encoding {}", String::from_utf8_lossy(other)))),
        }
    }
}

/// Reads and unpacks a whole body of at most `bytes_max` bytes.
pub(super) async fn whole(mut response: Response, bytes_max: usize) -> Result<Vec<u8>, FetchError> {
    let promised = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
    if promised > bytes_max {
        return Err(FetchError::TooLarge);
    }
    let packing = Packing::of(response.headers())?;
    // Trusted up to a bound only: the sender may promise anything.
    let bounded = Bounded { bytes: Vec::with_capacity(promised.min(16 << 20)), bytes_max };
    if packing == Packing::None {
        let mut plain = bounded;
        while let Some(chunk) = response.chunk().await? {
            plain.write_all(&chunk).map_err(failed)?;
        }
        return Ok(plain.bytes);
    }
    let mut decoder = MultiGzDecoder::new(bounded);
    while let Some(chunk) = response.chunk().await? {
        decoder.write_all(&chunk).map_err(failed)?;
    }
    Ok(decoder.finish().map_err(failed)?.bytes)
}

/// Checks that a body comes as it is; tarballs are proven by the bytes that travel.
pub(super) fn is_plain(response: &Response) -> Result<(), FetchError> {
    match Packing::of(response.headers())? {
        Packing::None => Ok(()),
        Packing::Gzip => Err(FetchError::Broken("a tarball with a content encoding".to_owned())),
    }
}

fn failed(error: io::Error) -> FetchError {
    match error.kind() {
        io::ErrorKind::FileTooLarge => FetchError::TooLarge,
        _ => FetchError::Broken(error.to_string()),
    }
}
