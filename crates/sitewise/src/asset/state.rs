//! The states of an asset, and what may be done in each.

use crate::Error;
use crate::error::conflict;

/// State of an asset, as `assetStatus` shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssetState {
    /// Accepted, not yet usable.
    Creating,
    /// In use.
    Active,
    /// Being changed, by its own update or by one of its model.
    Updating,
    /// About to vanish.
    Deleting,
    /// A change went wrong; it may be updated again or deleted.
    Failed,
}

impl AssetState {
    /// Shows AWS's name of the state.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Creating => "CREATING",
            Self::Active => "ACTIVE",
            Self::Updating => "UPDATING",
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
            "DELETING" => Self::Deleting,
            "FAILED" => Self::Failed,
            other => return Err(store::Error::Broken(format!("an asset has the unknown state {other}"))),
        })
    }

    /// Checks that the asset may be associated: only an ACTIVE one may.
    pub fn check_active(self, id: &str, arn: String) -> Result<(), Error> {
        if self == Self::Active {
            return Ok(());
        }
        Err(conflict(format!("Asset '{id}' is {}; wait until it is ACTIVE", self.as_str()), id, arn))
    }

    /// Checks that the asset may be updated, deleted or disassociated: a FAILED one may, so that it can be
    /// repaired or cleaned up (assumed).
    pub fn check_rests(self, id: &str, arn: String) -> Result<(), Error> {
        match self {
            Self::Active | Self::Failed => Ok(()),
            passing => Err(conflict(
                format!("Asset '{id}' is {}; wait until it is ACTIVE or FAILED", passing.as_str()),
                id,
                arn,
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use AssetState::{Active, Creating, Deleting, Failed, Updating};

    #[test]
    fn states_allow_what_the_table_says() {
        // state, may be associated, may be updated, deleted or disassociated
        let table = [
            (Creating, false, false),
            (Active, true, true),
            (Updating, false, false),
            (Deleting, false, false),
            (Failed, false, true),
        ];
        for (state, associable, rests) in table {
            assert_eq!(AssetState::stored(state.as_str()).unwrap(), state);
            assert_eq!(state.check_active("id", "arn".into()).is_ok(), associable, "{state:?}");
            assert_eq!(state.check_rests("id", "arn".into()).is_ok(), rests, "{state:?}");
        }
        assert!(AssetState::stored("LOST").is_err());
    }
}
