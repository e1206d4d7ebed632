//! Why values of an entry are not stored: one error for each code, with the timestamps of the values that it concerns.

use model_sitewise::types as t;

use super::request::{Entry, Sent};

/// The codes of errors in an entry that are found here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The value, or the entry, can never be stored as it stands.
    Invalid,
    /// The caller may not write there.
    Denied,
    /// There is no such stream.
    NotFound,
    /// The asset is about to vanish.
    Conflict,
    /// The instant is too old or too far ahead.
    OutOfRange,
    /// Too many values share one second.
    Limit,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::Invalid => "InvalidRequestException",
            Self::Denied => "AccessDeniedException",
            Self::NotFound => "ResourceNotFoundException",
            Self::Conflict => "ConflictingOperationException",
            Self::OutOfRange => "TimestampOutOfRangeException",
            Self::Limit => "LimitExceededException",
        }
    }
}

/// Why something is not stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The code.
    pub code: Code,
    /// The sentence for a person.
    pub message: String,
}

impl Refusal {
    /// Makes a refusal.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }
}

/// What is refused of one entry, by code.
#[derive(Debug, Default)]
pub struct Refused {
    errors: Vec<(Code, t::BatchPutAssetPropertyError)>,
}

impl Refused {
    /// Says whether nothing is refused.
    pub fn is_empty(&self) -> bool {
        self.errors.is_empty()
    }

    /// Adds a value that is not stored; sentences that differ stand one behind the other under their code (assumed).
    pub fn add(&mut self, refusal: Refusal, sent: &Sent<'_>) {
        let Refusal { code, message } = refusal;
        let timestamps = vec![shown(sent)];
        let Some((_, error)) = self.errors.iter_mut().find(|(known, _)| *known == code) else {
            let error_code = code.as_str().to_owned();
            self.errors.push((
                code,
                t::BatchPutAssetPropertyError { error_code, error_message: message, timestamps },
            ));
            return;
        };
        error.timestamps.extend(timestamps);
        if !error.error_message.split("; ").any(|known| known == message) {
            error.error_message.push_str("; ");
            error.error_message.push_str(&message);
        }
    }

    /// Makes the error entry of the answer.
    pub fn entry(self, entry: &Entry<'_>) -> t::BatchPutAssetPropertyErrorEntry {
        t::BatchPutAssetPropertyErrorEntry {
            entry_id: entry.id.to_string(),
            errors: self.errors.into_iter().map(|(_, error)| error).collect(),
        }
    }
}

fn shown(sent: &Sent<'_>) -> t::TimeInNanos {
    t::TimeInNanos { time_in_seconds: sent.seconds, offset_in_nanos: Some(sent.nanos.unwrap_or_default()) }
}
