//! Page tokens: where a list goes on, bound to the list that gave them.
//!
//! A token holds the key of the last row that was shown (key-set paging: rows may come and go between pages, and
//! a row that stays is shown once) and an authentication code over the operation, its arguments, the account and
//! the region. It is base64 of the standard alphabet, because the services' patterns exclude `-` and `_`.
//!
//! Tokens are bounded by the services' patterns (2048 characters at Migration Hub) and index entries by PostgreSQL
//! (2704 bytes), while some names may be 1600 characters long: rows with such names are kept and listed under their
//! [`key`].

use std::borrow::Cow;
use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use model::Spec;
use sha2::{Digest as _, Sha256};

use crate::Call;

/// First byte of a token; a later layout takes the next number.
const LAYOUT: u8 = 1;
/// Longest key: with a task's name of 256 characters before it (1024 bytes) an index entry stays below 2704 bytes,
/// and a token that holds it alone is 1380 characters long.
const KEY_BYTES_MAX: usize = 1000;
/// Hexadecimal digits of the digest that ends the key of a long name.
const KEY_DIGEST_BYTES: usize = 64;
/// Layout, time and code before the cursor.
const HEAD_BYTES: usize = 1 + 8 + CODE_BYTES;
/// Half of the digest: 128 bits are beyond guessing, and tokens travel in query strings.
const CODE_BYTES: usize = 16;

/// One list call: what its tokens are bound to.
pub struct Page<'a> {
    call: &'a Call,
    operation: &'static str,
    arguments: &'a [&'a str],
}

/// Why a token was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// It is not a token of this server, this operation, or these arguments.
    Foreign,
    /// It is older than the list allows.
    Expired,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(match self {
            Self::Foreign => "the page token was not issued for this operation with these arguments",
            Self::Expired => "the page token has expired",
        })
    }
}

/// Gives the key under which a row with this name is kept and listed: the name itself unless it is long, else its
/// beginning and its digest.
///
/// Keys order like names as far as they are not long, differ when names differ, and are known without the row.
pub fn key(name: &str) -> Cow<'_, str> {
    key_within(name, KEY_BYTES_MAX)
}

/// The same for rows whose keys must be shorter than others'; `bytes_max` is beyond a hundred, and fixed for a column.
pub fn key_within(name: &str, bytes_max: usize) -> Cow<'_, str> {
    // Shorter than every key of a long name, whose beginning ends before a character of up to four bytes, so that
    // no name can be made to look like the key of another.
    if name.len() <= bytes_max - 4 {
        return Cow::Borrowed(name);
    }
    let mut key = name[..name.floor_char_boundary(bytes_max - KEY_DIGEST_BYTES)].to_owned();
    for byte in Sha256::digest(name) {
        write!(key, "{byte:02x}").expect("a String takes every write");
    }
    Cow::Owned(key)
}

/// Writes texts one behind the other, each with its length before it.
fn pack(texts: &[&str]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for text in texts {
        let length = u16::try_from(text.len()).expect("keys are bounded, see `key`");
        bytes.extend_from_slice(&length.to_be_bytes());
        bytes.extend_from_slice(text.as_bytes());
    }
    bytes
}

fn unpack(mut bytes: &[u8]) -> Option<Vec<String>> {
    let mut texts = Vec::new();
    while let Some((length, rest)) = bytes.split_first_chunk::<2>() {
        let (text, rest) = rest.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
        texts.push(String::from_utf8(text.to_vec()).ok()?);
        bytes = rest;
    }
    bytes.is_empty().then_some(texts)
}

impl<'a> Page<'a> {
    /// Binds tokens to this call of an operation; `arguments` are all filters, in a fixed order, page size left out.
    pub fn new(call: &'a Call, spec: &'static Spec, arguments: &'a [&'a str]) -> Self {
        Self { call, operation: spec.name, arguments }
    }

    /// Opens a token; answers the key after which the list goes on, one string a column.
    ///
    /// `kept_ms` is how long tokens of this list live, or nothing when they never expire.
    pub fn open(&self, token: &str, kept_ms: Option<i64>) -> Result<Vec<String>, Refused> {
        let bytes = STANDARD.decode(token).map_err(|_| Refused::Foreign)?;
        if bytes.len() < HEAD_BYTES || bytes[0] != LAYOUT {
            return Err(Refused::Foreign);
        }
        let (head, cursor) = bytes.split_at(HEAD_BYTES);
        let issued = &head[1..9];
        if self.code(issued, cursor).verify_truncated_left(&head[9..]).is_err() {
            return Err(Refused::Foreign);
        }
        let issued = i64::from_be_bytes(issued.try_into().expect("the slice is eight bytes long"));
        if kept_ms.is_some_and(|kept| self.call.now.millis().saturating_sub(issued) > kept) {
            return Err(Refused::Expired);
        }
        unpack(cursor).ok_or(Refused::Foreign)
    }

    /// Opens a token that may be absent; an absent one means the first page.
    pub fn open_optional(
        &self,
        token: Option<&str>,
        kept_ms: Option<i64>,
    ) -> Result<Option<Vec<String>>, Refused> {
        token.map(|token| self.open(token, kept_ms)).transpose()
    }

    /// Makes the token of the page after the row with this key.
    pub fn seal(&self, cursor: &[&str]) -> String {
        let cursor = pack(cursor);
        let issued = self.call.now.millis().to_be_bytes();
        let code = self.code(&issued, &cursor).finalize().into_bytes();
        let mut bytes = Vec::with_capacity(HEAD_BYTES + cursor.len());
        bytes.push(LAYOUT);
        bytes.extend_from_slice(&issued);
        bytes.extend_from_slice(&code[..CODE_BYTES]);
        bytes.extend_from_slice(&cursor);
        STANDARD.encode(bytes)
    }

    fn code(&self, issued: &[u8], cursor: &[u8]) -> Hmac<Sha256> {
        let mut code = Hmac::<Sha256>::new_from_slice(&self.call.installation.page_key)
            .expect("HMAC takes keys of any length");
        let bound = [self.operation, &self.call.account, &self.call.region];
        for part in bound.iter().chain(self.arguments) {
            // Lengths first, so that no two lists of parts run together to the same bytes.
            code.update(&(part.len() as u64).to_be_bytes());
            code.update(part.as_bytes());
        }
        code.update(issued);
        code.update(cursor);
        code
    }
}
