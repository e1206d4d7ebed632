//! `UpdateComputationModel`: a new version in place of the whole definition.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::create::check_name;
use super::{ComputationModelState, arn, load, progress, property, wire};
use crate::Error;
use crate::argument::description;
use crate::place::Place;

/// Replaces the definition of a computation model; what the request leaves out is gone.
///
/// Errors in the order of their checks: unknown model, those of [`wire::definition`], state, name taken, then
/// those of [`property::check`].
pub fn update(
    tx: &mut Tx,
    call: &Call,
    input: &t::UpdateComputationModelRequest,
) -> Result<t::UpdateComputationModelResponse, Error> {
    let place = Place::of(call);
    let id = &input.computation_model_id;
    let mut model = load(tx, call, "iotsitewise:UpdateComputationModel", id)?;
    let definition = wire::definition(
        &input.computation_model_name,
        description(input.computation_model_description.as_ref()),
        &input.computation_model_configuration,
        &input.computation_model_data_binding,
    )?;
    model.state.check_active(id, arn(call, id))?;
    if definition.name != model.name {
        check_name(tx, call, &definition.name)?;
    }
    property::check(tx, call, &definition)?;
    let now = tx.now();
    model.latest += 1;
    model.name.clone_from(&definition.name);
    model.state = ComputationModelState::Updating;
    model.due_at = Some(progress::due_at(call, now));
    model.updated_at = now;
    progress::keep(tx, place, &model, &definition)?;
    let event = json!({ "computationModelId": model.id.as_str(), "version": model.latest });
    tx.emit(place.account, place.region, "sitewise.computation_model.updated", &event)?;
    progress::settle(tx, place, &mut model)?;
    Ok(t::UpdateComputationModelResponse {
        computation_model_status: wire::promised(ComputationModelState::Updating),
    })
}
