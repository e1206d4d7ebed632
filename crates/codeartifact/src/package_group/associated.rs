//! `GetAssociatedPackageGroup` and `ListAssociatedPackages`.

use model::Operation;
use model_codeartifact::operations::ListAssociatedPackages;
use model_codeartifact::types::{
    AssociatedPackage, GetAssociatedPackageGroupRequest, GetAssociatedPackageGroupResult,
    ListAssociatedPackagesRequest, ListAssociatedPackagesResult,
};
use service::Call;
use store::Tx;

use super::{Group, Path, Pattern, Set, description, load, named};
use crate::domain::{self, DomainKey};
use crate::error::{Error, group_not_found};
use crate::name::Coordinates;
use crate::package;
use crate::package::table::part;
use crate::page::Asked;
use crate::{arn, limits};

/// Says which group a package belongs to, whether or not the package is anywhere.
///
/// The resource of the permission is that group, or the one of every package where the domain is not known (assumed).
/// Errors in this order: coordinates that the format does not allow, domain not found, access denied.
pub fn associated_group(
    tx: &mut Tx,
    call: &Call,
    input: &GetAssociatedPackageGroupRequest,
) -> Result<GetAssociatedPackageGroupResult, Error> {
    let wanted = package::coordinates(&input.format, input.namespace.as_deref(), &input.package)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let found = match domain::table::get(tx, &key)? {
        Some(domain) => load(tx, &domain)?,
        None => Set::of(Vec::new()),
    };
    let association = found.associate(&Path::of(&wanted));
    let pattern = &found.groups()[association.group].pattern;
    let resource = arn::package_group(&call.partition, &key, pattern.as_str());
    domain::reach(tx, call, "codeartifact:GetAssociatedPackageGroup", &key, &resource)?;
    Ok(GetAssociatedPackageGroupResult {
        package_group: Some(description(call, &key, &found, association.group)),
        association_type: Some(strength(association.weak).to_owned()),
    })
}

/// Lists the packages of all repositories of a domain that belong to a group, each once, by format, namespace and name;
/// with `preview` those that would, if there were such a group.
///
/// A page may have fewer packages than it could, and still a token: each call looks through a bounded number of them.
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, group not found (unless it is a
/// preview), a page token of another list.
pub fn list_associated(
    tx: &mut Tx,
    call: &Call,
    input: &ListAssociatedPackagesRequest,
) -> Result<ListAssociatedPackagesResult, Error> {
    let pattern = named(&input.package_group)?;
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::package_group(&call.partition, &key, pattern.as_str());
    let domain = domain::reach(tx, call, "codeartifact:ListAssociatedPackages", &key, &resource)?;
    let preview = input.preview.unwrap_or_default();
    let mut set = load(tx, &domain)?;
    if set.place(&pattern).is_none() {
        if !preview {
            return Err(group_not_found(pattern.as_str(), &key));
        }
        let mut groups = set.groups().to_vec();
        groups.push(Group::new(pattern.clone(), tx.now()));
        set = Set::of(groups);
    }
    let place = set.place(&pattern).expect("it is there, or was added");
    let preview = if preview { "preview" } else { "" };
    let filters = [key.account.as_str(), &key.name, pattern.as_str(), preview];
    let (spec, token) = (ListAssociatedPackages::SPEC, input.next_token.as_deref());
    let asked = Asked::new(call, spec, &filters, input.max_results, limits::PAGE, token)?;
    let (packages, next_token) = scan(tx, &key, &set, place, &pattern, &asked)?;
    Ok(ListAssociatedPackagesResult { packages: Some(packages), next_token })
}

/// Looks through the packages of a domain from where the page starts, until the page is full, the packages end, or as
/// many were looked at as one call may.
fn scan(
    tx: &mut Tx,
    domain: &DomainKey,
    set: &Set,
    place: usize,
    pattern: &Pattern,
    asked: &Asked<'_>,
) -> Result<(Vec<AssociatedPackage>, Option<String>), Error> {
    let format = pattern.format().map_or("", |format| format.as_str());
    let mut after = [0, 1, 2].map(|column| asked.after(column).to_owned());
    let (mut found, mut looked_at) = (Vec::new(), 0);
    loop {
        let wanted = limits::PACKAGES_READ_AT_ONCE;
        let read = package::table::of_domain(tx, domain, format, (&after[0], &after[1], &after[2]), wanted)?;
        let ended = read.len() < wanted;
        looked_at += read.len();
        for package in read {
            let association = set.associate(&Path::of(&package));
            let belongs = association.group == place;
            if belongs && found.len() == asked.count {
                return Ok((found, Some(asked.token(&after.each_ref().map(String::as_str)))));
            }
            after = cursor(&package);
            if belongs {
                found.push(shown(package, association.weak));
            }
        }
        if ended {
            return Ok((found, None));
        }
        if looked_at >= limits::PACKAGES_SCANNED_MAX {
            return Ok((found, Some(asked.token(&after.each_ref().map(String::as_str)))));
        }
    }
}

fn cursor(package: &Coordinates) -> [String; 3] {
    let format = package.format.as_str().to_owned();
    [format, part(&package.namespace).into_owned(), part(&package.name).into_owned()]
}

fn shown(package: Coordinates, weak: bool) -> AssociatedPackage {
    AssociatedPackage {
        format: Some(package.format.as_str().to_owned()),
        namespace: package.namespace(),
        package: Some(package.name),
        association_type: Some(strength(weak).to_owned()),
    }
}

fn strength(weak: bool) -> &'static str {
    if weak { "WEAK" } else { "STRONG" }
}
