//! `ListComputationModelResolveToResources`: the assets that a computation model was acted upon for.

use model::Operation as _;
use model_sitewise::operations as op;
use model_sitewise::types as t;
use service::Call;
use store::Tx;

use super::load;
use crate::Error;
use crate::action;
use crate::argument::{Paging, created_key};
use crate::place::Place;

/// Lists the assets that actions on a computation model resolved to, in the order of their first action.
pub fn list(
    tx: &mut Tx,
    call: &Call,
    input: &t::ListComputationModelResolveToResourcesRequest,
) -> Result<t::ListComputationModelResolveToResourcesResponse, Error> {
    let id = &input.computation_model_id;
    load(tx, call, "iotsitewise:ListComputationModelResolveToResources", id)?;
    let filters = [id.as_str()];
    let paging = Paging::open(
        call,
        op::ListComputationModelResolveToResources::SPEC,
        &filters,
        input.next_token.as_deref(),
        input.max_results,
    )?;
    let after = paging.after_created()?;
    let mut assets = action::table::resolved(tx, Place::of(call), id, after, paging.limit())?;
    let next_token = paging.close(&mut assets, |(asset, first_at)| created_key(*first_at, asset));
    let summary = |(asset_id, _)| t::ComputationModelResolveToResourceSummary {
        resolve_to: Some(t::ResolveTo { asset_id }),
    };
    Ok(t::ListComputationModelResolveToResourcesResponse {
        computation_model_resolve_to_resource_summaries: assets.into_iter().map(summary).collect(),
        next_token,
    })
}
