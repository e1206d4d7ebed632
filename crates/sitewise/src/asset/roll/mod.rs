//! How a model's new version reaches its assets: in batches, the first of them inside the update itself.
//!
//! What the version no longer has is gone for every reader in the moment the version comes into force; the rows that
//! still name it are removed here. All that is remembered between two batches is rows, so that whoever takes the next
//! step goes on, also after a crash.

pub mod table;

use std::collections::HashSet;

use store::{Error, Tx};
use table::Dropped;

use super::property;
use crate::asset_model::Definition;
use crate::id::AssetModelId;
use crate::limits::ASSETS_PER_STEP;
use crate::place::Place;
use crate::time_series::store::{SERIES, SeriesStore as _, Which};

/// Marks what the next version of a model has lost against the one that was in force; nobody sees it on any asset from
/// now on (assumed: AWS does not say what readers see while a version propagates).
///
/// Call it in the transaction in which the next version comes into force, before the first [`step`].
pub fn begin(
    tx: &mut Tx,
    place: Place<'_>,
    model_id: &AssetModelId,
    (before, next): (&Definition, &Definition),
) -> Result<(), Error> {
    if super::table::any(tx, place, model_id)?.is_none() {
        return Ok(());
    }
    // A roll that is still under way starts over: it has another version to bring.
    table::delete_position(tx, place, model_id)?;
    let kept: HashSet<_> = next.hierarchies.iter().map(|hierarchy| &hierarchy.id).collect();
    let hierarchies = before.hierarchies.iter().map(|hierarchy| &hierarchy.id);
    for id in hierarchies.filter(|id| !kept.contains(id)) {
        table::put_dropped(tx, place, model_id, &Dropped::Hierarchy(id.clone()))?;
    }
    let kept: HashSet<_> = next.all_properties().map(|(property, _)| &property.id).collect();
    let properties = before.all_properties().map(|(property, _)| &property.id);
    for id in properties.filter(|id| !kept.contains(id)) {
        table::put_dropped(tx, place, model_id, &Dropped::Property(id.clone()))?;
    }
    Ok(())
}

/// Takes one batch of the roll of a model's version: at most [`ASSETS_PER_STEP`] rows; answers whether nothing is left.
///
/// Dropped properties and hierarchies come first, then the assets: one that shows as ACTIVE again is done with. Its
/// last update is when its batch was taken (assumed).
pub fn step(tx: &mut Tx, place: Place<'_>, model_id: &AssetModelId, version: i64) -> Result<bool, Error> {
    let mut left = ASSETS_PER_STEP;
    for dropped in table::dropped(tx, place, model_id)? {
        left -= forget(tx, place, &dropped, left)?;
        if left <= 0 {
            return Ok(false);
        }
        table::delete_dropped(tx, place, &dropped)?;
    }
    let after = table::position(tx, place, model_id)?.unwrap_or((i64::MIN, String::new()));
    let batch = table::next(tx, place, model_id, &after, left)?;
    if let Some(up_to) = batch.last() {
        let now = tx.now();
        table::roll(tx, place, (model_id, version), (&after, up_to), now)?;
    }
    match batch.into_iter().nth(usize::try_from(left - 1).unwrap_or_default()) {
        Some(last) => table::put_position(tx, place, model_id, &last).map(|()| false),
        None => table::delete_position(tx, place, model_id).map(|()| true),
    }
}

/// Removes up to `limit` rows that name a dropped element; answers how many there were, `limit` if there may be more.
fn forget(tx: &mut Tx, place: Place<'_>, dropped: &Dropped, limit: i64) -> Result<i64, Error> {
    let done = match dropped {
        Dropped::Hierarchy(id) => table::empty_hierarchy(tx, place, id, limit)?,
        Dropped::Property(id) => {
            let series = SERIES.forget(tx, place, Which::Property(id, limit))?;
            match limit - i64::try_from(series).unwrap_or(limit) {
                ..=0 => series,
                left => series + property::table::delete_of_property(tx, place, id, left)?,
            }
        }
    };
    Ok(i64::try_from(done).unwrap_or(limit))
}
