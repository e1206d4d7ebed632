//! What proves a tarball: subresource integrity strings and the older SHA-1 `shasum`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// The hashes of a tarball that npm knows, as computed from its bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TarballDigests {
    /// SHA-1, what `shasum` holds.
    pub sha1: [u8; 20],
    /// SHA-256, rare in integrity strings.
    pub sha256: [u8; 32],
    /// SHA-512, what `integrity` holds.
    pub sha512: [u8; 64],
}

/// What a manifest claims about its tarball.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Claim {
    /// The alternatives of the strongest algorithm in the integrity string.
    strongest: Option<(Algorithm, Vec<Vec<u8>>)>,
    shasum: Option<[u8; 20]>,
}

/// A claim that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ClaimError {
    /// `dist.integrity` holds no hash of a supported algorithm.
    Integrity(String),
    /// `dist.shasum` is not 40 hexadecimal digits.
    Shasum(String),
}

/// A hash that does not match the bytes; names what was claimed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    /// None of the alternatives of `dist.integrity` matches.
    Integrity,
    /// `dist.shasum` does not match.
    Shasum,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Algorithm {
    Sha1,
    Sha256,
    Sha512,
}

impl std::fmt::Display for ClaimError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integrity(text) => write!(f, "dist.integrity {text:?} holds no usable hash"),
            Self::Shasum(text) => write!(f, "dist.shasum {text:?} is not a SHA-1 in hexadecimal"),
        }
    }
}

impl std::fmt::Display for Mismatch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Integrity => "dist.integrity does not match the tarball",
            Self::Shasum => "dist.shasum does not match the tarball",
        })
    }
}

impl std::error::Error for ClaimError {}
impl std::error::Error for Mismatch {}

impl Claim {
    /// Reads `dist.integrity` and `dist.shasum`; empty strings count as absent.
    pub fn parse(integrity: Option<&str>, shasum: Option<&str>) -> Result<Self, ClaimError> {
        let mut claim = Self::default();
        if let Some(text) = integrity.filter(|text| !text.trim().is_empty()) {
            let mut hashes: Vec<(Algorithm, Vec<u8>)> =
                text.split_ascii_whitespace().filter_map(hash).collect();
            let Some(best) = hashes.iter().map(|(algorithm, _)| *algorithm).max() else {
                return Err(ClaimError::Integrity(text.chars().take(200).collect()));
            };
            hashes.retain(|(algorithm, _)| *algorithm == best);
            claim.strongest = Some((best, hashes.into_iter().map(|(_, digest)| digest).collect()));
        }
        if let Some(text) = shasum.filter(|text| !text.is_empty()) {
            let digest =
                from_hex(text).ok_or_else(|| ClaimError::Shasum(text.chars().take(200).collect()))?;
            claim.shasum = Some(digest);
        }
        Ok(claim)
    }

    /// Whether nothing is claimed, so that any bytes pass.
    pub fn is_empty(&self) -> bool {
        self.strongest.is_none() && self.shasum.is_none()
    }

    /// Compares the claim with the bytes' hashes. Everything that is claimed has to hold.
    pub fn verify(&self, digests: &TarballDigests) -> Result<(), Mismatch> {
        if let Some((algorithm, alternatives)) = &self.strongest {
            let actual: &[u8] = match algorithm {
                Algorithm::Sha1 => &digests.sha1,
                Algorithm::Sha256 => &digests.sha256,
                Algorithm::Sha512 => &digests.sha512,
            };
            if !alternatives.iter().any(|digest| digest == actual) {
                return Err(Mismatch::Integrity);
            }
        }
        match self.shasum {
            Some(shasum) if shasum != digests.sha1 => Err(Mismatch::Shasum),
            _ => Ok(()),
        }
    }
}

impl TarballDigests {
    /// Reads digests in hexadecimal, as the store gives them.
    pub fn from_hex(sha1: &str, sha256: &str, sha512: &str) -> Option<Self> {
        Some(Self { sha1: from_hex(sha1)?, sha256: from_hex(sha256)?, sha512: from_hex(sha512)? })
    }

    /// The SHA-512 as `dist.integrity` spells it.
    pub fn integrity(&self) -> String {
        format!("sha512-{}", STANDARD.encode(self.sha512))
    }

    /// The SHA-1 as `dist.shasum` spells it.
    pub fn shasum(&self) -> String {
        hex(&self.sha1)
    }

    /// The SHA-512 as provenance spells it.
    pub fn sha512_hex(&self) -> String {
        hex(&self.sha512)
    }
}

fn hex(digest: &[u8]) -> String {
    let digit = |nibble: u8| char::from(b"0123456789abcdef"[usize::from(nibble)]);
    digest.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// Reads one `algorithm-base64[?options]`; algorithms and lengths that are unknown are skipped, as npm does.
fn hash(text: &str) -> Option<(Algorithm, Vec<u8>)> {
    let (algorithm, rest) = text.split_once('-')?;
    let (algorithm, length) = match algorithm {
        "sha1" => (Algorithm::Sha1, 20),
        "sha256" => (Algorithm::Sha256, 32),
        "sha512" => (Algorithm::Sha512, 64),
        _ => return None,
    };
    let digest = STANDARD.decode(rest.split('?').next()?).ok()?;
    (digest.len() == length).then_some((algorithm, digest))
}

fn from_hex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digits: Vec<u8> =
        text.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
    if digits.len() == 2 * N { bytes.try_into().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGESTS: TarballDigests = TarballDigests { sha1: [1; 20], sha256: [2; 32], sha512: [3; 64] };

    fn other() -> String {
        TarballDigests { sha512: [9; 64], ..DIGESTS }.integrity()
    }

    #[test]
    fn a_claim_holds_when_one_alternative_of_the_strongest_algorithm_matches() {
        let good = DIGESTS.integrity();
        let verify = |text: &str| Claim::parse(Some(text), None).unwrap().verify(&DIGESTS);
        assert_eq!(verify(&good), Ok(()));
        assert_eq!(verify(&format!("{} {good}?opt", other())), Ok(()));
        assert_eq!(verify(&other()), Err(Mismatch::Integrity));
        // A matching weak hash does not rescue a wrong strong one.
        let weak = format!("sha1-{}", STANDARD.encode(DIGESTS.sha1));
        assert_eq!(verify(&format!("{weak} {}", other())), Err(Mismatch::Integrity));
        assert_eq!(verify(&weak), Ok(()));
        assert_eq!(verify(&format!("sha256-{}", STANDARD.encode(DIGESTS.sha256))), Ok(()));
    }

    #[test]
    fn the_shasum_is_checked_along_with_the_integrity() {
        let claim = Claim::parse(Some(&DIGESTS.integrity()), Some(&"02".repeat(20))).unwrap();
        assert_eq!(claim.verify(&DIGESTS), Err(Mismatch::Shasum));
        let claim = Claim::parse(None, Some(&DIGESTS.shasum())).unwrap();
        assert_eq!(claim.verify(&DIGESTS), Ok(()));
        assert_eq!(DIGESTS.shasum(), "01".repeat(20));
        let read = TarballDigests::from_hex(&"01".repeat(20), &"02".repeat(32), &"03".repeat(64));
        assert_eq!(read, Some(DIGESTS));
        assert_eq!(TarballDigests::from_hex(&"01".repeat(20), &"02".repeat(31), &"03".repeat(64)), None);
    }

    #[test]
    fn claims_that_cannot_be_used_are_refused_not_ignored() {
        assert!(Claim::parse(None, None).unwrap().is_empty());
        assert!(Claim::parse(Some(" "), Some("")).unwrap().is_empty());
        for bad in ["md5-AAAA", "sha512-AAAA", "sha512-%%%", "nonsense"] {
            assert!(matches!(Claim::parse(Some(bad), None), Err(ClaimError::Integrity(_))), "{bad}");
        }
        for bad in ["12", &"g".repeat(40), &"0".repeat(41)] {
            assert!(matches!(Claim::parse(None, Some(bad)), Err(ClaimError::Shasum(_))), "{bad}");
        }
    }
}
