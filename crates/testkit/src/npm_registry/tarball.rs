//! Makes a package's tarball: a gzipped ustar archive with `package/package.json` in it, the same bytes each time.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use sha1::{Digest as _, Sha1};
use sha2::Sha512;
use std::io::Write as _;

/// A tarball with what its manifest has to say about it.
#[derive(Debug, Clone)]
pub struct Tarball {
    /// The archive.
    pub bytes: Bytes,
    /// `dist.integrity`.
    pub integrity: String,
    /// `dist.shasum`.
    pub shasum: String,
}

/// Packs files under `package/`.
pub fn tarball(files: &[(&str, &[u8])]) -> Tarball {
    let mut archive = Vec::new();
    for (name, content) in files {
        archive.extend_from_slice(&header(&format!("package/{name}"), content.len()));
        archive.extend_from_slice(content);
        archive.resize(archive.len().next_multiple_of(512), 0);
    }
    archive.resize(archive.len() + 1024, 0);
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(&archive).expect("writing to memory does not fail");
    Tarball::of(encoder.finish().expect("writing to memory does not fail"))
}

impl Tarball {
    /// Describes bytes, whatever they are.
    pub fn of(bytes: Vec<u8>) -> Self {
        let integrity = format!("sha512-{}", STANDARD.encode(Sha512::digest(&bytes)));
        let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
        let shasum =
            Sha1::digest(&bytes).iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect();
        Self { bytes: bytes.into(), integrity, shasum }
    }
}

/// The 512 bytes before a file in an archive.
fn header(name: &str, size: usize) -> [u8; 512] {
    let mut header = [0_u8; 512];
    let mut put = |at: usize, text: &str| header[at..at + text.len()].copy_from_slice(text.as_bytes());
    assert!(name.len() < 100, "names in test archives are short");
    put(0, name);
    put(100, "0000644\0");
    put(108, "0000000\0");
    put(116, "0000000\0");
    put(124, &format!("{size:011o}\0"));
    // npm packs everything as of 1985-10-26.
    put(136, "03560116604\0");
    put(148, "        ");
    put(156, "0");
    put(257, "ustar\x0000");
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    let sum = format!("{sum:06o}\0 ");
    header[148..156].copy_from_slice(sum.as_bytes());
    header
}
