//! The four hashes that package formats ask for, in one pass over the bytes.

use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha512};

use crate::entropy::push_hex;

/// What is known of a blob once all its bytes have been seen; hashes are lower-case hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Staged {
    /// SHA-256, which is the blob's name.
    pub sha256: String,
    /// SHA-1.
    pub sha1: String,
    /// MD5.
    pub md5: String,
    /// SHA-512.
    pub sha512: String,
    /// Length in bytes.
    pub size: u64,
}

#[derive(Default)]
pub(crate) struct Hashes {
    sha256: Sha256,
    sha1: Sha1,
    md5: Md5,
    sha512: Sha512,
    size: u64,
}

impl Hashes {
    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.sha256.update(bytes);
        self.sha1.update(bytes);
        self.md5.update(bytes);
        self.sha512.update(bytes);
        self.size += bytes.len() as u64;
    }

    pub(crate) fn finish(self) -> Staged {
        Staged {
            sha256: hex(&self.sha256.finalize()),
            sha1: hex(&self.sha1.finalize()),
            md5: hex(&self.md5.finalize()),
            sha512: hex(&self.sha512.finalize()),
            size: self.size,
        }
    }
}

/// Gives the SHA-256 of bytes in lower-case hexadecimal.
pub(crate) fn sha256_of(read: &mut impl std::io::Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; super::CHUNK_BYTES];
    loop {
        let count = read.read(&mut buffer)?;
        if count == 0 {
            return Ok(hex(&hash.finalize()));
        }
        hash.update(&buffer[..count]);
    }
}

fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        push_hex(&mut text, *byte);
    }
    text
}
