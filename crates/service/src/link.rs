//! Addresses that are their own permission for a while: signed by this server, judged when somebody asks there.
//!
//! A browser shows a picture from such an address without knowing how to sign a request. The signature covers the
//! whole path and the end of its validity, which stands in the path, so that nothing needs to be remembered.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit, Mac};
use model::Timestamp;
use sha2::Sha256;

use crate::Installation;

/// Half of the digest: 128 bits are beyond guessing.
const SIGNATURE_BYTES: usize = 16;

/// Signs a path until a moment; answers the path with both behind it.
pub fn sign(installation: &Installation, path: &str, until: Timestamp) -> String {
    let path = format!("{path}/{}", until.millis());
    let signature = code(installation, &path).finalize().into_bytes();
    let mut signed = path + "/";
    for byte in &signature[..SIGNATURE_BYTES] {
        write!(signed, "{byte:02x}").expect("a String takes every write");
    }
    signed
}

/// Answers the path that was signed, if this server signed it and its time is not over.
pub fn open<'a>(installation: &Installation, signed: &'a str, now: Timestamp) -> Option<&'a str> {
    let (path, signature) = signed.rsplit_once('/')?;
    let signature = bytes(signature)?;
    code(installation, path).verify_truncated_left(&signature).ok()?;
    let (path, until) = path.rsplit_once('/')?;
    let until: i64 = until.parse().ok()?;
    (now.millis() < until).then_some(path)
}

fn code(installation: &Installation, path: &str) -> Hmac<Sha256> {
    let mut code =
        Hmac::<Sha256>::new_from_slice(&installation.link_key).expect("HMAC takes keys of any length");
    code.update(path.as_bytes());
    code
}

/// Reads a signature; a shorter one would be easier to guess, so its length is fixed.
fn bytes(hex: &str) -> Option<Vec<u8>> {
    let is_hex = hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if !is_hex || hex.len() != 2 * SIGNATURE_BYTES {
        return None;
    }
    (0..SIGNATURE_BYTES).map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(millis)
    }

    #[test]
    fn a_signed_path_is_good_until_its_end() {
        let installation = Installation { link_key: [7; 32], ..Installation::default() };
        let signed = sign(&installation, "/pictures/1", at(1000));
        assert_eq!(open(&installation, &signed, at(999)), Some("/pictures/1"));
        assert_eq!(open(&installation, &signed, at(1000)), None);
        assert_eq!(open(&Installation::default(), &signed, at(1)), None, "another server's key");
    }

    #[test]
    fn nothing_about_a_signed_path_may_be_changed() {
        let installation = Installation { link_key: [7; 32], ..Installation::default() };
        let signed = sign(&installation, "/pictures/1", at(1000));
        let (_, signature) = signed.rsplit_once('/').unwrap();
        for bad in [
            signed.replace("/pictures/1/", "/pictures/2/"),
            signed.replace("/1000/", "/2000/"),
            signed.to_uppercase(),
            signed[..signed.len() - 2].to_owned(),
            signed[..signed.len() - signature.len()].to_owned(),
            format!("{signed}00"),
            format!("/pictures/1/{signature}"),
            signature.to_owned(),
            "ä".repeat(16),
            String::new(),
        ] {
            assert_eq!(open(&installation, &bad, at(1)), None, "{bad}");
        }
    }
}
