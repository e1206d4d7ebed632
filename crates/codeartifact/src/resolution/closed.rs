//! Why nothing of a package comes from outside, for people who ask for it in vain.

use store::{Error, Tx};

use super::{path, search_list};
use crate::name::Coordinates;
use crate::package::Setting;
use crate::package_group::{Control, Mode, RestrictionType};
use crate::repository::Repository;

/// Says what keeps a package from coming through the connections that the requested repository reaches; `None` if one
/// of them is open to it, or there is none.
pub fn closed(tx: &mut Tx, requested: &Repository, package: &Coordinates) -> Result<Option<String>, Error> {
    let steps = path(tx, requested, package)?;
    if steps.iter().any(|step| step.connection.is_some()) {
        return Ok(None);
    }
    let serves = |repository: &Repository| {
        repository.connection.as_ref().is_some_and(|connection| connection.format == package.format)
    };
    if !search_list(tx, requested)?.iter().any(serves) {
        return Ok(None);
    }
    let control = Control::of(tx, &requested.key.domain, package)?;
    if let Some(group) = group(&control) {
        let domain = &requested.key.domain;
        let namespace = match package.namespace.as_str() {
            "" => String::new(),
            namespace => format!(" --namespace {namespace}"),
        };
        return Ok(Some(format!(
            "{group}; see aws codeartifact get-associated-package-group --domain {} --domain-owner {} --format {}\
             {namespace} --package {}",
            domain.name,
            domain.account,
            package.format.as_str(),
            package.name
        )));
    }
    let blocks = |step: &&super::Step| {
        step.package.as_ref().is_some_and(|package| package.origin.upstream == Setting::Block)
    };
    Ok(steps.iter().find(blocks).map(|step| {
        let repository = &step.repository.key.name;
        format!("its origin configuration in repository {repository} (upstream=BLOCK) keeps it from coming from outside")
    }))
}

/// Says what the package's group has to do with it, if it restricts a way from outside.
fn group(control: &Control) -> Option<String> {
    if let Some((group, true)) = control.group() {
        return Some(format!(
            "it looks like a package of package group {group} (association type WEAK), and nothing comes into such a one"
        ));
    }
    [RestrictionType::ExternalUpstream, RestrictionType::InternalUpstream].into_iter().find_map(|kind| {
        let (group, mode) = control.decided_by(kind).filter(|(_, mode)| *mode != Mode::Allow)?;
        let (kind, mode) = (kind.as_str(), mode.as_str());
        Some(format!("package group {group} ({kind}={mode}) keeps it from coming from outside"))
    })
}
