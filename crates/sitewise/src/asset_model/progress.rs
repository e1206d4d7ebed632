//! How a model gets through its passing states: at once, or when they are due.
//!
//! A row in a passing state with its `due_at` is the work order; nothing else is remembered, so a step may be taken
//! again after a crash.

use std::collections::HashSet;

use serde_json::json;
use store::{Error, Tx};

use super::{AssetModel, Definition, ModelState, definition, table};
use crate::asset;
use crate::limits::ASSETS_PER_STEP;
use crate::place::Place;

/// Takes a model through all states that are due by now, as far as one operation may go.
pub fn settle(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<(), Error> {
    while model.due_at.is_some_and(|due_at| due_at <= tx.now()) {
        if !step(tx, place, model)? {
            break;
        }
    }
    Ok(())
}

/// Takes a model one state further; answers false when it has to stay where it is for now.
pub fn step(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<bool, Error> {
    match model.state {
        ModelState::Deleting => return vanish(tx, place, model),
        ModelState::Updating if model.error.is_none() => put_in_force(tx, place, model)?,
        ModelState::Propagating if !rolled(tx, place, model)? => return Ok(false),
        ModelState::Creating if model.error.is_none() => model.active = Some(model.latest.clone()),
        _ => {}
    }
    let Some(next) = model.state.next(model.error.is_none()) else {
        model.due_at = None;
        return table::put(tx, place, model).map(|()| true);
    };
    // Each passing state lasts as long as the one before: from acceptance to its due time.
    let lasts = model.due_at.map_or(0, |due_at| due_at.millis() - model.updated_at.millis());
    let due_at = model::Timestamp::from_millis(tx.now().millis() + lasts);
    model.state = next;
    model.due_at = (next == ModelState::Propagating).then_some(due_at);
    table::put(tx, place, model)?;
    tx.emit(
        place.account,
        place.region,
        "sitewise.asset_model.state",
        &json!({ "assetModelId": model.id.as_str(), "state": next.as_str() }),
    )?;
    Ok(true)
}

/// Forgets the data that assets have of properties which the model no longer has.
#[expect(clippy::unnecessary_wraps, reason = "deleting series can fail; there are none yet")]
fn forget_properties(
    _tx: &mut Tx,
    _place: Place<'_>,
    _model: &AssetModel,
    _gone: &[&super::property::Property],
) -> Result<(), Error> {
    Ok(())
}

/// Makes the latest version the active one; what stood in a hierarchy that is gone stands alone from now on.
fn put_in_force(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<(), Error> {
    let latest = definition(tx, place, &model.id, &model.latest)?;
    if let Some(active) = &model.active {
        let before = definition(tx, place, &model.id, active)?;
        let kept: HashSet<_> = latest.hierarchies.iter().map(|hierarchy| &hierarchy.id).collect();
        for hierarchy in before.hierarchies.iter().filter(|hierarchy| !kept.contains(&hierarchy.id)) {
            asset::table::empty_hierarchy(tx, place, &hierarchy.child_asset_model_id, &hierarchy.id)?;
        }
        let kept: HashSet<_> = latest.all_properties().map(|(property, _)| &property.id).collect();
        let gone = before.all_properties().map(|(property, _)| property);
        let gone: Vec<_> = gone.filter(|property| !kept.contains(&property.id)).collect();
        if !gone.is_empty() {
            forget_properties(tx, place, model, &gone)?;
        }
    }
    model.active = Some(model.latest.clone());
    table::delete_old_documents(tx, place, model)?;
    table::put_elements(tx, place, &model.id, &[&*latest])
}

/// Rolls the active version over the assets, a bounded number a time; answers whether all have it.
fn rolled(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<bool, Error> {
    let now = tx.now();
    let done = asset::table::roll(tx, place, &model.id, model.latest.number, (now, ASSETS_PER_STEP))?;
    Ok(done < ASSETS_PER_STEP.unsigned_abs())
}

/// Removes a model that is being deleted, once its last asset (which is being deleted too) is gone.
fn vanish(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<bool, Error> {
    if asset::table::any(tx, place, &model.id)?.is_some() {
        return Ok(false);
    }
    table::delete(tx, place, &model.id)?;
    crate::tag::table::delete_all(tx, place, &super::resource(&model.id))?;
    model.due_at = None;
    let body = json!({ "assetModelId": model.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset_model.deleted", &body)?;
    Ok(true)
}

/// Keeps a newly accepted version: its document, its elements, and the row that says so.
pub fn keep(
    tx: &mut Tx,
    place: Place<'_>,
    model: &AssetModel,
    document: (&Definition, &str),
) -> Result<(), Error> {
    let (latest, text) = document;
    table::put(tx, place, model)?;
    table::put_document(tx, place, &model.id, model.latest.number, text)?;
    table::delete_old_documents(tx, place, model)?;
    match &model.active {
        Some(active) => {
            let active = definition(tx, place, &model.id, active)?;
            table::put_elements(tx, place, &model.id, &[latest, &*active])
        }
        None => table::put_elements(tx, place, &model.id, &[latest]),
    }
}
