//! Package groups: patterns over the packages of a domain, and what they let through.
//!
//! What a group restricts is enforced by `package::gate` and `resolution`, its minimum release age by `release_age`.

mod control;
mod fold;
mod mode;
mod pattern;
mod set;
pub(crate) mod table;

pub use control::Control;
pub use mode::{Mode, RestrictionType};
pub use pattern::{Path, Pattern, Specificity};
pub use set::{Association, Effective, Set};

use std::collections::BTreeSet;

use model::Timestamp;

/// A stored package group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Which packages it is for.
    pub pattern: Pattern,
    /// What its people say about it.
    pub description: Option<String>,
    /// Whom to ask.
    pub contact_info: Option<String>,
    /// What it restricts, by [`RestrictionType`] in the order of their names.
    pub modes: [Mode; 3],
    /// The repositories of its lists, likewise; kept while the mode is another.
    pub allowed: [BTreeSet<String>; 3],
    /// Its minimum release age as it was tagged.
    pub release_age: Option<String>,
    /// The versions that need no age, as they were tagged.
    pub release_age_exempt: Option<String>,
    /// When it was created.
    pub created_at: Timestamp,
}

impl Group {
    /// The group of every package as it is in the beginning; it comes with its domain.
    pub fn root(created_at: Timestamp) -> Group {
        Group { modes: [Mode::Allow; 3], ..Group::new(Pattern::root(), created_at) }
    }

    /// A new group, which inherits everything.
    pub fn new(pattern: Pattern, created_at: Timestamp) -> Group {
        Group {
            pattern,
            description: None,
            contact_info: None,
            modes: [Mode::Inherit; 3],
            allowed: [const { BTreeSet::new() }; 3],
            release_age: None,
            release_age_exempt: None,
            created_at,
        }
    }
}
