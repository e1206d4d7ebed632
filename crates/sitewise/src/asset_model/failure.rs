//! Why the latest version of a model is FAILED, as its row keeps it and as `assetModelStatus` shows it.

use model_sitewise::types as t;
use serde::{Deserialize, Serialize};

/// Why a version that was accepted can't come into force.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failure {
    /// The reason, as a sentence.
    pub message: String,
    /// Reasons that have codes of their own.
    pub details: Vec<Detail>,
}

/// One reason with a code of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Detail {
    /// What is incompatible.
    pub code: Code,
    /// The reason, as a sentence.
    pub message: String,
}

/// What is incompatible between a property and one that it reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Code {
    /// Where the two are computed.
    IncompatibleComputeLocation,
    /// That the values of the one that is read stay at the edge.
    IncompatibleForwardingConfiguration,
}

impl Code {
    fn as_str(self) -> &'static str {
        match self {
            Self::IncompatibleComputeLocation => "INCOMPATIBLE_COMPUTE_LOCATION",
            Self::IncompatibleForwardingConfiguration => "INCOMPATIBLE_FORWARDING_CONFIGURATION",
        }
    }
}

impl Failure {
    /// Writes it for the row: the message alone unless there are details.
    ///
    /// # Panics
    /// Never: a failure holds only strings, which always encode.
    pub fn encode(&self) -> String {
        if self.details.is_empty() {
            return self.message.clone();
        }
        serde_json::to_string(self).expect("a failure holds only strings")
    }

    /// Reads what a row keeps.
    pub fn decode(kept: &str) -> Self {
        serde_json::from_str(kept).unwrap_or_else(|_| Self { message: kept.to_owned(), details: Vec::new() })
    }

    /// Shows it in a status.
    pub fn shown(&self) -> t::ErrorDetails {
        let detail = |detail: &Detail| t::DetailedError {
            code: detail.code.as_str().to_owned(),
            message: detail.message.clone(),
        };
        let details: Vec<t::DetailedError> = self.details.iter().map(detail).collect();
        t::ErrorDetails {
            code: "VALIDATION_ERROR".to_owned(),
            message: self.message.clone(),
            details: if details.is_empty() { None } else { Some(details) },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_reads_back_as_it_was_written() {
        let plain = Failure { message: "a circular reference".into(), details: Vec::new() };
        assert_eq!(plain.encode(), "a circular reference");
        assert_eq!(Failure::decode(&plain.encode()), plain);
        let code = Code::IncompatibleComputeLocation;
        let detailed = Failure { message: "a".into(), details: vec![Detail { code, message: "b".into() }] };
        assert_eq!(Failure::decode(&detailed.encode()), detailed);
        assert_eq!(detailed.shown().details.unwrap()[0].code, "INCOMPATIBLE_COMPUTE_LOCATION");
        assert_eq!(Failure::decode("{}").message, "{}");
    }
}
