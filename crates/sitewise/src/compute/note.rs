//! What stands in the log beside computed values: up to where they account for what was written before.

/// Begins every note of a computation; other observers may write notes of their own.
const MAGIC: &[u8; 4] = b"cmp1";

/// How far computations are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Position of the log up to which transforms were fired.
    pub fired: u64,
    /// Position up to which the windows are computed, too, that points came into after they had closed.
    pub done: u64,
    /// Time in seconds since 1970 up to which windows have closed and are computed.
    pub closed_s: i64,
}

impl Progress {
    /// Answers the further of two, in each respect.
    pub fn max(self, other: Self) -> Self {
        Self {
            fired: self.fired.max(other.fired),
            done: self.done.max(other.done),
            closed_s: self.closed_s.max(other.closed_s),
        }
    }

    /// Writes the note of a batch.
    pub fn encode(&self) -> Vec<u8> {
        let mut note = MAGIC.to_vec();
        note.extend_from_slice(&self.fired.to_le_bytes());
        note.extend_from_slice(&self.done.to_le_bytes());
        note.extend_from_slice(&self.closed_s.to_le_bytes());
        note
    }

    /// Reads a note; nothing if it is somebody else's.
    pub fn decode(note: &[u8]) -> Option<Self> {
        let mut numbers = note.strip_prefix(MAGIC)?.chunks_exact(8).map(|chunk| {
            let mut bytes = [0; 8];
            bytes.copy_from_slice(chunk);
            bytes
        });
        let fired = u64::from_le_bytes(numbers.next()?);
        let done = u64::from_le_bytes(numbers.next()?);
        let closed_s = i64::from_le_bytes(numbers.next()?);
        Some(Self { fired, done, closed_s })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_reads_back_and_others_are_left_alone() {
        let progress = Progress { fired: 7, done: 5, closed_s: -3 };
        assert_eq!(Progress::decode(&progress.encode()), Some(progress));
        assert_eq!(Progress::decode(b"cmp1"), None);
        assert_eq!(Progress::decode(b"something else"), None);
        assert_eq!(Progress::decode(b""), None);
    }
}
