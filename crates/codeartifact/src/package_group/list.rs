//! `ListPackageGroups` and `ListSubPackageGroups`.

use std::borrow::Cow;

use model::{Operation, Spec};
use model_codeartifact::operations::{ListPackageGroups, ListSubPackageGroups};
use model_codeartifact::types::{
    ListPackageGroupsRequest, ListPackageGroupsResult, ListSubPackageGroupsRequest,
    ListSubPackageGroupsResult, PackageGroupSummary,
};
use service::{Call, page};
use store::Tx;

use super::{Set, load, reach, summary};
use crate::domain::{self, DomainKey};
use crate::error::Error;
use crate::page::Asked;
use crate::{arn, limits};

/// Lists the package groups of a domain whose patterns begin with a prefix, by pattern.
///
/// Errors in this order: domain not found, access denied, a page token of another list.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &ListPackageGroupsRequest,
) -> Result<ListPackageGroupsResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let resource = arn::domain(&call.partition, &key);
    let domain = domain::reach(tx, call, "codeartifact:ListPackageGroups", &key, &resource)?;
    let prefix = input.prefix.as_deref().unwrap_or_default();
    let filters = [key.account.as_str(), &key.name, prefix];
    let asked =
        asked(call, ListPackageGroups::SPEC, &filters, input.max_results, input.next_token.as_deref())?;
    let set = load(tx, &domain)?;
    let groups = set.groups().iter().enumerate();
    let places =
        groups.filter(|(_, group)| group.pattern.as_str().starts_with(prefix)).map(|(place, _)| place);
    let (package_groups, next_token) = page_of(call, &key, &set, places, &asked);
    Ok(ListPackageGroupsResult { package_groups: Some(package_groups), next_token })
}

/// Lists the package groups whose parent is the given one, by pattern.
///
/// Errors in this order: a pattern that breaks a rule, domain not found, access denied, not found, a page token of
/// another list.
pub fn list_sub(
    tx: &mut Tx,
    call: &Call,
    input: &ListSubPackageGroupsRequest,
) -> Result<ListSubPackageGroupsResult, Error> {
    let key = DomainKey::of(call, &input.domain, input.domain_owner.as_deref());
    let action = "codeartifact:ListSubPackageGroups";
    let reached = reach(tx, call, action, &key, &input.package_group)?;
    let filters = [key.account.as_str(), &key.name, reached.pattern.as_str()];
    let spec = ListSubPackageGroups::SPEC;
    let asked = asked(call, spec, &filters, input.max_results, input.next_token.as_deref())?;
    let places = reached.set.children(reached.place);
    let (package_groups, next_token) = page_of(call, &key, &reached.set, places, &asked);
    Ok(ListSubPackageGroupsResult { package_groups: Some(package_groups), next_token })
}

fn asked<'a>(
    call: &'a Call,
    spec: &'static Spec,
    filters: &'a [&'a str],
    count: Option<i64>,
    token: Option<&str>,
) -> Result<Asked<'a>, Error> {
    Asked::new(call, spec, filters, count, limits::PAGE, token)
}

/// Shows one page of groups; they go by the keys of their patterns, since a token would not hold the longest.
fn page_of(
    call: &Call,
    domain: &DomainKey,
    set: &Set,
    places: impl Iterator<Item = usize>,
    asked: &Asked<'_>,
) -> (Vec<PackageGroupSummary>, Option<String>) {
    let key = |place: usize| -> Cow<'_, str> { page::key(set.groups()[place].pattern.as_str()) };
    let mut places: Vec<usize> = places.filter(|place| *key(*place) > *asked.after(0)).collect();
    places.sort_by(|a, b| key(*a).cmp(&key(*b)));
    let next_token = asked.cut(&mut places, |last| vec![key(*last).into_owned()]);
    (places.into_iter().map(|place| summary(call, domain, set, place)).collect(), next_token)
}
