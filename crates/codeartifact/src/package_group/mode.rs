//! What a package group restricts, and how.

/// A way by which versions come into packages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RestrictionType {
    /// Through the external connection of a repository.
    ExternalUpstream,
    /// From another repository of the domain.
    InternalUpstream,
    /// Published by a client.
    Publish,
}

/// What a package group says of one way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// It is open in every repository.
    Allow,
    /// It is open in the repositories of a list.
    AllowSpecificRepositories,
    /// It is closed.
    Block,
    /// What the parent group says.
    Inherit,
}

impl RestrictionType {
    /// All ways, in the order of their names.
    pub const ALL: [RestrictionType; 3] =
        [RestrictionType::ExternalUpstream, RestrictionType::InternalUpstream, RestrictionType::Publish];

    /// Gives the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            RestrictionType::ExternalUpstream => "EXTERNAL_UPSTREAM",
            RestrictionType::InternalUpstream => "INTERNAL_UPSTREAM",
            RestrictionType::Publish => "PUBLISH",
        }
    }

    /// Reads the word of the API.
    pub fn parse(word: &str) -> Option<RestrictionType> {
        RestrictionType::ALL.into_iter().find(|kind| kind.as_str() == word)
    }

    /// Gives the place in arrays of one entry a way.
    pub(super) fn index(self) -> usize {
        match self {
            RestrictionType::ExternalUpstream => 0,
            RestrictionType::InternalUpstream => 1,
            RestrictionType::Publish => 2,
        }
    }
}

impl Mode {
    /// Gives the word of the API.
    pub fn as_str(self) -> &'static str {
        match self {
            Mode::Allow => "ALLOW",
            Mode::AllowSpecificRepositories => "ALLOW_SPECIFIC_REPOSITORIES",
            Mode::Block => "BLOCK",
            Mode::Inherit => "INHERIT",
        }
    }

    /// Reads the word of the API.
    pub fn parse(word: &str) -> Option<Mode> {
        [Mode::Allow, Mode::AllowSpecificRepositories, Mode::Block, Mode::Inherit]
            .into_iter()
            .find(|mode| mode.as_str() == word)
    }
}
