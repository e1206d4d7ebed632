//! `CreateComputationModel`: a new model over properties of assets.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{ComputationModel, ComputationModelState, arn, progress, property, resource, table, wire};
use crate::Error;
use crate::argument::description;
use crate::error::{exists, limit};
use crate::id::ComputationModelId;
use crate::limits::COMPUTATION_MODELS_MAX;
use crate::place::Place;
use crate::tag;

/// Creates a computation model.
///
/// Errors in the order of their checks: those of [`wire::definition`], name taken, too many models, then
/// those of [`property::check`].
pub fn create(
    tx: &mut Tx,
    call: &Call,
    input: &t::CreateComputationModelRequest,
) -> Result<t::CreateComputationModelResponse, Error> {
    let place = Place::of(call);
    let id = ComputationModelId::stored(tx.uuid());
    call.allow(tx, "iotsitewise:CreateComputationModel", &arn(call, id.as_str()))?;
    let definition = wire::definition(
        &input.computation_model_name,
        description(input.computation_model_description.as_ref()),
        &input.computation_model_configuration,
        &input.computation_model_data_binding,
    )?;
    check_name(tx, call, &definition.name)?;
    check_quota(tx, place)?;
    property::check(tx, call, &definition)?;
    let now = tx.now();
    let mut model = ComputationModel {
        id,
        name: definition.name.clone(),
        state: ComputationModelState::Creating,
        due_at: Some(progress::due_at(call, now)),
        created_at: now,
        updated_at: now,
        latest: 1,
        active: None,
    };
    tag::of_new(tx, call, &resource(&model.id), input.tags.as_ref())?;
    progress::keep(tx, place, &model, &definition)?;
    let event = json!({ "computationModelId": model.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.computation_model.created", &event)?;
    progress::settle(tx, place, &mut model)?;
    Ok(t::CreateComputationModelResponse {
        computation_model_arn: arn(call, model.id.as_str()),
        computation_model_id: model.id.to_string(),
        computation_model_status: wire::promised(ComputationModelState::Creating),
    })
}

/// Checks that no computation model has a name; names are unique in account and Region (assumed).
pub fn check_name(tx: &mut Tx, call: &Call, name: &str) -> Result<(), Error> {
    match table::id_by_name(tx, Place::of(call), name)? {
        None => Ok(()),
        Some(id) => {
            Err(exists(format!("Another resource is already using the name {name}"), &id, arn(call, &id)))
        }
    }
}

fn check_quota(tx: &mut Tx, place: Place<'_>) -> Result<(), Error> {
    if table::count(tx, place)? < COMPUTATION_MODELS_MAX {
        return Ok(());
    }
    Err(limit(format!(
        "The account has {COMPUTATION_MODELS_MAX} computation models in this Region, and no more are allowed"
    )))
}
