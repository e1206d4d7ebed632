//! Page tokens: where a list goes on, bound to the list that gave them.
//!
//! A token holds the key of the last row that was shown (key-set paging: rows may come and go between pages, and
//! a row that stays is shown once) and an authentication code over the operation, its arguments, the account and
//! the region. It is base64 of the standard alphabet, because the services' patterns exclude `-` and `_`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use model::Spec;
use sha2::Sha256;

use crate::Call;

/// First byte of a token; a later layout takes the next number.
const LAYOUT: u8 = 1;
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
        serde_json::from_slice(cursor).map_err(|_| Refused::Foreign)
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
        let cursor = serde_json::to_vec(cursor).expect("strings always encode");
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
