//! `UpdatePackageGroupOriginConfiguration` and `ListAllowedRepositoriesForGroup`.

use std::collections::{BTreeMap, BTreeSet};

use model::Operation;
use model_codeartifact::operations::ListAllowedRepositoriesForGroup;
use model_codeartifact::types::{
    ListAllowedRepositoriesForGroupRequest, ListAllowedRepositoriesForGroupResult,
    PackageGroupAllowedRepository, UpdatePackageGroupOriginConfigurationRequest,
    UpdatePackageGroupOriginConfigurationResult,
};
use service::Call;
use store::Tx;

use super::{Group, Mode, RestrictionType, description, load, reach, table};
use crate::domain::DomainKey;
use crate::error::{Error, invalid};
use crate::limits;
use crate::page::Asked;
use crate::repository::{self, RepositoryKey};

/// A repository and the list that it comes on or off.
type Entry = (RestrictionType, String);

/// Changes what a package group restricts and the lists of its repositories; what is not named stays.
///
/// A list may be filled while its mode is another one, and is kept for later (assumed). Errors in this order: a pattern
/// that breaks a rule, an unknown type or mode, entries without repository or type, too many of them, one that is added
/// and removed, domain not found, access denied, group not found, `INHERIT` for the group of every package (assumed),
/// repository not found.
pub fn update_origin_configuration(
    tx: &mut Tx,
    call: &Call,
    input: &UpdatePackageGroupOriginConfigurationRequest,
) -> Result<UpdatePackageGroupOriginConfigurationResult, Error> {
    super::named(&input.package_group)?;
    let modes = modes(input.restrictions.as_ref())?;
    let added = entries("addAllowedRepositories", input.add_allowed_repositories.as_deref())?;
    let removed = entries("removeAllowedRepositories", input.remove_allowed_repositories.as_deref())?;
    check_entries(&added, &removed)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:UpdatePackageGroupOriginConfiguration";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    let mut group = reached.set.groups()[reached.place].clone();
    for (kind, mode) in modes {
        if mode == Mode::Inherit && group.pattern.is_root() {
            let kind = kind.as_str();
            return Err(invalid(format!(
                "restrictions: {kind} of package group /* cannot be INHERIT: it has no parent"
            )));
        }
        group.modes[kind.index()] = mode;
    }
    for (_, repository) in &added {
        let key = RepositoryKey { domain: key.clone(), name: repository.clone() };
        repository::table::get(tx, &key)?.ok_or_else(|| repository::absent(&key))?;
    }
    table::put(tx, &key, &group)?;
    let updates = change_lists(tx, &key, &group, added, removed)?;
    table::changed(tx, &key)?;
    let set = load(tx, &reached.domain)?;
    Ok(UpdatePackageGroupOriginConfigurationResult {
        package_group: Some(description(call, &key, &set, reached.place)),
        allowed_repository_updates: Some(updates),
    })
}

/// Lists the repositories on one list of a package group by name: its own list, whatever it inherits (assumed).
///
/// Errors in this order: a pattern that breaks a rule, an unknown type, domain not found, access denied, group not
/// found, a page token of another list.
pub fn list_allowed_repositories(
    tx: &mut Tx,
    call: &Call,
    input: &ListAllowedRepositoriesForGroupRequest,
) -> Result<ListAllowedRepositoriesForGroupResult, Error> {
    super::named(&input.package_group)?;
    let kind = restriction_type(&input.origin_restriction_type)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:ListAllowedRepositoriesForGroup";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    let filters = [key.account.as_str(), &key.name, reached.pattern.as_str(), kind.as_str()];
    let (spec, token) = (ListAllowedRepositoriesForGroup::SPEC, input.next_token.as_deref());
    let asked = Asked::new(call, spec, &filters, input.max_results, limits::PAGE, token)?;
    let list = &reached.set.groups()[reached.place].allowed[kind.index()];
    let mut names: Vec<String> =
        list.iter().filter(|name| name.as_str() > asked.after(0)).take(asked.read()).cloned().collect();
    let next_token = asked.cut(&mut names, |last| vec![last.clone()]);
    Ok(ListAllowedRepositoriesForGroupResult { allowed_repositories: Some(names), next_token })
}

/// Changes the lists; tells what changed, by type and by `ADDED` and `REMOVED`. What is there already, or not there,
/// is passed over (assumed).
fn change_lists(
    tx: &mut Tx,
    domain: &DomainKey,
    group: &Group,
    added: BTreeSet<Entry>,
    removed: BTreeSet<Entry>,
) -> Result<BTreeMap<String, BTreeMap<String, Vec<String>>>, Error> {
    let mut updates: BTreeMap<String, BTreeMap<String, Vec<String>>> = BTreeMap::new();
    let mut note = |kind: RestrictionType, what: &str, repository: String| {
        let of_kind = updates.entry(kind.as_str().to_owned()).or_default();
        of_kind.entry(what.to_owned()).or_default().push(repository);
    };
    for (kind, repository) in added {
        if !group.allowed[kind.index()].contains(&repository) {
            table::allow(tx, domain, &group.pattern, kind, &repository)?;
            note(kind, "ADDED", repository);
        }
    }
    for (kind, repository) in removed {
        if group.allowed[kind.index()].contains(&repository) {
            table::disallow(tx, domain, &group.pattern, kind, &repository)?;
            note(kind, "REMOVED", repository);
        }
    }
    Ok(updates)
}

fn modes(restrictions: Option<&BTreeMap<String, String>>) -> Result<Vec<(RestrictionType, Mode)>, Error> {
    let mut modes = Vec::new();
    for (kind, mode) in restrictions.into_iter().flatten() {
        let mode = Mode::parse(mode).ok_or_else(|| {
            invalid(format!(
                "restrictions: {mode} is no mode; there are ALLOW, ALLOW_SPECIFIC_REPOSITORIES, BLOCK and INHERIT"
            ))
        })?;
        modes.push((restriction_type(kind)?, mode));
    }
    Ok(modes)
}

fn restriction_type(word: &str) -> Result<RestrictionType, Error> {
    RestrictionType::parse(word).ok_or_else(|| {
        invalid(format!(
            "{word} is no type of restriction; there are EXTERNAL_UPSTREAM, INTERNAL_UPSTREAM and PUBLISH"
        ))
    })
}

/// Reads the entries of one member, each once.
fn entries(member: &str, given: Option<&[PackageGroupAllowedRepository]>) -> Result<BTreeSet<Entry>, Error> {
    let mut entries = BTreeSet::new();
    for entry in given.unwrap_or_default() {
        let (Some(repository), Some(kind)) = (&entry.repository_name, &entry.origin_restriction_type) else {
            return Err(invalid(format!(
                "{member}: each entry needs a repositoryName and an originRestrictionType"
            )));
        };
        entries.insert((restriction_type(kind)?, repository.clone()));
    }
    Ok(entries)
}

fn check_entries(added: &BTreeSet<Entry>, removed: &BTreeSet<Entry>) -> Result<(), Error> {
    let count = added.len() + removed.len();
    if count > limits::ALLOWED_REPOSITORIES_PER_CALL_MAX {
        return Err(invalid(format!(
            "addAllowedRepositories and removeAllowedRepositories have {count} entries together; at most {} are \
             allowed",
            limits::ALLOWED_REPOSITORIES_PER_CALL_MAX
        )));
    }
    if let Some((kind, repository)) = added.intersection(removed).next() {
        return Err(invalid(format!(
            "repository {repository} is both added to and removed from {}",
            kind.as_str()
        )));
    }
    Ok(())
}
