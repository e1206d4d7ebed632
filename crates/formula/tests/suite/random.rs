//! Random choices that repeat: the same seed makes the same test.

/// A small random number generator (xorshift).
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    pub fn pick<T: Clone>(&mut self, choices: &[T]) -> T {
        choices[self.below(choices.len())].clone()
    }

    pub fn text(&mut self) -> String {
        let letters = ['a', '\'', '"', '{', '}', ' ', 'ä', '%', ':', '\n'];
        (0..self.below(4)).map(|_| self.pick(&letters)).collect()
    }
}
