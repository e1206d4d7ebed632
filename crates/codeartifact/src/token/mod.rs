//! Authorization tokens: what package managers show at the endpoints of a domain.
//!
//! A token says who it is for, which domain it opens and until when; what its bearer may do there is asked at each
//! use. It stays below 500 bytes and within `[A-Za-z0-9_.-]`, so that it survives keyrings, URLs and
//! configuration files. It is signed, not encrypted: it holds nothing that its bearer does not know.

mod get;
mod revoke;
mod standing;
pub(crate) mod table;

pub use get::get;
pub use revoke::{Whose, revoke, revoke_own, sweep};
pub use standing::Standing;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use serde::Deserialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::domain::DomainKey;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// The domain whose repositories it opens.
    pub domain: DomainKey,
    /// The account of its bearer.
    pub account: String,
    /// The ARN of its bearer.
    pub principal: String,
    /// When it was made, in milliseconds since the epoch.
    pub issued_ms: i64,
    /// When it ends, in whole seconds since the epoch.
    pub expires_s: i64,
}

/// Why a token was not accepted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// It was not made by this server, or was changed since.
    Unknown,
    /// It was signed with a key that is no longer in use.
    KeyRetired,
    /// Its time is over.
    Expired,
    /// It was made for a domain of the same name that was deleted.
    OfFormerDomain,
    /// It was revoked.
    Revoked,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Refused::Unknown => "the token is not valid here",
            Refused::KeyRetired => "the token was signed with a key that is no longer in use",
            Refused::Expired => "the token has expired",
            Refused::OfFormerDomain => "the token is for a former domain of this name",
            Refused::Revoked => "the token was revoked",
        })
    }
}

/// First segment: `ver` comes first, so that every token starts with `eyJ2ZXIiOjE`, as AWS's do.
#[derive(Deserialize)]
struct Header {
    ver: u8,
    kid: String,
}

/// Second segment, a list to stay short: domain, owner, region, account, principal, end in seconds, and the milliseconds
/// from its making to its end.
#[derive(Deserialize)]
struct Payload(String, String, String, String, String, i64, i64);

const VERSION: u8 = 1;

/// Makes a token from claims.
pub fn sign(secret: &[u8; 32], claims: &Claims) -> String {
    let header = format!(r#"{{"ver":{VERSION},"kid":"{}"}}"#, key_id(secret));
    let Claims { domain, account, principal, issued_ms, expires_s } = claims;
    let life_ms = expires_s * 1000 - issued_ms;
    let payload = json!([domain.name, domain.account, domain.region, account, principal, expires_s, life_ms])
        .to_string();
    let signed = format!("{}.{}", BASE64.encode(header), BASE64.encode(payload));
    let code = BASE64.encode(code(secret, &signed).finalize().into_bytes());
    format!("{signed}.{code}")
}

/// Reads a token back, if this secret signed it and its time is not over.
///
/// Errors in this order: not one of ours, another key, changed, expired.
pub fn verify(secret: &[u8; 32], token: &str, now: Timestamp) -> Result<Claims, Refused> {
    let (signed, code_given) = token.rsplit_once('.').ok_or(Refused::Unknown)?;
    let (header, payload) = signed.split_once('.').ok_or(Refused::Unknown)?;
    let header: Header = segment(header)?;
    if header.ver != VERSION {
        return Err(Refused::Unknown);
    }
    if header.kid != key_id(secret) {
        return Err(Refused::KeyRetired);
    }
    let code_given = BASE64.decode(code_given).map_err(|_| Refused::Unknown)?;
    code(secret, signed).verify_slice(&code_given).map_err(|_| Refused::Unknown)?;
    let Payload(domain, owner, region, account, principal, expires_s, life_ms) = segment(payload)?;
    let expires_ms = expires_s.saturating_mul(1000);
    if now.millis() >= expires_ms {
        return Err(Refused::Expired);
    }
    let domain = DomainKey { account: owner, region, name: domain };
    Ok(Claims { domain, account, principal, issued_ms: expires_ms.saturating_sub(life_ms), expires_s })
}

/// Tells a token from all others without being of any use to whoever reads it.
pub fn fingerprint(token: &str) -> String {
    let digest = Sha256::digest(token);
    BASE64.encode(&digest[..15])
}

fn segment<T: for<'de> Deserialize<'de>>(text: &str) -> Result<T, Refused> {
    let bytes = BASE64.decode(text).map_err(|_| Refused::Unknown)?;
    serde_json::from_slice(&bytes).map_err(|_| Refused::Unknown)
}

/// Names a key without telling anything about it.
fn key_id(secret: &[u8; 32]) -> String {
    let digest = Sha256::new_with_prefix(b"homeregion token key id").chain_update(secret).finalize();
    BASE64.encode(&digest[..6])
}

fn code(secret: &[u8; 32], signed: &str) -> Hmac<Sha256> {
    let mut code = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    code.update(signed.as_bytes());
    code
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: [u8; 32] = [7; 32];

    fn claims() -> Claims {
        Claims {
            domain: DomainKey {
                account: "111122223333".into(),
                region: "eu-west-1".into(),
                name: "shop".into(),
            },
            account: "444455556666".into(),
            principal: "arn:aws:iam::444455556666:user/local".into(),
            issued_ms: 1_699_956_800_125,
            expires_s: 1_700_000_000,
        }
    }

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn a_token_says_what_was_signed_until_it_expires() {
        let token = sign(&SECRET, &claims());
        assert_eq!(verify(&SECRET, &token, at(1_699_999_999)), Ok(claims()));
        assert_eq!(verify(&SECRET, &token, at(1_700_000_000)), Err(Refused::Expired));
    }

    #[test]
    fn a_token_is_short_and_needs_no_escaping() {
        let mut long = claims();
        long.domain.name = "d".repeat(50);
        long.domain.region = "us-gov-northwest-1".into();
        long.principal =
            format!("arn:aws-us-gov:sts::444455556666:assumed-role/{}/{}", "r".repeat(64), "s".repeat(64));
        let token = sign(&SECRET, &long);
        assert!(token.len() < 500, "{} bytes", token.len());
        assert!(token.starts_with("eyJ2ZXIiOjE"));
        assert!(token.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte)));
        assert_eq!(verify(&SECRET, &token, at(0)), Ok(long));
    }

    #[test]
    fn no_change_of_a_single_character_is_accepted() {
        let token = sign(&SECRET, &claims());
        for place in 0..token.len() {
            let mut changed = token.clone().into_bytes();
            changed[place] = if changed[place] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(verify(&SECRET, &changed, at(0)).is_err(), "place {place}");
        }
    }

    #[test]
    fn another_key_and_other_text_are_refused() {
        let token = sign(&SECRET, &claims());
        assert_eq!(verify(&[8; 32], &token, at(0)), Err(Refused::KeyRetired));
        for text in ["", ".", "..", "eyJ2ZXIiOjF9", "a.b.c", "eyJ2ZXIiOjF9.e30.", &token[..token.len() - 1]] {
            assert_eq!(verify(&SECRET, text, at(0)), Err(Refused::Unknown), "{text}");
        }
    }
}
