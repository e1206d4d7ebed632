//! The life of a package version: its statuses and what each allows.

/// The status of a stored version; a deleted one has no row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Status {
    /// Listed and downloadable.
    Published,
    /// Still being uploaded: neither listed nor downloadable.
    Unfinished,
    /// Downloadable by who knows it, not listed.
    Unlisted,
    /// Kept, but neither listed nor downloadable; hides the same version of upstream repositories.
    Archived,
    /// Like archived, its assets gone for good.
    Disposed,
}

impl Status {
    const ALL: [Status; 5] =
        [Status::Published, Status::Unfinished, Status::Unlisted, Status::Archived, Status::Disposed];

    /// Gives the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Status::Published => "Published",
            Status::Unfinished => "Unfinished",
            Status::Unlisted => "Unlisted",
            Status::Archived => "Archived",
            Status::Disposed => "Disposed",
        }
    }

    /// Reads the word of the API.
    pub fn parse(word: &str) -> Option<Status> {
        Status::ALL.into_iter().find(|status| status.as_str() == word)
    }

    /// Says whether listings of package managers show the version.
    pub fn is_listed(self) -> bool {
        self == Status::Published
    }

    /// Says whether package managers may download the version.
    pub fn is_downloadable(self) -> bool {
        matches!(self, Status::Published | Status::Unlisted)
    }

    /// Says whether the API shows and hands out the version's assets.
    pub fn has_assets(self) -> bool {
        matches!(self, Status::Published | Status::Unlisted | Status::Unfinished)
    }

    /// Says whether `UpdatePackageVersionsStatus` may set this status at all.
    pub fn is_settable(self) -> bool {
        matches!(self, Status::Published | Status::Unlisted | Status::Archived)
    }

    /// Says whether a version of this status may take the settable status `target`; to its own is a no-op.
    pub fn may_become(self, target: Status) -> bool {
        target.is_settable() && self != Status::Disposed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_of_statuses_follows_the_table_of_transitions() {
        for from in Status::ALL {
            for to in Status::ALL {
                let settable = matches!(to, Status::Published | Status::Unlisted | Status::Archived);
                assert_eq!(from.may_become(to), settable && from != Status::Disposed, "{from:?} to {to:?}");
            }
            assert_eq!(Status::parse(from.as_str()), Some(from));
        }
        assert_eq!(Status::parse("Deleted"), None);
    }
}
