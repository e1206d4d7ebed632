//! ListConfigurations: servers or applications that pass the filters, in the wanted order, page by page.
//!
//! Without an order a page reads on from the last id; with one it looks at every item that passes and keeps a page
//! of them, which the quotas of discovery bound (10,000 servers).

use model::Operation as _;
use model_migrationhub::discovery::{operations, types};
use service::Call;
use store::Tx;

use super::filter::Filter;
use super::sort::Order;
use super::{Item, ItemKind, filter, table, view};
use crate::discovery::access::{Kind, admit};
use crate::discovery::error::Error;
use crate::discovery::page::Listing;
use crate::place::Place;

/// Most items on a page.
const PAGE_SIZE_MAX: usize = 100;
/// Items that are read at once while looking for those that pass.
const BATCH: i64 = 500;

/// Lists configuration items of one type; there are no PROCESS and no CONNECTION items.
///
/// Errors in this order: access denied, discovery off, home region not set, unknown filter or order, refused page.
pub(crate) fn list(
    tx: &mut Tx,
    call: &Call,
    input: &types::ListConfigurationsRequest,
) -> Result<types::ListConfigurationsResponse, Error> {
    admit(tx, call, "ListConfigurations", Kind::Read)?;
    let Some(kind) = ItemKind::parse(&input.configuration_type) else {
        return Ok(types::ListConfigurationsResponse { configurations: Some(Vec::new()), next_token: None });
    };
    let filters = filter::read(kind, input.filters.as_deref().unwrap_or_default())?;
    let order = Order::read(kind, input.order_by.as_deref().unwrap_or_default())?;
    let arguments =
        [input.configuration_type.clone(), format!("{:?}", input.filters), format!("{:?}", input.order_by)];
    let arguments = arguments.each_ref().map(String::as_str);
    let spec = operations::ListConfigurations::SPEC;
    let listing = Listing::new(call, spec, &arguments, input.max_results, PAGE_SIZE_MAX)?;
    let after = listing.after(input.next_token.as_deref())?;
    let at = Place::from(call);
    let mut rows = if order.is_plain() {
        let after = after.and_then(|position| position.into_iter().next()).unwrap_or_default();
        by_id(tx, at, kind, &filters, after, listing.rows())?
    } else {
        ordered(tx, at, kind, &filters, &order, after.as_deref(), listing.rows())?
    };
    let next_token = listing.close(&mut rows, |(position, _)| position.clone());
    let mut configurations = Vec::with_capacity(rows.len());
    for (_, item) in rows {
        configurations.push(view::listed(tx, at, &item)?);
    }
    Ok(types::ListConfigurationsResponse { configurations: Some(configurations), next_token })
}

type Placed = (Vec<String>, Item);

fn by_id(
    tx: &mut Tx,
    at: Place<'_>,
    kind: ItemKind,
    filters: &[Filter],
    mut after: String,
    rows: usize,
) -> Result<Vec<Placed>, store::Error> {
    let mut found = Vec::new();
    // Without filters every row is shown, and no more need be read than that.
    let batch = if filters.is_empty() { i64::try_from(rows).unwrap_or(BATCH) } else { BATCH };
    loop {
        let items = table::list(tx, at, kind, &after, batch)?;
        let Some(last) = items.last() else { return Ok(found) };
        after.clone_from(&last.configuration_id);
        for item in items {
            if !passes(tx, at, filters, &item)? {
                continue;
            }
            found.push((vec![item.configuration_id.clone()], item));
            if found.len() == rows {
                return Ok(found);
            }
        }
    }
}

fn ordered(
    tx: &mut Tx,
    at: Place<'_>,
    kind: ItemKind,
    filters: &[Filter],
    order: &Order,
    after: Option<&[String]>,
    rows: usize,
) -> Result<Vec<Placed>, store::Error> {
    let mut found: Vec<Placed> = Vec::new();
    let mut last_id = String::new();
    loop {
        let items = table::list(tx, at, kind, &last_id, BATCH)?;
        let Some(last) = items.last() else { break };
        last_id.clone_from(&last.configuration_id);
        for item in items {
            if passes(tx, at, filters, &item)? {
                let position = order.position(tx, at, &item)?;
                if after.is_none_or(|after| order.compare(&position, after).is_gt()) {
                    found.push((position, item));
                }
            }
        }
        // Only a page is kept, however many pass.
        found.sort_by(|one, other| order.compare(&one.0, &other.0));
        found.truncate(rows);
    }
    Ok(found)
}

fn passes(tx: &mut Tx, at: Place<'_>, filters: &[Filter], item: &Item) -> Result<bool, store::Error> {
    for filter in filters {
        if !filter.holds(tx, at, item)? {
            return Ok(false);
        }
    }
    Ok(true)
}
