//! Tags of configuration items.

mod list;
pub(crate) mod table;

use model_migrationhub::discovery::types;
use service::Call;
use store::Tx;

use super::access::{Kind, admit};
use super::configuration_item::{self, Item};
use super::error::{self, Error};
use crate::place::Place;

pub(crate) use list::list;
pub(crate) use table::MIGRATION;

use table::Tag;

/// Tags of one item: "30 tags per server" (user guide, quotas).
pub(crate) const TAGS_MAX: usize = 30;
/// Longest key and value; the model bounds neither (assumed: the lengths that AWS tags have elsewhere).
const KEY_CHARACTERS_MAX: usize = 128;
const VALUE_CHARACTERS_MAX: usize = 256;

/// Sets tags on items; a key that an item has already gets the new value. All of them, or none.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, a key or value too long,
/// unknown item, quota.
pub(crate) fn create(
    tx: &mut Tx,
    call: &Call,
    input: &types::CreateTagsRequest,
) -> Result<types::CreateTagsResponse, Error> {
    admit(tx, call, "CreateTags", Kind::Write)?;
    for tag in &input.tags {
        check(&tag.key, &tag.value)?;
    }
    for id in &input.configuration_ids {
        let item = find(tx, call.into(), id)?;
        for tag in &input.tags {
            put(tx, call.into(), &item, &tag.key, &tag.value)?;
        }
        if table::of(tx, call.into(), id)?.len() > TAGS_MAX {
            return Err(error::invalid_value(format!("'{id}' would have more than {TAGS_MAX} tags")));
        }
    }
    Ok(types::CreateTagsResponse {})
}

/// Removes tags, or without any named all tags, from items; a tag goes only with the value that it has.
///
/// Errors in this order: access denied, discovery off, home region not set, wrong region, unknown item.
pub(crate) fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &types::DeleteTagsRequest,
) -> Result<types::DeleteTagsResponse, Error> {
    admit(tx, call, "DeleteTags", Kind::Write)?;
    for id in &input.configuration_ids {
        find(tx, call.into(), id)?;
        let Some(tags) = &input.tags else {
            table::delete_all(tx, call.into(), id)?;
            continue;
        };
        for tag in tags {
            table::delete(tx, call.into(), id, &tag.key, &tag.value)?;
        }
    }
    Ok(types::DeleteTagsResponse {})
}

/// Writes one tag down.
pub(crate) fn put(
    tx: &mut Tx,
    at: Place<'_>,
    item: &Item,
    key: &str,
    value: &str,
) -> Result<(), store::Error> {
    let tag = Tag {
        configuration_id: item.configuration_id.clone(),
        key: key.to_owned(),
        value: value.to_owned(),
        kind: item.kind.as_str().to_owned(),
        created_at: tx.now(),
    };
    table::put(tx, at, &tag)
}

/// Checks the lengths of a tag.
pub(crate) fn check(key: &str, value: &str) -> Result<(), Error> {
    let characters = key.chars().count();
    if characters == 0 || characters > KEY_CHARACTERS_MAX {
        return Err(error::invalid_value(format!("a tag's key has 1 to {KEY_CHARACTERS_MAX} characters")));
    }
    if value.chars().count() > VALUE_CHARACTERS_MAX {
        return Err(error::invalid_value(format!(
            "a tag's value has at most {VALUE_CHARACTERS_MAX} characters"
        )));
    }
    Ok(())
}

/// Finds what is to be tagged; the operations on tags declare ResourceNotFoundException for this alone.
fn find(tx: &mut Tx, at: Place<'_>, id: &str) -> Result<Item, Error> {
    configuration_item::table::get(tx, at, id)?
        .ok_or_else(|| error::resource_not_found(format!("the configuration item '{id}' does not exist")))
}
