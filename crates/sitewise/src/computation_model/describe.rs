//! `DescribeComputationModel` and `DescribeComputationModelExecutionSummary`.

use std::collections::BTreeMap;

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{ComputationModel, arn, definition, load, table, wire};
use crate::Error;
use crate::action::{self, resolve_to};
use crate::error::not_found;
use crate::place::Place;

/// Describes the latest version of a computation model, its active one, or one by its number; that there is
/// none is `ResourceNotFoundException`.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeComputationModelRequest,
) -> Result<t::DescribeComputationModelResponse, Error> {
    let place = Place::of(call);
    let id = &input.computation_model_id;
    let model = load(tx, call, "iotsitewise:DescribeComputationModel", id)?;
    let version = version(tx, place, &model, input.computation_model_version.as_deref())?;
    let definition = definition(tx, place, &model.id, version)?;
    Ok(t::DescribeComputationModelResponse {
        computation_model_id: model.id.to_string(),
        computation_model_arn: arn(call, id),
        computation_model_configuration: wire::shown_configuration(&definition),
        computation_model_data_binding: wire::shown_bindings(&definition),
        computation_model_name: definition.name,
        computation_model_description: definition.description,
        computation_model_creation_date: model.created_at,
        computation_model_last_update_date: model.updated_at,
        computation_model_status: wire::shown_status(&model),
        computation_model_version: version.to_string(),
        action_definitions: action::definition::of_computation_model(&model.id),
    })
}

/// Chooses the version that `computationModelVersion` asks for; without it LATEST is meant (assumed).
fn version(
    tx: &mut Tx,
    place: Place<'_>,
    model: &ComputationModel,
    wanted: Option<&str>,
) -> Result<i64, Error> {
    let id = &model.id;
    match wanted {
        None | Some("LATEST") => Ok(model.latest),
        Some("ACTIVE") => model
            .active
            .ok_or_else(|| not_found(format!("Computation model with id {id} has no active version"))),
        Some(number) => {
            let found = match number.parse() {
                Ok(number) if table::document(tx, place, id, number)?.is_some() => Some(number),
                _ => None,
            };
            found.ok_or_else(|| not_found(format!("Computation model with id {id} has no version {number}")))
        }
    }
}

/// Describes the latest trained model: nothing, since none was ever trained here.
///
/// AWS documents that there is a summary only after a training that completed.
pub fn execution_summary(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeComputationModelExecutionSummaryRequest,
) -> Result<t::DescribeComputationModelExecutionSummaryResponse, Error> {
    let id = &input.computation_model_id;
    let model = load(tx, call, "iotsitewise:DescribeComputationModelExecutionSummary", id)?;
    let resolve_to =
        resolve_to(input.resolve_to_resource_type.as_deref(), input.resolve_to_resource_id.as_deref())?;
    Ok(t::DescribeComputationModelExecutionSummaryResponse {
        computation_model_id: model.id.to_string(),
        resolve_to: resolve_to.map(|asset| t::ResolveTo { asset_id: asset.to_owned() }),
        computation_model_execution_summary: BTreeMap::new(),
    })
}
