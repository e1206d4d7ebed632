//! Tags of everything that has an ARN: `TagResource`, `UntagResource`, `ListTagsForResource`.

mod kind;
pub mod table;

use std::collections::BTreeMap;

use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::{Call, Table};
use store::Tx;

use self::kind::{KINDS, Kind};
use crate::Error;
use crate::error::{invalid, not_found, too_many_tags};
use crate::limits::TAGS_PER_RESOURCE_MAX;
use crate::place::Place;

/// Prefix of keys that AWS keeps for itself.
const RESERVED: &str = "aws:";

/// Enters the operations on tags.
pub fn register(table: &mut Table) {
    table.write::<op::TagResource>(tag);
    table.write::<op::UntagResource>(untag);
    table.read::<op::ListTagsForResource>(list);
}

/// Adds tags to a resource; a key that it has gets the new value.
///
/// Errors in the order of their checks: reserved key, not the ARN of something taggable, unknown resource, too many
/// tags.
pub fn tag(tx: &mut Tx, call: &Call, input: &t::TagResourceRequest) -> Result<t::TagResourceResponse, Error> {
    check_keys(&input.tags)?;
    let resource = load(tx, call, "iotsitewise:TagResource", &input.resource_arn)?;
    let place = Place::of(call);
    for (key, value) in &input.tags {
        table::put(tx, place, &resource, key, value)?;
    }
    if table::count(tx, place, &resource)? > TAGS_PER_RESOURCE_MAX {
        let message =
            format!("A resource may have {TAGS_PER_RESOURCE_MAX} tags; the request would make them more");
        return Err(too_many_tags(message, &input.resource_arn));
    }
    Ok(t::TagResourceResponse {})
}

/// Removes tags from a resource; keys that it does not have are no error (assumed).
pub fn untag(
    tx: &mut Tx,
    call: &Call,
    input: &t::UntagResourceRequest,
) -> Result<t::UntagResourceResponse, Error> {
    let resource = load(tx, call, "iotsitewise:UntagResource", &input.resource_arn)?;
    for key in &input.tag_keys {
        table::delete(tx, Place::of(call), &resource, key)?;
    }
    Ok(t::UntagResourceResponse {})
}

/// Lists the tags of a resource; the map stands also when it is empty.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListTagsForResourceRequest,
) -> Result<t::ListTagsForResourceResponse, Error> {
    let resource = load(tx, call, "iotsitewise:ListTagsForResource", &input.resource_arn)?;
    Ok(t::ListTagsForResourceResponse { tags: Some(table::list(tx, Place::of(call), &resource)?) })
}

/// Keeps the tags that a create request gives its new resource, named inside account and Region.
pub fn of_new(
    tx: &mut Tx,
    call: &Call,
    resource: &str,
    tags: Option<&BTreeMap<String, String>>,
) -> Result<(), Error> {
    let Some(tags) = tags else { return Ok(()) };
    check_keys(tags)?;
    for (key, value) in tags {
        table::put(tx, Place::of(call), resource, key, value)?;
    }
    Ok(())
}

fn check_keys(tags: &BTreeMap<String, String>) -> Result<(), Error> {
    match tags.keys().find(|key| key.starts_with(RESERVED)) {
        Some(key) => Err(invalid(format!("Tag key '{key}' starts with '{RESERVED}', which is reserved"))),
        None => Ok(()),
    }
}

/// Asks whether the caller may, then finds the resource of an ARN; answers its name inside account and Region.
///
/// An ARN of another account or Region names nothing here: `ResourceNotFoundException` (assumed).
fn load(tx: &mut Tx, call: &Call, action: &str, arn: &str) -> Result<String, Error> {
    let place = Place::of(call);
    let (owner, resource) = parse(arn)?;
    let (name, id) = resource.split_once('/').unwrap_or((resource, ""));
    let kind = kind(arn, name)?;
    let unknown = || not_found(format!("Resource with ARN {arn} not found"));
    if owner != (&*call.partition, place.region, place.account) {
        return Err(unknown());
    }
    call.allow(tx, action, arn)?;
    if !(kind.exists)(tx, place, id)? {
        return Err(unknown());
    }
    Ok(resource.to_owned())
}

/// Finds the kind of resource that an ARN names; one that AWS does not tag is `InvalidRequestException` (assumed).
fn kind(arn: &str, name: &str) -> Result<&'static Kind, Error> {
    let kind = KINDS.iter().find(|kind| kind.name == name);
    kind.ok_or_else(|| invalid(format!("resourceArn '{arn}' names a {name}, which can't have tags")))
}

/// Takes an ARN apart: (partition, Region, account) and the resource.
fn parse(arn: &str) -> Result<((&str, &str, &str), &str), Error> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [prefix, partition, service, region, account, resource] = parts[..] else {
        return Err(invalid(format!("resourceArn '{arn}' is not an ARN")));
    };
    if prefix != "arn" || service != "iotsitewise" {
        return Err(invalid(format!("resourceArn '{arn}' is not an ARN of iotsitewise")));
    }
    Ok(((partition, region, account), resource))
}
