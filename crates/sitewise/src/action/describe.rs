//! `DescribeAction`: an action as it was asked for.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::table;
use crate::Error;
use crate::computation_model;
use crate::error::not_found;
use crate::place::Place;

/// Describes an action; its payload is exactly what was sent.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeActionRequest,
) -> Result<t::DescribeActionResponse, Error> {
    let action = table::by_id(tx, Place::of(call), &input.action_id)?;
    // Actions have no ARN: the permission is that for their target.
    let target = action.as_ref().map(|action| action.target.arn(call));
    let target = target.unwrap_or_else(|| computation_model::arn(call, "*"));
    call.allow(tx, "iotsitewise:DescribeAction", &target)?;
    let Some(action) = action else {
        return Err(not_found(format!("Action with id {} not found", input.action_id)));
    };
    Ok(t::DescribeActionResponse {
        action_id: action.id.to_string(),
        target_resource: action.target.shown(),
        action_definition_id: action.definition_id,
        action_payload: t::ActionPayload { string_value: action.payload },
        execution_time: action.executed_at,
        resolve_to: action.resolve_to.map(|asset| t::ResolveTo { asset_id: asset.to_string() }),
    })
}
