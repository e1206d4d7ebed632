//! How a computation model gets through its passing states: at once, or when they are due.

use model::Timestamp;
use serde_json::json;
use service::Call;
use store::{Error, Tx};

use super::{ComputationModel, ComputationModelState, Definition, definition, resource, table};
use crate::place::Place;
use crate::{action, tag};

/// Says when a passing state that begins now is over.
pub fn due_at(call: &Call, now: Timestamp) -> Timestamp {
    now.plus_millis(call.installation.propagation_ms)
}

/// Keeps a newly accepted version: the row of its model, its document, and what it is bound to besides what
/// the version in force is bound to.
pub fn keep(
    tx: &mut Tx,
    place: Place<'_>,
    model: &ComputationModel,
    latest: &Definition,
) -> Result<(), Error> {
    table::put(tx, place, model)?;
    table::put_document(tx, place, &model.id, model.latest, &latest.encode())?;
    let mut bound: Vec<_> = latest.bound().cloned().collect();
    if let Some(active) = model.active {
        bound.extend(definition(tx, place, &model.id, active)?.bound().cloned());
    }
    table::put_bindings(tx, place, &model.id, &bound)
}

/// Ends the passing state of a model if it is due by now.
pub fn settle(tx: &mut Tx, place: Place<'_>, model: &mut ComputationModel) -> Result<(), Error> {
    if model.due_at.is_some_and(|due_at| due_at <= tx.now()) { step(tx, place, model) } else { Ok(()) }
}

/// Ends the passing state of a model: its latest version is in force, or it is gone.
pub fn step(tx: &mut Tx, place: Place<'_>, model: &mut ComputationModel) -> Result<(), Error> {
    model.due_at = None;
    if model.state == ComputationModelState::Deleting {
        table::delete(tx, place, &model.id)?;
        action::forget(tx, place, model.id.as_str())?;
        tag::table::delete_all(tx, place, &resource(&model.id))?;
        let body = json!({ "computationModelId": model.id.as_str() });
        return tx.emit(place.account, place.region, "sitewise.computation_model.deleted", &body);
    }
    model.state = ComputationModelState::Active;
    model.active = Some(model.latest);
    table::put(tx, place, model)?;
    let latest = definition(tx, place, &model.id, model.latest)?;
    let bound: Vec<_> = latest.bound().cloned().collect();
    table::put_bindings(tx, place, &model.id, &bound)?;
    let body = json!({ "computationModelId": model.id.as_str(), "state": model.state.as_str() });
    tx.emit(place.account, place.region, "sitewise.computation_model.state", &body)
}
