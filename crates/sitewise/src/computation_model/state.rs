//! The states of a computation model, and what may be done in each.

use crate::Error;
use crate::error::conflict;

/// State of a computation model, as `computationModelStatus` shows it.
///
/// It is never FAILED: everything about a definition is checked before it is accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComputationModelState {
    /// Accepted, not in force yet.
    Creating,
    /// In force.
    Active,
    /// A new version was accepted and is not in force yet.
    Updating,
    /// About to vanish.
    Deleting,
}

impl ComputationModelState {
    /// Shows AWS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Deleting => "DELETING",
        }
    }

    /// Reads a stored state.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        let all = [Self::Creating, Self::Active, Self::Updating, Self::Deleting];
        all.into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| store::Error::Broken(format!("a computation model has the unknown state {text}")))
    }

    /// Checks that the model may be updated, deleted or acted upon: all wait until it is ACTIVE.
    pub fn check_active(self, id: &str, arn: String) -> Result<(), Error> {
        if self == Self::Active {
            return Ok(());
        }
        let state = self.as_str();
        Err(conflict(format!("Computation model '{id}' is {state}; wait until it is ACTIVE"), id, arn))
    }
}

#[cfg(test)]
mod tests {
    use super::ComputationModelState::{self, Active, Creating, Deleting, Updating};

    #[test]
    fn every_state_reads_back_from_its_name() {
        for state in [Creating, Active, Updating, Deleting] {
            assert_eq!(ComputationModelState::stored(state.as_str()).unwrap(), state);
        }
        assert!(ComputationModelState::stored("FAILED").is_err());
    }

    #[test]
    fn only_an_active_model_may_be_changed() {
        for state in [Creating, Active, Updating, Deleting] {
            assert_eq!(state.check_active("id", "arn".into()).is_ok(), state == Active, "{state:?}");
        }
    }
}
