//! The states of an asset model, and what may be done in each.

use crate::Error;
use crate::error::conflict;

/// State of an asset model, as `assetModelStatus` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModelState {
    /// Accepted, its formulas are being validated.
    Creating,
    /// In force.
    Active,
    /// A new version was accepted and is being validated.
    Updating,
    /// The new version is in force and being rolled over the assets.
    Propagating,
    /// About to vanish.
    Deleting,
    /// The latest version was found invalid; an earlier active one stays in force.
    Failed,
}

impl ModelState {
    /// Shows AWS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
            Self::Propagating => "PROPAGATING",
            Self::Deleting => "DELETING",
            Self::Failed => "FAILED",
        }
    }

    /// Reads a stored state.
    pub fn stored(text: &str) -> Result<Self, store::Error> {
        Ok(match text {
            "CREATING" => Self::Creating,
            "ACTIVE" => Self::Active,
            "UPDATING" => Self::Updating,
            "PROPAGATING" => Self::Propagating,
            "DELETING" => Self::Deleting,
            "FAILED" => Self::Failed,
            other => {
                return Err(store::Error::Broken(format!("an asset model has the unknown state {other}")));
            }
        })
    }

    /// Says what follows when the time of a passing state is over; nothing follows ACTIVE and FAILED.
    ///
    /// A model that is being deleted is gone afterwards, which is no state.
    pub fn next(self, valid: bool) -> Option<Self> {
        match self {
            Self::Creating | Self::Updating | Self::Propagating if !valid => Some(Self::Failed),
            Self::Creating | Self::Propagating => Some(Self::Active),
            Self::Updating => Some(Self::Propagating),
            Self::Active | Self::Failed | Self::Deleting => None,
        }
    }

    /// Checks that the model may be updated or deleted: both wait until it rests.
    pub fn check_rests(self, id: &str, arn: String) -> Result<(), Error> {
        match self {
            Self::Active | Self::Failed => Ok(()),
            passing => Err(conflict(
                format!("Asset model '{id}' is {}; wait until it is ACTIVE or FAILED", passing.as_str()),
                id,
                arn,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ModelState::{Active, Creating, Deleting, Failed, Propagating, Updating};

    const ALL: [ModelState; 6] = [Creating, Active, Updating, Propagating, Deleting, Failed];

    #[test]
    fn every_state_reads_back_from_its_name() {
        for state in ALL {
            assert_eq!(ModelState::stored(state.as_str()).unwrap(), state);
        }
        assert!(ModelState::stored("LOST").is_err());
    }

    #[test]
    fn passing_states_lead_to_rest() {
        let follow = |mut state: ModelState, valid| {
            let mut way = Vec::new();
            while let Some(next) = state.next(valid) {
                way.push(next);
                state = next;
            }
            way
        };
        assert_eq!(follow(Creating, true), [Active]);
        assert_eq!(follow(Creating, false), [Failed]);
        assert_eq!(follow(Updating, true), [Propagating, Active]);
        assert_eq!(follow(Updating, false), [Failed]);
        assert_eq!(follow(Active, true), []);
    }

    #[test]
    fn only_a_model_at_rest_may_be_changed() {
        for state in ALL {
            let rests = matches!(state, Active | Failed);
            assert_eq!(state.check_rests("id", "arn".into()).is_ok(), rests, "{state:?}");
        }
    }
}
