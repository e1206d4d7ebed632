//! Package groups: patterns over the packages of a domain, and what they let through.
//!
//! What a group restricts is enforced by `package::gate` and `resolution`, its minimum release age by `release_age`.

mod associated;
mod control;
mod create;
mod delete;
mod describe;
mod fold;
mod list;
mod mode;
mod origin_configuration;
mod pattern;
mod set;
pub(crate) mod table;
mod update;

pub use associated::{associated_group, list_associated};
pub use control::Control;
pub use create::create;
pub use delete::delete;
pub use describe::describe;
pub use list::{list, list_sub};
pub use mode::{Mode, RestrictionType};
pub use origin_configuration::{list_allowed_repositories, update_origin_configuration};
pub use pattern::{Path, Pattern, Specificity};
pub use set::{Association, Effective, Set};
pub use update::update;

use std::collections::{BTreeMap, BTreeSet};

use model::Timestamp;
use model_codeartifact::types::{
    PackageGroupDescription, PackageGroupOriginConfiguration, PackageGroupOriginRestriction,
    PackageGroupReference, PackageGroupSummary,
};
use service::Call;
use store::Tx;

use crate::domain::{self, Domain, DomainKey};
use crate::error::{Error, group_not_found, invalid};
use crate::release_age::{AGE_KEY, EXEMPT_KEY};
use crate::{arn, tag};

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

    /// Takes over the settings that stand among its tags.
    fn set_tags(&mut self, tags: &BTreeMap<String, String>) {
        self.release_age = tags.get(AGE_KEY).cloned();
        self.release_age_exempt = tags.get(EXEMPT_KEY).cloned();
    }
}

/// A package group that a request names, among those of its domain.
pub(crate) struct Reached {
    pub(crate) domain: Domain,
    pub(crate) set: Set,
    pub(crate) pattern: Pattern,
    pub(crate) place: usize,
}

/// Reads the pattern that a request names.
fn named(pattern: &str) -> Result<Pattern, Error> {
    Pattern::parse(pattern).map_err(|rule| invalid(format!("packageGroup '{pattern}' {rule}")))
}

/// Finds the package group that a request names and asks whether the caller may perform `action` on it.
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, group not found.
pub(crate) fn reach(
    tx: &mut Tx,
    call: &Call,
    action: &str,
    key: &DomainKey,
    pattern: &str,
) -> Result<Reached, Error> {
    let pattern = named(pattern)?;
    let resource = arn::package_group(&call.partition, key, pattern.as_str());
    let domain = domain::reach(tx, call, action, key, &resource)?;
    let set = load(tx, &domain)?;
    let place = set.place(&pattern).ok_or_else(|| group_not_found(pattern.as_str(), key))?;
    Ok(Reached { domain, set, pattern, place })
}

/// Reads the groups of a domain; the one of every package came with the domain.
pub(crate) fn load(tx: &mut Tx, domain: &Domain) -> Result<Set, store::Error> {
    let mut groups = table::all(tx, &domain.key)?;
    if !groups.iter().any(|group| group.pattern.is_root()) {
        groups.push(Group::root(domain.created_at));
    }
    Ok(Set::of(groups))
}

/// Takes over the settings among a group's tags after these changed.
pub(crate) fn retagged(
    tx: &mut Tx,
    call: &Call,
    domain: &Domain,
    pattern: &Pattern,
) -> Result<(), store::Error> {
    let resource = arn::package_group(&call.partition, &domain.key, pattern.as_str());
    let tags = tag::of_resource(tx, &domain.key, &resource)?.into_iter().collect();
    let set = load(tx, domain)?;
    let Some(place) = set.place(pattern) else { return Ok(()) };
    let mut group = set.groups()[place].clone();
    group.set_tags(&tags);
    if group != set.groups()[place] {
        table::put(tx, &domain.key, &group)?;
        table::changed(tx, &domain.key)?;
    }
    Ok(())
}

/// Takes a repository that is deleted off every list of its domain's groups.
pub(crate) fn forget_repository(
    tx: &mut Tx,
    domain: &DomainKey,
    repository: &str,
) -> Result<(), store::Error> {
    if table::forget_repository(tx, domain, repository)? {
        table::changed(tx, domain)?;
    }
    Ok(())
}

/// Deletes the groups of a domain that is deleted, with their tags.
pub(crate) fn delete_all(tx: &mut Tx, call: &Call, domain: &Domain) -> Result<(), store::Error> {
    for group in load(tx, domain)?.groups() {
        let resource = arn::package_group(&call.partition, &domain.key, group.pattern.as_str());
        tag::delete_all(tx, &domain.key, &resource)?;
        table::delete(tx, &domain.key, &group.pattern)?;
    }
    table::changed(tx, &domain.key)
}

/// Describes the group at `place` with what holds for it after inheritance.
fn description(call: &Call, domain: &DomainKey, set: &Set, place: usize) -> PackageGroupDescription {
    let group = &set.groups()[place];
    let reference = |group: &Group| PackageGroupReference {
        arn: Some(arn::package_group(&call.partition, domain, group.pattern.as_str())),
        pattern: Some(group.pattern.to_string()),
    };
    let restriction = |kind: RestrictionType| {
        let mode = group.modes[kind.index()];
        let effective = set.effective(place, kind);
        let counts = effective.mode == Mode::AllowSpecificRepositories;
        let count = if counts { effective.repositories.len() } else { 0 };
        PackageGroupOriginRestriction {
            mode: Some(mode.as_str().to_owned()),
            effective_mode: Some(effective.mode.as_str().to_owned()),
            inherited_from: (mode == Mode::Inherit).then(|| reference(&set.groups()[effective.from])),
            repositories_count: i64::try_from(count).ok(),
        }
    };
    let restrictions =
        RestrictionType::ALL.into_iter().map(|kind| (kind.as_str().to_owned(), restriction(kind))).collect();
    PackageGroupDescription {
        arn: reference(group).arn,
        pattern: Some(group.pattern.to_string()),
        domain_name: Some(domain.name.clone()),
        domain_owner: Some(domain.account.clone()),
        created_time: Some(group.created_at),
        contact_info: group.contact_info.clone(),
        description: group.description.clone(),
        origin_configuration: Some(PackageGroupOriginConfiguration { restrictions: Some(restrictions) }),
        parent: set.parent(place).map(reference),
    }
}

/// The same for lists.
fn summary(call: &Call, domain: &DomainKey, set: &Set, place: usize) -> PackageGroupSummary {
    let shown = description(call, domain, set, place);
    PackageGroupSummary {
        arn: shown.arn,
        pattern: shown.pattern,
        domain_name: shown.domain_name,
        domain_owner: shown.domain_owner,
        created_time: shown.created_time,
        contact_info: shown.contact_info,
        description: shown.description,
        origin_configuration: shown.origin_configuration,
        parent: shown.parent,
    }
}
