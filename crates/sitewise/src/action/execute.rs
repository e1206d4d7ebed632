//! `ExecuteAction`: a training or an inference is asked for.

use model_sitewise::types as t;
use serde_json::json;
use service::Call;
use store::Tx;

use super::{Action, Target, definition, forget_oldest, payload, table};
use crate::Error;
use crate::asset::{self, AssetState};
use crate::computation_model::{self, property};
use crate::error::{conflict, invalid, not_found};
use crate::execution::{self, Execution};
use crate::id::{ActionId, AssetId, CustomId};
use crate::limits::ACTIONS_PER_TARGET_MAX;
use crate::place::Place;

/// Records an action and what becomes of it.
///
/// No engine that looks for anomalies is installed, so the execution fails, and says so; an action that AWS
/// would refuse is refused here as well. Errors in the order of their checks: no single target, unknown
/// target, unknown action definition, state of the target, payload, `resolveTo`, bindings that no longer
/// hold.
pub fn execute(
    tx: &mut Tx,
    call: &Call,
    input: &t::ExecuteActionRequest,
) -> Result<t::ExecuteActionResponse, Error> {
    let place = Place::of(call);
    let target = target(&input.target_resource)?;
    target.check_known(tx, call, "iotsitewise:ExecuteAction")?;
    let resolve_to = input.resolve_to.as_ref().map(|resolve_to| resolve_to.asset_id.as_str());
    let (action_type, target_version) = match &target {
        Target::ComputationModel(id) => check_computation_model(tx, call, id, input, resolve_to)?,
        Target::Asset(id) => check_asset(tx, call, id, input, resolve_to)?,
    };
    let action = Action {
        id: ActionId::stored(tx.uuid()),
        target,
        definition_id: input.action_definition_id.clone(),
        payload: input.action_payload.string_value.clone(),
        resolve_to: resolve_to.map(|id| AssetId::stored(id.to_owned())),
        executed_at: tx.now(),
    };
    table::insert(tx, place, &action)?;
    let execution = Execution::of(tx, call, &action, action_type, target_version);
    execution::table::insert(tx, place, &execution)?;
    forget_oldest(tx, place, &action.target, ACTIONS_PER_TARGET_MAX)?;
    let event = json!({ "actionId": action.id.as_str(), "executionId": execution.id.as_str() });
    tx.emit(place.account, place.region, "sitewise.action.executed", &event)?;
    Ok(t::ExecuteActionResponse { action_id: action.id.to_string() })
}

fn target(target: &t::TargetResource) -> Result<Target, Error> {
    match (&target.asset_id, &target.computation_model_id) {
        (Some(asset), None) => Ok(Target::Asset(asset.clone())),
        (None, Some(model)) => Ok(Target::ComputationModel(model.clone())),
        _ => Err(invalid("targetResource must have exactly one of assetId and computationModelId")),
    }
}

/// Checks an action on a computation model; answers its type and the version that it is about.
fn check_computation_model(
    tx: &mut Tx,
    call: &Call,
    id: &str,
    input: &t::ExecuteActionRequest,
    resolve_to: Option<&str>,
) -> Result<(String, i64), Error> {
    let place = Place::of(call);
    let model = computation_model::load(tx, call, "iotsitewise:ExecuteAction", id)?;
    let action_type =
        chosen(definition::of_computation_model(&model.id), input, &format!("computation model '{id}'"))?;
    model.state.check_active(id, computation_model::arn(call, id))?;
    payload::check(&action_type, &input.action_payload.string_value)?;
    let bound = computation_model::definition(tx, place, &model.id, model.latest)?;
    check_resolve_to(tx, call, &bound, id, resolve_to)?;
    property::check(tx, call, &bound)?;
    Ok((action_type, model.latest))
}

/// Checks an action on an asset, of one of its anomaly composite models.
fn check_asset(
    tx: &mut Tx,
    call: &Call,
    id: &str,
    input: &t::ExecuteActionRequest,
    resolve_to: Option<&str>,
) -> Result<(String, i64), Error> {
    let asset = asset::load(tx, call, "iotsitewise:ExecuteAction", &CustomId::Id(id.to_owned()))?;
    let model = asset.definition(tx, call)?;
    let action_type = chosen(definition::of_asset(&model), input, &format!("asset '{id}'"))?;
    if asset.state != AssetState::Active {
        let message = format!("Asset '{id}' is {}; wait until it is ACTIVE", asset.state.as_str());
        return Err(conflict(message, id, asset.arn(call)));
    }
    payload::check(&action_type, &input.action_payload.string_value)?;
    if resolve_to.is_some() {
        return Err(invalid(
            "resolveTo is for actions on a computation model; targetResource names an asset",
        ));
    }
    Ok((action_type, asset.model_version.number))
}

/// Finds the type of the action that the caller chose; one that the target does not offer is
/// `ResourceNotFoundException`.
fn chosen(
    offered: Vec<t::ActionDefinition>,
    input: &t::ExecuteActionRequest,
    owner: &str,
) -> Result<String, Error> {
    let wanted = &input.action_definition_id;
    let found = offered.into_iter().find(|definition| definition.action_definition_id == *wanted);
    found
        .map(|definition| definition.action_type)
        .ok_or_else(|| not_found(format!("Action definition with id {wanted} of {owner} not found")))
}

/// Checks which asset is meant: bindings on an asset model need `resolveTo`, an asset of that model (AWS's
/// MCP server); bindings on assets say it themselves, and refuse one (assumed).
fn check_resolve_to(
    tx: &mut Tx,
    call: &Call,
    bound: &computation_model::Definition,
    id: &str,
    resolve_to: Option<&str>,
) -> Result<(), Error> {
    let (model, asset_id) = match (bound.asset_model(), resolve_to) {
        (None, None) => return Ok(()),
        (None, Some(_)) => {
            return Err(invalid(format!(
                "resolveTo is not allowed: computation model '{id}' is bound to properties of assets, not of an asset \
                 model"
            )));
        }
        (Some(model), None) => {
            return Err(invalid(format!(
                "resolveTo is required: computation model '{id}' is bound to properties of asset model '{model}', \
                 so the action must name one of its assets"
            )));
        }
        (Some(model), Some(asset)) => (model, asset),
    };
    let asset = asset::table::by_id(tx, Place::of(call), asset_id)?;
    let asset = asset.ok_or_else(|| asset::missing(&CustomId::Id(asset_id.to_owned())))?;
    if asset.model_id != *model {
        return Err(invalid(format!(
            "resolveTo names asset '{asset_id}' of asset model '{}', while computation model '{id}' is bound to asset \
             model '{model}'",
            asset.model_id
        )));
    }
    if matches!(asset.state, AssetState::Creating | AssetState::Deleting) {
        let message = format!("Asset '{asset_id}' is {}; wait until it is ACTIVE", asset.state.as_str());
        return Err(conflict(message, asset_id, asset.arn(call)));
    }
    Ok(())
}
