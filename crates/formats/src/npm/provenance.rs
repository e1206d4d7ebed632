//! Provenance of a version: the signed statement, in a sigstore bundle, of what it was built from.
//!
//! Whether the signature is good is for clients to decide (`npm audit signatures`): they have the roots of trust. Here a
//! bundle only has to speak of the bytes that it came with.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// A bundle that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    text: String,
    predicate_type: String,
    sha512: String,
}

/// Why a text is no provenance of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProvenanceError {
    /// It is no sigstore bundle with a statement in it.
    NoBundle,
    /// Its statement speaks of other bytes than the tarball's.
    OtherBytes,
}

impl std::fmt::Display for ProvenanceError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::NoBundle => "the .sigstore attachment is not a sigstore bundle with a statement",
            Self::OtherBytes => "the provenance speaks of other bytes than those of the tarball",
        })
    }
}

impl std::error::Error for ProvenanceError {}

impl Provenance {
    /// Reads a bundle.
    pub fn read(text: String) -> Result<Self, ProvenanceError> {
        let (predicate_type, sha512) = statement(&text).ok_or(ProvenanceError::NoBundle)?;
        Ok(Self { text, predicate_type, sha512 })
    }

    /// Checks that it speaks of a tarball with this digest, in hexadecimal digits.
    pub fn verify(&self, sha512: &str) -> Result<(), ProvenanceError> {
        let same = self.sha512.eq_ignore_ascii_case(sha512);
        if same { Ok(()) } else { Err(ProvenanceError::OtherBytes) }
    }

    /// The bundle as it came.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What `dist.attestations` says of it; `path` is where it is found.
    pub(super) fn mention(&self, path: &str) -> Value {
        json!({"url": path, "provenance": {"predicateType": self.predicate_type}})
    }
}

/// Answers a kept bundle in the shape of the public registry; `None` if it is none.
pub fn attestations(bundle: &str) -> Option<Value> {
    let (predicate_type, _) = statement(bundle)?;
    let bundle: Value = serde_json::from_str(bundle).ok()?;
    Some(json!({"attestations": [{"predicateType": predicate_type, "bundle": bundle}]}))
}

/// The type of the statement in a bundle, and the digest that it speaks of.
fn statement(bundle: &str) -> Option<(String, String)> {
    let bundle: Value = serde_json::from_str(bundle).ok()?;
    bundle.get("mediaType")?.as_str().filter(|media| media.contains("sigstore.bundle"))?;
    let payload = bundle.get("dsseEnvelope")?.get("payload")?.as_str()?;
    let statement: Value = serde_json::from_slice(&STANDARD.decode(payload).ok()?).ok()?;
    let text = |value: Option<&Value>| value?.as_str().map(str::to_owned);
    let digest = statement.get("subject")?.get(0)?.get("digest")?;
    Some((text(statement.get("predicateType"))?, text(digest.get("sha512"))?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bundle(statement: &Value) -> String {
        let payload = STANDARD.encode(statement.to_string());
        json!({"mediaType": "application/vnd.dev.sigstore.bundle.v0.3+json", "dsseEnvelope": {"payload": payload}})
            .to_string()
    }

    fn slsa(sha512: &str) -> Value {
        json!({"predicateType": "https://slsa.dev/provenance/v1",
            "subject": [{"name": "pkg:npm/a@1.0.0", "digest": {"sha512": sha512}}]})
    }

    #[test]
    fn a_bundle_speaks_of_bytes_and_is_answered_as_it_came() {
        let provenance = Provenance::read(bundle(&slsa("ab12"))).unwrap();
        assert_eq!(provenance.verify("AB12"), Ok(()));
        assert_eq!(provenance.verify("ab13"), Err(ProvenanceError::OtherBytes));
        let mention = provenance.mention("-/x");
        assert_eq!(
            mention,
            json!({"url": "-/x", "provenance": {"predicateType": "https://slsa.dev/provenance/v1"}})
        );
        let answer = attestations(provenance.text()).unwrap();
        assert_eq!(answer["attestations"][0]["predicateType"], "https://slsa.dev/provenance/v1");
        assert_eq!(answer["attestations"][0]["bundle"].to_string(), provenance.text());
    }

    #[test]
    fn other_texts_are_no_bundles() {
        let no_media = bundle(&slsa("a")).replace("sigstore.bundle", "other");
        let mut no_subject = slsa("a");
        no_subject["subject"] = json!([]);
        for text in [
            "",
            "{}",
            "[1]",
            "\u{0}",
            &no_media,
            &bundle(&no_subject),
            &bundle(&json!(1)),
            "{\"mediaType\":\"sigstore.bundle\",\"dsseEnvelope\":{\"payload\":\"%\"}}",
        ] {
            assert_eq!(Provenance::read(text.to_owned()), Err(ProvenanceError::NoBundle), "{text}");
            assert_eq!(attestations(text), None);
        }
    }
}
