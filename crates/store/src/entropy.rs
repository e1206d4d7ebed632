//! Where random bytes come from: the operating system, or a seed that makes tests repeatable.

use std::sync::{Arc, Mutex, PoisonError};

/// Source of random bytes.
#[derive(Clone, Debug)]
pub enum Entropy {
    /// The operating system's generator.
    System,
    /// A repeatable sequence, for tests only.
    Seeded(Seed),
}

/// State of a repeatable sequence; clones continue the same one.
#[derive(Clone, Debug)]
pub struct Seed(Arc<Mutex<u64>>);

impl Entropy {
    /// Makes a repeatable source, for tests only.
    pub fn seeded(seed: u64) -> Entropy {
        Entropy::Seeded(Seed(Arc::new(Mutex::new(seed))))
    }

    /// Gives 16 random bytes.
    ///
    /// # Panics
    /// When the operating system has no random bytes to give.
    pub fn random(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        match self {
            Entropy::System => getrandom::fill(&mut bytes).expect("the operating system gives random bytes"),
            Entropy::Seeded(seed) => {
                let mut state = seed.0.lock().unwrap_or_else(PoisonError::into_inner);
                bytes[..8].copy_from_slice(&next(&mut state).to_be_bytes());
                bytes[8..].copy_from_slice(&next(&mut state).to_be_bytes());
            }
        }
        bytes
    }

    /// Gives a random (version 4) UUID in lower case with hyphens.
    pub fn uuid(&self) -> String {
        let mut bytes = self.random();
        bytes[6] = bytes[6] & 0x0f | 0x40;
        bytes[8] = bytes[8] & 0x3f | 0x80;
        let mut text = String::with_capacity(36);
        for (i, byte) in bytes.into_iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                text.push('-');
            }
            push_hex(&mut text, byte);
        }
        text
    }
}

/// Appends a byte as two lower-case hexadecimal digits.
pub(crate) fn push_hex(text: &mut String, byte: u8) {
    const DIGITS: [u8; 16] = *b"0123456789abcdef";
    text.push(DIGITS[usize::from(byte >> 4)].into());
    text.push(DIGITS[usize::from(byte & 15)].into());
}

/// One step of `SplitMix64` (Steele, Lea, Flood 2014).
fn next(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_seeds_give_equal_uuids_of_version_4() {
        let (a, b) = (Entropy::seeded(7), Entropy::seeded(7));
        let first = a.uuid();
        assert_eq!(first, b.uuid());
        assert_ne!(first, a.uuid());
        assert_eq!((first.len(), &first[14..15]), (36, "4"));
        assert!(matches!(&first[19..20], "8" | "9" | "a" | "b"));
    }

    #[test]
    fn the_system_does_not_repeat_itself() {
        assert_ne!(Entropy::System.random(), Entropy::System.random());
    }
}
