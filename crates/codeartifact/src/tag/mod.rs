//! Tags of domains, repositories and package groups.
//!
//! Some keys are settings of package groups; what they mean is the business of `release_age`.

mod list;
mod put;
mod remove;
mod table;

pub use list::list;
pub use put::put;
pub use remove::remove;
pub(crate) use table::{delete_all, list as of_resource};

use std::collections::BTreeMap;

use model_codeartifact::types::Tag;
use service::Call;
use store::Tx;

use crate::arn::{self, Resource};
use crate::domain::{self, Domain, DomainKey};
use crate::error::{self, Error, Kind, group_not_found, invalid};
use crate::package_group::{self, Pattern};
use crate::policy::{Guard, Wanted};
use crate::{quota, release_age, repository};

/// What carries tags and exists: a domain, a repository or a package group, and its ARN.
struct Tagged {
    domain: DomainKey,
    /// The package group that it is, if it is one.
    group: Option<(Domain, Pattern)>,
    arn: String,
    kind: Kind,
    name: String,
}

/// Checks the tags that a resource starts with; a caller needs the right to tag when there are any.
pub(crate) fn checked(
    tx: &mut Tx,
    call: &Call,
    resource: &str,
    kind: Kind,
    name: &str,
    tags: Option<&[Tag]>,
) -> Result<BTreeMap<String, String>, Error> {
    let Some(tags) = tags.filter(|tags| !tags.is_empty()) else {
        return Ok(BTreeMap::new());
    };
    may_tag(tx, call, resource, tags)?;
    let tags = distinct(tags)?;
    settings(&tags, kind)?;
    within_quota(call, tags.len(), kind, name)?;
    Ok(tags)
}

/// Asks whether the caller may give these tags to what it is about to create.
///
/// What does not exist has no policy: that of the domain is asked, with the domain as the resource (assumed).
fn may_tag(tx: &mut Tx, call: &Call, resource: &str, tags: &[Tag]) -> Result<(), Error> {
    let domain = match arn::parse(&call.partition, resource) {
        Some(Resource::Domain(domain) | Resource::PackageGroup(domain, _)) => domain,
        Some(Resource::Repository(key)) => key.domain,
        None => return Err(unknown_resource(resource)),
    };
    let (_, guard) = Guard::of_domain(tx, call, &domain)?;
    let in_domain = arn::domain(&call.partition, &domain);
    guard.allow(tx, call, &Wanted::new("codeartifact:TagResource", &in_domain).with_tags(tags))
}

/// Stores tags, each over its namesake.
pub(crate) fn put_all(
    tx: &mut Tx,
    domain: &DomainKey,
    resource: &str,
    tags: &BTreeMap<String, String>,
) -> Result<(), store::Error> {
    for (key, value) in tags {
        table::put(tx, domain, resource, key, value)?;
    }
    Ok(())
}

fn distinct(tags: &[Tag]) -> Result<BTreeMap<String, String>, Error> {
    let mut distinct = BTreeMap::new();
    for tag in tags {
        if tag.key.to_ascii_lowercase().starts_with("aws:") {
            return Err(invalid(format!("Tag key {} is reserved: keys may not begin with aws:", tag.key)));
        }
        if distinct.insert(tag.key.clone(), tag.value.clone()).is_some() {
            return Err(invalid(format!("Tag key {} is given twice", tag.key)));
        }
    }
    Ok(distinct)
}

/// Refuses settings that cannot be read, that are none, or that stand on something that has no settings.
fn settings(tags: &BTreeMap<String, String>, kind: Kind) -> Result<(), Error> {
    for (key, value) in tags {
        release_age::check(key, value, kind == Kind::PackageGroup).map_err(invalid)?;
    }
    Ok(())
}

fn within_quota(call: &Call, count: usize, kind: Kind, name: &str) -> Result<(), Error> {
    let most = quota::TAGS_PER_RESOURCE.of(call);
    if count as u64 <= most {
        return Ok(());
    }
    let message = format!("{name} would have {count} tags; a resource may have {most}");
    Err(error::quota(kind, name, message))
}

/// Finds what an ARN names and asks whether the caller may do on it what is wanted.
///
/// Errors in this order: an ARN of another shape, access denied, not found.
fn reach(tx: &mut Tx, call: &Call, wanted: &Wanted<'_>) -> Result<Tagged, Error> {
    let resource = wanted.resource;
    let Some(named) = arn::parse(&call.partition, resource) else {
        return Err(unknown_resource(resource));
    };
    let arn = resource.to_owned();
    let tagged = match named {
        Resource::Domain(domain) => {
            in_region(call, &domain, resource)?;
            domain::reach_for(tx, call, &domain, wanted)?;
            Tagged { name: domain.name.clone(), domain, group: None, arn, kind: Kind::Domain }
        }
        Resource::Repository(key) => {
            in_region(call, &key.domain, resource)?;
            repository::reach_for(tx, call, &key, wanted)?;
            Tagged { name: key.name, domain: key.domain, group: None, arn, kind: Kind::Repository }
        }
        Resource::PackageGroup(domain, pattern) => {
            in_region(call, &domain, resource)?;
            let found = domain::reach_for(tx, call, &domain, wanted)?;
            let name = pattern;
            let pattern = Pattern::parse(&name).ok().filter(|pattern| pattern.as_str() == name);
            let present = package_group::load(tx, &found)?;
            let Some(pattern) = pattern.filter(|pattern| present.place(pattern).is_some()) else {
                return Err(group_not_found(&name, &domain));
            };
            Tagged { domain, group: Some((found, pattern)), arn, kind: Kind::PackageGroup, name }
        }
    };
    Ok(tagged)
}

impl Tagged {
    /// Lets what depends on the tags know that they changed.
    fn changed(&self, tx: &mut Tx, call: &Call) -> Result<(), store::Error> {
        match &self.group {
            Some((domain, pattern)) => package_group::retagged(tx, call, domain, pattern),
            None => Ok(()),
        }
    }
}

fn unknown_resource(resource: &str) -> Error {
    let hint =
        if resource.contains(":package-group/") { " ('*' is written %2a in one, '$' %24)" } else { "" };
    invalid(format!("resourceArn is not the ARN of a domain, repository or package group{hint}: {resource}"))
}

fn in_region(call: &Call, domain: &DomainKey, resource: &str) -> Result<(), Error> {
    if domain.region == call.region {
        return Ok(());
    }
    Err(invalid(format!("resourceArn {resource} names another region than {}", call.region)))
}
