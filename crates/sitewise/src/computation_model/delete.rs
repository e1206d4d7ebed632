//! `DeleteComputationModel`: a model with all of its versions, actions and executions.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{ComputationModelState, arn, load, progress, table, wire};
use crate::Error;
use crate::place::Place;

/// Deletes a computation model; what it was bound to is free from now on.
///
/// Errors in the order of their checks: unknown model, state.
pub fn delete(
    tx: &mut Tx,
    call: &Call,
    input: &t::DeleteComputationModelRequest,
) -> Result<t::DeleteComputationModelResponse, Error> {
    let place = Place::of(call);
    let id = &input.computation_model_id;
    let mut model = load(tx, call, "iotsitewise:DeleteComputationModel", id)?;
    model.state.check_active(id, arn(call, id))?;
    let now = tx.now();
    model.state = ComputationModelState::Deleting;
    model.due_at = Some(progress::due_at(call, now));
    model.updated_at = now;
    table::put(tx, place, &model)?;
    table::put_bindings(tx, place, &model.id, &[])?;
    progress::settle(tx, place, &mut model)?;
    Ok(t::DeleteComputationModelResponse {
        computation_model_status: wire::promised(ComputationModelState::Deleting),
    })
}
