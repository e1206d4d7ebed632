//! `ListActions`: what was asked of one asset or computation model.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::{Action, Target, resolve_to, table};
use crate::Error;
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists the actions on a target in the order in which they were accepted, all or those for one asset.
///
/// The last page has no token, although the model calls it required: an empty one would loop clients
/// (assumed).
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListActionsRequest,
) -> Result<t::ListActionsResponse, Error> {
    let target = Target::of_list(&input.target_resource_type, &input.target_resource_id)?;
    target.check_known(tx, call, "iotsitewise:ListActions")?;
    let resolve_to =
        resolve_to(input.resolve_to_resource_type.as_deref(), input.resolve_to_resource_id.as_deref())?;
    let filters = [target.kind(), target.id(), resolve_to.unwrap_or_default()];
    let paging =
        Paging::open(call, op::ListActions::SPEC, &filters, input.next_token.as_deref(), input.max_results)?;
    let after = paging.after_created()?;
    let mut actions = table::list(tx, Place::of(call), &target, resolve_to, after, paging.limit())?;
    let next_token = paging.close(&mut actions, |action| created_key(action.executed_at, action.id.as_str()));
    let summary = |action: Action| t::ActionSummary {
        action_id: Some(action.id.to_string()),
        target_resource: Some(action.target.shown()),
        action_definition_id: Some(action.definition_id),
        resolve_to: action.resolve_to.map(|asset| t::ResolveTo { asset_id: asset.to_string() }),
    };
    Ok(t::ListActionsResponse { action_summaries: actions.into_iter().map(summary).collect(), next_token })
}
