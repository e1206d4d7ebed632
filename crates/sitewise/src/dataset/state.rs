//! The states of a dataset, and what may be done in each.

use crate::Error;
use crate::error::conflict;

/// State of a dataset, as `datasetStatus` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatasetState {
    /// Accepted, not yet connected.
    Creating,
    /// Being changed.
    Updating,
    /// About to vanish.
    Deleting,
    /// Kept, but nothing can be retrieved.
    Failed,
}

impl DatasetState {
    /// Shows AWS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
            Self::Failed => "FAILED",
        }
    }

    /// Reads a stored state.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        Ok(match text {
            "CREATING" => Self::Creating,
            "UPDATING" => Self::Updating,
            "DELETING" => Self::Deleting,
            "FAILED" => Self::Failed,
            other => return Err(store::Error::Broken(format!("a dataset has the unknown state {other}"))),
        })
    }

    /// Checks that the dataset may be updated or deleted: not while something else is being done to it.
    pub fn check_rests(self, id: &str, arn: String) -> Result<(), Error> {
        if self == Self::Failed {
            return Ok(());
        }
        let message = format!("Dataset '{id}' is {}; wait until it is ACTIVE or FAILED", self.as_str());
        Err(conflict(message, id, arn))
    }
}
