//! The states of a portal, and what may be done in each.

use crate::Error;
use crate::error::{conflict, invalid};

/// State of a portal, as `portalStatus` shows it.
///
/// AWS also knows PENDING, while somebody has to confirm an e-mail address, and FAILED; nothing here waits or fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortalState {
    /// Accepted, not yet usable.
    Creating,
    /// In use.
    Active,
    /// Being changed.
    Updating,
    /// About to vanish.
    Deleting,
}

impl PortalState {
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
        Ok(match text {
            "CREATING" => Self::Creating,
            "ACTIVE" => Self::Active,
            "UPDATING" => Self::Updating,
            "DELETING" => Self::Deleting,
            other => return Err(store::Error::Broken(format!("a portal has the unknown state {other}"))),
        })
    }

    /// Checks that the portal may be updated or deleted: only an ACTIVE one may.
    pub fn check_active(self, id: &str, arn: String) -> Result<(), Error> {
        if self == Self::Active {
            return Ok(());
        }
        Err(conflict(format!("Portal '{id}' is {}; wait until it is ACTIVE", self.as_str()), id, arn))
    }

    /// Checks that projects and access policies may come into the portal: not while it is being deleted. The
    /// operations declare no conflict, so the code is `InvalidRequestException` (assumed).
    pub fn check_stays(self, id: &str) -> Result<(), Error> {
        if self == Self::Deleting {
            return Err(invalid(format!("Portal '{id}' is DELETING; nothing can be created in it")));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use PortalState::{Active, Creating, Deleting, Updating};

    #[test]
    fn states_allow_what_the_table_says() {
        // state, may be updated or deleted, takes projects
        let table = [
            (Creating, false, true),
            (Active, true, true),
            (Updating, false, true),
            (Deleting, false, false),
        ];
        for (state, active, stays) in table {
            assert_eq!(PortalState::stored(state.as_str()).unwrap(), state);
            assert_eq!(state.check_active("id", "arn".into()).is_ok(), active, "{state:?}");
            assert_eq!(state.check_stays("id").is_ok(), stays, "{state:?}");
        }
        assert!(PortalState::stored("LOST").is_err());
    }
}
