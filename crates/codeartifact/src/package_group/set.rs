//! The package groups of one domain taken together: who is whose parent, what is inherited, and which group a package
//! belongs to.

use std::collections::BTreeSet;

use super::{Group, Mode, Path, Pattern, RestrictionType};

/// The groups of a domain, the one of every package always among them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Set {
    /// In the order of their patterns.
    groups: Vec<Group>,
    /// The place of each one's parent.
    parents: Vec<Option<usize>>,
}

/// Which group a package belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Association {
    /// The place of the group.
    pub group: usize,
    /// Whether the package only looks like those that the group is for.
    pub weak: bool,
    /// The place of the group that fits the package as it is spelled; the same unless `weak`.
    pub strong: usize,
}

/// What a group says of one way after inheritance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effective<'a> {
    /// Never [`Mode::Inherit`].
    pub mode: Mode,
    /// The place of the group that says so.
    pub from: usize,
    /// The repositories of that group's list, which count where the mode says so.
    pub repositories: &'a BTreeSet<String>,
}

impl Set {
    /// Puts groups together; where the group of every package is missing it is as it is in the beginning.
    pub fn of(mut groups: Vec<Group>) -> Set {
        if !groups.iter().any(|group| group.pattern.is_root()) {
            groups.push(Group::root(model::Timestamp::default()));
        }
        groups.sort_by(|a, b| a.pattern.as_str().cmp(b.pattern.as_str()));
        let parents = groups.iter().map(|group| parent(&groups, &group.pattern)).collect();
        Set { groups, parents }
    }

    /// Gives all groups in the order of their patterns.
    pub fn groups(&self) -> &[Group] {
        &self.groups
    }

    /// Finds the place of a pattern.
    pub fn place(&self, pattern: &Pattern) -> Option<usize> {
        self.groups.binary_search_by(|group| group.pattern.as_str().cmp(pattern.as_str())).ok()
    }

    /// Gives the parent of the group at `place`; only the group of every package has none.
    pub fn parent(&self, place: usize) -> Option<&Group> {
        self.parents[place].map(|parent| &self.groups[parent])
    }

    /// Lists the places of the groups whose parent is at `place`.
    pub fn children(&self, place: usize) -> impl Iterator<Item = usize> {
        (0..self.groups.len()).filter(move |child| self.parents[*child] == Some(place))
    }

    /// Says what the group at `place` lets through by one way, after inheritance.
    pub fn effective(&self, place: usize, kind: RestrictionType) -> Effective<'_> {
        let mut from = place;
        // Every chain of parents ends at the group of every package, which does not inherit.
        while let (Mode::Inherit, Some(parent)) = (self.groups[from].modes[kind.index()], self.parents[from])
        {
            from = parent;
        }
        let group = &self.groups[from];
        let mode = match group.modes[kind.index()] {
            Mode::Inherit => Mode::Block,
            mode => mode,
        };
        Effective { mode, from, repositories: &group.allowed[kind.index()] }
    }

    /// Finds the group that a package belongs to: the most specific one that fits it, or, if that is more specific
    /// still, the one whose packages it looks like.
    pub fn associate(&self, path: &Path) -> Association {
        let places = || self.groups.iter().enumerate();
        let strong = places()
            .filter_map(|(place, group)| Some((group.pattern.strong(path)?, place)))
            .max_by_key(|(specificity, _)| *specificity)
            .map_or(0, |(_, place)| place);
        // Of several that look the same to a package that fits none of them, the first counts.
        let weak = places()
            .filter_map(|(place, group)| Some((group.pattern.weak(path)?, place)))
            .max_by_key(|(specificity, place)| (*specificity, usize::MAX - place));
        let own = self.groups[strong].pattern.weak(path);
        match weak {
            Some((specificity, group)) if Some(specificity) > own => {
                Association { group, weak: true, strong }
            }
            _ => Association { group: strong, weak: false, strong },
        }
    }

    /// Gives the value that the group at `place`, or else the nearest group above it, has of something.
    pub fn inherited<T>(&self, place: usize, value: impl Fn(&Group) -> Option<T>) -> Option<(usize, T)> {
        let mut here = Some(place);
        while let Some(place) = here {
            if let Some(value) = value(&self.groups[place]) {
                return Some((place, value));
            }
            here = self.parents[place];
        }
        None
    }
}

/// Finds the smallest group that covers all of a pattern's packages and more.
fn parent(groups: &[Group], pattern: &Pattern) -> Option<usize> {
    let covering = groups.iter().enumerate().filter(|(_, group)| group.pattern.covers(pattern));
    // Those that cover one pattern all begin like it, so that the longest is the smallest.
    covering.max_by_key(|(_, group)| group.pattern.as_str().len()).map(|(place, _)| place)
}

#[cfg(test)]
#[path = "set_tests.rs"]
mod tests;
