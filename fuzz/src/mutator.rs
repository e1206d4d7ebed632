//! Small changes to bytes, decided by a seed alone.

/// Inputs grow no longer than this.
pub const INPUT_BYTES_MAX: usize = 16 * 1024;

/// Values at the borders of integers.
const BORDERS: [u8; 8] = [0, 1, 0x7f, 0x80, 0xfe, 0xff, b'"', b'\n'];

/// A source of random numbers (SplitMix64): the same seed gives the same mutations.
pub struct Mutator {
    state: u64,
}

impl Mutator {
    /// Starts from a seed.
    pub fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `bound`; 0 for a bound of 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).expect("addresses have at most 64 bits");
        let drawn = self.draw().checked_rem(bound).unwrap_or_default();
        usize::try_from(drawn).expect("it is below a usize")
    }

    /// Changes an input in one to eight places; `words` are texts that matter to the target, `other` another input.
    pub fn mutate(&mut self, input: &[u8], other: &[u8], words: &[&str]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        let changes = 1 << self.below(4);
        for _ in 0..changes {
            self.change(&mut bytes, other, words);
        }
        bytes.truncate(INPUT_BYTES_MAX);
        bytes
    }

    fn change(&mut self, bytes: &mut Vec<u8>, other: &[u8], words: &[&str]) {
        let at = self.below(bytes.len() + 1);
        let some = self.below(bytes.len() - at + 1).min(self.below(64) + 1);
        match self.below(11) {
            0 => flip(bytes, at, 1 << self.below(8)),
            1 => flip(bytes, at, self.draw().to_le_bytes()[0]),
            2 => {
                let border = BORDERS[self.below(BORDERS.len())];
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = border;
                }
            }
            3 => bytes.insert(at, self.draw().to_le_bytes()[0]),
            4 => drop(bytes.drain(at..at + some)),
            5 => {
                let copied = bytes[at..at + some].to_vec();
                insert(bytes, at, &copied.repeat(1 + self.below(4)));
            }
            6 if !other.is_empty() => {
                let from = self.below(other.len());
                let length = self.below(other.len() - from + 1);
                insert(bytes, at, &other[from..from + length]);
            }
            7 if !other.is_empty() => {
                bytes.truncate(at);
                bytes.extend_from_slice(&other[self.below(other.len())..]);
            }
            8 => bytes.truncate(at),
            9 => {
                let random: Vec<u8> = (0..=self.below(32)).map(|_| self.draw().to_le_bytes()[0]).collect();
                insert(bytes, at, &random);
            }
            _ if !words.is_empty() => insert(bytes, at, words[self.below(words.len())].as_bytes()),
            _ => bytes.push(self.draw().to_le_bytes()[0]),
        }
    }
}

fn flip(bytes: &mut [u8], at: usize, mask: u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= mask;
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, inserted: &[u8]) {
    if bytes.len() + inserted.len() <= INPUT_BYTES_MAX {
        bytes.splice(at..at, inserted.iter().copied());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_decides_every_mutation_and_inputs_stay_bounded() {
        let run = |seed| {
            let mut mutator = Mutator::new(seed);
            let mut input = b"GET / HTTP/1.1".to_vec();
            for _ in 0..5_000 {
                input = mutator.mutate(&input, b"other", &["word"]);
                assert!(input.len() <= INPUT_BYTES_MAX);
            }
            input
        };
        assert_eq!(run(7), run(7));
        assert_ne!(run(7), run(8));
    }
}
