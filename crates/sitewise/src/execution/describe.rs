//! `DescribeExecution`: what became of an action.

use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::table;
use crate::Error;
use crate::computation_model;
use crate::error::not_found;
use crate::place::Place;

/// Describes an execution; its end and its details stand once it is over.
pub fn describe(
    tx: &mut Tx,
    call: &Call,
    input: &t::DescribeExecutionRequest,
) -> Result<t::DescribeExecutionResponse, Error> {
    let execution = table::by_id(tx, Place::of(call), &input.execution_id)?;
    // Executions have no ARN: the permission is that for their target.
    let target = execution.as_ref().map(|execution| execution.target.arn(call));
    let target = target.unwrap_or_else(|| computation_model::arn(call, "*"));
    call.allow(tx, "iotsitewise:DescribeExecution", &target)?;
    let Some(execution) = execution else {
        return Err(not_found(format!("Execution with id {} not found", input.execution_id)));
    };
    let over = execution.is_over(tx.now());
    Ok(t::DescribeExecutionResponse {
        execution_id: execution.id.to_string(),
        target_resource: execution.target.shown(),
        target_resource_version: execution.target_version.to_string(),
        resolve_to: execution.shown_resolve_to(),
        execution_start_time: execution.started_at,
        execution_end_time: over.then_some(execution.ended_at),
        execution_status: execution.shown_status(tx.now()),
        execution_result: None,
        execution_details: over.then_some(execution.details),
        execution_entity_version: None,
        action_type: Some(execution.action_type),
    })
}
