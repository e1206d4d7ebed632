//! How a model gets through its passing states: at once, or when they are due.
//!
//! A row in a passing state with its `due_at` is the work order; nothing else is remembered, so a step may be taken
//! again after a crash.

use serde_json::json;
use store::{Error, Tx};

use super::{AssetModel, Definition, ModelState, Version, definition, followers, interface, table};
use crate::asset;
use crate::limits::FOLLOWERS_INLINE_MAX;
use crate::place::Place;

/// How many followers (models that a component model or an interface changes) one step may still take along.
#[derive(Debug)]
pub struct Budget(usize);

impl Default for Budget {
    fn default() -> Self {
        Self(FOLLOWERS_INLINE_MAX)
    }
}

impl Budget {
    /// Takes one, if any is left.
    pub fn take(&mut self) -> bool {
        let left = self.0 > 0;
        self.0 = self.0.saturating_sub(1);
        left
    }
}

/// What came of one step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The model is in another state now, or gone.
    Moved,
    /// Something was done, and there is more to do in the same state.
    Worked,
    /// Nothing can be done before something else has moved.
    Waits,
}

/// Takes a model through all states that are due by now, as far as one operation may go.
pub fn settle(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<(), Error> {
    settle_within(tx, place, model, &mut Budget::default())
}

/// The same as a part of something bigger, which says how much may still be done at once.
pub fn settle_within(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    budget: &mut Budget,
) -> Result<(), Error> {
    while model.due_at.is_some_and(|due_at| due_at <= tx.now()) {
        if step(tx, place, model, budget)? != Step::Moved {
            break;
        }
    }
    Ok(())
}

/// Takes a model one state further, or does a part of what has to be done before.
pub fn step(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    budget: &mut Budget,
) -> Result<Step, Error> {
    match model.state {
        ModelState::Deleting => return vanish(tx, place, model),
        ModelState::Updating if model.error.is_none() => {
            let latest = definition(tx, place, &model.id, &model.latest)?;
            put_in_force(tx, place, model, (model.latest.clone(), &latest))?;
        }
        ModelState::Propagating => {
            if !rolled(tx, place, model)? {
                return Ok(Step::Worked);
            }
            match followers::propagate(tx, place, model, budget)? {
                followers::Progress::Done => {}
                followers::Progress::More => return Ok(Step::Worked),
                followers::Progress::Waits => {
                    // Out of the queue, until a follower that comes to rest puts it back.
                    model.due_at = None;
                    table::put(tx, place, model)?;
                    return Ok(Step::Waits);
                }
            }
        }
        ModelState::Creating if model.error.is_none() => model.active = Some(model.latest.clone()),
        _ => {}
    }
    let Some(next) = model.state.next(model.error.is_none()) else {
        model.due_at = None;
        return table::put(tx, place, model).map(|()| Step::Moved);
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
    if model.due_at.is_none() && follows(tx, place, model)? {
        table::wake(tx, place)?;
    }
    Ok(Step::Moved)
}

/// Says whether a component model or interface may wait for this model; all others rest without a look around.
fn follows(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<bool, Error> {
    for version in std::iter::once(&model.latest).chain(&model.active) {
        if uses_components(&*definition(tx, place, &model.id, version)?) {
            return Ok(true);
        }
    }
    Ok(!interface::table::of_model(tx, place, &model.id)?.is_empty())
}

fn uses_components(definition: &Definition) -> bool {
    definition.composites.iter().any(|composite| composite.component.is_some())
}

/// Makes a version the active one; what it has lost is gone for assets, too, from now on.
pub fn put_in_force(
    tx: &mut Tx,
    place: Place<'_>,
    model: &mut AssetModel,
    (version, document): (Version, &Definition),
) -> Result<(), Error> {
    if let Some(active) = &model.active {
        let before = definition(tx, place, &model.id, active)?;
        if uses_components(&before) {
            // A component model that waits for this one may have no reason left.
            table::wake(tx, place)?;
        }
        asset::roll::begin(tx, place, &model.id, (&before, document))?;
    }
    model.active = Some(version);
    table::delete_old_documents(tx, place, model)?;
    table::put_elements(tx, place, &model.id, &[document])
}

/// Rolls the active version over the assets, a bounded number a time; answers whether all have it.
fn rolled(tx: &mut Tx, place: Place<'_>, model: &AssetModel) -> Result<bool, Error> {
    let active = model.active.as_ref().unwrap_or(&model.latest);
    asset::roll::step(tx, place, &model.id, active.number)
}

/// Removes a model that is being deleted, once its last asset (which is being deleted too) is gone.
fn vanish(tx: &mut Tx, place: Place<'_>, model: &mut AssetModel) -> Result<Step, Error> {
    if let Some(due_at) = asset::table::any(tx, place, &model.id)? {
        // Out of the queue until that asset can be gone.
        if let Some(due_at) = due_at.filter(|due_at| *due_at > tx.now()) {
            model.due_at = Some(due_at);
            table::put(tx, place, model)?;
        }
        return Ok(Step::Waits);
    }
    table::delete(tx, place, &model.id)?;
    crate::tag::table::delete_all(tx, place, &super::resource(&model.id))?;
    model.due_at = None;
    let body = json!({ "assetModelId": model.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.asset_model.deleted", &body)?;
    Ok(Step::Moved)
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
