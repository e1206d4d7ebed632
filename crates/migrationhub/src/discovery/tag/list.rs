//! DescribeTags: tags of all items or of some, by item and key.

use std::collections::BTreeSet;

use model::Operation as _;
use model_migrationhub::discovery::{operations, types};
use service::Call;
use service::page::key;
use store::Tx;

use super::table::{self, Tag};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::{self, Error};
use crate::discovery::page::Listing;
use crate::place::Place;

/// Most tags on a page.
const PAGE_SIZE_MAX: usize = 100;
/// Tags that are read at once while looking for those that pass.
const BATCH: i64 = 500;

/// Lists tags that pass all filters; of a filter's values any may fit.
///
/// Errors in this order: access denied, discovery off, home region not set, unknown filter, refused page.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::DescribeTagsRequest,
) -> Result<types::DescribeTagsResponse, Error> {
    admit(tx, call, "DescribeTags", Kind::Read)?;
    let filters = input.filters.as_deref().unwrap_or_default();
    for filter in filters {
        if !["tagKey", "tagValue", "configurationId"].contains(&filter.name.as_str()) {
            return Err(error::invalid_value(format!(
                "tags cannot be filtered by '{}', only by tagKey, tagValue and configurationId",
                filter.name
            )));
        }
    }
    let arguments = [format!("{filters:?}")];
    let arguments = arguments.each_ref().map(String::as_str);
    let spec = operations::DescribeTags::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX)?;
    let after = listing.after(input.next_token.as_deref())?.unwrap_or_default();
    let after = match after.as_slice() {
        [id, key] => (id.clone(), key.clone()),
        _ => (String::new(), String::new()),
    };
    let mut tags = match items(filters) {
        Some(ids) => of_items(tx, call.into(), filters, ids, &after, listing.rows())?,
        None => of_all(tx, call.into(), filters, after, listing.rows())?,
    };
    let next_token = listing.close(&mut tags, position);
    let tags = tags
        .into_iter()
        .map(|tag| types::ConfigurationTag {
            configuration_type: Some(tag.kind),
            configuration_id: Some(tag.configuration_id),
            key: Some(tag.key),
            value: Some(tag.value),
            time_of_creation: Some(tag.created_at),
        })
        .collect();
    Ok(types::DescribeTagsResponse { tags: Some(tags), next_token })
}

fn position(tag: &Tag) -> Vec<String> {
    vec![tag.configuration_id.clone(), key(&tag.key).into_owned()]
}

/// The items that a filter names, if one does.
fn items(filters: &[types::TagFilter]) -> Option<BTreeSet<&str>> {
    let filter = filters.iter().find(|filter| filter.name == "configurationId")?;
    Some(filter.values.iter().map(String::as_str).collect())
}

fn of_items(
    tx: &mut Tx,
    at: Place<'_>,
    filters: &[types::TagFilter],
    ids: BTreeSet<&str>,
    after: &(String, String),
    rows: usize,
) -> Result<Vec<Tag>, store::Error> {
    let mut found = Vec::new();
    for id in ids {
        for tag in table::of(tx, at, id)? {
            let behind = (id, key(&tag.key).as_ref()) > (after.0.as_str(), after.1.as_str());
            if behind && passes(filters, &tag) && found.len() < rows {
                found.push(tag);
            }
        }
    }
    Ok(found)
}

fn of_all(
    tx: &mut Tx,
    at: Place<'_>,
    filters: &[types::TagFilter],
    mut after: (String, String),
    rows: usize,
) -> Result<Vec<Tag>, store::Error> {
    let mut found = Vec::new();
    loop {
        let tags = table::list(tx, at, (&after.0, &after.1), BATCH)?;
        let Some(last) = tags.last() else { return Ok(found) };
        after = (last.configuration_id.clone(), key(&last.key).into_owned());
        for tag in tags {
            if !passes(filters, &tag) {
                continue;
            }
            found.push(tag);
            if found.len() == rows {
                return Ok(found);
            }
        }
    }
}

fn passes(filters: &[types::TagFilter], tag: &Tag) -> bool {
    filters.iter().all(|filter| {
        let value = match filter.name.as_str() {
            "tagKey" => &tag.key,
            "tagValue" => &tag.value,
            _ => &tag.configuration_id,
        };
        filter.values.contains(value)
    })
}
