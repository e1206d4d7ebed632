//! What the package group of one package lets through, for the gates and for lookups.
//!
//! A domain whose groups were never touched costs one read of a row that is not there. The others are read once and
//! kept in memory under the digest of what they say.

use std::sync::{Arc, Mutex, PoisonError};

use store::{Error, Tx};

use super::{Association, Group, Mode, Path, Pattern, RestrictionType, Set, table};
use crate::domain::DomainKey;
use crate::name::Coordinates;

/// Domains whose groups are kept in memory.
const KEPT_MAX: usize = 64;

/// The sets of groups that were read last, the newest at the end, each with its digest.
static KEPT: Mutex<Vec<(String, Arc<Set>)>> = Mutex::new(Vec::new());

/// What the group of a package says.
#[derive(Debug, Clone)]
pub struct Control(Option<(Arc<Set>, Association)>);

impl Control {
    /// The control of a package in a domain that restricts nothing.
    pub const OPEN: Control = Control(None);

    /// Reads what the group of a package says.
    pub fn of(tx: &mut Tx, domain: &DomainKey, package: &Coordinates) -> Result<Control, Error> {
        let Some(set) = kept(tx, domain)? else { return Ok(Control::OPEN) };
        let association = set.associate(&Path::of(package));
        Ok(Control(Some((set, association))))
    }

    /// Tells whether versions may come into a repository by one way; into one that only looks like a package of its
    /// group nothing comes.
    pub fn permits(&self, kind: RestrictionType, repository: &str) -> bool {
        let Some((set, association)) = &self.0 else { return true };
        if association.weak {
            return false;
        }
        let effective = set.effective(association.group, kind);
        match effective.mode {
            Mode::Allow => true,
            Mode::AllowSpecificRepositories => effective.repositories.contains(repository),
            Mode::Block | Mode::Inherit => false,
        }
    }

    /// Tells whether the group restricts anything, in any repository.
    pub fn restricts(&self) -> bool {
        let Some((set, association)) = &self.0 else { return false };
        association.weak
            || RestrictionType::ALL
                .into_iter()
                .any(|kind| set.effective(association.group, kind).mode != Mode::Allow)
    }

    /// Gives the group that the package belongs to, and whether it only looks like one of its packages.
    pub fn group(&self) -> Option<(&Pattern, bool)> {
        let (set, association) = self.0.as_ref()?;
        Some((&set.groups()[association.group].pattern, association.weak))
    }

    /// Gives the group that decides about one way, with its mode.
    pub fn decided_by(&self, kind: RestrictionType) -> Option<(&Pattern, Mode)> {
        let (set, association) = self.0.as_ref()?;
        let effective = set.effective(association.group, kind);
        Some((&set.groups()[effective.from].pattern, effective.mode))
    }

    /// Gives the group that fits the package as it is spelled.
    pub(crate) fn own(&self) -> Option<&Group> {
        let (set, association) = self.0.as_ref()?;
        set.groups().get(association.strong)
    }

    /// Gives what the group that fits the package as it is spelled, or the nearest above it, has of something, and
    /// that group.
    pub(crate) fn inherited<T>(&self, value: impl Fn(&Group) -> Option<T>) -> Option<(&Pattern, T)> {
        let (set, association) = self.0.as_ref()?;
        let (place, value) = set.inherited(association.strong, value)?;
        Some((&set.groups()[place].pattern, value))
    }
}

/// Reads the groups of a domain; `None` if none was ever touched.
fn kept(tx: &mut Tx, domain: &DomainKey) -> Result<Option<Arc<Set>>, Error> {
    let Some(digest) = table::digest(tx, domain)? else { return Ok(None) };
    {
        let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = kept.iter().position(|(known, _)| *known == digest) {
            kept[place..].rotate_left(1);
            return Ok(kept.last().map(|(_, set)| Arc::clone(set)));
        }
    }
    let set = Arc::new(Set::of(table::all(tx, domain)?));
    let mut kept = KEPT.lock().unwrap_or_else(PoisonError::into_inner);
    if kept.len() == KEPT_MAX {
        kept.remove(0);
    }
    kept.push((digest, Arc::clone(&set)));
    Ok(Some(set))
}
