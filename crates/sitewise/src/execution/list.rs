//! `ListExecutions`: what became of the actions on one asset or computation model.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Execution, table};
use crate::Error;
use crate::action::{Target, resolve_to};
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists the executions of a target in the order of their start, all or those for one asset or of one type of
/// action.
///
/// A type of action that nobody ever asked for has no executions: it is not checked against a list (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListExecutionsRequest,
) -> Result<t::ListExecutionsResponse, Error> {
    let target = Target::of_list(&input.target_resource_type, &input.target_resource_id)?;
    target.check_known(tx, call, "iotsitewise:ListExecutions")?;
    let resolve_to =
        resolve_to(input.resolve_to_resource_type.as_deref(), input.resolve_to_resource_id.as_deref())?;
    let action_type = input.action_type.as_deref();
    let filters =
        [target.kind(), target.id(), resolve_to.unwrap_or_default(), action_type.unwrap_or_default()];
    let paging = Paging::open(
        call,
        op::ListExecutions::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = paging.after_created()?;
    let wanted = table::Wanted { target: &target, resolve_to, action_type };
    let mut executions = table::list(tx, Place::of(call), &wanted, after, paging.limit())?;
    let next_token =
        paging.close(&mut executions, |execution| created_key(execution.started_at, execution.id.as_str()));
    let now = tx.now();
    let summary = |execution: Execution| t::ExecutionSummary {
        execution_id: execution.id.to_string(),
        target_resource: execution.target.shown(),
        target_resource_version: execution.target_version.to_string(),
        resolve_to: execution.shown_resolve_to(),
        execution_start_time: execution.started_at,
        execution_end_time: execution.is_over(now).then_some(execution.ended_at),
        execution_status: execution.shown_status(now),
        execution_entity_version: None,
        action_type: Some(execution.action_type),
    };
    Ok(t::ListExecutionsResponse {
        execution_summaries: executions.into_iter().map(summary).collect(),
        next_token,
    })
}
